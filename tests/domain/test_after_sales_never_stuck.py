"""Wherever a case comes to, it is somebody's turn, or somebody's to look at."""

from datetime import timedelta
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.after_sales import (
    CASE,
    AcceptCounter,
    AskForEvidence,
    Case,
    CaseCommand,
    CaseType,
    ChangeRequest,
    ConfirmReplacement,
    CounterOffer,
    DeclineCounter,
    EndIntervention,
    EscalateCase,
    ExecuteRuling,
    FreezeCase,
    JudgeReturn,
    OpenTicket,
    RecordParcelScan,
    RecordReception,
    ReopenCase,
    ReopenForDispute,
    ShipReplacement,
    WithdrawCase,
)
from domain.after_sales.steps import still_owed
from domain.kernel import Refused
from domain.timer import CheckClocks
from tests.domain.after_sales import (
    ANNA,
    JACKET,
    LIN,
    MACHINE,
    MONDAY,
    SHOP,
    TORN,
    WEI,
    Past,
    accept,
    approve,
    ask_for,
    bounced,
    paid,
    pay,
    receive,
    refuse_goods,
    reject,
    send_back,
    signed,
    state,
)
from tests.domain.policy.facts import DOUYIN, TAOBAO
from tests.given import Given

TYPES: Final[tuple[CaseType, ...]] = (
    "refund_shipped",
    "return_refund",
    "exchange",
    "resend",
    "repair",
)
COMMANDS: Final[tuple[CaseCommand, ...]] = (
    *(ChangeRequest(by=ANNA, type=it, items=JACKET, reason=TORN) for it in TYPES),
    WithdrawCase(by=ANNA),
    approve,
    reject,
    CounterOffer(by=SHOP, type="resend", items=JACKET),
    AcceptCounter(by=ANNA),
    DeclineCounter(by=ANNA),
    send_back,
    signed,
    receive,
    accept,
    refuse_goods,
    JudgeReturn(by=SHOP, acceptance="manual_intervention_required"),
    RecordReception(by=SHOP, reception="given_to_customer"),
    ShipReplacement(by=SHOP, carrier="shunfeng", waybill="SF77"),
    RecordParcelScan(direction="outbound", scan="o-1", code="signed"),
    ConfirmReplacement(by=ANNA),
    pay,
    paid,
    bounced,
    EscalateCase(by=ANNA, dispute="D-1"),
    EndIntervention(by=MACHINE, dispute="D-1"),
    ExecuteRuling(by=MACHINE, dispute="D-1", items=JACKET),
    ExecuteRuling(by=MACHINE, dispute="D-1", items=JACKET, return_first=True),
    ExecuteRuling(by=MACHINE, dispute="D-1"),
    FreezeCase(by=WEI, frozen=True, reason="account_stolen"),
    FreezeCase(by=WEI, frozen=False, reason="account_back"),
    ReopenCase(by=WEI, reason="asked"),
    ReopenForDispute(by=MACHINE, dispute="D-1", reason="new_proof"),
    AskForEvidence(by=LIN, of="merchant", shows=("video",)),
    OpenTicket(by=LIN),
)
# Time passes about as often as something is done.
TURNS = st.lists(
    st.tuples(
        st.one_of(st.just(CheckClocks()), st.sampled_from(COMMANDS)),
        st.sampled_from((1, 30, 24 * 11, 24 * 40)),
    ),
    min_size=3,
    max_size=14,
)


def turn_of_somebody(case: Case) -> bool:
    """Whether a case ended, waits for a step with its clock, or for somebody."""
    flagged = case.needs_human or case.needs_dispute or case.intervening
    clocks = (case.open_clock(name) for name in still_owed(case) - {"ship_rule"})
    return case.final or case.elsewhere or flagged or any(clocks)


@given(
    type_=st.sampled_from(TYPES), book=st.sampled_from((TAOBAO, DOUYIN)), turns=TURNS
)
@settings(deadline=None, max_examples=150)
def test_no_case_is_left_without_a_clock_and_without_anybody(
    type_: CaseType, book: Any, turns: list[tuple[CaseCommand, int]]
) -> None:
    start: Past = Given(CASE, book)
    past, at = start.when(ask_for(type_), at=MONDAY).happens(), MONDAY
    for command, hours in turns:
        at += timedelta(hours=hours)
        try:
            past = past.when(command, at=at).happens()
        except Refused:
            continue
        assert turn_of_somebody(state(past)), state(past).status
