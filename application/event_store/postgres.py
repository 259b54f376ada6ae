"""The event store on PostgreSQL: streams out, batches of asks in, the log to read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from psycopg.rows import TupleRow

from application.event_store.asks import AskOutcome, StoredAsk, StoredPart
from application.event_store.connections import Connection, Pool, available
from application.event_store.envelope import Receipt, StreamVersion
from application.event_store.history import History, Page, read_rows
from application.event_store.mapper import RedressMapper
from application.event_store.packed import Packed, ids, small_integers
from application.event_store.recorder import RedressApplicationRecorder
from application.event_store.rows import (
    COLUMNS,
    Read,
    Row,
    id_of,
    log_entry,
    row_cursor,
)
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
    StoreUnavailable,
    StreamAppend,
    Unreadable,
    occurred_at,
)
from application.event_store.upcasts import UPCASTS, Upcasts
from domain.events import ALL_EVENTS
from domain.ids import partition_in
from domain.kernel import Event

# A row for each event, with the number of its stream, and one for each receipt, with
# the number of its command below zero. The inner ORDER BY makes each stream one walk
# along its index, whatever the planner believes about the size of the table.
LOAD = f"""
    SELECT {COLUMNS}, s.number,
           NULL::uuid[] AS streams, NULL::bigint[] AS versions, NULL::bytea[] AS leaves
    FROM unnest(%b::smallint[], %b::uuid[])
         WITH ORDINALITY AS s (partition, stream_id, number)
    CROSS JOIN LATERAL (
        SELECT * FROM store.event AS e
        WHERE e.partition = s.partition AND e.stream_id = s.stream_id
        ORDER BY e.version
    ) AS e
    UNION ALL
    SELECT c.partition, c.last_position, NULL, NULL, NULL, c.request_hash, NULL,
           NULL, c.command_id, NULL, NULL, NULL, -a.number,
           c.streams, c.versions, array(
               SELECT e.leaf FROM store.event AS e
               WHERE e.partition = c.partition
                 AND e.position BETWEEN c.first_position AND c.last_position
               ORDER BY e.position
           )
    FROM unnest(%b::smallint[], %b::uuid[])
         WITH ORDINALITY AS a (partition, command_id, number)
    CROSS JOIN LATERAL (
        SELECT * FROM store.command AS c
        WHERE c.partition = a.partition AND c.command_id = a.command_id
        LIMIT 1
    ) AS c
"""  # noqa: S608 - the columns are the constant above
READ = f"""
    SELECT {COLUMNS} FROM store.event AS e
    WHERE e.partition = %s AND e.position > %s
    ORDER BY e.position LIMIT %s
"""  # noqa: S608 - the columns are the constant above
STREAMS = f"""
    SELECT {COLUMNS}
    FROM unnest(%b::smallint[], %b::uuid[]) AS s (partition, stream_id)
    CROSS JOIN LATERAL (
        SELECT * FROM store.event AS e
        WHERE e.partition = s.partition AND e.stream_id = s.stream_id
        ORDER BY e.version
    ) AS e
"""  # noqa: S608 - the columns are the constant above
NUMBER = itemgetter(len(Row._fields))
STREAM = itemgetter(Row._fields.index("stream_id"))
BODY = Row._fields.index("body")
HEADS = "SELECT partition, position FROM store.partition_head ORDER BY partition"


class PostgresEventStore:
    """Keeps the promises of EventStore, and lets projections and auditors read.

    ``writer`` must reach the primary: decisions rest on what it loads. ``reader`` may
    lag. Both pools are open, and in autocommit (``connection_pool`` makes such).
    """

    def __init__(
        self,
        writer: Pool,
        reader: Pool,
        event_types: Iterable[type[Event]] = ALL_EVENTS,
        upcasts: Upcasts = UPCASTS,
    ) -> None:
        self._writer, self._reader = writer, reader
        self._recorder = RedressApplicationRecorder(writer)
        self._mapper = RedressMapper(event_types=event_types, upcasts=upcasts)
        self._partitions = len(self._query(writer, HEADS, ()))
        if self._partitions == 0:
            raise StoreUnavailable(
                "The store has no partitions yet. Run the migrations, which end by "
                "calling store.create_partitions."
            )

    @property
    def partitions(self) -> int:
        """The number of partitions, chosen when the store was created."""
        return self._partitions

    # -- For the command handler --

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        """Return whole streams, and the receipts of commands seen, in one query."""
        wanted = list(dict.fromkeys(stream_ids))
        values = (
            *addresses(wanted),
            small_integers([partition for partition, _ in command_ids]),
            ids([command_id for _, command_id in command_ids]),
        )
        rows = self._query(self._writer, LOAD, values)
        rows.sort(key=NUMBER)  # As they come, but PostgreSQL does not promise it.
        seen = {
            command_ids[-number - 1]: (row[BODY], receipt_in(row))
            for row in rows
            if (number := row[len(Row._fields)]) < 0
        }
        del rows[: len(seen)]
        return loaded(wanted, rows, read_rows(rows, self._mapper), seen)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        """Append a batch in one statement and one commit; an outcome for each."""
        if not appends:
            return []
        stored = [self._stored(each) for each in appends]
        return [answer(outcome) for outcome in self._recorder.append_asks(stored)]

    # -- For projections and auditors --

    def read(self, partition: int, after: int, limit: int) -> Page:
        """Return the log of a partition behind a position, in the order of commits.

        There are no gaps and no latecomers: whoever has read up to a position has read
        all there is up to it.
        """
        rows = self._query(self._reader, READ, (partition, after, limit))
        return Page.of(rows, self._mapper)

    def pages(self, limit: int) -> Iterator[Page]:
        """Yield the whole log as it stands, partition by partition, in such pages."""
        for partition, head in self.heads().items():
            for after in range(0, head, limit):
                yield self.read(partition, after, min(limit, head - after))

    def heads(self) -> dict[int, int]:
        """Return the last position of every partition, 0 before its first event."""
        return dict(self._query(self._reader, HEADS, ()))

    def stream(self, stream_id: UUID) -> Page:
        """Return one stream from its first event; empty if there is none."""
        return self.events_of([stream_id])[stream_id]

    def events_of(self, stream_ids: Iterable[UUID]) -> Mapping[UUID, Page]:
        """Return several streams whole, an entry for each, in one query."""
        with available(self._reader, writes=False) as connection:
            return streams_of(connection, stream_ids, self._mapper)

    # -- Between rows and events --

    def _query(self, pool: Pool, query: str, values: Sequence[object]) -> list[Any]:
        with available(pool, writes=False) as connection:
            return row_cursor(connection).execute(query, values).fetchall()

    def _stored(self, append: Append) -> StoredAsk:
        context = append.context
        partition, *others = {partition_in(each.stream_id) for each in append.streams}
        if others:
            raise ValueError("The parts of an ask lie in one partition.")
        return StoredAsk(
            partition=partition,
            command_id=context.command_id,
            name=context.name,
            actor=context.actor,
            asked_at=context.asked_at,
            correlation_id=context.correlation_id,
            request_hash=append.request_hash,
            parts=[self._stored_part(part, context.at) for part in append.streams],
        )

    def _stored_part(self, part: StreamAppend, at: datetime) -> StoredPart:
        encode = self._mapper.encode
        events = [(*encode(event), occurred_at(event, at)) for event in part.events]
        return StoredPart(part.stream_id, part.version, events)


def streams_of(
    connection: Connection, stream_ids: Iterable[UUID], mapper: RedressMapper
) -> dict[UUID, Page]:
    """Return several streams whole as a connection sees them, an entry for each."""
    wanted = list(stream_ids)
    rows = row_cursor(connection).execute(STREAMS, addresses(wanted)).fetchall()
    rows.sort(key=STREAM)  # Stable: each keeps its order.
    read = read_rows(rows, mapper)
    streams = dict.fromkeys(wanted, Page([], []))
    for key, first, last in runs(rows, STREAM):
        streams[id_of(key)] = Page(rows[first:last], read[first:last])
    return streams


def addresses(stream_ids: Iterable[UUID]) -> tuple[Packed, Packed]:
    """Return the columns of partitions and ids that say where the streams are."""
    wanted = list(stream_ids)
    return small_integers(list(map(partition_in, wanted))), ids(wanted)


def loaded(
    stream_ids: Sequence[UUID],
    rows: Sequence[TupleRow],
    read: list[Read],
    seen: Mapping[tuple[int, UUID], tuple[bytes, Receipt]],
) -> Loaded:
    """Return these streams, whose rows were read as this, one stream after another."""
    histories = dict.fromkeys(stream_ids, History([], []))
    unreadable: dict[UUID, Unreadable] = {}
    for number, first, last in runs(rows, NUMBER):
        stream_id, some = stream_ids[number - 1], read[first:last]
        history = History.of(rows[first:last], some)
        histories[stream_id] = history
        if len(history) < len(some):
            entries = map(log_entry, rows[first:last], some, repeat(stream_id))
            unreadable[stream_id] = next(
                e for e in entries if isinstance(e, Unreadable)
            )
    return Loaded(histories, seen, unreadable)


def runs(
    rows: Sequence[TupleRow], key: Callable[[TupleRow], Any]
) -> Iterator[tuple[Any, int, int]]:
    """Yield where rows of one key begin and end; those of one key stand together."""
    first = 0
    for value, some in groupby(map(key, rows)):
        last = first + sum(1 for _ in some)
        yield value, first, last
        first = last


def receipt_in(row: TupleRow) -> Receipt:
    """Return the receipt that a row of LOAD says."""
    partition, position, *_, streams, versions, leaves = row
    return receipt_of(partition, position, list(map(id_of, streams)), versions, leaves)


def receipt_of(
    partition: int,
    last_position: int,
    streams: Sequence[UUID],
    versions: Sequence[int],
    leaves: Sequence[bytes] | None,
) -> Receipt:
    """Return the receipt that the rows of an ask amount to, now or years later."""
    return Receipt(
        stream_id=streams[0],
        version=versions[0],
        position=f"{partition}.{last_position}",
        leaves=tuple(leaf.hex() for leaf in leaves or ()),
        streams=tuple(map(StreamVersion, streams, versions)),
    )


def answer(outcome: AskOutcome) -> Receipt | Conflict:
    """Return what the handler is told of an ask."""
    kind, partition, last_position, streams, versions, leaves = outcome
    if kind == "conflict":
        return Conflict(streams[0], versions[0])
    receipt = receipt_of(partition, last_position, streams, versions, leaves)
    return replace(receipt, repeated=True) if kind == "repeated" else receipt
