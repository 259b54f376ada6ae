"""How a dispute goes from its opening to its end, in sentences."""

from datetime import datetime, timedelta
from functools import reduce

import pytest
from msgspec.structs import replace

from domain.dispute import (
    DISPUTE,
    AcceptLiability,
    AcceptOffer,
    AfterSalesTimeOver,
    AlreadyDisputed,
    AmountNeeded,
    AssignHandler,
    CloseDispute,
    CompleteEnforcement,
    ContestFault,
    DecideAppeal,
    DenyOffer,
    DisputeClosed,
    DisputeCommand,
    DisputeDefaulted,
    DisputeEscalated,
    DisputeEvent,
    DisputeNoted,
    DisputeRated,
    DisputeReopened,
    DisputeSettled,
    DisputeStatus,
    DisputeTerminated,
    DisputeWithdrawn,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    ExtendDisputeClock,
    ExtensionTooLong,
    FaultContested,
    HandlerAssigned,
    IssueRuling,
    MakeOffer,
    MoreThanClaimed,
    NegotiationStarted,
    NoExtensionsLeft,
    NoSuchClock,
    NoSuchDispute,
    NoSuchOffer,
    NoteDispute,
    NotForYou,
    NotForYouToSay,
    NotNow,
    NotYourDispute,
    Offer,
    OfferDenied,
    OfferMade,
    OnlyTheOpener,
    OtherCurrency,
    PartialRefundTooHigh,
    PartiesSpeakOpenly,
    RateDispute,
    ReopenDispute,
    RulingIssued,
    StillToDo,
    TerminateDispute,
    WithdrawDispute,
    YourOwnOffer,
)
from domain.money import Money
from domain.party import SYSTEM, By
from domain.timer import (
    CheckClocks,
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerMet,
    TimerStarted,
)
from tests.domain.disputes import (
    ANNA,
    DAY,
    FRIDAY,
    HOST,
    HOUR,
    JUDGE,
    LIN,
    MACHINE,
    MONDAY,
    OTHER_JUDGE,
    SECOND,
    SHOP,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEI,
    appeal,
    ask_both,
    asked,
    assign_judge,
    assign_other,
    enforced,
    escalate,
    fen,
    given,
    negotiating,
    open_,
    opened,
    pending,
    review_begins,
    reviewed,
    rule,
    ruled,
    settled,
    show_report,
)

NEGOTIATION_ENDS = MONDAY + 72 * HOUR
WORDS = "sealed:words"

half = MakeOffer(by=SHOP, type="refund", amount=fen(40_000))
half_offered = Offer(number=1, by=SHOP, type="refund", amount=fen(40_000))
all_of_it = MakeOffer(by=ANNA, type="refund", amount=fen(80_000))

# -- Opening --


def test_opening_a_dispute_lets_the_sides_negotiate_first() -> None:
    clock = TimerStarted(
        at=MONDAY,
        timer="negotiation",
        step="dispute.negotiation",
        owes="merchant",
        seconds=72 * 3600,
        due_at=NEGOTIATION_ENDS,
        on_breach="escalate",
        policy="shop.dispute.negotiation@1",
    )
    given().when(open_, at=MONDAY).then(opened, NegotiationStarted(at=MONDAY), clock)


def test_what_was_negotiated_before_goes_to_the_platform_at_once() -> None:
    at_once = replace(open_, negotiate=False)
    escalated = DisputeEscalated(at=MONDAY, by=ANNA)
    given().when(at_once, at=MONDAY).then(opened, escalated, review_begins(MONDAY))


@pytest.mark.parametrize("by", [ANNA, SHOP, LIN, WEI, MACHINE], ids=lambda by: by.role)
def test_either_side_or_the_service_itself_opens_a_dispute(by: By) -> None:
    past = given().when(replace(open_, by=by), at=MONDAY).happens().past
    assert past[0] == replace(opened, by=by)


@pytest.mark.parametrize("by", [HOST, JUDGE], ids=lambda by: by.role)
def test_a_creator_or_an_arbiter_opens_none(by: By) -> None:
    given().when(replace(open_, by=by), at=MONDAY).refused(NotForYou)


def test_opening_it_again_changes_nothing() -> None:
    given(*negotiating).when(open_, at=TUESDAY).then()


def test_what_is_open_already_is_not_opened_for_something_else() -> None:
    other = replace(open_, issue="damaged")
    given(*negotiating).when(other, at=TUESDAY).refused(AlreadyDisputed)


def test_a_dispute_is_opened_until_the_after_sales_time_ends() -> None:
    in_time = replace(open_, window_ends=MONDAY)
    given().when(in_time, at=MONDAY).happens()
    given().when(in_time, at=MONDAY + SECOND).refused(AfterSalesTimeOver)


def test_a_court_document_opens_it_later_too() -> None:
    late = replace(open_, window_ends=MONDAY, exception="court_document")
    past = given().when(late, at=FRIDAY).happens().past
    assert past[0] == replace(opened, at=FRIDAY, exception="court_document")


def test_only_the_service_says_what_its_data_show() -> None:
    late = replace(open_, window_ends=MONDAY, exception="platform_data")
    given().when(late, at=FRIDAY).refused(NotForYouToSay)
    given().when(replace(late, by=MACHINE), at=FRIDAY).happens()


def test_nothing_is_done_in_a_dispute_nobody_opened() -> None:
    given().when(escalate, at=MONDAY).refused(NoSuchDispute)


# -- Negotiation --


def test_an_offer_is_put_on_the_table_and_waits_for_the_other_side() -> None:
    clock = TimerStarted(
        at=TUESDAY,
        timer="offer/1",
        step="dispute.offer",
        owes="consumer",
        seconds=48 * 3600,
        due_at=TUESDAY + 48 * HOUR,
        on_breach="breach",
        policy="shop.dispute.offer@1",
    )
    made = OfferMade(at=TUESDAY, offer=half_offered)
    given(*negotiating).when(half, at=TUESDAY).then(made, clock)


def test_a_counter_offer_stands_beside_the_offer() -> None:
    past = given(*negotiating).when(half, at=TUESDAY).happens()
    past = past.when(all_of_it, at=TUESDAY).happens()
    taken = past.when(AcceptOffer(by=ANNA, offer=1), at=WEDNESDAY).happens().past
    assert DisputeSettled(at=WEDNESDAY, by=ANNA, offer=half_offered) in taken
    other = past.when(AcceptOffer(by=SHOP, offer=2), at=WEDNESDAY).happens().past
    counter = Offer(number=2, by=ANNA, type="refund", amount=fen(80_000))
    assert DisputeSettled(at=WEDNESDAY, by=SHOP, offer=counter) in other


def test_a_new_offer_takes_the_place_of_ones_own() -> None:
    more = replace(half, amount=fen(60_000))
    past = given(*negotiating).when(half, at=TUESDAY).happens()
    past = past.when(more, at=TUESDAY).happens()
    assert TimerCancelled(at=TUESDAY, timer="offer/1", reason="replaced") in past.past
    past.when(AcceptOffer(by=ANNA, offer=1), at=TUESDAY).refused(NoSuchOffer)
    past.when(AcceptOffer(by=ANNA, offer=2), at=TUESDAY).happens()


def test_the_same_offer_again_is_no_new_one() -> None:
    past = given(*negotiating).when(half, at=TUESDAY).happens()
    past.when(half, at=WEDNESDAY).then()


def test_nobody_takes_or_leaves_his_own_offer() -> None:
    past = given(*negotiating).when(half, at=TUESDAY).happens()
    past = past.when(all_of_it, at=TUESDAY).happens()
    past.when(AcceptOffer(by=SHOP, offer=1), at=TUESDAY).refused(YourOwnOffer)
    past.when(DenyOffer(by=ANNA, offer=2), at=TUESDAY).refused(YourOwnOffer)


def test_an_offer_left_is_off_the_table() -> None:
    past = given(*negotiating).when(half, at=TUESDAY).happens()
    left = OfferDenied(at=WEDNESDAY, by=ANNA, offer=1)
    met = TimerMet(at=WEDNESDAY, timer="offer/1", seconds_left=24 * 3600)
    past.when(DenyOffer(by=ANNA, offer=1), at=WEDNESDAY).then(left, met)
    past = past.when(DenyOffer(by=ANNA, offer=1), at=WEDNESDAY).happens()
    past.when(AcceptOffer(by=ANNA, offer=1), at=WEDNESDAY).refused(NoSuchOffer)


def test_an_offer_lapses_when_nobody_answers_it() -> None:
    past = given(*negotiating).when(half, at=MONDAY).happens()
    late = MONDAY + 48 * HOUR + SECOND
    past.when(AcceptOffer(by=ANNA, offer=1), at=late).happens()
    past = past.when(CheckClocks(), at=late).happens()
    past.when(AcceptOffer(by=ANNA, offer=1), at=late).refused(NoSuchOffer)


def test_a_consumer_asks_for_no_more_than_is_claimed_but_a_merchant_may_give_it() -> (
    None
):
    more = replace(all_of_it, amount=fen(80_001))
    given(*negotiating).when(more, at=TUESDAY).refused(MoreThanClaimed)
    given(*negotiating).when(replace(more, by=SHOP), at=TUESDAY).happens()


def test_a_partial_refund_is_at_most_thirty_percent_of_what_was_paid() -> None:
    partial = MakeOffer(by=SHOP, type="partial_refund", amount=fen(24_000))
    given(*negotiating).when(partial, at=TUESDAY).happens()
    above = replace(partial, amount=fen(24_001))
    given(*negotiating).when(above, at=TUESDAY).refused(PartialRefundTooHigh)


def test_an_offer_of_money_names_an_amount_in_the_currency_claimed() -> None:
    past = given(*negotiating)
    nothing = MakeOffer(by=SHOP, type="coupon")
    past.when(nothing, at=TUESDAY).refused(AmountNeeded)
    past.when(replace(half, amount=fen(0)), at=TUESDAY).refused(AmountNeeded)
    dollars = replace(half, amount=Money(100, "USD"))
    past.when(dollars, at=TUESDAY).refused(OtherCurrency)


def test_only_the_parties_of_a_dispute_make_offers_in_it() -> None:
    stranger = By(role="merchant", name="shop-2")
    given(*negotiating).when(replace(half, by=stranger), at=TUESDAY).refused(
        NotYourDispute
    )
    given(*negotiating).when(replace(half, by=HOST), at=TUESDAY).refused(NotForYou)


def test_a_merchant_who_gives_in_settles_it_for_all_that_is_claimed() -> None:
    offer = Offer(number=1, by=SHOP, type="refund", amount=fen(80_000))
    given(*negotiating).when(AcceptLiability(by=SHOP), at=TUESDAY).then(
        DisputeSettled(at=TUESDAY, by=SHOP, offer=offer),
        TimerCancelled(at=TUESDAY, timer="negotiation", reason="settled"),
    )


def test_the_sides_may_agree_until_it_is_ruled() -> None:
    for past in (reviewed, asked, pending):
        given(*past).when(AcceptLiability(by=SHOP), at=THURSDAY).happens()
    given(*ruled).when(AcceptLiability(by=SHOP), at=THURSDAY).refused(NotNow)


# -- Escalation --


@pytest.mark.parametrize("by", [ANNA, SHOP, HOST, LIN, MACHINE], ids=lambda by: by.role)
def test_anybody_hands_it_to_the_platform(by: By) -> None:
    given(*negotiating).when(EscalateDispute(by=by), at=TUESDAY).then(
        DisputeEscalated(at=TUESDAY, by=by),
        TimerCancelled(at=TUESDAY, timer="negotiation", reason="escalated"),
        review_begins(TUESDAY),
    )


def test_handing_it_over_twice_is_doing_it_once() -> None:
    given(*reviewed).when(escalate, at=TUESDAY).then()


def test_negotiation_ends_a_second_after_its_time_with_the_platform() -> None:
    given(*negotiating).when(CheckClocks(), at=NEGOTIATION_ENDS).then()
    late = NEGOTIATION_ENDS + SECOND
    policy = "shop.dispute.negotiation@1"
    given(*negotiating).when(CheckClocks(), at=late).then(
        TimerBreached(
            at=late,
            timer="negotiation",
            owes="merchant",
            due_at=NEGOTIATION_ENDS,
            on_breach="escalate",
            policy=policy,
        ),
        DisputeDefaulted(at=late, timer="negotiation", does="escalate", policy=policy),
        DisputeEscalated(at=late, by=SYSTEM, policy=policy),
        review_begins(late),
    )


def test_asking_the_clocks_again_changes_nothing() -> None:
    late = NEGOTIATION_ENDS + SECOND
    past = given(*negotiating).when(CheckClocks(), at=late).happens()
    past.when(CheckClocks(), at=late + DAY).then()


# -- Its ends --


def test_whoever_opened_it_lets_it_go_before_it_is_ruled() -> None:
    given(*negotiating).when(WithdrawDispute(by=ANNA), at=TUESDAY).then(
        DisputeWithdrawn(at=TUESDAY, by=ANNA),
        TimerCancelled(at=TUESDAY, timer="negotiation", reason="withdrawn"),
    )
    given(*pending).when(WithdrawDispute(by=ANNA), at=THURSDAY).happens()
    given(*ruled).when(WithdrawDispute(by=ANNA), at=THURSDAY).refused(NotNow)


def test_nobody_else_lets_it_go() -> None:
    past = given(*negotiating)
    past.when(WithdrawDispute(by=SHOP), at=TUESDAY).refused(OnlyTheOpener)
    past.when(WithdrawDispute(by=LIN), at=TUESDAY).refused(OnlyTheOpener)


def test_what_the_service_opened_the_consumer_or_an_agent_lets_go() -> None:
    past = given().when(replace(open_, by=MACHINE), at=MONDAY).happens()
    past.when(WithdrawDispute(by=ANNA), at=TUESDAY).happens()
    past.when(WithdrawDispute(by=LIN), at=TUESDAY).happens()
    past.when(WithdrawDispute(by=SHOP), at=TUESDAY).refused(OnlyTheOpener)


def test_a_court_or_the_police_ends_it() -> None:
    command = TerminateDispute(by=LIN, authority="court", reference="2026-min-17")
    given(*asked).when(command, at=THURSDAY).then(
        DisputeTerminated(
            at=THURSDAY, by=LIN, authority="court", reference="2026-min-17"
        ),
        TimerCancelled(at=THURSDAY, timer="evidence/1/merchant", reason="terminated"),
        TimerCancelled(at=THURSDAY, timer="evidence/1/consumer", reason="terminated"),
    )
    given(*asked).when(replace(command, by=ANNA), at=THURSDAY).refused(NotForYou)


def test_it_closes_once_the_ruling_is_carried_out_and_no_appeal_is_possible() -> None:
    window_ends = THURSDAY + 14 * DAY
    given(*enforced).when(CloseDispute(by=WEI), at=window_ends).refused(StillToDo)
    past = given(*enforced).when(CheckClocks(), at=window_ends).happens()
    late = window_ends + SECOND
    closed = DisputeClosed(
        at=late, by=SYSTEM, policy="shop.dispute.appeal-window-creator@1"
    )
    assert past.when(CheckClocks(), at=late).happens().past[-1] == closed


def test_it_does_not_close_while_the_ruling_is_still_to_be_carried_out() -> None:
    late = THURSDAY + 14 * DAY + SECOND
    past = given(*ruled).when(CheckClocks(), at=late).happens()
    assert not any(isinstance(event, DisputeClosed) for event in past.past)
    past.when(CloseDispute(by=WEI), at=late).refused(StillToDo)


def test_what_ended_is_taken_up_again_for_a_reason_and_ruled_anew() -> None:
    reopen = ReopenDispute(by=WEI, reason="consumer_feedback")
    reopened = DisputeReopened(at=FRIDAY, by=WEI, reason="consumer_feedback")
    given(*settled).when(reopen, at=FRIDAY).then(reopened, review_begins(FRIDAY))
    given(*settled).when(replace(reopen, by=ANNA), at=FRIDAY).refused(NotForYou)
    given(*ruled).when(reopen, at=FRIDAY).refused(NotNow)


def test_a_dispute_ruled_again_counts_its_rulings() -> None:
    late = THURSDAY + 15 * DAY
    past = given(*enforced).when(CheckClocks(), at=late).happens()
    past = past.when(ReopenDispute(by=WEI, reason="feedback"), at=late).happens()
    rule_again = replace(rule, result="support_merchant", awards=())
    past.when(rule_again, at=late).refused(NotNow)
    past = past.when(EndRound(by=JUDGE), at=late).happens()
    events = past.when(rule_again, at=late).happens().past[len(past.past) :]
    (again,) = (event for event in events if isinstance(event, RulingIssued))
    assert again.number == 2


# -- Who works on it --


def test_a_dispute_is_given_to_an_arbiter_and_taken_over() -> None:
    judge = HandlerAssigned(at=TUESDAY, by=WEI, duty="arbiter", person="judge-ma")
    given(*negotiating).when(assign_judge, at=TUESDAY).then(judge)
    given(*negotiating, judge).when(assign_judge, at=TUESDAY).then()
    over = AssignHandler(
        by=By(role="arbiter", name="judge-qi"), duty="arbiter", person="judge-qi"
    )
    given(*negotiating, judge).when(over, at=TUESDAY).then(
        HandlerAssigned(
            at=TUESDAY,
            by=By(role="arbiter", name="judge-qi"),
            duty="arbiter",
            person="judge-qi",
            taken_from="judge-ma",
        )
    )


def test_staff_write_notes_for_each_other_and_parties_only_openly() -> None:
    inside = NoteDispute(by=LIN, words=WORDS)
    given(*negotiating).when(inside, at=TUESDAY).then(
        DisputeNoted(at=TUESDAY, by=LIN, words=WORDS)
    )
    theirs = NoteDispute(by=SHOP, words=WORDS)
    given(*negotiating).when(theirs, at=TUESDAY).refused(PartiesSpeakOpenly)
    given(*negotiating).when(replace(theirs, shown=True), at=TUESDAY).happens()


def test_a_party_drawn_into_it_contests_its_fault_once() -> None:
    contest = ContestFault(by=HOST)
    said = FaultContested(at=TUESDAY, by=HOST)
    given(*negotiating).when(contest, at=TUESDAY).then(said)
    given(*negotiating, said).when(contest, at=WEDNESDAY).then()
    given(*negotiating).when(ContestFault(by=ANNA), at=TUESDAY).refused(NotForYou)


def test_a_deadline_is_put_off_as_far_as_its_row_lets() -> None:
    extend = ExtendDisputeClock(by=LIN, timer="negotiation", hours=24, reason="ill")
    later = TimerExtended(
        at=TUESDAY,
        timer="negotiation",
        due_at=NEGOTIATION_ENDS + DAY,
        seconds=24 * 3600,
        reason="ill",
        by="lin",
        policy="shop.dispute.negotiation@1",
    )
    past = given(*negotiating)
    past.when(extend, at=TUESDAY).then(later)
    past.when(replace(extend, hours=25), at=TUESDAY).refused(ExtensionTooLong)
    past.when(replace(extend, timer="ruling"), at=TUESDAY).refused(NoSuchClock)
    past.when(replace(extend, by=ANNA), at=TUESDAY).refused(NotForYou)
    twice = given(*negotiating, later, replace(later, due_at=later.due_at + DAY))
    twice.when(extend, at=TUESDAY).refused(NoExtensionsLeft)


def test_a_consumer_says_how_it_was_handled_once_it_is_over() -> None:
    rate = RateDispute(by=ANNA, score=4)
    given(*settled).when(rate, at=FRIDAY).then(
        DisputeRated(at=FRIDAY, by=ANNA, score=4)
    )
    given(*ruled).when(rate, at=FRIDAY).refused(NotNow)
    given(*settled).when(replace(rate, by=SHOP), at=FRIDAY).refused(NotForYou)


def test_a_clock_owed_by_nobody_is_left_after_every_end() -> None:
    for past in (settled, told_withdrawn()):
        at = MONDAY + timedelta(days=300)
        given(*past).when(CheckClocks(), at=at).then()


def told_withdrawn() -> tuple[DisputeEvent, ...]:
    return given(*asked).when(WithdrawDispute(by=ANNA), at=THURSDAY).happens().past


def test_only_a_ruling_is_enforced() -> None:
    given(*pending).when(EnforceRuling(by=MACHINE), at=THURSDAY).refused(NotNow)
    given(*reviewed).when(
        IssueRuling(by=JUDGE, result="none", findings=()), at=THURSDAY
    ).refused(NotNow)


def test_a_dispute_goes_its_whole_way_from_the_opening_to_the_close() -> None:
    past = given()
    for at, command, status in WALK:
        past = past.when(command, at=at).happens()
        dispute = reduce(DISPUTE.evolve, past.past, DISPUTE.initial)
        assert dispute.status == status, command
    owed = [name for name in dispute.timers if dispute.clock(name)]
    assert owed == []


WALK: tuple[tuple[datetime, DisputeCommand, DisputeStatus], ...] = (
    (MONDAY, open_, "negotiation"),
    (MONDAY, half, "negotiation"),
    (MONDAY, all_of_it, "negotiation"),
    (MONDAY, DenyOffer(by=ANNA, offer=1), "negotiation"),
    (NEGOTIATION_ENDS + SECOND, CheckClocks(), "platform_review"),
    (FRIDAY, assign_judge, "platform_review"),
    (FRIDAY, ask_both, "evidence_round"),
    (FRIDAY, show_report, "evidence_round"),
    (FRIDAY + DAY + SECOND, CheckClocks(), "ruling_pending"),
    (FRIDAY + 2 * DAY, rule, "ruling_issued"),
    (FRIDAY + 2 * DAY, EnforceRuling(by=MACHINE), "enforcing"),
    (FRIDAY + 3 * DAY, appeal, "appeal_review"),
    (FRIDAY + 3 * DAY, assign_other, "appeal_review"),
    (FRIDAY + 3 * DAY, CompleteEnforcement(by=MACHINE), "appeal_review"),
    (FRIDAY + 4 * DAY, DecideAppeal(by=OTHER_JUDGE, upheld=True), "closed"),
)
