"""How far it is handed out: tried, rolled out, paused, taken back, over, reviewed."""

from datetime import datetime

from domain.incident.commands import (
    CompleteIncident,
    ExpandRollout,
    PauseIncident,
    PublishNotice,
    ResumeIncident,
    ReviewIncident,
    RollBackUnexecuted,
    SetExemption,
    StartPilot,
    WithdrawIncident,
)
from domain.incident.events import (
    ExemptionSet,
    IncidentCompleted,
    IncidentEvent,
    IncidentPaused,
    IncidentResumed,
    IncidentReviewed,
    IncidentWithdrawn,
    NoticePublished,
    PilotStarted,
    RollbackOrdered,
    RolloutExpanded,
)
from domain.incident.refusals import (
    NoSuchExemption,
    NothingToTell,
    PilotTooSmall,
)
from domain.incident.state import Incident
from domain.policy.book import Rulebook
from domain.policy.rows import CalendarRow

Events = tuple[IncidentEvent, ...]


def piloted(incident: Incident, command: StartPilot, at: datetime) -> Events:
    """Try it on so many; a pilot under way may be widened, to no less than it tries."""
    if incident.phase == "piloting" and command.orders < incident.pilot.tried:
        raise PilotTooSmall(tried=incident.pilot.tried)
    return (PilotStarted(at=at, by=command.by, orders=command.orders),)


def expanded(incident: Incident, command: ExpandRollout, at: datetime) -> Events:
    """Go on with all the others, or at another rate."""
    rate = command.orders_per_minute
    if incident.phase == "rolling_out" and incident.orders_per_minute == rate:
        return ()
    return (RolloutExpanded(at=at, by=command.by, orders_per_minute=rate),)


def paused(command: PauseIncident, at: datetime) -> Events:
    """Stop handing out more."""
    return (IncidentPaused(at=at, by=command.by, reason=command.reason),)


def resumed(command: ResumeIncident, at: datetime) -> Events:
    """Go on where it was paused."""
    return (IncidentResumed(at=at, by=command.by),)


def rolled_back(command: RollBackUnexecuted, at: datetime) -> Events:
    """Take back what nobody took yet; nothing more is handed out."""
    return (RollbackOrdered(at=at, by=command.by, reason=command.reason),)


def withdrawn(command: WithdrawIncident, at: datetime) -> Events:
    """Give it up; the table lets nobody do so once anything was handed out."""
    return (IncidentWithdrawn(at=at, by=command.by, reason=command.reason),)


def completed(command: CompleteIncident, at: datetime) -> Events:
    """Say that it is over."""
    return (IncidentCompleted(at=at, by=command.by),)


def reviewed(command: ReviewIncident, at: datetime) -> Events:
    """Record what was learnt."""
    return (
        IncidentReviewed(
            at=at, by=command.by, cause=command.cause, lessons=command.lessons
        ),
    )


# -- What is told --


def exempted(
    incident: Incident, command: SetExemption, book: Rulebook, at: datetime
) -> Events:
    """Let nobody be in breach for it, by a row of the calendar in force."""
    if command.policy in incident.exemptions:
        return ()
    if not isinstance(book.row(command.policy), CalendarRow):
        raise NoSuchExemption(policy=command.policy)
    return (ExemptionSet(at=at, by=command.by, policy=command.policy),)


def published(incident: Incident, command: PublishNotice, at: datetime) -> Events:
    """Tell everybody; the same words are not told twice."""
    if not (command.words_zh.strip() and command.words_en.strip()):
        raise NothingToTell
    if (command.words_zh, command.words_en) in incident.notices:
        return ()
    return (
        NoticePublished(
            at=at,
            by=command.by,
            words_zh=command.words_zh,
            words_en=command.words_en,
        ),
    )
