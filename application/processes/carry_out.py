"""Carries resolutions on: proposes, begins what can be begun, undoes what must be.

What waits for people waits on their board; what a gateway does comes back as a result.
What the consumer declined as often as is asked is handed over to be judged.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import uuid5

from application.disputes import Disputes
from application.orders import context_for
from application.processes.flagged_cases import FlagBoard, FlaggedCases
from application.projections.matters import FlaggedMatter
from application.resolutions.handing_over import HandsOver
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Proposing
from domain.party import SYSTEM
from domain.resolution import CompensateStep, HandToDispute, RetryTooSoon, StartStep

ACTOR: Final = "system:resolutions"


class DueResolutions:
    """Does for each resolution what its flags ask. ``now`` is when we ask."""

    def __init__(
        self,
        resolutions: Resolutions,
        disputes: Disputes,
        board: FlagBoard,
        now: Callable[[], datetime],
    ) -> None:
        self._resolutions = resolutions
        self._hands_over = HandsOver(resolutions, disputes)
        self._proposals = FlaggedCases(board, "proposal_due", self._propose, now)
        self._steps = FlaggedCases(board, "steps_due", self._start, now)
        self._undoing = FlaggedCases(board, "undo_due", self._undo, now)

    def run(self) -> int:
        """Carry a batch on; return how many were asked about. StoreUnavailable."""
        return self._undoing.run() + self._proposals.run() + self._steps.run()

    def _propose(self, due: FlaggedMatter, now: datetime) -> None:
        """Have plans made, once for the resolution as it stood; or have it judged."""
        if self._resolutions.declined_out(due.stream_id):
            self._hand_over(due, now)
            return
        cause = uuid5(due.stream_id, f"propose/{due.version}")
        said = Proposing(by=SYSTEM)
        context = context_for(cause, said, actor=ACTOR, asked_at=now)
        self._resolutions.propose(due.stream_id, said, context)

    def _hand_over(self, due: FlaggedMatter, now: datetime) -> None:
        """Open its dispute, for the consumer: nobody has to ask for it."""
        cause = uuid5(due.stream_id, f"hand-over/{due.version}")
        command = HandToDispute(by=SYSTEM)
        context = context_for(cause, command, actor=ACTOR, asked_at=now)
        self._hands_over.take(due.stream_id, command, context)

    def _start(self, due: FlaggedMatter, now: datetime) -> None:
        """Begin what can be begun; what is to be tried again waits for its time."""
        keys, _ = self._resolutions.to_do(due.stream_id)
        for key in keys:
            cause = uuid5(due.stream_id, f"start/{key}/{due.version}")
            command = StartStep(by=SYSTEM, step=key)
            context = context_for(cause, command, actor=ACTOR, asked_at=now)
            with suppress(RetryTooSoon):
                self._resolutions.start(due.stream_id, command, context)

    def _undo(self, due: FlaggedMatter, now: datetime) -> None:
        """Undo what hangs in the air, the last first."""
        _, keys = self._resolutions.to_do(due.stream_id)
        for key in keys:
            cause = uuid5(due.stream_id, f"undo/{key}/{due.version}")
            command = CompensateStep(by=SYSTEM, step=key)
            context = context_for(cause, command, actor=ACTOR, asked_at=now)
            self._resolutions.undo(due.stream_id, command, context)
