"""What to ask of an order, and from when on: one point per line, code and window."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.detection.known import Known
from domain.kernel import Code, Name, PolicyRef
from domain.order import Order
from domain.order.values import LineNumber
from domain.policy.book import Rulebook
from domain.policy.calendar import run
from domain.policy.rows import CalendarRow, Times, Where
from domain.policy.service_rows import DetectorRow, RegionsRow, SeverityRow
from domain.shortfall import Fact, ShortfallCode, Window

HOUR: Final = timedelta(hours=1)
SECOND: Final = timedelta(seconds=1)


class WatchPoint(Struct, frozen=True, kw_only=True):
    """Something that falls short from ``due_at`` on, unless it heals before.

    ``due`` is what it falls short of, where that is another time; ``until`` is when it
    would be too late to say so, such as a risk once the promise is broken. ``rule`` is
    the detector's row.
    """

    code: ShortfallCode
    line: LineNumber | None = None
    window: Window
    due_at: datetime
    rule: PolicyRef
    due: datetime | None = None
    until: datetime | None = None
    parcel: Name | None = None
    heard_in: Name | None = None
    incident: Name | None = None
    breach: Code | None = None
    effort: int = 0
    facts: tuple[Fact, ...] = ()

    @property
    def name(self) -> str:
        """The name of the shortfall it would be: line, code and window."""
        return f"{self.line or 'order'}/{self.code}/{self.window}"


class Rules(Struct, frozen=True, kw_only=True):
    """All rows a detection looks at, as in force for one order at one time."""

    detectors: tuple[DetectorRow, ...]
    regions: RegionsRow | None = None
    severity: SeverityRow | None = None
    calendar: tuple[CalendarRow, ...] = ()
    zone: str = "Asia/Shanghai"


class Asked(NamedTuple):
    """What a watcher looks at: an order by one detector, and all that is known."""

    order: Order
    row: DetectorRow
    rules: Rules
    known: Known


def rules_of(book: Rulebook, order: Order, at: datetime) -> Rules:
    """Return the rows in force for an order at a time.

    Calendars that name steps are about those steps; parcels stand still only in rows
    that are about everything, as when a storm closes a region.
    """
    ordered_at = order.placed_at or order.paid_at
    times = Times(ordered_at=ordered_at, conduct_at=at, judged_at=at)
    return Rules(
        detectors=book.detectors(times),
        regions=book.regions(times),
        severity=book.severity(times),
        calendar=tuple(row for row in book.calendars(times) if not row.steps),
        zone=book.zone,
    )


def passed(since: datetime, hours: int, *, inclusive: bool) -> datetime:
    """Return from when on more than so many hours have passed, or as many ("≥").

    Rules count in whole seconds: beyond 48 hours is a second after them.
    """
    due = since.astimezone(UTC) + hours * HOUR
    return due if inclusive else due + SECOND


def passed_running(
    since: datetime,
    hours: int,
    row: DetectorRow,
    calendar: Sequence[CalendarRow],
    places: Sequence[Where],
) -> datetime:
    """Return the same in running hours, by the place whose calendar gives the most."""
    straight = passed(since, hours, inclusive=row.inclusive)
    if not calendar:
        return straight
    begins, seconds = since.astimezone(UTC), hours * 3600
    ends = [run(begins, seconds, calendar, place).due_at for place in places]
    closed = max(ends, default=begins) + (timedelta() if row.inclusive else SECOND)
    return max(straight, closed)


def window_of(
    row: DetectorRow, about: str, due: datetime, matter: str, zone: str
) -> str:
    """Return which window of a row something falls into.

    ``about`` is what is watched, such as a parcel; "" is the order itself.
    """
    match row.window:
        case "once":
            when = "once"
        case "due":
            when = stamp(due)
        case "day":
            when = due.astimezone(ZoneInfo(zone)).date().isoformat()
        case "matter":
            return matter[:200] or about or "once"
    return "/".join(filter(None, (about, when)))[:200]


def stamp(moment: datetime) -> str:
    """Return a moment to the second as part of a name."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def fact(name: str, value: int | datetime | str | None) -> Fact:
    """Return what was looked at."""
    if isinstance(value, datetime):
        return Fact(name=name, at=value)
    return Fact(name=name, value=value)
