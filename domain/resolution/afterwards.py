"""What comes after it was carried out: the consumer's word, and what came of it."""

from datetime import datetime, timedelta

from domain.party import SYSTEM
from domain.plan import BearerCost
from domain.resolution.commands import (
    ConfirmMadeGood,
    HandToDispute,
    MeasureOutcome,
    ReopenResolution,
)
from domain.resolution.events import (
    OutcomeMeasured,
    ResolutionConfirmed,
    ResolutionEvent,
    ResolutionHandedOver,
    ResolutionReopened,
)
from domain.resolution.offer_clock import answered, let_go
from domain.resolution.refusals import TooEarlyToMeasure, TooLateToReopen
from domain.resolution.state import Resolution, cost_of
from domain.timer import Timer, breached

Events = tuple[ResolutionEvent, ...]


def confirmed(resolution: Resolution, command: ConfirmMadeGood, at: datetime) -> Events:
    """Return that the consumer says it is made good."""
    event = ResolutionConfirmed(at=at, by=command.by, score=command.score)
    return (event, *answered(resolution, at))


def confirmed_by_silence(clock: Timer, at: datetime) -> Events:
    """Return that nobody said otherwise in time."""
    return (breached(clock, at), ResolutionConfirmed(at=at, by=SYSTEM))


def reopened(resolution: Resolution, command: ReopenResolution, at: datetime) -> Events:
    """Return that it is taken up again. Raises TooLateToReopen."""
    if command.until is not None and at > command.until:
        raise TooLateToReopen(until=command.until)
    event = ResolutionReopened(at=at, by=command.by, reason=command.reason)
    return (event, *let_go(resolution, at, "reopened"))


def handed_over(resolution: Resolution, command: HandToDispute, at: datetime) -> Events:
    """Return that people judge it now; what is owed is done all the same."""
    first = (command.dispute,) if command.dispute is not None else ()
    disputes = tuple(dict.fromkeys((*first, *command.disputes)))
    event = ResolutionHandedOver(
        at=at, by=command.by, dispute=next(iter(disputes), None), disputes=disputes
    )
    return (event, *let_go(resolution, at, "handed_to_dispute"))


def measured(resolution: Resolution, command: MeasureOutcome, at: datetime) -> Events:
    """Return what came of it, and who bore it. Raises TooEarlyToMeasure."""
    opened = resolution.opened
    assert opened is not None, "the guard asks whether it is known"
    known_at = opened.at + timedelta(days=command.after_days)
    if at < known_at:
        raise TooEarlyToMeasure(known_at=known_at)
    return (
        OutcomeMeasured(
            at=at,
            by=command.by,
            after_days=command.after_days,
            complained_later=command.complained_later,
            refunded_again=command.refunded_again,
            bought_again=command.bought_again,
            score=command.score,
            paid_by=paid_by(resolution),
        ),
    )


def paid_by(resolution: Resolution) -> tuple[BearerCost, ...]:
    """Return what each party bore, in the order of their names."""
    sums: dict[str, BearerCost] = {}
    for step in resolution.steps():
        bearer, cost = step.does.bearer, cost_of(step.does)
        if step.standing == "succeeded" and cost:
            before = sums[bearer].fen if bearer in sums else 0
            sums[bearer] = BearerCost(bearer=bearer, fen=before + cost)
    return tuple(sums[bearer] for bearer in sorted(sums))
