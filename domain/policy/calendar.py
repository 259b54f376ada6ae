"""When running time ends: nights, holidays and disasters, counted once each.

A clock's running time is what lies between its closures. Whatever a calendar grants
becomes a closure, with the row that grants it and its reason, so that whoever looks at
the clock later needs no calendar (domain rules, section 4.5; 超时说明 20010540).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.kernel import YEAR_MAX, Code, Moment, PolicyRef
from domain.policy.rows import CalendarRow, Where

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
ANYWHERE: Final = Where()


class Closure(Struct, frozen=True, kw_only=True):
    """Time that does not count, and why: the row of the calendar, its reason."""

    begins: Moment
    ends: Moment
    reason: Code
    policy: PolicyRef


Closures = tuple[Closure, ...]


class Run(Struct, frozen=True, kw_only=True):
    """Where running time ends, and the closures on the way, disjoint, in order."""

    due_at: datetime
    closures: Closures = ()


def to_second(moment: datetime) -> datetime:
    """Return the moment in UTC without its fraction: rules count whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0)


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
) -> Run:
    """Return where so many seconds of running time from ``begins`` end.

    ``held`` are closures the clock was given before: they stay, and what a row gave is
    not given twice. First the clock stands still where it is closed ("pause", "night");
    then "add" stops it for its hours from when it first is inside; at last what falls
    due inside a "shift_to" or "exempt" is put to its time or its end, never sooner, by
    a closure from when the clock first is inside. Raises ValueError if it never ends.
    """
    start = to_second(begins)
    rows = sorted(concerning(calendar, where, step), key=first_moment)
    stops = [row for row in rows if row.effect in {"pause", "night"}]
    granted = list(held)
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
    stops = [
        row
        for row in concerning(calendar, where, step)
        if row.effect in {"pause", "night"}
    ]
    return shut(to_second(begins), to_second(until), stops, held)


def running(begins: datetime, ends: datetime, closures: Sequence[Closure]) -> int:
    """Return the seconds between two moments that count; closures are disjoint."""
    begins, ends = to_second(begins), to_second(ends)
    closed = (
        max(timedelta(), min(each.ends, ends) - max(each.begins, begins))
        for each in closures
    )
    return max(0, (ends - begins - sum(closed, timedelta())) // SECOND)


# -- How it is counted --


def first_moment(row: CalendarRow) -> datetime:
    """Return when a row of the calendar begins to matter."""
    return row.in_force_from if row.begins is None else row.begins


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


def walk(
    start: datetime,
    seconds: int,
    stops: Sequence[CalendarRow],
    granted: Sequence[Closure],
) -> Run:
    """Count so many seconds from the start, leaving out what is closed."""
    ahead = timedelta(seconds=seconds) + DAY
    while (start + ahead).year <= YEAR_MAX:
        closures = shut(start, start + ahead, stops, granted)
        due_at = after(start, seconds, closures)
        if due_at <= start + ahead:
            on_the_way = [each for each in closures if each.begins < due_at]
            return Run(due_at=due_at, closures=tuple(on_the_way))
        ahead *= 2
    raise ValueError(f"{seconds} s from {start} never end: its calendar leaves no time")


def after(start: datetime, seconds: int, closures: Sequence[Closure]) -> datetime:
    """Return the moment when the seconds have run; what begins closed begins later."""
    at, left = start, timedelta(seconds=seconds)
    for each in closures:
        free = each.begins - at
        if free >= left and free > timedelta():
            break
        left, at = left - free, each.ends
    return at + left


def shut(
    begins: datetime,
    ends: datetime,
    stops: Sequence[CalendarRow],
    granted: Sequence[Closure],
) -> Closures:
    """Return the closures between two moments, none counted twice where they overlap.

    Those granted come first; of others the one that began first gives the reason.
    """
    given = disjoint(granted, begins, ends)
    stopped = [each for row in stops for each in closures_of(row, begins, ends)]
    cut = (free for each in stopped for free in beside(each, given))
    return tuple(
        sorted((*given, *disjoint(list(cut), begins, ends)), key=lambda it: it.begins)
    )


def disjoint(
    closures: Sequence[Closure], begins: datetime, ends: datetime
) -> list[Closure]:
    """Return the closures between two moments, each cut to where no earlier one is."""
    kept: list[Closure] = []
    at = begins
    for each in sorted(closures, key=lambda it: (it.begins, it.policy)):
        cut = part(each, max(at, each.begins), min(ends, each.ends))
        if cut.begins < cut.ends:
            kept.append(cut)
            at = cut.ends
    return kept


def part(closure: Closure, begins: datetime, ends: datetime) -> Closure:
    """Return a part of a closure."""
    return Closure(
        begins=begins, ends=ends, reason=closure.reason, policy=closure.policy
    )


def beside(closure: Closure, others: Sequence[Closure]) -> Iterator[Closure]:
    """Return the parts of a closure that no other one covers; those are disjoint."""
    at = closure.begins
    for each in others:
        if each.ends > at and each.begins < closure.ends:
            if at < each.begins:
                yield part(closure, at, each.begins)
            at = each.ends
    if at < closure.ends:
        yield part(closure, at, closure.ends)


def closures_of(
    row: CalendarRow, begins: datetime, ends: datetime
) -> Iterator[Closure]:
    """Return when a row stops clocks between two moments, roughly."""
    if row.effect == "night":
        yield from nights(row, begins, ends)
    else:
        assert row.begins is not None, "rows are checked when they are read"
        assert row.ends is not None, "rows are checked when they are read"
        yield closure(row, row.begins, row.ends)


def nights(row: CalendarRow, begins: datetime, ends: datetime) -> Iterator[Closure]:
    """Return a row's nights while it is in force, by the local clock of their day.

    An hour that summer time leaves out or has twice makes them shorter or longer. The
    same hour twice is no night at all.
    """
    zone = ZoneInfo(row.zone)
    first = max(filter(None, (begins, row.in_force_from, row.begins))) - DAY
    last = min(filter(None, (ends, row.in_force_to, row.ends)))
    opens = max(filter(None, (row.in_force_from, row.begins)))
    day = first.astimezone(zone).date()
    while (from_ := of_hour(day, row.night_from, zone)) < last:
        over = (row.night_from or 0) > (row.night_to or 0)
        to = of_hour(day + DAY if over else day, row.night_to, zone)
        if max(from_, opens) < min(to, last):
            yield closure(row, max(from_, opens), min(to, last))
        day += DAY


def of_hour(day: date, hour: int | None, zone: ZoneInfo) -> datetime:
    """Return when the local clock first shows this hour, or has passed it over."""
    return datetime.combine(day, time(hour or 0), zone).astimezone(UTC)


def closure(row: CalendarRow, begins: datetime, ends: datetime) -> Closure:
    """Return a closure that a row gives."""
    return Closure(
        begins=to_second(begins),
        ends=to_second(ends),
        reason=row.reason,
        policy=row.ref,
    )


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
