"""The promise board: every promise and how it stands, soonest due first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row
from psycopg.sql import SQL, Composed

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size
from domain.promise import PromiseKind, PromiseSource, Standing

FIND = """
SELECT partition, order_id, promise, kind, source, by, line, standing, made_at, due_at,
       first_due_at, met_at, late_seconds, ahead_seconds, evidence, policy, version,
       consumer, order_source, merchant, creator, carrier
  FROM projection.promise_board
 WHERE {conditions}
 ORDER BY coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise
 LIMIT %(limit)s
"""

# What can be asked for, and how it is said in SQL.
CONDITIONS = {
    "state": "standing = %(state)s",
    "due_before": "due_at < %(due_before)s",
    "kind": "kind = %(kind)s",
    "merchant": "merchant = %(merchant)s",
    "creator": "creator = %(creator)s",
    "carrier": "carrier = %(carrier)s",
    "order_id": "order_id = %(order_id)s",
    "due_at": """
       (coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise)
       > (%(due_at)s::timestamptz, %(partition)s, %(order)s, %(promise)s)""",
}

DUE_FOR_CHECK = """
SELECT partition, order_id, promise, due_at, version
  FROM projection.promise_board AS board
 WHERE standing = 'open'
   AND coalesce(due_at, 'infinity'::timestamptz) < %(now)s
   AND (coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise)
     > (coalesce(%(due_at)s::timestamptz, '-infinity'), %(partition)s::smallint,
        %(order_id)s::uuid, %(promise)s::text)
   AND NOT EXISTS (SELECT FROM process.hold
                    WHERE hold.source IN (board.order_source, '*')
                      AND hold.until > clock_timestamp())
 ORDER BY coalesce(due_at, 'infinity'::timestamptz), partition, order_id, promise
 LIMIT %(limit)s
"""


class BoardPromise(Struct, frozen=True, kw_only=True):
    """A row: one promise of one order.

    ``version`` is that of the order's stream when this promise last changed. Breached
    without ``late_seconds`` is breached by the clock: the deed was never reported.
    """

    partition: int
    order_id: UUID
    promise: str
    kind: PromiseKind
    source: PromiseSource
    by: str | None
    line: int | None
    standing: Standing
    made_at: datetime
    due_at: datetime | None
    first_due_at: datetime | None
    met_at: datetime | None = None
    late_seconds: int | None = None
    ahead_seconds: int | None = None
    evidence: str | None = None
    policy: str
    version: int
    consumer: str | None = None
    order_source: str | None = None
    merchant: str | None = None
    creator: str | None = None
    carrier: str | None = None


class DuePromise(Struct, frozen=True):
    """An open promise whose time has come."""

    partition: int
    order_id: UUID
    promise: str
    due_at: datetime
    version: int


class Place(Struct, frozen=True, array_like=True):
    """Where a promise stands on the board. Without a due time it stands last."""

    due_at: datetime | None
    partition: int
    order_id: UUID
    promise: str


class PromiseQueries:
    """The questions the board answers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def find(  # noqa: PLR0913 - one argument for each thing that can be asked for
        self,
        *,
        limit: int,
        cursor: str | None = None,
        state: Standing | None = None,
        due_before: datetime | None = None,
        kind: PromiseKind | None = None,
        merchant: str | None = None,
        creator: str | None = None,
        carrier: str | None = None,
        order_id: UUID | None = None,
    ) -> Page[BoardPromise]:
        """Return promises that fit all that is asked, soonest due first.

        Those whose clock has not started come last. Raises BadCursor.
        """
        size = page_size(limit)
        asked: dict[str, Any] = {
            "state": state,
            "due_before": due_before,
            "kind": kind,
            "merchant": merchant,
            "creator": creator,
            "carrier": carrier,
            "order_id": order_id,
        }
        if cursor:
            last = key_of(cursor, Place)
            asked["due_at"] = last.due_at or "infinity"
            asked |= {"partition": last.partition, "order": last.order_id}
            asked["promise"] = last.promise
        values = {name: each for name, each in asked.items() if each is not None}
        return page(self._rows(values | {"limit": size + 1}), size, place)

    def due_for_check(
        self, now: datetime, limit: int, after: DuePromise | None = None
    ) -> Sequence[DuePromise]:
        """Return open promises that were due before now, the longest overdue first.

        Leaves out the orders of sources that a running import holds, and all orders
        while one holds everything. ``after`` goes on behind the last of the page
        before.
        """
        values = {
            "now": now,
            "limit": limit,
            "due_at": after and after.due_at,
            "partition": after.partition if after else -1,
            "order_id": after.order_id if after else UUID(int=0),
            "promise": after.promise if after else "",
        }
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(DuePromise)) as cursor,
        ):
            return cursor.execute(DUE_FOR_CHECK, values).fetchall()

    def _rows(self, values: Mapping[str, Any]) -> Sequence[BoardPromise]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(BoardPromise)) as cursor,
        ):
            return cursor.execute(find(values), values).fetchall()


def find(values: Mapping[str, Any]) -> Composed:
    """Return the query for what is asked."""
    conditions = [SQL(text) for name, text in CONDITIONS.items() if name in values]
    every = SQL(" AND ").join(conditions or [SQL("true")])
    return SQL(FIND).format(conditions=every)


def place(row: BoardPromise) -> Place:
    """Return where the promise stands on the board."""
    return Place(row.due_at, row.partition, row.order_id, row.promise)
