"""What is packed for the append arrives at PostgreSQL as what it was."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest

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
from interface.postgres.database import DatabaseUrls

NOON: Final = datetime(2026, 3, 2, 12, 0, 0, 123_457, timezone(timedelta(hours=8)))
LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
FAR_OFF: Final = datetime(2299, 12, 31, 23, 59, 59, 999_999, UTC)
LAST: Final = UUID(int=2**128 - 1)

COLUMNS: Final[Sequence[tuple[str, Callable[[Any], bytes], Sequence[Any]]]] = (
    ("smallint", small_integers, [0, -1, 4095, 2**15 - 1]),
    ("integer", usual_integers, [0, -1, 2**31 - 1]),
    ("bigint", big_integers, [0, -1, 2**63 - 1]),
    ("uuid", ids, [UUID(int=0), LAST]),
    ("text", texts, ["", "order.shipped", "agent:李"]),
    ("bytea", blobs, [b"", b'{"at":1}', bytes(range(256)) * 300]),
    ("timestamptz", times, [NOON, LONG_AGO, FAR_OFF]),
    ("timestamptz", times, [None, NOON, None]),
    ("timestamptz", times, [None]),
)


@pytest.fixture
def connection(database: DatabaseUrls) -> Iterator[Connection]:
    with psycopg.connect(database.writer) as connection:
        yield connection


@pytest.mark.parametrize(("kind", "packs", "values"), COLUMNS)
def test_a_column_arrives_as_it_was(
    connection: Connection,
    kind: str,
    packs: Callable[[Any], bytes],
    values: Sequence[Any],
) -> None:
    for some in (values, []):
        query = f"SELECT %b::{kind}[], cardinality(%b::{kind}[])".encode()
        row = connection.execute(query, (packs(some), packs(some))).fetchone()
        assert row == (some, len(some))


def test_a_time_without_a_zone_is_no_time() -> None:
    with pytest.raises(TypeError):
        times([datetime(2026, 3, 2, 12)])  # noqa: DTZ001 - that is what is wrong
