"""How each amount of a plan was rounded, and what of tax is in it, as codes.

No law is made up here: prices and what was paid are as the order was charged, its value
added tax within. What goes back reverses that in proportion; what is paid beside it
makes no price less, so it is shown without tax, and who owes tax on it is not said.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from msgspec import Struct

from domain.plan import DEDUCTS, RECLAIMS, Action, Plan, PlanStep
from domain.policy.book import Rulebook
from domain.policy.rows import MoneyRow

Rounding = Literal[
    "shares_of_paid",  # what was paid by line and postage, by largest remainder
    "rate_to_fen",  # a rate of what was paid, half up to the fen
    "rate_to_yuan",  # a rate of what was paid, half up to the yuan
    "as_seen",  # a difference as it was seen, nothing rounded
    "as_written",  # an amount that somebody, or a row, wrote down
    "as_borne",  # what others bore, to the fen
]
Tax = Literal[
    "reversed_in_proportion",  # the tax within the price goes back with it
    "without_tax",  # no price reduction: shown without tax
    "within_price",  # goods at the price paid, its tax within
]

SHARES: Final[frozenset[Action]] = frozenset(
    {"refund_full", "platform_advance", "refund_freight"}
)
GOODS: Final[frozenset[Action]] = frozenset(
    {"resend", "exchange", "reship_other_carrier"}
)
BACK: Final[frozenset[Action]] = SHARES | {"refund_partial", "price_diff"}
BY_THE_YUAN: Final = "half_up_to_yuan"


class AmountNote(Struct, frozen=True, kw_only=True):
    """How the amount of a plan's step, counted from one, was rounded; and its tax."""

    plan: str
    step: int
    rounding: Rounding
    tax: Tax


def notes_of(plans: Iterable[Plan], book: Rulebook) -> Iterator[AmountNote]:
    """Yield a note for each step that has an amount, or charges one."""
    for plan in plans:
        for number, step in enumerate(plan.steps, start=1):
            if step.amount is not None or step.charged_fen:
                yield AmountNote(
                    plan=plan.name,
                    step=number,
                    rounding=rounding(step, plan, book),
                    tax=tax(step),
                )


def rounding(step: PlanStep, plan: Plan, book: Rulebook) -> Rounding:
    """Return how a step's amount was rounded; what no rule priced is as written."""
    if step.breaches:
        return by_row(step, book)
    if plan.policy is None:
        return "as_written"
    found: Mapping[Action, Rounding] = {
        "refund_partial": "rate_to_fen",
        "coupon_compensation": "rate_to_fen",
        "cash_compensation": "rate_to_fen",
        "price_diff": "as_seen",
    }
    if step.action in SHARES | GOODS:
        return "shares_of_paid"
    if step.action in RECLAIMS:
        return "as_borne"
    return found.get(step.action, "as_written")


def by_row(step: PlanStep, book: Rulebook) -> Rounding:
    """Return how the row of money that priced a step rounds."""
    row = book.row(step.policy) if step.policy else None
    formula = row.formula if isinstance(row, MoneyRow) else None
    whole = formula is not None and formula.round == BY_THE_YUAN
    return "rate_to_yuan" if whole else "rate_to_fen"


def tax(step: PlanStep) -> Tax:
    """Return what of tax is in a step's amount."""
    if step.action in BACK:
        return "reversed_in_proportion"
    if step.action in GOODS:
        return "within_price"
    assert step.action == DEDUCTS or step.amount is not None, "else there is no note"
    return "without_tax"
