"""What is so already: asked for once more, it is answered with nothing new."""

from typing import Any

from domain.plan import Plan
from domain.resolution.commands import (
    AcceptPlan,
    ApprovePlan,
    AttachShortfall,
    CompensateStep,
    ConfirmMadeGood,
    CounterPlans,
    DeclinePlans,
    DismissResolution,
    ExecutePlan,
    HandToDispute,
    HealShortfall,
    MeasureOutcome,
    OfferPlans,
    OpenResolution,
    ProposePlans,
    RejectPlans,
    ReopenResolution,
    SettleStep,
    StartStep,
    TriageResolution,
)
from domain.resolution.state import DONE, Resolution


def already(known: Resolution, command: Any) -> bool:
    """Say whether what is asked for is so."""
    match command:
        case OpenResolution():
            return same_opening(known, command)
        case AttachShortfall(shortfall=shortfall):
            return shortfall.name in known.shortfalls
        case HealShortfall(shortfall=name):
            return name in known.healed
        case TriageResolution(severity=severity, block=block):
            same = (known.severity, known.block) == (severity, block)
            return known.triaged and same
        case DismissResolution():
            return known.status == "dismissed"
        case ProposePlans():
            return same_proposal(known, command)
        case ApprovePlan(plan=plan, hash=seen):
            approval = known.approvals.get(plan)
            return approval is not None and approval.hash == seen
        case RejectPlans():
            return known.status == "rejected"
        case OfferPlans(hash=seen):
            return known.status == "offered" and same_offer(known, command, seen)
        case AcceptPlan(plan=plan):
            return known.accepted == plan
        case DeclinePlans():
            return known.status == "declined"
        case CounterPlans(wish=wish):
            return known.status == "triaged" and known.wish == wish
        case ExecutePlan(plan=plan, hash=seen):
            execution = known.executions.get(f"{known.round}/{plan}")
            return execution is not None and execution.hash == seen
        case StartStep(step=key):
            step = known.step(key)
            return step is not None and step.standing in {"started", "succeeded"}
        case CompensateStep(step=key):
            step = known.step(key)
            return step is not None and step.standing == "compensated"
        case SettleStep():
            return same_settling(known, command)
        case ConfirmMadeGood(score=score):
            return known.status == "resolved" and score in {None, known.score}
        case ReopenResolution(reason=reason):
            return known.status == "detected" and known.reopened == reason
        case HandToDispute(dispute=dispute):
            return known.handed and dispute in {None, *known.disputes}
        case MeasureOutcome(after_days=days):
            return days in known.outcomes
        case _:
            return False


def same_opening(known: Resolution, command: OpenResolution) -> bool:
    """Say whether it was opened for this shortfall of this order."""
    opened = known.opened
    return opened is not None and (
        opened.order,
        opened.consumer,
        opened.number,
        opened.shortfall.name,
    ) == (command.order, command.consumer, command.number, command.shortfall.name)


def same_proposal(known: Resolution, command: ProposePlans) -> bool:
    """Say whether this is what stands proposed, or is carried out, by the same one."""
    proposal = known.standing
    if proposal is None:
        return False
    plans: tuple[Plan, ...] = tuple(each.plan for each in proposal.plans)
    return (
        proposal.by,
        proposal.minimum.plan,
        plans,
        proposal.rests_on,
        proposal.experiment,
    ) == (
        command.by,
        command.minimum,
        command.plans,
        command.rests_on,
        command.experiment,
    )


def same_offer(known: Resolution, command: OfferPlans, seen: str) -> bool:
    """Say whether the consumer has this offer."""
    hashes = {known.approvals[name].hash for name in known.offered}
    return seen in hashes and command.plans in {(), known.offered}


def same_settling(known: Resolution, command: SettleStep) -> bool:
    """Say whether a person decided this of a step."""
    step = known.step(command.step)
    if step is None or step.settled != command.way:
        return False
    tried = command.way == "retry" and step.standing in {"waiting", "started"}
    return tried or (command.way != "retry" and step.standing in DONE)
