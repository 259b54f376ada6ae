"""What is decided while a batch is on its way holds, or is decided again."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from application.event_store.batch import Answer
from application.event_store.envelope import Ask, Receipt
from application.event_store.pipeline import Numbered, Pipeline
from application.event_store.rounds import Appending, Rounds
from application.event_store.store import (
    ATTEMPTS_MAX,
    Busy,
    Conflict,
    KeyReused,
    Loaded,
    OutcomeUnknown,
    StoreUnavailable,
)
from application.event_store.streams import KeptStreams
from tests.application.event_store.shelf import (
    PutUp,
    ReportFall,
    ShelfFull,
    a_shelf,
    asking,
    put_up,
)
from tests.application.event_store.test_handler import kinds, things
from tests.application.event_store.test_races import fallen, intruding
from tests.memory_store import MemoryEventStore

KEPT = 10


class Read(MemoryEventStore):
    """Remembers what it was asked to read."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[Sequence[UUID]] = []
        self.away = False

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.loads.append(stream_ids)
        if self.away:
            raise StoreUnavailable("away")
        return super().load(stream_ids, command_ids)


class Road:
    """A pipeline whose batches go and come when the test says so."""

    def __init__(self, kept: int = KEPT) -> None:
        self.store = Read()
        self.pipeline = Pipeline[Numbered](Rounds(self.store, KeptStreams(kept)))
        self._ahead: Appending | None = None
        self._asked = 0
        self.again: list[Numbered] = []

    def take(self, *asks: Ask) -> int:
        """Hand in asks, whose callers are counted from 0; return how many are taken."""
        first, self._asked = self._asked, self._asked + len(asks)
        taken = self.pipeline.take(
            [Numbered(ask, number=first + n) for n, ask in enumerate(asks)]
        )
        self._asked -= len(asks) - taken
        return taken

    def goes(self) -> None:
        self._ahead = self.pipeline.departing()

    def comes(self, instead: Appending | None = None) -> list[tuple[int, Answer]]:
        assert self._ahead is not None
        came = self.pipeline.landed(instead or self._ahead)
        self.again = came.again
        return [(each.number, answer) for each, answer in came.told]

    def comes_to_rest(self) -> list[tuple[int, Answer]]:
        """Let all go and come, and be decided again, until everybody is told."""
        told: list[tuple[int, Answer]] = []
        while self.pipeline.waiting or self.again:
            del self.again[: self.pipeline.take(self.again)]
            self.goes()
            left = self.again
            told += self.comes()
            self.again += left
        return told

    def kinds(self, *told: tuple[int, Answer]) -> list[tuple[int, type]]:
        return [(caller, type(answer)) for caller, answer in told]


@pytest.fixture
def road() -> Road:
    return Road()


def away() -> Sequence[Receipt | Conflict]:
    raise StoreUnavailable("away")


def lost() -> Sequence[Receipt | Conflict]:
    raise OutcomeUnknown("the line is cut")


def broken() -> Sequence[Receipt | Conflict]:
    raise ZeroDivisionError


def test_what_is_on_its_way_is_seen_by_who_comes_after(road: Road) -> None:
    shelf = a_shelf()
    road.take(*(put_up(each, shelf) for each in "ab"))
    road.goes()
    assert road.take(*(put_up(each, shelf) for each in "cd")) == 2
    assert kinds([answer for _, answer in road.comes()]) == [Receipt, Receipt]
    road.goes()
    assert kinds([answer for _, answer in road.comes()]) == [Receipt, ShelfFull]
    assert things(road.store, shelf) == ["a", "b", "c"]


def test_who_came_after_one_that_lost_a_race_is_decided_again(road: Road) -> None:
    shelf = a_shelf()
    road.take(*(put_up(each, shelf) for each in "ab"))
    road.goes()
    road.comes()
    road.take(put_up("c", shelf))
    road.goes()
    road.take(put_up("d", shelf), put_up("e", a_shelf()))
    road.store.append([intruding(shelf, 2, "c")])
    assert road.comes() == []
    first, *then = road.comes_to_rest()
    assert isinstance(first[1], Receipt)
    assert not first[1].leaves, "it is there already"
    assert road.kinds(*then) == [(3, ShelfFull), (4, Receipt)]
    assert things(road.store, shelf) == ["a", "b", "c"]


def test_who_won_is_told_before_who_lost_is_decided_again(road: Road) -> None:
    shelf, other = a_shelf(), a_shelf()
    road.take(put_up("a", shelf), put_up("a", other))
    road.goes()
    road.store.append([intruding(shelf, 0, "z")])
    assert road.kinds(*road.comes()) == [(1, Receipt)]
    assert things(road.store, shelf) == ["z"]
    assert road.kinds(*road.comes_to_rest()) == [(0, Receipt)]
    assert things(road.store, shelf) == ["z", "a"]


def test_after_a_lost_race_nothing_is_read_again_but_what_has_moved(road: Road) -> None:
    shelf, other, third = a_shelf(), a_shelf(), a_shelf()
    road.take(*(put_up("a", each) for each in (shelf, other, third)))
    road.comes_to_rest()
    road.store.loads.clear()
    road.take(put_up("b", shelf))
    road.goes()
    both = asking((shelf, PutUp("c")), (other, PutUp("c")))
    road.take(put_up("b", third), both, put_up("d", other))
    road.store.append([intruding(shelf, 1, "z")])
    assert road.comes() == []
    told = road.comes_to_rest()
    assert road.kinds(*told) == [
        (3, Receipt),
        (4, Receipt),
        (5, ShelfFull),
        (6, Receipt),
    ]
    assert things(road.store, third) == ["a", "b"]
    assert things(road.store, other) == ["a", "d"]
    assert road.store.loads == [[shelf]]


def test_what_is_put_back_is_as_if_nobody_had_asked(road: Road) -> None:
    shelf, third = a_shelf(), a_shelf()
    road.take(put_up("a", shelf), put_up("a", third))
    road.comes_to_rest()
    road.take(put_up("b", shelf))
    road.goes()
    road.take(put_up("b", third), put_up("c", third), put_up("x", shelf))
    road.store.append([intruding(shelf, 1, "z")])
    road.comes()
    road.comes_to_rest()
    assert things(road.store, third) == ["a", "b", "c"]


def test_a_repetition_leaves_nothing_in_mind_of_what_it_would_have_been(
    road: Road,
) -> None:
    shelf, command = a_shelf(), uuid4()
    road.take(put_up("a", shelf, command))
    road.comes_to_rest()
    road.store.append([fallen(shelf, 1, "a")])
    road.take(asking((shelf, ReportFall("x"))))
    road.comes_to_rest()
    road.take(put_up("a", shelf, command))
    road.goes()
    road.comes()
    road.store.append([intruding(shelf, 3, "b")])
    road.take(put_up("a", shelf))
    road.comes_to_rest()
    assert things(road.store, shelf) == ["a", "b", "a"]
    assert len(road.store.streams[shelf]) == 5


def test_nobody_overtakes_who_was_refused_on_what_is_so_no_more(road: Road) -> None:
    full, other = a_shelf(), a_shelf()
    road.take(*(put_up(each, full) for each in "abc"), put_up("0", other))
    road.comes_to_rest()
    road.store.append([fallen(full, 3, "a")])
    both = asking((full, PutUp("1st")), (other, PutUp("1st")))
    road.take(both, put_up("2nd", other))
    assert kinds([answer for _, answer in road.comes_to_rest()]) == [Receipt] * 2
    assert things(road.store, other) == ["0", "1st", "2nd"]


def test_nor_who_was_refused_because_of_one_who_lost_a_race(road: Road) -> None:
    shelf, other = a_shelf(), a_shelf()
    road.store.append([intruding(shelf, n, each) for n, each in enumerate("ab")])
    both = asking((shelf, PutUp("1st")), (other, PutUp("1st")))
    road.take(put_up("c", shelf), both, put_up("2nd", other))
    road.store.append([fallen(shelf, 2, "a")])
    assert kinds([answer for _, answer in road.comes_to_rest()]) == [Receipt] * 3
    assert things(road.store, other) == ["1st", "2nd"]


def test_who_could_not_be_read_is_told_so_whatever_becomes_of_the_others(
    road: Road,
) -> None:
    kept, unknown = a_shelf(), a_shelf()
    road.take(put_up("a", kept))
    road.comes_to_rest()
    road.store.away = True
    road.take(put_up("1st", unknown), put_up("b", kept))
    road.store.away = False
    road.goes()
    assert road.take(put_up("2nd", unknown)) == 1
    assert road.kinds(*road.comes(lost)) == [(1, StoreUnavailable)]
    assert road.kinds(*road.comes_to_rest()) == [(3, Receipt), (2, Receipt)]


def test_who_lost_more_often_than_anybody_should_is_told_so(road: Road) -> None:
    shelf = a_shelf()
    road.take(put_up("a", shelf))
    for attempt in range(ATTEMPTS_MAX):
        road.store.append([fallen(shelf, attempt, "x")])
        road.goes()
        told = road.comes()
        road.pipeline.take(road.again)
    assert kinds([answer for _, answer in told]) == [Busy]
    assert things(road.store, shelf) == []


def test_the_last_time_it_goes_alone_so_that_nobody_comes_between(road: Road) -> None:
    shelf = a_shelf()
    road.take(put_up("a", shelf))
    for attempt in range(ATTEMPTS_MAX - 1):
        road.store.append([fallen(shelf, attempt, "x")])
        road.goes()
        road.comes()
        assert road.take(put_up("b", a_shelf())) == 1
        taken = road.pipeline.take(road.again)
        assert taken == (attempt < ATTEMPTS_MAX - 2), "behind another the last waits"
    road.goes()
    road.again, last = [], road.again
    road.comes()
    assert road.pipeline.take(last) == 1
    assert road.take(put_up("c", a_shelf())) == 0
    assert road.kinds(*road.comes_to_rest()) == [(0, Receipt)]


def test_who_lost_with_him_goes_with_him_the_last_time(road: Road) -> None:
    shelf = a_shelf()
    road.take(*(asking((shelf, ReportFall(each))) for each in "abc"))
    for attempt in range(ATTEMPTS_MAX - 1):
        road.store.append([fallen(shelf, attempt, "x")])
        road.goes()
        road.comes()
        again, road.again = road.again, []
        assert road.pipeline.take(again) == 3
    assert road.take(put_up("b", a_shelf())) == 0, "nobody else does"
    assert road.kinds(*road.comes_to_rest()) == [(n, Receipt) for n in range(3)]


def test_who_shares_nothing_with_who_lost_is_not_decided_again(road: Road) -> None:
    shelf = a_shelf()
    road.take(put_up("a", shelf))
    road.goes()
    road.take(put_up("a", a_shelf()))
    road.store.append([intruding(shelf, 0, "z")])
    road.comes()
    assert [each.number for each in road.again] == [0]
    assert road.pipeline.waiting == 1


def test_once_an_answer_was_lost_nobody_is_told_that_nothing_was_written(
    road: Road,
) -> None:
    shelf = a_shelf()
    road.take(put_up("a", shelf))
    road.goes()
    assert road.comes(lost) == []
    road.pipeline.take(road.again)
    road.goes()
    assert road.kinds(*road.comes(away)) == [(0, OutcomeUnknown)]


def test_nor_is_he_told_that_looking_it_up_went_wrong(road: Road) -> None:
    road.take(put_up("a", a_shelf()))
    road.goes()
    assert road.comes(lost) == []
    road.store.away = True
    assert road.kinds(*road.comes_to_rest()) == [(0, OutcomeUnknown)]


def test_but_a_rule_that_forbids_it_by_now_is_told(road: Road) -> None:
    shelf = a_shelf()
    road.take(put_up("d", shelf))
    road.goes()
    assert road.comes(lost) == []
    road.store.append([intruding(shelf, n, each) for n, each in enumerate("abc")])
    assert road.kinds(*road.comes_to_rest()) == [(0, ShelfFull)]


@pytest.mark.parametrize("came", [away, lost, broken])
def test_who_came_after_what_was_not_written_is_decided_on_what_is_so(
    road: Road, came: Appending
) -> None:
    shelf = a_shelf()
    road.take(*(put_up(each, shelf) for each in "abc"))
    road.goes()
    assert road.take(put_up("d", shelf)) == 1, "it would be refused"
    told = road.comes(came)
    *others, (caller, answer) = road.comes_to_rest()
    told += others
    assert caller == 3
    if came is away:
        assert kinds([each for _, each in told]) == [StoreUnavailable] * 3
        assert isinstance(answer, Receipt)
        assert things(road.store, shelf) == ["d"]
    else:
        assert kinds([each for _, each in told]) == [Receipt] * 3, (
            "they were asked again"
        )
        assert isinstance(answer, ShelfFull)


def test_who_asks_again_while_it_is_on_its_way_gets_the_first_receipt(
    road: Road,
) -> None:
    shelf, command = a_shelf(), uuid4()
    road.take(put_up("a", shelf, command))
    road.goes()
    road.take(put_up("a", shelf, command), put_up("b", shelf, command))
    ((_, first),) = road.comes()
    (_, again), (_, other) = road.comes_to_rest()
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (again.leaves, again.repeated) == (first.leaves, True)
    assert isinstance(other, KeyReused)


def test_a_name_on_its_way_is_known_when_another_stream_is_read_for_it(
    road: Road,
) -> None:
    command = uuid4()
    road.take(put_up("a", a_shelf(), command))
    road.goes()
    full = a_shelf()
    road.store.append([intruding(full, n, each) for n, each in enumerate("abc")])
    road.take(put_up("d", full, command))
    road.comes()
    ((_, answer),) = road.comes_to_rest()
    assert isinstance(answer, KeyReused), "and not that the shelf is full"


def test_who_needs_what_is_not_remembered_waits_until_it_is_written() -> None:
    road, shelf = Road(kept=1), a_shelf()
    road.take(put_up("a", shelf), put_up("a", a_shelf()))
    road.goes()
    waits = [asking((shelf, ReportFall("a"))), put_up("b", a_shelf())]
    assert road.take(*waits) == 0
    road.comes()
    assert road.take(*waits) == 2
    road.goes()
    versions = [each.version for _, each in road.comes() if isinstance(each, Receipt)]
    assert versions == [2, 1]


def test_what_is_given_up_was_not_decided(road: Road) -> None:
    shelf = a_shelf()
    road.take(put_up("a", shelf))
    road.goes()
    road.take(put_up("b", shelf))
    assert [each.number for each in road.pipeline.give_up()] == [1]
    road.comes()
    road.take(put_up("c", shelf))
    road.goes()
    road.comes()
    assert things(road.store, shelf) == ["a", "c"]
