"""What kinds of goods an order holds, as far as its lines say."""

from collections.abc import Collection

from domain.kernel import Code
from domain.order.state import Order


def goods_of(order: Order, lines: Collection[int] = ()) -> tuple[Code, ...]:
    """Return the kinds of goods of these lines, of all where none is named."""
    said = {line.goods for line in order.lines if not lines or line.line in lines}
    return tuple(sorted(kind for kind in said if kind is not None))


def kind_of_goods(order: Order, lines: Collection[int] = ()) -> Code | None:
    """Return what all of these lines are; None where they say nothing, or differ."""
    said = {line.goods for line in order.lines if not lines or line.line in lines}
    return said.pop() if len(said) == 1 else None
