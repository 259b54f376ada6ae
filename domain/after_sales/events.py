"""What happened in an after-sales case."""

from msgspec import field

from domain.after_sales.commands import Evidence, ShipHours
from domain.after_sales.service_events import ServiceEvent
from domain.after_sales.values import (
    Acceptance,
    CaseStatus,
    CaseType,
    CloseReason,
    Direction,
    GoodsReturned,
    ReasonCode,
    Reception,
    RefundRoute,
    RejectionReason,
)
from domain.kernel import (
    Code,
    ConsumerName,
    Event,
    Moment,
    Name,
    PolicyRef,
    Sealed,
)
from domain.money import Money
from domain.order.claims import ClaimItems
from domain.order.values import Packed, ScanCode
from domain.party import ActingRole, By
from domain.policy.rows import OnBreach, Where
from domain.timer import TimerEvent, TimerName


class CaseOpened(Event, frozen=True, kw_only=True, tag="after_sales.opened"):
    """Something is to be made good (售后申请).

    ``in_window`` says of spoilt goods whether they were reported in time (坏了包退),
    ``fallback`` what goes back for goods owed in return, should they not be sent.
    ``resolution`` is the one whose step it carries out, by the row ``plan``.
    """

    at: Moment
    by: By
    order: Name
    consumer: ConsumerName
    merchant: Name | None = None
    ordered_at: Moment | None = None
    type: CaseType = field(name="case_type")  # "type" is the tag
    items: ClaimItems
    freight: Money | None = None
    reason: ReasonCode
    words: Sealed | None = None
    evidence: Evidence = ()
    where: Where = Where()
    signed_at: Moment | None = None
    ship_hours: ShipHours = 0
    in_window: bool | None = None
    fallback: ClaimItems = ()
    resolution: Name | None = None
    plan: PolicyRef | None = None


class RequestChanged(Event, frozen=True, kw_only=True, tag="after_sales.changed"):
    """Something else is asked for instead."""

    at: Moment
    by: By
    type: CaseType = field(name="case_type")  # "type" is the tag
    items: ClaimItems
    freight: Money | None = None
    reason: ReasonCode
    words: Sealed | None = None
    evidence: Evidence = ()


class CaseWithdrawn(Event, frozen=True, kw_only=True, tag="after_sales.withdrawn"):
    """The request was let go."""

    at: Moment
    by: By


class CaseApproved(Event, frozen=True, kw_only=True, tag="after_sales.approved"):
    """What is asked was agreed to; by the system when a clock ran out, or 秒退.

    Then ``policy`` names the row that says so.
    """

    at: Moment
    by: By
    address: Sealed | None = None
    policy: PolicyRef | None = None


class CaseRejected(Event, frozen=True, kw_only=True, tag="after_sales.rejected"):
    """What is asked was refused (拒绝)."""

    at: Moment
    by: By
    reason: RejectionReason
    evidence: Evidence = ()
    words: Sealed | None = None


class CounterOffered(Event, frozen=True, kw_only=True, tag="after_sales.countered"):
    """Something else was offered."""

    at: Moment
    by: By
    type: CaseType = field(name="case_type")  # "type" is the tag
    items: ClaimItems
    freight: Money | None = None
    words: Sealed | None = None


class CounterAccepted(
    Event, frozen=True, kw_only=True, tag="after_sales.counter_accepted"
):
    """The offer was taken; the request is now what was offered, and agreed."""

    at: Moment
    by: By
    type: CaseType = field(name="case_type")  # "type" is the tag
    items: ClaimItems
    freight: Money | None = None


class CounterDeclined(
    Event, frozen=True, kw_only=True, tag="after_sales.counter_declined"
):
    """The offer was left; the request stands."""

    at: Moment
    by: By
    words: Sealed | None = None


class ReturnSent(Event, frozen=True, kw_only=True, tag="after_sales.return_sent"):
    """The goods are on their way back."""

    at: Moment
    by: By
    carrier: Code
    waybill: Name


class ParcelScanned(Event, frozen=True, kw_only=True, tag="after_sales.parcel_scanned"):
    """A carrier scanned the parcel coming back or going out."""

    at: Moment
    direction: Direction
    scan: Code
    code: ScanCode
    raw_code: Code | None = None
    rank: int = 0
    text: Sealed | None = None


class ReturnReceived(
    Event, frozen=True, kw_only=True, tag="after_sales.return_received"
):
    """Goods arrived. Whether they are accepted is another matter."""

    at: Moment
    by: By
    items: tuple[GoodsReturned, ...]
    evidence: Evidence = ()


class ReturnJudged(Event, frozen=True, kw_only=True, tag="after_sales.return_judged"):
    """What arrived was accepted, refused, or needs somebody to look.

    ``policy`` is the row when silence decided, ``accepted`` how much of each line was
    accepted: the refund is in proportion.
    """

    at: Moment
    by: By
    acceptance: Acceptance
    accepted: tuple[Packed, ...] = ()
    reason: RejectionReason | None = None
    evidence: Evidence = ()
    words: Sealed | None = None
    policy: PolicyRef | None = None


class ReceptionRecorded(Event, frozen=True, kw_only=True, tag="after_sales.reception"):
    """A reception was cancelled, or goods were given back to the consumer."""

    at: Moment
    by: By
    reception: Reception


class ReplacementShipped(
    Event, frozen=True, kw_only=True, tag="after_sales.replacement_shipped"
):
    """Exchanged, missing or repaired goods are on their way."""

    at: Moment
    by: By
    carrier: Code
    waybill: Name
    contents: tuple[Packed, ...] = ()


class ReplacementReceived(
    Event, frozen=True, kw_only=True, tag="after_sales.replacement_received"
):
    """They arrived; by the system when nobody objected in time."""

    at: Moment
    by: By
    policy: PolicyRef | None = None


class RefundDue(Event, frozen=True, kw_only=True, tag="after_sales.refund_due"):
    """So much is to go back to the consumer, and why: what was agreed, or a ruling."""

    at: Moment
    items: ClaimItems
    freight: Money | None = None
    total: Money
    because: Code
    policy: PolicyRef | None = None
    dispute: Name | None = None


class RefundOrdered(Event, frozen=True, kw_only=True, tag="after_sales.refund_ordered"):
    """The money was sent off by a route, under a name of its own."""

    at: Moment
    by: By
    refund: Name
    route: RefundRoute
    amount: Money


class RefundSucceeded(
    Event, frozen=True, kw_only=True, tag="after_sales.refund_succeeded"
):
    """The money is with the consumer."""

    at: Moment
    refund: Name
    route: RefundRoute
    amount: Money


class RefundFailed(Event, frozen=True, kw_only=True, tag="after_sales.refund_failed"):
    """The money did not get through by this route."""

    at: Moment
    refund: Name
    route: RefundRoute
    failure: Code


class RefundRecovered(
    Event, frozen=True, kw_only=True, tag="after_sales.refund_recovered"
):
    """What the platform advanced is back (追缴成功)."""

    at: Moment
    refund: Name
    amount: Money


class CaseEscalated(Event, frozen=True, kw_only=True, tag="after_sales.escalated"):
    """The platform steps in; an overlay, the state of the case stays."""

    at: Moment
    by: By
    dispute: Name
    words: Sealed | None = None


class InterventionEnded(
    Event, frozen=True, kw_only=True, tag="after_sales.intervention_ended"
):
    """The platform stepped out again."""

    at: Moment
    by: By
    dispute: Name


class RulingExecuted(
    Event, frozen=True, kw_only=True, tag="after_sales.ruling_executed"
):
    """The case goes where a ruling says; ``type`` is what it is from then on."""

    at: Moment
    by: By
    dispute: Name
    type: CaseType | None = field(default=None, name="case_type")  # "type" is the tag
    items: ClaimItems = ()
    freight: Money | None = None
    return_first: bool = False


class CaseFrozen(Event, frozen=True, kw_only=True, tag="after_sales.frozen"):
    """All its clocks stand still, or run on."""

    at: Moment
    by: By
    frozen: bool
    reason: Code


class StepDefaulted(Event, frozen=True, kw_only=True, tag="after_sales.defaulted"):
    """Nobody did the step in time, and the service does what the row says.

    ``timer`` is the clock that ran out; ``does`` what follows.
    """

    at: Moment
    timer: TimerName
    does: OnBreach
    policy: PolicyRef


class CaseAssigned(Event, frozen=True, kw_only=True, tag="after_sales.assigned"):
    """An agent has it; or nobody. ``taken_from`` is who had it before."""

    at: Moment
    by: By
    agent: Name | None
    taken_from: Name | None = None


class EvidenceAsked(Event, frozen=True, kw_only=True, tag="after_sales.evidence_asked"):
    """A party is to show something."""

    at: Moment
    by: By
    of: ActingRole
    shows: tuple[Code, ...]
    words: Sealed | None = None


class EvidenceAdded(Event, frozen=True, kw_only=True, tag="after_sales.evidence_added"):
    """A party showed something."""

    at: Moment
    by: By
    evidence: Evidence
    words: Sealed | None = None


class CaseNoted(Event, frozen=True, kw_only=True, tag="after_sales.noted"):
    """A note, for colleagues or for the parties."""

    at: Moment
    by: By
    words: Sealed
    shown: bool = False


class CaseMerged(Event, frozen=True, kw_only=True, tag="after_sales.merged"):
    """Another case carries on for this one."""

    at: Moment
    by: By
    into: Name


class CaseReopened(Event, frozen=True, kw_only=True, tag="after_sales.reopened"):
    """It was taken up again; ``status`` is the state it goes on in.

    ``dispute`` is the one that was taken up again with it.
    """

    at: Moment
    by: By
    reason: Code
    status: CaseStatus
    words: Sealed | None = None
    dispute: Name | None = None


class CaseSucceeded(Event, frozen=True, kw_only=True, tag="after_sales.succeeded"):
    """What was asked is done (售后成功). Never final: it can be reopened."""

    at: Moment


class CaseClosed(Event, frozen=True, kw_only=True, tag="after_sales.closed"):
    """It ended without what was asked (售后关闭)."""

    at: Moment
    why: CloseReason
    policy: PolicyRef | None = None


class CaseRated(Event, frozen=True, kw_only=True, tag="after_sales.rated"):
    """How the consumer found it: 1 to 5."""

    at: Moment
    by: By
    score: int
    words: Sealed | None = None


class CaseReported(Event, frozen=True, kw_only=True, tag="after_sales.reported"):
    """Another platform says where a case stands that it runs itself."""

    at: Moment
    order: Name
    consumer: ConsumerName
    source: Code
    number: Name
    type: CaseType | None = field(default=None, name="case_type")
    status: CaseStatus | None = None
    amount: Money | None = None
    lines: tuple[int, ...] = ()
    reason: ReasonCode | None = None
    deadline: Moment | None = None
    intervening: bool | None = None
    word: Code
    merchant: Name | None = None


class CaseContradicted(
    Event, frozen=True, kw_only=True, tag="after_sales.contradiction_flagged"
):
    """What was reported cannot be so; kept as told, never adjusted."""

    at: Moment
    code: Code
    about: Name


CaseEvent = (
    CaseOpened
    | RequestChanged
    | CaseWithdrawn
    | CaseApproved
    | CaseRejected
    | CounterOffered
    | CounterAccepted
    | CounterDeclined
    | ReturnSent
    | ParcelScanned
    | ReturnReceived
    | ReturnJudged
    | ReceptionRecorded
    | ReplacementShipped
    | ReplacementReceived
    | RefundDue
    | RefundOrdered
    | RefundSucceeded
    | RefundFailed
    | RefundRecovered
    | CaseEscalated
    | InterventionEnded
    | RulingExecuted
    | CaseFrozen
    | StepDefaulted
    | CaseAssigned
    | EvidenceAsked
    | EvidenceAdded
    | CaseNoted
    | CaseMerged
    | CaseReopened
    | CaseSucceeded
    | CaseClosed
    | CaseRated
    | CaseReported
    | CaseContradicted
    | ServiceEvent
    | TimerEvent
)
