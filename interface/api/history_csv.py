"""A merged history as a table for spreadsheets: no cell of it is ever a formula."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final, Protocol

from domain.money import Money, decimal_string

CSV: Final = "text/csv"

# Without it some spreadsheets read Chinese as something else.
BYTE_ORDER_MARK: Final = "\ufeff"

# What a spreadsheet would take for the beginning of a formula.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")

COLUMNS: Final = (
    "position",
    "recorded_at",
    "occurred_at",
    "noun",
    "stream_id",
    "version",
    "type",
    "role",
    "name",
    "said",
    "money",
    "rows",
    "words",
)


class Told(Protocol):
    """A line of a history, as the API shows it."""

    @property
    def facts(self) -> Any:
        """Its facts."""
        ...

    @property
    def money(self) -> tuple[Money, ...]:
        """What moved."""
        ...

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows it names."""
        ...


def csv_rows(lines: Iterable[Told]) -> Iterator[bytes]:
    """Yield the table, a line at a time, in UTF-8."""
    yield (BYTE_ORDER_MARK + written(COLUMNS)).encode()
    for line in lines:
        yield written([harmless(each) for each in cells(line)]).encode()


def written(row: Iterable[str]) -> str:
    """Return a row as RFC 4180 has it."""
    text = StringIO()
    csv.writer(text).writerow(row)
    return text.getvalue()


def cells(line: Told) -> Iterator[str]:
    """Yield the cells of a line, in the order of the columns."""
    for name in COLUMNS:
        match name:
            case "money":
                yield " ".join(amount(each) for each in line.money)
            case "rows":
                yield " ".join(line.rows)
            case "words":
                yield str(line.facts.get("words") or "")
            case "recorded_at" | "occurred_at":
                at = getattr(line, name)
                yield at.isoformat() if at else ""
            case _:
                yield str(getattr(line, name))


def amount(money: Money) -> str:
    """Return an amount a program can read."""
    return f"{decimal_string(money.minor, money.currency)} {money.currency}"


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet computes: a quote before what looks so."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
