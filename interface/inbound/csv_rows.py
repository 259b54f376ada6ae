"""CSV files, read as far as they can be read.

A row that cannot be read is handed on with its file, its line and the reason, and the
rest goes on.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

from interface.errors import UserError

# A quoted text may run over several lines; a forgotten quote must not eat the file.
RECORD_LINES_MAX: Final = 200
RAW_BYTES_MAX: Final = 16_384

Texts = Mapping[str, str]
Refuse = Callable[["Malformed"], None]
R = TypeVar("R")


class Malformed(NamedTuple):
    """A row nothing can be made of, where it stands, and why.

    ``owner`` is what its owner column names, if that much could be read.
    """

    file: str
    line: int
    raw: bytes
    reason: str
    owner: str | None = None

    @property
    def where(self) -> str:
        """The file and line, as "olist_orders_dataset.csv:17"."""
        return f"{self.file}:{self.line}"


class Numbered(NamedTuple, Generic[R]):
    """A row that could be read, and where it stood."""

    row: R
    line: int
    raw: bytes


class Table(NamedTuple, Generic[R]):
    """A kind of file: its name, the columns it must have, how a row is read.

    ``read`` is given the texts by column and raises ValueError for what does not fit.
    Several rows may belong to one thing, which the column ``owner`` names.
    """

    file: str
    columns: tuple[str, ...]
    read: Callable[[Texts], R]
    owner: str

    def rows(self, folder: Path, refuse: Refuse) -> Iterator[Numbered[R]]:
        """Yield the rows that can be read; raises UserError for a file that cannot."""
        path = folder / self.file
        try:
            with path.open(
                encoding="utf-8-sig", errors="surrogateescape", newline=""
            ) as lines:
                yield from self._read(iter(lines), refuse)
        except OSError as broken:
            raise UserError(f"{path} cannot be read: {broken.strerror}") from broken

    def _read(self, lines: Iterator[str], refuse: Refuse) -> Iterator[Numbered[R]]:
        header = [name.strip() for name in next(csv.reader([next(lines, "")]), [])]
        for column in self.columns:
            if column not in header:
                raise UserError(f"{self.file} has no column {column} in its first line")
        for line, text in records(lines, len(header)):
            raw = text.encode("utf-8", "surrogateescape")
            try:
                yield Numbered(self.read(fields(header, text, raw)), line, raw)
            except (ValueError, csv.Error) as why:
                owner = named(self.owner, header, text)
                cut = raw[:RAW_BYTES_MAX]
                refuse(Malformed(self.file, line, cut, str(why), owner))


def fields(header: list[str], text: str, raw: bytes) -> Texts:
    """Return a row's fields; ValueError or csv.Error if they are not the header's."""
    if len(raw) > RAW_BYTES_MAX:
        raise ValueError(f"the row is longer than {RAW_BYTES_MAX} bytes")
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise ValueError("the row is not UTF-8") from None
    texts = next(csv.reader([text], strict=True), [])
    if len(texts) != len(header):
        raise ValueError(f"the row has {len(texts)} columns, the header {len(header)}")
    return dict(zip(header, texts, strict=True))


def named(column: str, header: list[str], text: str) -> str | None:
    """Return one field of a malformed row, as far as it can be told."""
    try:
        return dict(zip(header, next(csv.reader([text]), []), strict=False)).get(column)
    except csv.Error:
        return None


def records(lines: Iterable[str], columns: int) -> Iterator[tuple[int, str]]:
    """Yield each record after the header with the number of its first line.

    A quote that never closes is one bad line, not a record to the end of the file:
    lines that do not make a record together stand alone, each for itself.
    """
    number, waiting, source = 2, list[str](), iter(lines)
    while True:
        taken, quotes = list[str](), 0
        for line in chain(waiting, source):
            taken.append(line)
            quotes += line.count('"')
            if quotes % 2 == 0 or len(taken) == RECORD_LINES_MAX:
                break
        if not taken:
            return
        together = len(taken) == 1 or makes(columns, "".join(taken))
        used = taken if together else taken[:1]
        waiting = taken[len(used) :] + waiting[len(taken) :]
        if "".join(used).strip():
            yield number, "".join(used)
        number += len(used)


def makes(columns: int, text: str) -> bool:
    """Say whether a text of several lines is one record of so many columns."""
    try:
        return len(next(csv.reader([text], strict=True), [])) == columns
    except csv.Error:
        return False
