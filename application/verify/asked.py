"""Who asked what, and what came of it: I1 to I3, on the pages of the log.

Every event was asked for by a command, whose row says from where to where its events
lie; every command's events are there. What nobody kept but the caller, the receipt, is
checked where callers bring theirs (:func:`check_receipts`).
"""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from application.event_store.connections import Connection
from application.event_store.envelope import Receipt
from application.event_store.seams.stock import STOCK_ACTOR, STOCK_PARTITION
from application.projections.log import Range
from application.projections.progress import Token
from application.verify.findings import SHOWN_MAX, Findings
from application.verify.log import Head

# The events of a page by who asked for them, held against what his row says of it. A
# command's events lie side by side, but a page may end between two of them.
COMMANDS_OF_PAGE: Final = """
WITH asked AS MATERIALIZED (
    SELECT command_id, min(position) AS first, max(position) AS last, count(*) AS events
      FROM store.event
     WHERE partition = %(partition)s
       AND position > %(after)s AND position <= %(upto)s
     GROUP BY command_id
), told AS MATERIALIZED (
    SELECT asked.*, c.first_position, c.last_position,
           c.command_id IS NULL
        OR asked.first <> greatest(c.first_position, %(after)s + 1)
        OR asked.last <> least(c.last_position, %(upto)s)
        OR asked.events <> asked.last - asked.first + 1 AS wrong
      FROM asked LEFT JOIN LATERAL (
           SELECT * FROM store.command AS c
            WHERE c.partition = %(partition)s AND c.command_id = asked.command_id
            LIMIT 1) AS c ON true
)
SELECT count(*) FILTER (WHERE first_position > %(after)s),
       coalesce(sum(events), 0)::bigint,
       coalesce(jsonb_agg(jsonb_build_array(command_id, first, last, events,
                                            first_position, last_position)
                ORDER BY first) FILTER (WHERE wrong), '[]')
  FROM told
"""

# Events whose predecessor in their stream is not where it must be: before them. Each is
# looked up by its key, whatever the planner believes about the size of the table.
WITHOUT_PREDECESSOR: Final = """
SELECT e.position, e.stream_id, e.version
  FROM store.event AS e
  LEFT JOIN LATERAL (
       SELECT p.position FROM store.event AS p
        WHERE p.partition = e.partition AND p.stream_id = e.stream_id
          AND p.version = e.version - 1
        LIMIT 1) AS earlier ON true
 WHERE e.partition = %(partition)s
   AND e.position > %(after)s AND e.position <= %(upto)s
   AND e.version <> 1 AND coalesce(earlier.position >= e.position, true)
   AND NOT (e.partition = %(stock_partition)s
            AND split_part(e.actor, ':', 1) = %(stock_actor)s
            AND NOT EXISTS (
                SELECT FROM store.event AS before
                 WHERE before.partition = e.partition
                   AND before.stream_id = e.stream_id AND before.version < e.version))
 ORDER BY e.position
"""

# Seen at one moment, so that what is being written meanwhile is not taken for a fault.
BEYOND_HEAD: Final = """
SELECT c.command_id, c.first_position, c.last_position, head.position
  FROM store.command AS c
  LEFT JOIN store.partition_head AS head USING (partition)
 WHERE c.partition = %(partition)s
   AND c.last_position > coalesce(head.position, 0)
 ORDER BY c.first_position, c.command_id
"""
COMMANDS: Final = """
SELECT count(*) FROM store.command
 WHERE partition = %(partition)s AND last_position <= %(upto)s
"""
WITHOUT_EVENTS: Final = """
SELECT c.command_id, c.first_position, c.last_position
  FROM store.command AS c
 WHERE c.partition = %(partition)s AND c.last_position <= %(upto)s
   AND NOT EXISTS (
       SELECT FROM store.event AS e
        WHERE e.partition = c.partition AND e.command_id = c.command_id
          AND e.position BETWEEN c.first_position AND c.last_position)
 ORDER BY c.first_position, c.command_id
 LIMIT %(shown_max)s
"""
STORED: Final = """
SELECT wanted.partition, wanted.command_id, c.last_position, array(
       SELECT encode(e.leaf, 'hex') FROM store.event AS e
        WHERE e.partition = c.partition AND e.command_id = c.command_id
          AND e.position BETWEEN c.first_position AND c.last_position
        ORDER BY e.position)
  FROM unnest(%(partitions)s::smallint[], %(commands)s::uuid[])
       AS wanted (partition, command_id)
  LEFT JOIN store.command AS c USING (partition, command_id)
"""


class AskedCheck:
    """Checks one partition's commands and versions, page after page of its log."""

    def __init__(self, connection: Connection, scope: Range, found: Findings) -> None:
        self._connection, self._scope, self._found = connection, scope, found
        self._known = 0

    def check(self, page: Range) -> None:
        """Check who asked for the events of a page, and what they follow."""
        self._check_commands(page)
        self._check_versions(page)

    def _check_commands(self, page: Range) -> None:
        values = page._asdict()
        for known, events, wrong in self._connection.execute(COMMANDS_OF_PAGE, values):
            self._known += known
            self._found.looked_at("I1", known)
            for invariant in ("I2", "I3"):
                self._found.looked_at(invariant, events)
            for command_id, first, last, count, *told in wrong:
                self._found.add(
                    "I1" if cut_short(page, count, *told) else "I2",
                    said_of(first, last, count, *told),
                    partition=page.partition,
                    position=first,
                    of=f"command {command_id}",
                )

    def _check_versions(self, page: Range) -> None:
        values = page._asdict() | {
            "stock_partition": STOCK_PARTITION,
            "stock_actor": STOCK_ACTOR,
        }
        rows = self._connection.execute(WITHOUT_PREDECESSOR, values)
        for position, stream_id, version in rows:
            before = f"no version {version - 1} stands before it"
            self._found.add(
                "I3",
                f"version {version} of stream {stream_id}: {before}",
                partition=page.partition,
                position=position,
                of=f"stream {stream_id}",
            )

    def end(self, head: Head) -> None:
        """Look for commands without events, once all pages were checked.

        Their rows are no part of the log, so none of it leads to them: if there are
        more than the events named, they are looked for. Not for a part of a log.
        """
        self._check_beyond(head.partition)
        if self._scope.after:
            return
        values = self._scope._asdict()
        for (commands,) in self._connection.execute(COMMANDS, values):
            if commands == self._known:
                return
        values["shown_max"] = SHOWN_MAX
        rows = self._connection.execute(WITHOUT_EVENTS, values)
        for command_id, first, last in rows:
            self._lost(head.partition, command_id, first, last, "none is there")

    def _check_beyond(self, partition: int) -> None:
        rows = self._connection.execute(BEYOND_HEAD, {"partition": partition})
        for command_id, first, last, head in rows:
            self._lost(partition, command_id, first, last, f"the head is at {head}")

    def _lost(
        self, partition: int, command_id: UUID, first: int, last: int, why: str
    ) -> None:
        self._found.add(
            "I1",
            f"a command has its events at {first} to {last}, but {why}",
            partition=partition,
            position=first,
            of=f"command {command_id}",
        )


def cut_short(
    page: Range, events: int, first_told: int | None, last_told: int | None
) -> bool:
    """Say whether there are fewer events in a page than the row of a command says."""
    if first_told is None or last_told is None:
        return False
    told = min(last_told, page.upto) - max(first_told - 1, page.after)
    return events < told


def said_of(
    first: int,
    last: int,
    events: int,
    first_told: int | None,
    last_told: int | None,
) -> str:
    """Return how events and the row of their command disagree."""
    stored = f"{events} events of it from {first} to {last}"
    if first_told is None:
        return f"{stored}, but no row of the command"
    return f"{stored}, but its row says {first_told} to {last_told}"


def check_receipts(
    connection: Connection, receipts: Iterable[tuple[UUID, Receipt]], found: Findings
) -> None:
    """Check that what callers were told, with these command ids, is what is stored."""
    told = {
        (Token.read(receipt.position).partition, command_id): receipt
        for command_id, receipt in receipts
    }
    for partition, command_id, position, leaves in stored(connection, told):
        receipt = told[partition, command_id]
        if position is None:
            what = f"acknowledged at {receipt.position}, but not stored"
        elif (f"{partition}.{position}", tuple(leaves)) != (
            receipt.position,
            receipt.leaves,
        ):
            what = f"acknowledged at {receipt.position}, but other events are stored"
        else:
            continue
        place = Token.read(receipt.position).position
        of = f"command {command_id}"
        found.add("I1", what, partition=partition, position=place, of=of)
    found.looked_at("I1", len(told))


def check_failed(
    connection: Connection, failed: Iterable[tuple[int, UUID]], found: Findings
) -> None:
    """Check that nothing is stored of commands that were said to have failed.

    Each is named by its partition and id.
    """
    asked = list(failed)
    for partition, command_id, position, _ in stored(connection, asked):
        if position is not None:
            what, of = "was said to have failed, but is stored", f"command {command_id}"
            found.add("I2", what, partition=partition, position=position, of=of)
    found.looked_at("I2", len(asked))


def stored(
    connection: Connection, commands: Iterable[tuple[int, UUID]]
) -> Iterable[tuple[int, UUID, int | None, list[str]]]:
    """Yield what is stored of commands: their last position, None for nothing."""
    named = list(commands)
    values = {
        "partitions": [partition for partition, _ in named],
        "commands": [command_id for _, command_id in named],
    }
    return connection.cursor().execute(STORED, values).fetchall()
