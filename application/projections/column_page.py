"""Pages of the log whose columns stay in one piece, as PostgreSQL sent them.

A projection hands most columns over as they came: then no value of them is ever made
into an object, nor a row of a page into a tuple. Whoever asks for the values, or for
the entries whole, gets them made.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from psycopg import Cursor
from psycopg.postgres import types
from psycopg.rows import TupleRow
from psycopg.types.string import ByteaBinaryLoader

from application.event_store.connections import Connection
from application.event_store.mapper import RedressMapper
from application.event_store.rows.history import Page
from application.event_store.rows.row import LogEntry, Read, Row
from application.projections.arrays import (
    Array,
    Bytes,
    Numbers,
    Smalls,
    Texts,
    Times,
    Uuids,
    elements,
    joined,
)

# The columns that come as arrays; types and bodies come as lines, which is how they are
# read.
ARRAYS: Final[Mapping[str, type[Array]]] = {
    "partition": Smalls,
    "position": Numbers,
    "stream_id": Uuids,
    "version": Numbers,
    "occurred_at": Times,
    "recorded_at": Times,
    "command_id": Uuids,
    "actor": Texts,
    "correlation_id": Uuids,
    "leaf": Bytes,
}

# A stretch of one partition in one row, which ``e`` has the events of.
IN_ONE_ROW: Final = r"""
    count(*), string_agg(e.type, E'\n' ORDER BY e.position),
    string_agg(e.body, '\x0a'::bytea ORDER BY e.position),
""" + ", ".join(f"array_agg(e.{each} ORDER BY e.position)" for each in ARRAYS)

WIDTH: Final = 3 + len(ARRAYS)


class ColumnPage(Page):
    """A page of which every event could be read."""

    __slots__ = ("_bodies", "_parts", "_tags", "_values")

    def __init__(
        self,
        read: list[Read],
        tags: str,
        bodies: bytes,
        parts: Mapping[str, Sequence[bytes]],
    ) -> None:
        super().__init__((), read)
        self._tags, self._bodies, self._parts = tags, bodies, parts
        self._values: dict[str, list[Any]] = {}

    @property
    def position(self) -> int:
        """The position of the last entry, 0 before the first."""
        positions = self.column("position")
        return positions[-1] if positions else 0

    def column(self, name: str) -> list[Any]:
        """Return one field of every entry; ids and times as they were sent."""
        if name not in self._values:
            self._values[name] = self._made_of(name)
        return self._values[name]

    def packed(self, name: str) -> Array:
        """Return one of the ARRAYS as it goes on to PostgreSQL."""
        return joined(ARRAYS[name], self._parts[name])

    def _made_of(self, name: str) -> list[Any]:
        if not self.read:
            return []
        match name:
            case "tag":
                return self._tags.split("\n")
            case "body":
                return self._bodies.split(b"\n")
            case _:
                return elements(self.packed(name))

    def _made(self) -> list[LogEntry]:
        rows = list(zip(*map(self.column, Row._fields), strict=True))
        return Page(rows, self.read).entries()


def array_cursor(connection: Connection) -> Cursor[TupleRow]:
    """Return a cursor that leaves arrays as they are sent."""
    cursor = connection.cursor(binary=True)
    for kind in {each.of for each in ARRAYS.values()}:
        cursor.adapters.register_loader(types[kind].array_oid, ByteaBinaryLoader)
    return cursor


def page_of(rows: Sequence[TupleRow], mapper: RedressMapper) -> ColumnPage | None:
    """Return the page of these rows, each of which is IN_ONE_ROW.

    None if something of it is to be looked at on its own.
    """
    counts, tags, bodies, *arrays = zip(*rows, strict=True) if rows else ((),) * WIDTH
    page = "\n".join(tags), b"\n".join(bodies)
    read: list[Any] | None = mapper.decode_lines(*page, sum(counts))
    if read is None:
        return None
    return ColumnPage(read, *page, dict(zip(ARRAYS, arrays, strict=True)))
