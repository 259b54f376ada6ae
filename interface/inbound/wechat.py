"""WeChat shop's messages (微信小店): events, and documents about cases and orders.

An event names its order and says little more; what its documents hold is read here too.
Ids are text or numbers, times seconds since 1970, amounts in fen. The consumer's openid
is in documents, and stays there. What is said of cases is read in ``wechat_cases``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from application.inbound import (
    Message,
    NothingSaid,
    Reported,
    UnknownType,
)
from application.orders import consumer_of_order
from domain.money import Money
from domain.order import (
    CapturePayment,
    PlaceOrder,
    RecordCancellation,
    RecordCompletion,
    ShipParcel,
    Tender,
)
from interface.inbound import wechat_words as words
from interface.inbound.documents import At, parse
from interface.inbound.wechat_cases import (
    Told,
    case_changed,
    case_of,
    case_told,
    complaint_changed,
    guarantee_changed,
    history_told,
    moment,
    told_in,
)

SOURCE: Final = words.SOURCE
EVENT: Final = "Event"
DOCUMENT: Final = "document"


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
