"""How an order stood as of a moment: what had happened by then, as we know it today."""

from collections.abc import Iterable
from functools import reduce

from domain.order.conclude import promises_settled
from domain.order.events import (
    ContradictionFlagged,
    ContradictionResolved,
    OrderEvent,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseReopened,
    PromiseVoided,
)
from domain.order.evolve import evolve
from domain.order.state import NOTHING_KNOWN, Order

# What was concluded, when less or more was known, is no fact of that moment.
CONCLUDED = (
    PromiseKept
    | PromiseBreached
    | PromiseCleared
    | PromiseVoided
    | PromiseReopened
    | ContradictionFlagged
    | ContradictionResolved
)


def as_of(events: Iterable[OrderEvent]) -> Order:
    """Return the facts folded, and how they alone leave each promise.

    No clock is asked: a promise of which nothing is known is open, whatever the hour.
    """
    facts = [event for event in events if not isinstance(event, CONCLUDED)]
    # A promise is made before its clock turns out to have started earlier still.
    facts.sort(key=lambda event: not isinstance(event, PromiseMade))
    order = reduce(evolve, facts, NOTHING_KNOWN)
    return reduce(evolve, promises_settled(order, None), order)
