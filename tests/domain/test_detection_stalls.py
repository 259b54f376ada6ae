"""Parcels that stand still: the marketplaces' own tables, and their examples."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.detection import shortfall_of, watch_points
from domain.order import InterceptRequested, OrderCancelled, ScanRecorded
from domain.shortfall import ShortfallCode
from tests.domain.detections import (
    AT_HUB,
    BEIJING,
    GUANGDONG,
    HAINAN,
    HOUR,
    HUB_AT,
    MONDAY,
    PAID,
    PICKED_UP,
    SECOND,
    SENT,
    SHANGHAI,
    XINJIANG,
    YUNNAN,
    ZHEJIANG,
    order_of,
    placed,
    point,
    points,
    rules,
    scan,
    stalled_between,
)

STALLED: ShortfallCode = "TRANSIT_STALLED"


@pytest.mark.parametrize(
    ("origin", "destination", "stalled"),
    [
        pytest.param(ZHEJIANG, SHANGHAI, True, id="杭州 → 上海"),
        pytest.param(GUANGDONG, BEIJING, False, id="广东 → 北京: not yet (72)"),
        pytest.param(XINJIANG, SHANGHAI, False, id="乌鲁木齐 → 上海: not yet (120)"),
        pytest.param(SHANGHAI, XINJIANG, False, id="上海 → 乌鲁木齐: not yet (120)"),
    ],
)
@pytest.mark.parametrize("profile", ["douyin-like", "taobao-like"])
def test_a_hub_stall_of_49_hours(
    profile: str, origin: str, destination: str, *, stalled: bool
) -> None:
    order = stalled_between(origin, destination)
    asked = shortfall_of(
        point(order, rules(profile), STALLED),
        order,
        rules(profile),
        HUB_AT + 49 * HOUR,
    )
    assert (asked is not None) == stalled


@pytest.mark.parametrize(
    ("origin", "destination", "hours"),
    [
        (ZHEJIANG, SHANGHAI, 48),
        (GUANGDONG, GUANGDONG, 48),  # the same province
        ("CN-TJ", "CN-HE", 48),  # 京津冀
        (SHANGHAI, BEIJING, 72),  # two groups
        (GUANGDONG, BEIJING, 72),
        (XINJIANG, XINJIANG, 120),  # remote, even within one
        (XINJIANG, SHANGHAI, 120),
        (SHANGHAI, XINJIANG, 120),
    ],
)
@pytest.mark.parametrize("profile", ["douyin-like", "taobao-like"])
def test_a_parcel_may_stand_still_for_so_long_and_not_a_second_more(
    profile: str, origin: str, destination: str, hours: int
) -> None:
    order, book = stalled_between(origin, destination), rules(profile)
    found = point(order, book, STALLED)
    limit = HUB_AT + timedelta(hours=hours)
    assert shortfall_of(found, order, book, limit) is None
    fell = shortfall_of(found, order, book, limit + SECOND)
    assert fell is not None
    assert fell.since == limit + SECOND
    assert fell.breach == "TRACK_OVERDUE"


@pytest.mark.parametrize("far", [YUNNAN, HAINAN])
def test_yunnan_and_hainan_are_remote_to_the_one_and_not_to_the_other(far: str) -> None:
    order = stalled_between(far, BEIJING)
    for profile, hours in (("douyin-like", 120), ("taobao-like", 72)):
        found = point(order, rules(profile), STALLED)
        assert found.due_at == HUB_AT + timedelta(hours=hours) + SECOND


@pytest.mark.parametrize(
    ("origin", "destination", "hours"),
    [(ZHEJIANG, SHANGHAI, 96), (GUANGDONG, BEIJING, 120), (XINJIANG, BEIJING, 168)],
)
def test_at_taobao_from_so_many_hours_on_the_track_is_abnormal(
    origin: str, destination: str, hours: int
) -> None:
    order, book = stalled_between(origin, destination), rules("taobao-like")
    found = point(order, book, "TRACK_ABNORMAL")
    limit = HUB_AT + timedelta(hours=hours)
    assert shortfall_of(found, order, book, limit - SECOND) is None
    assert shortfall_of(found, order, book, limit) is not None


@pytest.mark.parametrize(
    ("profile", "overdue", "abnormal"),
    [("douyin-like", 24, 48), ("taobao-like", 24, 72)],
)
def test_a_waybill_nobody_picks_up_is_overdue_and_then_abnormal(
    profile: str, overdue: int, abnormal: int
) -> None:
    order, book = order_of(placed(), PAID, SENT), rules(profile)
    for code, hours in (("PICKUP_OVERDUE", overdue), ("TRACK_ABNORMAL", abnormal)):
        limit = SENT.at + timedelta(hours=hours)
        found = point(order, book, code)
        assert shortfall_of(found, order, book, limit) is None
        assert shortfall_of(found, order, book, limit + SECOND) is not None


def test_picked_up_and_at_no_hub_it_was_not_dispatched() -> None:
    order, book = order_of(placed(), PAID, SENT, PICKED_UP), rules()
    assert not points(order, book, "PICKUP_OVERDUE")
    found = point(order, book, "DISPATCH_OVERDUE")
    assert found.due_at == PICKED_UP.at + 24 * HOUR + SECOND
    assert point(order, book, "TRACK_ABNORMAL").due_at == (
        PICKED_UP.at + 48 * HOUR + SECOND
    )


# -- What nobody knows --


def test_where_an_end_is_not_known_the_longest_time_holds() -> None:
    for origin, destination in ((None, None), (ZHEJIANG, None), (None, SHANGHAI)):
        found = point(stalled_between(origin, destination), rules(), STALLED)
        assert found.due_at == HUB_AT + 120 * HOUR + SECOND


def test_the_first_scan_that_names_a_region_says_from_where() -> None:
    picked_up = scan("picked_up", MONDAY + 2 * HOUR, "hangzhou-1", ZHEJIANG)
    order = order_of(placed(None, SHANGHAI), PAID, SENT, picked_up, AT_HUB)
    found = point(order, rules(), STALLED)
    assert found.due_at == HUB_AT + 48 * HOUR + SECOND


def test_a_tracker_that_says_there_is_no_news_saw_no_parcel() -> None:
    silent = scan("exception:no_update", HUB_AT + 24 * HOUR)
    order = order_of(placed(ZHEJIANG, SHANGHAI), PAID, SENT, PICKED_UP, AT_HUB, silent)
    assert point(order, rules(), STALLED).due_at == HUB_AT + 48 * HOUR + SECOND


# -- What moves on --


@pytest.mark.parametrize("code", ["out_for_delivery", "at_pickup_point", "signed"])
def test_from_the_courier_on_nothing_is_in_transit(code: str) -> None:
    later = scan(code, HUB_AT + HOUR)  # type: ignore[arg-type]  # of the codes
    order = order_of(placed(ZHEJIANG, SHANGHAI), PAID, SENT, PICKED_UP, AT_HUB, later)
    assert not points(order, rules(), STALLED)


def test_a_new_scan_counts_anew_and_another_stall_is_another_window() -> None:
    first = stalled_between(ZHEJIANG, SHANGHAI)
    again_at = HUB_AT + 60 * HOUR
    events = (placed(ZHEJIANG, SHANGHAI), PAID, SENT, PICKED_UP, AT_HUB)
    second = order_of(*events, scan("in_transit", again_at))
    one, other = point(first, rules(), STALLED), point(second, rules(), STALLED)
    assert one.name != other.name
    assert other.due_at == again_at + 48 * HOUR + SECOND
    assert shortfall_of(one, second, rules(), again_at + HOUR) is None


def test_what_ended_is_watched_no_more() -> None:
    events = (placed(ZHEJIANG, SHANGHAI), PAID, SENT, PICKED_UP, AT_HUB)
    off = OrderCancelled(at=HUB_AT, by="consumer", reason="changed_mind")
    assert not watch_points(order_of(*events, off), rules())
    lost = order_of(*events, scan("lost", HUB_AT + HOUR))
    assert not points(lost, rules(), STALLED)
    assert point(lost, rules(), "PARCEL_LOST").due_at == HUB_AT + HOUR


# -- Odd tracks --


def tracked(*scans: ScanRecorded) -> list[object]:
    order = order_of(placed(), PAID, SENT, *scans)
    return [
        each.facts[0].value
        for each in points(order, rules(), "TRACK_ABNORMAL")
        if each.facts[0].name == "odd"
    ]


def test_a_node_seen_again_after_others_is_odd_and_in_and_out_of_one_is_not() -> None:
    hubs = ("hangzhou", "hangzhou", "jiaxing", "shanghai")
    way = [
        scan("in_transit", HUB_AT + hours * HOUR, hub) for hours, hub in enumerate(hubs)
    ]
    back = scan("in_transit", HUB_AT + 9 * HOUR, "hangzhou")
    assert tracked(PICKED_UP, *way) == []
    assert tracked(PICKED_UP, *way, back) == ["node_repeated"]
    refused = scan("refused", HUB_AT + 8 * HOUR)
    assert tracked(PICKED_UP, *way, refused, back) == []


def test_picked_up_before_it_was_paid_is_odd() -> None:
    assert tracked(scan("picked_up", MONDAY - SECOND)) == ["picked_up_before_paid"]
    assert tracked(scan("picked_up", MONDAY)) == []


def test_a_waybill_taken_back_is_odd_unless_the_order_is_off() -> None:
    gone = scan("cancelled_waybill", HUB_AT)
    assert tracked(gone) == ["waybill_taken_back"]
    off = OrderCancelled(at=MONDAY + HOUR, by="consumer", reason="changed_mind")
    stop = InterceptRequested(at=MONDAY + HOUR, parcel="SF1", reason="changed_mind")
    for wanted in (off, stop):
        order = order_of(placed(), PAID, SENT, gone, wanted)
        assert not points(order, rules(), "TRACK_ABNORMAL")


def test_of_two_reasons_with_one_name_the_one_due_first_is_asked() -> None:
    odd = scan("picked_up", MONDAY - SECOND)  # and at no hub since
    order, book = order_of(placed(), PAID, SENT, odd), rules()
    other = replace(book, detectors=book.detectors[::-1])
    assert point(order, book, "TRACK_ABNORMAL").due_at == odd.at
    assert watch_points(order, book) == watch_points(order, other)
