"""The words of a companionship: thirty days beside the consumer of one order (陪伴)."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Moment, Name

# What the days are counted from; which of them, a policy row says.
CompanionAnchor = Literal["paid", "signed"]

# A matter while it is open keeps the companionship open too.
MatterKind = Literal["resolution", "after_sales", "dispute", "contact"]

# What was found at a check-in.
Finding = Literal[
    "on_track",
    "at_risk",
    "fell_short",
    "being_resolved",
    "made_good",
    "delivered",
    "cancelled",
]

# How it ended for the consumer.
Outcome = Literal[
    "all_kept",  # nothing fell short
    "made_good",  # what fell short was resolved
    "fell_short",  # something was not
    "cancelled",  # the order came to nothing
]


class CheckIn(Struct, frozen=True, kw_only=True):
    """A planned look at the order: its name, and when."""

    name: Code
    at: Moment


class MatterRef(Struct, frozen=True, kw_only=True):
    """A matter of the order: what kind, and its stream's id."""

    kind: MatterKind
    id: Name


Score = Annotated[int, Meta(ge=1, le=5)]
