"""What is asked of a proactive resolution, and told to it.

Whoever acts is in ``by``; ``decide`` says who may. Words are sealed before they come.
"""

from typing import Annotated

from msgspec import Meta

from domain.kernel import Code, ConsumerName, LongName, Moment, Name, Request, Sealed
from domain.order.values import LineNumber
from domain.party import By
from domain.plan import Block, Experiment, Plan, PlanHash, PlanName, StepKey
from domain.policy.row import Fen
from domain.resolution.values import DismissReason
from domain.shortfall import ClearedBy, SeverityOf, Shortfall
from domain.timer import CheckClocks

Plans = Annotated[tuple[Plan, ...], Meta(max_length=3)]

Disputes = Annotated[tuple[Name, ...], Meta(max_length=100)]

# -- What fell short --


class OpenResolution(Request, frozen=True, kw_only=True):
    """Begin to make good what fell short of an order, before anybody complained.

    ``number`` counts the resolutions of an order; ``complained`` says that a matter of
    the consumer's own about it was open already.
    """

    by: By
    order: Name
    consumer: ConsumerName
    merchant: Name | None = None
    creator: Name | None = None
    carrier: Code | None = None
    ordered_at: Moment | None = None
    number: Annotated[int, Meta(ge=1, le=9999)] = 1
    shortfall: Shortfall
    complained: bool = False
    incident: Name | None = None


class AttachShortfall(Request, frozen=True, kw_only=True):
    """Add another shortfall of the order: one case makes good all of them."""

    by: By
    shortfall: Shortfall


class HealShortfall(Request, frozen=True, kw_only=True):
    """Take note that a shortfall cleared; with the last the resolution may end."""

    by: By
    shortfall: LongName
    cleared_by: ClearedBy


class TriageResolution(Request, frozen=True, kw_only=True):
    """Say how grave it is, and whether goodwill is blocked; never what is owed."""

    by: By
    severity: SeverityOf
    block: Block | None = None


class DismissResolution(Request, frozen=True, kw_only=True):
    """Let it be, for a reason."""

    by: By
    reason: DismissReason
    words: Sealed | None = None


# -- Plans --


class ProposePlans(Request, frozen=True, kw_only=True):
    """Put up to three plans, the best first, over what the rules owe anyway.

    ``minimum`` is what is owed: it runs without waiting. ``rests_on`` names the
    versions of what was looked at; the hashes are made of it. An agent who edits a
    plan proposes anew. ``before_fen`` is what the same one had carried out within a
    day in the order's other resolutions.
    """

    by: By
    minimum: Plan
    plans: Plans
    rests_on: LongName
    experiment: Experiment | None = None
    before_fen: Fen = 0


class ApprovePlan(Request, frozen=True, kw_only=True):
    """Approve a plan as it was previewed: the hash says what was seen."""

    by: By
    plan: PlanName
    hash: PlanHash


class RejectPlans(Request, frozen=True, kw_only=True):
    """Send the proposal back, for a reason."""

    by: By
    reason: Code
    words: Sealed | None = None


# -- With the consumer --


class OfferPlans(Request, frozen=True, kw_only=True):
    """Offer what was approved to the consumer: in plain words, until it expires.

    ``reason`` is the code of the sentence that says why. ``hash`` is that of the plan
    approved. Empty ``plans`` offers every approved plan.
    """

    by: By
    hash: PlanHash
    plans: Annotated[tuple[PlanName, ...], Meta(max_length=3)] = ()
    reason: Code


class AcceptPlan(Request, frozen=True, kw_only=True):
    """Take one of the plans offered; with its hash, just as it was seen."""

    by: By
    plan: PlanName
    hash: PlanHash | None = None


class DeclinePlans(Request, frozen=True, kw_only=True):
    """Take none of them; what is owed is done nevertheless."""

    by: By
    reason: Code | None = None
    words: Sealed | None = None


class CounterPlans(Request, frozen=True, kw_only=True):
    """Ask for something else: the wish goes to an agent."""

    by: By
    wish: Code
    words: Sealed | None = None


# -- Carrying it out --


class ExecutePlan(Request, frozen=True, kw_only=True):
    """Carry out an approved plan that needs no consent, at once."""

    by: By
    plan: PlanName
    hash: PlanHash


class StartStep(Request, frozen=True, kw_only=True):
    """Begin a step, or try it once more. What follows elsewhere is in the same ask."""

    by: By
    step: StepKey
    matter: Name | None = None


class RecordStepResult(Request, frozen=True, kw_only=True):
    """Say what came of a step. ``reference`` is what it goes by elsewhere."""

    by: By
    step: StepKey
    attempt: Annotated[int, Meta(ge=1, le=1000)] = 1
    succeeded: bool
    reason: Code | None = None
    reference: Name | None = None
    final: bool = False


class CompensateStep(Request, frozen=True, kw_only=True):
    """Undo what a step did, since the rest of its plan cannot be."""

    by: By
    step: StepKey
    reference: Name | None = None


class SettleStep(Request, frozen=True, kw_only=True):
    """Decide, as an agent, what becomes of a step that needs a human."""

    by: By
    step: StepKey
    way: Annotated[str, Meta(pattern=r"^(retry|done_elsewhere|skip)$")]
    reason: Code


# -- Afterwards --


class ConfirmMadeGood(Request, frozen=True, kw_only=True):
    """Say that it is made good, as the consumer; silence says so after a week."""

    by: By
    score: Annotated[int, Meta(ge=1, le=5)] | None = None


class ReopenResolution(Request, frozen=True, kw_only=True):
    """Take it up again, within what is left of the companionship.

    ``until`` is when that ends; None: nobody is kept to a time.
    """

    by: By
    reason: Code
    line: LineNumber | None = None
    until: Moment | None = None


class HandToDispute(Request, frozen=True, kw_only=True):
    """Let people judge it: no plan was found that the consumer takes.

    ``disputes`` are all that judge it, ``dispute`` the first of them: of an order of
    several merchants there is one with each.
    """

    by: By
    dispute: Name | None = None
    disputes: Disputes = ()


class MeasureOutcome(Request, frozen=True, kw_only=True):
    """Record what came of it some time after."""

    by: By
    after_days: Annotated[int, Meta(ge=1, le=400)]
    complained_later: bool
    refunded_again: bool
    bought_again: bool
    score: Annotated[int, Meta(ge=1, le=5)] | None = None


ResolutionCommand = (
    OpenResolution
    | AttachShortfall
    | HealShortfall
    | TriageResolution
    | DismissResolution
    | ProposePlans
    | ApprovePlan
    | RejectPlans
    | OfferPlans
    | AcceptPlan
    | DeclinePlans
    | CounterPlans
    | ExecutePlan
    | StartStep
    | RecordStepResult
    | CompensateStep
    | SettleStep
    | ConfirmMadeGood
    | ReopenResolution
    | HandToDispute
    | MeasureOutcome
    | CheckClocks
)
