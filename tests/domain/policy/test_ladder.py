"""Of the rungs reached the first is taken; some need several days running."""

from datetime import UTC, datetime

import pytest

from domain.policy.ladder import late_tickets, reached, tickets_deduction
from domain.policy.rows import LadderRow, Rung, ServiceTicketsRow
from tests.domain.policy.facts import DOUYIN

HARD = Rung(
    orders_from=200,
    rate_from_bp=4_000,
    days_running=2,
    effect="orders_limited",
    orders_a_day=0,
    days=7,
)
SOFT = Rung(
    orders_from=200,
    rate_from_bp=3_000,
    effect="orders_limited",
    orders_a_day=100,
    days=7,
)
LADDER = LadderRow(
    id="shop.late",
    version=1,
    title="Late too often",
    binding="conduct_time",
    in_force_from=datetime(2026, 1, 1, tzinfo=UTC),
    source="[Δ]",
    trigger="SHIP_OVERDUE",
    of="store",
    rungs=(HARD, SOFT),
)


def test_the_hardest_rung_reached_is_taken() -> None:
    assert reached(LADDER, due=1_000, wrong=400, days_running=2) == HARD
    assert reached(LADDER, due=1_000, wrong=400, days_running=1) == SOFT
    assert reached(LADDER, due=1_000, wrong=300) == SOFT


def test_neither_few_orders_nor_a_small_share_reach_one() -> None:
    assert reached(LADDER, due=1_000, wrong=299) is None
    assert reached(LADDER, due=300, wrong=199) is None


TICKETS = DOUYIN.row("douyin-like.overdue-tickets@20260731")
WARNED, CHARGED = "warned", "charged"


@pytest.mark.parametrize(
    ("tickets", "overdue", "outcome"),
    [
        (5, 0, None),
        (100, 29, None),
        (100, 30, WARNED),
        (100, 59, WARNED),
        (100, 60, CHARGED),
        (5, 3, CHARGED),
        (4, 1, None),
        (4, 2, WARNED),
        (3, 3, CHARGED),
        (0, 0, None),
    ],
)
def test_service_tickets_late_too_often_are_warned_of_and_then_charged(
    tickets: int, overdue: int, outcome: str | None
) -> None:
    """Five and more: 30 % and 60 %; fewer: two and three (31 July 2026)."""
    assert isinstance(TICKETS, ServiceTicketsRow)
    rung = late_tickets(TICKETS, tickets, overdue)
    told = rung and (WARNED if rung.formula is None else CHARGED)
    assert told == outcome
    assert tickets_deduction(rung, 5_000_000) == (7_500 if outcome == CHARGED else 0)


def test_late_tickets_cost_a_part_of_the_weeks_turnover_30_to_200() -> None:
    """0.15 %."""
    assert isinstance(TICKETS, ServiceTicketsRow)
    rung = late_tickets(TICKETS, 10, 8)
    assert tickets_deduction(rung, 100_000) == 3_000
    assert tickets_deduction(rung, 10_000_000) == 15_000
    assert tickets_deduction(rung, 1_000_000_000) == 20_000
