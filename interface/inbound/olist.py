"""Takes an Olist export in: reports in the order of their times, batch by batch.

Every report carries an id made from what the rows say, so an import that was cut off
goes on where it stopped when it is started again, and one that was not changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.envelope import Ask, Receipt
from application.event_store.store import Busy, KeyReused, StoreUnavailable
from application.inbound.rows import BadRow
from application.inbound.store import Meant
from application.orders import Orders, context_for
from application.people import People, Words
from domain.order import RecordReview
from interface.errors import UserError
from interface.inbound.csv_rows import Malformed
from interface.inbound.olist_export import Export
from interface.inbound.olist_words import SOURCE, Said, Step, said, steps, unproven

ACTOR: Final = f"feed:{SOURCE}"
BATCH: Final = 512
ATTEMPTS_MAX: Final = 5
REVIEW_WORDS: Final = "review"

T = TypeVar("T")


class Told(Struct, frozen=True):
    """What came of telling an export: how many reports were news, how many were not.

    ``whole`` says that all of it was told.
    """

    new: int = 0
    known: int = 0
    whole: bool = False


class OlistImport:
    """Tells orders what an export says of them. ``asked_at`` is one reading for all."""

    def __init__(self, orders: Orders, people: People, asked_at: datetime) -> None:
        self._orders, self._people = orders, people
        self._asked_at = asked_at

    def bad_rows(self, export: Export) -> list[BadRow]:
        """Return the rows to set aside: bad ones, and claims no date bears out."""
        claims = (
            order.where._replace(reason=reason)
            for order in export.orders.values()
            if (reason := unproven(order)) is not None
        )
        return [self._bad_row(export, row) for row in (*export.bad, *claims)]

    def order_ids(self, export: Export) -> list[UUID]:
        """Return the ids of the export's orders."""
        return [self._id_of(export, name) for name in export.orders]

    def tell(
        self,
        export: Export,
        advance: Callable[[int], None],
        stopped: Callable[[], bool],
        size: int = BATCH,
    ) -> Told:
        """Tell all there is, oldest first; ``stopped`` is asked between batches.

        Raises UserError if the event store does not answer; starting again goes on.
        """
        new = known = 0
        reports = sorted(
            step for order in export.orders.values() for step in steps(order)
        )
        for batch in batches(reports, size):
            if stopped():
                return Told(new, known)
            receipts = self._answered(self._asks(export, batch))
            fresh = sum(is_news(receipt) for receipt in receipts)
            new, known = new + fresh, known + len(batch) - fresh
            advance(len(batch))
        return Told(new, known, whole=True)

    def _asks(self, export: Export, batch: Sequence[Step]) -> list[Ask]:
        reports = [said(export.orders[step.order], step) for step in batch]
        reports = self._sealed(export, batch, reports)
        return [
            self._orders.ask(
                self._id_of(export, step.order),
                report.report,
                context_for(
                    report.cause,
                    report.report,
                    actor=ACTOR,
                    asked_at=self._asked_at,
                    occurred_at=step.at,
                ),
            )
            for step, report in zip(batch, reports, strict=True)
        ]

    def _sealed(
        self, export: Export, batch: Sequence[Step], reports: Sequence[Said]
    ) -> list[Said]:
        """Return the reports with their words sealed, all keys asked for at once."""
        spoken = [number for number, each in enumerate(reports) if each.words]
        sealed = self._people.seal_many(
            [
                Words(
                    export.orders[batch[number].order].consumer,
                    reports[number].words,
                    REVIEW_WORDS,
                )
                for number in spoken
            ]
        )
        whole = list(reports)
        for number, words in zip(spoken, sealed, strict=True):
            report = reports[number].report
            assert isinstance(report, RecordReview), "only reviews have words"
            review = replace(report, words=words)
            whole[number] = reports[number]._replace(report=review)
        return whole

    def _answered(self, asks: Sequence[Ask]) -> list[Receipt | KeyReused]:
        """Return an answer to each ask; one that lost a race is asked again."""
        answers: list[Receipt | KeyReused] = []
        waiting = list(asks)
        for _ in range(ATTEMPTS_MAX):
            again: list[Ask] = []
            for ask, answer in zip(waiting, self._handled(waiting), strict=True):
                if isinstance(answer, Busy):
                    again.append(ask)
                elif isinstance(answer, Receipt | KeyReused):
                    answers.append(answer)
                else:
                    raise answer
            waiting = again
            if not waiting:
                return answers
        raise UserError(
            "Others keep writing to the same orders; "
            "run the same command again to go on where this one stopped"
        )

    def _handled(self, asks: Sequence[Ask]) -> Sequence[Receipt | Exception]:
        try:
            return self._orders.handle(asks)
        except StoreUnavailable as silent:
            raise UserError(
                f"The event store does not answer ({silent}); nothing is lost: "
                "run the same command again to go on where this one stopped"
            ) from silent

    def _bad_row(self, export: Export, row: Malformed) -> BadRow:
        known = row.owner in export.consumers or row.owner in export.waiting
        order = row.owner if known else None
        consumer = export.consumers.get(order or "")
        meant = None
        if order is not None and consumer is not None:
            meant = Meant(self._orders.id_of(consumer, SOURCE, order), consumer)
        return BadRow(
            file=row.file,
            line=row.line,
            raw=row.raw,
            fault=row.reason,
            order=order,
            meant=meant,
        )

    def _id_of(self, export: Export, number: str) -> UUID:
        consumer = export.orders[number].consumer
        return self._orders.id_of(consumer, SOURCE, number)


def is_news(answer: Receipt | KeyReused) -> bool:
    """Say whether a report was written, rather than known before.

    A reused key is a review told before whose words have since been erased or changed.
    """
    return isinstance(answer, Receipt) and bool(answer.leaves) and not answer.repeated


def batches(many: Sequence[T], size: int) -> Iterator[list[T]]:
    """Yield them in order, so many at a time."""
    each = iter(many)
    while batch := list(islice(each, size)):
        yield batch
