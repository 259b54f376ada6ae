"""What applies, what is passed over, and what facts may leave out."""

from typing import Any

import pytest
from msgspec.structs import replace

from domain.policy.quote import Earlier, Facts, FactsWrong, quote
from domain.policy.rows import MoneyRow
from tests.domain.policy.facts import (
    DECEMBER,
    JULY,
    TAOBAO,
    cuts,
    douyin,
    fen,
    rules,
    taobao,
    there,
)


def test_paid_is_item_and_postage_and_the_other_way_round() -> None:
    whole = douyin("TRACK_ABNORMAL", item_fen=2_000, postage_fen=1_000, at=JULY)
    assert fen(whole) == [800]
    assert fen(taobao("TRACK_OVERDUE", paid_fen=21_000, postage_fen=1_000)) == [1_000]


@pytest.mark.parametrize(
    ("facts", "named"),
    [({}, "item_fen"), ({"paid_fen": 5, "postage_fen": 6}, "postage_fen")],
)
def test_amounts_that_cannot_be_so_are_named(facts: dict[str, Any], named: str) -> None:
    with pytest.raises(FactsWrong, match=named):
        taobao("SHIP_OVERDUE", **facts)


def test_what_was_paid_may_be_less_than_the_goods_or_the_postage() -> None:
    """A coupon took off the rest: each row takes its rate of what its text names."""
    coupon: dict[str, Any] = {"item_fen": 20_000, "postage_fen": 1_000, "paid_fen": 500}
    assert fen(taobao("TRACK_OVERDUE", **coupon)) == [1_000]
    assert fen(douyin("FRAUD_SHIP", **coupon)) == [500]
    with pytest.raises(FactsWrong, match="say item_fen too, if a coupon"):
        taobao("TRACK_OVERDUE", postage_fen=1_000, paid_fen=500)


def test_an_order_told_to_be_late_and_nothing_else_is_late() -> None:
    late: dict[str, Any] = {"paid_fen": 10_000, "promise_hours": 72, "late_hours": 30}
    assert (fen(douyin(**late)), rules(douyin(**late))) == ([200], ["late-240h"])
    assert douyin("TRACK_OVERDUE", **late).lines == ()
    assert douyin(**{**late, "late_hours": 0}).lines == ()


def test_an_order_late_and_out_of_stock_need_not_be_called_late() -> None:
    told = taobao(
        item_fen=100_000, promise_hours=72, late_hours=80, out_of_stock="proven"
    )
    assert rules(told) == ["late-long", "out-of-stock-long"]
    assert fen(told) == [3_000, 15_000]
    alone = taobao(item_fen=100_000, promise_hours=72, late_hours=80)
    assert fen(alone) == [3_000, 15_000]


def test_a_grave_case_is_paid_up_to_500() -> None:
    """10000177: of the row of out of stock, and of the day, the end is ¥500."""
    dear: dict[str, Any] = {"item_fen": 300_000, "promise_hours": 48}
    assert fen(taobao("OUT_OF_STOCK", **dear)) == [10_000]
    grave = taobao("OUT_OF_STOCK", **dear, grave=True)
    assert (fen(grave), rules(grave)) == ([30_000], ["out-of-stock-48h-grave"])
    beside = taobao("FRAUD_SHIP", "TRACK_ABNORMAL", **dear, grave=True)
    assert (fen(beside), cuts(beside)) == ([10_000, 10_000], [None, None])
    before = (Earlier(rule="taobao-like.fraud-ship", fen=10_000, grave=True),)
    assert fen(taobao("TRACK_ABNORMAL", **dear, earlier=before)) == [10_000]


def test_a_counterfeit_costs_its_appraisal_and_return_too() -> None:
    receipts: dict[str, Any] = {"appraisal_fen": 20_000, "freight_fen": 1_500}
    for times, word in ((3, "three"), (4, "four")):
        labels = (f"fake-pays-{word}",)
        told = douyin("COUNTERFEIT", paid_fen=10_000, labels=labels, **receipts)
        assert fen(told) == [times * 10_000 + 21_500]
        told = taobao("COUNTERFEIT", item_fen=9_000, postage_fen=800, labels=labels)
        assert fen(told) == [times * 9_000]


def test_upgraded_freight_insurance_ends_at_50_or_at_what_20_kg_cost() -> None:
    """aJkYFHKNNpCR: max(¥50, freight of 20 kg)."""
    freight: dict[str, Any] = {"paid_fen": 1, "freight_fen": 9_000}
    labels = ("freight-insurance-plus",)
    for heavy, pays in [(None, 5_000), (4_000, 5_000), (7_000, 7_000), (9_500, 9_000)]:
        told = douyin(
            "RETURN_FREIGHT", **freight, labels=labels, freight_20kg_fen=heavy
        )
        assert fen(told) == [pays]


def test_a_promise_nobody_told_is_of_48_hours() -> None:
    assert rules(taobao("SHIP_OVERDUE", item_fen=100)) == ["late-48h"]


def test_the_ends_of_a_promise_belong_to_the_shorter_row() -> None:
    for hours, rule in [(48, "late-48h"), (48.5, "late-240h"), (240, "late-240h")]:
        answer = douyin("SHIP_OVERDUE", paid_fen=100, promise_hours=hours)
        assert rules(answer) == [rule]
    long = douyin("SHIP_OVERDUE", paid_fen=100, promise_hours=241)
    assert rules(long) == ["late-long"]


def test_out_of_stock_by_being_late_needs_more_than_the_hours() -> None:
    late: dict[str, Any] = {"paid_fen": 10_000, "promise_hours": 72}
    assert len(douyin("SHIP_OVERDUE", **late, late_hours=48).lines) == 1
    assert len(douyin("SHIP_OVERDUE", **late, late_hours=48.1).lines) == 2


def test_what_is_late_otherwise_says_nothing_of_the_stock() -> None:
    answer = douyin("APPOINTMENT_MISSED", paid_fen=10_000, late_hours=90)
    assert rules(answer) == ["appointment-missed"]


def test_taobao_counts_72_hours_late_as_out_of_stock_unless_it_is_denied() -> None:
    late: dict[str, Any] = {"item_fen": 10_000, "late_hours": 73}
    assert rules(taobao("SHIP_OVERDUE", **late)) == ["late-48h", "out-of-stock-48h"]
    denied = taobao("SHIP_OVERDUE", "OUT_OF_STOCK", **late, out_of_stock="none")
    assert rules(denied) == ["late-48h"]


def test_a_shortage_named_and_not_denied_is_proven() -> None:
    answer = taobao("OUT_OF_STOCK", item_fen=30_000, promise_hours=72)
    assert fen(answer) == [4_500]


def test_a_shortage_admitted_counts_without_being_named() -> None:
    answer = taobao("SHIP_OVERDUE", item_fen=100_000, out_of_stock="admitted")
    assert rules(answer) == ["late-48h", "out-of-stock-48h"]
    when = there("2025-12-01 09:00:00")
    answer = taobao("SHIP_OVERDUE", item_fen=100_000, admitted_at=when)
    assert rules(answer) == ["late-48h", "out-of-stock-48h"]


def test_a_breach_named_twice_is_paid_once() -> None:
    assert len(taobao("SHIP_OVERDUE", "SHIP_OVERDUE", item_fen=100).lines) == 1


def test_the_later_line_is_cut_in_the_order_given() -> None:
    turned = taobao("TRACK_ABNORMAL", "SHIP_OVERDUE", item_fen=100_000)
    assert rules(turned) == ["track-abnormal", "late-48h"]
    assert (fen(turned), cuts(turned)) == ([10_000, 0], [None, "day-cap"])


def test_out_of_stock_of_a_long_promise_raises_the_cap_wherever_it_is_named() -> None:
    answer = taobao(
        "TRACK_ABNORMAL",
        "SHIP_OVERDUE",
        "OUT_OF_STOCK",
        item_fen=100_000,
        promise_hours=72,
    )
    assert fen(answer) == [10_000, 3_000, 15_000]


def test_the_answer_pasted_back_as_earlier_counts_against_the_caps() -> None:
    first = taobao("TRACK_ABNORMAL", item_fen=100_000)
    line = first.lines[0]
    pasted = (Earlier(rule=line.rule, version=line.version, fen=line.fen),)
    again = taobao("SHIP_OVERDUE", item_fen=100_000, earlier=pasted)
    assert (fen(again), cuts(again)) == ([0], ["day-cap"])


@pytest.mark.parametrize(
    "rule",
    ["taobao-like.fake-ship", "taobao-like.fake-ship@20250101", "FAKE_SHIP"],
)
def test_an_earlier_payout_is_named_by_row_version_or_breach(rule: str) -> None:
    earlier = (Earlier(rule=rule, fen=9_500),)
    answer = taobao("SHIP_OVERDUE", item_fen=100_000, earlier=earlier)
    assert (fen(answer), cuts(answer)) == ([500], ["day-cap"])


def test_an_earlier_payout_of_no_rule_is_told_with_those_there_are() -> None:
    with pytest.raises(FactsWrong, match=r"earlier\[1\].rule.*taobao-like.late-48h"):
        taobao(
            "SHIP_OVERDUE",
            item_fen=100,
            earlier=(
                Earlier(rule="taobao-like.late-48h", fen=1),
                Earlier(rule="taobao-like.gratitude", fen=1),
            ),
        )


def test_a_payout_under_no_cap_leaves_the_caps_alone() -> None:
    refused = taobao("AFTER_SALE_REFUSED", "TRACK_ABNORMAL", item_fen=100_000)
    assert (fen(refused), cuts(refused)) == ([3_000, 10_000], [None, None])


def test_tmall_rows_take_the_place_of_the_general_ones() -> None:
    answer = taobao("SHIP_OVERDUE", item_fen=100_000, market="tmall")
    assert (fen(answer), rules(answer)) == ([5_000], ["tmall-late"])
    presale = taobao("SHIP_OVERDUE", item_fen=20_000, market="tmall", goods="presale")
    assert (fen(presale), rules(presale)) == ([2_000], ["tmall-late-presale"])
    elsewhere = taobao("SHIP_OVERDUE", item_fen=100_000, market="taobao")
    assert rules(elsewhere) == ["late-48h"]


def test_a_label_is_paid_beside_the_general_row() -> None:
    answer = douyin(
        "SHIP_OVERDUE", paid_fen=10_000, promise_hours=72, labels=("late-coupon",)
    )
    assert rules(answer) == ["late-240h", "late-coupon"]


def test_a_consumer_at_fault_is_paid_nothing() -> None:
    answer = taobao("SHIP_OVERDUE", item_fen=100, exclusions=("consumer_fault",))
    assert answer.lines == ()


def test_a_breach_no_row_knows_is_paid_nothing() -> None:
    answer = quote(TAOBAO, Facts(item_fen=5, breaches=("EXPRESS_LATE",)), DECEMBER)
    assert (answer.lines, answer.total_fen) == ((), 0)


def test_before_a_version_is_in_force_it_pays_nothing() -> None:
    assert fen(douyin("SHIP_OVERDUE", paid_fen=10_000, promise_hours=72, at=JULY)) == []


def test_the_law_pays_three_times_the_price_and_ten_times_for_food() -> None:
    """消保法 §55, 食品安全法 §148: at least ¥500 and ¥1,000."""
    assert fen(taobao("FRAUD", "UNSAFE_FOOD", item_fen=1_000)) == [50_000, 100_000]
    assert fen(douyin("FRAUD", item_fen=100_000)) == [300_000]


def test_out_of_stock_paid_before_raises_the_cap_of_the_day() -> None:
    """As much of another order of the day, whose promise was long."""
    rule = "taobao-like.out-of-stock-long"
    earlier = (Earlier(rule=rule, fen=30_000),)
    answer = taobao("TRACK_ABNORMAL", item_fen=100_000, earlier=earlier)
    assert (fen(answer), cuts(answer)) == ([10_000], [None])
    short = (Earlier(rule="taobao-like.out-of-stock-48h", fen=10_000),)
    assert fen(taobao("TRACK_ABNORMAL", item_fen=100_000, earlier=short)) == [0]


def test_a_row_that_names_what_it_is_paid_beside_is_paid_beside_nothing_else() -> None:
    rows = [row for row in TAOBAO.rows if isinstance(row, MoneyRow)]
    beside_late = [
        replace(row, stacks_with=("SHIP_OVERDUE",))
        if row.trigger == "AFTER_SALE_REFUSED"
        else row
        for row in rows
    ]
    rules_of_a_shop = replace(TAOBAO, rows=tuple(beside_late))
    for first, pays in [("SHIP_OVERDUE", 3_000), ("GIFT_REFUSED", 0)]:
        facts = Facts(item_fen=100_000, breaches=(first, "AFTER_SALE_REFUSED"))  # type: ignore[arg-type]  # a code read as a word here
        last = quote(rules_of_a_shop, facts, DECEMBER).lines[-1]
        assert (last.fen, last.cut_by) == (pays, None)
