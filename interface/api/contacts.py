"""Contacts over HTTP: a consumer says "something is wrong", and somebody answers."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct
from msgspec.structs import replace

from application.access import (
    Actor,
    NotFound,
    Owners,
    allows,
    authorize,
    reaches,
)
from application.casework import Casework, Matter, acting, reading
from application.contact_view import (
    AgentPromiseView,
    ContactView,
    contact_view,
    promise_view,
)
from application.contacts import Contacts
from application.people import People
from application.projections.matters import MatterQueries
from application.projections.persons import PersonQueries
from application.reading import READERS_OF_WORDS
from domain.agent_promise import Deed, ExtendPromise, KeepPromise, MakePromise
from domain.contact import (
    AssignContact,
    Channel,
    CloseContact,
    HandOverContact,
    LinkContact,
    OpenContact,
    RateContact,
    RecordWords,
    ReopenContact,
    Write,
)
from domain.kernel import Code, ConsumerName, Moment, Name
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.doors import (
    Around,
    CaseDoor,
    Front,
    Move,
    controller,
    sealer,
)
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.problems import invalid
from interface.api.queue import finder
from interface.api.reasons import Reason, ReasonHeader, reason_for
from interface.api.receipts import ReceiptBody, receipt_answer, versioned
from interface.api.words import Words
from interface.clock import now

CONTACTS: Final = "/v1/contacts"
PROMISES: Final = "/v1/agent-promises"

# What a new contact is put to, and a key is for: they, and not yet the contact itself.
THE_CONTACTS: Final = uuid5(NAMESPACE_URL, "urn:redress:contacts")

# Contacts about the same thing within so long are one consumer coming back.
REPEATED_WITHIN: Final = timedelta(days=7)


def of_its_consumer(body: LinkContact, around: Around) -> None:
    """Return if a contact's link leads to something of its consumer's, by any name.

    Raises NotFound for what is nobody's or somebody else's, whoever asks.
    """
    whose = around.casework.consumer_of(body.noun, body.target)
    if whose not in around.person(around.matter.consumer):
        raise NotFound


DOORS: Final[Sequence[CaseDoor]] = (
    CaseDoor("messages", Write),
    CaseDoor(
        "message-reports", RecordWords, service_says_by=True, action="contact.report"
    ),
    CaseDoor("assignment", AssignContact),
    CaseDoor("hand-over", HandOverContact),
    CaseDoor("links", LinkContact, checks=of_its_consumer),
    CaseDoor("closing", CloseContact),
    CaseDoor("reopening", ReopenContact),
    CaseDoor("rating", RateContact),
)
PROMISE_DOORS: Final[Sequence[CaseDoor]] = (
    CaseDoor("putting-off", ExtendPromise),
    CaseDoor("keeping", KeepPromise),
)
FRONT: Final = Front("contact", "contact.act", CONTACTS, DOORS)
PROMISE_FRONT: Final = Front("promise", "promise.act", PROMISES, PROMISE_DOORS)
Commands: Final = controller(*FRONT)
PromiseCommands: Final = controller(*PROMISE_FRONT)


class OpenContactBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something is wrong. ``consumer`` is said only by whoever speaks for one."""

    channel: Channel = "in_app"
    about: Code = "something_is_wrong"
    order: UUID | None = None
    words: Words | None = None
    files: tuple[Name, ...] = ()
    consumer: ConsumerName | None = None


class PromiseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent promises the consumer of a contact, and by when."""

    deed: Deed
    due_at: Moment


class ContactPage(Struct, frozen=True, kw_only=True):
    """A contact as its reader sees it, and what that reader may do now, and where."""

    contact: ContactView
    may: tuple[Move, ...]


class AgentPromisePage(Struct, frozen=True, kw_only=True):
    """An agent's promise, and what its reader may do now, and where."""

    promise: AgentPromiseView
    may: tuple[Move, ...]


class ContactController(Commands):  # type: ignore[misc, valid-type]  # made from the table of doors
    """Begin to speak, read what was said, promise to come back."""

    @post(
        operation_id="openContact",
        opt=does("contact.open", OpenContact),
        sync_to_thread=True,
        status_code=201,
    )
    def open(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        data: Annotated[OpenContactBody, json_like("OpenContactBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        contacts: NamedDependency[Contacts],
        matters: NamedDependency[MatterQueries],
        people: NamedDependency[People],
        casework: NamedDependency[Casework],
        persons: NamedDependency[PersonQueries],
    ) -> Response[ReceiptBody]:
        """Begin a contact. A consumer needs to know no more than that it is wrong."""
        body = strictly(raw, type(data))
        consumer = consumer_meant(actor, body.consumer)
        owners = Owners(consumer=consumer)
        authorize(actor, "contact.open", owners)
        if body.order is not None:
            whose = casework.consumer_of("order", str(body.order))
            if whose not in persons.persons_of(consumer):
                raise NotFound
        seal = sealer(people, consumer, "contact")
        context = asked.context(actor, THE_CONTACTS, OpenContact, new=True)
        contact_id = contacts.id_of(consumer, str(context.command_id))
        earlier = contacts.earlier_of(contact_id)
        if earlier is None:
            since = context.asked_at - REPEATED_WITHIN
            found = matters.earlier_contacts(consumer, body.order, since)
            earlier = tuple(map(str, found))
        by = acting(actor, "contact.open", owners)
        command = OpenContact(
            by=by,
            consumer=consumer,
            channel=body.channel,
            about=body.about,
            order=None if body.order is None else str(body.order),
            words=None if body.words is None else seal(body.words),
            files=body.files,
            earlier=earlier,
        )
        about = filter(None, [command.order])
        command = casework.opening(command, contact_id, by, owners, *about)
        receipt = contacts.take(contact_id, command, context)
        return receipt_answer(receipt, 201, f"{CONTACTS}/{contact_id}")

    find = finder("contact", "contact.read", "findContacts")

    @get(
        "/{stream_id:uuid}",
        operation_id="readContact",
        opt=does("contact.read"),
        sync_to_thread=True,
    )
    def read(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
        people: NamedDependency[People],
        reason: Reason = None,
        reason_header: ReasonHeader = None,
    ) -> Response[ContactPage]:
        """Read a contact with every word of it. The ETag is its version."""
        matter = casework.find(actor, "contact.read", "contact", stream_id)
        view = contact_view(
            stream_id,
            matter.version,
            matter.state,
            matter.history,
            reading(actor, "contact.read", matter.owners),
            now(),
        )
        view, moves = FRONT.offer(view, actor, matter)
        if allows(actor, "promise.act", matter.owners):
            moves = (*moves, Move("promiseDeed", f"{FRONT.here(matter)}/promises"))
        why = reason_for(f"contact.read {stream_id}", reason, reason_header)
        told = with_words(view, matter, actor, people, why)
        return versioned(ContactPage(contact=told, may=moves), matter)

    @post(
        "/{stream_id:uuid}/promises",
        operation_id="promiseDeed",
        opt=does("promise.act", MakePromise),
        sync_to_thread=True,
        status_code=201,
    )
    def promise(  # noqa: PLR0913, PLR0917  # what it needs is injected by these names
        self,
        stream_id: FromPath[UUID],
        data: Annotated[PromiseBody, json_like("PromiseBody")],
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        casework: NamedDependency[Casework],
        contacts: NamedDependency[Contacts],
    ) -> Response[ReceiptBody]:
        """Promise the consumer something by a time; it is in the queue till done."""
        body = strictly(raw, type(data))
        matter = casework.find(actor, "contact.read", "contact", stream_id)
        authorize(actor, "promise.act", matter.owners)
        context = asked.context(actor, stream_id, MakePromise, new=True)
        promise_id = contacts.promise_id(stream_id, str(context.command_id))
        command = MakePromise(
            by=acting(actor, "promise.act", matter.owners),
            consumer=matter.consumer,
            contact=str(stream_id),
            deed=body.deed,
            due_at=body.due_at,
        )
        receipt = contacts.take_promise(promise_id, command, context)
        return receipt_answer(receipt, 201, f"{PROMISES}/{promise_id}")


class AgentPromiseController(PromiseCommands):  # type: ignore[misc, valid-type]  # made from the table of doors
    """What agents promised consumers."""

    @get(
        "/{stream_id:uuid}",
        operation_id="readAgentPromise",
        opt=does("promise.read"),
        sync_to_thread=True,
    )
    def read(
        self,
        stream_id: FromPath[UUID],
        actor: NamedDependency[Actor],
        casework: NamedDependency[Casework],
    ) -> Response[AgentPromisePage]:
        """Read an agent's promise. The ETag is its version."""
        matter = casework.find(actor, "promise.read", "promise", stream_id)
        reader = reading(actor, "promise.read", matter.owners)
        view = promise_view(stream_id, matter.version, matter.state, reader, now())
        view, moves = PROMISE_FRONT.offer(view, actor, matter)
        return versioned(AgentPromisePage(promise=view, may=moves), matter)


def consumer_meant(actor: Actor, named: str | None) -> str:
    """Return whose contact it is; raises Wrong (400) where nobody is named."""
    if named is not None:
        return named
    if actor.roles == {"consumer"}:
        return actor.subject
    raise invalid("consumer", "Say whose contact it is.")


def with_words(
    view: ContactView, matter: Matter, actor: Actor, people: People, why: str
) -> ContactView:
    """Return the contact with its words, for those who may read them.

    It is the role that reaches this contact which must be one of those who read words:
    an auditor who also buys tea reads no more of others than an auditor. Who read them,
    and why, is written down.
    """
    readable = any(
        reaches(actor, role, "contact.read", matter.owners) for role in READERS_OF_WORDS
    )
    said = [each.words for each in view.words if each.words and readable]
    wanted = [(matter.consumer, each) for each in said]
    opened = dict(
        zip(
            (sealed for _, sealed in wanted),
            people.open_many(wanted, actor=actor.name, why=why),
            strict=True,
        )
    )
    words = tuple(
        replace(each, words=opened.get(each.words) if each.words else None)
        for each in view.words
    )
    return replace(view, words=words)


HANDLERS: Final[Sequence[type[Controller]]] = (
    ContactController,
    AgentPromiseController,
)
