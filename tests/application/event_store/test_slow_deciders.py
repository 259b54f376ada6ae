"""Who takes long to be decided holds up nobody but who comes for his streams."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from itertools import count
from threading import Event as Signal
from threading import enumerate as threads
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.event_store.batch import Answer
from application.event_store.calls import Waiting, submitted
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, Part, Receipt
from application.event_store.limits import LEFT_BEHIND_MAX, Limits
from application.event_store.slow import SlowStreams
from application.event_store.store import Overloaded
from domain.kernel import AnyDecider, Command, Decider
from tests.application.event_store.gated import (
    ONE_LANE,
    SOON_S,
    WHILE_S,
    Gated,
    answers,
    busy_with,
    dispatching,
)
from tests.application.event_store.shelf import (
    SHELF,
    PutUp,
    ReportFall,
    Shelf,
    ShelfFull,
    a_shelf,
    asking,
    put_up,
)
from tests.application.event_store.test_handler import kinds, things
from tests.application.event_store.test_races import intruding
from tests.eventually import eventually
from tests.memory_store import MemoryEventStore


@pytest.fixture
def store() -> Gated:
    return Gated()


# So often it is looked who is slow, before it is clear that nobody is.
LOOKS = 4


class Slowly:
    """Decides as a shelf does, but only once it may; ``worked`` grows meanwhile.

    The first times it may be ``quick``.
    """

    def __init__(self, quick: int = 0) -> None:
        self._quick = quick
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
        if self._quick:
            self._quick -= 1
            return SHELF.decide(shelf, command, policy, at)
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


def test_nor_does_who_is_slow_only_when_he_is_decided_again(store: Gated) -> None:
    slowly, shelf = Slowly(quick=1), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        dispatcher.handle_one(put_up("a", shelf))
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        others = [dispatcher.submit([put_up("a", a_shelf())]) for _ in range(3)]
        slow = dispatcher.submit([slowly.ask("c", shelf)])
        others += [dispatcher.submit([put_up("a", a_shelf())]) for _ in range(3)]
        MemoryEventStore.append(store, [intruding(shelf, 1, "b")])
        store.gate.set()
        assert kinds(answers(first, *others)) == [Receipt] * 7
        assert slowly.deciding.wait(SOON_S)
        assert dispatcher.handle_one(put_up("a", a_shelf())).version == 1
        assert not slow.done()
        slowly.go_on.set()
        assert kinds(answers(slow)) == [Receipt]
    assert things(store, shelf) == ["a", "b", "c"]


def test_nor_does_who_is_slow_to_take_in_what_he_decided(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    slowly.go_on.set()

    def evolve(state: Shelf, event: Any) -> Shelf:
        slowly.deciding.set()
        assert slowly.go_on.wait(SOON_S), "nobody let it go on"
        shelf: Shelf = SHELF.evolve(state, event)
        return shelf

    taking: AnyDecider = Decider(initial=Shelf(), decide=SHELF.decide, evolve=evolve)
    ask = put_up("a", shelf)
    ask = replace(ask, parts=(Part(shelf, taking, PutUp("a")),))
    with dispatching(store, effort=slowly.worked) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        slowly.go_on.clear()
        slow = dispatcher.submit([ask])
        other = dispatcher.submit([put_up("a", a_shelf())])
        store.gate.set()
        assert kinds(answers(first, other)) == [Receipt] * 2
        assert slowly.deciding.is_set()
        slowly.go_on.set()
        assert kinds(answers(slow)) == [Receipt]


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


def test_who_is_decided_already_comes_before_who_is_taken_with_who_is_slow(
    store: Gated,
) -> None:
    slowly, hot, shelf = Slowly(), a_shelf(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        dispatcher.handle_one(put_up("0", hot))
        store.shut()
        waiting = [dispatcher.submit([put_up("1", hot), put_up("x", a_shelf())])]
        assert store.writing.wait(SOON_S)
        store.reading.clear()
        waiting.append(dispatcher.submit([put_up("a", shelf)]))
        assert store.reading.wait(SOON_S), "he is decided"
        slow = slowly.ask("s", a_shelf())
        waiting.append(dispatcher.submit([slow, put_up("b", shelf)]))
        assert slowly.seen_slow.wait(SOON_S)
        eventually(
            lambda: dispatcher.figures[0].waiting > 0, SOON_S
        )  # He is to be put aside.
        slowly.go_on.set()
        store.gate.set()
        assert kinds(answers(*waiting)) == [Receipt] * 5
    assert things(store, shelf) == ["a", "b"]


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


def test_nor_does_he_overtake_there_what_came_before_him(store: Gated) -> None:
    slowly, one, other = Slowly(), a_shelf(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        slow = dispatcher.submit([slowly.ask("slow", one)])
        assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1
        store.shut()
        on_its_way = dispatcher.submit([put_up("1", other), put_up("x", a_shelf())])
        assert store.writing.wait(SOON_S)
        then = dispatcher.submit([put_up("2", other)])
        both = dispatcher.submit([asking((one, PutUp("3")), (other, PutUp("3")))])
        slowly.go_on.set()
        held, store.gate = store.gate, Signal()
        store.gate.set()  # Whoever appends now is not held up.
        with pytest.raises(TimeoutError):
            both.result(WHILE_S)
        held.set()
        assert kinds(answers(slow, on_its_way, then, both)) == [Receipt] * 5
    assert things(store, other) == ["1", "2", "3"]


def test_who_shares_a_stream_with_one_held_up_is_held_up_before_and_after_him() -> None:
    streams = SlowStreams()
    one, two, three, four = (a_shelf() for _ in range(4))
    call, _ = submitted(5)
    waiting = [
        Waiting(
            asking(*((each, PutUp("x")) for each in asked)),
            number=0,
            call=call,
            since=0.0,
        )
        for asked in ((two, three), (four,), (one, two), (three,), (a_shelf(),))
    ]
    assert streams.parted(waiting) == (waiting, [], False)
    streams.add([one])
    first, alone, both, last, other = waiting
    assert streams.parted(waiting) == ([alone, other], [first, both, last], True)
    assert streams.parted([last]) == ([], [last], False), "by now they are known"


def test_once_nobody_is_held_up_any_more_only_who_was_slow_himself_is_put_aside(
    store: Gated,
) -> None:
    slowly, one, other = Slowly(), a_shelf(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        waiting = [dispatcher.submit([slowly.ask("slow", one)])]
        assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1
        both = asking((one, PutUp("1")), (other, PutUp("1")))
        waiting.append(dispatcher.submit([both]))
        slowly.go_on.set()
        assert kinds(answers(*waiting)) == [Receipt] * 2
        eventually(lambda: dispatcher.figures[-1].idle, SOON_S)
        aside = dispatcher.figures[-1].asks
        dispatcher.handle_one(put_up("2", other))
        assert dispatcher.figures[-1].asks == aside
        dispatcher.handle_one(put_up("2", one))
        assert dispatcher.figures[-1].asks == aside + 1
    assert things(store, other) == ["1", "2"]


def test_of_streams_so_many_are_remembered_as_slow_and_no_more() -> None:
    streams, shelves = SlowStreams(most=2), [a_shelf() for _ in range(3)]
    streams.add(shelves[:2])
    streams.add([shelves[0], shelves[2]])
    call, _ = submitted(1)
    asks = [
        Waiting(put_up("x", each), number=0, call=call, since=0.0) for each in shelves
    ]
    assert streams.parted(asks) == ([asks[1]], [asks[0], asks[2]], False)


def left_behind(
    dispatcher: Dispatcher, store: Gated, slowly: Slowly, shelf: UUID
) -> list[Future[Sequence[Answer]]]:
    """Have somebody left behind who waits for what is on its way, at the gate."""
    hot = a_shelf()
    dispatcher.handle([put_up("0", hot), put_up("0", shelf)])
    store.shut()
    on_its_way = dispatcher.submit([put_up("1", hot), put_up("x", a_shelf())])
    assert store.writing.wait(SOON_S)
    slow = dispatcher.submit([slowly.ask("s", shelf)])
    assert slowly.seen_slow.wait(SOON_S)
    eventually(
        lambda: dispatcher.figures[0].waiting > 0, SOON_S
    )  # He is to be put aside.
    slowly.go_on.set()
    return [on_its_way, slow]


def test_who_waits_to_be_put_aside_waits_in_the_queue_as_any_other(
    store: Gated,
) -> None:
    slowly, shelf = Slowly(), a_shelf()
    limits = Limits(lanes=1, queue=4)
    with dispatching(store, limits, effort=slowly.worked) as dispatcher:
        waiting = left_behind(dispatcher, store, slowly, shelf)
        falls = [asking((shelf, ReportFall(each))) for each in "abc"]
        waiting += [dispatcher.submit([each]) for each in falls]
        with pytest.raises(Overloaded):
            dispatcher.submit([put_up("b", shelf)])
        assert dispatcher.figures[0].waiting == 4
        store.gate.set()
        assert kinds(answers(*waiting)) == [Receipt] * 6


def test_who_shares_another_stream_comes_behind_who_waits_to_be_put_aside(
    store: Gated,
) -> None:
    slowly, shelf, other = Slowly(), a_shelf(), a_shelf()
    with dispatching(store, effort=slowly.worked) as dispatcher:
        waiting = left_behind(dispatcher, store, slowly, shelf)
        both = asking((shelf, PutUp("1")), (other, PutUp("1")))
        waiting.append(dispatcher.submit([both]))
        assert dispatcher.figures[0].waiting == 2
        store.gate.set()
        assert kinds(answers(*waiting)) == [Receipt] * 4
    assert things(store, shelf) == ["0", "s", "1"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_who_would_end_the_program_once_he_is_left_behind_ends_his_own_thread(
    store: Gated,
) -> None:
    slowly, decided = Slowly(), count()

    def quits_at_first(*asked: Any) -> Any:
        if next(decided):
            return SHELF.decide(*asked)
        assert slowly.go_on.wait(SOON_S), "nobody let it go on"
        raise SystemExit

    quitter: AnyDecider = Decider(
        initial=Shelf(), decide=quits_at_first, evolve=SHELF.evolve
    )
    ask = put_up("a", a_shelf())
    ask = replace(ask, parts=(replace(ask.parts[0], decider=quitter),))
    with dispatching(store, effort=slowly.worked) as dispatcher:
        slow = dispatcher.submit([ask])
        assert kinds(answers(slow)) == [Receipt], "he is decided once more, aside"
        slowly.go_on.set()
        eventually(
            lambda: [each.name for each in threads()].count("dispatcher-0") == 1, SOON_S
        )
        assert dispatcher.handle_one(put_up("a", a_shelf())).version == 1


def test_so_many_may_be_left_behind_and_the_next_holds_up_the_others(
    store: Gated,
) -> None:
    slowly = [Slowly() for _ in range(LEFT_BEHIND_MAX + 1)]
    worked = count()
    with dispatching(store, effort=lambda _: float(next(worked))) as dispatcher:
        slow = []
        for each in slowly:
            slow.append(dispatcher.submit([each.ask("a", a_shelf())]))
            assert each.deciding.wait(SOON_S)
        other = dispatcher.submit([put_up("a", a_shelf())])
        try:
            with pytest.raises(TimeoutError):
                other.result(WHILE_S)
        finally:
            for each in slowly:
                each.go_on.set()
        assert kinds(answers(other, *slow)) == [Receipt] * (len(slow) + 1)


def test_stopping_waits_for_who_is_slow_as_well(store: Gated) -> None:
    slowly, shelf = Slowly(), a_shelf()
    dispatcher = Dispatcher(store, ONE_LANE, effort=slowly.worked)
    slow = dispatcher.submit([slowly.ask("a", shelf)])
    assert dispatcher.handle_one(put_up("vase", a_shelf())).version == 1
    slowly.go_on.set()
    dispatcher.close()
    assert slow.done()
    assert things(store, shelf) == ["a"]
