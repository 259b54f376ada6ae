"""What is said of a clock, in every stream that has some."""

from typing import Annotated

from msgspec import Meta, Struct

from domain.kernel import Code, Event, Moment, Name, PolicyRef, Request
from domain.party import ActingRole
from domain.policy.closures import Closure
from domain.policy.rows import OnBreach, Owes

# A clock's name within its stream: the step, and which one of several, "evidence/2".
TimerName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_./-]{0,99}$")]
Seconds = Annotated[int, Meta(ge=0, le=10**10)]


class HoursFrom(Struct, frozen=True, kw_only=True):
    """The row of the calendar whose hours took the place of the step's own, and why."""

    reason: Code
    policy: PolicyRef


# -- The command every aggregate with clocks answers --


class CheckClocks(Request, frozen=True):
    """Ask whether time has run out. Asked by a machine, perhaps late or twice."""


# -- Events, of every stream that has clocks --


class TimerStarted(Event, frozen=True, kw_only=True, tag="timer.started"):
    """A step is owed. ``seconds`` of running time from ``at`` end at ``due_at``.

    ``closures`` are the times within that do not count. ``told`` marks a deadline that
    an outside feed gave; then ``policy`` is the row that lets it. ``hours_from`` is
    the calendar's, where the hours are not the row's own.
    """

    at: Moment
    timer: TimerName
    step: Code
    owes: Owes
    seconds: Seconds
    due_at: Moment
    on_breach: OnBreach
    policy: PolicyRef
    closures: tuple[Closure, ...] = ()
    told: bool = False
    hours_from: HoursFrom | None = None


class TimerPaused(Event, frozen=True, kw_only=True, tag="timer.paused"):
    """It stands still with so many seconds of running time left."""

    at: Moment
    timer: TimerName
    reason: Code
    seconds_left: Seconds


class TimerResumed(Event, frozen=True, kw_only=True, tag="timer.resumed"):
    """It runs on, with what was left, to another due time, but for ``closures``."""

    at: Moment
    timer: TimerName
    due_at: Moment
    closures: tuple[Closure, ...] = ()


class TimerExtended(Event, frozen=True, kw_only=True, tag="timer.extended"):
    """Its deadline was moved, and the parties are told: by whom, and why.

    ``seconds`` is how much running time it was given, negative for less; none where a
    calendar moved it. ``role`` is as what who moved it acted, where a person did.
    ``closures`` are all since it last began to run. While it is
    paused, ``due_at`` only says where it would have been.
    """

    at: Moment
    timer: TimerName
    due_at: Moment
    seconds: int
    reason: Code
    by: Name
    role: ActingRole | None = None
    policy: PolicyRef
    closures: tuple[Closure, ...] = ()


class TimerRestarted(Event, frozen=True, kw_only=True, tag="timer.restarted"):
    """It starts anew under another row, as after a change of type."""

    at: Moment
    timer: TimerName
    step: Code
    owes: Owes
    seconds: Seconds
    due_at: Moment
    on_breach: OnBreach
    policy: PolicyRef
    reason: Code
    closures: tuple[Closure, ...] = ()
    hours_from: HoursFrom | None = None


class TimerMet(Event, frozen=True, kw_only=True, tag="timer.met"):
    """The step was done with so many seconds of running time to spare, or late."""

    at: Moment
    timer: TimerName
    seconds_left: int


class TimerBreached(Event, frozen=True, kw_only=True, tag="timer.breached"):
    """Time ran out; ``on_breach`` says what the service does now."""

    at: Moment
    timer: TimerName
    owes: Owes
    due_at: Moment
    on_breach: OnBreach
    policy: PolicyRef


class TimerCancelled(Event, frozen=True, kw_only=True, tag="timer.cancelled"):
    """Nobody owes this step any more."""

    at: Moment
    timer: TimerName
    reason: Code


TimerEvent = (
    TimerStarted
    | TimerPaused
    | TimerResumed
    | TimerExtended
    | TimerRestarted
    | TimerMet
    | TimerBreached
    | TimerCancelled
)
