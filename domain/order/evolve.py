"""What each event adds to what is known of an order: facts join, none is replaced."""

from datetime import datetime
from typing import Any, assert_never, cast

from msgspec.structs import replace

from domain.money import Money
from domain.order.claim import Refund, claim_after
from domain.order.claims import ClaimChanged, ClaimOpened, ClaimSettled, RefundReported
from domain.order.events import (
    AddressChanged,
    AmountChanged,
    AppointmentMade,
    ContradictionFlagged,
    ContradictionResolved,
    FundsHeldAgain,
    FundsReleased,
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
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
    PromiseWaived,
    ReceiptConfirmed,
    ReturnToSenderRequested,
    ReviewRecorded,
    ScanRecorded,
    ShipDateAgreed,
    StockConfirmed,
    TimeGiven,
)
from domain.order.parcel import Mark, Parcel, Place
from domain.order.state import (
    AgreedDate,
    Appointment,
    Cancellation,
    Identity,
    Order,
    Payment,
    encoded,
)
from domain.promise import OPEN, WAIVED, Outcome, PinnedPromise

# What a report of a parcel's progress says, as the code of a mark.
MARKS: dict[type[OrderEvent], str] = {
    ParcelHandedOver: "handed_over",
    ParcelOutForDelivery: "out_for_delivery",
    ParcelDelivered: "delivered",
    ParcelIntercepted: "intercepted",
    InterceptFailed: "intercept_failed",
    ParcelReturning: "returning",
    ParcelReturned: "returned",
    ParcelLost: "lost",
}

Progress = (
    ParcelHandedOver
    | ParcelOutForDelivery
    | ParcelDelivered
    | ParcelSigned
    | ParcelIntercepted
    | InterceptFailed
    | ParcelReturning
    | ParcelReturned
    | ParcelLost
)
Tracking = (
    ParcelShipped
    | ScanRecorded
    | ParcelException
    | InterceptRequested
    | ReturnToSenderRequested
    | Progress
)
Judgement = (
    PromiseMade
    | PromiseStarted
    | PromiseRenegotiated
    | PromiseKept
    | PromiseBreached
    | PromiseCleared
    | PromiseWaived
    | PromiseVoided
    | PromiseReopened
)


def evolve(order: Order, event: OrderEvent) -> Order:
    """Return what is known after the event, in whatever order events are told."""
    if isinstance(event, Tracking):
        parcel = evolve_parcel(order.parcels.get(event.parcel, Parcel()), event)
        return replace(order, parcels={**order.parcels, event.parcel: parcel})
    if isinstance(event, Judgement):
        return evolve_promises(order, event)
    match event:
        case OrderPlaced():
            placements = joined(order.placements, event)
            return replace(named(order, event), placements=placements)
        case OrderIdentified():
            return named(order, event)
        case PaymentCaptured(payment=number):
            known = order.payments.get(number, Payment(()))
            payment = Payment(joined(known.reports, event))
            return replace(order, payments={**order.payments, number: payment})
        case AmountChanged(at=at, payable=payable):
            return replace(order, payable=priced(order.payable, (at, payable)))
        case FundsReleased(amount=amount):
            return released(order, amount.currency, amount.minor)
        case FundsHeldAgain(amount=amount):
            return released(order, amount.currency, -amount.minor)
        case StockConfirmed(at=at):
            return replace(order, stock=added(order.stock, at))
        case AddressChanged(at=at, address=address):
            return replace(order, address=added(order.address, (at, address)))
        case ReceiptConfirmed(at=at):
            return replace(order, receipts=added(order.receipts, at))
        case OrderCompleted(at=at):
            return replace(order, completions=added(order.completions, at))
        case OrderCancelled(at=at, by=by, reason=reason):
            cancelled = added(order.cancellations, Cancellation(at, by, reason))
            return replace(order, cancellations=cancelled)
        case ReviewRecorded(at=at, review=review, score=score, words=words):
            told = added(order.reviews.get(review, ()), (at, score, words or ""))
            return replace(order, reviews={**order.reviews, review: told})
        case NoteRecorded(at=at, words=words):
            return replace(order, notes=order.notes | {(at, words)})
        case ShipDateAgreed(at=at, due_at=due_at, reason=reason):
            agreed = added(order.agreed, AgreedDate(at, due_at, reason))
            return replace(order, agreed=agreed)
        case TimeGiven(what=what, until=until):
            return replace(order, given={**order.given, what: until})
        case AppointmentMade(at=at, offer=offer):
            made = Appointment(at, offer)
            appointments = joined(order.appointments, made, by_offer)
            return replace(order, appointments=appointments)
        case ClaimOpened() | ClaimChanged() | ClaimSettled():
            claim = claim_after(order.claims.get(event.claim), event)
            return replace(order, claims={**order.claims, event.claim: claim})
        case RefundReported(refund=name):
            refund = order.refunds.get(name, Refund(())).joined(event)
            return replace(order, refunds={**order.refunds, name: refund})
        case ContradictionFlagged(code=code, about=about):
            clashes = order.contradictions | {(code, about)}
            return replace(order, contradictions=clashes)
        case ContradictionResolved(code=code, about=about):
            clashes = order.contradictions - {(code, about)}
            return replace(order, contradictions=clashes)
    assert_never(event)


def released(order: Order, currency: str, minor: int) -> Order:
    """Return the order with so much more released, or taken back."""
    sums = {**order.released, currency: order.released.get(currency, 0) + minor}
    return replace(order, released={code: sum_ for code, sum_ in sums.items() if sum_})


def named(order: Order, event: OrderPlaced | OrderIdentified) -> Order:
    """Return the order with whose it is and what it is called."""
    identity = Identity(event.consumer, event.source, event.number)
    return replace(order, identities=added(order.identities, identity))


def evolve_parcel(parcel: Parcel, event: Tracking) -> Parcel:
    """Return what is known of the parcel after the event."""
    match event:
        case ParcelShipped():
            return replace(parcel, told=joined(parcel.told, event))
        case ScanRecorded(at=at, rank=rank, code=code, scan=scan, raw_code=raw):
            mark = Mark(at, rank, code, scan, raw or "")
            return scanned(placed(parcel, event), mark)
        case ParcelSigned(at=at, signed_by=signed_by):
            return marked(parcel, Mark(at, 0, "signed", f"by-{signed_by}"))
        case ParcelException(at=at, exception=exception):
            return marked(parcel, Mark(at, 0, f"exception:{exception}"))
        case InterceptRequested(at=at):
            return replace(parcel, intercept_at=earliest(parcel.intercept_at, at))
        case ReturnToSenderRequested(at=at):
            return replace(parcel, return_at=earliest(parcel.return_at, at))
        case _:
            return marked(parcel, Mark(event.at, 0, MARKS[type(event)]))


def evolve_promises(order: Order, event: Judgement) -> Order:
    """Return the promises after the event; one that was never made stays unmade."""
    promises = dict(order.promises)
    if isinstance(event, PromiseMade):
        promises[event.promise] = PinnedPromise(
            kind=event.kind,
            source=event.source,
            by=event.by,
            line=event.line,
            policy=event.policy,
            due_at=event.due_at,
            first_due_at=event.due_at,
        )
    elif event.promise in promises:
        promises[event.promise] = evolve_promise(promises[event.promise], event)
    return replace(order, promises=promises)


def evolve_promise(promise: PinnedPromise, event: Judgement) -> PinnedPromise:
    """Return how the promise stands after the event."""
    match event:
        case PromiseStarted(due_at=due_at, policy=policy):
            return replace(
                promise,
                due_at=due_at,
                first_due_at=due_at,
                policy=policy or promise.policy,
                outcome=WAIVED if promise.waived_at else OPEN,
            )
        case PromiseRenegotiated(due_at=due_at):
            return replace(promise, due_at=due_at, outcome=OPEN)
        case PromiseWaived(at=at):
            return replace(promise, outcome=WAIVED, waived_at=at)
        case PromiseKept(at=at, evidence=evidence):
            outcome = Outcome(standing="kept", met_at=at, evidence=evidence)
        case PromiseCleared(at=at, evidence=evidence):
            outcome = Outcome(standing="kept", met_at=at, evidence=evidence)
        case PromiseBreached(at=at, late_seconds=late, evidence=evidence):
            met_at = None if late is None else at
            outcome = Outcome(standing="breached", met_at=met_at, evidence=evidence)
        case PromiseVoided():
            outcome = Outcome(standing="voided")
        case PromiseReopened() | PromiseMade():
            outcome = OPEN
        case _:
            assert_never(event)
    return replace(promise, outcome=outcome)


def marked(parcel: Parcel, mark: Mark) -> Parcel:
    """Return the parcel with the mark in its place."""
    return replace(parcel, marks=added(parcel.marks, mark))


def placed(parcel: Parcel, scan: ScanRecorded) -> Parcel:
    """Return the parcel with where the scan was, if it said so."""
    if scan.outlet is None and scan.region is None:
        return parcel
    place = Place(scan.at, scan.scan, scan.outlet or "", scan.region or "")
    return replace(parcel, places=added(parcel.places, place))


def scanned(parcel: Parcel, scan: Mark) -> Parcel:
    """Return the parcel with the scan, once, however often and differently told.

    The carrier's own code counts before a guess from its words, and a code that says
    something before "on its way". Told again in another rank it is the same telling.
    """
    tellings = {
        (each.code, each.raw_code): each
        for each in sorted((scan, *parcel.marks, *parcel.retold), reverse=True)
        if each.detail == scan.detail
    }
    best, *rest = sorted(tellings.values(), key=trust)
    marks = [each for each in parcel.marks if each.detail != scan.detail]
    retold = [each for each in parcel.retold if each.detail != scan.detail]
    return replace(
        parcel,
        marks=tuple(sorted((*marks, best))),
        retold=tuple(sorted((*retold, *rest))),
    )


def trust(telling: Mark) -> tuple[bool, bool, Mark]:
    """Return the key that puts the telling of a scan that counts first."""
    return not telling.raw_code, telling.code == "in_transit", telling


def priced(
    known: tuple[tuple[datetime, Money], ...], fact: tuple[datetime, Money]
) -> tuple[tuple[datetime, Money], ...]:
    """Return the amounts to be paid, by time; amounts themselves have no order."""

    def key(each: tuple[datetime, Money]) -> tuple[datetime, str, int]:
        at, payable = each
        return at, payable.currency, payable.minor

    return tuple(sorted({*known, fact}, key=key))


def by_offer(made: Appointment) -> tuple[datetime, bytes]:
    """Return the key that puts appointments in the order they were made in."""
    return made.at, encoded(made.offer)


def added(known: tuple[Any, ...], fact: Any) -> tuple[Any, ...]:
    """Return the facts, in order, each once, with one more."""
    return known if fact in known else tuple(sorted((*known, fact)))


def joined(known: tuple[Any, ...], fact: Any, key: Any = None) -> tuple[Any, ...]:
    """Return the reports by time, each once, with one more."""
    if fact in known:
        return known
    return tuple(sorted((*known, fact), key=key or by_time))


def by_time(event: Any) -> tuple[datetime, bytes]:
    """Return the key that puts reports in the order they happened in."""
    return cast("datetime", event.at), encoded(event)


def earliest(known: datetime | None, reported: datetime) -> datetime:
    """Return the earlier of what is known and what is reported."""
    return reported if known is None else min(known, reported)
