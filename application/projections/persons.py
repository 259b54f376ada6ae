"""Persons: which consumers are one person, as far as anyone has said so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never, cast, get_args
from uuid import UUID

from msgspec import Struct
from psycopg import Cursor

from application.event_store.connections import Pool
from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns, replaced
from domain.consumer import ConsumersLinked, ConsumersUnlinked

# What is held of a consumer besides is nothing of who is who.
LinkEvent = ConsumersLinked | ConsumersUnlinked

UNLINK = """
DELETE FROM consumer_link_v1 AS link
 USING unnest(%(partition)b::smallint[], %(stream_id)b::uuid[], %(other)b::text[])
       AS gone (partition, stream_id, other)
 WHERE (link.partition, link.stream_id, link.other)
     = (gone.partition, gone.stream_id, gone.other)
"""

# Links are followed both ways, and on and on.
PERSONS_OF = """
WITH RECURSIVE person (consumer) AS (
     SELECT %(consumer)s::text
      UNION
     SELECT linked.consumer
       FROM person
      CROSS JOIN LATERAL (
            SELECT link.other AS consumer FROM projection.consumer_link AS link
             WHERE link.consumer = person.consumer
             UNION ALL
            SELECT link.consumer FROM projection.consumer_link AS link
             WHERE link.other = person.consumer) AS linked
)
SELECT consumer FROM person ORDER BY consumer <> %(consumer)s, consumer
 LIMIT %(limit)s
"""

# The same of many at once; who has no other name is left out.
PERSONS_OF_MANY = """
WITH RECURSIVE person (asked, consumer) AS (
     SELECT DISTINCT asked, asked FROM unnest(%(consumers)s::text[]) AS asked
      UNION
     SELECT person.asked, linked.consumer
       FROM person
      CROSS JOIN LATERAL (
            SELECT link.other AS consumer FROM projection.consumer_link AS link
             WHERE link.consumer = person.consumer
             UNION ALL
            SELECT link.consumer FROM projection.consumer_link AS link
             WHERE link.other = person.consumer) AS linked
)
SELECT asked, array_agg(consumer ORDER BY consumer <> asked, consumer)
  FROM person GROUP BY asked HAVING count(*) > 1
"""

# Nobody has so many names; whoever seems to was linked by mistake.
NAMES_MAX = 1000


class Key(Struct, frozen=True):
    """One link as one consumer's stream tells it."""

    partition: int
    stream_id: UUID
    other: str


class Link(Struct, frozen=True):
    """A row: two consumers are held to be one person."""

    partition: int
    stream_id: UUID
    consumer: str
    other: str
    basis: str
    linked_at: datetime


LINK = f"""
INSERT INTO consumer_link_v1 (partition, stream_id, consumer, other, basis, linked_at)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(consumer)b::text[],
       %(other)b::text[], %(basis)b::text[], %(linked_at)b::timestamptz[])
    ON CONFLICT (partition, stream_id, other)
    DO UPDATE SET {replaced(Link, "partition", "stream_id", "other")}
"""  # noqa: S608 - the columns are those of the row above


class Persons(Projection):
    """Knows which consumers are one person."""

    name = "persons"
    version = 1
    event_types = get_args(LinkEvent)
    tables = ("consumer_link_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Keep what each stream last said of each pair."""
        last: dict[Key, Link | None] = {}
        for each in batch:
            event = cast("LinkEvent", each.event)  # event_types lets no other pass
            match event:
                case ConsumersLinked(at=at, consumer=one, other=other, basis=basis):
                    link = Link(each.partition, each.stream_id, one, other, basis, at)
                    last[Key(each.partition, each.stream_id, other)] = link
                case ConsumersUnlinked(other=other):
                    last[Key(each.partition, each.stream_id, other)] = None
                case _:
                    assert_never(event)
        gone = [key for key, link in last.items() if link is None]
        cursor.execute(UNLINK, columns(Key, gone))
        cursor.execute(LINK, columns(Link, [link for link in last.values() if link]))


class PersonQueries:
    """Who is who."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def persons_of(self, consumer: str) -> tuple[str, ...]:
        """Return the consumer, and all linked to it over any number of steps."""
        values = {"consumer": consumer, "limit": NAMES_MAX}
        with self._pool.connection() as connection:
            rows = connection.execute(PERSONS_OF, values).fetchall()
        return tuple(name for (name,) in rows)

    def persons_of_many(
        self, consumers: Sequence[str]
    ) -> Mapping[str, tuple[str, ...]]:
        """Return the names of each consumer that has others, its own first.

        One query for all of them; who is nobody else is not among the answers.
        """
        values = {"consumers": list(consumers)}
        with self._pool.connection() as connection:
            rows = connection.execute(PERSONS_OF_MANY, values).fetchall()
        return {asked: tuple(names[:NAMES_MAX]) for asked, names in rows}
