"""Somebody else was quicker: who lost is decided again, and on what is so."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from application.event_store.batch import request_hash
from application.event_store.envelope import Receipt
from application.event_store.handler import CommandHandler
from application.event_store.pipeline import run
from application.event_store.rounds import Rounds
from application.event_store.store import (
    Append,
    Busy,
    Conflict,
    Loaded,
    OutcomeUnknown,
    StaleVersion,
    StoreUnavailable,
    StreamAppend,
)
from tests.application.event_store.shelf import (
    MONDAY,
    PutUp,
    ReportFall,
    ShelfFull,
    ThingFell,
    ThingPutUp,
    a_shelf,
    asking,
    put_up,
)
from tests.application.event_store.test_handler import kinds, things
from tests.memory_store import MemoryEventStore


class Crowded(MemoryEventStore):
    """Somebody else appends just before us: at each of our appends, what is said."""

    def __init__(self, *intruders: Append) -> None:
        super().__init__()
        self.intruders = [[each] for each in intruders]
        self.loads: list[int] = []

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.loads.append(len(stream_ids))
        return super().load(stream_ids, command_ids)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        if self.intruders:
            super().append(self.intruders.pop(0))
        return super().append(appends)


def intruding(shelf: UUID, version: int, thing: str) -> Append:
    ask, event = put_up(thing, shelf), ThingPutUp(thing=thing)
    part = StreamAppend(shelf, version, (event,))
    return Append(ask.context, request_hash(ask), (part,))


def test_who_loses_a_race_is_decided_again_on_what_is_so_now() -> None:
    shelf, other = a_shelf(), a_shelf()
    store = Crowded(intruding(shelf, 0, "radio"))
    answers = CommandHandler(store).handle(
        [put_up("vase", shelf), put_up("vase", other)]
    )
    assert kinds(answers) == [Receipt, Receipt]
    assert things(store, shelf) == ["radio", "vase"]
    assert store.loads == [2, 1], "only the ask that lost is read again"


def test_a_race_lost_and_then_lost_three_times_more_is_given_up() -> None:
    shelf = a_shelf()
    intruders = [intruding(shelf, number, f"{number}") for number in range(9)]
    store = Crowded(*intruders)
    with pytest.raises(Busy) as refusal:
        CommandHandler(store).handle_one(asking((shelf, ReportFall("vase"))))
    assert refusal.value.details == {"attempts": 4}
    assert store.loads == [1, 1, 1, 1]


def test_who_saw_a_version_is_told_at_once_that_the_race_is_lost() -> None:
    shelf = a_shelf()
    store = Crowded(intruding(shelf, 0, "radio"))
    ask = asking((shelf, ReportFall("vase")), expected_version=0)
    with pytest.raises(StaleVersion) as refusal:
        CommandHandler(store).handle_one(ask)
    assert refusal.value.details == {"version": 1}
    assert len(store.loads) == 2


def test_what_rests_on_a_lost_race_is_decided_again() -> None:
    shelf, room = a_shelf(), a_shelf()
    store = Crowded(intruding(room, 0, "radio"))
    first = asking(
        (shelf, PutUp("lamp")), (room, PutUp("vase")), (room, PutUp("clock"))
    )
    full = put_up("lamp", room)
    again = asking((room, PutUp("vase")))
    answers = CommandHandler(store).handle([first, full, again])
    assert kinds(answers) == [Receipt, ShelfFull, Receipt]
    assert things(store, room) == ["radio", "vase", "clock"]


def fallen(shelf: UUID, version: int, thing: str) -> Append:
    ask, event = put_up(thing, shelf), ThingFell(thing=thing, at=MONDAY)
    part = StreamAppend(shelf, version, (event,))
    return Append(ask.context, request_hash(ask), (part,))


def test_a_refusal_because_of_what_then_never_happened_is_none() -> None:
    shelf, store = a_shelf(), Crowded()
    handler = CommandHandler(store)
    handler.handle([put_up("vase", shelf), put_up("clock", shelf)])
    store.intruders.append([fallen(shelf, 2, "vase")])
    third = asking((shelf, PutUp("radio")), expected_version=2)
    answers = handler.handle([third, put_up("lamp", shelf)])
    assert kinds(answers) == [StaleVersion, Receipt]
    assert things(store, shelf) == ["vase", "clock", "lamp"]


def test_nor_one_because_of_what_somebody_else_had_done_before() -> None:
    shelf, store = a_shelf(), Crowded()
    handler = CommandHandler(store)
    handler.handle([put_up("vase", shelf), put_up("clock", shelf)])
    third = put_up("radio", shelf)
    part = StreamAppend(shelf, 2, (ThingPutUp(thing="radio"),))
    elsewhere = Append(third.context, request_hash(third), (part,))
    store.intruders.append([elsewhere, fallen(shelf, 3, "vase")])
    repeated, lamp = handler.handle([third, put_up("lamp", shelf)])
    assert isinstance(repeated, Receipt)
    assert repeated.repeated
    assert isinstance(lamp, Receipt), "there was room again"


def test_nor_is_anything_so_already_because_of_it() -> None:
    shelf = a_shelf()
    store = Crowded(intruding(shelf, 0, "radio"))
    first = asking((shelf, PutUp("vase")), expected_version=0)
    answers = CommandHandler(store).handle([first, put_up("vase", shelf)])
    assert kinds(answers) == [StaleVersion, Receipt]
    assert things(store, shelf) == ["radio", "vase"]


class GoesAway(Crowded):
    """A store that answers once, and then no more."""

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        if self.loads:
            raise StoreUnavailable("away")
        return super().load(stream_ids, command_ids)


def test_who_has_his_receipt_keeps_it_when_the_store_goes_away_for_the_others() -> None:
    shelf, other = a_shelf(), a_shelf()
    asks = [put_up("vase", shelf), put_up("vase", other)]
    store = GoesAway(intruding(shelf, 0, "radio"))
    assert kinds(run(Rounds(store), asks)) == [StoreUnavailable, Receipt]
    assert (things(store, shelf), things(store, other)) == (["radio"], ["vase"])


def test_nor_is_whoever_takes_a_batch_whole_told_that_nothing_was_written() -> None:
    shelf, other = a_shelf(), a_shelf()
    store = GoesAway(intruding(shelf, 0, "radio"))
    with pytest.raises(OutcomeUnknown):
        CommandHandler(store).handle([put_up("vase", shelf), put_up("vase", other)])
