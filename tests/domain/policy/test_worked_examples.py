"""The platforms' own worked examples, word for word, put to the shipped packs.

Amounts are fen; the facts of each are quoted from the rule text it names.
"""

from datetime import date, timedelta

import pytest

from domain.policy.caps import cut_by_caps
from domain.policy.ladder import lifted_on, limited_from, reached
from domain.policy.money import amount, share
from domain.policy.quote import Earlier
from domain.policy.rows import Formula, LadderRow, Times
from domain.promise import Offer, due_time
from tests.domain.policy.facts import (
    AUGUST_11,
    DOUYIN,
    JULY,
    TAOBAO,
    cuts,
    douyin,
    fen,
    rules,
    taobao,
    there,
)

# -- Taobao, 淘宝网发货管理规范, ruleId 10000177 --


def test_item_1500_postage_10_out_of_stock_promise_within_48_h_pays_100() -> None:
    """1500 x 10 % = 150, the row's own end is 100; postage is no part of the base."""
    answer = taobao(
        "OUT_OF_STOCK",
        item_fen=150_000,
        postage_fen=1_000,
        promise_hours=48,
        out_of_stock="proven",
    )
    assert (fen(answer), cuts(answer)) == ([10_000], [None])


def test_item_1500_postage_10_out_of_stock_promise_over_48_h_pays_225() -> None:
    """1500 x 15 % = 225."""
    answer = taobao(
        "OUT_OF_STOCK",
        item_fen=150_000,
        postage_fen=1_000,
        promise_hours=72,
        out_of_stock="proven",
    )
    assert fen(answer) == [22_500]


def test_item_1000_out_of_stock_proven_promise_within_48_h_pays_100_in_all() -> None:
    """Late 10 and out of stock 100: the day's cap is 100."""
    answer = taobao(
        "SHIP_OVERDUE",
        "OUT_OF_STOCK",
        item_fen=100_000,
        promise_hours=48,
        out_of_stock="proven",
    )
    assert fen(answer) == [1_000, 9_000]
    assert cuts(answer) == [None, "day-cap"]


def test_item_1000_out_of_stock_proven_promise_over_48_h_pays_180_in_all() -> None:
    """Late 50, the row's end is 30; out of stock 150; the day's cap is 500."""
    answer = taobao(
        "SHIP_OVERDUE",
        "OUT_OF_STOCK",
        item_fen=100_000,
        promise_hours=72,
        out_of_stock="proven",
    )
    assert (fen(answer), cuts(answer)) == ([3_000, 15_000], [None, None])


def test_item_1000_out_of_stock_not_proven_late_and_abnormal_track_pays_100() -> None:
    """Promise over 48 h: 30 + 100; nothing raises the day's cap of 100."""
    answer = taobao(
        "SHIP_OVERDUE",
        "TRACK_ABNORMAL",
        item_fen=100_000,
        promise_hours=72,
        late_hours=100,
        out_of_stock="none",
    )
    assert fen(answer) == [3_000, 7_000]
    assert cuts(answer) == [None, "day-cap"]


def test_item_1000_track_overdue_first_then_abnormal_pays_50_then_50_more() -> None:
    """The joint cap is 100."""
    both = taobao("TRACK_OVERDUE", "TRACK_ABNORMAL", item_fen=100_000)
    assert (fen(both), cuts(both)) == ([5_000, 5_000], [None, "track-cap"])
    first = taobao("TRACK_OVERDUE", item_fen=100_000)
    paid = tuple(Earlier(rule=line.rule, fen=line.fen) for line in first.lines)
    then = taobao("TRACK_ABNORMAL", item_fen=100_000, earlier=paid)
    assert (fen(then), cuts(then)) == ([5_000], ["track-cap"])


def test_item_25_track_overdue_first_then_abnormal_pays_5_then_0_more() -> None:
    """1.25, at least 5; then 25 x 20 % = 5, and the joint rate of 20 % is used up."""
    both = taobao("TRACK_OVERDUE", "TRACK_ABNORMAL", item_fen=2_500)
    assert (fen(both), cuts(both)) == ([500, 0], [None, "track-cap"])


def test_gift_priced_30_late_promise_over_48_h_pays_5() -> None:
    """1.5, at least 5."""
    assert fen(taobao("SHIP_OVERDUE", item_fen=3_000, promise_hours=72)) == [500]


@pytest.mark.parametrize(
    ("admitted", "pays"),
    [("13:59:59", 3_000), ("14:00:00", 3_000), ("14:00:01", 4_500)],
)
def test_promise_7_d_due_14_00_item_300_admitted_by_then_30_after_45(
    admitted: str, pays: int
) -> None:
    """Due 2025-12-01 14:00:00."""
    answer = taobao(
        "OUT_OF_STOCK",
        item_fen=30_000,
        promise_hours=168,
        out_of_stock="admitted",
        admitted_at=there(f"2025-12-01 {admitted}"),
        due_at=there("2025-12-01 14:00:00"),
        at=there("2025-12-02 09:00:00"),
    )
    assert fen(answer) == [pays]


@pytest.mark.parametrize(
    ("admitted", "pays"),
    [("2025-11-07 10:00:00", 3_000), ("2025-11-07 10:00:01", 4_500)],
)
def test_promise_72_h_renegotiated_counts_by_the_original_due_time(
    admitted: str, pays: int
) -> None:
    """Due 2025-11-07 10:00:00, renegotiated to 11-20; ¥300."""
    answer = taobao(
        "OUT_OF_STOCK",
        item_fen=30_000,
        promise_hours=72,
        out_of_stock="admitted",
        admitted_at=there(admitted),
        due_at=there("2025-11-20 10:00:00"),
        original_due_at=there("2025-11-07 10:00:00"),
    )
    assert fen(answer) == [pays]


# -- Douyin --


def test_paid_150_at_5_percent_is_8() -> None:
    """Douyin's own example of rounding half up to the yuan (aHwH9wK4JUHQ)."""
    formula = Formula(base="paid", rate_bp=500, round="half_up_to_yuan")
    assert amount(formula, {"paid": 15_000}) == 800
    assert share(14_999, 500, 100) == 700


def test_paid_100_promise_72_h_30_h_late_is_a_deduction_of_2() -> None:
    """1, clipped to 2 (aJoPPkWZ7VQM, 10 August 2026)."""
    answer = douyin("SHIP_OVERDUE", paid_fen=10_000, promise_hours=72, late_hours=30)
    assert (fen(answer), rules(answer)) == ([200], ["late-240h"])
    line = answer.lines[0]
    assert (line.payer, line.payee, line.version) == ("merchant", "none", 20260810)


@pytest.mark.parametrize("denied", [None, "none", "proven"])
@pytest.mark.parametrize("named", [("SHIP_OVERDUE",), ("SHIP_OVERDUE", "OUT_OF_STOCK")])
def test_the_same_50_h_late_is_out_of_stock_too_once_and_5_in_all(
    named: tuple[str, ...], denied: str | None
) -> None:
    """The late row stays at 2, and 3 % is the row of out of stock, launched beside."""
    answer = douyin(
        *named,
        paid_fen=10_000,
        promise_hours=72,
        late_hours=50,
        out_of_stock=denied,
    )
    assert fen(answer) == [200, 300]
    assert rules(answer) == ["late-240h", "out-of-stock-240h"]


def test_promise_48_h_20_h_late_is_nothing() -> None:
    answer = douyin("SHIP_OVERDUE", paid_fen=10_000, promise_hours=48, late_hours=20)
    assert answer.total_fen == 0


def test_promise_48_h_50_h_late_counts_as_out_of_stock_alone() -> None:
    answer = douyin("SHIP_OVERDUE", paid_fen=10_000, promise_hours=48, late_hours=50)
    assert fen(answer) == [0, 200]


def test_paid_5000_at_3_percent_ends_at_50() -> None:
    """150, and the row's own end is no cap."""
    answer = douyin("OUT_OF_STOCK", paid_fen=500_000, promise_hours=72)
    assert (fen(answer), cuts(answer)) == ([5_000], [None])


def test_paid_30_abnormal_track_is_8_in_july_and_0_under_the_august_text() -> None:
    """7.5 half up; the text of 22 August 2026 has no payout any more."""
    july = douyin("TRACK_ABNORMAL", paid_fen=3_000, at=JULY)
    assert (fen(july), july.lines[0].version) == ([800], 20260625)
    last = douyin("TRACK_ABNORMAL", paid_fen=3_000, at=there("2026-08-21 23:59:59"))
    assert fen(last) == [800]
    august = douyin("TRACK_ABNORMAL", paid_fen=3_000, at=there("2026-08-22 00:00:00"))
    assert (fen(august), august.lines[0].version) == ([0], 20260822)


def test_paid_9_fraudulently_shipped_is_all_of_it_and_more_at_30_percent() -> None:
    """aHwH9wK4JyWJ: under ¥10 the whole amount, 5 to 10; else 30 %, 10 to 500."""
    assert fen(douyin("FRAUD_SHIP", paid_fen=950)) == [950]
    assert fen(douyin("FRAUD_SHIP", paid_fen=300)) == [500]
    assert fen(douyin("FRAUD_SHIP", paid_fen=1_000)) == [1_000]
    assert fen(douyin("FRAUD_SHIP", paid_fen=1_000_000)) == [50_000]
    metal = douyin("FRAUD_SHIP", paid_fen=1_000_000, goods="precious-metal")
    assert (fen(metal), rules(metal)) == ([100_000], ["fraud-ship-metal"])


@pytest.mark.parametrize(
    ("percent", "back"), [(1, 30), (30, 30), (31, 50), (50, 50), (51, 100)]
)
def test_fruit_spoilt_30_31_51_percent_is_30_50_100_percent_back(
    percent: int, back: int
) -> None:
    """坏了包退, for orders placed under the label (aJmcVpumFZ3G)."""
    june = there("2026-06-20 10:00:00")
    labels = ("spoilt-refund",)
    facts = {"paid_fen": 10_000, "spoilt_percent": percent}
    assert fen(douyin("SPOILT", **facts, labels=labels, at=june)) == [back * 100]
    assert fen(douyin("SPOILT", **facts, at=june)) == []
    after_the_end = there("2026-07-06 00:00:00")
    assert fen(douyin("SPOILT", **facts, labels=labels, at=after_the_end)) == []


@pytest.mark.parametrize(
    ("paid", "given", "cap"),
    [
        (100_000, 20_000, "douyin-like.goodwill-cap"),
        (10_000, 3_000, "douyin-like.goodwill-cap"),
        (1_000_000, 20_000, "douyin-like.goodwill-cap"),
    ],
)
def test_goodwill_of_260_is_cut_to_200_and_to_30_percent_of_paid(
    paid: int, given: int, cap: str
) -> None:
    """争议总则 第66条."""
    caps = DOUYIN.goodwill_caps(Times(judged_at=AUGUST_11))
    assert cut_by_caps(26_000, caps, {"paid": paid}) == (given, cap)


def test_goodwill_given_before_counts() -> None:
    caps = DOUYIN.goodwill_caps(Times(judged_at=AUGUST_11))
    assert cut_by_caps(3_000, caps, {"paid": 100_000}, 18_000)[0] == 2_000
    assert cut_by_caps(3_000, caps, {"paid": 100_000}, 30_000)[0] == 0
    assert cut_by_caps(3_000, caps, {"paid": 100_000}) == (3_000, None)


def test_a_partial_refund_ends_at_30_percent_of_paid() -> None:
    """争议总则 第16条."""
    times = Times(judged_at=AUGUST_11)
    caps = DOUYIN.caps(times, ["douyin-like.partial-refund-cap"])
    assert cut_by_caps(5_000, caps, {"paid": 10_000})[0] == 3_000


def test_a_store_with_800_of_1000_due_late_is_limited_from_the_next_day() -> None:
    """aJoPPkWZ7VQM: rate 80 %; lifted the day after all 800 are picked up."""
    row = DOUYIN.row("douyin-like.late-store-ladder@20260810")
    assert isinstance(row, LadderRow)
    rung = reached(row, due=1_000, wrong=800)
    assert rung is not None
    assert (rung.effect, rung.orders_a_day) == ("orders_limited", 0)
    day = date(2026, 8, 12)
    assert limited_from(day) == date(2026, 8, 13)
    assert lifted_on(day + timedelta(days=3)) == date(2026, 8, 16)
    assert reached(row, due=1_000, wrong=299) is None
    assert reached(row, due=199, wrong=199) is None


# -- Labels and clocks --


def test_signed_at_15_30_the_seven_days_begin_at_midnight() -> None:
    """aJmEsBoSPU5g: signed 2026-03-01 15:30; 03-02 00:00 to 03-09 00:00."""
    signed = there("2026-03-01 15:30:00")
    for book in (DOUYIN, TAOBAO):
        rule = book.label_terms().rule("return-7d", signed)
        assert rule is not None
        offer = Offer(label="return-7d")
        assert due_time(offer, rule, signed) == there("2026-03-09 00:00:00")


@pytest.mark.parametrize(
    ("paid", "due"),
    [
        ("2026-08-12 15:59:59", "2026-08-12 23:59:59"),
        ("2026-08-12 16:00:00", "2026-08-13 23:59:59"),
    ],
)
def test_same_day_shipping_counts_16_00_00_as_after(paid: str, due: str) -> None:
    """101706: "16:00前 / 16:00后"; the second between them is ours to decide."""
    rule = DOUYIN.label_terms().rule("ship-same-day", there(paid))
    assert rule is not None
    assert due_time(Offer(label="ship-same-day"), rule, there(paid)) == there(due)


def test_the_clocks_of_the_worked_examples_have_their_hours() -> None:
    """A signed return 48 h, not the seven days; a request 36 h, anew for a new type."""
    times = Times(judged_at=AUGUST_11)
    assert TAOBAO.timer("confirm_return.signed", times).hours == 48
    assert TAOBAO.timer("confirm_return", times).hours == 168
    assert TAOBAO.timer("answer.return_refund", times).hours == 36
