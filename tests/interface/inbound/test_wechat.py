"""What a WeChat shop's events and documents say: of orders, cases and disputes."""

import json
from base64 import b64decode, b64encode
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha1
from itertools import permutations
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from litestar.testing import TestClient

from application.inbound import (
    BadSignature,
    CaseNumber,
    DisputeNumber,
    NothingSaid,
    OrderNumber,
    UnknownCode,
    UnknownType,
    Untranslatable,
)
from domain.after_sales import ReportCase
from domain.dispute import ReportDispute
from domain.money import Money
from domain.order import (
    CapturePayment,
    PlaceOrder,
    RecordCancellation,
    RecordCompletion,
    RecordRefund,
    ShipParcel,
)
from interface.bootstrap import Redress
from interface.inbound.doors import Doors
from interface.inbound.files import files_in, read
from interface.postgres.database import DatabaseUrls
from interface.serving import build_api
from interface.settings import Settings
from tests.interface.inbound.conftest import Road, encoded, reports_in
from tests.shared_data import recorded

ORDER, CASE = "3705115058471208928", "6000000000000001"
ABOUT = OrderNumber("wechat", ORDER)
AT = 1662480000

SAMPLES = ("platforms", "wechat_shop", "Api")


def event(name: str, field: str, **data: Any) -> dict[str, Any]:
    """Return an event of the shop, about the order."""
    return {
        "ToUserName": "gh_1",
        "FromUserName": "OPENID",
        "CreateTime": AT,
        "MsgType": "event",
        "Event": name,
        field: {"order_id": ORDER} | data,
    }


def case(status: Any, at: int = AT, **data: Any) -> dict[str, Any]:
    message = event(
        "channels_ec_aftersale_update",
        "finder_shop_aftersale_status_update",
        **{"status": status, "after_sale_order_id": CASE, **data},
    )
    return message | {"CreateTime": at}


def complaint(status: Any, at: int = AT) -> dict[str, Any]:
    message = event(
        "channels_ec_complaint_update",
        "finder_shop_complaint",
        complaint_status=status,
        after_sale_order_id=CASE,
        complaint_id="77",
    )
    return message | {"CreateTime": at}


def of_order(name: str, **data: Any) -> dict[str, Any]:
    return event(f"channels_ec_order_{name}", "order_info", **data)


def said(document: Any) -> list[Any]:
    return [each.command for each in reports_in("wechat", document)]


def sample(*parts: str) -> bytes:
    return recorded(*SAMPLES, *parts).read_bytes()


def model(*parts: str) -> bytes:
    return sample("ModelSamples", "Channels", *parts)


# -- After-sales --


def test_an_after_sale_is_a_case_beside_its_order() -> None:
    (report,) = reports_in("wechat", case("USER_WAIT_RETURN"))
    assert report.reference == CaseNumber("wechat", CASE, ABOUT)
    assert report.occurred_at == datetime.fromtimestamp(AT, UTC)
    assert report.command == ReportCase(
        order="-",
        consumer="-",
        source="wechat",
        number=CASE,
        status="awaiting_consumer_return",
        word="USER_WAIT_RETURN",
    )


@pytest.mark.parametrize(
    ("name", "number", "status"),
    [
        ("USER_CANCELD", 1, "closed"),
        ("MERCHANT_PROCESSING", 2, "awaiting_merchant"),
        ("MERCHANT_REJECT_REFUND", 4, "rejected_awaiting_consumer"),
        ("MERCHANT_REJECT_RETURN", 5, "rejected_awaiting_consumer"),
        ("USER_WAIT_RETURN", 6, "awaiting_consumer_return"),
        ("RETURN_CLOSED", 7, "closed"),
        ("MERCHANT_WAIT_RECEIPT", 8, "awaiting_merchant_receipt"),
        ("MERCHANT_OVERDUE_REFUND", 12, "refunding"),
        ("MERCHANT_REFUND_SUCCESS", 13, "succeeded"),
        ("MERCHANT_RETURN_SUCCESS", 14, "succeeded"),
        ("PLATFORM_REFUNDING", 15, "refunding"),
        ("PLATFORM_REFUND_FAIL", 16, "refunding"),
        ("USER_WAIT_CONFIRM", 17, "awaiting_consumer_receipt"),
        ("MERCHANT_REFUND_RETRY_FAIL", 18, "closed"),
        ("MERCHANT_FAIL", 19, "closed"),
    ],
)
def test_a_status_is_the_same_by_name_and_by_number(
    name: str, number: int, status: str
) -> None:
    assert said(case(name))[0].status == said(case(number))[0].status == status


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (0, "awaiting_merchant"),
        (3, "awaiting_merchant"),
        (6, "awaiting_consumer_return"),
        (11, "refunding"),
        (15, "succeeded"),
        (16, "awaiting_merchant_ship"),
        (17, "awaiting_consumer_receipt"),
        (18, "rejected_awaiting_consumer"),
        (19, "awaiting_merchant_ship"),
    ],
)
def test_the_older_trade_component_counts_otherwise(number: int, status: str) -> None:
    assert said(case(number, out_aftersale_id="M-1"))[0].status == status


def test_every_listed_status_is_in_the_table() -> None:
    enums = json.loads(recorded("platforms", "status_enums.json").read_bytes())
    for name in enums["wechat_shop"]["AfterSaleStatus"]:
        assert said(case(name))[0].status is not None


def test_a_status_nobody_knows_is_named_and_the_message_kept() -> None:
    with pytest.raises(UnknownCode) as unknown:
        said(case("PLATFORM_ASLEEP"))
    assert unknown.value.reason == "unknown_code:status=PLATFORM_ASLEEP"
    assert unknown.value.about == (CaseNumber("wechat", CASE, ABOUT),)


def document(**fields: Any) -> dict[str, Any]:
    told = {
        "after_sale_order_id": CASE,
        "order_id": ORDER,
        "status": "MERCHANT_REFUND_SUCCESS",
        "type": "RETURN",
        "refund_info": {"amount": 1100},
        "reason": "QUALITY_ISSUE",
        "update_time": 1662490000,
        **fields,
    }
    return {"errcode": 0, "after_sale_order": told}


def test_a_document_says_what_is_asked_for_and_what_was_paid() -> None:
    one, money = reports_in("wechat", document(deadline=1662500000))
    assert isinstance(one.command, ReportCase)
    assert (one.command.type, one.command.reason) == ("return_refund", 7)
    assert one.command.amount == Money(1100, "CNY")
    assert one.command.deadline == datetime.fromtimestamp(1662500000, UTC)
    assert one.occurred_at == datetime.fromtimestamp(1662490000, UTC)
    assert money.command == RecordRefund(refund=CASE, amount=Money(1100, "CNY"))
    assert money.reference == ABOUT


@pytest.mark.parametrize(
    ("fields", "type_"),
    [
        ({"type": "EXCHANGE"}, "exchange"),
        ({"type": "REFUND", "details": {"receive_product": True}}, "refund_shipped"),
        ({"type": "REFUND", "details": {"receive_product": False}}, None),
        ({"type": "REFUND"}, None),
        ({"type": ""}, None),
    ],
)
def test_money_without_goods_may_be_asked_before_or_after_they_arrive(
    fields: dict[str, Any], type_: str | None
) -> None:
    assert said(document(**fields))[0].type == type_


def test_an_exchange_gives_no_money_back() -> None:
    (one,) = said(document(type="EXCHANGE"))
    assert one.amount is None


def test_a_type_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownCode, match="type"):
        said(document(type="SING"))


# -- Disputes --


@pytest.mark.parametrize(
    ("status", "ours", "answers", "outcome", "intervening"),
    [
        (100, "opened", "merchant", None, True),
        (101, "opened", None, None, True),
        (102, "withdrawn", None, "withdrawn", False),
        (103, "platform_review", None, None, True),
        (104, "evidence_round", "consumer", None, True),
        (106, "evidence_round", "merchant", None, True),
        (109, "evidence_round", None, "expired", True),
        (110, "negotiation", "merchant", None, True),
        (111, "appeal_review", None, None, True),
        (112, "ruling_issued", None, None, False),
        (114, "enforcing", None, "consumer", False),
        (116, "closed", None, None, False),
        (305, "evidence_round", None, None, True),
        (307, "evidence_round", None, None, True),
    ],
)
def test_a_complaint_goes_its_steps(
    status: int, ours: str, answers: Any, outcome: Any, intervening: Any
) -> None:
    one, dispute = reports_in("wechat", complaint(status))
    assert isinstance(one.command, ReportCase)
    assert (one.command.status, one.command.intervening) == (None, intervening)
    assert dispute.reference == DisputeNumber("wechat", CASE, ABOUT, CASE)
    assert dispute.command == ReportDispute(
        order="-",
        consumer="-",
        source="wechat",
        number=CASE,
        status=ours,  # type: ignore[arg-type]  # one of them
        answers=answers,
        outcome=outcome,
        word=str(status),
        stage="complaint:77",
    )


def test_a_complaint_status_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownCode) as unknown:
        said(complaint(999))
    assert unknown.value.reason == "unknown_code:complaint_status=999"


@pytest.mark.parametrize(
    ("entry", "status", "outcome"),
    [
        (30, "ruling_issued", "merchant"),
        (31, "ruling_issued", "consumer"),
        (32, "ruling_issued", "partial"),
        (33, "ruling_issued", "none"),
        (34, "ruling_upheld", None),
        (35, "ruling_changed", None),
        (36, "ruling_issued", "consumer"),
        (2, None, None),
    ],
)
def test_the_history_says_how_it_was_ruled(
    entry: int, status: str | None, outcome: str | None
) -> None:
    told = {"order_id": ORDER, "after_sale_order_id": CASE}
    told |= {"history": [{"item_type": entry, "time": AT}]}  # type: ignore[dict-item]  # a list
    (dispute,) = said(told)
    assert (dispute.status, dispute.outcome) == (status, outcome)
    assert dispute.word == f"history:{entry}"


def test_every_listed_entry_of_a_history_is_in_the_table() -> None:
    enums = json.loads(recorded("platforms", "status_enums.json").read_bytes())
    for number in enums["wechat_shop"]["ComplaintItemType"]:
        told = {"order_id": ORDER, "after_sale_order_id": CASE}
        told |= {"history": [{"item_type": int(number), "time": AT}]}  # type: ignore[dict-item]  # a list
        assert len(said(told)) == 1
    with pytest.raises(UnknownCode, match="item_type"):
        said(told | {"history": [{"item_type": 999, "time": AT}]})


@pytest.mark.parametrize(
    ("status", "ours", "outcome"),
    [
        ("STATUS_WAIT_MERCHANT_HANDLE", "opened", None),
        ("STATUS_WAIT_MERCHANT_PROOF", "evidence_round", None),
        ("STATUS_NO_NEED_PAY", "closed", "merchant"),
        ("STATUS_PAY_SUCC", "closed", "consumer"),
        ("STATUS_USER_CANCEL", "withdrawn", "withdrawn"),
    ],
)
def test_a_claim_on_a_guarantee_is_a_dispute_without_a_case(
    status: str, ours: str, outcome: str | None
) -> None:
    field = "finder_shop_guarantee_status_update"
    (report,) = reports_in(
        "wechat",
        event(
            "channels_ec_guarantee_update", field, status=status, guarantee_order_id="5"
        ),
    )
    assert report.reference == DisputeNumber("wechat", "guarantee:5", ABOUT)
    assert isinstance(report.command, ReportDispute)
    assert (report.command.status, report.command.outcome) == (ours, outcome)


# -- Orders --


def test_an_order_is_placed_sent_and_completed() -> None:
    (placed,) = said(of_order("new"))
    assert placed == PlaceOrder(
        consumer=f"order:wechat:{ORDER}", source="wechat", number=ORDER
    )
    assert said(of_order("deliver", finish_delivery=1)) == [ShipParcel(parcel=ORDER)]
    assert said(of_order("confirm", confirm_type="1")) == [RecordCompletion()]


@pytest.mark.parametrize(
    ("kind", "by", "reason"),
    [
        ("1", "consumer", "consumer_asked"),
        (2, "platform", "payment_timeout"),
        (3, "platform", "all_refunded"),
        (4, "merchant", "out_of_stock"),
        (9, "unknown", "cancel_type:9"),
        ("", "unknown", "unspecified"),
    ],
)
def test_a_cancellation_says_who_and_why(kind: Any, by: Any, reason: str) -> None:
    (told,) = said(of_order("cancel", cancel_type=kind))
    assert told == RecordCancellation(by=by, reason=reason)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (of_order("pay", pay_time="1658509200"), "amount_not_told"),
        (of_order("settle", settle_time="1662480000"), "settlement"),
        (of_order("ext_info_update", type=1), "details_not_told"),
        (of_order("deliver", finish_delivery=0), "partly_sent"),
    ],
)
def test_an_event_that_tells_too_little_reports_nothing(message: Any, why: str) -> None:
    with pytest.raises(NothingSaid, match=why):
        said(message)


# -- As recorded --


def test_of_the_recorded_events_only_those_about_no_order_are_not_understood() -> None:
    found: Counter[str] = Counter()
    for path in files_in([recorded(*SAMPLES, "EventSamples", "Channels", "EC")]):
        for raws in read("wechat", path):
            assert isinstance(raws, list)
            for raw in raws:
                try:
                    reports = reports_in("wechat", raw.body)
                    found[type(reports[0].command).__name__] += 1
                except (UnknownType, NothingSaid) as why:
                    found[getattr(why, "reason", str(why))] += 1
    assert found == {
        "ReportCase": 3,
        "ReportDispute": 1,
        "PlaceOrder": 1,
        "ShipParcel": 1,
        "RecordCancellation": 1,
        "RecordCompletion": 1,
        "amount_not_told": 1,
        "settlement": 1,
        "details_not_told": 1,
        "unknown_type:channels_ec_brand": 1,
        "unknown_type:channels_ec_coupon_receive": 1,
        "unknown_type:channels_ec_vip_user_auto_add": 1,
        "unknown_type:channels_ec_vip_user_info_get": 1,
        "unknown_type:head_supplier_item_update": 1,
        "unknown_type:product_category_audit": 1,
        "unknown_type:product_spu_audit": 1,
        "unknown_type:product_spu_listing": 1,
    }


def test_the_recorded_documents_are_read() -> None:
    case_, money = said(
        model("ECAftersale", "ChannelsECAftersaleGetAftersaleOrderResponse.json")
    )
    assert (case_.number, case_.type, case_.status) == (
        "123456",
        "refund_shipped",
        "succeeded",
    )
    assert (case_.reason, case_.amount) == (1, Money(11, "CNY"))
    assert money == RecordRefund(refund="123456", amount=Money(11, "CNY"))
    history = said(
        model(
            "ECAftersale",
            "Complaint",
            "ChannelsECAftersaleGetComplaintOrderResponse.json",
        )
    )
    assert [each.status for each in history] == [
        "platform_review",
        None,
        None,
        "opened",
        "opened",
        "opened",
        "rejected_awaiting_consumer",
        "awaiting_merchant",
    ]
    paid, listed = said(model("ECOrder", "ChannelsECOrderGetResponse.json"))
    assert isinstance(paid, CapturePayment)
    assert paid.payment == "131456479687"
    assert paid.tenders[0].amount == Money(10500, "CNY")
    assert (listed.number, listed.status) == ("1234", "succeeded")
    with pytest.raises(UnknownType, match="present_after_sale"):
        said(
            model(
                "ECAftersale",
                "Present",
                "ChannelsECAftersaleGetPresentAftersaleOrderResponse.json",
            )
        )


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (case("USER_WAIT_RETURN") | {"CreateTime": "soon"}, r"\$\.CreateTime"),
        (case("USER_WAIT_RETURN", order_id="周一"), "order_id"),
        (case("MERCHANT_FAIL", after_sale_order_id=None), "after_sale_order_id"),
        (document(refund_info={"amount": "much"}), "amount"),
        ({"Event": "channels_ec_order_new", "CreateTime": AT}, "order_info"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place_and_never_quoted(
    message: Any, where: str
) -> None:
    with pytest.raises(Untranslatable, match=where) as fault:
        said(message)
    assert "周一" not in fault.value.detail


# -- The road --


def test_events_end_in_one_state_in_whatever_order_and_however_often_they_come(
    road: Road,
) -> None:
    told = [
        case("MERCHANT_PROCESSING", AT),
        case("MERCHANT_REJECT_REFUND", AT + 1),
        complaint(100, AT + 2),
        complaint(112, AT + 3),
    ]
    ends = []
    for number, some in enumerate(permutations(told)):
        order = f"88{number}"
        for each in (*some, some[0]):
            ((field, data),) = ((k, v) for k, v in each.items() if isinstance(v, dict))
            data = data | {"order_id": order, "after_sale_order_id": f"C{number}"}
            road.post("wechat", each | {field: data})
        road.work()
        one = road.case(f"C{number}", order, "wechat")
        dispute = road.dispute(f"C{number}", order, "wechat")
        ends.append((one.status, one.intervening, dispute.status, len(one.reports)))
    assert set(ends) == {("rejected_awaiting_consumer", False, "ruling_issued", 4)}


def test_a_refund_is_held_against_what_the_order_document_says_was_paid(
    road: Road,
) -> None:
    order = {
        "order_id": ORDER,
        "order_detail": {
            "pay_info": {"transaction_id": "T1", "pay_time": AT},
            "price_info": {"order_price": 1000},
        },
    }
    road.post("wechat", {"order": order})
    road.post("wechat", document())
    road.work()
    known = road.order(ORDER, "wechat")
    assert known.refunded == {"CNY": 1100}
    assert ("refunded_more_than_paid", None) in known.contradictions


def test_what_an_erased_consumer_is_named_in_is_blanked(road: Road) -> None:
    road.post("wechat", case("MERCHANT_PROCESSING"))
    road.work()
    road.forget(f"order:wechat:{ORDER}")
    road.post("wechat", document(details={"tel_number": "13678643212"}))
    road.work()
    rows = road.sql(
        "SELECT type, body IS NULL FROM inbound.message ORDER BY received_at"
    )
    assert rows == [("channels_ec_aftersale_update", False), ("document", True)]


# -- The door --

TOKEN, KEY = "AAAAA", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECRET = f"{TOKEN}:{KEY}"
OTHER = "BBBBB"


def sealed(message: bytes, longer: int = 0) -> str:
    """Return a message as WeChat encrypts it; ``longer`` is a lie about its length."""
    key = b64decode(f"{KEY}=")
    length = (len(message) + longer).to_bytes(4)
    framed = b"r" * 16 + length + message + b"wx1234"
    padding = 32 - len(framed) % 32
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    plain = framed + bytes([padding]) * padding
    return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def target(encrypted: str, token: str = TOKEN, **query: str) -> str:
    """Return the address a message is sent to, signed."""
    told = {"timestamp": "1714037059", "nonce": "486452656", **query}
    parts = "".join(sorted([token, told["timestamp"], told["nonce"], encrypted]))
    signature = sha1(parts.encode(), usedforsecurity=False).hexdigest()
    query = {**told, "encrypt_type": "aes", "msg_signature": signature}
    return f"/v1/inbound/wechat?{urlencode(query)}"


def admitted(path: str, body: bytes, secret: str = SECRET) -> bytes:
    doors = Doors(lambda _source: (secret,))
    (raw,) = doors.admit("wechat", {":path": path}, body)
    return raw.body


def test_wechat_signs_the_address_and_encrypts_what_it_says() -> None:
    message = encoded(case("MERCHANT_PROCESSING"))
    body = encoded({"ToUserName": "gh_1", "Encrypt": sealed(message)})
    assert admitted(target(sealed(message)), body) == message


@pytest.mark.parametrize(
    "path",
    [
        "/v1/inbound/wechat",
        target(sealed(b"{}"), token=OTHER),
        target(sealed(b'{"another": 1}')),
        target(sealed(b"{}")).replace("timestamp=17", "timestamp=18"),
        target(sealed(b"{}")).replace("msg_signature", "signature"),
    ],
    ids=["none", "other token", "other message", "other time", "the other signature"],
)
def test_a_badly_signed_message_of_wechat_is_turned_away(path: str) -> None:
    with pytest.raises(BadSignature):
        admitted(path, encoded({"Encrypt": sealed(b"{}")}))


@pytest.mark.parametrize(
    "encrypted",
    ["", "no base64!", b64encode(b"short").decode(), sealed(b"{}", longer=99)],
    ids=["nothing", "no base64", "no block", "cut off"],
)
def test_what_the_key_does_not_open_is_turned_away(encrypted: str) -> None:
    with pytest.raises(BadSignature):
        admitted(target(encrypted), encoded({"Encrypt": encrypted}))
    with pytest.raises(BadSignature):
        admitted(target(""), b"no JSON")


def test_a_secret_without_a_key_opens_nothing() -> None:
    body = encoded({"Encrypt": sealed(b"{}")})
    with pytest.raises(BadSignature):
        admitted(target(sealed(b"{}")), body, TOKEN)


def test_wechat_hears_its_one_word_and_what_it_asks_back(
    clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path, inbound_secrets=f"wechat={SECRET}")
    redress = Redress(settings, clean_database)
    message = sealed(encoded(case("MERCHANT_PROCESSING")))
    body = encoded({"ToUserName": "gh_1", "Encrypt": message})
    with TestClient(build_api(redress)) as client:
        answer = client.post(target(message), content=body)
        assert (answer.status_code, answer.text) == (202, "success")
        again = client.post(target(message, token=OTHER), content=body)
        assert again.status_code == 401
        # The vendor's own example of the question it asks when an address is entered.
        asked = "signature=f464b24fc39322e44b38aa78f5edd27bd1441696"
        echo = "echostr=4375120948345356249&timestamp=1714036504&nonce=1514711492"
        known = client.get(f"/v1/inbound/wechat?{asked}&{echo}")
        assert (known.status_code, known.text) == (200, "4375120948345356249")
        touched = echo.replace("nonce=15", "nonce=16")
        assert client.get(f"/v1/inbound/wechat?{asked}&{touched}").status_code == 401
        assert client.get("/v1/inbound/wechat").status_code == 401
        assert client.get(f"/v1/inbound/doudian?{asked}&{echo}").status_code == 404
    assert [each[:2] for each in redress.inbound.store.counts()] == [
        ("wechat", "received")
    ]
    redress.close()
