"""What came of an effect goes back as a command; who takes it, by whose it was."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from msgspec import Struct

from application.after_sales import AfterSales
from application.effects.effect import Noun
from application.event_store.envelope import CommandContext, Receipt
from application.orders import context_for
from domain.after_sales import RecordRefundResult
from domain.party import SYSTEM
from domain.resolution.commands import RecordStepResult

ACTOR: Final = "system:effects"


class EffectResult(Struct, frozen=True, kw_only=True):
    """What came of it. ``asks`` names the refund or the step, ``attempt`` its try.

    ``failure`` is a code. ``final`` says that trying again is no use.
    """

    asks: str
    attempt: int = 1
    succeeded: bool
    failure: str | None = None
    reference: str | None = None
    final: bool = True


class Results(Protocol):
    """Who takes the results of one noun's effects."""

    def takes_result(
        self, stream_id: UUID, result: EffectResult, cause: UUID, asked_at: datetime
    ) -> Receipt:
        """Return where the stream then stands; the same cause again changes nothing.

        Raises as CommandHandler does.
        """
        ...


# Whose results are taken by whom.
Takers = Mapping[Noun, Results]


class RefundResults:
    """Takes what became of refunds to their cases."""

    def __init__(self, cases: AfterSales) -> None:
        self._cases = cases

    def takes_result(
        self, stream_id: UUID, result: EffectResult, cause: UUID, asked_at: datetime
    ) -> Receipt:
        """Record it on the case; raises as CommandHandler does."""
        command = RecordRefundResult(
            refund=result.asks, succeeded=result.succeeded, failure=result.failure
        )
        context = context_for(cause, command, actor=ACTOR, asked_at=asked_at)
        return self._cases.take(stream_id, command, context)


class StepResults:
    """Takes what became of steps to their resolutions.

    ``take`` is how a resolution takes a command.
    """

    def __init__(
        self, take: Callable[[UUID, RecordStepResult, CommandContext], Receipt]
    ) -> None:
        self._take = take

    def takes_result(
        self, stream_id: UUID, result: EffectResult, cause: UUID, asked_at: datetime
    ) -> Receipt:
        """Record it on the resolution; raises as CommandHandler does."""
        command = RecordStepResult(
            by=SYSTEM,
            step=result.asks,
            attempt=result.attempt,
            succeeded=result.succeeded,
            reason=result.failure,
            reference=result.reference,
            final=result.final and not result.succeeded,
        )
        context = context_for(cause, command, actor=ACTOR, asked_at=asked_at)
        return self._take(stream_id, command, context)
