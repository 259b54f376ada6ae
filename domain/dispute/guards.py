"""Who may do what in a dispute, and when: one table, for deciding and for offering.

Each line: the states a command fits, the roles that may give it, and what else must be
so (the overlays: an offer on the table, a round open, an appeal under way, four eyes).
What depends on a command's own words is for ``decide``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from domain.dispute.commands import (
    AcceptLiability,
    AcceptOffer,
    AskForProof,
    AssignHandler,
    CloseDispute,
    CompleteEnforcement,
    ContestFault,
    DecideAppeal,
    DenyOffer,
    DisputeRequest,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    ExtendDisputeClock,
    FileAppeal,
    IssueRuling,
    MakeOffer,
    NoteDispute,
    OpenDispute,
    RateDispute,
    ReopenDispute,
    SubmitProof,
    TerminateDispute,
    WithdrawDispute,
)
from domain.dispute.conditions import (
    Asking,
    Condition,
    a_clock_runs,
    a_party,
    an_offer_to_answer,
    appeal_in_time,
    enforcing,
    money_approved,
    no_round_open,
    nothing_left,
    something_to_end,
    the_appeal_arbiter,
    the_arbiter,
    the_opener,
    to_enforce,
    who_asks_for_proof,
)
from domain.dispute.refusals import NoSuchDispute, NotForYou, NotNow, RunElsewhere
from domain.dispute.state import HANDLING, Dispute
from domain.dispute.values import FINAL, SIDES, UNDECIDED, DisputeStatus
from domain.kernel import Refused
from domain.party import ActingRole, By
from domain.policy.book import Rulebook

Roles = frozenset[ActingRole]
States = frozenset[DisputeStatus]

PARTIES: Final[Roles] = frozenset(SIDES)
SELLING: Final[Roles] = PARTIES - {"consumer"}
TWO_SIDES: Final[Roles] = frozenset({"consumer", "merchant"})
STAFF: Final[Roles] = HANDLING
JUDGES: Final[Roles] = frozenset({"arbiter"})
MACHINE: Final[Roles] = frozenset({"system"})
PAYING: Final[Roles] = STAFF | MACHINE | JUDGES | {"finance_approver"}

RULED: Final[States] = frozenset(
    {
        "ruling_issued",
        "enforcing",
        "appeal_review",
        "ruling_upheld",
        "ruling_changed",
    }
)
BEGUN: Final[States] = UNDECIDED | RULED | FINAL
REVIEW: Final[States] = frozenset({"platform_review", "ruling_pending"})
IN_APPEAL: Final[States] = frozenset({"appeal_review"})


# -- The table --


class Guard(NamedTuple):
    """One line: in which states, for which roles, and what else must be so."""

    states: States
    roles: Roles
    conditions: tuple[Condition, ...] = ()


GUARDS: Final[Mapping[type[DisputeRequest], Guard]] = {
    OpenDispute: Guard(frozenset({"none"}), TWO_SIDES | STAFF | MACHINE),
    MakeOffer: Guard(UNDECIDED, TWO_SIDES, (a_party,)),
    AcceptOffer: Guard(UNDECIDED, TWO_SIDES, (a_party, an_offer_to_answer)),
    DenyOffer: Guard(UNDECIDED, TWO_SIDES, (a_party, an_offer_to_answer)),
    AcceptLiability: Guard(UNDECIDED, frozenset({"merchant"}), (a_party,)),
    EscalateDispute: Guard(
        frozenset({"opened", "negotiation"}),
        PARTIES | STAFF | MACHINE,
        (a_party,),
    ),
    AssignHandler: Guard(UNDECIDED | RULED, STAFF | JUDGES | MACHINE),
    AskForProof: Guard(
        REVIEW | IN_APPEAL, STAFF | JUDGES, (who_asks_for_proof, no_round_open)
    ),
    SubmitProof: Guard(UNDECIDED | IN_APPEAL, PARTIES, (a_party,)),
    EndRound: Guard(
        frozenset({"platform_review", "evidence_round", "appeal_review"}),
        STAFF | JUDGES,
        (something_to_end, who_asks_for_proof),
    ),
    ContestFault: Guard(UNDECIDED, SELLING, (a_party,)),
    IssueRuling: Guard(frozenset({"ruling_pending"}), JUDGES, (the_arbiter,)),
    EnforceRuling: Guard(RULED - {"enforcing"}, PAYING, (to_enforce, money_approved)),
    CompleteEnforcement: Guard(
        RULED - {"ruling_issued"}, PAYING - JUDGES, (enforcing,)
    ),
    FileAppeal: Guard(RULED | {"closed"}, PARTIES, (a_party, appeal_in_time)),
    DecideAppeal: Guard(IN_APPEAL, JUDGES, (the_appeal_arbiter,)),
    WithdrawDispute: Guard(UNDECIDED, TWO_SIDES | STAFF, (a_party, the_opener)),
    TerminateDispute: Guard(UNDECIDED, STAFF | JUDGES | MACHINE),
    CloseDispute: Guard(RULED - IN_APPEAL, STAFF | MACHINE, (nothing_left,)),
    ReopenDispute: Guard(FINAL, STAFF),
    ExtendDisputeClock: Guard(
        UNDECIDED | RULED, STAFF | JUDGES | MACHINE, (a_clock_runs,)
    ),
    NoteDispute: Guard(BEGUN, PARTIES | STAFF | JUDGES, (a_party,)),
    RateDispute: Guard(FINAL, frozenset({"consumer"}), (a_party,)),
}

# What staff may do with a dispute that another system runs: keep notes, hand it out.
EVEN_ELSEWHERE: Final[frozenset[type[DisputeRequest]]] = frozenset(
    {NoteDispute, AssignHandler}
)


def permit(command: type[DisputeRequest], asking: Asking) -> None:
    """Raise the first rule of the table that speaks against it."""
    guard, dispute = GUARDS[command], asking.dispute
    if not dispute.known and command is not OpenDispute:
        raise NoSuchDispute
    if dispute.mirrored and command not in EVEN_ELSEWHERE:
        raise RunElsewhere
    if asking.by.role not in guard.roles:
        raise NotForYou(role=asking.by.role, roles=sorted(guard.roles))
    if dispute.status not in guard.states and not dispute.mirrored:
        raise NotNow(status=dispute.status)
    for condition in guard.conditions:
        condition(asking)


def allowed(
    dispute: Dispute,
    role: ActingRole,
    name: str,
    at: datetime,
    book: Rulebook | None = None,
) -> tuple[type[DisputeRequest], ...]:
    """Return what this person may do in this role now, by the table ``decide`` uses.

    With a ``book``, the limits of its rows count too.
    """
    asking = Asking(dispute, By(role=role, name=name), at, book)
    return tuple(command for command in GUARDS if permitted(command, asking))


def permitted(command: type[DisputeRequest], asking: Asking) -> bool:
    """Return whether the table has nothing against it."""
    try:
        permit(command, asking)
    except Refused:
        return False
    return True
