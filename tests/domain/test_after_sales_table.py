"""The published table of clocks (20009347), line by line, and what follows each breach.

The column of the Spring Festival is that of 10 to 23 February 2026.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from domain.after_sales import (
    CASE,
    AddEvidence,
    AppointInspection,
    AskForEvidence,
    Case,
    CaseCommand,
    CaseType,
    ChangeRequest,
    OpenTicket,
    ShipReplacement,
)
from domain.policy.book import Rulebook
from domain.policy.rows import Where
from domain.timer import CheckClocks, TimerBreached, seconds_left
from tests.domain.after_sales import (
    ANNA,
    DAY,
    HOUR,
    JACKET,
    LIN,
    MONDAY,
    SECOND,
    SHOP,
    TORN,
    VIDEO,
    Past,
    accept,
    after,
    approve,
    ask_for,
    owed,
    receive,
    reject,
    send_back,
    signed,
    state,
)
from tests.domain.policy.facts import DOUYIN, TAOBAO
from tests.given import Given

check = CheckClocks()
HOLIDAY = datetime(2026, 2, 12, 2, tzinfo=UTC)
# 3 March 24:00 and 26 February 23:59:59, in Shanghai.
MARCH_4 = datetime(2026, 3, 3, 16, tzinfo=UTC)
FEBRUARY_26 = datetime(2026, 2, 26, 15, 59, 59, tzinfo=UTC)
ship = ShipReplacement(by=SHOP, carrier="shunfeng", waybill="SF77")
ask_shop = AskForEvidence(by=LIN, of="merchant", shows=("packing_video",))
ask_anna = AskForEvidence(by=LIN, of="consumer", shows=("video",))
ticket = OpenTicket(by=LIN)


def change(type_: CaseType) -> ChangeRequest:
    return ChangeRequest(by=ANNA, type=type_, items=JACKET, reason=TORN)


def told(  # noqa: PLR0913 - a story is made of all of these
    book: Rulebook,
    at: datetime,
    type_: CaseType,
    *commands: CaseCommand,
    goods: str | None = None,
    reason: int = TORN,
    signed_at: datetime | None = None,
) -> Past:
    """Return a case in which all of this was said in one moment."""
    request = replace(
        ask_for(type_, reason=reason),
        where=Where(goods=goods),
        ship_hours=48,
        signed_at=signed_at,
        ordered_at=at - 3 * DAY,
    )
    start: Past = Given(CASE, book)
    past = start.when(request, at=at).happens()
    return after(past, *((command, at) for command in commands))


class Line(NamedTuple):
    """One line of the table: what was said, and by when who must have done what."""

    type: CaseType
    said: tuple[CaseCommand, ...]
    clock: str
    usual: timedelta
    holiday: timedelta | datetime
    then: Callable[[Case], Any]
    comes_to: Any


def status(case: Case) -> str:
    return case.status


def goes_to(case: Case) -> str:
    """Return who has to go on with it."""
    named = {"a dispute": case.needs_dispute, "somebody": case.needs_human}
    return " and ".join(name for name, so in named.items() if so)


BACK = (approve, send_back, signed)
HALF, DAYS_5, DAYS_15 = 36 * HOUR, 5 * DAY, 15 * DAY
RETURNS, SHIPS = "awaiting_consumer_return", "awaiting_merchant_ship"
# fmt: off
TABLE = {
    "refund, not shipped": Line(
        "refund_unshipped", (), "answer", DAY, DAY, status, "refunding"),
    "refund only, shipped": Line(
        "refund_shipped", (), "answer", HALF, DAYS_5, status, "refunding"),
    "return and refund": Line(
        "return_refund", (), "answer", HALF, DAYS_5, status, RETURNS),
    "refused, the consumer decides": Line(
        "return_refund", (reject,), "consumer_decides", DAYS_5, DAYS_15,
        status, "closed"),
    "changed request": Line(
        "return_refund", (change("refund_shipped"),), "answer", HALF, DAYS_5,
        status, "refunding"),
    "changed request, not shipped": Line(
        "return_refund", (change("refund_unshipped"),), "answer", DAY, DAYS_5,
        status, "refunding"),
    "changed request, exchange": Line(
        "return_refund", (change("exchange"),), "answer", DAY, DAYS_5,
        status, RETURNS),
    "changed request, resend": Line(
        "return_refund", (change("resend"),), "answer", DAY, DAYS_5, status, SHIPS),
    "changed request, repair": Line(
        "return_refund", (change("repair"),), "answer", 2 * DAY, DAYS_5,
        status, RETURNS),
    "send goods back": Line(
        "return_refund", (approve,), "send_back", 7 * DAY, 25 * DAY,
        status, "closed"),
    "confirm returned goods, signed": Line(
        "return_refund", BACK, "confirm_return", 2 * DAY, DAYS_15,
        status, "refunding"),
    "confirm returned goods, not signed": Line(
        "return_refund", (approve, send_back), "confirm_return", 10 * DAY, DAYS_15,
        status, "refunding"),
    "exchange request": Line(
        "exchange", (), "answer", DAY, DAYS_5, status, RETURNS),
    "exchange: receive and ship": Line(
        "exchange", BACK, "ship", 2 * DAY + DAYS_5, MARCH_4, status, "refunding"),
    "exchange: no tracking": Line(
        "exchange", (approve, send_back), "ship", 10 * DAY, DAYS_15,
        goes_to, "a dispute"),
    "exchange shipped, the consumer confirms": Line(
        "exchange", (*BACK, receive, accept, ship), "confirm", 10 * DAY, DAYS_15,
        status, "succeeded"),
    "repair request": Line(
        "repair", (), "answer", 2 * DAY, DAYS_5, status, RETURNS),
    "repair: goods back to returned": Line(
        "repair", (*BACK, receive), "ship", 30 * DAY, 30 * DAY, goes_to, "a dispute"),
    "resend request": Line(
        "resend", (), "answer", DAY, DAYS_5, status, SHIPS),
    "resend agreed to shipped": Line(
        "resend", (approve,), "ship", DAYS_5, 17 * DAY, status, SHIPS),
    "resend agreed to shipped, by the breach rule": Line(
        "resend", (approve,), "ship_rule", DAY, FEBRUARY_26, status, SHIPS),
    "resend shipped, the consumer confirms": Line(
        "resend", (approve, ship), "confirm", 10 * DAY, DAYS_15,
        status, "succeeded"),
    "evidence of the merchant": Line(
        "return_refund", (ask_shop,), "evidence/merchant", DAY, 3 * DAY,
        goes_to, "somebody"),
    "evidence uploaded by the consumer": Line(
        "return_refund", (ask_anna,), "evidence/consumer", DAY, DAYS_15,
        goes_to, "somebody"),
    "platform service ticket": Line(
        "return_refund", (ticket,), "ticket/1", DAY, DAY,
        lambda case: case.tickets, {1: "open"}),
    "exchange to return and refund, signed": Line(
        "exchange", (*BACK, change("return_refund")), "answer/2", 2 * DAY, 2 * DAY,
        status, "refunding"),
}
# fmt: on


@pytest.mark.parametrize("line", TABLE.values(), ids=TABLE)
@pytest.mark.parametrize("at", [MONDAY, HOLIDAY], ids=["usual", "holiday"])
def test_each_line_of_the_table_is_a_clock_with_its_breach(
    line: Line, at: datetime
) -> None:
    past = told(TAOBAO, at, line.type, *line.said)
    given = line.usual if at == MONDAY else line.holiday
    due_at = given if isinstance(given, datetime) else at + given
    assert owed(past)[line.clock] == due_at
    late = past.when(check, at=due_at + SECOND).happens()
    ran_out = [each for each in late.past if isinstance(each, TimerBreached)]
    assert line.clock in {each.timer for each in ran_out}
    assert line.then(state(late)) == line.comes_to


def test_a_flash_sale_is_answered_in_five_business_hours() -> None:
    at = MONDAY + 2 * HOUR  # 20:00: three hours until 23:00, two from 08:00
    past = told(TAOBAO, at, "refund_unshipped", goods="flash_sale")
    assert owed(past) == {"answer": at + 14 * HOUR}
    late = past.when(check, at=at + 14 * HOUR + SECOND).happens()
    assert state(late).status == "refunding"


# -- Inspection at the door (大家电, aJks68BaZtBj) --

# 24 November at 15:00 in Shanghai; its day ends at 16:00 UTC.
APPOINTED = datetime(2026, 11, 24, 7, tzinfo=UTC)
DAYS_END = datetime(2026, 11, 24, 16, tzinfo=UTC)
appoint = AppointInspection(by=SHOP, appointed_for=APPOINTED)


@pytest.mark.parametrize("book", [TAOBAO, DOUYIN], ids=["taobao", "douyin"])
def test_nobody_telling_what_was_found_it_counts_as_claimed(book: Rulebook) -> None:
    past = told(book, MONDAY, "return_refund", appoint)
    assert owed(past) == {"answer": DAYS_END + HALF, "inspection": APPOINTED + DAY}
    late = past.when(check, at=APPOINTED + DAY + SECOND).happens()
    found = state(late).inspection
    assert found is not None
    assert found.result == "pass"
    assert state(late).status == "awaiting_merchant"
    undecided = late.when(check, at=DAYS_END + HALF + SECOND).happens()
    assert state(undecided).status == RETURNS


# -- What some goods have of their own, at Douyin --


@pytest.mark.parametrize(
    ("goods", "days"), [(None, 30), ("used-3c", 20), ("jewellery", 20)]
)
def test_a_repair_has_the_days_of_its_goods_and_then_they_may_go_back(
    goods: str | None, days: int
) -> None:
    past = told(DOUYIN, MONDAY, "repair", *BACK, receive, accept, goods=goods)
    due_at = MONDAY + days * DAY
    assert owed(past) == {"ship": due_at}
    late = past.when(check, at=due_at + SECOND).happens()
    assert state(late).needs_dispute
    asked = after(late, (change("return_refund"), due_at + HOUR))
    assert state(asked).status == "awaiting_merchant"
    silent = asked.when(check, at=due_at + 49 * HOUR + SECOND).happens()
    assert state(silent).status == "refunding"


def test_used_electronics_are_exchanged_within_a_day() -> None:
    past = told(DOUYIN, MONDAY, "exchange", *BACK, goods="used-3c")
    assert owed(past)["ship"] == MONDAY + DAY


def test_a_request_at_douyin_is_answered_in_two_days() -> None:
    past = told(DOUYIN, MONDAY, "refund_shipped")
    assert owed(past) == {"answer": MONDAY + 48 * HOUR}


# -- Spoilt goods (坏了包退) --

WENT_BAD = 27


@pytest.mark.parametrize(
    ("goods", "hours"), [("fresh", 48), ("live", 24), ("frozen", 24), ("live-crab", 12)]
)
def test_spoilt_goods_have_their_label_while_their_window_lasts(
    goods: str, hours: int
) -> None:
    last = MONDAY - hours * HOUR
    in_time = told(
        DOUYIN, MONDAY, "refund_shipped", goods=goods, reason=WENT_BAD, signed_at=last
    )
    assert owed(in_time) == {"answer": MONDAY + 24 * HOUR}
    late = told(
        DOUYIN,
        MONDAY,
        "refund_shipped",
        goods=goods,
        reason=WENT_BAD,
        signed_at=last - SECOND,
    )
    assert state(late).in_window is False
    assert owed(late) == {"answer": MONDAY + 48 * HOUR}


# -- Evidence --


def test_evidence_shown_in_time_ends_its_clock() -> None:
    past = told(TAOBAO, MONDAY, "return_refund", ask_anna)
    other = AddEvidence(by=ANNA, evidence=(replace(VIDEO, shows="chat"),))
    wrong = after(past, (other, MONDAY + HOUR))
    assert "evidence/consumer" in owed(wrong)
    shown = after(wrong, (AddEvidence(by=ANNA, evidence=(VIDEO,)), MONDAY + 2 * HOUR))
    clock = state(shown).timers["evidence/consumer"]
    assert (clock.standing, seconds_left(clock, MONDAY)) == ("met", 22 * 3600)


def test_who_is_asked_for_more_has_the_whole_time_again() -> None:
    past = told(TAOBAO, MONDAY, "return_refund", ask_shop)
    more = replace(ask_shop, shows=("chat",))
    again = after(past, (more, MONDAY + 20 * HOUR))
    assert owed(again)["evidence/merchant"] == MONDAY + 44 * HOUR
