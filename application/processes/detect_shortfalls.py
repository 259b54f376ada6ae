"""Asks orders about what may fall short once it is due, and takes note of what healed.

Late or twice changes nothing: a shortfall is known by its name, and asked of the order
as it stands. Nobody looks at an order of which nothing is due.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog
from msgspec import Struct

from application.accompanied import Accompanied
from application.books import Books
from application.event_store.batch import Answer
from application.event_store.store import EventStore, KeyReused, StoreUnavailable
from application.known_beside import known_beside
from application.orders import context_for
from application.processes.orders_seen import (
    KnowsStreams,
    loaded,
    put_off,
    unknown,
)
from application.projections.watch import NOT_AHEAD, DueRow, PutOff
from application.resolutions.said import Detecting, Notice
from application.watching import RISK_CODE, NotNow, alarm, asked, next_look
from domain.companionship import ClearShortfall
from domain.detection import cleared, rules_of
from domain.detection.known import AtRisk
from domain.kernel import Refused
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.risk import DELIVERY_RISK, Risk, RiskTerms
from domain.shortfall import Shortfall

ACTOR: Final = "system:shortfalls"
ROWS_MAX: Final = 200

# The board may not yet show what an order answered; so long nobody asks it again.
ASK_AGAIN_AFTER: Final = timedelta(minutes=1)
# What was refused, or failed, is asked again after so long.
TRY_AGAIN_AFTER: Final = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class WatchBoard(KnowsStreams, Protocol):
    """Where it is known what is due to be asked."""

    def due(
        self,
        now: datetime,
        limit: int,
        after: DueRow | None = None,
        ahead: timedelta = NOT_AHEAD,
    ) -> Sequence[DueRow]:
        """Return what may fall short by now, the longest due first."""
        ...

    def healed(
        self, now: datetime, limit: int, after: DueRow | None = None
    ) -> Sequence[DueRow]:
        """Return what fell short and healed by now."""
        ...

    def put_off(self, rows: Sequence[PutOff]) -> None:
        """Have these not asked again before their time."""
        ...


class SeesToShortfalls(Protocol):
    """Where shortfalls are recorded, and seen to."""

    def notice(self, notices: Sequence[Notice]) -> Sequence[Answer]:
        """Record what fell short or healed, and see to it; an answer to each."""
        ...


class TellsRisks(Protocol):
    """Where the risks of deliveries are known."""

    def risks(
        self, orders: Sequence[UUID], at: datetime, source: str | None = None
    ) -> dict[UUID, Risk]:
        """Return the risk of each of these orders that is still waited for."""
        ...


class Asking(Struct, frozen=True):
    """What a batch is asked on: its orders, when, and the alarms over deliveries."""

    orders: Mapping[UUID, Accompanied]
    now: datetime
    alarms: Mapping[UUID, AtRisk]


# What a row comes to, asked of its order: something to notice, or when to ask again.
Asks = Callable[[DueRow, Asking], Notice | NotNow | None]


class ShortfallWatch:
    """Turns what is due into questions to orders.

    ``now`` is when we ask. ``ahead`` is by how much the rules in force may be stricter
    than those that rows are computed by: so far before its time a row is asked.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - where it is due, asked, judged and told
        self,
        board: WatchBoard,
        store: EventStore,
        books: Books,
        resolutions: SeesToShortfalls,
        risks: TellsRisks,
        now: Callable[[], datetime],
        terms: RiskTerms = DELIVERY_RISK,
        ahead: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._board, self._store, self._books = board, store, books
        self._resolutions, self._risks, self._terms = resolutions, risks, terms
        self._now, self._ahead = now, ahead
        self._asked: dict[DueRow, datetime] = {}

    def detect(self) -> int:
        """Ask about a batch of what is due; return how many rows.

        What is not due any more under the rules in force is put off, what came too late
        to be of use is dropped, each with the reason. Raises StoreUnavailable.
        """
        ahead = self._ahead()
        return self._go_through(
            lambda now, limit, after: self._board.due(now, limit, after, ahead),
            self._detect,
        )

    def clear(self) -> int:
        """Take note of a batch of what healed; return how many rows.

        Raises StoreUnavailable.
        """
        return self._go_through(self._board.healed, self._clear)

    # -- A batch --

    def _go_through(
        self,
        page_of: Callable[[datetime, int, DueRow | None], Sequence[DueRow]],
        ask: Asks,
    ) -> int:
        """Ask about the first page on which something was not asked just now."""
        now = self._now()
        self._asked = {
            row: at
            for row, at in self._asked.items()
            if abs(now - at) < ASK_AGAIN_AFTER
        }
        last: DueRow | None = None
        while page := page_of(now, ROWS_MAX, last):
            fresh = [row for row in page if row not in self._asked]
            if fresh:
                self._ask_all(fresh, ask, now)
                return len(fresh)
            last = page[-1]
        return 0

    def _ask_all(self, rows: Sequence[DueRow], ask: Asks, now: datetime) -> None:
        """Ask about all rows, and have what comes of it noticed together."""
        orders = loaded(self._store, self._board, [row.order_id for row in rows])
        asking = Asking(orders, now, self._alarms(rows, orders, now))
        later: list[PutOff] = []
        notices: dict[DueRow, Notice] = {}
        for row in rows:
            answer = one(row, asking, ask)
            if isinstance(answer, Notice):
                notices[row] = answer
            elif answer is not None:
                later.append(put_off(row, now, answer))
        answers = self._resolutions.notice(list(notices.values()))
        for row, noticed in zip(notices, answers, strict=True):
            # Somebody else may have found the same, a moment before or after.
            if isinstance(noticed, Exception) and not isinstance(noticed, KeyReused):
                later.append(put_off(row, now, failed(row, noticed, now)))
        self._asked |= dict.fromkeys(rows, now)
        self._board.put_off(later)

    def _alarms(
        self,
        rows: Sequence[DueRow],
        orders: Mapping[UUID, Accompanied],
        now: datetime,
    ) -> dict[UUID, AtRisk]:
        """Return the alarms of the risk table over deliveries among these rows."""
        by_source: dict[str | None, list[UUID]] = {}
        for row in rows:
            if is_look(row) and row.order_id in orders:
                by_source.setdefault(row.source, []).append(row.order_id)
        risks = {
            order_id: risk
            for source, ids in by_source.items()
            for order_id, risk in self._risks.risks(ids, now, source).items()
        }
        return {
            order_id: found
            for order_id, risk in risks.items()
            if (found := alarm(orders[order_id].order, risk, now, self._terms))
        }

    # -- One row --

    def _detect(self, row: DueRow, asking: Asking) -> Notice | NotNow | None:
        order = asking.orders.get(row.order_id)
        if order is None:
            return unknown(asking.now)
        if row.name in order.companionship.shortfalls:
            return None  # The board has not read it yet.
        answer = self._answer(row, order, asking)
        if isinstance(answer, NotNow):
            return answer
        said = Detecting(by=SYSTEM, shortfall=answer, propose=True)
        cause = uuid5(row.order_id, f"shortfall/{answer.name}")
        context = context_for(cause, said, actor=ACTOR, asked_at=asking.now)
        return Notice(row.order_id, said, context)

    def _answer(
        self, row: DueRow, order: Accompanied, asking: Asking
    ) -> Shortfall | NotNow:
        """Return what falls short of the order as it stands, if it does."""
        now, alarmed = asking.now, asking.alarms.get(row.order_id)
        risks = (alarmed,) if alarmed else ()
        answer = asked(row.name, order, self._book(order), now, risks)
        if isinstance(answer, NotNow) and answer.why == "not_so" and is_look(row):
            again_at = next_look(order.order, now, self._terms)
            return NotNow("no_alarm" if again_at else "too_late", again_at)
        return answer

    def _clear(self, row: DueRow, asking: Asking) -> Notice | NotNow | None:
        order = asking.orders.get(row.order_id)
        found = order and order.companionship.shortfalls.get(row.name)
        if order is None or found is None or found.cleared_by is not None:
            return None
        now = asking.now
        rules = rules_of(self._book(order), order.order, now)
        beside = known_beside(order)
        healed = cleared(found.shortfall, order.order, rules, now, beside)
        if healed is None:
            return NotNow("stands", now + timedelta(days=1))
        command = ClearShortfall(
            by=SYSTEM, shortfall=row.name, cleared_by=healed.by, at=now
        )
        cause = uuid5(row.order_id, f"cleared/{row.name}")
        context = context_for(cause, command, actor=ACTOR, asked_at=now)
        return Notice(row.order_id, command, context)

    def _book(self, order: Accompanied) -> Rulebook:
        return self._books.for_source(order.order.source)


def one(row: DueRow, asking: Asking, ask: Asks) -> Notice | NotNow | None:
    """Ask about one row; that it cannot be asked takes no turn from the others."""
    try:
        return ask(row, asking)
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the others have their turn
        return failed(row, error, asking.now)


def failed(row: DueRow, error: Exception, now: datetime) -> NotNow:
    """Return that a row is asked again later, and say why."""
    why = error.code if isinstance(error, Refused) else repr(error)
    log.warning(
        "shortfall_not_asked", order_id=str(row.order_id), name=row.name, why=why
    )
    return NotNow(why[:200], now + TRY_AGAIN_AFTER)


def is_look(row: DueRow) -> bool:
    """Say whether a row may be one of a delivery, which the risk table answers."""
    return f"/{RISK_CODE}/" in row.name
