"""Incidents: declared, scoped, estimated, granted and ended, each in its own stream.

Handing out is a process of its own (``processes/hand_out.py``); what it offers an order
lies in the order's streams, and only what it costs lies here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Final, Protocol
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from application.books import Books
from application.event_store.batch import MovedOn
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import DERIVED_MAX, CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import (
    Busy,
    EventStore,
    StaleVersion,
)
from application.incidents.naming import chunks, members
from application.incidents.offers import IncidentOffers
from application.incidents.sums import Sums
from application.incidents.terms import plans_named, within_of
from application.projections.affected import AffectedOrder, Preview, Scope
from domain.ids import id_from_name, partition_of
from domain.incident import (
    INCIDENT,
    ORDERS_MAX,
    DraftPlan,
    FreezeScope,
    Impact,
    Incident,
    IncidentCommand,
    NoSuchIncident,
    RecordEstimate,
    Selector,
    scope_digest,
)
from domain.kernel import Command, LongName, Refused
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook

KIND: Final = "incident"
# So many chunks go into one append; a scope of more is frozen in several.
CHUNKS_MAX: Final = 20
# So many orders are priced on what was read at once.
PRICED_AT_ONCE: Final = 1000


class NoSuchPlan(Refused):
    """The rules for these orders have no plan of this name."""


class NoPlanYet(Refused):
    """What it costs is known only once there is a plan for whom it affects."""


class Freeze(Command, frozen=True, kw_only=True):
    """Freeze who is affected, as the read models see it now."""

    by: By


class Estimate(Command, frozen=True, kw_only=True):
    """Work out what the plan would cost those affected, as things stand."""


class WhomItAffects(Protocol):
    """Who is asked whom a selector affects."""

    def preview(self, selector: Selector, at: datetime, samples: int = 10) -> Preview:
        """Return how many orders are affected, and the first few of them."""
        ...

    def scope(self, selector: Selector, at: datetime) -> Scope:
        """Return all orders affected; raises TooManyAffected."""
        ...

    def of_orders(self, orders: Sequence[UUID]) -> Mapping[UUID, AffectedOrder]:
        """Return what is known of these orders."""
        ...


class Estimated(Struct, frozen=True, kw_only=True):
    """What an estimate came to, and the receipt of its being recorded."""

    receipt: Receipt
    impact: Impact
    rests_on: LongName


class Incidents:
    """Takes commands to incidents, and works out what they need to know."""

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        affected: WhomItAffects,
        offers: IncidentOffers,
        books: Books,
    ) -> None:
        self._store, self._handler = store, handler
        self._affected, self._offers = affected, offers
        self._books = books
        self._known: dict[UUID, tuple[int, Incident]] = {}

    def id_of(self, number: str) -> UUID:
        """Return the id of the incident of this number."""
        return id_from_name(
            partition_of(number, self._store.partitions), KIND, "", number
        )

    def find(self, number: str) -> tuple[Incident, int]:
        """Return an incident and its version; raises NoSuchIncident."""
        state, version = self.read(self.id_of(number))
        if state.declared is None:
            raise NoSuchIncident(number=number)
        return state, version

    def read(self, stream_id: UUID) -> tuple[Incident, int]:
        """Return an incident as it stands, and its version; raises UnreadableEvent.

        What was folded before is not folded again.
        """
        loaded = self._store.load([stream_id])
        if unreadable := loaded.unreadable.get(stream_id):
            raise unreadable.error()
        history = loaded.histories[stream_id]
        version, state = self._known.get(stream_id, (0, INCIDENT.initial))
        if version > len(history):
            version, state = 0, INCIDENT.initial
        events = events_of(history)[version:]
        state = reduce(INCIDENT.evolve, events, state)
        self._known[stream_id] = len(history), state
        return state, len(history)

    def take(
        self, number: str, command: IncidentCommand, context: CommandContext
    ) -> Receipt:
        """Return where the incident then stands; raises as CommandHandler does.

        A plan that names what the rules do not have is refused with NoSuchPlan.
        """
        stream_id = self.id_of(number)
        state, _ = self.read(stream_id)
        book = self.book(state, getattr(command, "source", None))
        if isinstance(command, DraftPlan):
            for segment in command.segments:
                if not plans_named(book, segment.plan):
                    raise NoSuchPlan(plan=segment.plan, profile=book.profile)
        part = Part(stream_id, INCIDENT, command, book)
        return self._handler.handle_one(Ask(context, (part,)))

    def known(self, stream_id: UUID) -> Incident:
        """Return an incident as it was last read, or told something, here."""
        _, state = self._known.get(stream_id) or (0, self.read(stream_id)[0])
        return state

    def tell(
        self,
        stream_id: UUID,
        commands: Sequence[IncidentCommand],
        context: CommandContext,
    ) -> Receipt:
        """Give an incident commands, decided on it as it is known here.

        Where it has moved on since, it is read and decided anew. Raises as decide
        does, and Busy.
        """
        for attempt in range(DERIVED_MAX):
            if attempt or stream_id not in self._known:
                self.read(stream_id)
            version, state = self._known[stream_id]
            parts: list[Part] = []
            for command in commands:
                part = self.part(stream_id, state, command)
                events = INCIDENT.decide(state, command, part.policy, context.at)
                state = reduce(INCIDENT.evolve, events, state)
                parts.append(replace(part, decided=tuple(events)))
            ask = Ask(context, tuple(parts), rests_on={stream_id: version})
            try:
                receipt = self._handler.handle_one(ask)
            except MovedOn:
                continue
            if not receipt.repeated:
                self._known[stream_id] = receipt.version, state
            return receipt
        raise Busy(attempts=DERIVED_MAX)

    def part(self, stream_id: UUID, state: Incident, command: IncidentCommand) -> Part:
        """Return a command to an incident as a part of an ask."""
        return Part(stream_id, INCIDENT, command, self.book(state))

    def handle(self, asks: Sequence[Ask]) -> Sequence[Receipt | Exception]:
        """Return an answer to each, in order."""
        return self._handler.handle(asks)

    def book(self, state: Incident, source: str | None = None) -> Rulebook:
        """Return the rules of an incident: those of the orders of its source."""
        declared = state.declared
        return self._books.for_source(declared.source if declared else source)

    # -- Who is affected --

    def preview(self, selector: Selector, at: datetime, samples: int = 10) -> Preview:
        """Return how many orders a selector affects now, and some of them."""
        return self._affected.preview(selector, at, samples)

    def freeze(self, number: str, said: Freeze, context: CommandContext) -> Receipt:
        """Freeze who is affected, with every order named; raises as decide does.

        Raises TooManyAffected. A scope too great for one append is named in several;
        killed in between it is frozen anew.
        """
        stream_id = self.id_of(number)
        if first := self._handler.answered(stream_id, context, said):
            return first
        state, version = self.find(number)
        if context.expected_version not in {None, version}:
            raise StaleVersion(version=version)
        assert state.selector is not None, "it was declared with one"
        scope = self._affected.scope(state.selector, context.at)
        segments = state.plan.segments if state.plan else ()
        all_ = members(scope.orders, segments, context.at)
        frozen = FreezeScope(
            by=said.by,
            snapshot=scope.snapshot,
            orders=len(all_),
            digest=scope_digest(member.order for member in all_),
        )
        named: list[IncidentCommand] = [frozen, *chunks(said.by, all_)]
        parts = [self.part(stream_id, state, each) for each in named]
        own = context
        receipt: Receipt | None = None
        for first_part in range(0, len(parts), CHUNKS_MAX):
            some = tuple(parts[first_part : first_part + CHUNKS_MAX])
            ask = Ask(own, some, said=said, said_of=stream_id)
            receipt = self._handler.handle_one(ask)
            own = replace(
                context,
                command_id=uuid5(context.command_id, f"chunk/{first_part}"),
                expected_version=None,
            )
        assert receipt is not None, "there is always what freezes it"
        return receipt

    def join_late(self, number: str, context: CommandContext) -> int:
        """Let orders join that came to be affected since; return how many.

        Raises as decide does, and TooManyAffected.
        """
        stream_id = self.id_of(number)
        state, _ = self.find(number)
        assert state.selector is not None, "it was declared with one"
        if state.ends is not None and context.at >= state.ends:
            return 0
        scope = self._affected.scope(state.selector, context.at)
        new = [
            each
            for each in scope.orders
            if state.standings.get(str(each.order_id)) is None
        ]
        segments = state.plan.segments if state.plan else ()
        joining = members(new, segments, context.at)[: ORDERS_MAX * CHUNKS_MAX]
        if not joining:
            return 0
        first = max(state.late, default=0) + 1
        named = chunks(SYSTEM, joining, first=first, late=True)
        parts = tuple(self.part(stream_id, state, each) for each in named)
        self._handler.handle_one(Ask(context, parts))
        return len(joining)

    def orders_of(self, state: Incident) -> Sequence[AffectedOrder]:
        """Return what is known just now of all orders that are not left out."""
        orders = [
            UUID(order)
            for order, standing in state.standings.items()
            if standing.how != "excluded"
        ]
        return list(self._affected.of_orders(orders).values())

    # -- What it costs --

    def estimate(
        self, number: str, said: Estimate, context: CommandContext
    ) -> Estimated:
        """Work out and record what it costs; raises NoPlanYet, and as decide does."""
        stream_id = self.id_of(number)
        state, version = self.find(number)
        if context.expected_version not in {None, version}:
            raise StaleVersion(version=version)
        if first := self._handler.answered(stream_id, context, said):
            known = state.estimate
            assert known is not None, "it was recorded"
            return Estimated(
                receipt=first, impact=known.impact, rests_on=known.rests_on
            )
        impact, rests_on = self.impact(state, context.at)
        record = RecordEstimate(by=SYSTEM, impact=impact, rests_on=rests_on)
        part = self.part(stream_id, state, record)
        ask = Ask(context, (part,), said=said, said_of=stream_id)
        receipt = self._handler.handle_one(ask)
        return Estimated(receipt=receipt, impact=impact, rests_on=rests_on)

    def impact(self, state: Incident, at: datetime) -> tuple[Impact, str]:
        """Return what the plan would cost all that wait, and what that rests on."""
        if state.plan is None:
            raise NoPlanYet
        within = within_of(state)
        sums = Sums(state.plan.segments)
        waiting = [
            UUID(order)
            for order, standing in state.standings.items()
            if standing.how != "excluded"
        ]
        for first in range(0, len(waiting), PRICED_AT_ONCE):
            some = waiting[first : first + PRICED_AT_ONCE]
            known = self._affected.of_orders(some)
            for order_id, sight in self._offers.read(some).items():
                order = known.get(order_id)
                sums.add(order_id, order, within, self._offers, sight, at)
        return sums.impact(), sums.rests_on(state)
