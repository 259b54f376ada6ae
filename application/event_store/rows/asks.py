"""One call of store.append: rows in, columns over the wire, an outcome for each ask."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from psycopg.types.numeric import Int2, Int8

from application.event_store.connections import Connection
from application.event_store.rows.packed import (
    big_integers,
    blobs,
    ids,
    small_integers,
    texts,
    times,
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

APPEND_ONE = """
    SELECT last_position, leaves
    FROM store.append_one(
        %b::smallint, %b, %b::uuid, %b::text, %b::text, %b::timestamptz, %b::uuid,
        %b::bytea, %b::uuid, %b::bigint, %b::text[], %b::bytea[], %b::timestamptz[]
    )
"""

# An ask of more events is quicker as a batch: each event alone is a statement there.
FEW_EVENTS: Final = 4


def append(
    connection: Connection, asks: Sequence[StoredAsk], *, any_start: bool = False
) -> list[AskOutcome]:
    """Append a batch with one statement; outcomes in the order of the asks.

    ``any_start`` lets a stream without events start at any version. Raises the errors
    of psycopg; on a connection in autocommit the statement is the transaction.
    """
    if len(asks) == 1 and len(asks[0].parts) == 1:
        outcome = append_one(connection, asks[0], any_start=any_start)
        if outcome is not None:
            return [outcome]
    return append_batch(connection, asks, any_start=any_start)


def append_one(
    connection: Connection, ask: StoredAsk, *, any_start: bool
) -> AskOutcome | None:
    """Append an ask of one part in the quickest way there is, if that takes it.

    None if it did not, and nothing is written: whatever came between, ``append_batch``
    looks again, under the lock, and says what is so.
    """
    (part,) = ask.parts
    if not 0 < len(part.events) <= FEW_EVENTS:
        return None
    with connection.cursor(binary=True) as cursor:
        cursor.execute(APPEND_ONE, values_of(ask, part, any_start=any_start))
        ((last_position, leaves),) = cursor
    if last_position is None:
        return None
    version = part.version + len(part.events)
    return AskOutcome(
        "appended", ask.partition, last_position, [part.stream_id], [version], leaves
    )


def append_batch(
    connection: Connection, asks: Sequence[StoredAsk], *, any_start: bool
) -> list[AskOutcome]:
    """Append any batch; outcomes in the order of the asks."""
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


def values_of(ask: StoredAsk, part: StoredPart, *, any_start: bool) -> list[Any]:
    """Return the arguments of store.append_one."""
    return [
        Int2(ask.partition),
        any_start,
        ask.command_id,
        ask.name,
        ask.actor,
        zoned(ask.asked_at),
        ask.correlation_id,
        ask.request_hash,
        part.stream_id,
        Int8(part.version),
        texts([tag for tag, _, _ in part.events]),
        blobs([body for _, body, _ in part.events]),
        times([occurred_at for _, _, occurred_at in part.events]),
    ]


def zoned(at: datetime | None) -> datetime | None:
    """Return a time as it is; raises TypeError for one without a zone, as ``times``."""
    if at is not None and at.tzinfo is None:
        raise TypeError("A time is told with its zone.")
    return at


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
        texts(list(words)),
        small_integers([ask.partition for ask in asks]),
        ids([ask.command_id for ask in asks]),
        usual_integers(names),
        usual_integers(actors),
        times([ask.asked_at for ask in asks]),
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
        times([occurred_at for _, _, occurred_at in events]),
    ]
