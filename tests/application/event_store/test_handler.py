"""Load, decide, append: what becomes of one ask, and of many in a batch."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.event_store.batch import Answer, MovedOn, request_hash
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rounds import PartsApart
from application.event_store.store import (
    Append,
    Conflict,
    KeyReused,
    Loaded,
    StaleVersion,
    UnknownEvent,
    Unreadable,
)
from application.people.sealing import ERASED
from domain.kernel import ImpossibleTime
from tests.application.event_store.shelf import (
    MONDAY,
    SUNDAY,
    BreakDown,
    PutUp,
    ReportFall,
    ShelfFull,
    ThingFell,
    ThingPutUp,
    a_shelf,
    asking,
    context,
    put_up,
)
from tests.memory_store import MemoryEventStore


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture(params=["where it is called", "by the dispatcher"])
def handler(
    store: MemoryEventStore, request: pytest.FixtureRequest
) -> Iterator[CommandHandler]:
    if request.param == "where it is called":
        yield CommandHandler(store)
    else:
        dispatcher = Dispatcher(store)
        yield dispatcher
        dispatcher.close()


def things(store: MemoryEventStore, shelf: UUID) -> list[str]:
    events = [recorded.event for recorded in store.stream(shelf)]
    return [event.thing for event in events if isinstance(event, ThingPutUp)]


def kinds(answers: Sequence[Answer]) -> list[type]:
    return [type(each) for each in answers]


def test_a_command_leads_to_events_and_a_receipt(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf = a_shelf()
    receipt = handler.handle_one(put_up("vase", shelf))
    assert (receipt.stream_id, receipt.version, receipt.position) == (shelf, 1, "7.1")
    assert things(store, shelf) == ["vase"]
    assert handler.handle_one(put_up("clock", shelf)).version == 2


def test_what_is_refused_leaves_no_trace_and_may_be_asked_again(
    handler: CommandHandler,
) -> None:
    shelf, command = a_shelf(), uuid4()
    handler.handle([put_up(thing, shelf) for thing in ("vase", "clock", "radio")])
    with pytest.raises(ShelfFull):
        handler.handle_one(put_up("lamp", shelf, command))
    handler.handle_one(asking((shelf, ReportFall("vase"))))
    assert not handler.handle_one(put_up("lamp", shelf, command)).repeated


def test_asked_twice_the_first_receipt_returns(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf, ask = a_shelf(), put_up("vase", a_shelf(), uuid4())
    first = handler.handle_one(ask)
    handler.handle_one(put_up("clock", shelf))
    again = handler.handle_one(ask)
    assert again.repeated
    assert (again.version, again.leaves) == (first.version, first.leaves)
    assert store.heads()[7] == 2


def test_an_id_used_for_something_else_is_refused(handler: CommandHandler) -> None:
    shelf, command = a_shelf(), uuid4()
    handler.handle_one(put_up("vase", shelf, command))
    with pytest.raises(KeyReused):
        handler.handle_one(put_up("clock", shelf, command))


def test_asked_again_after_an_erasure_the_first_receipt_returns(
    handler: CommandHandler,
) -> None:
    """Words are sealed otherwise then, and nobody can say that they are the same."""
    shelf, command = a_shelf(), uuid4()
    first = handler.handle_one(put_up("sealed:k1:words", shelf, command))
    again = handler.handle_one(put_up(ERASED, shelf, command))
    assert again.repeated
    assert again.leaves == first.leaves
    with pytest.raises(KeyReused):
        handler.handle_one(put_up("sealed:k1:other-words", shelf, command))


def test_in_one_batch_too_an_id_counts_once(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf, command = a_shelf(), uuid4()
    ask = put_up("vase", shelf, command)
    other = put_up("clock", shelf, command)
    first, again, reused = handler.handle([ask, ask, other])
    assert isinstance(first, Receipt)
    assert not first.repeated
    assert isinstance(again, Receipt)
    assert again.repeated
    assert isinstance(reused, KeyReused)
    assert things(store, shelf) == ["vase"]


def test_after_a_refusal_the_next_under_the_same_id_is_decided(
    handler: CommandHandler,
) -> None:
    full, empty, command = a_shelf(), a_shelf(), uuid4()
    fill = [put_up(thing, full) for thing in ("vase", "clock", "radio")]
    asks = [put_up("lamp", full, command), put_up("lamp", empty, command)]
    assert kinds(handler.handle([*fill, *asks])[-2:]) == [ShelfFull, Receipt]


def test_who_saw_an_older_version_is_told(handler: CommandHandler) -> None:
    shelf = a_shelf()
    handler.handle_one(asking((shelf, PutUp("vase")), expected_version=0))
    with pytest.raises(StaleVersion) as refusal:
        handler.handle_one(asking((shelf, PutUp("clock")), expected_version=0))
    assert refusal.value.details == {"version": 1}


def test_what_is_so_already_writes_nothing(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf = a_shelf()
    handler.handle_one(put_up("vase", shelf))
    handler.handle_one(put_up("clock", a_shelf()))
    receipt = handler.handle_one(put_up("vase", shelf, uuid4()))
    assert (receipt.version, receipt.leaves) == (1, ())
    assert receipt.position in {"7.1", "7.2"}, "so far it is known to be so"
    assert store.heads()[7] == 2


def test_of_a_batch_each_gets_its_own_answer(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf, other = a_shelf(), a_shelf(3)
    answers = handler.handle(
        [
            put_up("vase", shelf),
            asking((shelf, BreakDown())),
            put_up("clock", shelf),
            put_up("vase", shelf),
            put_up("radio", shelf),
            put_up("lamp", shelf),
            put_up("vase", other),
            asking((shelf, ReportFall("vase")), (other, PutUp("vase"))),
            asking(),
        ]
    )
    assert kinds(answers) == [
        Receipt,
        ZeroDivisionError,
        Receipt,
        Receipt,
        Receipt,
        ShelfFull,
        Receipt,
        PartsApart,
        PartsApart,
    ]
    assert things(store, shelf) == ["vase", "clock", "radio"]
    versions = [each.version for each in answers if isinstance(each, Receipt)]
    assert versions == [1, 2, 2, 3, 1]
    assert list(handler.handle([])) == []


def test_our_own_mistake_is_raised_to_who_asked_alone(handler: CommandHandler) -> None:
    with pytest.raises(ZeroDivisionError):
        handler.handle_one(asking((a_shelf(), BreakDown())))


def test_several_parts_happen_whole_or_not_at_all(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf, full = a_shelf(), a_shelf()
    handler.handle([put_up(thing, full) for thing in ("vase", "clock", "radio")])
    parts = (shelf, PutUp("lamp")), (full, PutUp("lamp"))
    with pytest.raises(ShelfFull):
        handler.handle_one(asking(*parts))
    assert things(store, shelf) == []
    handler.handle_one(asking((full, ReportFall("radio")), *parts))
    assert things(store, shelf) == ["lamp"]
    assert [type(each.event) for each in store.stream(full)][-2:] == [
        ThingFell,
        ThingPutUp,
    ]


def test_a_report_is_judged_and_kept_by_when_it_happened(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf = a_shelf()
    handler.handle_one(asking((shelf, ReportFall("vase")), occurred_at=SUNDAY))
    handler.handle_one(asking((shelf, PutUp("vase"))))
    fell, put = store.stream(shelf)
    assert fell.event == ThingFell(thing="vase", at=SUNDAY)
    assert (fell.occurred_at, put.occurred_at) == (SUNDAY, MONDAY)


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_what_happened_in_no_possible_year_is_refused(
    store: MemoryEventStore, handler: CommandHandler, year: int
) -> None:
    shelf, fell = a_shelf(), ReportFall("vase")
    long_ago = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    with pytest.raises(ImpossibleTime):
        handler.handle_one(asking((shelf, fell), occurred_at=long_ago))
    assert store.stream(shelf) == []


def test_the_same_words_have_the_same_hash_and_others_another() -> None:
    shelf = a_shelf()
    asks = [put_up("vase", shelf), put_up("clock", shelf), put_up("vase", a_shelf())]
    asks.append(asking((shelf, ReportFall("vase"))))
    assert len({request_hash(ask) for ask in asks}) == 4
    assert request_hash(put_up("vase", shelf)) == request_hash(asks[0])


def test_when_it_happened_is_part_of_what_is_reported() -> None:
    shelf = a_shelf()
    fell = (shelf, ReportFall("vase"))
    in_shanghai = SUNDAY.astimezone(timezone(timedelta(hours=8)))
    plain, sunday, monday, same = (
        request_hash(asking(fell, occurred_at=at))
        for at in (None, SUNDAY, MONDAY, in_shanghai)
    )
    assert len({plain, sunday, monday}) == 3
    assert same == sunday


def test_asked_twice_in_one_batch_the_first_does_not_stand_in_the_seconds_way(
    handler: CommandHandler,
) -> None:
    ask = asking((a_shelf(), PutUp("vase")), expected_version=0)
    first, again = handler.handle([ask, ask])
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (first.repeated, again.repeated) == (False, True)


class HalfUnread(MemoryEventStore):
    """Has a stream with an event from a newer version of the program."""

    def __init__(self, stream_id: UUID) -> None:
        super().__init__()
        self.unread = Unreadable(
            stream_id=stream_id,
            version=1,
            partition=7,
            position=1,
            recorded_at=MONDAY,
            tag="shelf.painted",
            body=b"{}",
            why="unknown_tag",
            detail="no event type has this tag",
        )

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        loaded = super().load(stream_ids, command_ids)
        return Loaded(
            loaded.histories, loaded.seen, {self.unread.stream_id: self.unread}
        )


def test_nothing_is_decided_about_a_stream_that_cannot_be_read() -> None:
    shelf, other = a_shelf(), a_shelf()
    handler = CommandHandler(HalfUnread(shelf))
    answers = handler.handle([put_up("vase", shelf), put_up("vase", other)])
    assert kinds(answers) == [UnknownEvent, Receipt]
    assert "7.1" in str(answers[0])
    assert "shelf.painted" in str(answers[0])
    assert str(shelf) in str(answers[0])


def test_callers_at_once_lose_nothing(store: MemoryEventStore) -> None:
    shelves = [a_shelf() for _ in range(20)]

    def fill(thing: str) -> list[Receipt]:
        handler = CommandHandler(store)
        return [handler.handle_one(put_up(thing, shelf)) for shelf in shelves]

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(fill, ("vase", "clock", "radio")))
    for shelf in shelves:
        assert sorted(things(store, shelf)) == ["clock", "radio", "vase"]


# -- What is derived from other streams --


def beside(store: MemoryEventStore, shelf: UUID, other: UUID, command: UUID) -> Ask:
    """Put up on one shelf as much as stands on another."""
    count = len(store.streams[other])
    ask = put_up(f"{count} more", shelf, command)
    return replace(ask, said=PutUp("as many"), rests_on={other: count})


def test_what_was_said_before_is_answered_though_it_would_be_derived_otherwise(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf, other, command = a_shelf(), a_shelf(), uuid4()
    first = handler.handle_one(beside(store, shelf, other, command))
    handler.handle_one(put_up("vase", other))
    again = handler.handle_one(beside(store, shelf, other, command))
    assert again == replace(first, repeated=True)
    envelope = context(command)
    assert handler.answered(shelf, envelope, PutUp("as many")) == again
    assert handler.answered(shelf, envelope, PutUp(ERASED)) == again
    assert handler.answered(shelf, context(), PutUp("as many")) is None
    with pytest.raises(KeyReused):
        handler.answered(shelf, envelope, PutUp("fewer"))
    with pytest.raises(KeyReused):
        handler.answered(a_shelf(), envelope, PutUp("as many"))


def test_what_it_was_derived_from_must_still_be_so(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf, other = a_shelf(), a_shelf()
    ask = beside(store, shelf, other, uuid4())
    handler.handle_one(put_up("vase", other))
    with pytest.raises(MovedOn):
        handler.handle_one(ask)
    assert things(store, shelf) == []


class Overtaken(MemoryEventStore):
    """Somebody puts a vase on another shelf just before anything is written."""

    def __init__(self, other: UUID) -> None:
        super().__init__()
        self.quicker: Ask | None = put_up("vase", other)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        quicker, self.quicker = self.quicker, None
        if quicker is not None:
            CommandHandler(self).handle_one(quicker)
        return super().append(appends)


def test_it_is_derived_anew_when_somebody_else_was_quicker() -> None:
    shelf, other, command = a_shelf(), a_shelf(), uuid4()
    store = Overtaken(other)

    def ask() -> Receipt:
        return CommandHandler(store).handle_prepared(
            shelf,
            context(command),
            PutUp("as many"),
            lambda: beside(store, shelf, other, command),
        )

    first = ask()
    assert things(store, shelf) == ["1 more"]
    assert ask() == replace(first, repeated=True)


def test_who_asked_twice_at_once_is_not_refused_what_was_granted_meanwhile() -> None:
    shelf, command = a_shelf(), uuid4()
    store = MemoryEventStore()
    handler = CommandHandler(store)

    def prepare() -> Ask:
        handler.handle_one(replace(put_up("vase", shelf, command), said=PutUp("one")))
        raise ShelfFull

    again = handler.handle_prepared(shelf, context(command), PutUp("one"), prepare)
    assert again.repeated


# -- Decided by whoever prepared it --


class Deaf(MemoryEventStore):
    """A store that nobody may read streams of."""

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        """Raise what says that somebody read."""
        raise AssertionError((stream_ids, command_ids))


def decided(thing: str, shelf: UUID, version: int) -> Ask:
    """Return an ask that was decided on a version of the shelf."""
    ask = put_up(thing, shelf)
    (part,) = ask.parts
    event = ThingPutUp(thing=thing)
    parts = (replace(part, decided=(event,)),)
    return replace(ask, parts=parts, rests_on={shelf: version})


def test_what_was_decided_on_what_stands_is_written_without_reading() -> None:
    store, shelf = Deaf(), a_shelf()
    receipt = CommandHandler(store).handle_one(decided("vase", shelf, 0))
    assert (receipt.version, things(store, shelf)) == (1, ["vase"])


def test_what_was_decided_on_what_has_moved_on_is_nothing(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf = a_shelf()
    handler.handle_one(put_up("clock", shelf))
    with pytest.raises(MovedOn):
        handler.handle_one(decided("vase", shelf, 0))
    assert things(store, shelf) == ["clock"]


def test_what_rests_on_nothing_is_decided_whatever_was_decided(
    handler: CommandHandler,
) -> None:
    shelf = a_shelf()
    ask = replace(decided("vase", shelf, 0), rests_on={})
    handler.handle([put_up(thing, shelf) for thing in ("clock", "radio", "lamp")])
    with pytest.raises(ShelfFull):
        handler.handle_one(ask)


def test_asks_decided_and_undecided_see_each_other(
    store: MemoryEventStore, handler: CommandHandler
) -> None:
    shelf = a_shelf()
    first, second, third = (
        decided("vase", shelf, 0),
        put_up("clock", shelf),
        decided("lamp", shelf, 0),
    )
    answers = handler.handle([first, second, third])
    assert kinds(answers) == [Receipt, Receipt, MovedOn]
    assert things(store, shelf) == ["vase", "clock"]
