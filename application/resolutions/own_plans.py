"""What plans of an agent's own may promise of an order: what it has, and was paid.

The rules price their plans by the order. An agent writes down any amount: what could
not be carried out would be offered, taken, and end with a person.
"""

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from application.resolutions.case_steps import GOES_BACK, SENT
from application.resolutions.said import Preview
from application.sellers import SeveralMerchants, by_seller
from domain.compensation import GoodwillCapped, goodwill_left
from domain.kernel import Refused
from domain.order import Order
from domain.plan import DEDUCTS, YUAN, Action, Plan, PlanStep
from domain.planning import Ground
from domain.resolution import OwedByNoRule
from domain.resolution.state import cost_of

BESIDE: Final[frozenset[Action]] = frozenset(
    {"coupon_compensation", "cash_compensation"}
)
# What the consumer gets in money.
IN_MONEY: Final[frozenset[Action]] = GOES_BACK | BESIDE
# What is done for the lines of one merchant at a time, who is charged for them.
OF_ONE: Final[frozenset[Action]] = GOES_BACK | SENT


class BeyondTheOrder(Refused):
    """A plan is about lines of its order, and gives back what was paid at most."""


class GoodwillNowhere(Refused):
    """Goodwill is given in yuan, for an order that was paid and whose seller is known.

    Nothing is promised that could be set aside nowhere.
    """


def own(plans: tuple[Plan, ...], seen: Preview) -> tuple[Plan, ...]:
    """Return an agent's own plans; what differs from a row's plan is no row's.

    What is owed is what the rules priced: whoever gives anything else gives goodwill,
    under its caps and blocks. Raises OwedByNoRule, GoodwillCapped, and as within_order.
    """
    ground = seen.priced.ground
    found = tuple(
        plan
        if plan in seen.plans
        else replace(plan, policy=None, steps=tuple(as_priced(plan, seen)))
        for plan in plans
    )
    for plan in found:
        within_order(plan, ground.order)
        givable(plan, ground)
    return found


def givable(plan: Plan, ground: Ground) -> None:
    """Raise what keeps goodwill from being given: GoodwillCapped, GoodwillNowhere."""
    given = [step for step in plan.steps if step.part == "goodwill"]
    money = [step for step in given if step.action in IN_MONEY]
    abroad = any(step.amount and step.amount.currency != YUAN for step in money)
    if money and (abroad or not ground.ledger or ground.facts is None):
        raise GoodwillNowhere(plan=plan.name)
    left = goodwill_left(
        ground.day, ground.name, ground.paid_fen, ground.book, ground.times
    )
    fen = sum(cost_of(step) for step in given)
    if left is not None and fen > left:
        raise GoodwillCapped(total_fen=fen, left_fen=left)


def as_priced(plan: Plan, seen: Preview) -> Iterator[PlanStep]:
    """Yield a plan's steps; of what is owed, each just as the rules priced it, once.

    Money that went back is nobody's to take again, whatever becomes of the rest.
    A refund that no row gives is goodwill, whatever it is called. What a merchant is
    charged is nobody's to plan. Raises OwedByNoRule.
    """
    rows = [each for one in (seen.minimum, *seen.plans) for each in one.steps]
    left = [each for each in rows if each.part != "goodwill"]
    for step in plan.steps:
        owed = step.part == "entitlement" or step.action == DEDUCTS
        fits = same if owed else within
        found = next((each for each in left if fits(step, each)), None)
        if owed and found is None:
            raise OwedByNoRule(plan=plan.name, action=step.action)
        if found is not None:
            left = [each for each in left if each != found]
        yield found if owed and found else of_its_own(step, found)


def of_its_own(step: PlanStep, row: PlanStep | None) -> PlanStep:
    """Return a step that an agent wrote, and the rules' step it stays within, if any.

    An agent lets a consumer have less than a row gives, never more: a part of a refund
    that a row gives whole is another step, since the goods stay.
    """
    if step.action not in GOES_BACK:
        return step
    if row is None:
        return replace(step, part="goodwill", reversible=False)
    return replace(step, reversible=False, lines=step.lines or row.lines)


def within(step: PlanStep, priced: PlanStep) -> bool:
    """Say whether a refund gives back no more than one that the rules priced.

    What is paid beside it is priced by the rules of money alone: exactly, or not.
    """
    if step.action not in GOES_BACK or step.part == "goodwill":
        return False
    told, most = step.amount, priced.amount
    if step.action != priced.action or told is None or most is None:
        return False
    known = set(step.lines) <= set(priced.lines)
    return told.currency == most.currency and told.minor <= most.minor and known


def same(step: PlanStep, priced: PlanStep) -> bool:
    """Say whether a step that was written down is one that the rules priced.

    Lines that are not named are those of the rules' step: of each merchant's in turn.
    """
    owed = priced.part == "entitlement"
    told = (step.action, step.amount) == (priced.action, priced.amount)
    return owed and told and (not step.lines or set(step.lines) == set(priced.lines))


def within_order(plan: Plan, order: Order) -> None:
    """Raise BeyondTheOrder for what the order does not have.

    Raises SeveralMerchants for money back, or goods, of more than one of them, and
    OrderUnpaid and CurrenciesDiffer where nobody can say what was paid.
    """
    known = {line.line for line in order.lines}
    strange = sorted({each for step in plan.steps for each in step.lines} - known)
    if strange:
        raise BeyondTheOrder(plan=plan.name, lines=strange)
    for step in plan.steps:
        sold = by_seller(order, step.lines)
        if step.action in OF_ONE and len(sold) > 1:
            raise SeveralMerchants(merchants=sorted(filter(None, sold)))
    back = [
        (step.bearer, step.amount)
        for step in plan.steps
        if step.action in GOES_BACK and step.amount is not None
    ]
    if not back:
        return
    if any(bearer == "consumer" for bearer, _ in back):
        raise BeyondTheOrder(plan=plan.name, bearer="consumer")
    shares = order.shares.values()
    currency = next(iter(shares)).goods.currency
    paid = sum(each.goods.minor + each.freight.minor for each in shares)
    others = sorted({amount.currency for _, amount in back} - {currency})
    if others:
        raise BeyondTheOrder(plan=plan.name, currencies=others, paid_in=currency)
    asked = sum(amount.minor for _, amount in back)
    if asked > paid:
        raise BeyondTheOrder(plan=plan.name, asked=asked, paid=paid, paid_in=currency)
