"""What a projection shows depends on the log alone, never on how it was cut."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from application.event_store.connections import Connection
from application.event_store.envelope import RecordedEvent
from application.event_store.handler import CommandHandler
from application.orders import Orders, context_for
from application.policies import PolicyBook
from application.projections.comparison import names
from application.projections.read_models import READ_MODELS
from application.projections.rebuild import DROP, MAKE
from application.projections.runtime import SCRATCH, Projection, use
from domain.consumer import ConsumersLinked, ConsumersUnlinked
from domain.events import AnyEvent
from domain.kernel import Event
from domain.order import IdentifyOrder, RecordAppointment, ShipParcel
from domain.promise import Offer
from interface.postgres.database import DatabaseUrls
from tests.application.projections.conftest import History
from tests.flow.test_shuffled_reports import TERMS, Report, histories, moments, reports
from tests.memory_store import MemoryEventStore

SHANGHAI = timezone(timedelta(hours=8))

identities = st.builds(
    IdentifyOrder,
    consumer=st.sampled_from(["anna", "order:shop:A-1"]),
    source=st.just("shop"),
    number=st.just("A-1"),
)
parcels = st.sampled_from(["SF1", "SF2"])
carriers = st.none() | st.sampled_from(["shunfeng", "yunda"])
shipments = st.builds(
    ShipParcel, parcel=parcels, carrier=carriers, waybill=st.none() | parcels
)
# The rule a promise stands under may change: the one that falls due sooner counts.
appointments = st.builds(
    RecordAppointment,
    offer=st.builds(Offer, label=st.sampled_from(["ship", "quick", "slow"])),
)
more = reports(identities | shipments | appointments)
told = st.tuples(histories, st.lists(more, max_size=5)).flatmap(
    lambda parts: st.permutations([*parts[0], *parts[1]])
)

links = st.builds(
    ConsumersLinked,
    at=moments,
    consumer=st.just("anna"),
    other=st.sampled_from(["bert", "carla"]),
    basis=st.just("agent_verified"),
) | st.builds(
    ConsumersUnlinked,
    at=moments,
    consumer=st.just("anna"),
    other=st.sampled_from(["bert", "carla"]),
)


def decided(history: Sequence[Report]) -> list[Event]:
    """Return the events an order came to, as they are read back from the log."""
    store = MemoryEventStore()
    orders = Orders(store, CommandHandler(store), PolicyBook(orders=TERMS))
    order_id = orders.id_of("anna", "shop", "A-1")
    for number, report in enumerate(history):
        at = zoned(report.at, number)
        context = context_for(
            UUID(int=number),
            report.command,
            actor="feed:shop",
            asked_at=at,
            occurred_at=at,
        )
        orders.handle_one(order_id, report.command, context)
    events = (recorded.event for recorded in store.stream(order_id))
    return [
        msgspec.json.decode(msgspec.json.encode(each), type=AnyEvent) for each in events
    ]


def zoned(at: datetime, number: int) -> datetime:
    """Return the moment as a Chinese feed tells it, or as any other."""
    return at.astimezone(SHANGHAI) if number % 3 else at


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[RecordedEvent], list[int]]:
    """Return a log of two orders and a person, and where to cut it."""
    streams: dict[str, list[Event]] = {
        "order one": decided(draw(told)),
        "order two": decided(draw(told)),
        "anna": draw(st.lists(links, max_size=4)),
    }
    turns = [name for name, events in streams.items() for _ in events]
    history = History()
    log: list[RecordedEvent] = []
    for name in draw(st.permutations(turns)):
        log += history.goes_on(name, streams[name].pop(0))
    return log, draw(st.sets(st.integers(0, len(log))).map(sorted))


def read(
    projection: Projection, batches: Sequence[list[RecordedEvent]], to: Connection
) -> dict[str, list[Any]]:
    """Return the rows that reading these batches leads to, and leave none behind."""
    for batch in batches:
        mine = [
            each for each in batch if isinstance(each.event, projection.event_types)
        ]
        if mine:
            with to.cursor() as cursor:
                projection.project(mine, cursor)
    rows = {}
    for table in projection.tables:
        scratch = Identifier(SCRATCH, table)
        query = SQL("SELECT to_jsonb(t)::text FROM {} AS t ORDER BY 1").format(scratch)
        rows[table] = to.execute(query).fetchall()
        to.execute(SQL("DELETE FROM {}").format(scratch))
    return rows


def cut(log: list[RecordedEvent], places: Sequence[int]) -> list[list[RecordedEvent]]:
    """Return the log in pieces, cut before each of these places."""
    ends = [*places, len(log)]
    starts = [0, *places]
    return [log[start:end] for start, end in zip(starts, ends, strict=True)]


@pytest.fixture
def connection(clean_database: DatabaseUrls) -> Iterator[Connection]:
    """Lend a connection of no pool: its threads would throw dice while we draw."""
    with psycopg.connect(clean_database.projector, autocommit=True) as connection:
        yield connection


@pytest.fixture
def scratch(connection: Connection) -> Iterator[Connection]:
    """Lend a connection; the tables of a rebuild are there, and empty."""
    tables = [table for each in READ_MODELS for table in each.tables]
    for table in tables:
        connection.execute(SQL(DROP).format(**names(table)))
        connection.execute(SQL(MAKE).format(**names(table)))
    yield connection
    for table in tables:
        connection.execute(SQL(DROP).format(**names(table)))


@settings(
    max_examples=40,
    # The tables are emptied after every example.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=logs())
def test_cut_in_any_way_a_log_comes_to_the_rows_of_one_batch(
    scratch: Connection, told: tuple[list[RecordedEvent], list[int]]
) -> None:
    """Ask it of every projection at once: to think of a log takes longest."""
    log, places = told
    with scratch.transaction():
        use(SCRATCH, scratch)
        for projection in READ_MODELS:
            at_once = read(projection, [log], scratch)
            in_pieces = read(projection, cut(log, places), scratch)
            one_by_one = read(projection, cut(log, range(1, len(log))), scratch)
            assert in_pieces == at_once, projection.name
            assert one_by_one == at_once, projection.name
