"""The reference index: which streams a number of the outside world belongs to.

Orders, waybills and payments; and the cases and disputes that other platforms run, with
``about``, the stream of the order they are about.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, assert_never, cast, get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.connections import Pool
from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns, replaced
from domain.after_sales import CaseReported
from domain.dispute import DisputeReported
from domain.order.events import (
    OrderIdentified,
    OrderPlaced,
    ParcelShipped,
    PaymentCaptured,
)

ReferenceKind = Literal["order", "waybill", "payment", "case", "dispute", "about"]
Naming = (
    OrderPlaced
    | OrderIdentified
    | ParcelShipped
    | PaymentCaptured
    | CaseReported
    | DisputeReported
)

LOAD = """
SELECT partition, stream_id, kind, name, source, consumer, parcel
  FROM reference_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""

FIND = """
SELECT partition, stream_id, kind, name, source, consumer, parcel
  FROM projection.reference
 WHERE name = ANY (%(names)b::text[]) AND kind = %(kind)s
   AND (%(source)s::text IS NULL OR source = %(source)s::text)
 ORDER BY name, partition, stream_id
"""


class Stream(Struct, frozen=True):
    """A stream, partition first."""

    partition: int
    stream_id: UUID


class Reference(Struct, frozen=True):
    """A row: a stream goes by this name.

    ``source`` is whose number it is: the order's source for orders and payments, the
    carrier for waybills, the platform for its cases and disputes. It is None until
    known, as the consumer is.
    """

    partition: int
    stream_id: UUID
    kind: ReferenceKind
    name: str
    source: str | None = None
    consumer: str | None = None
    parcel: str | None = None


SAVE = f"""
INSERT INTO reference_v1 (partition, stream_id, kind, name, source, consumer, parcel)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(kind)b::text[],
       %(name)b::text[], %(source)b::text[], %(consumer)b::text[], %(parcel)b::text[])
    ON CONFLICT (partition, stream_id, kind, name)
    DO UPDATE SET {replaced(Reference, "partition", "stream_id", "kind", "name")}
"""  # noqa: S608 - the columns are those of the row above


# The names of one stream.
Names = dict[tuple[ReferenceKind, str], Reference]


def named(names: Names, recorded: RecordedEvent) -> Names:
    """Return the stream's names after the event."""
    event = cast("Naming", recorded.event)  # event_types lets no other pass
    at = recorded.partition, recorded.stream_id
    placed = next((each for each in names.values() if each.kind == "order"), None)
    match event:
        case (
            OrderPlaced(source=source, number=number, consumer=consumer)
            | OrderIdentified(source=source, number=number, consumer=consumer)
        ):
            own = Reference(*at, "order", number, source, consumer)
            names = {("order", number): own, **names}
            return {key: claimed(each, own) for key, each in names.items()}
        case PaymentCaptured(payment=payment):
            own = Reference(*at, "payment", payment)
        case ParcelShipped(waybill=str(waybill), carrier=carrier, parcel=parcel):
            own = Reference(*at, "waybill", waybill, carrier, parcel=parcel)
        case ParcelShipped():
            return names
        case CaseReported() | DisputeReported():
            return names or matter(at, event)
        case _:
            assert_never(event)
    own = claimed(own, placed) if placed else own
    key = own.kind, own.name
    return {**names, key: merged(names[key], own) if key in names else own}


def matter(at: tuple[int, UUID], event: CaseReported | DisputeReported) -> Names:
    """Return the names of what another platform runs, as it was told first."""
    kind: ReferenceKind = "case" if isinstance(event, CaseReported) else "dispute"
    who = event.source, event.consumer
    return {
        (kind, event.number): Reference(*at, kind, event.number, *who),
        ("about", event.order): Reference(*at, "about", event.order, *who),
    }


def merged(one: Reference, other: Reference) -> Reference:
    """Return what two reports of one name say, whichever of them came first."""
    return replace(
        one,
        source=min(filter(None, (one.source, other.source)), default=None),
        parcel=min(filter(None, (one.parcel, other.parcel)), default=None),
    )


def claimed(reference: Reference, placed: Reference) -> Reference:
    """Return the reference with what the order's placement says of all of them."""
    source = reference.source
    if reference.kind == "payment":
        source = source or placed.source
    consumer = reference.consumer or placed.consumer
    return replace(reference, source=source, consumer=consumer)


class References(Projection):
    """Finds the streams that a number of the outside world belongs to."""

    name = "references"
    version = 1
    event_types = get_args(Naming)
    tables = ("reference_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the names of the streams it touches."""
        streams: dict[Stream, Names] = {
            Stream(each.partition, each.stream_id): {} for each in batch
        }
        with cursor.connection.cursor(row_factory=class_row(Reference)) as reader:
            for row in reader.execute(LOAD, columns(Stream, list(streams))):
                names = streams[Stream(row.partition, row.stream_id)]
                names[row.kind, row.name] = row
        for each in batch:
            stream = Stream(each.partition, each.stream_id)
            streams[stream] = named(streams[stream], each)
        rows = [row for names in streams.values() for row in names.values()]
        cursor.execute(SAVE, columns(Reference, rows))


class ReferenceQueries:
    """Which streams go by a name. Several may claim one; then all are returned."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(
        self, kind: ReferenceKind, name: str, source: str | None = None
    ) -> Sequence[Reference]:
        """Return the references by this name, of one source or of any."""
        return self._rows(kind, [name], source)

    def streams_for(
        self, kind: ReferenceKind, names: Sequence[str]
    ) -> Mapping[str, Sequence[Reference]]:
        """Return an entry, perhaps empty, for each name."""
        found: dict[str, list[Reference]] = {name: [] for name in names}
        for row in self._rows(kind, list(found), None):
            found[row.name].append(row)
        return found

    def _rows(
        self, kind: ReferenceKind, names: list[str], source: str | None
    ) -> Sequence[Reference]:
        values = {"kind": kind, "names": names, "source": source}
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Reference)) as cursor,
        ):
            return cursor.execute(FIND, values).fetchall()
