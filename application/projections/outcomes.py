"""Outcomes: which resolutions ended so long ago that what came of them is looked at."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import class_row

from application.event_store.connections import Pool
from application.event_store.envelope import RecordedEvent
from application.projections.runtime import Projection, columns
from domain.kernel import Event
from domain.resolution import (
    OfferExpired,
    OutcomeMeasured,
    ResolutionConfirmed,
    ResolutionDismissed,
    ResolutionHandedOver,
    ResolutionReopened,
    ResolutionSelfHealed,
)

# So long after the end it is looked at (domain rules, section 3.4).
AFTER_DAYS: Final = (30, 90)
ENDS: Final = (
    ResolutionConfirmed,
    ResolutionSelfHealed,
    ResolutionDismissed,
    ResolutionHandedOver,
)

LOAD: Final = """
SELECT partition, stream_id, after_days, ended_at, due_at, measured
  FROM outcome_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""
CLEAR: Final = """
DELETE FROM outcome_v1 AS outcome
 USING unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id)
 WHERE (outcome.partition, outcome.stream_id)
     = (touched.partition, touched.stream_id)
"""
SAVE: Final = """
INSERT INTO outcome_v1 (partition, stream_id, after_days, ended_at, due_at, measured)
SELECT * FROM unnest(
       %(partition)b::smallint[], %(stream_id)b::uuid[], %(after_days)b::smallint[],
       %(ended_at)b::timestamptz[], %(due_at)b::timestamptz[], %(measured)b::boolean[])
"""
DUE: Final = """
SELECT partition, stream_id, after_days, ended_at, due_at, measured
  FROM projection.outcome
 WHERE NOT measured AND due_at <= %(now)s
   AND (due_at, partition, stream_id, after_days)
     > (%(due_at)s::timestamptz, %(partition)s::smallint, %(stream_id)s::uuid,
        %(after_days)s::smallint)
 ORDER BY due_at, partition, stream_id, after_days
 LIMIT %(limit)s
"""


class Stream(Struct, frozen=True):
    """A resolution, partition first."""

    partition: int
    stream_id: UUID


class OutcomeRow(Struct, frozen=True, kw_only=True):
    """A row: when to look at a resolution that ended, and whether that was done."""

    partition: int
    stream_id: UUID
    after_days: int
    ended_at: datetime
    due_at: datetime
    measured: bool = False


class Outcomes(Projection):
    """Knows when to look at what came of each resolution."""

    name = "outcome"
    version = 1
    event_types = (*ENDS, OfferExpired, ResolutionReopened, OutcomeMeasured)
    tables = ("outcome_v1",)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        """Fold the batch over the rows of the resolutions it touches."""
        streams = list(
            dict.fromkeys(Stream(each.partition, each.stream_id) for each in batch)
        )
        rows: dict[Stream, list[OutcomeRow]] = {stream: [] for stream in streams}
        with cursor.connection.cursor(row_factory=class_row(OutcomeRow)) as reader:
            for row in reader.execute(LOAD, columns(Stream, streams)):
                rows[Stream(row.partition, row.stream_id)].append(row)
        for each in batch:
            stream = Stream(each.partition, each.stream_id)
            rows[stream] = after(each.event, stream, rows[stream])
        cursor.execute(CLEAR, columns(Stream, streams))
        kept = [row for of_one in rows.values() for row in of_one]
        cursor.execute(SAVE, columns(OutcomeRow, kept))


def after(event: Event, stream: Stream, rows: Iterable[OutcomeRow]) -> list[OutcomeRow]:
    """Return a resolution's rows after one of its events."""
    match event:
        case OutcomeMeasured(after_days=days):
            return [
                replace(row, measured=True) if row.after_days == days else row
                for row in rows
            ]
        case ResolutionReopened() | OfferExpired(on_silence="accept"):
            return [row for row in rows if row.measured]
        case _:
            kept = {row.after_days: row for row in rows if row.measured}
            at: datetime = event.at  # type: ignore[attr-defined]  # every end has its time
            return [
                kept.get(days)
                or OutcomeRow(
                    partition=stream.partition,
                    stream_id=stream.stream_id,
                    after_days=days,
                    ended_at=at,
                    due_at=at + timedelta(days=days),
                )
                for days in AFTER_DAYS
            ]


class OutcomeQueries:
    """What is to be looked at."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def due(
        self, now: datetime, limit: int, after: OutcomeRow | None = None
    ) -> Sequence[OutcomeRow]:
        """Return what is due, the longest due first, behind the last of a page."""
        values = {
            "now": now,
            "limit": limit,
            "due_at": after.due_at if after else "-infinity",
            "partition": after.partition if after else -1,
            "stream_id": after.stream_id if after else UUID(int=0),
            "after_days": after.after_days if after else 0,
        }
        with (
            self._pool.connection() as connection,
            connection.cursor(row_factory=class_row(OutcomeRow)) as cursor,
        ):
            return cursor.execute(DUE, values).fetchall()
