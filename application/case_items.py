"""What a consumer asks for, in lines and quantities, as items of money of an order."""

from collections.abc import Sequence

from msgspec import Struct

from domain.after_sales.values import PAYS, CaseType
from domain.money import Money
from domain.order import ClaimItem, ClaimItems, LineNumber, Order, Quantity
from domain.order.shares import default_items, freight_left

# Types that take back the whole of a line, and so its postage with the last of them.
WHOLE: frozenset[CaseType] = frozenset({"refund_unshipped", "refund_shipped"})


class Line(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much of a line; without ``amount``, for what was really paid for it."""

    line: LineNumber
    quantity: Quantity = 1
    amount: Money | None = None


class AskedLines(Struct, frozen=True):
    """What is asked of an order in lines, before the order says what was paid for."""

    lines: tuple[Line, ...] = ()
    freight: Money | None = None


def asked_items(
    order: Order,
    kind: CaseType,
    asked: AskedLines,
    claim: str,
) -> tuple[ClaimItems, Money | None]:
    """Return the items asked for and the postage with them.

    Goods that are exchanged, sent again or repaired cost nothing. Who asks for the
    whole order back before or without its goods asks for its postage too. Raises what
    the order refuses: an unknown line, nothing paid, mixed currencies.
    """
    lines, freight = asked.lines, asked.freight
    named = {each.line: each for each in lines}
    if kind not in PAYS:
        nothing = Money(0, order.paid_in)
        items = tuple(
            ClaimItem(line=each.line, quantity=each.quantity, amount=nothing)
            for each in named.values()
        )
        return items, None
    usual = default_items(
        order, {each.line: each.quantity for each in named.values()}, besides=claim
    )
    items = tuple(
        ClaimItem(
            line=item.line,
            quantity=item.quantity,
            amount=named[item.line].amount or item.amount,
        )
        for item in usual
    )
    if freight is None and kind in WHOLE and takes_all(order, lines):
        left = freight_left(order, besides=claim)
        freight = left if left.minor > 0 else None
    return items, freight


def takes_all(order: Order, lines: Sequence[Line]) -> bool:
    """Whether the lines named are the order, whole."""
    named = {each.line: each.quantity for each in lines}
    return all(named.get(each.line, 0) >= each.quantity for each in order.lines)
