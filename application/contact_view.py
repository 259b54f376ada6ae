"""A contact, and an agent's promise, as one reader sees them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from application.clock_view import ClockView, clock_view, clocks_view
from application.event_store.envelope import RecordedEvent
from domain.agent_promise import (
    AgentPromise,
    ExtendPromise,
    KeepPromise,
)
from domain.contact import (
    Channel,
    Contact,
    ContactStatus,
    LinkNoun,
    WordDirection,
    WordsExchanged,
    allowed,
)
from domain.party import ActingRole, By

# The service's own people, who see each other's names; others see "the service".
STAFF: frozenset[ActingRole] = frozenset(
    {"agent", "senior_agent", "arbiter", "finance_approver", "system"}
)


class WordView(Struct, frozen=True, kw_only=True):
    """Something that was said. ``words`` are sealed here; the door opens them."""

    message: str
    at: datetime
    role: ActingRole
    name: str | None
    direction: WordDirection
    channel: Channel
    words: str | None
    files: tuple[str, ...]


class LinkView(Struct, frozen=True, kw_only=True):
    """What the contact is about."""

    noun: LinkNoun
    target: str


class ContactView(Struct, frozen=True, kw_only=True):
    """A contact, whole, for one reader.

    Times of waiting are seconds on the wall; ``first_response_seconds`` is None until
    somebody answered. ``earlier`` are contacts of the days before about the same thing.
    """

    contact_id: UUID
    version: int
    status: ContactStatus
    final: bool
    about: str
    channel: Channel
    opened_at: datetime | None
    turn: str | None
    clock: ClockView | None
    waiting_since: datetime | None
    first_response_seconds: int | None
    waited_seconds: int
    repeated: bool
    earlier: tuple[str, ...]
    links: tuple[LinkView, ...]
    agent: str | None
    team: str | None
    outcome: str | None
    words: tuple[WordView, ...]
    may: tuple[str, ...]


class AgentPromiseView(Struct, frozen=True, kw_only=True):
    """An agent's promise, for one reader."""

    promise_id: UUID
    version: int
    contact: str
    deed: str
    standing: str
    agent: str | None
    due_at: datetime | None
    first_due_at: datetime | None
    clock: ClockView | None
    may: tuple[str, ...]


def contact_view(  # noqa: PLR0913, PLR0917 - what is seen, by whom, when
    contact_id: UUID,
    version: int,
    contact: Contact,
    history: Sequence[RecordedEvent],
    reader: By,
    at: datetime,
) -> ContactView:
    """Return the contact as its reader sees it at a moment."""
    staff = reader.role in STAFF
    clock = contact.clock
    waiting = contact.waiting_since
    turn = None if contact.status == "closed" else "agent" if waiting else "consumer"
    return ContactView(
        contact_id=contact_id,
        version=version,
        status=contact.status,
        final=contact.status == "closed",
        about=contact.about,
        channel=contact.channel,
        opened_at=contact.opened_at,
        turn=turn,
        clock=clock_view(clock, at) if clock else None,
        waiting_since=waiting,
        first_response_seconds=contact.first_response_seconds,
        waited_seconds=contact.waited_seconds,
        repeated=bool(contact.earlier),
        earlier=contact.earlier if staff else (),
        links=tuple(LinkView(noun=n, target=t) for n, t in sorted(contact.links)),
        agent=contact.agent if staff else None,
        team=contact.team if staff else None,
        outcome=contact.outcome,
        words=tuple(
            word_view(each.event, staff=staff)
            for each in history
            if isinstance(each.event, WordsExchanged)
        ),
        may=tuple(command.__name__ for command in allowed(contact, reader)),
    )


def word_view(word: WordsExchanged, *, staff: bool) -> WordView:
    """Return something said. Only colleagues see which of them said it."""
    ours = word.by.role in STAFF
    return WordView(
        message=word.message,
        at=word.at.astimezone(UTC),
        role=word.by.role,
        name=word.by.name if staff or not ours else None,
        direction=word.direction,
        channel=word.channel,
        words=word.words,
        files=word.files,
    )


def promise_view(
    promise_id: UUID, version: int, promise: AgentPromise, reader: By, at: datetime
) -> AgentPromiseView:
    """Return an agent's promise as its reader sees it at a moment."""
    staff = reader.role in STAFF
    clocks = clocks_view(promise.timers.values(), at)
    possible = {
        "open": (ExtendPromise, KeepPromise),
        "breached": (KeepPromise,),
    }.get(promise.standing, ())
    return AgentPromiseView(
        promise_id=promise_id,
        version=version,
        contact=promise.contact,
        deed=promise.deed,
        standing=promise.standing,
        agent=promise.promiser.name if staff and promise.promiser else None,
        due_at=promise.due_at,
        first_due_at=promise.first_due_at,
        clock=clocks[0] if clocks else None,
        may=tuple(each.__name__ for each in possible) if staff else (),
    )
