"""By how much protected prices fell (价保), and what of it is still to be given back.

Owed is the price at the order less the lowest one seen, once: not a sum of sightings.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from domain.order import Order
from domain.order.shares import goods_left
from domain.planning.ground import Ground
from domain.planning.taken import by_line
from domain.shortfall import Shortfall

# A plan has room for so many lines apart; the rest is seen to when those are paid.
LINES_MAX: Final = 20


def fallen(order: Order, shortfalls: Iterable[Shortfall]) -> Mapping[int, int]:
    """Return by how much the price of each line fell at most, in minor units.

    What was seen of the whole order is of each line in proportion.
    """
    ordered = tuple(line.line for line in order.lines)
    found: dict[int, int] = {}
    for each in shortfalls:
        about = tuple(line for line in ordered if line == each.line) or ordered
        for fen in differences(each):
            for line, part in by_line(order, fen, about).items():
                found[line] = max(part, found.get(line, 0))
    return found


def differences(shortfall: Shortfall) -> Iterator[int]:
    """Yield by how much a detector saw a price fall, in minor units."""
    for fact in shortfall.facts:
        if fact.name == "difference_minor" and isinstance(fact.value, int):
            yield fact.value


def given_back(order: Order) -> Counter[int]:
    """Return what price protection gave each line, or is about to, in minor units."""
    gave: Counter[int] = Counter()
    for claim in order.claims.values():
        if claim.kind == "price_protection":
            for item in (*claim.refunded, *(claim.items if claim.live else ())):
                gave[item.line] += item.amount.minor
    return gave


def still_owed(ground: Ground, line: int) -> int:
    """Return what of a line's fall is not given yet, as far as it still has money.

    What steps under way will claim counts as given. Raises OrderUnpaid and
    CurrenciesDiffer.
    """
    coming = ground.coming.get(line, 0)
    fell = fallen(ground.order, ground.shortfalls).get(line, 0)
    owed = fell - given_back(ground.order)[line] - coming
    return max(0, min(owed, goods_left(ground.order, line).minor - coming))


def each_line(ground: Ground) -> tuple[Ground, ...]:
    """Return a ground for each line whose price fell, so that it gets its own back.

    Raises OrderUnpaid and CurrenciesDiffer.
    """
    grounds = []
    for line in sorted(set(fallen(ground.order, ground.shortfalls)) & {*ground.lines}):
        told = [
            each
            for each in ground.shortfalls
            if any(differences(each)) and fallen(ground.order, [each]).get(line)
        ]
        if told:
            grounds.append(replace(ground, shortfalls=tuple(told), about=(line,)))
    left = [each for each in grounds if still_owed(each, each.about[0])]
    return tuple(left[:LINES_MAX])
