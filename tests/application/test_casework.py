"""As whom somebody acts in a matter, and where nobody has a part in it."""

from uuid import UUID

import pytest

from application.access import AccessRole, Actor, NotAllowed, NotFound, Owners
from application.casework import (
    ACTS_AS,
    Casework,
    Matter,
    Noun,
    Room,
    acting,
    reading,
    stream_of,
)
from application.contacts import Contacts
from application.event_store.envelope import CommandContext
from application.event_store.handler import CommandHandler
from application.order_desk import AboutOrder
from application.orders import context_for
from application.rooms import by_id, contact_owners
from domain.contact import CONTACT, Contact, OpenContact, Write
from domain.kernel import Command
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from tests.domain.contacts import BOOK, HELP, LI_MEI, MINUTE, MONDAY, SORRY, WANG
from tests.memory_store import MemoryEventStore

OURS = Owners(
    consumer="li-mei",
    merchants=frozenset({"tea-house"}),
    creators=frozenset({"anna"}),
    carriers=frozenset({"sf"}),
    lead="tea-house",
)


def who(
    *roles: AccessRole, subject: str = "wang", merchant: str | None = None
) -> Actor:
    return Actor(subject=subject, roles=frozenset(roles), merchant=merchant)


# -- As whom --


@pytest.mark.parametrize(
    ("actor", "by"),
    [
        (who("consumer", subject="li-mei"), By(role="consumer", name="li-mei")),
        (who("creator", subject="anna"), By(role="creator", name="anna")),
        (who("carrier", subject="sf"), By(role="carrier", name="sf")),
        (who("agent"), By(role="agent", name="wang")),
        (who("senior_agent"), By(role="senior_agent", name="wang")),
        (who("arbiter"), By(role="arbiter", name="wang")),
        (who("finance_approver"), By(role="finance_approver", name="wang")),
        (who("service", subject="feed"), By(role="system", name="feed")),
    ],
    ids=lambda each: getattr(each, "role", ""),
)
def test_each_role_acts_in_its_own_part(actor: Actor, by: By) -> None:
    assert acting(actor, "dispute.act", OURS) == by


def test_whoever_works_for_a_merchant_speaks_in_the_merchants_name() -> None:
    boss = who("merchant", subject="boss", merchant="tea-house")
    spoken = By(role="merchant", name="tea-house")
    assert acting(boss, "dispute.act", OURS) == spoken


def test_an_agent_who_buys_tea_acts_as_the_agent() -> None:
    both = who("agent", "consumer", subject="li-mei")
    assert acting(both, "case.act", OURS) == By(role="agent", name="li-mei")


def test_an_arbiter_who_is_an_agent_too_judges() -> None:
    assert acting(who("agent", "arbiter"), "dispute.act", OURS).role == "arbiter"


def test_of_two_roles_the_one_that_reaches_the_matter_counts() -> None:
    shopping = who("merchant", "consumer", subject="li-mei", merchant="toy-shop")
    assert acting(shopping, "case.act", OURS) == By(role="consumer", name="li-mei")


def test_a_linked_name_acts_under_the_name_the_matter_knows() -> None:
    linked = Actor(
        subject="li-mei-2", roles=frozenset({"consumer"}), linked=frozenset({"li-mei"})
    )
    assert acting(linked, "dispute.act", OURS) == By(role="consumer", name="li-mei")


@pytest.mark.parametrize(
    "actor",
    [
        who("consumer", subject="wang-lei"),
        who("merchant", subject="boss", merchant="toy-shop"),
        who("carrier", subject="yto"),
        who("auditor"),
        who("administrator"),
    ],
    ids=lambda actor: next(iter(actor.roles)),
)
def test_whoever_has_no_part_in_it_does_not_act(actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        acting(actor, "dispute.act", OURS)


def test_an_auditor_reads_what_the_service_reads() -> None:
    assert reading(who("auditor"), "case.read", OURS) == SYSTEM
    assert reading(who("agent"), "case.read", OURS).role == "agent"
    with pytest.raises(NotAllowed):
        reading(who("consumer", subject="wang-lei"), "case.read", OURS)


def test_no_role_acts_as_two() -> None:
    assert len(ACTS_AS) == len(set(ACTS_AS.values()))


def test_the_number_of_another_system_names_no_order_here() -> None:
    name = "6d1f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e"
    assert stream_of(name) == UUID(name)
    assert stream_of("TB-2026-1") is None


# -- The desk --


class OneBook:
    """The same rules for everybody."""

    def for_source(self, _source: str | None) -> Rulebook:
        return BOOK


class Desk:
    """Casework that knows contacts, on a store that forgets."""

    def __init__(self) -> None:
        store = MemoryEventStore()
        handler = CommandHandler(store)
        self.contacts = Contacts(store, handler, OneBook())
        room = Room(CONTACT, by_id(self.contacts.take), contact_owners, order_of)
        nouns: dict[Noun, Room] = {"contact": room}
        self.casework = Casework(store, nouns, lambda _order: AboutOrder())
        self.contact = self.contacts.id_of("li-mei", "c-1")

    def context(self, command: Command, minutes: int = 0) -> CommandContext:
        at = MONDAY + minutes * MINUTE
        cause = UUID(int=minutes + 1)
        return context_for(cause, command, actor="test", asked_at=at)

    def open(self) -> None:
        begin = OpenContact(by=LI_MEI, consumer="li-mei", channel="chat", words=HELP)
        self.contacts.take(self.contact, begin, self.context(begin))


def order_of(contact: Contact) -> str | None:
    return contact.order


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_nobody_began_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.casework.known("contact", desk.contact)
    elsewhere = UUID("00000000-0000-8fff-8000-000000000000")
    with pytest.raises(NotFound):
        desk.casework.known("contact", elsewhere)


def test_a_matter_is_found_by_those_it_concerns(desk: Desk) -> None:
    desk.open()
    for actor in (who("consumer", subject="li-mei"), who("agent"), who("auditor")):
        found = desk.casework.find(actor, "contact.read", "contact", desk.contact)
        assert (found.version, found.consumer) == (3, "li-mei")
    stranger = who("consumer", subject="wang-lei")
    with pytest.raises(NotFound):
        desk.casework.find(stranger, "contact.read", "contact", desk.contact)


def test_a_command_is_made_once_it_is_known_who_acts(desk: Desk) -> None:
    desk.open()
    made: list[tuple[Matter, By]] = []

    def write(matter: Matter, by: By) -> Command:
        made.append((matter, by))
        return Write(by=by, message="2", words=SORRY)

    context = desk.context(Write(by=WANG, message="2", words=SORRY), minutes=10)
    receipt = desk.casework.take(
        who("agent"), "contact.act", "contact", desk.contact, write, context
    )
    ((matter, by),) = made
    assert (matter.version, by) == (3, WANG)
    assert receipt.version == 6
    answered = desk.casework.known("contact", desk.contact).state
    assert answered.first_response_seconds == 600


def test_who_may_only_look_asks_for_nothing(desk: Desk) -> None:
    desk.open()
    for actor, answer in (
        (who("auditor"), NotAllowed),
        (who("consumer", subject="wang-lei"), NotFound),
    ):
        with pytest.raises(answer):
            desk.casework.take(
                actor,
                "contact.act",
                "contact",
                desk.contact,
                lambda _matter, by: Write(by=by, message="2", words=SORRY),
                desk.context(Write(by=WANG, message="2", words=SORRY)),
            )
