"""How the promise board is filled: each order's promises, folded over its events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, assert_never, cast
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.envelope import RecordedEvent
from application.projections.promise_board import BoardPromise
from application.projections.runtime import Projection, columns, replaced
from domain.order.events import (
    OrderIdentified,
    OrderPlaced,
    ParcelShipped,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
    PromiseWaived,
)

LOAD_PROMISES = """
SELECT partition, order_id, promise, kind, source, by, line, standing, made_at, due_at,
       first_due_at, met_at, late_seconds, ahead_seconds, evidence, policy, version,
       consumer, order_source, merchant, creator, carrier
  FROM promise_board_v1
  JOIN unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS touched (partition, order_id) USING (partition, order_id)
"""

LOAD_ORDERS = """
SELECT partition, order_id, placement, consumer, source, shipped_at, carrier
  FROM promise_order_v1
  JOIN unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS touched (partition, order_id) USING (partition, order_id)
"""

SAVE_PROMISES = f"""
INSERT INTO promise_board_v1
       (partition, order_id, promise, kind, source, by, line, standing, made_at, due_at,
        first_due_at, met_at, late_seconds, ahead_seconds, evidence, policy, version,
        consumer, order_source, merchant, creator, carrier)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(order_id)b::uuid[], %(promise)b::text[],
       %(kind)b::text[], %(source)b::text[], %(by)b::text[], %(line)b::integer[],
       %(standing)b::text[], %(made_at)b::timestamptz[], %(due_at)b::timestamptz[],
       %(first_due_at)b::timestamptz[], %(met_at)b::timestamptz[],
       %(late_seconds)b::bigint[], %(ahead_seconds)b::bigint[], %(evidence)b::text[],
       %(policy)b::text[], %(version)b::bigint[], %(consumer)b::text[],
       %(order_source)b::text[], %(merchant)b::text[], %(creator)b::text[],
       %(carrier)b::text[])
    ON CONFLICT (partition, order_id, promise) DO UPDATE
   SET {replaced(BoardPromise, "partition", "order_id", "promise")}
"""  # noqa: S608 - the columns are those of the row

encoded = msgspec.json.Encoder().encode
decoded = msgspec.json.Decoder(OrderPlaced).decode


class Place(Struct, frozen=True):
    """Where an order lies, partition first."""

    partition: int
    order_id: UUID


class Parties(Struct, frozen=True):
    """A row: what tells whom all promises of an order concern.

    ``placement`` is the earliest there is, as its event was written: what it says does
    not depend on who was told first. ``consumer`` and ``source`` are those of whoever
    only named the order. ``carrier`` is that of the earliest shipment.
    """

    partition: int
    order_id: UUID
    placement: bytes | None = None
    consumer: str | None = None
    source: str | None = None
    shipped_at: datetime | None = None
    carrier: str | None = None


SAVE_ORDERS = f"""
INSERT INTO promise_order_v1
       (partition, order_id, placement, consumer, source, shipped_at, carrier)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(order_id)b::uuid[], %(placement)b::bytea[],
       %(consumer)b::text[], %(source)b::text[], %(shipped_at)b::timestamptz[],
       %(carrier)b::text[])
    ON CONFLICT (partition, order_id) DO UPDATE
   SET {replaced(Parties, "partition", "order_id")}
"""  # noqa: S608 - the columns are those of the row above


Settling: TypeAlias = (
    PromiseStarted
    | PromiseRenegotiated
    | PromiseKept
    | PromiseBreached
    | PromiseCleared
    | PromiseWaived
    | PromiseVoided
    | PromiseReopened
)
Introducing: TypeAlias = OrderPlaced | OrderIdentified | ParcelShipped
Watched: TypeAlias = Introducing | PromiseMade | Settling


class OrderPromises:
    """The promises of one order and the parties to them, while a batch is folded."""

    def __init__(self, parties: Parties) -> None:
        self.parties = parties
        self.promises: dict[str, BoardPromise] = {}

    def take(self, recorded: RecordedEvent) -> None:
        """Fold one event."""
        event = cast("Watched", recorded.event)  # event_types lets no other pass
        match event:
            case OrderPlaced() | OrderIdentified() | ParcelShipped():
                self.parties = introduced(self.parties, event)
            case PromiseMade(promise=promise):
                self.promises[promise] = made(event, recorded)
            case _:
                row = self.promises[event.promise]
                self.promises[event.promise] = settled(row, event, recorded.version)

    def rows(self) -> list[BoardPromise]:
        """Return the promises, each with the parties it concerns."""
        return [addressed(row, self.parties) for row in self.promises.values()]


def introduced(parties: Parties, event: Introducing) -> Parties:
    """Return the parties to an order after it was placed, named, or a parcel shipped.

    Of two who name it the same one counts as in the order itself.
    """
    match event:
        case OrderPlaced():
            known = parties.placement and decoded(parties.placement)
            first_placed = min(event, known or event, key=by_time)
            return replace(parties, placement=encoded(first_placed))
        case OrderIdentified(consumer=consumer, source=source):
            named = parties.consumer or consumer, parties.source or source
            consumer, source = min(named, (consumer, source))
            return replace(parties, consumer=consumer, source=source)
        case ParcelShipped(at=at, carrier=carrier):
            if carrier is None:
                return parties
            shipped = parties.shipped_at or at, parties.carrier or carrier
            at, carrier = min(shipped, (at, carrier))
            return replace(parties, shipped_at=at, carrier=carrier)
    assert_never(event)


def by_time(event: OrderPlaced) -> tuple[datetime, bytes]:
    """Return the key by which the placement that counts comes first."""
    return event.at, encoded(event)


def addressed(row: BoardPromise, parties: Parties) -> BoardPromise:
    """Return the promise with the parties it concerns."""
    row = replace(row, carrier=parties.carrier)
    creator = row.by if row.source == "creator" else None
    if parties.placement is None:
        source = parties.source
        return replace(
            row, creator=creator, consumer=parties.consumer, order_source=source
        )
    placed = decoded(parties.placement)
    sellers = {each.line: each.merchant for each in placed.lines if each.merchant}
    creators = (each.party for each in placed.participants if "creator" in each.roles)
    any_seller = placed.merchant or next(iter(sellers.values()), None)
    return replace(
        row,
        consumer=placed.consumer,
        order_source=placed.source,
        merchant=sellers.get(row.line or 0, any_seller),
        creator=creator or next(creators, None),
    )


def made(event: PromiseMade, recorded: RecordedEvent) -> BoardPromise:
    """Return the row of a promise just made."""
    return BoardPromise(
        partition=recorded.partition,
        order_id=recorded.stream_id,
        promise=event.promise,
        kind=event.kind,
        source=event.source,
        by=event.by,
        line=event.line,
        standing="open",
        made_at=event.at,
        due_at=event.due_at,
        first_due_at=event.due_at,
        policy=event.policy,
        version=recorded.version,
    )


def settled(row: BoardPromise, event: Settling, version: int) -> BoardPromise:
    """Return the row after an event that says how the promise stands now."""
    row = replace(
        row,
        standing="open",
        version=version,
        met_at=None,
        late_seconds=None,
        ahead_seconds=None,
        evidence=None,
    )
    match event:
        case PromiseStarted(due_at=due_at, policy=policy):
            policy = policy or row.policy
            return replace(row, due_at=due_at, first_due_at=due_at, policy=policy)
        case PromiseRenegotiated(due_at=due_at):
            return replace(row, due_at=due_at)
        case PromiseKept() | PromiseCleared():
            return replace(
                row,
                standing="kept",
                met_at=event.at,
                ahead_seconds=event.ahead_seconds,
                evidence=event.evidence,
            )
        case PromiseBreached(late_seconds=late):
            return replace(
                row,
                standing="breached",
                met_at=None if late is None else event.at,
                late_seconds=late,
                evidence=event.evidence,
            )
        case PromiseWaived():
            return replace(row, standing="waived")
        case PromiseVoided():
            return replace(row, standing="voided")
        case PromiseReopened():
            return row
    assert_never(event)


class PromiseBoard(Projection):
    """Shows every promise, how it stands, and when it falls or fell due."""

    name = "promise_board"
    version = 1
    event_types = (
        OrderPlaced,
        OrderIdentified,
        ParcelShipped,
        PromiseMade,
        PromiseStarted,
        PromiseRenegotiated,
        PromiseKept,
        PromiseBreached,
        PromiseCleared,
        PromiseWaived,
        PromiseVoided,
        PromiseReopened,
    )
    tables = ("promise_board_v1", "promise_order_v1")

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the orders it touches: two reads, two writes."""
        orders = load(batch, cursor)
        before = {place: order.parties for place, order in orders.items()}
        for each in batch:
            orders[Place(each.partition, each.stream_id)].take(each)
        rows = [row for order in orders.values() for row in order.rows()]
        cursor.execute(SAVE_PROMISES, columns(BoardPromise, rows))
        met = [
            order.parties
            for place, order in orders.items()
            if order.parties != before[place]
        ]
        cursor.execute(SAVE_ORDERS, columns(Parties, met))


def load(
    batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
) -> Mapping[Place, OrderPromises]:
    """Return what the board knows of the orders a batch touches."""
    places = {Place(each.partition, each.stream_id) for each in batch}
    orders = {
        place: OrderPromises(Parties(place.partition, place.order_id))
        for place in places
    }
    touched = columns(Place, list(places))
    connection = cursor.connection
    with connection.cursor(row_factory=class_row(Parties)) as reader:
        for parties in reader.execute(LOAD_ORDERS, touched):
            orders[Place(parties.partition, parties.order_id)].parties = parties
    with connection.cursor(row_factory=class_row(BoardPromise)) as reader:
        for row in reader.execute(LOAD_PROMISES, touched):
            order = orders[Place(row.partition, row.order_id)]
            order.promises[row.promise] = row
    return orders
