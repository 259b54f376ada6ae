"""What the service does in and about a case, once the guards let it."""

from datetime import datetime
from typing import Final, assert_never

from domain.after_sales.commands import (
    AddEvidence,
    AskForEvidence,
    AssignCase,
    EndIntervention,
    EscalateCase,
    ExecuteRuling,
    FreezeCase,
    MergeCase,
    NoteCase,
    RateCase,
    ReopenCase,
)
from domain.after_sales.events import (
    CaseAssigned,
    CaseEscalated,
    CaseEvent,
    CaseFrozen,
    CaseMerged,
    CaseNoted,
    CaseRated,
    CaseReopened,
    EvidenceAdded,
    EvidenceAsked,
    InterventionEnded,
    RulingExecuted,
)
from domain.after_sales.refusals import (
    HandledTheCase,
    NoteNotShown,
    NotItsDispute,
)
from domain.after_sales.sensible import sensible
from domain.after_sales.service_commands import ReopenForDispute
from domain.after_sales.state import OPEN, Case
from domain.after_sales.values import CaseStatus, EvidenceItem
from domain.party import SYSTEM

CaseEvents = tuple[CaseEvent, ...]

PARTIES: Final = frozenset(
    {"consumer", "merchant", "creator", "carrier", "service_provider", "insurer"}
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
                raise NotItsDispute(dispute=dispute, open=case.dispute)
            return (InterventionEnded(at=at, by=by, dispute=dispute),)
        case ExecuteRuling(by=by, dispute=dispute):
            # The service composes it with the dispute itself; anybody else names one.
            if case.dispute != dispute and (by != SYSTEM or case.dispute is not None):
                raise NotItsDispute(dispute=dispute, open=case.dispute)
            if by.name in case.handlers:
                raise HandledTheCase(name=by.name)
            if command.items or command.freight is not None:
                sensible(command.items, command.freight)
            return (
                RulingExecuted(
                    at=at,
                    by=by,
                    dispute=dispute,
                    type=command.type,
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
    case: Case, command: MergeCase | ReopenCase | ReopenForDispute, at: datetime
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
        case ReopenForDispute(by=by, reason=reason, dispute=dispute):
            if case.ended_why == "ruled_against" and dispute != case.ruled:
                raise NotItsDispute(dispute=dispute, ruled=case.ruled)
            status = against_a_ruling(case) or goes_on_in(case)
            return (
                CaseReopened(
                    at=at, by=by, reason=reason, status=status, dispute=dispute
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


def against_a_ruling(case: Case) -> CaseStatus | None:
    """Return the state a case goes on in that was ruled against, as if refused.

    There silence closes it: nobody's silence agrees to what was ruled out.
    """
    if case.ended_why != "ruled_against":
        return None
    refused_goods = case.arrived and case.acceptance != "accepted"
    return "rejected_after_receipt" if refused_goods else "rejected_awaiting_consumer"


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
