"""Rows of the log, and the events they hold."""

from collections.abc import Generator, Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

import psycopg
from psycopg import Cursor
from psycopg.pq import Format
from psycopg.rows import TupleRow
from psycopg.types.string import ByteaBinaryLoader

from application.event_store.connections import Connection, Pool, available
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import SpoiltBody, UnknownTag
from application.event_store.store import Unreadable
from domain.kernel import Event

# A line of the log: an event, or the place of one that cannot be read.
LogEntry: TypeAlias = RecordedEvent | Unreadable
# What a row was read as: its event, or why it cannot be read.
Read: TypeAlias = Event | UnknownTag | SpoiltBody

COLUMNS = """
    e.partition, e.position, e.stream_id, e.version, e.type, e.body, e.occurred_at,
    e.recorded_at, e.command_id, e.actor, e.correlation_id, e.leaf
"""

# Ids and times are made into objects for whoever looks at them, and most of those who
# read the log look at few: until then they are bytes, as PostgreSQL sends them.
UNMADE: Final = ("uuid", "timestamptz")


def made_by_psycopg(kind: str) -> Any:
    """Return what makes an object of the bytes; times are in UTC."""
    oid = psycopg.adapters.types[kind].oid
    loader = psycopg.adapters.get_loader(oid, Format.BINARY)
    assert loader is not None, "psycopg knows the kinds of PostgreSQL"
    return loader(oid).load


id_of, moment_of = map(made_by_psycopg, UNMADE)


class Row(NamedTuple):
    """A row of store.event, as ``row_cursor`` reads it."""

    partition: int
    position: int
    stream_id: bytes
    version: int
    tag: str
    body: bytes
    occurred_at: bytes
    recorded_at: bytes
    command_id: bytes
    actor: str
    correlation_id: bytes
    leaf: bytes


def row_cursor(connection: Connection) -> Cursor[TupleRow]:
    """Return a cursor for COLUMNS, whose rows have the fields of Row."""
    cursor = connection.cursor(binary=True)
    for kind in UNMADE:
        cursor.adapters.register_loader(kind, ByteaBinaryLoader)
    return cursor


def asked_ahead(
    pool: Pool, query: str, many: Iterable[Sequence[object]]
) -> Generator[list[TupleRow]]:
    """Yield the rows of a query for each of many values.

    The next is always asked for before the last are handed over, so that the server
    looks for them while the caller is busy with those he has.
    """
    with available(pool, writes=False) as connection, connection.pipeline():
        cursor, asked = row_cursor(connection), False
        for values in many:
            # Not sooner: to fetch is to wait for all that was asked until then.
            rows = cursor.fetchall() if asked else None
            cursor.execute(query, values)
            asked = True
            if rows is not None:
                yield rows
        if asked:
            yield cursor.fetchall()


def log_entry(row: TupleRow, read: Read, stream_id: UUID) -> LogEntry:
    """Return the event a row holds; what cannot be read says why, in its place.

    The row has the fields of Row, and perhaps more behind them.
    """
    partition, position, _, version, tag, body, *rest = row[: len(Row._fields)]
    occurred_at, recorded_at, command_id, actor, correlation_id, leaf = rest
    if isinstance(read, Event):
        return RecordedEvent(
            stream_id=stream_id,
            version=version,
            partition=partition,
            position=position,
            occurred_at=moment_of(occurred_at),
            recorded_at=moment_of(recorded_at),
            actor=actor,
            command_id=id_of(command_id),
            correlation_id=id_of(correlation_id),
            leaf=leaf,
            event=read,
        )
    why: Literal["unknown_tag", "spoilt_body"] = "spoilt_body"
    detail = str(read)
    if isinstance(read, UnknownTag):
        why, detail = "unknown_tag", "no event type has this tag"
    return Unreadable(
        stream_id=stream_id,
        version=version,
        partition=partition,
        position=position,
        recorded_at=moment_of(recorded_at),
        tag=tag,
        body=body,
        why=why,
        detail=detail,
    )
