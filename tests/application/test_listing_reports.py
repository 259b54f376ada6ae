"""What is told of a listing is noticed for the orders it concerns, once."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.access import EVERYTHING, Scope
from application.listing_reports import (
    SOLD_WITHIN,
    Concerned,
    ListingPrice,
    ListingRemoved,
    ListingReports,
)
from domain.money import Money
from domain.promise import Offer
from tests.application.books import OneBook
from tests.application.outbreak import Watched
from tests.application.watching import DAY, MONDAY, SHIP_48H, Market

PROTECTED = (SHIP_48H, Offer(label="price-protection", source="merchant"))
TUESDAY = MONDAY + DAY
CHEAPER = ListingPrice(listing="jacket", unit_price=Money(18_000, "CNY"), at=TUESDAY)
GONE = ListingRemoved(listing="jacket", matter="g-7", reason="counterfeit", at=TUESDAY)


class Mall:
    """A market in which things are told of listings, on Tuesday evening."""

    def __init__(self) -> None:
        self.market = Market()
        market = self.market
        self.bought = Watched(market.store)
        self.reports = ListingReports(
            market.store, OneBook(market.book), self.bought, market.resolutions
        )

    def sells(self, number: str, *offers: Offer, at: datetime = MONDAY) -> UUID:
        order_id = self.market.sells(number, offers=offers or (SHIP_48H,), at=at)
        self.bought.orders.append(order_id)
        return order_id

    def hears(
        self,
        said: ListingPrice | ListingRemoved,
        within: Scope = EVERYTHING,
        after: UUID | None = None,
        orders_max: int = 100,
    ) -> Concerned:
        self.market.at = TUESDAY + timedelta(hours=8)
        return self.reports.tell(
            said,
            actor="service:catalogue",
            asked_at=self.market.at,
            within=within,
            after=after,
            orders_max=orders_max,
        )

    def codes(self, *orders: UUID) -> list[list[str]]:
        return [self.market.codes(each) for each in orders]


@pytest.fixture
def mall() -> Mall:
    return Mall()


def test_whoever_paid_more_while_protected_is_seen_to_and_nobody_else(
    mall: Mall,
) -> None:
    protected, other = mall.sells("A-1", *PROTECTED), mall.sells("A-2")
    heard = mall.hears(CHEAPER)
    assert (heard.orders, heard.noticed, heard.next) == (2, 1, None)
    assert mall.codes(protected, other) == [["PRICE_DROP"], []]


def test_a_price_that_is_no_lower_is_nobodys_loss(mall: Mall) -> None:
    order_id = mall.sells("A-1", *PROTECTED)
    assert mall.hears(replace(CHEAPER, unit_price=Money(20_000, "CNY"))).noticed == 0
    assert mall.codes(order_id) == [[]]


def test_another_variant_or_another_listing_concerns_nobody_here(mall: Mall) -> None:
    mall.sells("A-1", *PROTECTED)
    red = mall.hears(replace(CHEAPER, sku="red"))
    assert (red.orders, red.noticed) == (1, 0)
    assert mall.hears(replace(CHEAPER, listing="boots")).orders == 0


def test_goods_taken_down_after_their_sale_fall_short_of_everyone_who_bought_them(
    mall: Mall,
) -> None:
    orders = [mall.sells(f"A-{number}") for number in range(3)]
    assert mall.hears(GONE).noticed == len(orders)
    assert mall.codes(*orders) == [["GOVERNANCE_HIT"]] * 3


def test_what_is_sold_later_or_was_long_ago_is_not_concerned(mall: Mall) -> None:
    mall.sells("A-1", at=TUESDAY + timedelta(hours=1))
    mall.sells("A-2", at=TUESDAY - SOLD_WITHIN - DAY)
    sold = mall.sells("A-3")
    assert mall.hears(GONE).orders == 1
    assert mall.codes(sold) == [["GOVERNANCE_HIT"]]


def test_told_again_it_is_known_and_nothing_is_written(mall: Mall) -> None:
    mall.sells("A-1")
    assert (mall.hears(GONE).noticed, mall.hears(GONE).known) == (1, 1)
    written = mall.market.written
    again = mall.hears(GONE)
    assert (again.noticed, again.known, again.failed) == (0, 1, 0)
    assert mall.market.written == written


def test_whoever_tells_it_goes_on_where_it_broke_off(mall: Mall) -> None:
    orders = [mall.sells(f"A-{number}") for number in range(5)]
    first = mall.hears(GONE, orders_max=2)
    assert (first.orders, first.noticed) == (2, 2)
    rest = mall.hears(GONE, after=first.next)
    assert (rest.orders, rest.noticed, rest.next) == (3, 3, None)
    assert mall.codes(*orders) == [["GOVERNANCE_HIT"]] * 5


def test_a_merchant_speaks_of_its_own_lines_alone(mall: Mall) -> None:
    mall.sells("A-1", *PROTECTED)
    stranger = Scope(merchants=frozenset({"shop-2"}))
    assert mall.hears(CHEAPER, within=stranger).noticed == 0
    own = Scope(merchants=frozenset({"shop-1"}))
    assert mall.hears(CHEAPER, within=own).noticed == 1
