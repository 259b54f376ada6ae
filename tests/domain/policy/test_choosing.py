"""Which row holds: by its binding, its dates, its version, what it is narrowed to."""

from datetime import UTC, datetime

import pytest

from domain.policy.book import NoSuchRule, Rulebook, labels_of, rulebook_of
from domain.policy.calendar import replacing
from domain.policy.money import amount, share
from domain.policy.rows import (
    ApprovalRow,
    BurdenRow,
    EntitlementRow,
    Formula,
    LabelRow,
    MoneyRow,
    PolicyDocument,
    TimerRow,
    Times,
    Where,
)
from tests.domain.policy.facts import DOUYIN, TAOBAO

SPRING, SUMMER = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
AUTUMN, WINTER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
FROM_SPRING = {"title": "t", "source": "[Δ]", "in_force_from": SPRING}


def book(*rows: object, **more: object) -> Rulebook:
    return Rulebook(ref="shop@1", profile="shop", rows=rows, **more)  # type: ignore[arg-type]  # rows of any kind


def clock(**changes: object) -> TimerRow:
    usual = {
        "id": "shop.answer",
        "version": 1,
        "binding": "conduct_time",
        "step": "answer.exchange",
        "owes": "merchant",
        "hours": 24,
        "on_breach": "agree",
        **FROM_SPRING,
    }
    return TimerRow(**{**usual, **changes})  # type: ignore[arg-type]  # fields by name


def at(moment: datetime) -> Times:
    return Times(judged_at=moment)


old = clock()
new = clock(version=2, hours=36, in_force_from=SUMMER, in_force_to=WINTER)


@pytest.mark.parametrize(
    ("moment", "hours"), [(SPRING, 24), (SUMMER, 36), (AUTUMN, 36), (WINTER, 24)]
)
def test_of_one_id_the_highest_version_in_force_holds(
    moment: datetime, hours: int
) -> None:
    """From its first moment on, until before the first it no longer is in force."""
    for rows in ((old, new), (new, old)):
        assert book(*rows).timer("answer.exchange", at(moment)).hours == hours


def test_before_any_is_in_force_there_is_no_rule() -> None:
    before = datetime(2026, 2, 28, tzinfo=UTC)
    with pytest.raises(NoSuchRule) as refused:
        book(old, new).timer("answer.exchange", at(before))
    assert refused.value.details == {"step": "answer.exchange", "profile": "shop"}


@pytest.mark.parametrize(
    ("binding", "hours"),
    [("order_time", 24), ("conduct_time", 36), ("adjudication_time", 24)],
)
def test_each_row_looks_at_the_date_of_its_own_binding(
    binding: str, hours: int
) -> None:
    """Ordered in spring, done in autumn, judged in winter, when version 2 has ended."""
    times = Times(ordered_at=SPRING, conduct_at=AUTUMN, judged_at=WINTER)
    rows = (clock(binding=binding), clock(**as_of(new), binding=binding))
    assert book(*rows).timer("answer.exchange", times).hours == hours


def as_of(row: TimerRow) -> dict[str, object]:
    """Return what makes the second version differ."""
    return {
        "version": row.version,
        "hours": row.hours,
        "in_force_from": row.in_force_from,
        "in_force_to": row.in_force_to,
    }


def test_a_row_narrowed_to_the_goods_beats_the_general_one() -> None:
    pets = clock(id="shop.answer-pets", hours=5, goods=("pets",))
    rules = book(pets, old)
    assert rules.timer("answer.exchange", at(SUMMER), "pets").hours == 5
    assert rules.timer("answer.exchange", at(SUMMER), "hats").hours == 24
    assert rules.timer("answer.exchange", at(SUMMER)).hours == 24


def test_a_row_is_found_by_what_events_call_it_whether_it_holds_or_not() -> None:
    assert book(old, new).row("shop.answer@1") == old
    assert book(old, new).row("shop.answer@3") is None


def test_approvals_rise_with_the_amount_and_end_with_whoever_may_all() -> None:
    levels = DOUYIN.approvals("goodwill", at(SUMMER))
    assert [(level.role, level.up_to_fen) for level in levels] == [
        ("system", 5_000),
        ("senior_agent", 20_000),
        ("finance_approver", None),
    ]
    turned = book(*reversed(levels))
    assert turned.approvals("goodwill", at(SUMMER)) == levels
    assert isinstance(levels[0], ApprovalRow)


def test_an_issue_without_a_row_is_decided_as_any_other() -> None:
    other = DOUYIN.burden("other", at(SUMMER))
    assert isinstance(other, BurdenRow)
    assert book(other).burden("freight", at(SUMMER)) == other
    with pytest.raises(NoSuchRule):
        book().burden("freight", at(SUMMER))


def test_every_issue_step_and_approval_has_a_row_in_both_packs() -> None:
    for rules in (TAOBAO, DOUYIN):
        for issue in ("not_received", "counterfeit", "freight", "service"):
            assert rules.burden(issue, at(SUMMER)).issue == issue
        for step in ("refund", "goodwill", "resolution", "ruling"):
            assert rules.approvals(step, at(SUMMER))[-1].up_to_fen is None


def test_caps_come_in_the_order_they_are_asked_for() -> None:
    named = ["taobao-like.day-cap", "taobao-like.track-cap", "taobao-like.no-cap"]
    caps = TAOBAO.caps(at(SUMMER), named)
    assert [cap.id for cap in caps] == named[:2]


def test_a_formula_is_clipped_at_both_ends_or_fixed() -> None:
    ends = Formula(base="item", rate_bp=1_000, min_fen=300, max_fen=500)
    assert [amount(ends, {"item": fen}) for fen in (100, 4_000, 9_000)] == [
        300,
        400,
        500,
    ]
    assert amount(Formula(base="fixed", fixed_fen=300), {}) == 300
    assert amount(None, {}) == 0
    assert [share(fen, 500) for fen in (9, 10, 29, 30)] == [0, 1, 1, 2]


def label(**changes: object) -> LabelRow:
    usual = {
        "id": "shop.ship",
        "version": 1,
        "binding": "order_time",
        "label": "ship",
        "promise": "ship_by",
        "hours": 24,
        **FROM_SPRING,
    }
    return LabelRow(**{**usual, **changes})  # type: ignore[arg-type]  # fields by name


def hours_of(source: str | None, *books: Rulebook, moment: datetime = AUTUMN) -> object:
    rule = labels_of(books).rule("ship", moment, source)
    return rule.hours if rule else None


def test_a_label_means_what_the_pack_of_the_orders_source_says() -> None:
    ours = book(label(), fallback=True, usual=("ship",))
    theirs = book(label(hours=72), sources=("bazaar",))
    nobodys = book(label(hours=99))
    books = (theirs, nobodys, ours)
    assert hours_of("bazaar", *books) == 72
    assert hours_of("stall", *books) == 24
    assert hours_of(None, *books) == 24
    terms = labels_of(books)
    assert (terms.usual_labels("stall"), terms.usual_labels("bazaar")) == (
        ("ship",),
        (),
    )


def test_a_pack_that_speaks_for_no_source_promises_nobody_anything() -> None:
    ours = book(label(label="other"), fallback=True)
    assert hours_of("stall", book(label()), ours) is None


def test_a_label_its_source_does_not_know_means_what_it_does_elsewhere() -> None:
    ours = book(label(), fallback=True)
    theirs = book(label(label="other"), sources=("bazaar",))
    assert hours_of("bazaar", theirs, ours) == 24


def test_a_label_that_ended_promises_nothing_to_orders_placed_later() -> None:
    ours = book(label(in_force_to=SUMMER), fallback=True)
    assert hours_of(None, ours, moment=SPRING) == 24
    assert hours_of(None, ours, moment=SUMMER) is None


def test_the_oldest_rule_of_a_label_holds_from_the_start() -> None:
    ours = book(label(), fallback=True)
    assert hours_of(None, ours, moment=datetime(2020, 1, 1, tzinfo=UTC)) == 24


def test_a_document_becomes_a_rulebook_under_the_reference_given() -> None:
    paid = EntitlementRow(
        id="shop.late",
        version=1,
        binding="conduct_time",
        trigger="SHIP_OVERDUE",
        formula=None,
        **FROM_SPRING,  # type: ignore[arg-type]  # fields by name
    )
    document = PolicyDocument(
        profile="shop", sources=("bazaar",), usual=("ship",), row=(paid, label())
    )
    rules = rulebook_of(document, "shop@7")
    assert (rules.ref, rules.sources, rules.usual) == ("shop@7", ("bazaar",), ("ship",))
    rows: tuple[MoneyRow, ...] = (paid,)
    assert rules.money("SHIP_OVERDUE", at(SUMMER)) == rows
    assert rules.money("OUT_OF_STOCK", at(SUMMER)) == ()


@pytest.mark.parametrize(
    ("step", "hours"),
    [
        ("answer.changed_unshipped", 120),
        ("answer.changed", 120),
        ("answer.changed_repair", 120),
        ("answer.refund_unshipped", None),
    ],
)
def test_a_request_changed_in_spring_festival_is_answered_in_five_days(
    step: str, hours: int | None
) -> None:
    """20009347: the same for every type; what was asked at once and unshipped stays."""
    festival = datetime(2026, 2, 15, tzinfo=UTC)
    for rules in (TAOBAO, DOUYIN):
        row = replacing(rules.calendars(at(festival)), Where(), step, festival)
        assert (row and row.hours) == hours
