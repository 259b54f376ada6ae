"""How much of a line was sent, and how much of it arrived, as far as it is known."""

from domain.order.state import Order
from domain.order.values import OrderLine


def shipped_quantity(order: Order, line: OrderLine) -> int:
    """Return how much of the line is, or was, on its way."""
    return max(done(order, "shipped", line), delivered_quantity(order, line))


def delivered_quantity(order: Order, line: OrderLine) -> int:
    """Return how much of the line arrived: by parcels, or by anybody's word for all."""
    return done(order, "delivered", line)


def done(order: Order, deed: str, line: OrderLine) -> int:
    """Return of how much of the line the deed is known.

    A parcel whose contents nobody told may hold whatever is in no other one.
    """
    if order.proof(deed, line.line) is not None:
        return line.quantity
    known = elsewhere = 0
    anything = False
    for parcel in order.parcels.values():
        so = getattr(parcel, deed) is not None
        anything |= so and not parcel.contents
        for packed in parcel.contents or ():
            if packed.line == line.line:
                known += packed.quantity if so else 0
                elsewhere += 0 if parcel.gone else packed.quantity
    rest = max(0, line.quantity - elsewhere) if anything else 0
    return min(line.quantity, known + rest)
