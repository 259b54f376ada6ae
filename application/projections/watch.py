"""What is watched of every order, asked by what is due: its cost grows with that alone.

Rows are computed by the rules that come with the product; those in force are asked once
more when a row is due. What needs not be asked at once again is put off, beside them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Pool
from application.projections.runtime import columns
from domain.ids import partition_in

# A row of history counts if, by the settable clock, its days are not over at all.
HISTORY: Final = timedelta(days=30)
NOT_AHEAD: Final = timedelta()

# What was put off is left out until its time, and for good where it has none; once a
# row has another due time, it is asked anew.
NOT_PUT_OFF: LiteralString = """
   AND NOT EXISTS (SELECT FROM process.hold
                    WHERE hold.source IN (entry.source, '*')
                      AND hold.until > clock_timestamp())
   AND NOT EXISTS (SELECT FROM process.put_off AS later
                    WHERE later.partition = entry.partition
                      AND later.order_id = entry.order_id AND later.name = entry.name
                      AND later.due_at = entry.due_at
                      AND (later.ask_again_at IS NULL
                           OR later.ask_again_at > %(now)s))
"""

AFTER: LiteralString = """
   AND (entry.due_at, entry.partition, entry.order_id, entry.name)
     > (coalesce(%(due_at)s::timestamptz, '-infinity'), %(partition)s::smallint,
        %(order_id)s::uuid, %(name)s::text)
"""

DUE: LiteralString = f"""
SELECT partition, order_id, name, due_at, source
  FROM (SELECT partition, order_id, name, due_at, source
          FROM projection.watch WHERE state = 'watching'
         UNION ALL
        SELECT partition, order_id, name, due_at, source
          FROM projection.watch
         WHERE state = 'history' AND due_at > %(history)s) AS entry
 WHERE due_at <= %(horizon)s {AFTER} {NOT_PUT_OFF}
 ORDER BY due_at, partition, order_id, name
 LIMIT %(limit)s
"""  # noqa: S608 - what is put together is constants of our own

HEALED: LiteralString = f"""
SELECT partition, order_id, name, due_at, source
  FROM (SELECT partition, order_id, name, heals_at AS due_at, source
          FROM projection.watch
         WHERE state = 'detected' AND heals_at IS NOT NULL) AS entry
 WHERE due_at <= %(now)s {AFTER} {NOT_PUT_OFF}
 ORDER BY due_at, partition, order_id, name
 LIMIT %(limit)s
"""  # noqa: S608 - what is put together is constants of our own

# The days beside a consumer are one more thing to ask, under a name of their own.
BESIDE: LiteralString = f"""
SELECT partition, order_id, name, due_at, source
  FROM (SELECT partition, order_id, 'beside'::text AS name, look_at AS due_at, source
          FROM projection.companion_board
         WHERE look_at IS NOT NULL AND NOT history
         UNION ALL
        SELECT partition, order_id, 'beside', look_at, source
          FROM projection.companion_board
         WHERE look_at > %(history)s AND history) AS entry
 WHERE due_at <= %(now)s {AFTER} {NOT_PUT_OFF}
 ORDER BY due_at, partition, order_id, name
 LIMIT %(limit)s
"""  # noqa: S608 - what is put together is constants of our own

STREAMS = """
SELECT order_id, stream_id FROM projection.watch_stream
  JOIN unnest(%(partition)s::smallint[], %(order_id)s::uuid[])
       AS wanted (partition, order_id) USING (partition, order_id)
"""

PUT_OFF = """
INSERT INTO process.put_off
       (partition, order_id, name, due_at, asked_at, ask_again_at, why)
SELECT * FROM unnest(
       %(partition)s::smallint[], %(order_id)s::uuid[], %(name)s::text[],
       %(due_at)s::timestamptz[], %(asked_at)s::timestamptz[],
       %(ask_again_at)s::timestamptz[], %(why)s::text[])
    ON CONFLICT (partition, order_id, name) DO UPDATE
   SET due_at = excluded.due_at, asked_at = excluded.asked_at,
       ask_again_at = excluded.ask_again_at, why = excluded.why
"""

OF_ORDER = """
SELECT entry.name, entry.code, entry.line, entry.due_at, entry.until_at, entry.rule,
       entry.parcel, entry.state, later.why, later.ask_again_at
  FROM projection.watch AS entry
  LEFT JOIN process.put_off AS later USING (partition, order_id, name, due_at)
 WHERE entry.partition = %(partition)s AND entry.order_id = %(order_id)s
 ORDER BY entry.due_at, entry.name
"""


class DueRow(Struct, frozen=True, kw_only=True):
    """Something of an order that is due to be asked."""

    partition: int
    order_id: UUID
    name: str
    due_at: datetime
    source: str | None


class PutOff(Struct, frozen=True, kw_only=True):
    """What was asked, and when it is asked again; None is never, for ``why``."""

    partition: int
    order_id: UUID
    name: str
    due_at: datetime
    asked_at: datetime
    ask_again_at: datetime | None
    why: str


class WatchedRow(Struct, frozen=True, kw_only=True):
    """A row as it is shown; ``why`` it was put off, if it was."""

    name: str
    code: str
    line: int | None
    due_at: datetime
    until_at: datetime | None
    rule: str
    parcel: str | None
    state: str
    why: str | None
    ask_again_at: datetime | None


class WatchQueries:
    """The questions the watch answers. Putting off asks for a pool of redress_writer.

    Each page of what is due leaves out what comes from a source that a running import
    holds, and everything while one holds everything.
    """

    def __init__(self, pool: Pool, writer: Pool | None = None) -> None:
        self._pool, self._writer = pool, writer

    def due(
        self,
        now: datetime,
        limit: int,
        after: DueRow | None = None,
        ahead: timedelta = NOT_AHEAD,
    ) -> Sequence[DueRow]:
        """Return what may fall short by now, the longest due first.

        ``ahead`` returns what is due only so much later, too.
        """
        return self._page(DUE, now, limit, after, ahead)

    def healed(
        self, now: datetime, limit: int, after: DueRow | None = None
    ) -> Sequence[DueRow]:
        """Return what fell short and healed by now."""
        return self._page(HEALED, now, limit, after)

    def beside(
        self, now: datetime, limit: int, after: DueRow | None = None
    ) -> Sequence[DueRow]:
        """Return orders with whose consumer there is something to do by now."""
        return self._page(BESIDE, now, limit, after)

    def streams(self, orders: Iterable[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """Return the streams of each order that is known."""
        wanted = list(dict.fromkeys(orders))
        values = {"partition": list(map(partition_in, wanted)), "order_id": wanted}
        found: dict[UUID, list[UUID]] = {}
        with self._pool.connection() as connection:
            for order_id, stream_id in connection.execute(STREAMS, values):
                found.setdefault(order_id, []).append(stream_id)
        return found

    def put_off(self, rows: Sequence[PutOff]) -> None:
        """Have these not asked again before their time; the last of a name counts."""
        named = {(each.order_id, each.name): each for each in rows}
        if named and self._writer is not None:
            with self._writer.connection() as connection:
                connection.execute(PUT_OFF, columns(PutOff, list(named.values())))

    def of_order(self, order_id: UUID) -> Sequence[WatchedRow]:
        """Return all that is watched of an order, the soonest due first."""
        values = {"partition": partition_in(order_id), "order_id": order_id}
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(WatchedRow)) as cursor,
        ):
            return cursor.execute(OF_ORDER, values).fetchall()

    def _page(
        self,
        query: LiteralString,
        now: datetime,
        limit: int,
        after: DueRow | None,
        ahead: timedelta = NOT_AHEAD,
    ) -> Sequence[DueRow]:
        values: dict[str, Any] = {
            "now": now,
            "horizon": now + ahead,
            "history": now - HISTORY,
            "limit": limit,
            "due_at": after and after.due_at,
            "partition": after.partition if after else -1,
            "order_id": after.order_id if after else UUID(int=0),
            "name": after.name if after else "",
        }
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(DueRow)) as cursor,
        ):
            return cursor.execute(query, values).fetchall()
