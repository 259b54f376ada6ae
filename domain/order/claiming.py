"""What may be claimed of an order, so that no more goes back than was paid or sent.

A claim that asks for no more than it holds is never refused: what reports changed in
the meantime is no fault of the one who claims.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple, assert_never

from domain.money import Money
from domain.order.claim import BESIDE, COMES_BACK, Claim, money_of, quantities
from domain.order.claims import (
    ChangeClaim,
    ClaimChanged,
    ClaimItems,
    ClaimKind,
    ClaimOpened,
    ClaimSettled,
    OpenClaim,
    SettleClaim,
)
from domain.order.events import OrderEvent
from domain.order.goods import delivered_quantity, shipped_quantity
from domain.order.refusals import (
    ClaimedAlready,
    ClaimOpen,
    ClaimOver,
    ClaimUnknown,
    CurrenciesDiffer,
    MoreReturnedThanDelivered,
    MoreThanClaimed,
    MoreThanOrdered,
    MoreThanPaid,
    NotShippedYet,
    OrderUnpaid,
    ShippedMeanwhile,
    UsedUp,
)
from domain.order.shares import (
    freight_left,
    goods_left,
    order_left,
    ordered,
)
from domain.order.state import Order, by_currency
from domain.order.values import OrderLine

UNSHIPPED: Final[frozenset[ClaimKind]] = frozenset({"refund_unshipped"})
SHIPPED: Final[frozenset[ClaimKind]] = frozenset(
    {"refund_shipped", "return_refund", "exchange", "repair"}
)


class Wanted(NamedTuple):
    """What is asked for under a claim's name."""

    claim: str
    kind: ClaimKind
    items: ClaimItems
    freight: Money | None


def claimed(
    order: Order, command: OpenClaim | ChangeClaim | SettleClaim, at: datetime
) -> tuple[OrderEvent, ...]:
    """Return the claim opened, changed or settled; raises what the rules refuse."""
    known = order.claims.get(command.claim)
    match command:
        case OpenClaim():
            return opened(order, known, wanted(command), at)
        case ChangeClaim():
            return changed(order, live(known, command.claim), wanted(command), at)
        case SettleClaim():
            return settled(order, live(known, command.claim), command, at)
    assert_never(command)


def wanted(command: OpenClaim | ChangeClaim) -> Wanted:
    """Return what is asked for."""
    return Wanted(command.claim, command.kind, command.items, command.freight)


def live(known: Claim | None, name: str) -> Claim:
    """Return the claim; raises unless there is one, and it is live."""
    if known is None:
        raise ClaimUnknown(claim=name)
    if not known.live:
        raise ClaimOver(claim=name)
    return known


def opened(
    order: Order, known: Claim | None, asked: Wanted, at: datetime
) -> tuple[OrderEvent, ...]:
    """Return the opening; of a claim that was settled it is a reopening."""
    if known is not None and known.live:
        if same(known, asked):
            return ()
        raise ClaimOpen(claim=asked.claim)
    free(order, asked, Claim(kind=asked.kind, items=()))
    return (
        ClaimOpened(
            at=at,
            claim=asked.claim,
            kind=asked.kind,
            items=asked.items,
            freight=asked.freight,
        ),
    )


def changed(
    order: Order, known: Claim, asked: Wanted, at: datetime
) -> tuple[OrderEvent, ...]:
    """Return the change of what a live claim reserves."""
    if same(known, asked):
        return ()
    free(order, asked, known)
    return (
        ClaimChanged(
            at=at,
            claim=asked.claim,
            kind=asked.kind,
            items=asked.items,
            freight=asked.freight,
        ),
    )


def same(known: Claim, asked: Wanted) -> bool:
    """Say whether the claim reserves just this."""
    return (known.kind, known.items, known.freight) == asked[1:]


def free(order: Order, asked: Wanted, now: Claim) -> None:
    """Raise unless goods and money are free; ``now`` is what the claim holds itself."""
    if not order.payments:
        raise OrderUnpaid
    for number, quantity in sorted(quantities(asked.items).items()):
        line = ordered(order, number)
        if quantity > line.quantity:
            raise MoreThanOrdered(line=number, ordered=line.quantity)
        if now.kind != asked.kind or quantity > now.quantity(number):
            goods_free(order, asked, line, quantity)
    money_free(order, asked, now)


def others(order: Order, name: str) -> list[Claim]:
    """Return every other claim, live or settled."""
    return [claim for each, claim in order.claims.items() if each != name]


def goods_free(order: Order, asked: Wanted, line: OrderLine, quantity: int) -> None:
    """Raise unless so much of the line is there for a claim of this kind."""
    rest, number = others(order, asked.claim), line.line
    if asked.kind in BESIDE:
        like = [claim for claim in rest if claim.kind == asked.kind]
        if quantity + sum(each.quantity(number) for each in like) > line.quantity:
            raise ClaimedAlready(line=number)
        return
    known = order.claims.get(asked.claim)
    need = max(quantity, known.used_up(number) if known else 0)
    if need + sum(each.used_up(number) for each in rest) > line.quantity:
        raise UsedUp(line=number)
    if need + sum(each.held(number) for each in rest) > line.quantity:
        raise ClaimedAlready(line=number)
    in_the_right_place(order, asked, line, need)


def in_the_right_place(order: Order, asked: Wanted, line: OrderLine, need: int) -> None:
    """Raise unless the goods are where a claim of this kind needs them to be."""
    rest, number = others(order, asked.claim), line.line

    def held(kinds: frozenset[ClaimKind]) -> int:
        return sum(each.held(number) for each in rest if each.kind in kinds)

    shipped = shipped_quantity(order, line)
    if asked.kind in UNSHIPPED and need + held(UNSHIPPED) > line.quantity - shipped:
        raise ShippedMeanwhile(line=number, shipped=shipped)
    if asked.kind in SHIPPED and need + held(SHIPPED) > shipped:
        raise NotShippedYet(line=number, shipped=shipped)
    if asked.kind == "return_refund":
        delivered = delivered_quantity(order, line)
        gone = sum(
            max(each.came_back(number), each.quantity(number))
            if each.kind in COMES_BACK
            else each.came_back(number)
            for each in rest
        )
        if need + gone > delivered:
            raise MoreReturnedThanDelivered(line=number, delivered=delivered)


def money_free(order: Order, asked: Wanted, now: Claim) -> None:
    """Raise unless so much was paid and is not spoken for, line by line and in all."""
    amounts = money_of(asked.items, asked.freight)
    if not any(amount.minor for amount in amounts):
        known_currencies(order, amounts)
        return
    if held_already(asked, now):
        return
    currency = order.paid_in
    if {amount.currency for amount in amounts} != {currency}:
        raise CurrenciesDiffer(
            currencies=sorted({currency} | set(by_currency(amounts)))
        )
    held = minor_by_line(now.items if now.live else ())
    for number, minor in sorted(minor_by_line(asked.items).items()):
        left = goods_left(order, number, asked.claim)
        if minor > max(left.minor, held.get(number, 0)):
            raise MoreThanPaid(line=number, left=left.minor)
    if asked.freight is not None:
        left = freight_left(order, asked.claim)
        if asked.freight.minor > max(
            left.minor, now.freight.minor if now.freight else 0
        ):
            raise MoreThanPaid(freight=asked.freight.minor, left=left.minor)
    left = order_left(order, asked.claim)
    if total(amounts) > max(left.minor, total(now.reserved)):
        raise MoreThanPaid(left=left.minor)


def held_already(asked: Wanted, now: Claim) -> bool:
    """Whether a live claim holds all that is asked, line by line and in postage."""
    if not now.live:
        return False
    held = by_line_and_currency(now.items)
    more = any(
        minor > held.get(each, 0)
        for each, minor in by_line_and_currency(asked.items).items()
    )
    if more or asked.freight is None:
        return not more
    mine = now.freight or Money(0, asked.freight.currency)
    same = mine.currency == asked.freight.currency
    return same and asked.freight.minor <= mine.minor


def known_currencies(order: Order, amounts: list[Money]) -> None:
    """Raise for nothing in a currency that the order was neither priced nor paid in.

    A claim for no money may come to be about money, as by a ruling.
    """
    prices = (line.price for line in order.lines)
    known = by_currency(prices).keys() | order.captured.keys()
    stray = by_currency(amounts).keys() - known
    if known and stray:
        raise CurrenciesDiffer(currencies=sorted(known | stray))


def total(amounts: list[Money]) -> int:
    """Return the minor units of amounts that are of one currency."""
    return sum(amount.minor for amount in amounts)


def minor_by_line(items: ClaimItems) -> Mapping[int, int]:
    """Return the minor units of each line's items."""
    sums: dict[int, int] = {}
    for item in items:
        sums[item.line] = sums.get(item.line, 0) + item.amount.minor
    return sums


def settled(
    order: Order, claim: Claim, command: SettleClaim, at: datetime
) -> tuple[OrderEvent, ...]:
    """Return the end of a live claim, for no more than it is about."""
    within(claim, command)
    for number, quantity in quantities(command.returned).items():
        line = ordered(order, number)
        back = sum(each.came_back(number) for each in order.claims.values())
        delivered = delivered_quantity(order, line)
        if back + quantity > delivered:
            raise MoreReturnedThanDelivered(line=number, delivered=delivered)
    return (
        ClaimSettled(
            at=at,
            claim=command.claim,
            refunded=command.refunded,
            freight=command.freight,
            returned=command.returned,
        ),
    )


def within(claim: Claim, command: SettleClaim) -> None:
    """Raise unless the claim is about all that it is settled for."""
    if claim.kind in BESIDE and command.returned:
        raise MoreThanClaimed(kind=claim.kind)
    asked, about = quantities(command.refunded), quantities(claim.items)
    back = quantities(command.returned)
    for number in asked | back:
        came_back = claim.came_back(number) + back[number] if back[number] else 0
        if max(asked[number], came_back) > about[number]:
            raise MoreThanClaimed(line=number, claimed=about[number])
    held = by_line_and_currency(claim.items)
    for (number, currency), minor in by_line_and_currency(command.refunded).items():
        if minor > held.get((number, currency), 0):
            raise MoreThanClaimed(line=number, claimed=held.get((number, currency), 0))
    if command.freight is not None and command.freight.minor:
        freight = claim.freight
        if freight is None or freight.currency != command.freight.currency:
            raise MoreThanClaimed(freight=command.freight.minor)
        if command.freight.minor > freight.minor:
            raise MoreThanClaimed(freight=command.freight.minor, claimed=freight.minor)


def by_line_and_currency(items: ClaimItems) -> Mapping[tuple[int, str], int]:
    """Return the minor units of each line's items, by currency."""
    sums: dict[tuple[int, str], int] = {}
    for item in items:
        key = item.line, item.amount.currency
        sums[key] = sums.get(key, 0) + item.amount.minor
    return sums
