"""An agent's own plan promises nothing of an order that it does not have."""

import pytest

from application.resolutions.own_plans import BeyondTheOrder, within_order
from application.resolutions.said import Proposing
from domain.money import Money
from domain.plan import Plan, PlanStep
from tests.application.resolving import LIN, Anna


@pytest.fixture
def anna() -> Anna:
    anna = Anna()
    anna.falls_short()
    return anna


def proposes(anna: Anna, *steps: PlanStep) -> None:
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=steps),))
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))


def refund(minor: int, currency: str = "CNY") -> PlanStep:
    amount = Money(minor, currency)
    return PlanStep(action="refund_partial", part="service", amount=amount)


def test_what_was_paid_may_go_back_and_not_a_fen_more(anna: Anna) -> None:
    paid = sum(anna.order.captured.values())
    whole = Plan(name="own", steps=(refund(paid - 1), refund(1)))
    within_order(whole, anna.order)
    with pytest.raises(BeyondTheOrder) as refused:
        proposes(anna, refund(paid), refund(1))
    assert refused.value.details["asked"] == paid + 1


def test_it_goes_back_in_the_currency_it_came_in(anna: Anna) -> None:
    with pytest.raises(BeyondTheOrder) as refused:
        proposes(anna, refund(1, "USD"))
    assert refused.value.details["currencies"] == ["USD"]


def test_nobody_is_paid_at_their_own_cost(anna: Anna) -> None:
    amount = Money(1, "CNY")
    step = PlanStep(
        action="refund_full", part="service", amount=amount, bearer="consumer"
    )
    with pytest.raises(BeyondTheOrder) as refused:
        proposes(anna, step)
    assert refused.value.details["bearer"] == "consumer"


def test_a_line_the_order_does_not_have_is_not_made_good(anna: Anna) -> None:
    step = PlanStep(action="notify_only", part="service", lines=(77,))
    with pytest.raises(BeyondTheOrder) as refused:
        proposes(anna, step)
    assert refused.value.details["lines"] == [77]
