"""A listing's price and its removal, told over HTTP to every order they concern."""

from collections.abc import Callable, Iterator

import pytest

from interface.clock import clock
from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller, Callers
from tests.interface.api.deeds import id_in

TUESDAY = "2026-03-03T10:00:00+08:00"
PRICES = "/v1/listings/oolong-250g/prices"
REMOVAL = "/v1/listings/oolong-250g/removal"
CHEAPER = {"unit_price": {"minor": 9900, "currency": "CNY"}, "at": TUESDAY}
GONE = {"matter": "g-7", "reason": "counterfeit", "at": TUESDAY}


@pytest.fixture(autouse=True)
def tuesday() -> Iterator[None]:
    """Let it be Tuesday noon."""
    clock.set("2026-03-03T12:00:00+08:00")
    yield
    clock.set("")


@pytest.fixture
def order(feed: Caller, project: Callable[[], None]) -> str:
    """Place and pay an order on Monday, its price protected."""
    offers = [{"label": "ship-48h"}, {"label": "price-protection"}]
    placed = feed.post("/v1/orders", ORDER | {"offers": offers}, Occurred_At=MONDAY)
    where = str(placed.headers["Location"])
    paid = feed.post(f"{where}/payments", PAYMENT, Occurred_At=MONDAY)
    assert paid.status_code == 200, paid.text
    project()
    return where


def test_a_lower_price_and_a_removal_are_told_once_each_and_seen(
    order: str, caller: Callers, agent: Caller, li_mei: Caller, feed: Caller
) -> None:
    shop = caller("merchant", "tom", merchant="tea-house")
    other = caller("merchant", "tim", merchant="coffee-house")
    assert other.post(PRICES, CHEAPER).json()["noticed"] == 0
    first = shop.post(PRICES, CHEAPER)
    assert (first.status_code, first.json()["noticed"]) == (200, 1), first.text
    again = feed.post(PRICES, CHEAPER).json()
    assert (again["noticed"], again["known"], again["next"]) == (0, 1, None)

    assert shop.post(REMOVAL, GONE).status_code == 403
    assert li_mei.post(REMOVAL, GONE).status_code == 403
    assert feed.post(REMOVAL, GONE).json()["noticed"] == 1
    days = agent.get(f"/v1/orders/{id_in(order)}/companionship").json()
    found = {each["code"] for each in days["companionship"]["shortfalls"]}
    assert found == {"PRICE_DROP", "GOVERNANCE_HIT"}

    early = feed.post(PRICES, CHEAPER | {"at": "2026-03-04T10:00:00+08:00"})
    assert (early.status_code, early.json()["errors"][0]["field"]) == (400, "at")
