"""Whose turn it is in an incident, and what its reader may ask for now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from application.incidents.exemption import Exempt
from application.incidents.incidents import Estimate, Freeze
from domain.incident import (
    ApproveBudget,
    DeclareIncident,
    FreezeScope,
    Incident,
    IncidentCommand,
    IncidentStatus,
    IncludeOrders,
    RecordEstimate,
    RecordSpent,
    ReserveBudget,
    SetExemption,
    SettleBudget,
    allowed,
)
from domain.incident.planning import granting, hands_of, limits_of
from domain.kernel import Command
from domain.party import ActingRole, By
from domain.policy.book import Rulebook

# What people ask for where the domain's own command is made of what is looked up.
ASKED_AS: Final[Mapping[type[IncidentCommand], type[Command]]] = {
    FreezeScope: Freeze,
    RecordEstimate: Estimate,
    SetExemption: Exempt,
}
# What only the service itself says, and what begins another incident.
NOT_ASKED: Final[frozenset[type[IncidentCommand]]] = frozenset(
    {DeclareIncident, IncludeOrders, ReserveBudget, SettleBudget, RecordSpent}
)
# Whose turn it is, by where it stands; the rest depends on more than that.
TURNS: Final[Mapping[IncidentStatus, tuple[ActingRole, str]]] = {
    "declared": ("agent", "freeze_scope"),
    "scoping": ("agent", "freeze_scope"),
    "scoped": ("agent", "draft_plan"),
    "plan_drafted": ("agent", "estimate"),
    "approved": ("agent", "start_pilot"),
    "paused": ("senior_agent", "resume_or_roll_back"),
    "completed": ("senior_agent", "review"),
}


class IncidentTurn(Struct, frozen=True, kw_only=True):
    """Whose turn it is, to do what, and by when, if anything says so."""

    party: ActingRole
    deed: str
    due_at: datetime | None = None


def turn(state: Incident, book: Rulebook, at: datetime) -> IncidentTurn | None:
    """Return whose turn it is; None once nothing more is awaited of anybody."""
    match state.status:
        case "impact_estimated":
            return IncidentTurn(party=approver(state, book, at), deed="approve_budget")
        case "piloting" if state.pilot.tried < state.pilot.orders:
            return handing_out(state, at, "expand_rollout")
        case "piloting":
            return IncidentTurn(party="senior_agent", deed="expand_rollout")
        case "rolling_out":
            return handing_out(state, at, "complete")
        case None | "reviewed" | "rolled_back" | "withdrawn":
            return None
        case status:
            party, deed = TURNS[status]
            return IncidentTurn(party=party, deed=deed)


def handing_out(state: Incident, at: datetime, then: str) -> IncidentTurn:
    """Return that it is the service's while anybody waits, or may join until it ends.

    Then it is for a senior to say what comes next.
    """
    if state.tally.waiting or state.tally.reserved:
        return IncidentTurn(party="system", deed="hand_out")
    if state.ends is not None and at < state.ends:
        return IncidentTurn(party="system", deed="hand_out", due_at=state.ends)
    return IncidentTurn(party="senior_agent", deed=then)


def approver(state: Incident, book: Rulebook, at: datetime) -> ActingRole:
    """Return the least role that grants what it was estimated to cost."""
    assert state.estimate is not None, "it waits to be granted"
    roles = granting(state.estimate.impact.total_fen, book, at)
    return next(iter(roles), "finance_approver")


def may(state: Incident, by: By, book: Rulebook, at: datetime) -> tuple[str, ...]:
    """Return what somebody may ask for now, by the table the domain decides by."""
    return tuple(
        ASKED_AS.get(command, command).__name__
        for command in allowed(state, by.role)
        if command not in NOT_ASKED
        and (command is not ApproveBudget or may_grant(state, by, book, at))
    )


def may_grant(state: Incident, by: By, book: Rulebook, at: datetime) -> bool:
    """Whether a role grants anything at all, by other hands than proposed it."""
    limits, _ = limits_of(book, at)
    return by.role in limits and by.name not in hands_of(state)
