"""How projections follow a real log: all of it, once, whoever else is reading."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE
from threading import Barrier, current_thread, main_thread
from threading import Event as Signal
from typing import Any

import psycopg
import pytest
from psycopg import Cursor
from psycopg.sql import SQL

from application.event_store.connections import Pool
from application.event_store.envelope import RecordedEvent
from application.event_store.postgres import PostgresEventStore
from application.projections.comparison import KEY_OF
from application.projections.log import Range
from application.projections.parked import parked_streams, retry
from application.projections.read_models import (
    READ_MODELS,
    NoSuchProjection,
    read_model,
)
from application.projections.rebuild import (
    ROOM,
    RebuildGaveUp,
    RebuildUnderWay,
    rebuild,
)
from application.projections.references import References
from application.projections.runner import Runner, cut
from application.projections.runtime import BATCH_MAX, Projection, transaction
from application.projections.timeline import Timeline, TimelineQueries
from domain.order.events import ParcelShipped
from tests.application.projections.conftest import Pools
from tests.application.projections.shop import Shop

ORDERS = range(20)
# More events than one batch holds.
MANY_ORDERS = range(120)
# So many that a batch takes some of the partitions, and others are left.
TWICE_AS_MANY = range(240)
# Nothing takes so long; whoever waits for more would wait for ever.
SECONDS_MAX = 30
HOLD_THE_TURN = """
import sys
from application.event_store.connections import connection_pool
from application.projections.rebuild import alone
from application.projections.timeline import Timeline

with connection_pool(sys.argv[1]) as pool, alone(Timeline(), pool):
    print("mine", flush=True)
    sys.stdin.read()
"""
# So many that a rebuild has to follow once more before it may hold the live one.
MANY_MORE = range(1_000, 1_260)


@pytest.fixture
def shop(store: PostgresEventStore) -> Shop:
    return Shop(store)


@pytest.fixture
def runner(pools: Pools) -> Runner:
    return Runner(READ_MODELS, pools.projector)


def rows(pool: Pool, table: str) -> list[tuple[Any, ...]]:
    with pool.connection() as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall()  # noqa: S608 - a table of ours


def contents(pools: Pools) -> dict[str, list[tuple[Any, ...]]]:
    tables = [f"projection.{table}" for each in READ_MODELS for table in each.tables]
    return {table: rows(pools.reader, table) for table in tables}


def positions(pools: Pools) -> set[tuple[str, int, int]]:
    with pools.reader.connection() as connection:
        found = connection.execute(
            "SELECT projection, partition, position FROM projection.checkpoint"
        )
        return {(name, partition, position) for name, partition, position in found}


def everywhere_at_the_head(pools: Pools, store: PostgresEventStore) -> bool:
    return positions(pools) == {
        (projection.name, partition, head)
        for projection in READ_MODELS
        for partition, head in store.heads().items()
    }


def test_catching_up_reads_everything_in_every_partition(
    shop: Shop, runner: Runner, pools: Pools, store: PostgresEventStore
) -> None:
    shop.sells(ORDERS)
    assert runner.catch_up()
    assert everywhere_at_the_head(pools, store)
    assert len(rows(pools.reader, "projection.order_page")) == len(ORDERS)
    events = sum(store.heads().values())
    assert len(rows(pools.reader, "projection.timeline")) == events


def test_catching_up_says_how_far_it_is(
    shop: Shop, runner: Runner, store: PostgresEventStore
) -> None:
    shop.sells(ORDERS)
    told: list[tuple[int, int]] = []
    runner.catch_up(progress=lambda done, total: told.append((done, total)))
    total = sum(store.heads().values()) * len(READ_MODELS)
    assert told[-1] == (total, total)


def test_how_far_everyone_is_behind_can_be_told(
    shop: Shop, runner: Runner, store: PostgresEventStore
) -> None:
    runner.catch_up()
    shop.takes_orders(ORDERS)
    events = sum(store.heads().values())
    assert runner.lag() == {each.name: events for each in READ_MODELS}
    runner.catch_up()
    assert runner.lag() == {each.name: 0 for each in READ_MODELS}


def test_one_can_stop_at_a_position_and_no_further(
    shop: Shop, runner: Runner, pools: Pools, store: PostgresEventStore
) -> None:
    shop.sells(ORDERS)
    half = {partition: head // 2 for partition, head in store.heads().items()}
    runner.catch_up(until=half)
    assert {(p, at) for _, p, at in positions(pools)} == set(half.items())


def test_a_stop_is_obeyed(shop: Shop, runner: Runner, pools: Pools) -> None:
    shop.sells(ORDERS)
    stop = Signal()
    stop.set()
    assert not runner.catch_up(stop=stop)
    assert {at for _, _, at in positions(pools)} == {0}


def test_batch_by_batch_comes_to_the_same_as_after_every_command(
    shop: Shop, runner: Runner, pools: Pools
) -> None:
    for number in ORDERS:
        shop.sells([number])
        runner.catch_up()
    step_by_step = contents(pools)
    for projection in READ_MODELS:
        assert rebuild(projection, pools.projector, switch=True).equal
    assert contents(pools) == step_by_step


def test_several_workers_share_the_work_and_do_it_once(
    shop: Shop, pools: Pools, store: PostgresEventStore
) -> None:
    shop.sells(ORDERS)
    workers = [Runner(READ_MODELS, pools.projector) for _ in range(3)]
    with ThreadPoolExecutor() as threads:
        done = list(threads.map(lambda worker: worker.catch_up(), workers))
    assert done == [True] * 3
    assert everywhere_at_the_head(pools, store)
    assert all(rebuild(each, pools.projector).equal for each in READ_MODELS)


def test_where_there_is_much_to_do_a_second_thread_helps(
    shop: Shop, pools: Pools, store: PostgresEventStore
) -> None:
    shop.sells(TWICE_AS_MANY)
    threads: set[str] = set()
    told: Sequence[Projection] = [Watched(threads)]
    assert Runner(told, pools.projector, help_from=1).catch_up()
    events = sum(store.heads().values())
    assert len(rows(pools.reader, "projection.timeline")) == events
    assert len(threads) == 2
    assert rebuild(Timeline(), pools.projector).equal


def test_what_the_second_thread_meets_is_not_kept_quiet(
    shop: Shop, pools: Pools
) -> None:
    shop.sells(TWICE_AS_MANY)
    with pytest.raises(psycopg.OperationalError, match="only one may"):
        Runner([Selfish()], pools.projector, help_from=1).catch_up()


def test_a_partition_another_worker_holds_is_passed_by(
    shop: Shop, runner: Runner, pools: Pools, store: PostgresEventStore
) -> None:
    shop.sells(ORDERS)
    runner.prepare()
    partition = next(p for p, head in store.heads().items() if head)
    with transaction(pools.projector) as other:
        other.execute(
            "SELECT FROM checkpoint WHERE partition = %s FOR UPDATE", (partition,)
        )
        while runner.round():
            pass
        stood = {at for _, where, at in positions(pools) if where == partition}
    assert stood == {0}
    assert runner.catch_up()
    assert everywhere_at_the_head(pools, store)


@pytest.mark.parametrize("projection", READ_MODELS, ids=lambda each: str(each.name))
def test_a_projection_filled_again_equals_the_live_one(
    shop: Shop, runner: Runner, pools: Pools, projection: Projection
) -> None:
    shop.sells(ORDERS)
    runner.catch_up()
    result = rebuild(projection, pools.projector)
    assert result.equal
    assert result.rows == sum(
        len(rows(pools.reader, f"projection.{table}")) for table in projection.tables
    )
    assert rows(pools.projector, "scratch.checkpoint") == []


@pytest.mark.parametrize("projection", READ_MODELS, ids=lambda each: str(each.name))
def test_of_one_partition_only_its_events_are_read_and_only_its_rows_compared(
    shop: Shop,
    runner: Runner,
    pools: Pools,
    store: PostgresEventStore,
    projection: Projection,
) -> None:
    shop.sells(ORDERS)
    runner.catch_up()
    heads = store.heads()
    partition = max(heads, key=lambda each: heads[each])
    result = rebuild(projection, pools.projector, partition=partition)
    assert result.equal, result.examples
    assert result.events == heads[partition] < sum(heads.values())
    assert result.rows == sum(
        row[0] == partition
        for table in projection.tables
        for row in rows(pools.reader, f"projection.{table}")
    )


def test_rows_of_every_read_model_are_keyed_by_their_partition(pools: Pools) -> None:
    with pools.reader.connection() as connection:
        for table in (name for each in READ_MODELS for name in each.tables):
            key = connection.execute(KEY_OF, {"table": f"projection.{table}"})
            assert key.fetchone() == ("partition",), table


def test_how_far_a_rebuild_is_never_goes_back(
    shop: Shop, pools: Pools, store: PostgresEventStore
) -> None:
    shop.sells(ORDERS)
    runner = Runner([References()], pools.projector)
    runner.catch_up()
    told: list[tuple[int, int]] = []

    def much_happens(done: int, total: int) -> None:
        if not told:
            shop.sells(MANY_MORE)
            runner.catch_up()
        told.append((done, total))

    assert rebuild(References(), pools.projector, progress=much_happens).equal
    assert told == sorted(told)
    events = sum(store.heads().values())
    assert told[-1] == (events, events) > told[0], "what was read at first counts too"


@pytest.fixture
def spoilt(shop: Shop, runner: Runner, pools: Pools) -> TimelineQueries:
    """Return the timeline of person-1, of which somebody has taken an entry away."""
    shop.sells([1])
    runner.catch_up()
    with pools.projector.connection() as connection:
        connection.execute("DELETE FROM projection.timeline_v1 WHERE kind = 'payment'")
    return TimelineQueries(pools.reader)


def test_a_rebuild_names_the_rows_that_differ(
    spoilt: TimelineQueries, pools: Pools
) -> None:
    result = rebuild(Timeline(), pools.projector)
    assert not result.equal
    assert result.differing == 1
    (missing,) = result.examples
    assert (missing.table, missing.live) == ("timeline_v1", None)
    assert missing.rebuilt is not None
    assert missing.rebuilt["code"] == "order.payment_captured"
    assert spoilt.newest(["person-1"], limit=9, kinds=["payment"]).rows == []


def test_a_rebuild_can_take_the_place_of_the_live_one(
    spoilt: TimelineQueries, shop: Shop, runner: Runner, pools: Pools
) -> None:
    assert rebuild(Timeline(), pools.projector, switch=True).switched
    payments = spoilt.newest(["person-1"], limit=9, kinds=["payment"]).rows
    assert len(payments) == 1
    shop.sells([8])
    runner.catch_up()
    assert rebuild(Timeline(), pools.projector).equal


def test_a_rebuild_that_is_stopped_says_so(shop: Shop, pools: Pools) -> None:
    shop.sells([1])
    Runner(READ_MODELS, pools.projector).catch_up()
    stop = Signal()
    stop.set()
    with pytest.raises(RebuildGaveUp, match="timeline"):
        rebuild(Timeline(), pools.projector, stop=stop)


def test_a_second_rebuild_of_a_read_model_is_refused_while_the_first_goes_on(
    shop: Shop, runner: Runner, pools: Pools
) -> None:
    shop.sells(ORDERS)
    runner.catch_up()
    begun, refused = Signal(), Signal()

    def until_the_second_is_refused(_done: int, _total: int) -> None:
        begun.set()
        assert refused.wait(SECONDS_MAX)

    with ThreadPoolExecutor() as threads:
        first = threads.submit(
            rebuild,
            Timeline(),
            pools.projector,
            progress=until_the_second_is_refused,
        )
        assert begun.wait(SECONDS_MAX)
        try:
            with pytest.raises(RebuildUnderWay, match="timeline"):
                rebuild(Timeline(), pools.projector, switch=True)
            assert rebuild(References(), pools.projector).equal, "another may be"
        finally:
            refused.set()
        assert first.result().equal
    assert rebuild(Timeline(), pools.projector).equal


def test_the_turn_of_who_was_killed_is_free_for_the_next(
    shop: Shop, runner: Runner, pools: Pools
) -> None:
    shop.sells([1])
    runner.catch_up()
    held = [sys.executable, "-c", HOLD_THE_TURN, pools.urls.projector]
    with subprocess.Popen(held, stdin=PIPE, stdout=PIPE) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == b"mine\n"
        with pytest.raises(RebuildUnderWay):
            rebuild(Timeline(), pools.projector)
        killed.kill()
    with transaction(pools.projector) as connection:
        waited = SQL("SELECT pg_advisory_xact_lock({}, hashtext('timeline'))")
        connection.execute(waited.format(ROOM))
    assert rebuild(Timeline(), pools.projector).equal


class Watched(Timeline):
    """A timeline that goes on once two threads work on it; one alone waits in vain."""

    def __init__(self, threads: set[str]) -> None:
        self._threads = threads
        self._both = Barrier(2, timeout=4)

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        super().project(batch, cursor)
        if current_thread().name not in self._threads:
            self._threads.add(current_thread().name)
            self._both.wait()


class Selfish(Timeline):
    """A timeline whose database serves the main thread alone, and that not at first."""

    def __init__(self) -> None:
        self._refused = Signal()

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        if current_thread() is not main_thread():
            self._refused.set()
            raise psycopg.OperationalError("only one may")
        self._refused.wait(4)
        super().project(batch, cursor)


class Allergic(Timeline):
    """A timeline that cannot stand parcels, until it is mended."""

    mended = False

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        if not self.mended and any(
            isinstance(each.event, ParcelShipped) and each.event.parcel == "W3"
            for each in batch
        ):
            raise LookupError("a parcel")
        super().project(batch, cursor)


def test_parked_and_retried_equals_a_replay(
    shop: Shop, pools: Pools, store: PostgresEventStore
) -> None:
    timeline = Allergic()
    runner = Runner([timeline], pools.projector)
    shop.sells(ORDERS)
    assert runner.catch_up()
    (parked,) = parked_streams(pools.reader)
    assert parked.stream_id == shop.order_id(3)
    of_it = [row for row in rows(pools.reader, "projection.timeline") if row[5] is None]
    assert of_it == []
    timeline.mended = True
    assert not rebuild(timeline, pools.projector).equal
    assert retry(timeline, parked.stream_id, pools.projector) == {}
    assert parked_streams(pools.reader) == []
    assert rebuild(timeline, pools.projector).equal
    assert len(rows(pools.reader, "projection.timeline")) == sum(store.heads().values())


def test_a_retry_in_vain_counts_and_stays_parked(shop: Shop, pools: Pools) -> None:
    timeline = Allergic()
    shop.sells([3])
    Runner([timeline], pools.projector).catch_up()
    assert list(retry(timeline, shop.order_id(3), pools.projector))
    (parked,) = parked_streams(pools.reader)
    assert parked.attempts == 2


def test_a_long_log_is_read_in_batches(
    shop: Shop, runner: Runner, store: PostgresEventStore
) -> None:
    shop.sells(MANY_ORDERS)
    events = sum(store.heads().values())
    runner.prepare()
    assert events > BATCH_MAX
    read = []
    while count := runner.round():
        read.append(count)
    assert max(read) <= BATCH_MAX * len(READ_MODELS)
    assert sum(read) == events * len(READ_MODELS)
    assert len(read) <= 3


def test_a_batch_is_cut_from_as_many_partitions_as_it_takes() -> None:
    wanted = [Range(0, 100, 700), Range(1, 0, 900), Range(2, 0, 5)]
    assert list(cut(wanted)) == [Range(0, 100, 700), Range(1, 0, BATCH_MAX - 600)]


def test_a_retry_waits_for_the_worker_in_its_partition(
    shop: Shop, pools: Pools
) -> None:
    timeline = Allergic()
    shop.sells([3])
    Runner([timeline], pools.projector).catch_up()
    with transaction(pools.projector) as worker:
        worker.execute("SELECT FROM checkpoint FOR UPDATE")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            retry(timeline, shop.order_id(3), pools.projector)
    (parked,) = parked_streams(pools.reader)
    assert parked.attempts == 1


def test_a_projection_is_found_by_its_name() -> None:
    assert read_model("timeline").name == "timeline"
    with pytest.raises(NoSuchProjection, match="there are references, persons"):
        read_model("timeline_v1")
