"""Who may do what in an incident, and when: one table, for deciding and for offering.

Each line: the states a command fits, and the roles that may give it. What depends on a
command's own words is for ``decide``.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple, get_args

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
from domain.incident.refusals import (
    HandedOutAlready,
    NoSuchIncident,
    NotForYou,
    NothingHandedOut,
    NotNow,
    StillHandingOut,
)
from domain.incident.state import Incident
from domain.incident.values import TERMINAL, IncidentStatus
from domain.kernel import Refused
from domain.party import SERVICE, ActingRole

Roles = frozenset[ActingRole]
States = frozenset[IncidentStatus]

# An agent notices, narrows and drafts, and may stop it at any time. What reaches the
# public, all orders at once, or other people's clocks is for seniors.
SENIORS: Final[Roles] = frozenset({"senior_agent", "finance_approver"})
HANDLING: Final[Roles] = frozenset({"agent", "senior_agent"})
MACHINE: Final[Roles] = frozenset({"system"})

EVER: Final[States] = frozenset(get_args(IncidentStatus))
LIVE: Final[States] = EVER - (TERMINAL | {"completed"})
HANDING_OUT: Final[States] = frozenset({"piloting", "rolling_out"})
BEGUN: Final[States] = HANDING_OUT | {"paused"}
PREPARING: Final[States] = LIVE - BEGUN
PLANNED: Final[States] = frozenset({"plan_drafted", "impact_estimated", "approved"})
STANDING: Final[States] = PLANNED | BEGUN | {"scoped"}


class Guard(NamedTuple):
    """One line: in which states, and for which roles."""

    states: States
    roles: Roles


GUARDS: Final[Mapping[type[IncidentCommand], Guard]] = {
    DeclareIncident: Guard(frozenset(), SERVICE),
    ReviseSelector: Guard(LIVE, HANDLING),
    FreezeScope: Guard(frozenset({"declared", "scoping"}), HANDLING | MACHINE),
    IncludeOrders: Guard(STANDING | {"scoping"}, HANDLING | MACHINE),
    ExcludeOrders: Guard(STANDING | {"scoping"}, HANDLING | MACHINE),
    DraftPlan: Guard(PREPARING | {"paused"}, HANDLING | MACHINE),
    RecordEstimate: Guard(PLANNED | BEGUN, HANDLING | MACHINE),
    ApproveBudget: Guard(BEGUN | {"impact_estimated", "approved"}, SERVICE),
    StartPilot: Guard(frozenset({"approved", "piloting"}), HANDLING),
    ExpandRollout: Guard(HANDING_OUT, SENIORS),
    PauseIncident: Guard(HANDING_OUT, SERVICE),
    ResumeIncident: Guard(frozenset({"paused"}), SENIORS),
    RollBackUnexecuted: Guard(LIVE, SENIORS),
    WithdrawIncident: Guard(PREPARING, HANDLING),
    ReserveBudget: Guard(HANDING_OUT, MACHINE),
    SettleBudget: Guard(EVER, MACHINE),
    RecordSpent: Guard(EVER, MACHINE),
    SetExemption: Guard(EVER, SENIORS),
    PublishNotice: Guard(EVER, SENIORS),
    CompleteIncident: Guard(LIVE, SENIORS | MACHINE),
    ReviewIncident: Guard(frozenset({"completed"}), SENIORS),
}


def permit_role(command: type[IncidentCommand], role: ActingRole) -> None:
    """Raise NotForYou for a role that may never give this command."""
    roles = GUARDS[command].roles
    if role not in roles:
        raise NotForYou(role=role, roles=sorted(roles))


def permit_now(command: type[IncidentCommand], incident: Incident) -> None:
    """Raise NoSuchIncident, or NotNow for a state the command does not fit."""
    if incident.status is None:
        raise NoSuchIncident
    if incident.status not in GUARDS[command].states:
        raise NotNow(status=incident.status)
    if why := hindrance(command, incident):
        raise why


def hindrance(command: type[IncidentCommand], incident: Incident) -> Refused | None:
    """Return what forbids a command in a state it fits otherwise, if anything does.

    What was handed out is taken back, and what was not is withdrawn. Scope and plan of
    an incident may be revised after some was handed out: then it is prepared anew, and
    can be taken back all the same.
    """
    if command is WithdrawIncident and incident.begun:
        return HandedOutAlready()
    if command is RollBackUnexecuted and not incident.begun:
        return NothingHandedOut()
    if command is CompleteIncident and incident.tally.reserved:
        return StillHandingOut(orders=incident.tally.reserved)
    return None


def allowed(incident: Incident, role: ActingRole) -> tuple[type[IncidentCommand], ...]:
    """Return what may be done in this role now, by the table ``decide`` uses."""
    return tuple(
        command
        for command, guard in GUARDS.items()
        if role in guard.roles
        and (
            incident.status in guard.states
            or (incident.status is None and command is DeclareIncident)
        )
        and hindrance(command, incident) is None
    )
