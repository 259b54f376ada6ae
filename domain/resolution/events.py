"""What happened in a proactive resolution."""

from typing import Annotated

from msgspec import Meta

from domain.kernel import (
    Code,
    ConsumerName,
    Event,
    LongName,
    Moment,
    Name,
    PolicyRef,
    Sealed,
)
from domain.money import Money
from domain.party import By
from domain.plan import (
    BearerCost,
    Block,
    Experiment,
    OnSilence,
    PlanHash,
    PlanName,
    Proposed,
    StepKey,
)
from domain.plan import PlanStep as Step
from domain.policy.row import Fen
from domain.resolution.values import DismissReason
from domain.shortfall import ClearedBy, SeverityOf, Shortfall
from domain.timer import TimerEvent


class ResolutionOpened(Event, frozen=True, kw_only=True, tag="resolution.opened"):
    """Something fell short, and we saw to it first; unless ``complained``."""

    at: Moment
    by: By
    order: Name
    consumer: ConsumerName
    merchant: Name | None = None
    creator: Name | None = None
    carrier: Code | None = None
    ordered_at: Moment | None = None
    number: int
    shortfall: Shortfall
    complained: bool = False
    incident: Name | None = None


class ShortfallAttached(
    Event, frozen=True, kw_only=True, tag="resolution.shortfall_attached"
):
    """Another shortfall of the order came to it."""

    at: Moment
    by: By
    shortfall: Shortfall


class ShortfallHealed(
    Event, frozen=True, kw_only=True, tag="resolution.shortfall_healed"
):
    """One of its shortfalls cleared."""

    at: Moment
    by: By
    shortfall: LongName
    cleared_by: ClearedBy


class ResolutionTriaged(Event, frozen=True, kw_only=True, tag="resolution.triaged"):
    """How grave it is, by which inputs; and whether goodwill is blocked."""

    at: Moment
    by: By
    severity: SeverityOf
    block: Block | None = None


class ResolutionDismissed(Event, frozen=True, kw_only=True, tag="resolution.dismissed"):
    """It was let be."""

    at: Moment
    by: By
    reason: DismissReason
    words: Sealed | None = None


class ResolutionSelfHealed(
    Event, frozen=True, kw_only=True, tag="resolution.self_healed"
):
    """All that fell short healed before anything was done."""

    at: Moment


class PlansProposed(Event, frozen=True, kw_only=True, tag="resolution.proposed"):
    """Up to three plans stand to be approved; ``minimum`` is owed anyway.

    ``round`` counts the proposals. Each plan carries the hash of its preview.
    ``before_fen`` is what the same one had carried out within a day in the order's
    other resolutions, in fen: parts of one amount count together.
    """

    at: Moment
    by: By
    round: int
    minimum: Proposed
    plans: tuple[Proposed, ...]
    rests_on: LongName
    experiment: Experiment | None = None
    before_fen: Fen = 0


class PlansSuperseded(Event, frozen=True, kw_only=True, tag="resolution.superseded"):
    """The facts changed, so what was proposed stands no more."""

    at: Moment
    round: int
    reason: Code


class ApprovalAsked(Event, frozen=True, kw_only=True, tag="resolution.approval_asked"):
    """The amount is beyond what goes by itself: somebody of ``role`` has to approve."""

    at: Moment
    plan: PlanName
    hash: PlanHash
    amount_fen: int
    role: Code
    policy: PolicyRef


class PlanApproved(Event, frozen=True, kw_only=True, tag="resolution.approved"):
    """A plan may be offered and carried out, exactly as previewed."""

    at: Moment
    by: By
    plan: PlanName
    hash: PlanHash
    amount_fen: int
    policy: PolicyRef


class PlansRejected(Event, frozen=True, kw_only=True, tag="resolution.rejected"):
    """The proposal was sent back."""

    at: Moment
    by: By
    round: int
    reason: Code
    words: Sealed | None = None


class PlansOffered(Event, frozen=True, kw_only=True, tag="resolution.offered"):
    """The consumer was offered these plans, until ``expires_at``."""

    at: Moment
    by: By
    plans: tuple[PlanName, ...]
    reason: Code
    expires_at: Moment
    on_silence: OnSilence
    policy: PolicyRef


class PlanAccepted(Event, frozen=True, kw_only=True, tag="resolution.accepted"):
    """The consumer took a plan, or silence did where the policy says so."""

    at: Moment
    by: By
    plan: PlanName
    hash: PlanHash


class PlansDeclined(Event, frozen=True, kw_only=True, tag="resolution.declined"):
    """The consumer took none."""

    at: Moment
    by: By
    reason: Code | None = None
    words: Sealed | None = None


class PlansCountered(Event, frozen=True, kw_only=True, tag="resolution.countered"):
    """The consumer asked for something else."""

    at: Moment
    by: By
    wish: Code
    words: Sealed | None = None


class OfferExpired(Event, frozen=True, kw_only=True, tag="resolution.expired"):
    """The consumer said nothing; this is what the policy does then."""

    at: Moment
    on_silence: OnSilence
    policy: PolicyRef


class ExecutionStarted(
    Event, frozen=True, kw_only=True, tag="resolution.execution_started"
):
    """A plan is being carried out: these steps, in this order, under these keys."""

    at: Moment
    by: By
    plan: PlanName
    hash: PlanHash
    steps: tuple[StepKey, ...]


class StepStarted(Event, frozen=True, kw_only=True, tag="resolution.step_started"):
    """A step was begun, for the ``attempt``-th time. Gateways are asked after this.

    ``matter`` is the case or the ledger it moves in the same append.
    """

    at: Moment
    by: By
    step: StepKey
    does: Step
    attempt: int
    matter: Name | None = None


class StepSucceeded(Event, frozen=True, kw_only=True, tag="resolution.step_succeeded"):
    """It is done."""

    at: Moment
    by: By
    step: StepKey
    attempt: int
    reference: Name | None = None


class StepFailed(Event, frozen=True, kw_only=True, tag="resolution.step_failed"):
    """It could not be done this time; ``final`` says that trying again is no use."""

    at: Moment
    by: By
    step: StepKey
    attempt: int
    reason: Code
    final: bool


class StepCompensated(
    Event, frozen=True, kw_only=True, tag="resolution.step_compensated"
):
    """What it did was undone."""

    at: Moment
    by: By
    step: StepKey
    reference: Name | None = None


class StepNeedsHuman(
    Event, frozen=True, kw_only=True, tag="resolution.step_needs_human"
):
    """No machine gets any further with it."""

    at: Moment
    step: StepKey
    reason: Code


class StepSettled(Event, frozen=True, kw_only=True, tag="resolution.step_settled"):
    """It was decided what becomes of it, by a person or since facts changed."""

    at: Moment
    by: By
    step: StepKey
    way: Code
    reason: Code


class PlanExecuted(Event, frozen=True, kw_only=True, tag="resolution.executed"):
    """Every step is done, undone or settled. ``round`` is its proposal's.

    ``paid_fen`` is what it cost, ``paid_out`` what of it the consumer was paid, in the
    money it was paid in.
    """

    at: Moment
    plan: PlanName
    paid_fen: int
    round: int = 1
    paid_out: Annotated[tuple[Money, ...], Meta(max_length=10)] = ()


class ResolutionConfirmed(Event, frozen=True, kw_only=True, tag="resolution.confirmed"):
    """It is made good: the consumer said so, or said nothing for a week."""

    at: Moment
    by: By
    score: int | None = None


class ResolutionReopened(Event, frozen=True, kw_only=True, tag="resolution.reopened"):
    """It was taken up again."""

    at: Moment
    by: By
    reason: Code


class ResolutionHandedOver(
    Event, frozen=True, kw_only=True, tag="resolution.handed_to_dispute"
):
    """No plan was taken: people judge it now.

    ``disputes`` are those in which they do, one with each merchant; ``dispute`` is the
    first of them.
    """

    at: Moment
    by: By
    dispute: Name | None = None
    disputes: tuple[Name, ...] = ()


class OutcomeMeasured(
    Event, frozen=True, kw_only=True, tag="resolution.outcome_measured"
):
    """What came of it, so many days after; ``paid_by`` says who bore it."""

    at: Moment
    by: By
    after_days: int
    complained_later: bool
    refunded_again: bool
    bought_again: bool
    score: int | None = None
    paid_by: tuple[BearerCost, ...] = ()


ResolutionEvent = (
    ResolutionOpened
    | ShortfallAttached
    | ShortfallHealed
    | ResolutionTriaged
    | ResolutionDismissed
    | ResolutionSelfHealed
    | PlansProposed
    | PlansSuperseded
    | ApprovalAsked
    | PlanApproved
    | PlansRejected
    | PlansOffered
    | PlanAccepted
    | PlansDeclined
    | PlansCountered
    | OfferExpired
    | ExecutionStarted
    | StepStarted
    | StepSucceeded
    | StepFailed
    | StepCompensated
    | StepNeedsHuman
    | StepSettled
    | PlanExecuted
    | ResolutionConfirmed
    | ResolutionReopened
    | ResolutionHandedOver
    | OutcomeMeasured
    | TimerEvent
)
