"""The connections of a process to its database, by what they may do there."""

from contextlib import ExitStack
from functools import cached_property

from application.crashing import CrashPoint, never
from application.event_store.connections import Pool, connection_pool
from application.event_store.postgres import PostgresEventStore
from interface.bootstrap.crashing import CrashingStore
from interface.postgres.database import DatabaseUrls

# Connections a process may hold at most, by role.
WRITERS_MAX, PROJECTORS_MAX, READERS_MAX, KEYS_MAX = 8, 4, 8, 2

# After such a silence the database hangs: a little more than each role's own limit on a
# statement. Projectors have none, for a rebuild compares whole tables in one.
WRITERS_SECONDS, READERS_SECONDS, KEYS_SECONDS = 7, 17, 7


class Connections:
    """Pools that open when first needed, and the event store over them.

    What else is open while they are is entered into ``open``, and closed before them.
    """

    def __init__(self, urls: DatabaseUrls, crash_point: CrashPoint = never) -> None:
        self.urls = urls
        self._crash_point = crash_point
        self.open = ExitStack()

    @cached_property
    def writer(self) -> Pool:
        """Connections that may append events."""
        return self._pool(self.urls.writer, WRITERS_MAX, WRITERS_SECONDS)

    @cached_property
    def projector(self) -> Pool:
        """Connections that may fill projections."""
        return self._pool(self.urls.projector, PROJECTORS_MAX, None)

    @cached_property
    def reader(self) -> Pool:
        """Connections that only read."""
        return self._pool(self.urls.reader, READERS_MAX, READERS_SECONDS)

    @cached_property
    def keys(self) -> Pool:
        """Connections that reach people's keys."""
        return self._pool(self.urls.keys, KEYS_MAX, KEYS_SECONDS)

    @cached_property
    def verifier(self) -> Pool:
        """One connection that only reads, and may take as long as it takes."""
        return self._pool(self.urls.reader, 1, None)

    def _pool(self, url: str, max_size: int, seconds: float | None) -> Pool:
        pool = connection_pool(url, max_size=max_size, answers_within_s=seconds)
        return self.open.enter_context(pool)

    @cached_property
    def store(self) -> PostgresEventStore:
        """The event store."""
        if self._crash_point is not never:
            return CrashingStore(self.writer, self.reader, self._crash_point)
        return PostgresEventStore(self.writer, self.reader)
