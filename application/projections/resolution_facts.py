"""What the timeline says of a resolution's events: plans as counts and sums."""

from typing import Any, Final, get_args

from domain.kernel import Event
from domain.plan import Plan, PlanStep
from domain.resolution.events import (
    ExecutionStarted,
    OutcomeMeasured,
    PlanExecuted,
    PlansOffered,
    PlansProposed,
    ResolutionEvent,
    ResolutionOpened,
    ResolutionTriaged,
    ShortfallAttached,
    StepStarted,
)
from domain.shortfall import Shortfall
from domain.timer import TimerEvent

RESOLUTION_EVENTS: Final[tuple[type[Any], ...]] = tuple(
    each for each in get_args(ResolutionEvent) if each not in get_args(TimerEvent)
)

# What is nobody's but the service's: from which arm of an experiment goodwill came.
UNTOLD: Final = frozenset({"experiment"})


def resolution_facts(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an event of a resolution, flat and short."""
    kept = {name: value for name, value in facts.items() if name not in UNTOLD}
    match event:
        case ResolutionOpened(shortfall=shortfall):
            return kept | shortfall_facts(shortfall)
        case ShortfallAttached(shortfall=shortfall):
            return kept | shortfall_facts(shortfall)
        case ResolutionTriaged(severity=severity, block=block):
            rest = {name: kept[name] for name in kept if name != "block"}
            told = rest | {"severity": severity.severity, "policy": severity.policy}
            if block is None:
                return told
            return told | {"blocked_for": block.reason, "blocked_until": block.until}
        case PlansProposed(minimum=minimum, plans=plans):
            steps = len(minimum.plan.steps)
            return kept | {
                "minimum": steps,
                "plans": len(plans),
                "total": total(minimum.plan),
            }
        case PlansOffered(plans=plans):
            return kept | {"plans": len(plans)}
        case ExecutionStarted(steps=steps):
            return kept | {"steps": len(steps)}
        case StepStarted(does=does):
            return {**kept, **step_facts(does)}
        case PlanExecuted(paid_out=paid_out):
            return {
                **kept,
                "paid_out": {each.currency: each.minor for each in paid_out},
            }
        case OutcomeMeasured(paid_by=paid_by):
            paid = sum(each.fen for each in paid_by)
            return {**kept, "paid_by": len(paid_by), "paid_fen": paid}
        case _:
            return kept


def shortfall_facts(shortfall: Shortfall) -> dict[str, Any]:
    """Return what fell short, where, and by which rule it was seen."""
    facts = {
        "shortfall": shortfall.name,
        "code": shortfall.code,
        "line": shortfall.line,
        "due": shortfall.due,
        "rule": shortfall.rule,
    }
    return {name: value for name, value in facts.items() if value is not None}


def step_facts(step: PlanStep) -> dict[str, Any]:
    """Return what a step does, for how much, and who bears it."""
    facts: dict[str, Any] = {
        "does": step.action,
        "part": step.part,
        "bearer": step.bearer,
    }
    if step.amount is not None:
        facts["total"] = {step.amount.currency: step.amount.minor}
    return facts


def total(plan: Plan) -> dict[str, int]:
    """Return what a plan comes to, by currency, without what is nothing."""
    return {currency: minor for currency, minor in plan.total().items() if minor}
