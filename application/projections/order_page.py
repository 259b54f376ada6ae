"""The order page: each order at one glance, as its events left it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size
from domain.order.values import Channel, OrderStatus

COLUMNS = """
       partition, order_id, version, consumer, source, number, status, placed_at,
       paid_at, shipped_at, delivered_at, completed_at, cancelled_at, channel, merchant,
       content_item, live_room, participants, lines, currency, items_minor,
       freight_minor, paid_minor, tenders, escrow, contradictory, contradictions,
       review_scores, parcels
"""

GET = f"""
SELECT {COLUMNS} FROM projection.order_page
 WHERE partition = %(partition)s AND order_id = %(order_id)s
"""  # noqa: S608 - the columns are the constant above

OF_CONSUMERS = f"""
SELECT {COLUMNS} FROM projection.order_page
 WHERE consumer = ANY (%(consumers)s::text[])
   AND (coalesce(placed_at, '-infinity'), partition, order_id)
     < (coalesce(%(placed_at)s::timestamptz, 'infinity'), %(partition)s::smallint,
        %(order_id)s::uuid)
 ORDER BY coalesce(placed_at, '-infinity') DESC, partition DESC, order_id DESC
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above


# Of so many orders the one with the most is found; who has many is among them.
LOOKED_AT_MAX = 100_000

MOST_ORDERS = """
SELECT consumer
  FROM (SELECT consumer FROM projection.order_page
         WHERE consumer IS NOT NULL LIMIT %(looked_at_max)s) AS known
 GROUP BY consumer
 ORDER BY count(*) DESC, consumer
 LIMIT 1
"""


class OrderRow(Struct, frozen=True, kw_only=True):
    """A row: an order as known. Amounts are minor units of ``currency``.

    ``tenders`` lists what each means of payment paid, ``escrow`` what is still held, by
    currency. ``contradictions`` are [code, what it is about] pairs. A time is when it
    was complete for the whole order, None before.
    """

    partition: int
    order_id: UUID
    version: int
    consumer: str | None
    source: str | None
    number: str | None
    status: OrderStatus
    placed_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    channel: Channel | None
    merchant: str | None
    content_item: str | None
    live_room: str | None
    participants: Any
    lines: int
    currency: str | None
    items_minor: int
    freight_minor: int
    paid_minor: int
    tenders: Any
    escrow: Any
    contradictory: bool
    contradictions: Any
    review_scores: Any
    parcels: Any


class Place(Struct, frozen=True, array_like=True):
    """Where an order stands in its consumer's list."""

    placed_at: datetime | None
    partition: int
    order_id: UUID


class OrderQueries:
    """What is asked of orders."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def get(self, partition: int, order_id: UUID) -> OrderRow | None:
        """Return one order, None if nothing is known of it."""
        rows = self._rows(GET, {"partition": partition, "order_id": order_id})
        return rows[0] if rows else None

    def of_consumers(
        self, consumers: Sequence[str], *, limit: int, cursor: str | None = None
    ) -> Page[OrderRow]:
        """Return a page of a person's orders, newest first. Raises BadCursor."""
        size = page_size(limit)
        last = key_of(cursor, Place) if cursor else None
        values = {
            "consumers": list(consumers),
            "placed_at": (last.placed_at or "-infinity") if last else None,
            "partition": last.partition if last else 0,
            "order_id": last.order_id if last else UUID(int=0),
            "limit": size + 1,
        }
        return page(self._rows(OF_CONSUMERS, values), size, place)

    def consumer_of_most(self) -> str | None:
        """Return a consumer with as many orders as anybody's; None without orders."""
        values = {"looked_at_max": LOOKED_AT_MAX}
        with self._pool.connection() as connection:
            row = connection.execute(MOST_ORDERS, values).fetchone()
        return row[0] if row else None

    def _rows(self, query: str, values: Mapping[str, Any]) -> list[OrderRow]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(OrderRow)) as cursor,
        ):
            return cursor.execute(query, values).fetchall()


def place(row: OrderRow) -> Place:
    """Return where the order stands in its consumer's list."""
    return Place(row.placed_at, row.partition, row.order_id)
