"""What each request comes to, once the table of guards lets it through."""

from datetime import datetime
from typing import assert_never

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
from domain.after_sales.deeds import moved, refund_ordered
from domain.after_sales.events import (
    CaseApproved,
    CaseEvent,
    CaseOpened,
    CaseRejected,
    CaseWithdrawn,
    CounterAccepted,
    CounterDeclined,
    CounterOffered,
    RequestChanged,
)
from domain.after_sales.extending import clock_extended
from domain.after_sales.refusals import (
    EvidenceNeeded,
    NotNow,
)
from domain.after_sales.sensible import sensible
from domain.after_sales.service import served
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
from domain.after_sales.state import Case
from domain.after_sales.stepping_in import ended_or_not, stepped_in, worked
from domain.after_sales.steps import reported_in_time, row_of_request
from domain.after_sales.values import EVIDENCE_NEEDED
from domain.after_sales.window import in_window
from domain.party import SYSTEM
from domain.policy.book import Rulebook
from domain.timer import CheckClocks

CaseEvents = tuple[CaseEvent, ...]


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
        case MergeCase() | ReopenCase() | ReopenForDispute():
            return ended_or_not(case, command, at)
        case AssignCase() | AskForEvidence() | AddEvidence() | NoteCase() | RateCase():
            return worked(case, command, at)
        case (
            AppointInspection()
            | RecordInspection()
            | OpenTicket()
            | AnswerTicket()
            | ConfirmResolved()
            | TakeOverCase()
            | TellFallback()
        ):
            return served(case, command, at)
        case CheckClocks():
            return ()
    assert_never(command)


def asked(
    command: OpenCase | ChangeRequest | WithdrawCase,
    policy: Rulebook,
    at: datetime,
) -> CaseEvents:
    """Return what is asked for, changed, or let go."""
    match command:
        case OpenCase():
            in_window(command, at)
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
                signed_at=command.signed_at,
                ship_hours=command.ship_hours,
                in_window=reported_in_time(command, policy, at),
                fallback=command.fallback,
                resolution=command.resolution,
                plan=command.plan,
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
    """Return the agreement given beforehand: by a label before shipping (秒退).

    Or by the service, for a step of a resolution (主动介入, 争议总则 第64条).
    """
    if command.resolution is not None and command.by.role == "system":
        return (CaseApproved(at=at, by=command.by, policy=command.plan),)
    if not command.instant or command.type != "refund_unshipped":
        return ()
    row = row_of_request(command, policy, at)
    return (CaseApproved(at=at, by=SYSTEM, policy=row.ref if row else None),)


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
