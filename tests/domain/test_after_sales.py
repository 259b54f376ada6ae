"""What an after-sales case answers, from the request to its end and beyond it."""

import pytest
from msgspec.structs import replace

from domain.after_sales import (
    AcceptCounter,
    AddEvidence,
    AlreadyOpened,
    ApproveCase,
    AskForEvidence,
    AssignCase,
    CaseApproved,
    CaseAssigned,
    CaseClosed,
    CaseIsFrozen,
    CaseRejected,
    CaseReopened,
    CaseSucceeded,
    CaseWithdrawn,
    ChangeRequest,
    ConfirmReplacement,
    ConfirmReturnReceived,
    CounterOffer,
    CurrenciesDiffer,
    DeclineCounter,
    EndIntervention,
    EscalateCase,
    EvidenceNeeded,
    ExecuteRuling,
    FreezeCase,
    GoodsReturned,
    HandledTheCase,
    JudgeReturn,
    LineNamedTwice,
    MergeCase,
    NoJudgement,
    NoSuchCase,
    NotAReception,
    NotClaimed,
    NoteCase,
    NoteNotShown,
    NothingAsked,
    NotItsDispute,
    NotNow,
    NotYourPart,
    OpenCase,
    OrderRefund,
    RateCase,
    ReasonNeeded,
    RecordReception,
    RefundUnderWay,
    RejectCase,
    ReopenCase,
    ReopenForDispute,
    RuledAgainst,
    ShipReplacement,
    SubmitReturnWaybill,
    UnderReview,
    WithdrawCase,
    allowed,
    guard,
)
from domain.kernel import Refused
from domain.money import Money
from domain.order.claims import ClaimItem
from domain.order.values import Packed
from domain.party import By
from domain.policy.book import Rulebook
from domain.timer import CheckClocks, TimerCancelled, TimerMet
from tests.domain.after_sales import (
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    JACKET,
    JACKET_PRICE,
    JUDGE,
    LIN,
    MACHINE,
    MONDAY,
    ONE_JACKET,
    PHOTO,
    POSTAGE,
    RULES,
    SHOP,
    THURSDAY,
    TUESDAY,
    UNWANTED,
    VIDEO,
    WEDNESDAY,
    WEI,
    Past,
    accept,
    after,
    approve,
    ask_for,
    asked,
    clock,
    exchanging,
    given,
    opened,
    owed,
    paid,
    pay,
    receive,
    refunding,
    refuse_goods,
    reject,
    rejected,
    returned,
    said,
    send_back,
    signed,
    state,
)

withdraw = WithdrawCase(by=ANNA)
ship = ShipReplacement(by=SHOP, carrier="shunfeng", waybill="SF77")
escalate = EscalateCase(by=ANNA, dispute="D-1")

# -- What is asked --


def test_a_request_gives_the_merchant_its_clock() -> None:
    given().when(ask_for(), at=MONDAY).then(
        opened(), clock("answer.return_refund", "answer", MONDAY)
    )


def test_a_case_is_opened_once() -> None:
    asked().when(ask_for(), at=TUESDAY).refused(AlreadyOpened)


def test_a_request_is_about_something() -> None:
    given().when(ask_for(items=()), at=MONDAY).refused(NothingAsked)


def test_freight_alone_can_be_asked_for() -> None:
    past = asked("freight_compensation", items=(), freight=POSTAGE)
    assert state(past).claimed == POSTAGE


def test_a_line_is_asked_for_once() -> None:
    twice = ONE_JACKET + ONE_JACKET
    given().when(ask_for(items=twice), at=MONDAY).refused(LineNamedTwice)


def test_currencies_never_mix() -> None:
    euros = (ClaimItem(line=2, quantity=1, amount=Money(10, "EUR")),)
    given().when(ask_for(items=JACKET + euros), at=MONDAY).refused(CurrenciesDiffer)
    dollars = ask_for(freight=Money(5, "USD"))
    given().when(dollars, at=MONDAY).refused(CurrenciesDiffer)


def test_the_label_of_order_time_lets_a_refund_before_shipping_through_at_once() -> (
    None
):
    past = asked("refund_unshipped", instant=True)
    tags = said(past, given())
    assert tags == (
        "after_sales.opened",
        "after_sales.approved",
        "after_sales.refund_due",
        "timer.started",
    )
    approved = past.past[1]
    assert isinstance(approved, CaseApproved)
    assert approved.policy == "test.answer.refund_unshipped@1"
    assert approved.by.role == "system"


def test_the_label_lets_nothing_through_that_was_shipped() -> None:
    assert state(asked("refund_shipped", instant=True)).status == "awaiting_merchant"


def test_what_nobody_asked_for_answers_nothing() -> None:
    given().when(approve, at=MONDAY).refused(NoSuchCase)


def test_a_request_let_go_closes_the_case() -> None:
    asked().when(withdraw, at=TUESDAY).then(
        CaseWithdrawn(at=TUESDAY, by=ANNA),
        CaseClosed(at=TUESDAY, why="withdrawn"),
        TimerCancelled(at=TUESDAY, timer="answer", reason="closed"),
    )


def test_a_merchant_does_not_withdraw_for_the_consumer() -> None:
    asked().when(WithdrawCase(by=SHOP), at=TUESDAY).refused(NotYourPart)


def test_what_a_refund_is_on_its_way_for_is_not_withdrawn() -> None:
    past = after(refunding(), (pay, TUESDAY))
    with pytest.raises(Refused):
        past.when(withdraw, at=TUESDAY).happens()


# -- The merchant's answer --


def test_agreeing_to_a_return_asks_the_goods_back() -> None:
    asked().when(approve, at=TUESDAY).then(
        CaseApproved(at=TUESDAY, by=SHOP, address="sealed:address"),
        TimerMet(at=TUESDAY, timer="answer", seconds_left=12 * 3600),
        clock("send_back", "send_back", TUESDAY),
    )


def test_where_the_goods_go_is_remembered() -> None:
    past = after(asked(), (approve, TUESDAY))
    assert state(past).address == "sealed:address"


def test_agreeing_to_a_refund_makes_the_money_due() -> None:
    past = refunding("partial_refund")
    assert state(past).status == "refunding"
    assert state(past).to_pay == JACKET_PRICE


def test_some_refusals_need_evidence() -> None:
    bare = RejectCase(by=SHOP, reason="not_as_claimed")
    asked().when(bare, at=TUESDAY).refused(EvidenceNeeded)


def test_others_do_not() -> None:
    solved = RejectCase(by=SHOP, reason="already_solved")
    past = after(asked(), (solved, TUESDAY))
    assert state(past).status == "rejected_awaiting_consumer"


def test_a_refusal_is_the_consumers_turn() -> None:
    asked().when(reject, at=TUESDAY).then(
        CaseRejected(at=TUESDAY, by=SHOP, reason="not_as_claimed", evidence=(PHOTO,)),
        TimerMet(at=TUESDAY, timer="answer", seconds_left=12 * 3600),
        clock("consumer_decides", "consumer_decides", TUESDAY),
    )


def test_a_merchant_may_think_better_of_a_refusal() -> None:
    past = after(rejected(), (approve, TUESDAY))
    assert state(past).status == "awaiting_consumer_return"
    assert set(owed(past)) == {"send_back"}


def test_the_consumer_does_not_answer_for_the_merchant() -> None:
    asked().when(ApproveCase(by=ANNA), at=TUESDAY).refused(NotYourPart)


# -- Offers --

offer = CounterOffer(by=SHOP, type="partial_refund", items=ONE_JACKET)


def test_an_offer_taken_is_agreed() -> None:
    past = after(asked(), (offer, TUESDAY), (AcceptCounter(by=ANNA), WEDNESDAY))
    case = state(past)
    assert (case.type, case.items, case.status) == (
        "partial_refund",
        ONE_JACKET,
        "refunding",
    )
    assert case.to_pay == Money(20_000, "CNY")


def test_an_offer_buys_the_merchant_no_time() -> None:
    start = asked("refund_shipped")
    offered = after(start, (offer, MONDAY + 20 * HOUR))
    assert set(owed(offered)) == {"counter_offer"}
    declined = after(offered, (DeclineCounter(by=ANNA), THURSDAY))
    assert state(declined).status == "awaiting_merchant"
    assert owed(declined) == {"answer": THURSDAY + 16 * HOUR}


def test_an_offer_after_a_refusal_leaves_the_refusal_when_declined() -> None:
    past = after(rejected(), (offer, TUESDAY), (DeclineCounter(by=ANNA), WEDNESDAY))
    assert state(past).status == "rejected_awaiting_consumer"
    assert set(owed(past)) == {"consumer_decides/2"}


def test_nobody_takes_an_offer_that_was_not_made() -> None:
    asked().when(AcceptCounter(by=ANNA), at=TUESDAY).refused(NotNow)


# -- Three axes: goods that arrived, goods accepted, money --


def test_goods_that_arrived_are_not_yet_accepted() -> None:
    case = state(returned())
    assert (case.reception, case.acceptance, case.refund_status) == (
        "received",
        "pending",
        "none",
    )


def test_accepted_goods_make_the_money_due() -> None:
    past = after(returned(), (accept, THURSDAY))
    case = state(past)
    assert (case.acceptance, case.status, case.refund_status) == (
        "accepted",
        "refunding",
        "due",
    )
    assert case.due is not None
    assert case.due.because == "accepted"


def test_goods_received_can_be_refused_and_no_money_moves() -> None:
    past = after(returned(), (refuse_goods, THURSDAY))
    case = state(past)
    assert (case.reception, case.acceptance, case.refund_status) == (
        "received",
        "rejected",
        "none",
    )
    assert case.status == "rejected_after_receipt"
    assert set(owed(past)) == {"consumer_decides"}


def test_refused_goods_may_be_accepted_after_all() -> None:
    past = after(returned(), (refuse_goods, THURSDAY), (accept, FRIDAY))
    assert state(past).refund_status == "due"


def test_money_moves_without_any_goods_coming_back() -> None:
    past = after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY))
    case = state(past)
    assert (case.reception, case.refund_status, case.status) == (
        "none",
        "succeeded",
        "succeeded",
    )


def test_goods_that_come_after_the_money_change_nothing_about_it() -> None:
    past = after(
        after(asked(), (approve, MONDAY), (send_back, TUESDAY)),
        (escalate, WEDNESDAY),
        (ExecuteRuling(by=JUDGE, dispute="D-1", items=JACKET), THURSDAY),
        (pay, THURSDAY),
        (paid, THURSDAY),
        (receive, FRIDAY),
        (accept, FRIDAY),
    )
    case = state(past)
    assert (case.status, case.acceptance, case.paid) == (
        "succeeded",
        "accepted",
        40_000,
    )
    assert case.settled.returned == ((1, 2),)


def test_refusing_goods_needs_a_reason_and_evidence() -> None:
    no_reason = JudgeReturn(by=SHOP, acceptance="rejected", evidence=(VIDEO,))
    returned().when(no_reason, at=THURSDAY).refused(ReasonNeeded)
    bare = JudgeReturn(by=SHOP, acceptance="rejected", reason="resale_affected")
    returned().when(bare, at=THURSDAY).refused(EvidenceNeeded)


def test_nobody_judges_goods_that_did_not_arrive() -> None:
    past = after(asked(), (approve, MONDAY), (send_back, TUESDAY))
    past.when(accept, at=WEDNESDAY).refused(NotNow)


def test_no_more_comes_back_than_was_asked_about() -> None:
    past = after(asked(), (approve, MONDAY), (send_back, TUESDAY))
    three = ConfirmReturnReceived(by=SHOP, items=(GoodsReturned(line=1, quantity=3),))
    past.when(three, at=WEDNESDAY).refused(NotClaimed)
    one = ConfirmReturnReceived(by=SHOP, items=(GoodsReturned(line=1, quantity=1),))
    half = after(past, (one, WEDNESDAY))
    half.when(receive, at=THURSDAY).refused(NotClaimed)
    assert state(after(half, (one, THURSDAY))).settlement.returned == ((1, 2),)


def test_an_empty_parcel_needs_somebody_to_look() -> None:
    past = after(asked(), (approve, MONDAY), (send_back, TUESDAY))
    missing = GoodsReturned(line=1, quantity=2, condition="not_received")
    nothing = ConfirmReturnReceived(by=SHOP, items=(missing,))
    case = state(after(past, (nothing, WEDNESDAY)))
    assert case.reception == "awaiting"
    assert case.acceptance == "manual_intervention_required"
    assert case.needs_human


def test_goods_given_back_to_the_consumer_are_told() -> None:
    past = after(returned(), (refuse_goods, THURSDAY))
    back = RecordReception(by=SHOP, reception="given_to_customer")
    assert state(after(past, (back, FRIDAY))).reception == "given_to_customer"


def test_a_reception_somebody_waits_for_is_not_cancelled() -> None:
    past = after(asked(), (approve, MONDAY))
    cancel = RecordReception(by=SHOP, reception="cancelled")
    past.when(cancel, at=TUESDAY).refused(NotNow)


def test_a_case_that_ends_before_anything_was_sent_waits_for_no_goods() -> None:
    past = after(asked(), (approve, MONDAY), (withdraw, TUESDAY))
    assert state(past).reception == "cancelled"


def test_a_scan_shows_that_goods_are_on_their_way_though_nobody_said_so() -> None:
    past = after(asked(), (approve, MONDAY), (signed, WEDNESDAY))
    case = state(past)
    assert (case.status, case.reception) == ("awaiting_merchant_receipt", "awaiting")
    assert set(owed(past)) == {"confirm_return"}


def test_a_scan_told_twice_is_told_once() -> None:
    past = after(asked(), (approve, MONDAY), (send_back, TUESDAY), (signed, WEDNESDAY))
    past.when(signed, at=WEDNESDAY).then()


def test_nobody_receives_goods_that_were_not_to_come_back() -> None:
    refunding().when(receive, at=TUESDAY).refused(NotNow)


def test_what_is_judged_is_judged_one_way_or_the_other() -> None:
    undecided = JudgeReturn(by=SHOP, acceptance="pending")
    after(returned(), (refuse_goods, THURSDAY)).when(undecided, at=FRIDAY).refused(
        NoJudgement
    )


def test_that_goods_were_received_is_said_by_counting_them() -> None:
    received = RecordReception(by=SHOP, reception="received")
    returned().when(received, at=THURSDAY).refused(NotAReception)


def test_goods_that_arrived_are_sent_back_by_no_other_parcel() -> None:
    past = after(asked(), (approve, MONDAY), (send_back, TUESDAY), (signed, WEDNESDAY))
    other = SubmitReturnWaybill(by=ANNA, carrier="shunfeng", waybill="SF10")
    past.when(other, at=THURSDAY).refused(NotNow)


# -- Goods in return --


def test_an_exchange_ends_when_the_goods_arrive() -> None:
    past = after(exchanging(), (ship, THURSDAY), (ConfirmReplacement(by=ANNA), FRIDAY))
    assert state(past).status == "succeeded"
    assert state(past).refund_status == "none"


def test_one_clock_watches_an_exchange_until_the_goods_are_sent() -> None:
    sent = after(asked("exchange"), (approve, MONDAY), (send_back, TUESDAY))
    assert owed(sent) == {"ship": TUESDAY + 240 * HOUR}
    arrived = after(sent, (receive, WEDNESDAY))
    assert owed(arrived) == {"ship": WEDNESDAY + 168 * HOUR}
    accepted = after(arrived, (accept, THURSDAY))
    assert owed(accepted) == owed(arrived)


def test_a_resend_needs_nothing_back() -> None:
    past = after(asked("resend"), (approve, MONDAY))
    assert state(past).status == "awaiting_merchant_ship"


def test_no_more_is_sent_than_was_asked_about() -> None:
    too_much = ShipReplacement(
        by=SHOP,
        carrier="shunfeng",
        waybill="SF77",
        contents=(Packed(line=1, quantity=3),),
    )
    exchanging().when(too_much, at=THURSDAY).refused(NotClaimed)


def test_a_refund_sends_no_goods() -> None:
    returned().when(ship, at=THURSDAY).refused(NotNow)


# -- What is asked instead --


def change(type_: str, items: tuple[ClaimItem, ...] = JACKET) -> ChangeRequest:
    return ChangeRequest(by=ANNA, type=type_, items=items, reason=UNWANTED)  # type: ignore[arg-type]  # a type by its name


def test_after_a_refusal_something_else_may_be_asked() -> None:
    past = after(rejected(), (change("partial_refund", ONE_JACKET), TUESDAY))
    case = state(past)
    assert (case.status, case.claimed) == ("awaiting_merchant", Money(20_000, "CNY"))
    assert owed(past) == {"answer/2": TUESDAY + 36 * HOUR}


def test_what_is_paid_is_not_asked_for_differently() -> None:
    refunding().when(change("exchange"), at=TUESDAY).refused(NotNow)


# -- The platform steps in --


def test_a_dispute_stops_the_merchants_no_and_the_consumers_change_of_mind() -> None:
    past = after(asked(), (escalate, TUESDAY))
    past.when(reject, at=TUESDAY).refused(UnderReview)
    past.when(change("exchange"), at=TUESDAY).refused(UnderReview)
    past.when(escalate, at=TUESDAY).refused(UnderReview)
    assert state(after(past, (approve, TUESDAY))).status == "awaiting_consumer_return"


def test_the_platform_steps_out_of_the_dispute_it_stepped_in_for() -> None:
    past = after(asked(), (escalate, TUESDAY))
    other = EndIntervention(by=WEI, dispute="D-2")
    past.when(other, at=WEDNESDAY).refused(NotItsDispute)


def test_a_ruling_makes_its_amount_due() -> None:
    past = after(rejected(), (escalate, TUESDAY))
    ruling = ExecuteRuling(by=JUDGE, dispute="D-1", items=ONE_JACKET, freight=POSTAGE)
    ruled = state(after(past, (ruling, WEDNESDAY)))
    assert ruled.to_pay == Money(21_000, "CNY")
    assert not ruled.intervening
    assert ruled.due is not None
    assert (ruled.due.because, ruled.due.dispute) == ("ruling", "D-1")


def test_a_ruling_waits_for_a_refund_that_is_on_its_way() -> None:
    past = after(refunding(), (pay, TUESDAY), (escalate, TUESDAY))
    ruling = ExecuteRuling(by=JUDGE, dispute="D-1", items=ONE_JACKET)
    past.when(ruling, at=WEDNESDAY).refused(RefundUnderWay)


def test_a_ruling_is_of_the_dispute_that_is_open() -> None:
    past = after(rejected(), (escalate, TUESDAY))
    ruling = ExecuteRuling(by=JUDGE, dispute="D-2", items=ONE_JACKET)
    past.when(ruling, at=WEDNESDAY).refused(NotItsDispute)


def test_no_arbiter_rules_on_a_case_without_its_dispute() -> None:
    ruling = ExecuteRuling(by=JUDGE, dispute="D-made-up", items=ONE_JACKET)
    rejected().when(ruling, at=WEDNESDAY).refused(NotItsDispute)
    feed = replace(ruling, by=By(role="system", name="feed"))
    rejected().when(feed, at=WEDNESDAY).refused(NotItsDispute)


def test_stepping_out_is_offered_once_the_platform_stepped_in() -> None:
    assert EndIntervention not in allowed(state(asked()), "arbiter", RULES, TUESDAY)
    stepped_in = state(after(asked(), (escalate, TUESDAY)))
    assert EndIntervention in allowed(stepped_in, "arbiter", RULES, TUESDAY)


def test_a_ruling_may_ask_the_goods_back_first() -> None:
    past = after(asked("exchange"), (reject, MONDAY), (escalate, TUESDAY))
    ruling = ExecuteRuling(by=JUDGE, dispute="D-1", items=JACKET, return_first=True)
    ruled = after(past, (ruling, WEDNESDAY))
    assert state(ruled).type == "return_refund"
    assert state(ruled).status == "awaiting_consumer_return"
    assert set(owed(ruled)) == {"send_back"}


def test_a_ruling_that_gives_nothing_closes_the_case() -> None:
    past = after(rejected(), (escalate, TUESDAY))
    ruled = after(past, (ExecuteRuling(by=JUDGE, dispute="D-1"), WEDNESDAY))
    ended = [event for event in ruled.past if isinstance(event, CaseClosed)]
    assert ended == [CaseClosed(at=WEDNESDAY, why="ruled_against")]
    assert owed(ruled) == {}


def test_what_was_ruled_against_goes_on_with_its_dispute_alone() -> None:
    past = after(rejected(), (escalate, TUESDAY))
    ruled = after(past, (ExecuteRuling(by=JUDGE, dispute="D-1"), WEDNESDAY))
    for by in (LIN, WEI, JUDGE):
        again = ReopenCase(by=by, reason="asked")
        ruled.when(again, at=THURSDAY).refused(RuledAgainst)
        assert ReopenCase not in allowed(state(ruled), by.role, RULES, THURSDAY)
    other = ReopenForDispute(by=JUDGE, dispute="D-2", reason="new_proof")
    ruled.when(other, at=THURSDAY).refused(NotItsDispute)


def test_taken_up_again_with_its_dispute_silence_does_not_undo_the_ruling() -> None:
    past = after(asked(), (escalate, TUESDAY))
    ruled = after(past, (ExecuteRuling(by=JUDGE, dispute="D-1"), WEDNESDAY))
    again = ReopenForDispute(by=JUDGE, dispute="D-1", reason="new_proof")
    reopened = after(ruled, (again, THURSDAY))
    assert owed(reopened) == {"consumer_decides": THURSDAY + 5 * DAY}
    late = after(reopened, (CheckClocks(), THURSDAY + 6 * DAY))
    assert (state(late).status, state(late).to_pay) == ("closed", None)


def test_who_worked_on_a_case_does_not_rule_on_it() -> None:
    past = after(asked(), (NoteCase(by=LIN, words="sealed:a"), TUESDAY))
    past = after(past, (escalate, TUESDAY))
    lin_as_judge = ExecuteRuling(
        by=type(LIN)(role="arbiter", name="lin"), dispute="D-1", items=JACKET
    )
    past.when(lin_as_judge, at=WEDNESDAY).refused(HandledTheCase)


def test_whoever_had_a_case_handled_it() -> None:
    past = after(asked(), (AssignCase(by=WEI, agent="lin"), TUESDAY))
    assert state(past).handlers == {"lin", "wei"}


def test_a_frozen_case_moves_only_for_the_service() -> None:
    past = after(asked(), (FreezeCase(by=LIN, frozen=True, reason="theft"), TUESDAY))
    past.when(approve, at=TUESDAY).refused(CaseIsFrozen)
    past.when(withdraw, at=TUESDAY).refused(CaseIsFrozen)
    past.when(FreezeCase(by=LIN, frozen=True, reason="theft"), at=TUESDAY).then()
    free = after(past, (FreezeCase(by=LIN, frozen=False, reason="done"), WEDNESDAY))
    assert state(after(free, (approve, WEDNESDAY))).status == "awaiting_consumer_return"


# -- The end, and what comes after it --


def test_two_cases_of_one_order_may_become_one() -> None:
    merged = after(asked(), (MergeCase(by=LIN, into="case-2"), TUESDAY))
    case = state(merged)
    assert (case.status, case.merged_into) == ("closed", "case-2")
    assert owed(merged) == {}


def test_merging_can_be_undone() -> None:
    merged = after(asked(), (MergeCase(by=LIN, into="case-2"), TUESDAY))
    undone = after(merged, (ReopenCase(by=LIN, reason="not_the_same"), WEDNESDAY))
    case = state(undone)
    assert (case.status, case.merged_into) == ("awaiting_merchant", None)
    assert owed(undone) == {"answer/2": WEDNESDAY + 36 * HOUR}


def test_a_closed_case_goes_on_where_it_was() -> None:
    closed = after(asked(), (approve, MONDAY), (withdraw, TUESDAY))
    closed.when(ReopenCase(by=LIN, reason="asked"), at=WEDNESDAY).then(
        CaseReopened(
            at=WEDNESDAY, by=LIN, reason="asked", status="awaiting_consumer_return"
        ),
        clock("send_back", "send_back/2", WEDNESDAY),
    )


def test_a_case_that_succeeded_is_the_merchants_to_answer_anew() -> None:
    done = after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY))
    again = after(done, (ReopenCase(by=LIN, reason="asked"), THURSDAY))
    assert state(again).status == "awaiting_merchant"
    agreed = after(again, (approve, FRIDAY))
    assert said(agreed, again) == (
        "after_sales.approved",
        "after_sales.succeeded",
        "timer.met",
    )


def test_goods_sent_in_exchange_may_have_to_come_back_too() -> None:
    done = after(exchanging(), (ship, THURSDAY), (ConfirmReplacement(by=ANNA), FRIDAY))
    again = after(done, (ReopenCase(by=LIN, reason="torn_again"), FRIDAY + DAY))
    agreed = after(again, (approve, FRIDAY + DAY))
    assert state(agreed).status == "awaiting_consumer_return"


def test_consumers_ask_the_service_to_reopen() -> None:
    closed = after(asked(), (withdraw, TUESDAY))
    closed.when(ReopenCase(by=ANNA, reason="asked"), at=WEDNESDAY).refused(NotYourPart)


# -- Working on it --


def test_taking_a_case_over_says_from_whom() -> None:
    past = after(asked(), (AssignCase(by=WEI, agent="lin"), TUESDAY))
    take_over = AssignCase(by=WEI, agent="wei")
    past.when(take_over, at=WEDNESDAY).then(
        CaseAssigned(at=WEDNESDAY, by=WEI, agent="wei", taken_from="lin")
    )
    past.when(AssignCase(by=LIN, agent="lin"), at=WEDNESDAY).then()


def test_what_was_asked_and_not_shown_is_missing() -> None:
    want = AskForEvidence(by=LIN, of="consumer", shows=("photo", "video"))
    past = after(asked(), (want, TUESDAY))
    assert state(past).missing_evidence("consumer") == ("photo", "video")
    shown = after(past, (AddEvidence(by=ANNA, evidence=(PHOTO,)), TUESDAY))
    assert state(shown).missing_evidence("consumer") == ("video",)
    shown.when(AddEvidence(by=ANNA, evidence=(PHOTO,)), at=TUESDAY).then()


def test_only_the_service_writes_notes_the_parties_do_not_see() -> None:
    secret = NoteCase(by=ANNA, words="sealed:a")
    asked().when(secret, at=TUESDAY).refused(NoteNotShown)


def test_a_case_is_rated_when_it_is_over() -> None:
    rate = RateCase(by=ANNA, score=4)
    asked().when(rate, at=TUESDAY).refused(NotNow)
    closed = after(asked(), (withdraw, TUESDAY), (rate, WEDNESDAY))
    assert state(closed).score == (4, None)
    closed.when(rate, at=THURSDAY).then()


# -- What is offered is what is possible --

SAMPLES = (
    given(),
    asked(),
    rejected(),
    after(asked(), (offer, TUESDAY)),
    after(asked(), (approve, MONDAY)),
    returned(),
    after(returned(), (refuse_goods, THURSDAY)),
    exchanging(),
    after(exchanging(), (ship, THURSDAY)),
    refunding(),
    after(refunding(), (pay, TUESDAY)),
    after(refunding(), (pay, TUESDAY), (paid, WEDNESDAY)),
    after(asked(), (withdraw, TUESDAY)),
    after(asked(), (escalate, TUESDAY)),
    after(asked(), (FreezeCase(by=LIN, frozen=True, reason="theft"), TUESDAY)),
)


@pytest.mark.parametrize("by", [ANNA, SHOP, LIN, WEI, JUDGE, MACHINE], ids=str)
@pytest.mark.parametrize("past", SAMPLES, ids=lambda past: state(past).status)
def test_what_a_reader_is_offered_the_guard_lets_through(past: Past, by: By) -> None:
    case = state(past)
    offered = allowed(case, by.role, RULES, FRIDAY)
    for command in offered:
        guard(case, command, by.role, RULES, FRIDAY)
    assert len(set(offered)) == len(offered)


def test_the_merchant_is_offered_its_three_answers() -> None:
    offered = allowed(state(asked()), "merchant", RULES, TUESDAY)
    assert {ApproveCase, RejectCase, CounterOffer} <= set(offered)
    assert WithdrawCase not in offered
    assert OpenCase not in offered


def test_a_refund_is_offered_only_while_money_is_due() -> None:
    assert OrderRefund in allowed(state(refunding()), "merchant", RULES, TUESDAY)
    ordered = state(after(refunding(), (pay, TUESDAY)))
    assert OrderRefund not in allowed(ordered, "merchant", RULES, TUESDAY)


def test_a_case_about_nothing_of_value_succeeds_without_a_refund() -> None:
    gift = (ClaimItem(line=3, quantity=1, amount=Money(0, "CNY")),)
    past = after(asked("refund_shipped", items=gift), (approve, TUESDAY))
    assert [e for e in past.past if isinstance(e, CaseSucceeded)] == [
        CaseSucceeded(at=TUESDAY)
    ]


def test_a_pack_without_a_rule_for_a_step_gives_it_no_clock() -> None:
    no_rules = Rulebook(ref="thin@1", profile="thin", rows=())
    past = asked("refund_shipped", no_rules)
    assert owed(past) == {}
    assert state(after(past, (approve, TUESDAY))).status == "refunding"
