"""What each event adds to what is known of an order: facts join, none is replaced."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, assert_never, get_args

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
    NoteRecorded,
    OrderCancelled,
    OrderCompleted,
    OrderEvent,
    OrderIdentified,
    OrderPlaced,
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
    ReviewRecorded,
    ShipDateAgreed,
    StockConfirmed,
    TimeGiven,
)
from domain.order.facts import added, joined
from domain.order.parcel import Parcel
from domain.order.state import (
    AgreedDate,
    Appointment,
    Cancellation,
    Identity,
    Order,
    Payment,
    encoded,
)
from domain.order.tracking import Tracking, evolve_parcel
from domain.promise import OPEN, WAIVED, Outcome, PinnedPromise

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


Sale = (
    OrderPlaced
    | OrderIdentified
    | PaymentCaptured
    | AmountChanged
    | FundsReleased
    | FundsHeldAgain
)
Ending = (
    StockConfirmed
    | AddressChanged
    | ReceiptConfirmed
    | OrderCompleted
    | OrderCancelled
    | ReviewRecorded
    | NoteRecorded
)
Agreement = ShipDateAgreed | TimeGiven | AppointmentMade
Claiming = ClaimOpened | ClaimChanged | ClaimSettled | RefundReported
Clashing = ContradictionFlagged | ContradictionResolved


def evolve(order: Order, event: OrderEvent) -> Order:
    """Return what is known after the event, in whatever order events are told."""
    known = order.after(event)
    if known is not None:
        return known
    # An event in none of these groups is a type error here.
    grouped: Sale | Tracking | Judgement | Ending | Agreement | Claiming | Clashing
    grouped = event
    return FOLDS[type(grouped)](order, grouped)


def evolve_sale(order: Order, event: Sale) -> Order:
    """Return the order after what was bought, paid or released."""
    match event:
        case OrderPlaced():
            return replace(
                order,
                placements=joined(order.placements, event),
                identities=identified(order, event),
            )
        case OrderIdentified():
            return replace(order, identities=identified(order, event))
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
        case _:
            assert_never(event)


def evolve_parcels(order: Order, event: Tracking) -> Order:
    """Return the order after what was told of a parcel."""
    known = order.parcels.get(event.parcel, NO_PARCEL)
    parcel = evolve_parcel(known, event)
    return replace(order, parcels={**order.parcels, event.parcel: parcel})


def evolve_ending(order: Order, event: Ending) -> Order:
    """Return the order after what was said of it, up to its end."""
    match event:
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
        case _:
            assert_never(event)


def evolve_agreement(order: Order, event: Agreement) -> Order:
    """Return the order after a time that was agreed, given or appointed."""
    match event:
        case ShipDateAgreed(at=at, due_at=due_at, reason=reason):
            agreed = added(order.agreed, AgreedDate(at, due_at, reason))
            return replace(order, agreed=agreed)
        case TimeGiven(what=what, until=until):
            return replace(order, given={**order.given, what: until})
        case AppointmentMade(at=at, offer=offer):
            made = Appointment(at, offer)
            appointments = joined(order.appointments, made, by_offer)
            return replace(order, appointments=appointments)
        case _:
            assert_never(event)


def evolve_claims(order: Order, event: Claiming) -> Order:
    """Return the order after what was claimed of it, or went back."""
    if isinstance(event, RefundReported):
        refund = order.refunds.get(event.refund, Refund(())).joined(event)
        return replace(order, refunds={**order.refunds, event.refund: refund})
    claim = claim_after(order.claims.get(event.claim), event)
    return replace(order, claims={**order.claims, event.claim: claim})


def evolve_clashes(order: Order, event: Clashing) -> Order:
    """Return the order with a contradiction more, or less."""
    clash = event.code, event.about
    if isinstance(event, ContradictionFlagged):
        return replace(order, contradictions=order.contradictions | {clash})
    return replace(order, contradictions=order.contradictions - {clash})


def released(order: Order, currency: str, minor: int) -> Order:
    """Return the order with so much more released, or taken back."""
    sums = {**order.released, currency: order.released.get(currency, 0) + minor}
    return replace(order, released={code: sum_ for code, sum_ in sums.items() if sum_})


def identified(
    order: Order, event: OrderPlaced | OrderIdentified
) -> tuple[Identity, ...]:
    """Return whose the order is and what it is called, as far as anybody said."""
    identity = Identity(event.consumer, event.source, event.number)
    return added(order.identities, identity)


def evolve_promises(order: Order, event: Judgement) -> Order:
    """Return the promises after the event; one that was never made stays unmade."""
    if isinstance(event, PromiseMade):
        promise = PinnedPromise(
            kind=event.kind,
            source=event.source,
            by=event.by,
            line=event.line,
            policy=event.policy,
            due_at=event.due_at,
            first_due_at=event.due_at,
        )
    elif event.promise in order.promises:
        promise = evolve_promise(order.promises[event.promise], event)
    else:
        return order
    return replace(order, promises={**order.promises, event.promise: promise})


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


NO_PARCEL: Final = Parcel()

# The fold of each kind of event: a look at its type is cheaper than at every union.
FOLDS: Final[dict[type[OrderEvent], Callable[[Order, Any], Order]]] = {
    kind: fold
    for group, fold in (
        (Sale, evolve_sale),
        (Tracking, evolve_parcels),
        (Judgement, evolve_promises),
        (Ending, evolve_ending),
        (Agreement, evolve_agreement),
        (Claiming, evolve_claims),
        (Clashing, evolve_clashes),
    )
    for kind in get_args(group)
}
