"""Contacts and what agents promise in them, on a store: asked twice is asked once."""

from datetime import datetime
from functools import reduce
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from application.contacts import AgentPromiseClocks, Contacts
from application.event_store.envelope import Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import StaleVersion
from application.orders import context_for
from application.processes.check_overdue_clocks import ClockAsk
from domain.agent_promise import (
    AGENT_PROMISE,
    AgentPromise,
    AgentPromiseCommand,
    KeepPromise,
    MakePromise,
    NotPromised,
)
from domain.contact import CONTACT, Contact, ContactCommand, NoSuchContact, OpenContact
from domain.ids import partition_in
from domain.policy.book import Rulebook
from tests.domain.contacts import (
    BOOK,
    HELP,
    HOUR,
    LI_MEI,
    MINUTE,
    MONDAY,
    SECOND,
    WANG,
    opens,
    writes,
)
from tests.memory_store import MemoryEventStore

FIVE = MONDAY + 7 * HOUR


class BooksOfNoSource:
    """Rules for what is about no order in particular, and none for any other."""

    def for_source(self, source: str | None) -> Rulebook:
        assert source is None, "a contact may begin before there is an order"
        return BOOK


class Desk:
    """Contacts on a store that forgets."""

    def __init__(self) -> None:
        self.store = MemoryEventStore()
        handler = CommandHandler(self.store)
        self.contacts = Contacts(self.store, handler, BooksOfNoSource())
        self.contact = self.contacts.id_of("li-mei", "c-1")
        self.promise = self.contacts.promise_id(self.contact, "p-1")

    def take(self, command: ContactCommand, at: datetime = MONDAY) -> Receipt:
        cause = uuid5(self.contact, repr(command))
        context = context_for(cause, command, actor="test", asked_at=at)
        return self.contacts.take(self.contact, command, context)

    def promises(self, command: AgentPromiseCommand, at: datetime = MONDAY) -> Receipt:
        cause = uuid5(self.promise, repr(command))
        context = context_for(cause, command, actor="test", asked_at=at)
        return self.contacts.take_promise(self.promise, command, context)

    def now(self) -> Contact:
        events = [each.event for each in self.store.stream(self.contact)]
        return reduce(CONTACT.evolve, events, CONTACT.initial)  # type: ignore[arg-type]  # a contact's stream

    def promised(self) -> AgentPromise:
        events = [each.event for each in self.store.stream(self.promise)]
        return reduce(AGENT_PROMISE.evolve, events, AGENT_PROMISE.initial)  # type: ignore[arg-type]  # a promise's stream


@pytest.fixture
def desk() -> Desk:
    return Desk()


MAKE = MakePromise(
    by=WANG, consumer="li-mei", contact="c-1", deed="call_back", due_at=FIVE
)


def asked(stream_id: UUID, name: str = "due") -> ClockAsk:
    return ClockAsk(stream_id=stream_id, cause=uuid5(stream_id, name))


def test_a_contact_lies_beside_its_consumer_and_its_promises_beside_it(
    desk: Desk,
) -> None:
    same = desk.contacts.id_of("li-mei", "c-1")
    assert same == desk.contact
    assert desk.contacts.id_of("li-mei", "c-2") != desk.contact
    assert partition_in(desk.promise) == partition_in(desk.contact)
    assert partition_in(desk.contacts.id_of("li-mei", "c-2")) == partition_in(same)


def test_opened_twice_is_opened_once(desk: Desk) -> None:
    first, again = desk.take(opens()), desk.take(opens())
    assert (first.repeated, again.repeated) == (False, True)
    assert first.version == again.version
    assert desk.now().waiting_since == MONDAY


def test_which_contacts_came_before_is_remembered_as_it_was_said(desk: Desk) -> None:
    assert desk.contacts.earlier_of(desk.contact) is None
    desk.take(
        OpenContact(
            by=LI_MEI, consumer="li-mei", channel="chat", words=HELP, earlier=("c-0",)
        )
    )
    assert desk.contacts.earlier_of(desk.contact) == ("c-0",)


def test_what_was_never_begun_says_so(desk: Desk) -> None:
    with pytest.raises(NoSuchContact):
        desk.take(writes(WANG, "2"))
    with pytest.raises(NotPromised):
        desk.promises(KeepPromise(by=WANG, evidence="call-1"))


def test_an_answer_to_what_one_has_not_seen_is_not_taken(desk: Desk) -> None:
    desk.take(opens())
    command = writes(WANG, "2")
    context = context_for(UUID(int=9), command, actor="wang", asked_at=MONDAY)
    seen = replace(context, expected_version=1)
    with pytest.raises(StaleVersion):
        desk.contacts.take(desk.contact, command, seen)


def test_clocks_are_asked_in_batches_and_twice_changes_nothing(desk: Desk) -> None:
    desk.take(opens())
    late = MONDAY + HOUR + SECOND
    (early,) = desk.contacts.check([asked(desk.contact, "early")], MONDAY + MINUTE)
    assert isinstance(early, Receipt)
    assert early.version == 3, "nothing has run out"
    for _ in range(2):
        (receipt,) = desk.contacts.check([asked(desk.contact)], late)
        assert isinstance(receipt, Receipt)
        assert receipt.version == 5
    (again,) = desk.contacts.check([asked(desk.contact, "again")], late + HOUR)
    assert isinstance(again, Receipt)
    assert again.version == 5


def test_a_promise_nobody_kept_is_broken_when_its_clock_is_asked(desk: Desk) -> None:
    desk.promises(MAKE)
    clocks = AgentPromiseClocks(desk.contacts)
    clocks.check([asked(desk.promise, "early")], FIVE)
    assert desk.promised().standing == "open"
    clocks.check([asked(desk.promise)], FIVE + SECOND)
    assert desk.promised().standing == "breached"
    desk.promises(KeepPromise(by=WANG, evidence="call-1"), FIVE + HOUR)
    assert desk.promised().standing == "kept"
