"""Beside the request: goods accepted in part, visits, tickets, more time, the end."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.after_sales import (
    CASE,
    AnswerTicket,
    AppointInspection,
    AppointmentInThePast,
    ApproveCase,
    AskForEvidence,
    CaseCommand,
    ChangeRequest,
    ConfirmResolved,
    ConfirmReturnReceived,
    EscalateCase,
    EvidenceNeeded,
    ExtendClock,
    FreezeCase,
    GoodsReturned,
    JudgeReturn,
    NoMoreTime,
    NoSuchTicket,
    NotInspected,
    NotNow,
    NotReceived,
    NotYourPart,
    OpenTicket,
    ReasonNeeded,
    RecordInspection,
    ReopenCase,
    ShipReplacement,
    TooLateToReopen,
    WithdrawCase,
)
from domain.money import Money
from domain.order.claims import ClaimItem
from domain.order.values import Packed
from domain.timer import CheckClocks, TimerExtended
from tests.domain.after_sales import (
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    JACKET,
    JUDGE,
    LIN,
    MONDAY,
    PHOTO,
    SECOND,
    SHOP,
    THURSDAY,
    TORN,
    TUESDAY,
    WEDNESDAY,
    WEI,
    Past,
    accept,
    after,
    approve,
    asked,
    owed,
    paid,
    pay,
    receive,
    refunding,
    returned,
    said,
    send_back,
    state,
)
from tests.domain.policy.facts import TAOBAO
from tests.given import Given

check = CheckClocks()

# -- Goods that came back in part, or not as they were --


def judge(quantity: int, **more: object) -> JudgeReturn:
    return JudgeReturn(
        by=SHOP,
        acceptance="accepted",
        accepted=(Packed(line=1, quantity=quantity),),
        **more,  # type: ignore[arg-type]  # fields by their names
    )


def arrived(*goods: GoodsReturned, items: tuple[ClaimItem, ...] = JACKET) -> Past:
    past = after(
        asked("return_refund", items=items), (approve, MONDAY), (send_back, TUESDAY)
    )
    return after(past, (ConfirmReturnReceived(by=SHOP, items=goods), WEDNESDAY))


def due(past: Past) -> tuple[int, int]:
    """Return how many fen are due, for how many pieces."""
    due = state(past).due
    assert due is not None
    return due.total.minor, sum(item.quantity for item in due.items)


def test_of_two_jackets_of_which_one_came_back_one_is_refunded() -> None:
    past = arrived(GoodsReturned(line=1, quantity=1))
    assert due(after(past, (accept, THURSDAY))) == (20_000, 1)


def test_what_is_missing_in_the_parcel_is_not_refunded() -> None:
    missing = GoodsReturned(line=1, quantity=1, condition="missing")
    past = arrived(GoodsReturned(line=1, quantity=1), missing)
    assert due(after(past, (accept, THURSDAY))) == (20_000, 1)


def test_damaged_goods_that_are_accepted_are_refunded_whole() -> None:
    past = arrived(GoodsReturned(line=1, quantity=2, condition="damaged"))
    assert due(after(past, (accept, THURSDAY))) == (40_000, 2)


def test_the_rest_is_refused_for_a_reason_and_with_evidence() -> None:
    past = returned()
    past.when(judge(1), at=THURSDAY).refused(ReasonNeeded)
    unproven = judge(1, reason="resale_affected")
    past.when(unproven, at=THURSDAY).refused(EvidenceNeeded)
    proven = judge(1, reason="resale_affected", evidence=(PHOTO,))
    assert due(after(past, (proven, THURSDAY))) == (20_000, 1)


def test_no_more_is_accepted_than_came_back() -> None:
    past = arrived(GoodsReturned(line=1, quantity=1))
    past.when(judge(2), at=THURSDAY).refused(NotReceived)
    other = replace(judge(1), accepted=(Packed(line=7, quantity=1),))
    past.when(other, at=THURSDAY).refused(NotReceived)


@pytest.mark.parametrize(("accepted", "fen"), [(1, 3_333), (2, 6_666), (3, 10_000)])
def test_the_part_is_counted_to_the_fen_and_never_more_than_asked(
    accepted: int, fen: int
) -> None:
    three = (ClaimItem(line=1, quantity=3, amount=Money(10_000, "CNY")),)
    past = arrived(GoodsReturned(line=1, quantity=accepted), items=three)
    assert due(after(past, (accept, THURSDAY))) == (fen, accepted)


def test_silence_accepts_what_came_and_no_more() -> None:
    past = arrived(GoodsReturned(line=1, quantity=1))
    late = past.when(check, at=FRIDAY + SECOND).happens()
    assert due(late) == (20_000, 1)


def test_what_was_refused_of_a_return_is_not_the_orders_again() -> None:
    proven = judge(1, reason="resale_affected", evidence=(PHOTO,))
    done = after(returned(), (proven, THURSDAY), (pay, THURSDAY), (paid, FRIDAY))
    case = state(done)
    assert case.status == "succeeded"
    (refunded,) = case.settled.refunded
    assert (refunded.quantity, refunded.amount.minor) == (1, 20_000)
    assert case.settled.returned == ((1, 1),)


def test_taken_up_again_the_whole_request_is_to_be_answered() -> None:
    proven = judge(1, reason="resale_affected", evidence=(PHOTO,))
    done = after(returned(), (proven, THURSDAY), (pay, THURSDAY), (paid, FRIDAY))
    again = after(
        done, (ReopenCase(by=LIN, reason="consumer_called"), FRIDAY), (approve, FRIDAY)
    )
    to_pay = state(again).to_pay
    assert to_pay is not None
    assert to_pay.minor == 20_000


# -- Inspection at the door --

appoint = AppointInspection(by=SHOP, appointed_for=WEDNESDAY)
found = RecordInspection(by=SHOP, result="fail")


def at_taobao(*commands: CaseCommand) -> Past:
    past = asked("return_refund", TAOBAO)
    return after(past, *((command, MONDAY) for command in commands))


def test_a_visit_is_appointed_for_a_time_ahead() -> None:
    asked().when(appoint, at=THURSDAY).refused(AppointmentInThePast)


def test_what_was_found_is_told_from_its_time_on_and_once() -> None:
    past = at_taobao(appoint)
    past.when(found, at=TUESDAY).refused(NotInspected)
    told = after(past, (found, WEDNESDAY))
    assert "inspection" not in owed(told)
    told.when(found, at=THURSDAY).refused(NotNow)
    told.when(appoint, at=TUESDAY).refused(NotNow)
    at_taobao().when(found, at=WEDNESDAY).refused(NotNow)


def test_another_appointment_gives_both_clocks_anew() -> None:
    past = at_taobao(appoint)
    later = replace(appoint, appointed_for=WEDNESDAY + DAY)
    moved = after(past, (later, TUESDAY))
    assert owed(moved) == {name: at + DAY for name, at in owed(past).items()}
    moved.when(later, at=TUESDAY).then()


def test_a_merchant_who_answers_before_needs_no_visit() -> None:
    answered = after(at_taobao(appoint), (approve, TUESDAY))
    assert owed(answered).keys() == {"send_back"}


# -- Tickets of the service --

open_ticket = OpenTicket(by=LIN)
answer_ticket = AnswerTicket(by=SHOP, ticket=1)


def test_a_ticket_is_answered_once_in_time_or_late() -> None:
    past = at_taobao(open_ticket)
    in_time = after(past, (answer_ticket, TUESDAY))
    assert state(in_time).timers["ticket/1"].standing == "met"
    late = past.when(check, at=TUESDAY + SECOND).happens()
    assert state(late).timers["ticket/1"].standing == "breached"
    answered = after(late, (answer_ticket, WEDNESDAY))
    assert state(answered).tickets == {1: "answered"}
    answered.when(answer_ticket, at=WEDNESDAY).refused(NotNow)


def test_each_ticket_has_its_own_clock() -> None:
    past = at_taobao(open_ticket, open_ticket)
    assert {"ticket/1", "ticket/2"} <= owed(past).keys()
    past.when(AnswerTicket(by=SHOP, ticket=3), at=TUESDAY).refused(NoSuchTicket)


def test_only_the_service_asks_by_ticket_and_the_merchant_answers() -> None:
    at_taobao().when(OpenTicket(by=ANNA), at=TUESDAY).refused(NotYourPart)
    past = at_taobao(open_ticket)
    past.when(AnswerTicket(by=ANNA, ticket=1), at=TUESDAY).refused(NotYourPart)


# -- What stands still, and what does not --

ask_shop = AskForEvidence(by=LIN, of="merchant", shows=("packing_video",))


def test_evidence_is_owed_while_the_platform_looks() -> None:
    past = after(
        at_taobao(ask_shop), (EscalateCase(by=ANNA, dispute="D-1"), MONDAY + HOUR)
    )
    assert owed(past).keys() == {"evidence/merchant"}
    frozen = FreezeCase(by=LIN, frozen=True, reason="theft")
    assert owed(after(past, (frozen, MONDAY + 2 * HOUR))) == {}


def test_with_the_case_all_that_is_owed_beside_it_ends() -> None:
    past = at_taobao(ask_shop, open_ticket, appoint)
    ended = after(past, (WithdrawCase(by=ANNA), TUESDAY - HOUR))
    assert owed(ended) == {}


def test_evidence_nobody_shows_is_no_judgement_of_goods() -> None:
    steps: tuple[CaseCommand, ...] = (approve, send_back, receive, ask_shop)
    past = after(at_taobao(), *((step, MONDAY) for step in steps))
    late = past.when(check, at=MONDAY + DAY + SECOND).happens()
    assert said(late, past) == ("timer.breached", "after_sales.defaulted")
    assert state(late).needs_human
    assert state(late).acceptance == "pending"


# -- More time --

ship = ShipReplacement(by=SHOP, carrier="shunfeng", waybill="SF77")


def confirming() -> Past:
    """Return a case at Taobao in which goods were sent again on Monday."""
    past = asked("resend", TAOBAO)
    return after(past, (ApproveCase(by=SHOP), MONDAY), (ship, MONDAY))


def test_a_consumer_puts_its_confirmation_off_once_by_three_days() -> None:
    later = ExtendClock(by=ANNA, timer="confirm", hours=72, reason="away")
    once = after(confirming(), (later, TUESDAY))
    assert owed(once) == {"confirm": MONDAY + 13 * DAY}
    once.when(later, at=WEDNESDAY).refused(NoMoreTime)
    longer = replace(later, hours=73)
    confirming().when(longer, at=TUESDAY).refused(NoMoreTime)


@pytest.mark.parametrize("days", [3, 5, 7, 10])
def test_a_merchant_gives_the_consumer_more_time_as_often_as_it_likes(
    days: int,
) -> None:
    more = ExtendClock(by=SHOP, timer="confirm", hours=days * 24, reason="snow")
    own = ExtendClock(by=ANNA, timer="confirm", hours=72, reason="away")
    twice = after(confirming(), (more, TUESDAY), (more, WEDNESDAY))
    assert owed(twice) == {"confirm": MONDAY + timedelta(days=10 + 2 * days)}
    thrice = after(twice, (own, THURSDAY), (more, THURSDAY))
    assert owed(thrice) == {"confirm": MONDAY + timedelta(days=13 + 3 * days)}


def test_a_merchant_gives_no_other_portion_and_no_time_to_itself() -> None:
    odd = ExtendClock(by=SHOP, timer="confirm", hours=96, reason="snow")
    confirming().when(odd, at=TUESDAY).refused(NoMoreTime)
    itself = ExtendClock(by=SHOP, timer="answer", hours=72, reason="busy")
    at_taobao().when(itself, at=TUESDAY - HOUR).refused(NoMoreTime)


def test_a_merchant_puts_what_it_sends_off_once_by_ten_days() -> None:
    past = after(asked("resend", TAOBAO), (ApproveCase(by=SHOP), MONDAY))
    later = ExtendClock(by=SHOP, timer="ship", hours=240, reason="stock")
    once = after(past, (later, TUESDAY))
    assert owed(once)["ship"] == MONDAY + 15 * DAY
    once.when(later, at=TUESDAY).refused(NoMoreTime)


def test_what_a_senior_agent_gives_uses_up_nobodys_own() -> None:
    past = after(asked("resend", TAOBAO), (ApproveCase(by=SHOP), MONDAY))
    own = ExtendClock(by=SHOP, timer="ship", hours=240, reason="stock")
    control = ExtendClock(by=WEI, timer="ship", hours=720, reason="market_control")
    given = after(past, (control, TUESDAY))
    both = after(given, (own, TUESDAY))
    assert owed(both)["ship"] == MONDAY + 45 * DAY
    both.when(own, at=WEDNESDAY).refused(NoMoreTime)
    away = ExtendClock(by=ANNA, timer="confirm", hours=72, reason="away")
    longer = replace(control, timer="confirm")
    late = after(confirming(), (longer, TUESDAY), (away, TUESDAY))
    assert owed(late) == {"confirm": MONDAY + 43 * DAY}
    late.when(away, at=WEDNESDAY).refused(NoMoreTime)


def test_a_deadline_moved_before_sides_were_told_counts_by_its_name() -> None:
    past = after(asked("resend", TAOBAO), (ApproveCase(by=SHOP), MONDAY))
    own = ExtendClock(by=SHOP, timer="ship", hours=240, reason="stock")
    once = after(past, (own, TUESDAY))
    *earlier, moved = once.past
    assert isinstance(moved, TimerExtended)
    old: Past = Given(CASE, TAOBAO, *earlier, replace(moved, role=None))
    old.when(own, at=WEDNESDAY).refused(NoMoreTime)


# -- After the end --

settled = ConfirmResolved(by=ANNA, resolved=True)
unsettled = ConfirmResolved(by=ANNA, resolved=False)
reopen = ReopenCase(by=LIN, reason="consumer_called")


def succeeded() -> Past:
    """Return a case at Taobao whose refund arrived on Tuesday."""
    return after(refunding(policy=TAOBAO), (pay, MONDAY), (paid, TUESDAY))


def test_at_the_end_the_consumer_is_asked_whether_it_is_settled() -> None:
    assert owed(succeeded()) == {"confirm_resolved": TUESDAY + 7 * DAY}
    said_so = after(succeeded(), (settled, WEDNESDAY))
    assert (owed(said_so), state(said_so).resolved) == ({}, True)


def test_silence_says_that_it_is() -> None:
    late = succeeded().when(check, at=TUESDAY + 7 * DAY + SECOND).happens()
    case = state(late)
    assert (case.status, case.resolved, case.needs_human) == ("succeeded", True, False)
    assert late.past[-1].policy == "taobao-like.confirm-resolved@1"  # type: ignore[union-attr]  # the word of silence names its row


def test_a_no_is_somebodys_to_look_at() -> None:
    no = after(succeeded(), (unsettled, WEDNESDAY))
    assert (owed(no), state(no).needs_human) == ({}, True)
    no.when(settled, at=THURSDAY).refused(NotNow)
    again = after(no, (reopen, THURSDAY))
    assert not state(again).needs_human


def test_of_a_case_let_go_nobody_asks() -> None:
    let_go = after(at_taobao(), (WithdrawCase(by=ANNA), TUESDAY - HOUR))
    assert owed(let_go) == {}
    let_go.when(settled, at=WEDNESDAY).refused(NotNow)


def test_a_case_is_taken_up_again_within_thirty_days_later_by_few() -> None:
    until = TUESDAY + 30 * DAY
    succeeded().when(reopen, at=until).happens()
    succeeded().when(reopen, at=until + SECOND).refused(TooLateToReopen)
    judge_asks = replace(reopen, by=JUDGE)
    succeeded().when(judge_asks, at=until + SECOND).refused(TooLateToReopen)
    by_senior = replace(reopen, by=WEI)
    late = succeeded().when(by_senior, at=until + SECOND).happens()
    assert state(late).status == "awaiting_merchant"


def test_taken_up_again_nobody_is_asked_until_it_ends_again() -> None:
    again = after(succeeded(), (reopen, WEDNESDAY))
    assert owed(again).keys() == {"answer/2"}
    change = ChangeRequest(by=ANNA, type="refund_shipped", items=JACKET, reason=TORN)
    assert "confirm_resolved" not in owed(after(again, (change, WEDNESDAY)))
