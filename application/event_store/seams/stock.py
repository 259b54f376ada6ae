"""What a stock application of the eventsourcing library needs of our tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import UUID, uuid4

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import IntegrityError, StoredEvent, Tracking

from application.event_store.connections import Connection
from application.event_store.rows.asks import StoredAsk, StoredPart, append

STOCK_PARTITION: Final = 0
STOCK_ACTOR: Final = "eventsourcing"

SELECT_EVENTS: Final = """
    SELECT stream_id, version, type, body FROM store.event
    WHERE partition = %s AND stream_id = %s AND version > coalesce(%s::bigint, -1)
      AND version <= coalesce(%s::bigint, 9223372036854775807)
    ORDER BY version LIMIT %s::bigint
"""
SELECT_EVENTS_DESCENDING: Final = SELECT_EVENTS.replace(
    "version LIMIT", "version DESC LIMIT"
)
# Of its own events: what others of the database wrote is no business of an application.
SELECT_LOG: Final = """
    SELECT stream_id, version, type, body, position FROM store.event
    WHERE partition = %s AND actor = ANY (coalesce(%s::text[], ARRAY[actor]))
      AND position > %s
      AND position <= coalesce(%s::bigint, 9223372036854775807)
      AND type = ANY (coalesce(%s::text[], ARRAY[type]))
    ORDER BY position LIMIT %s
"""
# How far the log goes, and the last of its own events behind a position.
SELECT_LAST: Final = """
    SELECT head.position, (
        SELECT e.position FROM store.event AS e
        WHERE e.partition = head.partition AND e.position > %s
          AND e.position <= head.position
          AND e.actor = ANY (coalesce(%s::text[], ARRAY[e.actor]))
        ORDER BY e.position DESC LIMIT 1
    )
    FROM store.partition_head AS head WHERE head.partition = %s
"""
SELECT_SNAPSHOTS: Final = """
    SELECT stream_id, version, type, body FROM store.snapshot
    WHERE partition = %s AND purpose = %s AND stream_id = %s
      AND version > coalesce(%s::bigint, -1)
      AND version <= coalesce(%s::bigint, 9223372036854775807)
    ORDER BY version LIMIT %s::bigint
"""
SELECT_SNAPSHOTS_DESCENDING: Final = SELECT_SNAPSHOTS.replace(
    "version LIMIT", "version DESC LIMIT"
)
INSERT_SNAPSHOT: Final = """
    INSERT INTO store.snapshot (partition, purpose, stream_id, version, type, body)
    VALUES (%s, %s, %s, %s, %s, %s)
"""
SELECT_TRACKING: Final = """
    SELECT notification_id FROM store.tracking
    WHERE partition = %s AND follower = %s AND followed = %s
"""
UPSERT_TRACKING: Final = """
    INSERT INTO store.tracking AS known (partition, follower, followed, notification_id)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (partition, follower, followed) DO UPDATE
    SET notification_id = excluded.notification_id
    WHERE known.notification_id < excluded.notification_id
"""


def actors_of(application: str) -> list[str] | None:
    """Return by whom the events of an application are; None for those of everybody."""
    return [STOCK_ACTOR, stock_actor(application)] if application else None


def stock_actor(application: str) -> str:
    """Return who a stock application of this name is; it may have none."""
    return f"{STOCK_ACTOR}:{application}" if application else STOCK_ACTOR


def stock_ask(stored_events: Sequence[StoredEvent], application: str = "") -> StoredAsk:
    """Return what a stock application saves in one go, under a fresh command id."""
    command_id = uuid4()
    parts: list[tuple[UUID, int, list[tuple[str, bytes, None]]]] = []
    for each in stored_events:
        stream_id, version = uuid_of(each.originator_id), each.originator_version
        if not parts or (stream_id, version) != (
            parts[-1][0],
            parts[-1][1] + len(parts[-1][2]) + 1,
        ):
            parts.append((stream_id, version - 1, []))
        parts[-1][2].append((each.topic, each.state, None))
    return StoredAsk(
        partition=STOCK_PARTITION,
        command_id=command_id,
        name=STOCK_ACTOR,
        actor=stock_actor(application),
        asked_at=None,
        correlation_id=command_id,
        request_hash=b"",
        parts=[StoredPart(*part) for part in parts],
    )


def append_stock(connection: Connection, ask: StoredAsk) -> tuple[int, bool]:
    """Append; return the last position and whether it had been written before."""
    (outcome,) = append(connection, [ask], any_start=True)
    if outcome.outcome == "conflict":
        stands = dict(zip(outcome.streams, outcome.versions, strict=True))
        raise IntegrityError(
            f"Versions are taken or left out; streams stand at {stands}"
        )
    return outcome.last_position, outcome.outcome == "repeated"


def track(connection: Connection, follower: str, tracking: Tracking) -> None:
    """Move on; IntegrityError if that notification or a later one was recorded."""
    values = (
        STOCK_PARTITION,
        follower,
        tracking.application_name,
        tracking.notification_id,
    )
    if connection.execute(UPSERT_TRACKING, values).rowcount == 0:
        raise IntegrityError(
            f"Notification {tracking.notification_id} of "
            f"{tracking.application_name!r}, or a later one, was processed before"
        )


def uuid_of(originator_id: UUID | str) -> UUID:
    """Return the id; a ProgrammingError for ids of text, which have no room here."""
    if isinstance(originator_id, UUID):
        return originator_id
    raise persistence.ProgrammingError(
        f"Streams are named by UUIDs here, not by text such as {originator_id!r}: "
        "leave ORIGINATOR_ID_TYPE at 'uuid'."
    )


@contextmanager
def library_errors() -> Iterator[None]:
    """Raise psycopg's errors as the library's, which bear the same PEP 249 names."""
    try:
        yield
    except psycopg.Error as error:
        for kind in type(error).__mro__:
            if kind.__module__ == "psycopg" and hasattr(persistence, kind.__name__):
                raise getattr(persistence, kind.__name__)(str(error)) from error
        raise persistence.PersistenceError(str(error)) from error
