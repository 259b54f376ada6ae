"""Deliveries: made of public events, claimed to be sent, settled by what came of it.

A claim is a lease by the database's time: nothing is held open while somebody else's
machine takes its time, and what a dead process had claimed is free again by itself.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.access import NotFound
from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size
from application.projections.public_events import PublicEvents
from application.webhooks.delivery_sql import (
    CLAIM,
    FILL,
    FIND,
    FORGET,
    LIST,
    PING_IT,
    PREPARE,
    RESEND,
    SETTLE,
)
from application.webhooks.public import PING
from application.webhooks.schedule import FAILING_MAX, Attempt, seconds_to_next

# Longer than an attempt may take, looking up the name included.
LEASE: Final = timedelta(seconds=60)
# To one endpoint so many go at once: one that hangs holds no others up.
AT_ONCE_MAX: Final = 4
POSITIONS_MAX: Final = 1000
DELIVERED_KEPT: Final = timedelta(days=30)

DeliveryState = Literal["pending", "delivered", "dead"]


class Claimed(Struct, frozen=True, kw_only=True):
    """A delivery to be sent now; ``claims`` is the word by which it is settled."""

    delivery_id: UUID
    endpoint_id: UUID
    url: str
    event_id: str
    type: str
    stream_id: UUID | None
    version: int | None
    attempts: int
    claims: int
    created_at: datetime


class Delivery(Struct, frozen=True, kw_only=True):
    """A delivery as it stands.

    ``attempts`` are those since it was last asked for, ``claims`` all there were;
    ``due_at`` says when the next one is, while pending.
    """

    delivery_id: UUID
    endpoint_id: UUID
    event_id: str
    type: str
    state: DeliveryState
    attempts: int
    claims: int
    due_at: datetime
    last_at: datetime | None
    last_status: int | None
    last_failure: str | None
    created_at: datetime
    settled_at: datetime | None


class Newest(Struct, frozen=True, array_like=True):
    """Where a delivery stands in a list."""

    created_at: datetime
    delivery_id: UUID


class Deliveries:
    """Makes, claims and settles deliveries. ``now`` is the database's unless given."""

    def __init__(self, writer: Pool, reader: Pool) -> None:
        self._writer = writer
        self._reader = reader
        self._prepared = False

    def fill(self) -> int:
        """Make deliveries of what became public since; return partitions moved on."""
        values = PublicEvents().key | {"positions_max": POSITIONS_MAX}
        with self._writer.connection() as connection:
            if not self._prepared:
                connection.execute(PREPARE, values)
                self._prepared = True
            row = connection.execute(FILL, values).fetchone()
        return 0 if row is None else int(row[1])

    def claim(
        self, limit: int, busy: Collection[UUID] = (), now: datetime | None = None
    ) -> Sequence[Claimed]:
        """Claim what is due, of endpoints that are not busy, for a minute."""
        values = {
            "limit": limit,
            "busy": list(busy),
            "now": now,
            "ping": PING,
            "at_once_max": AT_ONCE_MAX,
            "lease": LEASE,
        }
        with (
            self._writer.connection() as connection,
            connection.cursor(row_factory=class_row(Claimed)) as cursor,
        ):
            return cursor.execute(CLAIM, values).fetchall()

    def settle(
        self, claimed: Claimed, attempt: Attempt, now: datetime | None = None
    ) -> None:
        """Write down what came of an attempt, and what follows from it."""
        delay = seconds_to_next(claimed.attempts, attempt)
        state: DeliveryState = "dead" if delay is None else "pending"
        values = {
            "delivery_id": claimed.delivery_id,
            "claims": claimed.claims,
            "state": "delivered" if attempt.succeeded else state,
            "status": attempt.status,
            "failure": attempt.failure,
            "delay": timedelta(seconds=delay or 0),
            "gone": attempt.gone,
            "failing_max": FAILING_MAX,
            "now": now,
        }
        with self._writer.connection() as connection:
            connection.execute(SETTLE, values)

    def forget(self, now: datetime | None = None) -> int:
        """Forget what was delivered a month ago, some at a time; return how many."""
        values = {"kept": DELIVERED_KEPT, "now": now}
        with self._writer.connection() as connection:
            return connection.execute(FORGET, values).rowcount

    def listed(
        self,
        endpoint_id: UUID | None,
        *,
        limit: int,
        state: DeliveryState | None = None,
        cursor: str | None = None,
    ) -> Page[Delivery]:
        """Return an endpoint's deliveries, or all, newest first; raises BadCursor."""
        size = page_size(limit)
        last = key_of(cursor, Newest) if cursor else None
        values: dict[str, Any] = {
            "endpoint_id": endpoint_id,
            "state": state,
            "after": last and last.created_at,
            "last": last and last.delivery_id,
            "limit": size + 1,
        }
        with (
            self._reader.connection() as connection,
            connection.cursor(row_factory=class_row(Delivery)) as rows,
        ):
            found = rows.execute(LIST, values).fetchall()
        return page(found, size, lambda each: Newest(each.created_at, each.delivery_id))

    def find(self, delivery_id: UUID) -> Delivery:
        """Return the delivery; raises NotFound."""
        with (
            self._writer.connection() as connection,
            connection.cursor(row_factory=class_row(Delivery)) as cursor,
        ):
            found = cursor.execute(FIND, {"delivery_id": delivery_id}).fetchone()
        if found is None:
            raise NotFound
        return found

    def resend(
        self, endpoint_id: UUID, delivery_id: UUID, now: datetime | None = None
    ) -> Delivery:
        """Have it sent again from the beginning; raises NotFound.

        One that is still pending stays as it is: it is under way.
        """
        values = {"endpoint_id": endpoint_id, "delivery_id": delivery_id, "now": now}
        with (
            self._writer.connection() as connection,
            connection.cursor(row_factory=class_row(Delivery)) as cursor,
        ):
            sent = cursor.execute(RESEND, values).fetchone()
        found = sent or self.find(delivery_id)
        if found.endpoint_id != endpoint_id:
            raise NotFound
        return found

    def ping(
        self, endpoint_id: UUID, delivery_id: UUID, now: datetime | None = None
    ) -> Delivery:
        """Have a test event sent, once by this id, also to a disabled endpoint.

        Its success makes the endpoint active again.
        """
        values = {
            "endpoint_id": endpoint_id,
            "delivery_id": delivery_id,
            "ping": PING,
            "now": now,
        }
        with self._writer.connection() as connection:
            connection.execute(PING_IT, values)
        return self.find(delivery_id)
