"""The orders of an installation as the report sees them, read off its read models."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from application.event_store.connections import Connection, Pool
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import RedressMapper, tag_of
from application.event_store.rows.history import Page
from application.event_store.rows.row import COLUMNS, row_cursor
from application.event_store.store import Unreadable
from application.proactive.entitlements import (
    EVENT_TYPES,
    Entitlements,
    entitlements_in,
)
from application.proactive.seen import OrderSeen, Survey
from application.risk_table import parcels_of
from domain.order.events import ReviewRecorded

ORDERS = """
SELECT order_id, placed_at, cancelled_at
  FROM projection.order_page
 WHERE placed_at IS NOT NULL AND (%(source)s::text IS NULL OR source = %(source)s)
 ORDER BY partition, order_id
"""

REVIEWS = f"""
SELECT {COLUMNS} FROM store.event AS e
 WHERE e.type = %(tag)s ORDER BY e.partition, e.position
"""  # noqa: S608 - the columns are a constant of the store

OF_TYPES = f"""
SELECT {COLUMNS} FROM store.event AS e
 WHERE e.type = ANY (%(tags)s) ORDER BY e.partition, e.position
"""  # noqa: S608 - the columns are a constant of the store


class Placed(NamedTuple):
    """An order, when it was placed, and when it was called off."""

    order_id: UUID
    placed_at: datetime
    off_at: datetime | None


def stored_orders(pool: Pool, source: str | None = None) -> tuple[OrderSeen, ...]:
    """Return all orders that were placed, or those of one source.

    Reads every review in the log: a question for a report, not for a request.
    """
    with pool.connection() as connection:
        rows = connection.execute(ORDERS, {"source": source}).fetchall()
        surveys = surveys_in(connection)
        parcels = {each.order: each for each in parcels_of(connection, source)}
    return tuple(
        OrderSeen(
            order=str(placed.order_id),
            placed_at=placed.placed_at,
            parcel=parcels.get(str(placed.order_id)),
            off_at=placed.off_at,
            surveys=tuple(surveys.get(placed.order_id, {}).values()),
        )
        for placed in (Placed(*row) for row in rows)
    )


def surveys_in(connection: Connection) -> dict[UUID, dict[str, Survey]]:
    """Return the reviews of every order by their names, each as last told."""
    mapper, found = RedressMapper(), dict[UUID, dict[str, Survey]]()
    tag = ReviewRecorded.__struct_config__.tag
    with row_cursor(connection) as cursor:
        rows = cursor.execute(REVIEWS, {"tag": tag}).fetchall()
        for entry in Page.of(rows, mapper):
            if isinstance(entry, Unreadable) or not isinstance(
                event := entry.event, ReviewRecorded
            ):
                continue
            found.setdefault(entry.stream_id, {})[event.review] = Survey(
                score=event.score, asked_at=event.asked_at, answered_at=event.at
            )
    return found


def stored_entitlements(pool: Pool) -> Entitlements:
    """Return what became of the entitlements of an installation.

    Reads every resolution in the log: a question for a report, not for a request.
    """
    with pool.connection() as connection:
        return entitlements_in(resolved_in(connection))


def resolved_in(connection: Connection) -> Iterator[RecordedEvent]:
    """Yield what entitlements are told from, as far as it can be read."""
    mapper, tags = RedressMapper(), [tag_of(each) for each in EVENT_TYPES]
    with row_cursor(connection) as cursor:
        rows = cursor.execute(OF_TYPES, {"tags": tags}).fetchall()
        for entry in Page.of(rows, mapper):
            if not isinstance(entry, Unreadable):
                yield entry
