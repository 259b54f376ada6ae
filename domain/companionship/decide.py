"""What a companionship answers.

Shortfalls are said here once each, whether or not we are beside the consumer: an order
whose days are over, or never began, falls short all the same.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, assert_never

from domain.companionship.commands import (
    ClearShortfall,
    CloseCompanionship,
    CompanionshipCommand,
    ContestShortfall,
    DetectShortfall,
    NoteMatter,
    RateCompanionship,
    ReachCheckIn,
    StartCompanionship,
)
from domain.companionship.days import CHECK_IN, begun, checked, closed
from domain.companionship.events import (
    CheckInReached,
    CompanionshipEvent,
    CompanionshipRated,
    MatterNoted,
    ShortfallCleared,
    ShortfallContested,
    ShortfallDetected,
)
from domain.companionship.evolve import evolve
from domain.companionship.refusals import (
    CheckInNotDue,
    CompanionshipIsClosed,
    NoSuchCheckIn,
    NoSuchCompanionship,
    NoSuchShortfall,
    NotYoursToAccompany,
    StillBeside,
)
from domain.companionship.state import Companionship, Found
from domain.kernel import Decider
from domain.party import SERVICE, ActingRole, By
from domain.policy.book import Rulebook
from domain.timer import CheckClocks, met

Events = tuple[CompanionshipEvent, ...]

CONSUMER: Final[frozenset[ActingRole]] = frozenset({"consumer"})
CONCERNED: Final[frozenset[ActingRole]] = frozenset(
    {"consumer", "merchant", "creator", "carrier"}
)

# Who may do what.
WHO: Final[Mapping[type, frozenset[ActingRole]]] = {
    StartCompanionship: SERVICE,
    DetectShortfall: SERVICE,
    ClearShortfall: SERVICE,
    ReachCheckIn: SERVICE,
    NoteMatter: SERVICE,
    ContestShortfall: CONCERNED,
    RateCompanionship: CONSUMER,
    CloseCompanionship: SERVICE,
}


def decide(
    known: Companionship, command: CompanionshipCommand, policy: Rulebook, at: datetime
) -> Events:
    """Return what happens; raises a Refused of refusals.py."""
    at = at.astimezone(UTC)
    if not isinstance(command, CheckClocks):
        guard(known, type(command), command.by)
    match command:
        case StartCompanionship():
            return begun(known, command, policy, at)
        case DetectShortfall():
            return detected(known, command, at)
        case ClearShortfall():
            return cleared(known, command, at)
        case ContestShortfall():
            return contested(known, command, at)
        case NoteMatter():
            return noted(known, command, at)
        case CheckClocks():
            return checked(known, policy, at)
        case ReachCheckIn() | RateCompanionship() | CloseCompanionship():
            if not known.started:
                raise NoSuchCompanionship
            return accompanied(known, command, at)
    assert_never(command)


def accompanied(
    known: Companionship,
    command: ReachCheckIn | RateCompanionship | CloseCompanionship,
    at: datetime,
) -> Events:
    """Return what a command does that asks for days that were begun."""
    match command:
        case ReachCheckIn():
            return reached(known, command, at)
        case RateCompanionship(by=by, score=score, tags=tags):
            if (known.score, known.tags) == (score, tags):
                return ()
            return (CompanionshipRated(at=at, by=by, score=score, tags=tags),)
        case CloseCompanionship(by=by, cancelled=cancelled):
            return ending(known, by, at, cancelled=cancelled)
    assert_never(command)


def guard(known: Companionship, asked: type, by: By) -> None:
    """Raise unless this one may do this: parties of the order only as themselves."""
    mine = {
        "consumer": known.consumer or None,
        "merchant": known.merchant,
        "creator": known.creator,
    }
    stranger = by.role in mine and mine[by.role] not in {None, by.name}
    if by.role not in WHO[asked] or stranger:
        raise NotYoursToAccompany(role=by.role)


# -- What fell short --


def detected(known: Companionship, command: DetectShortfall, at: datetime) -> Events:
    """Return that something falls short, once; cleared or not, it is known."""
    if command.shortfall.name in known.shortfalls:
        return ()
    return (
        ShortfallDetected(
            at=at,
            by=command.by,
            order=command.order,
            consumer=command.consumer,
            shortfall=command.shortfall,
            resolution=command.resolution,
        ),
    )


def cleared(known: Companionship, command: ClearShortfall, at: datetime) -> Events:
    """Return that it healed, once. It was detected, and stays so."""
    if found_of(known, command.shortfall).cleared_by is not None:
        return ()
    return (
        ShortfallCleared(
            at=min(command.at.astimezone(UTC), at),
            by=command.by,
            shortfall=command.shortfall,
            cleared_by=command.cleared_by,
            facts=command.facts,
        ),
    )


def contested(known: Companionship, command: ContestShortfall, at: datetime) -> Events:
    """Return that somebody says it is not so, once for each reason."""
    by, reason = command.by, command.reason
    found = found_of(known, command.shortfall)
    if (by.role, by.name, reason) in found.contested:
        return ()
    return (
        ShortfallContested(at=at, by=by, shortfall=command.shortfall, reason=reason),
    )


def found_of(known: Companionship, name: str) -> Found:
    """Return a shortfall by its name; raises NoSuchShortfall."""
    found = known.shortfalls.get(name)
    if found is None:
        raise NoSuchShortfall(shortfall=name)
    return found


# -- What goes on meanwhile --


def noted(known: Companionship, command: NoteMatter, at: datetime) -> Events:
    """Return that a matter was opened or ended; one never opened has not ended."""
    matter = command.matter
    if known.matters.get((matter.kind, matter.id), False) == command.open:
        return ()
    return (MatterNoted(at=at, by=command.by, matter=matter, open=command.open),)


def reached(known: Companionship, command: ReachCheckIn, at: datetime) -> Events:
    """Return what was found at a planned look, once."""
    name = command.name
    planned = known.check_ins.get(name)
    if planned is None:
        raise NoSuchCheckIn(name=name, planned=sorted(known.check_ins))
    if name in known.reached:
        return ()
    if known.closed:
        raise CompanionshipIsClosed(outcome=known.outcome)
    if at < planned.at:
        raise CheckInNotDue(name=name, at=planned.at)
    found = CheckInReached(at=at, by=command.by, name=name, finding=command.finding)
    timer = known.timers[CHECK_IN + name]
    return (found, met(timer, at)) if timer.standing == "running" else (found,)


def ending(known: Companionship, by: By, at: datetime, *, cancelled: bool) -> Events:
    """Return the end, if it is time or the order came to nothing."""
    if known.closed:
        return ()
    assert known.ends_at is not None, "it was started"
    if not cancelled and (at < known.ends_at or known.anything_open):
        raise StillBeside(ends_at=known.ends_at, open=known.anything_open)
    return closed(known, by, at, was_cancelled=cancelled)


COMPANIONSHIP: Decider[
    Companionship, CompanionshipCommand, CompanionshipEvent, Rulebook
] = Decider(initial=Companionship(), decide=decide, evolve=evolve)
