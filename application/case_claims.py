"""What a case reserves of its order, and what it leaves with it at its end."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from domain.after_sales import (
    Case,
    Settlement,
)
from domain.money import Money
from domain.order import (
    ChangeClaim,
    ClaimItem,
    ClaimItems,
    OpenClaim,
    OrderCommand,
    SettleClaim,
)


def claim_commands(name: str, before: Case, after: Case) -> Sequence[OrderCommand]:
    """Return what the order is asked when a case changes: nothing, if nothing of it.

    What a case asks for is reserved while it is open; what came of it stays when it
    ends. What was settled before, as before a reopening, is the order's already.
    """
    was_live = before.opened_here and not before.final
    wanted = reserved(after, before.settled)
    changed = reserved(before) != wanted or before.type != after.type
    commands: list[OrderCommand] = []
    if not after.final:
        if not was_live:
            commands.append(opened(name, after))
        elif changed:
            commands.append(changed_to(name, after))
        return commands
    came_of_it = difference(before.settled, after.settled)
    if was_live:
        if changed and after.settled != before.settled:
            commands.append(changed_to(name, after, before))
        commands.append(settled(name, after, came_of_it))
    elif came_of_it != Settlement():
        commands += (opened(name, after), settled(name, after, came_of_it))
    return commands


def reserved(case: Case, settled: Settlement | None = None) -> tuple[Any, ...]:
    """Return the items and the freight a case asks for beside what was settled."""
    had = case.settled if settled is None else settled
    done = {item.line: item.amount.minor for item in had.refunded}
    items = tuple(
        replace(item, amount=less(item.amount, done.get(item.line, 0)))
        for item in case.items
    )
    freight = case.freight
    if freight is not None and had.freight is not None:
        freight = less(freight, had.freight.minor)
    return items, freight


def less(amount: Money, minor: int) -> Money:
    """Return an amount without what was paid of it."""
    return Money(max(0, amount.minor - minor), amount.currency)


def opened(name: str, case: Case) -> OpenClaim:
    """Return the reservation of what a case asks for."""
    assert case.type is not None, "a case that was opened here has a type"
    items, freight = reserved(case)
    return OpenClaim(claim=name, kind=case.type, items=items, freight=freight)


def changed_to(name: str, case: Case, settled: Case | None = None) -> ChangeClaim:
    """Return the reservation of what a case asks for now instead."""
    assert case.type is not None, "a case that was opened here has a type"
    had = case.settled if settled is None else settled.settled
    items, freight = reserved(case, had)
    return ChangeClaim(claim=name, kind=case.type, items=items, freight=freight)


def settled(name: str, case: Case, came_of_it: Settlement) -> SettleClaim:
    """Return the end of the claim: what was refunded, and what came back."""
    currencies = [item.amount.currency for item in case.items]
    nothing = Money(0, currencies[0]) if currencies else None
    returned: ClaimItems = ()
    if nothing is not None:
        returned = tuple(
            ClaimItem(line=line, quantity=quantity, amount=nothing)
            for line, quantity in came_of_it.returned
        )
    # A line that came for nothing may go back for nothing without being claimed.
    about = {item.line for item in case.items}
    refunded = tuple(
        item for item in came_of_it.refunded if item.amount.minor or item.line in about
    )
    return SettleClaim(
        claim=name,
        refunded=refunded,
        freight=came_of_it.freight,
        returned=returned,
    )


def difference(before: Settlement, after: Settlement) -> Settlement:
    """Return what came of a case since it was settled last."""
    had = {item.line: item.amount.minor for item in before.refunded}
    refunded = tuple(
        replace(item, amount=less(item.amount, had.get(item.line, 0)))
        for item in after.refunded
        if item.line not in had or item.amount.minor > had[item.line]
    )
    freight = after.freight
    if freight is not None and before.freight is not None:
        freight = less(freight, before.freight.minor)
    back = dict(before.returned)
    returned = tuple(
        (line, quantity - back.get(line, 0))
        for line, quantity in after.returned
        if quantity > back.get(line, 0)
    )
    none_left = freight is None or not freight.minor
    return Settlement(
        refunded=refunded, freight=None if none_left else freight, returned=returned
    )
