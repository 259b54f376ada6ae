"""The public schema: which of our events others are told, as what, with which facts.

Not the internal event: fields are added here, never taken away; another meaning gets
another version of its type. docs/webhooks.md lists them.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from application.projections.back_office import CLOCKS_HIDDEN, unnamed
from application.projections.facts import facts_of
from domain import (
    after_sales,
    agent_promise,
    companionship,
    compensation,
    contact,
    dispute,
    order,
    resolution,
)
from domain import timer as clock
from domain.kernel import Event
from domain.shortfall import Shortfall


class Public(NamedTuple):
    """What an event is called outside, and which of its facts are told."""

    name: str
    facts: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type as CloudEvents has it, its version last."""
        return f"redress.{self.name}.v1"


PARCEL: Final = ("parcel",)
PROMISE: Final = ("promise", "due_at")
CLOCK: Final = ("timer", "step", "owes", "due_at", "on_breach", "policy", "reason")
AWARDED: Final = ("by", "number", "result", "awards", "total", "basis", "return_first")
REFUND: Final = ("refund", "route", "amount", "failure")
OFFER: Final = ("offer", "offer_type", "offered_by", "total")
FELL_SHORT: Final = ("code", "line", "since", "due", "parcel", "rule")
ASKED: Final = ("by", "case_type", "reason", "items", "total")
TOLD: Final = ("source", "number", "status", "outcome", "amount", "deadline")

PUBLIC: Final[Mapping[type[Event], Public]] = {
    # Orders
    order.OrderPlaced: Public(
        "order.placed", ("source", "number", "merchant", "channel", "lines", "total")
    ),
    order.PaymentCaptured: Public("order.paid", ("payment", "total")),
    order.AmountChanged: Public("order.amount_changed", ("payable",)),
    order.ShipDateAgreed: Public("order.ship_date_agreed", ("due_at", "reason")),
    order.ReceiptConfirmed: Public("order.receipt_confirmed"),
    order.OrderCompleted: Public("order.completed"),
    order.OrderCancelled: Public("order.cancelled", ("by", "reason")),
    # Parcels
    order.ParcelShipped: Public("parcel.shipped", (*PARCEL, "carrier", "waybill")),
    order.ParcelHandedOver: Public("parcel.handed_over", PARCEL),
    order.ParcelOutForDelivery: Public("parcel.out_for_delivery", PARCEL),
    order.ParcelDelivered: Public("parcel.delivered", PARCEL),
    order.ParcelSigned: Public("parcel.signed", (*PARCEL, "signed_by")),
    order.ParcelException: Public("parcel.exception", (*PARCEL, "exception")),
    order.ParcelIntercepted: Public("parcel.intercepted", PARCEL),
    order.InterceptFailed: Public("parcel.intercept_failed", PARCEL),
    order.ParcelReturning: Public("parcel.returning", PARCEL),
    order.ParcelReturned: Public("parcel.returned", PARCEL),
    order.ParcelLost: Public("parcel.lost", PARCEL),
    # Promises of an order, and of people to people
    order.PromiseMade: Public("promise.made", (*PROMISE, "kind", "source", "policy")),
    order.PromiseStarted: Public("promise.started", (*PROMISE, "policy")),
    order.PromiseRenegotiated: Public("promise.extended", (*PROMISE, "reason")),
    order.PromiseKept: Public("promise.kept", (*PROMISE, "ahead_seconds")),
    order.PromiseBreached: Public(
        "promise.broken", (*PROMISE, "first_due_at", "late_seconds")
    ),
    order.PromiseCleared: Public("promise.cleared", (*PROMISE, "ahead_seconds")),
    order.PromiseWaived: Public("promise.waived", ("promise", "reason")),
    order.PromiseVoided: Public("promise.voided", ("promise",)),
    order.PromiseReopened: Public("promise.reopened", ("promise",)),
    agent_promise.PromiseMade: Public(
        "agent_promise.made", ("by", "contact", "deed", "due_at", "policy")
    ),
    agent_promise.PromisePutOff: Public(
        "agent_promise.extended", ("by", "due_at", "reason")
    ),
    agent_promise.PromiseKept: Public("agent_promise.kept", ("by", "late_seconds")),
    agent_promise.PromiseBreached: Public(
        "agent_promise.broken", ("due_at", "first_due_at", "policy")
    ),
    # Clocks: nobody has to guess that a deadline moved
    clock.TimerStarted: Public("clock.started", (*CLOCK, "seconds", "closures")),
    clock.TimerPaused: Public("clock.paused", (*CLOCK, "seconds_left")),
    clock.TimerResumed: Public("clock.resumed", (*CLOCK, "closures")),
    clock.TimerExtended: Public(
        "clock.extended", (*CLOCK, "seconds", "by", "role", "closures")
    ),
    clock.TimerRestarted: Public("clock.restarted", (*CLOCK, "seconds", "closures")),
    clock.TimerMet: Public("clock.met", (*CLOCK, "seconds_left")),
    clock.TimerBreached: Public("clock.breached", CLOCK),
    clock.TimerCancelled: Public("clock.cancelled", CLOCK),
    # After-sales cases
    after_sales.CaseOpened: Public("case.opened", (*ASKED, "order", "merchant")),
    after_sales.RequestChanged: Public("case.changed", ASKED),
    after_sales.CaseWithdrawn: Public("case.withdrawn", ("by",)),
    after_sales.CaseApproved: Public("case.approved", ("by", "policy")),
    after_sales.CaseRejected: Public("case.rejected", ("by", "reason")),
    after_sales.CounterOffered: Public("case.countered", ASKED),
    after_sales.CounterAccepted: Public("case.counter_accepted", ASKED),
    after_sales.CounterDeclined: Public("case.counter_declined", ("by",)),
    after_sales.ReturnSent: Public("case.return_sent", ("by", "carrier", "waybill")),
    after_sales.ReturnReceived: Public("case.return_received", ("by", "quantity")),
    after_sales.ReturnJudged: Public(
        "case.return_judged", ("by", "acceptance", "reason", "policy")
    ),
    after_sales.ReplacementShipped: Public(
        "case.replacement_shipped", ("by", "carrier", "waybill", "contents")
    ),
    after_sales.ReplacementReceived: Public(
        "case.replacement_received", ("by", "policy")
    ),
    after_sales.RefundDue: Public(
        "case.refund_due", ("total", "because", "policy", "dispute")
    ),
    after_sales.RefundOrdered: Public("case.refund_ordered", REFUND),
    after_sales.RefundSucceeded: Public("case.refund_succeeded", REFUND),
    after_sales.RefundFailed: Public("case.refund_failed", REFUND),
    after_sales.CaseEscalated: Public("case.escalated", ("by", "dispute")),
    after_sales.InterventionEnded: Public("case.intervention_ended", ("by", "dispute")),
    after_sales.RulingExecuted: Public(
        "case.ruling_executed",
        ("by", "dispute", "case_type", "items", "total", "return_first"),
    ),
    after_sales.CaseFrozen: Public("case.frozen", ("by", "frozen", "reason")),
    after_sales.StepDefaulted: Public(
        "case.step_defaulted", ("timer", "does", "policy")
    ),
    after_sales.CaseMerged: Public("case.merged", ("by", "into")),
    after_sales.CaseReopened: Public(
        "case.reopened", ("by", "reason", "status", "dispute")
    ),
    after_sales.CaseSucceeded: Public("case.succeeded"),
    after_sales.CaseClosed: Public("case.closed", ("why", "policy")),
    after_sales.CaseReported: Public("case.reported", (*TOLD, "order", "case_type")),
    # Disputes
    dispute.DisputeOpened: Public(
        "dispute.opened", ("by", "order", "case", "issue", "claimed")
    ),
    dispute.NegotiationStarted: Public("dispute.negotiation_started"),
    dispute.OfferMade: Public("dispute.offer_made", OFFER),
    dispute.OfferDenied: Public("dispute.offer_denied", ("by", "offer")),
    dispute.DisputeSettled: Public("dispute.settled", ("by", *OFFER)),
    dispute.DisputeEscalated: Public("dispute.escalated", ("by", "policy")),
    dispute.RulingIssued: Public("dispute.ruling_issued", AWARDED),
    dispute.EnforcementStarted: Public("dispute.enforcement_started", ("by",)),
    dispute.EnforcementCompleted: Public("dispute.enforcement_completed", ("by",)),
    dispute.AppealFiled: Public("dispute.appeal_filed", ("by",)),
    dispute.AppealDecided: Public("dispute.appeal_decided", (*AWARDED, "upheld")),
    dispute.DisputeWithdrawn: Public("dispute.withdrawn", ("by",)),
    dispute.DisputeTerminated: Public("dispute.terminated", ("by", "authority")),
    dispute.DisputeClosed: Public("dispute.closed", ("by", "policy")),
    dispute.DisputeReopened: Public("dispute.reopened", ("by", "reason")),
    dispute.DisputeDefaulted: Public(
        "dispute.step_defaulted", ("timer", "does", "policy")
    ),
    dispute.DisputeReported: Public(
        "dispute.reported", (*TOLD, "order", "case", "issue")
    ),
    # Contacts
    contact.ContactOpened: Public("contact.opened", ("channel", "about", "order")),
    contact.ContactAnswered: Public("contact.answered", ("waited_seconds", "first")),
    contact.ContactClosed: Public("contact.closed", ("by", "outcome")),
    contact.ContactReopened: Public("contact.reopened", ("by", "reason")),
    # What fell short, and what is done about it before anybody complains
    companionship.CompanionshipStarted: Public(
        "companionship.started", ("order", "anchor", "anchored_at", "ends_at", "policy")
    ),
    companionship.CompanionshipProlonged: Public(
        "companionship.prolonged", ("ends_at", "reason", "policy")
    ),
    companionship.CompanionshipClosed: Public(
        "companionship.closed", ("outcome", "shortfalls", "made_good")
    ),
    companionship.ShortfallDetected: Public(
        "shortfall.detected", ("order", "resolution", *FELL_SHORT)
    ),
    companionship.ShortfallCleared: Public(
        "shortfall.cleared", ("shortfall", "cleared_by")
    ),
    resolution.ResolutionOpened: Public(
        "resolution.opened", ("order", "complained", "incident", *FELL_SHORT)
    ),
    resolution.PlansOffered: Public(
        "resolution.offered", ("plans", "reason", "expires_at", "on_silence", "policy")
    ),
    resolution.PlanAccepted: Public("resolution.accepted", ("by", "plan")),
    resolution.PlansDeclined: Public("resolution.declined", ("by", "reason")),
    resolution.PlansCountered: Public("resolution.countered", ("by", "wish")),
    resolution.OfferExpired: Public("resolution.expired", ("on_silence", "policy")),
    resolution.ExecutionStarted: Public("resolution.execution_started", ("plan",)),
    resolution.PlanExecuted: Public("resolution.executed", ("plan", "paid_fen")),
    resolution.ResolutionConfirmed: Public("resolution.confirmed", ("by", "score")),
    resolution.ResolutionReopened: Public("resolution.reopened", ("by", "reason")),
    resolution.ResolutionHandedOver: Public(
        "resolution.handed_to_dispute", ("dispute", "disputes")
    ),
    # What the rules pay beside refunds
    compensation.CompensationReserved: Public(
        "compensation.reserved",
        ("reservation", "matter", "order", "merchant", "total_fen", "policy"),
    ),
    compensation.CompensationPaid: Public(
        "compensation.paid", ("reservation", "total_fen")
    ),
    compensation.CompensationReleased: Public(
        "compensation.released", ("reservation", "reason", "total_fen")
    ),
}

# The test of an endpoint is no event of ours.
PING: Final = "redress.ping.v1"

TYPES: Final = tuple(sorted(each.type for each in PUBLIC.values()))


def type_of(event: Event) -> str | None:
    """Return what the event is called outside; None if nobody is told of it."""
    found = PUBLIC.get(type(event))
    step = getattr(event, "timer", "").partition("/")[0]
    return None if found is None or step in CLOCKS_HIDDEN else found.type


def told_of(event: Event) -> dict[str, Any]:
    """Return the facts that are told: ids, codes, numbers and times.

    Never words, and of the service's people only what they are.
    """
    facts = unnamed(facts_of(event))
    fell_short = getattr(event, "shortfall", None)
    if isinstance(fell_short, Shortfall):
        facts = facts | msgspec.to_builtins(fell_short)
    wanted = PUBLIC[type(event)].facts
    return {name: facts[name] for name in wanted if facts.get(name) is not None}
