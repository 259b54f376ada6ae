"""Who is affected: declared, narrowed, frozen, named in chunks, left out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from domain.incident.commands import (
    DeclareIncident,
    ExcludeOrders,
    FreezeScope,
    IncludeOrders,
    ReviseSelector,
)
from domain.incident.events import (
    IncidentDeclared,
    IncidentEvent,
    OrdersExcluded,
    OrdersIncluded,
    ScopeFrozen,
    ScopeRevised,
)
from domain.incident.keeping import digest_of, mark_of
from domain.incident.refusals import (
    AlreadyDeclared,
    AlreadyHandedOut,
    ChunkReused,
    EndsBeforeItBegins,
    MoreThanFrozen,
    NamedTwice,
    NobodyAffected,
    NotAffected,
    NothingSelected,
    NotNow,
    ScopeDiffers,
    TooLateToJoin,
)
from domain.incident.state import Incident, Standing
from domain.incident.values import Member, Selector
from domain.kernel import ImpossibleTime, possible

Events = tuple[IncidentEvent, ...]

# So many of what a selector names are told where it found nobody.
NAMED_MAX: Final = 10


def declared(incident: Incident, command: DeclareIncident, at: datetime) -> Events:
    """Declare it; raises NothingSelected, EndsBeforeItBegins and AlreadyDeclared."""
    sensible(command.selector, command.begins, command.ends)
    event = IncidentDeclared(
        at=at,
        by=command.by,
        number=command.number,
        kind=command.kind,
        reason=command.reason,
        source=command.source,
        selector=command.selector,
        begins=command.begins,
        ends=command.ends,
    )
    if incident.declared is None:
        return (event,)
    if declared_alike(incident.declared, event):
        return ()
    raise AlreadyDeclared(number=incident.declared.number)


def declared_alike(one: IncidentDeclared, other: IncidentDeclared) -> bool:
    """Whether the same was declared, whenever it was."""

    def said(event: IncidentDeclared) -> tuple[object, ...]:
        return (
            event.by,
            event.number,
            event.kind,
            event.reason,
            event.source,
            event.selector,
            event.begins,
            event.ends,
        )

    return said(one) == said(other)


def sensible(selector: Selector, begins: datetime, ends: datetime | None) -> None:
    """Raise what is wrong with a selector or with the time it is about."""
    if not selector.says_something:
        raise NothingSelected
    times = (begins, ends, selector.paid_from, selector.paid_to)
    if not all(time is None or possible(time) for time in times):
        raise ImpossibleTime
    for first, last in ((begins, ends), (selector.paid_from, selector.paid_to)):
        if first is not None and last is not None and last <= first:
            raise EndsBeforeItBegins(begins=first.isoformat(), ends=last.isoformat())


def revised(incident: Incident, command: ReviseSelector, at: datetime) -> Events:
    """Change what is affected; ``ends`` None leaves the end as it was."""
    assert incident.declared is not None, "only what was declared is revised"
    ends = command.ends or incident.ends
    sensible(command.selector, incident.declared.begins, ends)
    same = (command.selector, ends) == (incident.selector, incident.ends)
    if same and incident.frozen is None:
        return ()
    return (
        ScopeRevised(
            at=at,
            by=command.by,
            selector=command.selector,
            ends=ends,
            reason=command.reason,
        ),
    )


# -- Frozen, and named in chunks --


def frozen(incident: Incident, command: FreezeScope, at: datetime) -> Events:
    """Freeze who is affected. While not all are named it can be frozen anew.

    Raises NobodyAffected for a scope of nobody.
    """
    if not command.orders:
        raise NobodyAffected(looked_for=looked_for(incident))
    return (
        ScopeFrozen(
            at=at,
            by=command.by,
            snapshot=command.snapshot,
            orders=command.orders,
            digest=command.digest,
        ),
    )


def looked_for(incident: Incident) -> str:
    """Return what an order has to be to be affected, as the selector says it."""
    selector = incident.selector
    assert selector is not None, "it was declared with one"
    said = {name: getattr(selector, name) for name in selector.__struct_fields__}
    return "; ".join(
        f"{name}: {', '.join(of[:NAMED_MAX]) if isinstance(of, tuple) else of}"
        for name, of in said.items()
        if of is not None and of != ()
    )


def frozen_so(incident: Incident, command: FreezeScope) -> bool:
    """Whether just this scope is frozen."""
    known = incident.frozen
    return known is not None and (known.snapshot, known.orders, known.digest) == (
        command.snapshot,
        command.orders,
        command.digest,
    )


def included_so(incident: Incident, command: IncludeOrders) -> bool:
    """Whether this chunk named just these orders; raises ChunkReused for others."""
    known = chunk_of(incident, command.chunk, late=command.late)
    if known is None:
        return not command.orders
    if known != command.orders:
        raise ChunkReused(chunk=command.chunk, late=command.late)
    return True


def chunk_of(
    incident: Incident, number: int, *, late: bool
) -> tuple[Member, ...] | None:
    """Return the orders a chunk named; late ones are numbered by themselves."""
    if late:
        return incident.late.get(number)
    for chunk in incident.chunks:
        if chunk.number == number and not chunk.late:
            return chunk.orders
    return None


def included(incident: Incident, command: IncludeOrders, at: datetime) -> Events:
    """Name some of the orders affected; raises why they are not."""
    orders = [member.order for member in command.orders]
    once(orders)
    if command.late:
        joining(incident, orders, at)
    else:
        of_the_frozen(incident, orders)
    return (
        OrdersIncluded(
            at=at,
            by=command.by,
            chunk=command.chunk,
            orders=command.orders,
            late=command.late,
        ),
    )


def joining(incident: Incident, orders: list[str], at: datetime) -> None:
    """Ask for a scope that stands, until it ends, and for orders that are new."""
    if not incident.scope_stands:
        raise NotNow(status=incident.status)
    if incident.ends is not None and at >= incident.ends:
        raise TooLateToJoin(ends=incident.ends.isoformat())
    for order in orders:
        if incident.standings.get(order) is not None:
            raise NamedTwice(order=order)


def of_the_frozen(incident: Incident, orders: list[str]) -> None:
    """Ask for no more than were frozen, and in the end for just those."""
    scope = incident.frozen
    if scope is None or incident.scope_stands:
        raise NotNow(status=incident.status)
    for order in orders:
        standing = incident.standings.get(order)
        if standing is not None and standing.chunk is not None:
            raise NamedTwice(order=order)
    named = incident.named + len(orders)
    if named > scope.orders:
        raise MoreThanFrozen(frozen=scope.orders, named=named)
    mark = incident.mark + mark_of(orders)
    if named == scope.orders and digest_of(mark) != scope.digest:
        raise ScopeDiffers(snapshot=scope.snapshot)


def once(orders: Iterable[str]) -> None:
    """Raise NamedTwice for an order that is named twice."""
    seen: set[str] = set()
    for order in orders:
        if order in seen:
            raise NamedTwice(order=order)
        seen.add(order)


# -- Left out --


def excluded(incident: Incident, command: ExcludeOrders, at: datetime) -> Events:
    """Leave orders out that wait; whoever is left out so already is not named again."""
    once(exclusion.order for exclusion in command.orders)
    new = tuple(
        exclusion
        for exclusion in command.orders
        if waits(incident, exclusion.order).reason != exclusion.reason
    )
    return (OrdersExcluded(at=at, by=command.by, orders=new),) if new else ()


def waits(incident: Incident, order: str) -> Standing:
    """Return how an order stands that has nothing yet.

    Raises NotAffected and AlreadyHandedOut.
    """
    standing = incident.standings.get(order)
    if standing is None:
        raise NotAffected(order=order)
    if standing.how not in {"waiting", "excluded"}:
        raise AlreadyHandedOut(order=order, standing=standing.how)
    return standing
