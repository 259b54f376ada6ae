"""What goes wrong with one ask of a batch, and what the others see of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event as Signal
from threading import current_thread, main_thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.event_store.envelope import Part, Receipt
from application.event_store.store import (
    ATTEMPTS_MAX,
    Append,
    Conflict,
    Loaded,
    OutcomeUnknown,
    Overloaded,
)
from domain.kernel import AnyDecider, Decider, ImpossibleTime
from tests.application.event_store.gated import (
    SOON_S,
    Gated,
    answers,
    busy_with,
    dispatching,
)
from tests.application.event_store.shelf import (
    SHELF,
    PutUp,
    Shelf,
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


class Quitting(SystemExit):
    """What a decider had better not raise."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nor_where_a_decider_would_end_the_program(store: Gated) -> None:
    def quits(*_: object) -> Any:
        raise Quitting

    quitter: AnyDecider = Decider(initial=Shelf(), decide=quits, evolve=SHELF.evolve)
    shelf = a_shelf()
    ask = replace(put_up("a", shelf), parts=(Part(shelf, quitter, PutUp("a")),))
    with dispatching(store) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        rest = [dispatcher.submit([each]) for each in (ask, put_up("b", a_shelf()))]
        store.gate.set()
        assert kinds(answers(first, *rest)) == [Receipt] + [OutcomeUnknown] * 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_nor_behind_one_who_would_end_the_program_when_he_is_told(store: Gated) -> None:
    def quits(_: object) -> None:
        raise Quitting

    with dispatching(store) as dispatcher:
        first = busy_with(dispatcher, store, put_up("lamp", a_shelf()))
        rest = [dispatcher.submit([put_up("a", a_shelf())]) for _ in range(4)]
        rest[1].add_done_callback(quits)
        store.gate.set()
        assert kinds(answers(first, *rest)) == [Receipt] * 5


def test_who_asks_for_what_is_no_stream_harms_nobody_else(store: Gated) -> None:
    shelf, nowhere = a_shelf(), a_shelf()
    mistaken = asking((shelf, PutUp("a")), (nowhere, PutUp("a")))
    no_id: Any = "shelf 7"
    parts = (mistaken.parts[0], replace(mistaken.parts[1], stream_id=no_id))
    mistaken = replace(mistaken, parts=parts)
    with dispatching(store) as dispatcher:
        got = dispatcher.handle([put_up("x", a_shelf()), mistaken, put_up("b", shelf)])
    assert kinds(got) == [Receipt, AttributeError, Receipt]
    assert things(store, shelf) == ["b"]


class Late(Gated):
    """A store where nobody wins, and then somebody cannot be stored."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        if self.lost < ATTEMPTS_MAX - 1:
            self.lost += 1
            return [Conflict(each.streams[0].stream_id, 0) for each in appends]
        if len(appends) > 1:
            raise ValueError("a NUL")
        return super().append(appends)


def test_who_cannot_be_stored_the_last_time_is_told_so_as_well() -> None:
    store = Late()
    with dispatching(store) as dispatcher:
        got = dispatcher.handle([put_up("x", a_shelf()) for _ in range(2)])
    assert kinds(got) == [Receipt, Receipt]
    assert store.batches == [1, 1]


class Exiting(Gated):
    """A store that would end the program."""

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        assert appends
        raise SystemExit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("count", [1, 2])
def test_nor_does_who_is_on_his_way_wait_for_ever(count: int) -> None:
    with dispatching(Exiting()) as dispatcher:
        asked = dispatcher.submit([put_up("x", a_shelf()) for _ in range(count)])
        assert kinds(answers(asked)) == [OutcomeUnknown] * count


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
