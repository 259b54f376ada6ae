"""What is a delivery in a carrier's words, and what only speaks of one."""

# ruff: noqa: RUF001  (Chinese punctuation is what carriers write)

from typing import Any

import pytest

from application.inbound import NothingSaid
from domain.order import RecordScan
from interface.inbound.kuaidi100_words import STATES, STATUS_WORDS
from interface.inbound.trace_words import code_in, says_nothing
from tests.interface.inbound.conftest import reports_in
from tests.interface.inbound.samples import PICKED_UP, answer, kdniao, tracker

AT = "2026-05-03 12:00:00"


def scans(source: str, document: Any) -> list[tuple[str, str | None]]:
    """Return what each scan is taken for, and the vendor's word for it."""
    commands = [each.command for each in reports_in(source, document)]
    return [
        (each.code, each.raw_code) for each in commands if isinstance(each, RecordScan)
    ]


# -- Words --


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("因客户不在家未能签收，改日再派", "exception:delivery_failed"),
        ("无法签收", "exception:delivery_failed"),
        ("由于客户原因无法签收", "exception:delivery_failed"),
        ("签收失败", "exception:delivery_failed"),
        ("签收异常", "exception:delivery_failed"),
        ("无人签收", "exception:delivery_failed"),
        ("妥投失败", "exception:delivery_failed"),
        ("未妥投", "exception:delivery_failed"),
        ("收件人不方便签收", "exception:delivery_failed"),
        ("拒绝签收", "exception:refused"),
        ("客户已拒绝签收", "exception:refused"),
        ("不予签收", "exception:refused"),
        ("等待客户签收", None),
        ("待收件人签收", None),
        ("已通知收件人签收", None),
        ("已联系客户签收", None),
        ("客户预约明日签收", None),
        ("请本人签收", None),
        ("客户签收前请验货", None),
        ("客户反映虚假签收", None),
        ("未签收成功", None),
        ("是否已签收", None),
        ("签收人：待定", None),
        ("已送达（未签收）", None),
        ("快件已送达，等待您签收", None),
        ("已送达北京转运中心", "in_transit"),
        ("已到达驿站，客户尚未签收", "at_pickup_point"),
        ("退回件未签收", "returning"),
        ("退件无法签收", "returning"),
    ],
)
def test_what_speaks_of_a_delivery_that_was_none_is_none(
    text: str, code: str | None
) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "已签收",
        "【签收】已签收,签收人是:【同事代签】",
        "客户 签收人: 单 已签收 感谢使用圆通速递，期待再次为您服务",
        "北京市|北京市【金盏分部】，拍照签收 已签收",
        "签收人是：王",
        "本人签收",
        "已由门卫代签",
        "快件已由无锡分公司前台签收",
        "签收成功，期待再次为您服务",
        "收件人已签收",
        "[签收]",
        "已妥投",
        "您的快件已送达客户手中，感谢使用",
        "已送达，无接触配送",
        "拒签后再次派送，客户已签收",
        "派件失败后重新派送，已由本人签收",
    ],
)
def test_what_says_in_so_many_words_that_it_was_delivered_is_a_delivery(
    text: str,
) -> None:
    assert code_in(text) == "signed"


@pytest.mark.parametrize(
    "text", ["退回件已签收", "拒签，退回件已签收", "拒收后退回，发件人已签收"]
)
def test_what_its_sender_signed_for_was_not_delivered(text: str) -> None:
    assert code_in(text) == "returned_signed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "抱歉，查询无结果",
        "暂无结果",
        "无结果",
        "没有查询到物流信息",
        "暂时没有物流信息",
        "暂无轨迹信息",
        "查询无结果，请核对是否已签收",
        "No result found",
        "No tracking information yet",
    ],
)
def test_that_nothing_was_found_makes_no_scan_whatever_the_state(text: str) -> None:
    assert says_nothing(text)
    with pytest.raises(NothingSaid):
        reports_in("kuaidi100", answer((AT, text), state="3"))
    with pytest.raises(NothingSaid):
        reports_in("kdniao", kdniao((AT, text), State="3"))


@pytest.mark.parametrize("text", ["已揽收，暂无后续物流信息", "多次联系客户无结果"])
def test_a_scan_that_found_something_is_one(text: str) -> None:
    assert not says_nothing(text)


# -- The state of the whole --


@pytest.mark.parametrize(
    "text", ["收件人没在家", "包裹未到", "无此人", "Recipient not at home", "No access"]
)
def test_a_delivery_is_not_made_of_a_scan_that_speaks_of_something_not_done(
    text: str,
) -> None:
    assert scans("kuaidi100", answer((AT, text), state="3")) == [("in_transit", None)]
    assert scans("kdniao", kdniao((AT, text), State="3")) == [("in_transit", None)]


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("2", "exception:other"),
        ("14", "exception:refused"),
        ("4", "returned_signed"),
    ],
)
def test_a_delivery_guessed_from_words_yields_to_the_trouble_the_vendor_names(
    state: str, code: str
) -> None:
    said = scans("kuaidi100", answer(PICKED_UP, (AT, "已签收"), state=state))
    assert said == [("picked_up", None), (code, state)]


def test_a_delivery_the_vendor_tells_yields_to_nothing() -> None:
    document = answer((AT, "已签收"), state="2")
    document["data"][0]["statusCode"] = "301"
    assert scans("kuaidi100", document) == [("signed", "301")]


def test_trouble_the_vendor_names_stands_beside_a_scan_that_does_not_know_of_it() -> (
    None
):
    """The courier did set out; the parcel was refused all the same."""
    out = (AT, "正在派件")
    told = scans("kuaidi100", answer(out, state="14"))
    assert told == [("out_for_delivery", None), ("exception:refused", "14")]


@pytest.mark.parametrize(
    ("text", "state"),
    [("客户电话无人接听", "2"), ("退回件已签收", "14"), ("快件退回中", "2")],
)
def test_words_that_say_more_of_the_trouble_than_the_state_stand_alone(
    text: str, state: str
) -> None:
    assert len(scans("kuaidi100", answer((AT, text), state=state))) == 1


# -- Whose word it is --


def test_a_guess_has_no_word_of_the_vendors() -> None:
    unknown = answer((AT, "已签收"))
    unknown["data"][0]["statusCode"] = "777"
    assert scans("kuaidi100", unknown) == [("signed", None)]
    odd = kdniao((AT, "已签收"))
    odd["Traces"][0]["Action"] = "777"
    assert scans("kdniao", odd) == [("signed", None)]
    new = tracker(("2026-02-06T19:48:03Z", "teleported", "Gone"))
    assert scans("easypost", new) == [("in_transit", None)]


@pytest.mark.parametrize("word", STATUS_WORDS)
def test_a_status_word_is_the_vendors_as_much_as_its_code(word: str) -> None:
    document = answer((AT, "一路平安"))
    document["data"][0]["status"] = word
    state = STATUS_WORDS[word]
    assert scans("kuaidi100", document) == [(STATES[state], state)]


def test_a_code_that_is_not_known_leaves_the_word_to_the_status() -> None:
    document = answer((AT, "一路平安"))
    document["data"][0] |= {"statusCode": "777", "status": "派件"}
    assert scans("kuaidi100", document) == [("out_for_delivery", "5")]


def test_an_action_of_kdniaos_is_its_word() -> None:
    document = kdniao((AT, "已签收"))
    document["Traces"][0]["Action"] = "202"
    assert scans("kdniao", document) == [("out_for_delivery", "202")]


def test_easyposts_word_is_the_one_that_decided() -> None:
    document = tracker(("2026-02-06T19:48:03Z", "failure", "Lost"))
    assert scans("easypost", document) == [("exception:delivery_failed", "failure")]
    document["tracking_details"][0]["status_detail"] = "lost"
    assert scans("easypost", document) == [("lost", "lost")]
