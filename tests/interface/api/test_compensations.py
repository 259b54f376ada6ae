"""Compensation over HTTP: what an order that went wrong pays, and to whom, and why."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from interface.bootstrap import Redress
from tests.interface.api.conftest import Caller, Callers
from tests.interface.api.deeds import done, id_in
from tests.interface.api.test_problems import problem

WINTER = "2025-12-01T10:00:00+08:00"
AUTUMN = "2026-09-01T10:00:00+08:00"
OUT_OF_STOCK = {
    "breaches": ["SHIP_OVERDUE", "OUT_OF_STOCK"],
    "out_of_stock": "proven",
}


def bought(  # noqa: PLR0913 - what an order is told with
    feed: Caller,
    number: str,
    *,
    source: str = "taobao",
    fen: int = 100_000,
    postage: int = 0,
    hours: int | None = 72,
    at: str = WINTER,
) -> str:
    """Let Li Mei buy a thing of the tea house, and pay it; return where it is."""
    offer: dict[str, Any] = {"label": "ship-48h"}
    line = {
        "line": 1,
        "product": "oolong",
        "price": {"minor": fen, "currency": "CNY"},
        "freight": {"minor": postage, "currency": "CNY"},
    }
    order = {
        "consumer": "li-mei",
        "source": source,
        "number": number,
        "merchant": "tea-house",
        "lines": [line],
        "offers": [offer if hours is None else offer | {"hours": hours}],
    }
    placed = feed.post("/v1/orders", order, Occurred_At=at)
    assert placed.status_code == 201, placed.text
    where = str(placed.headers["Location"])
    amount = {"minor": fen + postage, "currency": "CNY"}
    payment = {
        "payment": f"pay-{number}",
        "tenders": [{"tender": "wallet", "amount": amount}],
    }
    paid = feed.post(f"{where}/payments", payment, Occurred_At=at)
    assert paid.status_code == 200, paid.text
    return where


def reserved(who: Caller, order: str, **said: Any) -> dict[str, Any]:
    """Set aside what the rules pay; return what was."""
    answer = who.post(f"{order}/compensations", said)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == (
        f"/v1/compensations/{body['stream_id']}/{body['reservation']}"
    )
    return body


def here(body: dict[str, Any]) -> str:
    return f"/v1/compensations/{body['stream_id']}/{body['reservation']}"


def fen(answer: dict[str, Any]) -> list[int]:
    paid = [line["fen"] for line in answer["lines"]]
    assert sum(paid) == answer["total_fen"]
    return paid


@pytest.fixture
def finance(caller: Callers) -> Caller:
    return caller("finance_approver", "fang")


# -- The platforms' own examples, from the order to the money --


def test_taobao_item_1000_out_of_stock_promise_over_48_h_pays_180(
    feed: Caller, agent: Caller, li_mei: Caller
) -> None:
    """10000177: late 50, the row's end is 30; out of stock 150; in all 180."""
    order = bought(feed, "T-1")
    asked = {"breach": OUT_OF_STOCK["breaches"], "out_of_stock": "proven"}
    preview = agent.get(f"{order}/compensations/preview", **asked)
    assert preview.status_code == 200, preview.text
    assert fen(preview.json()) == [3_000, 15_000]
    assert preview.json()["facts"]["promise_hours"] == 72
    body = reserved(agent, order, **OUT_OF_STOCK)
    assert body["lines"] == preview.json()["lines"]
    done(feed, here(body), "payment")
    page = li_mei.get(f"{order}/compensations").json()
    (reservation,) = page["reservations"]
    assert (reservation["standing"], reservation["total_fen"]) == ("paid", 18_000)
    late = reservation["lines"][0]
    assert (late["rule"], late["breach"]) == ("taobao-like.late-long", "SHIP_OVERDUE")
    assert late["source"] == "10000177"
    assert late["title"]["zh"].startswith("延迟发货")
    assert late["title"]["en"] == "Late, promised beyond 48 hours"
    (cap,) = page["caps"]
    assert cap["cap"] == "taobao-like.day-cap"
    assert [cap[each] for each in ("limit_fen", "used_fen", "left_fen")] == [
        50_000,
        18_000,
        32_000,
    ]


def test_taobao_postage_is_no_part_of_the_base(feed: Caller, agent: Caller) -> None:
    """10000177: item 1500, postage 10, promise within 48 h: 150, at most 100."""
    order = bought(feed, "T-2", fen=150_000, postage=1_000, hours=48)
    body = reserved(agent, order, breaches=["OUT_OF_STOCK"], out_of_stock="proven")
    assert fen(body) == [10_000]


def test_douyin_paid_10000_fraudulently_shipped_pays_500(
    feed: Caller, agent: Caller
) -> None:
    """aHwH9wK4JyWJ: 30 %, at most 500."""
    order = bought(feed, "D-1", source="doudian", fen=1_000_000, hours=48, at=AUTUMN)
    body = reserved(agent, order, breaches=["FRAUD_SHIP"])
    assert fen(body) == [50_000]
    assert body["lines"][0]["rule"].startswith("douyin-like.")


def test_what_a_cap_cut_says_which(feed: Caller, agent: Caller) -> None:
    """10000177: item 1000, promise within 48 h: late 10, out of stock 100; cap 100."""
    order = bought(feed, "T-3", hours=48)
    body = reserved(agent, order, **OUT_OF_STOCK)
    assert fen(body) == [1_000, 9_000]
    cut = body["lines"][1]
    assert cut["cut_by"] == "taobao-like.day-cap"
    assert cut["cut_title"]["zh"].startswith("同一买卖双方同日付款合计")


# -- The day, and who comes second --


def test_two_agents_at_once_never_pass_the_days_cap(
    feed: Caller, caller: Callers
) -> None:
    orders = [bought(feed, f"T-{number}", hours=48) for number in range(2)]
    agents = [caller("agent", name) for name in ("wang", "zhao")]

    def ask(number: int) -> dict[str, Any]:
        return reserved(agents[number], orders[number], **OUT_OF_STOCK)

    with ThreadPoolExecutor(2) as threads:
        bodies = list(threads.map(ask, range(2)))
    assert sorted(body["total_fen"] for body in bodies) == [0, 10_000]


def test_a_preview_writes_nothing_and_sees_what_others_took(
    feed: Caller, agent: Caller
) -> None:
    first, second = (bought(feed, f"T-{n}", hours=48) for n in (1, 2))
    asked = {"breach": ["OUT_OF_STOCK"], "out_of_stock": "proven"}
    before = agent.get(f"{second}/compensations/preview", **asked)
    assert before.json()["total_fen"] == 10_000
    again = agent.get(f"{second}/compensations/preview", **asked)
    assert again.headers["ETag"] == before.headers["ETag"] == '"0"'
    reserved(agent, first, **OUT_OF_STOCK)
    after = agent.get(f"{second}/compensations/preview", **asked)
    assert (after.json()["total_fen"], after.headers["ETag"]) == (0, '"1"')


def test_what_is_given_up_is_free_for_the_next(feed: Caller, agent: Caller) -> None:
    first, second = (bought(feed, f"T-{n}", hours=48) for n in (1, 2))
    body = reserved(agent, first, **OUT_OF_STOCK)
    done(agent, here(body), "release", {"reason": "settled_otherwise"})
    assert reserved(agent, second, **OUT_OF_STOCK)["total_fen"] == 10_000
    page = agent.get(f"{first}/compensations").json()
    assert [each["standing"] for each in page["reservations"]] == ["released"]
    seen = agent.get(here(body)).headers["ETag"]
    problem(
        feed.post(f"{here(body)}/payment", If_Match=seen), 409, "reservation_released"
    )


# -- Once, and by whom --


def test_the_same_key_sets_aside_once_whatever_became_of_the_order(
    feed: Caller, agent: Caller
) -> None:
    order = bought(feed, "T-1")
    first = agent.post(f"{order}/compensations", OUT_OF_STOCK, key="c-1")
    shipped = {"parcel": "SF1", "carrier": "shunfeng", "waybill": "SF1"}
    feed.post(f"{order}/parcels", shipped, Occurred_At="2025-12-20T10:00:00+08:00")
    again = agent.post(f"{order}/compensations", OUT_OF_STOCK, key="c-1")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    other = {"breaches": ["SHIP_OVERDUE"]}
    answer = agent.post(f"{order}/compensations", other, key="c-1")
    problem(answer, 422, "key_reused")


def test_people_say_what_they_saw_before_they_pay(
    feed: Caller, agent: Caller, finance: Caller
) -> None:
    body = reserved(agent, bought(feed, "T-1"), **OUT_OF_STOCK)
    assert finance.post(f"{here(body)}/payment").status_code == 428
    assert finance.post(f"{here(body)}/payment", If_Match='"9"').status_code == 412
    done(finance, here(body), "payment")
    done(finance, here(body), "payment")


def test_much_money_takes_a_limit_that_reaches_and_another_person(
    feed: Caller, caller: Callers, finance: Caller
) -> None:
    """Three times the price for fraud (消保法 §55): 30,000 yuan."""
    order = bought(feed, "D-1", source="doudian", fen=1_000_000, at=AUTUMN)
    senior = caller("senior_agent", "wei")
    body = reserved(finance, order, breaches=["FRAUD"])
    assert body["total_fen"] == 3_000_000
    seen = finance.get(here(body)).headers["ETag"]
    for who, code in (
        (senior, "compensation_needs_approval"),
        (feed, "compensation_needs_approval"),
        (finance, "another_person_pays"),
    ):
        problem(who.post(f"{here(body)}/payment", If_Match=seen), 409, code)
    done(caller("finance_approver", "he"), here(body), "payment")


def test_parties_read_and_only_the_service_sets_aside(
    feed: Caller, agent: Caller, li_mei: Caller, caller: Callers
) -> None:
    order = bought(feed, "T-1")
    body = reserved(agent, order, **OUT_OF_STOCK)
    shop = caller("merchant", "tea-house")
    for who in (li_mei, shop, caller("auditor", "zhou")):
        assert who.get(f"{order}/compensations").status_code == 200
        assert who.get(here(body)).json()["total_fen"] == 18_000
        problem(who.post(f"{order}/compensations", OUT_OF_STOCK), 403, "not_allowed")
        problem(who.post(f"{here(body)}/payment"), 403, "not_allowed")
    for stranger in (caller("consumer", "wang-lei"), caller("merchant", "toy-shop")):
        assert stranger.get(f"{order}/compensations").status_code == 404
        assert stranger.get(here(body)).status_code == 404
    nowhere = f"/v1/compensations/{id_in(order)}/nothing"
    assert agent.get(nowhere).status_code == 404


def test_before_it_is_paid_an_order_has_nothing(feed: Caller, agent: Caller) -> None:
    order = {
        "consumer": "li-mei",
        "source": "taobao",
        "number": "T-9",
        "merchant": "tea-house",
        "lines": [
            {"line": 1, "product": "tea", "price": {"minor": 100, "currency": "CNY"}}
        ],
    }
    where = feed.post("/v1/orders", order, Occurred_At=WINTER).headers["Location"]
    page = agent.get(f"{where}/compensations").json()
    assert (page["stream_id"], page["reservations"]) == (None, [])
    problem(agent.post(f"{where}/compensations", OUT_OF_STOCK), 409, "not_paid_yet")


# -- The account of its matter --


def test_what_was_paid_is_in_the_account_of_its_case(
    redress: Redress, feed: Caller, agent: Caller, li_mei: Caller
) -> None:
    order = bought(feed, "T-1")
    request = {
        "order": id_in(order),
        "type": "refund_unshipped",
        "lines": [{"line": 1, "quantity": 1}],
        "reason": 5,
    }
    case = li_mei.post("/v1/cases", request).json()["stream_id"]
    body = reserved(agent, order, **OUT_OF_STOCK, matter=case)
    done(feed, here(body), "payment")
    account = redress.commands.accounts.id_beside(UUID(case), case)
    page = agent.get(f"/v1/accounts/{account}").json()["account"]
    paid = {each["account"]["kind"]: each["amount"]["minor"] for each in page["borne"]}
    assert paid == {"merchant": 18_000, "consumer": -18_000}
    assert [each["policy"] for each in page["entries"]] == [
        "taobao-like.late-long@20250101",
        "taobao-like.out-of-stock-long@20250101",
    ]


def test_a_matter_of_another_order_is_none_of_this(feed: Caller, agent: Caller) -> None:
    order, other = bought(feed, "T-1"), bought(feed, "T-2")
    said = OUT_OF_STOCK | {"matter": id_in(other)}
    problem(agent.post(f"{order}/compensations", said), 409, "matter_elsewhere")
