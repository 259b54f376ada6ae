"""What may be done is offered, and what is offered is taken: one table for both."""

from collections.abc import Iterator
from functools import reduce
from typing import get_args

import pytest
from msgspec.structs import replace

from domain.dispute import (
    DISPUTE,
    AcceptLiability,
    AcceptOffer,
    AskForProof,
    AssignHandler,
    CloseDispute,
    CompleteEnforcement,
    ContestFault,
    DecideAppeal,
    DenyOffer,
    Dispute,
    DisputeEvent,
    DisputeRequest,
    DisputeStatus,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    ExtendDisputeClock,
    FileAppeal,
    MakeOffer,
    NoteDispute,
    OpenDispute,
    RateDispute,
    ReopenDispute,
    Shown,
    SubmitProof,
    TerminateDispute,
    WithdrawDispute,
    allowed,
)
from domain.kernel import Refused
from domain.party import ActingRole, By
from domain.timer import CheckClocks
from tests.domain.disputes import (
    BOOK,
    DAY,
    FRIDAY,
    LIN,
    MONDAY,
    OTHER_JUDGE,
    REPORT,
    SHOP,
    appealed,
    asked,
    enforced,
    enforcing,
    escalate,
    fen,
    given,
    negotiating,
    open_,
    opened,
    pending,
    reviewed,
    rule,
    ruled,
    settled,
)
from tests.domain.test_dispute_reports import reported
from tests.domain.test_dispute_ruling import change, uphold

offer = MakeOffer(by=SHOP, type="refund", amount=fen(40_000))


def after(*past: DisputeEvent, do: DisputeRequest) -> tuple[DisputeEvent, ...]:
    return given(*past).when(do, at=FRIDAY).happens().past


upheld = after(*appealed, do=uphold)
STATES: dict[str, tuple[DisputeEvent, ...]] = {
    "none": (),
    "opened": (opened,),
    "negotiation": negotiating,
    "offered": after(*negotiating, do=offer),
    "platform_review": reviewed,
    "evidence_round": asked,
    "ruling_pending": pending,
    "ruling_issued": ruled,
    "enforcing": enforcing,
    "enforced": enforced,
    "appeal_review": appealed,
    "appeal_review_asked": after(
        *appealed, do=AskForProof(by=OTHER_JUDGE, of=("merchant",))
    ),
    "ruling_upheld": upheld,
    "ruling_changed": after(*appealed, do=change),
    "settled": settled,
    "withdrawn": after(*negotiating, do=WithdrawDispute(by=open_.by)),
    "terminated": after(
        *negotiating, do=TerminateDispute(by=LIN, authority="court", reference="c-1")
    ),
    "closed": given(*enforced).when(CheckClocks(), at=FRIDAY + 30 * DAY).happens().past,
    "reported": (reported,),
}
NAMES: dict[ActingRole, tuple[str, ...]] = {
    "consumer": ("anna", "bo"),
    "merchant": ("shop-1", "shop-2"),
    "creator": ("host-7",),
    "carrier": ("sf",),
    "service_provider": ("helper",),
    "insurer": ("picc",),
    "agent": ("lin", "new"),
    "senior_agent": ("wei",),
    "arbiter": ("judge-ma", "judge-qi", "lin", "judge-xu"),
    "finance_approver": ("cashier",),
    "system": ("redress",),
}
NEW = Shown(evidence="file-new", shows="inspection_report", kind="pdf")


def state(events: tuple[DisputeEvent, ...]) -> Dispute:
    return reduce(DISPUTE.evolve, events, DISPUTE.initial)


def likely(dispute: Dispute, by: By) -> Iterator[DisputeRequest]:
    """Yield each command with what a sensible person would fill in."""
    theirs = [each.number for each in dispute.offers if each.by.role != by.role] or [1]
    clocks = [name for name in dispute.timers if dispute.clock(name)] or ["ruling"]
    yield replace(open_, by=by)
    yield MakeOffer(by=by, type="refund", amount=fen(123))
    yield AcceptOffer(by=by, offer=theirs[-1])
    yield DenyOffer(by=by, offer=theirs[-1])
    yield AcceptLiability(by=by)
    yield EscalateDispute(by=by)
    yield AssignHandler(by=by, duty="handler", person="somebody-new")
    yield AskForProof(by=by, of=("merchant",))
    yield SubmitProof(by=by, files=(NEW,))
    yield EndRound(by=by)
    yield ContestFault(by=by, files=(NEW,))
    yield replace(rule, by=by)
    yield EnforceRuling(by=by)
    yield CompleteEnforcement(by=by)
    yield FileAppeal(by=by, files=(NEW, REPORT))
    yield DecideAppeal(by=by, upheld=True)
    yield WithdrawDispute(by=by)
    yield TerminateDispute(by=by, authority="police", reference="p-1")
    yield CloseDispute(by=by)
    yield ReopenDispute(by=by, reason="feedback")
    yield ExtendDisputeClock(by=by, timer=clocks[0], hours=1, reason="ill")
    yield NoteDispute(by=by, words="sealed:words", shown=True)
    yield RateDispute(by=by, score=5)


def people() -> Iterator[By]:
    for role, names in NAMES.items():
        yield from (By(role=role, name=name) for name in names)


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("late", [0, 40], ids=["soon", "late"])
def test_whatever_is_offered_is_taken_and_nothing_else(name: str, late: int) -> None:
    dispute, at = state(STATES[name]), FRIDAY + late * DAY
    for by in people():
        offered = allowed(dispute, by.role, by.name, at, BOOK)
        for command in likely(dispute, by):
            taken = taken_by(dispute, command, late)
            assert (type(command) in offered) == taken, (name, by, command)


def taken_by(dispute: Dispute, command: DisputeRequest, late: int) -> bool:
    """Whether something happens. Every answer is events or a Refused."""
    try:
        return bool(DISPUTE.decide(dispute, command, BOOK, FRIDAY + late * DAY))
    except Refused:
        return False


def test_every_state_is_among_those_tried() -> None:
    tried = {state(past).status for past in STATES.values()}
    assert tried == set(get_args(DisputeStatus))


def test_every_command_is_among_those_tried() -> None:
    commands = {type(each) for each in likely(state(()), SHOP)} | {CheckClocks}
    assert commands == set(get_args(DisputeRequest))


def test_the_consumer_may_escalate_withdraw_and_show_while_they_negotiate() -> None:
    assert set(allowed(state(negotiating), "consumer", "anna", MONDAY)) == {
        MakeOffer,
        EscalateDispute,
        SubmitProof,
        WithdrawDispute,
        NoteDispute,
    }
    assert allowed(state(()), "consumer", "anna", MONDAY) == (OpenDispute,)


def test_the_handler_of_the_case_is_not_offered_to_rule_as_an_arbiter() -> None:
    given(*pending).when(replace(rule), at=FRIDAY).happens()
    assert type(rule) in allowed(state(pending), "arbiter", "judge-ma", FRIDAY)
    assert type(rule) not in allowed(state(pending), "arbiter", "lin", FRIDAY)
    assert escalate.by.role == "consumer"
