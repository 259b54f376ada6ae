"""Which way a case goes for a ruling or an agreement: as far as its order lets it.

Pure. What nothing of the order is left for is not dropped: ``beyond`` says how much it
is, and the books that it is owed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from application.case_claims import claim_commands
from application.dispute_refunds import Repaid, by_ruling, in_all
from domain.after_sales import CASE, Case, CaseType, ExecuteRuling
from domain.after_sales.values import COMES_BACK, PAYS
from domain.dispute import MoreThanTheOrderGives, Ruling
from domain.kernel import Refused
from domain.money import Money
from domain.order import (
    ORDER,
    ChangeClaim,
    ClaimItem,
    ClaimItems,
    OpenClaim,
    Order,
    SettleClaim,
)
from domain.order.claiming import claimed
from domain.order.shares import default_items
from domain.party import SYSTEM
from domain.policy.book import Rulebook

# What a case that sent goods becomes, the first that is so: of goods that were sent, of
# goods that were not, of some of each.
BECOMES: Final[tuple[CaseType, ...]] = (
    "refund_shipped",
    "refund_unshipped",
    "partial_refund",
)


class Ground(NamedTuple):
    """What a case is changed on: its order, the rules, and when."""

    order: Order
    book: Rulebook
    at: datetime


class Way(NamedTuple):
    """What a case is asked for a ruling, and what goes back by it, all told."""

    command: ExecuteRuling
    back: Repaid


def refundable_items(order: Order, case: Case, name: str) -> ClaimItems:
    """Return the lines of a case with all that can go back for them under its name.

    What went back under it before counts in. Where the order cannot say, as when it was
    paid in two currencies, it is what the case asks for.
    """
    lines = {item.line: item.quantity for item in case.items}
    try:
        left = default_items(order, lines, besides=name)
    except Refused:
        return case.items
    had = {item.line: item.amount.minor for item in case.settled.refunded}
    holds = {} if case.final else {item.line: item.amount for item in case.items}
    return tuple(most(item, had.get(item.line, 0), holds) for item in left)


def most(item: ClaimItem, had: int, holds: dict[int, Money]) -> ClaimItem:
    """Return an item with what went back, or with what is held, if that is more."""
    amount = Money(item.amount.minor + had, item.amount.currency)
    held = holds.get(item.line)
    if held is not None and held.currency == amount.currency:
        amount = max(amount, held, key=lambda each: each.minor)
    return replace(item, amount=amount)


def within_order(ruling: Ruling, items: ClaimItems, freight: Money | None) -> None:
    """Raise MoreThanTheOrderGives if more is awarded back than there is for it."""
    wanted = in_all(ruling.awards, "refund")
    if wanted is None:
        return
    room = sum(item.amount.minor for item in items) + (freight.minor if freight else 0)
    if wanted.minor > room:
        raise MoreThanTheOrderGives(awarded_minor=wanted.minor, left_minor=room)


def way_of_ruling(
    name: str, dispute: str, ruling: Ruling, case: Case, ground: Ground
) -> Way:
    """Return how far a case can go for a ruling, as what it can.

    The most that the order lets it give back, if it can after the goods came back where
    the ruling says so; nothing through the case where nothing of it is free any more.
    Raises what the case refuses.
    """
    items = refundable_items(ground.order, case, name)
    rooms = [items] if case.final else [case.items, items]
    found: list[Way] = []
    for room in rooms:
        back = by_ruling(ruling, room, case.freight)
        found += possible(ways(dispute, case, back), name, case, ground)
    if found:
        # Of equals the first: as was ruled, and no more than was claimed.
        return max(found, key=lambda way: (way.back.return_first, way.back.minor))
    nothing = by_ruling(ruling, (), None)
    return Way(ExecuteRuling(by=SYSTEM, dispute=dispute), nothing)


def way_of_offer(
    name: str, dispute: str, back: Repaid, case: Case, ground: Ground
) -> Way | None:
    """Return how a case pays what the sides agreed; None where it pays nothing."""
    if not back.items and back.freight is None:
        return None
    asked = list(ways(dispute, case, back))
    return next(possible(asked, name, case, ground), asked[0])


def ways(dispute: str, case: Case, back: Repaid) -> Iterator[Way]:
    """Yield what a case may become to give so much back, the likeliest first."""
    nothing = not back.items and back.freight is None
    kind = case.type
    types: list[CaseType | None]
    if nothing:
        types, back = [None], back._replace(return_first=False)
    else:
        types = [kind] if kind in PAYS else []
        types += [each for each in BECOMES if each != kind]
    if back.return_first:
        yield Way(asked(dispute, back, "return_refund"), back)
        back = back._replace(return_first=False)
        # Goods that cannot come back are not waited for.
        types = [each for each in types if each not in COMES_BACK] or types
    for each in types:
        yield Way(asked(dispute, back, each), back)


def asked(dispute: str, back: Repaid, kind: CaseType | None) -> ExecuteRuling:
    """Return what the case is asked."""
    return ExecuteRuling(
        by=SYSTEM,
        dispute=dispute,
        type=kind,
        items=back.items,
        freight=back.freight,
        return_first=back.return_first,
    )


def possible(
    found: Iterator[Way] | list[Way], name: str, case: Case, ground: Ground
) -> Iterator[Way]:
    """Yield the ways that the order has goods and money for."""
    for way in found:
        after = case
        for event in CASE.decide(case, way.command, ground.book, ground.at):
            after = CASE.evolve(after, event)
        if reserves(name, case, after, ground):
            yield way


def reserves(name: str, before: Case, after: Case, ground: Ground) -> bool:
    """Whether the order lets a claim become what a case would ask for then."""
    order = ground.order
    try:
        for command in claim_commands(name, before, after):
            assert isinstance(command, OpenClaim | ChangeClaim | SettleClaim), "a claim"
            for event in claimed(order, command, ground.at):
                order = ORDER.evolve(order, event)
    except Refused:
        return False
    return True
