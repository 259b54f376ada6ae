"""Bad reviews: which had a shortfall Redress could see, which, and whether in time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, get_args

from msgspec import Struct

from application.proactive.figures import Alarms
from application.proactive.seen import OrderSeen
from domain.risk import Ending

# What fell short, the gravest first; an order counts under the first that fits.
Cause = Literal[
    "delivered_late", "never_delivered", "called_off", "handed_over_late", "none_seen"
]
CAUSES: Final[tuple[Cause, ...]] = get_args(Cause)


class BadReviews(Struct, frozen=True, kw_only=True):
    """Bad reviews of orders with one cause, and how many Redress was ahead of.

    ``before_survey`` are those whose shortfall was noticed before the consumer was
    asked: a late or missing parcel by its first alarm, an order called off when it
    was, a late hand-over once its date had passed.
    """

    cause: Cause
    bad: int
    before_survey: int


def bad_reviews(
    orders: Sequence[OrderSeen], endings: Mapping[str, Ending], alarms: Alarms
) -> tuple[BadReviews, ...]:
    """Return the bad reviews by cause."""
    bad = dict.fromkeys(CAUSES, 0)
    ahead = dict.fromkeys(CAUSES, 0)
    for order in orders:
        cause = cause_of(order, endings.get(order.order))
        noticed = noticed_at(order, cause, alarms)
        for review in order.bad:
            bad[cause] += 1
            ahead[cause] += noticed is not None and noticed < review.out_at
    return tuple(
        BadReviews(cause=each, bad=bad[each], before_survey=ahead[each])
        for each in CAUSES
    )


def cause_of(order: OrderSeen, ending: Ending | None) -> Cause:
    """Return what fell short with an order, as far as its events tell."""
    parcel = order.parcel
    if ending == "late":
        return "delivered_late"
    if ending == "never":
        return "never_delivered"
    if order.off_at is not None:
        return "called_off"
    if parcel is not None and parcel.hand_over_due_at is not None:
        handed, limit = parcel.handed_over_at, parcel.hand_over_due_at
        if handed is not None and handed > limit:
            return "handed_over_late"
    return "none_seen"


def noticed_at(order: OrderSeen, cause: Cause, alarms: Alarms) -> datetime | None:
    """Return when Redress knew of it, or None if it never did."""
    match cause:
        case "delivered_late" | "never_delivered":
            return alarms.get(order.order)
        case "called_off":
            return order.off_at
        case "handed_over_late":
            return order.parcel.hand_over_due_at if order.parcel else None
        case "none_seen":
            return None
