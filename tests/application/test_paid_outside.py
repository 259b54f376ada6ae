"""A refund that people paid by hand is the order's refund as well, and paid once."""

import pytest

from domain.after_sales import OrderRefund
from domain.after_sales.refusals import NotNow
from domain.party import SYSTEM
from domain.resolution import AcceptPlan, SettleStep
from tests.application.resolving import (
    ANNA,
    LIN,
    ROWS,
    Anna,
    shortfall,
)

REFUND = "1/refund/1"


@pytest.fixture
def anna() -> Anna:
    """Return Anna whose refund is begun."""
    anna = Anna(ROWS)
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    return anna


def paid_by_hand(anna: Anna) -> None:
    anna.asks(
        SettleStep(by=LIN, step=REFUND, way="done_elsewhere", reason="paid_in_cash")
    )


def test_paid_by_hand_the_order_has_given_it_back(anna: Anna) -> None:
    case = anna.case(anna.refund_fails_for_good(REFUND))
    assert (case.refund_status, anna.order.refunded) == ("failed", {})
    paid_by_hand(anna)
    assert anna.order.refunded == {"CNY": 50_000}
    step = anna.resolution.step(REFUND)
    assert step is not None
    assert (step.standing, step.settled) == ("succeeded", "done_elsewhere")


def test_paid_by_hand_it_is_not_ordered_once_more(anna: Anna) -> None:
    case_id = anna.refund_fails_for_good(REFUND)
    paid_by_hand(anna)
    case = anna.case(case_id)
    assert (case.status, case.refund_status) == ("succeeded", "succeeded")
    assert [each.route for each in case.refunds.values()][-1] == "offline"
    again = OrderRefund(by=SYSTEM, refund="again")
    with pytest.raises(NotNow):
        anna.cases.take(case_id, again, anna.context(again))


def test_while_a_refund_is_on_its_way_only_the_gateway_says_what_came_of_it(
    anna: Anna,
) -> None:
    case_id = anna.refund_fails_for_good(REFUND)
    sent = OrderRefund(by=SYSTEM, refund="sent-by-finance")
    anna.cases.take(case_id, sent, anna.context(sent))
    paid_by_hand(anna)
    assert anna.order.refunded == {}
    anna.refund_comes_back(case_id, succeeded=True)
    assert anna.order.refunded == {"CNY": 50_000}
