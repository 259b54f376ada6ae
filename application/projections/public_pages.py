"""Public events behind a place in the log, page by page, for those who may see them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct
from psycopg.rows import class_row

from application.event_store.connections import Connection, Pool
from application.projections.paging import page_size
from application.projections.public_events import PublicEvents

REACHED = """
SELECT partition, position FROM projection.checkpoint
 WHERE (projection, version) = (%(projection)s, %(version)s)
 ORDER BY partition
"""

# For each partition and audience one walk along the index, from where the reader is.
# Events shown at one position are never torn apart.
AFTER = """
SELECT event.partition, event.shown, event.position, event.stream_id, event.version,
       event.type
  FROM unnest(%(partitions)s::smallint[], %(positions)s::bigint[])
       AS seen (partition, position)
 CROSS JOIN unnest(%(audiences)s::text[]) AS asking (audience)
 CROSS JOIN LATERAL (
       SELECT * FROM projection.public_event AS event
        WHERE event.audience = asking.audience
          AND event.partition = seen.partition
          AND event.shown > seen.position
          AND (%(like)s::text[] IS NULL OR event.type LIKE ANY (%(like)s::text[]))
        ORDER BY event.shown
        FETCH FIRST %(limit)s ROWS WITH TIES) AS event
 ORDER BY event.partition, event.shown
 FETCH FIRST %(limit)s ROWS WITH TIES
"""


class Shown(Struct, frozen=True):
    """An event in the order it is told in."""

    partition: int
    shown: int
    position: int
    stream_id: UUID
    version: int
    type: str


class After(NamedTuple):
    """Events behind a place, in the order they are told, and the place behind them."""

    events: Sequence[Shown]
    seen: Mapping[int, int]
    more: bool


class PublicEventQueries:
    """What comes behind a place, for some audiences."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def after(
        self,
        whose: Collection[str],
        seen: Mapping[int, int],
        *,
        limit: int,
        like: Sequence[str] | None = None,
    ) -> After:
        """Return what was told behind these positions, by partition; each event once.

        Events shown at one position come together, be it beyond the limit. ``like`` are
        patterns of SQL. A position ahead of the log counts as its end.
        """
        size = page_size(limit)
        with self._pool.connection() as connection:
            reached = reached_by(connection)
            begun = {each: min(seen.get(each, 0), end) for each, end in reached.items()}
            values = {
                "partitions": list(begun),
                "positions": list(begun.values()),
                "audiences": sorted(whose),
                "like": list(like) if like else None,
                "limit": size,
            }
            with connection.cursor(row_factory=class_row(Shown)) as cursor:
                rows = cursor.execute(AFTER, values).fetchall()
        ordered = sorted(set(rows), key=as_told)
        more = len(rows) >= size
        return After(once(ordered), passed(begun, reached, ordered, more=more), more)


def reached_by(connection: Connection) -> dict[int, int]:
    """Return how far the projection has read, in every partition."""
    return dict(connection.execute(REACHED, PublicEvents().key).fetchall())


def passed(
    begun: Mapping[int, int],
    reached: Mapping[int, int],
    rows: Sequence[Shown],
    *,
    more: bool,
) -> dict[int, int]:
    """Return how far a reader of these rows has come in every partition.

    Partitions are told one after the other: those before the last row's are told whole,
    and so is every one if there is nothing more.
    """
    last = rows[-1].partition if rows and more else None
    seen = {
        partition: end if last is None or partition < last else begun[partition]
        for partition, end in reached.items()
    }
    for row in rows:
        seen[row.partition] = max(seen[row.partition], row.shown)
    return seen


def once(rows: Sequence[Shown]) -> list[Shown]:
    """Return each event once, also where one of two audiences learnt of it later."""
    return list({(row.partition, row.position): row for row in rows}.values())


def as_told(row: Shown) -> tuple[int, int, int]:
    """Return the key that puts events in the order they are told."""
    return row.partition, row.shown, row.position
