"""What an incident offers one order: which plan, what it costs, or why nothing.

The same look prices the estimate and prepares the offer, so that what was granted and
what is handed out cannot differ but by what has changed meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.books import Books
from application.compensation import Compensations
from application.compensation_facts import others_of, paid_order
from application.consumers import id_of_consumer
from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.store import EventStore, Loaded, UnreadableEvent
from application.projections.affected import AffectedOrder
from application.resolutions.ground import Priced
from application.resolutions.moving import Moving
from application.resolutions.noticing import gravity, opening
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Detecting
from application.sight import Sight
from domain.companionship import COMPANIONSHIP, Companionship, DetectShortfall
from domain.consumer import CONSUMER, Consumer
from domain.incident import ExclusionReason, IncidentKind, Segment, segment_of
from domain.kernel import Command, Refused
from domain.order import ORDER, Order
from domain.party import SYSTEM, By
from domain.plan import YUAN, Plan
from domain.planning import minimum_of, plan_of, rests_on
from domain.planning.taken import worth
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
from domain.resolution.state import cost_of
from domain.shortfall import Shortfall, ShortfallCode

# Where the carrier is the cause, whoever has the goods is not concerned any more.
ON_THE_WAY: Final[frozenset[IncidentKind]] = frozenset({"carrier_outlet", "region"})
ARRIVED: Final = frozenset({"delivered", "completed"})
# Nothing stands that was proposed: what comes can be seen to in the same resolution.
UNPROPOSED: Final = frozenset({"detected", "triaged", "superseded", "declined"})


class Within(Struct, frozen=True, kw_only=True):
    """The incident as far as one order of it is concerned.

    ``approver`` granted the budget; None while it is only estimated.
    """

    number: str
    kind: IncidentKind
    begins: datetime
    segments: tuple[Segment, ...]
    approver: By | None = None
    per_order_max_fen: int | None = None


class HandOut(Command, frozen=True, kw_only=True):
    """Offer an order what an incident has for it: what is said of each, once."""

    incident: str
    order: str


class LeftOut(Exception):
    """Nothing is offered to an order, for a reason."""

    def __init__(self, why: ExclusionReason) -> None:
        super().__init__(why)
        self.why = why


class Costs(Struct, frozen=True, kw_only=True):
    """What an order's plan comes to, in fen, and whether a cap made it less."""

    segment: Segment
    fen: int
    entitlement_fen: int = 0
    goodwill_fen: int = 0
    bearers: tuple[tuple[str, int], ...] = ()
    capped: bool = False
    contact_rate_bp: int = 0
    merchant: str | None = None


class Offer(Struct, frozen=True, kw_only=True):
    """An order's ask, prepared, and what it may cost at most."""

    order_id: UUID
    costs: Costs
    ask: Ask


class Seen(Struct, frozen=True, kw_only=True):
    """What was seen of an order that is to be offered something."""

    order_id: UUID
    order: Order
    book: Rulebook
    segment: Segment
    row: PlanRow
    shortfall: Shortfall
    resolution_id: UUID
    number: int
    state: Resolution


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
        self._compensations = compensations
        self._books = books
        self._rows: dict[tuple[str, str], tuple[PlanRow, ...]] = {}
        self._ruled: (
            tuple[tuple[str, IncidentKind, datetime], DetectorRow | None] | None
        ) = None

    # -- Read at once --

    def read(self, orders: Sequence[UUID]) -> Mapping[UUID, Sight]:
        """Return what each order is looked at by, all of it read in two queries.

        Raises StoreUnavailable.
        """
        beside = [self._resolutions.beside(order_id) for order_id in orders]
        first = self._store.load([*orders, *beside])
        histories = dict(first.histories)
        unreadable = dict(first.unreadable)
        loaded = Loaded(histories, {}, unreadable)
        sights = {each: Sight(self._store, each, loaded) for each in orders}
        more: dict[UUID, None] = {}
        for order_id, sight in sights.items():
            with suppress(UnreadableEvent):
                more |= dict.fromkeys(self._beside(order_id, sight))
        second = self._store.load(list(more))
        histories |= second.histories
        unreadable |= second.unreadable
        return sights

    def _beside(self, order_id: UUID, sight: Sight) -> Iterator[UUID]:
        """Yield what lies beside an order: resolutions, whose it is, its day."""
        known: Companionship = sight.of(
            self._resolutions.beside(order_id), COMPANIONSHIP
        )
        yield from resolutions_of(known)
        order: Order = sight.of(order_id, ORDER)
        if order.identity is None:
            return
        yield id_of_consumer(order.identity.consumer, self._store.partitions)
        with suppress(Refused):
            paid = paid_order(order_id, order, ())
            for each in (paid, *others_of(order_id, order, paid)):
                yield self._compensations.id_of(each)

    # -- One order --

    def estimate(
        self, known: AffectedOrder, within: Within, sight: Sight, at: datetime
    ) -> Costs:
        """Return what an order's plan would cost. Raises LeftOut."""
        seen = self._seen(known, within, sight, at)
        grave = gravity(seen.shortfall, seen.order, seen.book, at)
        state = replace(
            seen.state,
            shortfalls={**seen.state.shortfalls, seen.shortfall.name: seen.shortfall},
            severity=seen.state.severity or grave,
        )
        priced = self._priced(seen, state, sight, at)
        plan = solution(priced, seen.row)
        return costs(seen, priced, minimum_of(priced.ground), plan)

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
        first = Part(beside, COMPANIONSHIP, told(seen), seen.book)
        parts = (first, *moving.parts(seen.resolution_id))
        said = HandOut(incident=within.number, order=str(seen.order_id))
        ask = Ask(context, parts, said=said, said_of=beside, rests_on=sight.rests_on)
        return Offer(order_id=seen.order_id, costs=found, ask=ask)

    def _asked(self, seen: Seen, within: Within, moving: Moving, sight: Sight) -> Costs:
        """Ask a resolution for all that it takes to offer the plan; return its cost."""
        said = Detecting(by=SYSTEM, shortfall=seen.shortfall, incident=within.number)
        moving.ask(
            AttachShortfall(by=SYSTEM, shortfall=seen.shortfall)
            if seen.state.known
            else opening(seen.order_id, seen.order, seen.number, said)
        )
        if not moving.state.triaged:
            grave = gravity(seen.shortfall, seen.order, seen.book, moving.at)
            moving.ask(TriageResolution(by=SYSTEM, severity=grave))
        priced = self._priced(seen, moving.state, sight, moving.at)
        minimum, plan = minimum_of(priced.ground), solution(priced, seen.row)
        plans = (plan,) if new_beside(plan, minimum) else ()
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
            code = seen.shortfall.code
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
        self._not_flagged(order.identity.consumer, sight, at)
        book = self._books.for_source(order.source)
        segment = segment_of(next(known.facts(at)), within.segments)
        if segment is None:
            raise LeftOut("not_affected")
        rule = self._rule(book, within.kind, at)
        found = shortfall_of(known, within, companionship, book, rule)
        row = self._row(segment.plan, book, times_of(order, found, at))
        return Seen(
            order_id=order_id,
            order=order,
            book=book,
            segment=segment,
            row=row,
            shortfall=found,
            resolution_id=resolution_id,
            number=number,
            state=state,
        )

    def _not_flagged(self, consumer: str, sight: Sight, at: datetime) -> None:
        stream_id = id_of_consumer(consumer, self._store.partitions)
        person: Consumer = sight.of(stream_id, CONSUMER)
        if person.flagged(at) is not None:
            raise LeftOut("flagged")

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
        priced = self._resolutions.grounds.of(
            seen.order_id, seen.resolution_id, state, sight, at
        )
        if priced.paid is not None and priced.facts is None:
            raise LeftOut("by_hand")  # It was paid, but not in yuan.
        return priced


# -- Rules of its own --


def resolutions_of(known: Companionship) -> Iterable[UUID]:
    """Yield the resolutions that an order's shortfalls led to."""
    for each in known.shortfalls.values():
        if each.resolution is not None:
            yield UUID(each.resolution)


def concerned(order: Order, within: Within) -> None:
    """Raise LeftOut for an order that is over, or has its goods or its money."""
    if order.cancelled_at is not None:
        raise LeftOut("made_good")
    paid, back = order.captured, order.refunded
    if paid and all(back.get(currency, 0) >= fen for currency, fen in paid.items()):
        raise LeftOut("made_good")
    if within.kind in ON_THE_WAY and order.status in ARRIVED:
        raise LeftOut("not_affected")


def plans_named(book: Rulebook, name: str) -> tuple[PlanRow, ...]:
    """Return the rows of a book that are of this plan, whenever they hold."""
    return tuple(
        row for row in book.rows if isinstance(row, PlanRow) and row.name == name
    )


def times_of(order: Order, shortfall: Shortfall, at: datetime) -> Times:
    """Return the dates that the rows of an order's plan are chosen by."""
    return Times(
        ordered_at=order.placed_at or order.paid_at,
        conduct_at=shortfall.since,
        judged_at=at,
    )


def shortfall_of(
    known: AffectedOrder,
    within: Within,
    companionship: Companionship,
    book: Rulebook,
    rule: DetectorRow | None,
) -> Shortfall:
    """Return what falls short of an order for being among an incident's.

    Its window is the incident's kind: of one kind an order falls short once, so that it
    has at most one plan of it. One that is over lets another incident begin anew.
    """
    code: ShortfallCode = "INCIDENT" if rule is None else rule.code
    found = Shortfall(
        code=code,
        window=within.kind,
        since=within.begins,
        rule=book.ref if rule is None else rule.ref,
        breach=None if rule is None else rule.breach,
        parcel=known.parcel or None,
        incident=within.number,
    )
    if found.name not in companionship.shortfalls:
        return found
    if companionship.shortfalls[found.name].shortfall.incident == within.number:
        raise LeftOut("has_a_plan")
    anew = replace(found, window=f"{within.kind}/{within.number}"[:200])
    if anew.name in companionship.shortfalls:
        raise LeftOut("has_a_plan")
    return anew


def detector(book: Rulebook, kind: IncidentKind, at: datetime) -> DetectorRow | None:
    """Return the row that says what being among an incident's orders falls short of."""
    rows = book.detectors(Times(judged_at=at, conduct_at=at, ordered_at=at))
    return next(
        (row for row in rows if row.watches == "incident" and kind in row.reasons),
        None,
    )


def solution(priced: Priced, row: PlanRow) -> Plan:
    """Return the plan of a row on this ground; raises LeftOut where nothing helps."""
    plan = plan_of(priced.ground, row)
    if plan is None:
        raise LeftOut("flagged" if priced.ground.blocked else "not_affected")
    return plan


def new_beside(plan: Plan, minimum: Plan) -> bool:
    """Whether a plan has anything that is not done anyway."""
    return any(step not in minimum.steps for step in plan.steps)


def told(seen: Seen) -> DetectShortfall:
    """Return what an order's companionship is told."""
    assert seen.order.identity is not None, "asked for when it was looked at"
    return DetectShortfall(
        by=SYSTEM,
        order=str(seen.order_id),
        consumer=seen.order.identity.consumer,
        shortfall=seen.shortfall,
        resolution=str(seen.resolution_id),
    )


def costs(seen: Seen, priced: Priced, minimum: Plan, plan: Plan | None) -> Costs:
    """Return what a plan over what is owed anyway comes to. Raises LeftOut."""
    steps = (*minimum.steps, *(plan.steps if plan else ()))
    if any(step.amount and step.amount.currency != YUAN for step in steps):
        raise LeftOut("by_hand")
    bearers: dict[str, int] = {}
    for step in steps:
        if fen := cost_of(step):
            bearers[step.bearer] = bearers.get(step.bearer, 0) + fen
    given = sum(cost_of(step) for step in steps if step.part == "goodwill")
    meant = wished(seen.row, priced)
    placed = seen.order.placement
    return Costs(
        segment=seen.segment,
        fen=sum(bearers.values()),
        entitlement_fen=sum(cost_of(s) for s in steps if s.part == "entitlement"),
        goodwill_fen=given,
        bearers=tuple(bearers.items()),
        capped=plan is not None and given < meant,
        contact_rate_bp=seen.book.offer_terms(priced.ground.times).contact_rate_bp,
        merchant=placed.merchant if placed else None,
    )


def wished(row: PlanRow, priced: Priced) -> int:
    """Return what goodwill a plan would give if nothing capped it, in fen."""
    paid = (priced.facts.paid_fen or 0) if priced.facts else 0
    return sum(worth(step, paid) for step in row.steps if step.part == "goodwill")
