"""What goes back to the consumer: how much of what was paid, and of whose lines."""

from msgspec.structs import replace

from domain.money import Money
from domain.order.shares import (
    default_items,
    freight_left,
    goods_left,
    order_left,
)
from domain.planning.fallen import still_owed
from domain.planning.ground import Ground
from domain.planning.taken import Priced, Taken, by_line, step_of, worth
from domain.policy.service_rows import StepRow


def whole(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back all that was paid for the lines, with the postage of all."""
    quantities = {
        line.line: line.quantity
        for line in ground.order.lines
        if line.line in ground.lines
    }
    items = default_items(ground.order, quantities)
    freight = postage_left(ground, taken) if ground.complete else 0
    fen = sum(item.amount.minor for item in items) + freight
    return posted(ground, refund(ground, row, taken, fen), freight)


def part_of(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back a part of what was paid for the lines."""
    shares, among = ground.order.shares, ground.among or ground.lines
    worth_all = worth(row, sum(shares[line].goods.minor for line in among))
    parts = by_line(ground.order, worth_all, among)
    left = sum(goods_left(ground.order, line).minor for line in ground.lines)
    fen = sum(parts[line] for line in ground.lines)
    return refund(ground, row, taken, min(fen, left))


def postage(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back the postage that was paid."""
    left = postage_left(ground, taken)
    return posted(ground, refund(ground, row, taken, left), left)


def postage_left(ground: Ground, taken: Taken) -> int:
    """Return what of the postage can still go back: of several merchants, their own."""
    left = freight_left(ground.order).minor - sum(taken.freight.values())
    if ground.theirs:
        shares = ground.order.shares
        own = sum(shares[line].freight.minor for line in ground.theirs)
        left = min(left, own - taken.freight.get(ground.merchant, 0))
    return max(0, left)


def posted(ground: Ground, priced: Priced, freight: int) -> Priced:
    """Return a refund with the postage in it noted as taken."""
    if priced.step is None:
        return priced
    before = priced.taken.freight
    own = before.get(ground.merchant, 0) + freight
    taken = replace(priced.taken, freight={**before, ground.merchant: own})
    return Priced(priced.step, taken)


def difference(ground: Ground, row: StepRow, taken: Taken) -> Priced:
    """Price giving back by how much a line's price fell within its protection."""
    (line,) = ground.lines
    return refund(ground, row, taken, still_owed(ground, line))


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
