"""How a proactive resolution and its steps stand (domain rules, section 3.4)."""

from typing import Final, Literal

# What became of one step.
StepStanding = Literal[
    "waiting",
    "started",
    "succeeded",
    "failed",
    "compensated",
    "needs_human",
    "skipped",
]
ResolutionStatus = Literal[
    "detected",
    "triaged",
    "proposed",
    "approval_pending",
    "approved",
    "offered",
    "accepted",
    "executing",
    "compensating",
    "needs_human",
    "executed",
    "confirming",
    "resolved",
    "dismissed",
    "self_healed",
    "declined",
    "expired",
    "rejected",
    "handed_to_dispute",
    "superseded",
]
# Where it ends, unless it is reopened.
TERMINAL: Final[frozenset[ResolutionStatus]] = frozenset(
    {"resolved", "dismissed", "self_healed", "handed_to_dispute", "expired"}
)
DismissReason = Literal[
    "not_so", "duplicate", "already_made_good", "consumer_fault", "order_cancelled"
]

# What becomes of a step that another one at the price of now takes the place of.
SUPERSEDED: Final = "superseded"

# The steps whose clocks run: the consumer's answer, and the consumer's word after all.
OFFER: Final = "resolution_offer"
CONFIRM: Final = "resolution_confirm"
