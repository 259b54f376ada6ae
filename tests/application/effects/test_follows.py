"""What follows a step outside is asked once: of a gateway, or through its case."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from application.effects.follows import what_follows
from domain.money import Money
from domain.party import SYSTEM
from domain.plan import PHASE_OF, Action, PlanStep
from domain.resolution.events import StepStarted

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
THROUGH_ITS_CASE = frozenset(
    {
        *("refund_full", "refund_partial", "refund_freight", "price_diff"),
        "platform_advance",
    }
)


def started(action: Action) -> StepStarted:
    does = PlanStep(action=action, part="service", amount=Money(4_200, "CNY"))
    return StepStarted(at=NOON, by=SYSTEM, step="1/a/1", does=does, attempt=1)


@pytest.mark.parametrize("action", sorted(THROUGH_ITS_CASE))
def test_what_a_case_refunds_no_step_pays_beside_it(action: Action) -> None:
    assert not what_follows(started(action))


def test_every_action_that_moves_money_is_paid_one_way() -> None:
    money = {each for each in get_args(Action) if PHASE_OF[each] == "money"}
    by_gateway = {each for each in money if what_follows(started(each))}
    assert by_gateway | THROUGH_ITS_CASE == money
    assert not by_gateway & THROUGH_ITS_CASE
