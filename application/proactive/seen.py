"""An order as the report sees it: its promise to deliver, and what was said of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from domain.risk import Parcel

# One or two stars are a bad review; the timeline calls them a complaint.
BAD_STARS_MAX: Final = 2


class Survey(Struct, frozen=True, kw_only=True):
    """What a consumer thought: 1 to 5 stars, when asked for, and when answered."""

    score: int
    asked_at: datetime | None
    answered_at: datetime

    @property
    def out_at(self) -> datetime:
        """When the question went out; where nobody said, when it was answered."""
        return self.asked_at or self.answered_at


class OrderSeen(Struct, frozen=True, kw_only=True):
    """An order; without ``parcel`` no date of delivery was promised.

    ``off_at`` is when it was called off.
    """

    order: str
    placed_at: datetime
    parcel: Parcel | None
    off_at: datetime | None = None
    surveys: tuple[Survey, ...] = ()

    @property
    def bad(self) -> tuple[Survey, ...]:
        """The bad reviews."""
        return tuple(each for each in self.surveys if each.score <= BAD_STARS_MAX)


def last_told(orders: Iterable[OrderSeen]) -> datetime | None:
    """Return when the last thing known of any order happened; None without orders.

    What was due later and has not come is neither late nor in time.
    """
    times: list[datetime] = []
    for order in orders:
        times += [order.placed_at, *(each.answered_at for each in order.surveys)]
        known = [order.off_at]
        if order.parcel is not None:
            known += [order.parcel.handed_over_at, order.parcel.arrived_at]
        times += [each for each in known if each is not None]
    return max(times, default=None)
