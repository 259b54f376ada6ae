"""What a row may say by its types, and yet nobody could keep."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.kernel import YEAR_MAX, YEAR_MIN, possible
from domain.policy.rows import (
    AnyRow,
    CalendarRow,
    CapRow,
    LabelRow,
    MoneyRow,
    PolicyDocument,
)
from domain.promise import DEEDS

HOUR_MAX = 24


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong with one field of a row, or of the document: then ``row`` is ""."""

    row: str
    field: str
    what: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.row or 'the document'}, {self.field}: {self.what}"


def faults(document: PolicyDocument, caps: frozenset[str] = frozenset()) -> list[Fault]:
    """Return what is wrong with a document. ``caps`` are those published before."""
    caps |= {row.id for row in document.row if isinstance(row, CapRow)}
    found = [fault for row in document.row for fault in of_row(row, caps)]
    seen: set[str] = set()
    for row in document.row:
        if row.ref in seen:
            found.append(Fault(row=row.ref, field="version", what="it is there twice"))
        seen.add(row.ref)
    return found


def of_row(row: AnyRow, caps: frozenset[str]) -> Iterator[Fault]:
    """Yield what is wrong with a row."""

    def fault(field: str, what: str) -> Fault:
        return Fault(row=row.ref, field=field, what=what)

    for field, moment in moments(row):
        if not possible(moment):
            yield fault(field, f"it must lie in the years {YEAR_MIN} to {YEAR_MAX}")
    if row.in_force_to is not None and row.in_force_to < row.in_force_from:
        yield fault("in_force_to", "it ends before it begins")
    match row:
        case LabelRow(promise=promise, hours=None, day=None) if promise in DEEDS:
            yield fault("hours", f"{promise} needs `hours` or `day`")
        case LabelRow(cutoff_hour=hour) if not 0 <= hour <= HOUR_MAX:
            yield fault("cutoff_hour", f"an hour of the day is 0 to {HOUR_MAX}")
        case MoneyRow(caps=named):
            for cap in named:
                if cap not in caps:
                    yield fault("caps", f"there is no cap {cap!r}")
        case _:
            pass
    if isinstance(row, LabelRow | CapRow | CalendarRow) and not is_zone(row.zone):
        yield fault("zone", f"{row.zone!r} is no time zone, such as Asia/Shanghai")


def moments(row: AnyRow) -> Iterator[tuple[str, datetime]]:
    """Yield every moment a row names, by its field."""
    for field in row.__struct_fields__:
        value = getattr(row, field)
        if isinstance(value, datetime):
            yield field, value


def is_zone(name: str) -> bool:
    """Say whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
