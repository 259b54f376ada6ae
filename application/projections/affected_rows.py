"""How it is known whom an incident affects: orders, parcels, and what falls short.

One row for each order and parcel, with all that a selector looks at; an order without
any parcel has one row, whose parcel is "".
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final, get_args
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Cursor

from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns, replaced
from domain.companionship.events import ShortfallCleared, ShortfallDetected
from domain.order import ORDER, Order
from domain.order.events import OrderEvent
from domain.order.parcel import Parcel

ORDER_EVENTS: Final[tuple[type[Any], ...]] = get_args(OrderEvent)

# The same state is always the same bytes, whatever the order its sets are walked in.
encode = msgspec.msgpack.Encoder(order="deterministic").encode
decode = msgspec.msgpack.Decoder(Order).decode

LOAD = """
SELECT partition, order_id, state
  FROM affected_order_v1
  JOIN unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS touched (partition, order_id) USING (partition, order_id)
"""

SAVE_STATES = """
INSERT INTO affected_order_v1 (partition, order_id, state)
SELECT * FROM unnest(%(partition)b::smallint[], %(order_id)b::uuid[],
                     %(state)b::bytea[])
    ON CONFLICT (partition, order_id) DO UPDATE SET state = excluded.state
"""

# An order that has parcels has no row without one any more.
DROP_BARE = """
DELETE FROM affected_v1 AS bare
 USING unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS parcelled (partition, order_id)
 WHERE (bare.partition, bare.order_id) = (parcelled.partition, parcelled.order_id)
   AND bare.parcel = ''
"""


class Place(Struct, frozen=True):
    """Where an order lies, partition first."""

    partition: int
    order_id: UUID


class State(Struct, frozen=True):
    """An order as its events left it."""

    partition: int
    order_id: UUID
    state: bytes


class AffectedRow(Struct, frozen=True, kw_only=True):
    """A row: what a selector looks at, of an order and one of its parcels.

    The lists are JSON on their way to the database.
    """

    partition: int
    order_id: UUID
    parcel: str = ""
    source: str | None = None
    number: str | None = None
    consumer: str | None = None
    carrier: str | None = None
    outlet: str | None = None
    region: str | None = None
    stalled_from: datetime | None = None
    ships_from: str | None = None
    ships_to: str | None = None
    merchants: str = "[]"
    products: str = "[]"
    live_room: str | None = None
    creators: str = "[]"
    tenders: str = "[]"
    status: str
    paid_at: datetime | None = None


class ShortRow(Struct, frozen=True, kw_only=True):
    """A row: something that falls short of an order, and whether it still does."""

    partition: int
    stream_id: UUID
    name: str
    order_id: UUID
    code: str
    open: bool


def listed(column: str) -> str:
    """Return the SQL that reads a list which came as JSON."""
    return f"array(SELECT jsonb_array_elements_text({column}::jsonb))"


SAVE = f"""
INSERT INTO affected_v1
       (partition, order_id, parcel, source, number, consumer, carrier, outlet, region,
        stalled_from, ships_from, ships_to, merchants, products, live_room, creators,
        tenders, status, paid_at)
SELECT partition, order_id, parcel, source, number, consumer, carrier, outlet, region,
       stalled_from, ships_from, ships_to, {listed("merchants")}, {listed("products")},
       live_room, {listed("creators")}, {listed("tenders")}, status, paid_at
  FROM unnest(
       %(partition)b::smallint[], %(order_id)b::uuid[], %(parcel)b::text[],
       %(source)b::text[], %(number)b::text[], %(consumer)b::text[],
       %(carrier)b::text[], %(outlet)b::text[], %(region)b::text[],
       %(stalled_from)b::timestamptz[], %(ships_from)b::text[], %(ships_to)b::text[],
       %(merchants)b::text[], %(products)b::text[], %(live_room)b::text[],
       %(creators)b::text[], %(tenders)b::text[], %(status)b::text[],
       %(paid_at)b::timestamptz[])
    AS known (partition, order_id, parcel, source, number, consumer, carrier, outlet,
              region, stalled_from, ships_from, ships_to, merchants, products,
              live_room, creators, tenders, status, paid_at)
    ON CONFLICT (partition, order_id, parcel) DO UPDATE
   SET {replaced(AffectedRow, "partition", "order_id", "parcel")}
"""  # noqa: S608 - the columns are those of the row above

SAVE_SHORT = f"""
INSERT INTO affected_shortfall_v1 (partition, stream_id, name, order_id, code, open)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(name)b::text[],
       %(order_id)b::uuid[], %(code)b::text[], %(open)b::boolean[])
    ON CONFLICT (partition, stream_id, name) DO UPDATE
   SET {replaced(ShortRow, "partition", "stream_id", "name")}
"""  # noqa: S608 - the columns are those of the row above

CLEAR = """
UPDATE affected_shortfall_v1 AS known SET open = false
  FROM unnest(%(partition)b::smallint[], %(stream_id)b::uuid[], %(name)b::text[])
       AS cleared (partition, stream_id, name)
 WHERE (known.partition, known.stream_id, known.name)
     = (cleared.partition, cleared.stream_id, cleared.name)
"""


class Cleared(Struct, frozen=True):
    """What fell short and does no more."""

    partition: int
    stream_id: UUID
    name: str


class Affected(Projection):
    """Keeps what incidents' selectors look at."""

    name = "affected"
    version = 1
    event_types = (*ORDER_EVENTS, ShortfallDetected, ShortfallCleared)
    tables = ("affected_order_v1", "affected_v1", "affected_shortfall_v1")

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the orders it touches, and over what falls short."""
        short = (ShortfallDetected, ShortfallCleared)
        project_orders([e for e in batch if not isinstance(e.event, short)], cursor)
        project_short([e for e in batch if isinstance(e.event, short)], cursor)


# -- Orders --


def project_orders(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what the batch says of orders."""
    if not batch:
        return
    events: dict[Place, list[Any]] = {}
    for each in batch:
        place = Place(each.partition, each.stream_id)
        events.setdefault(place, []).append(each.event)
    with cursor.connection.cursor(binary=True) as reader:
        reader.execute(LOAD, columns(Place, list(events)))
        before = {Place(*place): decode(state) for *place, state in reader}
    after = {
        place: reduce(ORDER.evolve, told, before.get(place, ORDER.initial))
        for place, told in events.items()
    }
    states = [
        State(place.partition, place.order_id, encode(order))
        for place, order in after.items()
    ]
    cursor.execute(SAVE_STATES, columns(State, states))
    parcelled = [place for place, order in after.items() if order.parcels]
    if parcelled:
        cursor.execute(DROP_BARE, columns(Place, parcelled))
    rows = [row for place, order in after.items() for row in rows_of(place, order)]
    cursor.execute(SAVE, columns(AffectedRow, rows))


def rows_of(place: Place, order: Order) -> Iterator[AffectedRow]:
    """Yield what a selector looks at, once for each parcel."""
    placed, identity = order.placement, order.identity
    content = placed.content if placed else None
    merchants = [placed.merchant] if placed and placed.merchant else []
    merchants += [line.merchant for line in order.lines if line.merchant]
    creators = [
        each.party
        for each in (placed.participants if placed else ())
        if "creator" in each.roles and each.party
    ]
    bare = AffectedRow(
        partition=place.partition,
        order_id=place.order_id,
        source=identity.source if identity else None,
        number=identity.number if identity else None,
        consumer=identity.consumer if identity else None,
        ships_from=placed.ships_from if placed else None,
        ships_to=placed.ships_to if placed else None,
        merchants=as_list(merchants),
        products=as_list(line.product for line in order.lines),
        live_room=content.live_room if content else None,
        creators=as_list(creators),
        tenders=as_list(sorted(tender.tender for tender in order.tenders)),
        status=order.status,
        paid_at=order.paid_at,
    )
    if not order.parcels:
        yield bare
    for name, parcel in sorted(order.parcels.items()):
        yield with_parcel(bare, name, parcel)


def with_parcel(bare: AffectedRow, name: str, parcel: Parcel) -> AffectedRow:
    """Return an order's row with what is known of one of its parcels."""
    last = parcel.places[-1] if parcel.places else None
    said = parcel.marks[-1].at if parcel.marks else None
    if said is None and parcel.told:
        said = parcel.told[-1].at
    still = parcel.delivered is None and not parcel.gone
    return msgspec.structs.replace(
        bare,
        parcel=name,
        carrier=parcel.carrier,
        outlet=(last.outlet or None) if last else None,
        region=(last.region or None) if last else None,
        stalled_from=said if still else None,
    )


def as_list(names: Iterable[str]) -> str:
    """Return names, each once, as JSON."""
    return msgspec.json.encode(list(dict.fromkeys(names))).decode()


# -- What falls short --


def project_short(batch: Sequence[RecordedEvent], cursor: Cursor[Any]) -> None:
    """Write what fell short, and what does no more."""
    found: dict[tuple[UUID, str], ShortRow] = {}
    cleared: dict[tuple[UUID, str], Cleared] = {}
    for each in batch:
        match each.event:
            case ShortfallDetected(order=order, shortfall=shortfall):
                found[each.stream_id, shortfall.name] = ShortRow(
                    partition=each.partition,
                    stream_id=each.stream_id,
                    name=shortfall.name,
                    order_id=UUID(order),
                    code=shortfall.code,
                    open=True,
                )
            case ShortfallCleared(shortfall=name):
                cleared[each.stream_id, name] = Cleared(
                    each.partition, each.stream_id, name
                )
            case _:
                pass
    if found:
        cursor.execute(SAVE_SHORT, columns(ShortRow, list(found.values())))
    if cleared:
        cursor.execute(CLEAR, columns(Cleared, list(cleared.values())))
