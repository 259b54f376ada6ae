"""What is asked of an order: granted, or refused by a rule that says so."""

from datetime import UTC, datetime
from typing import assert_never

from domain.order.auto_confirm import auto_confirmed_at
from domain.order.claiming import claimed
from domain.order.claims import ChangeClaim, OpenClaim, SettleClaim
from domain.order.commands import (
    CancelOrder,
    ChangeAddress,
    CheckPromises,
    CompleteOrder,
    ConfirmReceipt,
    GiveTime,
    OrderRequest,
    RenegotiateShipDate,
    RequestIntercept,
    ReturnToSender,
    WaivePromise,
)
from domain.order.events import (
    AddressChanged,
    InterceptRequested,
    OrderCancelled,
    OrderCompleted,
    OrderEvent,
    PromiseWaived,
    ReceiptConfirmed,
    ReturnToSenderRequested,
    ShipDateAgreed,
    TimeGiven,
)
from domain.order.parcel import Parcel
from domain.order.refusals import (
    AlreadyDelivered,
    AlreadyShipped,
    CauseNeeded,
    ClaimStillOpen,
    DueDateInThePast,
    NoSuchOrder,
    NothingPromised,
    NothingShipped,
    OrderClosed,
    ParcelGone,
    PromiseNotOpen,
    TooEarlyToComplete,
    UnknownParcel,
)
from domain.order.state import Order
from domain.promise import PromiseTerms, in_time

OrderEvents = tuple[OrderEvent, ...]


def requested(
    order: Order, command: OrderRequest, policy: PromiseTerms, at: datetime
) -> OrderEvents:
    """Return what is granted; raises what the rules refuse."""
    if isinstance(command, CheckPromises):
        return ()
    if not order.known:
        raise NoSuchOrder
    match command:
        case RenegotiateShipDate(due_at=due_at, reason=reason):
            ship_date_open(order, due_at, at)
            due_at = due_at.astimezone(UTC)
            return (ShipDateAgreed(at=at, due_at=due_at, reason=reason),)
        case RequestIntercept(parcel=name, reason=reason):
            if on_its_way(order, name).intercept_at is not None:
                return ()
            return (InterceptRequested(at=at, parcel=name, reason=reason),)
        case ReturnToSender(parcel=name, reason=reason):
            if on_its_way(order, name).return_at is not None:
                return ()
            return (ReturnToSenderRequested(at=at, parcel=name, reason=reason),)
        case ConfirmReceipt():
            return receipt_confirmed(order, at)
        case CancelOrder():
            return cancelled(order, command, at)
        case ChangeAddress(address=address):
            unshipped(order)
            return (AddressChanged(at=at, address=address),)
        case CompleteOrder():
            return completed(order, policy, at)
        case GiveTime():
            return given_time(order, command, at)
        case WaivePromise(promise=key, reason=reason):
            return waived(order, key, reason, at)
        case OpenClaim() | ChangeClaim() | SettleClaim():
            return claimed(order, command, at)
    assert_never(command)


def unshipped(order: Order) -> None:
    """Raise unless the order is open and nothing of it is on its way."""
    if order.closed:
        raise OrderClosed(status=order.status)
    if order.status not in {"pending_payment", "paid", "preparing"}:
        raise AlreadyShipped(status=order.status)


def ship_date_open(order: Order, due_at: datetime, at: datetime) -> None:
    """Raise unless a ship date was promised, is open, and is put to a time ahead."""
    unshipped(order)
    promises = order.promises.values()
    dues = [p.due_at for p in promises if p.kind == "ship_by" and not p.waived_at]
    if not dues:
        raise NothingPromised(kind="ship_by")
    if not any(due is not None and in_time(at, due) for due in dues):
        raise PromiseNotOpen(kind="ship_by", due_at=min(filter(None, dues)))
    if due_at <= at:
        raise DueDateInThePast(due_at=due_at)


def given_time(order: Order, command: GiveTime, at: datetime) -> OrderEvents:
    """Return the time given; what was given before is never cut short.

    Raises OrderClosed for time to receive what is closed.
    """
    if command.what == "receipt" and order.closed:
        raise OrderClosed(status=order.status)
    known = order.given.get(command.what)
    if known is not None and command.until <= known:
        return ()
    until = command.until.astimezone(UTC)
    return (TimeGiven(at=at, what=command.what, until=until, reason=command.reason),)


def on_its_way(order: Order, name: str) -> Parcel:
    """Return the parcel; raises unless it is known and still to arrive."""
    if name not in order.parcels:
        raise UnknownParcel(parcel=name)
    parcel = order.parcels[name]
    if parcel.delivered:
        raise AlreadyDelivered(parcel=name, status=parcel.status)
    if parcel.gone:
        raise ParcelGone(parcel=name, status=parcel.status)
    return parcel


def receipt_confirmed(order: Order, at: datetime) -> OrderEvents:
    """Return the confirmation, which completes the order."""
    if order.received_at is not None:
        return ()
    if order.cancelled_at is not None:
        raise OrderClosed(status=order.status)
    if not any(parcel.shipped for parcel in order.parcels.values()):
        raise NothingShipped(status=order.status)
    confirmed = ReceiptConfirmed(at=at)
    if order.completed_at is not None:
        return (confirmed,)
    return confirmed, OrderCompleted(at=at)


def cancelled(order: Order, command: CancelOrder, at: datetime) -> OrderEvents:
    """Return the cancellation: before shipping only, for the platform at any time."""
    if order.cancelled_at is not None:
        return ()
    if command.by == "unknown":
        raise CauseNeeded(by=command.by)
    if order.completed_at is not None:
        raise OrderClosed(status=order.status)
    if command.by != "platform":
        unshipped(order)
    return (OrderCancelled(at=at, by=command.by, reason=command.reason),)


def completed(order: Order, policy: PromiseTerms, at: datetime) -> OrderEvents:
    """Return the completion, once the consumer's time to object has passed.

    Raises OrderClosed, ClaimStillOpen and TooEarlyToComplete.
    """
    if order.completed_at is not None:
        return ()
    if order.cancelled_at is not None:
        raise OrderClosed(status=order.status)
    live = [name for name, claim in order.claims.items() if claim.live]
    if live:
        raise ClaimStillOpen(claims=live)
    if order.received_at is None:
        due_at = auto_confirmed_at(order, policy)
        if due_at is None or at < due_at:
            hours = policy.auto_confirm_hours
            raise TooEarlyToComplete(auto_confirm_hours=hours, due_at=due_at)
    return (OrderCompleted(at=at),)


def waived(order: Order, key: str, reason: str, at: datetime) -> OrderEvents:
    """Return the waiver of a promise that is still open."""
    promise = order.promises.get(key)
    if promise is None:
        raise NothingPromised(promise=key)
    if promise.outcome.standing == "waived":
        return ()
    if promise.outcome.standing != "open":
        raise PromiseNotOpen(promise=key, standing=promise.outcome.standing)
    return (PromiseWaived(at=at, promise=key, reason=reason),)
