"""What an incident offers one order: which plan, what it costs, or why nothing.

The same look prices the estimate and prepares the offer, so that what was granted and
what is handed out cannot differ but by what has changed meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from application.books import Books
from application.compensation import Compensations
from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.store import EventStore, UnreadableEvent
from application.incidents.terms import (
    Costs,
    HandOut,
    LeftOut,
    Offer,
    Seen,
    Within,
    blocked,
    concerned,
    costs,
    detector,
    new_beside,
    plans_named,
    shortfalls_of,
    solution,
    times_of,
    told,
)
from application.projections.affected import AffectedOrder
from application.resolutions.ground import Priced
from application.resolutions.moving import Moving
from application.resolutions.noticing import gravity, opening
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Detecting
from application.resolutions.sights import Sights
from application.sight import Sight
from domain.companionship import COMPANIONSHIP, Companionship
from domain.incident import IncidentKind, segment_of
from domain.kernel import Refused
from domain.order import ORDER, Order
from domain.order.kinds import goods_of
from domain.party import SYSTEM
from domain.planning import minimum_of, rests_on
from domain.policy.book import Rulebook, in_force
from domain.policy.rows import Times
from domain.policy.service_rows import DetectorRow, PlanRow
from domain.resolution import (
    ApprovalBeyondYou,
    ApprovePlan,
    AttachShortfall,
    BeyondEveryLimit,
    ExecutePlan,
    OfferPlans,
    ProposePlans,
    Resolution,
    TriageResolution,
)

# Nothing stands that was proposed: what comes can be seen to in the same resolution.
UNPROPOSED: Final = frozenset({"detected", "triaged", "superseded", "declined"})


class IncidentOffers:
    """Looks at orders of an incident, many at once."""

    def __init__(
        self,
        store: EventStore,
        resolutions: Resolutions,
        compensations: Compensations,
        books: Books,
    ) -> None:
        self._store = store
        self._resolutions = resolutions
        self._sights = Sights(store, compensations, resolutions.flags)
        self._books = books
        self._rows: dict[tuple[str, str], tuple[PlanRow, ...]] = {}
        self._ruled: (
            tuple[tuple[str, IncidentKind, datetime], DetectorRow | None] | None
        ) = None

    def read(self, orders: Sequence[UUID]) -> Mapping[UUID, Sight]:
        """Return what each order is looked at by. Raises StoreUnavailable."""
        return self._sights.of(orders)

    # -- One order --

    def estimate(
        self, known: AffectedOrder, within: Within, sight: Sight, at: datetime
    ) -> Costs:
        """Return what an order's plan would cost. Raises LeftOut."""
        seen = self._seen(known, within, sight, at)
        grave = gravity(seen.shortfalls[0], seen.order, seen.book, at)
        came = {each.name: each for each in seen.shortfalls}
        state = replace(
            seen.state,
            shortfalls={**seen.state.shortfalls, **came},
            severity=seen.state.severity or grave,
            block=blocked(seen.state, seen.block, at) or seen.state.block,
        )
        priced = self._priced(seen, state, sight, at)
        minimum = minimum_of(priced.ground)
        plan = solution(priced, seen.row, minimum)
        return costs(seen, priced, minimum, plan)

    def prepare(
        self,
        known: AffectedOrder,
        within: Within,
        sight: Sight,
        context: CommandContext,
    ) -> Offer:
        """Return the ask that offers an order its plan, approved by the budget.

        Raises LeftOut.
        """
        seen = self._seen(known, within, sight, context.at)
        moving = Moving(seen.state, seen.book, context.at)
        try:
            found = self._asked(seen, within, moving, sight)
        except (ApprovalBeyondYou, BeyondEveryLimit) as refused:
            raise LeftOut("beyond_cap") from refused
        except Refused as refused:
            raise LeftOut("has_a_plan") from refused
        limit = within.per_order_max_fen
        if limit is not None and found.fen > limit:
            raise LeftOut("beyond_cap")
        beside = self._resolutions.beside(seen.order_id)
        first = tuple(self._told(seen, beside, sight, context.at))
        if not seen.state.known:
            sight.nothing_at(seen.resolution_id)
        parts = (*first, *moving.decided(seen.resolution_id))
        said = HandOut(incident=within.number, order=str(seen.order_id))
        ask = Ask(context, parts, said=said, said_of=beside, rests_on=sight.rests_on)
        return Offer(order_id=seen.order_id, costs=found, ask=ask)

    @staticmethod
    def _told(seen: Seen, beside: UUID, sight: Sight, at: datetime) -> Iterator[Part]:
        """Yield what an order's companionship is told, each with what it comes to."""
        state: Companionship = sight.of(beside, COMPANIONSHIP)
        for tell in told(seen):
            came = tuple(COMPANIONSHIP.decide(state, tell, seen.book, at))
            state = reduce(COMPANIONSHIP.evolve, came, state)
            yield Part(beside, COMPANIONSHIP, tell, seen.book, came)

    def _asked(self, seen: Seen, within: Within, moving: Moving, sight: Sight) -> Costs:
        """Ask a resolution for all that it takes to offer the plan; return its cost."""
        for each in seen.shortfalls:
            said = Detecting(by=SYSTEM, shortfall=each, incident=within.number)
            moving.ask(
                AttachShortfall(by=SYSTEM, shortfall=each)
                if moving.state.known
                else opening(seen.order_id, seen.order, seen.number, said)
            )
        block = blocked(moving.state, seen.block, moving.at)
        if not moving.state.triaged or block:
            grave = moving.state.severity or gravity(
                seen.shortfalls[0], seen.order, seen.book, moving.at
            )
            moving.ask(TriageResolution(by=SYSTEM, severity=grave, block=block))
        priced = self._priced(seen, moving.state, sight, moving.at)
        minimum = minimum_of(priced.ground)
        plan = solution(priced, seen.row, minimum)
        plans = (plan,) if plan and new_beside(plan, minimum) else ()
        moving.ask(
            ProposePlans(
                by=SYSTEM,
                minimum=minimum,
                plans=plans,
                rests_on=rests_on(priced.ground),
            )
        )
        self._let_go(seen, within, moving)
        return costs(seen, priced, minimum, plan if plans else None)

    def _let_go(self, seen: Seen, within: Within, moving: Moving) -> None:
        """Approve what waits for it as whoever granted the budget, and offer it."""
        approver = within.approver
        if approver is not None:
            for name, asking in moving.state.asks.items():
                moving.ask(ApprovePlan(by=approver, plan=name, hash=asking.hash))
        name = seen.row.name
        approval = moving.state.approvals.get(name)
        if approval is None or moving.state.status != "approved":
            return
        if seen.row.needs_consent:
            code = seen.shortfalls[0].code
            moving.ask(OfferPlans(by=SYSTEM, hash=approval.hash, reason=code))
        else:
            moving.ask(ExecutePlan(by=SYSTEM, plan=name, hash=approval.hash))

    # -- What is seen --

    def _seen(
        self, known: AffectedOrder, within: Within, sight: Sight, at: datetime
    ) -> Seen:
        """Return what an order has to do with it. Raises LeftOut."""
        order_id = known.order_id
        try:
            order: Order = sight.of(order_id, ORDER)
            beside = self._resolutions.beside(order_id)
            companionship: Companionship = sight.of(beside, COMPANIONSHIP)
            resolution_id, number, state = self._resolutions.live(
                order_id, companionship, sight
            )
        except UnreadableEvent as spoilt:
            raise LeftOut("unreadable") from spoilt
        if order.identity is None:
            raise LeftOut("unreadable")
        concerned(order, within)
        if state.known and state.status not in UNPROPOSED:
            raise LeftOut("has_a_plan")
        book = self._books.for_source(order.source)
        facts = replace(next(known.facts(at)), goods=goods_of(order))
        segment = segment_of(facts, within.segments)
        if segment is None:
            raise LeftOut("not_affected")
        rule = self._rule(book, within.kind, at)
        found = shortfalls_of(order, known, within, companionship, (book, rule))
        row = self._row(segment.plan, book, times_of(order, found[0], at))
        return Seen(
            order_id=order_id,
            order=order,
            book=book,
            segment=segment,
            row=row,
            shortfalls=found,
            resolution_id=resolution_id,
            number=number,
            state=state,
            block=self._resolutions.flags.block(order.identity.consumer, sight, at),
        )

    def _rule(
        self, book: Rulebook, kind: IncidentKind, at: datetime
    ) -> DetectorRow | None:
        """Return the detector's row, looked up once for all orders of a moment."""
        if self._ruled is None or self._ruled[0] != (book.ref, kind, at):
            self._ruled = (book.ref, kind, at), detector(book, kind, at)
        return self._ruled[1]

    def _row(self, name: str, book: Rulebook, times: Times) -> PlanRow:
        """Return the book's plan of this name that is in force. Raises LeftOut."""
        key = (book.ref, name)
        if key not in self._rows:
            self._rows[key] = plans_named(book, name)
        for row in in_force(self._rows[key], times):
            return row
        raise LeftOut("not_affected")

    def _priced(
        self, seen: Seen, state: Resolution, sight: Sight, at: datetime
    ) -> Priced:
        return self._resolutions.grounds.of(
            seen.order_id, seen.resolution_id, state, sight, at
        )
