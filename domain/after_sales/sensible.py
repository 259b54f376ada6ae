"""Whether what is asked for can be asked for at all."""

from collections import Counter

from domain.after_sales.refusals import (
    CurrenciesDiffer,
    LineNamedTwice,
    NothingAsked,
)
from domain.money import Money
from domain.order.claims import ClaimItems


def sensible(items: ClaimItems, freight: Money | None) -> None:
    """Raise unless something is asked for, each line once, in one currency."""
    if not items and freight is None:
        raise NothingAsked
    if freight is not None and freight.minor < 0:
        raise NothingAsked(freight=freight.minor)
    lines = Counter(item.line for item in items)
    twice = [line for line, times in lines.items() if times > 1]
    if twice:
        raise LineNamedTwice(lines=twice)
    currencies = {item.amount.currency for item in items}
    if freight is not None:
        currencies.add(freight.currency)
    if len(currencies) > 1:
        raise CurrenciesDiffer(currencies=sorted(currencies))
