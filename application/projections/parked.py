"""Parked streams: which there are, and reading them again once the cause is mended."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from psycopg.rows import class_row

from application.event_store.connections import Connection, Pool
from application.event_store.rows.row import LogEntry
from application.projections.log import Log, Range
from application.projections.runtime import (
    BATCH_MAX,
    LIVE,
    Parked,
    Projection,
    apply,
    park,
    transaction,
)

LIST = """
SELECT parked.projection, parked.version, partition, parked.stream_id, position,
       event.type AS tag, parked.reason, parked.parked_at, parked.attempts
  FROM projection.parked LEFT JOIN store.event USING (partition, position)
 ORDER BY parked.parked_at, parked.projection, parked.stream_id
"""

TAKE = """
DELETE FROM parked
 WHERE (projection, version) = (%(projection)s, %(version)s)
   AND partition = %(partition)s AND stream_id = %(stream_id)s
RETURNING position, attempts
"""

# While this row is locked, no worker reads on in the partition.
HOLD_CHECKPOINT = """
SELECT position FROM checkpoint
 WHERE (projection, version) = (%(projection)s, %(version)s)
   AND partition = %(partition)s
   FOR UPDATE
"""

FIND = """
SELECT partition FROM parked
 WHERE (projection, version) = (%(projection)s, %(version)s)
   AND stream_id = %(stream_id)s
"""


class NotParked(ValueError):
    """The projection has not parked this stream."""


class ParkedStream(Struct, frozen=True):
    """A row: a stream that a projection cannot read on from ``position``.

    ``tag`` is that of the event there.
    """

    projection: str
    version: int
    partition: int
    stream_id: UUID
    position: int
    tag: str | None
    reason: str
    parked_at: datetime
    attempts: int


def parked_streams(pool: Pool) -> Sequence[ParkedStream]:
    """Return all streams that wait, longest first."""
    with (
        pool.connection() as connection,
        connection.cursor(row_factory=class_row(ParkedStream)) as cursor,
    ):
        return cursor.execute(LIST).fetchall()


def retry(
    projection: Projection,
    stream_id: UUID,
    pool: Pool,
    log: Log | None = None,
    schema: str = LIVE,
) -> Parked:
    """Read a parked stream on, as if it had never been parked.

    It goes as far as the projection is. Returns the stream if it is parked again.
    Raises NotParked.
    """
    with transaction(pool, schema) as connection:
        values = projection.key | {"stream_id": stream_id}
        found = connection.execute(FIND, values).fetchone()
        if found is None:
            raise NotParked(f"{projection.name} has not parked stream {stream_id}.")
        values["partition"] = found[0]
        upto = first(connection.execute(HOLD_CHECKPOINT, values).fetchone())[0]
        taken = connection.execute(TAKE, values).fetchone()
        if taken is None:  # Somebody else has retried it meanwhile.
            return {}
        position, attempts = taken
        wanted = Range(found[0], position - 1, upto)
        events = (log or Log()).stream(stream_id, wanted, connection)
        parked = read_on(projection, events, connection)
        again = [replace(each, attempts=attempts + 1) for each in parked.values()]
        with connection.cursor() as cursor:
            park(projection, again, cursor)
        return parked


def read_on(
    projection: Projection, events: Sequence[LogEntry], connection: Connection
) -> Parked:
    """Project the events of one stream; return it if it has to be parked again."""
    with connection.cursor() as cursor:
        for start in range(0, len(events), BATCH_MAX):
            parked = apply(projection, events[start : start + BATCH_MAX], cursor)
            if parked:
                return parked
    return {}


def first(row: tuple[int, ...] | None) -> tuple[int, ...]:
    """Return a row that must be there: checkpoints are made before anything is read."""
    assert row is not None, "a parked stream lies in a partition with a checkpoint"
    return row
