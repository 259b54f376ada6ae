"""A delivery promise as risk sees it: where it goes, what happened to it and when."""

from datetime import datetime
from typing import Final, Literal, get_args

from msgspec import Struct

from domain.kernel import Code
from domain.promise import in_time

# How the wait for a parcel ended, or that it goes on. An order called off, or one with
# another date agreed on, is neither kept nor broken.
Ending = Literal["in_time", "late", "never", "off", "open"]
ENDINGS: Final[tuple[Ending, ...]] = get_args(Ending)


class Lane(Struct, frozen=True):
    """Who carries it from which region to which; None is not known."""

    carrier: Code | None = None
    origin: Code | None = None
    destination: Code | None = None


class Parcel(Struct, frozen=True, kw_only=True):
    """One promise to deliver, with all that was ever told of it, and when.

    ``promised_at`` is when its due moment was known, ``off_at`` when it no longer
    counted: called off, waived, or another date agreed on.
    """

    order: str
    lane: Lane
    promised_at: datetime
    due_at: datetime
    hand_over_due_at: datetime | None = None
    handed_over_at: datetime | None = None
    arrived_at: datetime | None = None
    off_at: datetime | None = None

    def waits(self, at: datetime) -> bool:
        """Say whether it was promised then and the consumer still waited for it."""
        arrived, off = self.arrived_at, self.off_at
        if arrived is not None and arrived <= at:
            return False
        return self.promised_at <= at and (off is None or off > at)

    def ending(self, at: datetime) -> Ending:
        """Return how the wait had ended by then, as far as it was known then."""
        arrived = self.arrived_at
        off = self.off_at
        if off is not None and off <= at and (arrived is None or off < arrived):
            return "off" if in_time(off, self.due_at) else "never"
        if arrived is not None and arrived <= at:
            return "in_time" if in_time(arrived, self.due_at) else "late"
        return "open" if in_time(at, self.due_at) else "never"

    def known(self, at: datetime) -> "Known":
        """Return what was known of it then: nothing that happened later."""
        handed = self.handed_over_at
        return Known(
            at=at,
            due_at=self.due_at,
            lane=self.lane,
            hand_over_due_at=self.hand_over_due_at,
            handed_over_at=handed if handed is not None and handed <= at else None,
        )


class Known(Struct, frozen=True, kw_only=True):
    """What is known of a parcel still waited for, at a moment."""

    at: datetime
    due_at: datetime
    lane: Lane = Lane()
    hand_over_due_at: datetime | None = None
    handed_over_at: datetime | None = None
