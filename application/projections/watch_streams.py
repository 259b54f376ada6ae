"""The streams of every order as the watch keeps them, from batch to batch."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Cursor
from psycopg.adapt import PyFormat
from psycopg.sql import SQL, Composed, Identifier, Placeholder

from application.accompanied import DECIDERS, Noun, Seen, order_of
from application.projections.matter_rows import in_order
from application.projections.order_rows import encode as encode_order

LOAD_STREAMS = """
SELECT stream_id, noun, version, learnt_at, changed_at, known
  FROM watch_stream_v1
  JOIN unnest(%(partition)b::smallint[], %(stream_id)b::uuid[])
       AS touched (partition, stream_id) USING (partition, stream_id)
"""

LOAD_ORDERS = """
SELECT stream_id, noun, version, learnt_at, changed_at, known
  FROM watch_stream_v1
  JOIN unnest(%(partition)b::smallint[], %(order_id)b::uuid[])
       AS touched (partition, order_id) USING (partition, order_id)
"""

# What a column is, in PostgreSQL's own names; the others are times, or text.
PG_TYPES: Final = {
    "partition": "int2",
    "score": "int2",
    "stream_id": "uuid",
    "order_id": "uuid",
    "resolution": "uuid",
    "version": "int8",
    "line": "int4",
    "points": "int4",
    "shortfalls": "int4",
    "open_shortfalls": "int4",
    "open_matters": "int4",
    "told": "bool",
    "contested": "bool",
    "resolved": "bool",
    "history": "bool",
    "since": "timestamptz",
    "known": "bytea",
}


# Days are kept by pairs of words: as they grew, in an encoding with such keys.
as_grown: Final = msgspec.msgpack.Encoder().encode


class Stream(Struct, frozen=True):
    """Where a stream lies, partition first."""

    partition: int
    stream_id: UUID


class Place(Struct, frozen=True):
    """Where an order lies, partition first."""

    partition: int
    order_id: UUID


class StreamRow(Struct, frozen=True, kw_only=True):
    """A stream as its events left it, as it is stored."""

    partition: int
    stream_id: UUID
    order_id: UUID | None
    noun: str
    version: int
    learnt_at: datetime
    changed_at: datetime
    known: bytes


def save(table: str, row_type: type[Struct], *key: str) -> Composed:
    """Return the statement that writes rows whole, and leaves alone what is so."""
    names = row_type.__struct_fields__
    arrays = (
        SQL("{}::{}[]").format(
            Placeholder(each, PyFormat.BINARY), Identifier(type_of(each))
        )
        for each in names
    )
    changed = (
        SQL("{0} = excluded.{0}").format(Identifier(each))
        for each in names
        if each not in key
    )
    return SQL(
        "INSERT INTO {table} AS old ({fields}) SELECT * FROM unnest({arrays})"
        " ON CONFLICT ({key}) DO UPDATE SET {changed}"
        " WHERE (old.*) IS DISTINCT FROM (excluded.*)"
    ).format(
        table=Identifier(table),
        fields=SQL(", ").join(map(Identifier, names)),
        arrays=SQL(", ").join(arrays),
        key=SQL(", ").join(map(Identifier, key)),
        changed=SQL(", ").join(changed),
    )


def type_of(field: str) -> str:
    """Return the type of a column by its name."""
    return PG_TYPES.get(field, "timestamptz" if field.endswith("_at") else "text")


SAVE_STREAMS: Final = save("watch_stream_v1", StreamRow, "partition", "stream_id")


def loaded(
    query: LiteralString,
    values: Mapping[str, Any],
    cursor: Cursor[tuple[Any, ...]],
    fresh: Mapping[UUID, Seen] | None = None,
) -> Iterator[tuple[UUID, Seen]]:
    """Yield the streams a query finds, by their ids; ``fresh`` ones are known as is."""
    known = fresh or {}
    with cursor.connection.cursor(binary=True) as reader:
        for stream_id, noun, version, learnt_at, changed_at, state in reader.execute(
            query, values
        ):
            yield (
                stream_id,
                known.get(stream_id)
                or Seen(
                    stream_id,
                    noun,
                    version,
                    learnt_at,
                    changed_at,
                    decoded(noun, state),
                ),
            )


def stream_row(partition: int, seen: Seen) -> StreamRow:
    """Return a stream as it is stored."""
    return StreamRow(
        partition=partition,
        stream_id=seen.stream_id,
        order_id=order_of(seen),
        noun=seen.noun,
        version=seen.version,
        learnt_at=seen.learnt_at,
        changed_at=seen.changed_at,
        known=encoded(seen),
    )


def encoded(seen: Seen) -> bytes:
    """Return a stream's state as bytes: the same state is always the same bytes."""
    match seen.noun:
        case "order":
            return encode_order(seen.state)
        case "companionship":
            return as_grown(seen.state)
        case _:
            return in_order(seen.state)


def decoded(noun: Noun, known: bytes) -> Any:
    """Return a stream's state as it was stored."""
    type_ = type(DECIDERS[noun].initial)
    if noun in {"order", "companionship"}:
        return msgspec.msgpack.decode(known, type=type_)
    return msgspec.json.decode(known, type=type_)
