"""What is asked of a companionship, and told to it."""

from typing import Annotated

from msgspec import Meta

from domain.companionship.values import CompanionAnchor, Finding, MatterRef, Score
from domain.kernel import Code, ConsumerName, LongName, Moment, Name, Request
from domain.party import By
from domain.shortfall import ClearedBy, Fact, Shortfall
from domain.timer import CheckClocks


class StartCompanionship(Request, frozen=True, kw_only=True):
    """Go beside the consumer for the days of the policy, from the anchor on.

    ``anchored_at`` is when that was. Asked again after the parcel was signed, where the
    row counts from there, its end moves; an end never comes nearer.
    """

    by: By
    order: Name
    consumer: ConsumerName
    merchant: Name | None = None
    creator: Name | None = None
    anchor: CompanionAnchor
    anchored_at: Moment
    ordered_at: Moment | None = None


class DetectShortfall(Request, frozen=True, kw_only=True):
    """Record that something falls short; what is known already is not said again.

    An agent who hears of one in a contact says so in the same words. ``resolution`` is
    the order's resolution that it attaches to.
    """

    by: By
    order: Name
    consumer: ConsumerName
    shortfall: Shortfall
    resolution: Name | None = None


class ClearShortfall(Request, frozen=True, kw_only=True):
    """Record that it heals: a late scan came, the refund was done.

    What was paid for it stays paid.
    """

    by: By
    shortfall: LongName
    cleared_by: ClearedBy
    at: Moment
    facts: Annotated[tuple[Fact, ...], Meta(max_length=20)] = ()


class ReachCheckIn(Request, frozen=True, kw_only=True):
    """Record that a check-in was reached, and what was found."""

    by: By
    name: Code
    finding: Finding


class NoteMatter(Request, frozen=True, kw_only=True):
    """Record that a matter of the order was opened, or ended."""

    by: By
    matter: MatterRef
    open: bool


class ContestShortfall(Request, frozen=True, kw_only=True):
    """Say that a shortfall is not so, as somebody it concerns."""

    by: By
    shortfall: LongName
    reason: Code


class RateCompanionship(Request, frozen=True, kw_only=True):
    """Say how it was, as the consumer: 1 to 5."""

    by: By
    score: Score
    tags: Annotated[tuple[Code, ...], Meta(max_length=10)] = ()


class CloseCompanionship(Request, frozen=True, kw_only=True):
    """Close it now, its time being over and nothing open, or the order cancelled."""

    by: By
    cancelled: bool = False


CompanionshipCommand = (
    StartCompanionship
    | DetectShortfall
    | ClearShortfall
    | ReachCheckIn
    | NoteMatter
    | ContestShortfall
    | RateCompanionship
    | CloseCompanionship
    | CheckClocks
)
