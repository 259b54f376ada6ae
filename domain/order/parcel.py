"""A parcel as known: what the merchant said of it, and every mark of its way."""

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from domain.order.events import ParcelShipped
from domain.order.values import Packed

# Marks that prove the carrier had the parcel, should no pickup scan be known.
PICKED_UP = frozenset({"picked_up", "handed_over"})
MOVING = frozenset(
    {"in_transit", "arrived_dest_city", "out_for_delivery", "at_pickup_point"}
)
ARRIVED = frozenset({"signed", "delivered"})
GONE = frozenset(
    {"returned", "returned_signed", "lost", "destroyed", "intercepted"}
    | {"cancelled_waybill"}
)


class Mark(NamedTuple):
    """One thing reported of a parcel; ``detail`` tells like marks apart (a scan id)."""

    at: datetime
    rank: int
    code: str
    detail: str = ""
    raw_code: str = ""


class Place(NamedTuple):
    """Where a scan was: the carrier's outlet, and its region; "" is not known."""

    at: datetime
    scan: str
    outlet: str
    region: str


class Parcel(Struct, frozen=True):
    """What is known of one parcel: what the merchant said, and every mark, in order.

    ``retold`` are other tellings of scans that are among the marks. ``places`` are
    where scans were, as far as they said.
    """

    told: tuple[ParcelShipped, ...] = ()
    marks: tuple[Mark, ...] = ()
    retold: tuple[Mark, ...] = ()
    intercept_at: datetime | None = None
    return_at: datetime | None = None
    places: tuple[Place, ...] = ()

    @property
    def contents(self) -> tuple[Packed, ...] | None:
        """What is in it, as told last; () is everything, None is not known."""
        return self.told[-1].contents if self.told else None

    @property
    def carrier(self) -> str | None:
        """The carrier, as told last."""
        return self.told[-1].carrier if self.told else None

    @property
    def waybill(self) -> str | None:
        """The waybill, as told last."""
        return self.told[-1].waybill if self.told else None

    def first(self, codes: frozenset[str]) -> Mark | None:
        """Return the earliest mark of these codes."""
        return next((mark for mark in self.marks if mark.code in codes), None)

    @property
    def handed_over(self) -> Mark | None:
        """The first pickup (揽收); without one, the first sign that it was moving."""
        return self.first(PICKED_UP) or self.first(MOVING | ARRIVED)

    @property
    def shipped(self) -> Mark | None:
        """The ship time: the pickup, else the merchant's word (rule 101706, 2.2)."""
        word = Mark(self.told[0].at, 0, "shipped") if self.told else None
        return self.first(PICKED_UP) or word or self.first(MOVING | ARRIVED)

    @property
    def delivered(self) -> Mark | None:
        """The first arrival at the consumer's."""
        return self.first(ARRIVED)

    @property
    def status(self) -> str:
        """The code of the latest mark; "shipped" before any, as the merchant says."""
        return self.marks[-1].code if self.marks else "shipped"

    @property
    def gone(self) -> bool:
        """Whether it will not arrive: lost, stopped, or back at the sender's."""
        return self.first(GONE) is not None
