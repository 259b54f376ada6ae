"""Turns: one process at a time does a thing, and a killed one keeps nobody waiting."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from application.event_store.connections import Pool

# Of this process's session: it ends with the connection, however the process ends.
TRY = "SELECT pg_try_advisory_lock(%s)"
GIVE_BACK = "SELECT pg_advisory_unlock(%s)"


class Turns:
    """Whose turn it is. Nothing rests on it: without it the same is done twice."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @contextmanager
    def at(self, stream_id: UUID) -> Iterator[bool]:
        """Lend the turn at a stream; False while it is somebody else's."""
        key = (stream_id.int & (1 << 63) - 1,)
        with self._pool.connection() as connection:
            row = connection.execute(TRY, key).fetchone()
            mine = row is not None and bool(row[0])
            try:
                yield mine
            finally:
                if mine and not connection.closed:
                    connection.execute(GIVE_BACK, key)
