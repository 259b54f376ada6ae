"""Opens disputes over cases whose clock said that the platform has to decide (第64条).

The platform steps in without anybody's asking: nobody is left without an answer because
the other side was silent.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import uuid5

from application.disputes import Disputes
from application.processes.flagged_cases import FlagBoard, FlaggedCases
from application.projections.matters import FlaggedMatter

ACTOR: Final = "system:due-disputes"


class DueDisputes:
    """Turns what a clock handed to the platform into disputes. ``now`` is as above."""

    def __init__(
        self, disputes: Disputes, board: FlagBoard, now: Callable[[], datetime]
    ) -> None:
        self._disputes = disputes
        self._due = FlaggedCases(board, "needs_dispute", self._open, now)

    def open(self) -> int:
        """Open a batch of disputes; return how many cases were asked about.

        Each with its case in one ask, or not at all; a case that has one already, or
        has ended, is left as it is. Raises StoreUnavailable.
        """
        return self._due.run()

    def _open(self, due: FlaggedMatter, now: datetime) -> None:
        """Open the dispute of one case, as it stood when the board saw it."""
        cause = uuid5(due.stream_id, f"dispute/{due.version}")
        self._disputes.take_up(due.stream_id, cause, now, actor=ACTOR)
