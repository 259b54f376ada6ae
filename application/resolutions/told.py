"""What a case that carries out a step of a resolution tells it, in the same append."""

from collections.abc import Sequence
from uuid import UUID

from application.compensation import Compensations
from application.compensation_facts import paid_order
from application.event_store.envelope import Part
from application.sight import Sight
from domain.after_sales import Case, CaseEvent, RefundFailed, RefundSucceeded
from domain.compensation import (
    COMPENSATION,
    CommitCompensation,
    CompensationCommand,
    DayOfCompensation,
    ReleaseCompensation,
)
from domain.order import ORDER, Order
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.resolution import RESOLUTION, RecordStepResult, Resolution
from domain.resolution.state import DONE


def step_of(case: Case) -> tuple[UUID, str] | None:
    """Return the resolution a case carries out a step of, and the step's key."""
    if case.resolution is None:
        return None
    resolution, _, key = case.resolution.partition("/")
    return UUID(resolution), key


def told_to_step(
    case_id: UUID,
    after: Case,
    events: Sequence[CaseEvent],
    sight: Sight,
    book: Rulebook,
) -> tuple[Part, ...]:
    """Return what the step is told of what happened to its case, if anything."""
    step = step_of(after)
    if step is None:
        return ()
    resolution_id, key = step
    state: Resolution = sight.of(resolution_id, RESOLUTION)
    known = state.step(key)
    if known is None or known.standing in DONE:
        return ()
    result = result_in(case_id, after, events, key, known.attempts)
    return () if result is None else (Part(resolution_id, RESOLUTION, result, book),)


def result_in(
    case_id: UUID, after: Case, events: Sequence[CaseEvent], key: str, attempt: int
) -> RecordStepResult | None:
    """Return what came of the step: paid, not paid, or a case ended without either."""
    succeeded = any(isinstance(each, RefundSucceeded) for each in events)
    failed = next((each for each in events if isinstance(each, RefundFailed)), None)
    ended = after.final and after.status == "closed"
    if not (succeeded or failed or ended):
        return None
    return RecordStepResult(
        by=SYSTEM,
        step=key,
        attempt=attempt,
        succeeded=succeeded,
        reason=None if succeeded else (failed.failure if failed else "case_closed"),
        reference=str(case_id),
        final=ended and not succeeded,
    )


def told_to_caps(
    after: Case,
    events: Sequence[CaseEvent],
    sight: Sight,
    compensations: Compensations,
) -> tuple[Part, ...]:
    """Return what a case means for goodwill that goes back through it, if it does.

    Its part of the caps was set aside when the case was opened: it is used once money
    arrived, whatever became of the step, and free again once the case ended without.
    """
    step = step_of(after)
    arrived = any(isinstance(each, RefundSucceeded) for each in events)
    if step is None or after.order is None or not (arrived or after.final):
        return ()
    state: Resolution = sight.of(step[0], RESOLUTION)
    known = state.step(step[1])
    if known is None or known.does.part != "goodwill":
        return ()
    order_id = UUID(after.order)
    order: Order = sight.of(order_id, ORDER)
    paid = paid_order(order_id, order)
    day: DayOfCompensation = sight.of(compensations.id_of(paid), COMPENSATION)
    name = after.resolution or ""
    reserved = day.reservations.get(name)
    if reserved is None or reserved.standing != "reserved":
        return ()
    command: CompensationCommand = (
        CommitCompensation(by=SYSTEM, reservation=name)
        if after.paid
        else ReleaseCompensation(by=SYSTEM, reservation=name, reason="case_closed")
    )
    return (compensations.part(paid, command),)
