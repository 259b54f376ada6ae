"""The same is never paid twice: what a row paid before is deducted."""

from datetime import datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.policy.book import Rulebook
from domain.policy.quote import Earlier, Facts, Quote, quote
from domain.policy.rows import BreachCode, MoneyRow
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

LABELS = (
    "spoilt-refund",
    "damaged-refund",
    "late-coupon",
    "fake-pays-four",
    "fake-pays-three",
    "price-protection",
    "freight-insurance",
    "freight-insurance-plus",
    "instant-refund",
)


def as_earlier(answer: Quote, **more: Any) -> tuple[Earlier, ...]:
    """Return a whole answer as what was paid before."""
    return tuple(
        Earlier(rule=line.rule, version=line.version, fen=line.fen, **more)
        for line in answer.lines
    )


def test_an_answer_handed_in_again_pays_nothing_more() -> None:
    first = douyin("FRAUD_SHIP", paid_fen=100_000)
    again = douyin("FRAUD_SHIP", paid_fen=100_000, earlier=as_earlier(first))
    assert (fen(first), fen(again)) == ([30_000], [0])
    assert cuts(again) == ["fraud-ship"]


def test_only_the_difference_is_paid() -> None:
    first = douyin("FRAUD_SHIP", paid_fen=10_000)
    more = douyin("FRAUD_SHIP", paid_fen=100_000, earlier=as_earlier(first))
    assert (fen(more), cuts(more)) == ([27_000], ["fraud-ship"])


def test_where_another_row_takes_the_place_of_what_was_paid_it_counts_too() -> None:
    """Fruit spoilt by a third turns out to be spoilt whole."""
    june = there("2026-06-20 10:00:00")
    facts: dict[str, Any] = {"paid_fen": 10_000, "labels": ("spoilt-refund",)}
    first = douyin("SPOILT", **facts, spoilt_percent=30, at=june)
    whole = douyin(
        "SPOILT", **facts, spoilt_percent=90, at=june, earlier=as_earlier(first)
    )
    assert (fen(whole), rules(whole)) == ([7_000], ["spoilt-100"])


def test_what_a_label_paid_is_not_what_everybody_is_owed() -> None:
    facts: dict[str, Any] = {"paid_fen": 10_000, "promise_hours": 72}
    coupon = (Earlier(rule="douyin-like.late-coupon", fen=300),)
    late = douyin("SHIP_OVERDUE", **facts, earlier=coupon, labels=("late-coupon",))
    assert (fen(late), rules(late)) == ([200, 0], ["late-240h", "late-coupon"])


def test_a_breach_paid_before_is_what_everybody_is_owed_before_any_label() -> None:
    rows = [
        replace(row, version=99_999_999) if row.id.endswith(".late-coupon") else row
        for row in DOUYIN.rows
    ]
    told = Facts(
        paid_fen=10_000,
        promise_hours=72,
        breaches=("SHIP_OVERDUE",),
        labels=("late-coupon",),
        earlier=(Earlier(rule="SHIP_OVERDUE", fen=150),),
    )
    answer = quote(replace(DOUYIN, rows=tuple(rows)), told, AUGUST_11)
    assert fen(answer) == [50, 300]


@pytest.mark.parametrize(("order", "pays"), [("A-1", 0), (None, 0), ("A-2", 2_000)])
def test_what_was_paid_on_another_order_is_not_deducted(
    order: str | None, pays: int
) -> None:
    earlier = (Earlier(rule="taobao-like.late-long", fen=2_000, order=order),)
    facts: dict[str, Any] = {"item_fen": 40_000, "promise_hours": 72, "order": "A-1"}
    assert fen(taobao("SHIP_OVERDUE", **facts, earlier=earlier)) == [pays]


def test_what_was_paid_of_other_lines_of_the_order_is_not_deducted() -> None:
    earlier = (Earlier(rule="taobao-like.late-long", fen=2_000, lines=(1, 2)),)
    for lines, pays in [((3,), 2_000), ((2, 3), 0), ((), 0)]:
        facts: dict[str, Any] = {"item_fen": 40_000, "lines": lines}
        told = taobao("SHIP_OVERDUE", **facts, promise_hours=72, earlier=earlier)
        assert fen(told) == [pays]


@pytest.mark.parametrize(
    ("matter", "pays"), [("case-1", 0), (None, 0), ("case-2", 2_000)]
)
def test_a_refusal_is_paid_once_for_each_case(matter: str | None, pays: int) -> None:
    earlier = (
        Earlier(rule="taobao-like.after-sale-refused", fen=2_000, matter="case-1"),
    )
    told = taobao("AFTER_SALE_REFUSED", item_fen=40_000, matter=matter, earlier=earlier)
    assert fen(told) == [pays]


def test_what_is_not_repeatable_is_paid_once_whatever_the_case() -> None:
    earlier = (Earlier(rule="taobao-like.late-48h", fen=400, matter="case-1"),)
    told = taobao("SHIP_OVERDUE", item_fen=40_000, matter="case-2", earlier=earlier)
    assert fen(told) == [0]


def test_a_cap_tighter_than_what_was_paid_before_is_what_cut() -> None:
    earlier = (
        Earlier(rule="taobao-like.track-abnormal", fen=1_000),
        Earlier(rule="taobao-like.late-48h", fen=8_500, order="A-2"),
    )
    told = taobao("TRACK_ABNORMAL", item_fen=50_000, order="A-1", earlier=earlier)
    assert (fen(told), cuts(told)) == ([500], ["day-cap"])


fens = st.integers(0, 2_000_000)
codes = st.permutations(get_args(BreachCode)).flatmap(
    lambda all_: st.integers(0, len(all_)).map(lambda many: tuple(all_[:many]))
)
ROWS = [row for book in (TAOBAO, DOUYIN) for row in book.rows]
before = st.lists(
    st.builds(
        Earlier,
        rule=st.sampled_from([row.id for row in ROWS if isinstance(row, MoneyRow)]),
        fen=st.integers(0, 60_000),
        order=st.sampled_from([None, "A-1", "A-2"]),
        lines=st.sampled_from([(), (1,), (2,)]),
    ),
    max_size=3,
).map(tuple)
facts = st.builds(
    Facts,
    item_fen=fens,
    postage_fen=st.none() | fens,
    promise_hours=st.none() | st.integers(0, 500),
    late_hours=st.none() | st.integers(0, 500),
    breaches=codes,
    out_of_stock=st.sampled_from([None, "none", "admitted", "proven"]),
    order=st.sampled_from([None, "A-1"]),
    lines=st.sampled_from([(), (1,)]),
    grave=st.booleans(),
    goods=st.sampled_from([None, "pets", "precious-metal", "presale"]),
    market=st.sampled_from([None, "tmall"]),
    labels=st.lists(st.sampled_from(LABELS), max_size=3, unique=True).map(tuple),
    spoilt_percent=st.none() | st.integers(0, 100),
    difference_fen=fens,
    freight_fen=fens,
    appraisal_fen=fens,
)


@pytest.mark.parametrize(
    ("book", "at"), [(TAOBAO, AUGUST_11), (DOUYIN, AUGUST_11), (DOUYIN, JULY)]
)
@given(told=facts, earlier=before)
def test_whatever_was_paid_is_not_paid_again(
    book: Rulebook, at: datetime, told: Facts, earlier: tuple[Earlier, ...]
) -> None:
    known = tuple(each for each in earlier if each.rule.startswith(book.profile))
    first = quote(book, replace(told, earlier=known), at)
    paid = as_earlier(first, order=told.order, lines=told.lines, grave=told.grave)
    again = quote(book, replace(told, earlier=(*known, *paid)), at)
    assert again.total_fen == 0
