"""The peer's timeline: the same columns and indexes, filled by the library's runner."""

from time import perf_counter
from typing import Any, Final

import psycopg
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from interface.bench.measure import Sample, expect, per_second
from interface.bench.stock import Parcels, environment

PATIENCE_S: Final = 600.0
FIELDS: Final = ("consumer", "carrier", "waybill", "scan", "code", "facility", "region")

TABLES: Final = (
    """
    CREATE TABLE IF NOT EXISTS timeline (
        position    bigint      PRIMARY KEY,
        shown       bigint      NOT NULL,
        stream_id   uuid        NOT NULL,
        version     bigint      NOT NULL,
        consumer    text,
        order_id    uuid,
        kind        text        NOT NULL,
        code        text        NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        facts       jsonb       NOT NULL)
    """,
    (
        "CREATE INDEX IF NOT EXISTS timeline_newest_first"
        " ON timeline (consumer, occurred_at, position) WHERE consumer IS NOT NULL"
    ),
    (
        "CREATE INDEX IF NOT EXISTS timeline_unclaimed"
        " ON timeline (stream_id) WHERE consumer IS NULL"
    ),
    (
        "CREATE TABLE IF NOT EXISTS timeline_owner"
        " (stream_id uuid PRIMARY KEY, consumer text NOT NULL)"
    ),
)
OWN: Final = "INSERT INTO timeline_owner VALUES (%s, %s)"
ENTER: Final = """
INSERT INTO timeline
SELECT %(position)s, %(position)s, %(stream)s, %(version)s,
       (SELECT consumer FROM timeline_owner WHERE stream_id = %(stream)s), %(stream)s,
       'parcel', %(code)s, %(at)s, %(recorded)s, %(facts)s
"""
FORGET: Final = """
DROP TABLE IF EXISTS timeline, timeline_owner, stocktimeline_tracking
"""
CLAIMED: Final = "SELECT count(*), count(consumer) FROM timeline"


class TimelineView(PostgresTrackingRecorder):
    """The rows, and how far they go, written in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.extend(SQL(each).format() for each in TABLES)

    def enter(self, event: Any, tracking: Tracking) -> None:
        """Write the row of an event; that of an announcement says whose it is."""
        facts = {name: getattr(event, name, None) for name in FIELDS}
        values = {
            "position": tracking.notification_id,
            "stream": event.originator_id,
            "version": event.originator_version,
            "code": type(event).__name__,
            "at": event.at,
            "recorded": event.timestamp,
            "facts": Jsonb({name: value for name, value in facts.items() if value}),
        }
        with self.datastore.transaction(commit=True) as cursor:
            if facts["consumer"]:
                owner = (event.originator_id, facts["consumer"])
                cursor.execute(OWN, owner, prepare=True)
            cursor.execute(ENTER, values, prepare=True)
            self._insert_tracking(cursor, tracking)


class StockTimeline(Projection[TimelineView]):
    """What the library's runner calls for each event."""

    name = "stocktimeline"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Enter it."""
        self.view.enter(domain_event, tracking)


class FollowedParcels:
    """Parcels of the peer's, followed from the first event in every round."""

    def __init__(self, url: str, events: int) -> None:
        self._url, self._events = url, events

    def round(self) -> Sample:
        """Return events a second, from the first to the last of the log."""
        with psycopg.connect(self._url) as owner:
            owner.execute(FORGET)
        runner: ProjectionRunner[Parcels, TimelineView] = ProjectionRunner(
            application_class=Parcels,
            projection_class=StockTimeline,
            view_class=TimelineView,
            env=environment(self._url, 2),
        )
        with runner:
            begun = perf_counter()
            runner.wait(self._events, timeout=PATIENCE_S)
            seconds = perf_counter() - begun
        with psycopg.connect(self._url) as owner:
            row = owner.execute(CLAIMED).fetchone()
        expect("rows of the peer's timeline", row, (self._events,) * 2)
        return Sample(per_second(self._events, seconds))
