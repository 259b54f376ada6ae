"""One call of store.append: rows in, columns over the wire, an outcome for each ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from application.event_store.connections import Connection


class StoredPart(NamedTuple):
    """Encoded events for one stream, if it still stands at ``version``.

    An event is its type, its body and when it occurred; None means "as recorded".
    """

    stream_id: UUID
    version: int
    events: Sequence[tuple[str, bytes, datetime | None]]


class StoredAsk(NamedTuple):
    """What is written for one ask, whole or not at all; all parts in one partition."""

    partition: int
    command_id: UUID
    name: str
    actor: str
    asked_at: datetime | None
    correlation_id: UUID
    request_hash: bytes
    parts: Sequence[StoredPart]


class AskOutcome(NamedTuple):
    """What came of an ask. On a conflict ``versions`` say where the streams stand."""

    outcome: Literal["appended", "repeated", "conflict"]
    partition: int
    last_position: int
    streams: Sequence[UUID]
    versions: Sequence[int]
    leaves: Sequence[bytes] | None


APPEND = """
    SELECT outcome, partition, last_position, streams, versions, leaves
    FROM store.append(
        %s, %s,
        %b::smallint[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[],
        %b::uuid[], %b::bytea[], %b::integer[],
        %b::integer[], %b::bigint[], %b::integer[],
        %b::smallint[], %b::uuid[],
        %b::text[], %b::bytea[], %b::timestamptz[]
    )
"""


def append(
    connection: Connection, asks: Sequence[StoredAsk], *, any_start: bool = False
) -> list[AskOutcome]:
    """Append a batch with one statement; outcomes in the order of the asks.

    ``any_start`` lets a stream without events start at any version. Raises the errors
    of psycopg; on a connection in autocommit the statement is the transaction.
    """
    with connection.cursor(binary=True) as cursor:
        cursor.execute(APPEND, columns(asks, any_start=any_start))
        return [AskOutcome(*row) for row in cursor]


def columns(asks: Sequence[StoredAsk], *, any_start: bool) -> list[Any]:
    """Return the arguments of store.append: the nested rows as flat columns."""
    numbers: dict[tuple[int, UUID], int] = {}
    parts = [(ask.partition, part) for ask in asks for part in ask.parts]
    part_streams = [
        numbers.setdefault((partition, part.stream_id), len(numbers) + 1)
        for partition, part in parts
    ]
    events = [event for _, part in parts for event in part.events]
    return [
        asks[0].partition,  # Where a cluster sends the call; a batch of one partition.
        any_start,
        [ask.partition for ask in asks],
        [ask.command_id for ask in asks],
        [ask.name for ask in asks],
        [ask.actor for ask in asks],
        [ask.asked_at for ask in asks],
        [ask.correlation_id for ask in asks],
        [ask.request_hash for ask in asks],
        [len(ask.parts) for ask in asks],
        part_streams,
        [part.version for _, part in parts],
        [len(part.events) for _, part in parts],
        [partition for partition, _ in numbers],
        [stream_id for _, stream_id in numbers],
        [tag for tag, _, _ in events],
        [body for _, body, _ in events],
        [occurred_at for _, _, occurred_at in events],
    ]
