"""Orders the refunds that fell due, where nobody's approval is needed.

What lies beyond the service's own limit waits for people: it stays on their board. A
refund that failed is theirs too, for only they know another route.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import uuid5

from application.after_sales import AfterSales
from application.orders import context_for
from application.processes.flagged_cases import FlagBoard, FlaggedCases
from application.projections.matters import FlaggedMatter
from domain.after_sales import OrderRefund
from domain.party import SYSTEM

ACTOR: Final = "system:due-refunds"


class DueRefunds:
    """Turns refunds that fell due into orders to pay them. ``now`` is when we ask."""

    def __init__(
        self, cases: AfterSales, board: FlagBoard, now: Callable[[], datetime]
    ) -> None:
        self._cases = cases
        self._due = FlaggedCases(board, "refund_due", self._order, now)

    def order(self) -> int:
        """Order a batch of what is due; return how many cases were asked about.

        The refund is named after the case as it stood, so that two who see the same
        board order one; who saw another order none beside it. Raises StoreUnavailable.
        """
        return self._due.run()

    def _order(self, due: FlaggedMatter, now: datetime) -> None:
        """Order one refund, the way it was paid, unless it is due no more."""
        case, _ = self._cases.find(due.stream_id)
        if case.refund_status != "due":
            return
        cause = uuid5(due.stream_id, f"refund/{due.version}")
        command = OrderRefund(by=SYSTEM, refund=str(cause), route="original")
        context = context_for(cause, command, actor=ACTOR, asked_at=now)
        self._cases.take(due.stream_id, command, context)
