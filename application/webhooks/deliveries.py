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
from application.webhooks.public import PING
from application.webhooks.schedule import FAILING_MAX, Attempt, seconds_to_next

# Longer than an attempt may take, looking up the name included.
LEASE: Final = timedelta(seconds=60)
# To one endpoint so many go at once: one that hangs holds no others up.
AT_ONCE_MAX: Final = 4
POSITIONS_MAX: Final = 1000
DELIVERED_KEPT: Final = timedelta(days=30)

DeliveryState = Literal["pending", "delivered", "dead"]

PREPARE = """
INSERT INTO webhook.checkpoint (partition, position)
SELECT partition, 0 FROM store.partition_head
    ON CONFLICT DO NOTHING
"""

# Rows and checkpoint at once, and never a statement per event. A consumer's endpoint
# hears of all names that are the same person, as they are linked now.
FILL = """
WITH RECURSIVE behind AS MATERIALIZED (
     SELECT own.partition, own.position,
            least(read.position, own.position + %(positions_max)s) AS upto
       FROM webhook.checkpoint AS own
       JOIN projection.checkpoint AS read USING (partition)
      WHERE (read.projection, read.version) = (%(projection)s, %(version)s)
        AND read.position > own.position
        FOR UPDATE OF own SKIP LOCKED),
     listening (endpoint_id, audience) AS (
     SELECT endpoint_id, unnest(audiences) FROM webhook.endpoint WHERE state = 'active'
      UNION
     SELECT listening.endpoint_id, 'consumer:' || linked.consumer
       FROM listening
      CROSS JOIN LATERAL (
            SELECT link.other AS consumer FROM projection.consumer_link AS link
             WHERE link.consumer = substr(listening.audience, 10)
             UNION ALL
            SELECT link.consumer FROM projection.consumer_link AS link
             WHERE link.other = substr(listening.audience, 10)) AS linked
      WHERE starts_with(listening.audience, 'consumer:')
     ),
     filled AS (
     INSERT INTO webhook.delivery (endpoint_id, event_id, type, stream_id, version)
     SELECT DISTINCT ON (event.partition, event.position, listening.endpoint_id)
            listening.endpoint_id,
            'evt_' || event.partition || '_' || event.position, event.type,
            event.stream_id, event.version
       FROM behind
      CROSS JOIN listening
       JOIN webhook.endpoint USING (endpoint_id)
       JOIN projection.public_event AS event
         ON event.audience = listening.audience
        AND event.partition = behind.partition
        AND event.shown > behind.position AND event.shown <= behind.upto
        AND event.type LIKE ANY (
            SELECT replace(replace(pattern, '_', '\\_'), '*', '%%')
              FROM unnest(endpoint.types) AS pattern)
      ORDER BY event.partition, event.position
         ON CONFLICT (endpoint_id, event_id) DO NOTHING
     RETURNING 1),
     moved AS (
     UPDATE webhook.checkpoint AS own SET position = behind.upto
       FROM behind WHERE own.partition = behind.partition
     RETURNING 1)
SELECT (SELECT count(*) FROM filled), (SELECT count(*) FROM moved)
"""

# The longest due of each endpoint that is not being told something already.
CLAIM = """
  WITH moment AS (SELECT coalesce(%(now)s, clock_timestamp()) AS now),
       due AS MATERIALIZED (
       SELECT delivery.delivery_id
         FROM webhook.endpoint
        CROSS JOIN moment
        CROSS JOIN LATERAL (
              SELECT delivery_id FROM webhook.delivery AS waiting
               WHERE waiting.endpoint_id = endpoint.endpoint_id
                 AND waiting.state = 'pending' AND waiting.due_at <= moment.now
                 AND coalesce(waiting.leased_until, '-infinity') <= moment.now
                 AND (endpoint.state = 'active' OR waiting.type = %(ping)s)
               ORDER BY waiting.due_at, waiting.delivery_id
               LIMIT %(at_once_max)s
                 FOR UPDATE SKIP LOCKED) AS delivery
        WHERE NOT endpoint.endpoint_id = ANY (%(busy)s::uuid[])
        LIMIT %(limit)s)
UPDATE webhook.delivery AS delivery
   SET leased_until = moment.now + %(lease)s, claims = delivery.claims + 1,
       attempts = delivery.attempts + 1, last_at = moment.now
  FROM due, moment, webhook.endpoint
 WHERE delivery.delivery_id = due.delivery_id
   AND endpoint.endpoint_id = delivery.endpoint_id
RETURNING delivery.delivery_id, delivery.endpoint_id, endpoint.url, delivery.event_id,
          delivery.type, delivery.stream_id, delivery.version, delivery.attempts,
          delivery.claims, delivery.created_at
"""

# Whoever's lease ran out and whose row was claimed again has no say any more.
SETTLE = """
  WITH moment AS (SELECT coalesce(%(now)s, clock_timestamp()) AS now),
       settled AS (
       UPDATE webhook.delivery AS delivery
          SET state = %(state)s, leased_until = NULL, last_status = %(status)s,
              last_failure = %(failure)s,
              due_at = CASE WHEN %(state)s = 'pending'
                            THEN moment.now + %(delay)s * (1 + 0.1 * random())
                            ELSE delivery.due_at END,
              settled_at = CASE WHEN %(state)s <> 'pending' THEN moment.now END
         FROM moment
        WHERE delivery_id = %(delivery_id)s AND claims = %(claims)s
       RETURNING endpoint_id)
UPDATE webhook.endpoint AS endpoint
   SET failing_since = CASE WHEN %(state)s = 'delivered' THEN NULL
                            ELSE coalesce(failing_since, moment.now) END,
       state = CASE WHEN %(state)s = 'delivered' THEN 'active'
                    WHEN %(gone)s OR failing_since < moment.now - %(failing_max)s
                    THEN 'disabled' ELSE endpoint.state END,
       reason = CASE WHEN %(state)s = 'delivered' THEN NULL
                     WHEN %(gone)s THEN 'gone'
                     WHEN failing_since < moment.now - %(failing_max)s THEN 'failing'
                     ELSE endpoint.reason END
  FROM settled, moment
 WHERE endpoint.endpoint_id = settled.endpoint_id
"""

FIELDS: Final = """
       delivery_id, endpoint_id, event_id, type, state, attempts, claims, due_at,
       last_at, last_status, last_failure, created_at, settled_at
"""
LIST = f"""
SELECT {FIELDS} FROM webhook.delivery
 WHERE (%(endpoint_id)s::uuid IS NULL OR endpoint_id = %(endpoint_id)s)
   AND (%(state)s::text IS NULL OR state = %(state)s)
   AND (%(after)s::timestamptz IS NULL
        OR (created_at, delivery_id) < (%(after)s, %(last)s::uuid))
 ORDER BY created_at DESC, delivery_id DESC
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above
FIND = f"""
SELECT {FIELDS} FROM webhook.delivery WHERE delivery_id = %(delivery_id)s
"""  # noqa: S608 - the columns are the constant above
# What is still under way goes on as it is.
RESEND = f"""
UPDATE webhook.delivery
   SET state = 'pending', attempts = 0, settled_at = NULL, leased_until = NULL,
       due_at = coalesce(%(now)s, clock_timestamp())
 WHERE delivery_id = %(delivery_id)s AND endpoint_id = %(endpoint_id)s
   AND state <> 'pending'
RETURNING {FIELDS}
"""  # noqa: S608 - the columns are the constant above
PING_IT = """
INSERT INTO webhook.delivery (delivery_id, endpoint_id, event_id, type, due_at)
SELECT %(delivery_id)s, %(endpoint_id)s, 'ping_' || %(delivery_id)s, %(ping)s,
       coalesce(%(now)s, clock_timestamp())
    ON CONFLICT DO NOTHING
"""
FORGET = """
DELETE FROM webhook.delivery
 WHERE delivery_id IN (
       SELECT delivery_id FROM webhook.delivery
        WHERE state = 'delivered'
          AND settled_at < coalesce(%(now)s, clock_timestamp()) - %(kept)s
        ORDER BY settled_at
        LIMIT 1000
          FOR UPDATE SKIP LOCKED)
"""


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
