"""Streams as they are found: whole, an entry for each row, in their order."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from struct import unpack
from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from application.event_store.connections import Connection
from application.event_store.envelope import Receipt, RecordedEvent
from application.event_store.mapper import RedressMapper
from application.event_store.rows.history import (
    Page,
    first_unreadable,
    history_of,
    read_rows,
)
from application.event_store.rows.packed import Packed, ids, small_integers
from application.event_store.rows.queries import STREAMS
from application.event_store.rows.row import LogEntry, Row, id_of, row_cursor
from application.event_store.store import Loaded, Unreadable
from domain.ids import partition_in

STREAM = itemgetter(Row._fields.index("stream_id"))


def streams_of(
    connection: Connection, stream_ids: Iterable[UUID], mapper: RedressMapper
) -> dict[UUID, Page]:
    """Return several streams whole as a connection sees them, an entry for each."""
    wanted = list(dict.fromkeys(stream_ids))
    rows = row_cursor(connection).execute(STREAMS, addresses(wanted)).fetchall()
    rows.sort(key=STREAM)  # Stable: each keeps its order.
    read = read_rows(rows, mapper)
    streams = dict.fromkeys(wanted, Page([], []))
    for key, first, last in runs(rows, STREAM):
        streams[id_of(key)] = Page(rows[first:last], read[first:last])
    return streams


def looked_at(
    stream_ids: Iterable[UUID],
    found: Mapping[UUID, Sequence[LogEntry]],
    seen: Mapping[tuple[int, UUID], tuple[bytes, Receipt]],
) -> Loaded:
    """Return streams of which something must be looked at on its own."""
    histories: dict[UUID, Sequence[RecordedEvent]] = {}
    unreadable: dict[UUID, Unreadable] = {}
    for stream_id in stream_ids:
        entries = found.get(stream_id, ())
        known = [each for each in entries if isinstance(each, RecordedEvent)]
        histories[stream_id] = history_of(known)
        if len(known) < len(entries):
            unreadable[stream_id] = first_unreadable(entries)
    return Loaded(histories, seen, unreadable)


def one_of(
    whole: Callable[[], Mapping[UUID, list[LogEntry]]], stream_id: UUID
) -> list[LogEntry]:
    """Return one of the streams that are read whole together, once for all of them."""
    return whole()[stream_id]


def addresses(stream_ids: Iterable[UUID]) -> tuple[Packed, Packed]:
    """Return the columns of partitions and ids that say where the streams are."""
    wanted = list(stream_ids)
    return small_integers(list(map(partition_in, wanted))), ids(wanted)


def each_of(packed: bytes, count: int) -> Sequence[bytes]:
    """Return so many ids that were sent one behind the other."""
    return unpack("16s" * count, packed)


def runs(
    rows: Sequence[TupleRow], key: Callable[[TupleRow], Any]
) -> Iterator[tuple[Any, int, int]]:
    """Yield where rows of one key begin and end; they are sorted by it."""
    last = 0
    while last < len(rows):
        first, value = last, key(rows[last])
        last = bisect_right(rows, value, first, key=key)
        yield value, first, last
