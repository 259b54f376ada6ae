"""Asks cases about their clocks, and opens a dispute where a clock calls for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from application.after_sales import AfterSales
from application.disputes import Disputes
from application.event_store.envelope import Receipt
from application.event_store.store import StoreUnavailable
from application.processes.check_overdue_clocks import ClockAsk

TAKEN_UP: Final = "taken-up"


class Escalations:
    """Asks the clocks of cases; the platform takes up what their rows hand to it."""

    def __init__(self, cases: AfterSales, disputes: Disputes) -> None:
        self._cases, self._disputes = cases, disputes

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[Receipt | Exception]:
        """Return an answer to each, in order: the dispute's where one was opened.

        Raises StoreUnavailable, after which the same asks may be handed in again.
        """
        answers = self._cases.check(asks, asked_at)
        return [
            self._taken_up(ask, answer, asked_at)
            for ask, answer in zip(asks, answers, strict=True)
        ]

    def _taken_up(
        self, ask: ClockAsk, answer: Receipt | Exception, asked_at: datetime
    ) -> Receipt | Exception:
        """Return what came of the dispute, if the case now calls for one."""
        if isinstance(answer, Exception):
            return answer
        try:
            opened = self._disputes.take_up(
                ask.stream_id, cause_of(ask.cause), asked_at
            )
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a value: the others are asked
            return error
        return answer if opened is None else opened


def cause_of(cause: UUID) -> UUID:
    """Return the id of the opening that a question led to."""
    return uuid5(cause, TAKEN_UP)
