"""What an event means for what is known of a dispute. It refuses nothing."""

from typing import assert_never, get_args

from msgspec.structs import replace

from domain.dispute.events import (
    AppealDecided,
    AppealFiled,
    DisputeClosed,
    DisputeContradicted,
    DisputeDefaulted,
    DisputeEscalated,
    DisputeEvent,
    DisputeNoted,
    DisputeOpened,
    DisputeRated,
    DisputeReopened,
    DisputeReported,
    DisputeSettled,
    DisputeTerminated,
    DisputeWithdrawn,
    EnforcementCompleted,
    EnforcementStarted,
    FaultContested,
    HandlerAssigned,
    NegotiationStarted,
    OfferDenied,
    OfferMade,
    ProofAsked,
    ProofMissed,
    ProofSubmitted,
    RoundEnded,
    RulingIssued,
)
from domain.dispute.state import (
    HANDLING,
    Appeal,
    Dispute,
    Proof,
    Round,
    Ruling,
)
from domain.dispute.values import SIDES, Shown
from domain.party import By
from domain.timer import TimerEvent, TimerExtended, evolve_timers

TIMER_EVENTS = get_args(TimerEvent)


def evolve(dispute: Dispute, event: DisputeEvent) -> Dispute:
    """Return the state after the event."""
    if isinstance(event, TIMER_EVENTS):
        told = dispute.moved
        if isinstance(event, TimerExtended):
            told = {**told, event.timer: event}
        timers = evolve_timers(dispute.timers, event)
        return replace(dispute, timers=timers, moved=told)
    return moved(handled(dispute, getattr(event, "by", None), event), event)


def handled(dispute: Dispute, by: By | None, event: DisputeEvent) -> Dispute:
    """Return it with whoever worked on it; handing it out is not working on it."""
    if by is None or by.role not in HANDLING or isinstance(event, HandlerAssigned):
        return dispute
    return replace(dispute, handlers=dispute.handlers | {by.name})


def moved(dispute: Dispute, event: DisputeEvent) -> Dispute:
    """Return the state after an event that is not a clock's."""
    match event:
        case DisputeOpened():
            return opened(dispute, event)
        case NegotiationStarted():
            return replace(dispute, status="negotiation")
        case OfferMade(offer=offer):
            return replace(dispute, offers=(*dispute.offers, offer))
        case OfferDenied(offer=number):
            return replace(dispute, denied=dispute.denied | {number})
        case DisputeSettled(offer=offer):
            return replace(dispute, status="settled", accepted=offer)
        case DisputeEscalated():
            return replace(dispute, status="platform_review")
        case HandlerAssigned():
            return assigned(dispute, event)
        case ProofAsked():
            return asked(dispute, event)
        case ProofSubmitted(files=files) | FaultContested(files=files):
            return shown(dispute, event, files)
        case ProofMissed(number=number, side=side, silence=silence):
            kept = dispute.silences if silence is None else (*dispute.silences, silence)
            rounds = tuple(
                replace(each, missed=each.missed | {side})
                if each.number == number
                else each
                for each in dispute.rounds
            )
            return replace(dispute, rounds=rounds, silences=kept)
        case RoundEnded():
            return ended(dispute)
        case RulingIssued():
            return ruled(dispute, event)
        case EnforcementStarted():
            appealed = dispute.status == "appeal_review"
            status = "appeal_review" if appealed else "enforcing"
            return replace(dispute, status=status, enforcement="started")
        case EnforcementCompleted():
            return replace(dispute, enforcement="completed")
        case AppealFiled(at=at, by=by, files=files):
            dispute = shown(dispute, event, files)
            return replace(dispute, status="appeal_review", appeal=Appeal(at=at, by=by))
        case AppealDecided():
            return decided(ended(dispute), event)
        case DisputeWithdrawn():
            return replace(dispute, status="withdrawn")
        case DisputeTerminated():
            return replace(dispute, status="terminated")
        case DisputeClosed():
            return replace(dispute, status="closed")
        case DisputeReopened():
            return reopened(dispute)
        case DisputeRated(score=score):
            return replace(dispute, score=score)
        case DisputeReported():
            return reported(dispute, event)
        case DisputeContradicted(code=code, about=about):
            known = dispute.contradictions | {(code, about)}
            return replace(dispute, contradictions=known)
        case DisputeDefaulted() | DisputeNoted():
            return dispute
        case _:
            raise AssertionError(f"a clock's event is no other: {event!r}")


def opened(dispute: Dispute, event: DisputeOpened) -> Dispute:
    """Return it as it begins; what came with it is the first proof."""
    dispute = replace(
        dispute,
        status="opened",
        opened=event,
        handlers=dispute.handlers | set(event.handlers),
    )
    return shown(dispute, event, event.evidence)


def assigned(dispute: Dispute, event: HandlerAssigned) -> Dispute:
    """Return it with somebody on a duty; who had it once has worked on it."""
    match event.duty:
        case "handler":
            had = {event.person} if event.person else set()
            return replace(
                dispute, handler=event.person, handlers=dispute.handlers | had
            )
        case "arbiter":
            return replace(dispute, arbiter=event.person)
        case "appeal_arbiter":
            return replace(dispute, appeal_arbiter=event.person)
        case _:
            assert_never(event.duty)


def asked(dispute: Dispute, event: ProofAsked) -> Dispute:
    """Return it with a new round; during an appeal it stays under appeal."""
    appeal = dispute.status == "appeal_review"
    begun = Round(
        number=event.number,
        at=event.at,
        of=event.of,
        shows=event.shows,
        appeal=appeal,
    )
    status = dispute.status if appeal else "evidence_round"
    return replace(dispute, status=status, rounds=(*dispute.rounds, begun))


def shown(
    dispute: Dispute,
    event: DisputeOpened | ProofSubmitted | FaultContested | AppealFiled,
    files: tuple[Shown, ...],
) -> Dispute:
    """Return it with what somebody showed, and who said it is not his fault."""
    if isinstance(event, FaultContested):
        contested = (*dispute.contested, event.by)
        dispute = replace(dispute, contested=contested)
    if not files:
        return dispute
    number = len(dispute.rounds)
    proof = Proof(at=event.at, by=event.by, round=number, files=files)
    dispute = replace(dispute, proofs=(*dispute.proofs, proof))
    side, current = SIDES.get(event.by.role), dispute.round
    if current is None or side not in current.of:
        return dispute
    answered = replace(current, answered=current.answered | {side})
    return replace(dispute, rounds=(*dispute.rounds[:-1], answered))


def ended(dispute: Dispute) -> Dispute:
    """Return it with its last round ended; it can be ruled, unless under appeal."""
    if dispute.rounds:
        last = replace(dispute.rounds[-1], ended=True)
        dispute = replace(dispute, rounds=(*dispute.rounds[:-1], last))
    appeal = dispute.status == "appeal_review"
    return dispute if appeal else replace(dispute, status="ruling_pending")


def ruled(dispute: Dispute, event: RulingIssued) -> Dispute:
    """Return it with a new ruling, which can be appealed and is to be carried out."""
    ruling = Ruling(
        number=event.number,
        at=event.at,
        by=event.by,
        result=event.result,
        findings=event.findings,
        liability=event.liability,
        awards=event.awards,
        basis=event.basis,
        silences=event.silences,
        return_first=event.return_first,
    )
    return replace(
        dispute,
        status="ruling_issued",
        rulings=(*dispute.rulings, ruling),
        ruled_by=dispute.ruled_by | {event.by.name},
        enforcement="none",
        appeal=None,
    )


def decided(dispute: Dispute, event: AppealDecided) -> Dispute:
    """Return it with the ruling upheld, or with another in its place."""
    assert dispute.appeal is not None, "only what was appealed is decided again"
    standing = dispute.ruling
    assert standing is not None, "only a ruling is appealed"
    appeal = replace(dispute.appeal, upheld=event.upheld, decided_by=event.by)
    dispute = replace(
        dispute, appeal=appeal, appeals_by=dispute.appeals_by | {event.by.name}
    )
    if event.upheld:
        return replace(dispute, status="ruling_upheld")
    ruling = replace(
        standing,
        at=event.at,
        by=event.by,
        result=event.result,
        findings=event.findings,
        liability=event.liability,
        awards=event.awards,
        basis=event.basis,
        return_first=event.return_first,
        changed=True,
        first_awards=standing.awards,
    )
    return replace(
        dispute,
        status="ruling_changed",
        rulings=(*dispute.rulings[:-1], ruling),
        enforcement="none",
    )


def reopened(dispute: Dispute) -> Dispute:
    """Return it under review again. What was ruled and shown stays known.

    A round that was open when it ended is over: nobody has a clock for it any more.
    """
    return replace(
        dispute,
        status="platform_review",
        rounds=tuple(replace(each, ended=True) for each in dispute.rounds),
        accepted=None,
        denied=dispute.denied | {offer.number for offer in dispute.offers},
        appeal=None,
    )


def reported(dispute: Dispute, event: DisputeReported) -> Dispute:
    """Return it with one more report. Of a dispute of another's the latest counts."""
    if event in dispute.reports:
        return dispute
    reports = tuple(sorted((*dispute.reports, event), key=lambda each: each.at))
    dispute = replace(dispute, reports=reports)
    if not dispute.mirrored:
        return dispute
    told = [each.status for each in reports if each.status is not None]
    return replace(dispute, status=told[-1] if told else "opened")
