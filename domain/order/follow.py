"""What follows from what was told, without asking again what cannot have changed.

A conclusion is a comparison: of what was concluded so far with what the facts say now.
Once an order was concluded, whole, under some terms, nothing follows from it under the
same terms. So after more was told, a conclusion that reads none of the facts that
changed still says nothing, and need not be asked. A carrier's next scan changes most
often none at all: the first mark of each kind stays what it was.

That an order was concluded, and under which terms, is noted beside its state, and the
state after an event that was just decided is kept beside the one before. Both spare
work and change no answer: of a state read from its history there is neither, and all of
it is concluded anew.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Final, NamedTuple

from domain.order import contradictions
from domain.order.conclude import (
    dates_agreed,
    money_moved,
    promises_settled,
    promises_to_pin,
)
from domain.order.contradictions import clashes_told
from domain.order.events import OrderEvent
from domain.order.evolve import evolve
from domain.order.parcel import Parcel
from domain.order.state import Order
from domain.promise import PromiseTerms


class Asked(NamedTuple):
    """What is concluded with: the rules, the time, what changed.

    Only with a ``clock`` does time run out.
    """

    terms: PromiseTerms
    at: datetime
    clock: datetime | None
    changed: frozenset[str]


class Conclusion(NamedTuple):
    """What is concluded of an order, and the fields of ``Order`` it is read from."""

    reads: frozenset[str]
    conclude: Callable[[Order, Asked], Iterable[OrderEvent]]


CLOCK: Final = frozenset({"clock"})

# What ``Order.proof`` reads.
PROOF: Final = frozenset({"placements", "parcels", "receipts", "completions"})

# Each conclusion rests on those before it.
CONCLUSIONS: Final = (
    Conclusion(
        PROOF | {"identities", "payments", "appointments", "promises"},
        lambda order, asked: promises_to_pin(order, asked.terms),
    ),
    Conclusion(frozenset({"promises", "agreed"}), lambda order, _: dates_agreed(order)),
    Conclusion(
        PROOF | {"promises", "cancellations"} | CLOCK,
        lambda order, asked: promises_settled(order, asked.clock),
    ),
    Conclusion(
        frozenset({"placements", "payments", "released"})
        | {"completions", "cancellations"},
        lambda order, _: money_moved(order),
    ),
    Conclusion(
        contradictions.READ,
        lambda order, asked: clashes_told(order, asked.terms, asked.at, asked.changed),
    ),
)

EVERYTHING: Final = frozenset[str]().union(*(each.reads for each in CONCLUSIONS))
FACTS: Final = tuple(sorted(EVERYTHING - CLOCK))
facts_of: Final = attrgetter(*FACTS)

NO_PARCEL: Final = Parcel()


def follow(
    order: Order,
    policy: PromiseTerms,
    at: datetime,
    clock: datetime | None,
    facts: frozenset[str] = EVERYTHING,
) -> tuple[OrderEvent, ...]:
    """Return what the facts now lead to, where these are all that changed."""
    followed: list[OrderEvent] = []
    for each in CONCLUSIONS if facts else ():
        if facts.isdisjoint(each.reads):
            continue
        before = order
        for event in tuple(each.conclude(order, Asked(policy, at, clock, facts))):
            order = told(order, event)
            followed.append(event)
        if order is not before:
            facts |= changed(before, order)
    order.nothing_follows(policy)
    return tuple(followed)


def told(order: Order, event: OrderEvent) -> Order:
    """Return the order after an event, and have it at hand for who evolves it next."""
    after = evolve(order, event)
    order.goes_on(event, after)
    return after


def changed(before: Order, after: Order) -> frozenset[str]:
    """Return which facts changed that anything is concluded from.

    What an event leaves alone is the same object in both.
    """
    pairs = zip(FACTS, facts_of(before), facts_of(after), strict=True)
    found = {name for name, one, other in pairs if one is not other}
    if "parcels" in found and same_steps(before.parcels, after.parcels):
        found.remove("parcels")
    return frozenset(found)


def same_steps(before: Mapping[str, Parcel], after: Mapping[str, Parcel]) -> bool:
    """Say whether nothing new can be concluded from any parcel.

    Of one that nobody knew, nothing is until something is concluded from it.
    """
    for name, parcel in after.items():
        known = before.get(name, NO_PARCEL)
        if known is not parcel and not parcel.concludes_as(known):
            return False
    return True
