"""How the watch is filled: each order with its streams, asked what may fall short.

Every stream keeps the state its events left it in, so that whichever moves next, the
rows of its order are computed from all of them, and from nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from psycopg import Cursor

from application.accompanied import (
    EVENT_TYPES,
    Accompanied,
    Seen,
    accompanied,
    folded,
    order_of,
)
from application.event_store.envelope import RecordedEvent
from application.policies import rulebook, shipped_documents
from application.projections.companion_rows import CompanionRow, companion_row
from application.projections.runtime import Projection, columns
from application.projections.shortfall_rows import ShortfallRow, shortfall_rows
from application.projections.watch_streams import (
    LOAD_ORDERS,
    LOAD_STREAMS,
    SAVE_STREAMS,
    Place,
    Stream,
    StreamRow,
    loaded,
    save,
    stream_row,
)
from application.watching import watched
from domain.policy.book import Rulebook
from domain.policy.rows import PolicyDocument

# What is no longer watched has healed or gone.
FORGET = """
DELETE FROM watch_v1
 USING unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS touched (partition, order_id)
 WHERE watch_v1.partition = touched.partition
   AND watch_v1.order_id = touched.order_id
   AND NOT EXISTS (SELECT FROM unnest(%(kept_order)b::uuid[], %(kept_name)b::text[])
                       AS kept (order_id, name)
                    WHERE kept.order_id = watch_v1.order_id
                      AND kept.name = watch_v1.name)
"""


class WatchRow(Struct, frozen=True, kw_only=True):
    """A row as it is stored: see ``Watched``."""

    partition: int
    order_id: UUID
    name: str
    code: str
    line: int | None
    window: str
    due_at: datetime
    until_at: datetime | None
    heals_at: datetime | None
    rule: str
    book: str
    parcel: str | None
    source: str | None
    state: str


SAVE_WATCH: Final = save("watch_v1", WatchRow, "partition", "order_id", "name")
SAVE_SHORTFALLS: Final = save(
    "shortfall_v1", ShortfallRow, "partition", "order_id", "name"
)
SAVE_COMPANIONS: Final = save(
    "companion_board_v1", CompanionRow, "partition", "order_id"
)


class Watch(Projection):
    """Shows what is watched of each order, what fell short, and the days beside it.

    ``documents`` are the rules rows are computed by. A policy that is published lies in
    a partition of its own, so that no two readings of the log would mix it in alike:
    those in force are asked when a row is due.
    """

    name = "watch"
    version = 1
    event_types = EVENT_TYPES
    tables = ("watch_stream_v1", "watch_v1", "shortfall_v1", "companion_board_v1")

    def __init__(
        self, documents: Callable[[], Iterable[PolicyDocument]] = shipped_documents
    ) -> None:
        self._documents = documents

    @cached_property
    def _books(self) -> tuple[Rulebook, ...]:
        return tuple(map(rulebook, self._documents()))

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over its streams, and compute the rows of their orders."""
        told: dict[Stream, list[RecordedEvent]] = {}
        for each in batch:
            told.setdefault(Stream(each.partition, each.stream_id), []).append(each)
        before = dict(loaded(LOAD_STREAMS, columns(Stream, list(told)), cursor))
        after = [
            (stream.partition, before.get(stream.stream_id), seen)
            for stream, events in told.items()
            if (seen := folded(before.get(stream.stream_id), events)) is not None
        ]
        rows = [stream_row(partition, seen) for partition, _, seen in after]
        if not rows:
            return
        cursor.execute(SAVE_STREAMS, columns(StreamRow, rows))
        touched = dict.fromkeys(
            Place(partition, order_id)
            for partition, *both in after
            for seen in both
            if seen is not None and (order_id := order_of(seen)) is not None
        )
        fresh = {seen.stream_id: seen for _, _, seen in after}
        self._compute(list(touched), fresh, cursor)

    def _compute(
        self,
        places: Sequence[Place],
        fresh: Mapping[UUID, Seen],
        cursor: Cursor[tuple[Any, ...]],
    ) -> None:
        """Write the rows of these orders, from all their streams."""
        streams: dict[UUID, list[Seen]] = {}
        for _, seen in loaded(LOAD_ORDERS, columns(Place, places), cursor, fresh):
            order_id = order_of(seen)
            if order_id is not None:
                streams.setdefault(order_id, []).append(seen)
        known = [
            (place.partition, order)
            for place in places
            if (order := accompanied(place.order_id, streams.get(place.order_id, ())))
        ]
        rows = [
            row for partition, order in known for row in self._rows(partition, order)
        ]
        kept = {
            "kept_order": [row.order_id for row in rows],
            "kept_name": [row.name for row in rows],
        }
        cursor.execute(FORGET, columns(Place, places) | kept)
        cursor.execute(SAVE_WATCH, columns(WatchRow, rows))
        short = [row for number, each in known for row in shortfall_rows(number, each)]
        cursor.execute(SAVE_SHORTFALLS, columns(ShortfallRow, short))
        beside = [
            row
            for number, each in known
            if (row := companion_row(number, each, self._book(each))) is not None
        ]
        cursor.execute(SAVE_COMPANIONS, columns(CompanionRow, beside))

    def _rows(self, partition: int, order: Accompanied) -> Iterator[WatchRow]:
        book = self._book(order)
        for each in watched(order, book):
            yield WatchRow(
                partition=partition,
                order_id=order.order_id,
                book=book.ref,
                source=order.order.source,
                **asdict(each),
            )

    def _book(self, order: Accompanied) -> Rulebook:
        """Return the rules for an order's source, or for any."""
        source = order.order.source
        of_source = (book for book in self._books if source in book.sources)
        return next(of_source, next(book for book in self._books if book.fallback))
