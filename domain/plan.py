"""A complete solution: its steps, what they cost whom, and what is signed of it."""

from hashlib import sha256
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, json

from domain.kernel import Code, LongName, Moment, Name, PolicyRef
from domain.money import Money
from domain.order.values import LineNumber
from domain.party import LiableParty
from domain.policy.row import Fen

# The catalogue of what can be done (domain rules, section 3.4).
Action = Literal[
    "refund_full",
    "refund_partial",
    "refund_freight",
    "price_diff",
    "resend",
    "exchange",
    "reship_other_carrier",
    "intercept",
    "extend_receipt",
    "extend_after_sale_window",
    "urge_carrier",
    "urge_merchant",
    "door_pickup",
    "coupon_compensation",
    "cash_compensation",
    "merchant_deduction",
    "platform_advance",
    "insurance_claim",
    "renegotiate_ship_date",
    "open_dispute",
    "claim_recourse",
    "notify_only",
]

# What protects comes first, then money, goods, goodwill, and last what is told to
# others, what they owe for it included.
Phase = Literal["protective", "money", "goods", "goodwill", "notice"]
PHASES: Final[tuple[Phase, ...]] = (
    "protective",
    "money",
    "goods",
    "goodwill",
    "notice",
)
PHASE_OF: Final[dict[Action, Phase]] = {
    "intercept": "protective",
    "extend_receipt": "protective",
    "extend_after_sale_window": "protective",
    "urge_carrier": "protective",
    "urge_merchant": "protective",
    "refund_full": "money",
    "refund_partial": "money",
    "refund_freight": "money",
    "price_diff": "money",
    "coupon_compensation": "money",
    "cash_compensation": "money",
    "platform_advance": "money",
    "resend": "goods",
    "exchange": "goods",
    "reship_other_carrier": "goods",
    "door_pickup": "goods",
    "renegotiate_ship_date": "goods",
    "open_dispute": "goods",
    "merchant_deduction": "notice",
    "insurance_claim": "notice",
    "claim_recourse": "notice",
    "notify_only": "notice",
}

# What others pay back is no cost of a plan.
RECLAIMS: Final[frozenset[Action]] = frozenset({"claim_recourse", "insurance_claim"})

# What is paid out to the consumer; of the rest the amount is what it costs others.
PAID_OUT: Final[frozenset[Action]] = frozenset(
    {
        "refund_full",
        "refund_partial",
        "refund_freight",
        "price_diff",
        "platform_advance",
        "coupon_compensation",
        "cash_compensation",
    }
)

# What a rule takes from a merchant and gives to no consumer (订单扣款): nobody gets it,
# and it waits for nothing.
DEDUCTS: Final = "merchant_deduction"

# What a rule owes runs without waiting for anybody; goodwill waits, and is capped.
Part = Literal["entitlement", "goodwill", "service"]

# What silence over an offer means: what is owed anyway is done, or the first plan, or
# nothing more.
OnSilence = Literal["minimum", "accept", "close"]
PlanName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,49}$(?!\n)")]
PlanHash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
# The money that the rules, their limits and their caps are in.
YUAN: Final = "CNY"
# A step's name within its resolution: the proposal's round, the plan, and the step's
# number. It is the step's idempotency key together with the resolution's id.
StepKey = Annotated[str, Meta(pattern=r"^[0-9]{1,4}/[a-z][a-z0-9_-]{0,49}/[0-9]{1,3}$")]


class PlanStep(Struct, frozen=True, kw_only=True):
    """One thing to do, what it costs, whom, under which rule.

    ``amount`` is what the consumer gets or what it costs, none for what costs nothing.
    ``bearer`` bears it. ``shortfall`` is the one it answers. ``parcel``, ``due_at``,
    ``party``, ``lines`` and ``matter`` are what the action is about. ``carrier`` is
    the other one of a reshipment. ``breaches`` are what it pays for by the rules of
    money, ``sets_aside_fen`` what that takes of their caps, deductions included.
    """

    action: Action
    part: Part
    amount: Money | None = None
    bearer: LiableParty = "platform"
    policy: PolicyRef | None = None
    reversible: bool = True
    shortfall: LongName | None = None
    lines: Annotated[tuple[LineNumber, ...], Meta(max_length=500)] = ()
    parcel: Name | None = None
    carrier: Code | None = None
    due_at: Moment | None = None
    party: LiableParty | None = None
    breaches: Annotated[tuple[Code, ...], Meta(max_length=30)] = ()
    sets_aside_fen: Fen | None = None

    @property
    def charged_fen(self) -> int:
        """What its bearer is charged beside what the consumer gets, in fen."""
        gets = self.amount.minor if self.amount else 0
        return max(0, (self.sets_aside_fen or 0) - gets)

    @property
    def phase(self) -> Phase:
        """When it is done; goodwill after all that is owed."""
        return "goodwill" if self.part == "goodwill" else PHASE_OF[self.action]


class BearerCost(Struct, frozen=True, kw_only=True):
    """What one party bears, in fen."""

    bearer: LiableParty
    fen: Fen


class Plan(Struct, frozen=True, kw_only=True):
    """One complete solution: its steps in the order they are done."""

    name: PlanName
    policy: PolicyRef | None = None
    steps: Annotated[tuple[PlanStep, ...], Meta(max_length=30)]

    def total(self, part: Part | None = None) -> dict[str, int]:
        """Return minor units by currency, of all steps or of one part of them."""
        sums: dict[str, int] = {}
        for step in self.steps:
            if step.amount is not None and part in {None, step.part}:
                sums[step.amount.currency] = (
                    sums.get(step.amount.currency, 0) + step.amount.minor
                )
        return sums


class Experiment(Struct, frozen=True, kw_only=True):
    """Which arm of an experiment goodwill was drawn from, with what propensity.

    ``propensity_bp`` is in hundredths of a percent: how likely this arm was.
    """

    experiment: Code
    arm: Code
    propensity_bp: Annotated[int, Meta(ge=1, le=10_000)]


class Block(Struct, frozen=True, kw_only=True):
    """Why goodwill is blocked for a consumer, and until when; rights never are."""

    reason: Code
    until: Moment
    flag: Name


CANONICAL = json.Encoder(order="deterministic")


def plan_hash(plan: Plan, rests_on: str) -> PlanHash:
    """Return the SHA-256 of a plan and of what it was computed on.

    ``rests_on`` names the versions of all that was looked at: the same steps on other
    facts are another preview. What is approved and executed carries this hash, or is
    refused as stale.
    """
    return sha256(CANONICAL.encode((plan, rests_on))).hexdigest()


class Proposed(Struct, frozen=True, kw_only=True):
    """A plan as it was previewed: what it rests on, and the hash that is approved."""

    plan: Plan
    hash: PlanHash
