"""How much running time a clock starts with, has, and is given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.policy.calendar import replacing, run, within
from domain.policy.closures import Run, running, to_second
from domain.policy.rows import CalendarRow, TimerRow, Where
from domain.timer.events import HoursFrom
from domain.timer.state import Timer

Calendar = Sequence[CalendarRow]

HOUR_S: Final = 3600


def hours(
    row: TimerRow,
    at: datetime,
    calendar: Calendar,
    where: Where,
    seconds: int | None,
) -> tuple[int, HoursFrom | None]:
    """Return the seconds a clock starts with, and the calendar's row if it is its."""
    if seconds is not None:
        return seconds, None
    instead = replacing(calendar, where, row.step, at)
    if instead is None or instead.hours is None:
        return row.hours * HOUR_S, None
    why = HoursFrom(reason=instead.reason, policy=instead.ref)
    return instead.hours * HOUR_S, why


def span(timer: Timer) -> int:
    """Return the running time between when it last began to run and its due time."""
    return running(timer.since, timer.due_at, timer.closures)


def put_paused(timer: Timer, seconds: int) -> tuple[int, Run]:
    """Return what a paused clock is given, and where it would have been due."""
    given = max(seconds, -(timer.seconds_left or 0))
    return given, Run(due_at=timer.due_at + timedelta(seconds=given))


def put_by(
    timer: Timer, at: datetime, seconds: int, calendar: Calendar, where: Where
) -> tuple[int, Run]:
    """Return what a running clock is given, and where it ends then."""
    had = span(timer)
    ran_already = running(timer.since, min(at, timer.due_at), timer.closures)
    has = max(had + seconds, ran_already)
    ends = run(timer.since, has, calendar, where, step=timer.step, held=timer.closures)
    if ends.due_at < at <= timer.due_at:
        return put_to(timer, at, (), where)
    return has - had, ends


def put_to(
    timer: Timer, until: datetime, calendar: Calendar, where: Where
) -> tuple[int, Run]:
    """Return how much running time it is given by a due time outright."""
    closures = within(
        timer.since, until, calendar, where, step=timer.step, held=timer.closures
    )
    has = running(timer.since, until, closures)
    return has - span(timer), Run(due_at=to_second(until), closures=closures)
