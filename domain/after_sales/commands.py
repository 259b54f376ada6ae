"""What an after-sales case is told and asked.

Whoever acts is in ``by``: who may do what, and when, is for ``decide`` to say. Words
are sealed under the consumer's key before they come here.
"""

from typing import Annotated

from msgspec import Meta

from domain.after_sales.service_commands import (
    AnswerTicket,
    AppointInspection,
    ConfirmResolved,
    OpenTicket,
    RecordInspection,
    ReopenForDispute,
    TakeOverCase,
    TellFallback,
)
from domain.after_sales.values import (
    Acceptance,
    CaseStatus,
    CaseType,
    Direction,
    EvidenceItem,
    GoodsReturned,
    ReasonCode,
    Reception,
    RefundRoute,
    RejectionReason,
)
from domain.kernel import (
    Code,
    ConsumerName,
    Moment,
    Name,
    PolicyRef,
    Report,
    Request,
    Sealed,
)
from domain.money import Money
from domain.order.claims import ClaimItems
from domain.order.values import Packed, ScanCode
from domain.party import ActingRole, By
from domain.policy.rows import Where
from domain.timer import CheckClocks, TimerName

# Within how many hours an order was promised to be sent.
ShipHours = Annotated[int, Meta(ge=0, le=24 * 400)]
Evidence = Annotated[tuple[EvidenceItem, ...], Meta(max_length=20)]

# -- How it begins, and what is asked for --


class OpenCase(Request, frozen=True, kw_only=True):
    """Ask for something to be made good, for these lines and quantities of an order.

    ``amount`` of each item and ``freight`` are what is asked for. ``ordered_at`` is the
    order's date, by which rows of order time are chosen; ``where`` narrows calendars.
    ``signed_at`` is when the goods arrived, ``ship_hours`` within how many they were
    promised to be sent: what is sent in exchange has as many. ``fallback`` is what goes
    back for goods that are owed in return, should they not be sent.
    From ``window_ends`` on only the service opens a case. ``resolution`` is the one
    it carries out a step of, by the row ``plan``: the service itself agrees to it.
    """

    by: By
    order: Name
    consumer: ConsumerName
    merchant: Name | None = None
    ordered_at: Moment | None = None
    type: CaseType
    items: ClaimItems
    freight: Money | None = None
    reason: ReasonCode
    words: Sealed | None = None
    evidence: Evidence = ()
    where: Where = Where()
    signed_at: Moment | None = None
    ship_hours: ShipHours = 0
    fallback: ClaimItems = ()
    window_ends: Moment | None = None
    instant: bool = False  # 秒退: the label shown at order time lets it through at once
    resolution: Name | None = None
    plan: PolicyRef | None = None


class ChangeRequest(Request, frozen=True, kw_only=True):
    """Ask for something else instead; the merchant's clock starts anew."""

    by: By
    type: CaseType
    items: ClaimItems
    freight: Money | None = None
    reason: ReasonCode
    words: Sealed | None = None
    evidence: Evidence = ()


class WithdrawCase(Request, frozen=True, kw_only=True):
    """Let the request go, as the one who made it."""

    by: By


# -- The merchant's answer --


class ApproveCase(Request, frozen=True, kw_only=True):
    """Agree to what is asked. ``address`` is where returned goods go, sealed."""

    by: By
    address: Sealed | None = None


class RejectCase(Request, frozen=True, kw_only=True):
    """Refuse what is asked, for a typed reason; some reasons need evidence."""

    by: By
    reason: RejectionReason
    evidence: Evidence = ()
    words: Sealed | None = None


class CounterOffer(Request, frozen=True, kw_only=True):
    """Offer something else: another type, or less money."""

    by: By
    type: CaseType
    items: ClaimItems
    freight: Money | None = None
    words: Sealed | None = None


class AcceptCounter(Request, frozen=True, kw_only=True):
    """Take the offer; it is then what is asked for and agreed."""

    by: By


class DeclineCounter(Request, frozen=True, kw_only=True):
    """Leave the offer; the request stands as it was."""

    by: By
    words: Sealed | None = None


# -- Goods on their way back, and out again --


class SubmitReturnWaybill(Request, frozen=True, kw_only=True):
    """Say with which parcel the goods come back."""

    by: By
    carrier: Code
    waybill: Name


class RecordParcelScan(Report, frozen=True, kw_only=True):
    """Record a carrier's scan of the parcel coming back or going out."""

    direction: Direction
    scan: Code
    code: ScanCode
    raw_code: Code | None = None
    rank: int = 0
    text: Sealed | None = None


class ConfirmReturnReceived(Request, frozen=True, kw_only=True):
    """Say that goods arrived, how much of what, and how they look."""

    by: By
    items: Annotated[tuple[GoodsReturned, ...], Meta(min_length=1, max_length=500)]
    evidence: Evidence = ()


class JudgeReturn(Request, frozen=True, kw_only=True):
    """Accept or refuse the goods that arrived; refusing needs a reason and evidence.

    ``accepted`` is how much of each line is accepted, if not all that came: the rest
    is refused, and the refund is in proportion.
    """

    by: By
    acceptance: Acceptance
    accepted: Annotated[tuple[Packed, ...], Meta(max_length=500)] = ()
    reason: RejectionReason | None = None
    evidence: Evidence = ()
    words: Sealed | None = None


class RecordReception(Request, frozen=True, kw_only=True):
    """Say that a reception was cancelled, or the goods given back to the consumer."""

    by: By
    reception: Reception


class ShipReplacement(Request, frozen=True, kw_only=True):
    """Send the exchanged, missing or repaired goods."""

    by: By
    carrier: Code
    waybill: Name
    contents: Annotated[tuple[Packed, ...], Meta(max_length=500)] = ()


class ConfirmReplacement(Request, frozen=True, kw_only=True):
    """Say that they arrived."""

    by: By


# -- Money --


class OrderRefund(Request, frozen=True, kw_only=True):
    """Send the money off, by a route. A failed one may be ordered again by another."""

    by: By
    refund: Name
    route: RefundRoute = "original"


class RecordRefundResult(Report, frozen=True, kw_only=True):
    """Record what the gateway says became of an ordered refund."""

    refund: Name
    succeeded: bool
    failure: Code | None = None


class RecordRecovery(Report, frozen=True, kw_only=True):
    """Record that an advance was got back from who owed it (追缴成功)."""

    refund: Name
    amount: Money


# -- Help from the platform --


class EscalateCase(Request, frozen=True, kw_only=True):
    """Ask the platform to step in; the refund clock stands still meanwhile."""

    by: By
    dispute: Name
    words: Sealed | None = None


class EndIntervention(Request, frozen=True, kw_only=True):
    """Say that the dispute ended without a ruling; the clocks run on."""

    by: By
    dispute: Name


class ExecuteRuling(Request, frozen=True, kw_only=True):
    """Do what a ruling says: refund so much (nothing closes it), goods back or not.

    ``type`` is what the case is from then on, by what became of the goods; with None
    one that ends in money stays what it is.
    """

    by: By
    dispute: Name
    type: CaseType | None = None
    items: ClaimItems = ()
    freight: Money | None = None
    return_first: bool = False


class ExtendClock(Request, frozen=True, kw_only=True):
    """Give a step more time, as far as its row lets."""

    by: By
    timer: TimerName
    hours: Annotated[int, Meta(ge=1, le=24 * 60)]
    reason: Code


class FreezeCase(Request, frozen=True, kw_only=True):
    """Stop every clock, as after the theft of an account (盗号); or let them run on."""

    by: By
    frozen: bool
    reason: Code


# -- Working on it --


class AssignCase(Request, frozen=True, kw_only=True):
    """Give the case to an agent, or take it over; None puts it back in the queue."""

    by: By
    agent: Name | None


class AskForEvidence(Request, frozen=True, kw_only=True):
    """Ask a party for kinds of evidence, by the template of the issue."""

    by: By
    of: ActingRole
    shows: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    words: Sealed | None = None


class AddEvidence(Request, frozen=True, kw_only=True):
    """Add evidence to the case, asked for or not."""

    by: By
    evidence: Annotated[tuple[EvidenceItem, ...], Meta(min_length=1, max_length=20)]
    words: Sealed | None = None


class NoteCase(Request, frozen=True, kw_only=True):
    """Write a note for colleagues, or with ``shown`` for the parties."""

    by: By
    words: Sealed
    shown: bool = False


class MergeCase(Request, frozen=True, kw_only=True):
    """Let another case of the same order carry on for this one."""

    by: By
    into: Name


class ReopenCase(Request, frozen=True, kw_only=True):
    """Take up a case again that had ended, or undo its merging."""

    by: By
    reason: Code
    words: Sealed | None = None


class RateCase(Request, frozen=True, kw_only=True):
    """Say, as the consumer, how it was handled: 1 to 5."""

    by: By
    score: Annotated[int, Meta(ge=1, le=5)]
    words: Sealed | None = None


# -- What feeds say --


class ReportCase(Report, frozen=True, kw_only=True):
    """Record what another platform says of a case it runs itself.

    ``status`` is None where its word was not one of ours; ``deadline`` is theirs and
    wins over our rows. ``word`` is their own status or message tag.
    """

    order: Name
    consumer: ConsumerName
    source: Code
    number: Name
    type: CaseType | None = None
    status: CaseStatus | None = None
    amount: Money | None = None
    lines: tuple[int, ...] = ()
    reason: ReasonCode | None = None
    deadline: Moment | None = None
    intervening: bool | None = None
    word: Code
    merchant: Name | None = None


CaseReport = RecordParcelScan | RecordRefundResult | RecordRecovery | ReportCase
CaseRequest = (
    OpenCase
    | ChangeRequest
    | WithdrawCase
    | ApproveCase
    | RejectCase
    | CounterOffer
    | AcceptCounter
    | DeclineCounter
    | SubmitReturnWaybill
    | ConfirmReturnReceived
    | JudgeReturn
    | RecordReception
    | ShipReplacement
    | ConfirmReplacement
    | OrderRefund
    | EscalateCase
    | EndIntervention
    | ExecuteRuling
    | ExtendClock
    | FreezeCase
    | AssignCase
    | AskForEvidence
    | AddEvidence
    | NoteCase
    | MergeCase
    | ReopenCase
    | RateCase
    | AppointInspection
    | RecordInspection
    | OpenTicket
    | AnswerTicket
    | ConfirmResolved
    | TakeOverCase
    | TellFallback
    | ReopenForDispute
    | CheckClocks
)
CaseCommand = CaseReport | CaseRequest
