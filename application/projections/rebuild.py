"""Filling a projection again from zero, beside the live one, and holding both together.

The rebuilt rows lie in the schema ``scratch``, in tables of the same names and shape.
They are compared row for row with the live ones when both have read equally far.
"""

from collections.abc import Sequence
from threading import Event as Signal
from typing import Any

from msgspec import Struct
from psycopg.sql import SQL, Composable, Identifier

from application.event_store.connections import Connection, Pool
from application.projections.log import Log, Positions
from application.projections.runner import Progress, Runner
from application.projections.runtime import LIVE, SCRATCH, Projection, transaction

# So few events are read while the live projection is held; a second at the most.
CLOSE_ENOUGH = 2000
SHOWN_MAX = 20

DROP = "DROP TABLE IF EXISTS {scratch}"
MAKE = "CREATE TABLE {scratch} (LIKE {live} INCLUDING ALL)"
FORGET = """
DELETE FROM {table} WHERE (projection, version) = (%(projection)s, %(version)s)
"""
POSITIONS = """
SELECT partition, position FROM projection.checkpoint
 WHERE (projection, version) = (%(projection)s, %(version)s)
 ORDER BY partition
"""
DIFFERENCES = """
SELECT count(*) FROM ((TABLE {live} EXCEPT ALL TABLE {scratch})
            UNION ALL (TABLE {scratch} EXCEPT ALL TABLE {live})) AS difference
"""
EXAMPLES = """
SELECT 'live' AS of, to_jsonb(only_live) AS row
  FROM (TABLE {live} EXCEPT ALL TABLE {scratch}) AS only_live
 UNION ALL
SELECT 'rebuilt', to_jsonb(only_rebuilt)
  FROM (TABLE {scratch} EXCEPT ALL TABLE {live}) AS only_rebuilt
 LIMIT %(shown_max)s
"""
COUNT = "SELECT count(*) FROM {scratch}"
PARKED = """
SELECT count(*) FROM {parked}
 WHERE (projection, version) = (%(projection)s, %(version)s)
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


class Difference(Struct, frozen=True):
    """A row that only one side has; both sides of a changed row are listed."""

    table: str
    only_in: str
    row: Any


class Rebuilt(Struct, frozen=True, kw_only=True):
    """What a rebuild came to. ``examples`` are the first of the ``differing`` rows."""

    projection: str
    events: int
    rows: int
    differing: int
    parked_live: int
    parked_rebuilt: int
    examples: Sequence[Difference]
    switched: bool

    @property
    def equal(self) -> bool:
        """Whether the live tables were what the log amounts to, as far as it is read.

        A stream that is parked is not read: then nobody can say.
        """
        return self.differing == 0 and not self.parked_rebuilt


class RebuildGaveUp(Exception):
    """The rebuild was stopped, or did not come near the live projection."""


def rebuild(
    projection: Projection,
    pool: Pool,
    *,
    switch: bool = False,
    progress: Progress | None = None,
    stop: Signal | None = None,
) -> Rebuilt:
    """Fill the projection from zero and compare; with ``switch`` put that in place.

    The live projection goes on meanwhile; only for the last few events and the
    comparison it stands still. Raises RebuildGaveUp.
    """
    log = Log()
    start_over(projection, pool)
    runner = Runner([projection], pool, log, SCRATCH)
    Runner([projection], pool, log).prepare()
    while True:
        aim = positions(projection, pool)
        if not runner.catch_up(aim, progress, stop):
            raise RebuildGaveUp(f"{projection.name}: stopped before it was finished.")
        now = positions(projection, pool)
        if sum(now.values()) - sum(aim.values()) <= CLOSE_ENOUGH:
            break
    with transaction(pool, LIVE) as connection:
        connection.execute(PATIENCE)
        rows = connection.execute(POSITIONS + "FOR UPDATE", projection.key)
        held = dict(rows.fetchall())
        if not runner.catch_up(held, None, stop):
            raise RebuildGaveUp(f"{projection.name}: stopped before it was compared.")
        result = compared(projection, held, connection, switched=switch)
        if switch:
            put_in_place(projection, connection)
    start_over(projection, pool, again=False)
    return result


def names(table: str) -> dict[str, Composable]:
    """Return how the live table and the rebuilt one are called in SQL."""
    live, scratch = Identifier(LIVE, table), Identifier(SCRATCH, table)
    return {"live": live, "scratch": scratch}


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


def positions(projection: Projection, pool: Pool) -> Positions:
    """Return how far the live projection has read."""
    with pool.connection() as connection:
        return dict(connection.execute(POSITIONS, projection.key).fetchall())


def compared(
    projection: Projection, read: Positions, connection: Connection, *, switched: bool
) -> Rebuilt:
    """Return in what the two sides differ."""
    examples: list[Difference] = []
    differing = rows = 0
    for table in projection.tables:
        sides = names(table)
        differing += number(SQL(DIFFERENCES).format(**sides), connection)
        rows += number(SQL(COUNT).format(**sides), connection)
        limit = {"shown_max": SHOWN_MAX}
        found = connection.execute(SQL(EXAMPLES).format(**sides), limit)
        examples += [Difference(table, *row) for row in found]
    tables = (Identifier(schema, "parked") for schema in (LIVE, SCRATCH))
    parked = [
        number(SQL(PARKED).format(parked=table), connection, projection)
        for table in tables
    ]
    return Rebuilt(
        projection=projection.name,
        events=sum(read.values()),
        rows=rows,
        differing=differing,
        parked_live=parked[0],
        parked_rebuilt=parked[1],
        examples=examples[:SHOWN_MAX],
        switched=switched,
    )


def number(
    query: Any, connection: Connection, projection: Projection | None = None
) -> int:
    """Return the one number that a query answers."""
    values = projection.key if projection else None
    row = connection.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def put_in_place(projection: Projection, connection: Connection) -> None:
    """Make the rebuilt rows the live ones; readers see the old ones until then."""
    for table in projection.tables:
        connection.execute(SQL(EMPTY).format(**names(table)))
        connection.execute(SQL(FILL).format(**names(table)))
    parked = Identifier(LIVE, "parked")
    connection.execute(SQL(FORGET).format(table=parked), projection.key)
    connection.execute(FILL_PARKED, projection.key)
