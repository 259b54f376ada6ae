"""What falls short is noticed when it is due, once, and of nothing else is asked."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.accompanied import Seen, accompanied, folded
from application.event_store.batch import Answer
from application.event_store.store import KeyReused
from application.known_beside import known_beside
from application.processes.detect_shortfalls import TRY_AGAIN_AFTER
from application.resolutions.said import Notice
from application.shortfall_reports import (
    NotAShortfall,
    ReportPrice,
    ReportRemoved,
    ReportShortfall,
)
from domain.after_sales import ApproveCase, OpenCase, SubmitReturnWaybill
from domain.money import Money
from domain.order import CancelOrder, ClaimItem, RecordDelivery
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.promise import Offer
from tests.application.watching import (
    DAY,
    HOUR,
    LIN,
    MONDAY,
    PRICE,
    SECOND,
    SHIP_48H,
    Market,
)

LI_MEI = By(role="consumer", name="li-mei")
SHOP = By(role="merchant", name="shop-1")
# How far a parcel from Zhejiang goes, and how long it may be silent.
WAYS = [("CN-SH", 48), ("CN-GD", 72), ("CN-XJ", 120)]


@pytest.fixture
def market() -> Market:
    return Market()


# -- The promise --


def test_six_hours_before_the_promise_it_is_at_risk_and_not_a_second_earlier(
    market: Market,
) -> None:
    order_id = market.sells()
    market.lives_until(MONDAY + 42 * HOUR - SECOND)
    assert market.codes(order_id) == []
    market.lives_until(MONDAY + 42 * HOUR)
    assert market.codes(order_id) == ["SHIP_RISK"]


def test_a_risk_that_came_true_joins_what_is_being_made_good(market: Market) -> None:
    order_id = market.sells()
    market.lives_until(MONDAY + 42 * HOUR)
    market.lives_until(MONDAY + 48 * HOUR + SECOND)
    assert market.codes(order_id) == ["SHIP_RISK", "SHIP_OVERDUE"]
    found = market.days(order_id).shortfalls.values()
    assert len({each.resolution for each in found}) == 1


def test_what_was_sent_in_time_never_falls_short(market: Market) -> None:
    order_id = market.sells()
    market.at = MONDAY + HOUR
    market.ships(order_id, "picked_up", "in_transit")
    market.lives_until(MONDAY + 2 * DAY + HOUR)
    assert market.days(order_id).shortfalls == {}


def test_a_second_round_writes_nothing(market: Market) -> None:
    order_id = market.sells()
    market.lives_until(MONDAY + 50 * HOUR)
    assert "SHIP_OVERDUE" in market.codes(order_id)
    before = market.written
    market.at += 2 * timedelta(minutes=1)
    market.works()
    assert market.written == before


def test_another_worker_that_sees_an_older_board_writes_nothing(market: Market) -> None:
    market.sells()
    market.at = MONDAY + 42 * HOUR
    market.board.reads_on()
    assert market.watch.detect() == 1
    before = market.written
    assert market.worker().detect() == 1
    assert market.written == before


def test_what_the_order_says_itself_is_not_asked_of_it_again(market: Market) -> None:
    market.sells()
    market.lives_until(MONDAY + 42 * HOUR)
    market.at = MONDAY + 48 * HOUR + SECOND
    market.board.reads_on()
    market.watch.detect()
    failing = Failing()
    assert market.worker(failing).detect() > 0
    assert failing.asked == 0


class Raced:
    """Resolutions that another worker told the same, at the same moment."""

    def notice(self, notices: Sequence[Notice]) -> Sequence[Answer]:
        return [KeyReused(order=str(each.order_id)) for each in notices]


def test_what_two_workers_find_at_once_is_no_failure(market: Market) -> None:
    market.sells()
    market.at = MONDAY + 42 * HOUR
    market.board.reads_on()
    assert market.worker(Raced()).detect() == 1
    assert market.board.later == {}


# -- The parcel --


def test_a_waybill_that_nobody_picks_up_for_a_day(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id)
    market.lives_until(MONDAY + 24 * HOUR)
    assert market.codes(order_id) == []
    market.lives_until(MONDAY + 24 * HOUR + SECOND)
    assert market.codes(order_id) == ["PICKUP_OVERDUE"]


def test_a_parcel_that_comes_to_no_hub_for_a_day(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id, "picked_up")
    market.lives_until(MONDAY + 24 * HOUR + SECOND)
    assert market.codes(order_id) == ["DISPATCH_OVERDUE"]


@pytest.mark.parametrize(("destination", "hours"), WAYS)
def test_a_parcel_may_be_silent_as_long_as_its_way_is_far(
    market: Market, destination: str, hours: int
) -> None:
    order_id = market.sells(from_to=("CN-ZJ", destination))
    market.ships(order_id, "picked_up", "in_transit")
    market.lives_until(MONDAY + hours * HOUR)
    assert market.codes(order_id) == []
    market.lives_until(MONDAY + hours * HOUR + SECOND)
    assert market.codes(order_id) == ["TRANSIT_STALLED"]


def test_a_late_scan_clears_it_and_takes_nothing_back(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id, "picked_up")
    market.lives_until(MONDAY + 25 * HOUR)
    resolution, _ = market.resolutions.find(market.resolutions.id_of(order_id, 1))
    paid = resolution.paid_fen
    market.scans(order_id, "in_transit")
    market.works()
    (found,) = market.days(order_id).shortfalls.values()
    assert (found.cleared_by, found.cleared_at) == ("scan", market.at)
    resolution, _ = market.resolutions.find(market.resolutions.id_of(order_id, 1))
    assert resolution.paid_fen == paid
    assert not resolution.open_shortfalls


def test_what_is_cleared_is_not_cleared_again(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id, "picked_up")
    market.lives_until(MONDAY + 25 * HOUR)
    market.scans(order_id, "in_transit")
    market.works()
    market.lives_until(market.at + HOUR)
    before = market.written
    market.at += HOUR
    market.works()
    assert market.written == before


# -- The risk table --


def promised() -> tuple[Market, UUID]:
    """Return an order that is to arrive on Saturday."""
    market = Market()
    due_at = MONDAY + 5 * DAY + 12 * HOUR
    offer = Offer(label="deliver-by", source="merchant", due_at=due_at)
    order_id = market.sells(offers=(offer,))
    market.forecast.due_at = due_at
    market.ships(order_id, "picked_up", "in_transit", "out_for_delivery")
    return market, order_id


def test_no_alarm_is_asked_again_at_the_next_look_and_not_before() -> None:
    market, order_id = promised()
    market.lives_until(market.forecast.due_at - 120 * HOUR)
    assert market.forecast.asked == [order_id]
    market.lives_until(market.forecast.due_at - 96 * HOUR - SECOND)
    assert market.forecast.asked == [order_id]
    market.lives_until(market.forecast.due_at - 96 * HOUR)
    assert market.forecast.asked == [order_id, order_id]
    assert market.codes(order_id) == []


def test_an_alarm_is_told_before_the_promise_is_broken() -> None:
    market, order_id = promised()
    market.forecast.rate_bp = 9_900
    market.lives_until(market.forecast.due_at - 54 * HOUR)
    assert market.codes(order_id) == ["DELIVERY_RISK"]
    (found,) = market.days(order_id).shortfalls.values()
    facts = {fact.name: fact.value for fact in found.shortfall.facts}
    assert facts == {"risk_bp": 9_900, "risk_table": "t@1/nothing"}


def test_a_risk_is_told_no_more_once_the_promise_is_broken() -> None:
    market, order_id = promised()
    market.forecast.rate_bp = 9_900
    market.lives_until(market.forecast.due_at + HOUR)
    assert market.codes(order_id) == ["DELIVERY_OVERDUE"]
    (row,) = [row for row in market.board.later.values() if "RISK" in row.name]
    assert (row.why, row.ask_again_at) == ("too_late", None)


def test_what_arrives_clears_a_risk() -> None:
    market, order_id = promised()
    market.forecast.rate_bp = 9_900
    market.lives_until(market.forecast.due_at - 54 * HOUR)
    market.tells(order_id, RecordDelivery(parcel="SF1"))
    market.works()
    (found,) = market.days(order_id).shortfalls.values()
    assert found.cleared_by == "promise_kept"


# -- What is said --


def test_three_contacts_in_three_days_are_one_too_many(market: Market) -> None:
    order_id = market.sells()
    for day in range(2):
        market.at = MONDAY + day * 12 * HOUR
        market.hears(order_id, f"c-{day}", "where_is_it")
    market.works()
    assert market.codes(order_id) == []
    market.hears(order_id, "c-3", "where_is_it")
    market.works()
    assert market.codes(order_id) == ["REPEATED_CONTACT"]


def delivered(market: Market) -> UUID:
    """Return an order whose parcel was signed for on Monday."""
    order_id = market.sells()
    market.ships(order_id, "picked_up", "in_transit", "out_for_delivery", "signed")
    market.tells(order_id, RecordDelivery(parcel="SF1"))
    return order_id


def test_signed_for_and_not_received_as_the_consumer_says(market: Market) -> None:
    order_id = delivered(market)
    contact = market.hears(order_id, "c-1", "not_received")
    market.works()
    assert market.codes(order_id) == ["DELIVERED_NOT_RECEIVED"]
    (found,) = market.days(order_id).shortfalls.values()
    assert found.shortfall.heard_in == contact


def test_what_an_agent_hears_and_a_detector_finds_is_one(market: Market) -> None:
    order_id = delivered(market)
    contact = market.hears(order_id, "c-1", "not_received")
    said = ReportShortfall(
        by=LIN, code="DELIVERED_NOT_RECEIVED", line=None, contact=contact
    )
    context = market.context(said)
    first = market.reports.report_shortfall(order_id, said, context)
    before = market.written
    assert market.reports.report_shortfall(order_id, said, context).repeated
    market.works()
    again = replace(said, line=1)
    market.reports.report_shortfall(order_id, again, market.context(again))
    assert market.codes(order_id) == ["DELIVERED_NOT_RECEIVED"]
    assert first.leaves
    noted = 2  # The days begin, and note what is open.
    assert market.written >= before + noted
    (found,) = market.days(order_id).shortfalls.values()
    assert found.shortfall.heard_in == contact


def test_an_agent_hears_what_no_detector_could_see(market: Market) -> None:
    order_id = delivered(market)
    contact = market.hears(order_id, "c-1", "something_is_wrong")
    said = ReportShortfall(by=LIN, code="FRAUD_SHIP", line=1, contact=contact)
    market.reports.report_shortfall(order_id, said, market.context(said))
    assert market.codes(order_id) == ["FRAUD_SHIP"]


def test_not_received_of_what_nobody_signed_for_is_no_shortfall(market: Market) -> None:
    order_id = market.sells()
    contact = market.hears(order_id, "c-1", "something_is_wrong")
    said = ReportShortfall(by=LIN, code="DELIVERED_NOT_RECEIVED", contact=contact)
    with pytest.raises(NotAShortfall):
        market.reports.report_shortfall(order_id, said, market.context(said))


def test_goods_taken_down_after_their_sale(market: Market) -> None:
    order_id = market.sells()
    market.at += DAY
    said = ReportRemoved(by=SYSTEM, matter="g-7", reason="counterfeit", line=1)
    market.reports.report_removed(order_id, said, market.context(said))
    assert market.codes(order_id) == ["GOVERNANCE_HIT"]


def test_a_lower_price_while_it_is_protected(market: Market) -> None:
    protection = Offer(label="price-protection", source="merchant")
    order_id = market.sells(offers=(SHIP_48H, protection))
    market.at += DAY
    said = ReportPrice(by=SYSTEM, line=1, unit_price=Money(18_000, "CNY"))
    market.reports.report_price(order_id, said, market.context(said))
    assert market.codes(order_id) == ["PRICE_DROP"]


def test_a_creator_who_promises_more_than_the_listing(market: Market) -> None:
    sooner = Offer(label="ship-same-day", source="creator")
    order_id = market.sells(offers=(SHIP_48H, sooner))
    market.works()
    assert market.codes(order_id) == ["LIVE_PROMISE_MISMATCH"]


# -- Money and goods --


def asked_back(market: Market, order_id: UUID, type_: str) -> UUID:
    """Return Li Mei's case over all of the jacket's price."""
    case_id = market.cases.id_of(order_id, "1")
    command = OpenCase(
        by=LI_MEI,
        order=str(order_id),
        consumer="li-mei",
        merchant="shop-1",
        type=type_,  # type: ignore[arg-type]  # one of them
        items=(ClaimItem(line=1, quantity=1, amount=PRICE),),
        reason=7,
    )
    market.cases.open(case_id, order_id, command, market.context(command))
    return case_id


def test_a_merchant_who_lets_three_quarters_of_the_time_go_by(market: Market) -> None:
    order_id = delivered(market)
    case_id = asked_back(market, order_id, "return_refund")
    clock = market.cases.find(case_id)[0].timers["answer"]
    slow_at = clock.due_at - timedelta(seconds=clock.seconds // 4)
    market.lives_until(slow_at - SECOND)
    assert market.codes(order_id) == []
    market.lives_until(slow_at)
    assert market.codes(order_id) == ["REFUND_SLOW"]


def test_a_merchant_who_answers_after_all(market: Market) -> None:
    order_id = delivered(market)
    case_id = asked_back(market, order_id, "return_refund")
    market.lives_until(MONDAY + 37 * HOUR)
    assert market.codes(order_id) == ["REFUND_SLOW"]
    approve = ApproveCase(by=SHOP, address="sealed:1")
    market.cases.take(case_id, approve, market.context(approve))
    market.works()
    (found,) = market.days(order_id).shortfalls.values()
    assert found.cleared_by == "answer"


def test_a_return_that_nobody_signs_for_in_ten_days(market: Market) -> None:
    order_id = delivered(market)
    case_id = asked_back(market, order_id, "return_refund")
    sent = SubmitReturnWaybill(by=LI_MEI, carrier="sf", waybill="SF9")
    for command in (ApproveCase(by=SHOP, address="sealed:1"), sent):
        market.cases.take(case_id, command, market.context(command))
    market.lives_until(MONDAY + 10 * DAY)
    assert "RETURN_UNSIGNED" not in market.codes(order_id)
    market.lives_until(MONDAY + 10 * DAY + SECOND)
    assert "RETURN_UNSIGNED" in market.codes(order_id)


def test_a_return_that_is_nowhere_is_named_by_its_own_waybill(market: Market) -> None:
    order_id = delivered(market)
    case_id = asked_back(market, order_id, "return_refund")
    sent = SubmitReturnWaybill(by=LI_MEI, carrier="yto", waybill="YT9")
    for command in (ApproveCase(by=SHOP, address="sealed:1"), sent):
        market.cases.take(case_id, command, market.context(command))
    market.lives_until(MONDAY + 10 * DAY + SECOND)
    found = [each.shortfall for each in market.days(order_id).shortfalls.values()]
    (back,) = (each for each in found if each.code == "RETURN_UNSIGNED")
    assert back.parcel == "YT9"
    assert {each.name: each.value for each in back.facts}["carrier"] == "yto"


def test_a_case_that_a_resolution_opened_is_nobodys_complaint(market: Market) -> None:
    order_id = delivered(market)
    case_id = asked_back(market, order_id, "return_refund")
    case, _ = market.cases.find(case_id)
    streams = [folded(None, market.store.stream(order_id))]
    told = Seen(case_id, "after_sales", 1, MONDAY, MONDAY, case)
    ours = told._replace(state=replace(case, resolution="1/refund"))
    for seen, clocks in ((told, 1), (ours, 0)):
        order = accompanied(order_id, [*filter(None, streams), seen])
        assert order is not None
        known = known_beside(order)
        assert (len(known.told), len(known.refund_clocks)) == (clocks, clocks)


# -- What is no shortfall --


def test_a_year_old_order_read_in_today_asks_for_nobodys_help(market: Market) -> None:
    order_id = market.sells(at=MONDAY - 365 * DAY)
    market.works()
    assert {row.state for row in market.board.rows(order_id)} == {"history"}
    assert market.days(order_id).shortfalls == {}
    assert not market.days(order_id).started


def test_an_order_of_last_week_read_in_today_is_a_shortfall(market: Market) -> None:
    order_id = market.sells(at=MONDAY - 7 * DAY)
    market.works()
    assert "SHIP_OVERDUE" in market.codes(order_id)


def test_a_year_old_order_on_a_clock_of_its_time_is_none_of_history(
    market: Market,
) -> None:
    order_id = market.sells(at=MONDAY - 365 * DAY)
    market.lives_until(MONDAY - 365 * DAY + 43 * HOUR)
    assert market.codes(order_id) == ["SHIP_RISK"]


def test_a_cancelled_order_promises_nothing(market: Market) -> None:
    order_id = market.sells()
    market.tells(order_id, CancelOrder(by="consumer", reason="changed_my_mind"))
    market.lives_until(MONDAY + 3 * DAY)
    assert market.days(order_id).shortfalls == {}


class Failing:
    """Resolutions of a release that fails."""

    def __init__(self) -> None:
        self.asked = 0

    def notice(self, notices: Sequence[Notice]) -> Sequence[Answer]:
        self.asked += len(notices)
        return [RuntimeError(each) for each in notices]


def test_what_fails_is_tried_again_later_and_the_others_have_their_turn(
    market: Market,
) -> None:
    orders = [market.sells("A-1"), market.sells("A-2")]
    failing = Failing()
    market.at = MONDAY + 42 * HOUR
    market.board.reads_on()
    market.worker(failing).detect()
    assert failing.asked == len(orders)
    assert market.worker().detect() == 0
    market.at += TRY_AGAIN_AFTER
    market.worker().detect()
    assert [market.codes(each) for each in orders] == [["SHIP_RISK"]] * 2


# -- The rules in force --


def with_hours(book: Rulebook, id_: str, **hours: int) -> Rulebook:
    """Return a book that counts other hours in one row."""
    rows = (replace(row, **hours) if row.id == id_ else row for row in book.rows)
    return replace(book, rows=tuple(rows))


def test_stricter_rules_are_due_sooner_than_those_that_come_with_the_product(
    market: Market,
) -> None:
    order_id = market.sells()
    market.ships(order_id, "picked_up", "in_transit")
    id_ = "douyin-like.detect.transit-stalled"
    worker = market.worker(in_force=with_hours(market.book, id_, cross_hours=24))
    market.board.reads_on()
    worker.detect()
    market.at = MONDAY + 24 * HOUR
    worker.detect()
    assert market.codes(order_id) == []
    market.at += SECOND
    worker.detect()
    assert market.codes(order_id) == ["TRANSIT_STALLED"]


def test_milder_rules_put_off_what_would_be_due(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id)
    id_ = "douyin-like.detect.pickup-overdue"
    worker = market.worker(in_force=with_hours(market.book, id_, hours=30))
    market.at = MONDAY + 25 * HOUR
    market.board.reads_on()
    worker.detect()
    assert market.codes(order_id) == []
    (row,) = market.board.later.values()
    assert (row.why, row.ask_again_at) == ("not_due", MONDAY + 30 * HOUR + SECOND)
    market.at = MONDAY + 30 * HOUR + SECOND
    worker.detect()
    assert market.codes(order_id) == ["PICKUP_OVERDUE"]


# -- What it costs --


def test_of_thousands_of_orders_only_those_are_loaded_of_which_something_is_due(
    market: Market,
) -> None:
    quiet = [market.sells(f"B-{number}") for number in range(1_000)]
    late = [market.sells(f"A-{number}", at=MONDAY - 2 * DAY) for number in range(10)]
    market.board.reads_on()
    market.store.loaded.clear()
    market.watch.detect()
    assert all(market.codes(each) for each in late)
    assert market.store.loaded & {*quiet, *late} == set(late)
