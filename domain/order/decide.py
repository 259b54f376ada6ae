"""What an order answers. Reports are kept as they are; requests meet the rules."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import reduce

from domain.kernel import Decider, Report
from domain.order.commands import CheckPromises, OrderCommand
from domain.order.conclude import (
    clashes_told,
    dates_agreed,
    money_moved,
    promises_settled,
    promises_to_pin,
)
from domain.order.contradictions import contradictions
from domain.order.events import OrderEvent
from domain.order.evolve import evolve
from domain.order.reports import reported
from domain.order.requests import OrderEvents, requested
from domain.order.state import Order
from domain.promise import PromiseTerms


def decide(
    order: Order, command: OrderCommand, policy: PromiseTerms, at: datetime
) -> OrderEvents:
    """Return what happens, and what follows from it; raises a Refused of refusals.py.

    A report already known says nothing new and returns ``()``.
    """
    at = at.astimezone(UTC)
    if isinstance(command, Report):
        said: OrderEvents = (reported(command, policy, at),)
    else:
        said = requested(order, command, policy, at)
    known, new = order, []
    for event in said:
        before, known = known, evolve(known, event)
        if known != before:
            new.append(event)
    clock = at if isinstance(command, CheckPromises) else None
    if not new and clock is None:
        return ()
    return (*new, *follow(known, policy, at, clock))


def follow(
    order: Order, policy: PromiseTerms, at: datetime, clock: datetime | None
) -> OrderEvents:
    """Return what the facts now lead to, each conclusion resting on those before."""
    conclusions: tuple[Callable[[Order], Iterable[OrderEvent]], ...] = (
        lambda known: promises_to_pin(known, policy),
        dates_agreed,
        lambda known: promises_settled(known, clock),
        money_moved,
        lambda known: clashes_told(known, contradictions(known, policy), at),
    )
    followed: OrderEvents = ()
    for conclude in conclusions:
        events = tuple(conclude(order))
        order = reduce(evolve, events, order)
        followed += events
    return followed


ORDER: Decider[Order, OrderCommand, OrderEvent, PromiseTerms] = Decider(
    initial=Order(), decide=decide, evolve=evolve
)
