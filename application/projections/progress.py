"""How far the projections have read, and waiting until one has read far enough."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic, sleep
from typing import Final, NamedTuple

from application.event_store.connections import Pool
from application.projections.read_models import READ_MODELS
from application.projections.runtime import Projection

WAIT_SECONDS_MAX: Final = 2.0
PAUSE_SECONDS: Final = 0.05

TOKEN: Final = re.compile(r"(\d{1,4})\.(\d{1,18})")

REACHED = """
SELECT partition, position FROM projection.checkpoint
 WHERE (projection, version) = (%(projection)s, %(version)s)
   AND (%(partitions)s::smallint[] IS NULL OR partition = ANY (%(partitions)s))
"""

LAGS = """
SELECT projection, sum(head.position - greatest(c.position, 0))::bigint
  FROM projection.checkpoint AS c
  JOIN store.partition_head AS head USING (partition)
 GROUP BY projection
"""

READ = """
SELECT projection, sum(position)::bigint FROM projection.checkpoint GROUP BY projection
"""

# Read from the catalogue, which everybody may.
MISSING = """
SELECT wanted.name
  FROM unnest(%(names)s::text[]) AS wanted (name)
 WHERE NOT EXISTS (
       SELECT FROM pg_class AS class
         JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
        WHERE namespace.nspname || '.' || class.relname = wanted.name)
 ORDER BY wanted.name
"""

# One table of every migration that makes any, beside those of the read models.
TABLES: Final = ("store.event", "people.key", "inbound.message", "webhook.endpoint")

PARKED = "SELECT projection, count(*) FROM projection.parked GROUP BY projection"


class NotAPosition(ValueError):
    """A position token reads "partition.position", as a receipt gives it."""


class Behind(Exception):
    """The read model has not come as far as was asked, and was waited for in vain."""


class Token(NamedTuple):
    """A place in the log."""

    partition: int
    position: int

    @classmethod
    def read(cls, text: str) -> "Token":
        """Return the token that a receipt gave; raises NotAPosition."""
        found = TOKEN.fullmatch(text)
        if found is None:
            raise NotAPosition(text)
        return cls(int(found[1]), int(found[2]))


class Pace:
    """How fast the projections read, whoever moves them: from one look to the next."""

    def __init__(self, elapsed: Callable[[], float] = monotonic) -> None:
        self._elapsed = elapsed
        self._looked_at = float("-inf")
        self._read: Mapping[str, int] = {}

    def events_per_second(self, read: Mapping[str, int]) -> Mapping[str, float]:
        """Return how fast each came to what it has ``read`` since the last look.

        One that was not there then is left out, as all are at the first look.
        """
        now = self._elapsed()
        seconds, before = now - self._looked_at, self._read
        self._looked_at, self._read = now, read
        if seconds <= 0:
            return {}
        return {
            name: max(0, events - before[name]) / seconds
            for name, events in read.items()
            if name in before
        }


class ReadingProgress:
    """How far each projection has come."""

    def __init__(
        self,
        pool: Pool,
        elapsed: Callable[[], float] = monotonic,
        pause: Callable[[float], object] = sleep,
    ) -> None:
        self._pool = pool
        self._elapsed = elapsed
        self._pause = pause

    def reached(
        self, projection: Projection, partitions: Collection[int] | None = None
    ) -> Mapping[int, int]:
        """Return the positions read, of these partitions or of all."""
        asked = None if partitions is None else list(partitions)
        values = projection.key | {"partitions": asked}
        with self._pool.connection() as connection:
            return dict(connection.execute(REACHED, values).fetchall())

    def wait(self, projection: Projection, at_least: str | None) -> None:
        """Return once the projection shows this position; raises Behind after 2 s.

        Raises NotAPosition for what is no token.
        """
        if at_least is None:
            return
        partition, position = Token.read(at_least)
        until = self._elapsed() + WAIT_SECONDS_MAX
        while self.reached(projection, [partition]).get(partition, 0) < position:
            if self._elapsed() >= until:
                raise Behind(at_least)
            self._pause(PAUSE_SECONDS)

    def missing(self) -> Sequence[str]:
        """Return the tables that migrations have not made yet."""
        ours = (f"projection.{name}" for each in READ_MODELS for name in each.tables)
        with self._pool.connection() as connection:
            rows = connection.execute(MISSING, {"names": [*TABLES, *ours]}).fetchall()
        return [name for (name,) in rows]

    def lags(self) -> Mapping[str, int]:
        """Return, by projection, how many events there still are to read."""
        with self._pool.connection() as connection:
            return dict(connection.execute(LAGS).fetchall())

    def read(self) -> Mapping[str, int]:
        """Return, by projection, how many events it has read since the log began."""
        with self._pool.connection() as connection:
            return dict(connection.execute(READ).fetchall())

    def parked(self) -> Mapping[str, int]:
        """Return, by projection, how many streams wait for help."""
        with self._pool.connection() as connection:
            return dict(connection.execute(PARKED).fetchall())
