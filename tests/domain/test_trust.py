"""How we kept faith with a consumer: point by point, and open to contest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import fields

from domain import agent_promise
from domain.after_sales import CaseOpened, CaseRated, RefundSucceeded
from domain.compensation import (
    CompensationPaid,
    CompensationReserved,
    GoodwillReserved,
)
from domain.compensation.values import Dates
from domain.contact import ContactAnswered
from domain.dispute import DisputeOpened
from domain.kernel import Event
from domain.money import Money
from domain.order.claims import RefundReported
from domain.order.events import (
    OrderCancelled,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseWaived,
    ReviewRecorded,
)
from domain.party import ActingRole, By
from domain.policy.quote import Facts, Line
from domain.timer import TimerBreached
from domain.trust import (
    TRUST,
    AlreadyContested,
    AnswerContest,
    AnswerDoesNotFit,
    Balance,
    ContestAnswered,
    ContestedTooOften,
    ContestPoint,
    Correction,
    NotContested,
    NotYoursToAnswer,
    NotYoursToContest,
    Point,
    PointContested,
    Told,
    Totals,
    TrustEvent,
    What,
    balance,
)
from tests.given import Given

DUE = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ORDER, CASE, TRUST_STREAM = "order-1", "case-1", "trust-li"
SHIP, DELIVER = "ship_by/order/merchant", "deliver_by/order/merchant"
REF = "p@1"
LI = By(role="consumer", name="li")
ANNA = By(role="agent", name="anna")
SHOP = By(role="merchant", name="tea")
YUAN_30 = Money(3000, "CNY")


def told(stream: str, *events: Event, consumer: str = "li") -> list[Told]:
    """Return a stream of these events, as the log tells them."""
    return [
        Told(
            stream=stream,
            version=number,
            place=f"3.{number}",
            consumer=consumer,
            at=getattr(event, "at", DUE),
            event=event,
        )
        for number, event in enumerate(events, start=1)
    ]


def kept(promise: str = SHIP, ahead: int = 0) -> PromiseKept:
    return PromiseKept(
        at=DUE - timedelta(seconds=ahead),
        promise=promise,
        due_at=DUE,
        ahead_seconds=ahead,
        evidence="SF1/picked_up",
    )


def broken(
    promise: str = SHIP, late: timedelta | None = None, due: datetime = DUE
) -> PromiseBreached:
    return PromiseBreached(
        at=due + (late or timedelta(0)),
        promise=promise,
        due_at=due,
        first_due_at=due,
        late_seconds=None if late is None else int(late.total_seconds()),
    )


def opened_case(by: By = LI) -> CaseOpened:
    return CaseOpened(
        at=DUE,
        by=by,
        order=ORDER,
        consumer="li",
        type="refund_shipped",
        items=(),
        reason=3,
    )


def refunded(at: datetime = DUE + DAY, refund: str = "r-1") -> RefundSucceeded:
    return RefundSucceeded(at=at, refund=refund, route="original", amount=YUAN_30)


def points(of: Balance, what: What) -> list[Point]:
    return [each for each in of.points if each.what == what]


def one(of: Balance, what: What) -> Point:
    (found,) = points(of, what)
    return found


# -- Promises --


def test_a_promise_kept_ahead_says_by_how_many_whole_minutes() -> None:
    found = balance(told(ORDER, kept(ahead=3 * 3600 + 59)))
    assert found.totals == Totals(promises_kept=1, kept_ahead=1, minutes_ahead=180)
    ahead = one(found, "kept_ahead")
    assert (ahead.event, ahead.tag, ahead.place) == (
        "order-1/1",
        "order.promise_kept",
        "3.1",
    )


def test_a_right_that_lasted_to_its_end_was_kept_and_not_ahead_of_anything() -> None:
    right = kept("return_within/order/platform", ahead=86_400)
    assert balance(told(ORDER, right)).totals == Totals(promises_kept=1)


def test_a_promise_is_broken_once_however_often_its_breach_is_told() -> None:
    found = balance(told(ORDER, broken(), broken(late=2 * HOUR)))
    first, last = sorted(points(found, "promise_broken"), key=lambda it: it.event)
    assert (first.standing, first.counts, first.replaced_by) == (
        "replaced",
        False,
        "order-1/2",
    )
    assert (last.counts, last.minutes) == (True, 120)
    assert found.totals.promises_broken == 1
    assert found.totals.minutes_late == 120


def test_a_promise_whose_keeping_is_told_anew_is_listed_once_as_it_stood_before() -> (
    None
):
    found = balance(told(ORDER, kept(ahead=7_200), kept(ahead=3_600)))
    was = [each for each in found.points if each.standing == "replaced"]
    assert [(each.what, each.event) for each in was] == [("promise_kept", "order-1/1")]
    assert found.totals == Totals(promises_kept=1, kept_ahead=1, minutes_ahead=60)
    assert one(found, "kept_ahead").event == "order-1/2"


def test_proof_that_it_was_done_in_time_takes_the_breach_back_but_shows_it() -> None:
    cleared = PromiseCleared(
        at=DUE, promise=SHIP, due_at=DUE, ahead_seconds=0, evidence="SF1/picked_up"
    )
    found = balance(told(ORDER, broken(), cleared))
    assert found.totals == Totals(promises_kept=1)
    assert one(found, "promise_broken").replaced_by == "order-1/2"
    assert points(found, "minutes_waited") == []


def test_what_the_consumer_let_go_is_neither_kept_nor_broken() -> None:
    waived = PromiseWaived(at=DUE + HOUR, promise=SHIP, reason="agreed")
    assert balance(told(ORDER, broken(), waived)).totals == Totals()


def test_what_an_agent_promised_counts_like_any_other_promise() -> None:
    made = agent_promise.PromiseMade(
        at=DUE - DAY,
        by=ANNA,
        consumer="li",
        contact="contact-1",
        deed="call_back",
        due_at=DUE,
        policy=REF,
    )
    late = agent_promise.PromiseKept(
        at=DUE + HOUR, by=ANNA, evidence="call-1", late_seconds=3600
    )
    out = agent_promise.PromiseBreached(
        at=DUE, due_at=DUE, first_due_at=DUE, policy=REF
    )
    found = balance(told("promise-1", made, out, late))
    assert found.totals == Totals(promises_broken=1, minutes_late=60, minutes_waited=60)
    early = agent_promise.PromiseKept(at=DUE - HOUR, by=ANNA, evidence="call-1")
    found = balance(told("promise-1", made, early))
    assert found.totals == Totals(promises_kept=1, kept_ahead=1, minutes_ahead=60)


# -- Waiting --


def test_an_order_that_broke_two_promises_kept_its_consumer_waiting_once() -> None:
    shipped_late = broken(SHIP, 10 * HOUR)
    arrived_late = broken(DELIVER, 20 * HOUR, DUE + 5 * HOUR)
    found = balance(told(ORDER, shipped_late, arrived_late))
    ship, deliver = sorted(points(found, "minutes_waited"), key=lambda it: it.event)
    assert (ship.minutes, ship.ended) == (600, "done")
    assert (deliver.minutes, deliver.ended) == (15 * 60, "delivered")
    assert deliver.since == ship.until, "the five hours both cover are counted once"


def test_who_still_waits_is_not_counted_in_minutes_yet() -> None:
    found = balance(told(ORDER, broken(DELIVER)))
    assert (found.totals.still_waiting, found.totals.minutes_waited) == (1, 0)
    assert one(found, "minutes_waited").since == DUE


def test_money_back_ends_the_waiting_for_goods_that_never_came() -> None:
    order = told(ORDER, broken(DELIVER))
    found = balance([*order, *told(CASE, opened_case(), refunded())])
    waited = one(found, "minutes_waited")
    assert (waited.minutes, waited.ended) == (24 * 60, "refunded")


def test_an_order_called_off_is_waited_for_no_longer() -> None:
    off = OrderCancelled(at=DUE + HOUR, by="consumer", reason="too_late")
    waited = one(balance(told(ORDER, broken(SHIP), off)), "minutes_waited")
    assert (waited.minutes, waited.ended) == (60, "cancelled")


@pytest.mark.parametrize(
    ("timer", "minutes"), [("answer/1", 30), ("send_back/1", None)]
)
def test_an_answer_is_waited_for_from_when_it_was_overdue(
    timer: str, minutes: int | None
) -> None:
    out = TimerBreached(
        at=DUE, timer=timer, owes="agent", due_at=DUE, on_breach="human", policy=REF
    )
    answer = ContactAnswered(
        at=DUE + HOUR / 2, message="2", agent=ANNA, waited_seconds=5400, first=True
    )
    found = balance(told("contact-1", out, answer))
    assert [each.minutes for each in points(found, "minutes_waited")] == (
        [] if minutes is None else [minutes]
    )


# -- Money, who came first, what was said --


@pytest.mark.parametrize("case", ["a-case", "z-case"])
def test_a_refund_that_a_case_and_a_feed_tell_of_came_back_once(case: str) -> None:
    """Whichever of the two streams is read first."""
    feed = RefundReported(at=DUE + DAY, refund="r-1", amount=YUAN_30)
    other = RefundReported(at=DUE + DAY, refund="r-2", amount=Money(500, "BRL"))
    order = told(ORDER, feed, other)
    found = balance([*order, *told(case, opened_case(), refunded())])
    assert found.totals.money_returned == {"CNY": 3000, "BRL": 500}
    counted = {
        each.about: each.tag for each in found.points if each.amount and each.counts
    }
    assert counted["r-1"] == "after_sales.refund_succeeded", "the case knows best"


def test_of_a_compensation_only_what_the_consumer_gets_was_given_back() -> None:
    def line(fen: int, payee: Any) -> Line:
        return Line(
            rule="late", version=1, fen=fen, payer="merchant", payee=payee, cut_by=None
        )

    reserved = CompensationReserved(
        at=DUE,
        by=ANNA,
        reservation="c-1",
        matter=CASE,
        order=ORDER,
        consumer="li",
        merchant="tea",
        paid_on=DUE.date(),
        zone="Asia/Shanghai",
        facts=Facts(),
        dates=Dates(),
        policy=REF,
        lines=(line(500, "consumer"), line(800, "none")),
        total_fen=1300,
    )
    assert balance(told("day", reserved)).totals == Totals(), "set aside is not paid"
    paid = CompensationPaid(at=DUE, by=ANNA, reservation="c-1", total_fen=1300)
    found = balance(told("day", reserved, paid))
    assert found.totals == Totals(money_returned={"CNY": 500})
    assert one(found, "money_returned").order == ORDER


def test_what_was_given_without_being_owed_was_given_all_the_same() -> None:
    reserved = GoodwillReserved(
        at=DUE,
        by=ANNA,
        approved_by=ANNA,
        reservation="g-1",
        matter=CASE,
        order=ORDER,
        consumer="li",
        merchant="tea",
        paid_on=DUE.date(),
        zone="Asia/Shanghai",
        paid_fen=12_900,
        before_fen=0,
        dates=Dates(),
        caps=(REF,),
        total_fen=1000,
    )
    paid = CompensationPaid(at=DUE, by=ANNA, reservation="g-1", total_fen=1000)
    found = balance(told("day", reserved, paid))
    assert found.totals == Totals(money_returned={"CNY": 1000})


@pytest.mark.parametrize(("by", "us", "them"), [(ANNA, 1, 0), (LI, 0, 1), (SHOP, 0, 0)])
def test_it_counts_who_came_first_the_service_or_the_consumer(
    by: By, us: int, them: int
) -> None:
    dispute = DisputeOpened(
        at=DUE, by=by, order=ORDER, consumer="li", issue="not_received"
    )
    for found in (
        balance(told(CASE, opened_case(by))).totals,
        balance(told("dispute-1", dispute)).totals,
    ):
        assert (found.opened_by_us, found.opened_by_them) == (us, them)


def test_what_the_consumer_said_last_of_a_thing_is_what_counts() -> None:
    case = told(
        CASE,
        opened_case(),
        CaseRated(at=DUE, by=LI, score=2),
        CaseRated(at=DUE + DAY, by=LI, score=4),
    )
    review = told(ORDER, ReviewRecorded(at=DUE, review="v-1", score=5))
    found = balance([*case, *review]).totals
    assert (found.satisfaction_given, found.satisfaction_sum) == (2, 9)


def test_linked_names_are_one_person_whatever_order_streams_are_told_in() -> None:
    mine = told(ORDER, kept())
    guests = told("order-2", kept(), consumer="li-guest")
    assert balance([*mine, *guests]) == balance([*reversed(guests), *reversed(mine)])
    assert balance([*mine, *guests]).totals.promises_kept == 2


def test_nothing_in_it_is_a_score_of_the_consumer() -> None:
    """The totals are counts of what we did; whoever adds one argues with this list."""
    assert {each.name for each in fields(Totals)} == {
        "promises_kept",
        "kept_ahead",
        "minutes_ahead",
        "promises_broken",
        "minutes_late",
        "minutes_waited",
        "still_waiting",
        "money_returned",
        "opened_by_us",
        "opened_by_them",
        "satisfaction_given",
        "satisfaction_sum",
    }


# -- Contests --

CONTESTED = PointContested(
    at=DUE + DAY,
    by=LI,
    consumer="li",
    event="order-1/1",
    what="promise_broken",
    reason="wrong_time",
)
UPHELD = ContestAnswered(
    at=DUE + 2 * DAY,
    by=ANNA,
    event="order-1/1",
    what="promise_broken",
    outcome="upheld",
    because="scans_agree",
)
CORRECTED = ContestAnswered(
    at=DUE + 2 * DAY,
    by=ANNA,
    event="order-1/1",
    what="promise_broken",
    outcome="corrected",
    because="courier_admits",
    correction=Correction(minutes=240),
)


def contested(*said: TrustEvent) -> Balance:
    return balance([*told(ORDER, broken(late=2 * HOUR)), *told(TRUST_STREAM, *said)])


def test_a_contested_point_stands_until_it_is_answered() -> None:
    found = contested(CONTESTED)
    point = one(found, "promise_broken")
    assert (point.standing, point.counts, found.open_contests) == ("contested", True, 1)
    assert point.contests[0].event == "trust-li/1"
    found = contested(CONTESTED, UPHELD)
    assert one(found, "promise_broken").standing == "upheld"
    assert found.open_contests == 0


def test_a_corrected_point_shows_what_it_said_before() -> None:
    found = contested(CONTESTED, CORRECTED)
    point = one(found, "promise_broken")
    assert (point.standing, point.minutes) == ("corrected", 240)
    assert point.before is not None
    assert point.before.minutes == 120
    assert point.contests[0].answer == "trust-li/2"
    assert found.totals.minutes_late == 240


def test_a_point_that_was_corrected_away_is_shown_and_counts_no_more() -> None:
    away = ContestAnswered(
        at=DUE,
        by=ANNA,
        event="order-1/1",
        what="promise_broken",
        outcome="corrected",
        because="another_order",
        correction=Correction(counts=False),
    )
    found = contested(CONTESTED, away)
    assert one(found, "promise_broken").counts is False
    assert found.totals.promises_broken == 0
    twice = one(contested(CONTESTED, CORRECTED, CONTESTED, away), "promise_broken")
    assert twice.before is not None
    assert twice.before.minutes == 120, "what it said at first, not in between"
    again = contested(CONTESTED, away, CONTESTED, UPHELD)
    assert one(again, "promise_broken").standing == "corrected", "upheld as it was then"
    assert again.totals.promises_broken == 0


def given(*past: TrustEvent) -> Given[Any, Any, Any, Any]:
    return Given(TRUST, None, *past)


def contest(by: By = LI) -> ContestPoint:
    return ContestPoint(
        by=by,
        consumer="li",
        event="order-1/1",
        what="promise_broken",
        reason="wrong_time",
    )


def answer(by: By = ANNA, **more: Any) -> AnswerContest:
    told: dict[str, Any] = {
        "by": by,
        "event": "order-1/1",
        "what": "promise_broken",
        "outcome": "upheld",
        "because": "scans_agree",
    }
    return AnswerContest(**told | more)


def test_a_consumer_contests_a_point_and_somebody_else_answers() -> None:
    given().when(contest(), at=DUE + DAY).then(CONTESTED)
    given(CONTESTED).when(answer(), at=DUE + 2 * DAY).then(UPHELD)


def test_a_point_is_contested_once_at_a_time_and_three_times_in_all() -> None:
    given(CONTESTED).when(contest(), at=DUE).refused(AlreadyContested)
    twice = (CONTESTED, UPHELD, CONTESTED, UPHELD)
    given(*twice).when(contest(), at=DUE + DAY).then(CONTESTED)
    given(*twice, CONTESTED, UPHELD).when(contest(), at=DUE).refused(ContestedTooOften)


@pytest.mark.parametrize("role", ["merchant", "carrier", "arbiter", "system"])
def test_nobody_contests_a_balance_for_a_consumer_but_agents(role: ActingRole) -> None:
    by = By(role=role, name="x")
    given().when(contest(by), at=DUE).refused(NotYoursToContest)


def test_nobody_answers_what_he_raised_himself_and_no_consumer_answers() -> None:
    for_them = PointContested(
        at=DUE,
        by=ANNA,
        consumer="li",
        event="order-1/1",
        what="promise_broken",
        reason="wrong_time",
    )
    given(for_them).when(answer(ANNA), at=DUE).refused(NotYoursToAnswer)
    given(CONTESTED).when(answer(LI), at=DUE).refused(NotYoursToAnswer)


def test_an_answer_answers_an_open_contest_and_fits_its_outcome() -> None:
    given().when(answer(), at=DUE).refused(NotContested)
    given(CONTESTED, UPHELD).when(answer(), at=DUE).refused(NotContested)
    bare = answer(outcome="corrected")
    given(CONTESTED).when(bare, at=DUE).refused(AnswerDoesNotFit)
    both = answer(correction=Correction(minutes=1))
    given(CONTESTED).when(both, at=DUE).refused(AnswerDoesNotFit)
