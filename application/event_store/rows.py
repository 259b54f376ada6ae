"""Rows of the log, and the events they hold."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import RedressMapper, SpoiltBody, UnknownTag
from application.event_store.store import Unreadable

# A line of the log: an event, or the place of one that cannot be read.
LogEntry: TypeAlias = RecordedEvent | Unreadable

COLUMNS = """
    e.partition, e.position, e.stream_id, e.version, e.type, e.body, e.occurred_at,
    e.recorded_at, e.command_id, e.actor, e.correlation_id, e.leaf
"""


class Row(NamedTuple):
    """A row of store.event."""

    partition: int
    position: int
    stream_id: UUID
    version: int
    tag: str
    body: bytes
    occurred_at: datetime
    recorded_at: datetime
    command_id: UUID
    actor: str
    correlation_id: UUID
    leaf: bytes


def log_entry(row: Row, mapper: RedressMapper) -> LogEntry:
    """Return the event a row holds; what cannot be read says why, in its place."""
    try:
        event = mapper.decode(row.tag, row.body)
    except UnknownTag:
        return unreadable(row, "unknown_tag", "no event type has this tag")
    except SpoiltBody as error:
        return unreadable(row, "spoilt_body", str(error))
    return RecordedEvent(
        stream_id=row.stream_id,
        version=row.version,
        partition=row.partition,
        position=row.position,
        occurred_at=row.occurred_at.astimezone(UTC),
        recorded_at=row.recorded_at.astimezone(UTC),
        actor=row.actor,
        command_id=row.command_id,
        correlation_id=row.correlation_id,
        leaf=row.leaf,
        event=event,
    )


def unreadable(
    row: Row, why: Literal["unknown_tag", "spoilt_body"], detail: str
) -> Unreadable:
    """Return what is known of an event that cannot be read."""
    return Unreadable(
        stream_id=row.stream_id,
        version=row.version,
        partition=row.partition,
        position=row.position,
        recorded_at=row.recorded_at.astimezone(UTC),
        tag=row.tag,
        body=row.body,
        why=why,
        detail=detail,
    )
