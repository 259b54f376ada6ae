"""Filling a projection again from zero, beside the live one, and holding both together.

The rebuilt rows lie in the schema ``scratch``, in tables of the same names and shape.
They are compared row for row with the live ones when both have read equally far.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event as Signal

from msgspec.structs import asdict
from psycopg.sql import SQL, Identifier

from application.event_store.connections import Connection, Pool
from application.projections.comparison import Compared, compared, names
from application.projections.log import Log, Positions
from application.projections.runner import Progress, Runner
from application.projections.runtime import LIVE, SCRATCH, Projection, transaction

# So few events are read while the live projection is held; a second at the most.
CLOSE_ENOUGH = 2000

# Who has it lets go of it with his transaction, however his process ends. A transaction
# that waits and sees no rows holds up nobody, so it may take as long as the rebuild.
TAKE_TURN = """
SET LOCAL idle_in_transaction_session_timeout = 0;
SELECT pg_try_advisory_xact_lock({room}, hashtext({name}))
"""
# "rebu": turns at other things are taken in other rooms.
ROOM = 0x72656275

DROP = "DROP TABLE IF EXISTS {scratch}"
MAKE = "CREATE TABLE {scratch} (LIKE {live} INCLUDING ALL)"
FORGET = """
DELETE FROM {table} WHERE (projection, version) = (%(projection)s, %(version)s)
"""
POSITIONS = """
SELECT partition, position FROM projection.checkpoint
 WHERE (projection, version) = (%(projection)s, %(version)s)
   AND (%(partition)s::smallint IS NULL OR partition = %(partition)s)
 ORDER BY partition
"""
# Positions have no gaps: where fewer events are stored, some were taken away.
GAPS = """
SELECT wanted.partition, wanted.upto, stored.events, stored.last, head.position
  FROM unnest(%(partitions)s::smallint[], %(uptos)s::bigint[])
       AS wanted (partition, upto)
  LEFT JOIN store.partition_head AS head USING (partition)
 CROSS JOIN LATERAL (
       SELECT count(*) AS events, coalesce(max(position), 0) AS last
         FROM store.event AS e
        WHERE e.partition = wanted.partition AND e.position <= wanted.upto) AS stored
 WHERE stored.events < wanted.upto
 ORDER BY wanted.partition
"""
EMPTY = "DELETE FROM {live}"
FILL = "INSERT INTO {live} TABLE {scratch}"
FILL_PARKED = """
INSERT INTO projection.parked
SELECT * FROM scratch.parked
 WHERE (projection, version) = (%(projection)s, %(version)s)
"""

# Comparing whole tables may take longer than a batch ever should.
PATIENCE = """
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = '120s'
"""


class Rebuilt(Compared, frozen=True, kw_only=True):
    """What a rebuild came to.

    ``unfilled`` are the partitions that cannot be filled again, and why: they are
    neither filled nor compared.
    """

    projection: str
    events: int
    unfilled: Mapping[int, str]
    switched: bool

    @property
    def equal(self) -> bool:
        """Whether the live tables were what the log amounts to, as far as it is read.

        A stream that is parked is not read: then nobody can say.
        """
        return not (self.differing or self.parked_rebuilt or self.unfilled)


class RebuildGaveUp(Exception):
    """The rebuild was stopped, or did not come near the live projection."""


class RebuildUnderWay(RebuildGaveUp):
    """Somebody else fills this projection again just now, in the same tables."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name}: somebody fills it again already, to rebuild or to verify it; "
            "come again when that has ended."
        )


def rebuild(  # noqa: PLR0913 - what to fill, and whom to tell and to obey
    projection: Projection,
    pool: Pool,
    *,
    switch: bool = False,
    even_parked: bool = False,
    partition: int | None = None,
    progress: Progress | None = None,
    stop: Signal | None = None,
) -> Rebuilt:
    """Fill the projection from zero and compare; with ``switch`` put that in place.

    Of one ``partition``, or of all: rows lie beside their events. What parks a stream
    that is not parked live is put in place only ``even_parked``; what could not all be
    filled never is. The live projection goes on meanwhile; only for the last few events
    and the comparison it stands still. Raises RebuildGaveUp; RebuildUnderWay, before
    anything was touched, while another one fills the same tables.
    """
    assert partition is None or not switch, "a part takes nobody's place"
    with alone(projection, pool):
        start_over(projection, pool)
        runner = Runner([projection], pool, Log(), SCRATCH)
        Runner([projection], pool).prepare()
        unfilled = gaps(projection, pool, partition)
        follow(projection, pool, runner, (partition, unfilled), progress, stop)
        with transaction(pool, LIVE) as connection:
            connection.execute(PATIENCE)
            held = positions(projection, connection, partition, lock=True)
            fillable = without(unfilled, held)
            if not runner.catch_up(fillable, None, stop):
                raise RebuildGaveUp(
                    f"{projection.name}: stopped before it was compared."
                )
            found = compared(projection, connection, partition, list(unfilled))
            good = not unfilled and (even_parked or not found.newly_parked)
            if switched := switch and good:
                put_in_place(projection, connection)
        start_over(projection, pool, again=False)
        return Rebuilt(
            **asdict(found),
            projection=projection.name,
            events=sum(fillable.values()),
            unfilled=unfilled,
            switched=switched,
        )


@contextmanager
def alone(projection: Projection, pool: Pool) -> Iterator[None]:
    """Keep all others from filling this projection again. Raises RebuildUnderWay."""
    turn = SQL(TAKE_TURN).format(room=ROOM, name=projection.name)
    with pool.connection() as connection, connection.transaction():
        cursor = connection.execute(turn)
        cursor.nextset()
        if cursor.fetchone() != (True,):
            raise RebuildUnderWay(projection.name)
        yield


def follow(  # noqa: PLR0913, PLR0917 - who follows whom where, and whom to tell and to obey
    projection: Projection,
    pool: Pool,
    runner: Runner,
    where: tuple[int | None, Mapping[int, str]],
    progress: Progress | None,
    stop: Signal | None,
) -> None:
    """Read on until the live projection is close. Raises RebuildGaveUp."""
    partition, unfilled = where
    read = 0
    while True:
        with pool.connection() as connection:
            aim = without(unfilled, positions(projection, connection, partition))
        told = from_there_on(progress, read) if progress else None
        if not runner.catch_up(aim, told, stop):
            raise RebuildGaveUp(f"{projection.name}: stopped before it was finished.")
        read = sum(aim.values())
        with pool.connection() as connection:
            now = without(unfilled, positions(projection, connection, partition))
        if sum(now.values()) - read <= CLOSE_ENOUGH:
            return


def from_there_on(progress: Progress, read: int) -> Progress:
    """Return what tells how far it is after so many events were read before."""
    return lambda done, total: progress(read + done, read + total)


def in_steps(advance: Callable[[int], object]) -> Progress:
    """Return a progress that tells by how many events it went on each time."""
    before = 0

    def moved(done: int, _total: int) -> None:
        nonlocal before
        advance(done - before)
        before = done

    return moved


def start_over(projection: Projection, pool: Pool, *, again: bool = True) -> None:
    """Leave no trace of an earlier rebuild; make empty tables for the next."""
    with transaction(pool, SCRATCH) as connection:
        for table in ("checkpoint", "parked"):
            forget = SQL(FORGET).format(table=Identifier(SCRATCH, table))
            connection.execute(forget, projection.key)
        for table in projection.tables:
            connection.execute(SQL(DROP).format(**names(table)))
            if again:
                connection.execute(SQL(MAKE).format(**names(table)))


def positions(
    projection: Projection,
    connection: Connection,
    partition: int | None,
    *,
    lock: bool = False,
) -> Positions:
    """Return how far the live projection has read; locked, it stands still there."""
    query = POSITIONS + "FOR UPDATE" if lock else POSITIONS
    values = projection.key | {"partition": partition}
    return dict(connection.execute(query, values).fetchall())


def without(unfilled: Mapping[int, str], read: Positions) -> Positions:
    """Return the positions of the partitions that can be filled."""
    return {each: upto for each, upto in read.items() if each not in unfilled}


def gaps(
    projection: Projection, pool: Pool, partition: int | None
) -> Mapping[int, str]:
    """Return the partitions that cannot be read to where the live one is, and why.

    Asked beforehand: a runner would wait for what is missing, as for another worker.
    """
    with transaction(pool) as connection:
        connection.execute(PATIENCE)
        read = positions(projection, connection, partition)
        values = {"partitions": list(read), "uptos": list(read.values())}
        rows: Sequence[tuple[int, ...]] = connection.execute(GAPS, values).fetchall()
    return {number: missing(*stands) for number, *stands in rows}


def missing(upto: int, events: int, last: int, head: int | None) -> str:
    """Return why a partition cannot be read to a position."""
    if head is None:
        return f"its head row is missing, and it was read to {upto}"
    if last < min(head, upto):
        return f"the log ends at event {last}, before its head at {head}"
    if last < upto:
        return f"the log ends at event {last}, but it was read to {upto}"
    return f"of its first {upto:,} events {upto - events:,} are missing"


def put_in_place(projection: Projection, connection: Connection) -> None:
    """Make the rebuilt rows the live ones; readers see the old ones until then."""
    for table in projection.tables:
        connection.execute(SQL(EMPTY).format(**names(table)))
        connection.execute(SQL(FILL).format(**names(table)))
    parked = Identifier(LIVE, "parked")
    connection.execute(SQL(FORGET).format(table=parked), projection.key)
    connection.execute(FILL_PARKED, projection.key)
