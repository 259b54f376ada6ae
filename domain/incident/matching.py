"""What a selector and a segment mean: pure, and what every query has to agree with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.incident.values import Codes, Names, Segment, Selector
from domain.kernel import Code, Moment, Name
from domain.order.values import OrderStatus
from domain.shortfall import ShortfallCode

SHIPPED: Final[frozenset[OrderStatus]] = frozenset(
    {"partially_shipped", "shipped", "delivered", "completed"}
)


class OrderFacts(Struct, frozen=True, kw_only=True):
    """What is known of an order and of one of its parcels; None is not known.

    ``carrier``, ``outlet``, ``region`` and ``stalled_hours`` are those of one parcel
    and its last scan. An order of several parcels is affected if any of them is; one
    of none has them all None. ``shortfalls`` are those open now. ``goods`` are what
    kinds of goods it holds, such as "fresh".
    """

    carrier: Code | None = None
    outlet: Code | None = None
    region: Code | None = None
    ships_from: Code | None = None
    ships_to: Code | None = None
    merchant: Name | None = None
    products: Names = ()
    live_room: Name | None = None
    creators: Names = ()
    tenders: Codes = ()
    status: OrderStatus | None = None
    shortfalls: tuple[ShortfallCode, ...] = ()
    stalled_hours: int | None = None
    paid_at: Moment | None = None
    goods: Codes = ()

    @property
    def shipped(self) -> bool:
        """Whether at least one parcel of it was shipped."""
        return self.status in SHIPPED


def matches(selector: Selector, facts: OrderFacts) -> bool:
    """Whether an order is affected: all that is said holds, empty says nothing.

    What is asked for and not known does not hold.
    """
    return (
        among(selector.carriers, facts.carrier)
        and among(selector.outlets, facts.outlet)
        and among(selector.regions, facts.region)
        and among(selector.ships_from, facts.ships_from)
        and among(selector.ships_to, facts.ships_to)
        and among(selector.merchants, facts.merchant)
        and among(selector.live_rooms, facts.live_room)
        and among(selector.statuses, facts.status)
        and any_among(selector.products, facts.products)
        and any_among(selector.creators, facts.creators)
        and any_among(selector.tenders, facts.tenders)
        and any_among(selector.shortfalls, facts.shortfalls)
        and stalled(selector, facts.stalled_hours)
        and paid_within(selector, facts.paid_at)
    )


def among(wanted: Sequence[str], known: str | None) -> bool:
    """Whether nothing is wanted, or just this is among it."""
    return not wanted or known in wanted


def any_among(wanted: Sequence[str], known: Iterable[str]) -> bool:
    """Whether nothing is wanted, or one of these is among it."""
    return not wanted or not frozenset(wanted).isdisjoint(known)


def stalled(selector: Selector, hours: int | None) -> bool:
    """Whether the last scan is as long ago as is asked for."""
    if selector.stalled_hours is None:
        return True
    return hours is not None and hours >= selector.stalled_hours


def paid_within(selector: Selector, paid_at: datetime | None) -> bool:
    """Whether it was paid from the one time on, and before the other."""
    if selector.paid_from is None and selector.paid_to is None:
        return True
    if paid_at is None:
        return False
    return (selector.paid_from is None or selector.paid_from <= paid_at) and (
        selector.paid_to is None or paid_at < selector.paid_to
    )


# -- Segments --


def segment_of(facts: OrderFacts, segments: Iterable[Segment]) -> Segment | None:
    """Return the first segment whose conditions hold; None where none takes it."""
    return next((each for each in segments if takes(each, facts)), None)


def takes(segment: Segment, facts: OrderFacts) -> bool:
    """Whether a segment's conditions hold; how long it stalled must be known for one.

    Its hours lie beyond the one bound, and go up to the other.
    """
    low, high = segment.stalled_over_hours, segment.stalled_up_to_hours
    hours = facts.stalled_hours
    if (low is not None or high is not None) and hours is None:
        return False
    return (
        segment.shipped in {None, facts.shipped}
        and (low is None or (hours is not None and low < hours))
        and (high is None or (hours is not None and hours <= high))
        and any_among(segment.goods, facts.goods)
    )
