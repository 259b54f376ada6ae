"""Doudian's trade messages (抖店): one step of one order each.

They name an order and a shop, never a consumer. Ids are numbers of up to 19 digits or
text; times are seconds since 1970; amounts are in fen.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from application.inbound import UNSEALED, OrderNumber, Reported
from application.orders import consumer_of_order
from domain.kernel import Code
from domain.money import Money
from domain.order import (
    CancelledBy,
    CapturePayment,
    ChangeAmount,
    ConfirmStock,
    OrderReport,
    Packed,
    PlaceOrder,
    RecordAddressChange,
    RecordAppointment,
    RecordCancellation,
    RecordCompletion,
    RecordNote,
    RecordShipDate,
    ShipParcel,
    Tender,
)
from domain.promise import Offer
from interface.inbound import doudian_words as words
from interface.inbound.documents import At
from interface.inbound.doudian_words import SOURCE

# What stands where no time is known; a pay_time of 0 is one of cash on delivery.
UNTIMED: Final = frozenset({"", "0"})


class Trade(Struct, frozen=True):
    """A trade message: its order, what else it says, and when it was sent."""

    number: str
    data: At
    sent_at: datetime

    def at(self, *fields: str) -> datetime:
        """Return when it happened by the first of the fields, else when it was sent."""
        told = self.data.get(*fields) if fields else At(None)
        return told.epoch() if told.text() not in UNTIMED else self.sent_at

    def say(
        self, at: datetime, command: OrderReport, free_text: str | None = None
    ) -> Reported:
        """Return a report of the order; free text is sealed, and not masked."""
        return Reported(
            reference=OrderNumber(SOURCE, self.number),
            command=command,
            occurred_at=at,
            words=free_text,
            masked=False,
        )


# -- One function for each kind of step --


def created(trade: Trade) -> Iterable[Reported]:
    """Return the placement; what was bought is not said."""
    shop = trade.data.get("shop_id")
    yield trade.say(
        trade.at("create_time"),
        PlaceOrder(
            consumer=consumer_of_order(SOURCE, trade.number),
            source=SOURCE,
            number=trade.number,
            merchant=shop.name() if shop.text() else None,
        ),
    )


def paid(trade: Trade) -> Iterable[Reported]:
    """Return the payment; the feed has no number of its own for it.

    Cash on delivery that no time of payment is told of was not paid yet.
    """
    means = words.TENDERS.get(trade.data.get("pay_type").text(), "unknown")
    untimed = trade.data.get("pay_time").text() in UNTIMED
    if untimed and means == words.CASH_ON_DELIVERY:
        return
    amount = trade.data.get("pay_amount").integer()
    tender = Tender(tender=means, amount=Money(amount, words.CURRENCY))
    payment = CapturePayment(payment=trade.number, tenders=(tender,))
    yield trade.say(trade.at("pay_time"), payment)


def pending(trade: Trade) -> Iterable[Reported]:
    """Return what 110 says: with a pay_time the payment, else that goods are prepared.

    The samples of the vendor use it for a payment, its list of messages for an order
    paid and waiting to be handled (order_status 2, 备货中).
    """
    if trade.data.get("pay_time").text() not in UNTIMED:
        return paid(trade)
    return (trade.say(trade.sent_at, ConfirmStock()),)


def shipped(trade: Trade) -> Iterable[Reported]:
    """Return a parcel with all there is left to ship, named by its waybill."""
    for logistics in logistics_of(trade):
        yield trade.say(trade.at("update_time"), parcel(trade, logistics, ()))


def partly_shipped(trade: Trade) -> Iterable[Reported]:
    """Return a parcel with a part of the order.

    Lines are numbered by the place of their sub-order among all the message names,
    shipped or not, for the feed never says what was bought. If it names none of those
    shipped, they are numbered as they come.
    """
    named = [each.text() for each in trade.data.get("s_ids").items()]
    for logistics in logistics_of(trade):
        quantities: dict[str, int] = {}
        for item in logistics.get("shipped_order_info").items():
            sub_order = item.object().get("shipped_order_id").text()
            number = item.get("shipped_num").integer()
            quantities[sub_order] = quantities.get(sub_order, 0) + number
        known = named if quantities.keys() & set(named) else []
        places = dict.fromkeys([*known, *quantities])
        contents = tuple(
            Packed(line=line, quantity=quantities[sub_order])
            for line, sub_order in enumerate(places, start=1)
            if sub_order in quantities
        ) or tuple(Packed(line=line, quantity=1) for line in range(1, len(named) + 1))
        if not contents:
            raise logistics.fault("what is in the parcel")
        yield trade.say(trade.at("update_time"), parcel(trade, logistics, contents))


def logistics_of(trade: Trade) -> list[At]:
    """Return the parcels a message speaks of: an object, or an array of them."""
    logistics = trade.data.get("logistics_msg")
    if isinstance(logistics.value, list):
        return [each.object() for each in logistics.items()]
    return [logistics.object()]


def parcel(trade: Trade, logistics: At, contents: tuple[Packed, ...]) -> ShipParcel:
    """Return a parcel as shipped; without a waybill it goes by the order's number."""
    waybill = logistics.get("logistics_code", "tracking_no")
    carrier = logistics.get("express_company_id", "company_code")
    number = waybill.name() if waybill.text() else None
    return ShipParcel(
        parcel=number or trade.number,
        carrier=carrier.code() if carrier.text() else None,
        waybill=number,
        contents=contents,
    )


def completed(trade: Trade) -> Iterable[Reported]:
    """Return the completion of the trade."""
    yield trade.say(trade.at("complete_time"), RecordCompletion())


def cancelled(trade: Trade) -> Iterable[Reported]:
    """Return the cancellation, and the words it was given, if any."""
    at = trade.at("cancel_time")
    said = trade.data.get("cancel_reason").text()
    by, reason = cancellation(said)
    yield trade.say(at, RecordCancellation(by=by, reason=reason))
    if said:
        yield trade.say(at, RecordNote(words=UNSEALED), said)


def cancellation(said: str) -> tuple[CancelledBy, Code]:
    """Return who cancelled and why, as far as the words tell."""
    for word, by, reason in words.CANCELLATIONS:
        if word in said:
            return by, reason
    return "unknown", "other" if said else "unspecified"


def amount_changed(trade: Trade) -> Iterable[Reported]:
    """Return what is to be paid from now on."""
    payable = Money(trade.data.get("total_amount").integer(), words.CURRENCY)
    yield trade.say(trade.at("modify_time"), ChangeAmount(payable=payable))


def address_changed(trade: Trade) -> Iterable[Reported]:
    """Return the new address, sealed whole: who, how to reach them, and where."""
    receiver = trade.data.get("receiver_msg").object()
    address = msgspec.json.encode(receiver.value).decode()
    change = RecordAddressChange(address=UNSEALED)
    yield trade.say(trade.at("update_time"), change, address)


def address_change_asked(trade: Trade) -> Iterable[Reported]:
    """Return that the consumer asked for another address: a note, not yet a change.

    The change itself, once the merchant agrees, is a message of its own (105).
    """
    receiver = trade.data.get("post_receiver_msg", "receiver_msg").object()
    asked = msgspec.json.encode({"address_change_asked": receiver.value}).decode()
    yield trade.say(trade.at("apply_time"), RecordNote(words=UNSEALED), asked)


def appointed(trade: Trade) -> Iterable[Reported]:
    """Return the day delivery was appointed for: a promise of its own."""
    told = trade.data.get("exp_delivery_time")
    day = told.epoch() if told.text().isdecimal() else told.day()
    offer = Offer(label="appointment", by_day=day.date())
    yield trade.say(trade.sent_at, RecordAppointment(offer=offer))


def ship_time_changed(trade: Trade) -> Iterable[Reported]:
    """Return the ship date agreed on."""
    told = trade.data.get("exp_ship_time", "exp_delivery_time")
    due_at = told.epoch() if told.text().isdecimal() else told.end_of_day()
    yield trade.say(trade.at("update_time"), RecordShipDate(due_at=due_at))


def remarked(trade: Trade) -> Iterable[Reported]:
    """Return the merchant's remark, sealed; one that was wiped out says nothing."""
    remark = trade.data.get("remark").text()
    if remark:
        yield trade.say(trade.at("update_time"), RecordNote(words=UNSEALED), remark)


TRADES: Final[Mapping[str, Callable[[Trade], Iterable[Reported]]]] = {
    words.CREATED: created,
    words.PAID: paid,
    words.SHIPPED: shipped,
    words.SUCCESS: completed,
    words.LOGISTICS_CHANGED: shipped,
    words.ADDRESS_CHANGED: address_changed,
    words.CANCELLED: cancelled,
    words.PARTLY_SHIPPED: partly_shipped,
    words.AMOUNT_CHANGED: amount_changed,
    words.PENDING: pending,
    words.ADDRESS_CHANGE_ASKED: address_change_asked,
    words.APPOINTMENT: appointed,
    words.MEMO: remarked,
    words.SHIP_TIME_CHANGED: ship_time_changed,
}
