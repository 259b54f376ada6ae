"""The event store on PostgreSQL: streams out, batches of asks in, the log to read."""

from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import closing
from datetime import datetime
from functools import cache, partial
from itertools import islice, takewhile
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from psycopg.rows import TupleRow

from application.event_store.connections import Pool, available
from application.event_store.envelope import Receipt, StreamVersion
from application.event_store.mapper import RedressMapper
from application.event_store.rows.asks import AskOutcome, StoredAsk, StoredPart
from application.event_store.rows.history import (
    Happened,
    History,
    Page,
)
from application.event_store.rows.loading import (
    addresses,
    each_of,
    looked_at,
    one_of,
    streams_of,
)
from application.event_store.rows.packed import ids, small_integers
from application.event_store.rows.queries import (
    HAPPENED,
    HEADS,
    LOAD,
    LOAD_AND_SEEN,
    READ,
)
from application.event_store.rows.row import (
    LogEntry,
    asked_ahead,
    id_of,
    row_cursor,
)
from application.event_store.rows.usual import receipts, usual_asks, usual_columns
from application.event_store.seams.recorder import RedressApplicationRecorder
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
    StoreUnavailable,
    StreamAppend,
    occurred_at,
)
from application.event_store.upcasts import UPCASTS, Upcasts
from domain.events import ALL_EVENTS
from domain.ids import partition_in
from domain.kernel import Event

NUMBER, POSITION, COUNT, TAGS, BODIES = map(itemgetter, range(5))


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
        query, values = LOAD, list(addresses(wanted))
        names = list(dict.fromkeys(command_ids))
        if names:
            query = LOAD_AND_SEEN
            values += [
                small_integers([partition for partition, _ in names]),
                ids([command_id for _, command_id in names]),
            ]
        rows = self._query(self._writer, query, values)
        rows.sort(key=NUMBER)  # As they come, but PostgreSQL does not promise it.
        seen = {}
        for row in takewhile(of_a_command, rows):
            name = names[-NUMBER(row) - 1]
            seen[name] = seen_in(name[0], row)
        del rows[: len(seen)]
        return self._loaded(wanted, rows, seen)

    def _loaded(
        self,
        stream_ids: Sequence[UUID],
        rows: Sequence[TupleRow],
        seen: Mapping[tuple[int, UUID], tuple[bytes, Receipt]],
    ) -> Loaded:
        """Return these streams, of which each that ever began has a row of LOADED."""
        counts = {stream_ids[NUMBER(row) - 1]: COUNT(row) for row in rows}
        whole = cache(partial(self._as_loaded, counts))
        tags, bodies = "\n".join(map(TAGS, rows)), b"\n".join(map(BODIES, rows))
        count = sum(counts.values())
        read: list[Any] | None = self._mapper.decode_lines(tags, bodies, count)
        if read is None:
            return looked_at(stream_ids, whole(), seen)
        histories = dict.fromkeys(stream_ids, History(0, [], tuple))
        each = iter(read)
        for row, (stream_id, count) in zip(rows, counts.items(), strict=True):
            entries: Callable[[], Iterable[Any]] = partial(one_of, whole, stream_id)
            some = list(islice(each, count))
            histories[stream_id] = History(POSITION(row), some, entries)
        return Loaded(histories, seen, {})

    def _as_loaded(self, counts: Mapping[UUID, int]) -> Mapping[UUID, list[LogEntry]]:
        """Return so many events of each stream whole, with what cannot be read."""
        with available(self._writer, writes=False) as connection:
            found = streams_of(connection, counts, self._mapper)
        return {each: found[each][:count] for each, count in counts.items()}

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        """Append a batch in one statement and one commit; an outcome for each."""
        if not appends:
            return []
        if (batch := usual_asks(appends)) is not None:
            columns = usual_columns(batch, self._mapper.encode)
            if written := self._recorder.append_usual(columns):
                return receipts(batch, written)
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

    def pages(self, limit: int) -> Generator[Happened]:
        """Yield what happened in the whole log as it stands, in such pages.

        It goes partition by partition, and keeps a connection until the last page.
        Raises UnreadableEvent once it comes to one.
        """
        spans = [
            (partition, after, min(limit, head - after))
            for partition, head in self.heads().items()
            for after in range(0, head, limit)
        ]
        done = 0
        while done < len(spans):
            with closing(self._straight(spans[done:])) as pages:
                for happened in pages:
                    done += 1
                    yield happened
            if done < len(spans):  # In this one is something out of the ordinary.
                page = self.read(*spans[done])
                done += 1
                yield Happened(page.streams, page.events)

    def _straight(self, spans: Sequence[tuple[int, int, int]]) -> Generator[Happened]:
        """Yield what happened in these pages, as long as they can be read as one."""
        with closing(asked_ahead(self._reader, HAPPENED, spans)) as asked:
            for rows in asked:
                for streams, count, tags, bodies in rows:
                    events = self._mapper.decode_lines(tags, bodies, count)
                    if events is None:
                        return
                    yield Happened(each_of(streams, count), events)

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


def of_a_command(row: TupleRow) -> bool:
    """Say whether a row of LOAD_AND_SEEN is a receipt."""
    return bool(NUMBER(row) < 0)


def seen_in(partition: int, row: TupleRow) -> tuple[bytes, Receipt]:
    """Return the request hash and the receipt that a row of LOAD_AND_SEEN says."""
    _, position, _, _, request_hash, streams, *more = row
    ids_of_streams = list(map(id_of, streams))
    return request_hash, receipt_of(partition, position, ids_of_streams, *more)


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
