"""Of the rungs reached the first is taken; some need several days running."""

from datetime import UTC, datetime

from domain.policy.ladder import reached
from domain.policy.rows import LadderRow, Rung

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
