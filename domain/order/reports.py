"""What reports say, as events: one each. None is ever refused."""

from datetime import UTC, datetime

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

ELSEWHERE = "reported"  # the reason of a ship date agreed outside


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
                outlet=command.outlet,
                region=command.region,
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
