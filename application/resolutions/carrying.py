"""Carrying out: a step begun, concluded or undone, and what moves with it."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.store import EventStore
from application.resolutions.doing import Doing
from application.resolutions.ground import Grounds
from application.resolutions.moving import Moving, found
from application.resolutions.proposing import Proposals
from application.resolutions.steps import StepParts
from application.sight import Sight
from domain.kernel import Refused
from domain.party import SYSTEM
from domain.resolution import (
    CompensateStep,
    RecordStepResult,
    Resolution,
    StartStep,
)
from domain.resolution.turns import goes_on, waiting


class Carrying:
    """Begins steps, and records what came of them."""

    def __init__(
        self,
        store: EventStore,
        grounds: Grounds,
        steps: StepParts,
        proposals: Proposals,
    ) -> None:
        self._store = store
        self._grounds = grounds
        self._steps = steps
        self._proposals = proposals

    def starting(
        self, resolution_id: UUID, command: StartStep, context: CommandContext
    ) -> Ask:
        """Return the beginning of a step, with its parts elsewhere."""
        sight = Sight(self._store, resolution_id)
        moving, doing = self._doing(resolution_id, command.step, sight, context)
        begun = self._steps.begun(doing)
        moving.ask(StartStep(by=command.by, step=command.step, matter=begun.matter))
        if begun.result is not None:
            attempt = moving.state.step(command.step)
            assert attempt is not None, "it has just been begun"
            result = begun.result
            moving.ask(
                RecordStepResult(
                    by=SYSTEM,
                    step=command.step,
                    attempt=attempt.attempts,
                    succeeded=result.succeeded,
                    reason=result.reason,
                    reference=begun.matter,
                    final=not result.succeeded,
                )
            )
        if moving.state.worth_else:
            # Else it is proposed as soon as what stands in its way is over.
            with suppress(Refused):
                order_id = doing.order_id
                self._proposals.anew(order_id, resolution_id, moving, sight, offer=True)
        parts = (*moving.parts(resolution_id), *begun.parts)
        return Ask(context, parts, rests_on=sight.rests_on)

    def concluding(
        self, resolution_id: UUID, command: RecordStepResult, context: CommandContext
    ) -> Ask:
        """Return what came of a step, with what that means for its ledger."""
        sight = Sight(self._store, resolution_id)
        moving, doing = self._doing(resolution_id, command.step, sight, context)
        moving.ask(command)
        known = moving.state.step(command.step)
        final = known is not None and known.standing == "needs_human"
        others = self._steps.concluded(
            doing, succeeded=command.succeeded, final=command.final or final
        )
        parts = (*moving.parts(resolution_id), *others)
        return Ask(context, parts, rests_on=sight.rests_on)

    def undoing(
        self, resolution_id: UUID, command: CompensateStep, context: CommandContext
    ) -> Ask:
        """Return that what a step did is undone, with its parts elsewhere."""
        sight = Sight(self._store, resolution_id)
        moving, doing = self._doing(resolution_id, command.step, sight, context)
        moving.ask(command)
        parts = (*moving.parts(resolution_id), *self._steps.undone(doing))
        return Ask(context, parts, rests_on=sight.rests_on)

    def freed(
        self,
        resolution_id: UUID,
        before: Resolution,
        moving: Moving,
        sight: Sight,
        context: CommandContext,
    ) -> Iterator[Part]:
        """Yield what follows elsewhere of steps of which nothing more comes.

        What people left out, or what ended with all the rest, frees its part of the
        caps and ends its case; what was done elsewhere uses its part, and a refund that
        was paid there is the order's as well.
        """
        now = moving.state
        ended = now.over and not before.over
        for step in now.steps():
            was = before.step(step.key)
            if was is None or step.matter is None:
                continue
            execution = now.executions[step.key.rpartition("/")[0]]
            settled = step.settled not in {was.settled, "retry"}
            if settled or (ended and waiting(step) and not goes_on(now, execution)):
                _, doing = self._doing(resolution_id, step.key, sight, context)
                done = step.settled == "done_elsewhere"
                yield from self._steps.concluded(doing, succeeded=done, final=True)
                if settled and step.settled == "skip":
                    yield from self._steps.let_go(doing)
                if settled and done:
                    yield from self._steps.paid_outside(doing)

    def _doing(
        self, resolution_id: UUID, key: str, sight: Sight, context: CommandContext
    ) -> tuple[Moving, Doing]:
        """Return a resolution about to move, and the step it is about."""
        state, order_id = found(resolution_id, sight)
        known = state.step(key)
        step = known.does if known else None
        priced = self._grounds.of_step(
            order_id, resolution_id, state, step, sight, context.at
        )
        moving = Moving(state, priced.ground.book, context.at)
        doing = Doing(
            resolution_id=resolution_id,
            order_id=order_id,
            key=key,
            state=state,
            priced=priced,
            sight=sight,
            context=context,
        )
        return moving, doing
