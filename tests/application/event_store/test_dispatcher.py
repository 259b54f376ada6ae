"""Many callers, one road: what came while the last batch was written is the next."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from random import Random
from threading import Event as Signal
from threading import current_thread, main_thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.event_store.batch import Answer
from application.event_store.connections import connection_pool
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, Part, Receipt, RecordedEvent
from application.event_store.limits import Limits
from application.event_store.postgres import PostgresEventStore
from application.event_store.rounds import PartsApart
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
    OutcomeUnknown,
    Overloaded,
    StaleVersion,
    StoreUnavailable,
)
from domain.kernel import AnyDecider, Command, Decider, ImpossibleTime
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.shelf import (
    SHELF,
    SHELF_EVENTS,
    BreakDown,
    PutUp,
    ReportFall,
    Shelf,
    ShelfFull,
    a_shelf,
    asking,
    put_up,
)
from tests.application.event_store.test_handler import kinds, things
from tests.application.event_store.test_races import fallen, intruding
from tests.memory_store import MemoryEventStore

SOON_S = 20.0
# Whatever does not wait for somebody has been done by then.
WHILE_S = 0.3
# So often it is looked who is slow, before it is clear that nobody is.
LOOKS = 4
ONE_LANE = Limits(lanes=1)


class Gated(MemoryEventStore):
    """A store that writes when it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.writing = Signal(), Signal()
        self.gate.set()
        self.loads: list[int] = []
        self.batches: list[int] = []
        self.fails: list[Exception] = []

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.loads.append(len(stream_ids))
        return super().load(stream_ids, command_ids)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        self.writing.set()
        assert self.gate.wait(SOON_S), "nobody opened the gate"
        if self.fails:
            raise self.fails.pop(0)
        self.batches.append(len(appends))
        return super().append(appends)

    def shut(self) -> None:
        """Let the next append wait for the gate, and be noticed."""
        self.gate.clear()
        self.writing.clear()


@pytest.fixture
def store() -> Gated:
    return Gated()


@contextmanager
def dispatching(
    store: MemoryEventStore | PostgresEventStore,
    limits: Limits = ONE_LANE,
    clock: Callable[[], float] = lambda: 0.0,
    effort: Callable[[int], float] = lambda _: 0.0,
) -> Iterator[Dispatcher]:
    dispatcher = Dispatcher(store, limits, clock, effort)
    try:
        yield dispatcher
    finally:
        dispatcher.close()


def never() -> Shelf:
    raise AssertionError("a stranger's fold knows none of these events")


def answers(*futures: Future[Sequence[Answer]]) -> list[Answer]:
    return [each for future in futures for each in future.result(SOON_S)]


def busy_with(
    dispatcher: Dispatcher, store: Gated, ask: Ask
) -> Future[Sequence[Answer]]:
    """Have it write an ask, and wait at the gate."""
    store.shut()
    future = dispatcher.submit([ask])
    assert store.writing.wait(SOON_S)
    return future


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


# -- What it remembers of streams --


def test_a_stream_just_seen_is_not_read_again(store: Gated) -> None:
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        receipts = [dispatcher.handle_one(put_up(each, shelf)) for each in "abc"]
    assert [each.version for each in receipts] == [1, 2, 3]
    assert store.loads == [1]


def test_where_somebody_else_wrote_only_that_stream_is_read_again(store: Gated) -> None:
    shelf, other = a_shelf(), a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle([put_up("a", shelf), put_up("a", other)])
        store.append([intruding(shelf, 1, "b")])
        both = dispatcher.handle([put_up("c", shelf), put_up("c", other)])
    assert kinds(both) == [Receipt, Receipt]
    assert things(store, shelf) == ["a", "b", "c"]
    assert store.loads == [2, 1]


def test_nobody_is_refused_for_what_is_so_no_more(store: Gated) -> None:
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle([put_up(each, shelf) for each in "abc"])
        store.append([fallen(shelf, 3, "a")])
        assert dispatcher.handle_one(put_up("d", shelf)).version == 5


def test_nobody_is_told_it_is_so_already_when_it_is_so_no_more(store: Gated) -> None:
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle_one(put_up("a", shelf))
        store.append([fallen(shelf, 1, "a")])
        assert dispatcher.handle_one(put_up("a", shelf)).version == 3
        assert dispatcher.handle_one(put_up("a", shelf)).version == 3, "now it is"


def test_what_was_granted_is_not_refused_when_it_is_asked_again(store: Gated) -> None:
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        first = put_up("a", shelf)
        receipt = dispatcher.handle_one(first)
        dispatcher.handle([put_up(each, shelf) for each in "bc"])
        dispatcher.handle_one(asking((shelf, ReportFall("a"))))
        dispatcher.handle_one(put_up("d", shelf))
        assert dispatcher.handle_one(first) == replace(receipt, repeated=True)


def test_it_remembers_so_many_streams_and_no_more(store: Gated) -> None:
    shelves = [a_shelf() for _ in range(4)]
    with dispatching(store, Limits(lanes=1, kept=2)) as dispatcher:
        for thing in "ab":
            dispatcher.handle([put_up(thing, shelf) for shelf in shelves])
    assert store.loads == [4, 2]
    assert all(things(store, shelf) == ["a", "b"] for shelf in shelves)


def test_ids_that_are_no_stream_push_nobody_out(store: Gated) -> None:
    shelf, nothing = a_shelf(), [a_shelf() for _ in range(5)]
    with dispatching(store, Limits(lanes=1, kept=2)) as dispatcher:
        dispatcher.handle_one(put_up("a", shelf))
        dispatcher.handle([asking((each, BreakDown())) for each in nothing])
        dispatcher.handle_one(put_up("b", shelf))
    assert store.loads == [1, len(nothing)]


@pytest.mark.parametrize("at_once", [True, False])
def test_who_takes_an_id_for_another_thing_spoils_no_answer(
    store: Gated, *, at_once: bool
) -> None:
    shelf, neighbour = a_shelf(), a_shelf()
    stranger: AnyDecider = Decider(
        initial=Shelf(), decide=lambda *_: (), evolve=lambda *_: never()
    )
    ask = put_up("a", shelf)
    taken_for = replace(ask, parts=(Part(shelf, stranger, PutUp("a")),))
    written = [put_up("a", shelf), put_up("b", neighbour)]
    with dispatching(store) as dispatcher:
        if at_once:
            first, *found = dispatcher.handle([taken_for, *written])
        else:
            (first,) = dispatcher.handle([taken_for])
            found = list(dispatcher.handle(written))
    assert kinds([first, *found]) == [Receipt, Receipt, Receipt]
    assert things(store, shelf) == ["a"]


def test_a_stream_is_told_by_whatever_kind_it_is_asked_as(store: Gated) -> None:
    counting: AnyDecider = Decider(
        initial=Shelf(),
        decide=lambda *_: (),
        evolve=lambda shelf, _: Shelf((*shelf.things, "any")),
    )
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle_one(put_up("a", shelf))
        ask = put_up("b", shelf)
        counted = replace(ask, parts=(Part(shelf, counting, PutUp("b")),))
        assert dispatcher.handle_one(counted).version == 1
        assert dispatcher.handle_one(put_up("b", shelf)).version == 2
    assert things(store, shelf) == ["a", "b"]


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


# -- Who is slow --


class Slowly:
    """Decides as a shelf does, but only once it may; ``worked`` grows meanwhile."""

    def __init__(self) -> None:
        self.deciding, self.go_on, self.seen_slow = Signal(), Signal(), Signal()
        self._decider: AnyDecider = Decider(
            initial=Shelf(), decide=self._decide, evolve=SHELF.evolve
        )
        self._looked = count()

    def worked(self, thread: int) -> float:
        """Return more each time somebody looks, as long as it decides."""
        assert thread
        looked = next(self._looked)
        if looked:
            self.seen_slow.set()
        return float(looked)

    def ask(self, thing: str, shelf: UUID) -> Ask:
        ask = put_up(thing, shelf)
        return replace(ask, parts=(Part(shelf, self._decider, PutUp(thing)),))

    def _decide(
        self, shelf: Shelf, command: Command, policy: None, at: datetime
    ) -> Any:
        self.deciding.set()
        assert self.go_on.wait(SOON_S), "nobody let it go on"
        return SHELF.decide(shelf, command, policy, at)


def test_who_is_slow_harms_nobody_else_in_his_batch(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        others = [dispatcher.submit([put_up("a", a_shelf())]) for _ in range(3)]
        slow = dispatcher.submit([slowly.ask("b", shelf)])
        others += [dispatcher.submit([put_up("a", a_shelf())]) for _ in range(3)]
        store.gate.set()
        assert kinds(answers(first, *others)) == [Receipt] * 7
        assert slowly.deciding.is_set()
        assert not slow.done()
        slowly.go_on.set()
        assert kinds(answers(slow)) == [Receipt]
    assert things(store, shelf) == ["b"]


def test_what_came_for_the_stream_of_who_is_slow_keeps_its_order(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        asks = [
            put_up("a", shelf),
            slowly.ask("b", shelf),
            put_up("c", shelf),
            put_up("d", shelf),
        ]
        rest = [dispatcher.submit([each]) for each in asks]
        other = dispatcher.submit([put_up("a", a_shelf())])
        store.gate.set()
        assert kinds(answers(first, other)) == [Receipt] * 2
        slowly.go_on.set()
        assert kinds(answers(*rest)) == [Receipt] * 3 + [ShelfFull]
    assert things(store, shelf) == ["a", "b", "c"]


def test_who_is_slow_once_holds_nobody_up_again(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        slow = dispatcher.submit([slowly.ask("a", shelf)])
        assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1
        again = dispatcher.submit([slowly.ask("b", shelf)])
        assert dispatcher.figures[-1].waiting + dispatcher.figures[-1].asks == 2
        slowly.go_on.set()
        assert kinds(answers(slow, again)) == [Receipt] * 2
    assert things(store, shelf) == ["a", "b"]


def test_who_only_waits_for_the_machine_is_not_slow(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    looked = Signal()

    def never_works(thread: int) -> float:
        assert thread
        if looks.count(1) == LOOKS:
            looked.set()
        looks.append(1)
        return 0.0

    looks: list[int] = []
    with dispatching(store, effort=never_works) as dispatcher:
        slow = dispatcher.submit([slowly.ask("a", shelf)])
        assert looked.wait(SOON_S)
        slowly.go_on.set()
        assert kinds(answers(slow)) == [Receipt]
        assert [each.asks for each in dispatcher.figures] == [1, 0]


def test_who_is_slow_still_comes_after_what_is_on_its_way(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    slowly.go_on.set()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        dispatcher.handle_one(put_up("0", shelf))
        store.shut()
        first = dispatcher.submit([put_up("1", shelf), put_up("x", a_shelf())])
        assert store.writing.wait(SOON_S)
        slowly.go_on.clear()
        slow = dispatcher.submit([slowly.ask("2", shelf)])
        assert slowly.deciding.wait(SOON_S)
        assert slowly.seen_slow.wait(SOON_S)
        with pytest.raises(TimeoutError):
            slow.result(WHILE_S)  # Meanwhile he is left behind.
        slowly.go_on.set()
        held, store.gate = store.gate, Signal()
        store.gate.set()  # Whoever appends now is not held up.
        with pytest.raises(TimeoutError):
            slow.result(WHILE_S)
        held.set()
        assert kinds(answers(first, slow)) == [Receipt] * 3
    assert things(store, shelf) == ["0", "1", "2"]


def test_who_shares_a_stream_with_who_is_slow_keeps_his_place_on_his_others(
    store: Gated,
) -> None:
    slowly, one, other = Slowly(), a_shelf(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        slow = dispatcher.submit([slowly.ask("slow", one)])
        assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1
        both = dispatcher.submit([asking((one, PutUp("1")), (other, PutUp("1")))])
        then = dispatcher.submit([put_up("2", other)])
        slowly.go_on.set()
        assert kinds(answers(slow, both, then)) == [Receipt] * 3
    assert things(store, other) == ["1", "2"]


def test_stopping_waits_for_who_is_slow_as_well(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    dispatcher = Dispatcher(store, ONE_LANE, effort=slowly.worked)
    slow = dispatcher.submit([slowly.ask("a", shelf)])
    assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1
    slowly.go_on.set()
    dispatcher.close()
    assert slow.done()
    assert things(store, shelf) == ["a"]


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


# -- What goes wrong with one --

LONG_AFTER = datetime(2500, 1, 1, tzinfo=UTC)


class Otherwise(Gated):
    """A store that can fail as no store should."""

    broken = False

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        if self.broken:
            raise ZeroDivisionError
        return super().load(stream_ids, command_ids)


def test_who_repeats_himself_at_an_impossible_time_harms_nobody_else(
    store: Gated,
) -> None:
    command, shelf = uuid4(), a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle_one(put_up("a", shelf, command))
    far_off = asking((shelf, PutUp("a")), command_id=command, occurred_at=LONG_AFTER)
    with dispatching(store) as another:
        got = another.handle([put_up("x", a_shelf()), far_off, put_up("x", a_shelf())])
        assert another.handle_one(put_up("x", a_shelf())).version == 1
    assert kinds(got) == [Receipt, ImpossibleTime, Receipt]


def test_a_store_that_fails_otherwise_is_told_to_all_and_nobody_waits_for_ever() -> (
    None
):
    store, hot = Otherwise(), a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle_one(put_up("a", hot))
        store.shut()
        ahead = dispatcher.submit([put_up("b", hot), put_up("x", a_shelf())])
        assert store.writing.wait(SOON_S)
        behind = dispatcher.submit([put_up("c", hot), put_up("d", hot)])
        MemoryEventStore.append(store, [intruding(hot, 1, "z")])
        store.broken = True
        store.gate.set()
        assert kinds(answers(ahead)) == [ZeroDivisionError, Receipt]
        assert kinds(answers(behind)) == [ZeroDivisionError] * 2
        store.broken = False
        assert dispatcher.handle_one(put_up("c", hot)).version == 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_should_a_lane_fail_all_the_same_nobody_waits_for_ever(store: Gated) -> None:
    broken = Signal()

    def clock() -> float:
        if broken.is_set() and current_thread() is not main_thread():
            raise ZeroDivisionError
        return 0.0

    with dispatching(store, clock=clock) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        rest = [dispatcher.submit([put_up("vase", a_shelf())]) for _ in range(3)]
        broken.set()
        store.gate.set()
        assert kinds(answers(first, *rest)) == [Receipt] + [OutcomeUnknown] * 3
        with pytest.raises(Overloaded):
            dispatcher.submit([put_up("vase", a_shelf())])


class Speechless(Gated):
    """Takes no NUL, as PostgreSQL; another process is quicker at the first append."""

    intruder: Append | None = None

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        if any("\0" in each.context.actor for each in appends):
            raise ValueError("a NUL")
        if self.intruder is not None:
            MemoryEventStore.append(self, [self.intruder])
            self.intruder = None
        return super().append(appends)


def test_who_lost_a_race_beside_one_that_cannot_be_stored_is_not_overtaken() -> None:
    store, shelf = Speechless(), a_shelf()
    spoilt = put_up("x", a_shelf())
    spoilt = replace(spoilt, context=replace(spoilt.context, actor="\0"))
    store.intruder = intruding(shelf, 0, "z")
    with dispatching(store) as dispatcher:
        got = dispatcher.handle(
            [put_up("1", shelf), put_up("x", a_shelf()), put_up("2", shelf), spoilt]
        )
    assert kinds(got) == [Receipt, Receipt, Receipt, ValueError]
    assert things(store, shelf) == ["z", "1", "2"]


def test_nor_is_who_shares_a_stream_with_him_on_his_others() -> None:
    store, shelf, other = Speechless(), a_shelf(), a_shelf()
    spoilt = put_up("x", a_shelf())
    spoilt = replace(spoilt, context=replace(spoilt.context, actor="\0"))
    store.intruder = intruding(shelf, 0, "z")
    both = asking((shelf, PutUp("2")), (other, PutUp("2")))
    asks = [put_up("1", shelf), put_up("x", a_shelf()), both, put_up("3", other)]
    with dispatching(store) as dispatcher:
        got = dispatcher.handle([*asks, spoilt])
    assert kinds(got) == [Receipt] * 4 + [ValueError]
    assert things(store, shelf) == ["z", "1", "2"]
    assert things(store, other) == ["2", "3"]


def test_one_that_cannot_be_stored_is_found_by_halves() -> None:
    store = Speechless()
    asks = [put_up("x", a_shelf()) for _ in range(64)]
    asks[20] = replace(asks[20], context=replace(asks[20].context, actor="\0"))
    with dispatching(store) as dispatcher:
        got = dispatcher.handle(asks)
    assert kinds(got).count(Receipt) == 63
    assert kinds(got)[20] is ValueError
    assert len(store.batches) < 10


def test_a_refusal_holds_nothing_else_in_memory(store: Gated) -> None:
    shelf = a_shelf()
    with dispatching(store) as dispatcher:
        dispatcher.handle([put_up(each, shelf) for each in "abc"])
        (refused,) = dispatcher.handle([put_up("d", shelf)])
    assert isinstance(refused, ShelfFull)
    assert refused.__traceback__ is None
