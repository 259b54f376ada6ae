"""What each event makes of a companionship."""

from typing import assert_never

from msgspec.structs import replace

from domain.companionship.events import (
    CheckInReached,
    CompanionshipClosed,
    CompanionshipEvent,
    CompanionshipProlonged,
    CompanionshipRated,
    CompanionshipStarted,
    MatterNoted,
    ShortfallCleared,
    ShortfallContested,
    ShortfallDetected,
)
from domain.companionship.state import Companionship, Found
from domain.timer import (
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerMet,
    TimerPaused,
    TimerRestarted,
    TimerResumed,
    TimerStarted,
    evolve_timers,
)


def evolve(known: Companionship, event: CompanionshipEvent) -> Companionship:
    """Return the companionship after the event."""
    match event:
        case CompanionshipStarted():
            return started(known, event)
        case CompanionshipProlonged(ends_at=ends_at):
            return replace(known, ends_at=ends_at)
        case CheckInReached(name=name, finding=finding):
            return replace(known, reached={**known.reached, name: finding})
        case MatterNoted(matter=matter, open=open_):
            matters = {**known.matters, (matter.kind, matter.id): open_}
            return replace(known, matters=matters)
        case CompanionshipRated(score=score, tags=tags):
            return replace(known, score=score, tags=tags)
        case CompanionshipClosed(outcome=outcome):
            return replace(known, outcome=outcome)
        case ShortfallDetected() | ShortfallCleared() | ShortfallContested():
            return shortfall(known, event)
        case (
            TimerStarted()
            | TimerPaused()
            | TimerResumed()
            | TimerExtended()
            | TimerRestarted()
            | TimerMet()
            | TimerBreached()
            | TimerCancelled()
        ):
            return replace(known, timers=evolve_timers(known.timers, event))
        case _:
            assert_never(event)


def started(known: Companionship, event: CompanionshipStarted) -> Companionship:
    """Return it as its days begin; what fell short before stays known."""
    return replace(
        known,
        order=event.order,
        consumer=event.consumer,
        merchant=event.merchant,
        creator=event.creator,
        anchor=event.anchor,
        anchored_at=event.anchored_at,
        ends_at=event.ends_at,
        policy=event.policy,
        check_ins={each.name: each for each in event.check_ins},
    )


def shortfall(
    known: Companionship,
    event: ShortfallDetected | ShortfallCleared | ShortfallContested,
) -> Companionship:
    """Return it with one shortfall as the event leaves it."""
    if isinstance(event, ShortfallDetected):
        found = Found(
            shortfall=event.shortfall, at=event.at, resolution=event.resolution
        )
        name = event.shortfall.name
        known = replace(known, order=event.order, consumer=event.consumer)
        return replace(known, shortfalls={**known.shortfalls, name: found})
    found = known.shortfalls[event.shortfall]
    if isinstance(event, ShortfallCleared):
        found = replace(found, cleared_by=event.cleared_by, cleared_at=event.at)
    else:
        said = (event.by.role, event.by.name, event.reason)
        found = replace(found, contested=(*found.contested, said))
    return replace(known, shortfalls={**known.shortfalls, event.shortfall: found})
