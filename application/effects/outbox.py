"""The outbox: a row for each effect of each event, and its job in the same transaction.

Read twice it is filled once, and a rebuild fills its own tables and enqueues nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct, json
from psycopg import Cursor
from psycopg.rows import class_row

from application.access import NotFound
from application.effects.effect import (
    GATEWAY_OF,
    Effect,
    Gateway,
    Kind,
    Noun,
    Payload,
    key_of,
)
from application.effects.follows import ANSWERS, FOLLOWS, told, what_follows
from application.event_store.connections import Pool
from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns
from domain.money import Money

SAVE = """
INSERT INTO outbox_v1
       (partition, position, kind, key, stream_id, version, noun, gateway, action,
        asks, attempt, amount_minor, currency, params, ordered_at)
SELECT partition, position, kind, key, stream_id, version, noun, gateway, action,
       asks, attempt, amount_minor, currency, params::jsonb, ordered_at
  FROM unnest(
       %(partition)s::smallint[], %(position)s::bigint[], %(kind)s::text[],
       %(key)s::uuid[], %(stream_id)s::uuid[], %(version)s::bigint[],
       %(noun)s::text[], %(gateway)s::text[], %(action)s::text[], %(asks)s::text[],
       %(attempt)s::integer[], %(amount_minor)s::bigint[], %(currency)s::text[],
       %(params)s::text[], %(ordered_at)s::timestamptz[])
       AS row (partition, position, kind, key, stream_id, version, noun, gateway,
               action, asks, attempt, amount_minor, currency, params, ordered_at)
"""

# The first result stands: what a gateway says differently later is for people.
ANSWER = """
UPDATE outbox_v1 AS outbox SET answer = told.answer
  FROM (SELECT DISTINCT ON (outbox_v1.key) outbox_v1.key, result.answer
          FROM unnest(
               %(partition)s::smallint[], %(stream_id)s::uuid[], %(position)s::bigint[],
               %(asks)s::text[], %(attempt)s::integer[], %(answer)s::text[])
               AS result (partition, stream_id, position, asks, attempt, answer)
          JOIN outbox_v1 USING (partition, stream_id, asks)
         WHERE outbox_v1.answer IS NULL AND outbox_v1.position < result.position
           AND (result.attempt IS NULL OR result.attempt = outbox_v1.attempt)
         ORDER BY outbox_v1.key, result.position) AS told
 WHERE outbox.key = told.key
"""

# What was answered in the log already needs nobody; a rebuild's tables are not live.
ENQUEUE = """
  WITH begun AS (
       INSERT INTO effect.run (key, gateway, kind, stream_id)
       SELECT key, gateway, kind, stream_id FROM outbox_v1
        WHERE key = ANY (%(key)s::uuid[]) AND answer IS NULL
          AND current_schema() = 'projection'
           ON CONFLICT (key) DO NOTHING
       RETURNING key, gateway)
SELECT procrastinate.procrastinate_defer_jobs_v1(array_agg(
       ROW(gateway, 'effect', 0, NULL, NULL, jsonb_build_object('key', key), NULL)
       ::procrastinate.procrastinate_job_to_defer_v1))
  FROM begun HAVING count(*) > 0
"""

FIND = """
SELECT kind, key, stream_id, version, noun, action, asks, attempt, amount_minor,
       currency, params, ordered_at, answer
  FROM projection.outbox WHERE key = %(key)s
"""


class OutboxRow(Struct, frozen=True, kw_only=True):
    """An effect as it lies in the outbox."""

    partition: int
    position: int
    kind: Kind
    key: UUID
    stream_id: UUID
    version: int
    noun: Noun
    gateway: Gateway
    action: str
    asks: str | None
    attempt: int
    amount_minor: int | None
    currency: str | None
    params: str
    ordered_at: datetime


class ToldRow(Struct, frozen=True, kw_only=True):
    """A result that the log tells."""

    partition: int
    stream_id: UUID
    position: int
    asks: str
    attempt: int | None
    answer: str


class Outbox(Projection):
    """Which effects follow the log, and which of them the log says are answered."""

    name = "outbox"
    version = 1
    event_types = (*FOLLOWS, *ANSWERS)
    tables = ("outbox_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Write the effects and the results of the batch, and enqueue what is open."""
        rows = [row for each in batch for row in rows_of(each)]
        results = [row for each in batch for row in told_by(each)]
        if rows:
            cursor.execute(SAVE, columns(OutboxRow, rows))
        if results:
            cursor.execute(ANSWER, columns(ToldRow, results))
        if rows:
            cursor.execute(ENQUEUE, {"key": [row.key for row in rows]})


def rows_of(each: RecordedEvent) -> Sequence[OutboxRow]:
    """Return the effects of an event as rows."""
    return [
        OutboxRow(
            partition=each.partition,
            position=each.position,
            kind=kind,
            key=key_of(each.stream_id, each.version, kind),
            stream_id=each.stream_id,
            version=each.version,
            noun=FOLLOWS[type(each.event)][0],
            gateway=GATEWAY_OF[kind],
            action=payload.action,
            asks=payload.asks,
            attempt=payload.attempt,
            amount_minor=None if payload.amount is None else payload.amount.minor,
            currency=None if payload.amount is None else payload.amount.currency,
            params=json.encode(payload.params).decode(),
            ordered_at=each.occurred_at,
        )
        for kind, payload in what_follows(each.event)
    ]


def told_by(each: RecordedEvent) -> Sequence[ToldRow]:
    """Return the result an event tells as a row, if it tells any."""
    result = told(each.event)
    if result is None:
        return ()
    return (
        ToldRow(
            partition=each.partition,
            stream_id=each.stream_id,
            position=each.position,
            asks=result.asks,
            attempt=result.attempt,
            answer=result.answer,
        ),
    )


class Found(Struct, frozen=True, kw_only=True):
    """A row as it is asked for."""

    kind: Kind
    key: UUID
    stream_id: UUID
    version: int
    noun: Noun
    action: str
    asks: str | None
    attempt: int
    amount_minor: int | None
    currency: str | None
    params: Mapping[str, str]
    ordered_at: datetime
    answer: str | None


class OutboxQueries:
    """Asks the outbox for an effect."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(self, key: UUID) -> Effect:
        """Return the effect; raises NotFound."""
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Found)) as cursor,
        ):
            found = cursor.execute(FIND, {"key": key}).fetchone()
        if found is None:
            raise NotFound
        return effect_of(found)


def effect_of(row: Found) -> Effect:
    """Return a row as the effect it stands for."""
    amount = None
    if row.amount_minor is not None and row.currency is not None:
        amount = Money(row.amount_minor, row.currency)
    payload = Payload(
        action=row.action,
        asks=row.asks,
        attempt=row.attempt,
        amount=amount,
        params=row.params,
    )
    return Effect(
        kind=row.kind,
        key=row.key,
        stream_id=row.stream_id,
        version=row.version,
        noun=row.noun,
        payload=payload,
        ordered_at=row.ordered_at,
        answer=row.answer,
    )
