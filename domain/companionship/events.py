"""What happened beside a consumer in the days after an order.

Shortfalls are said here, once each, whatever comes of them.
"""

from domain.companionship.values import (
    CheckIn,
    CompanionAnchor,
    Finding,
    MatterRef,
    Outcome,
    Score,
)
from domain.kernel import Code, ConsumerName, Event, LongName, Moment, Name, PolicyRef
from domain.party import By
from domain.shortfall import ClearedBy, Fact, Shortfall
from domain.timer import TimerEvent


class CompanionshipStarted(
    Event, frozen=True, kw_only=True, tag="companionship.started"
):
    """We are beside the consumer until ``ends_at``, with these check-ins planned."""

    at: Moment
    by: By
    order: Name
    consumer: ConsumerName
    merchant: Name | None = None
    creator: Name | None = None
    anchor: CompanionAnchor
    anchored_at: Moment
    ends_at: Moment
    check_ins: tuple[CheckIn, ...]
    policy: PolicyRef


class CompanionshipProlonged(
    Event, frozen=True, kw_only=True, tag="companionship.prolonged"
):
    """Its end moved: the anchor came later, or something is still open."""

    at: Moment
    by: By
    ends_at: Moment
    reason: Code
    policy: PolicyRef


class CheckInReached(
    Event, frozen=True, kw_only=True, tag="companionship.check_in_reached"
):
    """We looked at the order as planned."""

    at: Moment
    by: By
    name: Code
    finding: Finding


class MatterNoted(Event, frozen=True, kw_only=True, tag="companionship.matter_noted"):
    """A matter of the order was opened, or ended."""

    at: Moment
    by: By
    matter: MatterRef
    open: bool


class CompanionshipRated(Event, frozen=True, kw_only=True, tag="companionship.rated"):
    """The consumer said how it was, 1 to 5."""

    at: Moment
    by: By
    score: Score
    tags: tuple[Code, ...] = ()


class CompanionshipClosed(Event, frozen=True, kw_only=True, tag="companionship.closed"):
    """The days are over, with this outcome: so many fell short, so many made good."""

    at: Moment
    by: By
    outcome: Outcome
    shortfalls: int
    made_good: int


class ShortfallDetected(Event, frozen=True, kw_only=True, tag="shortfall.detected"):
    """Something falls short. ``resolution`` is what it attached to."""

    at: Moment
    by: By
    order: Name
    consumer: ConsumerName
    shortfall: Shortfall
    resolution: Name | None = None


class ShortfallCleared(Event, frozen=True, kw_only=True, tag="shortfall.cleared"):
    """It healed; what was paid for it stays paid."""

    at: Moment
    by: By
    shortfall: LongName
    cleared_by: ClearedBy
    facts: tuple[Fact, ...] = ()


class ShortfallContested(Event, frozen=True, kw_only=True, tag="shortfall.contested"):
    """Somebody it concerns says that it is not so."""

    at: Moment
    by: By
    shortfall: LongName
    reason: Code


CompanionshipEvent = (
    CompanionshipStarted
    | CompanionshipProlonged
    | CheckInReached
    | MatterNoted
    | CompanionshipRated
    | CompanionshipClosed
    | ShortfallDetected
    | ShortfallCleared
    | ShortfallContested
    | TimerEvent
)
