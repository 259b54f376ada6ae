"""How scorecards are filled: orders, parcels and matters, as far as they are measured.

Only facts are kept. Which rule judges them is chosen when they are asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns, replaced
from application.projections.scorecard_matters import (
    MATTER_EVENTS,
    MatterRow,
    OfMatter,
    matter_after,
)
from application.projections.scorecard_parcels import (
    PARCEL_EVENTS,
    OfParcel,
    ParcelRow,
    begun,
    decoded,
    origin_after,
    staged,
)
from domain.order.events import OrderPlaced, PaymentCaptured
from domain.order.parcel import Parcel
from domain.order.tracking import evolve_parcel

OfOrder: TypeAlias = OrderPlaced | PaymentCaptured


class Place(Struct, frozen=True):
    """A stream, partition first."""

    partition: int
    stream_id: UUID


class OrderRow(Struct, frozen=True):
    """A row: whose an order is, and between which regions it goes."""

    partition: int
    order_id: UUID
    placed_at: datetime | None = None
    source: str | None = None
    merchant: str | None = None
    creator: str | None = None
    ships_from: str | None = None
    ships_to: str | None = None
    paid_at: datetime | None = None


TYPES: Final[Mapping[str, str]] = {
    "partition": "smallint",
    "order_id": "uuid",
    "stream_id": "uuid",
    "stalled_seconds": "bigint",
    "negotiated_seconds": "bigint",
    "reason": "integer",
    "not_received": "boolean",
    "taken_back": "boolean",
    "known": "bytea",
}


def type_of(field: str) -> str:
    """Return the SQL type of a column."""
    return TYPES.get(field, "timestamptz" if field.endswith("_at") else "text")


def load(table: str, row_type: type[Struct], stream: str) -> str:
    """Return the query for the rows of the streams a batch touches."""
    names = ", ".join(row_type.__struct_fields__)
    return f"""
SELECT {names} FROM {table}
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, {stream}) USING (partition, {stream})
"""  # noqa: S608 - names of our own


def save(table: str, row_type: type[Struct], *key: str) -> str:
    """Return the statement that writes rows, each in place of the one before."""
    names = row_type.__struct_fields__
    arrays = ", ".join(f"%({name})b::{type_of(name)}[]" for name in names)
    return f"""
INSERT INTO {table} ({", ".join(names)}) SELECT * FROM unnest({arrays})
    ON CONFLICT ({", ".join(key)}) DO UPDATE SET {replaced(row_type, *key)}
"""  # noqa: S608 - names of our own


ORDERS, PARCELS = "scorecard_order_v1", "scorecard_parcel_v1"
MATTERS = "scorecard_matter_v1"
LOAD_ORDERS = load(ORDERS, OrderRow, "order_id")
LOAD_PARCELS = load(PARCELS, ParcelRow, "order_id")
LOAD_MATTERS = load(MATTERS, MatterRow, "stream_id")
SAVE_ORDERS = save(ORDERS, OrderRow, "partition", "order_id")
SAVE_PARCELS = save(PARCELS, ParcelRow, "partition", "order_id", "parcel")
SAVE_MATTERS = save(MATTERS, MatterRow, "partition", "stream_id", "subject")


class Scorecards(Projection):
    """Keeps what merchants, creators and carriers are measured by."""

    name = "scorecard"
    version = 1
    event_types = (OrderPlaced, PaymentCaptured, *PARCEL_EVENTS, *MATTER_EVENTS)
    tables = (ORDERS, PARCELS, MATTERS)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold each of the three over the rows it touches: a read and a write each."""
        project_orders(of(batch, OrderPlaced, PaymentCaptured), cursor)
        project_parcels(of(batch, *PARCEL_EVENTS), cursor)
        project_matters(of(batch, *MATTER_EVENTS), cursor)


def of(batch: Sequence[RecordedEvent], *kinds: type[Any]) -> list[RecordedEvent]:
    """Return the events of these kinds."""
    return [each for each in batch if isinstance(each.event, kinds)]


def touched(batch: Sequence[RecordedEvent]) -> dict[str, list[Any]]:
    """Return the streams of a batch, each once, as columns."""
    places = {Place(each.partition, each.stream_id) for each in batch}
    return columns(Place, list(places))


# -- Matters --


def project_matters(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what the batch says of cases, disputes and shortfalls."""
    if not batch:
        return
    rows: dict[tuple[UUID, str], MatterRow] = {}
    with cursor.connection.cursor(row_factory=class_row(MatterRow)) as reader:
        for row in reader.execute(LOAD_MATTERS, touched(batch)):
            rows[row.stream_id, row.subject] = row
    for each in batch:
        rows |= matter_after(rows, each, cast("OfMatter", each.event))
    cursor.execute(SAVE_MATTERS, columns(MatterRow, list(rows.values())))


# -- Orders --


def project_orders(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what the batch says of orders."""
    if not batch:
        return
    rows: dict[UUID, OrderRow] = {}
    with cursor.connection.cursor(row_factory=class_row(OrderRow)) as reader:
        for row in reader.execute(LOAD_ORDERS, touched(batch)):
            rows[row.order_id] = row
    for each in batch:
        known = rows.get(each.stream_id) or OrderRow(each.partition, each.stream_id)
        rows[each.stream_id] = order_after(known, cast("OfOrder", each.event))
    cursor.execute(SAVE_ORDERS, columns(OrderRow, list(rows.values())))


def order_after(row: OrderRow, event: OfOrder) -> OrderRow:
    """Return the row after the event: the earliest of what was told counts."""
    if isinstance(event, PaymentCaptured):
        paid_at = event.at if row.paid_at is None else min(event.at, row.paid_at)
        return replace(row, paid_at=paid_at)
    if row.placed_at is not None and row.placed_at <= event.at:
        return row
    sellers = (line.merchant for line in event.lines if line.merchant)
    creators = (each.party for each in event.participants if "creator" in each.roles)
    return replace(
        row,
        placed_at=event.at,
        source=event.source,
        merchant=event.merchant or next(sellers, None),
        creator=next(creators, None),
        ships_from=event.ships_from,
        ships_to=event.ships_to,
    )


# -- Parcels --


def project_parcels(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what the batch says of parcels."""
    if not batch:
        return
    known: dict[tuple[UUID, str], ParcelRow] = {}
    with cursor.connection.cursor(row_factory=class_row(ParcelRow)) as reader:
        for row in reader.execute(LOAD_PARCELS, touched(batch)):
            known[row.order_id, row.parcel] = row
    parcels: dict[tuple[UUID, str], Parcel] = {}
    rows: dict[tuple[UUID, str], ParcelRow] = {}
    for each in batch:
        event = cast("OfParcel", each.event)
        key = (each.stream_id, event.parcel)
        before = known.get(key)
        if key not in parcels:
            parcels[key] = decoded(before.known) if before else Parcel()
        parcels[key] = evolve_parcel(parcels[key], event)
        rows[key] = origin_after(rows.get(key) or before or begun(each, event), event)
    written = [staged(row, parcels[key]) for key, row in rows.items()]
    cursor.execute(SAVE_PARCELS, columns(ParcelRow, written))
