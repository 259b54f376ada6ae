"""Many callers, one road: what came while the last batch was written is the next."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.event_store.batch import Answer
from application.event_store.connections import connection_pool
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, Receipt, RecordedEvent
from application.event_store.limits import Limits
from application.event_store.postgres import PostgresEventStore
from application.event_store.rounds import PartsApart
from application.event_store.store import (
    Append,
    Conflict,
    OutcomeUnknown,
    Overloaded,
    StaleVersion,
    StoreUnavailable,
)
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.gated import (
    ONE_LANE,
    SOON_S,
    Gated,
    answers,
    busy_with,
    dispatching,
)
from tests.application.event_store.shelf import (
    SHELF_EVENTS,
    BreakDown,
    PutUp,
    ShelfFull,
    a_shelf,
    asking,
    put_up,
)
from tests.application.event_store.test_handler import kinds, things
from tests.application.event_store.test_races import intruding
from tests.memory_store import MemoryEventStore


@pytest.fixture
def store() -> Gated:
    return Gated()


def test_what_came_while_a_batch_was_written_is_the_next(store: Gated) -> None:
    with dispatching(store) as dispatcher:
        first = busy_with(dispatcher, store, put_up("vase", a_shelf()))
        rest = [dispatcher.submit([put_up("vase", a_shelf())]) for _ in range(10)]
        store.gate.set()
        assert kinds(answers(first, *rest)) == [Receipt] * 11
    assert store.batches == [1, 10]


def test_every_caller_of_a_batch_gets_an_answer_of_his_own(store: Gated) -> None:
    full, broken, other = a_shelf(), a_shelf(), a_shelf()
    again = put_up("vase", other)
    with dispatching(store) as dispatcher:
        dispatcher.handle([put_up(each, full) for each in "abc"])
        dispatcher.handle_one(again)
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        mixed = [
            dispatcher.submit([put_up("radio", full)]),
            dispatcher.submit([asking((broken, BreakDown()))]),
            dispatcher.submit([again]),
            dispatcher.submit([asking((other, PutUp("x")), expected_version=0)]),
            dispatcher.submit([put_up("clock", other)]),
        ]
        store.gate.set()
        got = answers(first, *mixed)
    assert kinds(got) == [
        Receipt,
        ShelfFull,
        ZeroDivisionError,
        Receipt,
        StaleVersion,
        Receipt,
    ]
    repeated = got[3]
    assert isinstance(repeated, Receipt)
    assert repeated.repeated
    assert things(store, other) == ["vase", "clock"]


def test_two_on_one_stream_see_each_others_events(store: Gated) -> None:
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        rest = [dispatcher.submit([put_up(each, shelf)]) for each in "abcd"]
        store.gate.set()
        got = answers(first, *rest)
    assert kinds(got) == [Receipt] * 4 + [ShelfFull]
    assert things(store, shelf) == ["a", "b", "c"]


def test_an_ask_without_parts_is_answered_all_the_same(store: Gated) -> None:
    with dispatching(store) as dispatcher:
        empty = replace(put_up("vase", a_shelf()), parts=())
        assert kinds(dispatcher.handle([empty])) == [PartsApart]


def test_a_command_id_is_one_among_callers(store: Gated) -> None:
    shelf, command = a_shelf(), uuid4()
    with dispatching(store) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        same = [dispatcher.submit([put_up("vase", shelf, command)]) for _ in range(5)]
        store.gate.set()
        got = answers(first, *same)
    receipts = [each for each in got[1:] if isinstance(each, Receipt)]
    assert [each.repeated for each in receipts] == [False, True, True, True, True]
    assert things(store, shelf) == ["vase"]


# -- Limits --


def test_who_finds_the_queue_full_is_told_at_once(store: Gated) -> None:
    with dispatching(store, Limits(lanes=1, queue=2)) as dispatcher:
        first = busy_with(dispatcher, store, put_up("vase", a_shelf()))
        waiting = [dispatcher.submit([put_up("vase", a_shelf())]) for _ in range(2)]
        with pytest.raises(Overloaded):
            dispatcher.submit([put_up("vase", a_shelf())])
        assert dispatcher.figures[0].waiting == 2
        store.gate.set()
        assert kinds(answers(first, *waiting)) == [Receipt] * 3
        assert dispatcher.figures[0].turned_away == 1


def test_who_waited_too_long_is_turned_away_and_nothing_is_written(
    store: Gated,
) -> None:
    now = [0.0]
    shelf = a_shelf()
    with dispatching(store, Limits(lanes=1, wait_s=2), lambda: now[0]) as dispatcher:
        first = busy_with(dispatcher, store, put_up("vase", a_shelf()))
        late = dispatcher.submit([put_up("vase", shelf)])
        now[0] = 3.0
        in_time = dispatcher.submit([put_up("clock", shelf)])
        store.gate.set()
        assert kinds(answers(first, late, in_time)) == [Receipt, Overloaded, Receipt]
    assert things(store, shelf) == ["clock"]


def test_stopping_answers_what_was_accepted_and_takes_no_more(store: Gated) -> None:
    dispatcher = Dispatcher(store, ONE_LANE)
    first = busy_with(dispatcher, store, put_up("vase", a_shelf()))
    rest = [dispatcher.submit([put_up("vase", a_shelf())]) for _ in range(20)]
    with ThreadPoolExecutor(1) as thread:
        closed = thread.submit(dispatcher.close)
        store.gate.set()
        closed.result(SOON_S)
    assert kinds(answers(first, *rest)) == [Receipt] * 21
    with pytest.raises(Overloaded):
        dispatcher.submit([put_up("vase", a_shelf())])


def test_a_store_that_is_away_is_said_to_everybody_and_the_next_batch_goes(
    store: Gated,
) -> None:
    with dispatching(store) as dispatcher:
        first = busy_with(dispatcher, store, put_up("vase", a_shelf()))
        store.fails.append(StoreUnavailable("away"))
        store.gate.set()
        assert kinds(answers(first)) == [StoreUnavailable]
        assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1


class Losing(Gated):
    """A store that loses its first answer."""

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        outcomes = super().append(appends)
        if len(self.batches) == 1:
            raise OutcomeUnknown("the line is cut")
        return outcomes


def test_a_lost_answer_is_looked_up_and_written_once() -> None:
    losing, shelf = Losing(), a_shelf()
    with dispatching(losing) as dispatcher:
        assert dispatcher.handle_one(put_up("vase", shelf)).version == 1
        assert dispatcher.handle_one(put_up("clock", shelf)).version == 2
    assert things(losing, shelf) == ["vase", "clock"]


def test_a_feed_larger_than_the_queue_goes_in_pieces(store: Gated) -> None:
    asks = [put_up("vase", a_shelf(partition)) for partition in range(8) for _ in "abc"]
    with dispatching(store, Limits(lanes=2, queue=5, batch=4)) as dispatcher:
        assert kinds(dispatcher.handle(asks)) == [Receipt] * 24
    assert max(store.batches) <= 4


def test_who_lost_a_race_makes_no_batch_larger_than_it_may_be(store: Gated) -> None:
    hot = [a_shelf() for _ in range(4)]
    with dispatching(store, Limits(lanes=1, batch=4)) as dispatcher:
        dispatcher.handle([put_up("a", shelf) for shelf in hot])
        store.shut()
        ahead = dispatcher.submit([put_up("c", shelf) for shelf in hot])
        assert store.writing.wait(SOON_S)
        behind = dispatcher.submit([put_up("a", a_shelf())])
        assert store.reading.wait(SOON_S), "he is decided"
        MemoryEventStore.append(store, [intruding(shelf, 1, "b") for shelf in hot])
        store.gate.set()
        assert kinds(answers(ahead, behind)) == [Receipt] * 5
    assert max(store.batches) <= 4
    assert all(things(store, shelf) == ["a", "b", "c"] for shelf in hot)


def test_a_feed_that_is_not_taken_whole_may_be_handed_in_again(store: Gated) -> None:
    shelves = [a_shelf(0), a_shelf(1)]
    with dispatching(store, Limits(lanes=2, queue=1)) as dispatcher:
        first = busy_with(dispatcher, store, put_up("vase", a_shelf(0)))
        full = dispatcher.submit([put_up("vase", a_shelf(0))])
        asks = [put_up("vase", shelf) for shelf in shelves]
        with ThreadPoolExecutor(1) as thread:
            handed_in = thread.submit(dispatcher.handle, asks)
            store.gate.set()
            with pytest.raises(OutcomeUnknown):
                handed_in.result(SOON_S)
        assert kinds(answers(first, full)) == [Receipt, Receipt]
        got = dispatcher.handle(asks)
    assert [each.repeated for each in got if isinstance(each, Receipt)] == [False, True]


# -- On a real database, with two of them --


def test_callers_of_two_processes_lose_nothing_and_write_nothing_twice(
    clean_database: DatabaseUrls,
) -> None:
    dice = Random(20)  # noqa: S311 - no secret, but the same each time
    shelves = [a_shelf(number % 8) for number in range(60)]
    asks = [
        put_up(f"thing {number}", shelf)
        for number, shelf in enumerate(dice.choices(shelves, k=300))
    ]
    twice = [*asks, *asks]
    dice.shuffle(twice)
    with (
        connection_pool(clean_database.writer, max_size=8) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        stores = [PostgresEventStore(writer, reader, SHELF_EVENTS) for _ in range(2)]
        with (
            dispatching(stores[0], Limits()) as left,
            dispatching(stores[1], Limits()) as right,
            ThreadPoolExecutor(16) as callers,
        ):

            def ask(number: int) -> tuple[UUID, Answer]:
                dispatcher = left if number % 2 else right
                (answer,) = dispatcher.submit([twice[number]]).result(SOON_S)
                return twice[number].context.command_id, answer

            told = list(callers.map(ask, range(len(twice))))
        written = {
            command_id
            for command_id, answer in told
            if isinstance(answer, Receipt) and not answer.repeated
        }
        stored = [
            each.command_id
            for shelf in shelves
            for each in stores[0].stream(shelf)
            if isinstance(each, RecordedEvent)
        ]
        assert sorted(stored) == sorted(set(stored)), "nothing twice"
        assert written <= set(stored), "nothing lost"
        assert len(stored) == sum(min(3, shelves_asked(asks, each)) for each in shelves)


def shelves_asked(asks: Sequence[Ask], shelf: UUID) -> int:
    return sum(ask.parts[0].stream_id == shelf for ask in asks)
