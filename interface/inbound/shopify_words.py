"""Shopify's words for disputes and refunds, as ours (its REST resources of the admin).

Its payments are Stripe's underneath, and so are its reasons.
"""

from collections.abc import Mapping
from typing import Final

from domain.policy.rows import Issue
from interface.inbound import stripe_words
from interface.inbound.stripe_words import Standing

# An inquiry is a question of the bank before it is a chargeback.
TYPES: Final[Mapping[str, bool]] = {"inquiry": True, "chargeback": False}

STATUSES: Final[Mapping[str, Standing]] = {
    "needs_response": Standing("evidence_round", answers="merchant"),
    "under_review": Standing("platform_review"),
    "charge_refunded": Standing("closed", "accepted"),
    "accepted": Standing("closed", "accepted"),
    "won": Standing("closed", "merchant"),
    "lost": Standing("closed", "consumer"),
}

# By which field a dispute came to be where it stands, so far as Shopify says when.
TIMES: Final = ("initiated_at", "evidence_sent_on", "finalized_on")

REASONS: Final[Mapping[str, Issue]] = {
    **stripe_words.REASONS,
    "bank_not_process": "other",
}

# kind of a transaction: only a refund gives money back. One suggested is a calculation.
REFUND: Final = "refund"
OTHER_KINDS: Final = frozenset(
    {
        "authorization",
        "capture",
        "sale",
        "void",
        "change",
        "emv_authorization",
        "suggested_refund",
    }
)

# status of a transaction: whether its money moved.
TRANSACTION_STATUSES: Final[Mapping[str, bool]] = {
    "success": True,
    "pending": False,
    "failure": False,
    "error": False,
    "awaiting_response": False,
    "unknown": False,
}
