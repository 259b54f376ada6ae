"""Where incidents are asked from outside: who may, and what of them is shown whom."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.access import Action, Actor, Owners, allows, authorize
from application.casework import acting
from application.event_store.envelope import CommandContext, Receipt
from application.incidents.exemption import Exempt, Exemptions
from application.incidents.incidents import Estimate, Freeze, Incidents
from application.incidents.scores import Figures, MerchantEffect, effects_of
from application.projections.affected import Preview
from application.projections.incidents import IncidentQueries, IncidentRow
from application.projections.paging import Page, key_of, page, page_size
from domain.incident import (
    ApproveBudget,
    Bar,
    Counts,
    DeclareIncident,
    Exclusion,
    Impact,
    Incident,
    IncidentKind,
    IncidentStatus,
    Segment,
    SegmentImpact,
    Selector,
    allowed,
    budget_left,
    handed_out,
)
from domain.incident.state import How
from domain.kernel import Command, PolicyRef
from domain.party import By
from domain.plan import BearerCost

NOBODYS: Final = Owners()


class OrderView(Struct, frozen=True, kw_only=True):
    """How one order of an incident stands; ``offer`` is what became of its offer."""

    order_id: UUID
    segment: str
    standing: How
    fen: int
    reason: str | None
    offer: str | None


class ImpactView(Struct, frozen=True, kw_only=True):
    """What it would cost; those left out are counted by their reason."""

    orders: int
    excluded: Mapping[str, int]
    total_fen: int
    entitlement_fen: int
    goodwill_fen: int
    by_bearer: tuple[BearerCost, ...]
    segments: tuple[SegmentImpact, ...]
    histogram: tuple[Bar, ...]
    capped: int
    contacts_avoided: int
    rests_on: str


class BudgetView(Struct, frozen=True, kw_only=True):
    """What was granted, by whom, and what is left of it."""

    total_max_fen: int
    per_order_max_fen: int
    granted: bool
    by: By
    rests_on: str
    set_aside_fen: int
    spent_fen: int
    left_fen: int


class IncidentView(Struct, frozen=True, kw_only=True):
    """An incident as it stands, and what its reader may do now.

    ``offers`` counts what became of those handed out, as far as the board has read.
    """

    number: str
    stream_id: UUID
    version: int
    kind: IncidentKind
    status: IncidentStatus
    reason: str
    source: str | None
    selector: Selector
    begins: datetime
    ends: datetime | None
    snapshot: str | None
    counts: Counts
    offers: Mapping[str, int]
    segments: tuple[Segment, ...]
    impact: ImpactView | None
    budget: BudgetView | None
    pilot_orders: int
    orders_per_minute: int | None
    exemptions: tuple[PolicyRef, ...]
    notices: tuple[tuple[str, str], ...]
    may: tuple[str, ...]


class OrderPlace(Struct, frozen=True):
    """Where a page of orders ended."""

    order: str


class IncidentOffice:
    """Asks incidents for whoever may."""

    def __init__(
        self,
        incidents: Incidents,
        exemptions: Exemptions,
        board: IncidentQueries,
        figures: Figures,
    ) -> None:
        self._incidents = incidents
        self._figures = figures
        self._exemptions = exemptions
        self._board = board

    def id_of(self, number: str) -> UUID:
        """Return the id of the incident of this number."""
        return self._incidents.id_of(number)

    # -- Commands --

    def declare(
        self,
        actor: Actor,
        make: Callable[[By], DeclareIncident],
        context: CommandContext,
    ) -> Receipt:
        """Declare one; raises NotAllowed, and as CommandHandler does."""
        authorize(actor, "incident.act", NOBODYS)
        command = make(acting(actor, "incident.act", NOBODYS))
        return self._incidents.take(command.number, command, context)

    def take(
        self,
        actor: Actor,
        number: str,
        make: Callable[[By], Command],
        context: CommandContext,
    ) -> Receipt:
        """Return where the incident then stands; raises as its parts do."""
        authorize(actor, "incident.read", NOBODYS)
        command = make(acting(actor, "incident.act", NOBODYS))
        action: Action = "incident.act"
        if isinstance(command, ApproveBudget):
            action = "incident.approve"
        authorize(actor, action, NOBODYS)
        match command:
            case Freeze():
                return self._incidents.freeze(number, command, context)
            case Estimate():
                return self._incidents.estimate(number, command, context).receipt
            case Exempt():
                return self._exemptions.take(number, command, context)
            case _:
                return self._incidents.take(number, command, context)  # type: ignore[arg-type]  # the doors' commands

    # -- Questions --

    def preview(
        self, actor: Actor, selector: Selector, at: datetime, samples: int
    ) -> Preview:
        """Return how many orders a selector affects now, and some of them."""
        authorize(actor, "incident.read", NOBODYS)
        return self._incidents.preview(selector, at, samples)

    def newest(
        self, actor: Actor, *, limit: int, cursor: str | None, over: bool | None
    ) -> Page[IncidentRow]:
        """Return a page of incidents, the newest first. Raises BadCursor."""
        authorize(actor, "incident.read", NOBODYS)
        return self._board.newest(limit=limit, cursor=cursor, over=over)

    def notices(
        self, actor: Actor, *, limit: int, cursor: str | None
    ) -> Page[IncidentRow]:
        """Return what was published of incidents, for everybody. Raises BadCursor."""
        authorize(actor, "notice.read", NOBODYS)
        return self._board.notices(limit=limit, cursor=cursor)

    def read(self, actor: Actor, number: str) -> IncidentView:
        """Return an incident as it stands; raises NoSuchIncident."""
        authorize(actor, "incident.read", NOBODYS)
        state, version = self._incidents.find(number)
        offers = self._board.counts(number)
        may = may_of(actor, state)
        return view(state, version, self.id_of(number), offers, may)

    def scores(
        self, actor: Actor, number: str, now: datetime
    ) -> Sequence[MerchantEffect]:
        """Return what it does to its merchants' scores; raises NoSuchIncident."""
        authorize(actor, "incident.read", NOBODYS)
        state, _ = self._incidents.find(number)
        orders = self._incidents.orders_of(state)
        return effects_of(orders, self._incidents.book(state), self._figures, now)

    def orders(
        self,
        actor: Actor,
        number: str,
        *,
        limit: int,
        cursor: str | None,
        standing: How | None = None,
    ) -> Page[OrderView]:
        """Return a page of an incident's orders. NoSuchIncident and BadCursor."""
        authorize(actor, "incident.read", NOBODYS)
        state, _ = self._incidents.find(number)
        after = key_of(cursor, OrderPlace).order if cursor else ""
        size = page_size(limit)
        found = sorted(
            (order, known)
            for order, known in state.standings.items()
            if order > after and standing in {None, known.how}
        )[: size + 1]
        became = {
            str(each.order_id): each.standing for each in self._board.offers(number)
        }
        rows = [
            OrderView(
                order_id=UUID(order),
                segment=known.member.segment,
                standing=known.how,
                fen=known.fen,
                reason=known.reason,
                offer=became.get(order),
            )
            for order, known in found
        ]
        return page(rows, size, lambda row: OrderPlace(str(row.order_id)))


def may_of(actor: Actor, state: Incident) -> tuple[str, ...]:
    """Return what a reader may ask for now, as the domain's own table says."""
    if not allows(actor, "incident.act", NOBODYS):
        return ()
    role = acting(actor, "incident.act", NOBODYS).role
    return tuple(command.__name__ for command in allowed(state, role))


def view(
    state: Incident,
    version: int,
    stream_id: UUID,
    offers: Mapping[str, int],
    may: tuple[str, ...],
) -> IncidentView:
    """Return an incident as its readers see it."""
    declared, selector, status = state.declared, state.selector, state.status
    assert declared is not None, "only what was declared is found"
    assert selector is not None, "it was declared with one"
    assert status is not None, "it was declared"
    estimate = state.estimate
    return IncidentView(
        number=declared.number,
        stream_id=stream_id,
        version=version,
        kind=declared.kind,
        status=status,
        reason=declared.reason,
        source=declared.source,
        selector=selector,
        begins=declared.begins,
        ends=state.ends,
        snapshot=state.frozen.snapshot if state.frozen else None,
        counts=handed_out(state),
        offers=offers,
        segments=state.plan.segments if state.plan else (),
        impact=impact_view(estimate.impact, estimate.rests_on) if estimate else None,
        budget=budget_view(state),
        pilot_orders=state.pilot.orders,
        orders_per_minute=state.orders_per_minute,
        exemptions=state.exemptions,
        notices=state.notices,
        may=may,
    )


def impact_view(impact: Impact, rests_on: str) -> ImpactView:
    """Return an estimate as it is shown."""
    return ImpactView(
        orders=impact.orders,
        excluded=reasons(impact.excluded),
        total_fen=impact.total_fen,
        entitlement_fen=impact.entitlement_fen,
        goodwill_fen=impact.goodwill_fen,
        by_bearer=impact.by_bearer,
        segments=impact.segments,
        histogram=impact.histogram,
        capped=impact.capped,
        contacts_avoided=impact.contacts_avoided,
        rests_on=rests_on,
    )


def reasons(excluded: Sequence[Exclusion]) -> Mapping[str, int]:
    """Return how many are left out for which reason."""
    return dict(sorted(Counter(each.reason for each in excluded).items()))


def budget_view(state: Incident) -> BudgetView | None:
    """Return what was granted and is left; None before anything was."""
    budget = state.budget
    if budget is None:
        return None
    return BudgetView(
        total_max_fen=budget.total_max_fen,
        per_order_max_fen=budget.per_order_max_fen,
        granted=state.granted,
        by=budget.by,
        rests_on=budget.rests_on,
        set_aside_fen=state.set_aside_fen,
        spent_fen=state.spent_fen,
        left_fen=budget_left(state),
    )
