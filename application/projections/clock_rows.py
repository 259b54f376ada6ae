"""How the clock board is filled: each stream's clocks, folded as the domain does."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.envelope import RecordedEvent
from application.projections.clock_board import ClockRow, timer_of
from application.projections.entries import code_of
from application.projections.runtime import Projection, columns, replaced
from domain.kernel import Event
from domain.timer import Timer, TimerEvent, evolve_timers

# What has no clocks of this kind, and need not be known by the board.
WITHOUT_CLOCKS = frozenset({"order", "consumer", "policy"})

LOAD_CLOCKS = """
SELECT partition, stream_id, timer, step, owes, standing, started_at, running_since,
       due_at, seconds, seconds_left, closures::text AS closures, extensions, told,
       on_breach, policy, version
  FROM clock_board_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""

LOAD_STREAMS = """
SELECT partition, stream_id, noun, consumer, source
  FROM clock_stream_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""

SAVE_CLOCKS = f"""
INSERT INTO clock_board_v1
       (partition, stream_id, timer, step, owes, standing, started_at, running_since,
        due_at, seconds, seconds_left, closures, extensions, told, on_breach, policy,
        version)
SELECT partition, stream_id, timer, step, owes, standing, started_at, running_since,
       due_at, seconds, seconds_left, closures::jsonb, extensions, told, on_breach,
       policy, version
  FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(timer)b::text[],
       %(step)b::text[], %(owes)b::text[], %(standing)b::text[],
       %(started_at)b::timestamptz[], %(running_since)b::timestamptz[],
       %(due_at)b::timestamptz[], %(seconds)b::bigint[], %(seconds_left)b::bigint[],
       %(closures)b::text[], %(extensions)b::integer[], %(told)b::boolean[],
       %(on_breach)b::text[], %(policy)b::text[], %(version)b::bigint[])
       AS clock (partition, stream_id, timer, step, owes, standing, started_at,
                 running_since, due_at, seconds, seconds_left, closures, extensions,
                 told, on_breach, policy, version)
    ON CONFLICT (partition, stream_id, timer) DO UPDATE
   SET {replaced(ClockRow, "partition", "stream_id", "timer")}
"""  # noqa: S608 - the columns are those of the row


class Place(Struct, frozen=True):
    """Where a stream lies, partition first."""

    partition: int
    stream_id: UUID


class About(Struct, frozen=True):
    """A row: what a stream is about, whose it is, and where it came from."""

    partition: int
    stream_id: UUID
    noun: str
    consumer: str | None = None
    source: str | None = None


SAVE_STREAMS = f"""
INSERT INTO clock_stream_v1 (partition, stream_id, noun, consumer, source)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(noun)b::text[],
       %(consumer)b::text[], %(source)b::text[])
    ON CONFLICT (partition, stream_id)
    DO UPDATE SET {replaced(About, "partition", "stream_id")}
"""  # noqa: S608 - the columns are those of the row above

encoded = msgspec.json.Encoder().encode


class StreamClocks:
    """The clocks of one stream, and what it is about, while a batch is folded."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.about: About | None = None
        self.clocks: Mapping[str, Timer] = {}
        self._versions: dict[str, int] = {}

    def has(self, row: ClockRow) -> None:
        """Start from what the board has."""
        self.clocks = {**self.clocks, row.timer: timer_of(row)}

    def take(self, recorded: RecordedEvent) -> None:
        """Fold one event."""
        event = recorded.event
        if isinstance(event, TimerEvent):
            self.clocks = evolve_timers(self.clocks, event)
            self._versions[event.timer] = recorded.version
        else:
            self.about = told(self.about, recorded)

    def changed(self) -> list[ClockRow]:
        """Return the clocks that the batch changed, as rows."""
        return [
            row_of(self._place, self.clocks[name], version)
            for name, version in self._versions.items()
        ]


def told(about: About | None, recorded: RecordedEvent) -> About:
    """Return what is known of a stream after an event that is no clock's.

    Whose it is and where it came from, the first event says that names them.
    """
    event = recorded.event
    known = about or About(recorded.partition, recorded.stream_id, noun_of(event))
    return replace(
        known,
        consumer=known.consumer or getattr(event, "consumer", None),
        source=known.source or getattr(event, "source", None),
    )


def noun_of(event: Event) -> str:
    """Return what an event's tag begins with: the noun whose stream it is of.

    What falls short is said in the stream of the order's companionship.
    """
    noun = code_of(event).partition(".")[0]
    return "companionship" if noun == "shortfall" else noun


def row_of(place: Place, timer: Timer, version: int) -> ClockRow:
    """Return a clock as it is stored."""
    return ClockRow(
        partition=place.partition,
        stream_id=place.stream_id,
        timer=timer.name,
        step=timer.step,
        owes=timer.owes,
        standing=timer.standing,
        started_at=timer.started_at,
        running_since=timer.running_since,
        due_at=timer.due_at,
        seconds=timer.seconds,
        seconds_left=timer.seconds_left,
        closures=encoded(timer.closures).decode(),
        extensions=timer.extensions,
        told=timer.told,
        on_breach=timer.on_breach,
        policy=timer.policy,
        version=version,
    )


class ClockBoard(Projection):
    """Shows every clock, who owes its step, how it stands, and when it is due."""

    name = "clock_board"
    version = 1
    event_types = (Event,)  # any noun may have clocks, also those yet to come
    tables = ("clock_board_v1", "clock_stream_v1")

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the streams it touches: two reads, two writes."""
        batch = [each for each in batch if noun_of(each.event) not in WITHOUT_CLOCKS]
        if not batch:
            return
        streams = load(batch, cursor)
        before = {place: stream.about for place, stream in streams.items()}
        for each in batch:
            streams[Place(each.partition, each.stream_id)].take(each)
        rows = [row for stream in streams.values() for row in stream.changed()]
        cursor.execute(SAVE_CLOCKS, columns(ClockRow, rows))
        learnt = [
            stream.about
            for place, stream in streams.items()
            if stream.about is not None and stream.about != before[place]
        ]
        cursor.execute(SAVE_STREAMS, columns(About, learnt))


def load(
    batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
) -> Mapping[Place, StreamClocks]:
    """Return what the board knows of the streams a batch touches."""
    places = {Place(each.partition, each.stream_id) for each in batch}
    streams = {place: StreamClocks(place) for place in places}
    touched = columns(Place, list(places))
    connection = cursor.connection
    with connection.cursor(row_factory=class_row(About)) as reader:
        for about in reader.execute(LOAD_STREAMS, touched):
            streams[Place(about.partition, about.stream_id)].about = about
    with connection.cursor(row_factory=class_row(ClockRow)) as reader:
        for row in reader.execute(LOAD_CLOCKS, touched):
            streams[Place(row.partition, row.stream_id)].has(row)
    return streams
