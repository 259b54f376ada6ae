"""Stays beside the consumer of each order for its days, and sees to what they plan.

It begins with the payment, looks when a check-in is due, notes what opens and ends, and
closes with an outcome. Late or twice changes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog

from application.accompanied import Accompanied
from application.books import Books
from application.companion_days import to_do
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.store import EventStore, StoreUnavailable
from application.orders import context_for
from application.processes.check_overdue_clocks import ACTOR as CLOCKS
from application.processes.check_overdue_clocks import ClockAsk, each_asked
from application.processes.orders_seen import (
    KnowsStreams,
    loaded,
    put_off,
    unknown,
)
from application.projections.watch import DueRow, PutOff
from application.sight import Sight
from application.watching import NotNow
from domain.companionship import COMPANIONSHIP, Companionship, CompanionshipCommand
from domain.kernel import Refused
from domain.policy.book import Rulebook
from domain.timer import CheckClocks

ACTOR: Final = "system:beside-consumers"
ORDERS_MAX: Final = 200

# The board may not yet show what was said; so long nobody looks again.
LOOK_AGAIN_AFTER: Final = timedelta(minutes=1)
# Where the rules that come with the product see something to do, and those in force do
# not, it is looked at again after so long.
LOOK_ANYWAY_AFTER: Final = timedelta(days=1)
# What was refused, or failed, is tried again after so long.
TRY_AGAIN_AFTER: Final = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class CompanionBoard(KnowsStreams, Protocol):
    """Where it is known with whose consumer there is something to do."""

    def beside(
        self, now: datetime, limit: int, after: DueRow | None = None
    ) -> Sequence[DueRow]:
        """Return orders with whose consumer there is something to do by now."""
        ...

    def put_off(self, rows: Sequence[PutOff]) -> None:
        """Have these not asked again before their time."""
        ...


class TakesBeside(Protocol):
    """Where companionships are told things."""

    def take_beside(
        self, order_id: UUID, command: CompanionshipCommand, context: CommandContext
    ) -> Receipt:
        """Return where the order's companionship then stands."""
        ...


class BesideConsumers:
    """Turns what there is to do into commands to companionships.

    ``now`` is when we look.
    """

    def __init__(
        self,
        board: CompanionBoard,
        store: EventStore,
        books: Books,
        companionships: TakesBeside,
        now: Callable[[], datetime],
    ) -> None:
        self._board, self._store, self._books = board, store, books
        self._companionships, self._now = companionships, now
        self._looked: dict[DueRow, datetime] = {}

    def look(self) -> int:
        """See to a batch of orders; return how many. Raises StoreUnavailable.

        One whose days are over by the rules in force is put off for good.
        """
        now = self._now()
        self._looked = {
            row: at
            for row, at in self._looked.items()
            if abs(now - at) < LOOK_AGAIN_AFTER
        }
        last: DueRow | None = None
        while page := self._board.beside(now, ORDERS_MAX, last):
            fresh = [row for row in page if row not in self._looked]
            if fresh:
                self._look_at(fresh, now)
                return len(fresh)
            last = page[-1]
        return 0

    def _look_at(self, rows: Sequence[DueRow], now: datetime) -> None:
        orders = loaded(self._store, self._board, [row.order_id for row in rows])
        later = []
        for row in rows:
            order = orders.get(row.order_id)
            answer = self._one(order, now) if order else unknown(now)
            if answer is not None:
                later.append(put_off(row, now, answer))
            self._looked[row] = now
        self._board.put_off(later)

    def _one(self, order: Accompanied, now: datetime) -> NotNow | None:
        """See to one order; that it refuses takes no turn from the others."""
        try:
            book = self._books.for_source(order.order.source)
            news = self._say_all(order, book, now)
        except StoreUnavailable:
            raise
        except Refused as refused:
            why = refused.code
        except Exception as error:  # noqa: BLE001 - the others have their turn
            why = repr(error)
        else:
            if news:
                return None
            begun = order.companionship.started
            return NotNow("nothing_to_do", now + LOOK_ANYWAY_AFTER if begun else None)
        log.warning("not_beside", order_id=str(order.order_id), why=why)
        return NotNow(why[:200], now + TRY_AGAIN_AFTER)

    def _say_all(self, order: Accompanied, book: Rulebook, now: datetime) -> int:
        """Say all there is to say; return how much was news.

        Where the days are over by the rules in force, nothing follows their beginning.
        """
        news = 0
        for name, command in to_do(order, book, now):
            if self._say(order.order_id, name, command, now):
                news += 1
            elif not order.companionship.started:
                break
        return news

    def _say(
        self, order_id: UUID, name: str, command: CompanionshipCommand, now: datetime
    ) -> bool:
        """Say one thing, under an id of its cause; return whether it was news."""
        cause = uuid5(order_id, f"beside/{name}")
        context = context_for(cause, command, actor=ACTOR, asked_at=now)
        answer = self._companionships.take_beside(order_id, command, context)
        return bool(answer.leaves)


class CompanionClocks:
    """Asks companionships about their clocks, as others ask cases."""

    def __init__(self, store: EventStore, companionships: TakesBeside) -> None:
        self._store, self._companionships = store, companionships

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Ask each; an answer to each, in order."""
        return each_asked(asks, asked_at, self._one)

    def _one(self, stream_id: UUID, cause: UUID, asked_at: datetime) -> Receipt:
        """Ask one; raises as CommandHandler does."""
        known: Companionship = Sight(self._store, stream_id).of(
            stream_id, COMPANIONSHIP
        )
        command = CheckClocks()
        context = context_for(cause, command, actor=CLOCKS, asked_at=asked_at)
        return self._companionships.take_beside(UUID(known.order), command, context)
