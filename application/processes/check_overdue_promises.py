"""Asks orders about promises whose time has come. Late or twice changes nothing."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog

from application.event_store.envelope import Ask, Receipt
from application.orders import Orders, context_for
from application.projections.promise_board import DuePromise, PromiseQueries
from domain.order.commands import CheckPromises

ACTOR = "system:overdue-promises"
ASKS_MAX = 500

# The board may not yet show what an order answered; so long nobody asks it again.
ASK_AGAIN_AFTER = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class OverduePromises:
    """Turns due promises into questions to their orders. ``now`` is when we ask."""

    def __init__(
        self, orders: Orders, board: PromiseQueries, now: Callable[[], datetime]
    ) -> None:
        self._orders = orders
        self._board = board
        self._now = now
        self._asked: dict[DuePromise, datetime] = {}

    def check(self) -> int:
        """Ask about a batch of promises that fell due; return how many orders.

        Nothing is asked about sources that an import holds.
        """
        now = self._now()
        self._asked = {
            due: at
            for due, at in self._asked.items()
            if abs(now - at) < ASK_AGAIN_AFTER
        }
        last: DuePromise | None = None
        while page := self._board.due_for_check(now, ASKS_MAX, last):
            due = [each for each in page if each not in self._asked]
            if due:
                return self._ask_about(due, now)
            last = page[-1]
        return 0

    def ask_deadlines(self, order_ids: Iterable[UUID], now: datetime) -> int:
        """Ask these orders what has run out by now; return how many changed.

        For an importer, after its last row: it need not wait for the board.
        """
        asks = [
            self._ask(order_id, uuid5(order_id, f"deadlines/{now.isoformat()}"), now)
            for order_id in dict.fromkeys(order_ids)
        ]
        batches = range(0, len(asks), ASKS_MAX)
        return sum(self._handle(asks[start : start + ASKS_MAX]) for start in batches)

    def _ask_about(self, due: Sequence[DuePromise], now: datetime) -> int:
        causes = {each.order_id: cause(each) for each in reversed(due)}
        asks = [self._ask(order_id, why, now) for order_id, why in causes.items()]
        self._handle(asks)
        self._asked |= dict.fromkeys(due, now)
        return len(asks)

    def _ask(self, order_id: UUID, why: UUID, now: datetime) -> Ask:
        command = CheckPromises()
        context = context_for(why, command, actor=ACTOR, asked_at=now)
        return self._orders.ask(order_id, command, context)

    def _handle(self, asks: Sequence[Ask]) -> int:
        """Return how many orders had something to say."""
        changed = 0
        for ask, answer in zip(asks, self._orders.handle(asks), strict=True):
            if isinstance(answer, Receipt):
                changed += bool(answer.leaves) and not answer.repeated
            else:
                order_id = ask.parts[0].stream_id
                log.warning(
                    "promise_not_checked", order_id=str(order_id), error=repr(answer)
                )
        return changed


def cause(due: DuePromise) -> UUID:
    """Return the id of the question: the same for the same promise as it stood then."""
    name = f"{due.promise}/{due.due_at.isoformat()}/{due.version}"
    return uuid5(due.order_id, name)
