"""What one step of a plan costs on a given ground, and who bears it.

Each action of the catalogue is a row here: a pure function of the ground, the step's
row and what earlier steps of the plan took.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.compensation import earlier_of, goodwill_left
from domain.money import Money
from domain.order.refusals import CurrenciesDiffer, OrderUnpaid
from domain.order.shares import (
    default_items,
    freight_left,
    goods_left,
    order_left,
    paid_shares,
)
from domain.plan import Action, PlanStep
from domain.planning.ground import Ground
from domain.policy.facts import Earlier, Facts, FactsWrong
from domain.policy.money import share
from domain.policy.quote import quote_of
from domain.policy.rows import BreachCode, MoneyRow, Payer
from domain.policy.service_rows import StepRow
from domain.promise import in_time

YUAN: Final = "CNY"
HOUR: Final = timedelta(hours=1)


class Taken(Struct, frozen=True):
    """What earlier steps of the same plan took: of the order, of goodwill, of caps."""

    refund: int = 0
    freight: int = 0
    goodwill: int = 0
    earlier: tuple[Earlier, ...] = ()


class Priced(NamedTuple):
    """A step with its price, and what is taken with it. ``step`` None: not possible."""

    step: PlanStep | None
    taken: Taken


class Owed(Struct, frozen=True, kw_only=True):
    """What the rules of money owe the consumer for breaches; ``coupon`` says the form.

    ``sets_aside_fen`` counts deductions that do not go to the consumer as well.
    """

    fen: int
    sets_aside_fen: int
    bearer: Payer
    coupon: bool
    rule: str
    lines: tuple[Earlier, ...]


Price = Callable[[Ground, StepRow, Taken], Priced]


def step_of(
    ground: Ground,
    row: StepRow,
    amount: Money | None = None,
    *,
    bearer: str | None = None,
) -> PlanStep:
    """Return a step as its row says, about what fell short first."""
    first = ground.shortfalls[0]
    return PlanStep(
        action=row.action,
        part=row.part,
        amount=amount,
        bearer=bearer or row.bearer,  # type: ignore[arg-type]  # payers are parties
        reversible=row.reversible,
        shortfall=first.name,
        lines=ground.lines,
        parcel=first.parcel,
        party=row.bearer if row.action == "claim_recourse" else None,
    )


# -- Money that goes back --


def whole(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back all that was paid for the lines, with the postage of all."""
    quantities = {
        line.line: line.quantity
        for line in ground.order.lines
        if line.line in ground.lines
    }
    items = default_items(ground.order, quantities)
    fen = sum(item.amount.minor for item in items)
    if set(quantities) == {line.line for line in ground.order.lines}:
        fen += freight_left(ground.order).minor
    return refund(ground, row, taken, fen)


def part_of(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back a part of what was paid for the lines."""
    shares = paid_shares(ground.order)
    paid = sum(shares[line].goods.minor for line in ground.lines)
    left = sum(goods_left(ground.order, line).minor for line in ground.lines)
    return refund(ground, row, taken, min(worth(row, paid), left))


def postage(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back the postage that was paid."""
    left = freight_left(ground.order).minor - taken.freight
    priced = refund(ground, row, taken, left)
    freight = taken.freight + (left if priced.step else 0)
    return Priced(priced.step, replace(priced.taken, freight=freight))


def difference(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back by how much a price fell within its protection."""
    fen = ground.facts.difference_fen if ground.facts else None
    return refund(ground, row, taken, fen or 0)


def refund(ground: Ground, row: StepRow, taken: Taken, fen: int) -> Priced:
    """Return a refund of so much, as far as the order still has it."""
    left = order_left(ground.order) - Money(
        taken.refund, order_left(ground.order).currency
    )
    fen = min(fen, left.minor)
    if fen <= 0:
        return Priced(None, taken)
    step = step_of(ground, row, Money(fen, left.currency))
    return Priced(step, replace(taken, refund=taken.refund + fen))


# -- What is paid beside it --


def paid_beside(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price a compensation: by the rules where it is owed, else goodwill."""
    if row.part == "goodwill":
        return given(ground, row, taken)
    breaches = breaches_of(ground, row)
    owed = owed_for(ground, breaches, taken.earlier)
    if owed is None or not owed.fen:
        return Priced(None, taken)
    bare = step_of(ground, row, Money(owed.fen, YUAN), bearer=owed.bearer)
    action: Action = "coupon_compensation" if owed.coupon else "cash_compensation"
    step = PlanStep(
        action=action,
        part=row.part,
        amount=bare.amount,
        bearer=bare.bearer,
        policy=owed.rule,
        reversible=bare.reversible,
        shortfall=bare.shortfall,
        lines=bare.lines,
        breaches=breaches,
        sets_aside_fen=owed.sets_aside_fen,
    )
    return Priced(step, replace(taken, earlier=taken.earlier + owed.lines))


def given(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price goodwill: what its row says, as far as the caps leave room."""
    if ground.blocked or ground.facts is None:
        return Priced(None, taken)
    paid = ground.facts.paid_fen or 0
    fen = worth(row, paid)
    left = goodwill_left(ground.day, ground.name, paid, ground.book, ground.times)
    if left is not None:
        fen = min(fen, left - taken.goodwill)
    if fen <= 0:
        return Priced(None, taken)
    step = step_of(ground, row, Money(fen, YUAN))
    return Priced(step, replace(taken, goodwill=taken.goodwill + fen))


def breaches_of(ground: Ground, row: StepRow) -> tuple[BreachCode, ...]:
    """Return the breaches a step pays for: its row's, else those that fell short."""
    if row.breach is not None:
        return (row.breach,)
    known = [each.breach for each in ground.shortfalls if each.breach is not None]
    return tuple(dict.fromkeys(known))  # type: ignore[arg-type]  # a detector's row says


def owed_for(
    ground: Ground,
    breaches: tuple[BreachCode, ...],
    earlier: tuple[Earlier, ...] = (),
) -> Owed | None:
    """Return what the rules owe the consumer for them beside what was paid before.

    ``earlier`` is what earlier steps of the same plan pay.
    """
    if ground.facts is None or not breaches:
        return None
    asked = set_aside_facts(ground, breaches, earlier)
    try:
        answer = quote_of(ground.book, asked, ground.times)
    except FactsWrong:
        return None
    lines = [each for each in answer.lines if each.payee == "consumer" and each.fen]
    if not lines:
        return None
    first = lines[0]
    ref = f"{first.rule}@{first.version}"
    row = ground.book.row(ref)
    assert isinstance(row, MoneyRow), "lines of a quote name rows of money"
    return Owed(
        fen=sum(each.fen for each in lines),
        sets_aside_fen=answer.total_fen,
        bearer=first.payer,
        coupon=row.payout != "cash",
        rule=ref,
        lines=tuple(earlier_of(each, asked) for each in answer.lines),
    )


def set_aside_facts(
    ground: Ground,
    breaches: tuple[BreachCode, ...],
    earlier: tuple[Earlier, ...],
) -> Facts:
    """Return the facts as the ledger of the day will look at them."""
    assert ground.facts is not None, "asked for orders the rules speak of"
    return replace(
        ground.facts,
        order=ground.name,
        matter=ground.matter,
        breaches=breaches,
        earlier=(*ground.facts.earlier, *ground.day.taken(), *earlier),
    )


# -- Goods, and what costs little --


def goods(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price sending goods again: what was paid for them is what it costs.

    What was given back, or is about to be, is not sent again as well.
    """
    shares = paid_shares(ground.order)
    paid = [shares[line].goods for line in ground.lines]
    fen = sum(each.minor for each in paid)
    left = sum(goods_left(ground.order, line).minor for line in ground.lines)
    if fen and not left:
        return Priced(None, taken)
    currency = paid[0].currency if paid else YUAN
    amount = Money(fen, currency) if fen else None
    return Priced(step_of(ground, row, amount), taken)


def later(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price putting a date off: it costs nothing, and says until when."""
    due = max(filter(None, (each.due for each in ground.shortfalls)), default=None)
    base = max(ground.now, due) if due else ground.now
    bare = step_of(ground, row)
    return Priced(replace(bare, due_at=base + row.shift_hours * HOUR), taken)


def new_ship_date(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price agreeing on another ship date: possible until the promised one is over.

    Then the promise is broken, and no order agrees to another date any more.
    """
    still = any(
        promise.kind == "ship_by"
        and promise.waived_at is None
        and promise.due_at is not None
        and in_time(ground.now, promise.due_at)
        for promise in ground.order.promises.values()
    )
    return later(ground, row, taken) if still else Priced(None, taken)


def fixed(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price what has a price of its own in its row, or none."""
    amount = Money(row.fixed_fen, YUAN) if row.fixed_fen else None
    return Priced(step_of(ground, row, amount), taken)


def parcel(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price what is asked of a carrier: only where there is a parcel."""
    name = ground.shortfalls[0].parcel or next(iter(ground.order.parcels), None)
    if name is None:
        return Priced(None, taken)
    priced = fixed(ground, row, taken)
    assert priced.step is not None, "what has a fixed price is always possible"
    return Priced(replace(priced.step, parcel=name), taken)


def worth(row: StepRow, paid: int) -> int:
    """Return what a step's row gives of what was paid."""
    fen = row.fixed_fen + share(paid, row.rate_bp)
    return fen if row.max_fen is None else min(fen, row.max_fen)


PRICES: Final[Mapping[Action, Price]] = {
    "refund_full": whole,
    "platform_advance": whole,
    "refund_partial": part_of,
    "refund_freight": postage,
    "price_diff": difference,
    "coupon_compensation": paid_beside,
    "cash_compensation": paid_beside,
    "resend": goods,
    "exchange": goods,
    "reship_other_carrier": goods,
    "intercept": parcel,
    "urge_carrier": parcel,
    "insurance_claim": parcel,
    "claim_recourse": fixed,
    "extend_receipt": later,
    "extend_after_sale_window": later,
    "renegotiate_ship_date": new_ship_date,
    "urge_merchant": fixed,
    "door_pickup": fixed,
    "open_dispute": fixed,
    "notify_only": fixed,
}


def priced(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Return a step with its price; none where the order has not what it takes."""
    try:
        return PRICES[row.action](ground, row, taken)
    except (OrderUnpaid, CurrenciesDiffer):
        return Priced(None, taken)
