"""PayPal's words for disputes (customer disputes v1), as ours.

Statuses, states, stages, outcomes and reasons as its OpenAPI description lists them;
which of ours each is, the domain rules say in section 3.3.
"""

from collections.abc import Mapping
from typing import Final

from domain.dispute import OutsideOutcome
from domain.policy.rows import Issue
from interface.inbound.stripe_words import Standing

# status: the same for all parties. OTHER says nothing.
STATUSES: Final[Mapping[str, Standing]] = {
    "OPEN": Standing("opened", answers="merchant"),
    "WAITING_FOR_BUYER_RESPONSE": Standing("evidence_round", answers="consumer"),
    "WAITING_FOR_SELLER_RESPONSE": Standing("evidence_round", answers="merchant"),
    "UNDER_REVIEW": Standing("platform_review"),
    "RESOLVED": Standing("closed"),
    "OTHER": Standing(None),
}

# dispute_state: as the one who asks sees it, here the merchant. It counts where
# ``status`` says nothing, and where a ruling may still be appealed.
STATES: Final[Mapping[str, Standing]] = {
    "OPEN_INQUIRIES": Standing("opened", answers="merchant"),
    "REQUIRED_ACTION": Standing("evidence_round", answers="merchant"),
    "REQUIRED_OTHER_PARTY_ACTION": Standing("evidence_round", answers="consumer"),
    "UNDER_PAYPAL_REVIEW": Standing("platform_review"),
    "APPEALABLE": Standing("ruling_issued"),
    "RESOLVED": Standing("closed"),
}
APPEALABLE: Final = "APPEALABLE"

# dispute_life_cycle_stage. In an inquiry buyer and seller still talk; what is awaited
# later is evidence.
STAGES: Final[Mapping[str, bool]] = {
    "INQUIRY": True,
    "CHARGEBACK": False,
    "PRE_ARBITRATION": False,
    "ARBITRATION": False,
}

# outcome_code. Those of None are told by the adjudication beside them, if there is one.
OUTCOMES: Final[Mapping[str, OutsideOutcome | None]] = {
    "RESOLVED_BUYER_FAVOUR": "consumer",
    "RESOLVED_SELLER_FAVOUR": "merchant",
    "RESOLVED_WITH_PAYOUT": None,
    "CANCELED_BY_BUYER": "withdrawn",
    "ACCEPTED": "accepted",
    "DENIED": "merchant",
    "NONE": None,
}

# adjudication_type: for whom it was decided.
ADJUDICATIONS: Final[Mapping[str, OutsideOutcome]] = {
    "DENY_BUYER": "merchant",
    "PAYOUT_TO_SELLER": "merchant",
    "PAYOUT_TO_BUYER": "consumer",
    "RECOVER_FROM_SELLER": "consumer",
}

# What is disputed.
REASONS: Final[Mapping[str, Issue]] = {
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": "not_received",
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": "description",
    "CANCELED_RECURRING_BILLING": "service",
    "UNAUTHORISED": "other",
    "CREDIT_NOT_PROCESSED": "other",
    "DUPLICATE_TRANSACTION": "other",
    "INCORRECT_AMOUNT": "other",
    "PAYMENT_BY_OTHER_MEANS": "other",
    "PROBLEM_WITH_REMITTANCE": "other",
    "OTHER": "other",
}

EVENTS: Final = frozenset(
    {
        "CUSTOMER.DISPUTE.CREATED",
        "CUSTOMER.DISPUTE.UPDATED",
        "CUSTOMER.DISPUTE.RESOLVED",
    }
)

# Every vocabulary that is read here, by its name in the description.
READ: Final[Mapping[str, Mapping[str, object]]] = {
    "status": STATUSES,
    "dispute_state": STATES,
    "dispute_lifecycle_stage": STAGES,
    "dispute_reason": REASONS,
    "adjudication_type": ADJUDICATIONS,
}

# Those that are not, and why: they stay in the message, which is kept.
UNREAD: Final[Mapping[str, str]] = {
    "error_location": "stands in answers to questions put to PayPal, not in disputes",
    "cryptocurrency_symbol": "a dispute over such coins has no amount in a currency",
    "dispute_channel": "where it was filed; nothing here depends on it",
    "item_type": "of the goods; the order knows its own lines",
    "adjudication_reason": "130 reasons of a decision; for whom it fell is its type",
    "money_movement_reason": "between PayPal and the merchant, not the consumer's",
    "merchant_contacted_outcome": "what the buyer says of talks before the dispute",
    "merchant_contacted_mode": "likewise",
    "offer_type": "what was offered is answered there; the outcome is told",
    "acknowledgement_type": "the merchant's own word on a return, said there",
    "accept_claim_type": "how the merchant gave in; that it did is an outcome",
}
