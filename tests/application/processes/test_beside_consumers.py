"""Thirty days beside the consumer: begun with the payment, looked at, and closed."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from application.policies import pack_rulebook
from domain.companionship.values import MatterRef
from domain.order import CancelOrder, RecordDelivery
from domain.policy.service_rows import CompanionshipRow
from tests.application.watching import DAY, HOUR, MONDAY, Market


@pytest.fixture
def market() -> Market:
    return Market()


def test_the_days_begin_with_the_payment(market: Market) -> None:
    order_id = market.sells()
    market.works()
    days = market.days(order_id)
    assert (days.consumer, days.merchant) == ("li-mei", "shop-1")
    assert days.anchored_at == MONDAY
    assert days.ends_at == MONDAY + 30 * DAY


def test_they_begin_once(market: Market) -> None:
    market.sells()
    market.works()
    before = market.written
    market.lives_until(MONDAY + HOUR)
    assert market.written == before


def test_nobody_goes_beside_a_consumer_whose_days_are_over(market: Market) -> None:
    old = market.sells("A-1", at=MONDAY - 31 * DAY)
    live = market.sells("A-2", at=MONDAY - 29 * DAY)
    market.works()
    assert not market.days(old).started
    assert market.days(live).ends_at == MONDAY + DAY


def test_nobody_goes_beside_an_order_that_was_never_paid_or_is_cancelled(
    market: Market,
) -> None:
    order_id = market.sells()
    market.tells(order_id, CancelOrder(by="consumer", reason="changed_my_mind"))
    market.works()
    assert not market.days(order_id).started


def test_a_look_finds_the_order_on_its_way(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id, "picked_up", "in_transit", "out_for_delivery")
    market.works()
    first = min(market.days(order_id).check_ins.values(), key=lambda each: each.at)
    market.lives_until(first.at - timedelta(seconds=1))
    assert market.days(order_id).reached == {}
    market.lives_until(first.at)
    assert market.days(order_id).reached == {first.name: "on_track"}


def test_a_look_finds_what_fell_short_and_is_being_made_good(market: Market) -> None:
    order_id = market.sells()
    market.works()
    first = min(market.days(order_id).check_ins.values(), key=lambda each: each.at)
    market.lives_until(MONDAY + 43 * HOUR)
    assert market.codes(order_id) == ["SHIP_RISK"]
    market.lives_until(first.at)
    assert market.days(order_id).reached == {first.name: "being_resolved"}


def test_a_look_finds_the_goods_delivered(market: Market) -> None:
    order_id = market.sells()
    market.ships(order_id, "picked_up", "in_transit", "out_for_delivery")
    market.tells(order_id, RecordDelivery(parcel="SF1"))
    market.works()
    first = min(market.days(order_id).check_ins.values(), key=lambda each: each.at)
    market.lives_until(first.at)
    assert market.days(order_id).reached == {first.name: "delivered"}


def test_what_is_opened_is_noted(market: Market) -> None:
    order_id = market.sells()
    contact = market.hears(order_id, "c-1", "where_is_it")
    market.works()
    assert market.days(order_id).matters == {("contact", contact): True}


def test_what_the_resolution_is_about_is_noted_too(market: Market) -> None:
    order_id = market.sells()
    market.works()
    market.lives_until(MONDAY + 42 * HOUR)
    market.lives_until(MONDAY + 43 * HOUR)
    resolution = str(market.resolutions.id_of(order_id, 1))
    assert MatterRef(kind="resolution", id=resolution).id in {
        name for _, name in market.days(order_id).matters
    }


def test_a_cancelled_order_ends_them(market: Market) -> None:
    order_id = market.sells()
    market.works()
    market.at += HOUR
    market.tells(order_id, CancelOrder(by="consumer", reason="changed_my_mind"))
    market.works()
    assert market.days(order_id).outcome == "cancelled"


def test_days_that_are_over_by_the_rules_in_force_leave_no_trace() -> None:
    shipped = pack_rulebook("douyin-like")
    rows = (
        replace(row, days=1, check_ins=()) if isinstance(row, CompanionshipRow) else row
        for row in shipped.rows
    )
    market = Market(in_force=replace(shipped, rows=tuple(rows)))
    order_id = market.sells(at=MONDAY - 2 * DAY)
    market.hears(order_id, "c-1", "where_is_it")
    market.board.reads_on()
    assert market.beside.look() == 1
    assert market.days(order_id).matters == {}
    (row,) = market.board.later.values()
    assert (row.why, row.ask_again_at) == ("nothing_to_do", None)
