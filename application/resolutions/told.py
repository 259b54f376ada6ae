"""What a case that carries out a step of a resolution tells it, in the same append."""

from collections.abc import Sequence
from uuid import UUID

from application.event_store.envelope import Part
from application.sight import Sight
from domain.after_sales import Case, CaseEvent, RefundFailed, RefundSucceeded
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
