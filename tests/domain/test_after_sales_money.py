"""The money of a case: what is due, who may send it off, and what became of it."""

import pytest

from domain.after_sales import (
    ApprovalNeeded,
    AssignCase,
    CaseContradicted,
    CaseEvent,
    CaseSucceeded,
    ChangeRequest,
    FourEyesNeeded,
    NotNow,
    OrderRefund,
    RecordRecovery,
    RecordRefundResult,
    RefundDue,
    RefundFailed,
    RefundNameTaken,
    RefundOrdered,
    RefundRecovered,
    RefundRoute,
    RefundSucceeded,
    RefundUnderWay,
    ReopenCase,
    RouteNotYours,
    allowed,
)
from domain.money import Money
from domain.order.claims import ClaimItem
from domain.timer import TimerMet
from tests.domain.after_sales import (
    ANNA,
    DAY,
    FINANCE,
    FRIDAY,
    JACKET,
    JACKET_PRICE,
    LIN,
    MACHINE,
    MONDAY,
    POSTAGE,
    SHOP,
    THURSDAY,
    TORN,
    TUESDAY,
    WEDNESDAY,
    WEI,
    after,
    approval,
    approve,
    asked,
    bounced,
    paid,
    pay,
    refunding,
    rules,
    state,
)

again = OrderRefund(by=SHOP, refund="R-2", route="merchant_balance")
LIMITS = rules(
    approval("system", 5_000),
    approval("agent", 20_000),
    approval("senior_agent", 50_000),
    approval("finance_approver", None),
)


def test_goods_and_freight_are_due_together() -> None:
    past = after(asked("refund_shipped", freight=POSTAGE), (approve, TUESDAY))
    assert (
        RefundDue(
            at=TUESDAY,
            items=JACKET,
            freight=POSTAGE,
            total=Money(41_000, "CNY"),
            because="agreed",
        )
        in past.past
    )


def test_a_refund_is_ordered_for_all_that_is_due() -> None:
    refunding().when(pay, at=TUESDAY).then(
        RefundOrdered(
            at=TUESDAY, by=SHOP, refund="R-1", route="original", amount=JACKET_PRICE
        )
    )


def test_the_money_arriving_ends_the_case() -> None:
    after(refunding(), (pay, TUESDAY)).when(paid, at=WEDNESDAY).then(
        RefundSucceeded(
            at=WEDNESDAY, refund="R-1", route="original", amount=JACKET_PRICE
        ),
        CaseSucceeded(at=WEDNESDAY),
        TimerMet(at=WEDNESDAY, timer="pay_refund", seconds_left=5 * 24 * 3600),
    )


def test_two_refunds_are_never_on_their_way_at_once() -> None:
    after(refunding(), (pay, TUESDAY)).when(again, at=TUESDAY).refused(RefundUnderWay)


def test_a_refund_that_failed_is_ordered_again_by_another_route() -> None:
    failed = after(refunding(), (pay, TUESDAY))
    failed.when(bounced, at=WEDNESDAY).then(
        RefundFailed(
            at=WEDNESDAY, refund="R-1", route="original", failure="account_closed"
        )
    )
    failed = after(failed, (bounced, WEDNESDAY))
    assert state(failed).refund_status == "failed"
    failed.when(pay, at=THURSDAY).refused(RefundNameTaken)
    ordered = after(failed, (again, THURSDAY))
    assert state(ordered).refund_status == "ordered"
    done = after(ordered, (RecordRefundResult(refund="R-2", succeeded=True), FRIDAY))
    assert (state(done).paid, state(done).status) == (40_000, "succeeded")


def test_nothing_is_paid_twice() -> None:
    done = after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY))
    done.when(again, at=THURSDAY).refused(NotNow)
    done.when(paid, at=THURSDAY).then()


def test_what_the_platform_advanced_is_got_back() -> None:
    advance = OrderRefund(by=FINANCE, refund="R-1", route="platform_advance")
    past = after(refunding(), (advance, TUESDAY), (paid, WEDNESDAY))
    back = RecordRecovery(refund="R-1", amount=JACKET_PRICE)
    past.when(back, at=FRIDAY).then(
        RefundRecovered(at=FRIDAY, refund="R-1", amount=JACKET_PRICE)
    )
    recovered = after(past, (back, FRIDAY))
    assert state(recovered).refund_status == "recovered"
    assert state(recovered).paid == 40_000
    recovered.when(back, at=FRIDAY).then()


def test_nothing_is_got_back_that_nobody_advanced() -> None:
    past = after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY))
    back = RecordRecovery(refund="R-1", amount=JACKET_PRICE)
    past.when(back, at=FRIDAY).then(
        CaseContradicted(at=FRIDAY, code="recovered_without_advance", about="R-1")
    )


@pytest.mark.parametrize("route", ["deposit", "platform_advance"])
def test_a_merchant_refunds_from_its_own_money(route: RefundRoute) -> None:
    order = OrderRefund(by=SHOP, refund="R-1", route=route)
    refunding().when(order, at=TUESDAY).refused(RouteNotYours)


# -- What the gateway says --


def told(refund: str, *, succeeded: bool) -> RecordRefundResult:
    return RecordRefundResult(refund=refund, succeeded=succeeded)


def flagged(code: str, about: str) -> CaseEvent:
    return CaseContradicted(at=FRIDAY, code=code, about=about)


def test_the_result_of_a_refund_nobody_ordered_is_flagged_once() -> None:
    past = refunding()
    unknown = told("R-9", succeeded=True)
    past.when(unknown, at=FRIDAY).then(flagged("refund_unknown", "R-9"))
    after(past, (unknown, FRIDAY)).when(unknown, at=FRIDAY).then()


def test_a_refund_said_to_have_failed_after_it_arrived_is_flagged() -> None:
    done = after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY))
    done.when(bounced, at=FRIDAY).then(flagged("refund_told_differently", "R-1"))
    assert state(after(done, (bounced, FRIDAY))).paid == 40_000


def test_a_refund_that_arrived_after_all_is_believed() -> None:
    failed = after(refunding(), (pay, TUESDAY), (bounced, WEDNESDAY))
    assert state(after(failed, (paid, FRIDAY))).status == "succeeded"


def test_but_not_beside_another_one() -> None:
    failed = after(refunding(), (pay, TUESDAY), (bounced, WEDNESDAY), (again, THURSDAY))
    failed.when(paid, at=FRIDAY).then(flagged("refund_told_differently", "R-1"))


# -- Who may --


def limited(role: str) -> OrderRefund:
    who = {"agent": LIN, "senior_agent": WEI, "finance_approver": FINANCE}
    return OrderRefund(by=who.get(role, MACHINE), refund="R-1")


def test_an_agent_refunds_up_to_its_limit() -> None:
    past = refunding(policy=LIMITS)
    past.when(limited("agent"), at=TUESDAY).refused(ApprovalNeeded)
    past.when(limited("system"), at=TUESDAY).refused(ApprovalNeeded)
    assert state(after(past, (limited("senior_agent"), TUESDAY))).live_refund


def test_what_lies_beyond_a_limit_is_not_offered() -> None:
    case = state(refunding(policy=LIMITS))
    assert OrderRefund not in allowed(case, "agent", LIMITS, TUESDAY)
    assert OrderRefund in allowed(case, "finance_approver", LIMITS, TUESDAY)


def test_a_merchant_needs_nobodys_leave_to_pay_its_own_money() -> None:
    assert state(after(refunding(policy=LIMITS), (pay, TUESDAY))).live_refund


def test_a_large_amount_is_refunded_by_another_than_who_worked_on_it() -> None:
    assigned = AssignCase(by=WEI, agent="lin")
    past = after(refunding(policy=LIMITS), (assigned, TUESDAY))
    past.when(limited("senior_agent"), at=TUESDAY).refused(FourEyesNeeded)
    assert state(after(past, (limited("finance_approver"), TUESDAY))).live_refund


# -- Line by line --


def test_what_was_refunded_is_told_line_by_line() -> None:
    hat = ClaimItem(line=2, quantity=1, amount=Money(5_000, "CNY"))
    past = asked("refund_shipped", items=(*JACKET, hat), freight=POSTAGE)
    done = after(past, (approve, MONDAY), (pay, TUESDAY), (paid, WEDNESDAY))
    settled = state(done).settled
    assert settled.refunded == (*JACKET, hat)
    assert settled.freight == POSTAGE


def test_a_reopened_case_pays_only_what_it_did_not_pay_before() -> None:
    done = after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY))
    more = ChangeRequest(
        by=ANNA, type="refund_shipped", items=JACKET, freight=POSTAGE, reason=TORN
    )
    past = after(
        done,
        (ReopenCase(by=LIN, reason="postage"), THURSDAY),
        (more, THURSDAY),
        (approve, FRIDAY),
    )
    assert state(past).to_pay == POSTAGE
    rest = after(
        past,
        (again, FRIDAY),
        (RecordRefundResult(refund="R-2", succeeded=True), FRIDAY + DAY),
    )
    assert state(rest).settled.refunded == JACKET
    assert state(rest).settled.freight == POSTAGE
