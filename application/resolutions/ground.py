"""What a resolution's plans are priced on: its order, the ledger, what fell short."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from application.books import Books
from application.compensation import Compensations, PaidOrder
from application.compensation_facts import (
    Said,
    dates_of,
    facts_of,
    paid_order,
)
from application.other_days import paid_on_other_days
from application.sellers import by_seller
from application.sight import Sight
from domain.compensation import COMPENSATION, Dates, DayOfCompensation
from domain.kernel import Refused
from domain.order import ORDER, Order
from domain.order.kinds import kind_of_goods
from domain.plan import PlanStep
from domain.planning import Ground, Sold
from domain.planning.fallen import fallen
from domain.planning.taken import by_line
from domain.policy.facts import Facts
from domain.policy.rows import BreachCode, Times
from domain.resolution import NEVER_WAS, Resolution
from domain.resolution.starting import UNDONE
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

    def of(
        self,
        order_id: UUID,
        matter: UUID,
        resolution: Resolution,
        sight: Sight,
        at: datetime,
    ) -> Priced:
        """Return what a resolution's plans are priced on, at a moment."""
        order: Order = sight.of(order_id, ORDER)
        short = standing(resolution)
        lines = lines_of(order, short)
        seen = Seen(order_id, order, short, resolution, at)
        whole = self._ledger(seen, lines, sight, first=True)
        ground = self._ground(seen, whole, matter)
        if len(by_seller(order)) > 1:
            ground = replace(ground, sold=tuple(self._sold(seen, lines, sight)))
        return Priced(ground, whole.paid, whole.dates, whole.facts)

    def of_step(  # noqa: PLR0913, PLR0917 - what it is looked at for, and as of when
        self,
        order_id: UUID,
        matter: UUID,
        resolution: Resolution,
        step: PlanStep | None,
        sight: Sight,
        at: datetime,
    ) -> Priced:
        """Return the ledger of a step that is carried out: that of its own lines.

        What else falls short meanwhile does not move it to another merchant's; goodwill
        stands where all of the order's does.
        """
        order: Order = sight.of(order_id, ORDER)
        short = standing(resolution)
        about = step.lines if step else ()
        lines = some_of(order, about) if about else lines_of(order, short)
        seen = Seen(order_id, order, short, resolution, at)
        gift = step is not None and step.part == "goodwill"
        found = self._ledger(seen, lines, sight, first=gift)
        ground = self._ground(seen, found, matter)
        return Priced(ground, found.paid, found.dates, found.facts)

    def _ground(self, seen: "Seen", whole: "Ledger", matter: UUID) -> Ground:
        resolution, at = seen.resolution, seen.at
        return Ground(
            name=str(seen.order_id),
            matter=str(matter),
            order=seen.order,
            shortfalls=seen.short,
            book=self._books.for_source(seen.order.source),
            times=times_of(whole.dates, at),
            now=at,
            day=whole.day,
            facts=whole.facts,
            ledger=whole.paid is not None,
            coming=coming(seen.order, resolution),
            blocked=resolution.blocked(at),
            severity=resolution.severity.severity if resolution.severity else None,
            stalled_hours=stalled(seen.order, at),
            goods=kind_of_goods(seen.order, lines_of(seen.order, seen.short)),
        )

    def _sold(
        self, seen: "Seen", lines: tuple[int, ...], sight: Sight
    ) -> Iterator[Sold]:
        """Yield what each merchant sold of what fell short, with its own ledger."""
        theirs = by_seller(seen.order)
        for merchant, own in by_seller(seen.order, lines).items():
            found = self._ledger(seen, own, sight)
            yield Sold(
                merchant=merchant,
                lines=own,
                theirs=theirs[merchant],
                day=found.day,
                facts=found.facts,
                times=times_of(found.dates, seen.at),
                ledger=merchant is not None and found.paid is not None,
            )

    def _ledger(
        self,
        seen: "Seen",
        lines: tuple[int, ...],
        sight: Sight,
        *,
        first: bool = False,
    ) -> "Ledger":
        """Return the day some lines count for; none before anybody paid or sold them.

        ``first``: the day of the order's first merchant, whoever sold the lines.
        """
        dates = dated(dates_of(seen.order, lines, seen.at), seen.resolution)
        facts = facts_for(seen.order, seen.short, lines, seen.at)
        try:
            paid = paid_order(seen.order_id, seen.order, () if first else lines)
        except Refused:
            return Ledger(None, DayOfCompensation(), dates, facts)
        day: DayOfCompensation = sight.of(self._compensations.id_of(paid), COMPENSATION)
        if facts is not None:
            earlier = paid_on_other_days(
                self._compensations, seen.order_id, seen.order, paid, sight
            )
            facts = replace(facts, earlier=earlier)
        return Ledger(paid, day, dates, facts)


class Seen(NamedTuple):
    """An order that fell short, and the resolution that makes it good."""

    order_id: UUID
    order: Order
    short: tuple[Shortfall, ...]
    resolution: Resolution
    at: datetime


class Ledger(NamedTuple):
    """The day some lines of an order count for, and what its rules are asked."""

    paid: PaidOrder | None
    day: DayOfCompensation
    dates: Dates
    facts: Facts | None


def standing(resolution: Resolution) -> tuple[Shortfall, ...]:
    """Return what still falls short, or has something owed that waits for approval.

    Where nothing does it is all that ever did, and else all that was said to.
    """
    known, healed = resolution.shortfalls, resolution.healed
    named = resolution.open_shortfalls | resolution.owed_for
    short = tuple(each for name, each in known.items() if name in named)
    was = (each for name, each in known.items() if healed.get(name) not in NEVER_WAS)
    return short or tuple(was) or tuple(known.values())


def times_of(dates: Dates, at: datetime) -> Times:
    """Return the dates rules are chosen by."""
    return Times(ordered_at=dates.ordered_at, conduct_at=dates.conduct_at, judged_at=at)


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
        fen for line, fen in fallen(order, short).items() if not lines or line in lines
    ]
    said = Said(lines=lines, difference_fen=sum(fell) if fell else None)
    try:
        return facts_of(order, said, at)
    except Refused:
        return None


def coming(order: Order, resolution: Resolution) -> Mapping[int, int]:
    """Return what steps will give lines for a fallen price, beside claims that do.

    What was paid elsewhere for one is given as well.
    """
    gives: Counter[int] = Counter()
    for step in resolution.steps():
        does, claim = step.does, order.claims.get(step.matter or "")
        if does.action != "price_diff" or step.standing in UNDONE:
            continue
        claimed = claim is not None and (claim.live or claim.refunded)
        if does.amount is not None and not claimed:
            lines = does.lines or tuple(line.line for line in order.lines)
            gives.update(by_line(order, does.amount.minor, lines))
    return gives


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
        max(mark.at for mark in parcel.marks) if parcel.marks else parcel.told[-1].at
        for parcel in order.parcels.values()
        if parcel.delivered is None and (parcel.marks or parcel.told)
    ]
    return max(0, (at - max(last)) // HOUR) if last else None
