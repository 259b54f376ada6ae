"""Sentences about the store that no other test says whole.

docs/event-store-shown.md names the test of every sentence.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Signal
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from psycopg.pq import Trace

from application.event_store.connections import Pool, connection_pool
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Receipt
from application.event_store.leaf import leaf_hash
from application.event_store.limits import Limits
from application.event_store.mapper import RedressMapper, tag_of
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.asks import FEW_EVENTS, StoredAsk, StoredPart
from application.event_store.rows.asks import append as append_asks
from application.event_store.seams.recorder import RedressApplicationRecorder
from application.event_store.seams.subscription import PollingSubscription
from application.event_store.store import Append, Conflict
from application.processes.worker import Step, Worker
from domain.events import ALL_EVENTS
from domain.ids import partition_in
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.application.event_store.place import HERE, Place
from tests.application.event_store.shelf import (
    MONDAY,
    SHELF_EVENTS,
    ShelfMapper,
    a_shelf,
    put_up,
)
from tests.application.event_store.taken_out import BATCH, USUAL, Change, taken_out
from tests.architecture.test_events import GOLDEN
from tests.event_store_contract import CLOCK, RADIO, VASE, appending, receipts
from tests.memory_store import MemoryEventStore

SOON_S: Final = 20.0
WAITING: Final = """
SELECT count(*) FROM pg_stat_activity
 WHERE usename = 'redress_writer' AND wait_event_type = 'Lock'
"""


def until_somebody_waits(place: Place, writing: Future[Any]) -> None:
    """Return once a writer stands before a lock."""
    while place.owner.execute(WAITING).fetchone() == (0,):
        assert not writing.done(), writing.result()
        Signal().wait(0.01)


# -- One statement, one commit --


EXECUTED: Final = {"Execute", "Query"}


@contextmanager
def statements_sent(pool: Pool) -> Iterator[list[str]]:
    """Listen on the wire; the list is filled with what was executed, at the end."""
    sent: list[str] = []
    with tempfile.TemporaryFile("w+") as heard:
        with pool.connection() as connection:
            connection.pgconn.trace(heard.fileno())
            connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        yield sent
        with pool.connection() as connection:
            connection.pgconn.untrace()
        heard.seek(0)
        ours = [line.split("\t") for line in heard if line.startswith("F\t")]
    sent += [kind.strip() for _, _, kind, *_ in ours if kind.strip() in EXECUTED]


@pytest.fixture
def only_connection(clean_database: DatabaseUrls) -> Iterator[Pool]:
    with connection_pool(clean_database.writer, max_size=1) as pool:
        yield pool


def test_a_batch_over_many_partitions_is_one_statement_and_one_commit(
    only_connection: Pool, place: Place
) -> None:
    store = PostgresEventStore(only_connection, only_connection, SHELF_EVENTS)
    batch = [appending((a_shelf(n % 8), 0, [VASE, CLOCK])) for n in range(40)]
    with statements_sent(only_connection) as sent:
        receipts(store.append(batch))
    assert sent == ["Execute"]
    commits = "SELECT count(DISTINCT xmin::text) FROM store.{}"
    for table in ("event", "command", "partition_head"):
        found = place.owner.execute(commits.format(table).encode()).fetchone()
        assert found == (1,), table


def test_so_is_an_ask_alone(only_connection: Pool) -> None:
    store = PostgresEventStore(only_connection, only_connection, SHELF_EVENTS)
    with statements_sent(only_connection) as sent:
        receipts(store.append([appending((a_shelf(), 0, [VASE]))]))
    assert sent == ["Execute"]


def test_all_streams_and_command_ids_of_a_batch_are_loaded_by_one_statement(
    only_connection: Pool,
) -> None:
    store = PostgresEventStore(only_connection, only_connection, SHELF_EVENTS)
    shelves, commands = [a_shelf(n % 8) for n in range(40)], [uuid4() for _ in "abc"]
    with statements_sent(only_connection) as sent:
        loaded = store.load(shelves, [(HERE, each) for each in commands])
    assert sent == ["Execute"]
    assert len(loaded.histories) == 40


# -- Locks --


def heads_held_by_who_waits_for_the_third(place: Place) -> Sequence[int]:
    """Have a batch for 5, 3 and 1 come while somebody holds 3; say what it has."""
    batch = [appending((a_shelf(number), 0, [VASE])) for number in (5, 3, 1)]
    free = "SELECT partition FROM store.partition_head FOR UPDATE SKIP LOCKED"
    with ThreadPoolExecutor(1) as threads:
        with psycopg.connect(place.urls.owner) as holder:
            holder.execute(
                "SELECT FROM store.partition_head WHERE partition = 3 FOR UPDATE"
            )
            writing = threads.submit(place.store.append, batch)
            until_somebody_waits(place, writing)
            seen = {number for (number,) in place.owner.execute(free)}
        receipts(writing.result())
    return sorted({1, 5} - seen)


DOWNWARDS: Final[Sequence[Change]] = (
    ("ORDER BY h.partition", "ORDER BY h.partition DESC"),
)


@pytest.mark.parametrize("function", [BATCH, USUAL])
@pytest.mark.parametrize(("changes", "held"), [((), [1]), (DOWNWARDS, [5])])
def test_heads_are_locked_in_ascending_order_and_by_control_are_not(
    place: Place, changes: Sequence[Change], held: Sequence[int], function: str
) -> None:
    with taken_out(place.owner, changes, of=function):
        assert heads_held_by_who_waits_for_the_third(place) == held


def what_two_are_told_who_come_at_once(place: Place) -> Sequence[object]:
    """Have somebody write first, and the same ask and another one wait for him."""
    shelf, command_id = a_shelf(), uuid4()
    body = ShelfMapper().encode(VASE)[1]
    part = StoredPart(shelf, 0, [("shelf.thing_put_up", body, None)])
    ask = StoredAsk(
        HERE, command_id, "put_up", "agent:li", MONDAY, command_id, b"h", [part]
    )
    same = appending((shelf, 0, [VASE]), command_id=command_id, request_hash=b"h")
    other = appending((shelf, 0, [RADIO]))
    with ThreadPoolExecutor(1) as threads:
        with psycopg.connect(place.urls.writer) as first:
            append_asks(first, [ask])
            writing = threads.submit(place.store.append, [same, other])
            until_somebody_waits(place, writing)
        told, late = writing.result()
    assert late == Conflict(shelf, 1)
    return [told.repeated] if isinstance(told, Receipt) else [told]


def test_who_comes_second_is_told_so_and_meets_no_unique_violation(
    place: Place,
) -> None:
    assert what_two_are_told_who_come_at_once(place) == [True]


def test_control_without_the_lock_he_meets_one(place: Place) -> None:
    with (
        taken_out(place.owner, (("FOR NO KEY UPDATE", ""),)),
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        what_two_are_told_who_come_at_once(place)


LOCKS: Final = """
SELECT DISTINCT mode FROM pg_locks JOIN pg_class AS c ON c.oid = relation
 WHERE pid = pg_backend_pid() AND c.relnamespace = 'store'::regnamespace
"""
GLOBAL: Final = """
SELECT (SELECT count(*) FROM pg_class
         WHERE relnamespace = 'store'::regnamespace AND relkind = 'S'),
       (SELECT count(*) FROM pg_proc
         WHERE pronamespace = 'store'::regnamespace
           AND prosrc ~* 'notify|nextval|\\mlock table|advisory')
"""


@pytest.mark.parametrize("events", [1, 2 * FEW_EVENTS])
def test_an_append_locks_no_table_and_there_is_no_sequence_and_no_notify(
    place: Place, events: int
) -> None:
    with place.held_up(events) as connection:
        modes = {mode for (mode,) in connection.execute(LOCKS)}
    assert modes == {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}
    assert place.owner.execute(GLOBAL).fetchone() == (0, 0)


@pytest.mark.parametrize("role", ["writer", "projector", "reader"])
def test_every_role_works_under_read_committed(
    clean_database: DatabaseUrls, role: str
) -> None:
    with psycopg.connect(getattr(clean_database, role)) as connection:
        row = connection.execute("SHOW transaction_isolation").fetchone()
    assert row == ("read committed",)


# -- What is kept --

KEYS: Final = """
SELECT c.relname, k.contype::text,
       (SELECT array_agg(a.attname::text ORDER BY n.number)
          FROM unnest(k.conkey) WITH ORDINALITY AS n(attnum, number)
          JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = n.attnum)
  FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
 WHERE c.relnamespace = 'store'::regnamespace AND k.contype IN ('p', 'u')
"""


def test_partition_position_version_and_command_id_are_each_kept_unique(
    place: Place,
) -> None:
    found = {(table, kind, *names) for table, kind, names in place.owner.execute(KEYS)}
    assert found >= {
        ("partition_head", "p", "partition"),
        ("command", "p", "partition", "command_id"),
        ("event", "p", "partition", "position"),
        ("event", "u", "partition", "stream_id", "version"),
    }
    assert all(names[2] == "partition" for names in found), "rows lie by partition"


# A session counts what it has not told yet, which behind a pooler may be another's.
HOT: Final = """
SELECT n_tup_upd::int, n_tup_hot_upd::int FROM pg_stat_xact_user_tables
 WHERE relname = 'partition_head'
"""


def test_a_head_moves_on_within_its_page_and_no_index_is_touched(
    clean_database: DatabaseUrls,
) -> None:
    with psycopg.connect(clean_database.writer, prepare_threshold=None) as writer:
        moved, hot = writer.execute(HOT).fetchone() or (0, 0)
        for _ in range(20):
            events = [("shelf.thing_put_up", b"{}", None)]
            part, id_ = StoredPart(a_shelf(), 0, events), uuid4()
            ask = StoredAsk(HERE, id_, "put_up", "agent:li", MONDAY, id_, b"", [part])
            append_asks(writer, [ask])
        assert writer.execute(HOT).fetchone() == (moved + 20, hot + 20)


def test_the_bytes_that_are_stored_are_those_that_were_written_and_hashed(
    place: Place,
) -> None:
    place.store.append([appending((a_shelf(), 0, [VASE]))])
    (recorded,) = place.log()
    row = place.owner.execute("SELECT type, body, leaf FROM store.event").fetchone()
    assert row is not None
    assert row[:2] == ShelfMapper().encode(VASE)
    assert row[2] == leaf_hash(
        partition=HERE,
        position=1,
        stream_id=recorded.stream_id,
        version=1,
        tag="shelf.thing_put_up",
        body=b'{"type":"shelf.thing_put_up","thing":"vase"}',
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        command_id=recorded.command_id,
        actor=recorded.actor,
        correlation_id=recorded.correlation_id,
    )


def test_every_event_ever_written_is_read_as_the_store_reads_it() -> None:
    mapper = RedressMapper()
    for path in GOLDEN:
        tag, body = path.stem.partition("@")[0], path.read_bytes()
        assert mapper.encode(mapper.decode(tag, body))[0] == tag


def test_the_type_of_an_event_is_a_tag_and_never_names_a_module() -> None:
    for event_type in ALL_EVENTS:
        tag = tag_of(event_type)
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", tag), tag
        assert tag != f"{event_type.__module__}.{event_type.__qualname__}"


def test_a_store_has_64_partitions_unless_it_is_said_otherwise() -> None:
    assert Settings().partitions == 64


# -- Who waits, and how --


class Patience(Signal):
    """Never waits, and remembers for how long it should have; enough is enough."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.waits: list[float] = []
        self._times = times

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None, "nobody waits for ever"
        self.waits.append(timeout)
        if len(self.waits) == self._times:
            self.set()
        return self.is_set()


class Watched(PollingSubscription):
    """Follows a log, and says how long it waits at its end."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self._stopped = self.patience = Patience(5)


def test_readers_ask_again_after_50_ms_then_more_slowly_up_to_250(
    place: Place,
) -> None:
    pool = place.closing.enter_context(connection_pool(place.urls.writer))
    subscription = Watched(RedressApplicationRecorder(pool), None, ())
    assert list(subscription) == []
    assert subscription.patience.waits == [0.05, 0.1, 0.2, 0.25, 0.25]


def test_so_do_workers_and_at_once_while_there_is_something_to_do() -> None:
    patience, left = Patience(4), [3]
    Worker([Step("idle", lambda: left.pop() if left else 0)]).until_stopped(patience)
    assert patience.waits == [0.1, 0.2, 0.25, 0.25]


# -- Side by side --


class Gates(MemoryEventStore):
    """A store whose partitions are each written when it is let."""

    def __init__(self, shut: int) -> None:
        super().__init__()
        self.opened, self.writing, self._shut = Signal(), Signal(), shut
        self.calls: list[set[int]] = []

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        partitions = {partition_in(each.streams[0].stream_id) for each in appends}
        self.calls.append(partitions)
        if self._shut in partitions:
            self.writing.set()
            assert self.opened.wait(SOON_S), "nobody opened the gate"
        return super().append(appends)


def test_while_one_lane_commits_another_decides_and_commits() -> None:
    store = Gates(shut=0)
    dispatcher = Dispatcher(store, Limits(lanes=2))
    first = dispatcher.submit([put_up("vase", a_shelf(0))])
    assert store.writing.wait(SOON_S)
    (beside,) = dispatcher.submit([put_up("vase", a_shelf(1))]).result(SOON_S)
    assert isinstance(beside, Receipt)
    assert not first.done()
    store.opened.set()
    assert isinstance(first.result(SOON_S)[0], Receipt)
    dispatcher.close()


def test_with_a_lane_for_each_partition_every_call_is_of_one_partition() -> None:
    """Given a cluster, whose worker that owns the partition then runs it whole."""
    store = Gates(shut=-1)
    dispatcher = Dispatcher(store, Limits(lanes=8))
    asks = [put_up("vase", a_shelf(number % 8)) for number in range(80)]
    assert all(isinstance(each, Receipt) for each in dispatcher.handle(asks))
    dispatcher.close()
    assert all(len(partitions) == 1 for partitions in store.calls)
    assert set[int]().union(*store.calls) == set(range(8))
