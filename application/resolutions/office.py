"""What only the service sees of a resolution: how it was weighed, priced and let go."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from application.order_view import utc
from domain.money import Money
from domain.order.values import LineNumber
from domain.party import By, LiableParty
from domain.plan import (
    RECLAIMS,
    YUAN,
    Action,
    BearerCost,
    Experiment,
    Part,
    Phase,
    Plan,
    PlanStep,
    Proposed,
)
from domain.resolution import Execution, Proposal, Resolution, needing_people, startable
from domain.resolution.state import StepState, cost_of
from domain.resolution.values import StepStanding
from domain.shortfall import SeverityOf


class StepView(Struct, frozen=True, kw_only=True):
    """One step of a plan: what it does, what it costs whom, under which rule."""

    action: Action
    part: Part
    phase: Phase
    amount: Money | None
    bearer: LiableParty
    policy: str | None
    reversible: bool
    shortfall: str | None
    lines: tuple[LineNumber, ...]
    parcel: str | None
    due_at: datetime | None


class PlanView(Struct, frozen=True, kw_only=True):
    """A plan as it was previewed, whom it costs what, and how far it is let go.

    ``waits_for`` is the role whose approval it needs; ``total_fen`` is without what
    others pay back. ``charged_fen`` of ``by_bearer`` is taken from merchants beside it:
    no consumer gets it. ``not_in_yuan`` are minor units of other money, by currency,
    and part of no sum in fen.
    """

    plan: str
    hash: str
    policy: str | None
    steps: tuple[StepView, ...]
    total_fen: int
    by_bearer: tuple[BearerCost, ...]
    by_part: Mapping[Part, int]
    charged_fen: int = 0
    not_in_yuan: Mapping[str, int] = {}
    waits_for: str | None = None
    approved_by: By | None = None
    offered: bool = False


class ProposalView(Struct, frozen=True, kw_only=True):
    """What was proposed last, by whom, on what; it stands until facts change."""

    round: int
    by: By
    at: datetime | None
    rests_on: str
    standing: bool
    minimum: PlanView
    plans: tuple[PlanView, ...]
    experiment: Experiment | None


class StepRunView(Struct, frozen=True, kw_only=True):
    """One step that is carried out: its key, how it stands, and what it moves."""

    step: str
    does: StepView
    standing: StepStanding
    attempts: int
    final: bool
    reason: str | None
    settled: str | None
    reference: str | None
    matter: str | None
    changed_at: datetime | None


class ExecutionView(Struct, frozen=True, kw_only=True):
    """A plan that is carried out, step by step. ``owed``: whatever becomes of it."""

    plan: str
    round: int
    hash: str
    owed: bool
    by: By
    started_at: datetime | None
    executed: bool
    steps: tuple[StepRunView, ...]


class ResolutionOffice(Struct, frozen=True, kw_only=True):
    """What the service knows of its own work on a resolution.

    ``startable`` are the steps that can be begun, ``needs_people`` those on which a
    person has to decide; ``wish`` is what the consumer asked for instead.
    """

    opened_by: By
    severity: SeverityOf | None
    proposal: ProposalView | None
    executions: tuple[ExecutionView, ...]
    startable: tuple[str, ...]
    needs_people: tuple[str, ...]
    declines: int
    wish: str | None
    reopened: str | None
    outcomes: tuple[int, ...]


def office(known: Resolution) -> ResolutionOffice:
    """Return what the service knows of its own work on a resolution."""
    assert known.opened is not None, "what was never opened is not found"
    return ResolutionOffice(
        opened_by=known.opened.by,
        severity=known.severity,
        proposal=None if known.proposal is None else proposal(known, known.proposal),
        executions=tuple(map(execution, known.executions.values())),
        startable=startable(known),
        needs_people=needing_people(known),
        declines=known.declines,
        wish=known.wish,
        reopened=known.reopened,
        outcomes=tuple(sorted(known.outcomes)),
    )


def proposal(known: Resolution, told: Proposal) -> ProposalView:
    """Return a proposal, plan by plan."""
    return ProposalView(
        round=told.round,
        by=told.by,
        at=utc(told.at),
        rests_on=told.rests_on,
        standing=told.standing,
        minimum=proposed(known, told.minimum),
        plans=tuple(proposed(known, each) for each in told.plans),
        experiment=told.experiment,
    )


def proposed(known: Resolution, told: Proposed) -> PlanView:
    """Return a plan that stands proposed, and how far it is let go."""
    name = told.plan.name
    ask, approval = known.asks.get(name), known.approvals.get(name)
    return plan_view(
        told.plan,
        told.hash,
        waits_for=ask.role if ask else None,
        approved_by=approval.by if approval else None,
        offered=name in known.offered,
    )


def plan_view(
    plan: Plan,
    plan_hash: str,
    *,
    waits_for: str | None = None,
    approved_by: By | None = None,
    offered: bool = False,
) -> PlanView:
    """Return a plan with what it costs whom."""
    by_bearer: dict[LiableParty, int] = {}
    by_part: dict[Part, int] = {}
    for step in plan.steps:
        cost = cost_of(step)
        if borne := cost + step.charged_fen:
            by_bearer[step.bearer] = by_bearer.get(step.bearer, 0) + borne
        if cost:
            by_part[step.part] = by_part.get(step.part, 0) + cost
    return PlanView(
        plan=plan.name,
        hash=plan_hash,
        policy=plan.policy,
        steps=tuple(map(step_view, plan.steps)),
        total_fen=sum(by_part.values()),
        by_bearer=tuple(
            BearerCost(bearer=bearer, fen=by_bearer[bearer])
            for bearer in sorted(by_bearer)
        ),
        by_part=by_part,
        charged_fen=sum(step.charged_fen for step in plan.steps),
        not_in_yuan=in_other_money(plan),
        waits_for=waits_for,
        approved_by=approved_by,
        offered=offered,
    )


def in_other_money(plan: Plan) -> dict[str, int]:
    """Return what a plan costs in other money than the limits are in, by currency."""
    sums: dict[str, int] = {}
    for step in plan.steps:
        if step.amount and step.amount.currency != YUAN and step.action not in RECLAIMS:
            currency = step.amount.currency
            sums[currency] = sums.get(currency, 0) + step.amount.minor
    return sums


def step_view(step: PlanStep) -> StepView:
    """Return a step with its price."""
    return StepView(
        action=step.action,
        part=step.part,
        phase=step.phase,
        amount=step.amount,
        bearer=step.bearer,
        policy=step.policy,
        reversible=step.reversible,
        shortfall=step.shortfall,
        lines=step.lines,
        parcel=step.parcel,
        due_at=utc(step.due_at),
    )


def execution(told: Execution) -> ExecutionView:
    """Return a plan that is carried out."""
    return ExecutionView(
        plan=told.plan,
        round=told.round,
        hash=told.hash,
        owed=told.owed,
        by=told.by,
        started_at=utc(told.started_at),
        executed=told.executed,
        steps=tuple(map(step_run, told.steps.values())),
    )


def step_run(told: StepState) -> StepRunView:
    """Return a step that is carried out."""
    return StepRunView(
        step=told.key,
        does=step_view(told.does),
        standing=told.standing,
        attempts=told.attempts,
        final=told.final,
        reason=told.reason,
        settled=told.settled,
        reference=told.reference,
        matter=told.matter,
        changed_at=utc(told.changed_at),
    )
