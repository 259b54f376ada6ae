"""What each event makes of a case."""

from typing import assert_never

from msgspec.structs import replace

from domain.after_sales.answering import (
    Answering,
    Asking,
    Goods,
    agreed,
    evolve_answer,
    evolve_asking,
    evolve_goods,
)
from domain.after_sales.axes import (
    paid_out,
    reception_ended,
    reported,
)
from domain.after_sales.events import (
    CaseAssigned,
    CaseClosed,
    CaseContradicted,
    CaseEscalated,
    CaseEvent,
    CaseFrozen,
    CaseMerged,
    CaseNoted,
    CaseRated,
    CaseReported,
    CaseSucceeded,
    EvidenceAdded,
    EvidenceAsked,
    InterventionEnded,
    RefundDue,
    RefundFailed,
    RefundOrdered,
    RefundRecovered,
    RefundSucceeded,
    RulingExecuted,
    StepDefaulted,
)
from domain.after_sales.service import evolve_service
from domain.after_sales.service_events import ServiceEvent
from domain.after_sales.state import Asked, Case, Refund, Shown, in_all
from domain.after_sales.steps import CLOCKS
from domain.after_sales.values import (
    SENDS,
    CaseStatus,
    CloseReason,
)
from domain.party import ActingRole, By
from domain.timer import TimerEvent, TimerExtended, TimerRestarted, evolve_timers

# Whose work on a case is handling it: they do not rule on it afterwards.
HANDLING = frozenset({"agent", "senior_agent"})
NEEDS_DISPUTE = frozenset({"escalate", "decide", "enforce"})

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
        case = put_off(case, event)
        return replace(case, timers=evolve_timers(case.timers, event))
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
    if isinstance(event, ServiceEvent):
        return evolve_service(case, event)
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


def put_off(case: Case, event: TimerEvent) -> Case:
    """Return the case with how a deadline was moved last, and how often by whom."""
    if isinstance(event, TimerRestarted):
        return replace(case, put_off={**case.put_off, event.timer: {}})
    if not isinstance(event, TimerExtended):
        return case
    case = replace(case, moved={**case.moved, event.timer: event})
    role = event.role or role_of(case, event.by)
    times = dict(case.put_off.get(event.timer, {}))
    times[role] = times.get(role, 0) + 1
    return replace(case, put_off={**case.put_off, event.timer: times})


def role_of(case: Case, name: str) -> ActingRole:
    """Return as what somebody moved a deadline of whom only the name was told."""
    if name == case.consumer:
        return "consumer"
    return "merchant" if name == case.merchant else "system"


def handled(case: Case, event: CaseEvent) -> Case:
    """Return the case with whoever of the service acted on it among its handlers."""
    by = getattr(event, "by", None)
    if isinstance(by, By) and by.role in HANDLING and by.name not in case.handlers:
        return replace(case, handlers=case.handlers | {by.name})
    return case


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
        case StepDefaulted(timer=timer, does=does):
            stake = in_all(case.at_stake, case.freight)
            moneyless = does == "refund" and not (stake and stake.minor)
            goods = case.type in SENDS  # they were owed, and no money is left instead
            # A breach is a fact, and nobody's turn: as of a resend that is never sent
            # (20009347). The consumer may ask for something else; the platform decides.
            stuck = does == "breach" and timer.partition("/")[0] in CLOCKS.values()
            paying = case.status == "refunding"
            disputed = does in NEEDS_DISPUTE or (stuck and not paying)
            looked_at = does == "human" or (stuck and paying)
            if moneyless:
                disputed, looked_at = goods, not goods
            return replace(
                case,
                needs_dispute=case.needs_dispute or disputed,
                needs_human=case.needs_human or looked_at,
            )
        case CaseMerged(into=into):
            return replace(case, merged_into=into)
    assert_never(event)


def ruled(case: Case, event: RulingExecuted) -> Case:
    """Return the case where a ruling puts it; where it gives nothing, as it was.

    What a ruling gives is money, and goods come back first where it says so.
    """
    case = replace(
        case,
        dispute=None,
        ruled=event.dispute,
        needs_dispute=False,
        needs_human=False,
    )
    if not event.items and event.freight is None:
        return case
    kept = case.as_money
    case = replace(
        case,
        type=event.type or ("return_refund" if event.return_first else kept),
        items=event.items,
        freight=event.freight,
        counter=None,
        accepted={},
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
        ended_why=why,
        counter=None,
        due=None if why is not None else case.due,
        dispute=None if why == "ruled_against" else case.dispute,
        needs_human=False,
        resolved=None,
        settled=case.settlement,
    )
