"""What each request comes to, once the table of guards lets it through."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, assert_never

from domain.after_sales.clocks import row_of_request
from domain.after_sales.commands import (
    AcceptCounter,
    AddEvidence,
    ApproveCase,
    AskForEvidence,
    AssignCase,
    CaseRequest,
    ChangeRequest,
    ConfirmReplacement,
    ConfirmReturnReceived,
    CounterOffer,
    DeclineCounter,
    EndIntervention,
    EscalateCase,
    ExecuteRuling,
    ExtendClock,
    FreezeCase,
    JudgeReturn,
    MergeCase,
    NoteCase,
    OpenCase,
    OrderRefund,
    RateCase,
    RecordReception,
    RejectCase,
    ReopenCase,
    ShipReplacement,
    SubmitReturnWaybill,
    WithdrawCase,
)
from domain.after_sales.events import (
    CaseApproved,
    CaseAssigned,
    CaseEscalated,
    CaseEvent,
    CaseFrozen,
    CaseMerged,
    CaseNoted,
    CaseOpened,
    CaseRated,
    CaseRejected,
    CaseReopened,
    CaseWithdrawn,
    CounterAccepted,
    CounterDeclined,
    CounterOffered,
    EvidenceAdded,
    EvidenceAsked,
    InterventionEnded,
    ReceptionRecorded,
    RefundOrdered,
    ReplacementReceived,
    ReplacementShipped,
    RequestChanged,
    ReturnJudged,
    ReturnReceived,
    ReturnSent,
    RulingExecuted,
)
from domain.after_sales.extending import clock_extended
from domain.after_sales.money import OWN_ROUTES, needs_four_eyes
from domain.after_sales.refusals import (
    AlreadyUnderReview,
    CurrenciesDiffer,
    EvidenceNeeded,
    FourEyesNeeded,
    HandledTheCase,
    LineNamedTwice,
    NoJudgement,
    NotAReception,
    NotClaimed,
    NoteNotShown,
    NothingAsked,
    NotNow,
    NotUnderReview,
    ReasonNeeded,
    RefundNameTaken,
    RouteNotYours,
)
from domain.after_sales.state import OPEN, Case
from domain.after_sales.values import EVIDENCE_NEEDED, CaseStatus, EvidenceItem
from domain.money import Money
from domain.order.claims import ClaimItems
from domain.order.values import Packed
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.timer import CheckClocks

CaseEvents = tuple[CaseEvent, ...]

JUDGEMENTS: Final = frozenset({"accepted", "rejected", "manual_intervention_required"})
PARTIES: Final = frozenset(
    {"consumer", "merchant", "creator", "carrier", "service_provider", "insurer"}
)


def requested(
    case: Case, command: CaseRequest, policy: Rulebook, at: datetime
) -> CaseEvents:
    """Return what was asked as events; raises what the rules refuse."""
    match command:
        case OpenCase() | ChangeRequest() | WithdrawCase():
            return asked(command, policy, at)
        case (
            ApproveCase()
            | RejectCase()
            | CounterOffer()
            | AcceptCounter()
            | DeclineCounter()
        ):
            return answered(case, command, at)
        case (
            SubmitReturnWaybill()
            | ConfirmReturnReceived()
            | JudgeReturn()
            | RecordReception()
            | ShipReplacement()
            | ConfirmReplacement()
        ):
            return moved(case, command, at)
        case OrderRefund():
            return refund_ordered(case, command, policy, at)
        case EscalateCase() | EndIntervention() | ExecuteRuling() | FreezeCase():
            return stepped_in(case, command, at)
        case ExtendClock():
            return clock_extended(case, command, policy, at)
        case MergeCase() | ReopenCase():
            return ended_or_not(case, command, at)
        case AssignCase() | AskForEvidence() | AddEvidence() | NoteCase() | RateCase():
            return worked(case, command, at)
        case CheckClocks():
            return ()
    assert_never(command)


# -- What is asked, and answered --


def asked(
    command: OpenCase | ChangeRequest | WithdrawCase,
    policy: Rulebook,
    at: datetime,
) -> CaseEvents:
    """Return what is asked for, changed, or let go."""
    match command:
        case OpenCase():
            sensible(command.items, command.freight)
            opened = CaseOpened(
                at=at,
                by=command.by,
                order=command.order,
                consumer=command.consumer,
                merchant=command.merchant,
                ordered_at=command.ordered_at,
                type=command.type,
                items=command.items,
                freight=command.freight,
                reason=command.reason,
                words=command.words,
                evidence=command.evidence,
                where=command.where,
            )
            return opened, *let_through(command, policy, at)
        case ChangeRequest():
            sensible(command.items, command.freight)
            return (
                RequestChanged(
                    at=at,
                    by=command.by,
                    type=command.type,
                    items=command.items,
                    freight=command.freight,
                    reason=command.reason,
                    words=command.words,
                    evidence=command.evidence,
                ),
            )
        case WithdrawCase(by=by):
            return (CaseWithdrawn(at=at, by=by),)
    assert_never(command)


def let_through(command: OpenCase, policy: Rulebook, at: datetime) -> CaseEvents:
    """Return the agreement a label gave beforehand (秒退), before shipping only."""
    if not command.instant or command.type != "refund_unshipped":
        return ()
    row = row_of_request(command, policy, at)
    return (CaseApproved(at=at, by=SYSTEM, policy=row.ref if row else None),)


def sensible(items: ClaimItems, freight: Money | None) -> None:
    """Raise unless something is asked for, each line once, in one currency."""
    if not items and freight is None:
        raise NothingAsked
    if freight is not None and freight.minor < 0:
        raise NothingAsked(freight=freight.minor)
    lines = Counter(item.line for item in items)
    twice = [line for line, times in lines.items() if times > 1]
    if twice:
        raise LineNamedTwice(lines=twice)
    currencies = {item.amount.currency for item in items}
    if freight is not None:
        currencies.add(freight.currency)
    if len(currencies) > 1:
        raise CurrenciesDiffer(currencies=sorted(currencies))


def answered(
    case: Case,
    command: ApproveCase | RejectCase | CounterOffer | AcceptCounter | DeclineCounter,
    at: datetime,
) -> CaseEvents:
    """Return one side's answer to the other."""
    match command:
        case ApproveCase(by=by, address=address):
            return (CaseApproved(at=at, by=by, address=address),)
        case RejectCase(by=by, reason=reason, evidence=evidence, words=words):
            if reason in EVIDENCE_NEEDED and not evidence:
                raise EvidenceNeeded(reason=reason)
            return (
                CaseRejected(
                    at=at, by=by, reason=reason, evidence=evidence, words=words
                ),
            )
        case CounterOffer():
            sensible(command.items, command.freight)
            return (
                CounterOffered(
                    at=at,
                    by=command.by,
                    type=command.type,
                    items=command.items,
                    freight=command.freight,
                    words=command.words,
                ),
            )
        case AcceptCounter(by=by):
            offer = case.counter
            if offer is None:
                raise NotNow(status=case.status)
            return (
                CounterAccepted(
                    at=at,
                    by=by,
                    type=offer.type,
                    items=offer.items,
                    freight=offer.freight,
                ),
            )
        case DeclineCounter(by=by, words=words):
            return (CounterDeclined(at=at, by=by, words=words),)
    assert_never(command)


# -- The goods --


def moved(
    case: Case,
    command: SubmitReturnWaybill
    | ConfirmReturnReceived
    | JudgeReturn
    | RecordReception
    | ShipReplacement
    | ConfirmReplacement,
    at: datetime,
) -> CaseEvents:
    """Return what was done with the goods."""
    match command:
        case SubmitReturnWaybill(by=by, carrier=carrier, waybill=waybill):
            if (case.return_parcel.carrier, case.return_parcel.waybill) == (
                carrier,
                waybill,
            ):
                return ()
            if case.arrived:
                raise NotNow(status=case.status, parcel=case.return_parcel.status)
            return (ReturnSent(at=at, by=by, carrier=carrier, waybill=waybill),)
        case ConfirmReturnReceived(by=by, items=items, evidence=evidence):
            arrived = [
                (each.line, each.quantity)
                for each in (*case.goods, *items)
                if each.condition != "not_received"
            ]
            claimed(case, arrived)
            return (ReturnReceived(at=at, by=by, items=items, evidence=evidence),)
        case JudgeReturn():
            return judged(case, command, at)
        case RecordReception(by=by, reception=reception):
            if reception not in {"cancelled", "given_to_customer"}:
                raise NotAReception(reception=reception)
            needed = "awaiting" if reception == "cancelled" else "received"
            if case.reception != needed:
                raise NotNow(reception=case.reception)
            return (ReceptionRecorded(at=at, by=by, reception=reception),)
        case ShipReplacement(by=by, carrier=carrier, waybill=waybill):
            claimed(case, lines_of(command.contents))
            return (
                ReplacementShipped(
                    at=at,
                    by=by,
                    carrier=carrier,
                    waybill=waybill,
                    contents=command.contents,
                ),
            )
        case ConfirmReplacement(by=by):
            return (ReplacementReceived(at=at, by=by),)
    assert_never(command)


def lines_of(contents: Iterable[Packed]) -> list[tuple[int, int]]:
    """Return lines and quantities of what is packed."""
    return [(packed.line, packed.quantity) for packed in contents]


def claimed(case: Case, goods: Iterable[tuple[int, int]]) -> None:
    """Raise unless the case is about that much of each line."""
    about = Counter({item.line: item.quantity for item in case.items})
    sums: Counter[int] = Counter()
    for line, quantity in goods:
        sums[line] += quantity
    for line, quantity in sums.items():
        if quantity > about[line]:
            raise NotClaimed(line=line, quantity=quantity, claimed=about[line])


def judged(case: Case, command: JudgeReturn, at: datetime) -> CaseEvents:
    """Return the judgement; goods are refused for a reason, and with evidence."""
    if command.acceptance not in JUDGEMENTS:
        raise NoJudgement(acceptance=command.acceptance)
    if command.acceptance == case.acceptance:
        return ()
    if command.acceptance == "rejected":
        if command.reason is None:
            raise ReasonNeeded
        if not command.evidence:
            raise EvidenceNeeded(reason=command.reason)
    return (
        ReturnJudged(
            at=at,
            by=command.by,
            acceptance=command.acceptance,
            reason=command.reason,
            evidence=command.evidence,
            words=command.words,
        ),
    )


# -- The money --


def refund_ordered(
    case: Case, command: OrderRefund, policy: Rulebook, at: datetime
) -> CaseEvents:
    """Return the refund sent off: all that is due, by one route, under its own name."""
    amount = case.to_pay
    if amount is None:
        return ()
    if command.refund in case.refunds:
        raise RefundNameTaken(refund=command.refund)
    if command.by.role == "merchant" and command.route not in OWN_ROUTES:
        raise RouteNotYours(route=command.route)
    beyond = command.by.role != "merchant" and needs_four_eyes(case, policy, at)
    if beyond and command.by.name in case.handlers:
        raise FourEyesNeeded(amount=str(amount))
    return (
        RefundOrdered(
            at=at,
            by=command.by,
            refund=command.refund,
            route=command.route,
            amount=amount,
        ),
    )


# -- The platform --


def stepped_in(
    case: Case,
    command: EscalateCase | EndIntervention | ExecuteRuling | FreezeCase,
    at: datetime,
) -> CaseEvents:
    """Return the platform's stepping in or out, its ruling done, the case frozen."""
    match command:
        case EscalateCase(by=by, dispute=dispute, words=words):
            return (CaseEscalated(at=at, by=by, dispute=dispute, words=words),)
        case EndIntervention(by=by, dispute=dispute):
            if case.dispute != dispute:
                raise NotUnderReview(dispute=dispute, open=case.dispute)
            return (InterventionEnded(at=at, by=by, dispute=dispute),)
        case ExecuteRuling(by=by, dispute=dispute):
            if case.dispute not in {None, dispute}:
                raise AlreadyUnderReview(dispute=case.dispute)
            if by.name in case.handlers:
                raise HandledTheCase(name=by.name)
            if command.items or command.freight is not None:
                sensible(command.items, command.freight)
            return (
                RulingExecuted(
                    at=at,
                    by=by,
                    dispute=dispute,
                    items=command.items,
                    freight=command.freight,
                    return_first=command.return_first,
                ),
            )
        case FreezeCase(by=by, frozen=frozen, reason=reason):
            if frozen == case.frozen:
                return ()
            return (CaseFrozen(at=at, by=by, frozen=frozen, reason=reason),)
    assert_never(command)


def ended_or_not(
    case: Case, command: MergeCase | ReopenCase, at: datetime
) -> CaseEvents:
    """Return the case merged into another, or taken up again."""
    match command:
        case MergeCase(by=by, into=into):
            return (CaseMerged(at=at, by=by, into=into),)
        case ReopenCase(by=by, reason=reason, words=words):
            return (
                CaseReopened(
                    at=at, by=by, reason=reason, status=goes_on_in(case), words=words
                ),
            )
    assert_never(command)


def goes_on_in(case: Case) -> CaseStatus:
    """Return the state a case goes on in when it is taken up again.

    A closed one where it was; one that succeeded is the merchant's to answer anew.
    """
    if case.status == "succeeded" or case.before_end not in OPEN:
        return "awaiting_merchant"
    if case.before_end in {"countered_awaiting_consumer", "refunding"}:
        return "awaiting_merchant"  # the offer, or what was due, went with the end
    return case.before_end


# -- Working on it --


def worked(
    case: Case,
    command: AssignCase | AskForEvidence | AddEvidence | NoteCase | RateCase,
    at: datetime,
) -> CaseEvents:
    """Return what somebody did about the case, and not in it."""
    match command:
        case AssignCase(by=by, agent=agent):
            if agent == case.agent:
                return ()
            return (CaseAssigned(at=at, by=by, agent=agent, taken_from=case.agent),)
        case AskForEvidence(by=by, of=of, shows=shows, words=words):
            return (EvidenceAsked(at=at, by=by, of=of, shows=shows, words=words),)
        case AddEvidence(by=by, evidence=evidence, words=words):
            new = unknown(case, evidence)
            if not new:
                return ()
            return (EvidenceAdded(at=at, by=by, evidence=new, words=words),)
        case NoteCase(by=by, words=words, shown=shown):
            if by.role in PARTIES and not shown:
                raise NoteNotShown
            return (CaseNoted(at=at, by=by, words=words, shown=shown),)
        case RateCase(by=by, score=score, words=words):
            if case.score == (score, words):
                return ()
            return (CaseRated(at=at, by=by, score=score, words=words),)
    assert_never(command)


def unknown(case: Case, evidence: tuple[EvidenceItem, ...]) -> tuple[EvidenceItem, ...]:
    """Return the evidence that the case does not have yet, each once."""
    known = {shown.item for shown in case.evidence}
    return tuple(item for item in dict.fromkeys(evidence) if item not in known)
