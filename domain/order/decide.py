"""What an order answers. Reports are kept as they are; requests meet the rules."""

from datetime import UTC, datetime

from domain.kernel import Decider, Report
from domain.order.commands import CheckPromises, OrderCommand
from domain.order.events import OrderEvent
from domain.order.evolve import evolve
from domain.order.follow import CLOCK, EVERYTHING, changed, follow, told
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
        after = told(known, event)
        if after != known:
            known = after
            new.append(event)
    clock = at if isinstance(command, CheckPromises) else None
    if not new and clock is None:
        return ()
    facts = changed(order, known) if order.concluded_under(policy) else EVERYTHING
    if clock is not None:
        facts |= CLOCK
    return (*new, *follow(known, policy, at, clock, facts))


ORDER: Decider[Order, OrderCommand, OrderEvent, PromiseTerms] = Decider(
    initial=Order(), decide=decide, evolve=evolve
)
