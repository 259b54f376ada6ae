"""Whatever happens together, and whatever was paid before, no cap is passed."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from domain.policy.quote import Earlier, Facts, Quote, quote
from domain.policy.rows import BreachCode, MoneyRow
from tests.domain.policy.facts import AUGUST_11, DOUYIN, TAOBAO

SHIPPING = {
    "SHIP_OVERDUE",
    "OUT_OF_STOCK",
    "FAKE_SHIP",
    "FRAUD_SHIP",
    "TRACK_OVERDUE",
    "TRACK_ABNORMAL",
}
TRACKS = {"TRACK_OVERDUE", "TRACK_ABNORMAL"}
REPLACEMENTS = {"EXCHANGE_LATE", "RESEND_LATE"}

fens = st.integers(0, 2_000_000)
breaches = st.permutations(get_args(BreachCode)).flatmap(
    lambda codes: st.integers(0, len(codes)).map(lambda many: tuple(codes[:many]))
)
paying = [row for row in TAOBAO.rows if isinstance(row, MoneyRow)]
general = [row for row in paying if not row.when.markets]
earlier = st.lists(
    st.builds(
        lambda row, fen: Earlier(rule=row.id, fen=fen),
        st.sampled_from(general),
        st.integers(0, 60_000),
    ),
    max_size=4,
).map(tuple)
facts = st.builds(
    Facts,
    item_fen=fens,
    postage_fen=st.none() | fens,
    promise_hours=st.none() | st.integers(0, 500),
    late_hours=st.none() | st.integers(0, 500),
    breaches=breaches,
    out_of_stock=st.sampled_from([None, "none", "admitted", "proven"]),
    grave=st.booleans(),
    earlier=earlier,
)

BY_ID = {row.id: row for row in paying}


def together(answer: Quote, told: Facts, codes: set[str]) -> tuple[int, int]:
    """Return what is paid for these breaches now, and what was before."""
    now = sum(line.fen for line in answer.lines if BY_ID[line.rule].trigger in codes)
    then = sum(each.fen for each in told.earlier if BY_ID[each.rule].trigger in codes)
    return now, then


def raised(answer: Quote, told: Facts) -> bool:
    """Say whether out of stock of a long promise, or a grave case, is among them."""
    named = [line.rule for line in answer.lines] + [each.rule for each in told.earlier]
    return told.grave or any(
        rule.startswith("taobao-like.out-of-stock-long") or rule.endswith("-grave")
        for rule in named
    )


@given(facts)
def test_taobao_pays_beyond_no_cap_and_never_less_than_nothing(told: Facts) -> None:
    answer = quote(TAOBAO, told, AUGUST_11)
    assert all(line.fen >= 0 for line in answer.lines)
    assert answer.total_fen == sum(line.fen for line in answer.lines)
    assert told.item_fen is not None
    track = min(10_000, max(500, -(-told.item_fen // 5)))
    day = 50_000 if raised(answer, told) else 10_000
    for codes, cap in ((TRACKS, track), (SHIPPING, day), (REPLACEMENTS, 10_000)):
        now, then = together(answer, told, codes)
        assert now <= max(0, cap - then)


@given(facts)
def test_whatever_is_below_what_its_row_says_names_what_cut_it(told: Facts) -> None:
    alone = {
        line.rule: line.fen
        for breach in get_args(BreachCode)
        for line in quote(
            TAOBAO,
            Facts(
                item_fen=told.item_fen,
                postage_fen=told.postage_fen,
                promise_hours=told.promise_hours,
                grave=told.grave,
                breaches=(breach,),
            ),
            AUGUST_11,
        ).lines
    }
    for line in quote(TAOBAO, told, AUGUST_11).lines:
        assert (line.fen < alone[line.rule]) == (line.cut_by is not None)


@given(st.lists(breaches, max_size=2), fens, st.integers(0, 500), st.integers(0, 500))
def test_douyin_never_pays_less_than_nothing(
    named: list[tuple[BreachCode, ...]], paid: int, promise: int, late: int
) -> None:
    told = Facts(
        paid_fen=paid,
        promise_hours=promise,
        late_hours=late,
        breaches=tuple(code for codes in named for code in codes),
    )
    answer = quote(DOUYIN, told, AUGUST_11)
    assert all(line.fen >= 0 for line in answer.lines)
    assert len({line.rule for line in answer.lines}) == len(answer.lines)
