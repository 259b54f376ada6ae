"""WeChat shop's messages (微信小店): events, and documents about cases and orders.

An event names its order and says little more; what its documents hold is read here too.
Ids are text or numbers, times seconds since 1970, amounts in fen. The consumer's openid
is in documents, and stays there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from application.inbound import (
    NAMED_LATER,
    CaseNumber,
    DisputeNumber,
    Message,
    NothingSaid,
    OrderNumber,
    Reported,
    UnknownCode,
    UnknownType,
)
from application.orders import consumer_of_order
from domain.after_sales import CaseStatus, CaseType, ReportCase
from domain.dispute import ReportDispute
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderReport,
    PlaceOrder,
    RecordCancellation,
    RecordCompletion,
    RecordRefund,
    ShipParcel,
    Tender,
)
from interface.inbound import wechat_words as words
from interface.inbound.documents import At, parse

SOURCE: Final = words.SOURCE
UNTIMED: Final = frozenset({"", "0"})
EVENT: Final = "Event"
DOCUMENT: Final = "document"

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


def translate(message: Message) -> tuple[Reported, ...]:
    """Return what an event or a document reports.

    Raises UnknownType for events not listed here, UnknownCode, Untranslatable for what
    is missing or does not fit, NothingSaid.
    """
    root = At(parse(message.body)).object()
    if not root.has(EVENT):
        return tuple(in_document(root, message.received_at))
    event = root.get(EVENT).code()
    if event in SILENT:
        raise NothingSaid(SILENT[event])
    if event not in EVENTS:
        raise UnknownType(event)
    field, read = EVENTS[event]
    told = told_in(root.get(field).object(), root.get("CreateTime").epoch())
    return tuple(read(told))


def told_in(data: At, at: datetime) -> Told:
    """Return what is said of an order's matter. Raises Untranslatable."""
    return Told(data, OrderNumber(SOURCE, data.get("order_id").name()), at)


# -- After-sales and disputes --


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


# -- Orders --


def placed(told: Told) -> Iterator[Reported]:
    """Return the placement; what was bought is not said."""
    number = told.order.number
    consumer = consumer_of_order(SOURCE, number)
    yield told.say(PlaceOrder(consumer=consumer, source=SOURCE, number=number))


def delivered(told: Told) -> Iterator[Reported]:
    """Return that all was sent, in a parcel named by the order: no waybill is said.

    A part of an order that was sent is no parcel anybody could follow.
    """
    if told.data.get("finish_delivery").text() != "1":
        raise NothingSaid("partly_sent")
    yield told.say(ShipParcel(parcel=told.order.number))


def cancelled(told: Told) -> Iterator[Reported]:
    """Return the cancellation; a type that nobody knows is kept as the reason."""
    kind = told.data.get("cancel_type").text()
    unknown = ("unknown", f"cancel_type:{kind}" if kind else "unspecified")
    by, reason = words.CANCELLATIONS.get(kind, unknown)
    yield told.say(RecordCancellation(by=by, reason=reason))  # type: ignore[arg-type]  # "unknown" is one of them


def confirmed(told: Told) -> Iterator[Reported]:
    """Return the completion: confirmed by the consumer, or by time."""
    yield told.say(RecordCompletion())


# -- Documents --


def in_document(root: At, received_at: datetime) -> Iterable[Reported]:
    """Return what an answer of theirs says. Raises UnknownType, NothingSaid."""
    if root.has("after_sale_order"):
        case = root.get("after_sale_order").object()
        if case.has("present_order_id"):
            raise UnknownType("present_after_sale")  # one case of several orders
        return case_told(told_in(case, moment(case.get("update_time")) or received_at))
    if root.has("history"):
        return history_told(told_in(root, received_at))
    if root.has("order"):
        order = root.get("order").object()
        return order_told(
            told_in(order, moment(order.get("update_time")) or received_at)
        )
    raise UnknownType(DOCUMENT)


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


def order_told(told: Told) -> Iterator[Reported]:
    """Return what was paid for an order, which no event says, and its after-sales."""
    detail = told.data.get("order_detail")
    paid_at = moment(detail.get("pay_info").get("pay_time"))
    if paid_at is not None:
        price = detail.get("price_info").get("order_price").integer()
        tender = Tender(tender=words.TENDER, amount=Money(price, words.CURRENCY))
        payment = detail.get("pay_info").get("transaction_id").name()
        yield told.say(CapturePayment(payment=payment, tenders=(tender,)), paid_at)
    cases = told.data.get("aftersale_detail").get("aftersale_order_list")
    for each in cases.items():
        number = each.get("aftersale_order_id").name()
        yield told.case(case_of(Told(each, told.order, told.at), number))


def moment(told: At) -> datetime | None:
    """Return a time in seconds, None where none stands."""
    return None if told.text() in UNTIMED else told.epoch()


# Where each event's data lies, and who reads it.
EVENTS: Final[Mapping[str, tuple[str, Callable[[Told], Iterator[Reported]]]]] = {
    "channels_ec_aftersale_update": (
        "finder_shop_aftersale_status_update",
        case_changed,
    ),
    "channels_ec_present_aftersale_update": (
        "finder_shop_present_aftersale_status_update",
        case_changed,
    ),
    "channels_ec_complaint_update": ("finder_shop_complaint", complaint_changed),
    "channels_ec_guarantee_update": (
        "finder_shop_guarantee_status_update",
        guarantee_changed,
    ),
    "channels_ec_order_new": ("order_info", placed),
    "channels_ec_order_deliver": ("order_info", delivered),
    "channels_ec_order_cancel": ("order_info", cancelled),
    "channels_ec_order_confirm": ("order_info", confirmed),
}

# Events about orders that report nothing by themselves, and why.
SILENT: Final[Mapping[str, str]] = {
    "channels_ec_order_pay": "amount_not_told",
    "channels_ec_order_settle": "settlement",
    "channels_ec_order_ext_info_update": "details_not_told",
}
