"""Running macros, whoever asks, and what goes on meanwhile."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.access import AccessRole, Actor, NotAllowed, NotFound
from application.casework import Casework, Matter, Noun, Room
from application.contacts import Contacts
from application.desk import AgentDesk
from application.desk_views import applied
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import StaleVersion
from application.order_desk import AboutOrder
from application.orders import context_for
from application.people import MemoryKeys, People
from application.projections.matters import Wanted
from application.rooms import by_id, contact_owners
from domain.contact import CONTACT, AssignContact, Contact, OpenContact, Write
from domain.desk import Assign, Close, Filters, HandOver, KeepMacro, KeepView, Say
from domain.kernel import Command
from domain.party import By
from domain.policy.book import Rulebook
from tests.domain.contacts import BOOK, HELP, LI_MEI, MINUTE, MONDAY, SORRY, WANG
from tests.memory_store import MemoryEventStore

LOOK = (Assign(), Say(words="请稍等"), HandOver(team="fresh-food"))


def who(role: AccessRole, subject: str = "wang") -> Actor:
    return Actor(subject=subject, roles=frozenset({role}))


class OneBook:
    """The same rules for everybody."""

    def for_source(self, _source: str | None) -> Rulebook:
        return BOOK


class Office:
    """A desk and its contacts, on a store that forgets.

    ``then`` is done once, right after the first command to a contact.
    """

    def __init__(self, then: Callable[["Office"], Any] = lambda _: None) -> None:
        self.store = MemoryEventStore()
        handler = CommandHandler(self.store)
        self.contacts = Contacts(self.store, handler, OneBook())
        room = Room(CONTACT, self._take, contact_owners, order_of)
        nouns: dict[Noun, Room] = {"contact": room}
        casework = Casework(self.store, nouns, lambda _order: AboutOrder())
        people = People(MemoryKeys(), b"m" * 32)
        self.desk = AgentDesk(self.store, handler, casework, people)
        self.contact = self.contacts.id_of("li-mei", "c-1")
        self._then: list[Callable[[Office], Any]] = [then]
        self._asked = 0
        begin = OpenContact(by=LI_MEI, consumer="li-mei", channel="chat", words=HELP)
        self.contacts.take(self.contact, begin, self.context(begin))

    def context(self, command: Command | None = None) -> CommandContext:
        self._asked += 1
        at, cause = MONDAY + self._asked * MINUTE, UUID(int=self._asked)
        named = command or Write(by=WANG, message="x", words=SORRY)
        return context_for(cause, named, actor="test", asked_at=at)

    def keep(self, *steps: Any) -> Receipt:
        def command(by: By) -> KeepMacro:
            return KeepMacro(by=by, name="look", noun="contact", steps=steps)

        return self.desk.take(who("agent"), command, self.context())

    def told(self) -> list[str]:
        return [type(each.event).__name__ for each in self.store.streams[self.contact]]

    def _take(self, matter: Matter, command: Any, context: CommandContext) -> Receipt:
        receipt = by_id(self.contacts.take)(matter, command, context)
        if self._then:
            self._then.pop()(self)
        return receipt


def order_of(contact: Contact) -> str | None:
    return contact.order


def taken_over(office: Office) -> None:
    """Let a colleague take the contact."""
    command = AssignContact(by=By(role="agent", name="lin"), agent="lin")
    office.contacts.take(office.contact, command, office.context(command))


def test_what_another_did_meanwhile_stops_the_run() -> None:
    office = Office(taken_over)
    office.keep(*LOOK)
    seen = office.told()
    runs = office.desk.run(
        who("agent"), "look", "contact", office.contact, office.context()
    )
    assert [each.receipt is not None for each in runs] == [True, False]
    assert isinstance(runs[-1].refusal, StaleVersion)
    assert office.told()[len(seen) :] == ["ContactAssigned", "ContactAssigned"]


def test_a_run_that_stopped_goes_on_where_it_stopped() -> None:
    office = Office()
    office.keep(Assign(), Close(outcome="answered"), Say(words="再见"))
    context = office.context()
    run = office.desk.run
    first = run(who("agent"), "look", "contact", office.contact, context)
    assert [each.refusal is None for each in first] == [True, False]
    answer = Write(by=WANG, message="by-hand", words=SORRY)
    office.contacts.take(office.contact, answer, office.context(answer))
    blindly = run(who("agent"), "look", "contact", office.contact, context)
    assert isinstance(blindly[-1].refusal, StaleVersion)
    seen = replace(context, expected_version=len(office.told()))
    again = run(who("agent"), "look", "contact", office.contact, seen)
    assert [each.receipt and each.receipt.repeated for each in again][:2] == [
        True,
        False,
    ]
    assert office.told().count("ContactAssigned") == 1
    assert office.told().count("ContactClosed") == 1


@pytest.mark.parametrize("role", ["consumer", "merchant", "auditor", "service"])
def test_whoever_is_no_agent_keeps_and_runs_nothing(role: AccessRole) -> None:
    office = Office()
    office.keep(*LOOK)
    told = office.told()
    actor = who(role, "li-mei")
    with pytest.raises(NotAllowed):
        office.desk.run(actor, "look", "contact", office.contact, office.context())
    with pytest.raises(NotAllowed):
        office.desk.take(
            actor, lambda by: KeepView(by=by, name="mine"), office.context()
        )
    assert office.told() == told


@pytest.mark.parametrize("role", ["consumer", "merchant", "service"])
def test_whoever_has_no_queue_sees_no_views(role: AccessRole) -> None:
    office = Office()
    with pytest.raises(NotAllowed):
        office.desk.kept(who(role))
    with pytest.raises(NotAllowed):
        office.desk.view(who(role), "mine")


def test_an_arbiter_keeps_his_own_and_sees_no_one_elses() -> None:
    office = Office()
    arbiter = who("arbiter", "judge-wu")
    office.desk.take(
        arbiter,
        lambda by: KeepView(by=by, name="mine", owner="judge-wu"),
        office.context(),
    )
    (mine,) = office.desk.kept(arbiter).views
    assert (mine.name, mine.owner) == ("mine", "judge-wu")
    assert office.desk.kept(who("agent")).views == ()
    with pytest.raises(NotFound):
        office.desk.view(who("agent"), "mine")


def test_who_has_something_is_one_question_however_it_is_put() -> None:
    agent, free = who("agent"), Filters(unassigned=True, noun="case")
    asked = applied(free, Wanted(assigned="lin"), agent, MONDAY)
    assert (asked.assigned, asked.unassigned, asked.nouns) == ("lin", None, ("case",))
    mine = applied(Filters(mine=True), Wanted(unassigned=True), agent, MONDAY)
    assert (mine.assigned, mine.unassigned) == (None, True)
