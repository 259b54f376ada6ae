"""What each event of a step makes of the plans that are carried out."""

from collections.abc import Mapping
from typing import Any, assert_never

from msgspec.structs import replace

from domain.resolution.events import (
    ExecutionStarted,
    PlanExecuted,
    StepCompensated,
    StepFailed,
    StepNeedsHuman,
    StepSettled,
    StepStarted,
    StepSucceeded,
)
from domain.resolution.state import (
    EXECUTING,
    Asking,
    Execution,
    Resolution,
    StepState,
    counts_of,
)
from domain.resolution.values import (
    SUPERSEDED,
    ResolutionStatus,
    StepStanding,
)

StepEvent = (
    StepStarted
    | StepSucceeded
    | StepFailed
    | StepCompensated
    | StepNeedsHuman
    | StepSettled
)


def began(was: Resolution, event: ExecutionStarted) -> Resolution:
    """Return the resolution with one more plan that is carried out.

    What is owed changes the status only where nothing stands over it.
    """
    proposal = was.proposal
    assert proposal is not None, "only what was proposed is carried out"
    of_it = proposal.plan(event.plan)
    assert of_it is not None, "only a plan of the proposal is carried out"
    does = {
        f"{proposal.round}/{event.plan}/{number}": step
        for number, step in enumerate(of_it.plan.steps, start=1)
    }
    owed = event.plan == proposal.minimum.plan.name
    approval = was.approvals.get(event.plan)
    execution = Execution(
        plan=event.plan,
        round=proposal.round,
        hash=event.hash,
        owed=owed,
        by=proposal.by,
        started_at=event.at,
        counted=counts_of(does[key] for key in event.steps),
        steps={
            key: StepState(key=key, does=does[key], changed_at=event.at)
            for key in event.steps
        },
        approved_by=approval.by if approval else None,
    )
    key = f"{proposal.round}/{event.plan}"
    alone = not owed or (not proposal.plans and proposal.standing)
    return replace(
        was,
        executions={**was.executions, key: execution},
        asks=was.asks if owed else owed_asks(was),
        status="executing" if alone else was.status,
    )


def owed_asks(was: Resolution) -> Mapping[str, Asking]:
    """Return what is owed and waits to be approved, without what lies over it."""
    owed = was.proposal.minimum.plan.name if was.proposal else ""
    return {name: ask for name, ask in was.asks.items() if name == owed}


def stepped(was: Resolution, event: StepEvent) -> Resolution:
    """Return the resolution after what happened to one step."""
    key = event.step.rpartition("/")[0]
    execution = was.executions[key]
    step = changed(execution.steps[event.step], event)
    if isinstance(event, StepStarted):
        step = replace(step, begun_in=was.round)
    execution = replace(execution, steps={**execution.steps, event.step: step})
    if step.settled == SUPERSEDED:
        left = (s.does for s in execution.steps.values() if s.settled != SUPERSEDED)
        execution = replace(execution, counted=counts_of(left))
    # What was for something else that fell short as well is owed for that still.
    lost = (
        isinstance(event, StepSettled)
        and event.reason == "never_was"
        and bool(was.open_shortfalls)
    )
    now = replace(
        was,
        executions={**was.executions, key: execution},
        worth_else=was.worth_else or step.settled == SUPERSEDED or lost,
    )
    return replace(now, status=carried(now))


def changed(step: StepState, event: StepEvent) -> StepState:
    """Return the step after what happened to it."""
    match event:
        case StepStarted(attempt=attempt, matter=matter):
            return replace(
                standing(step, event, "started"),
                attempts=attempt,
                tries=step.tries + 1,
                final=False,
                matter=matter or step.matter,
            )
        case StepSucceeded(reference=reference):
            return replace(
                standing(step, event, "succeeded"),
                paid=True,
                final=False,
                settled=None,
                reference=reference,
            )
        case StepFailed(reason=reason, final=final):
            return replace(standing(step, event, "failed"), reason=reason, final=final)
        case StepCompensated():
            return standing(step, event, "compensated")
        case StepNeedsHuman(reason=reason):
            return replace(standing(step, event, "needs_human"), reason=reason)
        case StepSettled(way=way):
            ways: dict[str, StepStanding] = {
                "retry": "waiting",
                "done_elsewhere": "succeeded",
            }
            stands = ways.get(way, "skipped")
            tries = 0 if way == "retry" else step.tries
            return replace(
                standing(step, event, stands), settled=way, tries=tries, final=False
            )
        case _:
            assert_never(event)


def standing(step: StepState, event: Any, how: StepStanding) -> StepState:
    """Return the step standing so, since the event."""
    return replace(step, standing=how, changed_at=event.at)


def carried(now: Resolution) -> ResolutionStatus | None:
    """Return how it stands by its steps, while a plan is carried out."""
    if now.status not in EXECUTING:
        return now.status
    if any(each.to_compensate() for each in now.executions.values()):
        return "compensating"
    if any(each.standing == "needs_human" for each in now.steps()):
        return "needs_human"
    return "executing"


def executed(was: Resolution, event: PlanExecuted) -> Resolution:
    """Return the resolution with a plan carried out; with the last, all of it is."""
    key = f"{event.round}/{event.plan}"
    execution = replace(was.executions[key], executed=True)
    executions = {**was.executions, key: execution}
    now = replace(was, executions=executions)
    rest = now.minimum_asked or not all(each.executed for each in executions.values())
    ended = now.status in EXECUTING and not rest
    return replace(now, status="executed" if ended else now.status)
