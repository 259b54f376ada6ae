"""The event store on a real PostgreSQL."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from application.event_store.connections import connection_pool
from application.event_store.envelope import Receipt, RecordedEvent
from application.event_store.handler import CommandHandler
from application.event_store.leaf import leaf_hash
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.asks import APPEND, StoredAsk, StoredPart, columns
from application.event_store.rows.packed import small_integers
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
    OutcomeUnknown,
    StoreUnavailable,
    UnknownEvent,
    Unreadable,
    UnreadableEvent,
)
from domain.ids import random_id
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.cut_line import CutLine, cut_line
from tests.application.event_store.shelf import (
    MONDAY,
    SHELF_EVENTS,
    PutUp,
    ReportFall,
    ThingPutUp,
    a_shelf,
    asking,
    put_up,
)
from tests.event_store_contract import (
    CLOCK,
    RADIO,
    VASE,
    EventStoreContract,
    ReadableStore,
    appending,
    receipts,
)

STREAM_PARTITIONS = 14  # Where they stand among the arguments of store.append.


@pytest.fixture
def postgres_store(clean_database: DatabaseUrls) -> Iterator[PostgresEventStore]:
    with (
        connection_pool(clean_database.writer) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        yield PostgresEventStore(writer, reader, SHELF_EVENTS)


@pytest.fixture
def owner(clean_database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(clean_database.owner, autocommit=True) as connection:
        yield connection


class TestPostgresEventStore(EventStoreContract):
    @pytest.fixture(autouse=True)
    def _database(self, clean_database: DatabaseUrls) -> None:
        self.database = clean_database

    @pytest.fixture
    def store(self, postgres_store: PostgresEventStore) -> ReadableStore:
        return postgres_store

    def let_the_clock_run_ahead(self, store: ReadableStore, until: datetime) -> None:
        assert isinstance(store, PostgresEventStore)
        with psycopg.connect(self.database.owner) as connection:
            connection.execute(
                "UPDATE store.partition_head SET recorded_at = %s WHERE partition = 7",
                (until,),
            )


def test_the_database_and_python_prove_a_row_alike(owner: psycopg.Connection) -> None:
    ids = [uuid4() for _ in range(3)]
    moment = datetime(1969, 7, 20, 20, 17, 40, 123457, timezone(timedelta(hours=-5)))
    query = """
        SELECT store.leaf(%s::smallint, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    """
    values = (4095, 2**40, ids[0], 7, "花瓶.put", b"\xff\x00", moment, MONDAY)
    row = owner.execute(query, (*values, ids[1], "agent:李", ids[2])).fetchone()
    assert row == (
        leaf_hash(
            partition=4095,
            position=2**40,
            stream_id=ids[0],
            version=7,
            tag="花瓶.put",
            body=b"\xff\x00",
            occurred_at=moment,
            recorded_at=MONDAY,
            command_id=ids[1],
            actor="agent:李",
            correlation_id=ids[2],
        ),
    )


def test_the_whole_road_from_ask_to_log(
    postgres_store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    shelf, other, command = a_shelf(), a_shelf(), uuid4()
    handler = CommandHandler(postgres_store)
    ask = asking((shelf, PutUp("vase")), (other, PutUp("clock")), command_id=command)
    first, again = handler.handle_one(ask), handler.handle_one(ask)
    assert (first.repeated, again.repeated) == (False, True)
    assert (first.leaves, first.position) == (again.leaves, "7.2")
    assert owner.execute(
        "SELECT position, type, event->>'thing', leaf FROM store.event_json"
    ).fetchall() == [
        (1, "shelf.thing_put_up", "vase", first.leaves[0]),
        (2, "shelf.thing_put_up", "clock", first.leaves[1]),
    ]
    assert owner.execute(
        "SELECT command_id, name, actor, asked_at, first_position, last_position"
        " FROM store.command"
    ).fetchall() == [(command, "put_up", "agent:li", MONDAY, 1, 2)]


def test_hundreds_of_asks_are_one_batch(postgres_store: PostgresEventStore) -> None:
    shelves = [a_shelf(number % 8) for number in range(100)]
    asks = [
        put_up(thing, shelf)
        for thing in ("vase", "clock", "radio")
        for shelf in shelves
    ]
    answers = CommandHandler(postgres_store).handle(asks)
    assert all(isinstance(each, Receipt) for each in answers)
    assert sum(postgres_store.heads().values()) == 300
    for partition, head in postgres_store.heads().items():
        log = postgres_store.read(partition, 0, 1000)
        assert [each.position for each in log] == list(range(1, head + 1))
    streams = postgres_store.events_of(shelves)
    assert all([each.version for each in streams[it]] == [1, 2, 3] for it in shelves)


def test_an_event_nobody_knows_hides_no_other(
    postgres_store: PostgresEventStore, clean_database: DatabaseUrls
) -> None:
    shelf, other = a_shelf(), a_shelf()
    handler = CommandHandler(postgres_store)
    handler.handle([put_up("vase", shelf), put_up("vase", other)])
    handler.handle_one(asking((shelf, ReportFall("vase"))))
    with (
        connection_pool(clean_database.writer) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        older = PostgresEventStore(writer, reader, [ThingPutUp])
        log = older.read(7, 0, 10)
        assert [type(each) for each in log] == [RecordedEvent] * 2 + [Unreadable]
        stranger = log[2]
        assert isinstance(stranger, Unreadable)
        assert (stranger.position, stranger.version) == (3, 2)
        assert (stranger.stream_id, stranger.tag) == (shelf, "shelf.thing_fell")
        answers = CommandHandler(older).handle(
            [put_up("clock", shelf), put_up("clock", other)]
        )
        assert [type(each) for each in answers] == [UnknownEvent, Receipt]
        assert "7.3" in str(answers[0])


def test_a_spoilt_event_is_shown_in_its_place(
    postgres_store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    shelf = a_shelf()
    CommandHandler(postgres_store).handle_one(put_up("vase", shelf))
    owner.execute(
        "SET session_replication_role = replica; UPDATE store.event SET body = '{}'"
    )
    (entry,) = postgres_store.stream(shelf)
    assert isinstance(entry, Unreadable)
    assert entry.why == "spoilt_body"
    assert type(entry.error()) is UnreadableEvent


def test_an_ask_alone_is_no_batch_unless_something_is_unusual(
    postgres_store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    shelf, four = a_shelf(), [VASE] * 4
    late = appending((shelf, 0, [VASE]))
    many = appending((a_shelf(), 0, [*four, VASE]))
    owner.execute("ALTER FUNCTION store.append RENAME TO put_away")
    try:
        for version, events in enumerate([[VASE], four]):
            (answer,) = postgres_store.append([appending((shelf, version, events))])
            assert isinstance(answer, Receipt)
        for each in (late, many):
            with pytest.raises(psycopg.errors.UndefinedFunction):
                postgres_store.append([each])
    finally:
        owner.execute("ALTER FUNCTION store.put_away RENAME TO append")
    assert postgres_store.append([late]) == [Conflict(shelf, 5)]
    assert isinstance(postgres_store.append([many])[0], Receipt)


def test_a_usual_batch_is_one_whoever_asks_for_what_unless_something_is_unusual(
    postgres_store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    shelf, other, command_id = a_shelf(5), a_shelf(2), uuid4()
    first = appending((shelf, 0, [VASE, CLOCK]), command_id=command_id)
    usual = [first, appending((other, 0, [RADIO])), appending((shelf, 2, [RADIO]))]
    unusual = {
        "late": appending((shelf, 1, [VASE])),
        "early": appending((a_shelf(), 1, [VASE])),
        "before what it follows": appending((other, 2, [VASE])),
        "asked before": first,
        "asked before, and decided anew": appending(
            (shelf, 3, [VASE]), command_id=command_id
        ),
        "without events": appending((shelf, 3, [])),
        "of two streams": appending((shelf, 3, [VASE]), (a_shelf(5), 0, [VASE])),
    }
    company = appending((other, 1, [CLOCK]))
    owner.execute("ALTER FUNCTION store.append RENAME TO put_away")
    try:
        told = receipts(postgres_store.append(usual))
        for each in unusual.values():
            with pytest.raises(psycopg.errors.UndefinedFunction):
                postgres_store.append([each, company])
    finally:
        owner.execute("ALTER FUNCTION store.put_away RENAME TO append")
    assert [(each.stream_id, each.version) for each in told] == [
        (shelf, 2),
        (other, 1),
        (shelf, 3),
    ]
    assert [each.position for each in told] == ["5.2", "2.1", "5.3"]
    heads, commands = postgres_store.heads(), "SELECT count(*) FROM store.command"
    assert (heads[5], heads[2]) == (3, 1), "of the others nothing is written"
    assert owner.execute(commands).fetchone() == (3,), "nor is who asked it"


def test_a_store_without_partitions_says_what_to_do(
    clean_database: DatabaseUrls, owner: psycopg.Connection
) -> None:
    owner.execute("DELETE FROM store.partition_head")
    with (
        connection_pool(clean_database.writer) as pool,
        pytest.raises(StoreUnavailable, match="Run the migrations"),
    ):
        PostgresEventStore(pool, pool, SHELF_EVENTS)


def test_an_id_of_a_larger_store_is_refused(
    postgres_store: PostgresEventStore,
) -> None:
    stranger = random_id(4000, 0, 0)
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="no partition 4000"):
        postgres_store.append([appending((stranger, 0, [VASE]))])


def test_an_ask_lies_in_one_partition(postgres_store: PostgresEventStore) -> None:
    apart = appending((a_shelf(6), 0, [VASE]), (a_shelf(7), 0, [VASE]))
    with pytest.raises(ValueError, match="one partition"):
        postgres_store.append([apart])


def test_the_database_too_keeps_an_ask_in_its_partition(
    clean_database: DatabaseUrls,
) -> None:
    event = ("shelf.thing_put_up", b"{}", None)
    part, id_ = StoredPart(a_shelf(6), 0, [event]), uuid4()
    ask = StoredAsk(6, id_, "put_up", "agent:li", MONDAY, id_, b"", [part])
    values = columns([ask], any_start=False)
    values[STREAM_PARTITIONS] = small_integers([7])
    with (
        psycopg.connect(clean_database.writer) as writer,
        pytest.raises(psycopg.errors.InvalidParameterValue, match="one partition"),
    ):
        writer.execute(APPEND, values)


def test_what_cannot_be_stored_fails_alone(postgres_store: PostgresEventStore) -> None:
    shelf = a_shelf()
    stranger, vase, clock = (
        put_up("vase", random_id(4000, 0, 0)),
        put_up("vase", shelf),
        put_up("clock", shelf),
    )
    nameless = replace(clock, context=replace(clock.context, actor="agent:\0"))
    asks = [stranger, vase, nameless, clock]
    answers = CommandHandler(postgres_store).handle(asks)
    assert isinstance(answers[0], psycopg.errors.InvalidParameterValue)
    assert isinstance(answers[2], psycopg.DataError)
    assert [each.version for each in answers if isinstance(each, Receipt)] == [1, 2]


def test_where_nothing_is_written_the_head_does_not_move(
    postgres_store: PostgresEventStore, owner: psycopg.Connection
) -> None:
    heads = "SELECT xmin, * FROM store.partition_head ORDER BY partition"
    before = owner.execute(heads).fetchall()
    shelf = a_shelf()
    postgres_store.append([appending((shelf, 0, [])), appending((shelf, 1, [VASE]))])
    assert owner.execute(heads).fetchall() == before


def test_an_answer_lost_after_the_commit_is_found_again(
    clean_database: DatabaseUrls,
) -> None:
    ask = put_up("vase", a_shelf())
    with (
        cut_line(clean_database.writer) as line,
        connection_pool(line.conninfo, max_size=1) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        store = PostgresEventStore(writer, reader, SHELF_EVENTS)
        receipt = CommandHandler(Losing(store, line)).handle_one(ask)
        assert (receipt.version, len(receipt.leaves)) == (1, 1)
        assert store.heads()[7] == 1, "it was written once"
        assert CommandHandler(store).handle_one(ask) == receipt


class Losing:
    """A store that loses the answer to an append."""

    def __init__(self, store: PostgresEventStore, line: CutLine) -> None:
        self._store, self._line = store, line
        self.partitions = store.partitions
        self.load = store.load

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        self._line.lose_next_answer()
        return self._store.append(appends)


def test_a_lock_held_too_long_means_nothing_was_written(
    postgres_store: PostgresEventStore,
    clean_database: DatabaseUrls,
    owner: psycopg.Connection,
) -> None:
    hasty = make_conninfo(clean_database.writer, options="-c lock_timeout=50ms")
    with connection_pool(hasty) as pool, owner.transaction():
        owner.execute("SELECT FROM store.partition_head FOR UPDATE")
        handler = CommandHandler(PostgresEventStore(pool, pool, SHELF_EVENTS))
        with pytest.raises(StoreUnavailable) as failure:
            handler.handle_one(put_up("vase", a_shelf()))
    assert type(failure.value) is StoreUnavailable
    assert postgres_store.heads()[7] == 0


def test_no_database_means_nothing_was_written(
    clean_database: DatabaseUrls,
) -> None:
    nowhere = make_conninfo(clean_database.writer, host="/nowhere", hostaddr="")
    pool = connection_pool(nowhere, wait_s=0.05)
    pool.open()
    with pytest.raises(StoreUnavailable) as failure:
        PostgresEventStore(pool, pool, SHELF_EVENTS)
    pool.close()
    assert type(failure.value) is StoreUnavailable


# -- A database that hangs: it takes what is sent, and says nothing --


def test_what_a_hung_database_was_told_may_have_been_written(
    clean_database: DatabaseUrls,
) -> None:
    ask = put_up("vase", a_shelf())
    with (
        cut_line(clean_database.writer) as line,
        connection_pool(line.conninfo, max_size=1, answers_within_s=0.5) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        store = PostgresEventStore(writer, reader, SHELF_EVENTS)
        with pytest.raises(OutcomeUnknown, match=r"said nothing for 0\.5 s"):
            CommandHandler(Deaf(store, line)).handle_one(ask)
        receipt = CommandHandler(store).handle_one(ask)
        assert (receipt.repeated, store.heads()[7]) == (True, 1)


def test_a_hung_database_that_was_only_asked_has_written_nothing(
    clean_database: DatabaseUrls,
) -> None:
    with (
        cut_line(clean_database.writer) as line,
        connection_pool(line.conninfo, max_size=1, answers_within_s=0.5) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        store = PostgresEventStore(writer, reader, SHELF_EVENTS)
        silent = pytest.raises(StoreUnavailable, match="said nothing")
        with line.silence(), silent as failure:
            CommandHandler(store).handle_one(put_up("vase", a_shelf()))
        assert type(failure.value) is StoreUnavailable
        assert store.heads()[7] == 0


def test_more_than_can_be_served_soon_are_told_to_come_again(
    clean_database: DatabaseUrls,
) -> None:
    with (
        connection_pool(clean_database.reader, max_size=1) as pool,
        ThreadPoolExecutor(9) as crowd,
        pool.connection(),
    ):
        asked = [crowd.submit(PostgresEventStore, pool, pool) for _ in range(9)]
        with pytest.raises(StoreUnavailable, match="8 requests waiting"):
            next(as_completed(asked)).result()


@pytest.mark.parametrize("said", [{}, {"connect_timeout": "60"}])
def test_a_server_that_vanishes_is_noticed_unless_its_address_asks_for_patience(
    clean_database: DatabaseUrls, said: dict[str, str]
) -> None:
    address = make_conninfo(clean_database.reader, **said)
    with connection_pool(address) as pool, pool.connection() as connection:
        known = connection.info.get_parameters()
        assert known["connect_timeout"] == said.get("connect_timeout", "5")
        assert known["tcp_user_timeout"] == "10000"
        assert known["keepalives_idle"] == "10"


class Deaf:
    """A store whose answers nobody hears any more, once it was told to append."""

    def __init__(self, store: PostgresEventStore, line: CutLine) -> None:
        self._store, self._line = store, line
        self._hears = True
        self.partitions = store.partitions

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        with nullcontext() if self._hears else self._line.silence():
            return self._store.load(stream_ids, command_ids)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        self._hears = False
        with self._line.silence():
            return self._store.append(appends)
