"""What each event makes of a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.after_sales.axes import (
    goods_arrived,
    paid_out,
    parcel_scanned,
    parcel_sent,
    reception_ended,
    reported,
)
from domain.after_sales.events import (
    CaseApproved,
    CaseAssigned,
    CaseClosed,
    CaseContradicted,
    CaseEscalated,
    CaseEvent,
    CaseFrozen,
    CaseMerged,
    CaseNoted,
    CaseOpened,
    CaseRated,
    CaseRejected,
    CaseReopened,
    CaseReported,
    CaseSucceeded,
    CaseWithdrawn,
    CounterAccepted,
    CounterDeclined,
    CounterOffered,
    EvidenceAdded,
    EvidenceAsked,
    InterventionEnded,
    ParcelScanned,
    ReceptionRecorded,
    RefundDue,
    RefundFailed,
    RefundOrdered,
    RefundRecovered,
    RefundSucceeded,
    ReplacementReceived,
    ReplacementShipped,
    RequestChanged,
    ReturnJudged,
    ReturnReceived,
    ReturnSent,
    RulingExecuted,
    StepDefaulted,
)
from domain.after_sales.state import Asked, Case, Refund, Shown
from domain.after_sales.values import (
    COMES_BACK,
    PAYS,
    SENDS,
    CaseStatus,
    CloseReason,
)
from domain.order.parcel import Parcel
from domain.party import By
from domain.timer import TimerEvent, TimerExtended, evolve_timers

# Whose work on a case is handling it: they do not rule on it afterwards.
HANDLING = frozenset({"agent", "senior_agent"})
NEEDS_DISPUTE = frozenset({"escalate", "decide", "enforce"})

Asking = CaseOpened | RequestChanged | CaseWithdrawn | CaseReopened
Answering = (
    CaseApproved | CaseRejected | CounterOffered | CounterAccepted | CounterDeclined
)
Goods = (
    ReturnSent
    | ParcelScanned
    | ReturnReceived
    | ReturnJudged
    | ReceptionRecorded
    | ReplacementShipped
    | ReplacementReceived
)
Paying = RefundDue | RefundOrdered | RefundSucceeded | RefundFailed | RefundRecovered
Overlay = (
    CaseEscalated
    | InterventionEnded
    | RulingExecuted
    | CaseFrozen
    | StepDefaulted
    | CaseMerged
)
Working = CaseAssigned | EvidenceAsked | EvidenceAdded | CaseNoted | CaseRated
Telling = CaseReported | CaseContradicted
Ending = CaseSucceeded | CaseClosed


def evolve(case: Case, event: CaseEvent) -> Case:
    """Return the case after the event."""
    case = handled(case, event)
    if isinstance(event, TimerEvent):
        moved = case.moved
        if isinstance(event, TimerExtended):
            moved = {**moved, event.timer: event}
        return replace(case, timers=evolve_timers(case.timers, event), moved=moved)
    if isinstance(event, Asking):
        return evolve_asking(case, event)
    if isinstance(event, Answering):
        return evolve_answer(case, event)
    if isinstance(event, Goods):
        return evolve_goods(case, event)
    if isinstance(event, Paying):
        return evolve_money(case, event)
    if isinstance(event, Overlay):
        return evolve_overlay(case, event)
    if isinstance(event, Working):
        return evolve_work(case, event)
    match event:
        case CaseReported():
            return reported(case, event)
        case CaseContradicted(code=code, about=about):
            clashes = case.contradictions | {(code, about)}
            return replace(case, contradictions=clashes)
        case CaseSucceeded():
            return ended(case, event, "succeeded")
        case CaseClosed():
            return ended(case, event, "closed")
    assert_never(event)


def handled(case: Case, event: CaseEvent) -> Case:
    """Return the case with whoever of the service acted on it among its handlers."""
    by = getattr(event, "by", None)
    if isinstance(by, By) and by.role in HANDLING and by.name not in case.handlers:
        return replace(case, handlers=case.handlers | {by.name})
    return case


# -- What is asked, and answered --


def evolve_asking(case: Case, event: Asking) -> Case:
    """Return the case after the consumer asked for something, or let it go."""
    match event:
        case CaseOpened():
            return replace(
                asked_for(case, event),
                status="awaiting_merchant",
                opened_here=True,
                opened_at=event.at,
                order=event.order,
                consumer=event.consumer,
                merchant=event.merchant,
                ordered_at=event.ordered_at,
                where=event.where,
            )
        case RequestChanged(by=by):
            case = replace(asked_for(case, event), changed=True, counter=None)
            # A rule that turns goods into money leaves the case where it is.
            status = case.status if by.role == "system" else "awaiting_merchant"
            return replace(case, status=status)
        case CaseWithdrawn():
            return case
        case CaseReopened():
            return reopened(case, event)
    assert_never(event)


def reopened(case: Case, event: CaseReopened) -> Case:
    """Return the case taken up again; goods that were sent may have to come back."""
    sent_before = case.status == "succeeded" and case.type in SENDS
    case = replace(
        case,
        status=event.status,
        merged_into=None,
        needs_human=False,
        needs_dispute=False,
    )
    if not sent_before:
        return case
    return replace(
        case,
        reception="none",
        acceptance="none",
        sent_at=None,
        goods=(),
        return_parcel=Parcel(),
    )


def asked_for(case: Case, event: CaseOpened | RequestChanged) -> Case:
    """Return the case with what is asked for now."""
    shown = tuple(Shown(by=event.by.role, item=item) for item in event.evidence)
    return replace(
        case,
        type=event.type,
        items=event.items,
        freight=event.freight,
        reason=event.reason,
        evidence=case.evidence + shown,
    )


def evolve_answer(case: Case, event: Answering) -> Case:
    """Return the case after one side answered the other."""
    match event:
        case CaseApproved():
            return agreed(case)
        case CaseRejected(by=by, evidence=evidence):
            shown = tuple(Shown(by=by.role, item=item) for item in evidence)
            return replace(
                case,
                status="rejected_awaiting_consumer",
                evidence=case.evidence + shown,
            )
        case CounterOffered():
            # An offer in place of an offer is declined to what was before either.
            waiting = case.status == "countered_awaiting_consumer"
            return replace(
                case,
                status="countered_awaiting_consumer",
                counter=event,
                before_counter=case.before_counter if waiting else case.status,
            )
        case CounterAccepted():
            taken = replace(
                case,
                type=event.type,
                items=event.items,
                freight=event.freight,
                counter=None,
            )
            return agreed(taken)
        case CounterDeclined():
            return replace(case, status=case.before_counter, counter=None)
    assert_never(event)


def agreed(case: Case) -> Case:
    """Return the case where it goes once what is asked was agreed to."""
    case = replace(case, status=after_agreement(case))
    if case.type in COMES_BACK and case.reception in {"none", "cancelled"}:
        return replace(case, reception="awaiting")
    return case


def after_agreement(case: Case) -> CaseStatus:
    """Return what is waited for next: the goods, then goods or money in return."""
    if case.goods_needed:
        moving = case.return_parcel.told or case.return_parcel.handed_over
        if moving or case.reception == "received":
            return "awaiting_merchant_receipt"
        return "awaiting_consumer_return"
    return "awaiting_merchant_ship" if case.type in SENDS else "refunding"


# -- The goods --


def evolve_goods(case: Case, event: Goods) -> Case:
    """Return the case after goods moved, arrived, or were judged."""
    match event:
        case ReturnSent() | ReplacementShipped():
            return parcel_sent(case, event)
        case ParcelScanned():
            return parcel_scanned(case, event)
        case ReturnReceived(by=by, evidence=evidence):
            shown = tuple(Shown(by=by.role, item=item) for item in evidence)
            return replace(goods_arrived(case, event), evidence=case.evidence + shown)
        case ReturnJudged():
            return judged(case, event)
        case ReceptionRecorded(reception=reception):
            return replace(case, reception=reception)
        case ReplacementReceived():
            return case
    assert_never(event)


def judged(case: Case, event: ReturnJudged) -> Case:
    """Return the case after the goods were judged; one that ended stays where it is."""
    shown = tuple(Shown(by=event.by.role, item=item) for item in event.evidence)
    case = replace(
        case,
        acceptance=event.acceptance,
        evidence=case.evidence + shown,
        needs_human=event.acceptance == "manual_intervention_required",
    )
    if case.status not in {"awaiting_merchant_receipt", "rejected_after_receipt"}:
        return case
    if event.acceptance == "rejected":
        return replace(case, status="rejected_after_receipt")
    return agreed(case) if event.acceptance == "accepted" else case


# -- The money --


def evolve_money(case: Case, event: Paying) -> Case:
    """Return the case after money fell due, moved, or did not."""
    match event:
        case RefundDue():
            return replace(case, due=event, status="refunding")
        case RefundOrdered():
            refund = Refund(
                name=event.refund,
                route=event.route,
                amount=event.amount,
                outcome="ordered",
            )
        case RefundSucceeded(refund=name):
            refund = replace(case.refunds[name], outcome="succeeded", failure=None)
            case = paid_out(case, event.amount)
        case RefundFailed(refund=name, failure=failure):
            refund = replace(case.refunds[name], outcome="failed", failure=failure)
        case RefundRecovered(refund=name):
            refund = replace(case.refunds[name], outcome="recovered")
        case _:
            assert_never(event)
    return replace(case, refunds={**case.refunds, refund.name: refund})


# -- What lies over it --


def evolve_overlay(case: Case, event: Overlay) -> Case:
    """Return the case after something was laid over it, or taken away."""
    match event:
        case CaseEscalated(dispute=dispute):
            return replace(case, dispute=dispute, needs_dispute=False)
        case InterventionEnded():
            return replace(case, dispute=None)
        case RulingExecuted():
            return ruled(case, event)
        case CaseFrozen(frozen=frozen):
            return replace(case, frozen=frozen)
        case StepDefaulted(does=does):
            moneyless = does == "refund" and not (case.claimed and case.claimed.minor)
            return replace(
                case,
                needs_dispute=case.needs_dispute or does in NEEDS_DISPUTE,
                needs_human=case.needs_human or does == "human" or moneyless,
            )
        case CaseMerged(into=into):
            return replace(case, merged_into=into)
    assert_never(event)


def ruled(case: Case, event: RulingExecuted) -> Case:
    """Return the case where a ruling puts it; where it gives nothing, as it was.

    What a ruling gives is money, and goods come back first where it says so.
    """
    case = replace(case, dispute=None, needs_dispute=False, needs_human=False)
    if not event.items and event.freight is None:
        return case
    kept = case.type if case.type in PAYS else "refund_shipped"
    case = replace(
        case,
        type="return_refund" if event.return_first else kept,
        items=event.items,
        freight=event.freight,
        counter=None,
    )
    if event.return_first and case.acceptance != "accepted":
        return agreed(case)
    return replace(case, status="refunding")


# -- Working on it --


def evolve_work(case: Case, event: Working) -> Case:
    """Return the case after somebody worked on it."""
    match event:
        case CaseAssigned(agent=agent):
            handlers = case.handlers | ({agent} if agent else set())
            return replace(case, agent=agent, handlers=handlers)
        case EvidenceAsked(of=of, shows=shows):
            return replace(case, asked=(*case.asked, Asked(of=of, shows=shows)))
        case EvidenceAdded(by=by, evidence=evidence):
            shown = tuple(Shown(by=by.role, item=item) for item in evidence)
            return replace(case, evidence=case.evidence + shown)
        case CaseNoted(at=at, words=words):
            return replace(case, notes=case.notes | {(at, words)})
        case CaseRated(score=score, words=words):
            return replace(case, score=(score, words))
    assert_never(event)


def ended(case: Case, event: Ending, status: CaseStatus) -> Case:
    """Return the case at its end; what came of it is settled with its order."""
    why: CloseReason | None = event.why if isinstance(event, CaseClosed) else None
    case = reception_ended(case)
    return replace(
        case,
        status=status,
        before_end=case.status,
        ended_at=event.at,
        counter=None,
        due=None if why is not None else case.due,
        dispute=None if why == "ruled_against" else case.dispute,
        needs_human=False,
        settled=case.settlement,
    )
