"""Looks, some time after a resolution ended, at what came of it.

Complained later? refunded again? bought again? satisfied? Who paid, the resolution says
itself. Only what is due is read.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

import structlog

from application.event_store.store import StoreUnavailable
from application.orders import context_for
from application.projections.matters import MatterRow
from application.projections.order_page import OrderRow
from application.projections.outcomes import OutcomeRow
from application.projections.paging import Page
from application.resolutions.resolutions import Resolutions
from domain.after_sales import Case
from domain.party import SYSTEM
from domain.resolution import MeasureOutcome, Resolution

ACTOR: Final = "system:outcomes"
ROWS_MAX: Final = 100
# A person's newest orders, of which any may have come after.
ORDERS_MAX: Final = 200
COMPLAINTS: Final = frozenset({"case", "dispute", "contact"})

log = structlog.get_logger(__name__)


class DueOutcomes(Protocol):
    """Where it is known what is to be looked at."""

    def due(
        self, now: datetime, limit: int, after: OutcomeRow | None = None
    ) -> Sequence[OutcomeRow]:
        """Return what is due, the longest due first, behind the last of a page."""
        ...


class KnowsMatters(Protocol):
    """Where the matters of an order are known."""

    def about(self, order_id: UUID) -> Sequence[MatterRow]:
        """Return all matters of an order."""
        ...


class KnowsOrders(Protocol):
    """Where the orders of a person are known."""

    def of_consumers(
        self, consumers: Sequence[str], *, limit: int, cursor: str | None = None
    ) -> Page[OrderRow]:
        """Return a page of a person's orders, newest first."""
        ...


class KnowsNames(Protocol):
    """Who is who."""

    def persons_of(self, consumer: str) -> tuple[str, ...]:
        """Return the consumer, and all linked to it."""
        ...


class KnowsCases(Protocol):
    """Where cases are found."""

    def find(self, case_id: UUID) -> tuple[Case, int]:
        """Return a case and its version."""
        ...


class MeasuresOutcomes:
    """Measures what came of resolutions, once for each number of days."""

    def __init__(  # noqa: PLR0913, PLR0917 - one for each thing that is looked at
        self,
        resolutions: Resolutions,
        board: DueOutcomes,
        matters: KnowsMatters,
        orders: KnowsOrders,
        names: KnowsNames,
        cases: KnowsCases,
        now: Callable[[], datetime],
    ) -> None:
        self._resolutions, self._board = resolutions, board
        self._matters, self._orders = matters, orders
        self._names, self._cases = names, cases
        self._now = now

    def measure(self) -> int:
        """Look at a batch of what is due; return how many. Raises StoreUnavailable."""
        now = self._now()
        last: OutcomeRow | None = None
        while page := self._board.due(now, ROWS_MAX, last):
            done = sum(self._one(row, now) for row in page)
            if done:
                return done
            last = page[-1]
        return 0

    def _one(self, row: OutcomeRow, now: datetime) -> bool:
        """Say whether it was measured; what cannot be read takes no other's turn."""
        try:
            command = self._outcome(row)
            cause = uuid5(row.stream_id, f"outcome/{row.after_days}")
            context = context_for(cause, command, actor=ACTOR, asked_at=now)
            receipt = self._resolutions.take(row.stream_id, command, context)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the others have their turn
            log.warning(
                "outcome_not_measured", resolution=str(row.stream_id), why=repr(error)
            )
            return False
        return not receipt.repeated

    def _outcome(self, row: OutcomeRow) -> MeasureOutcome:
        """Return what came of a resolution between its end and this time."""
        known, _ = self._resolutions.find(row.stream_id)
        opened = known.opened
        assert opened is not None, "what ended was opened"
        order_id = UUID(opened.order)
        since = [
            each
            for each in self._matters.about(order_id)
            if within(row, each.opened_at)
        ]
        return MeasureOutcome(
            by=SYSTEM,
            after_days=row.after_days,
            complained_later=any(each.noun in COMPLAINTS for each in since),
            refunded_again=any(self._refunded(each) for each in since),
            bought_again=self._bought(row, order_id, opened.consumer),
            score=self._score(known, order_id),
        )

    def _refunded(self, matter: MatterRow) -> bool:
        """Say whether money went back over a case."""
        if matter.noun != "case":
            return False
        case, _ = self._cases.find(matter.stream_id)
        return any(each.outcome == "succeeded" for each in case.refunds.values())

    def _bought(self, row: OutcomeRow, order_id: UUID, consumer: str) -> bool:
        """Say whether the person ordered something else meanwhile."""
        names = self._names.persons_of(consumer)
        newest = self._orders.of_consumers(names, limit=ORDERS_MAX)
        return any(
            each.order_id != order_id
            and each.placed_at is not None
            and within(row, each.placed_at)
            for each in newest.rows
        )

    def _score(self, known: Resolution, order_id: UUID) -> int | None:
        """Return what the consumer said of it, or else of the days beside them."""
        if known.score is not None:
            return known.score
        days, _ = self._resolutions.companionship(order_id)
        return days.score


def within(row: OutcomeRow, at: datetime) -> bool:
    """Say whether something came after the end, and before it is looked at."""
    return row.ended_at < at <= row.due_at
