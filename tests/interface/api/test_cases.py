"""After-sales cases over HTTP: asked for, answered, paid, each party with its token."""

from collections.abc import Callable
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.access import Actor, Owners
from application.casework import Matter
from interface.api.case_examples import CASE_EXAMPLES
from interface.api.cases import DOORS, may_dispute
from tests.interface.api.conftest import MONDAY, ORDER, Caller, Callers
from tests.interface.api.deeds import (
    NOT_YOURS_OR_NOT_NOW,
    TEA,
    THIRTY,
    cleared,
    delivered,
    does,
    done,
    handed_in,
    id_in,
    offer,
    opened,
    photo,
    request_for,
    with_file,
)

SHOP = "tea-house"
READERS = (
    ("consumer", "li-mei"),
    ("merchant", SHOP),
    ("creator", "anna"),
    ("agent", "wang"),
    ("senior_agent", "chen"),
    ("arbiter", "wu"),
    ("finance_approver", "fang"),
    ("auditor", "zhou"),
)


@pytest.fixture
def shop(caller: Callers) -> Caller:
    return caller("merchant", SHOP)


@pytest.fixture
def tea(feed: Caller, order: str) -> str:
    """Let the order arrive."""
    return delivered(feed, order)


@pytest.fixture
def case(li_mei: Caller, tea: str) -> str:
    return opened(li_mei, tea, words="罐子是空的")


# -- Opening --


def test_a_consumer_asks_and_the_merchants_clock_runs(li_mei: Caller, tea: str) -> None:
    answer = li_mei.post("/v1/cases", request_for(tea))
    assert answer.status_code == 201, answer.text
    where = answer.headers["Location"]
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    page = li_mei.get(where)
    assert page.headers["ETag"] == answer.headers["ETag"]
    seen = page.json()["case"]
    assert seen["status"] == "awaiting_merchant"
    assert (seen["final"], seen["turn"]["party"]) == (False, "merchant")
    assert seen["money"]["asked"] == TEA, "all that was really paid for it"
    assert seen["turn"]["clock"]["seconds_left"] > 0
    assert page.json()["links"]["order"] == tea


def test_the_same_key_opens_one_case(li_mei: Caller, tea: str) -> None:
    first = li_mei.post("/v1/cases", request_for(tea), key="k-1")
    again = li_mei.post("/v1/cases", request_for(tea), key="k-1")
    assert again.status_code == 201, again.text
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers


def test_the_same_key_for_something_else_is_no_repeat(
    li_mei: Caller, shop: Caller, case: str
) -> None:
    note = {"words": "我们查一下", "shown": True}
    seen = shop.get(case).headers["ETag"]
    first = shop.post(f"{case}/notes", note, key="n-1", If_Match=seen)
    assert first.status_code == 200, first.text
    other = shop.post(f"{case}/approval", {}, key="n-1", If_Match=seen)
    assert other.status_code == 422, other.text
    assert li_mei.get(case).json()["case"]["status"] == "awaiting_merchant"


def test_what_is_in_a_live_case_cannot_be_asked_for_again(
    li_mei: Caller, tea: str, case: str
) -> None:
    assert case
    again = li_mei.post("/v1/cases", request_for(tea))
    assert again.status_code == 409, again.text


def test_what_a_case_needs_is_named(li_mei: Caller, tea: str) -> None:
    wrong = li_mei.post("/v1/cases", request_for(tea, type="miracle"))
    assert wrong.status_code == 400
    assert "type" in wrong.text


def test_nobody_opens_a_case_about_anothers_order(caller: Callers, tea: str) -> None:
    stranger = caller("consumer", "wang-lei")
    assert stranger.post("/v1/cases", request_for(tea)).status_code == 404


# -- Whose it is --


def test_a_case_is_seen_by_its_parties_and_the_service(
    caller: Callers, case: str
) -> None:
    for role, name in READERS:
        assert caller(role, name).get(case).status_code == 200, role
    for role, name in (
        ("consumer", "wang-lei"),
        ("merchant", "toy-shop"),
        ("creator", "ben"),
    ):
        assert caller(role, name).get(case).status_code == 404, role
    assert caller("carrier", "shunfeng").get(case).status_code == 403


def test_a_reader_is_led_only_where_it_may_go(caller: Callers, case: str) -> None:
    ways = {role: caller(role, name).get(case).json() for role, name in READERS}
    for role, name in READERS:
        for link, href in ways[role]["links"].items():
            if link != "live":
                assert caller(role, name).get(href).status_code == 200, f"{role} {link}"
    assert "history" not in ways["consumer"]["links"]
    assert "history" in ways["agent"]["links"]


def test_a_dispute_is_offered_where_one_can_be_opened() -> None:
    li_meis = Owners(consumer="li-mei", lead="tea-house")
    who = Actor(subject="li-mei", roles=frozenset({"consumer"}))
    shown = Matter("case", UUID(int=1), 1, None, li_meis, UUID(int=2))
    assert not may_dispute(who, shown), "its order is not known here"
    assert may_dispute(who, replace(shown, of_order=li_meis))
    assert not may_dispute(who, replace(shown, of_order=Owners(consumer="wang-lei")))


def test_a_merchant_takes_no_remedy_away(
    li_mei: Caller, shop: Caller, tea: str
) -> None:
    over = {"order": id_in(tea), "issue": "short_or_wrong"}
    claimed = shop.post("/v1/disputes", over | {"lines": [{"line": 1}]})
    assert claimed.status_code == 400
    assert claimed.json()["errors"][0]["field"] == "lines"
    freight = {"freight": {"minor": 1, "currency": "CNY"}}
    assert shop.post("/v1/disputes", over | freight).status_code == 400
    argued = shop.post("/v1/disputes", over)
    assert argued.status_code == 201, argued.text
    assert li_mei.post("/v1/cases", request_for(tea)).status_code == 201


def test_a_person_acts_in_her_dispute_under_each_of_her_names(
    caller: Callers,
    agent: Caller,
    li_mei: Caller,
    tea: str,
    project: Callable[[], None],
) -> None:
    over = {"order": id_in(tea), "issue": "short_or_wrong", "lines": [{"line": 1}]}
    dispute = li_mei.post("/v1/disputes", over).headers["Location"]
    same = {"other": "guest-77", "basis": "guest_login"}
    assert agent.post("/v1/consumers/li-mei/links", same).status_code == 200
    project()
    guest = caller("consumer", "guest-77")
    done(guest, dispute, "offers", {"type": "partial_refund", "amount": THIRTY})
    done(guest, dispute, "withdrawal")


def test_a_stranger_does_nothing_to_a_case(caller: Callers, case: str) -> None:
    answer = caller("merchant", "toy-shop").post(f"{case}/approval", If_Match='"2"')
    assert answer.status_code == 404


def test_who_works_on_it_is_for_colleagues_to_know(
    li_mei: Caller, shop: Caller, agent: Caller, case: str
) -> None:
    done(agent, case, "assignment", {"agent": "wang"})
    assert agent.get(case).json()["case"]["back_office"]["agent"] == "wang"
    for party in (li_mei, shop):
        assert party.get(case).json()["case"]["back_office"] is None


# -- Saying what one has seen --


def test_people_say_what_they_saw_before_they_change_it(
    shop: Caller, agent: Caller, case: str
) -> None:
    assert shop.post(f"{case}/approval").status_code == 428
    seen = shop.get(case).headers["ETag"]
    done(agent, case, "assignment", {"agent": "wang"})
    late = shop.post(f"{case}/approval", If_Match=seen)
    assert late.status_code == 412, late.text
    assert does(shop, case, "approval").status_code == 200


# -- Answering --


def test_a_refusal_for_a_typed_reason_comes_with_evidence(
    li_mei: Caller, shop: Caller, case: str
) -> None:
    reason = {"reason": "not_as_claimed", "words": "打包视频显示罐子是满的"}
    bare = does(shop, case, "rejection", reason)
    assert bare.status_code == 409
    assert bare.json()["code"] == "evidence_needed"
    shown = [photo(handed_in(shop, case))]
    done(shop, case, "rejection", reason | {"evidence": shown})
    seen = li_mei.get(case).json()["case"]
    assert seen["status"] == "rejected_awaiting_consumer"
    assert seen["turn"]["party"] == "consumer"
    assert "EscalateCase" in seen["may"]


def test_a_reason_nobody_knows_is_no_reason(shop: Caller, case: str) -> None:
    answer = does(shop, case, "rejection", {"reason": "because"})
    assert answer.status_code == 400


def test_a_counter_offer_is_taken_and_paid(
    feed: Caller, li_mei: Caller, shop: Caller, case: str
) -> None:
    done(shop, case, "counter-offer", offer(words="补偿三十元"))
    offered = li_mei.get(case).json()
    assert offered["case"]["offer"]["items"][0]["amount"] == THIRTY
    assert offered["case"]["turn"]["deed"] == "answer_the_offer"
    done(li_mei, case, "counter-acceptance")
    due = li_mei.get(case).json()["case"]["money"]
    assert (due["due"], due["status"]) == (THIRTY, "due")
    done(shop, case, "refunds", {"refund": "r-1"})
    result = {"refund": "r-1", "succeeded": True}
    paid = feed.post(f"{case}/refund-results", result)
    assert paid.status_code == 200, paid.text
    over = li_mei.get(case).json()["case"]
    assert (over["status"], over["final"]) == ("succeeded", True)
    assert over["money"]["status"] == "succeeded"


def test_a_declined_offer_leaves_the_request_as_it_was(
    li_mei: Caller, shop: Caller, case: str
) -> None:
    done(shop, case, "counter-offer", offer())
    done(li_mei, case, "counter-refusal", {"words": "我不接受"})
    seen = li_mei.get(case).json()["case"]
    assert (seen["type"], seen["money"]["asked"]) == ("return_refund", TEA)
    assert seen["offer"] is None


def test_the_tea_goes_back_and_the_money_comes(
    feed: Caller, li_mei: Caller, shop: Caller, case: str
) -> None:
    done(shop, case, "approval", {"address": "杭州市西湖区 1 号仓"})
    assert li_mei.get(case).json()["case"]["turn"]["deed"] == "send_back"
    waybill = {"carrier": "shunfeng", "waybill": "SF9876543210"}
    done(li_mei, case, "return-waybill", waybill)
    for code in ("picked_up", "signed"):
        scan = {"direction": "reverse", "scan": code, "code": code}
        told = feed.post(f"{case}/parcel-scans", scan)
        assert told.status_code == 200, told.text
    back = {"items": [{"line": 1, "quantity": 1, "condition": "as_expected"}]}
    done(shop, case, "return-receipt", back)
    if "JudgeReturn" in shop.get(case).json()["case"]["may"]:
        done(shop, case, "return-judgement", {"acceptance": "accepted"})
    seen = li_mei.get(case).json()["case"]
    assert (seen["reception"], seen["status"]) == ("received", "refunding")
    done(shop, case, "refunds", {"refund": "r-1"})
    result = {"refund": "r-1", "succeeded": True}
    assert feed.post(f"{case}/refund-results", result).status_code == 200
    assert li_mei.get(case).json()["case"]["final"]


def test_a_failed_refund_is_seen_and_ordered_again(
    feed: Caller, li_mei: Caller, shop: Caller, case: str
) -> None:
    done(shop, case, "counter-offer", offer())
    done(li_mei, case, "counter-acceptance")
    done(shop, case, "refunds", {"refund": "r-1"})
    failed = {"refund": "r-1", "succeeded": False, "failure": "account_closed"}
    assert feed.post(f"{case}/refund-results", failed).status_code == 200
    assert li_mei.get(case).json()["case"]["money"]["status"] == "failed"
    done(shop, case, "refunds", {"refund": "r-2", "route": "merchant_balance"})


def test_a_request_is_withdrawn_and_rated(li_mei: Caller, case: str) -> None:
    done(li_mei, case, "withdrawal")
    seen = li_mei.get(case).json()["case"]
    assert seen["final"]
    done(li_mei, case, "rating", {"score": 4})
    assert li_mei.get(case).json()["case"]["score"] == 4


def test_a_feed_says_who_acted_only_of_what_it_reports(feed: Caller, case: str) -> None:
    scan = {"direction": "reverse", "scan": "s-1", "code": "signed", "by": "shop"}
    assert feed.post(f"{case}/parcel-scans", scan).status_code == 400


# -- What is offered --


def test_an_auditor_reads_what_the_service_reads_and_is_offered_nothing(
    caller: Callers, case: str
) -> None:
    page = caller("auditor", "zhou").get(case).json()
    assert page["case"]["back_office"] is not None
    assert (page["may"], page["case"]["may"]) == ([], [])


MANY = ORDER | {
    "number": "A-100",
    "lines": [
        {
            "line": 1,
            "product": "oolong-250g",
            "quantity": 100,
            "price": {"minor": 1_290_000, "currency": "CNY"},
        }
    ],
}
PAID = {
    "payment": "pay-100",
    "tenders": [
        {"tender": "wallet", "amount": {"minor": 1_290_000, "currency": "CNY"}}
    ],
}


@pytest.fixture
def many(feed: Caller) -> str:
    """Deliver a hundred tins of tea: room for a hundred cases."""
    where = str(feed.post("/v1/orders", MANY, Occurred_At=MONDAY).headers["Location"])
    paid = feed.post(f"{where}/payments", PAID, Occurred_At=MONDAY)
    assert paid.status_code == 200, paid.text
    return delivered(feed, where)


def as_asked(_consumer: Caller, _shop: Caller, _where: str) -> None:
    """Leave the case as it was opened."""


def as_due(consumer: Caller, shop: Caller, where: str) -> None:
    done(shop, where, "counter-offer", offer())
    done(consumer, where, "counter-acceptance")


def as_ended(consumer: Caller, _shop: Caller, where: str) -> None:
    done(consumer, where, "withdrawal")


@pytest.mark.parametrize("stand", [as_asked, as_due, as_ended])
@pytest.mark.parametrize(("role", "name"), READERS[:-1])
def test_what_is_offered_is_what_is_not_refused(  # noqa: PLR0913, PLR0917 - who asks, and what
    caller: Callers,
    agent: Caller,
    li_mei: Caller,
    shop: Caller,
    many: str,
    stand: Callable[[Caller, Caller, str], None],
    role: str,
    name: str,
) -> None:
    reader = caller(role, name)

    def fresh() -> str:
        where = opened(li_mei, many)
        stand(li_mei, shop, where)
        return where

    here = fresh()
    file = cleared(agent, handed_in(agent, many))
    seen = reader.get(here)
    offered = {move["href"] for move in seen.json()["may"]}
    for door in DOORS:
        body = with_file(CASE_EXAMPLES[f"{door.command.__name__}Body"], file)
        if door.service_says_by or door.command.__name__ in FED_OR_CLOCK:
            continue
        if f"{here}/{door.path}" not in offered:
            tag = seen.headers["ETag"]
            answer = reader.post(f"{here}/{door.path}", body, If_Match=tag)
            assert answer.json().get("code") in NOT_YOURS_OR_NOT_NOW, answer.text
            continue
        answer = does(reader, fresh(), door.path, body)
        code = answer.json().get("code")
        assert code not in NOT_YOURS_OR_NOT_NOW, f"{door.path}: {answer.text}"


# What feeds report, and clocks, which anybody may ask: no part of whose turn it is.
FED_OR_CLOCK = frozenset(
    {"RecordParcelScan", "RecordRefundResult", "RecordRecovery", "CheckClocks"}
)


# -- Lists --


def test_each_finds_its_own_cases(
    caller: Callers, li_mei: Caller, case: str, project: Callable[[], None]
) -> None:
    project()
    for role, name in READERS:
        if role == "creator":
            continue  # A case's row names its merchant and its consumer.
        (found,) = caller(role, name).get("/v1/cases").json()["items"]
        assert found["href"] == case, role
    assert caller("merchant", "toy-shop").get("/v1/cases").json()["items"] == []
    assert caller("consumer", "wang-lei").get("/v1/cases").json()["items"] == []
    mine = li_mei.get("/v1/cases", status="awaiting_merchant").json()["items"]
    assert [each["href"] for each in mine] == [case]
    assert li_mei.get("/v1/cases", final="true").json()["items"] == []
    assert li_mei.get("/v1/cases", merchant="toy-shop").json()["items"] == []


def test_a_list_waits_for_what_one_has_just_done(
    li_mei: Caller, tea: str, project: Callable[[], None]
) -> None:
    answer = li_mei.post("/v1/cases", request_for(tea))
    position = answer.headers["Redress-Position"]
    project()
    (found,) = li_mei.get("/v1/cases", at_least=position).json()["items"]
    assert found["id"] == id_in(answer.headers["Location"])
    assert found["order_id"] == id_in(tea)
