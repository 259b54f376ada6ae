"""Times that do not count, and counting past them: each once, however they overlap."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.kernel import YEAR_MAX, Code, Moment, PolicyRef
from domain.policy.rows import CalendarRow

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


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


def running(begins: datetime, ends: datetime, closures: Sequence[Closure]) -> int:
    """Return the seconds between two moments that count; closures are disjoint."""
    begins, ends = to_second(begins), to_second(ends)
    closed = (
        max(timedelta(), min(each.ends, ends) - max(each.begins, begins))
        for each in closures
    )
    return max(0, (ends - begins - sum(closed, timedelta())) // SECOND)


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
    opens = max(filter(None, (row.in_force_from, row.begins)))
    closes = min(filter(None, (row.in_force_to, row.ends)), default=None)
    over = (row.night_from or 0) > (row.night_to or 0)
    day = first.astimezone(zone).date()
    while (evening := of_hour(day, row.night_from, zone)) < min(ends, closes or ends):
        morning = of_hour(day + DAY if over else day, row.night_to, zone)
        night = max(evening, opens), min(morning, closes or morning)
        if night[0] < night[1]:
            yield closure(row, *night)
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


def stopping(row: CalendarRow) -> bool:
    """Say whether a row stops clocks whenever its time comes."""
    return row.effect == "pause" or (row.effect == "night" and not row.at_start)
