"""Where cases, disputes, contacts and what hangs on them are asked from outside.

One desk for all of them: it finds the thing, asks whether the actor may, says as what
the actor acts, and hands the command to the room that decides it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, Literal, NamedTuple, TypeVar, cast
from uuid import UUID

from msgspec import Struct

from application.access import (
    AccessRole,
    Action,
    Actor,
    NotAllowed,
    NotFound,
    Owners,
    authorize,
    reaches,
    scope,
)
from application.audit.state import kind_of
from application.cited import CitedEvidence, Place, ties
from application.event_store.envelope import CommandContext, Receipt, RecordedEvent
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.order_desk import AboutOrder
from domain.contact import LinkNoun
from domain.ids import partition_in
from domain.kernel import AnyDecider, Command, State
from domain.party import SYSTEM, ActingRole, By

Noun = Literal["case", "dispute", "contact", "promise", "account", "resolution"]

# What a matter is opened with.
Opening = TypeVar("Opening", bound=Command)

# As what each role of a token acts, the leading one first. Whose part it is in the
# matter is asked before: an agent who is also a consumer acts as the agent.
ACTS_AS: Final[Mapping[AccessRole, ActingRole]] = {
    "arbiter": "arbiter",
    "finance_approver": "finance_approver",
    "senior_agent": "senior_agent",
    "agent": "agent",
    "merchant": "merchant",
    "creator": "creator",
    "carrier": "carrier",
    "consumer": "consumer",
    "service": "system",
}
PARTIES: Final = frozenset({"merchant", "creator", "carrier", "consumer"})

# What the tags of a noun's events begin with: an id of another noun is none of it.
KINDS: Final[Mapping[Noun, str]] = {
    "case": "after_sales",
    "dispute": "dispute",
    "contact": "contact",
    "promise": "promise",
    "account": "responsibility",
    "resolution": "resolution",
}


class Room(NamedTuple):
    """How one noun is read and asked.

    ``owners`` says whose a thing is, given the owners of the order it is about;
    ``order`` is that order's id. A state that is still ``decider.initial`` is none.
    """

    decider: AnyDecider
    take: Callable[["Matter", Any, CommandContext], Receipt]
    owners: Callable[[Any, Owners], Owners]
    order: Callable[[Any], str | None]


class Matter(Struct, frozen=True):
    """A thing as it stands, how many events say so, and whose it is.

    ``source`` is that of the order it is about: by its rules it is judged. ``of_order``
    is whose that order is: not everybody's whose the matter is.
    """

    noun: Noun
    stream_id: UUID
    version: int
    state: Any
    owners: Owners
    order_id: UUID | None = None
    source: str | None = None
    history: Sequence[RecordedEvent] = ()
    of_order: Owners = Owners()

    @property
    def consumer(self) -> str:
        """Whose words these are."""
        assert self.owners.consumer is not None, "every matter names its consumer"
        return self.owners.consumer


def acting(actor: Actor, action: Action, owners: Owners) -> By:
    """Return as what the actor acts here; raises NotAllowed for who has no part in it.

    Of several roles the first of ACTS_AS counts that reaches this matter. A party acts
    under the name the matter knows it by: a consumer's linked names are one person.
    """
    for role, acts_as in ACTS_AS.items():
        if reaches(actor, role, action, owners):
            return By(role=acts_as, name=name_in(actor, role, owners))
    raise NotAllowed(action=action)


def name_in(actor: Actor, role: AccessRole, owners: Owners) -> str:
    """Return the name under which a role that reaches a matter is known in it."""
    if role == "merchant":
        return actor.merchant or actor.subject
    if role == "consumer" and owners.consumer is not None:
        return owners.consumer
    return actor.subject


def reading(actor: Actor, action: Action, owners: Owners) -> By:
    """Return as whom the actor reads this; raises NotAllowed as ``acting`` does.

    Who may look at everything and acts in nothing, as auditors do, sees what the
    service sees.
    """
    try:
        return acting(actor, action, owners)
    except NotAllowed:
        if not scope(actor, action).everything:
            raise
        return SYSTEM


class Casework:
    """Takes what people ask of cases, disputes, contacts, resolutions and the like."""

    def __init__(
        self,
        store: EventStore,
        rooms: Mapping[Noun, Room],
        about_order: Callable[[UUID], AboutOrder],
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._about_order = about_order
        self._evidence = CitedEvidence(store)

    def find(self, actor: Actor, action: Action, noun: Noun, stream_id: UUID) -> Matter:
        """Return the thing, if there is one and the actor may do this with it.

        Raises NotFound and NotAllowed, StoreUnavailable, and UnreadableEvent.
        """
        matter = self.known(noun, stream_id)
        authorize(actor, action, matter.owners)
        return matter

    def known(self, noun: Noun, stream_id: UUID) -> Matter:
        """Return the thing, whoever asks; raises NotFound."""
        room = self._rooms[noun]
        if partition_in(stream_id) >= self._store.partitions:
            raise NotFound
        loaded = self._store.load([stream_id])
        history = loaded.histories[stream_id]
        unreadable = loaded.unreadable.get(stream_id)
        events = events_of(history)
        if kind_of([*events, *filter(None, [unreadable])]) != KINDS[noun]:
            raise NotFound
        if unreadable is not None:
            raise unreadable.error()
        state: State = reduce(room.decider.evolve, events, room.decider.initial)
        if not events or state == room.decider.initial:
            raise NotFound
        order = room.order(state)
        order_id = None if order is None else stream_of(order)
        of_order = AboutOrder() if order_id is None else self._about_order(order_id)
        return Matter(
            noun=noun,
            stream_id=stream_id,
            version=len(history),
            state=state,
            owners=room.owners(state, of_order.owners),
            order_id=order_id,
            source=of_order.source,
            history=history,
            of_order=of_order.owners,
        )

    def owners(self, noun: Noun, stream_id: UUID) -> Owners:
        """Return whose it is, whoever asks; raises NotFound."""
        return self.known(noun, stream_id).owners

    def consumer_of(self, noun: LinkNoun, target: str) -> str:
        """Return whose thing a contact would be tied to; raises NotFound."""
        stream_id = stream_of(target)
        if stream_id is None:
            raise NotFound
        if noun == "order":
            owners = self._about_order(stream_id).owners
        else:
            owners = self.owners(noun, stream_id)
        if owners.consumer is None:
            raise NotFound
        return owners.consumer

    def take(  # noqa: PLR0913, PLR0917 - who asks what of what, and how it is made
        self,
        actor: Actor,
        action: Action,
        noun: Noun,
        stream_id: UUID,
        command: Callable[[Matter, By], Command],
        context: CommandContext,
    ) -> Receipt:
        """Return where it then stands; ``command`` is made once the matter is known.

        Raises as ``find``, the room's ``take`` and CommandHandler do, NoSuchEvidence
        and EvidenceKeptBack.
        """
        matter = self.find(actor, action, noun, stream_id)
        by = acting(actor, action, matter.owners)
        place = Place(
            stream_id=stream_id,
            ties=ties(matter.state),
            # What a consumer is told of in a contact, any party of the order may show.
            owners=matter.of_order if noun == "contact" else matter.owners,
            by=by,
            again=any(each.command_id == context.command_id for each in matter.history),
        )
        asked = self._evidence.checked(command(matter, by), place)
        return self._rooms[noun].take(matter, asked, context)

    def opening(
        self, command: Opening, stream_id: UUID, by: By, owners: Owners, *about: str
    ) -> Opening:
        """Return the command that opens a matter, its evidence looked up.

        ``about`` are the order and the case it is about. Raises NoSuchEvidence and
        EvidenceKeptBack.
        """
        place = Place(
            stream_id=stream_id,
            ties=frozenset(about),
            owners=owners,
            by=by,
            again=bool(self._store.load([stream_id]).histories[stream_id]),
        )
        return cast("Opening", self._evidence.checked(command, place))


def stream_of(name: str) -> UUID | None:
    """Return the id a name holds; None if it names something of another system."""
    try:
        return UUID(name)
    except ValueError:
        return None
