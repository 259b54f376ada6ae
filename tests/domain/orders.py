"""The order the examples speak of: two jackets and a hat, sold in a live room."""

from datetime import UTC, datetime, timedelta
from functools import partial

from domain.money import Money
from domain.order import (
    ORDER,
    CapturePayment,
    Content,
    OrderLine,
    OrderPlaced,
    Packed,
    ParcelShipped,
    PaymentCaptured,
    PlaceOrder,
    PromiseMade,
    ShipParcel,
    Tender,
)
from domain.party import Participant
from domain.promise import Offer, PromiseRule, PromiseTerms
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in range(1, 5))
NEXT_WEEK = MONDAY + timedelta(days=7)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

SHIP = PromiseRule(
    ref="ship-48h@1", label="ship-48h", kind="ship_by", since=LONG_AGO, hours=48
)
HAND_OVER = PromiseRule(
    ref="hand-over@1", label="hand-over", kind="hand_over_by", since=LONG_AGO, hours=72
)
DELIVER = PromiseRule(
    ref="deliver@1", label="deliver", kind="deliver_by", since=LONG_AGO, hours=168
)
RETURN = PromiseRule(
    ref="return-7d@1",
    label="return-7d",
    kind="return_within",
    since=LONG_AGO,
    anchor="signed",
    hours=168,
    from_midnight=True,
)
TERMS = PromiseTerms(
    ref="terms@1", rules=(SHIP, HAND_OVER, DELIVER, RETURN), usual=("ship-48h",)
)

JACKETS = OrderLine(line=1, product="jacket", quantity=2, price=Money(40_000, "CNY"))
HAT = OrderLine(line=2, product="hat", price=Money(5_000, "CNY"))
PARTIES = (
    Participant(party="shop-1", roles=("merchant", "room_seller")),
    Participant(party="host-7", roles=("creator", "room_seller")),
)
WECHAT = Tender(tender="wechat", amount=Money(40_000, "CNY"))
VOUCHER = Tender(tender="voucher", amount=Money(5_000, "CNY"))

place = PlaceOrder(
    consumer="anna",
    source="shop",
    number="A-1",
    lines=(JACKETS, HAT),
    merchant="shop-1",
    channel="content",
    content=Content(content_item="clip-9", live_room="room-3"),
    participants=PARTIES,
    offers=(Offer(label="ship-48h"),),
)
placed = OrderPlaced(
    at=MONDAY,
    consumer="anna",
    source="shop",
    number="A-1",
    lines=(JACKETS, HAT),
    merchant="shop-1",
    channel="content",
    content=Content(content_item="clip-9", live_room="room-3"),
    participants=PARTIES,
    offers=(Offer(label="ship-48h"),),
)
pay = CapturePayment(payment="P-1", tenders=(WECHAT, VOUCHER))
captured = PaymentCaptured(at=MONDAY, payment="P-1", tenders=(WECHAT, VOUCHER))
SHIP_BY = "ship_by/order/merchant"
ship_promised = PromiseMade(
    at=MONDAY,
    promise=SHIP_BY,
    kind="ship_by",
    source="merchant",
    due_at=WEDNESDAY,
    policy="ship-48h@1",
)

BOTH_JACKETS = (Packed(line=1, quantity=2),)
JUST_THE_HAT = (Packed(line=2, quantity=1),)
ship = ShipParcel(parcel="SF1", carrier="shunfeng", waybill="SF1")


def shipped(at: datetime) -> ParcelShipped:
    """Return the merchant's word that all of it is on its way."""
    return ParcelShipped(at=at, parcel="SF1", carrier="shunfeng", waybill="SF1")


given = partial(Given, ORDER, TERMS)
bought = (placed, captured, ship_promised)
