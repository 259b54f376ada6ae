"""Limits on a store or an item whose orders of a day went wrong too often."""

from datetime import date, timedelta

from domain.policy.money import BP
from domain.policy.rows import LadderRow, Rung


def reached(row: LadderRow, due: int, wrong: int, days_running: int = 1) -> Rung | None:
    """Return the hardest rung reached by so many wrong of those due on one day."""
    for rung in row.rungs:
        often = wrong >= rung.orders_from and wrong * BP >= due * rung.rate_from_bp
        if often and days_running >= rung.days_running:
            return rung
    return None


def limited_from(day: date) -> date:
    """Return when the limit begins: the day after (aJoPPkWZ7VQM)."""
    return day + timedelta(days=1)


def lifted_on(last_picked_up: date) -> date:
    """Return when it ends: the day after the last late order was picked up."""
    return last_picked_up + timedelta(days=1)
