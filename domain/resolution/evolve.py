"""What each event makes of a proactive resolution."""

from typing import assert_never

from msgspec.structs import replace

from domain.resolution.events import (
    ApprovalAsked,
    ExecutionStarted,
    OfferExpired,
    OutcomeMeasured,
    PlanAccepted,
    PlanApproved,
    PlanExecuted,
    PlansCountered,
    PlansDeclined,
    PlansOffered,
    PlansProposed,
    PlansRejected,
    PlansSuperseded,
    ResolutionConfirmed,
    ResolutionDismissed,
    ResolutionEvent,
    ResolutionHandedOver,
    ResolutionOpened,
    ResolutionReopened,
    ResolutionSelfHealed,
    ResolutionTriaged,
    ShortfallAttached,
    ShortfallHealed,
    StepCompensated,
    StepFailed,
    StepNeedsHuman,
    StepSettled,
    StepStarted,
    StepSucceeded,
)
from domain.resolution.evolve_steps import began, executed, owed_asks, stepped
from domain.resolution.state import Approval, Asking, Proposal, Resolution
from domain.resolution.values import CONFIRM, ResolutionStatus
from domain.timer import TimerEvent, TimerStarted, evolve_timers


def evolve(was: Resolution, event: ResolutionEvent) -> Resolution:
    """Return the resolution after the event, and since when it stands so."""
    now = evolved(was, event)
    return now if now.status == was.status else replace(now, since=event.at)


def evolved(was: Resolution, event: ResolutionEvent) -> Resolution:
    """Return the resolution after the event."""
    if isinstance(event, TimerEvent):
        return timed(was, event)
    match event:
        case ResolutionOpened():
            return replace(
                was,
                status="detected",
                opened=event,
                shortfalls={event.shortfall.name: event.shortfall},
            )
        case ShortfallAttached(shortfall=new):
            return replace(was, shortfalls={**was.shortfalls, new.name: new})
        case ShortfallHealed(shortfall=name, cleared_by=why):
            return replace(was, healed={**was.healed, name: why})
        case ResolutionTriaged():
            status = "triaged" if was.status == "detected" else was.status
            return replace(
                was,
                status=status,
                severity=event.severity,
                triaged=True,
                block=event.block,
            )
        case ResolutionDismissed(at=at):
            return replace(fallen(was, "dismissed"), ended_at=at, asks={})
        case ResolutionSelfHealed(at=at):
            return replace(fallen(was, "self_healed"), ended_at=at, asks={})
        case PlansProposed():
            return proposed(was, event)
        case PlansSuperseded():
            return fallen(was, "superseded")
        case ApprovalAsked():
            return asked(was, event)
        case PlanApproved():
            return approved(was, event)
        case PlansRejected():
            return fallen(was, "rejected")
        case PlansOffered():
            return replace(
                was,
                status="offered",
                asks=owed_asks(was),
                offered=event.plans,
                on_silence=event.on_silence,
                offer_policy=event.policy,
                reaching_out=True,
            )
        case PlanAccepted(plan=plan):
            return replace(was, status="accepted", accepted=plan)
        case PlansDeclined():
            return replace(fallen(was, "declined"), declines=was.declines + 1)
        case PlansCountered(wish=wish):
            return replace(fallen(was, "triaged"), wish=wish)
        case OfferExpired(on_silence="accept"):
            return was
        case OfferExpired(at=at):
            return replace(fallen(was, "expired"), ended_at=at)
        case ExecutionStarted():
            return began(was, event)
        case (
            StepStarted()
            | StepSucceeded()
            | StepFailed()
            | StepCompensated()
            | StepNeedsHuman()
            | StepSettled()
        ):
            return stepped(was, event)
        case PlanExecuted():
            return executed(was, event)
        case ResolutionConfirmed(at=at, by=by, score=score):
            return replace(
                was, status="resolved", confirmed_by=by, score=score, ended_at=at
            )
        case ResolutionReopened(reason=reason):
            return reopened(was, reason)
        case ResolutionHandedOver(at=at):
            handed = replace(fallen(was, "handed_to_dispute"), ended_at=at)
            return replace(handed, handed=True, disputes=judged_in(event))
        case OutcomeMeasured(after_days=days):
            return replace(was, outcomes=tuple(sorted({*was.outcomes, days})))
        case _:
            assert_never(event)


def timed(was: Resolution, event: TimerEvent) -> Resolution:
    """Return the resolution after what a clock did; the last one waits for a word."""
    now = replace(was, timers=evolve_timers(was.timers, event))
    confirming = isinstance(event, TimerStarted) and event.step == CONFIRM
    return replace(now, status="confirming") if confirming else now


def proposed(was: Resolution, event: PlansProposed) -> Resolution:
    """Return the resolution with another proposal, none of it approved.

    After its end only what is owed is proposed, at the price of then.
    """
    return replace(
        was,
        status=was.status if was.over else "proposed",
        round=event.round,
        proposal=Proposal(
            round=event.round,
            by=event.by,
            at=event.at,
            minimum=event.minimum,
            plans=event.plans,
            rests_on=event.rests_on,
            experiment=event.experiment,
            about=tuple(sorted(was.open_shortfalls)),
            before_fen=event.before_fen,
            standing=not was.over,
        ),
        asks={},
        approvals={},
        offered=(),
        accepted=None,
        wish=None,
        worth_else=False,
    )


def asked(was: Resolution, event: ApprovalAsked) -> Resolution:
    """Return the resolution with a plan that waits for somebody's approval."""
    ask = Asking(role=event.role, amount_fen=event.amount_fen, hash=event.hash)
    now = replace(was, asks={**was.asks, event.plan: ask})
    return replace(now, status=approval_status(now))


def approved(was: Resolution, event: PlanApproved) -> Resolution:
    """Return the resolution with a plan that may be offered and carried out."""
    approval = Approval(by=event.by, hash=event.hash, amount_fen=event.amount_fen)
    now = replace(
        was,
        asks={name: ask for name, ask in was.asks.items() if name != event.plan},
        approvals={**was.approvals, event.plan: approval},
    )
    return replace(now, status=approval_status(now))


def approval_status(now: Resolution) -> ResolutionStatus | None:
    """Return how it stands by what is approved; what is owed counts only alone."""
    proposal = now.standing
    if proposal is None or now.status not in {
        "proposed",
        "approval_pending",
        "approved",
    }:
        return now.status
    names = [each.plan.name for each in proposal.plans]
    names = names or [proposal.minimum.plan.name]
    if any(name in now.asks for name in names):
        return "approval_pending"
    if all(name in now.approvals for name in names):
        return "approved"
    return now.status


def fallen(was: Resolution, status: ResolutionStatus) -> Resolution:
    """Return the resolution whose proposal stands no more, except for what is owed.

    What is owed and waits to be approved keeps waiting, unless the caller says
    otherwise; what is carried out goes on.
    """
    proposal = was.proposal
    return replace(
        was,
        status=status,
        proposal=proposal and replace(proposal, standing=False),
        asks=owed_asks(was),
        approvals={},
        offered=(),
        accepted=None,
    )


def judged_in(event: ResolutionHandedOver) -> tuple[str, ...]:
    """Return the disputes in which people judge it, each once."""
    named = (event.dispute, *event.disputes)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def reopened(was: Resolution, reason: str) -> Resolution:
    """Return the resolution as it begins anew; what was done stays done."""
    return replace(
        fallen(was, "detected"),
        triaged=False,
        reaching_out=False,
        declines=0,
        wish=None,
        confirmed_by=None,
        reopened=reason,
        ended_at=None,
    )
