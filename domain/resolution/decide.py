"""What a proactive resolution answers."""

from datetime import UTC, datetime
from typing import assert_never

from domain.kernel import Decider
from domain.policy.book import Rulebook
from domain.resolution.afterwards import (
    confirmed,
    confirmed_by_silence,
    handed_over,
    measured,
    reopened,
)
from domain.resolution.approving import approved, rejected
from domain.resolution.commands import (
    AcceptPlan,
    ApprovePlan,
    AttachShortfall,
    CompensateStep,
    ConfirmMadeGood,
    CounterPlans,
    DeclinePlans,
    DismissResolution,
    ExecutePlan,
    HandToDispute,
    HealShortfall,
    MeasureOutcome,
    OfferPlans,
    OpenResolution,
    ProposePlans,
    RecordStepResult,
    RejectPlans,
    ReopenResolution,
    ResolutionCommand,
    SettleStep,
    StartStep,
    TriageResolution,
)
from domain.resolution.events import ResolutionEvent
from domain.resolution.evolve import evolve
from domain.resolution.executing import begun, concluded, settled, undone
from domain.resolution.guards import guard
from domain.resolution.offering import (
    accepted,
    countered,
    declined,
    executed,
    expired,
    offered,
)
from domain.resolution.opening import attached, dismissed, healed, opened, triaged
from domain.resolution.planning import proposed
from domain.resolution.state import Resolution
from domain.resolution.values import OFFER
from domain.timer import CheckClocks, overdue

Events = tuple[ResolutionEvent, ...]


def decide(
    resolution: Resolution, command: ResolutionCommand, policy: Rulebook, at: datetime
) -> Events:
    """Return what happens; raises a Refused of refusals.py.

    What is so already, and a question about clocks asked late or twice, say nothing
    new and return ``()``.
    """
    at = at.astimezone(UTC)
    if isinstance(command, CheckClocks):
        return checked(resolution, policy, at)
    if guard(resolution, command):
        return ()
    match command:
        case OpenResolution():
            return opened(command, at)
        case AttachShortfall():
            return attached(resolution, command, at)
        case HealShortfall():
            return healed(resolution, command, policy, at)
        case TriageResolution():
            return triaged(resolution, command, policy, at)
        case DismissResolution():
            return dismissed(resolution, command, at)
        case ProposePlans():
            return proposed(resolution, command, policy, at)
        case ApprovePlan():
            return approved(resolution, command, policy, at)
        case RejectPlans():
            return rejected(resolution, command, at)
        case OfferPlans():
            return offered(resolution, command, policy, at)
        case AcceptPlan():
            return accepted(resolution, command, policy, at)
        case DeclinePlans():
            return declined(resolution, command, at)
        case CounterPlans():
            return countered(resolution, command, at)
        case ExecutePlan():
            return executed(resolution, command, policy, at)
        case StartStep():
            return begun(resolution, command, policy, at)
        case RecordStepResult():
            return concluded(resolution, command, policy, at)
        case CompensateStep():
            return undone(resolution, command, policy, at)
        case SettleStep():
            return settled(resolution, command, policy, at)
        case ConfirmMadeGood():
            return confirmed(resolution, command, at)
        case ReopenResolution():
            return reopened(resolution, command, at)
        case HandToDispute():
            return handed_over(resolution, command, at)
        case MeasureOutcome():
            return measured(resolution, command, at)
        case _:
            assert_never(command)


def checked(resolution: Resolution, book: Rulebook, at: datetime) -> Events:
    """Return what silence led to, by the clock that ran out."""
    for clock in overdue(resolution.timers, at):
        if clock.step == OFFER:
            return expired(resolution, clock, book, at)
        return confirmed_by_silence(clock, at)
    return ()


RESOLUTION: Decider[Resolution, ResolutionCommand, ResolutionEvent, Rulebook] = Decider(
    initial=Resolution(), decide=decide, evolve=evolve
)
