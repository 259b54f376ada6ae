"""Moves projections on to the head of the log: one batch each, round after round.

Several runners, in one process or in many, share the work: whoever holds the row of a
checkpoint reads on there, and the others take what is free.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from threading import Event as Signal

from msgspec import Struct

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

PREPARE = """
INSERT INTO checkpoint (projection, version, partition)
SELECT %(projection)s, %(version)s, partition FROM store.partition_head
    ON CONFLICT DO NOTHING
"""

STANDINGS = """
SELECT projection, version, partition, c.position, head.position AS head
  FROM checkpoint AS c
  JOIN store.partition_head AS head USING (partition)
 WHERE head.position > c.position
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

    For one thread; the pool is one of redress_projector.
    """

    def __init__(
        self,
        projections: Sequence[Projection],
        pool: Pool,
        log: Log | None = None,
        schema: str = LIVE,
        crash_point: CrashPoint = never,
    ) -> None:
        self._projections = projections
        self._pool = pool
        self._log = log or Log()
        self._schema = schema
        self._crash_point = crash_point

    def prepare(self) -> None:
        """Make the checkpoint rows of every partition; asked again changes nothing."""
        with transaction(self._pool, self._schema) as connection:
            for projection in self._projections:
                connection.execute(PREPARE, projection.key)

    def round(self, until: Positions | None = None) -> int:
        """Move every projection on by one batch at most; return the events read."""
        behind = self.behind(until)
        return sum(
            self._move(projection, behind[projection.name])
            for projection in self._projections
            if behind[projection.name]
        )

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
        first = left = self._left(until)
        pauses = 0
        while left and not stop.is_set() and pauses < PAUSES_MAX:
            if not self.round(until):
                stop.wait(PAUSE_S)
            before, left = left, self._left(until)
            pauses = pauses + 1 if left == before else 0
            if progress:
                progress(first - left, first)
        return not left

    def behind(self, until: Positions | None = None) -> dict[str, list[Standing]]:
        """Return, by projection, the partitions that go on behind where it stands."""
        behind: dict[str, list[Standing]] = {p.name: [] for p in self._projections}
        versions = {p.name: p.version for p in self._projections}
        with transaction(self._pool, self._schema) as connection:
            rows = connection.execute(STANDINGS).fetchall()
        for each in (Standing(*row) for row in rows):
            head = each.head if until is None else until.get(each.partition, 0)
            if versions.get(each.projection) == each.version and head > each.position:
                behind[each.projection].append(
                    Standing(
                        each.projection,
                        each.version,
                        each.partition,
                        each.position,
                        head,
                    )
                )
        return behind

    def lag(self) -> dict[str, int]:
        """Return how many events each projection has still to read."""
        return {name: events_left(each) for name, each in self.behind().items()}

    def _left(self, until: Positions) -> int:
        return sum(map(events_left, self.behind(until).values()))

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


def events_left(behind: Sequence[Standing]) -> int:
    """Return how many events there are to read in these partitions."""
    return sum(each.head - each.position for each in behind)


def partitions_for_a_batch(behind: Sequence[Standing]) -> int:
    """Return how many partitions to claim: no more than a batch will come from."""
    return max(1, len(behind) * BATCH_MAX // max(events_left(behind), BATCH_MAX))


def cut(ranges: Iterable[Range]) -> Iterator[Range]:
    """Yield the ranges from the first on, until they make up a batch."""
    room = BATCH_MAX
    for each in ranges:
        if room > 0:
            upto = min(each.upto, each.after + room)
            room -= upto - each.after
            yield each._replace(upto=upto)
