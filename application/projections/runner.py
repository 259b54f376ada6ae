"""Moves projections on to the head of the log: one batch each, round after round.

Several runners, in one process or in many, share the work: whoever holds the row of a
checkpoint reads on there, and the others take what is free.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil
from threading import Event as Signal

from msgspec import Struct
from msgspec.structs import replace
from psycopg.sql import SQL, Identifier

from application.crashing import CrashPoint, never
from application.event_store.connections import Pool
from application.projections.log import Log, Positions, Range
from application.projections.runtime import (
    BATCH_MAX,
    LIVE,
    Projection,
    advance,
    transaction,
)

# Waiting for another worker: a short pause, and how many in vain before giving up.
PAUSE_S = 0.05
PAUSES_MAX = 600

# From so many events on it pays that a second thread helps: one folds while the
# database writes for the other.
HELP_FROM = 10 * BATCH_MAX

PREPARE = """
INSERT INTO checkpoint (projection, version, partition)
SELECT %(projection)s, %(version)s, partition FROM store.partition_head
    ON CONFLICT DO NOTHING
"""

STANDINGS = """
SELECT projection, version, partition, c.position, head.position AS head
  FROM {checkpoint} AS c
  JOIN store.partition_head AS head USING (partition)
 WHERE head.position > c.position AND projection = ANY (%(projections)s::text[])
 ORDER BY partition
"""

# The row lock is the lease: a crash frees it, and whoever comes second passes by.
CLAIM = """
SELECT c.partition, c.position, wanted.upto
  FROM checkpoint AS c
  JOIN unnest(%(partition)s::smallint[], %(upto)s::bigint[])
       AS wanted (partition, upto) USING (partition)
 WHERE (c.projection, c.version) = (%(projection)s, %(version)s)
   AND c.position < wanted.upto
 ORDER BY c.partition
 LIMIT %(partitions_max)s
   FOR UPDATE OF c SKIP LOCKED
"""


class Standing(Struct, frozen=True):
    """How far a projection has read in a partition that goes further."""

    projection: str
    version: int
    partition: int
    position: int
    head: int


# Called with the events read so far and those there were to read in all.
Progress = Callable[[int, int], object]


class Runner:
    """Moves projections on in one schema: the live tables, or those of a rebuild.

    For one thread, which gets help from a second one where there are ``help_from``
    events to catch up with; the pool is one of redress_projector.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what to move, where, and what tests vary
        self,
        projections: Sequence[Projection],
        pool: Pool,
        log: Log | None = None,
        schema: str = LIVE,
        crash_point: CrashPoint = never,
        help_from: int = HELP_FROM,
    ) -> None:
        self._projections = projections
        self._pool = pool
        self._log = log or Log()
        self._schema = schema
        self._crash_point = crash_point
        self._help_from = help_from

    def prepare(self) -> None:
        """Make the checkpoint rows of every partition; asked again changes nothing."""
        with transaction(self._pool, self._schema) as connection:
            for projection in self._projections:
                connection.execute(PREPARE, projection.key)

    def round(self, until: Positions | None = None) -> int:
        """Move every projection on by one batch at most; return the events read."""
        return self._move_all(self.behind(until))

    def catch_up(
        self,
        until: Positions | None = None,
        progress: Progress | None = None,
        stop: Signal | None = None,
    ) -> bool:
        """Read on to these positions, by default the heads as they are now.

        What another worker has claimed is waited for. Returns False if ``stop`` was
        set, or if nothing moved for half a minute, and something is still behind.
        """
        stop = stop or Signal()
        self.prepare()
        if until is None:
            with self._pool.connection() as connection:
                until = self._log.heads(connection)
        behind = self.behind(until)
        first = left = all_left(behind)
        pauses = 0
        with self._helped(until, left):
            while left and not stop.is_set() and pauses < PAUSES_MAX:
                if not self._move_all(behind):
                    stop.wait(PAUSE_S)
                behind = self.behind(until)
                before, left = left, all_left(behind)
                pauses = pauses + 1 if left == before else 0
                if progress:
                    progress(first - left, first)
        return not left

    @contextmanager
    def _helped(self, until: Positions, left: int) -> Iterator[None]:
        """Have a second thread help while there is much to do; raises what it met."""
        if left < self._help_from:
            yield
            return
        over = Signal()
        with ThreadPoolExecutor(1, "projections") as threads:
            helping = threads.submit(help_along, self._twin(), until, over)
            try:
                yield
            finally:
                over.set()
            helping.result()

    def _twin(self) -> "Runner":
        """Return a runner that does the same, for another thread."""
        return Runner(
            self._projections,
            self._pool,
            self._log.another(),
            self._schema,
            self._crash_point,
        )

    def behind(self, until: Positions | None = None) -> dict[str, list[Standing]]:
        """Return, by projection, the partitions that go on behind where it stands."""
        behind: dict[str, list[Standing]] = {p.name: [] for p in self._projections}
        versions = {p.name: p.version for p in self._projections}
        checkpoint = Identifier(self._schema, "checkpoint")
        query = SQL(STANDINGS).format(checkpoint=checkpoint)
        with self._pool.connection() as connection:
            rows = connection.execute(query, {"projections": list(versions)}).fetchall()
        for each in (Standing(*row) for row in rows):
            head = each.head if until is None else until.get(each.partition, 0)
            if versions.get(each.projection) == each.version and head > each.position:
                behind[each.projection].append(replace(each, head=head))
        return behind

    def lag(self) -> dict[str, int]:
        """Return how many events each projection has still to read."""
        return {name: events_left(each) for name, each in self.behind().items()}

    def _move_all(self, behind: Mapping[str, Sequence[Standing]]) -> int:
        """Move every projection on that is behind, by one batch at most."""
        return sum(
            self._move(projection, behind[projection.name])
            for projection in self._projections
            if behind[projection.name]
        )

    def _move(self, projection: Projection, behind: Sequence[Standing]) -> int:
        """Claim what is free of the partitions behind, and project one batch of it."""
        values = projection.key | {
            "partition": [each.partition for each in behind],
            "upto": [each.head for each in behind],
            "partitions_max": partitions_for_a_batch(behind),
        }
        with transaction(self._pool, self._schema) as connection:
            claimed = connection.execute(CLAIM, values).fetchall()
            ranges = list(cut(Range(*row) for row in claimed))
            if not ranges:
                return 0
            batch = self._log.read(ranges, connection)
            advance(projection, batch, connection)
            self._crash_point("projection.batch")
            return len(batch)


def help_along(runner: Runner, until: Positions, over: Signal) -> None:
    """Take what is free, until it is over."""
    while not over.is_set():
        if not runner.round(until):
            over.wait(PAUSE_S)


def events_left(behind: Sequence[Standing]) -> int:
    """Return how many events there are to read in these partitions."""
    return sum(each.head - each.position for each in behind)


def all_left(behind: Mapping[str, Sequence[Standing]]) -> int:
    """Return how many events all projections have still to read."""
    return sum(map(events_left, behind.values()))


def partitions_for_a_batch(behind: Sequence[Standing]) -> int:
    """Return how many partitions to claim: no more than a batch will come from."""
    return ceil(len(behind) * BATCH_MAX / max(events_left(behind), BATCH_MAX))


def cut(ranges: Iterable[Range]) -> Iterator[Range]:
    """Yield the ranges from the first on, until they make up a batch."""
    room = BATCH_MAX
    for each in ranges:
        if room > 0:
            upto = min(each.upto, each.after + room)
            room -= upto - each.after
            yield each._replace(upto=upto)
