"""A read model is filled again while it is read, written and followed."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Signal

import psycopg
import pytest
from msgspec import json

from application.effects.outbox import Outbox
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.asks import StoredAsk, StoredPart, append
from application.projections.read_models import READ_MODELS
from application.projections.rebuild import Rebuilt, rebuild
from application.projections.runner import Runner
from application.projections.timeline import Timeline, TimelineQueries
from domain.after_sales import RefundOrdered
from domain.ids import random_id
from domain.money import Money
from domain.party import By
from tests.application.projections.conftest import MONDAY, Pools
from tests.application.projections.shop import Shop

ORDERS = range(20)
TO_OTHERS = (103, 110, 117)  # none is of the person who is read about
LOST = "DELETE FROM projection.timeline_v1 WHERE kind = 'payment'"
HOLD = "LOCK TABLE projection.timeline_owner_v1 IN SHARE ROW EXCLUSIVE MODE"
WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'RowExclusiveLock'"
)

JOBS = """
SELECT (SELECT count(*) FROM procrastinate.procrastinate_jobs),
       (SELECT count(*) FROM effect.run),
       (SELECT count(*) FROM projection.outbox)
"""


@pytest.fixture
def shop(store: PostgresEventStore) -> Shop:
    return Shop(store)


@pytest.fixture
def runner(pools: Pools) -> Runner:
    return Runner(READ_MODELS, pools.projector)


@pytest.fixture
def timeline(pools: Pools) -> TimelineQueries:
    return TimelineQueries(pools.reader)


def story(timeline: TimelineQueries) -> bytes:
    """Return what a person's timeline says, entry for entry."""
    return json.encode(timeline.newest(["person-1"], limit=200).rows)


def entries(pools: Pools) -> int:
    return number("SELECT count(*) FROM projection.timeline", pools)


def number(query: str, pools: Pools) -> int:
    with pools.reader.connection() as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


class Reading:
    """Reads one answer again and again, and keeps those that differ."""

    def __init__(self, timeline: TimelineQueries) -> None:
        self._timeline = timeline
        self.times = 0
        self.answers: set[bytes] = set()

    def go_on(self, over: Signal) -> None:
        while not over.is_set():
            self.answers.add(story(self._timeline))
            self.times += 1


@contextmanager
def read_throughout(timeline: TimelineQueries) -> Iterator[Reading]:
    """Have another thread read until this is over."""
    reading, over = Reading(timeline), Signal()
    with ThreadPoolExecutor(1) as threads:
        going_on = threads.submit(reading.go_on, over)
        try:
            yield reading
        finally:
            over.set()
        going_on.result()


def test_readers_and_writers_go_on_and_nothing_is_empty_half_built_or_lost(
    shop: Shop,
    runner: Runner,
    pools: Pools,
    timeline: TimelineQueries,
    store: PostgresEventStore,
) -> None:
    shop.sells(ORDERS)
    runner.catch_up()
    whole = story(timeline)
    sold: list[int] = []

    def more_happens(_done: int, _total: int) -> None:
        if len(sold) < len(TO_OTHERS):
            sold.append(TO_OTHERS[len(sold)])
            shop.sells(sold[-1:])
            while runner.round():
                pass

    with read_throughout(timeline) as reading:
        result = rebuild(
            Timeline(), pools.projector, switch=True, progress=more_happens
        )
    assert result.switched
    assert sold
    assert reading.times > 1
    assert reading.answers == {whole}
    runner.catch_up()
    assert entries(pools) == sum(store.heads().values())
    assert rebuild(Timeline(), pools.projector).equal


def test_half_way_through_the_switch_the_old_answer_stands(
    shop: Shop,
    runner: Runner,
    pools: Pools,
    timeline: TimelineQueries,
    store: PostgresEventStore,
) -> None:
    shop.sells(ORDERS)
    runner.catch_up()
    whole, all_there = story(timeline), entries(pools)
    with pools.projector.connection() as connection:
        lost = connection.execute(LOST).rowcount
    old, left = story(timeline), entries(pools)
    with ThreadPoolExecutor(1) as threads:
        with pools.projector.connection() as holder, holder.transaction():
            # Stops a switch when its first table is done, and before it is committed.
            holder.execute(HOLD)
            switching = threads.submit(
                rebuild, Timeline(), pools.projector, switch=True
            )
            until_it_waits(switching, pools)
            assert (story(timeline), entries(pools)) == (old, left)
            shop.sells([103])
            assert Runner([Timeline()], pools.projector).round() == 0
        assert switching.result().switched
    assert lost > 0
    assert (story(timeline), entries(pools)) == (whole, all_there)
    runner.catch_up()
    assert entries(pools) == sum(store.heads().values()) > all_there


def until_it_waits(switching: Future[Rebuilt], pools: Pools) -> None:
    """Return once the switch waits for its second table; within its two seconds."""
    while not switching.done() and not number(WAITING, pools):
        Signal().wait(0.01)
    assert not switching.done(), switching.result()


def order_a_refund(store: PostgresEventStore, pools: Pools) -> None:
    """Put an event with an effect into the log."""
    event = RefundOrdered(
        at=MONDAY,
        by=By(role="agent", name="lin"),
        refund="R-1",
        route="original",
        amount=Money(3_000, "CNY"),
    )
    stream = random_id(3, 1, 2)
    events = [("after_sales.refund_ordered", json.encode(event), MONDAY)]
    parts = [StoredPart(stream, 0, events)]
    ask = StoredAsk(3, stream, "order", "agent:lin", MONDAY, stream, b"", parts)
    with pools.writer.connection() as connection:
        append(connection, [ask])
    assert store.heads()[3] == 1


def test_filled_again_and_put_in_place_the_outbox_orders_nothing_twice(
    store: PostgresEventStore, runner: Runner, pools: Pools
) -> None:
    order_a_refund(store, pools)
    runner.catch_up()
    with pools.writer.connection() as connection:
        once = connection.execute(JOBS).fetchone()
    assert once == (1, 1, 1)
    assert rebuild(Outbox(), pools.projector, switch=True).equal
    # Even what nobody remembers having ordered is not ordered by filling it again.
    with psycopg.connect(pools.urls.owner) as owner:
        owner.execute("DELETE FROM effect.run; DELETE FROM projection.outbox_v1")
    assert not rebuild(Outbox(), pools.projector, switch=True).equal
    with pools.writer.connection() as connection:
        again = connection.execute(JOBS).fetchone()
    assert again == (1, 0, 1)
