"""Columns packed here arrive at PostgreSQL as psycopg would have sent them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.postgres import types
from psycopg.types.string import ByteaBinaryLoader

from application.event_store.connections import Connection
from application.projections.arrays import (
    Array,
    Uuids,
    array,
    elements,
    joined,
    jsons,
    time_sent,
)
from application.projections.arrays import sent as array_of_bytes
from interface.postgres.database import DatabaseUrls

zones = st.sampled_from([UTC, timezone(timedelta(hours=8))])
DAYS = 365 * 2000
moments = st.builds(
    lambda ago, zone: (datetime(2026, 1, 1, tzinfo=UTC) - ago).astimezone(zone),
    st.timedeltas(timedelta(-DAYS), timedelta(DAYS)),
    zones,
)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "uuid": st.uuids(),
    "timestamptz": moments,
    "boolean": st.booleans(),
}
columns = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(kind), st.lists(st.none() | KINDS[kind], max_size=9))
)


@pytest.fixture
def connection(database: DatabaseUrls) -> Iterator[Connection]:
    with psycopg.connect(database.reader, autocommit=True) as connection:
        connection.execute("SET TimeZone TO 'UTC'")
        yield connection


def sent(connection: Connection, kind: str, values: Any, how: str = "b") -> Any:
    query = f"SELECT %(values){how}::{kind}[]"
    row = connection.execute(query, {"values": values}).fetchone()
    assert row is not None
    return row[0]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(column=columns, how=st.sampled_from("bs"))
def test_a_column_arrives_as_it_was(
    connection: Connection, column: tuple[str, Sequence[Any]], how: str
) -> None:
    kind, values = column
    assert sent(connection, kind, array(values), how) == values


def test_json_arrives_as_it_was(connection: Connection) -> None:
    texts = [b'{"total":{"CNY":2499}}', '"茶"'.encode(), b"null"]
    arrived = sent(connection, "jsonb", jsons(texts))
    assert arrived == [{"total": {"CNY": 2499}}, "茶", None]


@pytest.mark.parametrize("ids", [[7, 8], [None, 7], [None], []], ids=str)
def test_what_is_bytes_already_arrives_as_it_was(
    connection: Connection, ids: Sequence[int | None]
) -> None:
    values = [each if each is None else UUID(int=each) for each in ids]
    packed = [None if each is None else each.bytes for each in values]
    column = array_of_bytes(Uuids, packed)
    assert sent(connection, "uuid", column) == values


@pytest.mark.parametrize(
    "values",
    [["a"], [None, 1], [UUID(int=7)], [datetime(2026, 1, 1, tzinfo=UTC)], [True]],
    ids=str,
)
def test_what_is_of_a_known_type_is_packed_at_once(values: Sequence[Any]) -> None:
    assert isinstance(array(values), Array)


@pytest.mark.parametrize("values", [[], [None, None], [b"bytes"], [1.5]], ids=str)
def test_anything_else_is_left_to_psycopg(values: Sequence[Any]) -> None:
    assert array(values) == values


def test_text_that_no_database_holds_is_the_events_fault(
    connection: Connection,
) -> None:
    with pytest.raises(psycopg.DataError):
        sent(connection, "text", array(["a\0b"]))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        array([datetime(2026, 1, 1)])  # noqa: DTZ001 - the point of it


@pytest.mark.parametrize("kind", sorted({*KINDS, "bytea"} - {"boolean"}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_arrays_that_were_sent_go_back_as_one(
    connection: Connection, kind: str, data: st.DataObject
) -> None:
    values = KINDS.get(kind, st.binary())
    parts = data.draw(st.lists(st.lists(values, min_size=1), max_size=3))
    goes_for = {types[each.of].name: each for each in Array.__subclasses__()}
    went = goes_for[types[kind].name]
    whole = joined(went, [as_sent(connection, kind, part) for part in parts])
    assert sent(connection, kind, whole) == [each for part in parts for each in part]
    assert elements(whole) == [
        each.bytes
        if isinstance(each, UUID)
        else time_sent(each)
        if isinstance(each, datetime)
        else each
        for part in parts
        for each in part
    ]


def as_sent(connection: Connection, kind: str, values: Any) -> bytes:
    with connection.cursor(binary=True) as cursor:
        oid = types[kind].array_oid
        cursor.adapters.register_loader(oid, ByteaBinaryLoader)
        row = cursor.execute(f"SELECT %s::{kind}[]", (values,)).fetchone()
    assert row is not None
    return bytes(row[0])
