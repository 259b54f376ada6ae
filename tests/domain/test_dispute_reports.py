"""How disputes that other systems run are followed here, in sentences."""

from functools import reduce

import pytest
from msgspec.structs import replace

from domain.dispute import (
    DISPUTE,
    AssignHandler,
    Dispute,
    DisputeContradicted,
    DisputeEvent,
    DisputeReported,
    DisputeStatus,
    EscalateDispute,
    MakeOffer,
    OutsideOutcome,
    ReportDispute,
    RunElsewhere,
    allowed,
)
from domain.money import Money
from domain.timer import (
    CheckClocks,
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerStarted,
)
from tests.domain.disputes import (
    ANNA,
    BOOK,
    DAY,
    FRIDAY,
    MONDAY,
    SECOND,
    SHOP,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEI,
    escalate,
    fen,
    given,
    negotiating,
    open_,
)
from tests.given import Given

report = ReportDispute(
    order="order-9",
    consumer="anna",
    source="paypal",
    number="PP-D-1",
    status="negotiation",
    amount=fen(9_900),
    word="WAITING_FOR_SELLER_RESPONSE",
    stage="INQUIRY",
)
reported = DisputeReported(
    at=MONDAY,
    order="order-9",
    consumer="anna",
    source="paypal",
    number="PP-D-1",
    status="negotiation",
    amount=fen(9_900),
    word="WAITING_FOR_SELLER_RESPONSE",
    stage="INQUIRY",
)


def state(*events: DisputeEvent) -> Dispute:
    return reduce(DISPUTE.evolve, events, DISPUTE.initial)


def test_what_is_told_is_kept_as_it_is() -> None:
    given().when(report, at=MONDAY).then(reported)
    given(reported).when(report, at=MONDAY).then()


def test_the_latest_by_its_own_time_counts_however_late_it_comes() -> None:
    ruled = replace(report, status="closed", outcome="consumer", word="RESOLVED")
    past = given().when(ruled, at=FRIDAY).happens()
    past = past.when(report, at=MONDAY).happens()
    assert state(*past.past).status == "closed"


def test_their_deadline_is_watched_and_nothing_of_ours_follows() -> None:
    due = replace(report, deadline=THURSDAY, answers="merchant")
    clock = TimerStarted(
        at=MONDAY,
        timer="told",
        step="dispute.negotiation",
        owes="merchant",
        seconds=3 * 24 * 3600,
        due_at=THURSDAY,
        on_breach="breach",
        policy="shop.dispute.negotiation@1",
        told=True,
    )
    told = replace(reported, deadline=THURSDAY, answers="merchant")
    given().when(due, at=MONDAY).then(told, clock)
    given(told, clock).when(CheckClocks(), at=THURSDAY).then()
    given(told, clock).when(CheckClocks(), at=THURSDAY + SECOND).then(
        TimerBreached(
            at=THURSDAY + SECOND,
            timer="told",
            owes="merchant",
            due_at=THURSDAY,
            on_breach="breach",
            policy="shop.dispute.negotiation@1",
        )
    )


def test_a_deadline_they_moved_is_told() -> None:
    due = replace(report, deadline=THURSDAY)
    past = given().when(due, at=MONDAY).happens()
    later = past.when(replace(due, deadline=FRIDAY), at=TUESDAY).happens().past
    assert later[-1] == TimerExtended(
        at=TUESDAY,
        timer="told",
        due_at=FRIDAY,
        seconds=24 * 3600,
        reason="told",
        by="paypal",
        policy="shop.dispute.negotiation@1",
    )
    same = past.when(due, at=TUESDAY).happens().past
    assert not any(isinstance(event, TimerExtended) for event in same)


def test_an_older_deadline_that_comes_late_moves_nothing() -> None:
    past = given().when(replace(report, deadline=FRIDAY), at=TUESDAY).happens()
    late = past.when(replace(report, deadline=THURSDAY), at=MONDAY).happens().past
    assert not any(isinstance(event, TimerExtended) for event in late)


def test_what_they_ended_nobody_owes_any_more() -> None:
    past = given().when(replace(report, deadline=FRIDAY), at=MONDAY).happens()
    ended = past.when(replace(report, status="closed"), at=TUESDAY).happens().past
    gone = TimerCancelled(at=TUESDAY, timer="told", reason="over")
    assert ended[-1] == gone


def test_a_deadline_without_a_row_of_ours_is_kept_without_a_clock() -> None:
    bare = replace(BOOK, rows=())
    past = Given(DISPUTE, bare).when(replace(report, deadline=FRIDAY), at=MONDAY)
    past.then(replace(reported, deadline=FRIDAY))


# -- What cannot be so --


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("above_claimed", replace(report, amount=fen(9_901))),
        ("other_currency", replace(report, amount=Money(9_900, "USD"))),
        ("other_order", replace(report, order="order-8")),
        ("other_consumer", replace(report, consumer="bo")),
    ],
)
def test_what_cannot_be_so_is_flagged_once_and_kept(
    code: str, told: ReportDispute
) -> None:
    past = given(reported).when(told, at=TUESDAY).happens()
    flag = DisputeContradicted(at=TUESDAY, code=code, about="PP-D-1")
    assert past.past[2:] == (flag,)
    assert state(*past.past).claimed == fen(9_900)
    again = past.when(told, at=WEDNESDAY).happens().past
    assert again.count(flag) == 1
    assert len(again) == 4


def test_less_than_claimed_is_no_contradiction() -> None:
    past = given(reported).when(replace(report, amount=fen(1)), at=TUESDAY).happens()
    assert len(past.past) == 2


def test_a_dispute_we_run_ourselves_is_not_ruled_by_others() -> None:
    told = replace(report, status="closed", amount=None)
    past = given(*negotiating).when(told, at=TUESDAY).happens().past
    assert past[-1] == DisputeContradicted(at=TUESDAY, code="run_here", about="PP-D-1")
    assert state(*past).status == "negotiation"


# -- What can be done with it here --


def test_a_dispute_run_elsewhere_is_answered_there() -> None:
    past = given(reported)
    past.when(escalate, at=TUESDAY).refused(RunElsewhere)
    past.when(MakeOffer(by=SHOP, type="resend"), at=TUESDAY).refused(RunElsewhere)
    past.when(open_, at=TUESDAY).refused(RunElsewhere)
    hand_out = AssignHandler(by=WEI, duty="handler", person="lin")
    past.when(hand_out, at=TUESDAY).happens()
    may = allowed(state(reported), "consumer", "anna", TUESDAY, BOOK)
    assert EscalateDispute not in may


# What PayPal, Stripe and hyperswitch call the states of the cross-walk is known to the
# interface; here every one of ours can be told (domain rules, section 3.3).
CROSS_WALK: tuple[tuple[DisputeStatus, OutsideOutcome | None, str], ...] = (
    ("opened", None, "OPEN"),
    ("negotiation", None, "WAITING_FOR_BUYER_RESPONSE"),
    ("platform_review", None, "UNDER_REVIEW"),
    ("evidence_round", None, "REQUIRED_ACTION"),
    ("closed", "consumer", "RESOLVED_BUYER_FAVOUR"),
    ("closed", "merchant", "won"),
    ("withdrawn", "withdrawn", "CANCELED_BY_BUYER"),
    ("settled", "accepted", "ACCEPTED"),
    ("closed", "expired", "past_due"),
)


@pytest.mark.parametrize(("status", "outcome", "word"), CROSS_WALK)
def test_every_state_of_the_cross_walk_can_be_followed(
    status: DisputeStatus, outcome: OutsideOutcome | None, word: str
) -> None:
    told = replace(report, status=status, outcome=outcome, word=word)
    past = given().when(told, at=MONDAY + DAY).happens().past
    dispute = state(*past)
    assert dispute.status == status
    assert dispute.report is not None
    assert (dispute.report.outcome, dispute.report.word) == (outcome, word)
    assert dispute.party("consumer") == ANNA.name
