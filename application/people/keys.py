"""Where the wrapped keys of consumers are kept, and every opening is written down."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from application.event_store.connections import Pool, available
from domain.ids import partition_of

PROVIDE = """
WITH wanted AS (
    SELECT * FROM unnest(
        %(partition)s::smallint[], %(consumer)s::text[], %(wrapped)s::bytea[]
    ) AS wanted (partition, consumer, wrapped)
),
made AS (
    INSERT INTO people.key (partition, consumer, wrapped)
    SELECT partition, consumer, wrapped FROM wanted
    WHERE NOT EXISTS (
        SELECT FROM people.key
        WHERE key.partition = wanted.partition AND key.consumer = wanted.consumer
    )
    ORDER BY partition, consumer
    ON CONFLICT DO NOTHING
    RETURNING consumer, wrapped
)
SELECT consumer, wrapped FROM made
UNION ALL
SELECT key.consumer, key.wrapped
FROM wanted JOIN people.key USING (partition, consumer)
"""

OPEN = """
WITH asked AS (
    SELECT * FROM unnest(
        %(partition)s::smallint[], %(consumer)s::text[], %(purpose)s::text[],
        %(words)s::integer[], %(why)s::text[]
    ) AS asked (partition, consumer, purpose, words, why)
),
written_down AS (
    INSERT INTO people.access (partition, consumer, purpose, words, actor, why)
    SELECT partition, consumer, purpose, words, %(actor)s, why FROM asked
)
SELECT consumer, wrapped FROM people.key
WHERE (partition, consumer) IN (SELECT partition, consumer FROM asked)
"""

ERASED_CONSUMERS = "SELECT consumer FROM people.key WHERE erased_at IS NOT NULL"
ERASED_AMONG = """
SELECT consumer
FROM people.key
JOIN unnest(%(partition)s::smallint[], %(consumer)s::text[])
     AS asked (partition, consumer) USING (partition, consumer)
WHERE erased_at IS NOT NULL
"""


class Access(Struct, frozen=True):
    """How many sealed values of one purpose are opened of one consumer, and why."""

    consumer: str
    purpose: str
    words: int
    why: str | None = None


class KeyStore(Protocol):
    """Keeps one wrapped key per consumer, or what is left of it: that it was."""

    def provide(self, candidates: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return the key of each consumer, taking the candidate where none is.

        None stands for a consumer who was erased.
        """
        ...

    def open(
        self, actor: str, accesses: Sequence[Access]
    ) -> Mapping[str, bytes | None]:
        """Write down who opens what, then return the keys there are."""
        ...

    def erased(self) -> Sequence[str]:
        """Return who was erased."""
        ...

    def erased_among(self, consumers: Sequence[str]) -> frozenset[str]:
        """Return which of these were erased."""
        ...


class PostgresKeys:
    """Keys in schema ``people``; the pool's role is ``redress_keys``.

    Its statements may be asked again, so a broken connection is StoreUnavailable.
    """

    def __init__(self, pool: Pool, partitions: int) -> None:
        self._pool = pool
        self._partitions = partitions

    def provide(self, candidates: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return a key for each: one statement, unless two ask for one at once.

        A key that another process made meanwhile is not seen by the statement that
        lost against it, and is found by the next.
        """
        found: dict[str, bytes | None] = {}
        while missing := sorted(candidates.keys() - found.keys()):
            rows = {
                "partition": self._partitions_of(missing),
                "consumer": missing,
                "wrapped": [candidates[consumer] for consumer in missing],
            }
            with available(self._pool, writes=False) as connection:
                found |= connection.execute(PROVIDE, rows, binary=True).fetchall()
        return found

    def open(
        self, actor: str, accesses: Sequence[Access]
    ) -> Mapping[str, bytes | None]:
        """Return the keys; the line of who read is committed before they are used."""
        rows = {
            "actor": actor,
            "partition": self._partitions_of([each.consumer for each in accesses]),
            "consumer": [each.consumer for each in accesses],
            "purpose": [each.purpose for each in accesses],
            "words": [each.words for each in accesses],
            "why": [each.why for each in accesses],
        }
        with available(self._pool, writes=False) as connection:
            return dict(connection.execute(OPEN, rows, binary=True).fetchall())

    def erased(self) -> Sequence[str]:
        """Return who was erased; it reads the table from end to end."""
        with available(self._pool, writes=False) as connection:
            return [found for (found,) in connection.execute(ERASED_CONSUMERS)]

    def erased_among(self, consumers: Sequence[str]) -> frozenset[str]:
        """Return which of these were erased; it looks up theirs alone."""
        asked = {"partition": self._partitions_of(consumers), "consumer": consumers}
        with available(self._pool, writes=False) as connection:
            return frozenset(
                found for (found,) in connection.execute(ERASED_AMONG, asked)
            )

    def _partitions_of(self, consumers: Collection[str]) -> list[int]:
        return [partition_of(consumer, self._partitions) for consumer in consumers]
