"""The budget: set aside before anything is offered, settled, and spent.

What is set aside and what is spent together never pass what was granted: each of these
is decided in the incident's own stream, one after the other, however many workers ask.
"""

from collections.abc import Iterator
from datetime import datetime

from domain.incident.commands import RecordSpent, ReserveBudget, SettleBudget
from domain.incident.events import (
    BudgetReserved,
    BudgetSettled,
    BudgetSpent,
    IncidentEvent,
)
from domain.incident.planning import in_plan
from domain.incident.refusals import (
    BatchNotWhole,
    BatchReused,
    BeyondOrderCap,
    BudgetExceeded,
    NotAffected,
    NotOffered,
    OrderLeftOut,
    PilotFull,
    SettledOtherwise,
    SpendingReused,
    UnknownBatch,
)
from domain.incident.scoping import once, waits
from domain.incident.state import Batch, Incident
from domain.incident.values import Member

Events = tuple[IncidentEvent, ...]


def by_order(orders: tuple[Member, ...]) -> dict[str, Member]:
    """Return members by their order: in which order they are named says nothing."""
    return {member.order: member for member in orders}


# -- Set aside --


def reserved_so(incident: Incident, command: ReserveBudget) -> bool:
    """Whether the batch has just these orders; raises BatchReused for others."""
    known = incident.batches.get(command.batch)
    if known is None:
        return not command.orders
    if by_order(known.orders) != by_order(command.orders):
        raise BatchReused(batch=command.batch)
    return True


def reserved(incident: Incident, command: ReserveBudget, at: datetime) -> Events:
    """Set aside what these orders may cost; raises why it is not."""
    once(member.order for member in command.orders)
    budget = incident.budget
    assert budget is not None, "nothing is handed out without a budget"
    for member in command.orders:
        may_have(incident, member, budget.per_order_max_fen)
    pilot = incident.pilot
    room = pilot.orders - pilot.tried
    if incident.phase == "piloting" and len(command.orders) > room:
        raise PilotFull(orders=pilot.orders, left=room)
    fen = sum(member.cost_fen for member in command.orders)
    left_fen = budget.total_max_fen - incident.committed_fen
    if fen > left_fen:
        raise BudgetExceeded(asked_fen=fen, left_fen=left_fen)
    return (
        BudgetReserved(
            at=at, by=command.by, batch=command.batch, orders=command.orders, fen=fen
        ),
    )


def may_have(incident: Incident, member: Member, per_order_max_fen: int) -> None:
    """Ask for an order that waits, of a segment of the plan, within the cap of one."""
    if waits(incident, member.order).how == "excluded":
        raise OrderLeftOut(order=member.order)
    in_plan(incident, member.segment)
    if member.cost_fen > per_order_max_fen:
        raise BeyondOrderCap(
            order=member.order, fen=member.cost_fen, max_fen=per_order_max_fen
        )


# -- Settled --


def settled(incident: Incident, command: SettleBudget, at: datetime) -> Events:
    """Say what of a batch was handed out, once and whole; the rest is free again.

    Raises UnknownBatch, BatchNotWhole and SettledOtherwise.
    """
    known = incident.batches.get(command.batch)
    if known is None:
        raise UnknownBatch(batch=command.batch)
    if known.settled is not None:
        return settled_again(known, command)
    named = [*command.offered, *(out.order for out in command.left_out)]
    once(named)
    if set(named) != set(by_order(known.orders)):
        missing = set(by_order(known.orders)) - set(named)
        other = set(named) - set(by_order(known.orders))
        raise BatchNotWhole(missing=sorted(missing)[:10], others=sorted(other)[:10])
    left_out = {out.order for out in command.left_out}
    return (
        BudgetSettled(
            at=at,
            by=command.by,
            batch=command.batch,
            offered=command.offered,
            left_out=command.left_out,
            released_fen=sum(freed(incident, known, left_out)),
        ),
    )


def settled_again(known: Batch, command: SettleBudget) -> Events:
    """Say nothing new; raises SettledOtherwise."""
    before = known.settled
    assert before is not None, "asked of a batch that was settled"
    told = (frozenset(command.offered), frozenset(command.left_out))
    if (frozenset(before.offered), frozenset(before.left_out)) != told:
        raise SettledOtherwise(batch=command.batch)
    return ()


def freed(incident: Incident, batch: Batch, left_out: set[str]) -> Iterator[int]:
    """Yield what is set aside for each; rolling back has freed it all already."""
    for member in batch.orders:
        standing = incident.standings.get(member.order)
        if member.order in left_out and standing and standing.how == "reserved":
            yield member.cost_fen


# -- Spent --


def spent_so(incident: Incident, command: RecordSpent) -> bool:
    """Whether this chunk said just this; raises SpendingReused for other costs."""
    known = incident.spent.get(command.chunk)
    if known is None:
        return not command.spent
    if by_order(known) != by_order(command.spent):
        raise SpendingReused(chunk=command.chunk)
    return True


def spent(incident: Incident, command: RecordSpent, at: datetime) -> Events:
    """Record what orders really cost, and what of it was set aside for nobody.

    What people decided beyond the budget was paid all the same: it is said, and takes
    nothing of what others have.
    """
    once(member.order for member in command.spent)
    asides = [aside_for(incident, member) for member in command.spent]
    costs = [member.cost_fen for member in command.spent]
    fen = sum(map(min, costs, asides))
    return (
        BudgetSpent(
            at=at,
            by=command.by,
            chunk=command.chunk,
            spent=command.spent,
            fen=fen,
            released_fen=sum(asides) - fen,
            beyond_fen=sum(costs) - fen,
        ),
    )


def aside_for(incident: Incident, member: Member) -> int:
    """Return what was set aside for an order that has its offer.

    Raises NotAffected and NotOffered.
    """
    standing = incident.standings.get(member.order)
    if standing is None:
        raise NotAffected(order=member.order)
    if standing.how != "offered":
        raise NotOffered(order=member.order, standing=standing.how)
    return standing.fen
