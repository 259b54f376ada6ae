"""Which steps of a plan are left to do, and the beginning of carrying it out."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from domain.party import By
from domain.plan import DEDUCTS, PlanStep, Proposed, StepKey
from domain.resolution.events import ExecutionStarted
from domain.resolution.state import Resolution, StepState

# A step that stands so did not do what it is for.
UNDONE = frozenset({"compensated", "skipped"})
# Begun, and standing so, a step holds what it set aside, unless it failed for good.
HOLDS = frozenset({"started", "succeeded", "failed", "needs_human"})


def same_thing(step: PlanStep) -> PlanStep:
    """Return a step without what may differ where the same thing is done.

    What the ledger prices differs by its rule and by all that is set aside for it.
    """
    if step.sets_aside_fen is not None:
        return replace(step, bearer="platform")
    return replace(step, policy=None, bearer="platform")


def deducted(step: StepState, now: int) -> bool:
    """Say whether a step was taken off the price of what this round proposes.

    What is proposed then is owed beside it, be it as much: what the ledger had set
    aside for it by then, or what it gives back of a fallen price.
    """
    if step.does.action == "price_diff":
        return int(step.key.partition("/")[0]) < now
    held = step.standing in HOLDS and not step.final
    elsewhere = step.settled == "done_elsewhere"
    priced = step.does.sets_aside_fen is not None
    return priced and held and not elsewhere and 0 < step.begun_in < now


def numbers_left(resolution: Resolution, plan: Proposed) -> Iterator[int]:
    """Yield the numbers of the steps of a plan that are not done or under way already.

    What an earlier proposal began goes on, so what is owed is never paid twice: the
    same refund of the same amount for the same shortfall, proposed anew, unless it was
    priced beside what is under way (``deducted``). Of the plan
    that nobody has to accept nothing is done twice; what the consumer accepts is done
    as accepted, but for what is owed and what a merchant is charged.
    """
    proposal = resolution.proposal
    owed = proposal is not None and plan == proposal.minimum
    under_way = [
        same_thing(each.does)
        for each in resolution.steps()
        if each.standing not in UNDONE and not deducted(each, resolution.round)
    ]
    for number, step in enumerate(plan.plan.steps, start=1):
        thing = same_thing(step)
        by_rule = step.part == "entitlement" or step.action == DEDUCTS
        if thing in under_way and (owed or by_rule):
            under_way.remove(thing)
        else:
            yield number


def steps_left(resolution: Resolution, plan: Proposed) -> Iterator[PlanStep]:
    """Yield the steps of a plan that would be begun now."""
    for number in numbers_left(resolution, plan):
        yield plan.plan.steps[number - 1]


def execution(
    resolution: Resolution, plan: Proposed, by: By, at: datetime
) -> ExecutionStarted:
    """Say that a plan is carried out: which steps, under which keys."""
    name = plan.plan.name
    keys: tuple[StepKey, ...] = tuple(
        f"{resolution.round}/{name}/{number}"
        for number in numbers_left(resolution, plan)
    )
    return ExecutionStarted(at=at, by=by, plan=name, hash=plan.hash, steps=keys)
