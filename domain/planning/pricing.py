"""What one step of a plan costs on a given ground, and who bears it.

Each action of the catalogue is a row here: a pure function of the ground, the step's
row and what earlier steps of the plan took.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from domain.money import Money
from domain.order.refusals import CurrenciesDiffer, OrderUnpaid
from domain.order.shares import goods_left
from domain.plan import YUAN, Action, PlanStep
from domain.planning.beside import paid_beside
from domain.planning.fallen import each_line
from domain.planning.ground import Ground
from domain.planning.refunds import difference, part_of, postage, whole
from domain.planning.taken import Priced, Taken, step_of
from domain.policy.service_rows import StepRow
from domain.promise import in_time

HOUR: Final = timedelta(hours=1)

Price = Callable[[Ground, StepRow, Taken], Priced]


# -- Goods, and what costs little --


def goods(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price sending goods again: what was paid for them is what it costs.

    What was given back, or is about to be, is not sent again as well.
    """
    shares = ground.order.shares
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
    """Price what is asked of the carrier that has the goods: only of their parcel."""
    sent = ground.order.parcels
    told = (each.parcel for each in ground.shortfalls if each.parcel in sent)
    return of_parcel(ground, row, taken, next(told, next(iter(sent), None)))


def intercepted(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price having a parcel stopped: only one that can still be stopped."""
    under_way = {
        name
        for name, each in ground.order.parcels.items()
        if not (each.delivered or each.gone)
    }
    asked = parcel(ground, row, taken)
    if asked.step is None or asked.step.parcel not in under_way:
        return Priced(None, taken)
    return asked


def urged(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price urging a carrier on: of goods that go back it is the return's own."""
    sent = next(iter(ground.order.parcels), None)
    return of_parcel(ground, row, taken, ground.shortfalls[0].parcel or sent)


def of_parcel(ground: Ground, row: StepRow, taken: Taken, name: str | None) -> Priced:
    """Price a step about this parcel, if there is one."""
    if name is None:
        return Priced(None, taken)
    priced = fixed(ground, row, taken)
    assert priced.step is not None, "what has a fixed price is always possible"
    return Priced(replace(priced.step, parcel=name), taken)


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
    "intercept": intercepted,
    "urge_carrier": urged,
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


# What is done for the lines of each merchant apart, so that each is charged its own.
APART: Final[frozenset[Action]] = frozenset(
    {
        "refund_full",
        "platform_advance",
        "refund_partial",
        "refund_freight",
        "price_diff",
        "coupon_compensation",
        "cash_compensation",
        "resend",
        "exchange",
        "reship_other_carrier",
    }
)


def each_apart(row: StepRow) -> bool:
    """Say whether a step is one for each merchant of an order of several.

    Goodwill is one: its caps are the order's, so all of it stands in one place.
    """
    if row.action == "claim_recourse":
        return row.bearer == "merchant"
    return row.action in APART and row.part != "goodwill"


def grounds_of(ground: Ground, row: StepRow) -> tuple[Ground, ...]:
    """Return what each step of a row is priced on: one, or one for each part."""
    apart = ground.apart() if each_apart(row) else (ground,)
    if row.action != "price_diff":
        return apart
    with suppress(OrderUnpaid, CurrenciesDiffer):
        return tuple(line for each in apart for line in each_line(each))
    return ()


def priced(
    ground: Ground, row: StepRow, taken: Taken
) -> tuple[tuple[PlanStep, ...], Taken]:
    """Return a row's steps with their prices, and what is taken with them.

    None where the order has not what it takes; one for each merchant of several where
    their lines are seen to apart.
    """
    steps: list[PlanStep] = []
    for each in grounds_of(ground, row):
        try:
            step, taken = PRICES[row.action](each, row, taken)
        except (OrderUnpaid, CurrenciesDiffer):
            continue
        if step is not None:
            steps.append(step)
    return tuple(steps), taken
