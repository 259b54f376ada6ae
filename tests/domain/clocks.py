"""Clocks and calendars the examples speak of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.policy.rows import CalendarRow, TimerRow
from domain.timer import Timer, TimerEvent, Timers, evolve_timers

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOUR_S = 3600
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def timer_row(step: str = "answer.return_refund", hours: int = 36) -> TimerRow:
    return TimerRow(
        id="taobao-like.step",
        version=1,
        title="How long the merchant may take",
        binding="conduct_time",
        in_force_from=LONG_AGO,
        source="20010540",
        step=step,
        owes="merchant",
        hours=hours,
        on_breach="agree",
    )


def calendar(effect: Any, name: str = "", **more: Any) -> CalendarRow:
    return CalendarRow(
        id=name or effect,
        version=1,
        title="When time does not count",
        binding="conduct_time",
        in_force_from=more.pop("in_force_from", LONG_AGO),
        source="20009347",
        effect=effect,
        reason=name or effect,
        **more,
    )


NIGHT = calendar("night", night_from=23, night_to=8)


def clock(*events: TimerEvent) -> Timer:
    """Return the one clock that these events are about."""
    timers: Timers = {}
    for event in events:
        timers = evolve_timers(timers, event)
    (timer,) = timers.values()
    return timer
