"""The clock board: what is owed in cases, disputes and contacts, soonest due first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.rows import class_row
from psycopg.sql import SQL

from application.event_store.connections import Pool
from application.projections.paging import Page, key_of, page, page_size
from domain.policy.rows import OnBreach, Owes
from domain.timer import Closure, Standing, Timer

FIELDS = """
       partition, stream_id, noun, consumer, source, timer, step, owes, standing,
       started_at, running_since, due_at, seconds, seconds_left,
       closures::text AS closures, extensions, told, on_breach, policy, version
"""

SOONEST = f"""
SELECT {FIELDS}
  FROM projection.clock_board
 WHERE {{conditions}}
 ORDER BY due_at, partition, stream_id, timer
 LIMIT %(limit)s
"""  # noqa: S608 - the columns are the constant above

# What can be asked for, and how it is said in SQL.
CONDITIONS = {
    "standing": "standing = %(standing)s",
    "noun": "noun = %(noun)s",
    "owes": "owes = %(owes)s",
    "step": "step = %(step)s",
    "consumer": "consumer = %(consumer)s",
    "due_before": "due_at < %(due_before)s",
    "after": """
       (due_at, partition, stream_id, timer)
       > (%(after)s::timestamptz, %(partition)s::smallint, %(stream_id)s::uuid,
          %(timer)s::text)""",
}

OF_STREAMS = f"""
SELECT {FIELDS}
  FROM projection.clock_board
 WHERE stream_id = ANY (%(stream_ids)s::uuid[])
 ORDER BY due_at, partition, stream_id, timer
"""  # noqa: S608 - the columns are the constant above

# A stream that nobody has named yet cannot be asked: it is named soon, or parked.
DUE_FOR_CHECK = """
SELECT partition, stream_id, noun, timer, due_at, version
  FROM projection.clock_board AS board
 WHERE standing = 'running' AND noun IS NOT NULL
   AND due_at <= %(late)s
   AND (due_at, partition, stream_id, timer)
     > (coalesce(%(due_at)s::timestamptz, '-infinity'), %(partition)s::smallint,
        %(stream_id)s::uuid, %(timer)s::text)
   AND NOT EXISTS (SELECT FROM process.hold
                    WHERE hold.source IN (board.source, '*')
                      AND hold.until > clock_timestamp())
 ORDER BY due_at, partition, stream_id, timer
 LIMIT %(limit)s
"""

# Clocks that ran when a row of the calendar came to hold and that its time touches, but
# not those it gave time already. Told deadlines are never moved.
TOUCHED = """
SELECT partition, stream_id, noun, timer, due_at, version
  FROM projection.clock_board AS board
 WHERE standing = 'running' AND noun IS NOT NULL AND NOT told
   AND EXISTS (
       SELECT FROM jsonb_to_recordset(%(rows)s::jsonb)
           AS closed (policy text, holds_from timestamptz, begins timestamptz,
                      ends timestamptz, steps text[])
        WHERE coalesce(board.running_since, board.started_at) < closed.holds_from
          AND coalesce(board.running_since, board.started_at) < closed.ends
          AND board.due_at >= closed.begins
          AND (cardinality(closed.steps) = 0 OR board.step = ANY (closed.steps))
          AND NOT board.closures @> jsonb_build_array(
                  jsonb_build_object('policy', closed.policy)))
   AND (due_at, partition, stream_id, timer)
     > (coalesce(%(due_at)s::timestamptz, '-infinity'), %(partition)s::smallint,
        %(stream_id)s::uuid, %(timer)s::text)
   AND NOT EXISTS (SELECT FROM process.hold
                    WHERE hold.source IN (board.source, '*')
                      AND hold.until > clock_timestamp())
 ORDER BY due_at, partition, stream_id, timer
 LIMIT %(limit)s
"""

decoded = msgspec.json.Decoder(tuple[Closure, ...]).decode


class ClockRow(Struct, frozen=True, kw_only=True):
    """A row as it is stored: one clock of one stream; ``closures`` are JSON.

    ``version`` is that of the stream when this clock last changed.
    """

    partition: int
    stream_id: UUID
    timer: str
    step: str
    owes: Owes
    standing: Standing
    started_at: datetime
    running_since: datetime | None
    due_at: datetime
    seconds: int
    seconds_left: int | None
    closures: str
    extensions: int
    told: bool
    on_breach: OnBreach
    policy: str
    version: int


class SeenRow(ClockRow, frozen=True, kw_only=True):
    """A row as the view shows it: with what is known of its stream."""

    noun: str | None
    consumer: str | None
    source: str | None


class BoardClock(Struct, frozen=True, kw_only=True):
    """A clock, and the stream it is of.

    ``timer`` is the domain's own, so that whoever asks it how much time is left gets
    the number that the case itself gives. ``noun`` is what the stream is about
    ("after_sales", "dispute", "contact"); it is None until the stream says so.
    """

    partition: int
    stream_id: UUID
    noun: str | None
    consumer: str | None
    source: str | None
    timer: Timer
    version: int


class DueClock(Struct, frozen=True):
    """A running clock to be asked about, because it is due or may have been moved."""

    partition: int
    stream_id: UUID
    noun: str
    timer: str
    due_at: datetime
    version: int


class ClosedTime(Struct, frozen=True, kw_only=True):
    """A row of the calendar: from when on it holds, and which clocks it may touch.

    ``holds_from`` is when it was published, or when it came into force after that.
    Without ``steps`` it touches all.
    """

    policy: str
    holds_from: datetime
    begins: datetime
    ends: datetime
    steps: tuple[str, ...] = ()


class Place(Struct, frozen=True, array_like=True):
    """Where a clock stands on the board."""

    due_at: datetime
    partition: int
    stream_id: UUID
    timer: str


class ClockQueries:
    """The questions the board answers."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def soonest(  # noqa: PLR0913 - one argument for each thing that can be asked for
        self,
        *,
        limit: int,
        cursor: str | None = None,
        standing: Standing | None = "running",
        noun: str | None = None,
        owes: Owes | None = None,
        step: str | None = None,
        consumer: str | None = None,
        due_before: datetime | None = None,
    ) -> Page[BoardClock]:
        """Return clocks that fit all that is asked, soonest due first.

        Running ones unless another standing is named; None means any. Raises BadCursor.
        """
        size = page_size(limit)
        asked: dict[str, Any] = {
            "standing": standing,
            "noun": noun,
            "owes": owes,
            "step": step,
            "consumer": consumer,
            "due_before": due_before,
        }
        if cursor:
            last = key_of(cursor, Place)
            asked |= {"after": last.due_at, "partition": last.partition}
            asked |= {"stream_id": last.stream_id, "timer": last.timer}
        values = {name: each for name, each in asked.items() if each is not None}
        conditions = [SQL(text) for name, text in CONDITIONS.items() if name in values]
        every = SQL(" AND ").join(conditions or [SQL("true")])
        query = SQL(SOONEST).format(conditions=every)
        return page(self._clocks(query, values | {"limit": size + 1}), size, place)

    def of(self, stream_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[BoardClock]]:
        """Return all clocks of each stream, soonest due first; an entry for each."""
        found: dict[UUID, list[BoardClock]] = {each: [] for each in stream_ids}
        for clock in self._clocks(SQL(OF_STREAMS), {"stream_ids": list(found)}):
            found[clock.stream_id].append(clock)
        return found

    def due_for_check(
        self, now: datetime, limit: int, after: DueClock | None = None
    ) -> Sequence[DueClock]:
        """Return running clocks overdue by a whole second, the longest overdue first.

        Leaves out what comes from a source that a running import holds, and everything
        while one holds everything. ``after`` goes on behind the last of the page
        before.
        """
        late = now - timedelta(seconds=1)
        return self._to_ask(DUE_FOR_CHECK, {"late": late}, limit, after)

    def touched(
        self,
        rows: Sequence[ClosedTime],
        limit: int,
        after: DueClock | None = None,
    ) -> Sequence[DueClock]:
        """Return running clocks that these rows may move, soonest due first.

        Leaves out what ``due_for_check`` does; ``after`` goes on likewise. Whether a
        clock lies where the row holds, is for its stream to know.
        """
        known = msgspec.json.encode(rows).decode()
        return self._to_ask(TOUCHED, {"rows": known}, limit, after)

    def _to_ask(
        self,
        query: LiteralString,
        values: Mapping[str, Any],
        limit: int,
        after: DueClock | None,
    ) -> Sequence[DueClock]:
        """Return a page of clocks to be asked about, behind the last one before."""
        place = {
            "limit": limit,
            "due_at": after and after.due_at,
            "partition": after.partition if after else -1,
            "stream_id": after.stream_id if after else UUID(int=0),
            "timer": after.timer if after else "",
        }
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(DueClock)) as cursor,
        ):
            return cursor.execute(query, {**values, **place}).fetchall()

    def _clocks(self, query: Any, values: Mapping[str, Any]) -> Sequence[BoardClock]:
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(SeenRow)) as cursor,
        ):
            return [seen(row) for row in cursor.execute(query, values)]


def place(clock: BoardClock) -> Place:
    """Return where the clock stands on the board."""
    return Place(clock.timer.due_at, clock.partition, clock.stream_id, clock.timer.name)


def seen(row: SeenRow) -> BoardClock:
    """Return a row as it is shown."""
    return BoardClock(
        partition=row.partition,
        stream_id=row.stream_id,
        noun=row.noun,
        consumer=row.consumer,
        source=row.source,
        timer=timer_of(row),
        version=row.version,
    )


def timer_of(row: ClockRow) -> Timer:
    """Return the clock that a row stores."""
    return Timer(
        name=row.timer,
        step=row.step,
        owes=row.owes,
        standing=row.standing,
        started_at=row.started_at,
        running_since=row.running_since,
        due_at=row.due_at,
        seconds=row.seconds,
        seconds_left=row.seconds_left,
        closures=decoded(row.closures),
        extensions=row.extensions,
        told=row.told,
        on_breach=row.on_breach,
        policy=row.policy,
    )
