"""Limits on a store or an item whose orders of a day went wrong too often."""

from datetime import date, timedelta

from domain.policy.money import BP, amount
from domain.policy.rows import LadderRow, Rung, ServiceTicketsRow, TicketRung


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


def late_tickets(
    row: ServiceTicketsRow, tickets: int, overdue: int
) -> TicketRung | None:
    """Return the hardest rung reached by so many late of a store's weekly tickets."""
    for rung in row.rungs:
        if tickets < row.few_below:
            often = overdue >= rung.few_from
        else:
            often = overdue > 0 and overdue * BP >= tickets * rung.rate_from_bp
        if often:
            return rung
    return None


def tickets_deduction(rung: TicketRung | None, weekly_gmv_fen: int) -> int:
    """Return what the week costs the store, in fen; a warning costs nothing."""
    if rung is None:
        return 0
    return amount(rung.formula, {"turnover": weekly_gmv_fen})
