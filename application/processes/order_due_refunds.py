"""Orders the refunds that fell due, where nobody's approval is needed.

What lies beyond the service's own limit waits for people: it stays on their board. A
refund that failed is theirs too, for only they know another route.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol
from uuid import UUID, uuid5

import structlog

from application.after_sales import AfterSales
from application.event_store.store import StoreUnavailable
from application.orders import context_for
from domain.after_sales import OrderRefund
from domain.kernel import Refused
from domain.party import SYSTEM

ACTOR: Final = "system:due-refunds"

# What was refused, as for want of an approval, is asked again only after so long.
ASK_AGAIN_AFTER: Final = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class DueRefund(NamedTuple):
    """A case whose clock for paying runs, and since when: one falling due."""

    case_id: UUID
    since: datetime


class RefundsDue(Protocol):
    """Where refunds are known that fell due and did not arrive yet."""

    def refunds_due(self) -> Iterable[DueRefund]:
        """Return them, the longest due first."""
        ...


class DueRefunds:
    """Turns refunds that fell due into orders to pay them. ``now`` is when we ask."""

    def __init__(
        self, cases: AfterSales, board: RefundsDue, now: Callable[[], datetime]
    ) -> None:
        self._cases = cases
        self._board = board
        self._now = now
        self._asked: dict[DueRefund, datetime] = {}

    def order(self) -> int:
        """Order what is due; return how many refunds were ordered.

        The same falling due is ordered once, however often it is asked. Raises
        StoreUnavailable.
        """
        now = self._now()
        self._asked = {
            due: at
            for due, at in self._asked.items()
            if abs(now - at) < ASK_AGAIN_AFTER
        }
        fresh = [due for due in self._board.refunds_due() if due not in self._asked]
        ordered = sum(self._order(due, now) for due in fresh)
        self._asked |= dict.fromkeys(fresh, now)
        return ordered

    def _order(self, due: DueRefund, now: datetime) -> bool:
        """Order one refund; whether it was."""
        cause = uuid5(due.case_id, f"refund/{due.since.isoformat()}")
        command = OrderRefund(by=SYSTEM, refund=str(cause), route="original")
        context = context_for(cause, command, actor=ACTOR, asked_at=now)
        try:
            case, _ = self._cases.find(due.case_id)
            if case.refund_status != "due":
                return False
            receipt = self._cases.take(due.case_id, command, context)
        except StoreUnavailable:
            raise
        except Refused as why:
            log.info("refund_left", case_id=str(due.case_id), why=why.code)
            return False
        except Exception as error:  # noqa: BLE001 - the others have their turn
            log.warning(
                "refund_not_ordered", case_id=str(due.case_id), error=repr(error)
            )
            return False
        return not receipt.repeated
