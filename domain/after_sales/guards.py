"""Which request is possible when, and for whom: one table, asked by all.

``decide`` asks it first, and what a reader is offered comes from the same rows, so that
nothing is offered that would be refused for who one is or how the case stands. Whose
case it is, is another question, and not the domain's.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, get_args

from domain.after_sales.commands import (
    AcceptCounter,
    AddEvidence,
    ApproveCase,
    AskForEvidence,
    AssignCase,
    CaseRequest,
    ChangeRequest,
    ConfirmReplacement,
    ConfirmReturnReceived,
    CounterOffer,
    DeclineCounter,
    EndIntervention,
    EscalateCase,
    ExecuteRuling,
    ExtendClock,
    FreezeCase,
    JudgeReturn,
    MergeCase,
    NoteCase,
    OpenCase,
    OrderRefund,
    RateCase,
    RecordReception,
    RejectCase,
    ReopenCase,
    ShipReplacement,
    SubmitReturnWaybill,
    WithdrawCase,
)
from domain.after_sales.extending import own_extensions, waits_for
from domain.after_sales.money import may_approve, times_of
from domain.after_sales.refusals import (
    AlreadyOpened,
    ApprovalNeeded,
    CaseIsFrozen,
    NoMoreTime,
    NoSuchCase,
    NothingDue,
    NotInspected,
    NotNow,
    NotUnderReview,
    NotYourPart,
    RefundUnderWay,
    RuledAgainst,
    RunElsewhere,
    StillDisputed,
    TooLateToReopen,
    UnderReview,
)
from domain.after_sales.service_commands import (
    AnswerTicket,
    AppointInspection,
    ConfirmResolved,
    OpenTicket,
    RecordInspection,
    ReopenForDispute,
    TakeOverCase,
    TellFallback,
)
from domain.after_sales.state import OPEN, STATUSES, Case, owed
from domain.after_sales.steps import Rules
from domain.after_sales.values import FINAL, SENDS, CaseStatus
from domain.kernel import Refused
from domain.party import ActingRole
from domain.policy.book import Rulebook
from domain.policy.rows import TimerRow
from domain.timer import CheckClocks, Timer, started

Status = frozenset[CaseStatus]
Roles = frozenset[ActingRole]


class Asking(NamedTuple):
    """Who asks as what, under which rules, when."""

    role: ActingRole
    policy: Rulebook
    at: datetime


Condition = Callable[[Case, Asking], None]

STAFF: Roles = frozenset({"agent", "senior_agent"})
CONSUMER: Roles = STAFF | {"consumer"}
MERCHANT: Roles = STAFF | {"merchant"}
WAREHOUSE: Roles = MERCHANT | {"service_provider", "system"}
PLATFORM: Roles = STAFF | {"system"}
EVERYBODY: Roles = frozenset(get_args(ActingRole))
KNOWN: Status = STATUSES - {"none"}
# Those who go beyond what the row of a clock lets (市场管控: 30 days more).
BEYOND_THE_WINDOW: Roles = frozenset({"senior_agent"})
BEYOND_THE_ROW: Roles = frozenset({"senior_agent", "system"})
PARTIES: Roles = frozenset(
    {"consumer", "merchant", "creator", "carrier", "service_provider", "insurer"}
)
# Agreed, and nothing of it done yet that could not be undone.
UNDONE: Status = frozenset(
    {
        "awaiting_merchant",
        "rejected_awaiting_consumer",
        "countered_awaiting_consumer",
        "awaiting_consumer_return",
        "awaiting_merchant_receipt",
        "rejected_after_receipt",
        "awaiting_merchant_ship",
    }
)
ANSWERABLE: Status = frozenset(
    {
        "awaiting_merchant",
        "rejected_awaiting_consumer",
        "countered_awaiting_consumer",
    }
)
ON_THE_WAY_BACK: Status = frozenset(
    {"awaiting_consumer_return", "awaiting_merchant_receipt"}
)

# -- Conditions beside state and role --


def not_frozen(case: Case, _: Asking) -> None:
    """Let nothing move in a frozen case."""
    if case.frozen:
        raise CaseIsFrozen


def not_under_review(case: Case, _: Asking) -> None:
    """Let what the platform is looking at stay as it is."""
    if case.intervening:
        raise UnderReview(dispute=case.dispute)


def under_review(case: Case, _: Asking) -> None:
    """Ask that a dispute is open here."""
    if case.dispute is None:
        raise NotUnderReview


def own_step(case: Case, asking: Asking) -> None:
    """Let the service let go only of what it opened itself, for a resolution."""
    if asking.role == "system" and case.resolution is None:
        raise NotYourPart(role=asking.role)


def no_refund_moving(case: Case, _: Asking) -> None:
    """Let nobody change what a refund on its way is about."""
    if case.live_refund is not None:
        raise RefundUnderWay(refund=case.live_refund.name)


def money_due(case: Case, asking: Asking) -> None:
    """Ask that something is due, nothing on its way, and it lies within one's limit."""
    if case.live_refund is not None:
        raise RefundUnderWay(refund=case.live_refund.name)
    if case.to_pay is None:
        raise NothingDue
    if not may_approve(case, asking.role, asking.policy, asking.at):
        raise ApprovalNeeded(amount=str(case.to_pay), role=asking.role)


def goods_here(case: Case, _: Asking) -> None:
    """Ask that goods arrived that nobody has accepted yet."""
    if case.reception != "received" or case.acceptance == "accepted":
        raise NotNow(reception=case.reception, acceptance=case.acceptance)


def goods_awaited(case: Case, _: Asking) -> None:
    """Ask that goods are, or were, to come back."""
    if case.reception not in {"awaiting", "received"}:
        raise NotNow(reception=case.reception)


def reception_to_end(case: Case, _: Asking) -> None:
    """Ask that there is a reception, and that nobody is waiting for it in a step."""
    if case.reception not in {"awaiting", "received"}:
        raise NotNow(reception=case.reception)
    if case.reception == "awaiting" and case.status in ON_THE_WAY_BACK:
        raise NotNow(status=case.status, reception=case.reception)


def sends_goods(case: Case, _: Asking) -> None:
    """Ask that the merchant owes goods in return."""
    if case.type not in SENDS:
        raise NotNow(type=case.type)


def not_disputed(case: Case, _: Asking) -> None:
    """Let a case go on while a dispute of ours is over it: its claim stays reserved.

    Otherwise somebody else could claim the goods before the dispute is ruled.
    """
    if case.dispute is not None:
        raise StillDisputed(dispute=case.dispute)


def not_escalated(case: Case, _: Asking) -> None:
    """Ask that no dispute is open yet."""
    if case.dispute is not None:
        raise UnderReview(dispute=case.dispute)


def time_to_give(case: Case, asking: Asking) -> None:
    """Ask that some clock of the case may still be put off by this role."""
    clocks = [timer for timer in case.timers.values() if owed(timer)]
    if not any(may_extend(case, timer, asking) for timer in clocks):
        raise NoMoreTime


def may_extend(case: Case, timer: Timer, asking: Asking) -> bool:
    """Whether a clock may be put off once more by this role."""
    if asking.role in BEYOND_THE_ROW:
        return True
    row = asking.policy.row(timer.policy)
    if not isinstance(row, TimerRow):
        return False
    if waits_for(timer, asking.role):
        return bool(row.given_hours)
    return own_extensions(case, timer, asking.role) < row.extensions_max


def not_ruled_against(case: Case, _: Asking) -> None:
    """Let silence not undo a ruling: its case goes on with its dispute alone."""
    if case.ended_why == "ruled_against":
        raise RuledAgainst(dispute=case.ruled)


def in_time_to_reopen(case: Case, asking: Asking) -> None:
    """Ask that the case ended not too long ago, but for a senior agent."""
    row = Rules(asking.policy, asking.at).row(case, "reopen")
    if row is None or case.ended_at is None or asking.role in BEYOND_THE_WINDOW:
        return
    calendar = asking.policy.calendars(times_of(case, asking.at))
    until = started(row, "reopen", case.ended_at, calendar, case.where).due_at
    if asking.at > until:
        raise TooLateToReopen(until=until)


def not_inspected(case: Case, _: Asking) -> None:
    """Ask that nobody has looked at the goods yet."""
    if case.inspection is not None and case.inspection.result is not None:
        raise NotNow(inspection=case.inspection.result)


def inspection_waits(case: Case, asking: Asking) -> None:
    """Ask that the time of an inspection has come and its result is not known."""
    if case.inspection is None:
        raise NotNow(inspection=None)
    if asking.at < case.inspection.appointed_for:
        raise NotInspected(appointed_for=case.inspection.appointed_for)
    not_inspected(case, asking)


def ticket_waits(case: Case, _: Asking) -> None:
    """Ask that a ticket of the service waits for an answer."""
    if "open" not in case.tickets.values():
        raise NotNow(tickets=len(case.tickets))


def not_resolved(case: Case, _: Asking) -> None:
    """Ask that nobody said yet whether it is settled."""
    if case.resolved is not None:
        raise NotNow(resolved=case.resolved)


class Rule(NamedTuple):
    """In which states, by whom, and under which conditions beside."""

    states: Status
    roles: Roles
    conditions: tuple[Condition, ...] = ()
    followed_too: bool = False  # also of a case that another platform runs


TABLE: Final[Mapping[type[CaseRequest], Rule]] = {
    OpenCase: Rule(frozenset({"none"}), CONSUMER | {"system"}),
    ChangeRequest: Rule(
        UNDONE, CONSUMER, (not_frozen, not_under_review, no_refund_moving)
    ),
    WithdrawCase: Rule(
        OPEN,
        CONSUMER | {"system"},
        (own_step, not_frozen, not_disputed, no_refund_moving),
    ),
    # The answer
    ApproveCase: Rule(ANSWERABLE, MERCHANT, (not_frozen,)),
    RejectCase: Rule(
        frozenset({"awaiting_merchant"}), MERCHANT, (not_frozen, not_under_review)
    ),
    CounterOffer: Rule(ANSWERABLE, MERCHANT, (not_frozen, not_under_review)),
    AcceptCounter: Rule(
        frozenset({"countered_awaiting_consumer"}), CONSUMER, (not_frozen,)
    ),
    DeclineCounter: Rule(
        frozenset({"countered_awaiting_consumer"}), CONSUMER, (not_frozen,)
    ),
    # The goods
    SubmitReturnWaybill: Rule(
        ON_THE_WAY_BACK, CONSUMER | {"system", "service_provider"}, (not_frozen,)
    ),
    ConfirmReturnReceived: Rule(KNOWN, WAREHOUSE, (goods_awaited,)),
    JudgeReturn: Rule(KNOWN, WAREHOUSE, (not_frozen, goods_here)),
    RecordReception: Rule(KNOWN, WAREHOUSE, (reception_to_end,)),
    ShipReplacement: Rule(
        frozenset({"awaiting_merchant_ship", "awaiting_merchant_receipt"}),
        WAREHOUSE,
        (not_frozen, sends_goods),
    ),
    ConfirmReplacement: Rule(
        frozenset({"awaiting_consumer_receipt"}), CONSUMER | {"system"}, (not_frozen,)
    ),
    # The money
    OrderRefund: Rule(
        frozenset({"refunding"}),
        MERCHANT | {"finance_approver", "system"},
        (not_frozen, money_due),
    ),
    # The platform
    EscalateCase: Rule(
        OPEN, CONSUMER | {"merchant", "arbiter", "system"}, (not_escalated,)
    ),
    EndIntervention: Rule(KNOWN, PLATFORM | {"arbiter"}, (under_review,)),
    ExecuteRuling: Rule(KNOWN, frozenset({"arbiter", "system"}), (no_refund_moving,)),
    ExtendClock: Rule(
        OPEN, PLATFORM | {"consumer", "merchant"}, (time_to_give,), followed_too=True
    ),
    FreezeCase: Rule(OPEN, PLATFORM, followed_too=True),
    # The work
    AssignCase: Rule(KNOWN, PLATFORM, followed_too=True),
    AskForEvidence: Rule(KNOWN, STAFF | {"arbiter"}, followed_too=True),
    AddEvidence: Rule(KNOWN, PARTIES | STAFF, followed_too=True),
    NoteCase: Rule(KNOWN, EVERYBODY, followed_too=True),
    MergeCase: Rule(OPEN, PLATFORM, (not_frozen, not_under_review, no_refund_moving)),
    ReopenCase: Rule(
        FINAL, PLATFORM | {"arbiter"}, (not_ruled_against, in_time_to_reopen)
    ),
    ReopenForDispute: Rule(FINAL, EVERYBODY),
    RateCase: Rule(FINAL, frozenset({"consumer"}), followed_too=True),
    # Beside the request
    AppointInspection: Rule(
        frozenset({"awaiting_merchant"}),
        WAREHOUSE | {"consumer"},
        (not_frozen, not_inspected),
    ),
    RecordInspection: Rule(
        frozenset({"awaiting_merchant", "countered_awaiting_consumer"}),
        WAREHOUSE,
        (not_frozen, inspection_waits),
    ),
    OpenTicket: Rule(OPEN, PLATFORM, followed_too=True),
    AnswerTicket: Rule(KNOWN, MERCHANT, (ticket_waits,), followed_too=True),
    ConfirmResolved: Rule(frozenset({"succeeded"}), CONSUMER, (not_resolved,)),
    TakeOverCase: Rule(OPEN, PLATFORM, (not_frozen,)),
    TellFallback: Rule(OPEN, frozenset({"system"}), (sends_goods,)),
}


# Asked only together with another command, never by itself.
IMPLIED: Final = frozenset({TakeOverCase, TellFallback, ReopenForDispute})


def guard(
    case: Case,
    command: type[CaseRequest],
    role: ActingRole,
    policy: Rulebook,
    at: datetime,
) -> None:
    """Raise what forbids this role to ask this of the case now, if anything does.

    Clocks may always be asked about. Raises NoSuchCase, AlreadyOpened, RunElsewhere,
    NotYourPart, NotNow, and what the conditions of the table raise.
    """
    if command is CheckClocks:
        return
    rule = TABLE[command]
    if command is OpenCase and case.known:
        raise AlreadyOpened
    if command is not OpenCase and not case.known:
        raise NoSuchCase
    if role not in rule.roles:
        raise NotYourPart(role=role)
    if case.elsewhere and not rule.followed_too:
        raise RunElsewhere(source=case.told.source if case.told else None)
    if case.status not in rule.states and not (case.elsewhere and rule.followed_too):
        raise NotNow(status=case.status)
    asking = Asking(role, policy, at)
    for condition in rule.conditions:
        condition(case, asking)


def allowed(
    case: Case, role: ActingRole, policy: Rulebook, at: datetime
) -> tuple[type[CaseRequest], ...]:
    """Return what a reader in this role may ask of the case now."""

    def granted(command: type[CaseRequest]) -> bool:
        try:
            guard(case, command, role, policy, at)
        except Refused:
            return False
        return True

    return tuple(
        command for command in TABLE if command not in IMPLIED and granted(command)
    )
