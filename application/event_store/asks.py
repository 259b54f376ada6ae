"""One call of store.append: rows in, columns over the wire, an outcome for each ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from application.event_store.connections import Connection
from application.event_store.packed import (
    big_integers,
    blobs,
    ids,
    small_integers,
    usual_integers,
)


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
    SELECT outcome, asks, last_positions, streams, versions, leaves
    FROM store.append(
        %s, %s, %b::text[],
        %b::smallint[], %b::uuid[], %b::integer[], %b::integer[], %b::timestamptz[],
        %b::uuid[], %b::bytea[], %b::integer[],
        %b::integer[], %b::bigint[], %b::integer[],
        %b::smallint[], %b::uuid[],
        %b::integer[], %b::bytea[], %b::timestamptz[]
    )
"""


def append(
    connection: Connection, asks: Sequence[StoredAsk], *, any_start: bool = False
) -> list[AskOutcome]:
    """Append a batch with one statement; outcomes in the order of the asks.

    ``any_start`` lets a stream without events start at any version. Raises the errors
    of psycopg; on a connection in autocommit the statement is the transaction.
    """
    outcomes: dict[int, AskOutcome] = {}
    with connection.cursor(binary=True) as cursor:
        cursor.execute(APPEND, columns(asks, any_start=any_start))
        for kind, numbers, positions, streams, versions, leaves in cursor:
            if kind == "appended":
                outcomes |= appended(asks, numbers, positions, leaves)
            else:
                (number,), (last,) = numbers, positions
                partition = asks[number - 1].partition
                outcomes[number] = AskOutcome(
                    kind, partition, last, streams, versions, leaves
                )
    return [outcomes[number] for number in range(1, len(asks) + 1)]


def appended(
    asks: Sequence[StoredAsk],
    numbers: Sequence[int] | None,
    positions: Sequence[int] | None,
    leaves: Sequence[bytes] | None,
) -> dict[int, AskOutcome]:
    """Return the outcomes of all asks that were appended, by their numbers.

    Their streams stand where the asks left them; the leaves are in the asks' order.
    """
    outcomes: dict[int, AskOutcome] = {}
    told = 0
    for number, last in zip(numbers or (), positions or (), strict=True):
        ask = asks[number - 1]
        first, told = told, told + sum([len(part.events) for part in ask.parts])
        outcomes[number] = AskOutcome(
            "appended",
            ask.partition,
            last,
            [part.stream_id for part in ask.parts],
            [part.version + len(part.events) for part in ask.parts],
            leaves[first:told] if leaves else None,
        )
    return outcomes


def columns(asks: Sequence[StoredAsk], *, any_start: bool) -> list[Any]:
    """Return the arguments of store.append: the nested rows as flat columns."""
    words: dict[str, int] = {}
    streams: dict[tuple[int, UUID], int] = {}
    parts = [(ask.partition, part) for ask in asks for part in ask.parts]
    events = [event for _, part in parts for event in part.events]
    names = [words.setdefault(ask.name, len(words) + 1) for ask in asks]
    actors = [words.setdefault(ask.actor, len(words) + 1) for ask in asks]
    types = [words.setdefault(tag, len(words) + 1) for tag, _, _ in events]
    part_streams = [
        streams.setdefault((partition, part.stream_id), len(streams) + 1)
        for partition, part in parts
    ]
    return [
        asks[0].partition,  # Where a cluster sends the call; a batch of one partition.
        any_start,
        list(words),
        small_integers([ask.partition for ask in asks]),
        ids([ask.command_id for ask in asks]),
        usual_integers(names),
        usual_integers(actors),
        [ask.asked_at for ask in asks],
        ids([ask.correlation_id for ask in asks]),
        blobs([ask.request_hash for ask in asks]),
        usual_integers([len(ask.parts) for ask in asks]),
        usual_integers(part_streams),
        big_integers([part.version for _, part in parts]),
        usual_integers([len(part.events) for _, part in parts]),
        small_integers([partition for partition, _ in streams]),
        ids([stream_id for _, stream_id in streams]),
        usual_integers(types),
        blobs([body for _, body, _ in events]),
        [occurred_at for _, _, occurred_at in events],
    ]
