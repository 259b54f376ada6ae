"""The quickest way to append a batch: each ask of one stream, and all as usual.

It goes from what is to be appended straight to the columns of store.append_many, and
from its rows to receipts: whatever is made for each event between has its price in
every event. What does not go this way goes by ``asks``.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple, TypeVar

from psycopg.rows import TupleRow
from psycopg.types.numeric import Int2

from application.event_store.connections import Connection
from application.event_store.envelope import Receipt, StreamVersion
from application.event_store.rows.packed import (
    big_integers,
    blobs,
    ids,
    optional_integers,
    small_integers,
    texts,
    times,
    usual_integers,
)
from application.event_store.store import Append, occurred_at
from domain.ids import partition_in
from domain.kernel import Event

Encode = Callable[[Event], tuple[str, bytes]]
Named = TypeVar("Named", str, int)

APPEND_MANY: Final = """
    SELECT event_position, event_leaf
    FROM store.append_many(
        %b, %b::text[], %b::smallint[],
        %b::integer[], %b::uuid[], %b::integer[], %b::integer[], %b::timestamptz[],
        %b::uuid[], %b::bytea[], %b::uuid[], %b::bigint[], %b::integer[],
        %b::integer[], %b::integer[], %b::bytea[], %b::timestamptz[]
    )
"""


class UsualAsks(NamedTuple):
    """Asks of one stream each, partition by partition; which they were of all.

    What lies in one partition is written side by side, as it will be read.
    """

    numbers: Sequence[int]
    partitions: Sequence[int]
    asks: Sequence[Append]


def usual_asks(asks: Sequence[Append]) -> UsualAsks | None:
    """Return a batch in the order in which it is written; None if it does not suit.

    It takes several asks, each with events for one stream and a command id of its own.
    An ask alone has a quicker way.
    """
    if len(asks) == 1 or {len(ask.streams) for ask in asks} != {1}:
        return None
    parts = [ask.streams[0] for ask in asks]
    names = {ask.context.command_id.int for ask in asks}
    if 0 in [len(part.events) for part in parts] or len(names) < len(asks):
        return None
    partitions = [partition_in(part.stream_id) for part in parts]
    numbers = sorted(range(len(asks)), key=partitions.__getitem__)
    return UsualAsks(
        numbers,
        [partitions[number] for number in numbers],
        [asks[number] for number in numbers],
    )


def append_usual(connection: Connection, values: Sequence[Any]) -> list[TupleRow]:
    """Append the batch with one statement; position and leaf of each event, in order.

    No row if something is not as usual, and nothing is written: whatever came
    between, store.append looks again, under the locks, and says what is so.
    """
    with connection.cursor(binary=True) as cursor:
        return cursor.execute(APPEND_MANY, values).fetchall()


def usual_columns(batch: UsualAsks, encode: Encode) -> list[Any]:
    """Return the arguments of store.append_many.

    Raises TypeError for a value JSON does not know, or a time without a zone.
    """
    _, partitions, asks = batch
    contexts = [ask.context for ask in asks]
    parts = [ask.streams[0] for ask in asks]
    events = [encode(event) for part in parts for event in part.events]
    heads = numbered(partitions)
    names = [context.name for context in contexts]
    actors = [context.actor for context in contexts]
    tags = [tag for tag, _ in events]
    words = numbered(chain(names, actors, tags))
    return [
        Int2(partitions[0]),  # Where a cluster sends the call.
        texts(list(words)),
        small_integers(list(heads)),
        usual_integers([heads[partition] for partition in partitions]),
        ids([context.command_id for context in contexts]),
        usual_integers([words[name] for name in names]),
        usual_integers([words[actor] for actor in actors]),
        times([context.asked_at for context in contexts]),
        ids([context.correlation_id for context in contexts]),
        blobs([ask.request_hash for ask in asks]),
        ids([part.stream_id for part in parts]),
        big_integers([part.version for part in parts]),
        optional_integers(afters([part.stream_id.int for part in parts])),
        usual_integers([len(part.events) for part in parts]),
        usual_integers([words[tag] for tag in tags]),
        blobs([body for _, body in events]),
        times(
            [
                occurred_at(event, ask.context.at)
                for ask in asks
                for event in ask.streams[0].events
            ]
        ),
    ]


def numbered(values: Iterable[Named]) -> dict[Named, int]:
    """Return each value once, in order, with its number from 1."""
    return {value: number for number, value in enumerate(dict.fromkeys(values), 1)}


def afters(streams: Sequence[int]) -> list[int | None]:
    """Return for each which one before it, counted from 1, was the last on its stream.

    Nothing if no stream comes twice: beyond its end an array has NULLs.
    """
    if len(set(streams)) == len(streams):
        return []
    last: dict[int, int] = {}
    found: list[int | None] = []
    for number, stream in enumerate(streams, 1):
        found.append(last.get(stream))
        last[stream] = number
    return found


def receipts(batch: UsualAsks, written: Sequence[TupleRow]) -> list[Receipt]:
    """Return the receipts of a batch that was written, in the order it was asked."""
    receipts: dict[int, Receipt] = {}
    leaves = [leaf.hex() for _, leaf in written]
    last = 0
    for number, partition, ask in zip(*batch, strict=True):
        (part,) = ask.streams
        first, last = last, last + len(part.events)
        stream_id, version = part.stream_id, part.version + last - first
        receipts[number] = Receipt(
            stream_id=stream_id,
            version=version,
            position=f"{partition}.{written[last - 1][0]}",
            leaves=tuple(leaves[first:last]),
            streams=(StreamVersion(stream_id, version),),
        )
    return [receipts[number] for number in range(len(receipts))]
