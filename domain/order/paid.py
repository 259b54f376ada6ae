"""What was really paid for each line: the money captured, split by what each cost.

What counts is the money captured, after every coupon, not the price: a discount is
borne by all lines and their postage in proportion (largest remainder), so the shares
add up to what was paid, to the fen.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.money import Money
from domain.order.refusals import CurrenciesDiffer, OrderUnpaid
from domain.order.values import OrderLine


class Share(NamedTuple):
    """What was really paid for a line, and for its postage."""

    goods: Money
    freight: Money


def one_currency(lines: Sequence[OrderLine], captured: Mapping[str, int]) -> str:
    """Return the one currency of prices and payments.

    Raises OrderUnpaid where there is none, and CurrenciesDiffer for several.
    """
    currencies = {line.price.currency for line in lines}
    currencies |= {line.freight.currency for line in lines if line.freight}
    currencies |= {currency for currency, minor in captured.items() if minor}
    if not currencies:
        raise OrderUnpaid
    if len(currencies) > 1:
        raise CurrenciesDiffer(currencies=sorted(currencies))
    return currencies.pop()


def shares_of(
    lines: Sequence[OrderLine], minor: int, currency: str
) -> Mapping[int, Share]:
    """Return so much, split over the lines and their postage."""
    weights = [
        part
        for line in lines
        for part in (line.price.minor, line.freight.minor if line.freight else 0)
    ]
    if not any(weights):
        # Goods that cost nothing: whatever was paid is for each piece alike.
        weights = [part for line in lines for part in (line.quantity, 0)]
    parts = split(minor, weights)
    return {
        line.line: Share(Money(goods, currency), Money(freight, currency))
        for line, goods, freight in zip(lines, parts[::2], parts[1::2], strict=True)
    }


def split(minor: int, weights: Sequence[int]) -> list[int]:
    """Return an amount in parts by weight, whole and adding up (largest remainder).

    Of equal remainders the first gets the odd fen.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [minor * weight // whole for weight in weights]
    odd = minor - sum(parts)
    if odd:
        by_remainder = sorted(
            range(len(weights)), key=lambda n: (-(minor * weights[n] % whole), n)
        )
        for n in by_remainder[:odd]:
            parts[n] += 1
    return parts
