"""What each event makes of an incident."""

from collections.abc import Iterator
from typing import assert_never

from msgspec.structs import replace

from domain.incident.events import (
    BudgetApproved,
    BudgetReserved,
    BudgetSettled,
    BudgetSpent,
    ExemptionSet,
    ImpactEstimated,
    IncidentCompleted,
    IncidentDeclared,
    IncidentEvent,
    IncidentPaused,
    IncidentResumed,
    IncidentReviewed,
    IncidentWithdrawn,
    NoticePublished,
    OrdersExcluded,
    OrdersIncluded,
    PilotStarted,
    PlanDrafted,
    RollbackOrdered,
    RolloutExpanded,
    ScopeFrozen,
    ScopeRevised,
)
from domain.incident.keeping import mark_of
from domain.incident.standings import restood, scoped_anew
from domain.incident.state import Batch, Chunk, Incident, Pilot, Standing
from domain.incident.values import Member


def evolve(incident: Incident, event: IncidentEvent) -> Incident:
    """Return the incident after the event."""
    match event:
        case IncidentDeclared():
            return replace(incident, declared=event)
        case ScopeRevised():
            return preparing(replace(scoped_anew(incident), revised=event, frozen=None))
        case ScopeFrozen():
            return replace(scoped_anew(incident), frozen=event)
        case OrdersIncluded():
            return included(incident, event)
        case OrdersExcluded():
            return excluded(incident, event)
        case PlanDrafted():
            return preparing(replace(incident, plan=event))
        case ImpactEstimated():
            return estimated(incident, event)
        case BudgetApproved():
            return replace(incident, budget=event, granted=True)
        case PilotStarted(orders=orders):
            return piloted(incident, orders)
        case RolloutExpanded(orders_per_minute=rate):
            return replace(incident, phase="rolling_out", orders_per_minute=rate)
        case IncidentPaused():
            return replace(incident, paused=True)
        case IncidentResumed():
            return replace(incident, paused=False)
        case RollbackOrdered():
            return rolled_back(incident)
        case IncidentWithdrawn():
            return replace(incident, ended="withdrawn", granted=False)
        case BudgetReserved():
            return reserved(incident, event)
        case BudgetSettled():
            return settled(incident, event)
        case BudgetSpent():
            return spent(incident, event)
        case ExemptionSet(policy=policy):
            return replace(incident, exemptions=(*incident.exemptions, policy))
        case NoticePublished(words_zh=chinese, words_en=english):
            return replace(incident, notices=(*incident.notices, (chinese, english)))
        case IncidentCompleted():
            return replace(incident, ended="completed")
        case IncidentReviewed():
            return replace(incident, reviewed=event)
        case _:
            assert_never(event)


# -- Scope and plan --


def preparing(incident: Incident) -> Incident:
    """Return it with what was estimated and granted stale: nothing is handed out."""
    return replace(
        incident, estimate=None, granted=False, phase="preparing", paused=False
    )


def included(incident: Incident, event: OrdersIncluded) -> Incident:
    """Return it with these orders affected; whoever has something keeps it."""
    place = len(incident.chunks)
    chunk = Chunk(event.chunk, event.late, event.orders, 0)
    incident = replace(incident, chunks=(*incident.chunks, chunk))
    if event.late:
        late = {**incident.late, event.chunk: event.orders}
        incident = replace(incident, late=late)
    else:
        mark = incident.mark + mark_of(member.order for member in event.orders)
        named = incident.named + len(event.orders)
        incident = replace(incident, named=named, mark=mark)
    return restood(
        incident,
        [(member.order, affected(incident, member, place)) for member in event.orders],
    )


def affected(incident: Incident, member: Member, place: int) -> Standing:
    """Return how an order stands that is named: as it stood, barred, or waiting."""
    known = incident.standings.get(member.order)
    if known is not None:
        return replace(known, chunk=place)
    barred = incident.barred.get(member.order)
    if barred is not None:
        return Standing(member, "excluded", place, reason=barred)
    return Standing(member, "waiting", place)


def excluded(incident: Incident, event: OrdersExcluded) -> Incident:
    """Return it with these orders left out."""
    return restood(
        incident,
        [
            (out.order, replace(known, how="excluded", reason=out.reason))
            for out in event.orders
            for known in stood(incident, out.order)
        ],
    )


def stood(incident: Incident, order: str) -> Iterator[Standing]:
    """Yield how an order stands, which history guarantees to be known."""
    known = incident.standings.get(order)
    assert known is not None, "only of affected orders anything is said"
    yield known


def estimated(incident: Incident, event: ImpactEstimated) -> Incident:
    """Return it with an estimate; what was granted on another is stale.

    Unless it is being handed out: then the budget stands until another is granted.
    """
    begun = incident.phase != "preparing"
    return replace(incident, estimate=event, granted=incident.granted and begun)


# -- Handing out --


def piloted(incident: Incident, orders: int) -> Incident:
    """Return it with a pilot begun, or the one under way made wider."""
    if incident.phase == "piloting":
        return replace(incident, pilot=replace(incident.pilot, orders=orders))
    pilot = Pilot(number=incident.pilot.number + 1, orders=orders)
    return replace(incident, phase="piloting", pilot=pilot)


def rolled_back(incident: Incident) -> Incident:
    """Return it with what was set aside and not yet offered free again."""
    back = [
        (order, standing)
        for order, standing in incident.standings.items()
        if standing.how == "reserved"
    ]
    fen = sum(standing.fen for _, standing in back)
    freed = [(order, replace(was, how="waiting", fen=0)) for order, was in back]
    incident = restood(incident, freed)
    return replace(
        incident, set_aside_fen=incident.set_aside_fen - fen, ended="rolled_back"
    )


def reserved(incident: Incident, event: BudgetReserved) -> Incident:
    """Return it with money set aside for these orders."""
    tried = incident.phase == "piloting"
    number = incident.pilot.number if tried else 0
    batch = Batch(event.orders, number)
    if tried:
        count = incident.pilot.tried + len(event.orders)
        incident = replace(incident, pilot=replace(incident.pilot, tried=count))
    standing = [
        (
            member.order,
            Standing(member, "reserved", known.chunk, member.cost_fen),
        )
        for member in event.orders
        for known in stood(incident, member.order)
    ]
    return replace(
        restood(incident, standing),
        batches=incident.batches.with_all([(event.batch, batch)]),
        set_aside_fen=incident.set_aside_fen + event.fen,
    )


def settled(incident: Incident, event: BudgetSettled) -> Incident:
    """Return it with a batch handed out, and what was left out free again.

    What was rolled back meanwhile, and had been offered, is set aside again.
    """
    batch = incident.batches.get(event.batch)
    assert batch is not None, "only what was set aside is settled"
    cost = {member.order: member for member in batch.orders}
    out = {each.order: each.reason for each in event.left_out}
    changed: list[tuple[str, Standing]] = []
    again = 0
    for order, member in cost.items():
        for known in stood(incident, order):
            if order in out:
                left = replace(known, how="excluded", fen=0, reason=out[order])
                changed.append((order, left))
                continue
            again += member.cost_fen if known.how == "waiting" else 0
            fen = member.cost_fen
            changed.append((order, replace(known, how="offered", fen=fen)))
    pilot = incident.pilot
    if batch.pilot and batch.pilot == pilot.number:
        pilot = replace(pilot, tried=pilot.tried - len(out))
    return replace(
        restood(incident, changed),
        pilot=pilot,
        batches=incident.batches.with_all(
            [(event.batch, replace(batch, settled=event))]
        ),
        set_aside_fen=incident.set_aside_fen - event.released_fen + again,
    )


def spent(incident: Incident, event: BudgetSpent) -> Incident:
    """Return it with what these orders cost; the rest is free again."""
    standing = [
        (member.order, replace(known, how="spent", fen=member.cost_fen))
        for member in event.spent
        for known in stood(incident, member.order)
    ]
    freed = event.fen + event.released_fen
    return replace(
        restood(incident, standing),
        spent=incident.spent.with_all([(event.chunk, event.spent)]),
        set_aside_fen=incident.set_aside_fen - freed,
        spent_fen=incident.spent_fen + event.fen,
        beyond_fen=incident.beyond_fen + event.beyond_fen,
    )
