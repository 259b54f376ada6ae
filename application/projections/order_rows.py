"""How the order page is filled: the domain's own fold, and what people want to see."""

from collections.abc import Sequence
from datetime import UTC
from functools import reduce
from typing import Any, NamedTuple, get_args
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Cursor

from application.event_store.envelope import RecordedEvent
from application.projections.order_page import OrderRow
from application.projections.runtime import Projection, columns, replaced
from domain.order import ORDER, Order
from domain.order.events import OrderEvent
from domain.order.parcel import Parcel

LOAD = """
SELECT partition, order_id, state
  FROM order_page_v1
  JOIN unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS touched (partition, order_id) USING (partition, order_id)
"""

# The same state is always the same bytes, whatever the order its sets are walked in.
encode = msgspec.msgpack.Encoder(order="deterministic").encode
decode = msgspec.msgpack.Decoder(Order).decode


class Place(Struct, frozen=True):
    """Where an order lies, partition first."""

    partition: int
    order_id: UUID


class Known(NamedTuple):
    """An order as known, and the version of its stream that says so."""

    order: Order
    version: int


class StoredOrder(OrderRow, frozen=True, kw_only=True):
    """A row as stored, with what the next batch goes on from."""

    state: bytes


# Written in one go: what an order was is of no use any more.
SAVE = f"""
INSERT INTO order_page_v1
       (partition, order_id, version, state, consumer, source, number, status,
        placed_at, paid_at, shipped_at, delivered_at, completed_at, cancelled_at,
        channel, merchant, content_item, live_room, participants, lines, currency,
        items_minor, freight_minor, paid_minor, tenders, escrow, contradictory,
        contradictions, review_scores, parcels)
SELECT partition, order_id, version, state, consumer, source, number, status,
       placed_at, paid_at, shipped_at, delivered_at, completed_at, cancelled_at,
       channel, merchant, content_item, live_room, participants::jsonb, lines, currency,
       items_minor, freight_minor, paid_minor, tenders::jsonb, escrow::jsonb,
       contradictory, contradictions::jsonb, review_scores::smallint[], parcels::jsonb
  FROM unnest(
       %(partition)b::smallint[], %(order_id)b::uuid[], %(version)b::bigint[],
       %(state)b::bytea[], %(consumer)b::text[], %(source)b::text[], %(number)b::text[],
       %(status)b::text[], %(placed_at)b::timestamptz[], %(paid_at)b::timestamptz[],
       %(shipped_at)b::timestamptz[], %(delivered_at)b::timestamptz[],
       %(completed_at)b::timestamptz[], %(cancelled_at)b::timestamptz[],
       %(channel)b::text[], %(merchant)b::text[], %(content_item)b::text[],
       %(live_room)b::text[], %(participants)b::text[], %(lines)b::integer[],
       %(currency)b::text[], %(items_minor)b::bigint[], %(freight_minor)b::bigint[],
       %(paid_minor)b::bigint[], %(tenders)b::text[], %(escrow)b::text[],
       %(contradictory)b::boolean[], %(contradictions)b::text[],
       %(review_scores)b::text[], %(parcels)b::text[])
    AS known (partition, order_id, version, state, consumer, source, number, status,
              placed_at, paid_at, shipped_at, delivered_at, completed_at, cancelled_at,
              channel, merchant, content_item, live_room, participants, lines, currency,
              items_minor, freight_minor, paid_minor, tenders, escrow, contradictory,
              contradictions, review_scores, parcels)
    ON CONFLICT (partition, order_id) DO UPDATE
   SET {replaced(StoredOrder, "partition", "order_id")}
"""  # noqa: S608 - the columns are those of the row above


class OrderPage(Projection):
    """Shows each order as its events left it."""

    name = "order_page"
    version = 1
    event_types = get_args(OrderEvent)
    tables = ("order_page_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the orders it touches: one read, one write."""
        events: dict[Place, list[RecordedEvent]] = {}
        for each in batch:
            events.setdefault(Place(each.partition, each.stream_id), []).append(each)
        with cursor.connection.cursor(binary=True) as reader:
            reader.execute(LOAD, columns(Place, list(events)))
            states = {Place(*place): decode(state) for *place, state in reader}
        rows = []
        for place, told in events.items():
            start = states.get(place, ORDER.initial)
            order = reduce(ORDER.evolve, (each.event for each in told), start)  # type: ignore[arg-type]  # event_types lets no other pass
            rows.append(row_of(place, Known(order, told[-1].version)))
        cursor.execute(SAVE, columns(StoredOrder, rows))


def row_of(place: Place, known: Known) -> StoredOrder:
    """Return what the page shows of an order."""
    order, placed = known.order, known.order.placement
    shipped, delivered = order.proof("shipped"), order.proof("delivered")
    currency = currency_of(order)
    content = placed.content if placed else None
    merchants = (line.merchant for line in order.lines if line.merchant)
    return StoredOrder(
        partition=place.partition,
        order_id=place.order_id,
        version=known.version,
        state=encode(order),
        consumer=order.identity.consumer if order.identity else None,
        source=order.identity.source if order.identity else None,
        number=order.identity.number if order.identity else None,
        status=order.status,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        shipped_at=shipped[0].at if shipped else None,
        delivered_at=delivered[0].at if delivered else None,
        completed_at=order.completed_at,
        cancelled_at=order.cancelled_at,
        channel=placed.channel if placed else None,
        merchant=(placed.merchant if placed else None) or next(merchants, None),
        content_item=content.content_item if content else None,
        live_room=content.live_room if content else None,
        participants=text(placed.participants if placed else ()),
        lines=len(order.lines),
        currency=currency,
        items_minor=items(order, currency),
        freight_minor=freight(order, currency),
        paid_minor=order.captured.get(currency or "", 0),
        tenders=text(tenders(order)),
        escrow=text(order.escrow),
        contradictory=bool(order.contradictions),
        contradictions=text(sorted(order.contradictions, key=str)),
        review_scores=scores(order),
        parcels=text(
            [parcel_shown(name, each) for name, each in sorted(order.parcels.items())]
        ),
    )


def text(value: Any) -> str:
    """Return a value as JSON."""
    return msgspec.json.encode(value).decode()


def currency_of(order: Order) -> str | None:
    """Return what the order was priced in; without prices, what it was paid in."""
    priced = (line.price.currency for line in order.lines)
    return next(priced, None) or next(iter(sorted(order.captured)), None)


def items(order: Order, currency: str | None) -> int:
    """Return what the goods cost, in minor units."""
    prices = (line.price for line in order.lines)
    return sum(price.minor for price in prices if price.currency == currency)


def freight(order: Order, currency: str | None) -> int:
    """Return what their freight costs, in minor units."""
    freights = (line.freight for line in order.lines)
    return sum(each.minor for each in freights if each and each.currency == currency)


def tenders(order: Order) -> list[dict[str, Any]]:
    """Return what each means of payment paid, in minor units of each currency."""
    sums: dict[tuple[str, str], int] = {}
    for each in order.tenders:
        key = each.amount.currency, each.tender
        sums[key] = sums.get(key, 0) + each.amount.minor
    return [
        {"currency": currency, "tender": tender, "minor": minor}
        for (currency, tender), minor in sorted(sums.items())
    ]


def scores(order: Order) -> str:
    """Return the score of each review, as last told, as an array of PostgreSQL."""
    last = (told[-1][1] for _, told in sorted(order.reviews.items()))
    return "{" + ",".join(map(str, last)) + "}"


def parcel_shown(name: str, parcel: Parcel) -> dict[str, Any]:
    """Return what the page shows of a parcel, its times in UTC.

    A time just read of an event has the zone it was told in, one of a stored state has
    not; both are one moment, and shall be one row.
    """
    marks = {
        "shipped_at": parcel.shipped,
        "handed_over_at": parcel.handed_over,
        "delivered_at": parcel.delivered,
    }
    return {
        "parcel": name,
        "status": parcel.status,
        "carrier": parcel.carrier,
        "waybill": parcel.waybill,
        "contents": parcel.contents,
        "gone": parcel.gone,
        "last_at": parcel.marks[-1].at.astimezone(UTC) if parcel.marks else None,
        "marks": len(parcel.marks),
        **{
            name: mark.at.astimezone(UTC) if mark else None
            for name, mark in marks.items()
        },
    }
