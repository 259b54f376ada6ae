"""How long each step of a case may take, and what the service does when it does.

The hours are those of the default profile (超时说明 20010540; domain rules, section
3.2); the worked examples are those of section 4.6.
"""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from domain.after_sales import (
    CASE,
    AppointInspection,
    CaseClosed,
    CaseSucceeded,
    CaseType,
    ChangeRequest,
    CounterOffer,
    EndIntervention,
    EscalateCase,
    ExecuteRuling,
    ExtendClock,
    FreezeCase,
    JudgeReturn,
    NoMoreTime,
    NoSuchClock,
    ReopenCase,
    ReplacementReceived,
    ReturnJudged,
    ShipReplacement,
    StepDefaulted,
    SubmitReturnWaybill,
    TellFallback,
    allowed,
)
from domain.party import By
from domain.policy.rows import Where
from domain.timer import (
    CheckClocks,
    TimerBreached,
    TimerExtended,
    TimerRestarted,
    TimerStarted,
)
from tests.domain.after_sales import (
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    JACKET,
    JACKET_PRICE,
    LIN,
    MACHINE,
    MONDAY,
    ONE_JACKET,
    RULES,
    SECOND,
    SHOP,
    SPRING_FESTIVAL,
    THURSDAY,
    TORN,
    TUESDAY,
    WEDNESDAY,
    WEI,
    Past,
    accept,
    after,
    approve,
    ask_for,
    asked,
    exchanging,
    given,
    owed,
    receive,
    refunding,
    refuse_goods,
    rejected,
    returned,
    rules,
    said,
    send_back,
    signed,
    state,
    timer,
)
from tests.given import Given

check = CheckClocks()
ship = ShipReplacement(by=SHOP, carrier="shunfeng", waybill="SF77")
offer = CounterOffer(by=SHOP, type="partial_refund", items=ONE_JACKET)
escalate = EscalateCase(by=ANNA, dispute="D-1")


def run_out(past: Past, due_at: datetime) -> Past:
    """Return the past once the clock ran out; until then nothing happens."""
    past.when(check, at=due_at).then()
    late = past.when(check, at=due_at + SECOND).happens()
    first, second = late.past[len(past.past) :][:2]
    assert isinstance(first, TimerBreached)
    assert first.due_at == due_at
    assert isinstance(second, StepDefaulted)
    assert second.policy == first.policy
    late.when(check, at=due_at + SECOND).then()
    late.when(check, at=due_at + HOUR).then()
    return late


# -- The merchant's answer --


@pytest.mark.parametrize(
    ("type_", "hours"),
    [
        ("refund_unshipped", 24),
        ("refund_shipped", 36),
        ("price_protection", 36),
        ("freight_compensation", 36),
        ("partial_refund", 36),
    ],
)
def test_a_refund_nobody_answers_is_agreed_to_and_due(
    type_: CaseType, hours: int
) -> None:
    late = run_out(asked(type_), MONDAY + hours * HOUR)
    case = state(late)
    assert case.status == "refunding"
    assert case.due is not None
    assert (case.due.because, case.due.policy) == ("silence", f"test.answer.{type_}@1")


@pytest.mark.parametrize(
    ("type_", "hours"), [("return_refund", 36), ("exchange", 24), ("repair", 48)]
)
def test_a_return_nobody_answers_is_agreed_to(type_: CaseType, hours: int) -> None:
    late = run_out(asked(type_), MONDAY + hours * HOUR)
    assert state(late).status == "awaiting_consumer_return"


def test_a_resend_nobody_answers_is_agreed_to() -> None:
    late = run_out(asked("resend"), MONDAY + 24 * HOUR)
    assert state(late).status == "awaiting_merchant_ship"


def test_a_flash_sale_is_answered_within_its_hours() -> None:
    ask = replace(ask_for("refund_shipped"), where=Where(goods="flash_sale"))
    past = given().when(ask, at=MONDAY).happens()
    assert owed(past) == {"answer": MONDAY + 5 * HOUR}


def test_in_the_holidays_the_merchant_has_the_holidays_hours() -> None:
    new_year = datetime(2026, 2, 16, 2, tzinfo=UTC)
    festive: Past = Given(CASE, rules(SPRING_FESTIVAL))
    past = festive.when(ask_for("refund_shipped"), at=new_year).happens()
    assert owed(past) == {"answer": new_year + 5 * DAY}
    (begun,) = (each for each in past.past if isinstance(each, TimerStarted))
    assert begun.hours_from is not None
    assert begun.hours_from.reason == "spring_festival"


# -- The consumer's turn --


def test_a_refusal_nobody_contests_closes_the_case() -> None:
    late = run_out(rejected(), MONDAY + 5 * DAY)
    assert late.past[-1] == CaseClosed(
        at=MONDAY + 5 * DAY + SECOND,
        why="consumer_silent",
        policy="test.consumer_decides@1",
    )


def test_an_offer_nobody_answers_closes_the_case() -> None:
    past = after(asked(), (offer, MONDAY))
    late = past.when(check, at=MONDAY + 5 * DAY + SECOND).happens()
    assert state(late).status == "closed"
    assert owed(late) == {}


def test_goods_nobody_sends_back_close_the_case() -> None:
    late = run_out(after(asked(), (approve, MONDAY)), MONDAY + 7 * DAY)
    closed = [event for event in late.past if isinstance(event, CaseClosed)]
    assert [event.why for event in closed] == ["not_sent_back"]


def test_refused_goods_leave_the_consumer_the_same_time() -> None:
    past = after(returned(), (refuse_goods, THURSDAY))
    late = run_out(past, THURSDAY + 5 * DAY)
    assert state(late).status == "closed"
    assert state(late).acceptance == "rejected"


# -- Goods on their way back --


def sent(at: datetime = MONDAY, type_: CaseType = "return_refund") -> Past:
    return after(asked(type_), (approve, MONDAY), (send_back, at))


def test_sent_on_monday_signed_on_tuesday_is_due_two_days_later() -> None:
    past = after(sent(MONDAY), (signed, TUESDAY + 2 * HOUR))
    assert owed(past) == {"confirm_return": THURSDAY + 2 * HOUR}
    late = run_out(past, THURSDAY + 2 * HOUR)
    assert state(late).refund_status == "due"


def test_signed_late_in_the_seven_days_it_is_due_at_their_end() -> None:
    past = after(sent(MONDAY), (signed, MONDAY + 6 * DAY))
    assert owed(past) == {"confirm_return": MONDAY + 7 * DAY}
    restarted = [each for each in past.past if isinstance(each, TimerRestarted)]
    assert [each.policy for each in restarted] == ["test.confirm_return@1"]


def test_signed_after_the_seven_days_it_is_due_two_days_later() -> None:
    past = after(sent(MONDAY), (signed, MONDAY + 7 * DAY + HOUR))
    assert owed(past) == {"confirm_return": MONDAY + 9 * DAY + HOUR}


def test_signed_at_the_very_end_it_is_due_after_ten_days_all_the_same() -> None:
    past = after(sent(MONDAY), (signed, MONDAY + 9 * DAY))
    assert owed(past) == {"confirm_return": MONDAY + 10 * DAY}


def test_unsigned_goods_are_refunded_after_ten_days() -> None:
    late = run_out(sent(MONDAY), MONDAY + 10 * DAY)
    case = state(late)
    assert (case.reception, case.acceptance, case.refund_status) == (
        "awaiting",
        "none",
        "due",
    )


def test_goods_received_and_not_judged_count_as_accepted() -> None:
    past = after(sent(TUESDAY), (receive, WEDNESDAY))
    late = run_out(past, WEDNESDAY + 48 * HOUR)
    case = state(late)
    assert (case.acceptance, case.refund_status) == ("accepted", "due")
    judged = [each for each in late.past if isinstance(each, ReturnJudged)]
    assert [each.policy for each in judged] == ["test.confirm_return.signed@1"]
    assert [each.by.role for each in judged] == ["system"]


def test_another_waybill_gives_the_merchant_no_more_time() -> None:
    past = sent(MONDAY)
    other = SubmitReturnWaybill(by=ANNA, carrier="shunfeng", waybill="SF10")
    corrected = after(past, (other, WEDNESDAY))
    assert owed(corrected) == owed(past)


def test_where_somebody_has_to_look_the_state_says_so() -> None:
    book = rules(timer("confirm_return.signed", "merchant", 48, "human"))
    past = after(asked(policy=book), (approve, MONDAY), (send_back, TUESDAY))
    late = run_out(after(past, (receive, WEDNESDAY)), FRIDAY)
    case = state(late)
    assert (case.acceptance, case.needs_human, case.refund_status) == (
        "manual_intervention_required",
        True,
        "none",
    )


# -- Goods in return --


def test_an_exchange_the_merchant_does_not_send_becomes_a_refund() -> None:
    late = run_out(exchanging(), WEDNESDAY + 168 * HOUR)
    case = state(late)
    assert (case.type, case.status, case.to_pay) == (
        "return_refund",
        "refunding",
        JACKET_PRICE,
    )


def test_goods_not_sent_of_which_nothing_can_go_back_are_the_platforms_to_decide() -> (
    None
):
    nothing_left = TellFallback(by=MACHINE, items=())
    past = after(exchanging(), (nothing_left, WEDNESDAY))
    case = state(run_out(past, WEDNESDAY + 168 * HOUR))
    assert case.status == "awaiting_merchant_ship"
    assert (case.needs_dispute, case.needs_human) == (True, False)


def test_a_ruling_over_goods_that_are_back_is_a_return_and_refund() -> None:
    ruling = ExecuteRuling(by=MACHINE, dispute="D-1", items=ONE_JACKET)
    step_in = EscalateCase(by=MACHINE, dispute="D-1")
    ruled = after(exchanging(), (step_in, THURSDAY), (ruling, THURSDAY))
    assert state(ruled).type == "return_refund"


def test_an_exchange_without_tracking_becomes_a_dispute() -> None:
    late = run_out(sent(MONDAY, "exchange"), MONDAY + 240 * HOUR)
    case = state(late)
    assert case.needs_dispute
    assert case.status == "awaiting_merchant_receipt"
    escalated = after(late, (EscalateCase(by=MACHINE, dispute="D-1"), FRIDAY))
    assert not state(escalated).needs_dispute


def test_a_repair_that_takes_too_long_becomes_a_dispute() -> None:
    past = after(sent(MONDAY, "repair"), (receive, TUESDAY))
    late = run_out(past, TUESDAY + 30 * DAY)
    assert state(late).needs_dispute


def test_a_resend_not_sent_is_a_breach_and_then_the_platforms_to_decide() -> None:
    past = after(asked("resend"), (approve, MONDAY))
    late = run_out(past, MONDAY + 5 * DAY)
    assert said(late, past) == ("timer.breached", "after_sales.defaulted")
    case = state(late)
    assert (case.status, case.needs_dispute) == ("awaiting_merchant_ship", True)
    assert ChangeRequest in allowed(case, "consumer", RULES, FRIDAY)
    assert ShipReplacement in allowed(case, "merchant", RULES, FRIDAY)


def test_goods_that_come_late_take_an_unpaid_refund_out_of_nobodys_sight() -> None:
    ruling = ExecuteRuling(by=MACHINE, dispute="D-1", items=JACKET)
    step_in = EscalateCase(by=MACHINE, dispute="D-1")
    past = after(asked(), (approve, MONDAY), (step_in, MONDAY), (ruling, MONDAY))
    unpaid = run_out(past, MONDAY + 7 * DAY)
    late = after(unpaid, (receive, MONDAY + 8 * DAY), (accept, MONDAY + 8 * DAY))
    assert (state(late).status, state(late).needs_human) == ("refunding", True)


def test_a_repair_at_the_door_is_late_fifteen_days_from_the_next_midnight() -> None:
    book = rules(timer("breach.repair", "merchant", 360, "breach"))
    visit = AppointInspection(by=SHOP, appointed_for=TUESDAY)
    past = after(asked("repair", book), (visit, MONDAY), (approve, MONDAY))
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert owed(past)["ship_rule"] == midnight + 15 * DAY
    assert state(past).timers["ship_rule"].on_breach == "breach"
    unvisited = after(asked("repair", book), (approve, MONDAY))
    assert "ship_rule" not in owed(unvisited)


def test_after_the_platform_stepped_out_what_ran_out_before_runs_anew() -> None:
    past = after(asked("resend"), (approve, MONDAY))
    late, later = run_out(past, MONDAY + 5 * DAY), MONDAY + 7 * DAY
    step_in = EscalateCase(by=MACHINE, dispute="D-1")
    step_out = EndIntervention(by=MACHINE, dispute="D-1")
    again = after(late, (step_in, later), (step_out, later))
    assert owed(again) == {"ship/2": later + 5 * DAY}


def test_a_resend_is_watched_by_the_marketplaces_rule_too() -> None:
    book = rules(timer("breach.resend", "merchant", 24, "breach"))
    past = after(asked("resend", book), (approve, MONDAY))
    assert owed(past) == {"ship": MONDAY + 5 * DAY, "ship_rule": MONDAY + DAY}
    late = run_out(past, MONDAY + DAY)
    assert set(owed(late)) == {"ship"}
    assert owed(after(past, (ship, MONDAY + HOUR))).keys() == {"confirm"}


def test_of_two_clocks_past_due_one_may_let_the_other_off() -> None:
    book = rules(
        timer("ship.resend", "merchant", 24, "refund"),
        timer("breach.resend", "merchant", 48, "breach"),
    )
    past = after(asked("resend", book), (approve, MONDAY))
    late = past.when(check, at=MONDAY + 100 * HOUR).happens()
    breached = [each for each in late.past if isinstance(each, TimerBreached)]
    assert [each.timer for each in breached] == ["ship"]
    assert state(late).refund_status == "due"


@pytest.mark.parametrize("type_", ["exchange", "resend", "repair"])
def test_goods_nobody_complains_about_arrived(type_: CaseType) -> None:
    agreed = after(asked(type_), (approve, MONDAY))
    if type_ != "resend":
        agreed = after(agreed, (send_back, MONDAY), (receive, TUESDAY))
        agreed = after(agreed, (accept, TUESDAY))
    late = run_out(after(agreed, (ship, TUESDAY)), TUESDAY + 10 * DAY)
    at = TUESDAY + 10 * DAY + SECOND
    policy = f"test.confirm.{type_}@1"
    assert late.past[-2:] == (
        ReplacementReceived(at=at, by=By(role="system", name="redress"), policy=policy),
        CaseSucceeded(at=at),
    )


def test_a_refund_not_paid_needs_somebody_to_look() -> None:
    late = run_out(refunding(), MONDAY + 7 * DAY)
    assert state(late).needs_human
    assert state(late).status == "refunding"


# -- Another type --


def change(type_: CaseType) -> ChangeRequest:
    return ChangeRequest(by=ANNA, type=type_, items=JACKET, reason=TORN)


def test_exchange_changed_to_return_after_ten_hours_starts_36_hours_anew() -> None:
    past = after(asked("exchange"), (change("return_refund"), MONDAY + 10 * HOUR))
    assert owed(past) == {"answer": MONDAY + 46 * HOUR}
    restarted = [each for each in past.past if isinstance(each, TimerRestarted)]
    assert [each.reason for each in restarted] == ["request_changed"]


@pytest.mark.parametrize(
    ("type_", "hours"),
    [
        ("refund_unshipped", 24),
        ("exchange", 24),
        ("resend", 24),
        ("repair", 48),
        ("refund_shipped", 36),
    ],
)
def test_a_changed_request_has_the_clock_of_its_new_type(
    type_: CaseType, hours: int
) -> None:
    past = after(asked(), (change(type_), TUESDAY))
    assert owed(past) == {"answer": TUESDAY + hours * HOUR}


def test_changed_while_the_return_is_signed_the_refund_follows_in_two_days() -> None:
    past = after(sent(MONDAY, "exchange"), (signed, TUESDAY))
    changed = after(past, (change("return_refund"), WEDNESDAY))
    assert owed(changed) == {"answer/2": WEDNESDAY + 48 * HOUR}
    late = run_out(changed, WEDNESDAY + 48 * HOUR)
    case = state(late)
    assert (case.status, case.refund_status) == ("refunding", "due")


# -- Standing still --


def test_twenty_hours_then_thirty_of_intervention_make_it_due_after_66() -> None:
    past = after(
        asked("refund_shipped"),
        (escalate, MONDAY + 20 * HOUR),
        (EndIntervention(by=WEI, dispute="D-1"), MONDAY + 50 * HOUR),
    )
    assert owed(past) == {"answer": MONDAY + 66 * HOUR}


def test_while_the_platform_looks_nothing_runs_out() -> None:
    past = after(asked(), (escalate, TUESDAY))
    past.when(check, at=MONDAY + 30 * DAY).then()


def test_what_is_agreed_during_an_intervention_has_a_clock_that_stands_still() -> None:
    past = after(asked(), (escalate, TUESDAY), (approve, WEDNESDAY))
    assert owed(past) == {}
    assert state(past).timers["send_back"].standing == "paused"
    ended = after(past, (EndIntervention(by=WEI, dispute="D-1"), FRIDAY))
    assert owed(ended) == {"send_back": FRIDAY + 7 * DAY}


def test_a_frozen_case_stands_still_also_after_the_platform_stepped_out() -> None:
    frozen = FreezeCase(by=LIN, frozen=True, reason="theft")
    past = after(
        asked("refund_shipped"),
        (escalate, MONDAY + HOUR),
        (frozen, MONDAY + 2 * HOUR),
        (EndIntervention(by=WEI, dispute="D-1"), MONDAY + 3 * HOUR),
    )
    assert owed(past) == {}
    thawed = FreezeCase(by=LIN, frozen=False, reason="theft")
    free = after(past, (thawed, MONDAY + 5 * HOUR))
    assert owed(free) == {"answer": MONDAY + 40 * HOUR}


# -- More time --


def test_a_clock_is_put_off_as_often_as_its_row_lets() -> None:
    past = after(asked(), (approve, MONDAY))
    later = ExtendClock(by=ANNA, timer="send_back", hours=72, reason="away")
    once = after(past, (later, TUESDAY))
    assert owed(once) == {"send_back": MONDAY + 10 * DAY}
    once.when(later, at=WEDNESDAY).refused(NoMoreTime)


def test_a_clock_is_put_off_by_no_more_than_its_row_lets() -> None:
    past = after(asked(), (approve, MONDAY))
    longer = ExtendClock(by=ANNA, timer="send_back", hours=73, reason="away")
    past.when(longer, at=TUESDAY).refused(NoMoreTime)
    no_row = ExtendClock(by=SHOP, timer="answer", hours=1, reason="busy")
    asked().when(no_row, at=TUESDAY).refused(NoMoreTime)


def test_time_left_for_one_clock_is_none_for_another() -> None:
    book = rules(
        timer(
            "ship.resend", "merchant", 120, "breach", extensions=1, extension_hours=9
        ),
        timer(
            "breach.resend", "merchant", 24, "breach", extensions=1, extension_hours=9
        ),
    )
    later = ExtendClock(by=SHOP, timer="ship", hours=9, reason="busy")
    past = after(asked("resend", book), (approve, MONDAY), (later, TUESDAY))
    past.when(later, at=TUESDAY).refused(NoMoreTime)


def test_market_control_adds_thirty_days_to_any_clock() -> None:
    month = ExtendClock(by=WEI, timer="answer", hours=720, reason="market_control")
    past = after(asked("refund_shipped"), (month, TUESDAY))
    assert owed(past) == {"answer": MONDAY + 36 * HOUR + 30 * DAY}
    more = ExtendClock(by=WEI, timer="answer", hours=721, reason="market_control")
    asked().when(more, at=TUESDAY).refused(NoMoreTime)


def test_a_clock_nobody_owes_is_not_put_off() -> None:
    gone = ExtendClock(by=WEI, timer="ship", hours=1, reason="busy")
    asked().when(gone, at=TUESDAY).refused(NoSuchClock)


def test_a_moved_deadline_says_who_moved_it_and_why() -> None:
    later = ExtendClock(by=ANNA, timer="send_back", hours=24, reason="away")
    past = after(asked(), (approve, MONDAY), (later, TUESDAY))
    (moved,) = (each for each in past.past if isinstance(each, TimerExtended))
    assert (moved.by, moved.reason, moved.seconds) == ("anna", "away", 24 * 3600)


# -- After the end --


def test_a_reopened_case_has_its_clock_anew() -> None:
    late = rejected().when(check, at=MONDAY + 5 * DAY + SECOND).happens()
    again = after(late, (ReopenCase(by=LIN, reason="was_ill"), MONDAY + 8 * DAY))
    assert state(again).status == "rejected_awaiting_consumer"
    assert owed(again) == {"consumer_decides/2": MONDAY + 13 * DAY}


def test_asked_late_the_next_step_still_has_its_whole_time() -> None:
    past = asked()
    late = past.when(check, at=MONDAY + 10 * DAY).happens()
    assert owed(late) == {"send_back": MONDAY + 17 * DAY}


def test_a_judgement_ends_the_wait_for_it() -> None:
    look = JudgeReturn(by=SHOP, acceptance="manual_intervention_required")
    past = after(returned(), (look, WEDNESDAY))
    assert owed(past).keys() == {"confirm_return"}
    assert owed(after(past, (accept, THURSDAY))).keys() == {"pay_refund"}
