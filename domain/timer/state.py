"""How clocks stand, and how much time they have left."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, assert_never

from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import PolicyRef
from domain.policy.calendar import ANYWHERE, exempt
from domain.policy.closures import SECOND, Closure, part, running, to_second
from domain.policy.rows import CalendarRow, OnBreach, Owes, Where
from domain.timer.events import (
    TimerBreached,
    TimerCancelled,
    TimerEvent,
    TimerExtended,
    TimerMet,
    TimerName,
    TimerPaused,
    TimerRestarted,
    TimerResumed,
    TimerStarted,
)

Standing = Literal["running", "paused", "met", "breached", "cancelled"]


class Timer(Struct, frozen=True, kw_only=True):
    """A clock as it stands. While it is paused, ``due_at`` is the one it had.

    ``seconds`` is all the running time it was given. ``running_since`` is its start or
    when it last resumed; None means its start. ``seconds_left`` is set while it does
    not run: what is left, or was at its end.
    """

    name: TimerName
    step: str
    owes: Owes
    standing: Standing
    started_at: datetime
    due_at: datetime
    seconds: int
    on_breach: OnBreach
    policy: PolicyRef
    closures: tuple[Closure, ...] = ()
    seconds_left: int | None = None
    extensions: int = 0
    told: bool = False
    running_since: datetime | None = None

    @property
    def since(self) -> datetime:
        """When it last began to run."""
        return self.running_since or self.started_at


Timers = Mapping[str, Timer]


def seconds_left(timer: Timer, at: datetime) -> int:
    """Return the running time to go in seconds, negative for late.

    Of a clock that does not run: what it has left, or had at its end. Late is counted
    straight through, nights and all.
    """
    if timer.seconds_left is not None:
        return timer.seconds_left
    at, due_at = to_second(max(at, timer.since)), to_second(timer.due_at)
    if at > due_at:
        return -((at - due_at) // SECOND)
    return running(at, due_at, timer.closures)


def wall_seconds_left(timer: Timer, at: datetime) -> int | None:
    """Return the seconds on the wall until it is due, negative for late.

    None while it does not run: nobody can say.
    """
    if timer.standing != "running":
        return None
    return (to_second(timer.due_at) - to_second(at)) // SECOND


def overdue(
    timers: Timers,
    at: datetime,
    calendar: Sequence[CalendarRow] = (),
    where: Where = ANYWHERE,
) -> tuple[Timer, ...]:
    """Return the running clocks past due by a whole second, the earliest first.

    Not those whose due time an "exempt" row of the calendar covers, while it lasts.
    """
    late = (
        timer
        for timer in timers.values()
        if timer.standing == "running"
        and seconds_left(timer, at) < 0
        and not exempted(timer, at, calendar, where)
    )
    return tuple(sorted(late, key=lambda timer: (timer.due_at, timer.name)))


def exempted(
    timer: Timer, at: datetime, calendar: Sequence[CalendarRow], where: Where
) -> bool:
    """Say whether nothing may be breached yet: force majeure at its due time."""
    row = exempt(calendar, where, timer.step, timer.due_at)
    return row is not None and (row.ends is None or at < row.ends)


def evolve_timers(timers: Timers, event: TimerEvent) -> Timers:
    """Return the clocks of a stream after an event of one of them."""
    name = event.timer
    if isinstance(event, TimerStarted):
        return {**timers, name: begun(event)}
    return {**timers, name: evolve_timer(timers[name], event)}


def begun(event: TimerStarted) -> Timer:
    """Return the clock as it starts."""
    return Timer(
        name=event.timer,
        step=event.step,
        owes=event.owes,
        standing="running",
        started_at=event.at,
        due_at=event.due_at,
        seconds=event.seconds,
        on_breach=event.on_breach,
        policy=event.policy,
        closures=event.closures,
        told=event.told,
    )


def evolve_timer(timer: Timer, event: TimerEvent) -> Timer:
    """Return one clock after an event of its own."""
    match event:
        case TimerStarted():
            return begun(event)
        case TimerPaused(at=at, seconds_left=left):
            past = before(at, timer.closures)
            return replace(timer, standing="paused", seconds_left=left, closures=past)
        case TimerResumed():
            return replace(
                timer,
                standing="running",
                seconds_left=None,
                running_since=event.at,
                due_at=event.due_at,
                closures=timer.closures + event.closures,
            )
        case TimerExtended():
            return put_off(timer, event)
        case TimerRestarted():
            return replace(
                timer,
                step=event.step,
                owes=event.owes,
                standing="running",
                started_at=event.at,
                running_since=None,
                due_at=event.due_at,
                seconds=event.seconds,
                seconds_left=None,
                on_breach=event.on_breach,
                policy=event.policy,
                closures=event.closures,
                extensions=0,
                told=False,
            )
        case TimerMet(seconds_left=left):
            return replace(timer, standing="met", seconds_left=left)
        case TimerBreached():
            return replace(timer, standing="breached", seconds_left=0)
        case TimerCancelled(at=at):
            left = seconds_left(timer, at)
            return replace(timer, standing="cancelled", seconds_left=left)
        case _:
            assert_never(event)


def put_off(timer: Timer, event: TimerExtended) -> Timer:
    """Return the clock with its other deadline; a calendar's does not count as put off.

    Of a paused one, what is left changes, and nothing else.
    """
    timer = replace(
        timer,
        due_at=event.due_at,
        seconds=timer.seconds + event.seconds,
        extensions=timer.extensions + given_more(timer, event),
    )
    if timer.seconds_left is not None:
        left = max(0, timer.seconds_left + event.seconds)
        return replace(timer, seconds_left=left)
    past = before(timer.since, timer.closures)
    return replace(timer, closures=past + event.closures)


def given_more(timer: Timer, event: TimerExtended) -> bool:
    """Say whether somebody gave it more time; a calendar gives no running time."""
    return event.seconds != 0 and event.due_at > timer.due_at


def before(at: datetime, closures: Sequence[Closure]) -> tuple[Closure, ...]:
    """Return the closures as far as they lie before a moment."""
    at = to_second(at)
    return tuple(
        part(each, each.begins, min(at, each.ends))
        for each in closures
        if each.begins < at
    )
