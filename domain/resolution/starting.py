"""Which steps of a plan are left to do, and the beginning of carrying it out."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from domain.party import By
from domain.plan import DEDUCTS, PlanStep, Proposed, StepKey
from domain.resolution.events import ExecutionStarted
from domain.resolution.state import Resolution

# A step that stands so did not do what it is for.
UNDONE = frozenset({"compensated", "skipped"})


def same_thing(step: PlanStep) -> PlanStep:
    """Return a step without what may differ where the same thing is done."""
    return replace(step, sets_aside_fen=None, policy=None, bearer="platform")


def numbers_left(resolution: Resolution, plan: Proposed) -> Iterator[int]:
    """Yield the numbers of the steps of a plan that are not done or under way already.

    What an earlier proposal began goes on, so what is owed is never paid twice: the
    same refund of the same amount for the same shortfall, proposed anew. Of the plan
    that nobody has to accept nothing is done twice; what the consumer accepts is done
    as accepted, but for what is owed and what a merchant is charged.
    """
    proposal = resolution.proposal
    owed = proposal is not None and plan == proposal.minimum
    under_way = [
        same_thing(each.does)
        for each in resolution.steps()
        if each.standing not in UNDONE
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
