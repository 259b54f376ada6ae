"""Stripe's words for disputes and refunds, as ours.

Statuses and reasons as its API describes them (``dispute.status``, ``dispute.reason``,
``refund.status``); which of ours each is, the domain rules say in section 3.3.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from domain.dispute import DisputeStatus, OutsideOutcome, Side
from domain.policy.rows import Issue


class Standing(Struct, frozen=True):
    """Where a dispute stands, how it ended, and who is to answer."""

    status: DisputeStatus | None
    outcome: OutsideOutcome | None = None
    answers: Side | None = None


# A warning is an inquiry of the bank before it is a dispute; no money has moved yet.
STATUSES: Final[Mapping[str, Standing]] = {
    "warning_needs_response": Standing("opened", answers="merchant"),
    "needs_response": Standing("evidence_round", answers="merchant"),
    "warning_under_review": Standing("platform_review"),
    "under_review": Standing("platform_review"),
    "won": Standing("closed", "merchant"),
    "lost": Standing("closed", "consumer"),
    # The merchant gave the money back instead of answering.
    "charge_refunded": Standing("closed", "accepted"),
    "warning_closed": Standing("closed", "expired"),
    "prevented": Standing("closed", "none"),
}

# Lost because the answer came too late, or never.
TOO_LATE: Final = Standing("closed", "expired")

# No answer is allowed where no time is given for one: the bank decides.
NO_ANSWER_ALLOWED: Final = Standing("platform_review")

# What is disputed. Most of a bank's reasons are about the payment, not about the goods.
REASONS: Final[Mapping[str, Issue]] = {
    "product_not_received": "not_received",
    "product_unacceptable": "description",
    "subscription_canceled": "service",
    "bank_cannot_process": "other",
    "check_returned": "other",
    "credit_not_processed": "other",
    "customer_initiated": "other",
    "debit_not_authorized": "other",
    "duplicate": "other",
    "fraudulent": "other",
    "general": "other",
    "incorrect_account_details": "other",
    "insufficient_funds": "other",
    "noncompliant": "other",
    "unrecognized": "other",
}

# Whether the money of a refund went back.
REFUND_STATUSES: Final[Mapping[str, bool]] = {
    "succeeded": True,
    "pending": False,
    "requires_action": False,
    "failed": False,
    "canceled": False,
}

# Types of events, and what is in them.
DISPUTES: Final = frozenset(
    {
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
REFUNDS: Final = frozenset(
    {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
)
# Tells of the whole charge; its refunds are listed in it by older versions only.
CHARGE_REFUNDED: Final = "charge.refunded"

# Amounts are whole numbers of the smallest unit, by Stripe's own count of the digits
# ("Zero-decimal currencies", "Three-decimal currencies", "Special cases"), which for
# some differs from ISO 4217. Two digits are sent although the currency has none:
TWO_DIGITS_SENT: Final = frozenset({"ISK", "UGX"})
# And none is sent although the currency has two.
NO_DIGITS_SENT: Final = frozenset({"MGA"})

# Every vocabulary of the dispute and refund objects that is read here.
READ: Final[Mapping[str, Mapping[str, object]]] = {
    "dispute.status": STATUSES,
    "dispute.reason": REASONS,
    "refund.status": REFUND_STATUSES,
}
