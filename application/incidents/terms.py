"""What an incident has for one order: what is said of it, and the rules of its own."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.envelope import Ask
from application.projections.affected import AffectedOrder
from application.resolutions.ground import Priced
from application.sellers import seller
from domain.companionship import Companionship, DetectShortfall
from domain.incident import (
    ExclusionReason,
    Incident,
    IncidentKind,
    Segment,
    Selector,
)
from domain.incident.matching import among
from domain.kernel import Command
from domain.order import Order
from domain.party import SYSTEM, By
from domain.plan import YUAN, Block, Plan
from domain.planning import plan_of
from domain.planning.taken import worth
from domain.policy.book import Rulebook
from domain.policy.rows import Times
from domain.policy.service_rows import DetectorRow, PlanRow
from domain.resolution import (
    Resolution,
)
from domain.resolution.state import cost_of
from domain.shortfall import Shortfall

# Where the carrier is the cause, whoever has the goods is not concerned any more.
ON_THE_WAY: Final[frozenset[IncidentKind]] = frozenset({"carrier_outlet", "region"})
ARRIVED: Final = frozenset({"delivered", "completed"})


class Within(Struct, frozen=True, kw_only=True):
    """The incident as far as one order of it is concerned.

    ``selector`` says which lines of an order it is about. ``approver`` granted the
    budget; None while it is only estimated.
    """

    number: str
    kind: IncidentKind
    selector: Selector
    begins: datetime
    segments: tuple[Segment, ...]
    approver: By | None = None
    per_order_max_fen: int | None = None


def within_of(state: Incident) -> Within:
    """Return an incident as far as its orders are concerned."""
    declared, plan, budget = state.declared, state.plan, state.budget
    assert declared is not None, "only what was declared affects anybody"
    assert state.selector is not None, "it was declared with one"
    return Within(
        number=declared.number,
        kind=declared.kind,
        selector=state.selector,
        begins=declared.begins,
        segments=plan.segments if plan else (),
        approver=budget.by if budget else None,
        per_order_max_fen=budget.per_order_max_fen if budget else None,
    )


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


class Offer(Struct, frozen=True, kw_only=True):
    """An order's ask, prepared, and what it may cost at most."""

    order_id: UUID
    costs: Costs
    ask: Ask


class Seen(Struct, frozen=True, kw_only=True):
    """What was seen of an order that is to be offered something.

    ``shortfalls`` are one of each line that it is about, or one of the order. ``block``
    is what a flag of the consumer means that stands by now: no goodwill.
    """

    order_id: UUID
    order: Order
    book: Rulebook
    segment: Segment
    row: PlanRow
    shortfalls: tuple[Shortfall, ...]
    resolution_id: UUID
    number: int
    state: Resolution
    block: Block | None = None


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


def blocked(state: Resolution, block: Block | None, at: datetime) -> Block | None:
    """Return the block that has to be said of a resolution; None for nothing new."""
    return None if state.blocked(at) else block


def lines_of(order: Order, within: Within) -> tuple[int | None, ...]:
    """Return the lines of an order that an incident is about; None is all of it.

    Products and merchants are of lines, whatever else was bought with them; a carrier
    or a region is of the parcel. Raises LeftOut where no one line is meant.
    """
    products, merchants = within.selector.products, within.selector.merchants
    if within.kind in ON_THE_WAY or not (products or merchants):
        return (None,)
    found = tuple(
        line.line
        for line in order.lines
        if among(products, line.product) and among(merchants, seller(order, line.line))
    )
    if not found:
        raise LeftOut("not_affected")
    return found


def shortfalls_of(
    order: Order,
    known: AffectedOrder,
    within: Within,
    companionship: Companionship,
    ruled: tuple[Rulebook, DetectorRow | None],
) -> tuple[Shortfall, ...]:
    """Return what falls short of an order for being among an incident's.

    One of each line that it is about. Raises LeftOut where all of it is known already.
    """
    book, rule = ruled
    found = Shortfall(
        code="INCIDENT" if rule is None else rule.code,
        window=within.kind,
        since=within.begins,
        rule=book.ref if rule is None else rule.ref,
        breach=None if rule is None else rule.breach,
        parcel=known.parcel or None,
        incident=within.number,
    )
    each = (replace(found, line=line) for line in lines_of(order, within))
    new = tuple(filter(None, (unknown(one, within, companionship) for one in each)))
    if not new:
        raise LeftOut("has_a_plan")
    return new


def unknown(
    found: Shortfall, within: Within, companionship: Companionship
) -> Shortfall | None:
    """Return a shortfall of an incident's, unless it is known already.

    Its window is the incident's kind: of one kind a line, or an order, falls short
    once, so that it has at most one plan of it. One that is over lets another incident
    begin anew.
    """
    had = companionship.shortfalls
    if found.name not in had:
        return found
    anew = replace(found, window=f"{within.kind}/{within.number}"[:200])
    mine = had[found.name].shortfall.incident == within.number
    return None if mine or anew.name in had else anew


def detector(book: Rulebook, kind: IncidentKind, at: datetime) -> DetectorRow | None:
    """Return the row that says what being among an incident's orders falls short of."""
    rows = book.detectors(Times(judged_at=at, conduct_at=at, ordered_at=at))
    return next(
        (row for row in rows if row.watches == "incident" and kind in row.reasons),
        None,
    )


def solution(priced: Priced, row: PlanRow, minimum: Plan) -> Plan | None:
    """Return the plan of a row on this ground; raises LeftOut where nothing helps.

    Where goodwill is blocked the plan is what it is without; None where that is
    nothing, and what is owed anyway is all there is.
    """
    plan = plan_of(priced.ground, row)
    if plan is not None:
        return plan
    if priced.ground.blocked:
        if minimum.steps:
            return None
        raise LeftOut("flagged")
    if priced.paid is not None and priced.facts is None:
        raise LeftOut("not_in_yuan")
    raise LeftOut("not_affected")


def new_beside(plan: Plan | None, minimum: Plan) -> bool:
    """Whether a plan has anything that is not done anyway."""
    return plan is not None and any(step not in minimum.steps for step in plan.steps)


def told(seen: Seen) -> tuple[DetectShortfall, ...]:
    """Return what an order's companionship is told."""
    assert seen.order.identity is not None, "asked for when it was looked at"
    return tuple(
        DetectShortfall(
            by=SYSTEM,
            order=str(seen.order_id),
            consumer=seen.order.identity.consumer,
            shortfall=each,
            resolution=str(seen.resolution_id),
        )
        for each in seen.shortfalls
    )


def costs(seen: Seen, priced: Priced, minimum: Plan, plan: Plan | None) -> Costs:
    """Return what a plan over what is owed anyway comes to. Raises LeftOut."""
    steps = (*minimum.steps, *(plan.steps if plan else ()))
    if any(step.amount and step.amount.currency != YUAN for step in steps):
        raise LeftOut("not_in_yuan")
    bearers: dict[str, int] = {}
    for step in steps:
        if fen := cost_of(step):
            bearers[step.bearer] = bearers.get(step.bearer, 0) + fen
    given = sum(cost_of(step) for step in steps if step.part == "goodwill")
    meant = wished(seen.row, priced)
    return Costs(
        segment=seen.segment,
        fen=sum(bearers.values()),
        entitlement_fen=sum(cost_of(s) for s in steps if s.part == "entitlement"),
        goodwill_fen=given,
        bearers=tuple(bearers.items()),
        capped=plan is not None and given < meant,
        contact_rate_bp=seen.book.offer_terms(priced.ground.times).contact_rate_bp,
    )


def wished(row: PlanRow, priced: Priced) -> int:
    """Return what goodwill a plan would give if nothing capped it, in fen."""
    paid = (priced.facts.paid_fen or 0) if priced.facts else 0
    return sum(worth(step, paid) for step in row.steps if step.part == "goodwill")
