"""What can be said of a clock next: each change as its event.

What fits how the clock stands is the caller's to know: pausing what is paused is
nothing to say. What it must have made sure of is asserted.
"""

from datetime import datetime
from typing import Final

from domain.party import ActingRole
from domain.policy.calendar import ANYWHERE, run
from domain.policy.closures import SECOND, Run, to_second
from domain.policy.rows import TimerRow, Where
from domain.timer.events import (
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerMet,
    TimerPaused,
    TimerRestarted,
    TimerResumed,
    TimerStarted,
)
from domain.timer.spans import Calendar, hours, put_by, put_paused, put_to, span
from domain.timer.state import Timer, Timers, seconds_left

# Who moves a deadline where no person does.
BY_CALENDAR: Final = "calendar"
BY_RULE: Final = "rule"


def started(  # noqa: PLR0913 - a clock is made of all of these
    row: TimerRow,
    name: str,
    at: datetime,
    calendar: Calendar = (),
    where: Where = ANYWHERE,
    *,
    seconds: int | None = None,
    until: datetime | None = None,
) -> TimerStarted:
    """Start the clock of a row. ``seconds`` of running time replace the row's hours.

    ``until`` is a deadline that a feed told: it holds as it is, whatever the calendar.
    At most one of the two may be given. Raises ValueError where the calendar leaves no
    time at all.
    """
    assert seconds is None or until is None, "a told deadline has its seconds"
    if until is not None:
        due_at, begins = to_second(until), to_second(at)
        given, hours_from = max(0, (due_at - begins) // SECOND), None
        ran = Run(due_at=due_at)
    else:
        given, hours_from = hours(row, at, calendar, where, seconds)
        ran = run(at, given, calendar, where, step=row.step, starts=True)
    return TimerStarted(
        at=at,
        timer=name,
        step=row.step,
        owes=row.owes,
        seconds=given,
        due_at=ran.due_at,
        on_breach=row.on_breach,
        policy=row.ref,
        closures=ran.closures,
        told=until is not None,
        hours_from=hours_from,
    )


def paused(timer: Timer, at: datetime, reason: str) -> TimerPaused:
    """Stop a running clock. One whose time is out is paused with nothing left."""
    assert timer.standing == "running", "only what runs can be paused"
    left = max(0, seconds_left(timer, at))
    return TimerPaused(at=at, timer=timer.name, reason=reason, seconds_left=left)


def resumed(
    timer: Timer, at: datetime, calendar: Calendar = (), where: Where = ANYWHERE
) -> TimerResumed:
    """Let a paused clock run on with what it has left; the calendar is looked at anew.

    A told deadline that was paused counts what it had left straight through.
    """
    assert timer.standing == "paused", "only what is paused can be resumed"
    rows = () if timer.told else calendar
    left = seconds_left(timer, at)
    ran = run(at, left, rows, where, step=timer.step, held=timer.closures)
    return TimerResumed(
        at=at, timer=timer.name, due_at=ran.due_at, closures=ran.closures
    )


def extended(  # noqa: PLR0913 - who moved it by how much, and why, is asked for
    timer: Timer,
    at: datetime,
    *,
    seconds: int | None = None,
    until: datetime | None = None,
    reason: str,
    by: str,
    role: ActingRole | None = None,
    policy: str,
    calendar: Calendar = (),
    where: Where = ANYWHERE,
) -> TimerExtended:
    """Move the deadline by so much running time, or to a moment outright.

    Exactly one of the two is given; a paused clock has no moment to be moved to. What
    has already run cannot be taken away: given less, it is due now.
    """
    assert timer.standing in {"running", "paused"}, "only what is owed is put off"
    assert (seconds is None) != (until is None), "by so much, or until then"
    if timer.standing == "paused":
        assert seconds is not None, "a paused clock is moved by seconds"
        given, ran = put_paused(timer, seconds)
    else:
        rows = () if timer.told else calendar
        given, ran = (
            put_by(timer, at, seconds, rows, where)
            if seconds is not None
            else put_to(timer, until or at, rows, where)
        )
    return TimerExtended(
        at=at,
        timer=timer.name,
        due_at=ran.due_at,
        seconds=given,
        reason=reason,
        by=by,
        role=role,
        policy=policy,
        closures=ran.closures,
    )


def sooner(  # noqa: PLR0913 - as above
    timer: Timer,
    at: datetime,
    *,
    seconds: int,
    reason: str,
    policy: str,
    by: str = BY_RULE,
    calendar: Calendar = (),
    where: Where = ANYWHERE,
) -> TimerExtended | None:
    """Leave a clock at most so much running time from now; None if it has no more.

    So "7 d, or 48 h after the return is signed for, whichever ends first" is one clock
    of 7 d and, at the signature, this (超时说明 20010540).
    """
    left = max(0, seconds_left(timer, at))
    if left <= seconds:
        return None
    return extended(
        timer,
        at,
        seconds=seconds - left,
        reason=reason,
        by=by,
        policy=policy,
        calendar=calendar,
        where=where,
    )


def moved(
    timer: Timer, at: datetime, calendar: Calendar, where: Where = ANYWHERE
) -> TimerExtended | None:
    """Return how a calendar published since moves a deadline; None if it does not.

    Time closed since the clock began to run is given back too. A deadline is never
    moved to be sooner, a told one never at all, and a paused one when it resumes. Rows
    that replace hours count at the start alone.
    """
    if timer.standing != "running" or timer.told:
        return None
    ran = run(
        timer.since,
        span(timer),
        calendar,
        where,
        step=timer.step,
        held=timer.closures,
    )
    if ran.due_at <= timer.due_at:
        return None
    known = {each.policy for each in timer.closures}
    fresh = [each for each in ran.closures if each not in timer.closures]
    cause = max(fresh, key=lambda it: (it.policy not in known, it.ends - it.begins))
    return TimerExtended(
        at=at,
        timer=timer.name,
        due_at=ran.due_at,
        seconds=0,
        reason=cause.reason,
        by=BY_CALENDAR,
        policy=cause.policy,
        closures=ran.closures,
    )


def all_moved(
    timers: Timers, at: datetime, calendar: Calendar, where: Where = ANYWHERE
) -> tuple[TimerExtended, ...]:
    """Return how a calendar published since moves deadlines, each as ``moved`` does.

    Asked before whether any is overdue: what closed while a clock ran is given back,
    however late that was published, so long as the breach was not written down.
    """
    events = (moved(timer, at, calendar, where) for timer in timers.values())
    return tuple(event for event in events if event is not None)


def restarted(  # noqa: PLR0913, PLR0917 - as above
    timer: Timer,
    row: TimerRow,
    at: datetime,
    reason: str,
    calendar: Calendar = (),
    where: Where = ANYWHERE,
    *,
    seconds: int | None = None,
) -> TimerRestarted:
    """Start it anew from now under a row, however it stands; nothing is carried over.

    ``seconds`` of running time replace the row's hours.
    """
    begun = started(row, timer.name, at, calendar, where, seconds=seconds)
    return TimerRestarted(
        at=at,
        timer=begun.timer,
        step=begun.step,
        owes=begun.owes,
        seconds=begun.seconds,
        due_at=begun.due_at,
        on_breach=begun.on_breach,
        policy=begun.policy,
        reason=reason,
        closures=begun.closures,
        hours_from=begun.hours_from,
    )


def met(timer: Timer, at: datetime) -> TimerMet:
    """Say that the step was done, running or paused, in time or late."""
    assert timer.standing in {"running", "paused"}, "only what is owed can be done"
    left = seconds_left(timer, at)
    return TimerMet(at=at, timer=timer.name, seconds_left=left)


def breached(timer: Timer, at: datetime) -> TimerBreached:
    """Say that time ran out; ``overdue`` says when it has."""
    assert timer.standing == "running", "only what runs can run out"
    return TimerBreached(
        at=at,
        timer=timer.name,
        owes=timer.owes,
        due_at=timer.due_at,
        on_breach=timer.on_breach,
        policy=timer.policy,
    )


def cancelled(timer: Timer, at: datetime, reason: str) -> TimerCancelled:
    """Say that nobody owes the step any more."""
    assert timer.standing in {"running", "paused"}, "only what is owed can be let off"
    return TimerCancelled(at=at, timer=timer.name, reason=reason)
