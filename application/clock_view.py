"""A clock as people read it: the same number in the list, the case and the API."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from domain.policy.rows import OnBreach, Owes
from domain.timer import (
    Closure,
    Standing,
    Timer,
    TimerExtended,
    seconds_left,
    wall_seconds_left,
)


class Moved(Struct, frozen=True, kw_only=True):
    """How a deadline was moved last: when, by how much running time, who and why."""

    at: datetime
    seconds: int
    reason: str
    by: str


class ClockView(Struct, frozen=True, kw_only=True):
    """A clock: who owes what by when, and how much running time is left.

    ``seconds_left`` is running time, below zero when it is late; the closures are the
    times that do not count, with their reasons. ``wall_seconds_left`` is None while it
    stands still. ``extensions`` is how often its deadline was put off, ``moved`` how it
    was moved last, where that is known.
    """

    timer: str
    step: str
    owes: Owes
    standing: Standing
    due_at: datetime
    seconds_left: int
    wall_seconds_left: int | None
    on_breach: OnBreach
    policy: str
    told: bool
    extensions: int
    closures: tuple[Closure, ...]
    moved: Moved | None = None


def clock_view(
    timer: Timer, at: datetime, moved: TimerExtended | None = None
) -> ClockView:
    """Return a clock as it reads at a moment; ``moved`` as told since it started."""
    return ClockView(
        timer=timer.name,
        step=timer.step,
        owes=timer.owes,
        standing=timer.standing,
        due_at=timer.due_at,
        seconds_left=seconds_left(timer, at),
        wall_seconds_left=wall_seconds_left(timer, at),
        on_breach=timer.on_breach,
        policy=timer.policy,
        told=timer.told,
        extensions=timer.extensions,
        closures=timer.closures,
        moved=(
            Moved(at=moved.at, seconds=moved.seconds, reason=moved.reason, by=moved.by)
            if moved is not None and moved.at >= timer.started_at
            else None
        ),
    )


def clocks_view(timers: Iterable[Timer], at: datetime) -> tuple[ClockView, ...]:
    """Return the clocks somebody owes a step by, soonest due first."""
    owed = (timer for timer in timers if timer.standing in {"running", "paused"})
    return tuple(
        clock_view(timer, at)
        for timer in sorted(owed, key=lambda timer: (timer.due_at, timer.name))
    )
