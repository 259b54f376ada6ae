"""When running time ends: nights, holidays and disasters, counted once each.

A clock's running time is what lies between its closures. Whatever a calendar grants
becomes a closure, with the row that grants it and its reason, so that whoever looks at
the clock later needs no calendar (domain rules, section 4.5; 超时说明 20010540).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.policy.closures import (
    DAY,
    SECOND,
    Closure,
    Closures,
    Run,
    beside,
    closure,
    disjoint,
    nights,
    running,
    shut,
    stopping,
    to_second,
    walk,
)
from domain.policy.rows import CalendarRow, Where

ANYWHERE: Final = Where()


def concerning(
    calendar: Sequence[CalendarRow], where: Where, step: str | None
) -> tuple[CalendarRow, ...]:
    """Return the rows about this step, region, carrier and goods.

    What is not known is concerned only by rows that do not narrow themselves to it.
    """
    return tuple(
        row
        for row in calendar
        if (not row.regions or where.region in row.regions)
        and (not row.carriers or where.carrier in row.carriers)
        and (not row.goods or where.goods in row.goods)
        and (not row.steps or step in row.steps)
    )


def replacing(
    calendar: Sequence[CalendarRow], where: Where, step: str, at: datetime
) -> CalendarRow | None:
    """Return the row whose hours a step starting now takes in place of its own.

    Of several that say so, the one with the most hours.
    """
    rows = [
        row
        for row in concerning(calendar, where, step)
        if row.effect == "replace" and inside(row, at)
    ]
    return max(rows, key=lambda row: row.hours or 0, default=None)


def exempt(
    calendar: Sequence[CalendarRow], where: Where, step: str, due_at: datetime
) -> CalendarRow | None:
    """Return the row that lets nothing be breached at this due time (force majeure)."""
    rows = concerning(calendar, where, step)
    exempting = (row for row in rows if row.effect == "exempt" and inside(row, due_at))
    return next(exempting, None)


def run(  # noqa: PLR0913 - what the number depends on, all of it
    begins: datetime,
    seconds: int,
    calendar: Sequence[CalendarRow] = (),
    where: Where = ANYWHERE,
    *,
    step: str | None = None,
    held: Sequence[Closure] = (),
    starts: bool = False,
) -> Run:
    """Return where so many seconds of running time from ``begins`` end.

    ``held`` are closures the clock was given before: they stay, and what a row gave is
    not given twice. First the clock stands still where it is closed ("pause", "night");
    a night "at start" only where it ``starts`` in it; then "add" stops it for its hours
    from when it first is inside; at last what falls due inside a "shift_to" or "exempt"
    is put to its time or its end, never sooner, by a closure from when the clock first
    is inside. Raises ValueError if it never ends.
    """
    start = to_second(begins)
    rows = sorted(concerning(calendar, where, step), key=first_moment)
    stops, granted = [row for row in rows if stopping(row)], list(held)
    if starts:
        granted += first_nights(rows, start)
    ran = walk(start, seconds, stops, granted)
    for adding in rows:
        if adding.effect == "add":
            granted += added(adding, start, stops, granted, ran)
            ran = walk(start, seconds, stops, granted)
    shifts = [row for row in rows if row.effect in {"shift_to", "exempt"}]
    while row := next((row for row in shifts if later(row, ran.due_at)), None):
        shifts.remove(row)
        granted += shifted(row, start, stops, granted, ran)
        until = target(row)
        ran = Run(due_at=until, closures=shut(start, until, stops, granted))
    return ran


def within(  # noqa: PLR0913 - as above
    begins: datetime,
    until: datetime,
    calendar: Sequence[CalendarRow] = (),
    where: Where = ANYWHERE,
    *,
    step: str | None = None,
    held: Sequence[Closure] = (),
) -> Closures:
    """Return when a clock with a deadline told outright stands still until then."""
    stops = [row for row in concerning(calendar, where, step) if stopping(row)]
    return shut(to_second(begins), to_second(until), stops, held)


# -- How it is counted --


def first_moment(row: CalendarRow) -> datetime:
    """Return when a row of the calendar begins to matter."""
    return row.in_force_from if row.begins is None else row.begins


def first_nights(rows: Sequence[CalendarRow], start: datetime) -> list[Closure]:
    """Return the rest of the nights that hold up only what starts in them."""
    begun = [
        night
        for row in rows
        if row.effect == "night" and row.at_start
        for night in nights(row, start, start + SECOND)
    ]
    return disjoint(begun, start, start + 2 * DAY)


def inside(row: CalendarRow, at: datetime) -> bool:
    """Say whether a moment lies inside the row's time, its end not included."""
    return (row.begins is None or row.begins <= at) and (
        row.ends is None or at < row.ends
    )


def target(row: CalendarRow) -> datetime:
    """Return where the row puts what falls due inside it."""
    until = row.shift_to if row.effect == "shift_to" else row.ends
    assert until is not None, "rows are checked when they are read"
    return to_second(until)


def later(row: CalendarRow, due_at: datetime) -> bool:
    """Say whether what is due then is put off by the row."""
    return inside(row, due_at) and target(row) > due_at


def added(
    row: CalendarRow,
    start: datetime,
    stops: Sequence[CalendarRow],
    granted: Sequence[Closure],
    ran: Run,
) -> list[Closure]:
    """Return what an "add" gives a clock that runs inside it, less what it gave."""
    assert row.begins is not None, "rows are checked when they are read"
    assert row.ends is not None, "rows are checked when they are read"
    given = sum(
        (each.ends - each.begins for each in granted if each.policy == row.ref),
        timedelta(),
    )
    more = timedelta(hours=row.hours or 0) - given
    touched = start < row.ends and row.begins < ran.due_at
    if not touched or more <= timedelta():
        return []
    return stood(row, max(start, to_second(row.begins)), more // SECOND, stops, granted)


def shifted(
    row: CalendarRow,
    start: datetime,
    stops: Sequence[CalendarRow],
    granted: Sequence[Closure],
    ran: Run,
) -> list[Closure]:
    """Return how long the clock stands still so that it ends where the row puts it."""
    assert row.begins is not None, "rows are checked when they are read"
    enters, until = max(start, to_second(row.begins)), target(row)
    left = running(enters, ran.due_at, ran.closures)
    there = running(enters, until, shut(enters, until, stops, granted))
    return stood(row, enters, there - left, stops, granted)


def stood(
    row: CalendarRow,
    begins: datetime,
    seconds: int,
    stops: Sequence[CalendarRow],
    granted: Sequence[Closure],
) -> list[Closure]:
    """Return the row's closures over so many seconds that would else have counted."""
    ran = walk(begins, seconds, stops, granted)
    return list(beside(closure(row, begins, ran.due_at), ran.closures))
