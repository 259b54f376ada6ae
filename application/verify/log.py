"""The log, partition by partition: I4, and the leaves of I5.

What is stored never changes and is only added to, so a log can be read in pages while
others append: first its head, then everything up to it, each page a statement of its
own. Nothing grows with the log but the time this takes.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any, Final, NamedTuple

from psycopg.types.string import ByteaBinaryLoader

from application.event_store.connections import Connection
from application.event_store.leaf import EPOCH, leaf_of_fields
from application.projections.log import Range
from application.verify.findings import Findings

PAGE: Final = 5_000

Advance = Callable[[int], object]

# The heads, and what stands last in each partition, all seen at one moment. Partitions
# that have events but no head are found by a leap from each partition to the next.
HEADS: Final = """
WITH RECURSIVE filled AS (
    SELECT min(partition) AS partition FROM store.event
     UNION ALL
    SELECT (SELECT min(e.partition) FROM store.event AS e
             WHERE e.partition > filled.partition)
      FROM filled WHERE filled.partition IS NOT NULL
)
SELECT coalesce(head.partition, filled.partition), head.position,
       coalesce(last.position, 0),
       (head.recorded_at AT TIME ZONE 'UTC')::text,
       (last.recorded_at AT TIME ZONE 'UTC')::text
  FROM store.partition_head AS head
  FULL JOIN (SELECT partition FROM filled WHERE partition IS NOT NULL) AS filled
       USING (partition)
  LEFT JOIN LATERAL (
       SELECT e.position, e.recorded_at FROM store.event AS e
        WHERE e.partition = coalesce(head.partition, filled.partition)
        ORDER BY e.position DESC LIMIT 1) AS last ON true
 WHERE %(partition)s::smallint IS NULL
    OR coalesce(head.partition, filled.partition) = %(partition)s
 ORDER BY 1
"""

ROWS: Final = """
SELECT position, stream_id, version, convert_to(type, 'UTF8'), occurred_at, recorded_at,
       command_id, convert_to(actor, 'UTF8'), correlation_id, body, leaf
  FROM store.event
 WHERE partition = %(partition)s AND position > %(after)s AND position <= %(upto)s
 ORDER BY position
"""
RECORDED: Final = """
SELECT recorded_at FROM store.event
 WHERE partition = %(partition)s AND position = %(after)s
"""

# PostgreSQL counts microseconds from 2000 on the wire, a leaf from 1970. The sum wraps
# in 64 bits, so that not even infinity makes us stumble.
SINCE_2000: Final = 946_684_800_000_000
WRAP: Final = 2**64 - 1


class Head(NamedTuple):
    """Where a partition stands by its head row, and what stands last in it.

    ``position`` is None where events are there and the head row is not.
    """

    partition: int
    position: int | None
    last: int
    recorded_at: str | None
    last_recorded_at: str | None

    @property
    def end(self) -> int:
        """The position up to which there is something to look at."""
        return max(self.position or 0, self.last)


def heads(connection: Connection, partition: int | None = None) -> Sequence[Head]:
    """Return where every partition stands, or only this one."""
    rows = connection.execute(HEADS, {"partition": partition})
    return [Head(*row) for row in rows]


def check_heads(stand: Sequence[Head], found: Findings) -> None:
    """Check that every head row is the maximum of its partition, and of its time."""
    for head in stand:
        if head.position is None:
            what = f"{head.last:,} positions are taken, but the head row is missing"
        elif head.position > head.last:
            what = f"the head is at {head.position}, but the last event at {head.last}"
        elif head.position < head.last:
            what = f"an event at {head.last}, but the head is at {head.position}"
        elif head.last and head.recorded_at != head.last_recorded_at:
            what = f"the head's time is {head.recorded_at}, that of the last event "
            what += f"{head.last_recorded_at}"
        else:
            continue
        found.add("I4", what, partition=head.partition, position=head.end)


def pages(scope: Range) -> list[Range]:
    """Return the scope in pages, each to be read by one statement."""
    starts = range(scope.after, scope.upto, PAGE)
    return [
        Range(scope.partition, after, min(after + PAGE, scope.upto)) for after in starts
    ]


class LogCheck:
    """Reads one partition's log in order, page after page."""

    def __init__(self, connection: Connection, scope: Range, found: Findings) -> None:
        self._found, self._partition = found, scope.partition
        self._cursor = connection.cursor(binary=True)
        # Bytes as they come: what is hashed is never parsed.
        for name in ("int8", "uuid", "timestamptz", "bytea"):
            self._cursor.adapters.register_loader(name, ByteaBinaryLoader)
        self._expected = scope.after + 1
        self._recorded = -(2**63)
        for (recorded,) in self._cursor.execute(RECORDED, scope._asdict()):
            self._recorded = signed(recorded)

    def check(self, page: Range) -> AbstractSet[bytes]:
        """Check the rows of the next page: their places, times and leaves.

        Returns the tags there are among them.
        """
        found, partition = self._found, self._partition
        tags: set[bytes] = set()
        rows = self._cursor.execute(ROWS, page._asdict()).fetchall()
        prefix = partition.to_bytes(2, signed=True)
        told = ours = b""
        for place, stream, version, tag, occurred, recorded, *rest, leaf in rows:
            tags.add(tag)
            position = int.from_bytes(place, signed=True)
            if position != self._expected:
                self._missing(position - 1)
            self._expected = position + 1
            if recorded != told:
                told, ours = recorded, since_1970(recorded)
                self._in_time(position, signed(recorded))
            fields = (prefix, place, stream, version, tag, since_1970(occurred), ours)
            if leaf_of_fields(*fields, *rest) != leaf:
                what = "the leaf is not the hash of the row: one of them was changed"
                found.add("I5", what, partition=partition, position=position)
        if self._expected <= page.upto:
            self._missing(page.upto)
            self._expected = page.upto + 1
        for invariant in ("I4", "I5"):
            found.looked_at(invariant, len(rows))
        return tags

    def _missing(self, last: int) -> None:
        first = self._expected
        which = (
            f"event {first} is" if first == last else f"events {first} to {last} are"
        )
        self._found.add(
            "I4",
            f"{which} missing",
            partition=self._partition,
            position=first,
            times=last - first + 1,
        )

    def _in_time(self, position: int, recorded: int) -> None:
        if recorded < self._recorded:
            what = f"recorded at {moment(recorded)}, after one of "
            self._found.add(
                "I4",
                what + moment(self._recorded),
                partition=self._partition,
                position=position,
            )
        self._recorded = recorded


def signed(sent: bytes) -> int:
    """Return a number as it was sent."""
    return int.from_bytes(sent, signed=True)


def since_1970(sent: bytes) -> bytes:
    """Return a time as a leaf has it, of a time as it was sent."""
    return ((int.from_bytes(sent) + SINCE_2000) & WRAP).to_bytes(8)


def moment(sent: int) -> str:
    """Return a time that was sent, as people read it; some no calendar has."""
    try:
        at: Any = EPOCH + timedelta(microseconds=sent + SINCE_2000)
    except OverflowError:
        return "no time at all"
    return str(at.isoformat())
