"""Who may send how much of a case's money off, and from where."""

from datetime import datetime
from typing import Final

from domain.after_sales.state import Case
from domain.after_sales.values import RefundRoute
from domain.money import Money
from domain.party import ActingRole
from domain.policy.book import Rulebook
from domain.policy.rows import Times

# A merchant refunds with what is its own; what lies with the platform, the platform.
OWN_ROUTES: Final[frozenset[RefundRoute]] = frozenset(
    {"original", "merchant_balance", "offline"}
)
# From whose limit on an amount is looked at by a second pair of eyes.
FIRST_LIMIT: Final = "agent"


def times_of(case: Case, at: datetime) -> Times:
    """Return the dates rules about a case are chosen by; conduct is what is asked."""
    return Times(ordered_at=case.ordered_at, conduct_at=at, judged_at=at)


def limits(policy: Rulebook, case: Case, at: datetime) -> dict[str, int | None]:
    """Return up to how many minor units each role may refund; None has no end."""
    rows = policy.approvals("refund", times_of(case, at))
    return {row.role: row.up_to_fen for row in rows}


def may_approve(case: Case, role: ActingRole, policy: Rulebook, at: datetime) -> bool:
    """Whether what is due lies within the limit of a role.

    A merchant pays with its own money and has none. Where the rules name no limits at
    all, nobody has one.
    """
    due, bounds = case.to_pay, limits(policy, case, at)
    if due is None or role == "merchant" or not bounds:
        return True
    return role in bounds and within(due, bounds[role])


def needs_four_eyes(case: Case, policy: Rulebook, at: datetime) -> bool:
    """Whether what is due lies beyond what the one who works on a case may refund."""
    due, bounds = case.to_pay, limits(policy, case, at)
    return (
        due is not None
        and FIRST_LIMIT in bounds
        and not within(due, bounds[FIRST_LIMIT])
    )


def within(amount: Money, bound: int | None) -> bool:
    """Whether an amount lies within a limit."""
    return bound is None or amount.minor <= bound
