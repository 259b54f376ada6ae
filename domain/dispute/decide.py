"""What a dispute answers: the table says who may, the rest is one line each."""

from datetime import UTC, datetime
from typing import assert_never

from msgspec.structs import replace

from domain.dispute.clocks import Events, checked, round_ended
from domain.dispute.commands import (
    AcceptLiability,
    AcceptOffer,
    AskForProof,
    AssignHandler,
    CloseDispute,
    CompleteEnforcement,
    ContestFault,
    DecideAppeal,
    DenyOffer,
    DisputeCommand,
    DisputeRequest,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    ExtendDisputeClock,
    FileAppeal,
    IssueRuling,
    MakeOffer,
    NoteDispute,
    OpenDispute,
    RateDispute,
    ReopenDispute,
    ReportDispute,
    SubmitProof,
    TerminateDispute,
    WithdrawDispute,
)
from domain.dispute.conditions import Asking
from domain.dispute.ending import (
    assigned,
    closed,
    escalated,
    given_in,
    noted,
    put_off,
    rated,
    reopened,
    terminated,
    withdrawn,
)
from domain.dispute.events import DisputeEvent
from domain.dispute.evolve import evolve
from domain.dispute.guards import RULED, permit
from domain.dispute.negotiation import accepted, denied, offered, opened
from domain.dispute.proof import asked, contested, submitted
from domain.dispute.refusals import AlreadyDisputed
from domain.dispute.reports import reported
from domain.dispute.ruling import (
    appeal_decided,
    appealed,
    completed,
    enforced,
    issued,
)
from domain.dispute.state import Dispute
from domain.kernel import Decider
from domain.policy.book import Rulebook
from domain.timer import CheckClocks


def decide(
    dispute: Dispute, command: DisputeCommand, policy: Rulebook, at: datetime
) -> Events:
    """Return what happens; raises a Refused of refusals.py, and NoSuchRule.

    A report is never refused. What is so already returns ``()``.
    """
    at = at.astimezone(UTC)
    dispute = with_handlers(dispute, command)
    match command:
        case ReportDispute():
            return reported(dispute, command, policy, at)
        case CheckClocks():
            return checked(dispute, policy, at)
        case OpenDispute() if dispute.opened is not None:
            return opened_again(dispute, command)
        case _ if so_already(dispute, command):
            return ()
        case _:
            permit(type(command), Asking(dispute, command.by, at, policy))
            return requested(dispute, command, policy, at)


def requested(
    dispute: Dispute, command: DisputeRequest, policy: Rulebook, at: datetime
) -> Events:
    """Return what is granted, now that whoever asks may."""
    match command:
        case OpenDispute():
            return opened(dispute, command, policy, at)
        case MakeOffer():
            return offered(dispute, command, policy, at)
        case AcceptOffer():
            return accepted(dispute, command, at)
        case DenyOffer():
            return denied(dispute, command, at)
        case AcceptLiability():
            return given_in(dispute, command, at)
        case EscalateDispute():
            return escalated(dispute, command, policy, at)
        case AssignHandler():
            return assigned(dispute, command, at)
        case AskForProof():
            return asked(dispute, command, policy, at)
        case SubmitProof():
            return submitted(dispute, command, policy, at)
        case EndRound():
            return round_ended(dispute, policy, at)
        case ContestFault():
            return contested(dispute, command, policy, at)
        case IssueRuling():
            return issued(dispute, command, policy, at)
        case EnforceRuling():
            return enforced(dispute, command, at)
        case CompleteEnforcement():
            return completed(dispute, command, at)
        case FileAppeal():
            return appealed(dispute, command, policy, at)
        case DecideAppeal():
            return appeal_decided(dispute, command, policy, at)
        case WithdrawDispute():
            return withdrawn(dispute, command, at)
        case TerminateDispute():
            return terminated(dispute, command, at)
        case CloseDispute():
            return closed(dispute, command, at)
        case ReopenDispute():
            return reopened(dispute, command, policy, at)
        case ExtendDisputeClock():
            return put_off(dispute, command, policy, at)
        case NoteDispute():
            return noted(command, at)
        case RateDispute():
            return rated(dispute, command, at)
        case CheckClocks():
            return checked(dispute, policy, at)
    assert_never(command)


def with_handlers(dispute: Dispute, command: DisputeCommand) -> Dispute:
    """Return it with those who worked on its case since it was opened (four eyes)."""
    match command:
        case (
            AssignHandler(handlers=names)
            | IssueRuling(handlers=names)
            | DecideAppeal(handlers=names)
        ):
            return replace(dispute, handlers=dispute.handlers | set(names))
        case _:
            return dispute


def opened_again(dispute: Dispute, command: OpenDispute) -> Events:
    """Return nothing for the same opening again; raises AlreadyDisputed."""
    opened_ = dispute.opened
    assert opened_ is not None, "asked of a dispute that was opened"
    same = (opened_.by, opened_.order, opened_.case, opened_.issue, opened_.claimed)
    again = (command.by, command.order, command.case, command.issue, command.claimed)
    if same != again:
        raise AlreadyDisputed(status=dispute.status)
    return ()


def so_already(dispute: Dispute, command: DisputeRequest) -> bool:
    """Whether what is asked for is so: asking for it twice is asking for it once."""
    match command:
        case WithdrawDispute():
            return dispute.status == "withdrawn"
        case TerminateDispute():
            return dispute.status == "terminated"
        case CloseDispute():
            return dispute.status == "closed"
        case EnforceRuling():
            return dispute.enforcement != "none" and dispute.status in RULED
        case CompleteEnforcement():
            return dispute.enforcement == "completed"
        case EscalateDispute():
            return dispute.status == "platform_review"
        case AcceptOffer(offer=number):
            taken = dispute.accepted
            return taken is not None and taken.number == number
        case _:
            return False


DISPUTE: Decider[Dispute, DisputeCommand, DisputeEvent, Rulebook] = Decider(
    initial=Dispute(), decide=decide, evolve=evolve
)
