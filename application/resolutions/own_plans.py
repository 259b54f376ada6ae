"""What plans of an agent's own may promise of an order: what it has, and was paid.

The rules price their plans by the order. An agent writes down any amount: what could
not be carried out would be offered, taken, and end with a person.
"""

from typing import Final

from domain.kernel import Refused
from domain.order import Order
from domain.order.shares import paid_shares
from domain.plan import Action, Plan

GOES_BACK: Final[frozenset[Action]] = frozenset(
    {
        "refund_full",
        "refund_partial",
        "refund_freight",
        "price_diff",
        "platform_advance",
    }
)


class BeyondTheOrder(Refused):
    """A plan is about lines of its order, and gives back what was paid at most."""


def within_order(plan: Plan, order: Order) -> None:
    """Raise BeyondTheOrder for what the order does not have.

    Raises OrderUnpaid and CurrenciesDiffer where nobody can say what was paid.
    """
    known = {line.line for line in order.lines}
    strange = sorted({each for step in plan.steps for each in step.lines} - known)
    if strange:
        raise BeyondTheOrder(plan=plan.name, lines=strange)
    back = [
        (step.bearer, step.amount)
        for step in plan.steps
        if step.action in GOES_BACK and step.amount is not None
    ]
    if not back:
        return
    if any(bearer == "consumer" for bearer, _ in back):
        raise BeyondTheOrder(plan=plan.name, bearer="consumer")
    shares = paid_shares(order).values()
    currency = next(iter(shares)).goods.currency
    paid = sum(each.goods.minor + each.freight.minor for each in shares)
    others = sorted({amount.currency for _, amount in back} - {currency})
    if others:
        raise BeyondTheOrder(plan=plan.name, currencies=others, paid_in=currency)
    asked = sum(amount.minor for _, amount in back)
    if asked > paid:
        raise BeyondTheOrder(plan=plan.name, asked=asked, paid=paid, paid_in=currency)
