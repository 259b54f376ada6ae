"""What happened to an order. Every event says itself when it happened: ``at``."""

from domain.kernel import Code, Event, LongName, Moment, Name, PolicyRef, Sealed
from domain.money import Money
from domain.order.claims import ClaimChanged, ClaimOpened, ClaimSettled, RefundReported
from domain.order.values import (
    CancelledBy,
    Channel,
    Content,
    ContradictionCode,
    ExceptionCode,
    OrderLine,
    Packed,
    ScanCode,
    SignedBy,
    Tender,
    TimeGivenFor,
)
from domain.party import Participant
from domain.promise import Offer, PromiseKind, PromiseSource

# -- What was bought and paid --


class OrderPlaced(Event, frozen=True, kw_only=True, tag="order.placed"):
    """A consumer ordered. Told twice differently, it is kept twice.

    ``ships_from`` and ``ships_to`` are regions, as calendars and stalls know them.
    """

    at: Moment
    consumer: Name
    source: Code
    number: Name
    lines: tuple[OrderLine, ...]
    merchant: Name | None = None
    channel: Channel | None = None
    content: Content | None = None
    participants: tuple[Participant, ...] = ()
    offers: tuple[Offer, ...] = ()
    ships_from: Code | None = None
    ships_to: Code | None = None


class OrderIdentified(Event, frozen=True, kw_only=True, tag="order.identified"):
    """It became known whose order this is, before or without its placement."""

    at: Moment
    consumer: Name
    source: Code
    number: Name


class PaymentCaptured(Event, frozen=True, kw_only=True, tag="order.payment_captured"):
    """The consumer paid. The money is held in escrow (担保交易) until completion."""

    at: Moment
    payment: Name
    tenders: tuple[Tender, ...]


class AmountChanged(Event, frozen=True, kw_only=True, tag="order.amount_changed"):
    """What is to be paid was changed between merchant and consumer."""

    at: Moment
    payable: Money


class FundsReleased(Event, frozen=True, kw_only=True, tag="order.funds_released"):
    """Held money went on to the merchant, the order being complete."""

    at: Moment
    amount: Money


class FundsHeldAgain(Event, frozen=True, kw_only=True, tag="order.funds_held_again"):
    """Released money is owed back to escrow: the order turned out to be cancelled."""

    at: Moment
    amount: Money


# -- Where the goods are --


class StockConfirmed(Event, frozen=True, kw_only=True, tag="order.stock_confirmed"):
    """The merchant has the goods and prepares them."""

    at: Moment


class ParcelShipped(Event, frozen=True, kw_only=True, tag="order.parcel_shipped"):
    """The merchant says a parcel is on its way. No contents means all of the order."""

    at: Moment
    parcel: Name
    carrier: Code | None = None
    waybill: Name | None = None
    contents: tuple[Packed, ...] = ()


class ScanRecorded(Event, frozen=True, kw_only=True, tag="order.scan_recorded"):
    """A carrier scanned a parcel; ``text`` is its own words, masked and sealed.

    ``outlet`` is the carrier's outlet or hub (网点), ``region`` where that lies.
    """

    at: Moment
    parcel: Name
    scan: Code
    code: ScanCode
    raw_code: Code | None = None
    rank: int = 0
    text: Sealed | None = None
    outlet: Code | None = None
    region: Code | None = None


class ParcelHandedOver(
    Event, frozen=True, kw_only=True, tag="order.parcel_handed_over"
):
    """The carrier has it."""

    at: Moment
    parcel: Name


class ParcelOutForDelivery(
    Event, frozen=True, kw_only=True, tag="order.parcel_out_for_delivery"
):
    """A courier is on the way with it."""

    at: Moment
    parcel: Name


class ParcelDelivered(Event, frozen=True, kw_only=True, tag="order.parcel_delivered"):
    """It arrived at the consumer's."""

    at: Moment
    parcel: Name


class ParcelSigned(Event, frozen=True, kw_only=True, tag="order.parcel_signed"):
    """It was signed for."""

    at: Moment
    parcel: Name
    signed_by: SignedBy = "unknown"


class ParcelException(Event, frozen=True, kw_only=True, tag="order.parcel_exception"):
    """Something is wrong with it."""

    at: Moment
    parcel: Name
    exception: ExceptionCode


class InterceptRequested(
    Event, frozen=True, kw_only=True, tag="order.intercept_requested"
):
    """The carrier was asked to stop it."""

    at: Moment
    parcel: Name
    reason: Code


class ParcelIntercepted(
    Event, frozen=True, kw_only=True, tag="order.parcel_intercepted"
):
    """The carrier stopped it."""

    at: Moment
    parcel: Name


class InterceptFailed(Event, frozen=True, kw_only=True, tag="order.intercept_failed"):
    """The carrier could not stop it."""

    at: Moment
    parcel: Name


class ReturnToSenderRequested(
    Event, frozen=True, kw_only=True, tag="order.return_to_sender_requested"
):
    """The carrier was asked to take it back."""

    at: Moment
    parcel: Name
    reason: Code


class ParcelReturning(Event, frozen=True, kw_only=True, tag="order.parcel_returning"):
    """It is on its way back to the sender."""

    at: Moment
    parcel: Name


class ParcelReturned(Event, frozen=True, kw_only=True, tag="order.parcel_returned"):
    """The sender has it back."""

    at: Moment
    parcel: Name


class ParcelLost(Event, frozen=True, kw_only=True, tag="order.parcel_lost"):
    """It is lost."""

    at: Moment
    parcel: Name


# -- How the order ends, and what was said of it --


class AddressChanged(Event, frozen=True, kw_only=True, tag="order.address_changed"):
    """It goes somewhere else."""

    at: Moment
    address: Sealed


class ReceiptConfirmed(Event, frozen=True, kw_only=True, tag="order.receipt_confirmed"):
    """The consumer says that everything arrived."""

    at: Moment


class OrderCompleted(Event, frozen=True, kw_only=True, tag="order.completed"):
    """The sale is done; only after-sales rights remain."""

    at: Moment


class OrderCancelled(Event, frozen=True, kw_only=True, tag="order.cancelled"):
    """The sale is off."""

    at: Moment
    by: CancelledBy
    reason: Code


class ReviewRecorded(Event, frozen=True, kw_only=True, tag="order.review_recorded"):
    """The consumer judged it: 1 to 5 stars, and sealed words.

    ``asked_at`` is when the consumer was asked to, where it is known.
    """

    at: Moment
    review: Name
    score: int
    words: Sealed | None = None
    asked_at: Moment | None = None


class NoteRecorded(Event, frozen=True, kw_only=True, tag="order.note_recorded"):
    """A remark of the merchant's or the platform's, sealed."""

    at: Moment
    words: Sealed


class ContradictionFlagged(
    Event, frozen=True, kw_only=True, tag="order.contradiction_flagged"
):
    """Two reports cannot both be so. Both are kept; this says that they clash."""

    at: Moment
    code: ContradictionCode
    about: Name | None = None


class ContradictionResolved(
    Event, frozen=True, kw_only=True, tag="order.contradiction_resolved"
):
    """A later report took the clash away."""

    at: Moment
    code: ContradictionCode
    about: Name | None = None


# -- Promises --


class ShipDateAgreed(Event, frozen=True, kw_only=True, tag="order.ship_date_agreed"):
    """Merchant and consumer agreed on another ship date (协商发货时间)."""

    at: Moment
    due_at: Moment
    reason: Code


class TimeGiven(Event, frozen=True, kw_only=True, tag="order.time_given"):
    """The consumer has until then to receive the goods, or to complain of them."""

    at: Moment
    what: TimeGivenFor
    until: Moment
    reason: Code


class AppointmentMade(Event, frozen=True, kw_only=True, tag="order.appointment_made"):
    """A delivery was appointed: one more promise to pin (预约送达)."""

    at: Moment
    offer: Offer


class PromiseMade(Event, frozen=True, kw_only=True, tag="order.promise_made"):
    """A promise was pinned to the order at payment, with the rule it stands under.

    ``due_at`` is the last moment that still keeps it; None until its anchor is known.
    """

    at: Moment
    promise: LongName
    kind: PromiseKind
    source: PromiseSource
    by: Name | None = None
    line: int | None = None
    due_at: Moment | None = None
    policy: PolicyRef


class PromiseStarted(Event, frozen=True, kw_only=True, tag="order.promise_started"):
    """The clock of a promise started, or turned out to start at another time.

    Without ``due_at`` it turned out not to have started yet. ``policy`` is the rule
    that turned out to count, if it is another than the one it was made under.
    """

    at: Moment
    promise: LongName
    due_at: Moment | None
    policy: PolicyRef | None = None


class PromiseRenegotiated(
    Event, frozen=True, kw_only=True, tag="order.promise_renegotiated"
):
    """The agreed time replaces the promised one (Douyin rule 101706, 2.3)."""

    at: Moment
    promise: LongName
    due_at: Moment
    reason: Code


class PromiseKept(Event, frozen=True, kw_only=True, tag="order.promise_kept"):
    """It was done in time, and this far ahead; ``evidence`` names parcel and mark."""

    at: Moment
    promise: LongName
    due_at: Moment
    ahead_seconds: int
    evidence: LongName


class PromiseBreached(Event, frozen=True, kw_only=True, tag="order.promise_breached"):
    """It was not done in time.

    Breached by the clock, it has no lateness yet; a late deed completes it by a second
    event with ``late_seconds`` and its evidence. Nothing ever withdraws it but proof
    that the deed was done in time after all.
    """

    at: Moment
    promise: LongName
    due_at: Moment
    first_due_at: Moment
    late_seconds: int | None = None
    evidence: LongName | None = None


class PromiseCleared(Event, frozen=True, kw_only=True, tag="order.promise_cleared"):
    """It was held for breached, but had been done in time after all."""

    at: Moment
    promise: LongName
    due_at: Moment
    ahead_seconds: int
    evidence: LongName


class PromiseWaived(Event, frozen=True, kw_only=True, tag="order.promise_waived"):
    """The consumer let it go."""

    at: Moment
    promise: LongName
    reason: Code


class PromiseVoided(Event, frozen=True, kw_only=True, tag="order.promise_voided"):
    """The order was cancelled before it fell due."""

    at: Moment
    promise: LongName


class PromiseReopened(Event, frozen=True, kw_only=True, tag="order.promise_reopened"):
    """What seemed to settle it no longer does."""

    at: Moment
    promise: LongName


OrderEvent = (
    OrderPlaced
    | OrderIdentified
    | PaymentCaptured
    | AmountChanged
    | FundsReleased
    | FundsHeldAgain
    | StockConfirmed
    | ParcelShipped
    | ScanRecorded
    | ParcelHandedOver
    | ParcelOutForDelivery
    | ParcelDelivered
    | ParcelSigned
    | ParcelException
    | InterceptRequested
    | ParcelIntercepted
    | InterceptFailed
    | ReturnToSenderRequested
    | ParcelReturning
    | ParcelReturned
    | ParcelLost
    | AddressChanged
    | ReceiptConfirmed
    | OrderCompleted
    | OrderCancelled
    | ReviewRecorded
    | NoteRecorded
    | ShipDateAgreed
    | TimeGiven
    | AppointmentMade
    | ClaimOpened
    | ClaimChanged
    | ClaimSettled
    | RefundReported
    | ContradictionFlagged
    | ContradictionResolved
    | PromiseMade
    | PromiseStarted
    | PromiseRenegotiated
    | PromiseKept
    | PromiseBreached
    | PromiseCleared
    | PromiseWaived
    | PromiseVoided
    | PromiseReopened
)
