"""What a shop's trade messages say, as reports of orders."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from application.inbound import NothingSaid, OrderNumber, UnknownType, Untranslatable
from domain.money import Money
from domain.order import (
    CapturePayment,
    ChangeAmount,
    ConfirmStock,
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
from interface.inbound.files import files_in, read
from tests.interface.inbound.conftest import MONDAY, reports_in
from tests.interface.inbound.samples import (
    DONE,
    ORDER,
    PAID,
    PLACED,
    SHIPPED,
    WAYBILL,
    trade,
)
from tests.shared_data import recorded

RECEIVER = {"name": "周一", "tel": "13678643212", "addr": [{"detail": "松岭路888号"}]}
SENT = datetime.fromtimestamp(1777600000, UTC)


def said(document: Any) -> list[Any]:
    return [each.command for each in reports_in("doudian", document)]


def test_an_order_is_placed_by_a_consumer_named_after_it() -> None:
    (report,) = reports_in("doudian", PLACED)
    assert report.reference == OrderNumber("doudian", ORDER)
    assert report.occurred_at == datetime.fromtimestamp(1777500000, UTC)
    assert report.command == PlaceOrder(
        consumer=f"order:doudian:{ORDER}",
        source="doudian",
        number=ORDER,
        merchant="95250",
    )


@pytest.mark.parametrize("tag", [101, "101", 110, "110"])
def test_a_payment_is_in_fen(tag: int | str) -> None:
    (report,) = reports_in(
        "doudian", trade(tag, pay_time=1777500600, pay_amount=29900, pay_type=2)
    )
    tender = Tender(tender="alipay", amount=Money(29900, "CNY"))
    assert report.command == CapturePayment(payment=ORDER, tenders=(tender,))
    assert report.occurred_at == datetime.fromtimestamp(1777500600, UTC)


def test_both_messages_of_a_payment_report_the_same_payment() -> None:
    again = trade(110, pay_time=1777500600, pay_amount=29900, pay_type=2)
    assert said(PAID) == said(again)


def test_110_without_a_pay_time_says_that_goods_are_prepared() -> None:
    (report,) = reports_in("doudian", trade(110, order_status=2))
    assert report.command == ConfirmStock()
    assert report.occurred_at == SENT


@pytest.mark.parametrize("never", [0, "0", ""])
def test_a_pay_time_of_nothing_is_no_payment(never: int | str) -> None:
    """Whoever pays at the door has not paid when the goods are prepared."""
    at_the_door = {"pay_time": never, "pay_amount": 29900, "pay_type": 0}
    prepared, confirmed = trade(110), trade(101)
    prepared["data"] |= at_the_door
    confirmed["data"] |= at_the_door
    assert said(prepared) == [ConfirmStock()]
    with pytest.raises(NothingSaid):
        said(confirmed)


def test_a_parcel_goes_by_its_waybill() -> None:
    parcel = ShipParcel(parcel=WAYBILL, carrier="yuantong", waybill=WAYBILL)
    assert said(SHIPPED) == [parcel]
    changed = trade(
        104, update_time=1777590001, logistics_msg=SHIPPED["data"]["logistics_msg"]
    )
    assert said(changed) == [parcel]


def test_what_is_sent_without_a_carrier_goes_by_the_order() -> None:
    assert said(trade(102, update_time=1777590000, logistics_msg={})) == [
        ShipParcel(parcel=ORDER)
    ]


def test_a_part_of_an_order_counts_its_pieces_by_sub_order() -> None:
    info = [
        {"shipped_order_id": "22", "shipped_num": "1"},
        {"shipped_order_id": 11, "shipped_num": 2},
        {"shipped_order_id": "22", "shipped_num": 3},
    ]
    message = trade(
        108,
        update_time=1777590000,
        s_ids=[11, 22, 33],
        logistics_msg={"logistics_code": WAYBILL, "shipped_order_info": info},
    )
    (parcel,) = said(message)
    assert parcel.contents == (
        Packed(line=1, quantity=2),
        Packed(line=2, quantity=4),
    )


@pytest.mark.parametrize(("shipped", "line"), [(11, 1), ("22", 2), (33, 3)])
def test_a_piece_has_the_line_of_its_sub_order_whichever_part_goes_first(
    shipped: int | str, line: int
) -> None:
    info = [{"shipped_order_id": shipped, "shipped_num": 1}]
    message = trade(
        108,
        update_time=1777590000,
        s_ids=[11, 22, 33],
        logistics_msg={"logistics_code": WAYBILL, "shipped_order_info": info},
    )
    (parcel,) = said(message)
    assert parcel.contents == (Packed(line=line, quantity=1),)


def test_pieces_of_sub_orders_the_message_does_not_name_count_as_they_come() -> None:
    info = [{"shipped_order_id": "22", "shipped_num": 1}]
    message = trade(
        108,
        update_time=1777590000,
        s_ids=["999"],
        logistics_msg={"logistics_code": WAYBILL, "shipped_order_info": info},
    )
    assert said(message)[0].contents == (Packed(line=1, quantity=1),)


def test_a_part_of_an_order_without_pieces_is_what_it_names() -> None:
    message = trade(
        108, update_time=1777590000, s_ids=[11], logistics_msg={"logistics_code": "W1"}
    )
    assert said(message)[0].contents == (Packed(line=1, quantity=1),)


def test_a_trade_ends() -> None:
    assert said(DONE) == [RecordCompletion()]


@pytest.mark.parametrize(
    ("words", "by", "reason"),
    [
        ("", "unknown", "unspecified"),
        ("超时未支付", "platform", "payment_timeout"),
        ("商家缺货", "merchant", "out_of_stock"),
        ("我不想要了", "consumer", "consumer_asked"),
        ("其他", "unknown", "other"),
    ],
)
def test_a_cancellation_says_who_and_why_as_far_as_its_words_do(
    words: str, by: Any, reason: str
) -> None:
    reports = reports_in(
        "doudian", trade(106, cancel_time=1777500925, cancel_reason=words)
    )
    assert reports[0].command == RecordCancellation(by=by, reason=reason)
    assert [each.words for each in reports[1:]] == ([words] if words else [])


def test_an_amount_changes() -> None:
    message = trade(109, modify_time=1777500859, total_amount=53800, post_amount=0)
    assert said(message) == [ChangeAmount(payable=Money(53800, "CNY"))]


def test_an_address_is_kept_for_sealing_and_nowhere_else() -> None:
    (report,) = reports_in(
        "doudian", trade(105, update_time=1777590000, receiver_msg=RECEIVER)
    )
    assert isinstance(report.command, RecordAddressChange)
    assert "松岭路888号" in str(report.words)
    assert "松岭路888号" not in msgspec.json.encode(report.command).decode()
    assert not report.masked


def test_a_change_of_address_asked_for_is_not_yet_a_change() -> None:
    message = trade(111, apply_time=1777590000, post_receiver_msg=RECEIVER)
    (report,) = reports_in("doudian", message)
    assert isinstance(report.command, RecordNote)
    assert "address_change_asked" in str(report.words)


@pytest.mark.parametrize("day", ["2026-05-16", "1778889600", 1778889600])
def test_an_appointment_is_a_promise_for_a_day(day: Any) -> None:
    offer = Offer(label="appointment", by_day=date(2026, 5, 16))
    assert said(trade(112, exp_delivery_time=day)) == [RecordAppointment(offer=offer)]


def test_a_ship_time_is_agreed_on() -> None:
    due_at = datetime.fromtimestamp(1778889600, UTC)
    assert said(trade(126, exp_delivery_time=1778889600)) == [
        RecordShipDate(due_at=due_at)
    ]
    (by_day,) = said(trade(126, exp_delivery_time="2026-05-16"))
    assert by_day.due_at.isoformat() == "2026-05-16T23:59:59+08:00"


def test_a_memo_is_for_sealing() -> None:
    (report,) = reports_in("doudian", trade(113, update_time=1777590000, remark="轻放"))
    assert isinstance(report.command, RecordNote)
    assert report.words == "轻放"
    with pytest.raises(NothingSaid):
        reports_in("doudian", trade(113, update_time=1777590000, remark=""))


def test_what_names_no_time_happened_when_it_was_sent_or_else_when_we_got_it() -> None:
    message = trade(112, exp_delivery_time="2026-05-16")
    assert reports_in("doudian", message)[0].occurred_at == SENT
    message["msgId"] = "7053073446898977320"
    assert reports_in("doudian", message)[0].occurred_at == MONDAY


def test_a_push_is_an_array_with_its_data_in_a_string() -> None:
    pushed = [
        {
            "tag": str(each["tag"]),
            "msg_id": each["msgId"],
            "data": msgspec.json.encode(each["data"]).decode(),
        }
        for each in (PLACED, PAID)
    ]
    assert said(pushed) == said(PLACED) + said(PAID)


@pytest.mark.parametrize("tag", [0, 210, "505", 400])
def test_other_types_are_named(tag: int | str) -> None:
    with pytest.raises(UnknownType) as unknown:
        reports_in("doudian", trade(tag))
    assert unknown.value.reason == f"unknown_type:{tag}"
    assert unknown.value.about == (OrderNumber("doudian", ORDER),)


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (trade(101, pay_time=1777500600), r"\$\.data\.pay_amount"),
        (trade(100, create_time="soon"), r"\$\.data\.create_time"),
        (trade(100, p_id={"no": "name"}), r"\$\.data\.p_id"),
        (trade(100, p_id="周一 13678643212"), r"\$\.data\.p_id"),
        (trade(112, exp_delivery_time="Sunday"), r"\$\.data\.exp_delivery_time"),
        (trade(108, logistics_msg={"logistics_code": "W1"}), r"logistics_msg"),
        ({"tag": 100, "msgId": "m", "data": "周一"}, r"\$\.data"),
        ({"msgId": "m"}, r"\$\.tag"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place_and_never_quoted(
    message: Any, where: str
) -> None:
    with pytest.raises(Untranslatable, match=where) as fault:
        reports_in("doudian", message)
    assert "周一" not in fault.value.detail
    assert "Sunday" not in fault.value.detail


def test_what_the_vendor_sends_untagged_is_read_as_the_step_it_shows() -> None:
    assert said(trade(0, order_status=2)) == [ConfirmStock()]


def test_of_the_recorded_samples_only_those_about_no_order_are_not_understood() -> None:
    folder = recorded("platforms", "douyin_shop", "EventSamples")
    found: Counter[str] = Counter()
    for path in files_in([folder]):
        for raws in read("doudian", path):
            assert isinstance(raws, list)
            for raw in raws:
                try:
                    found[
                        type(reports_in("doudian", raw.body)[0].command).__name__
                    ] += 1
                except UnknownType as unknown:
                    found[unknown.reason] += 1
    assert found == {
        "PlaceOrder": 1,
        "CapturePayment": 1,
        "ConfirmStock": 1,
        "ShipParcel": 1,
        "RecordCompletion": 1,
        "RecordCancellation": 1,
        "ChangeAmount": 1,
        "RecordAppointment": 1,
        "RecordNote": 2,
        "ReportCase": 15,
        "unknown_type:400": 1,  # goods
        "unknown_type:500": 1,  # what a supplier is asked to send for a shop
        "unknown_type:501": 1,
        "unknown_type:504": 1,
        "unknown_type:505": 1,
    }
