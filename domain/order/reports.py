"""What reports say, as events: one each. None is ever refused."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from domain.order.claims import RecordRefund, RefundReported
from domain.order.commands import (
    CapturePayment,
    ChangeAmount,
    ConfirmStock,
    IdentifyOrder,
    OrderReport,
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
    ShipParcel,
)
from domain.order.events import (
    AddressChanged,
    AmountChanged,
    AppointmentMade,
    InterceptFailed,
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
    ReviewRecorded,
    ScanRecorded,
    ShipDateAgreed,
    StockConfirmed,
)
from domain.order.values import WHOLE
from domain.promise import Offer, PromiseTerms

Progress = (
    ParcelHandedOver
    | ParcelOutForDelivery
    | ParcelDelivered
    | ParcelReturning
    | ParcelReturned
    | ParcelLost
)

ELSEWHERE = "reported"  # the reason of a ship date agreed outside


# What is told of a parcel's way, and what it comes to: when, and of which parcel.
PROGRESS: Final[Mapping[type[OrderReport], type[Progress]]] = {
    RecordHandOver: ParcelHandedOver,
    RecordOutForDelivery: ParcelOutForDelivery,
    RecordDelivery: ParcelDelivered,
    RecordReturning: ParcelReturning,
    RecordReturned: ParcelReturned,
    RecordLoss: ParcelLost,
}


def reported(command: OrderReport, policy: PromiseTerms, at: datetime) -> OrderEvent:
    """Return the report as an event."""
    told = PROGRESS.get(type(command))
    if told is not None:
        return told(at=at, parcel=getattr(command, "parcel", None) or WHOLE)
    # The commonest come first: a look at a type costs as much as all of a case.
    match command:
        case RecordScan():
            return scanned(command, at)
        case PlaceOrder():
            return placed(command, policy, at)
        case IdentifyOrder(consumer=consumer, source=source, number=number):
            return OrderIdentified(
                at=at, consumer=consumer, source=source, number=number
            )
        case CapturePayment(payment=payment, tenders=tenders):
            return PaymentCaptured(at=at, payment=payment, tenders=tenders)
        case ShipParcel(parcel=name, carrier=carrier, waybill=waybill, contents=packed):
            return ParcelShipped(
                at=at, parcel=name, carrier=carrier, waybill=waybill, contents=packed
            )
        case RecordRefund(refund=refund, amount=amount):
            return RefundReported(at=at, refund=refund, amount=amount)
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
            return ReviewRecorded(
                at=at,
                review=review,
                score=score,
                words=words,
                asked_at=command.asked_at and command.asked_at.astimezone(UTC),
            )
        case RecordNote(words=words):
            return NoteRecorded(at=at, words=words)
        case _:
            return tracked(command, at)


def tracked(command: OrderReport, at: datetime) -> OrderEvent:
    """Return a report of a parcel as an event; one without a name is of all parcels."""
    match command:
        case RecordSigning(parcel=name, signed_by=signed_by):
            return ParcelSigned(at=at, parcel=name or WHOLE, signed_by=signed_by)
        case RecordException(parcel=name, exception=exception):
            return ParcelException(at=at, parcel=name or WHOLE, exception=exception)
        case RecordIntercept(parcel=name, succeeded=True):
            return ParcelIntercepted(at=at, parcel=name or WHOLE)
        case RecordIntercept(parcel=name):
            return InterceptFailed(at=at, parcel=name or WHOLE)
        case _:
            raise AssertionError(f"a report without a case: {command!r}")


def scanned(scan: RecordScan, at: datetime) -> ScanRecorded:
    """Return a carrier's scan as an event."""
    return ScanRecorded(
        at=at,
        parcel=scan.parcel,
        scan=scan.scan,
        code=scan.code,
        raw_code=scan.raw_code,
        rank=scan.rank,
        text=scan.text,
        outlet=scan.outlet,
        region=scan.region,
    )


def placed(command: PlaceOrder, policy: PromiseTerms, at: datetime) -> OrderPlaced:
    """Return the placement, with the pack's usual promises where none were named."""
    labels = policy.usual_labels(command.source)
    usual = tuple(Offer(label=label) for label in labels)
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
        ships_from=command.ships_from,
        ships_to=command.ships_to,
    )
