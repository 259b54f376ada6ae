"""Which command an event answered: what was asked can be read off what happened.

So a decision is made again as it was made then: the same question, put to the same
past, under the rules that were published. Where several commands lead to one event,
each is tried.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, get_args

from msgspec.structs import fields, replace

from domain import (
    after_sales,
    agent_promise,
    companionship,
    consumer,
    contact,
    desk,
    dispute,
    evidence,
    incident,
    order,
    resolution,
    trust,
)
from domain import compensation as money
from domain import responsibility as account
from domain.compensation import CompensationReserved, DayOfCompensation
from domain.kernel import Command, Event
from domain.party import ActingRole, By
from domain.timer import CheckClocks, TimerBreached, TimerEvent, TimerExtended

TIMER_EVENTS: Final = get_args(TimerEvent)

# What each event answers. Its fields are those of the command, and what was decided.
ASKED: Final[Mapping[type[Event], tuple[type[Command], ...]]] = {
    after_sales.CaseOpened: (after_sales.OpenCase,),
    after_sales.RequestChanged: (after_sales.ChangeRequest,),
    after_sales.CaseWithdrawn: (after_sales.WithdrawCase,),
    after_sales.CaseApproved: (after_sales.ApproveCase,),
    after_sales.CaseRejected: (after_sales.RejectCase,),
    after_sales.CounterOffered: (after_sales.CounterOffer,),
    after_sales.CounterAccepted: (after_sales.AcceptCounter,),
    after_sales.CounterDeclined: (after_sales.DeclineCounter,),
    after_sales.ReturnSent: (after_sales.SubmitReturnWaybill,),
    after_sales.ParcelScanned: (after_sales.RecordParcelScan,),
    after_sales.ReturnReceived: (after_sales.ConfirmReturnReceived,),
    after_sales.ReturnJudged: (after_sales.JudgeReturn,),
    after_sales.ReceptionRecorded: (after_sales.RecordReception,),
    after_sales.ReplacementShipped: (after_sales.ShipReplacement,),
    after_sales.ReplacementReceived: (after_sales.ConfirmReplacement,),
    after_sales.RefundOrdered: (after_sales.OrderRefund,),
    after_sales.RefundSucceeded: (after_sales.RecordRefundResult,),
    after_sales.RefundFailed: (after_sales.RecordRefundResult,),
    after_sales.RefundRecovered: (after_sales.RecordRecovery,),
    after_sales.CaseEscalated: (after_sales.EscalateCase,),
    after_sales.InterventionEnded: (after_sales.EndIntervention,),
    after_sales.RulingExecuted: (after_sales.ExecuteRuling,),
    after_sales.CaseFrozen: (after_sales.FreezeCase,),
    after_sales.CaseAssigned: (after_sales.AssignCase,),
    after_sales.EvidenceAsked: (after_sales.AskForEvidence,),
    after_sales.EvidenceAdded: (after_sales.AddEvidence,),
    after_sales.CaseNoted: (after_sales.NoteCase,),
    after_sales.CaseMerged: (after_sales.MergeCase,),
    after_sales.CaseReopened: (
        after_sales.ReopenCase,
        after_sales.ReopenForDispute,
    ),
    after_sales.CaseRated: (after_sales.RateCase,),
    after_sales.CaseReported: (after_sales.ReportCase,),
    after_sales.InspectionAppointed: (after_sales.AppointInspection,),
    after_sales.InspectionRecorded: (after_sales.RecordInspection,),
    after_sales.TicketOpened: (after_sales.OpenTicket,),
    after_sales.TicketAnswered: (after_sales.AnswerTicket,),
    after_sales.ResolutionConfirmed: (after_sales.ConfirmResolved,),
    after_sales.CaseTakenOver: (after_sales.TakeOverCase,),
    after_sales.FallbackTold: (after_sales.TellFallback,),
    dispute.DisputeOpened: (dispute.OpenDispute,),
    dispute.OfferMade: (dispute.MakeOffer,),
    dispute.OfferDenied: (dispute.DenyOffer,),
    dispute.DisputeSettled: (dispute.AcceptOffer, dispute.AcceptLiability),
    dispute.DisputeEscalated: (dispute.EscalateDispute,),
    dispute.HandlerAssigned: (dispute.AssignHandler,),
    dispute.ProofAsked: (dispute.AskForProof,),
    dispute.ProofSubmitted: (dispute.SubmitProof,),
    dispute.RoundEnded: (dispute.EndRound,),
    dispute.FaultContested: (dispute.ContestFault,),
    dispute.RulingIssued: (dispute.IssueRuling,),
    dispute.EnforcementStarted: (dispute.EnforceRuling,),
    dispute.EnforcementCompleted: (dispute.CompleteEnforcement,),
    dispute.AppealFiled: (dispute.FileAppeal,),
    dispute.AppealDecided: (dispute.DecideAppeal,),
    dispute.DisputeWithdrawn: (dispute.WithdrawDispute,),
    dispute.DisputeTerminated: (dispute.TerminateDispute,),
    dispute.DisputeClosed: (dispute.CloseDispute,),
    dispute.DisputeReopened: (dispute.ReopenDispute,),
    dispute.DisputeNoted: (dispute.NoteDispute,),
    dispute.DisputeRated: (dispute.RateDispute,),
    dispute.DisputeReported: (dispute.ReportDispute,),
    contact.ContactOpened: (contact.OpenContact,),
    contact.WordsExchanged: (contact.Write, contact.RecordWords),
    contact.ContactAssigned: (contact.AssignContact,),
    contact.ContactHandedOver: (contact.HandOverContact,),
    contact.ContactLinked: (contact.LinkContact,),
    contact.ContactClosed: (contact.CloseContact,),
    contact.ContactReopened: (contact.ReopenContact,),
    contact.ContactRated: (contact.RateContact,),
    contact.ContactReported: (contact.ReportContact,),
    agent_promise.PromiseMade: (agent_promise.MakePromise,),
    agent_promise.PromisePutOff: (agent_promise.ExtendPromise,),
    agent_promise.PromiseKept: (agent_promise.KeepPromise,),
    account.AttributionOpened: (account.OpenAttribution,),
    account.ResponsibilityAttributed: (account.AttributeResponsibility,),
    account.AttributionContested: (account.ContestAttribution,),
    account.AttributionFinalised: (account.FinaliseAttribution,),
    account.EntryPosted: (account.PostEntry,),
    account.RecourseClaimed: (account.ClaimRecourse,),
    account.RecourseAcknowledged: (account.AcknowledgeRecourse,),
    account.RecourseDisputed: (account.DisputeRecourse,),
    account.RecoursePaid: (account.RecordRecoursePaid,),
    account.RecourseWrittenOff: (account.WriteOffRecourse,),
    account.ScoreEffectRecorded: (account.RecordScoreEffect,),
    money.CompensationReserved: (money.ReserveCompensation,),
    money.GoodwillReserved: (money.ReserveGoodwill,),
    money.CompensationPaid: (money.CommitCompensation,),
    money.CompensationReleased: (money.ReleaseCompensation,),
    resolution.ResolutionOpened: (resolution.OpenResolution,),
    resolution.ShortfallAttached: (resolution.AttachShortfall,),
    resolution.ShortfallHealed: (resolution.HealShortfall,),
    resolution.ResolutionTriaged: (resolution.TriageResolution,),
    resolution.ResolutionDismissed: (resolution.DismissResolution,),
    resolution.PlansProposed: (resolution.ProposePlans,),
    resolution.PlanApproved: (resolution.ApprovePlan,),
    resolution.PlansRejected: (resolution.RejectPlans,),
    resolution.PlansOffered: (resolution.OfferPlans,),
    resolution.PlanAccepted: (resolution.AcceptPlan,),
    resolution.PlansDeclined: (resolution.DeclinePlans,),
    resolution.PlansCountered: (resolution.CounterPlans,),
    resolution.ExecutionStarted: (resolution.ExecutePlan,),
    resolution.StepStarted: (resolution.StartStep,),
    resolution.StepSucceeded: (resolution.RecordStepResult,),
    resolution.StepFailed: (resolution.RecordStepResult,),
    resolution.StepCompensated: (resolution.CompensateStep,),
    resolution.StepSettled: (resolution.SettleStep,),
    resolution.ResolutionConfirmed: (resolution.ConfirmMadeGood,),
    resolution.ResolutionReopened: (resolution.ReopenResolution,),
    resolution.ResolutionHandedOver: (resolution.HandToDispute,),
    resolution.OutcomeMeasured: (resolution.MeasureOutcome,),
    evidence.EvidenceUploaded: (evidence.AddEvidence,),
    evidence.EvidenceCleared: (evidence.ClearEvidence,),
    evidence.EvidenceBlocked: (evidence.BlockEvidence,),
    consumer.ConsumersLinked: (consumer.LinkConsumer,),
    consumer.ConsumersUnlinked: (consumer.UnlinkConsumer,),
    consumer.ConsumerFlagged: (consumer.FlagConsumer,),
    consumer.ConsumerFlagContested: (consumer.ContestFlag,),
    consumer.ConsumerFlagLifted: (consumer.LiftFlag,),
    desk.ViewKept: (desk.KeepView,),
    desk.ViewDropped: (desk.DropView,),
    desk.MacroKept: (desk.KeepMacro,),
    desk.MacroDropped: (desk.DropMacro,),
    incident.IncidentDeclared: (incident.DeclareIncident,),
    incident.ScopeRevised: (incident.ReviseSelector,),
    incident.ScopeFrozen: (incident.FreezeScope,),
    incident.OrdersIncluded: (incident.IncludeOrders,),
    incident.OrdersExcluded: (incident.ExcludeOrders,),
    incident.ImpactEstimated: (incident.RecordEstimate,),
    incident.PlanDrafted: (incident.DraftPlan,),
    incident.BudgetApproved: (incident.ApproveBudget,),
    incident.PilotStarted: (incident.StartPilot,),
    incident.RolloutExpanded: (incident.ExpandRollout,),
    incident.IncidentPaused: (incident.PauseIncident,),
    incident.IncidentResumed: (incident.ResumeIncident,),
    incident.RollbackOrdered: (incident.RollBackUnexecuted,),
    incident.IncidentWithdrawn: (incident.WithdrawIncident,),
    incident.BudgetReserved: (incident.ReserveBudget,),
    incident.BudgetSettled: (incident.SettleBudget,),
    incident.BudgetSpent: (incident.RecordSpent,),
    incident.ExemptionSet: (incident.SetExemption,),
    incident.NoticePublished: (incident.PublishNotice,),
    incident.IncidentCompleted: (incident.CompleteIncident,),
    incident.IncidentReviewed: (incident.ReviewIncident,),
    companionship.CompanionshipStarted: (companionship.StartCompanionship,),
    companionship.CheckInReached: (companionship.ReachCheckIn,),
    companionship.MatterNoted: (companionship.NoteMatter,),
    companionship.CompanionshipRated: (companionship.RateCompanionship,),
    companionship.CompanionshipClosed: (companionship.CloseCompanionship,),
    companionship.ShortfallDetected: (companionship.DetectShortfall,),
    companionship.ShortfallCleared: (companionship.ClearShortfall,),
    companionship.ShortfallContested: (companionship.ContestShortfall,),
    trust.PointContested: (trust.ContestPoint,),
    trust.ContestAnswered: (trust.AnswerContest,),
    order.ReceiptConfirmed: (order.ConfirmReceipt,),
    order.OrderCancelled: (order.RecordCancellation, order.CancelOrder),
    order.OrderCompleted: (order.RecordCompletion, order.CompleteOrder),
    order.AddressChanged: (order.RecordAddressChange, order.ChangeAddress),
    order.PromiseWaived: (order.WaivePromise,),
    order.TimeGiven: (order.GiveTime,),
    order.ShipDateAgreed: (order.RecordShipDate, order.RenegotiateShipDate),
    order.InterceptRequested: (order.RequestIntercept,),
    order.ReturnToSenderRequested: (order.ReturnToSender,),
    order.ClaimOpened: (order.OpenClaim,),
    order.ClaimChanged: (order.ChangeClaim,),
    order.ClaimSettled: (order.SettleClaim,),
    order.OrderPlaced: (order.PlaceOrder,),
    order.OrderIdentified: (order.IdentifyOrder,),
    order.PaymentCaptured: (order.CapturePayment,),
    order.AmountChanged: (order.ChangeAmount,),
    order.StockConfirmed: (order.ConfirmStock,),
    order.ParcelShipped: (order.ShipParcel,),
    order.ScanRecorded: (order.RecordScan,),
    order.ParcelHandedOver: (order.RecordHandOver,),
    order.ParcelOutForDelivery: (order.RecordOutForDelivery,),
    order.ParcelDelivered: (order.RecordDelivery,),
    order.ParcelSigned: (order.RecordSigning,),
    order.ParcelException: (order.RecordException,),
    order.ParcelIntercepted: (order.RecordIntercept,),
    order.InterceptFailed: (order.RecordIntercept,),
    order.ParcelReturning: (order.RecordReturning,),
    order.ParcelReturned: (order.RecordReturned,),
    order.ParcelLost: (order.RecordLoss,),
    order.ReviewRecorded: (order.RecordReview,),
    order.NoteRecorded: (order.RecordNote,),
    order.AppointmentMade: (order.RecordAppointment,),
    order.RefundReported: (order.RecordRefund,),
}

# What no command leads to by itself: what is concluded, and what clocks do.
FOLLOWS: Final[frozenset[type[Event]]] = frozenset(
    {
        order.FundsReleased,
        order.FundsHeldAgain,
        order.ContradictionFlagged,
        order.ContradictionResolved,
        order.PromiseMade,
        order.PromiseStarted,
        order.PromiseRenegotiated,
        order.PromiseKept,
        order.PromiseBreached,
        order.PromiseCleared,
        order.PromiseVoided,
        order.PromiseReopened,
        contact.ContactAnswered,
        contact.ContactDefaulted,
        after_sales.RefundDue,
        after_sales.StepDefaulted,
        after_sales.CaseSucceeded,
        after_sales.CaseClosed,
        after_sales.CaseContradicted,
        dispute.NegotiationStarted,
        dispute.ProofMissed,
        dispute.DisputeDefaulted,
        dispute.DisputeContradicted,
        agent_promise.PromiseBreached,
        companionship.CompanionshipProlonged,
        resolution.ResolutionSelfHealed,
        resolution.PlansSuperseded,
        resolution.ApprovalAsked,
        resolution.OfferExpired,
        resolution.StepNeedsHuman,
        resolution.PlanExecuted,
        *TIMER_EVENTS,
    }
)

# Whose clocks somebody may put off, and the command for it.
EXTENDING: Final[Mapping[str, type[Command]]] = {
    "after_sales": after_sales.ExtendClock,
    "dispute": dispute.ExtendDisputeClock,
}
HOUR_S: Final = 3600


def asked(
    kind: str, state: Any, story: Sequence[Event], actor: str
) -> Iterator[Command]:
    """Yield what may have been asked of ``state``, given what then happened.

    ``actor`` is who the log says asked, for events that do not say it themselves.
    """
    if any(isinstance(each, TimerBreached) for each in story):
        yield CheckClocks()
    yield from put_off(kind, story, actor)
    for event in story:
        if type(event) not in ASKED:
            continue
        for command in ASKED[type(event)]:
            yield from filled(command, event, state, story, actor)
        return
    if kind == "order":
        yield order.CheckPromises()
    elif any(isinstance(each, TIMER_EVENTS) for each in story):
        yield CheckClocks()


def put_off(kind: str, story: Sequence[Event], actor: str) -> Iterator[Command]:
    """Yield that somebody gave a clock more time, where that is all that happened."""
    first = story[0]
    if kind not in EXTENDING or not isinstance(first, TimerExtended):
        return
    told = {
        "timer": first.timer,
        "hours": first.seconds // HOUR_S,
        "reason": first.reason,
    }
    for by in people(first.by, actor):
        yield EXTENDING[kind](by=by, **told)


def people(name: str, actor: str) -> Iterator[By]:
    """Yield as what somebody of a name may have acted, as the log calls them first."""
    role = actor.partition(":")[0]
    known = get_args(ActingRole)
    roles = (role, *known) if role in known else known
    yield from (By(role=each, name=name) for each in dict.fromkeys(roles))


def filled(
    command: type[Command],
    event: Event,
    state: Any,
    story: Sequence[Event],
    actor: str,
) -> Iterator[Command]:
    """Yield the command with the event's own fields, however it may have been said."""
    told = {
        each.name: getattr(event, each.name)
        for each in fields(command)
        if hasattr(event, each.name)
    }
    needs_by = any(each.name == "by" for each in fields(command)) and "by" not in told
    name = actor.partition(":")[2] or actor
    for by in people(name, actor) if needs_by else (None,):
        said = told if by is None else {**told, "by": by}
        for more in MORE.get(command, only)(event, state, story):
            yield command(**{**said, **more})


# -- What an event does not say in so many words --

Said = Iterator[dict[str, Any]]


def only(_event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield nothing more: the event says it all."""
    yield {}


def at_once(_event: Any, _state: Any, story: Sequence[Event]) -> Said:
    """Yield whether the order's labels let the refund through at once (秒退)."""
    agreed = any(isinstance(each, after_sales.CaseApproved) for each in story)
    yield {"instant": agreed}


def same_matter(_event: Any, state: Any, _story: Sequence[Event]) -> Said:
    """Yield the order and the consumer, which are those of the case itself."""
    yield {"order": state.order, "consumer": state.consumer}


def result_told(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield what the gateway said of a refund."""
    yield {"succeeded": isinstance(event, after_sales.RefundSucceeded)}


def intercepted(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield whether the carrier stopped the parcel."""
    yield {"succeeded": isinstance(event, order.ParcelIntercepted)}


def negotiated(_event: Any, _state: Any, story: Sequence[Event]) -> Said:
    """Yield whether the sides were to try among themselves first."""
    tried = any(isinstance(each, dispute.NegotiationStarted) for each in story)
    yield {"negotiate": tried}


def offer_made(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield who put what on the table."""
    offer = event.offer
    yield {"by": offer.by, "type": offer.type, "amount": offer.amount}


def offer_taken(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield which offer was taken."""
    yield {"offer": event.offer.number}


def result_or_none(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield the result with what was found again, or what stood, without it."""
    yield {}
    if event.upheld:
        yield {"result": None}
        same = ("findings", "liability", "awards", "basis")
        yield {"result": None, **dict.fromkeys(same, ())}


def first_words(_event: Any, _state: Any, story: Sequence[Event]) -> Said:
    """Yield what was said when a contact began."""
    for each in story:
        if isinstance(each, contact.WordsExchanged):
            yield {"message": each.message, "words": each.words, "files": each.files}
            return
    yield {}


def with_channel(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield nothing more for words; without any, nobody wrote."""
    if event.words is not None:
        yield {}


def without_what_was_taken(
    event: CompensationReserved, state: DayOfCompensation, _story: Sequence[Event]
) -> Said:
    """Yield the facts as they were stated, without what the day itself had taken."""
    taken = len(state.taken())
    earlier = event.facts.earlier
    stated = earlier[: len(earlier) - taken]
    yield {"facts": replace(event.facts, earlier=stated)}


def unsigned(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield the plans as they were proposed, without their hashes."""
    plans = tuple(each.plan for each in event.plans)
    yield {"minimum": event.minimum.plan, "plans": plans}


def preview_seen(event: Any, state: Any, _story: Sequence[Event]) -> Said:
    """Yield the hash under which what was offered had been approved."""
    for name in event.plans[:1]:
        approval = state.approvals.get(name)
        yield {"hash": approval.hash if approval else ""}


def step_ended(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield whether a step is done."""
    yield {"succeeded": isinstance(event, resolution.StepSucceeded)}


def called_off(event: Any, _state: Any, _story: Sequence[Event]) -> Said:
    """Yield whether the days ended because the order came to nothing."""
    yield {"cancelled": event.outcome == "cancelled"}


MORE: Final[Mapping[type[Command], Callable[[Any, Any, Sequence[Event]], Said]]] = {
    after_sales.OpenCase: at_once,
    after_sales.RecordRefundResult: result_told,
    after_sales.TakeOverCase: same_matter,
    order.RecordIntercept: intercepted,
    companionship.CloseCompanionship: called_off,
    resolution.ProposePlans: unsigned,
    resolution.OfferPlans: preview_seen,
    resolution.RecordStepResult: step_ended,
    dispute.OpenDispute: negotiated,
    dispute.MakeOffer: offer_made,
    dispute.AcceptOffer: offer_taken,
    dispute.DecideAppeal: result_or_none,
    contact.OpenContact: first_words,
    contact.Write: with_channel,
    money.ReserveCompensation: without_what_was_taken,
}
