"""What a dispatcher remembers of streams, and when it does not go by it."""

import pytest
from msgspec.structs import replace

from application.event_store.envelope import Part, Receipt
from application.event_store.limits import Limits
from domain.kernel import AnyDecider, Decider, State
from tests.application.event_store.gated import Gated, dispatching
from tests.application.event_store.shelf import (
    BreakDown,
    PutUp,
    ReportFall,
    Shelf,
    ThingPutUp,
    a_shelf,
    asking,
    put_up,
)
from tests.application.event_store.test_handler import kinds, things
from tests.application.event_store.test_races import fallen, intruding


@pytest.fixture
def store() -> Gated:
    return Gated()


def never() -> Shelf:
    raise AssertionError("a stranger's fold knows none of these events")


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


class Account(State, frozen=True):
    """How many things there are, of which no more than three are understood."""

    things: int = 0


@pytest.mark.parametrize("at_once", [True, False])
def test_nobody_is_decided_on_half_of_what_happened_where_a_fold_stumbles(
    store: Gated, *, at_once: bool
) -> None:
    def stumbling(account: Account, _: object) -> Account:
        if account.things == 3:
            raise ZeroDivisionError
        return Account(account.things + 1)

    counting: AnyDecider = Decider(
        initial=Account(),
        decide=lambda *_: (ThingPutUp(thing="any"),),
        evolve=stumbling,
    )
    shelf = a_shelf()
    asks = [
        replace(put_up(each, shelf), parts=(Part(shelf, counting, PutUp(each)),))
        for each in "abcde"
    ]
    with dispatching(store) as dispatcher:
        dispatcher.handle(asks[:3])
        if at_once:
            got = list(dispatcher.handle(asks[3:]))
        else:
            got = [*dispatcher.handle(asks[3:4]), *dispatcher.handle(asks[4:])]
    assert kinds(got) == [Receipt, ZeroDivisionError]
    assert len(store.streams[shelf]) == 4


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
