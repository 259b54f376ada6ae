"""What every projection is, and how one moves forward: rows and checkpoint at once."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, ClassVar, cast
from uuid import UUID

import psycopg
from msgspec import Struct
from psycopg import Cursor
from psycopg.sql import SQL, Identifier

from application.event_store.connections import Connection, Pool
from application.event_store.envelope import RecordedEvent
from application.event_store.rows.history import Page
from application.event_store.rows.row import LogEntry
from application.event_store.store import Unreadable
from application.projections.arrays import array
from domain.kernel import Event

BATCH_MAX = 1000
REASON_LENGTH_MAX = 500

# The tables of the live read models, and those a rebuild fills beside them.
LIVE, SCRATCH = "projection", "scratch"

# Moves a row only from where the batch begins: nothing is read twice or left out. Says
# how many it moved, and which streams wait there.
MOVE_CHECKPOINTS = """
  WITH moved AS (
       UPDATE checkpoint SET position = batch.last
         FROM unnest(%(partitions)b::smallint[], %(firsts)b::bigint[],
                     %(lasts)b::bigint[]) AS batch (partition, first, last)
        WHERE (projection, version) = (%(projection)s, %(version)s)
          AND checkpoint.partition = batch.partition
          AND checkpoint.position = batch.first - 1
       RETURNING 1)
SELECT (SELECT count(*) FROM moved),
       ARRAY (SELECT stream_id FROM parked
               WHERE (projection, version) = (%(projection)s, %(version)s)
                 AND partition = ANY (%(partitions)b::smallint[]))
"""

PARK = """
INSERT INTO parked
       (projection, version, partition, stream_id, position, reason, attempts)
SELECT %(projection)s, %(version)s, *
  FROM unnest(%(partition)s::smallint[], %(stream_id)s::uuid[], %(position)s::bigint[],
              %(reason)s::text[], %(attempts)s::integer[])
"""


class OutOfStep(Exception):
    """The batch does not begin where the projection stands: read before, or too far."""


class Projection(ABC):
    """A read model: how its rows are filled, and beside it how they are asked.

    ``tables`` are what it fills; each carries the ``version``. A new version fills
    tables of its own while the old one still answers; then the view of the plain name
    is pointed at the new table. SQL in ``project`` names tables without a schema: the
    live ones and those of a rebuild differ in nothing else.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    event_types: ClassVar[tuple[type[Event], ...]]
    tables: ClassVar[tuple[str, ...]]

    @property
    def key(self) -> dict[str, Any]:
        """The parameters that name this projection in every statement."""
        return {"projection": self.name, "version": self.version}

    @abstractmethod
    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Write what the batch means: fold in memory, then a few statements.

        A batch is up to about 1,000 events of one or more partitions, in order of
        position within each partition. The streams of a batch are independent: what one
        stream wrote never changes what another one's events mean.
        """


class Parking(Struct, frozen=True):
    """A stream that could not be read on, and where and why it stopped."""

    partition: int
    stream_id: UUID
    position: int
    reason: str
    attempts: int = 1


Parked = Mapping[UUID, Parking]


@contextmanager
def transaction(pool: Pool, schema: str = LIVE) -> Iterator[Connection]:
    """Lend a connection for one transaction that finds tables in the schema."""
    with pool.connection() as connection, connection.transaction():
        use(schema, connection)
        yield connection


# No commit waits for the disk: one that a crash takes away is read again from the log,
# rows and checkpoint alike.
USE = """
SET LOCAL search_path TO {};
SET LOCAL synchronous_commit TO off
"""


def use(schema: str, connection: Connection) -> None:
    """Have this transaction, and no longer, find tables in the schema."""
    connection.execute(SQL(USE).format(Identifier(schema)))


def advance(
    projection: Projection, batch: Sequence[LogEntry], connection: Connection
) -> Parked:
    """Project a batch and move the checkpoints, in the caller's transaction.

    He has locked their rows by an earlier statement: which streams are parked is read
    as of the statement that moves them, and must not change while it waits for a row.

    The checkpoints also pass the events that the projection does not read, so that
    whoever waits for a position never waits in vain. A stream with an event that cannot
    be read, or that the projection fails on, is parked from there on; the rest goes on.
    Returns what was parked; raises OutOfStep, and whatever is no fault of an event.
    """
    with connection.cursor() as cursor:
        waiting = move(projection, batch, cursor)
        readable = (
            [each for each in batch if each.stream_id not in waiting]
            if waiting
            else batch
        )
        parked = apply(projection, readable, cursor)
        park(projection, parked.values(), cursor)
        return parked


def move(
    projection: Projection, batch: Sequence[LogEntry], cursor: Cursor[Any]
) -> Collection[UUID]:
    """Move the checkpoints from before the batch to its end; raises OutOfStep.

    Returns the streams of its partitions that are parked.
    """
    partitions, positions = places_of(batch)
    lasts = dict(zip(partitions, positions, strict=True))
    firsts = dict(zip(reversed(partitions), reversed(positions), strict=True))
    parameters = projection.key | {
        "partitions": array(list(lasts)),
        "firsts": array([firsts[each] for each in lasts]),
        "lasts": array(list(lasts.values())),
    }
    moved, waiting = cursor.execute(MOVE_CHECKPOINTS, parameters).fetchone() or (0, ())
    if moved < len(lasts):
        raise OutOfStep(f"{projection.name}@{projection.version}: {firsts} to {lasts}")
    return frozenset(waiting)


def places_of(batch: Sequence[LogEntry]) -> tuple[list[int], list[int]]:
    """Return the partitions and the positions of the entries."""
    if isinstance(batch, Page):
        return batch.column("partition"), batch.column("position")
    return [each.partition for each in batch], [each.position for each in batch]


def apply(
    projection: Projection, batch: Sequence[LogEntry], cursor: Cursor[Any]
) -> Parked:
    """Project what can be; return the streams that cannot be read on, and why."""
    if isinstance(batch, Page) and all_read(projection, batch):
        # As it came: its entries are made into objects for whoever looks at them.
        return project_bisecting(
            projection, cast("Sequence[RecordedEvent]", batch), cursor
        )
    parked: dict[UUID, Parking] = {}
    events: list[RecordedEvent] = []
    read = types_read(projection, batch)
    for each in batch:
        if parked and each.stream_id in parked:
            continue
        if isinstance(each, Unreadable):
            if not each.foreign:
                why = f"{each.why}: {each.tag}: {each.detail}"
                parked[each.stream_id] = parking(each, why)
        elif type(each.event) in read:
            events.append(each)
    return {**parked, **project_bisecting(projection, events, cursor)}


def all_read(projection: Projection, page: Page) -> bool:
    """Say whether all of a page could be read, and is read by the projection."""
    there = set(map(type, page.read))
    return all(issubclass(each, projection.event_types) for each in there)


def types_read(
    projection: Projection, batch: Sequence[LogEntry]
) -> frozenset[type[Event]]:
    """Return which types of the batch the projection reads: asked once for each type.

    There are a hundred types, and to go through them for every event took its time.
    """
    there = {type(each.event) for each in batch if not isinstance(each, Unreadable)}
    return frozenset(each for each in there if issubclass(each, projection.event_types))


def project_bisecting(
    projection: Projection, events: Sequence[RecordedEvent], cursor: Cursor[Any]
) -> Parked:
    """Project all at once; where that fails, by halves, down to the event at fault."""
    if not events:
        return {}
    try:
        with cursor.connection.transaction():
            projection.project(events, cursor)
    except Exception as error:
        if not at_fault(error):
            raise
        if len(events) == 1:
            return {events[0].stream_id: parking(events[0], described(error))}
    else:
        return {}
    middle = len(events) // 2
    parked = project_bisecting(projection, events[:middle], cursor)
    rest = [each for each in events[middle:] if each.stream_id not in parked]
    return {**parked, **project_bisecting(projection, rest, cursor)}


def at_fault(error: Exception) -> bool:
    """Say whether an event may be to blame, and not the database or the program.

    A lost connection, a full disk or a missing table would park every stream there is.
    """
    if isinstance(error, psycopg.Error):
        return isinstance(error, psycopg.DataError | psycopg.IntegrityError)
    return not isinstance(error, OSError | MemoryError)


def described(error: Exception) -> str:
    """Return the error in one line; a database's further lines may quote whole rows."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def parking(at: LogEntry, reason: str) -> Parking:
    """Return the parking of a stream at this event.

    A reason may quote what an event says, and no text of the database holds a NUL.
    """
    said = reason.replace("\0", "\N{REPLACEMENT CHARACTER}")[:REASON_LENGTH_MAX]
    return Parking(at.partition, at.stream_id, at.position, said)


def park(
    projection: Projection, parked: Iterable[Parking], cursor: Cursor[Any]
) -> None:
    """Write down which streams wait."""
    rows = list(parked)
    if rows:
        cursor.execute(PARK, projection.key | columns(Parking, rows))


def replaced(row_type: type[Struct], *key: str) -> str:
    """Return the SET list that replaces all of a row but its key: no field forgotten.

    For INSERT … ON CONFLICT (key) DO UPDATE SET.
    """
    fields = (field for field in row_type.__struct_fields__ if field not in key)
    return ", ".join(f"{field} = excluded.{field}" for field in fields)


def columns(row_type: type[Struct], rows: Sequence[Struct]) -> dict[str, Any]:
    """Turn rows into one array per field, as ``unnest`` wants them."""
    return {
        field: array(list(map(attrgetter(field), rows)))
        for field in row_type.__struct_fields__
    }
