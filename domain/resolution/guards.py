"""Which request is possible when, and for whom: one table, asked by all.

``decide`` asks it first, and what a reader is offered comes from the same rows. What
was asked for and is so already is answered before the status is looked at.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, get_args

from domain.party import ActingRole
from domain.resolution.already import already
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
    SettleStep,
    StartStep,
    TriageResolution,
)
from domain.resolution.refusals import (
    AlreadyOpened,
    NoSuchResolution,
    NotNow,
    NotYourPart,
    ResolutionOver,
)
from domain.resolution.state import STANDING, Resolution
from domain.resolution.turns import STOPPED, done_by_state
from domain.resolution.values import TERMINAL, ResolutionStatus

Status = frozenset[ResolutionStatus]
Roles = frozenset[ActingRole]

ALL: Final[Status] = frozenset(get_args(ResolutionStatus))
LIVE: Final[Status] = ALL - TERMINAL
# Nothing was taken, so that something else can be proposed.
UNPROPOSED: Final[Status] = frozenset(
    {"detected", "triaged", "rejected", "superseded", "declined"}
)
OPEN: Final[Status] = STANDING | UNPROPOSED
JUDGED_AFTER: Final[Status] = frozenset({"confirming", "needs_human"})
SENT: Final[Status] = frozenset({"offered"})
# What nobody takes up again: it is judged elsewhere.
REOPENS: Final[Status] = frozenset(
    {"resolved", "dismissed", "self_healed", "expired", "confirming"}
)

STAFF: Final[Roles] = frozenset({"agent", "senior_agent"})
SERVED: Final[Roles] = STAFF | {"system"}
CONSUMER: Final[Roles] = STAFF | {"consumer"}
APPROVERS: Final[Roles] = STAFF | {"arbiter", "finance_approver"}
EVERYBODY: Final[Roles] = frozenset(get_args(ActingRole))


class Rule(NamedTuple):
    """In which states, and by whom."""

    states: Status
    roles: Roles


TABLE: Final[Mapping[type, Rule]] = {
    OpenResolution: Rule(frozenset(), SERVED),
    AttachShortfall: Rule(LIVE, SERVED),
    HealShortfall: Rule(ALL, SERVED),
    TriageResolution: Rule(LIVE, SERVED),
    DismissResolution: Rule(OPEN, SERVED),
    # Plans
    ProposePlans: Rule(OPEN | TERMINAL, SERVED),  # what is owed has a price at the end
    ApprovePlan: Rule(ALL, APPROVERS),  # what is owed may wait when the rest is over
    RejectPlans: Rule(STANDING, APPROVERS | {"system"}),
    # With the consumer
    OfferPlans: Rule(frozenset({"approval_pending", "approved"}), SERVED),
    AcceptPlan: Rule(SENT, CONSUMER),
    DeclinePlans: Rule(SENT, CONSUMER),
    CounterPlans: Rule(SENT, CONSUMER),
    # Carrying it out
    ExecutePlan: Rule(frozenset({"approval_pending", "approved"}), SERVED),
    StartStep: Rule(ALL - STOPPED, SERVED),
    RecordStepResult: Rule(ALL, SERVED),
    CompensateStep: Rule(ALL, SERVED),
    SettleStep: Rule(ALL, STAFF),
    # Afterwards
    ConfirmMadeGood: Rule(frozenset({"confirming"}), frozenset({"consumer"})),
    ReopenResolution: Rule(REOPENS, CONSUMER),
    HandToDispute: Rule(OPEN | JUDGED_AFTER, CONSUMER | {"system"}),
    MeasureOutcome: Rule(ALL, frozenset({"system"})),
}


def guard(resolution: Resolution, command: Any) -> bool:
    """Raise what forbids this now, if anything does; say whether it is so already.

    Raises NoSuchResolution, AlreadyOpened, NotYourPart, ResolutionOver and NotNow.
    """
    rule = TABLE[type(command)]
    opening = isinstance(command, OpenResolution)
    if not opening and not resolution.known:
        raise NoSuchResolution
    if command.by.role not in rule.roles:
        raise NotYourPart(role=command.by.role)
    if already(resolution, command):
        return True
    if opening and resolution.known:
        raise AlreadyOpened
    if opening or resolution.status in rule.states:
        return False
    if isinstance(command, AttachShortfall):
        raise ResolutionOver(status=resolution.status)
    raise NotNow(status=resolution.status)


def allowed(resolution: Resolution, role: ActingRole) -> tuple[type, ...]:
    """Return what somebody in this role may ask of it as it stands."""
    if not resolution.known:
        return (OpenResolution,) if role in TABLE[OpenResolution].roles else ()
    return tuple(
        command
        for command, rule in TABLE.items()
        if role in rule.roles
        and resolution.status in rule.states
        and done_by_state(resolution, command, role)
    )
