"""What an order answers. Reports are kept as they are; requests meet the rules."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import assert_never

from domain.kernel import Decider, Report
from domain.order.commands import (
    CancelOrder,
    CapturePayment,
    ChangeAddress,
    ChangeAmount,
    CheckPromises,
    CompleteOrder,
    ConfirmReceipt,
    ConfirmStock,
    IdentifyOrder,
    OrderCommand,
    OrderReport,
    OrderRequest,
    PlaceOrder,
    RecordAddressChange,
    RecordAppointment,
    RecordCancellation,
    RecordCompletion,
    RecordDelivery,
    RecordException,
    RecordHandOver,
    RecordIntercept,
    RecordLoss,
    RecordNote,
    RecordOutForDelivery,
    RecordReturned,
    RecordReturning,
    RecordReview,
    RecordScan,
    RecordShipDate,
    RecordSigning,
    RenegotiateShipDate,
    RequestIntercept,
    ReturnToSender,
    ShipParcel,
    WaivePromise,
)
from domain.order.conclude import (
    clashes_told,
    dates_agreed,
    money_moved,
    promises_settled,
    promises_to_pin,
)
from domain.order.contradictions import contradictions
from domain.order.events import (
    AddressChanged,
    AmountChanged,
    AppointmentMade,
    InterceptFailed,
    InterceptRequested,
    NoteRecorded,
    OrderCancelled,
    OrderCompleted,
    OrderEvent,
    OrderIdentified,
    OrderPlaced,
    ParcelDelivered,
    ParcelException,
    ParcelHandedOver,
    ParcelIntercepted,
    ParcelLost,
    ParcelOutForDelivery,
    ParcelReturned,
    ParcelReturning,
    ParcelShipped,
    ParcelSigned,
    PaymentCaptured,
    PromiseWaived,
    ReceiptConfirmed,
    ReturnToSenderRequested,
    ReviewRecorded,
    ScanRecorded,
    ShipDateAgreed,
    StockConfirmed,
)
from domain.order.evolve import evolve
from domain.order.refusals import (
    AlreadyDelivered,
    AlreadyShipped,
    CauseNeeded,
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
from domain.order.state import Order, Parcel
from domain.order.values import WHOLE
from domain.promise import Offer, PromiseTerms, in_time

OrderEvents = tuple[OrderEvent, ...]

ELSEWHERE = "reported"  # the reason of a ship date agreed outside


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
    new = tuple(event for event in said if evolve(order, event) != order)
    clock = at if isinstance(command, CheckPromises) else None
    if not new and clock is None:
        return ()
    return new + follow(reduce(evolve, new, order), policy, at, clock)


def follow(
    order: Order, policy: PromiseTerms, at: datetime, clock: datetime | None
) -> OrderEvents:
    """Return what the facts now lead to, each conclusion resting on those before."""
    conclusions: tuple[Callable[[Order], Iterable[OrderEvent]], ...] = (
        lambda known: promises_to_pin(known, policy),
        dates_agreed,
        lambda known: promises_settled(known, clock),
        money_moved,
        lambda known: clashes_told(known, contradictions(known, policy), at),
    )
    followed: OrderEvents = ()
    for conclude in conclusions:
        events = tuple(conclude(order))
        order = reduce(evolve, events, order)
        followed += events
    return followed


# -- Reports: one event each --


def reported(command: OrderReport, policy: PromiseTerms, at: datetime) -> OrderEvent:
    """Return the report as an event."""
    match command:
        case PlaceOrder():
            return placed(command, policy, at)
        case IdentifyOrder(consumer=consumer, source=source, number=number):
            return OrderIdentified(
                at=at, consumer=consumer, source=source, number=number
            )
        case CapturePayment(payment=payment, tenders=tenders):
            return PaymentCaptured(at=at, payment=payment, tenders=tenders)
        case ChangeAmount(payable=payable):
            return AmountChanged(at=at, payable=payable)
        case ConfirmStock():
            return StockConfirmed(at=at)
        case RecordShipDate(due_at=due_at):
            return ShipDateAgreed(
                at=at, due_at=due_at.astimezone(UTC), reason=ELSEWHERE
            )
        case RecordAppointment(offer=offer):
            return AppointmentMade(at=at, offer=offer)
        case RecordAddressChange(address=address):
            return AddressChanged(at=at, address=address)
        case RecordCancellation(by=by, reason=reason):
            return OrderCancelled(at=at, by=by, reason=reason)
        case RecordCompletion():
            return OrderCompleted(at=at)
        case RecordReview(review=review, score=score, words=words):
            return ReviewRecorded(at=at, review=review, score=score, words=words)
        case RecordNote(words=words):
            return NoteRecorded(at=at, words=words)
        case _:
            return tracked(command, at)


def tracked(command: OrderReport, at: datetime) -> OrderEvent:
    """Return a report of a parcel as an event; one without a name is of all parcels."""
    name = getattr(command, "parcel", None) or WHOLE
    match command:
        case ShipParcel(carrier=carrier, waybill=waybill, contents=contents):
            return ParcelShipped(
                at=at, parcel=name, carrier=carrier, waybill=waybill, contents=contents
            )
        case RecordScan():
            return ScanRecorded(
                at=at,
                parcel=name,
                scan=command.scan,
                code=command.code,
                raw_code=command.raw_code,
                rank=command.rank,
                text=command.text,
            )
        case RecordHandOver():
            return ParcelHandedOver(at=at, parcel=name)
        case RecordOutForDelivery():
            return ParcelOutForDelivery(at=at, parcel=name)
        case RecordDelivery():
            return ParcelDelivered(at=at, parcel=name)
        case RecordSigning(signed_by=signed_by):
            return ParcelSigned(at=at, parcel=name, signed_by=signed_by)
        case RecordException(exception=exception):
            return ParcelException(at=at, parcel=name, exception=exception)
        case RecordIntercept(succeeded=True):
            return ParcelIntercepted(at=at, parcel=name)
        case RecordIntercept():
            return InterceptFailed(at=at, parcel=name)
        case RecordReturning():
            return ParcelReturning(at=at, parcel=name)
        case RecordReturned():
            return ParcelReturned(at=at, parcel=name)
        case RecordLoss():
            return ParcelLost(at=at, parcel=name)
        case _:
            raise AssertionError(f"a report without a case: {command!r}")


def placed(command: PlaceOrder, policy: PromiseTerms, at: datetime) -> OrderPlaced:
    """Return the placement, with the pack's usual promises where none were named."""
    usual = tuple(Offer(label=label) for label in policy.usual)
    return OrderPlaced(
        at=at,
        consumer=command.consumer,
        source=command.source,
        number=command.number,
        lines=command.lines,
        merchant=command.merchant,
        channel=command.channel,
        content=command.content,
        participants=command.participants,
        offers=usual if command.offers is None else command.offers,
    )


# -- Requests: each refusal says which rule --


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
        case WaivePromise(promise=key, reason=reason):
            return waived(order, key, reason, at)
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
    """Return the completion, once the consumer's time to object has passed."""
    if order.completed_at is not None:
        return ()
    if order.cancelled_at is not None:
        raise OrderClosed(status=order.status)
    proof = order.proof("shipped")
    patience = timedelta(hours=policy.auto_confirm_hours)
    if order.received_at is None and (proof is None or at < proof[0].at + patience):
        raise TooEarlyToComplete(auto_confirm_hours=policy.auto_confirm_hours)
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


ORDER: Decider[Order, OrderCommand, OrderEvent, PromiseTerms] = Decider(
    initial=Order(), decide=decide, evolve=evolve
)
