"""The points of a trust balance: one thing each, that one event says of how we did.

A point says how faith was kept with the consumer, never how the consumer behaved: it
counts what we promised, how long we kept somebody waiting, and what we gave back.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from domain.kernel import Event
from domain.money import Money

# What a point counts.
What = Literal[
    "promise_kept",
    "kept_ahead",  # the same deed, this many minutes before its time
    "promise_broken",  # with minutes late, once the deed was done
    "minutes_waited",  # from the breach until it was made good; each minute once
    "money_returned",
    "opened_by_us",  # we saw it first
    "opened_by_them",  # the consumer had to come to us
    "satisfaction",  # what the consumer said, 1 to 5
]

# What ended a waiting.
Ended = Literal["delivered", "answered", "refunded", "done", "cancelled"]

# How a point stands. One that took its place is named in ``replaced_by``.
Standing = Literal["counted", "replaced", "contested", "upheld", "corrected"]


class Told(Struct, frozen=True, kw_only=True):
    """An event as the balance is given it: where it stands in the log, and whose it is.

    ``place`` is its position, "partition.position".
    """

    stream: str
    version: int
    place: str
    consumer: str
    at: datetime
    event: Event

    @property
    def name(self) -> str:
        """The name points know the event by: its stream and its version."""
        return f"{self.stream}/{self.version}"

    @property
    def tag(self) -> str:
        """The event's tag."""
        return str(type(self.event).__struct_config__.tag)


class Amended(Struct, frozen=True, kw_only=True):
    """What a point said before it was corrected."""

    minutes: int | None = None
    amount: Money | None = None
    score: int | None = None


class Contest(Struct, frozen=True, kw_only=True):
    """That somebody says a point is not so, and what came of it."""

    at: datetime
    by: str
    reason: str
    event: str
    outcome: Literal["open", "upheld", "corrected"] = "open"
    answered_at: datetime | None = None
    answer: str | None = None
    because: str | None = None


class Point(Struct, frozen=True, kw_only=True):
    """One thing the balance counts, and the event it rests on.

    ``event`` is "stream/version", ``place`` the event's position in the log,
    ``about`` which promise, refund, clock or rating of that stream it is. ``minutes``
    are whole ones, a begun minute counting as none; None for a waiting that goes on, or
    a deed never done. A waiting lasted ``since`` … ``until`` and was ``ended`` so.
    ``counts`` False is shown, and part of no total: a later event took its place, or it
    was corrected away. ``before`` is what it said before a correction.
    """

    what: What
    event: str
    place: str
    tag: str
    consumer: str
    at: datetime
    about: str
    order: str | None = None
    minutes: int | None = None
    amount: Money | None = None
    score: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    ended: Ended | None = None
    standing: Standing = "counted"
    counts: bool = True
    replaced_by: str | None = None
    contests: tuple[Contest, ...] = ()
    before: Amended | None = None

    @property
    def name(self) -> str:
        """What a contest names it by: its event, and what it counts."""
        return f"{self.event}/{self.what}"


class Totals(Struct, frozen=True, kw_only=True):
    """What the points that count come to; nothing is weighed, nothing is mixed.

    ``still_waiting`` are waitings that have not ended; their minutes are not counted
    yet. ``money_returned`` is in minor units by currency. ``satisfaction_sum`` ÷
    ``satisfaction_given`` is the mean of what the consumer said.
    """

    promises_kept: int = 0
    kept_ahead: int = 0
    minutes_ahead: int = 0
    promises_broken: int = 0
    minutes_late: int = 0
    minutes_waited: int = 0
    still_waiting: int = 0
    money_returned: Mapping[str, int] = {}
    opened_by_us: int = 0
    opened_by_them: int = 0
    satisfaction_given: int = 0
    satisfaction_sum: int = 0


class Balance(Struct, frozen=True, kw_only=True):
    """How we kept faith with a consumer: every point, newest first, and their totals.

    ``open_contests`` are points somebody says are not so, and nobody answered yet.
    """

    points: tuple[Point, ...] = ()
    totals: Totals = Totals()
    open_contests: int = 0
