"""The headline figure: the clock walked over past orders, never a day ahead of it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct

from application.proactive.causes import BadReviews, bad_reviews
from application.proactive.curve import (
    Point,
    bar_of_the_past,
    bars_moved,
    curve,
    with_bar,
    with_one_bar,
)
from application.proactive.entitlements import Entitlements
from application.proactive.figures import (
    Alarms,
    Figures,
    Judged,
    by_bars,
    by_timer,
    figures,
)
from application.proactive.seen import OrderSeen, last_told
from application.risk_walk import Asked, walk
from domain.risk import Learning, Risk, RiskTerms, TableVersion

RIVAL_HOURS: Final = 48
# What a single bar at all times is shown with, beside the bars of the terms.
ONE_BAR_BP: Final = 8_500


class NoOrders(ValueError):
    """There is no order to walk the clock over."""


class Rule(Struct, frozen=True, kw_only=True):
    """One way to raise alarms, on all orders and on the two halves of the time.

    The table learns walking forward in all three; ``earlier`` are the parcels due in
    the first half, on which bars may be set, ``later`` those on which they are judged.
    """

    name: str
    all: Figures
    earlier: Figures
    later: Figures


class Example(Struct, frozen=True, kw_only=True):
    """One alarm that was right, with all it was read from."""

    order: str
    at: datetime
    due_at: datetime
    risk: Risk


class Proactive(Struct, frozen=True, kw_only=True):
    """What ``redress report proactive`` says.

    ``open`` parcels were not due yet when the data ends. ``bar_set_on_the_past_bp`` is
    one that met the aim on the earlier half, None if none did; ``rules`` judges it on
    the later one. ``entitlements`` are those of an installation's own log.
    """

    orders: int
    promised: int
    called_off: int
    open: int
    first_at: datetime
    last_at: datetime
    split_at: datetime | None
    terms: RiskTerms
    table: TableVersion
    questions: int
    rules: tuple[Rule, ...]
    bar_set_on_the_past_bp: int | None
    curve: tuple[Point, ...]
    bad_reviews: tuple[BadReviews, ...]
    bad_reviews_by_rival: tuple[BadReviews, ...]
    example: Example | None
    entitlements: Entitlements | None = None


class _Halves:
    """The parcels of which the ending is known, whole and in two halves by due date."""

    def __init__(self, orders: Iterable[OrderSeen], until: datetime) -> None:
        known = [order.parcel for order in orders if order.parcel is not None]
        judged = sorted(
            (Judged(parcel, parcel.ending(until)) for parcel in known),
            key=lambda each: (each.parcel.due_at, each.parcel.order),
        )
        self.open = sum(each.ending == "open" for each in judged)
        self.all = [each for each in judged if each.ending != "open"]
        middle = len(self.all) // 2
        self.split_at = self.all[middle].parcel.due_at if self.all else None
        self.earlier = [each for each in self.all if self._before(each)]
        self.later = [each for each in self.all if not self._before(each)]
        self.endings = {each.parcel.order: each.ending for each in self.all}

    def _before(self, each: Judged) -> bool:
        return self.split_at is not None and each.parcel.due_at < self.split_at

    def rule(self, name: str, alarms: Alarms, offer_minor: int) -> Rule:
        """Return how alarms did on all parcels, and on each half."""
        return Rule(
            name=name,
            all=figures(self.all, alarms, offer_minor),
            earlier=figures(self.earlier, alarms, offer_minor),
            later=figures(self.later, alarms, offer_minor),
        )


def report_on(orders: Sequence[OrderSeen], terms: RiskTerms) -> Proactive:
    """Walk the clock over the orders and say how good the alarms would have been.

    Raises NoOrders.
    """
    until = last_told(orders)
    if until is None:
        raise NoOrders(NoOrders.__doc__)
    learning = Learning(terms)
    parcels = [order.parcel for order in orders if order.parcel is not None]
    asked = list(walk(parcels, learning, until))
    halves = _Halves(orders, until)
    ours, rival = by_bars(asked, terms), by_timer(parcels, RIVAL_HOURS)
    past = bar_of_the_past(bars_moved(halves.earlier, asked, terms))
    return Proactive(
        orders=len(orders),
        promised=len(parcels),
        called_off=sum(order.off_at is not None for order in orders),
        open=halves.open,
        first_at=min(order.placed_at for order in orders).astimezone(UTC),
        last_at=until.astimezone(UTC),
        split_at=halves.split_at,
        terms=terms,
        table=learning.table.version,
        questions=len(asked),
        rules=tuple(
            halves.rule(name, alarms, terms.offer_minor)
            for name, alarms in ways(asked, terms, past, ours, rival)
        ),
        bar_set_on_the_past_bp=past,
        curve=curve(halves.all, asked, terms),
        bad_reviews=bad_reviews(orders, halves.endings, ours),
        bad_reviews_by_rival=bad_reviews(orders, halves.endings, rival),
        example=example(asked, halves, ours),
    )


def ways(
    asked: Sequence[Asked],
    terms: RiskTerms,
    past_bp: int | None,
    ours: Alarms,
    rival: Alarms,
) -> list[tuple[str, Alarms]]:
    """Return the ways to raise alarms that are set beside each other."""
    found = [("delivery_risk", ours), ("plain_timer", rival)]
    if past_bp is not None:
        alarms = by_bars(asked, with_bar(terms, past_bp))
        found.append(("bar_set_on_the_past", alarms))
    found.append(("one_bar", by_bars(asked, with_one_bar(terms, ONE_BAR_BP))))
    return found


def example(asked: Sequence[Asked], halves: _Halves, alarms: Alarms) -> Example | None:
    """Return the latest right alarm that was raised while there was time."""
    for each in reversed(asked):
        right = halves.endings.get(each.parcel.order) == "late"
        early = each.hours_left >= RIVAL_HOURS
        if right and early and alarms.get(each.parcel.order) == each.at:
            return Example(
                order=each.parcel.order,
                at=each.at,
                due_at=each.parcel.due_at,
                risk=each.risk,
            )
    return None
