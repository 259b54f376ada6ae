"""What a shop's refund messages say, as reports of cases, disputes and orders."""

from datetime import UTC, datetime
from typing import Any

import pytest

from application.inbound import (
    CaseNumber,
    DisputeNumber,
    NothingSaid,
    OrderNumber,
    UnknownCode,
    Untranslatable,
)
from domain.after_sales import ReportCase
from domain.dispute import ReportDispute
from domain.money import Money
from domain.order import RecordRefund
from interface.inbound.files import files_in, read
from tests.interface.inbound.conftest import MONDAY, reports_in
from tests.interface.inbound.samples import (
    ARBITRATED,
    ASKED,
    CASE,
    ORDER,
    REFUNDED,
    REFUSED,
    refund,
)
from tests.shared_data import recorded

ABOUT = OrderNumber("doudian", ORDER)
SENT = datetime.fromtimestamp(1777600000, UTC)


def said(document: Any) -> list[Any]:
    return [each.command for each in reports_in("doudian", document)]


def yuan(fen: int) -> Money:
    return Money(fen, "CNY")


# -- Cases --


def test_a_case_goes_by_its_number_beside_the_order_it_names() -> None:
    (report,) = reports_in("doudian", ASKED)
    assert report.reference == CaseNumber("doudian", CASE, ABOUT)
    assert report.occurred_at == datetime.fromtimestamp(1777910000, UTC)
    assert report.command == ReportCase(
        order="-",
        consumer="-",
        source="doudian",
        number=CASE,
        type="return_refund",
        status="awaiting_merchant",
        amount=yuan(29900),
        reason=7,
        word="200:6",
        merchant="95250",
    )


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        (200, "awaiting_merchant"),
        (201, "refunding"),
        (202, "awaiting_consumer_return"),
        (203, "awaiting_merchant_receipt"),
        (204, "rejected_awaiting_consumer"),
        (205, "rejected_awaiting_consumer"),
        (206, "succeeded"),
        (207, "closed"),
        (208, "awaiting_merchant"),
        (211, "awaiting_consumer_receipt"),
        (225, "succeeded"),
        (226, "awaiting_consumer_receipt"),
        (227, "awaiting_merchant_ship"),
    ],
)
@pytest.mark.parametrize("beside", [6, 13, 999])
def test_what_a_tag_says_happened_whatever_status_stands_beside_it(
    tag: int, status: str, beside: int
) -> None:
    """The vendor's samples have 13 beside nearly every tag."""
    case = said(refund(tag, aftersale_status=beside))[0]
    assert case.status == status
    assert case.word == f"{tag}:{beside}"


@pytest.mark.parametrize("tag", [204, 205])
def test_a_refusal_after_the_goods_came_back_is_another_one(tag: int) -> None:
    assert said(refund(tag, aftersale_status=29))[0].status == "rejected_after_receipt"


@pytest.mark.parametrize("tag", [209, 224])
def test_where_the_tag_does_not_tell_the_status_does(tag: int) -> None:
    (case,) = said(refund(tag, aftersale_status=11))
    assert case.status == "awaiting_merchant_receipt"
    with pytest.raises(UnknownCode) as unknown:
        said(refund(tag, aftersale_status=77))
    assert unknown.value.reason == "unknown_code:aftersale_status=77"
    assert unknown.value.about == (CaseNumber("doudian", CASE, ABOUT),)


@pytest.mark.parametrize(
    ("told", "type_"),
    [
        (0, "return_refund"),
        ("1", "refund_shipped"),
        (2, "refund_unshipped"),
        (3, "exchange"),
        (4, "refund_unshipped"),
        (5, "refund_unshipped"),
        (6, "price_protection"),
        (7, "resend"),
        (8, "repair"),
        (8001, "repair"),
    ],
)
def test_types_are_by_the_table(told: Any, type_: str) -> None:
    assert said(refund(200, aftersale_type=told))[0].type == type_


def test_a_type_nobody_knows_is_named_and_the_message_kept() -> None:
    with pytest.raises(UnknownCode) as unknown:
        said(refund(200, aftersale_type=12))
    assert unknown.value.reason == "unknown_code:aftersale_type=12"


def test_postage_asked_back_alone_is_a_case_of_its_own_type() -> None:
    (case,) = said(refund(200, aftersale_type=1, reason_code=24, refund_amount=800))
    assert (case.type, case.amount) == ("freight_compensation", yuan(800))


@pytest.mark.parametrize(
    ("told", "reason"), [(78, 78), ("7", 7), (0, None), ("", None)]
)
def test_a_reason_is_kept_by_number_in_our_table_or_not(
    told: Any, reason: int | None
) -> None:
    assert said(refund(200, reason_code=told))[0].reason == reason
    with pytest.raises(UnknownCode, match="reason_code"):
        said(refund(200, reason_code=100))


def test_what_sends_goods_is_about_no_money() -> None:
    assert said(refund(200, aftersale_type=3, refund_amount=0))[0].amount is None


def test_a_moved_deadline_is_theirs() -> None:
    (case,) = said(refund(209, aftersale_status=11, status_deadline=1778000000))
    assert case.deadline == datetime.fromtimestamp(1778000000, UTC)
    assert said(refund(209, aftersale_status=11, status_deadline=0))[0].deadline is None


def test_what_names_no_time_happened_when_it_was_sent() -> None:
    assert reports_in("doudian", refund(209))[0].occurred_at == SENT
    late = refund(226, update_time=1777999999)
    told = reports_in("doudian", late)[0].occurred_at
    assert told == datetime.fromtimestamp(1777999999, UTC)


# -- Money --


@pytest.mark.parametrize("tag", [206, 225])
def test_money_that_went_back_is_told_to_the_order_too(tag: int) -> None:
    message = refund(tag, refund_amount=29900, success_time=1777990000)
    case, order = reports_in("doudian", message)
    assert case.command.amount == yuan(29900)  # type: ignore[union-attr]  # a case's
    assert order.reference == ABOUT
    assert order.command == RecordRefund(refund=CASE, amount=yuan(29900))
    assert order.occurred_at == datetime.fromtimestamp(1777990000, UTC)


@pytest.mark.parametrize("tag", [201, 209])
def test_a_case_that_has_succeeded_says_that_the_money_went_back(tag: int) -> None:
    message = refund(tag, aftersale_status=12, refund_amount=29900)
    _, order = reports_in("doudian", message)
    # Under the name the message of the refund itself gives it: one refund, told twice.
    assert order.command == RecordRefund(refund=CASE, amount=yuan(29900))
    paying = refund(tag, aftersale_status=12, refund_amount=29900, refund_status=2)
    assert len(reports_in("doudian", paying)) == 1
    agreed = refund(201, aftersale_status=11, refund_amount=29900)
    assert len(reports_in("doudian", agreed)) == 1


@pytest.mark.parametrize("nothing", [{"refund_amount": 0}, {}, {"aftersale_type": 7}])
def test_a_success_without_money_is_no_refund(nothing: dict[str, Any]) -> None:
    assert len(said(refund(206, **nothing))) == 1


# -- Disputes --


def test_an_arbitration_is_a_dispute_that_grew_out_of_the_case() -> None:
    case, dispute = reports_in("doudian", ARBITRATED)
    assert isinstance(case.command, ReportCase)
    assert case.command.intervening
    assert case.command.status == "rejected_awaiting_consumer"
    assert dispute.reference == DisputeNumber("doudian", "A1", ABOUT, CASE)
    assert dispute.command == ReportDispute(
        order="-",
        consumer="-",
        source="doudian",
        number="A1",
        status="opened",
        word="212:1",
        merchant="95250",
    )


@pytest.mark.parametrize(
    ("tag", "stands", "status", "outcome", "intervening"),
    [
        (212, 1, "opened", None, True),
        (212, 5, "negotiation", None, True),
        (213, 4, "evidence_round", None, True),
        (214, 1, "platform_review", None, True),
        (214, 4, "evidence_round", None, True),
        (215, 255, "withdrawn", "withdrawn", False),
        (216, 2, "ruling_issued", "consumer", False),
        (216, 3, "ruling_issued", "merchant", False),
        (216, 255, "ruling_issued", None, False),
        (217, 1, "platform_review", None, True),
        (218, 5, "negotiation", None, True),
        (217, 99, "platform_review", None, True),
    ],
)
def test_an_arbitration_goes_its_steps(
    tag: int, stands: int, status: str, outcome: str | None, intervening: Any
) -> None:
    message = refund(
        tag, aftersale_status=27, arbitrate_id="A1", arbitrate_status=stands
    )
    case, dispute = said(message)
    assert (dispute.status, dispute.outcome) == (status, outcome)
    assert case.intervening is intervening
    assert dispute.word == f"{tag}:{stands}"


def test_evidence_is_asked_of_the_merchant_by_their_deadline() -> None:
    message = refund(213, arbitrate_id="A1", arbitrate_status_deadline="1778000000")
    dispute = said(message)[1]
    assert dispute.answers == "merchant"
    assert dispute.deadline == datetime.fromtimestamp(1778000000, UTC)


def test_a_conclusion_nobody_explains_is_kept_by_number() -> None:
    message = refund(216, arbitrate_id="A1", arbitrate_conclusion=2)
    assert said(message)[1].stage == "conclusion:2"


# -- Documents --


def listed(**info: Any) -> dict[str, Any]:
    told = {
        "aftersale_id": f'"{CASE}"',
        "aftersale_status": "12",
        "aftersale_type": "0",
        "refund_amount": "29900",
        "refund_status": "3",
        "update_time": 1777990500,
        **info,
    }
    item = {"aftersale_info": told, "order_info": {"shop_order_id": f'"{ORDER}"'}}
    return {"data": {"items": [item]}, "code": 10000}


def test_a_list_says_where_a_case_stands_and_what_was_paid() -> None:
    case, money = reports_in("doudian", listed())
    assert case.reference == CaseNumber("doudian", CASE, ABOUT)
    assert isinstance(case.command, ReportCase)
    assert (case.command.status, case.command.word) == (
        "succeeded",
        "aftersale_list:12",
    )
    assert money.command == RecordRefund(refund=CASE, amount=yuan(29900))


@pytest.mark.parametrize(
    ("refund_status", "status"),
    [("1", "refunding"), ("2", "refunding"), ("4", "refunding"), ("5", "succeeded")],
)
def test_a_case_that_succeeded_may_still_be_paying(
    refund_status: str, status: str
) -> None:
    assert said(listed(refund_status=refund_status))[0].status == status


def test_what_is_not_paid_back_is_no_refund() -> None:
    assert len(said(listed(refund_type="4"))) == 1


@pytest.mark.parametrize(
    "unknown",
    [
        {"refund_status": "9"},
        {"refund_type": "9"},
        {"arbitrate_status": "9"},
        {"aftersale_status": "9"},
        {"aftersale_type": "9"},
    ],
)
def test_documents_have_nothing_but_their_codes(unknown: dict[str, Any]) -> None:
    with pytest.raises(UnknownCode) as told:
        said(listed(**unknown))
    ((field, code),) = unknown.items()
    assert told.value.reason == f"unknown_code:{field}={code}"


def test_a_detail_says_what_really_went_back_and_how_it_was_ruled() -> None:
    detail = {
        "order_info": {"shop_order_id": int(ORDER)},
        "process_info": {
            "after_sale_info": {
                "after_sale_id": int(CASE),
                "after_sale_status": 12,
                "after_sale_type": 1,
                "refund_total_amount": 29900,
                "real_refund_amount": 20000,
                "refund_status": 3,
                "update_time": 1777990500,
            },
            "arbitrate_info": {
                "arbitrate_id": "A1",
                "arbitrate_status": 2,
                "arbitrate_blame": 5,
                "arbitrate_update_time": 1777980000,
            },
        },
    }
    case, money, dispute = reports_in("doudian", {"data": detail})
    assert case.command.amount == yuan(29900)  # type: ignore[union-attr]  # a case's
    assert money.command == RecordRefund(refund=CASE, amount=yuan(20000))
    assert isinstance(dispute.command, ReportDispute)
    assert dispute.command.outcome == "consumer"
    assert dispute.command.reason == "blame:creator"
    assert dispute.occurred_at == datetime.fromtimestamp(1777980000, UTC)


def test_the_recorded_documents_are_read() -> None:
    folder = recorded("platforms", "douyin_shop", "ModelSamples", "Aftersale")
    (one,) = said((folder / "AftersaleListResponse.json").read_bytes()[3:])
    assert (one.number, one.type) == ("6986853269519810849", "return_refund")
    assert (one.status, one.amount) == ("awaiting_merchant_receipt", yuan(20))
    assert one.deadline == datetime.fromtimestamp(1626926420, UTC)
    found = (folder / "AftersaleRefundListSearchResponse.json").read_bytes()[3:]
    case, money = reports_in("doudian", found)
    assert case.reference == CaseNumber(
        "doudian", "6898662840928862468", OrderNumber("doudian", "4733587476763186359")
    )
    assert money.command == RecordRefund(refund="6898662840928862468", amount=yuan(1))
    assert money.occurred_at.isoformat() == "2020-11-24T20:19:34+08:00"
    with pytest.raises(NothingSaid):
        said((folder / "AftersaleDetailResponse.json").read_bytes()[3:])


def test_the_recorded_refund_messages_all_say_something() -> None:
    folder = recorded("platforms", "douyin_shop", "EventSamples", "Refund")
    words = []
    for path in files_in([folder]):
        for raws in read("doudian", path):
            assert isinstance(raws, list)
            words += [said(raw.body)[0].word for raw in raws]
    assert sorted(words) == [
        "200:13",
        "201:13",
        "202:13",
        "203:13",
        "204:13",
        "205:13",
        "206:6",
        "207:13",
        "208:6",
        "209:11",
        "211:13",
        "212:27",
        "216:27",
        "217:27",
        "218:13",
    ]


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (refund(200, aftersale_id=""), r"\$\.data\.aftersale_id"),
        (refund(200, p_id="周一"), r"\$\.data\.p_id"),
        (refund(200, refund_amount="a lot"), r"\$\.data\.refund_amount"),
        (refund(209, status_deadline="soon"), r"\$\.data\.status_deadline"),
        (listed(aftersale_id="周一"), r"\$\.aftersale_info\.aftersale_id"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place_and_never_quoted(
    message: Any, where: str
) -> None:
    with pytest.raises(Untranslatable, match=where) as fault:
        said(message)
    assert "周一" not in fault.value.detail


def test_a_document_without_a_time_was_so_when_it_came() -> None:
    assert reports_in("doudian", listed(update_time=""))[0].occurred_at == MONDAY


def test_the_samples_of_this_file_are_told_by_their_own_times() -> None:
    times = [reports_in("doudian", each)[0].occurred_at for each in (REFUSED, REFUNDED)]
    assert times == sorted(times)
