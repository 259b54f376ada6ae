"""An incident as its readers see it: how it stands, whose turn it is, what they may."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.incidents.turns import IncidentTurn, may, turn
from domain.incident import (
    Bar,
    Counts,
    Exclusion,
    Impact,
    Incident,
    IncidentKind,
    IncidentStatus,
    Segment,
    SegmentImpact,
    Selector,
    budget_left,
    handed_out,
)
from domain.incident.state import How
from domain.kernel import PolicyRef
from domain.party import By
from domain.plan import BearerCost
from domain.policy.book import Rulebook
from domain.policy.rows import Times


class OrderView(Struct, frozen=True, kw_only=True):
    """How one order of an incident stands; ``offer`` is what became of its offer."""

    order_id: UUID
    segment: str
    standing: How
    fen: int
    reason: str | None
    offer: str | None


class ImpactView(Struct, frozen=True, kw_only=True):
    """What it would cost; those left out are counted by their reason.

    ``contacts_avoided`` is None where no row of the rules says how many would write.
    """

    orders: int
    excluded: Mapping[str, int]
    total_fen: int
    entitlement_fen: int
    goodwill_fen: int
    by_bearer: tuple[BearerCost, ...]
    segments: tuple[SegmentImpact, ...]
    histogram: tuple[Bar, ...]
    capped: int
    contacts_avoided: int | None
    rests_on: str


class BudgetView(Struct, frozen=True, kw_only=True):
    """What was granted, by whom, and what is left of it.

    ``beyond_fen`` was paid though it was not set aside: it takes nothing of the rest.
    """

    total_max_fen: int
    per_order_max_fen: int
    granted: bool
    by: By
    rests_on: str
    set_aside_fen: int
    spent_fen: int
    left_fen: int
    beyond_fen: int = 0


class IncidentView(Struct, frozen=True, kw_only=True):
    """An incident as it stands, whose turn it is, and what its reader may do now.

    ``offers`` counts what became of those handed out, as far as the board has read.
    ``may`` are the names of the commands the reader may ask for now.
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
    turn: IncidentTurn | None
    may: tuple[str, ...]


def view(  # noqa: PLR0913 - where it stands, and what that is judged by
    state: Incident,
    version: int,
    stream_id: UUID,
    offers: Mapping[str, int],
    *,
    reader: By | None,
    book: Rulebook,
    at: datetime,
) -> IncidentView:
    """Return an incident as its readers see it; ``reader`` acts, if anybody does."""
    declared, selector, status = state.declared, state.selector, state.status
    assert declared is not None, "only what was declared is found"
    assert selector is not None, "it was declared with one"
    assert status is not None, "it was declared"
    estimate = state.estimate
    rate_bp = book.offer_terms(Times(judged_at=at)).contact_rate_bp
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
        impact=(
            impact_view(estimate.impact, estimate.rests_on, rate_bp)
            if estimate
            else None
        ),
        budget=budget_view(state),
        pilot_orders=state.pilot.orders,
        orders_per_minute=state.orders_per_minute,
        exemptions=state.exemptions,
        notices=state.notices,
        turn=turn(state, book, at),
        may=() if reader is None else may(state, reader, book, at),
    )


def impact_view(impact: Impact, rests_on: str, rate_bp: int) -> ImpactView:
    """Return an estimate as it is shown, by how many of ten thousand would write."""
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
        contacts_avoided=impact.contacts_avoided if rate_bp else None,
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
        beyond_fen=state.beyond_fen,
    )
