"""Holds: while a source is being read, nobody asks about its orders' deadlines."""

from typing import Final

from application.event_store.connections import Pool

HOLD = """
INSERT INTO process.hold (source, holder, until)
VALUES (%(source)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (source, holder) DO UPDATE SET until = excluded.until
"""

RELEASE = """
DELETE FROM process.hold WHERE source = %(source)s AND holder = %(holder)s
"""

HELD = """
SELECT DISTINCT source FROM process.hold WHERE until > clock_timestamp() ORDER BY source
"""

# Held in place of a source: everything, whatever its source, and what has none.
EVERYTHING: Final = "*"

# What a heartbeat renews; several may be missed before others go ahead.
SECONDS = 30.0


class Holds:
    """Who reads which source just now. The pool is one of redress_writer.

    A hold ends by itself, by the database's clock, so that a killed importer holds
    nothing for long; a living one renews it.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def hold(self, source: str, holder: str, seconds: float = SECONDS) -> None:
        """Have the source's deadlines wait so long from now on."""
        values = {"source": source, "holder": holder, "seconds": seconds}
        with self._pool.connection() as connection:
            connection.execute(HOLD, values)

    def release(self, source: str, holder: str) -> None:
        """Let the deadlines be asked about again, unless somebody else holds them."""
        with self._pool.connection() as connection:
            connection.execute(RELEASE, {"source": source, "holder": holder})

    def held(self) -> tuple[str, ...]:
        """Return the sources that are held now."""
        with self._pool.connection() as connection:
            return tuple(source for (source,) in connection.execute(HELD).fetchall())
