"""What each line of an order was paid with, and how much of that can still go back.

What counts is the money captured, after every coupon, not the price: a discount is
borne by all lines and their postage in proportion (largest remainder), so the shares
add up to what was paid, to the fen.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.money import Money
from domain.order.claims import ClaimItem, ClaimItems
from domain.order.refusals import CurrenciesDiffer, LineUnknown, OrderUnpaid
from domain.order.state import Order, by_currency
from domain.order.values import OrderLine


class Share(NamedTuple):
    """What was really paid for a line, and for its postage."""

    goods: Money
    freight: Money


def paid_currency(order: Order) -> str:
    """Return the one currency of prices and payments.

    Raises OrderUnpaid, and CurrenciesDiffer where there are several.
    """
    if not order.payments:
        raise OrderUnpaid
    prices = by_currency(
        amount
        for line in order.lines
        for amount in (line.price, line.freight)
        if amount is not None
    )
    currencies = prices.keys() | {
        currency for currency, minor in order.captured.items() if minor
    }
    if not currencies:
        raise OrderUnpaid
    if len(currencies) > 1:
        raise CurrenciesDiffer(currencies=sorted(currencies))
    return next(iter(currencies))


def paid_shares(order: Order) -> Mapping[int, Share]:
    """Return what was paid, split over the lines and their postage.

    Raises OrderUnpaid and CurrenciesDiffer.
    """
    currency = paid_currency(order)
    weights = [
        minor
        for line in order.lines
        for minor in (line.price.minor, line.freight.minor if line.freight else 0)
    ]
    if not any(weights):
        # Goods that cost nothing: whatever was paid is for each piece alike.
        weights = [part for line in order.lines for part in (line.quantity, 0)]
    parts = split(order.captured.get(currency, 0), weights)
    return {
        line.line: Share(Money(goods, currency), Money(freight, currency))
        for line, goods, freight in zip(
            order.lines, parts[::2], parts[1::2], strict=True
        )
    }


def split(minor: int, weights: Sequence[int]) -> list[int]:
    """Return an amount in parts by weight, whole and adding up (largest remainder).

    Of equal remainders the first gets the odd fen.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [minor * weight // whole for weight in weights]
    by_remainder = sorted(
        range(len(weights)), key=lambda n: (-(minor * weights[n] % whole), n)
    )
    for n in by_remainder[: minor - sum(parts)]:
        parts[n] += 1
    return parts


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
    share = paid_shares(order)[line].goods
    left = share.minor - goods_spoken_for(order, line, besides)
    return Money(max(0, min(left, order_left(order, besides).minor)), share.currency)


def freight_left(order: Order, besides: str | None = None) -> Money:
    """Return what of the postage paid can still go back."""
    paid = sum(share.freight.minor for share in paid_shares(order).values())
    left = min(
        paid - freight_spoken_for(order, besides), order_left(order, besides).minor
    )
    return Money(max(0, left), paid_currency(order))


def order_left(order: Order, besides: str | None = None) -> Money:
    """Return what of all that was paid can still go back."""
    currency = paid_currency(order)
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
    share = paid_shares(order)[line].goods
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
