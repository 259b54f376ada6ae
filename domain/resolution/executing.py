"""What becomes of each step: tried, done, failed, undone, or given to people."""

from datetime import datetime
from functools import reduce

from domain.policy.book import Rulebook
from domain.resolution.approving import times_of
from domain.resolution.commands import (
    CompensateStep,
    RecordStepResult,
    SettleStep,
    StartStep,
)
from domain.resolution.events import (
    ResolutionEvent,
    StepCompensated,
    StepFailed,
    StepNeedsHuman,
    StepSettled,
    StepStarted,
    StepSucceeded,
)
from domain.resolution.evolve import evolve
from domain.resolution.finishing import finishing
from domain.resolution.refusals import (
    EarlierPhaseOpen,
    EntitlementStays,
    GoodwillBlocked,
    NothingToSettle,
    NothingToUndo,
    NotNow,
    PlanBeingUndone,
    RetryTooSoon,
    StepIsDone,
    StepNeedsPeople,
    UnknownAttempt,
    UnknownStep,
)
from domain.resolution.repricing import repriced
from domain.resolution.state import DONE, Execution, Resolution, StepState
from domain.resolution.turns import goes_on, retry_at

Events = tuple[ResolutionEvent, ...]
# What a failure is put down to where nobody says why.
UNSAID = "unsaid"


def step_of(resolution: Resolution, key: str) -> StepState:
    """Return the step that is carried out. Raises UnknownStep."""
    step = resolution.step(key)
    if step is None:
        raise UnknownStep(step=key)
    return step


def execution_of(resolution: Resolution, key: str) -> Execution:
    """Return the plan that a step is part of."""
    return resolution.executions[key.rpartition("/")[0]]


def begun(
    resolution: Resolution, command: StartStep, book: Rulebook, at: datetime
) -> Events:
    """Return that a step is begun. Raises what forbids it as it stands."""
    step = step_of(resolution, command.step)
    execution = execution_of(resolution, command.step)
    if not goes_on(resolution, execution):
        raise NotNow(status=resolution.status)
    if step.standing == "needs_human":
        raise StepNeedsPeople(step=step.key, reason=step.reason)
    if step.standing in DONE:
        raise StepIsDone(step=step.key, standing=step.standing)
    if execution.to_compensate() or step.final:
        raise PlanBeingUndone(plan=execution.plan)
    earlier = execution.waits_for(step)
    if earlier:
        raise EarlierPhaseOpen(step=step.key, waits_for=earlier)
    unblocked(resolution, step, at)
    again_at = retry_at(
        resolution, step.key, book.offer_terms(times_of(resolution, at))
    )
    if again_at is not None and at < again_at and command.by.role == "system":
        raise RetryTooSoon(step=step.key, again_at=again_at)
    return (
        StepStarted(
            at=at,
            by=command.by,
            step=step.key,
            does=step.does,
            attempt=step.attempts + 1,
            matter=command.matter,
        ),
    )


def unblocked(resolution: Resolution, step: StepState, at: datetime) -> None:
    """Raise GoodwillBlocked for goodwill while it is blocked."""
    block = resolution.block
    if block and step.does.part == "goodwill" and resolution.blocked(at):
        raise GoodwillBlocked(until=block.until, reason=block.reason, flag=block.flag)


def concluded(
    resolution: Resolution, command: RecordStepResult, book: Rulebook, at: datetime
) -> Events:
    """Return what came of a step, and what follows. Raises UnknownStep, UnknownAttempt.

    Told twice it is told once. That it failed, after it was done or was tried again, is
    no news; that it was done after all always is: money moved.
    """
    step = step_of(resolution, command.step)
    if not 1 <= command.attempt <= step.attempts:
        raise UnknownAttempt(step=step.key, attempt=command.attempt)
    story = (
        done(step, command, at)
        if command.succeeded
        else failed(resolution, step, command, book, at)
    )
    if not story:
        return ()
    now = reduce(evolve, story, resolution)
    return story + finishing(now, book, at)


def done(step: StepState, command: RecordStepResult, at: datetime) -> Events:
    """Return that it is done; what people did elsewhere too, they look at."""
    if step.paid:
        return ()
    event = StepSucceeded(
        at=at,
        by=command.by,
        step=step.key,
        attempt=command.attempt,
        reference=command.reference,
    )
    if step.settled == "done_elsewhere":
        return (event, StepNeedsHuman(at=at, step=step.key, reason="done_twice"))
    return (event,)


def failed(
    resolution: Resolution,
    step: StepState,
    command: RecordStepResult,
    book: Rulebook,
    at: datetime,
) -> Events:
    """Return that it failed; whether it is tried again, undone, or people are asked."""
    if step.standing != "started" or command.attempt < step.attempts:
        return ()
    event = StepFailed(
        at=at,
        by=command.by,
        step=step.key,
        attempt=command.attempt,
        reason=command.reason or UNSAID,
        final=command.final,
    )
    now = evolve(resolution, event)
    if command.final:
        if execution_of(now, step.key).to_compensate():
            return (event,)
        anew = repriced(now, step, event.reason, at)
        needs = StepNeedsHuman(at=at, step=step.key, reason=event.reason)
        return (event, *(anew or (needs,)))
    terms = book.offer_terms(times_of(resolution, at))
    if step.tries >= terms.attempts_max:
        needs = StepNeedsHuman(at=at, step=step.key, reason="attempts_used_up")
        return (event, needs)
    if step.does.part == "goodwill" and resolution.blocked(at):
        needs = StepNeedsHuman(at=at, step=step.key, reason="goodwill_blocked")
        return (event, needs)
    return (event,)


def undone(
    resolution: Resolution, command: CompensateStep, book: Rulebook, at: datetime
) -> Events:
    """Return that a step was undone; after the last, people see to what failed.

    Raises UnknownStep, EntitlementStays and NothingToUndo.
    """
    step = step_of(resolution, command.step)
    if step.does.part == "entitlement":
        raise EntitlementStays(step=step.key)
    execution = execution_of(resolution, command.step)
    if step not in execution.to_compensate():
        raise NothingToUndo(step=step.key, standing=step.standing)
    event = StepCompensated(
        at=at, by=command.by, step=step.key, reference=command.reference
    )
    now = evolve(resolution, event)
    after = execution_of(now, step.key)
    if after.to_compensate():
        return (event,)
    people = tuple(
        StepNeedsHuman(at=at, step=each.key, reason=each.reason or UNSAID)
        for each in after.broken
    )
    story: Events = (event, *people)
    return story + finishing(reduce(evolve, story, resolution), book, at)


def settled(
    resolution: Resolution, command: SettleStep, book: Rulebook, at: datetime
) -> Events:
    """Return what a person decided of a step that needs one.

    What is owed is left out only by a senior agent. Raises UnknownStep,
    NothingToSettle, StepIsDone, EntitlementStays and GoodwillBlocked.
    """
    step = step_of(resolution, command.step)
    if step.standing != "needs_human":
        raise NothingToSettle(step=step.key, standing=step.standing)
    if command.way == "retry":
        if step.paid:
            raise StepIsDone(step=step.key, standing=step.standing)
        unblocked(resolution, step, at)
    senior = command.by.role == "senior_agent"
    owed = step.does.part == "entitlement" and not step.paid
    if command.way == "skip" and owed and not senior:
        raise EntitlementStays(step=step.key)
    event = StepSettled(
        at=at,
        by=command.by,
        step=step.key,
        way=command.way,
        reason=command.reason,
    )
    return (event, *finishing(evolve(resolution, event), book, at))
