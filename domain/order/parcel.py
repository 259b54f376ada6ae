"""A parcel as known: what the merchant said of it, and every mark of its way."""

from datetime import datetime
from functools import cached_property
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
ON_ITS_WAY = MOVING | ARRIVED
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


class Steps(NamedTuple):
    """What of a parcel anything is concluded from, the merchant's word beside it.

    The first mark of each kind, whether it was said to be stopped and not to be, and
    whether one scan was told with two codes of the carrier's own.
    """

    picked_up: Mark | None = None
    moving: Mark | None = None
    arrived: Mark | None = None
    gone: Mark | None = None
    stopped_and_not: bool = False
    told_differently: bool = False


class Parcel(Struct, frozen=True, dict=True):
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

    @cached_property
    def steps(self) -> Steps:
        """What is concluded from it, by one look at every mark."""
        if not self.marks:
            return Steps()
        first = {mark.code: mark for mark in reversed(self.marks)}

        def earliest(codes: frozenset[str]) -> Mark | None:
            # Marks lie in order, so the least of them is the one that came first.
            return min((first[code] for code in codes & first.keys()), default=None)

        return Steps(
            picked_up=earliest(PICKED_UP),
            moving=earliest(ON_ITS_WAY),
            arrived=earliest(ARRIVED),
            gone=earliest(GONE),
            stopped_and_not="intercepted" in first and "intercept_failed" in first,
            told_differently=bool(self.retold) and self._told_differently,
        )

    def concludes_as(self, other: "Parcel") -> bool:
        """Say whether nothing could be concluded from one and not from the other.

        True only where all that conclusions read of a parcel is the same.
        """
        return self.told == other.told and self.steps == other.steps

    @property
    def _told_differently(self) -> bool:
        own = {mark.detail: mark.code for mark in self.marks if mark.raw_code}
        return any(
            each.raw_code and own.get(each.detail, each.code) != each.code
            for each in self.retold
        )

    @property
    def handed_over(self) -> Mark | None:
        """The first pickup (揽收); without one, the first sign that it was moving."""
        return self.steps.picked_up or self.steps.moving

    @property
    def shipped(self) -> Mark | None:
        """The ship time: the pickup, else the merchant's word (rule 101706, 2.2)."""
        if self.steps.picked_up is not None:
            return self.steps.picked_up
        return Mark(self.told[0].at, 0, "shipped") if self.told else self.steps.moving

    @property
    def delivered(self) -> Mark | None:
        """The first arrival at the consumer's."""
        return self.steps.arrived

    @property
    def status(self) -> str:
        """The code of the latest mark; "shipped" before any, as the merchant says."""
        return self.marks[-1].code if self.marks else "shipped"

    @property
    def gone(self) -> bool:
        """Whether it will not arrive: lost, stopped, or back at the sender's."""
        return self.steps.gone is not None
