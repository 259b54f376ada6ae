"""The words commands, events and the state of a dispute share (domain rules, 3.3)."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from domain.evidence import EvidenceKind
from domain.kernel import Code, Name, PolicyRef
from domain.money import Money
from domain.party import ActingRole, By, LiableParty
from domain.policy.rows import Issue

DisputeStatus = Literal[
    "none",
    "opened",
    "negotiation",  # 协商期
    "platform_review",
    "evidence_round",
    "ruling_pending",
    "ruling_issued",
    "enforcing",
    "appeal_review",
    "ruling_upheld",
    "ruling_changed",
    "settled",
    "withdrawn",
    "terminated",  # by a court or a police case (第63条)
    "closed",
]
FINAL: Final[frozenset[DisputeStatus]] = frozenset(
    {"settled", "withdrawn", "terminated", "closed"}
)

# Before it is ruled, settled or let go.
UNDECIDED: Final[frozenset[DisputeStatus]] = frozenset(
    {"opened", "negotiation", "platform_review", "evidence_round", "ruling_pending"}
)
# Carrying a ruling out is an axis of its own: it goes on during an appeal (第6条).
Enforcement = Literal["none", "started", "completed"]

# Who may argue: the two sides, and those drawn into it.
Side = Literal["consumer", "merchant", "creator", "carrier"]
SIDES: Final[Mapping[ActingRole, Side]] = {
    "consumer": "consumer",
    "merchant": "merchant",
    "creator": "creator",
    "carrier": "carrier",
}

# How many pictures a side may show in one round: the platform's template has room for
# four of the merchant's and eight of the consumer's (domain rules, section 3.3).
IMAGES_MAX: Final[Mapping[Side, int]] = {
    "consumer": 8,
    "merchant": 4,
    "creator": 4,
    "carrier": 4,
}

# Why a dispute may be opened although the after-sales time has passed (第4条).
Exception_ = Literal["banned_by_authority", "court_document", "platform_data"]

# PayPal's four, and ours.
OfferType = Literal[
    "refund",
    "refund_with_return",
    "refund_with_replacement",
    "replacement_without_refund",
    "partial_refund",  # at most 30 % of what was paid
    "resend",
    "repair",
    "coupon",
    "freight",
]

Result = Literal[
    "support_consumer", "support_merchant", "partial", "both_at_fault", "none"
]
OutsideOutcome = Literal[
    "consumer", "merchant", "partial", "withdrawn", "accepted", "expired", "none"
]

# What was found, each a statement that holds or does not.
Fact = Literal[
    "goods_received",
    "return_received",
    "goods_complete",
    "goods_as_described",
    "goods_genuine",
    "goods_undamaged",
    "damaged_before_signing",
    "quality_as_promised",
    "resale_possible",
    "drop_consented",
    "shipped_in_time",
    "content_true",
    "promise_made",
    "promise_kept",
    "creator_knew",
    "consumer_at_fault",
    "force_majeure",
    "other",
]

BASIS_POINTS: Final = 10_000


class Offer(Struct, frozen=True, kw_only=True):
    """What one side puts on the table. ``number`` counts the dispute's offers."""

    number: Annotated[int, Meta(ge=1, le=1000)]
    by: By
    type: OfferType
    amount: Money | None = None


class Shown(Struct, frozen=True, kw_only=True):
    """Evidence in a round: the file, what it is, and what it is meant to show.

    ``asked``: its kind was asked for in the round it came in.
    """

    evidence: Name
    shows: Code = "other"
    asked: bool = False
    kind: EvidenceKind = "image"


class Finding(Struct, frozen=True, kw_only=True):
    """One fact as found: whether it holds, who showed it, with which evidence.

    ``shown_by`` None: nobody did, and ``policy`` names the burden-of-proof row whose
    default stood in for proof. A later reader can so ask what would have changed it.
    """

    fact: Fact
    holds: bool
    shown_by: By | None = None
    evidence: Annotated[tuple[Name, ...], Meta(max_length=50)] = ()
    policy: PolicyRef | None = None
    source: Code | None = None


class Liability(Struct, frozen=True, kw_only=True):
    """One party's share of what went wrong, in basis points of the whole."""

    party: LiableParty
    name: Name | None = None
    share_bp: Annotated[int, Meta(ge=0, le=BASIS_POINTS)]
    basis: Code


class Award(Struct, frozen=True, kw_only=True):
    """Money a ruling gives: to the consumer, by whom it is paid first, and why."""

    kind: Literal["refund", "compensation", "freight"]
    amount: Money
    payer: LiableParty
    policy: PolicyRef | None = None

    @property
    def gives_back(self) -> bool:
        """Whether it is of what the consumer paid; compensation is beside that."""
        return self.kind != "compensation"


class Silence(Struct, frozen=True, kw_only=True):
    """A burden-of-proof step that fell due: who was to prove, and what stands then."""

    issue: Issue
    step: int
    proves: Side
    default: Result
    remedy: Code
    policy: PolicyRef
