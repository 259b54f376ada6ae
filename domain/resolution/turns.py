"""Whose turn it is, and what can be begun: asked by whoever carries a resolution on."""

from datetime import datetime, timedelta
from typing import Final

from domain.party import ActingRole
from domain.plan import StepKey
from domain.policy.service_rows import OfferRow
from domain.resolution.commands import (
    AcceptPlan,
    ApprovePlan,
    CompensateStep,
    DismissResolution,
    ExecutePlan,
    HandToDispute,
    HealShortfall,
    MeasureOutcome,
    OfferPlans,
    ProposePlans,
    RecordStepResult,
    SettleStep,
    StartStep,
)
from domain.resolution.state import EXECUTING, Execution, Resolution, StepState

# Retries wait twice as long each time, but never longer than this.
RETRY_HOURS_MAX: Final = 24
# States in which nothing is begun any more.
STOPPED: Final = frozenset({"dismissed", "self_healed"})
# Who may let be what something is owed for still.
DROPS_OWED: Final[frozenset[ActingRole]] = frozenset({"senior_agent"})
# Who goes on, where the status alone says so.
TURNS: Final = {
    "detected": "system",
    "triaged": "system",
    "proposed": "system",
    "approved": "system",
    "superseded": "system",
    "offered": "consumer",
    "declined": "agent",
    "rejected": "agent",
    "confirming": "consumer",
}


def startable(resolution: Resolution) -> tuple[StepKey, ...]:
    """Return the steps that can be begun or tried again, in order.

    When a failed one may be tried is ``retry_at``'s to say.
    """
    if resolution.status is None or resolution.status in STOPPED:
        return ()
    return tuple(
        step.key
        for execution in resolution.executions.values()
        if goes_on(resolution, execution) and not execution.to_compensate()
        for step in execution.steps.values()
        if waiting(step) and not execution.waits_for(step)
    )


def goes_on(resolution: Resolution, execution: Execution) -> bool:
    """Say whether a plan is carried on: of what has ended, only what is owed."""
    return execution.owed or not resolution.over


def waiting(step: StepState) -> bool:
    """Say whether a step can be begun as it stands."""
    return step.standing == "waiting" or (step.standing == "failed" and not step.final)


def to_compensate(resolution: Resolution) -> tuple[StepKey, ...]:
    """Return the steps that have to be undone, the last first."""
    return tuple(
        step.key
        for execution in resolution.executions.values()
        for step in execution.to_compensate()
    )


def proposal_due(resolution: Resolution) -> bool:
    """Say whether the service has plans to make: nothing stands, and nobody wishes.

    What is owed is proposed at the price of now even where the rest is over.
    """
    if resolution.over:
        return resolution.worth_else
    return (
        resolution.status in {"detected", "triaged", "superseded", "declined"}
        and resolution.wish is None
        and (bool(resolution.open_shortfalls) or resolution.worth_else)
    )


def owed_anew(resolution: Resolution) -> bool:
    """Say whether what is owed may be proposed at the price of now after the end."""
    return resolution.worth_else or resolution.minimum_asked


def needing_people(resolution: Resolution) -> tuple[StepKey, ...]:
    """Return the steps that a person has to decide on."""
    return tuple(s.key for s in resolution.steps() if s.standing == "needs_human")


def retry_at(resolution: Resolution, key: StepKey, terms: OfferRow) -> datetime | None:
    """Return when a failed step may be tried again; None for one that did not fail."""
    step = resolution.step(key)
    if step is None or step.standing != "failed" or step.final:
        return None
    doubled: int = 2 ** min(max(step.tries - 1, 0), 20)
    waits = timedelta(minutes=terms.retry_minutes * doubled)
    return step.changed_at + min(waits, timedelta(hours=RETRY_HOURS_MAX))


def next_actor(resolution: Resolution) -> str | None:
    """Return whose turn it is, as a role; None where nobody has to do anything."""
    status = resolution.status
    if needing_people(resolution):
        return "agent"
    if resolution.asks and (status == "approval_pending" or resolution.minimum_asked):
        return next(iter(resolution.asks.values())).role
    if status in EXECUTING:
        return "system"
    if status == "triaged" and resolution.wish is not None:
        return "agent"
    waits = TURNS.get(status or "")
    return "system" if waits is None and startable(resolution) else waits


def done_by_state(resolution: Resolution, command: type, role: ActingRole) -> bool:
    """Say whether there is anything to which a request could apply."""
    if command is HealShortfall:
        return bool(resolution.open_shortfalls)
    if command is DismissResolution:
        drops = role in DROPS_OWED or not resolution.owing
        return drops and not any(each.paid for each in resolution.steps())
    if command is ProposePlans:
        mine = owed_anew(resolution) if resolution.over else resolution.wish is None
        return mine if role == "system" else not resolution.over
    if command is ApprovePlan:
        return bool(resolution.asks)
    if command in {OfferPlans, ExecutePlan}:
        proposal = resolution.standing
        names = {each.plan.name for each in proposal.plans} if proposal else set()
        return bool(names & set(resolution.approvals))
    if command is AcceptPlan:
        return bool(resolution.offered)
    if command is StartStep:
        return bool(startable(resolution))
    if command is RecordStepResult:
        return any(each.standing == "started" for each in resolution.steps())
    if command is CompensateStep:
        return bool(to_compensate(resolution))
    if command is SettleStep:
        return bool(needing_people(resolution))
    if command is HandToDispute:
        return not resolution.handed
    return command is not MeasureOutcome
