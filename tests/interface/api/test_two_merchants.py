"""An order of two merchants: each answers for its own goods, and for no other's."""

from typing import Any

import pytest

from tests.interface.api.conftest import MONDAY, ORDER, Caller, Callers
from tests.interface.api.deeds import (
    delivered,
    does,
    done,
    handed_in,
    id_in,
    offer,
    opened,
    photo,
    request_for,
)

TEA, TIN = {"line": 1, "quantity": 1}, {"line": 2, "quantity": 1}
PRICE = {"minor": 12900, "currency": "CNY"}
BOTH = ORDER | {
    "number": "A-2",
    "lines": [
        {"line": 1, "product": "oolong-250g", "price": PRICE},
        {"line": 2, "product": "tin", "price": PRICE, "merchant": "tin-works"},
    ],
}
PAID = {
    "payment": "pay-2",
    "tenders": [{"tender": "wallet", "amount": {"minor": 25800, "currency": "CNY"}}],
}


@pytest.fixture
def tea_house(caller: Callers) -> Caller:
    return caller("merchant", "tea-house")


@pytest.fixture
def tin_works(caller: Callers) -> Caller:
    return caller("merchant", "tin-works")


@pytest.fixture
def both(feed: Caller) -> str:
    """Let an order of two merchants arrive, the tea house's by its name."""
    where = str(feed.post("/v1/orders", BOTH, Occurred_At=MONDAY).headers["Location"])
    paid = feed.post(f"{where}/payments", PAID, Occurred_At=MONDAY)
    assert paid.status_code == 200, paid.text
    return delivered(feed, where)


def argued(order: str, *lines: Any) -> dict[str, Any]:
    return {"order": id_in(order), "lines": [*lines], "issue": "short_or_wrong"}


def test_a_case_is_its_own_merchants(
    li_mei: Caller, tea_house: Caller, tin_works: Caller, both: str
) -> None:
    case = opened(li_mei, both, lines=[TIN])
    assert tea_house.get(case).status_code == 404
    assert tea_house.get(f"{case}/words").status_code == 404
    refused = tea_house.post(f"{case}/approval", If_Match='"2"')
    assert refused.status_code == 404
    shown = [photo(handed_in(tin_works, case))]
    done(tin_works, case, "rejection", {"reason": "not_as_claimed", "evidence": shown})
    assert li_mei.get(case).json()["case"]["status"] == "rejected_awaiting_consumer"


def test_one_case_is_about_one_merchants_goods(li_mei: Caller, both: str) -> None:
    answer = li_mei.post("/v1/cases", request_for(both, lines=[TEA, TIN]))
    assert answer.status_code == 409
    assert answer.json()["code"] == "several_merchants"
    for line in (TEA, TIN):
        opened(li_mei, both, lines=[line])


def test_a_case_does_not_come_to_be_about_anothers_goods(
    li_mei: Caller, tea_house: Caller, both: str
) -> None:
    case = opened(li_mei, both, lines=[TEA])
    more = offer(
        items=[{"line": 2, "quantity": 1, "amount": {"minor": 1, "currency": "CNY"}}]
    )
    answer = does(tea_house, case, "counter-offer", more)
    assert answer.json()["code"] == "several_merchants", answer.text
    assert does(tea_house, case, "counter-offer", offer()).status_code == 200


def test_a_dispute_is_with_who_sold_what_is_argued_about(
    li_mei: Caller, tea_house: Caller, tin_works: Caller, both: str
) -> None:
    for lines in ((TEA, TIN), ()):
        answer = li_mei.post("/v1/disputes", argued(both, *lines))
        assert answer.json()["code"] == "several_merchants", answer.text
    opening = li_mei.post("/v1/disputes", argued(both, TIN))
    assert opening.status_code == 201, opening.text
    dispute = opening.headers["Location"]
    assert tea_house.get(dispute).status_code == 404
    seen = tin_works.get(dispute).json()
    assert "disputeAcceptLiability" in {move["operation"] for move in seen["may"]}


def test_a_merchant_argues_over_its_own_case_and_for_itself(
    li_mei: Caller, tea_house: Caller, tin_works: Caller, both: str
) -> None:
    case = opened(li_mei, both, lines=[TIN])
    over = {"case": id_in(case), "issue": "short_or_wrong"}
    assert tea_house.post("/v1/disputes", over).status_code == 404
    answer = tin_works.post("/v1/disputes", argued(both))
    assert answer.status_code == 201, answer.text
    assert tea_house.get(answer.headers["Location"]).status_code == 404
    assert tin_works.get(answer.headers["Location"]).status_code == 200


def test_whose_fault_it_is_names_who_sold_it(
    caller: Callers, li_mei: Caller, tea_house: Caller, tin_works: Caller, both: str
) -> None:
    case = opened(li_mei, both, lines=[TIN])
    over = {"case": id_in(case), "issue": "short_or_wrong", "negotiate": False}
    dispute = li_mei.post("/v1/disputes", over).headers["Location"]
    done(tin_works, dispute, "liability-acceptance")
    assert li_mei.get(case).json()["case"]["money"]["due"] == PRICE
    done(caller("finance_approver", "sun"), case, "refunds", {"refund": "r-1"})
    result = {"refund": "r-1", "succeeded": True}
    feed = caller("service", "shop-feed")
    assert feed.post(f"{case}/refund-results", result).status_code == 200
    assert tea_house.get(case).status_code == 404
    assert li_mei.get(case).json()["case"]["merchant"] == "tin-works"


# -- What it pays --


def test_what_each_pays_is_read_by_the_service_and_by_itself_alone(
    agent: Caller, li_mei: Caller, tea_house: Caller, tin_works: Caller, feed: Caller
) -> None:
    said = BOTH | {"source": "taobao", "offers": [{"label": "ship-48h", "hours": 72}]}
    order = str(feed.post("/v1/orders", said, Occurred_At=MONDAY).headers["Location"])
    assert feed.post(f"{order}/payments", PAID, Occurred_At=MONDAY).status_code == 200
    for line in (1, 2):
        owed = {"breaches": ["SHIP_OVERDUE"], "lines": [line]}
        assert agent.post(f"{order}/compensations", owed).status_code == 201
    page = agent.get(f"{order}/compensations").json()
    whole = {each["merchant"]: each["reservations"] for each in (page, *page["others"])}
    assert {name: len(each) for name, each in whole.items()} == {
        "tea-house": 1,
        "tin-works": 1,
    }
    assert len(li_mei.get(f"{order}/compensations").json()["others"]) == 1
    for who, name in ((tea_house, "tea-house"), (tin_works, "tin-works")):
        mine = who.get(f"{order}/compensations").json()
        assert (mine["merchant"], mine["others"]) == (name, [])
        assert mine["reservations"] == whole[name]
    other = {"breach": ["SHIP_OVERDUE"], "line": [1]}
    preview = f"{order}/compensations/preview"
    assert tin_works.get(preview, **other).status_code == 404
    assert tea_house.get(preview, **other).status_code == 200
