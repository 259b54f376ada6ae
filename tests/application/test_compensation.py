"""Caps hold whoever asks, and however many at once."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial, reduce
from threading import Barrier
from uuid import UUID, uuid5

import pytest

from application.compensation import Compensations, PaidOrder
from application.event_store.connections import connection_pool
from application.event_store.envelope import Ask, CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import EventStore, Loaded
from domain.compensation import COMPENSATION, DayOfCompensation
from domain.events import ALL_EVENTS
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.policy.quote import Facts
from interface.postgres.database import DatabaseUrls
from tests.domain.compensations import BOOK, ITEM_FEN, MONDAY, taken
from tests.memory_store import MemoryEventStore

LATE = Facts(item_fen=ITEM_FEN, breaches=("SHIP_OVERDUE",))
BEFORE_MIDNIGHT = datetime.fromisoformat("2026-11-20T23:59:59+08:00")
AFTER_MIDNIGHT = datetime.fromisoformat("2026-11-21T00:00:00+08:00")


class OneBook:
    """The same rules for the orders of every source."""

    def for_source(self, source: str | None) -> Rulebook:
        assert source == "shop"
        return BOOK


class Slow:
    """A store whose first readers wait for each other, so that both know the same."""

    def __init__(self, store: EventStore, readers: int) -> None:
        self._store, self._together = store, Barrier(readers, timeout=9)
        self.partitions = store.partitions
        self.append = store.append
        self._readers = readers

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        loaded = self._store.load(stream_ids, command_ids)
        if self._readers:
            self._together.wait()
            self._readers = 0
        return loaded


@pytest.fixture
def memory_store() -> EventStore:
    return MemoryEventStore()


@pytest.fixture
def postgres_store(clean_database: DatabaseUrls) -> Iterator[EventStore]:
    with (
        connection_pool(clean_database.writer) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        yield PostgresEventStore(writer, reader, ALL_EVENTS)


@pytest.fixture(params=["memory_store", "postgres_store"])
def store(request: pytest.FixtureRequest) -> EventStore:
    found: EventStore = request.getfixturevalue(request.param)
    return found


def paid_order(order: str, paid_at: datetime = BEFORE_MIDNIGHT) -> PaidOrder:
    return PaidOrder(
        order=order, source="shop", consumer="anna", merchant="m-42", paid_at=paid_at
    )


def envelope(name: str) -> CommandContext:
    """Return who asks and when, under a name that is asked once."""
    cause = uuid5(UUID(int=0), name)
    return CommandContext(
        actor="system:redress", asked_at=MONDAY, command_id=cause, correlation_id=cause
    )


def compensations(store: EventStore) -> Compensations:
    return Compensations(store, CommandHandler(store), OneBook())


def reserved(desk: Compensations, order: PaidOrder) -> Receipt:
    command = desk.reservation(
        order,
        by=SYSTEM,
        reservation=f"k-{order.order}",
        matter=f"c-{order.order}",
        facts=LATE,
    )
    return desk.take(order, command, envelope(order.order))


def day_of(
    store: EventStore, desk: Compensations, order: PaidOrder
) -> DayOfCompensation:
    day = desk.id_of(order)
    events = [each.event for each in store.load([day]).histories[day]]
    return reduce(COMPENSATION.evolve, events, COMPENSATION.initial)  # type: ignore[arg-type]  # of its stream


def test_two_who_ask_at_once_do_not_pass_a_cap(store: EventStore) -> None:
    """Each of three orders is worth ¥50, and the day ¥100."""
    orders = [paid_order(name) for name in ("A-1", "A-2", "A-3")]
    reserved(compensations(store), orders[0])
    desk = compensations(Slow(store, readers=2))
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(partial(reserved, desk), orders[1:]))
    day = day_of(store, desk, orders[0])
    assert sorted(each.total_fen for each in day.reservations.values()) == [
        0,
        5_000,
        5_000,
    ]
    assert taken(day) == 10_000


def test_what_is_given_up_is_free_for_the_next_and_what_is_paid_is_not(
    store: EventStore,
) -> None:
    orders = [paid_order(f"A-{number}") for number in range(5)]
    desk = compensations(store)
    for order in orders[:3]:
        reserved(desk, order)
    desk.release(orders[0], "k-A-0", "withdrawn", SYSTEM, envelope("released"))
    desk.commit(orders[1], "k-A-1", SYSTEM, envelope("paid"))
    reserved(desk, orders[3])
    reserved(desk, orders[4])
    day = day_of(store, desk, orders[0])
    standing = {
        name: (each.standing, each.total_fen) for name, each in day.reservations.items()
    }
    assert standing == {
        "k-A-0": ("released", 5_000),
        "k-A-1": ("paid", 5_000),
        "k-A-2": ("reserved", 0),
        "k-A-3": ("reserved", 5_000),
        "k-A-4": ("reserved", 0),
    }


def test_asking_twice_is_asking_once(memory_store: EventStore) -> None:
    desk, order = compensations(memory_store), paid_order("A-1")
    first, again = reserved(desk, order), reserved(desk, order)
    assert (first.version, again.version, again.repeated) == (1, 1, True)


def test_a_day_ends_at_midnight_of_the_caps_own_zone(memory_store: EventStore) -> None:
    desk = compensations(memory_store)
    today, tomorrow = paid_order("A-1"), paid_order("A-2", AFTER_MIDNIGHT)
    assert desk.id_of(today) != desk.id_of(tomorrow)
    elsewhere = datetime.fromisoformat("2026-11-20T08:00:00-05:00")
    assert desk.id_of(today) == desk.id_of(paid_order("A-3", elsewhere))


def test_several_parts_of_one_ask_see_each_other(memory_store: EventStore) -> None:
    desk = compensations(memory_store)
    parts = []
    for name in ("A-1", "A-2", "A-3"):
        order = paid_order(name)
        command = desk.reservation(
            order, by=SYSTEM, reservation=f"k-{name}", matter="d-1", facts=LATE
        )
        parts.append(desk.part(order, command))
    ask = Ask(envelope("all"), tuple(parts))
    CommandHandler(memory_store).handle_one(ask)
    assert taken(day_of(memory_store, desk, paid_order("A-1"))) == 10_000
