"""How much of what was paid for each line of an order can still go back."""

from collections.abc import Mapping

from domain.money import Money
from domain.order.claims import ClaimItem, ClaimItems
from domain.order.refusals import LineUnknown
from domain.order.state import Order, by_currency
from domain.order.values import OrderLine


def ordered(order: Order, number: int) -> OrderLine:
    """Return the line of this number; raises LineUnknown."""
    for line in order.lines:
        if line.line == number:
            return line
    raise LineUnknown(line=number)


def goods_spoken_for(order: Order, line: int, besides: str | None = None) -> int:
    """Return minor units of a line's goods refunded, or reserved by other claims."""
    return sum(
        item.amount.minor
        for name, claim in order.claims.items()
        for item in (
            *claim.refunded,
            *(claim.items if claim.live and name != besides else ()),
        )
        if item.line == line
    )


def freight_spoken_for(order: Order, besides: str | None = None) -> int:
    """Return minor units of postage refunded, or reserved by other claims."""
    return sum(
        amount.minor
        for name, claim in order.claims.items()
        for amount in (
            claim.freight_refunded,
            claim.freight if claim.live and name != besides else None,
        )
        if amount is not None
    )


def spoken_for(order: Order, currency: str, besides: str | None = None) -> int:
    """Return minor units of the whole order that went back or that others reserve."""
    reserved = by_currency(
        amount
        for name, claim in order.claims.items()
        for amount in claim.reserved
        if name != besides
    )
    return order.refunded.get(currency, 0) + reserved.get(currency, 0)


def goods_left(order: Order, line: int, besides: str | None = None) -> Money:
    """Return what can still go back for a line's goods, whatever the quantity.

    Raises LineUnknown, OrderUnpaid and CurrenciesDiffer.
    """
    ordered(order, line)
    share = order.shares[line].goods
    left = share.minor - goods_spoken_for(order, line, besides)
    return Money(max(0, min(left, order_left(order, besides).minor)), share.currency)


def freight_left(order: Order, besides: str | None = None) -> Money:
    """Return what of the postage paid can still go back."""
    paid = sum(share.freight.minor for share in order.shares.values())
    left = min(
        paid - freight_spoken_for(order, besides), order_left(order, besides).minor
    )
    return Money(max(0, left), order.paid_in)


def order_left(order: Order, besides: str | None = None) -> Money:
    """Return what of all that was paid can still go back."""
    currency = order.paid_in
    paid = order.captured.get(currency, 0)
    return Money(max(0, paid - spoken_for(order, currency, besides)), currency)


def refundable(
    order: Order, line: int, quantity: int, besides: str | None = None
) -> Money:
    """Return what goes back for so much of a line, ``besides`` not counting.

    Each quantity gets its part of the line's share, less what is no longer there; a
    line refunded in any number of steps comes to its share, to the fen.
    Raises LineUnknown, OrderUnpaid and CurrenciesDiffer.
    """
    whole = ordered(order, line).quantity
    share = order.shares[line].goods
    taken = sum(
        claim.held(line) for name, claim in order.claims.items() if name != besides
    )
    start, end = min(taken, whole), min(taken + quantity, whole)
    part = share.minor * end // whole - share.minor * start // whole
    return Money(min(part, goods_left(order, line, besides).minor), share.currency)


def default_items(
    order: Order, quantities: Mapping[int, int], besides: str | None = None
) -> ClaimItems:
    """Return so much of each line as a claim for all that it was paid with.

    Raises as ``refundable``.
    """
    left, items = order_left(order, besides), []
    for line, quantity in quantities.items():
        part = refundable(order, line, quantity, besides)
        amount = part if part.minor < left.minor else left
        items.append(ClaimItem(line=line, quantity=quantity, amount=amount))
        left -= amount
    return tuple(items)
