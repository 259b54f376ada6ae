"""What an order can be told, and what can be asked of it.

Reports carry no time: the context's ``occurred_at`` says when it happened out there.
``parcel`` names a parcel within its order, usually by its waybill; a report without one
is about the whole order, as feeds that know no parcels speak.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from domain.kernel import (
    YEAR_MAX,
    YEAR_MIN,
    Code,
    ConsumerName,
    LongName,
    Moment,
    Name,
    Report,
    Request,
    Sealed,
    possible,
)
from domain.money import Money
from domain.order.claims import ChangeClaim, OpenClaim, RecordRefund, SettleClaim
from domain.order.values import (
    CancelledBy,
    Channel,
    Content,
    ExceptionCode,
    OrderLine,
    Packed,
    ScanCode,
    SignedBy,
    Tender,
    TimeGivenFor,
)
from domain.party import Participant
from domain.promise import Offer


def agreed_for(due_at: datetime) -> None:
    """Raise ValueError for a time nothing can be due at."""
    if not possible(due_at):
        raise ValueError(f"due in the years {YEAR_MIN} to {YEAR_MAX}")


# -- Reports --


class PlaceOrder(Report, frozen=True, kw_only=True):
    """Record that a consumer placed an order.

    ``number`` is the order's number at its ``source``. ``offers`` are the promises
    shown; None takes the policy pack's usual ones, an empty tuple means there are none.
    ``ships_from`` and ``ships_to`` are regions, such as "CN-XJ": never an address.
    """

    consumer: ConsumerName
    source: Code
    number: Name
    lines: Annotated[tuple[OrderLine, ...], Meta(max_length=500)] = ()
    merchant: Name | None = None
    channel: Channel | None = None
    content: Content | None = None
    participants: Annotated[tuple[Participant, ...], Meta(max_length=20)] = ()
    offers: Annotated[tuple[Offer, ...], Meta(max_length=600)] | None = None
    ships_from: Code | None = None
    ships_to: Code | None = None

    def __post_init__(self) -> None:
        """Raise ValueError where two lines have one number."""
        if len({line.line for line in self.lines}) < len(self.lines):
            raise ValueError("every line has a number of its own")


class IdentifyOrder(Report, frozen=True, kw_only=True):
    """Record whose order this is, and its number, when that is all a feed can say.

    Feeds may speak of an order whose placement they never tell.
    """

    consumer: ConsumerName
    source: Code
    number: Name


class CapturePayment(Report, frozen=True, kw_only=True):
    """Record a payment, by its number, with all its tenders. It pins the promises."""

    payment: Name
    tenders: Annotated[tuple[Tender, ...], Meta(max_length=100)]


class ChangeAmount(Report, frozen=True, kw_only=True):
    """Record that what is to be paid was changed, freight included."""

    payable: Money


class ConfirmStock(Report, frozen=True):
    """Record that the merchant has the goods and prepares them (备货)."""


class ShipParcel(Report, frozen=True, kw_only=True):
    """Record that the merchant says a parcel is on its way.

    ``contents`` empty means all that was ordered.
    """

    parcel: Name
    carrier: Code | None = None
    waybill: Name | None = None
    contents: Annotated[tuple[Packed, ...], Meta(max_length=500)] = ()


class RecordScan(Report, frozen=True, kw_only=True):
    """Record a carrier's tracking scan.

    Scans are told apart by ``scan``, a digest of their time and text. ``raw_code`` is
    the carrier's own code; without one, ``code`` was guessed from the text. ``rank`` is
    the place among scans of the same second, as the carrier told them. ``outlet`` is
    the carrier's outlet or hub (网点), ``region`` where that lies.
    """

    parcel: Name
    scan: Code
    code: ScanCode
    raw_code: Code | None = None
    rank: int = 0
    text: Sealed | None = None
    outlet: Code | None = None
    region: Code | None = None


class RecordHandOver(Report, frozen=True, kw_only=True):
    """Record that the carrier has a parcel (揽收)."""

    parcel: Name | None = None


class RecordOutForDelivery(Report, frozen=True, kw_only=True):
    """Record that a courier is on the way with a parcel (派件)."""

    parcel: Name | None = None


class RecordDelivery(Report, frozen=True, kw_only=True):
    """Record that a parcel arrived at the consumer's (送达)."""

    parcel: Name | None = None


class RecordSigning(Report, frozen=True, kw_only=True):
    """Record that a parcel was signed for, and by whom (签收)."""

    parcel: Name | None = None
    signed_by: SignedBy = "unknown"


class RecordException(Report, frozen=True, kw_only=True):
    """Record that something is wrong with a parcel (疑难)."""

    parcel: Name | None = None
    exception: ExceptionCode


class RecordIntercept(Report, frozen=True, kw_only=True):
    """Record whether a parcel could be stopped on its way (拦截)."""

    parcel: Name | None = None
    succeeded: bool


class RecordReturning(Report, frozen=True, kw_only=True):
    """Record that a parcel is on its way back to the sender (退回)."""

    parcel: Name | None = None


class RecordReturned(Report, frozen=True, kw_only=True):
    """Record that the sender has a parcel back (退签)."""

    parcel: Name | None = None


class RecordLoss(Report, frozen=True, kw_only=True):
    """Record that a parcel is lost (丢失)."""

    parcel: Name | None = None


class RecordShipDate(Report, frozen=True, kw_only=True):
    """Record that merchant and consumer agreed elsewhere on another ship date."""

    due_at: Moment

    def __post_init__(self) -> None:
        """Raise ValueError for a time nothing can be due at."""
        agreed_for(self.due_at)


class RecordAppointment(Report, frozen=True, kw_only=True):
    """Record a delivery appointment (预约送达): one more promise, under its rule."""

    offer: Offer


class RecordAddressChange(Report, frozen=True, kw_only=True):
    """Record that the address was changed elsewhere."""

    address: Sealed


class RecordCancellation(Report, frozen=True, kw_only=True):
    """Record that the order was cancelled elsewhere."""

    by: CancelledBy = "unknown"
    reason: Code


class RecordCompletion(Report, frozen=True):
    """Record that the order was completed elsewhere."""


class RecordReview(Report, frozen=True, kw_only=True):
    """Record what the consumer thought of it: 1 to 5 stars, and sealed words.

    ``asked_at`` is when the consumer was asked for it, where a feed says so.
    """

    review: Name
    score: Annotated[int, Meta(ge=1, le=5)]
    words: Sealed | None = None
    asked_at: Moment | None = None


class RecordNote(Report, frozen=True, kw_only=True):
    """Record a remark of the merchant's or the platform's, sealed."""

    words: Sealed


# -- Requests --


class RenegotiateShipDate(Request, frozen=True, kw_only=True):
    """Put the ship date off, or forward, as agreed with the consumer."""

    due_at: Moment
    reason: Code

    def __post_init__(self) -> None:
        """Raise ValueError for a time nothing can be due at."""
        agreed_for(self.due_at)


class RequestIntercept(Request, frozen=True, kw_only=True):
    """Ask the carrier to stop a parcel on its way (拦截)."""

    parcel: Name
    reason: Code


class ReturnToSender(Request, frozen=True, kw_only=True):
    """Have a parcel sent back instead of delivered."""

    parcel: Name
    reason: Code


class ConfirmReceipt(Request, frozen=True):
    """Say, as the consumer, that everything arrived; completes the order."""


class CancelOrder(Request, frozen=True, kw_only=True):
    """Cancel: consumer and merchant before shipping, the platform at any time."""

    by: CancelledBy
    reason: Code


class ChangeAddress(Request, frozen=True, kw_only=True):
    """Send what is not yet handed over somewhere else."""

    address: Sealed


class CompleteOrder(Request, frozen=True):
    """Complete an order whose time for complaints of receipt has run out."""


class GiveTime(Request, frozen=True, kw_only=True):
    """Give the consumer until then to receive the goods, or to complain of them.

    A time that is given is never taken back: an earlier one changes nothing.
    """

    what: TimeGivenFor
    until: Moment
    reason: Code

    def __post_init__(self) -> None:
        """Raise ValueError for a time nothing can be due at."""
        agreed_for(self.until)


class WaivePromise(Request, frozen=True, kw_only=True):
    """Let a promise go, as the one it was made to."""

    promise: LongName
    reason: Code


class CheckPromises(Request, frozen=True):
    """Ask whether time has run out. Asked by a machine, perhaps late or twice."""


OrderReport = (
    PlaceOrder
    | IdentifyOrder
    | CapturePayment
    | ChangeAmount
    | ConfirmStock
    | ShipParcel
    | RecordScan
    | RecordHandOver
    | RecordOutForDelivery
    | RecordDelivery
    | RecordSigning
    | RecordException
    | RecordIntercept
    | RecordReturning
    | RecordReturned
    | RecordLoss
    | RecordShipDate
    | RecordAppointment
    | RecordAddressChange
    | RecordCancellation
    | RecordCompletion
    | RecordReview
    | RecordNote
    | RecordRefund
)
OrderRequest = (
    RenegotiateShipDate
    | RequestIntercept
    | ReturnToSender
    | ConfirmReceipt
    | CancelOrder
    | ChangeAddress
    | CompleteOrder
    | WaivePromise
    | GiveTime
    | OpenClaim
    | ChangeClaim
    | SettleClaim
    | CheckPromises
)
OrderCommand = OrderReport | OrderRequest
