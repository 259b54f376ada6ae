"""What follows from what happened in a case: money due, goods owed, its end."""

from datetime import datetime
from typing import Final

from domain.after_sales.accepting import all_that_came, owing
from domain.after_sales.events import (
    CaseApproved,
    CaseClosed,
    CaseEvent,
    CaseMerged,
    CaseSucceeded,
    CaseWithdrawn,
    CounterAccepted,
    RefundDue,
    RefundSucceeded,
    ReplacementReceived,
    RequestChanged,
    ReturnJudged,
    ReturnReceived,
    RulingExecuted,
    StepDefaulted,
)
from domain.after_sales.evolve import evolve
from domain.after_sales.service_events import (
    InspectionRecorded,
    ResolutionConfirmed,
)
from domain.after_sales.side_clocks import BESIDE
from domain.after_sales.state import ABSENT, Case, in_all
from domain.after_sales.values import COMES_BACK, CaseStatus, CloseReason
from domain.kernel import PolicyRef
from domain.party import SYSTEM

CaseEvents = tuple[CaseEvent, ...]

UNANSWERED: Final[frozenset[CaseStatus]] = frozenset(
    {
        "awaiting_merchant",
        "rejected_awaiting_consumer",
        "countered_awaiting_consumer",
    }
)
OTHER: Final = 15  # 其他: the reason of a request nobody gave one for


def follows(case: Case, event: CaseEvent, at: datetime) -> CaseEvents:
    """Return what follows from an event; ``case`` is as the event left it."""
    match event:
        case (
            CaseApproved(policy=policy)
            | ReturnJudged(acceptance="accepted", policy=policy)
        ):
            return agreed_money(case, event, policy, at)
        case CounterAccepted():
            return agreed_money(case, event, None, at)
        case RulingExecuted():
            return ruling_done(case, event, at)
        case RefundSucceeded():
            done = case.status == "refunding" and case.to_pay is None
            return (CaseSucceeded(at=at),) if done else ()
        case ReplacementReceived():
            return (CaseSucceeded(at=at),)
        case CaseWithdrawn():
            return (CaseClosed(at=at, why="withdrawn"),)
        case CaseMerged():
            return (CaseClosed(at=at, why="merged"),)
        case ReturnReceived():
            return nothing_came(case, event, at)
        case StepDefaulted():
            return defaulted(case, event, at)
        case _:
            return ()


# -- Money that falls due --


def agreed_money(
    case: Case,
    event: CaseApproved | ReturnJudged | CounterAccepted,
    policy: PolicyRef | None,
    at: datetime,
) -> CaseEvents:
    """Return the refund that an agreement makes due, unless it is due already."""
    if case.status != "refunding":
        return ()
    due = case.due
    wanted = in_all(*owing(case))
    if due is not None and due.total == wanted and case.to_pay is not None:
        return ()
    why = "accepted" if isinstance(event, ReturnJudged) else "agreed"
    if isinstance(event, CaseApproved) and case.resolution is not None:
        why = "plan"
    elif policy:
        why = "silence"
    return money_due(case, at, why, policy=policy)


def money_due(
    case: Case,
    at: datetime,
    because: str,
    *,
    policy: PolicyRef | None = None,
    dispute: str | None = None,
) -> CaseEvents:
    """Return what is to go back to the consumer; with nothing left, the end."""
    items, freight = owing(case)
    total = in_all(items, freight)
    if total is None or total.minor <= case.paid:
        return (CaseSucceeded(at=at),)
    return (
        RefundDue(
            at=at,
            items=items,
            freight=freight,
            total=total,
            because=because,
            policy=policy,
            dispute=dispute,
        ),
    )


def ruling_done(case: Case, event: RulingExecuted, at: datetime) -> CaseEvents:
    """Return what a ruling leads to: money, goods back first, or the end."""
    if not event.items and event.freight is None:
        return () if case.final else (CaseClosed(at=at, why="ruled_against"),)
    if case.status != "refunding":
        return ()
    return money_due(case, at, "ruling", dispute=event.dispute)


def nothing_came(case: Case, event: ReturnReceived, at: datetime) -> CaseEvents:
    """Return that somebody has to look at a parcel in which there was nothing."""
    if any(each.condition not in ABSENT for each in event.items):
        return ()
    look = "manual_intervention_required"
    if case.acceptance in {look, "accepted"}:
        return ()
    return (ReturnJudged(at=at, by=SYSTEM, acceptance="manual_intervention_required"),)


# -- A step nobody did in time --


def defaulted(case: Case, event: StepDefaulted, at: datetime) -> CaseEvents:
    """Return what the service does in the place of whoever was silent.

    What is not done here, the state shows: that a dispute, or somebody, is needed.
    """
    policy = event.policy
    if event.timer.partition("/")[0] in BESIDE:
        return by_silence(event, at)
    match event.does:
        case "agree" if case.status in UNANSWERED:
            return (CaseApproved(at=at, by=SYSTEM, policy=policy),)
        case "agree" | "refund":
            return refund_by_default(case, policy, at)
        case "close":
            return (CaseClosed(at=at, why=silent_about(case), policy=policy),)
        case "succeed":
            if case.status == "awaiting_consumer_receipt":
                return (ReplacementReceived(at=at, by=SYSTEM, policy=policy),)
            return (CaseSucceeded(at=at),)
        case "human" if waits_for_judgement(case):
            return (
                ReturnJudged(
                    at=at,
                    by=SYSTEM,
                    acceptance="manual_intervention_required",
                    policy=policy,
                ),
            )
        case _:
            return ()


def by_silence(event: StepDefaulted, at: datetime) -> CaseEvents:
    """Return what silence says where a clock ran beside the step of the case.

    What nobody found at the door counts as found as claimed, and what nobody contests
    after the end as settled. Evidence not shown is somebody's to look at, and a ticket
    not answered a fact of its own.
    """
    if event.does != "succeed":
        return ()
    policy = event.policy
    if event.timer.startswith("inspection"):
        return (InspectionRecorded(at=at, by=SYSTEM, result="pass", policy=policy),)
    return (ResolutionConfirmed(at=at, by=SYSTEM, resolved=True, policy=policy),)


def silent_about(case: Case) -> CloseReason:
    """Return what the consumer did not do."""
    returning = case.status == "awaiting_consumer_return"
    return "not_sent_back" if returning else "consumer_silent"


def waits_for_judgement(case: Case) -> bool:
    """Whether goods arrived and nobody said what they are."""
    return case.reception == "received" and case.acceptance == "pending"


def refund_by_default(case: Case, policy: PolicyRef, at: datetime) -> CaseEvents:
    """Return the refund a silence leads to: agreed, the goods accepted, money due.

    Goods that were to be exchanged or repaired become money: what they were paid with.
    A case that has none to give is for somebody to look at, or for the platform.
    """
    stake = in_all(case.at_stake, case.freight)
    if case.status == "refunding" or stake is None or not stake.minor:
        return ()
    story: list[CaseEvent] = []
    kind = case.as_money
    if kind is not None and kind != case.type:
        changed = RequestChanged(
            at=at,
            by=SYSTEM,
            type=kind,
            items=case.at_stake,
            freight=case.freight,
            reason=case.reason or OTHER,
        )
        case = evolve(case, changed)
        story.append(changed)
    unanswered = case.status in UNANSWERED
    if unanswered:
        story.append(CaseApproved(at=at, by=SYSTEM, policy=policy))
    goods = kind in COMES_BACK
    if goods and case.reception == "received" and case.acceptance != "accepted":
        story.append(
            ReturnJudged(
                at=at,
                by=SYSTEM,
                acceptance="accepted",
                accepted=all_that_came(case),
                policy=policy,
            )
        )
    elif goods or not unanswered:
        story += money_due(case, at, "silence", policy=policy)
    return tuple(story)
