"""What a resolution's plans are priced on: its order, the ledger, what fell short."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from application.books import Books
from application.compensation import Compensations, PaidOrder
from application.compensation_facts import Said, dates_of, facts_of, paid_order
from application.sight import Sight
from domain.compensation import COMPENSATION, Dates, DayOfCompensation
from domain.kernel import Refused
from domain.order import ORDER, Order
from domain.planning import Ground
from domain.policy.facts import Facts
from domain.policy.rows import BreachCode, Times
from domain.resolution import Resolution
from domain.shortfall import Shortfall

HOUR: Final = timedelta(hours=1)


class Priced(NamedTuple):
    """A ground, and what it takes to reserve under its caps; none for no ledger."""

    ground: Ground
    paid: PaidOrder | None
    dates: Dates
    facts: Facts | None


class Grounds:
    """Puts together what pricing looks at, from streams as they stand."""

    def __init__(self, compensations: Compensations, books: Books) -> None:
        self._compensations = compensations
        self._books = books

    def of(  # noqa: PLR0913 - what it is looked at for, and as of when
        self,
        order_id: UUID,
        matter: UUID,
        resolution: Resolution,
        sight: Sight,
        at: datetime,
        *,
        about: tuple[int, ...] | None = None,
    ) -> Priced:
        """Return what a resolution's plans are priced on, at a moment.

        ``about`` are the lines of a step that is carried out: what else falls short
        meanwhile does not move it to another merchant's ledger.
        """
        order: Order = sight.of(order_id, ORDER)
        short = tuple(
            shortfall
            for name, shortfall in resolution.shortfalls.items()
            if name in resolution.open_shortfalls
        )
        short = short or tuple(resolution.shortfalls.values())
        lines = lines_of(order, short) if about is None else some_of(order, about)
        dates = dated(dates_of(order, lines, at), resolution)
        paid, day = self._ledger(order_id, order, lines, sight)
        facts = facts_for(order, short, lines, at)
        ground = Ground(
            name=str(order_id),
            matter=str(matter),
            order=order,
            shortfalls=short,
            book=self._books.for_source(order.source),
            times=Times(
                ordered_at=dates.ordered_at,
                conduct_at=dates.conduct_at,
                judged_at=at,
            ),
            now=at,
            day=day,
            facts=facts,
            blocked=resolution.blocked(at),
            severity=resolution.severity.severity if resolution.severity else None,
            stalled_hours=stalled(order, at),
        )
        return Priced(ground, paid, dates, facts)

    def _ledger(
        self, order_id: UUID, order: Order, lines: tuple[int, ...], sight: Sight
    ) -> tuple[PaidOrder | None, DayOfCompensation]:
        """Return the day the order counts for; none before anybody paid or sold it."""
        try:
            paid = paid_order(order_id, order, lines)
        except Refused:
            return None, DayOfCompensation()
        day: DayOfCompensation = sight.of(self._compensations.id_of(paid), COMPENSATION)
        return paid, day


def dated(dates: Dates, resolution: Resolution) -> Dates:
    """Return the dates rules are chosen by; the conduct is what first fell short.

    A parcel may stand still though it was sent in time: then no promise says when.
    """
    if dates.conduct_at is not None:
        return dates
    broken = [each.since for each in resolution.shortfalls.values() if each.breach]
    return replace(dates, conduct_at=min(broken, default=None))


def facts_for(
    order: Order, short: tuple[Shortfall, ...], lines: tuple[int, ...], at: datetime
) -> Facts | None:
    """Return what the rules of money are asked; None for an order they say nothing of.

    A detector that saw a price fall says by how much.
    """
    fell = [
        fact.value
        for each in short
        for fact in each.facts
        if fact.name == "difference_minor" and isinstance(fact.value, int)
    ]
    said = Said(lines=lines, difference_fen=sum(fell) if fell else None)
    try:
        return facts_of(order, said, at)
    except Refused:
        return None


def asking(facts: Facts, breaches: tuple[str, ...]) -> Facts:
    """Return the facts as they are asked for some breaches."""
    named: tuple[BreachCode, ...] = breaches  # type: ignore[assignment]  # rows name them
    return replace(facts, breaches=named)


def lines_of(order: Order, short: tuple[Shortfall, ...]) -> tuple[int, ...]:
    """Return the lines that fell short; none where that is all of the order."""
    return some_of(order, {each.line for each in short})


def some_of(order: Order, named: Collection[int | None]) -> tuple[int, ...]:
    """Return these lines in order; none for all of them, or for one nobody ordered."""
    ordered = {line.line for line in order.lines}
    if not set(named) <= ordered or set(named) == ordered:
        return ()
    return tuple(sorted(line for line in named if line is not None))


def stalled(order: Order, at: datetime) -> int | None:
    """Return for how many whole hours no parcel under way has moved."""
    last = [
        max((mark.at for mark in parcel.marks), default=parcel.told[-1].at)
        for parcel in order.parcels.values()
        if parcel.delivered is None and (parcel.marks or parcel.told)
    ]
    return max(0, (at - max(last)) // HOUR) if last else None
