"""Which plan each segment is offered, what that costs, and who grants the budget."""

from datetime import datetime
from typing import Final

from domain.incident.commands import ApproveBudget, DraftPlan, RecordEstimate
from domain.incident.events import (
    BudgetApproved,
    ImpactEstimated,
    IncidentEvent,
    PlanDrafted,
)
from domain.incident.refusals import (
    AboveTheLimit,
    BelowWhatIsTaken,
    EstimateStale,
    MoreThanAffected,
    NobodyAffected,
    NobodyLeft,
    SameHands,
    SegmentHoursWrong,
    SegmentTwice,
    UnknownSegment,
)
from domain.incident.scoping import looked_for
from domain.incident.state import Incident
from domain.incident.values import Segment
from domain.kernel import PolicyRef
from domain.party import ActingRole, By
from domain.policy.book import Rulebook
from domain.policy.rows import Times

Events = tuple[IncidentEvent, ...]

# The step that rows of approval are written for.
STEP: Final = "incident_budget"
# Where the rules say nothing: a senior agent up to ¥10,000, finance beyond.
USUAL_FEN: Final[dict[ActingRole, int | None]] = {
    "senior_agent": 1_000_000,
    "finance_approver": None,
}


def drafted(incident: Incident, command: DraftPlan, at: datetime) -> Events:
    """Say which plan each segment is offered; SegmentTwice and SegmentHoursWrong."""
    names = [segment.name for segment in command.segments]
    for name in names:
        if names.count(name) > 1:
            raise SegmentTwice(segment=name)
    for segment in command.segments:
        hours_right(segment)
    if incident.plan is not None and incident.plan.segments == command.segments:
        return ()
    return (PlanDrafted(at=at, by=command.by, segments=command.segments),)


def hours_right(segment: Segment) -> None:
    """Raise SegmentHoursWrong for hours below zero, or bounds between which is none."""
    low, high = segment.stalled_over_hours, segment.stalled_up_to_hours
    below = any(hours is not None and hours < 0 for hours in (low, high))
    if below or (low is not None and high is not None and high <= low):
        raise SegmentHoursWrong(segment=segment.name, over=low, up_to=high)


def estimated(incident: Incident, command: RecordEstimate, at: datetime) -> Events:
    """Record what it would cost.

    Raises NobodyAffected, MoreThanAffected and UnknownSegment.
    """
    known = incident.estimate
    if known is not None and (known.impact, known.rests_on) == (
        command.impact,
        command.rests_on,
    ):
        return ()
    affected = incident.tally.members
    if not affected:
        raise NobodyAffected(looked_for=looked_for(incident))
    if command.impact.orders > affected:
        raise MoreThanAffected(orders=command.impact.orders, affected=affected)
    for part in command.impact.segments:
        in_plan(incident, part.segment)
    return (
        ImpactEstimated(
            at=at, by=command.by, impact=command.impact, rests_on=command.rests_on
        ),
    )


def in_plan(incident: Incident, segment: str) -> None:
    """Raise UnknownSegment for one that the plan does not have."""
    known = [each.name for each in incident.plan.segments] if incident.plan else []
    if segment not in known:
        raise UnknownSegment(segment=segment, known=known)


# -- The budget --


def approved(
    incident: Incident, command: ApproveBudget, book: Rulebook, at: datetime
) -> Events:
    """Grant what it may cost, by somebody else than proposed it, within a limit.

    Raises EstimateStale, NobodyLeft, AboveTheLimit, SameHands and BelowWhatIsTaken.
    """
    if granted_so(incident, command):
        return ()
    standing = incident.estimate
    if standing is None or standing.rests_on != command.rests_on:
        rests_on = standing.rests_on if standing else None
        raise EstimateStale(approved=command.rests_on, stands=rests_on)
    if not standing.impact.orders:
        raise NobodyLeft(left_out=len(standing.impact.excluded))
    policy = within_limit(command, book, at)
    other_hands(incident, command.by)
    no_less_than_taken(incident, command)
    return (
        BudgetApproved(
            at=at,
            by=command.by,
            total_max_fen=command.total_max_fen,
            per_order_max_fen=command.per_order_max_fen,
            rests_on=command.rests_on,
            policy=policy,
        ),
    )


def granted_so(incident: Incident, command: ApproveBudget) -> bool:
    """Whether just this was granted, and still is."""
    known = incident.budget
    return (
        known is not None
        and incident.granted
        and (known.total_max_fen, known.per_order_max_fen, known.rests_on)
        == (command.total_max_fen, command.per_order_max_fen, command.rests_on)
    )


def within_limit(command: ApproveBudget, book: Rulebook, at: datetime) -> PolicyRef:
    """Return the row that lets this role approve so much; raises AboveTheLimit."""
    may = granting(command.total_max_fen, book, at)
    if command.by.role not in may:
        raise AboveTheLimit(step=STEP, fen=command.total_max_fen, roles=sorted(may))
    return limits_of(book, at)[1].get(command.by.role, book.ref)


def granting(fen: int, book: Rulebook, at: datetime) -> tuple[ActingRole, ...]:
    """Return who may grant so much, whose limit is the least first."""
    limits, _ = limits_of(book, at)
    return tuple(
        role for role, limit in limits.items() if limit is None or fen <= limit
    )


def limits_of(
    book: Rulebook, at: datetime
) -> tuple[dict[ActingRole, int | None], dict[ActingRole, PolicyRef]]:
    """Return up to what each role may approve, and by which row.

    Rows come from the least amount to the greatest, so a role's greatest counts.
    """
    rows = book.approvals(STEP, Times(conduct_at=at, judged_at=at))
    if not rows:
        return USUAL_FEN, {}
    return (
        {row.role: row.up_to_fen for row in rows},
        {row.role: row.ref for row in rows},
    )


def other_hands(incident: Incident, by: By) -> None:
    """Raise SameHands for whoever declared, revised, drafted or estimated it.

    What a row lets the service itself approve needs no second pair of eyes.
    """
    if by.role != "system" and by.name in hands_of(incident):
        raise SameHands(name=by.name)


def hands_of(incident: Incident) -> frozenset[str]:
    """Return the names of all who declared, revised, drafted or estimated it."""
    steps = (incident.declared, incident.revised, incident.plan, incident.estimate)
    return frozenset(step.by.name for step in steps if step is not None)


def no_less_than_taken(incident: Incident, command: ApproveBudget) -> None:
    """Raise BelowWhatIsTaken for less than is set aside and spent, or than one is."""
    most = max((standing.fen for _, standing in incident.standings.items()), default=0)
    if (
        command.total_max_fen < incident.committed_fen
        or command.per_order_max_fen < most
    ):
        raise BelowWhatIsTaken(total_fen=incident.committed_fen, per_order_fen=most)
