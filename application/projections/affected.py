"""Whom a selector affects, counted and named: what ``matches`` says, as a query.

Live counts and samples while a selector is being written, and the whole scope once it
is frozen, with the positions that were read up to.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Connection, Pool
from application.projections.affected_rows import Affected
from domain.incident import OrderFacts, Selector
from domain.order.values import OrderStatus
from domain.shortfall import ShortfallCode

# An incident of more orders than that is several.
SCOPE_MAX: Final = 100_000
SAMPLES_MAX: Final = 50
LONG_NAME_MAX: Final = 400
HOUR_SECONDS: Final = 3600

# What a selector's list is compared with: one value of a row, or any of several.
ONE: Final[Mapping[str, str]] = {
    "carriers": "carrier",
    "outlets": "outlet",
    "regions": "region",
    "ships_from": "ships_from",
    "ships_to": "ships_to",
    "live_rooms": "live_room",
    "statuses": "status",
}
ANY: Final[Mapping[str, str]] = {
    "merchants": "merchants",
    "products": "products",
    "creators": "creators",
    "tenders": "tenders",
}

SHORT: Final = """
EXISTS (SELECT FROM projection.affected_shortfall AS short
         WHERE short.partition = affected.partition
           AND short.order_id = affected.order_id
           AND short.open AND short.code = ANY (%(shortfalls)s::text[]))
"""

COLUMNS: Final = """
       partition, order_id, parcel, source, number, consumer, carrier, outlet, region,
       stalled_from, ships_from, ships_to, merchants, products, live_room, creators,
       tenders, status, paid_at,
       array(SELECT short.code FROM projection.affected_shortfall AS short
              WHERE short.partition = affected.partition
                AND short.order_id = affected.order_id AND short.open
              ORDER BY short.code) AS shortfalls
"""

# Of an order's parcels that which has stood still the longest speaks for it.
SCOPE: Final = f"""
SELECT DISTINCT ON (partition, order_id) {COLUMNS}
  FROM projection.affected WHERE {{where}}
 ORDER BY partition, order_id, stalled_from NULLS LAST, parcel
 LIMIT %(limit)s
"""  # noqa: S608 - columns of our own

COUNT: Final = """
SELECT count(*) FROM (SELECT DISTINCT partition, order_id FROM projection.affected
                       WHERE {where}) AS those
"""

OF_ORDERS: Final = f"""
SELECT {COLUMNS}
  FROM projection.affected
  JOIN unnest(%(partitions)s::smallint[], %(orders)s::uuid[])
       AS asked (partition, order_id) USING (partition, order_id)
 ORDER BY partition, order_id, stalled_from NULLS LAST, parcel
"""  # noqa: S608 - columns of our own

READ_TO: Final = """
SELECT partition, position FROM projection.checkpoint
 WHERE (projection, version) = (%(projection)s, %(version)s)
 ORDER BY partition
"""

ONE_MOMENT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


class TooManyAffected(ValueError):
    """A selector affects at most 100,000 orders; narrow it."""


class AffectedOrder(Struct, frozen=True, kw_only=True):
    """An order with that of its parcels that a selector found."""

    partition: int
    order_id: UUID
    parcel: str
    source: str | None
    number: str | None
    consumer: str | None
    carrier: str | None
    outlet: str | None
    region: str | None
    stalled_from: datetime | None
    ships_from: str | None
    ships_to: str | None
    merchants: list[str]
    products: list[str]
    live_room: str | None
    creators: list[str]
    tenders: list[str]
    status: OrderStatus
    paid_at: datetime | None
    shortfalls: list[ShortfallCode]

    def stalled_hours(self, at: datetime) -> int | None:
        """Return for how many whole hours it has not moved, as of a moment."""
        if self.stalled_from is None:
            return None
        seconds = (at - self.stalled_from).total_seconds()
        return max(0, int(seconds // HOUR_SECONDS))

    def facts(self, at: datetime) -> Iterator[OrderFacts]:
        """Yield what ``matches`` is asked, once for each merchant of the order."""
        merchants: Sequence[str | None] = self.merchants or [None]
        for merchant in merchants:
            yield OrderFacts(
                carrier=self.carrier,
                outlet=self.outlet,
                region=self.region,
                ships_from=self.ships_from,
                ships_to=self.ships_to,
                merchant=merchant,
                products=tuple(self.products),
                live_room=self.live_room,
                creators=tuple(self.creators),
                tenders=tuple(self.tenders),
                status=self.status,
                shortfalls=tuple(self.shortfalls),
                stalled_hours=self.stalled_hours(at),
                paid_at=self.paid_at,
            )


class Preview(Struct, frozen=True, kw_only=True):
    """How many orders a selector affects just now, and some of them."""

    orders: int
    samples: Sequence[AffectedOrder]
    snapshot: str


class Scope(Struct, frozen=True, kw_only=True):
    """All orders a selector affects, as of the positions that ``snapshot`` names."""

    orders: Sequence[AffectedOrder]
    snapshot: str


class AffectedQueries:
    """Asks whom a selector affects. The pool is one of redress_reader."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def preview(self, selector: Selector, at: datetime, samples: int = 10) -> Preview:
        """Return how many orders are affected, and the first few of them."""
        where, values = condition(selector, at)
        values["limit"] = max(0, min(samples, SAMPLES_MAX))
        with self._one_moment() as connection:
            found = connection.execute(COUNT.format(where=where).encode(), values)
            (orders,) = found.fetchone() or (0,)
            rows = named(connection, SCOPE.format(where=where), values)
            return Preview(orders=orders, samples=rows, snapshot=read_to(connection))

    def scope(self, selector: Selector, at: datetime) -> Scope:
        """Return all orders affected; raises TooManyAffected."""
        where, values = condition(selector, at)
        values["limit"] = SCOPE_MAX + 1
        with self._one_moment() as connection:
            rows = named(connection, SCOPE.format(where=where), values)
            if len(rows) > SCOPE_MAX:
                raise TooManyAffected(str(TooManyAffected.__doc__))
            return Scope(orders=rows, snapshot=read_to(connection))

    def of_orders(self, orders: Sequence[UUID]) -> Mapping[UUID, AffectedOrder]:
        """Return what is known of these orders: of each its longest still parcel."""
        values = {
            "partitions": [each.int >> 64 & 0xFFF for each in orders],
            "orders": list(orders),
        }
        with self._pool.connection() as connection:
            rows = named(connection, OF_ORDERS, values)
        return {row.order_id: row for row in reversed(rows)}

    @contextmanager
    def _one_moment(self) -> Iterator[Connection]:
        """Lend a connection that sees one moment, whatever is written meanwhile."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(ONE_MOMENT)
            yield connection


def named(
    connection: Connection, query: str, values: Mapping[str, Any]
) -> list[AffectedOrder]:
    """Return the orders a query finds."""
    with connection.cursor(row_factory=class_row(AffectedOrder)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def read_to(connection: Connection) -> str:
    """Return the name of the positions read up to: all of them, or their SHA-256."""
    key = {"projection": Affected.name, "version": Affected.version}
    rows = connection.execute(READ_TO, key).fetchall()
    positions = "+".join(f"{partition}.{position}" for partition, position in rows)
    if not positions:
        return "0.0"
    if len(positions) <= LONG_NAME_MAX:
        return positions
    return f"positions:{sha256(positions.encode()).hexdigest()}"


def condition(selector: Selector, at: datetime) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a selector, and its values: just what ``matches`` says."""
    values: dict[str, Any] = {"at": at}
    said = ["true"]
    for name, column in ONE.items():
        if wanted := getattr(selector, name):
            said.append(f"{column} = ANY (%({name})s::text[])")
            values[name] = list(wanted)
    for name, column in ANY.items():
        if wanted := getattr(selector, name):
            said.append(f"{column} && %({name})s::text[]")
            values[name] = list(wanted)
    if selector.shortfalls:
        said.append(SHORT)
        values["shortfalls"] = list(selector.shortfalls)
    if selector.stalled_hours is not None:
        # What was scanned in the future has not moved for no time at all.
        said.append(
            "stalled_from <= %(at)s - make_interval(hours => %(hours)s)"
            if selector.stalled_hours
            else "stalled_from IS NOT NULL"
        )
        values["hours"] = selector.stalled_hours
    for name, relation in (("paid_from", ">="), ("paid_to", "<")):
        if (moment := getattr(selector, name)) is not None:
            said.append(f"paid_at {relation} %({name})s")
            values[name] = moment
    return "\n   AND ".join(said), values
