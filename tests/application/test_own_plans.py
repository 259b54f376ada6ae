"""An agent's own plan promises nothing of an order that it does not have."""

from uuid import UUID

import pytest

from application.resolutions.own_plans import BeyondTheOrder, within_order
from application.resolutions.said import Proposing
from domain.after_sales import WithdrawCase
from domain.compensation import GoodwillCapped
from domain.money import Money
from domain.party import SYSTEM, By
from domain.plan import Block, Plan, PlanStep
from domain.resolution import (
    AcceptPlan,
    ApprovePlan,
    GoodwillBlocked,
    SettleStep,
    TriageResolution,
)
from domain.resolution.state import StepState
from tests.application.resolving import (
    ANNA,
    DAY,
    LIN,
    ROWS,
    WEI,
    Anna,
    limit,
    shortfall,
)

FEE = By(role="finance_approver", name="fee")


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


# -- Money that no row gives is goodwill, whichever way it goes back --


def stuck() -> Anna:
    """Return Anna whose parcel stands still: a refund of all of it is what is owed."""
    limits = (limit(each, "finance_approver", None) for each in ("goodwill", "refund"))
    more = (*ROWS, *limits, limit("resolution", "finance_approver", None))
    anna = Anna(more)
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    return anna


def proposed(anna: Anna) -> PlanStep:
    """Return the first step of what stands proposed."""
    proposal = anna.resolution.proposal
    assert proposal is not None
    return proposal.plans[0].plan.steps[0]


def gives(anna: Anna, step: PlanStep) -> StepState:
    """Propose a step, have it approved and taken, and begin it."""
    proposes(anna, step)
    asked = anna.resolution.asks["own"]
    anna.asks(ApprovePlan(by=FEE, plan="own", hash=asked.hash))
    anna.asks(AcceptPlan(by=ANNA, plan="own"))
    (key,) = anna.starts()
    found = anna.resolution.step(key)
    assert found is not None
    return found


def caps(anna: Anna) -> list[tuple[int, str]]:
    day = anna.day.reservations.values()
    return [(each.total_fen, each.standing) for each in day if each.goodwill]


def test_a_refund_that_no_row_gives_is_goodwill_whatever_it_is_called() -> None:
    anna = stuck()
    proposes(anna, refund(15_000))
    step = proposed(anna)
    assert (step.part, step.reversible) == ("goodwill", False)
    with pytest.raises(GoodwillCapped):
        proposes(anna, refund(15_001))


def test_a_refund_within_what_a_row_gives_is_the_rows() -> None:
    anna = stuck()
    less = PlanStep(
        action="refund_full", part="service", amount=Money(40_000, "CNY"), lines=(1,)
    )
    proposes(anna, less)
    assert proposed(anna).part == "service"


def test_what_a_row_gives_once_is_not_given_twice() -> None:
    anna = stuck()
    step = PlanStep(action="refund_full", part="service", amount=Money(20_000, "CNY"))
    with pytest.raises(GoodwillCapped):
        proposes(anna, step, step)


def test_who_is_flagged_is_given_no_refund_that_nobody_owes() -> None:
    anna = stuck()
    grave = anna.resolution.severity
    assert grave is not None
    block = Block(reason="abuse", until=anna.at + 90 * DAY, flag="f")
    anna.asks(TriageResolution(by=SYSTEM, severity=grave, block=block))
    with pytest.raises(GoodwillBlocked):
        proposes(anna, refund(10_000))


def test_goodwill_that_goes_back_is_set_aside_under_its_cap_until_it_arrived() -> None:
    anna = stuck()
    step = gives(anna, refund(15_000))
    assert caps(anna) == [(15_000, "reserved")]
    assert step.matter is not None
    anna.refund_comes_back(UUID(step.matter), succeeded=False)
    assert caps(anna) == [(15_000, "reserved")]
    anna.at += DAY
    anna.starts()
    anna.refund_comes_back(UUID(step.matter), succeeded=True)
    assert caps(anna) == [(15_000, "paid")]


def test_what_never_went_back_is_free_for_other_goodwill() -> None:
    anna = stuck()
    step = gives(anna, refund(15_000))
    assert step.matter is not None
    withdrawn = WithdrawCase(by=SYSTEM)
    anna.cases.take(UUID(step.matter), withdrawn, anna.context(withdrawn))
    assert caps(anna) == [(15_000, "released")]


def test_left_out_by_people_it_counts_no_more() -> None:
    anna = stuck()
    step = gives(anna, refund(15_000))
    anna.refund_fails_for_good(step.key)
    anna.asks(SettleStep(by=WEI, step=step.key, way="skip", reason="not_meant"))
    assert caps(anna) == [(15_000, "released")]
