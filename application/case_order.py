"""What a case takes from its order and from its sister cases, and what those take."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from application.event_store.envelope import Part
from domain.after_sales import (
    CASE,
    PAYS,
    SENDS,
    Case,
    CaseEvent,
    IntoItself,
    MergeCase,
    NotTheSameMatter,
    OpenCase,
    StepDefaulted,
    TakeOverCase,
)
from domain.ids import partition_in
from domain.kernel import Refused
from domain.order import ChangeClaim, ClaimItems, Order
from domain.order.shares import default_items
from domain.policy.book import Rulebook, in_force
from domain.policy.rows import LabelRow, Times

# What a label lets through before shipping, without the merchant's answer (极速退款).
INSTANT: Final = "CANCELLED_UNSHIPPED"
UNSHIPPED: Final = frozenset({"paid", "preparing"})


def arrived_at(order: Order) -> datetime | None:
    """Return when the order, whole, was with its consumer, if that is known."""
    proof = order.proof("delivered")
    return None if proof is None else proof[0].at


def ship_hours(order: Order, book: Rulebook, at: datetime) -> int:
    """Return within how many hours the order was promised to be sent, 0 if in none.

    Goods sent in exchange have as many (超时说明 20010540). Of several promises the
    longest counts; an order that names none has the usual ones.
    """
    times = Times(ordered_at=order.placed_at or order.paid_at, judged_at=at)
    offered = {offer.label: offer.hours for offer in order.offers}
    labels = offered or dict.fromkeys(book.usual)
    rows = (row for row in book.rows if isinstance(row, LabelRow))
    return max(
        (
            labels[row.label] or row.hours or 0
            for row in in_force(rows, times)
            if row.promise == "ship_by" and row.label in labels
        ),
        default=0,
    )


def instant(order: Order, command: OpenCase, book: Rulebook, at: datetime) -> bool:
    """Whether a label shown at order time lets the refund through before shipping."""
    if command.type != "refund_unshipped" or order.status not in UNSHIPPED:
        return False
    shown = {offer.label for offer in order.offers}
    paid = sum(order.captured.values())
    times = Times(ordered_at=order.placed_at or order.paid_at, judged_at=at)
    return any(
        shown.intersection(row.when.labels)
        and (row.when.paid_from_fen or 0) <= paid
        and (row.when.paid_below_fen is None or paid < row.when.paid_below_fen)
        and (not row.when.goods or command.where.goods in row.when.goods)
        for row in book.money(INSTANT, times)
    )


def taking_over(case_id: UUID, case: Case, command: MergeCase, book: Rulebook) -> Part:
    """Return the part of the case that carries on: it does so only while it is open.

    Raises IntoItself, and NotTheSameMatter for what cannot be of the same order.
    """
    try:
        into = UUID(command.into)
    except ValueError as error:
        raise NotTheSameMatter(into=command.into) from error
    if into == case_id:
        raise IntoItself
    if partition_in(into) != partition_in(case_id) or case.order is None:
        raise NotTheSameMatter(into=command.into)
    assert case.consumer is not None, "a case about an order is somebody's"
    take_over = TakeOverCase(
        by=command.by, merged=str(case_id), order=case.order, consumer=case.consumer
    )
    return Part(into, CASE, take_over, book)


# -- What goes back for goods that are owed, and never sent --


def fallback(order: Order, command: OpenCase, claim: str) -> ClaimItems:
    """Return what the lines were really paid with, of a request for goods."""
    return () if command.type in PAYS else refundable_of(order, command.items, claim)


def fallback_now(
    order: Order, case: Case, claim: str, free: Callable[[ChangeClaim], bool]
) -> ClaimItems:
    """Return what can still go back for the goods a case owes.

    Never more than the order has left, and nothing where it would not be ``free``.
    """
    items = refundable_of(order, case.items, claim)
    kind = case.as_money
    assert kind is not None, "a case that owes goods has a type"
    return items if free(ChangeClaim(claim=claim, kind=kind, items=items)) else ()


def turns_into_money(case: Case, events: Iterable[CaseEvent]) -> bool:
    """Whether silence puts money in the place of the goods that a case owes."""
    if not case.opened_here or case.type not in SENDS or case.at_stake != case.fallback:
        return False
    return any(
        isinstance(each, StepDefaulted) and each.does == "refund" for each in events
    )


def refundable_of(order: Order, items: ClaimItems, claim: str) -> ClaimItems:
    """Return the refundable share of these lines, without those that have none."""
    quantities = {item.line: item.quantity for item in items}
    try:
        shares = default_items(order, quantities, besides=claim)
    except Refused:
        return ()
    return tuple(item for item in shares if item.amount.minor)
