"""What each party may ask of an order now: what its rules would not refuse."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from application.order_view import Party
from domain.kernel import Refused
from domain.order import (
    ORDER,
    CancelOrder,
    ChangeAddress,
    CompleteOrder,
    ConfirmReceipt,
    ConfirmStock,
    Order,
    OrderCommand,
    RenegotiateShipDate,
    RequestIntercept,
    ReturnToSender,
    WaivePromise,
)
from domain.promise import PromiseTerms

# An address that is never written, only asked about.
NOWHERE: Final = "sealed:erased"


def candidates(order: Order, at: datetime) -> Iterator[tuple[Party, OrderCommand]]:
    """Return what a party might ask now, with details filled in for trying."""
    yield "consumer", ConfirmReceipt()
    yield "consumer", CancelOrder(by="consumer", reason="asked")
    yield "consumer", ChangeAddress(address=NOWHERE)
    for name, promise in order.promises.items():
        if promise.outcome.standing == "open":
            yield "consumer", WaivePromise(promise=name, reason="asked")
    if not order.stock and not order.closed:
        yield "merchant", ConfirmStock()
    later = RenegotiateShipDate(due_at=at + timedelta(days=1), reason="asked")
    yield "merchant", later
    yield "merchant", CancelOrder(by="merchant", reason="asked")
    yield "platform", CancelOrder(by="platform", reason="asked")
    yield "platform", CompleteOrder()
    for name in order.parcels:
        for party in ("merchant", "platform"):
            yield party, RequestIntercept(parcel=name, reason="asked")
            yield party, ReturnToSender(parcel=name, reason="asked")


def possible(
    order: Order, terms: PromiseTerms, at: datetime
) -> dict[Party, list[type[OrderCommand]]]:
    """Return what each party may ask now: what ``decide`` would not refuse."""
    found: dict[Party, list[type[OrderCommand]]] = {}
    for party, command in candidates(order, at):
        known = found.setdefault(party, [])
        if type(command) not in known and granted(order, command, terms, at):
            known.append(type(command))
    return found


def granted(
    order: Order, command: OrderCommand, terms: PromiseTerms, at: datetime
) -> bool:
    """Whether asking would change anything."""
    try:
        return bool(ORDER.decide(order, command, terms, at))
    except Refused:
        return False
