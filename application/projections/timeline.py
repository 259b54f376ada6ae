"""The trust timeline: all that happened to a person, newest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.connections import Pool
from application.event_store.envelope import RecordedEvent
from application.projections.arrays import Uuids, array, sent
from application.projections.back_office import hidden
from application.projections.entries import KIND_OF, EntryKind
from application.projections.fields import fields_of
from application.projections.paging import Page, key_of, page, page_size
from application.projections.runtime import Projection
from application.projections.timeline_rows import entries, naming, owner_in

OWNERS = """
SELECT stream_id, consumer
  FROM timeline_owner_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""

SAVE = """
INSERT INTO timeline_v1
       (partition, position, shown, stream_id, version, consumer, order_id, kind, code,
        occurred_at, recorded_at, facts)
SELECT partition, position, shown, stream_id, version, consumer, order_id, kind, code,
       occurred_at, recorded_at, facts
  FROM unnest(
       %(partition)b::smallint[], %(position)b::bigint[], %(shown)b::bigint[],
       %(stream_id)b::uuid[], %(version)b::bigint[], %(consumer)b::text[],
       %(order_id)b::uuid[], %(kind)b::text[], %(code)b::text[],
       %(occurred_at)b::timestamptz[], %(recorded_at)b::timestamptz[],
       %(facts)b::jsonb[])
    AS entry (partition, position, shown, stream_id, version, consumer, order_id, kind,
              code, occurred_at, recorded_at, facts)
"""

SAVE_OWNERS = """
INSERT INTO timeline_owner_v1 (partition, stream_id, consumer)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(consumer)b::text[])
"""

# What came before anyone said whose it was is shown as of when it was said.
CLAIM = """
UPDATE timeline_v1 AS entry SET consumer = owner.consumer, shown = owner.since
  FROM unnest(%(partition)b::smallint[], %(stream_id)b::uuid[], %(consumer)b::text[],
              %(since)b::bigint[]) AS owner (partition, stream_id, consumer, since)
 WHERE (entry.partition, entry.stream_id) = (owner.partition, owner.stream_id)
   AND entry.consumer IS NULL
"""

ENTRY = """
       entry.partition, entry.position, entry.shown, entry.stream_id, entry.version,
       entry.consumer, entry.order_id, entry.kind, entry.code, entry.occurred_at,
       entry.recorded_at, entry.facts
"""

# One walk along the index for each name of the person, then the newest of them all.
NEWEST = f"""
SELECT {ENTRY}
  FROM unnest(%(consumers)b::text[]) AS person (consumer)
 CROSS JOIN LATERAL (
       SELECT * FROM projection.timeline AS entry
        WHERE entry.consumer = person.consumer
          AND (%(kinds)b::text[] IS NULL OR entry.kind = ANY (%(kinds)b::text[]))
          AND (%(order_id)s::uuid IS NULL OR entry.order_id = %(order_id)s::uuid)
          AND (%(back_office)s::boolean OR NOT {hidden()})
          AND (entry.occurred_at, entry.partition, entry.position)
            < (coalesce(%(occurred_at)s::timestamptz, 'infinity'),
               coalesce(%(partition)s::smallint, 0),
               coalesce(%(position)s::bigint, 0))
        ORDER BY entry.occurred_at DESC, entry.partition DESC, entry.position DESC
        LIMIT %(limit)s) AS entry
 ORDER BY entry.occurred_at DESC, entry.partition DESC, entry.position DESC
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above

# Entries that became visible at once are never torn apart: a reader that has got as far
# as a position has got all that was shown by then.
AFTER = f"""
SELECT {ENTRY}
  FROM unnest(%(consumers)b::text[]) AS person (consumer)
  JOIN projection.timeline AS entry ON entry.consumer = person.consumer
  LEFT JOIN unnest(%(partitions)b::smallint[], %(positions)b::bigint[])
       AS seen (partition, position) ON seen.partition = entry.partition
 WHERE entry.shown > coalesce(seen.position, 0)
   AND (%(back_office)s::boolean OR NOT {hidden()})
 ORDER BY entry.partition, entry.shown
 FETCH FIRST %(limit)s ROWS WITH TIES
"""  # noqa: S608 - the columns are the constant above

# Since when names belong to a person: since the first link between those known before
# and those that are new, each link as last made.
BEFORE_LINKED = """
  WITH made AS (
       SELECT max(entry.recorded_at) AS recorded_at
         FROM projection.timeline AS entry
        WHERE entry.code = 'consumer.linked'
          AND (entry.consumer = ANY (%(known)s::text[])
               AND entry.facts ->> 'other' = ANY (%(new)s::text[])
            OR entry.consumer = ANY (%(new)s::text[])
               AND entry.facts ->> 'other' = ANY (%(known)s::text[]))
        GROUP BY entry.consumer, entry.facts ->> 'other'),
       since AS (SELECT min(recorded_at) AS recorded_at FROM made)
SELECT entry.partition, min(entry.shown) FILTER (
       WHERE entry.recorded_at >= since.recorded_at) - 1
  FROM since
  LEFT JOIN projection.timeline AS entry ON entry.consumer = ANY (%(new)s::text[])
 WHERE since.recorded_at IS NOT NULL
 GROUP BY entry.partition
"""

EXISTS = """
SELECT EXISTS (SELECT FROM projection.timeline WHERE consumer = %(consumer)s)
    OR EXISTS (SELECT FROM projection.consumer_link WHERE other = %(consumer)s)
"""

STREAMS_OF = """
SELECT DISTINCT stream_id, consumer FROM projection.timeline
 WHERE consumer = ANY (%(consumers)s::text[]) AND code = ANY (%(codes)s::text[])
"""


class Entry(Struct, frozen=True, gc=False):
    """A row: one event, as its consumer sees it.

    ``shown`` is the position from which on the timeline shows it: the entry's own,
    unless the stream named its consumer only later. ``code`` is the event's tag.
    """

    partition: int
    position: int
    shown: int
    stream_id: UUID
    version: int
    consumer: str | None
    order_id: UUID | None
    kind: EntryKind
    code: str
    occurred_at: datetime
    recorded_at: datetime
    facts: Any


class Place(Struct, frozen=True, array_like=True):
    """Where an entry stands on the timeline."""

    occurred_at: datetime
    partition: int
    position: int


class Timeline(Projection):
    """Shows what happened to a person. The first event to name an owner is believed."""

    name = "timeline"
    version = 1
    event_types = tuple(KIND_OF)
    tables = ("timeline_v1", "timeline_owner_v1")

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Write a row for each event; fill in the owner where it comes to light."""
        read = fields_of(batch)
        # The place of the first event of each stream.
        firsts = dict(
            zip(reversed(read.streams), reversed(range(len(batch))), strict=True)
        )
        where = {stream: read.partitions[place] for stream, place in firsts.items()}
        # Of the others this batch has the first event: nothing of theirs is written.
        begun = [each for each, place in firsts.items() if read.versions[place] > 1]
        owners = owners_of(begun, where, cursor) if begun else {}
        told: dict[bytes, int] = {}
        for event, stream, at in zip(
            read.events, read.streams, read.positions, strict=True
        ):
            if stream not in owners and (consumer := owner_in(event)):
                owners[stream] = consumer
                told[stream] = at
        late = {
            each: at for each, at in told.items() if at > read.positions[firsts[each]]
        }
        cursor.execute(SAVE, entries(read, owners, late))
        if told:
            cursor.execute(SAVE_OWNERS, naming(told, owners, where))
        if waiting := {each: told[each] for each in begun if each in told}:
            cursor.execute(CLAIM, naming(waiting, owners, where))


def owners_of(
    streams: Sequence[bytes], where: Mapping[bytes, int], cursor: Cursor[Any]
) -> dict[bytes, str]:
    """Return whose these streams are, as far as that has come to light."""
    values = {
        "partition": array([where[stream] for stream in streams]),
        "stream_id": sent(Uuids, streams),
    }
    return {stream.bytes: name for stream, name in cursor.execute(OWNERS, values)}


class TimelineQueries:
    """What a person's timeline is asked. ``consumers`` are all names of that person."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def newest(  # noqa: PLR0913  # one for each thing that can be asked for
        self,
        consumers: Sequence[str],
        *,
        limit: int,
        cursor: str | None = None,
        kinds: Sequence[EntryKind] = (),
        order_id: UUID | None = None,
        back_office: bool = True,
    ) -> Page[Entry]:
        """Return a page, newest first; raises BadCursor.

        Without the ``back_office`` what is the service's own is left out.
        """
        size = page_size(limit)
        after = key_of(cursor, Place) if cursor else None
        values = {
            "consumers": list(consumers),
            "kinds": list(kinds) or None,
            "order_id": order_id,
            "back_office": back_office,
            "occurred_at": after and after.occurred_at,
            "partition": after and after.partition,
            "position": after and after.position,
            "limit": size + 1,
        }
        return page(self._rows(NEWEST, values), size, place)

    def after(
        self,
        seen: Mapping[int, int],
        consumers: Sequence[str],
        *,
        limit: int,
        back_office: bool = True,
    ) -> Sequence[Entry]:
        """Return what was shown after these positions, by partition and ``shown``.

        Entries shown at one position all come together, be it beyond the limit. Whoever
        has taken them all has seen their partition up to ``shown``.
        """
        values = {
            "consumers": list(consumers),
            "partitions": list(seen.keys()),
            "positions": list(seen.values()),
            "limit": page_size(limit),
            "back_office": back_office,
        }
        return sorted(self._rows(AFTER, values), key=as_shown)

    def before_linked(
        self, known: Sequence[str], new: Sequence[str]
    ) -> Mapping[int, int] | None:
        """Return behind which positions all lies that the new names were told since.

        That is since they were linked to the known ones. Partitions where nothing was
        told since are left out. None if the timeline does not show such a link.
        """
        values = {"known": list(known), "new": list(new)}
        with self._pool.connection() as connection:
            rows = connection.execute(BEFORE_LINKED, values).fetchall()
        if not rows:
            return None
        return {partition: place for partition, place in rows if place is not None}

    def exists(self, consumer: str) -> bool:
        """Say whether anything is known of this consumer."""
        with self._pool.connection() as connection:
            row = connection.execute(EXISTS, {"consumer": consumer}).fetchone()
        return bool(row and row[0])

    def streams_of(
        self, consumers: Sequence[str], codes: Sequence[str]
    ) -> Mapping[UUID, str]:
        """Return the streams of a person with events of these tags, and whose."""
        values = {"consumers": list(consumers), "codes": list(codes)}
        with self._pool.connection() as connection:
            return dict(connection.execute(STREAMS_OF, values).fetchall())

    def _rows(self, query: str, values: Mapping[str, Any]) -> list[Entry]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(Entry)) as cursor,
        ):
            return cursor.execute(query, values).fetchall()


def place(entry: Entry) -> Place:
    """Return where the entry stands on the timeline."""
    return Place(entry.occurred_at, entry.partition, entry.position)


def as_shown(entry: Entry) -> tuple[int, int, int]:
    """Return the key that puts entries in the order they became visible in."""
    return entry.partition, entry.shown, entry.position
