"""Cases that another platform runs: followed here, never answered, never adjusted."""

from msgspec.structs import replace

from domain.after_sales import (
    AddEvidence,
    ApproveCase,
    AssignCase,
    CaseContradicted,
    CaseReported,
    OrderRefund,
    RateCase,
    ReportCase,
    RunElsewhere,
    allowed,
)
from domain.money import Money
from domain.timer import CheckClocks, TimerExtended, TimerStarted
from tests.domain.after_sales import (
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    JACKET_PRICE,
    LIN,
    MONDAY,
    ORDER_ID,
    PHOTO,
    RULES,
    SECOND,
    SHOP,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    after,
    approve,
    asked,
    given,
    owed,
    said,
    state,
)

report = ReportCase(
    order=ORDER_ID,
    consumer="anna",
    source="doudian",
    number="AS-1",
    type="return_refund",
    status="awaiting_merchant",
    amount=JACKET_PRICE,
    deadline=WEDNESDAY,
    word="6",
)
agreed = replace(report, status="awaiting_consumer_return", deadline=None, word="7")
done = replace(report, status="succeeded", deadline=None, word="12")


def test_a_case_told_of_is_followed_with_the_deadline_it_was_told_with() -> None:
    past = after(given(), (report, MONDAY))
    case = state(past)
    assert (case.status, case.type, case.order) == (
        "awaiting_merchant",
        "return_refund",
        ORDER_ID,
    )
    assert case.elsewhere
    assert owed(past) == {"answer": WEDNESDAY}
    (begun,) = (each for each in past.past if isinstance(each, TimerStarted))
    assert begun.told


def test_without_a_deadline_our_own_row_tells_when_it_is_due() -> None:
    past = after(given(), (replace(report, deadline=None), MONDAY))
    assert owed(past) == {"answer": MONDAY + 36 * HOUR}


def test_a_deadline_told_anew_is_moved_and_says_so() -> None:
    past = after(given(), (report, MONDAY))
    later = replace(report, deadline=FRIDAY)
    moved = after(past, (later, TUESDAY))
    assert owed(moved) == {"answer": FRIDAY}
    (extended,) = (each for each in moved.past if isinstance(each, TimerExtended))
    assert (extended.reason, extended.by) == ("told", "doudian")


def test_the_service_does_nothing_about_a_deadline_of_another_platform() -> None:
    past = after(given(), (report, MONDAY))
    late = past.when(CheckClocks(), at=WEDNESDAY + SECOND).happens()
    assert said(late, past) == ("timer.breached",)
    assert state(late).status == "awaiting_merchant"
    late.when(CheckClocks(), at=FRIDAY).then()


def test_the_latest_word_counts_by_its_own_time() -> None:
    one = after(given(), (report, MONDAY), (agreed, TUESDAY), (done, WEDNESDAY))
    other = after(given(), (done, WEDNESDAY), (agreed, TUESDAY), (report, MONDAY))
    assert state(one).status == state(other).status == "succeeded"
    assert owed(one) == owed(other) == {}


def test_what_was_told_before_says_nothing_new() -> None:
    after(given(), (report, MONDAY)).when(report, at=MONDAY).then()


def test_a_word_that_is_none_of_ours_leaves_the_state() -> None:
    strange = replace(report, status=None, word="4711", deadline=None)
    past = after(given(), (report, MONDAY), (strange, TUESDAY))
    assert state(past).status == "awaiting_merchant"
    assert isinstance(past.past[-1], CaseReported)


def test_a_case_run_elsewhere_is_answered_there() -> None:
    past = after(given(), (report, MONDAY))
    past.when(approve, at=TUESDAY).refused(RunElsewhere)
    offered = allowed(state(past), "merchant", RULES, TUESDAY)
    assert ApproveCase not in offered
    assert AddEvidence in offered
    assert OrderRefund not in offered


def test_it_is_assigned_and_documented_here() -> None:
    past = after(
        given(),
        (report, MONDAY),
        (AssignCase(by=LIN, agent="lin"), TUESDAY),
        (AddEvidence(by=SHOP, evidence=(PHOTO,)), TUESDAY),
        (done, THURSDAY),
        (RateCase(by=ANNA, score=5), FRIDAY),
    )
    assert state(past).agent == "lin"


def test_the_platform_steps_in_where_the_case_is_run() -> None:
    stepped_in = replace(report, intervening=True, word="arbitrate")
    past = after(given(), (report, MONDAY), (stepped_in, TUESDAY))
    assert state(past).intervening
    out = after(past, (replace(report, intervening=False, word="6"), WEDNESDAY))
    assert not state(out).intervening


# -- What contradicts --


def flag(code: str) -> CaseContradicted:
    return CaseContradicted(at=FRIDAY, code=code, about="AS-1")


def test_our_own_case_keeps_its_word_and_flags_theirs() -> None:
    past = after(asked(), (replace(done, amount=Money(1, "CNY")), FRIDAY))
    assert state(past).status == "awaiting_merchant"
    assert state(past).claimed == JACKET_PRICE
    assert flag("status_told_differently") in past.past
    assert flag("amount_told_differently") in past.past


def test_a_deadline_told_of_our_own_case_wins_over_our_row() -> None:
    past = after(asked(), (replace(report, deadline=MONDAY + 9 * DAY), MONDAY + HOUR))
    assert owed(past) == {"answer": MONDAY + 9 * DAY}
    assert state(past).contradictions == frozenset()


def test_a_paid_amount_told_differently_is_flagged_and_stays() -> None:
    past = after(given(), (done, MONDAY))
    other = replace(done, amount=Money(1, "CNY"), word="12b")
    past.when(other, at=FRIDAY).then(
        CaseReported(
            at=FRIDAY,
            order=ORDER_ID,
            consumer="anna",
            source="doudian",
            number="AS-1",
            type="return_refund",
            status="succeeded",
            amount=Money(1, "CNY"),
            word="12b",
        ),
        flag("amount_told_differently"),
    )


def test_less_than_nothing_cannot_be_refunded() -> None:
    past = after(given(), (replace(report, amount=Money(-5, "CNY")), FRIDAY))
    assert flag("amount_below_zero") in past.past


def test_a_case_told_of_under_another_order_is_flagged() -> None:
    other = replace(report, order="order-B-2")
    past = after(given(), (report, MONDAY), (other, FRIDAY))
    assert flag("order_told_differently") in past.past
