"""Where read models are asked from outside: whoever asks sees only what is theirs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.access import (
    AccessRole,
    Actor,
    NotFound,
    Owners,
    authorize,
    reaches,
    scope,
)
from application.order_desk import KnownOrder, OrderDesk
from application.people import People, SealBroken
from application.projections.back_office import unnamed
from application.projections.entries import EntryKind
from application.projections.order_page import OrderQueries, OrderRow
from application.projections.paging import Page
from application.projections.persons import PersonQueries
from application.projections.promise_board import BoardPromise, PromiseQueries
from application.projections.references import ReferenceKind, ReferenceQueries
from application.projections.timeline import Entry, TimelineQueries
from domain.promise import PromiseKind, Standing

NAMESAKES_MAX: Final = 50

# Who is shown words on a timeline; everybody else sees that there are some.
READERS_OF_WORDS: Final[frozenset[AccessRole]] = frozenset(
    {"consumer", "agent", "senior_agent", "arbiter"}
)
SEALED: Final = "sealed:"


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of the promise board; None asks for any."""

    state: Standing | None = None
    due_before: datetime | None = None
    kind: PromiseKind | None = None
    merchant: str | None = None
    creator: str | None = None
    carrier: str | None = None


class Reading:
    """Answers what people and feeds may know."""

    def __init__(  # noqa: PLR0913, PLR0917  # one for each read model that is asked
        self,
        desk: OrderDesk,
        references: ReferenceQueries,
        orders: OrderQueries,
        promises: PromiseQueries,
        timeline: TimelineQueries,
        persons: PersonQueries,
        people: People,
    ) -> None:
        self._desk = desk
        self._references = references
        self._orders = orders
        self._promises = promises
        self._timeline = timeline
        self._persons = persons
        self._people = people

    # -- Orders --

    def orders_named(
        self, actor: Actor, kind: ReferenceKind, name: str, source: str | None
    ) -> Sequence[KnownOrder]:
        """Return the orders that go by this name, as far as they are the actor's."""
        found = self._references.find(kind, name, source)
        ids = dict.fromkeys(each.stream_id for each in found)
        known = []
        for order_id in list(ids)[:NAMESAKES_MAX]:
            try:
                known.append(self._desk.find(actor, "order.read", order_id))
            except NotFound:
                continue
        return known

    def orders_of(
        self, actor: Actor, consumer: str, *, limit: int, cursor: str | None
    ) -> Page[OrderRow]:
        """Return a page of a person's orders; raises NotFound, BadCursor."""
        names = self._names(actor, consumer)
        return self._orders.of_consumers(names, limit=limit, cursor=cursor)

    # -- Promises --

    def promises(
        self, actor: Actor, asked: Asked, *, limit: int, cursor: str | None
    ) -> Page[BoardPromise]:
        """Return a page of the promise board, soonest due first.

        A merchant sees its own, a creator its own. Raises NotFound for somebody else's,
        and BadCursor.
        """
        reach = scope(actor, "promises.read")
        if not reach.everything:
            asked = within(asked, reach.merchants, reach.creators)
        return self._promises.find(
            limit=limit,
            cursor=cursor,
            state=asked.state,
            due_before=asked.due_before,
            kind=asked.kind,
            merchant=asked.merchant,
            creator=asked.creator,
            carrier=asked.carrier,
        )

    # -- The trust timeline --

    def timeline(  # noqa: PLR0913  # one for each thing that can be asked for
        self,
        actor: Actor,
        consumer: str,
        *,
        limit: int,
        cursor: str | None,
        kinds: Sequence[EntryKind] = (),
        order_id: UUID | None = None,
        why: str | None = None,
    ) -> Page[Entry]:
        """Return a page of a person's timeline, newest first.

        ``why`` is written down with the words that are opened. Raises
        NotFound for somebody else's or nobody's, and BadCursor.
        """
        names = self._names(actor, consumer)
        page = self._timeline.newest(
            names,
            limit=limit,
            cursor=cursor,
            kinds=kinds,
            order_id=order_id,
            back_office=sees_back_office(actor),
        )
        told = self._opened(actor, page.rows, why or usual_reason(consumer))
        return Page(told, page.next)

    def names(self, actor: Actor, consumer: str) -> tuple[str, ...]:
        """Return all names of the person; raises NotFound as ``timeline`` does."""
        return self._names(actor, consumer)

    def before_linked(
        self, known: Sequence[str], new: Sequence[str]
    ) -> Mapping[int, int] | None:
        """Return where to begin with new names, as TimelineQueries.before_linked."""
        return self._timeline.before_linked(known, new)

    def shown_after(
        self, actor: Actor, names: Sequence[str], seen: Mapping[int, int], limit: int
    ) -> Sequence[Entry]:
        """Return what the timeline came to show after these positions."""
        found = self._timeline.after(
            seen, names, limit=limit, back_office=sees_back_office(actor)
        )
        return self._opened(actor, found, usual_reason(names[0]) if names else "")

    def _names(self, actor: Actor, consumer: str) -> tuple[str, ...]:
        authorize(actor, "consumer.read", Owners(consumer=consumer))
        ours = scope(actor, "consumer.read").consumers
        if consumer not in ours and not self._timeline.exists(consumer):
            raise NotFound
        return self._persons.persons_of(consumer)

    def _opened(
        self, actor: Actor, entries: Sequence[Entry], why: str
    ) -> Sequence[Entry]:
        """Return the entries with their words, for those who may read them."""
        wanted = [
            (entry.consumer, value)
            for entry in entries
            for value in sealed_in(entry)
            if entry.consumer is not None and may_read_words(actor, entry)
        ]
        words = self._open(actor, list(dict.fromkeys(wanted)), why)
        if not sees_back_office(actor):
            entries = [replace(each, facts=unnamed(each.facts)) for each in entries]
        return [
            replace(entry, facts=with_words(entry, words))
            if sealed_in(entry)
            else entry
            for entry in entries
        ]

    def _open(
        self, actor: Actor, wanted: list[tuple[str, str]], why: str
    ) -> dict[tuple[str, str], str | None]:
        try:
            opened = self._people.open_many(wanted, actor=actor.name, why=why)
            return dict(zip(wanted, opened, strict=True))
        except SealBroken:
            if len(wanted) == 1:
                return {}
        middle = len(wanted) // 2
        first, second = wanted[:middle], wanted[middle:]
        return self._open(actor, first, why) | self._open(actor, second, why)


def within(asked: Asked, merchants: frozenset[str], creators: frozenset[str]) -> Asked:
    """Return what is asked, of one's own only; raises NotFound for somebody else's."""
    if merchants:
        (own,) = merchants
        if asked.merchant not in (None, own):
            raise NotFound
        return replace(asked, merchant=own)
    (own,) = creators
    if asked.creator not in (None, own):
        raise NotFound
    return replace(asked, creator=own)


def sees_back_office(actor: Actor) -> bool:
    """Whether the actor sees the service's own work, as all of its people do."""
    return scope(actor, "consumer.read").everything


def may_read_words(actor: Actor, entry: Entry) -> bool:
    """Whether the actor is shown an entry's words; notes are not for the consumer.

    It is asked of each role whether it reaches this entry: two of them together open
    no more than each by itself.
    """
    whose = Owners(consumer=entry.consumer)
    return any(
        reaches(actor, role, "consumer.read", whose)
        for role in READERS_OF_WORDS
        if role != "consumer" or entry.kind != "note"
    )


def usual_reason(consumer: str) -> str:
    """Return why words on a timeline are read, where nobody says more."""
    return f"consumer.read {consumer}"


def sealed_in(entry: Entry) -> dict[str, str]:
    """Return the sealed values among an entry's facts, each with its field."""
    facts: Mapping[str, Any] = entry.facts
    return {
        value: name
        for name, value in facts.items()
        if isinstance(value, str) and value.startswith(SEALED)
    }


def with_words(
    entry: Entry, words: Mapping[tuple[str, str], str | None]
) -> dict[str, Any]:
    """Return an entry's facts with what was opened; None is erased or not for you."""
    return {
        name: words.get((entry.consumer or "", value))
        if isinstance(value, str) and value.startswith(SEALED)
        else value
        for name, value in entry.facts.items()
    }
