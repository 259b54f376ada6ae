"""What holds of every projection: it reads each event once, and never skips one."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg import Cursor

from application.event_store.connections import Connection
from application.event_store.envelope import RecordedEvent
from application.event_store.store import Unreadable
from application.projections.parked import NotParked, parked_streams, retry
from application.projections.persons import Link
from application.projections.runner import Runner
from application.projections.runtime import (
    OutOfStep,
    Projection,
    advance,
    columns,
    transaction,
)
from domain.consumer import ConsumersLinked
from domain.order.events import StockConfirmed
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

confirmed = StockConfirmed(at=MONDAY)


def linked(other: str) -> ConsumersLinked:
    return ConsumersLinked(
        at=MONDAY, consumer="anna", other=other, basis="agent_verified"
    )


class Guests(Projection):
    """Writes down every link; chokes on poison until it is given the antidote."""

    name = "guests"
    version = 1
    event_types = (ConsumersLinked,)
    tables = ("consumer_link_v1",)

    def __init__(self) -> None:
        self.antidote = False
        self.batches: list[int] = []

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        self.batches.append(len(batch))
        rows = [
            Link(each.partition, each.stream_id, "anna", each.event.other, "x", MONDAY)
            for each in batch
            if isinstance(each.event, ConsumersLinked)
        ]
        cursor.execute(
            "INSERT INTO consumer_link_v1 SELECT * FROM unnest("
            "%(partition)s::smallint[], %(stream_id)s::uuid[], %(consumer)s::text[],"
            "%(other)s::text[], %(basis)s::text[], %(linked_at)s::timestamptz[])",
            columns(Link, rows),
        )
        if not self.antidote and any(row.other == "poison" for row in rows):
            raise LookupError("I cannot stand poison")


@pytest.fixture
def guests() -> Guests:
    return Guests()


@pytest.fixture
def reader(pools: Pools, guests: Guests) -> Reader:
    return Reader(pools.projector, [guests])


def seen(pools: Pools) -> list[str]:
    query = "SELECT other FROM projection.consumer_link ORDER BY other"
    with pools.reader.connection() as connection:
        return [name for (name,) in connection.execute(query).fetchall()]


def position(pools: Pools, partition: int = 0) -> int:
    query = (
        "SELECT position FROM projection.checkpoint"
        " WHERE projection = 'guests' AND partition = %s"
    )
    with pools.reader.connection() as connection:
        row = connection.execute(query, (partition,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_batch_that_is_read_is_passed(
    reader: Reader, history: History, pools: Pools
) -> None:
    reader.reads(*history.goes_on("anna", linked("bert"), linked("carla")))
    assert seen(pools) == ["bert", "carla"]
    assert position(pools) == 2


def test_events_it_does_not_read_are_passed_too(
    reader: Reader, history: History, pools: Pools, guests: Guests
) -> None:
    reader.reads(*history.goes_on("order", confirmed, confirmed))
    assert position(pools) == 2
    assert guests.batches == []


def test_a_batch_is_read_once(reader: Reader, history: History, pools: Pools) -> None:
    batch = history.goes_on("anna", linked("bert"))
    reader.reads(*batch)
    with pytest.raises(OutOfStep):
        reader.reads(*batch)
    assert seen(pools) == ["bert"]


def test_a_batch_half_read_before_is_refused_whole(
    reader: Reader, history: History, pools: Pools
) -> None:
    batch = history.goes_on("anna", linked("bert"), linked("carla"))
    reader.reads(batch[0])
    with pytest.raises(OutOfStep):
        reader.reads(*batch)
    assert seen(pools) == ["bert"]


def test_a_batch_that_leaves_something_out_is_refused(
    reader: Reader, history: History, pools: Pools
) -> None:
    _, later = history.goes_on("anna", linked("bert"), linked("carla"))
    with pytest.raises(OutOfStep):
        reader.reads(later)
    assert position(pools) == 0


def test_several_partitions_are_read_side_by_side(
    reader: Reader, history: History, pools: Pools
) -> None:
    reader.reads(
        *history.goes_on("anna", linked("bert"), partition=0),
        *history.goes_on("dora", linked("emil"), linked("fred"), partition=3),
    )
    assert seen(pools) == ["bert", "emil", "fred"]
    assert (position(pools, 0), position(pools, 3)) == (1, 2)


def dying(connection: Connection) -> None:
    connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_when_the_connection_breaks_half_way_nothing_has_moved(
    guests: Guests, reader: Reader, history: History, pools: Pools
) -> None:
    batch = history.goes_on("anna", linked("bert"))
    with (
        suppress(psycopg.OperationalError),
        transaction(pools.projector) as connection,
    ):
        advance(guests, batch, connection)
        dying(connection)
    assert (seen(pools), position(pools)) == ([], 0)
    reader.reads(*batch)
    assert seen(pools) == ["bert"]


def test_what_fails_for_want_of_a_table_parks_nobody(
    guests: Guests, history: History, pools: Pools
) -> None:
    batch = history.goes_on("anna", linked("bert"))
    Runner([guests], pools.projector, schema="scratch").prepare()
    with transaction(pools.projector, "scratch") as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):
            advance(guests, batch, connection)
        parked = connection.execute("SELECT stream_id FROM parked").fetchall()
    assert parked == []


def test_a_poisoned_stream_is_parked_and_the_others_go_on(
    reader: Reader, history: History, pools: Pools
) -> None:
    reader.reads(
        *history.goes_on("anna", linked("bert")),
        *history.goes_on("dora", linked("emil"), linked("poison"), linked("fred")),
        *history.goes_on("anna", linked("carla")),
    )
    assert seen(pools) == ["bert", "carla", "emil"]
    assert position(pools) == 5
    (parked,) = parked_streams(pools.reader)
    assert (parked.projection, parked.stream_id) == ("guests", stream_called("dora"))
    assert (parked.position, parked.attempts) == (3, 1)
    assert parked.reason == "LookupError: I cannot stand poison"


def test_only_a_batch_that_fails_is_read_in_pieces(
    reader: Reader, history: History, guests: Guests
) -> None:
    reader.reads(*history.goes_on("anna", *map(linked, "abcd")))
    assert guests.batches == [4]
    reader.reads(*history.goes_on("dora", linked("x"), linked("poison")))
    assert guests.batches == [4, 2, 1, 1]


def test_two_poisoned_streams_of_one_batch_are_both_parked(
    reader: Reader, history: History, pools: Pools
) -> None:
    reader.reads(
        *history.goes_on("anna", linked("poison")),
        *history.goes_on("bert", linked("x")),
        *history.goes_on("dora", linked("poison")),
    )
    assert seen(pools) == ["x"]
    streams = {each.stream_id for each in parked_streams(pools.reader)}
    assert streams == {stream_called("anna"), stream_called("dora")}


def test_later_events_of_a_parked_stream_wait(
    reader: Reader, history: History, pools: Pools
) -> None:
    reader.reads(*history.goes_on("anna", linked("poison")))
    reader.reads(*history.goes_on("anna", linked("bert")))
    assert seen(pools) == []
    assert position(pools) == 2


def test_an_event_from_the_future_parks_its_stream(
    history: History, pools: Pools, guests: Guests
) -> None:
    Runner([guests], pools.projector).prepare()
    known, lost = history.goes_on("anna", linked("bert"), linked("carla"))
    unknown = Unreadable(
        stream_id=lost.stream_id,
        version=lost.version,
        partition=lost.partition,
        position=lost.position,
        recorded_at=MONDAY,
        tag="consumer.promoted",
        body=b"{}",
        why="unknown_tag",
        detail="none \0 has this",  # what an event says may be anything
    )
    with transaction(pools.projector) as connection:
        advance(guests, [known, unknown], connection)
    assert seen(pools) == ["bert"]
    (parked,) = parked_streams(pools.reader)
    assert (
        parked.reason
        == "unknown_tag: consumer.promoted: none \N{REPLACEMENT CHARACTER} has this"
    )


def test_what_is_not_parked_cannot_be_retried(pools: Pools, guests: Guests) -> None:
    with pytest.raises(NotParked, match="guests has not parked"):
        retry(guests, stream_called("anna"), pools.projector)
