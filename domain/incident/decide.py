"""What an incident answers: the table says who may, the rest is one line each."""

from datetime import UTC, datetime
from typing import assert_never

from domain.incident.budgeting import (
    reserved,
    reserved_so,
    settled,
    spent,
    spent_so,
)
from domain.incident.commands import (
    ApproveBudget,
    CompleteIncident,
    DeclareIncident,
    DraftPlan,
    ExcludeOrders,
    ExpandRollout,
    FreezeScope,
    IncidentCommand,
    IncludeOrders,
    PauseIncident,
    PublishNotice,
    RecordEstimate,
    RecordSpent,
    ReserveBudget,
    ResumeIncident,
    ReviewIncident,
    ReviseSelector,
    RollBackUnexecuted,
    SetExemption,
    SettleBudget,
    StartPilot,
    WithdrawIncident,
)
from domain.incident.events import IncidentEvent
from domain.incident.evolve import evolve
from domain.incident.guards import permit_now, permit_role
from domain.incident.planning import approved, drafted, estimated
from domain.incident.running import (
    completed,
    exempted,
    expanded,
    paused,
    piloted,
    published,
    resumed,
    reviewed,
    rolled_back,
    withdrawn,
)
from domain.incident.scoping import (
    Events,
    declared,
    excluded,
    frozen,
    frozen_so,
    included,
    included_so,
    revised,
)
from domain.incident.state import Incident
from domain.kernel import Decider
from domain.policy.book import Rulebook


def decide(
    incident: Incident, command: IncidentCommand, policy: Rulebook, at: datetime
) -> Events:
    """Return what happens; raises a Refused of refusals.py.

    What is so already returns ``()``.
    """
    at = at.astimezone(UTC)
    permit_role(type(command), command.by.role)
    match command:
        case DeclareIncident():
            return declared(incident, command, at)
        case _ if incident.declared is not None and so_already(incident, command):
            return ()
        case _:
            permit_now(type(command), incident)
            return granted(incident, command, policy, at)


def granted(
    incident: Incident, command: IncidentCommand, policy: Rulebook, at: datetime
) -> Events:
    """Return what is granted, now that whoever asks may."""
    match command:
        case DeclareIncident():
            return declared(incident, command, at)
        case ReviseSelector():
            return revised(incident, command, at)
        case FreezeScope():
            return frozen(incident, command, at)
        case IncludeOrders():
            return included(incident, command, at)
        case ExcludeOrders():
            return excluded(incident, command, at)
        case DraftPlan():
            return drafted(incident, command, at)
        case RecordEstimate():
            return estimated(incident, command, at)
        case ApproveBudget():
            return approved(incident, command, policy, at)
        case StartPilot():
            return piloted(incident, command, at)
        case ExpandRollout():
            return expanded(incident, command, at)
        case PauseIncident():
            return paused(command, at)
        case ResumeIncident():
            return resumed(command, at)
        case RollBackUnexecuted():
            return rolled_back(command, at)
        case WithdrawIncident():
            return withdrawn(command, at)
        case ReserveBudget():
            return reserved(incident, command, at)
        case SettleBudget():
            return settled(incident, command, at)
        case RecordSpent():
            return spent(incident, command, at)
        case SetExemption():
            return exempted(incident, command, policy, at)
        case PublishNotice():
            return published(incident, command, at)
        case CompleteIncident():
            return completed(command, at)
        case ReviewIncident():
            return reviewed(command, at)
    assert_never(command)


def so_already(incident: Incident, command: IncidentCommand) -> bool:
    """Whether what is asked for is so: asking for it twice is asking for it once.

    Raises ChunkReused, BatchReused and SpendingReused for a used name that said else.
    """
    match command:
        case FreezeScope():
            return frozen_so(incident, command)
        case IncludeOrders():
            return included_so(incident, command)
        case ReserveBudget():
            return reserved_so(incident, command)
        case RecordSpent():
            return spent_so(incident, command)
        case StartPilot(orders=orders):
            return incident.status == "piloting" and incident.pilot.orders == orders
        case PauseIncident():
            return incident.status == "paused"
        case ResumeIncident():
            return incident.status in {"piloting", "rolling_out"}
        case RollBackUnexecuted():
            return incident.ended == "rolled_back"
        case WithdrawIncident():
            return incident.ended == "withdrawn"
        case CompleteIncident():
            return incident.ended == "completed"
        case ReviewIncident(cause=cause, lessons=lessons):
            known = incident.reviewed
            return known is not None and (known.cause, known.lessons) == (
                cause,
                lessons,
            )
        case _:
            return False


INCIDENT: Decider[Incident, IncidentCommand, IncidentEvent, Rulebook] = Decider(
    initial=Incident(), decide=decide, evolve=evolve
)
