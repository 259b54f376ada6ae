"""What a WeChat shop says of after-sales and disputes (微信小店).

In events, which tell where something stands now, and in documents, which tell more.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from application.inbound import (
    NAMED_LATER,
    CaseNumber,
    DisputeNumber,
    OrderNumber,
    Reported,
    UnknownCode,
)
from domain.after_sales import CaseStatus, CaseType, ReportCase
from domain.dispute import ReportDispute
from domain.money import Money
from domain.order import OrderReport, RecordRefund
from interface.inbound import wechat_words as words
from interface.inbound.documents import At

SOURCE: Final = words.SOURCE
UNTIMED: Final = frozenset({"", "0"})

# A claim on a guarantee and an after-sale are numbered apart, and may collide.
GUARANTEE: Final = "guarantee:"


class Told(Struct, frozen=True):
    """What is said of something of an order, and when it was so."""

    data: At
    order: OrderNumber
    at: datetime

    def say(self, command: OrderReport, at: datetime | None = None) -> Reported:
        """Return a report of the order."""
        return Reported(
            reference=self.order, command=command, occurred_at=at or self.at
        )

    def case(self, command: ReportCase, at: datetime | None = None) -> Reported:
        """Return a report of a case of the order."""
        return Reported(
            reference=CaseNumber(SOURCE, command.number, self.order),
            command=command,
            occurred_at=at or self.at,
        )

    def dispute(
        self,
        number: str,
        stands: words.Stage,
        word: str,
        at: datetime | None = None,
        called: str | None = None,
    ) -> Reported:
        """Return a report of a dispute; one out of an after-sale has its number.

        ``called`` is what else the platform calls it by.
        """
        case = None if number.startswith(GUARANTEE) else number
        return Reported(
            reference=DisputeNumber(SOURCE, number, self.order, case),
            command=ReportDispute(
                order=NAMED_LATER,
                consumer=NAMED_LATER,
                source=SOURCE,
                number=number,
                status=stands.status,
                answers=stands.answers,
                outcome=stands.outcome,
                word=word,
                stage=called,
            ),
            occurred_at=at or self.at,
        )


def told_in(data: At, at: datetime) -> Told:
    """Return what is said of an order's matter. Raises Untranslatable."""
    return Told(data, OrderNumber(SOURCE, data.get("order_id").name()), at)


def moment(told: At) -> datetime | None:
    """Return a time in seconds, None where none stands."""
    return None if told.text() in UNTIMED else told.epoch()


# -- Events --


def case_changed(told: Told) -> Iterator[Reported]:
    """Return where an after-sale stands now."""
    yield told.case(case_of(told, told.data.get("after_sale_order_id").name()))


def case_of(told: Told, number: str, **also: Any) -> ReportCase:
    """Return the report of a case by its status, a word or a number."""
    return ReportCase(
        order=NAMED_LATER,
        consumer=NAMED_LATER,
        source=SOURCE,
        number=number,
        status=status_of(told, number),
        word=told.data.get("status").code(),
        **also,
    )


def status_of(told: Told, number: str) -> CaseStatus:
    """Return where it stands. Numbers are the shop's, or the older component's.

    Raises UnknownCode.
    """
    word = told.data.get("status").text()
    component = told.data.has("out_aftersale_id")
    numbers = words.COMPONENT_NUMBERS if component else words.NUMBERS
    found = words.STATUSES.get(word) or numbers.get(word)
    if found is None:
        about = (CaseNumber(SOURCE, number, told.order),)
        raise UnknownCode("status", word or "none", about)
    return found


def complaint_changed(told: Told) -> Iterator[Reported]:
    """Return where a dispute stands, and whether the platform has stepped in.

    It goes by the number of its after-sale, which its history names alone.
    """
    number = told.data.get("after_sale_order_id").name()
    status = told.data.get("complaint_status").text()
    stage = words.COMPLAINTS.get(status)
    if stage is None:
        about = (DisputeNumber(SOURCE, number, told.order, number),)
        raise UnknownCode("complaint_status", status or "none", about)
    yield told.case(
        ReportCase(
            order=NAMED_LATER,
            consumer=NAMED_LATER,
            source=SOURCE,
            number=number,
            intervening=status not in words.ENDED,
            word=f"complaint:{status}",
        )
    )
    complaint = told.data.get("complaint_id")
    called = f"complaint:{complaint.name()}" if complaint.text() else None
    yield told.dispute(number, stage, status, called=called)


def guarantee_changed(told: Told) -> Iterator[Reported]:
    """Return where a claim on a guarantee stands: goods fake (假一赔四) or spoilt."""
    number = GUARANTEE + told.data.get("guarantee_order_id").name()
    status = told.data.get("status").code()
    stage = words.GUARANTEES.get(status)
    if stage is None:
        about = (DisputeNumber(SOURCE, number, told.order),)
        raise UnknownCode("guarantee_status", status, about)
    yield told.dispute(number, stage, status)


# -- Documents --


def case_told(told: Told) -> Iterator[Reported]:
    """Return where an after-sale stands, and the money that went back."""
    number = told.data.get("after_sale_order_id").name()
    refund = told.data.get("refund_info").get("amount")
    amount = Money(refund.integer(), words.CURRENCY) if refund.text() else None
    kind = told.data.get("type").text()
    command = case_of(
        told,
        number,
        type=type_of(told, number, kind),
        amount=None if kind == "EXCHANGE" else amount,
        reason=words.REASONS.get(told.data.get("reason").text()),
        deadline=moment(told.data.get("deadline")),
    )
    yield told.case(command)
    if command.status == "succeeded" and command.amount and command.amount.minor:
        yield told.say(RecordRefund(refund=number, amount=command.amount))


def type_of(told: Told, number: str, kind: str) -> CaseType | None:
    """Return what is asked for; money without goods is not said before they arrived.

    Raises UnknownCode.
    """
    match kind:
        case "RETURN":
            return "return_refund"
        case "EXCHANGE":
            return "exchange"
        case "REFUND":
            arrived = told.data.get("details").get("receive_product").value is True
            return "refund_shipped" if arrived else None
        case "":
            return None
        case _:
            about = (CaseNumber(SOURCE, number, told.order),)
            raise UnknownCode("type", kind, about)


def history_told(told: Told) -> Iterator[Reported]:
    """Return each entry of a dispute's history: the ruling and who is to blame too."""
    number = told.data.get("after_sale_order_id").name()
    for entry in told.data.get("history").items():
        kind = entry.get("item_type").text()
        at = entry.get("time").epoch()
        if kind in words.HISTORY:
            yield told.dispute(number, words.HISTORY[kind], f"history:{kind}", at)
        elif kind in words.CASE_HISTORY:
            command = ReportCase(
                order=NAMED_LATER,
                consumer=NAMED_LATER,
                source=SOURCE,
                number=number,
                status=words.CASE_HISTORY[kind],
                word=f"history:{kind}",
            )
            yield told.case(command, at)
        else:
            about = (DisputeNumber(SOURCE, number, told.order, number),)
            raise UnknownCode("item_type", kind or "none", about)
