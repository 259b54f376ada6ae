"""What carriers' traces say, as reports of scans."""

# ruff: noqa: RUF001  (Chinese punctuation is what carriers write)

from collections.abc import Sequence
from typing import Any

import pytest

from application.inbound import NothingSaid, Reported, UnknownType, Untranslatable
from domain.order import RecordScan
from interface.inbound.files import Skipped, read
from interface.inbound.trace_words import code_in
from tests.interface.inbound.conftest import reports_in
from tests.interface.inbound.samples import (
    LOADED,
    ON_ITS_ROUND,
    PICKED_UP,
    SIGNED,
    SORTED,
    TRACE,
    WAYBILL,
    answer,
    kdniao,
    push,
    tracker,
)
from tests.shared_data import recorded


def scans(reports: Sequence[Reported]) -> list[RecordScan]:
    found = [each.command for each in reports]
    assert all(isinstance(each, RecordScan) for each in found)
    return [each for each in found if isinstance(each, RecordScan)]


def codes(reports: Sequence[Reported]) -> list[str]:
    return [scan.code for scan in scans(reports)]


# -- The order of a trace --


def test_a_trace_is_told_oldest_first_whichever_way_it_came() -> None:
    newest_first = reports_in("kuaidi100", answer(*TRACE))
    oldest_first = reports_in("kuaidi100", answer(*reversed(TRACE)))
    assert codes(newest_first) == [
        "picked_up",
        "in_transit",
        "in_transit",
        "out_for_delivery",
        "signed",
    ]
    assert oldest_first == newest_first
    times = [each.occurred_at for each in newest_first]
    assert times == sorted(times)
    assert times[0].isoformat() == "2026-05-01T09:00:00+08:00"


def test_scans_of_one_second_keep_the_order_they_were_told_in() -> None:
    told = reports_in("kuaidi100", answer(*TRACE))
    same_second = [
        (each.words, each.command.rank)
        for each in told
        if isinstance(each.command, RecordScan) and each.words in (SORTED[1], LOADED[1])
    ]
    assert same_second == [(SORTED[1], 0), (LOADED[1], 1)]
    of_kdniao = reports_in("kdniao", kdniao(*TRACE))
    assert [s.rank for s in scans(of_kdniao)] == [0, 0, 1, 0, 0]


def test_a_place_within_a_second_stays_as_the_trace_grows() -> None:
    short = scans(reports_in("kuaidi100", answer(PICKED_UP, SORTED)))
    longer = scans(reports_in("kuaidi100", answer(*TRACE)))
    assert [(s.scan, s.rank, s.code) for s in longer[:2]] == [
        (s.scan, s.rank, s.code) for s in short
    ]


def test_the_same_scan_told_twice_in_one_push_is_one() -> None:
    reports = reports_in("kuaidi100", answer(PICKED_UP, PICKED_UP, SORTED))
    assert codes(reports) == ["picked_up", "in_transit"]


def test_a_scan_is_the_same_whoever_tells_it() -> None:
    of_kuaidi = scans(reports_in("kuaidi100", push(*TRACE)))
    of_kdniao = scans(reports_in("kdniao", kdniao(*TRACE)))
    assert [s.scan for s in of_kuaidi] == [s.scan for s in of_kdniao]


# -- What a scan says --


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("【上海市】 真如(本部）已收件（揽投员姓名：金**", "picked_up"),
        ("顺丰速运 已收取快件", "picked_up"),
        ("【自贡转运中心】 已收入", "in_transit"),
        ("正在派送途中,请您准备签收(派件人:叶**)", "out_for_delivery"),
        (
            "天山(本部）安排投递，预计14:30:00前投递（投递员姓名：钟**）",
            "out_for_delivery",
        ),
        ("【上海市】 投递并签收，签收人：他人收 草签", "signed"),
        ("快件已由菜鸟驿站代收,请及时取件,如有疑问请联系", "at_pickup_point"),
        ("已签收,签收人凭取货码签收。", "signed"),
        ("【杭州派件网点】到达", "in_transit"),
        ("已到达派件网点，等待派件员取走", "in_transit"),
        ("快件退回中", "returning"),
        ("退回件已签收", "returned_signed"),
        ("客户拒收，原因待查", "exception:refused"),
        ("收件人电话无人接听", "exception:unreachable"),
        ("包裹破损", "exception:damaged"),
        ("待揽收", "awaiting_pickup"),
        ("商家已下单", "label_created"),
        ("一路平安", None),
    ],
)
def test_a_scan_without_a_code_is_told_by_its_words(
    text: str, code: str | None
) -> None:
    assert code_in(text) == code


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("0", "in_transit"),
        ("1", "picked_up"),
        ("2", "exception:other"),
        ("3", "signed"),
        ("4", "returned_signed"),
        ("5", "out_for_delivery"),
        ("6", "returning"),
        ("7", "forwarded"),
        ("14", "exception:refused"),
        ("102", "awaiting_pickup"),
        ("208", "exception:stuck"),
        ("304", "signed"),
        ("501", "at_pickup_point"),
        ("1001", "arrived_dest_city"),
    ],
)
@pytest.mark.parametrize("number", [False, True], ids=["as text", "as a number"])
def test_a_scan_says_what_its_own_code_says(
    state: str, code: str, *, number: bool
) -> None:
    document = answer(PICKED_UP)
    document["data"][0]["statusCode"] = int(state) if number else state
    (scan,) = scans(reports_in("kuaidi100", document))
    assert (scan.code, scan.raw_code) == (code, state)


def test_a_status_word_comes_before_the_text() -> None:
    document = answer(("2026-05-01 09:00:00", "上海分拨中心/装件入车扫描 "))
    document["data"][0]["status"] = "派件"
    assert codes(reports_in("kuaidi100", document)) == ["out_for_delivery"]


@pytest.mark.parametrize("state", ["501", 501], ids=["as text", "as a number"])
def test_the_state_of_the_whole_stands_beside_a_newest_scan_that_says_nothing(
    state: Any,
) -> None:
    silent = ("2026-05-03 08:30:00", "您的包裹很好")
    short = scans(reports_in("kuaidi100", answer(PICKED_UP, silent, state=state)))
    longer = scans(reports_in("kuaidi100", answer(PICKED_UP, silent, SIGNED, state=3)))
    assert [s.code for s in short] == ["picked_up", "in_transit", "at_pickup_point"]
    assert (short[2].raw_code, short[2].rank, short[1].rank) == ("501", 1, 0)
    # The scan itself is the same in both, whichever message comes first.
    assert short[1] == longer[1]


def test_the_state_of_the_whole_does_not_outvote_a_scan_that_speaks() -> None:
    reports = reports_in("kuaidi100", answer(PICKED_UP, ON_ITS_ROUND, state="3"))
    assert codes(reports) == ["picked_up", "out_for_delivery"]


@pytest.mark.parametrize(
    "document",
    [
        {
            "message": "查询无结果，请隔段时间再查",
            "state": "3",
            "nu": WAYBILL,
            "data": [],
        },
        {"result": False, "returnCode": "500", "message": "查询无结果", "state": 3},
        answer(("2026-05-01 09:00:00", "查无结果"), state="3"),
        push(state="3", status="shutdown"),
    ],
    ids=["no data", "an error", "a scan that says so", "a push without scans"],
)
def test_state_3_without_a_result_is_no_delivery(document: Any) -> None:
    with pytest.raises(NothingSaid):
        reports_in("kuaidi100", document)


def test_a_trace_abroad_has_both_its_halves() -> None:
    document = push(PICKED_UP)
    document["destResult"] = answer(SIGNED)
    assert codes(reports_in("kuaidi100", document)) == ["picked_up", "signed"]


def test_a_watch_given_up_says_nothing_of_the_parcel() -> None:
    reports = reports_in("kuaidi100", push(PICKED_UP, SORTED, status="abort"))
    assert codes(reports) == ["picked_up", "in_transit"]


def test_a_wrong_time_is_named_by_its_place() -> None:
    document = push(PICKED_UP, ("yesterday", "快件到达"))
    with pytest.raises(Untranslatable, match=r"\$\.lastResult\.data\[0\]\.ftime"):
        reports_in("kuaidi100", document)


@pytest.mark.parametrize(
    ("source", "document"),
    [("kuaidi100", {"a": 1}), ("kdniao", {"a": 1}), ("kuaidi100", [1])],
)
def test_a_document_of_another_shape_is_malformed(source: str, document: Any) -> None:
    with pytest.raises(Untranslatable):
        reports_in(source, document)


# -- Kdniao --


@pytest.mark.parametrize(
    "document",
    [
        kdniao(*TRACE),
        {
            "success": True,
            "data": {
                "state": "3",
                "shipperCode": "YTO",
                "logisticCode": WAYBILL,
                "traces": [
                    {"acceptTime": at, "acceptStation": text} for at, text in TRACE
                ],
            },
        },
        {
            "logistics_single_number": WAYBILL,
            "code": "YTO",
            "status": 3,
            "logistics_info": [
                {"AcceptTime": at, "AcceptStation": text} for at, text in TRACE
            ],
        },
        {
            "EBusinessID": "1266891",
            "PushTime": "2026-05-03 13:00:00",
            "Count": "1",
            "Data": [kdniao(*TRACE)],
        },
    ],
    ids=["an answer", "in lower case", "as a shop keeps it", "a push"],
)
def test_kdniao_says_the_same_in_every_spelling(document: Any) -> None:
    reports = reports_in("kdniao", document)
    assert codes(reports) == codes(reports_in("kdniao", kdniao(*TRACE)))
    assert {each.reference.number for each in reports} == {WAYBILL}


def test_kdniao_scans_have_codes_of_their_own_in_its_dearer_version() -> None:
    document = kdniao(("2026-05-03 08:00:00", "您的包裹很好"), StateEx="211", State="2")
    document["Traces"][0]["Action"] = "211"
    assert codes(reports_in("kdniao", document)) == ["at_pickup_point"]


def test_cash_on_delivery_is_a_type_we_do_not_know() -> None:
    with pytest.raises(UnknownType) as unknown:
        reports_in("kdniao", kdniao(*TRACE), kind="107")
    assert unknown.value.reason == "unknown_type:107"


# -- EasyPost --


def test_trackers_are_found_anywhere() -> None:
    found = tracker(
        ("2026-02-06T19:48:03Z", "pre_transit", "Shipping Label Created"),
        ("2026-02-08T09:00:00Z", "delivered", "Delivered"),
    )
    document = {"body": {"shipments": [{"tracker": found}], "other": ["x", None, 3]}}
    reports = reports_in("easypost", document)
    assert codes(reports) == ["label_created", "signed"]
    assert reports[0].words == "Shipping Label Created (HOUSTON, TX)"


@pytest.mark.parametrize(
    ("status", "detail", "code"),
    [
        ("in_transit", "status_update", "in_transit"),
        ("in_transit", "received_at_origin_facility", "picked_up"),
        ("out_for_delivery", "out_for_delivery", "out_for_delivery"),
        ("delivered", "arrived_at_destination", "signed"),
        ("available_for_pickup", "arrived_at_pickup_location", "at_pickup_point"),
        ("return_to_sender", "return", "returning"),
        ("failure", "status_update", "exception:delivery_failed"),
        ("failure", "lost", "lost"),
        ("cancelled", "cancelled", "cancelled_waybill"),
        ("error", None, "exception:other"),
        ("unknown", "unknown", "exception:no_information"),
    ],
)
def test_easypost_statuses(status: str, detail: str | None, code: str) -> None:
    found = tracker(("2026-02-06T19:48:03Z", status, "Words"))
    found["tracking_details"][0]["status_detail"] = detail
    assert codes(reports_in("easypost", found)) == [code]


def test_an_event_about_something_else_is_a_type_we_do_not_know() -> None:
    event = {"object": "Event", "id": "evt_1", "description": "batch.updated"}
    with pytest.raises(UnknownType) as unknown:
        reports_in("easypost", event)
    assert unknown.value.reason == "unknown_type:batch.updated"
    event["description"] = "周一 13678643212"
    with pytest.raises(UnknownType) as odd:
        reports_in("easypost", event)
    assert odd.value.reason == "unknown_type:___13678643212"


# -- As recorded --


def test_every_recorded_trace_is_understood() -> None:
    path = recorded("carriers", "cn_express", "cn_tracking_masked.jsonl")
    for source, messages, scans_in_all in (("kuaidi100", 5, 28), ("kdniao", 4, 39)):
        found = list(read(source, path))
        raws = [raw for each in found if not isinstance(each, Skipped) for raw in each]
        assert len(raws) == messages
        assert len(found) == 9
        reports = [each for raw in raws for each in reports_in(source, raw.body)]
        assert len(reports) == scans_in_all
        assert all(each.reference.number for each in reports)


def test_the_recorded_trace_with_two_scans_in_a_second_keeps_their_order() -> None:
    path = recorded("carriers", "cn_express", "cn_tracking_masked.jsonl")
    raws = [
        raw for each in read("kdniao", path) if isinstance(each, list) for raw in each
    ]
    (sent, loaded) = reports_in("kdniao", raws[0].body)[2:4]
    assert sent.occurred_at == loaded.occurred_at
    assert "发件" in str(sent.words)
    assert [s.rank for s in scans([sent, loaded])] == [0, 1]


def test_every_recorded_tracker_is_found() -> None:
    path = recorded("carriers", "easypost", "interactions.jsonl")
    found = list(read("easypost", path))
    raws = [raw for each in found if isinstance(each, list) for raw in each]
    assert len(raws) == 53
    assert all(raw.fault is None for raw in raws)
    assert all(b"from_address" not in raw.body for raw in raws)
