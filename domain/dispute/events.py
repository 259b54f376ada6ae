"""What happened in a dispute.

A ruling, the refund, who is responsible and what it does to a score are four separate
events, in three streams (domain rules, section 8.6).
"""

from typing import Literal

from domain.dispute.commands import Awards, Files, Findings, Liabilities
from domain.dispute.values import (
    DisputeStatus,
    Exception_,
    Offer,
    OutsideOutcome,
    Result,
    Shown,
    Side,
    Silence,
)
from domain.kernel import (
    Code,
    ConsumerName,
    Event,
    Moment,
    Name,
    PolicyRef,
    Sealed,
)
from domain.money import Money
from domain.party import By
from domain.policy.rows import Issue, OnBreach, Where
from domain.timer import TimerEvent, TimerName


class DisputeOpened(Event, frozen=True, kw_only=True, tag="dispute.opened"):
    """Two sides do not agree, or the service saw that something is wrong."""

    at: Moment
    by: By
    order: Name
    case: Name | None = None
    consumer: ConsumerName
    merchant: Name | None = None
    creator: Name | None = None
    carrier: Name | None = None
    ordered_at: Moment | None = None
    issue: Issue
    claimed: Money | None = None
    paid: Money | None = None
    exception: Exception_ | None = None
    handlers: tuple[Name, ...] = ()
    words: Sealed | None = None
    evidence: tuple[Shown, ...] = ()
    where: Where = Where()


class NegotiationStarted(
    Event, frozen=True, kw_only=True, tag="dispute.negotiation_started"
):
    """The sides are to try among themselves first."""

    at: Moment


class OfferMade(Event, frozen=True, kw_only=True, tag="dispute.offer_made"):
    """Something is on the table."""

    at: Moment
    offer: Offer
    words: Sealed | None = None


class OfferDenied(Event, frozen=True, kw_only=True, tag="dispute.offer_denied"):
    """The other side left it."""

    at: Moment
    by: By
    offer: int
    words: Sealed | None = None


class DisputeSettled(Event, frozen=True, kw_only=True, tag="dispute.settled"):
    """The sides agreed: an offer was taken, or the merchant gave in."""

    at: Moment
    by: By
    offer: Offer


class DisputeEscalated(Event, frozen=True, kw_only=True, tag="dispute.escalated"):
    """The platform decides; ``policy`` names the row when a clock did it."""

    at: Moment
    by: By
    policy: PolicyRef | None = None


class HandlerAssigned(Event, frozen=True, kw_only=True, tag="dispute.assigned"):
    """Somebody has a duty in it; ``taken_from`` had it before."""

    at: Moment
    by: By
    duty: Literal["handler", "arbiter", "appeal_arbiter"]
    person: Name | None
    taken_from: Name | None = None


class ProofAsked(Event, frozen=True, kw_only=True, tag="dispute.proof_asked"):
    """Evidence round ``number`` began: who is to show what."""

    at: Moment
    by: By
    number: int
    of: tuple[Side, ...]
    shows: tuple[Code, ...] = ()
    words: Sealed | None = None


class ProofSubmitted(Event, frozen=True, kw_only=True, tag="dispute.proof_submitted"):
    """A party showed something."""

    at: Moment
    by: By
    files: Files
    words: Sealed | None = None


class ProofMissed(Event, frozen=True, kw_only=True, tag="dispute.proof_missed"):
    """A side was silent in its round: what the burden of proof makes of that.

    ``silence`` is None where no row says whose burden it is (举证默认24小时, 第8条).
    """

    at: Moment
    number: int
    side: Side
    silence: Silence | None = None
    policy: PolicyRef


class RoundEnded(Event, frozen=True, kw_only=True, tag="dispute.round_ended"):
    """Nothing more is awaited in this round; it can be ruled."""

    at: Moment
    number: int


class FaultContested(Event, frozen=True, kw_only=True, tag="dispute.fault_contested"):
    """A party says it is not its fault."""

    at: Moment
    by: By
    files: tuple[Shown, ...] = ()
    words: Sealed | None = None


class RulingIssued(Event, frozen=True, kw_only=True, tag="dispute.ruling_issued"):
    """It is ruled (裁决). What is found, whose share it is, and what is awarded.

    ``silences`` are the inputs the burden of proof gave.
    """

    at: Moment
    by: By
    number: int
    result: Result
    findings: Findings
    liability: Liabilities = ()
    awards: Awards = ()
    basis: tuple[PolicyRef, ...] = ()
    silences: tuple[Silence, ...] = ()
    return_first: bool = False
    words: Sealed | None = None


class EnforcementStarted(
    Event, frozen=True, kw_only=True, tag="dispute.enforcement_started"
):
    """What was ruled is being carried out."""

    at: Moment
    by: By


class EnforcementCompleted(
    Event, frozen=True, kw_only=True, tag="dispute.enforcement_completed"
):
    """What was ruled is done."""

    at: Moment
    by: By


class AppealFiled(Event, frozen=True, kw_only=True, tag="dispute.appeal_filed"):
    """A side asks for the ruling to be looked at again, with something new."""

    at: Moment
    by: By
    files: Files
    words: Sealed | None = None


class AppealDecided(Event, frozen=True, kw_only=True, tag="dispute.appeal_decided"):
    """The ruling stands, or another takes its place."""

    at: Moment
    by: By
    upheld: bool
    result: Result
    findings: Findings = ()
    liability: Liabilities = ()
    awards: Awards = ()
    basis: tuple[PolicyRef, ...] = ()
    return_first: bool = False
    words: Sealed | None = None


class DisputeWithdrawn(Event, frozen=True, kw_only=True, tag="dispute.withdrawn"):
    """Whoever opened it let it go."""

    at: Moment
    by: By


class DisputeTerminated(Event, frozen=True, kw_only=True, tag="dispute.terminated"):
    """A court or the police has it now."""

    at: Moment
    by: By
    authority: Literal["court", "police"]
    reference: Name


class DisputeClosed(Event, frozen=True, kw_only=True, tag="dispute.closed"):
    """There is nothing more to do. It can still be reopened."""

    at: Moment
    by: By
    policy: PolicyRef | None = None


class DisputeReopened(Event, frozen=True, kw_only=True, tag="dispute.reopened"):
    """It was taken up again."""

    at: Moment
    by: By
    reason: Code
    words: Sealed | None = None


class DisputeDefaulted(Event, frozen=True, kw_only=True, tag="dispute.defaulted"):
    """Nobody did the step in time, and the service does what the row says."""

    at: Moment
    timer: TimerName
    does: OnBreach
    policy: PolicyRef


class DisputeNoted(Event, frozen=True, kw_only=True, tag="dispute.noted"):
    """A note, for colleagues or for the parties."""

    at: Moment
    by: By
    words: Sealed
    shown: bool = False


class DisputeRated(Event, frozen=True, kw_only=True, tag="dispute.rated"):
    """How the consumer found it: 1 to 5."""

    at: Moment
    by: By
    score: int
    words: Sealed | None = None


class DisputeReported(Event, frozen=True, kw_only=True, tag="dispute.reported"):
    """Another system says where a dispute stands that it runs itself."""

    at: Moment
    order: Name
    case: Name | None = None
    consumer: ConsumerName
    source: Code
    number: Name
    status: DisputeStatus | None = None
    outcome: OutsideOutcome | None = None
    issue: Issue | None = None
    amount: Money | None = None
    deadline: Moment | None = None
    answers: Side | None = None
    word: Code
    stage: Code | None = None
    reason: Code | None = None
    merchant: Name | None = None


class DisputeContradicted(
    Event, frozen=True, kw_only=True, tag="dispute.contradiction_flagged"
):
    """What was reported cannot be so; kept as told, never adjusted."""

    at: Moment
    code: Code
    about: Name


DisputeEvent = (
    DisputeOpened
    | NegotiationStarted
    | OfferMade
    | OfferDenied
    | DisputeSettled
    | DisputeEscalated
    | HandlerAssigned
    | ProofAsked
    | ProofSubmitted
    | ProofMissed
    | RoundEnded
    | FaultContested
    | RulingIssued
    | EnforcementStarted
    | EnforcementCompleted
    | AppealFiled
    | AppealDecided
    | DisputeWithdrawn
    | DisputeTerminated
    | DisputeClosed
    | DisputeReopened
    | DisputeDefaulted
    | DisputeNoted
    | DisputeRated
    | DisputeReported
    | DisputeContradicted
    | TimerEvent
)
