"""One order made good over HTTP: heard of, approved, taken, and carried out."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from interface.bootstrap import Redress
from interface.clock import clock
from tests.interface.api.conftest import ORDER, PAYMENT, Caller, Callers
from tests.interface.api.deeds import done, id_in

Project = Callable[[], None]

MONDAY = "2026-11-23T10:00:00+08:00"
FRIDAY = datetime.fromisoformat("2026-11-27T10:00:00+08:00")


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    """Let it be Friday: what was paid on Monday should have gone on Wednesday."""
    clock.set(FRIDAY.isoformat())
    yield
    clock.set("")


@pytest.fixture
def order(feed: Caller) -> str:
    """Place and pay an order on Monday, a coupon promised if it goes late."""
    offers = [{"label": "ship-48h"}, {"label": "late-coupon"}]
    placed = feed.post("/v1/orders", ORDER | {"offers": offers}, Occurred_At=MONDAY)
    assert placed.status_code == 201, placed.text
    where = str(placed.headers["Location"])
    paid = feed.post(f"{where}/payments", PAYMENT, Occurred_At=MONDAY)
    assert paid.status_code == 200, paid.text
    return where


@pytest.fixture
def senior(caller: Callers) -> Caller:
    return caller("senior_agent", "mia")


@pytest.fixture
def contact(li_mei: Caller, order: str) -> str:
    """Li Mei asks where her tea is; return the contact."""
    said = {"channel": "in_app", "order": id_in(order), "words": "还没有发货"}
    opened = li_mei.post("/v1/contacts", said)
    assert opened.status_code == 201, opened.text
    return id_in(opened.headers["Location"])


def heard(who: Caller, order: str, contact: str, **more: Any) -> Any:
    """Record that it was not shipped in time; return the answer."""
    told = {"code": "SHIP_OVERDUE", "contact": contact} | more
    answer = who.post(f"{order}/shortfalls", told)
    assert answer.status_code == 201, answer.text
    return answer


def plan_of(body: Any, name: str) -> Any:
    """Return a plan of what stands proposed."""
    proposal = body["resolution"]["office"]["proposal"]
    return next(each for each in proposal["plans"] if each["plan"] == name)


def offered(senior: Caller, order: str, contact: str) -> str:
    """Have it heard, approved and offered; return where the resolution is."""
    answer = heard(senior, order, contact)
    where = str(answer.headers["Location"])
    plan = plan_of(answer.json()["resolution"], "cancel")
    approved = senior.post(
        f"{where}/approval",
        {"plan": "cancel", "hash": plan["hash"]},
        If_Match=answer.headers["ETag"],
    )
    assert approved.status_code == 200, approved.text
    return where


def test_the_whole_resolution_of_one_order_takes_three_requests(
    redress: Redress, senior: Caller, order: str, contact: str, project: Project
) -> None:
    first = heard(senior, order, contact)
    where = first.headers["Location"]
    plan = plan_of(first.json()["resolution"], "cancel")
    assert plan["waits_for"] == "senior_agent"
    seen = {"plan": "cancel", "hash": plan["hash"]}
    project()
    redress.processes.due_resolutions.run()  # As the worker does, all the while.
    second = senior.post(f"{where}/approval", seen)
    assert second.status_code == 200, second.text
    project()
    redress.processes.due_resolutions.run()
    third = senior.post(f"{where}/acceptance", seen)
    assert third.status_code == 200, third.text

    project()
    redress.processes.due_resolutions.run()
    office = senior.get(where).json()["resolution"]["office"]
    carried = {each["plan"]: each for each in office["executions"]}
    assert carried["cancel"]["hash"] == plan["hash"], "what was seen is what is done"
    refund = carried["cancel"]["steps"][0]
    assert refund["does"]["action"] == "refund_full"
    assert refund["standing"] == "started"
    case = senior.get(f"/v1/cases/{refund['matter']}").json()["case"]
    assert case["type"] == "refund_unshipped"
    assert carried["minimum"]["owed"], "what is owed began unasked"


def test_a_preview_writes_nothing_and_names_what_is_carried_out(
    senior: Caller, order: str, contact: str, redress: Redress
) -> None:
    answer = heard(senior, order, contact)
    where, before = answer.headers["Location"], redress.store.heads()
    preview = senior.get(f"{where}/preview")
    assert preview.status_code == 200, preview.text
    assert redress.store.heads() == before
    assert preview.headers["ETag"] == answer.headers["ETag"]
    seen = {each["plan"]: each for each in preview.json()["plans"]}
    proposed = plan_of(answer.json()["resolution"], "cancel")
    assert seen["cancel"]["hash"] == proposed["hash"]
    assert seen["cancel"]["total_fen"] == 12900
    assert seen["cancel"]["by_bearer"] == [{"bearer": "merchant", "fen": 12900}]
    assert preview.json()["stands"]
    assert preview.json()["goodwill"]["caps"]
    score = preview.json()["score"]
    assert set(score) == {"resolved", "escalated"}
    assert score["escalated"]["of"], "the weights are rows"


def test_what_was_previewed_before_the_ground_moved_is_stale(
    senior: Caller, li_mei: Caller, order: str, contact: str
) -> None:
    answer = heard(senior, order, contact)
    where = answer.headers["Location"]
    plan = plan_of(answer.json()["resolution"], "cancel")
    claimed = li_mei.post(
        "/v1/cases",
        {
            "order": id_in(order),
            "type": "refund_unshipped",
            "lines": [{"line": 1, "quantity": 1}],
            "reason": 2,
        },
    )
    assert claimed.status_code == 201, claimed.text
    stale = senior.post(
        f"{where}/approval",
        {"plan": "cancel", "hash": plan["hash"]},
        If_Match=answer.headers["ETag"],
    )
    assert stale.status_code == 409, stale.text
    assert stale.headers["Content-Type"].startswith("application/problem+json")
    problem = stale.json()
    assert problem["code"] == "stale_preview"
    now = senior.get(where)
    assert stale.headers["ETag"] == now.headers["ETag"]
    assert problem["version"] == now.json()["resolution"]["version"]
    assert (
        problem["preview"]["rests_on"]
        != answer.json()["resolution"]["resolution"]["office"]["proposal"]["rests_on"]
    )
    assert "cancel" not in {each["plan"] for each in problem["preview"]["plans"]}


def test_an_approval_says_by_its_hash_what_was_seen_whatever_moved_on_since(
    senior: Caller, order: str, contact: str
) -> None:
    answer = heard(senior, order, contact)
    plan = plan_of(answer.json()["resolution"], "cancel")
    late = senior.post(
        f"{answer.headers['Location']}/approval",
        {"plan": "cancel", "hash": plan["hash"]},
        If_Match='"1"',
    )
    assert late.status_code == 200, late.text


def test_who_proposed_does_not_approve_and_an_agents_limit_ends(
    caller: Callers, senior: Caller, agent: Caller, order: str, contact: str
) -> None:
    answer = heard(senior, order, contact)
    where = answer.headers["Location"]
    own = [
        {
            "name": "half-back",
            "steps": [
                {
                    "action": "refund_full",
                    "part": "service",
                    "amount": {"minor": 6000, "currency": "CNY"},
                    "bearer": "merchant",
                }
            ],
        }
    ]
    done(senior, where, "proposals", {"plans": own})
    plan = plan_of(senior.get(where).json(), "half-back")
    asked = {"plan": "half-back", "hash": plan["hash"]}
    etag = senior.get(where).headers["ETag"]
    mine = senior.post(f"{where}/approval", asked, If_Match=etag)
    assert (mine.status_code, mine.json()["code"]) == (409, "another_person_approves")
    for who in (senior, agent):
        assert "ApprovePlan" not in who.get(where).json()["resolution"]["may"]
    other = caller("senior_agent", "wei")
    assert "ApprovePlan" in other.get(where).json()["resolution"]["may"]
    less = agent.post(f"{where}/approval", asked, If_Match=etag)
    assert (less.status_code, less.json()["code"]) == (409, "approval_beyond_you")
    assert other.post(f"{where}/approval", asked, If_Match=etag).status_code == 200


def test_heard_twice_it_is_one_and_asked_twice_it_is_answered_once(
    senior: Caller, order: str, contact: str
) -> None:
    told = {"code": "SHIP_OVERDUE", "contact": contact}
    first = senior.post(f"{order}/shortfalls", told, key="one")
    again = senior.post(f"{order}/shortfalls", told, key="one")
    assert again.headers["Idempotency-Replayed"] == "true"
    other = heard(senior, order, contact)
    assert other.headers["Location"] == first.headers["Location"]
    assert other.headers["ETag"] == first.headers["ETag"]


def test_what_an_agent_noticed_needs_no_contact_if_the_order_bears_it_out(
    senior: Caller, order: str
) -> None:
    told = {"code": "SHIP_OVERDUE"}
    seen = senior.post(f"{order}/shortfalls", told, key="one")
    assert seen.status_code == 201, seen.text
    (short,) = seen.json()["resolution"]["resolution"]["shortfalls"]
    assert (short["code"], short["heard_in"]) == ("SHIP_OVERDUE", None)
    claimed = {"code": "DELIVERED_NOT_RECEIVED"}
    nobody_said = senior.post(f"{order}/shortfalls", claimed, key="two")
    assert nobody_said.json()["code"] == "not_a_shortfall"


# -- The consumer --


def test_the_consumer_reads_why_and_what_she_gets_and_takes_it(
    senior: Caller, li_mei: Caller, order: str, contact: str
) -> None:
    where = offered(senior, order, contact)
    seen = li_mei.get(where)
    view, words = seen.json()["resolution"], seen.json()["words"]
    assert view["turn"]["party"] == "consumer"
    assert view["turn"]["due_at"] == view["offer"]["expires_at"]
    assert "发货超时" in words["reason"]["zh-CN"]
    assert "not shipped in time" in words["reason"]["en"]
    (money, *_) = words["options"]["cancel"]
    assert money == {
        "zh-CN": "全额退款、¥129.00",
        "en": "all the money back, CN¥129.00",
    }
    assert {each["operation"] for each in seen.json()["may"]} >= {
        "resolutionAcceptPlan",
        "resolutionDeclinePlans",
        "resolutionCounterPlans",
    }
    taken = li_mei.post(
        f"{where}/acceptance", {"plan": "cancel"}, If_Match=seen.headers["ETag"]
    )
    assert taken.status_code == 200, taken.text
    after = li_mei.get(where).json()["resolution"]
    assert after["taken"] == "cancel"
    assert {each["what"] for each in after["done"]} >= {"refund_full"}


def test_she_reads_nothing_of_costs_bearers_or_approvals(
    senior: Caller, li_mei: Caller, order: str, contact: str
) -> None:
    where = offered(senior, order, contact)
    seen = li_mei.get(where)
    assert seen.json()["resolution"]["office"] is None
    assert seen.json()["resolution"]["paid_fen"] is None
    for secret in ("bearer", "severity", "experiment", "mia", "propensity"):
        assert secret not in seen.text
    assert li_mei.get(f"{where}/preview").status_code == 403
    listed = li_mei.get("/v1/resolutions", flag="approval_due")
    assert listed.status_code == 400


def test_she_declines_and_what_is_owed_goes_on(
    senior: Caller, li_mei: Caller, order: str, contact: str
) -> None:
    where = offered(senior, order, contact)
    done(li_mei, where, "decline", {"reason": "too_little", "words": "太少了"})
    view = senior.get(where).json()["resolution"]
    assert view["status"] == "declined"
    assert any(each["owed"] for each in view["office"]["executions"])
    said = senior.get(f"{where}/words").json()["items"]
    assert [each["words"] for each in said] == ["太少了"]


def test_she_wishes_for_something_else_and_an_agent_proposes(
    senior: Caller, li_mei: Caller, order: str, contact: str
) -> None:
    where = offered(senior, order, contact)
    done(li_mei, where, "counter", {"wish": "reship_first"})
    view = senior.get(where).json()["resolution"]
    assert view["office"]["wish"] == "reship_first"
    assert view["turn"]["party"] == "agent"


def test_silence_ends_the_offer_and_what_is_owed_stays(
    senior: Caller, li_mei: Caller, order: str, contact: str, redress: Redress
) -> None:
    where = offered(senior, order, contact)
    waits = li_mei.get(where).json()["resolution"]["clocks"][0]
    due = datetime.fromisoformat(waits["due_at"])
    redress.resolutions.check_one(
        UUID(id_in(where)), uuid4(), due + timedelta(seconds=1)
    )
    view = li_mei.get(where).json()["resolution"]
    assert view["status"] == "expired"
    assert view["offer"] is None
    late = li_mei.post(
        f"{where}/acceptance",
        {"plan": "cancel"},
        If_Match=li_mei.get(where).headers["ETag"],
    )
    assert (late.status_code, late.json()["code"]) == (409, "not_now")


# -- Whose it is --


def test_everybody_reads_only_what_is_theirs(
    caller: Callers, senior: Caller, order: str, contact: str, project: Project
) -> None:
    where = offered(senior, order, contact)
    assert caller("consumer", "wang-fang").get(where).status_code == 404
    assert caller("merchant", "other-shop").get(where).status_code == 404
    shop = caller("merchant", "tea-house")
    view = shop.get(where)
    told = view.json()["resolution"]
    assert told["offer"] is None
    assert told["office"] is None
    assert told["done"] == []
    assert {each["what"] for each in told["parts"]} == {
        "coupon_compensation",
        "urge_merchant",
    }
    assert view.json()["may"] == []
    denied = shop.post(f"{where}/acceptance", {"plan": "cancel"}, If_Match='"1"')
    assert denied.status_code == 403
    project()
    for who, sees in ((shop, 1), (caller("merchant", "other-shop"), 0)):
        assert len(who.get("/v1/resolutions").json()["items"]) == sees
    (row,) = shop.get("/v1/resolutions").json()["items"]
    assert (row["flags"], row["amount"]) == (["complained"], None)
    queue = senior.get("/v1/queue", noun="resolution").json()["items"]
    assert [each["href"] for each in queue] == [where]
    by_code = senior.get("/v1/resolutions", code="SHIP_OVERDUE", consumer="li-mei")
    assert len(by_code.json()["items"]) == 1
    for field, known in (("status", "handed_to_dispute"), ("code", "SHIP_OVERDUE")):
        wrong = senior.get("/v1/resolutions", **{field: "foo"})
        assert wrong.status_code == 400
        (error,) = wrong.json()["errors"]
        assert known in error["message"], "it names those there are"


def test_what_a_reader_is_offered_has_a_door_that_is_open_to_it(
    client: TestClient[Litestar],
    senior: Caller,
    li_mei: Caller,
    order: str,
    contact: str,
) -> None:
    where = offered(senior, order, contact)
    described = client.get("/openapi.json").json()["paths"]
    known = {
        each["post"]["operationId"] for each in described.values() if "post" in each
    }
    for who in (senior, li_mei):
        moves = who.get(where).json()["may"]
        assert moves
        for move in moves:
            assert move["operation"] in known
            answer = who.post(move["href"], {}, If_Match='"1"')
            assert answer.status_code in {400, 409, 412}, (move, answer.text)


def test_an_auditor_sees_all_and_is_offered_nothing(
    caller: Callers, senior: Caller, order: str, contact: str
) -> None:
    where = offered(senior, order, contact)
    auditor = caller("auditor", "chen")
    page = auditor.get(where).json()
    assert page["resolution"]["office"]["proposal"]["plans"]
    assert page["may"] == []
    assert auditor.get(f"{where}/preview").status_code == 200
    closed = auditor.post(f"{where}/acceptance", {"plan": "cancel"}, If_Match='"1"')
    assert closed.status_code == 403


def test_what_fell_short_is_listed_grouped_and_counted_for_the_service(
    senior: Caller, li_mei: Caller, order: str, contact: str, project: Project
) -> None:
    heard(senior, order, contact)
    project()
    (row,) = senior.get("/v1/shortfalls", code="SHIP_OVERDUE").json()["items"]
    assert (row["consumer"], row["heard_in"]) == ("li-mei", contact)
    (cause,) = senior.get("/v1/shortfalls/causes", by="merchant").json()
    assert (cause["cause"], cause["orders"]) == ("tea-house", 1)
    (heat,) = senior.get("/v1/shortfalls/heat").json()
    assert (heat["merchant"], heat["open"]) == ("tea-house", 1)
    assert li_mei.get("/v1/shortfalls").status_code == 403


def test_an_agent_hears_only_in_a_contact_of_this_consumer(
    caller: Callers, senior: Caller, order: str
) -> None:
    stranger = caller("consumer", "wang-fang")
    opened = stranger.post("/v1/contacts", {"channel": "in_app", "words": "您好"})
    other = id_in(opened.headers["Location"])
    told = {"code": "SHIP_OVERDUE", "contact": other}
    assert senior.post(f"{order}/shortfalls", told).status_code == 404


# -- Flags --


def until(days: int = 30) -> str:
    return (FRIDAY + timedelta(days=days)).isoformat()


def test_a_flag_is_shown_contested_and_lifted_by_somebody_else(
    caller: Callers, senior: Caller, agent: Caller, li_mei: Caller
) -> None:
    where = "/v1/consumers/li-mei/flags"
    set_ = agent.post(where, {"reason": "false_claims", "until": until()})
    assert set_.status_code == 201, set_.text
    seen = li_mei.get(where)
    (flag,) = seen.json()["flags"]
    assert (flag["reason"], flag["stands"], flag["set_by"]) == (
        "false_claims",
        True,
        "redress",
    )
    assert flag["text"]["zh-CN"] == "诉求与事实不符"
    assert caller("consumer", "wang-fang").get(where).status_code == 404
    at = f"{where}/{flag['flag']}"
    said = {"words": "三次都是破损"}
    etag = seen.headers["ETag"]
    assert li_mei.post(f"{at}/contest", said, If_Match=etag).status_code == 200
    etag = agent.get(where).headers["ETag"]
    why = {"reason": "proved_otherwise"}
    assert agent.post(f"{at}/lifting", why, If_Match=etag).status_code == 403
    lifted = senior.post(f"{at}/lifting", why, If_Match=etag)
    assert lifted.status_code == 200, lifted.text
    after = li_mei.get(where).json()
    assert after["blocked_until"] is None
    assert after["flags"][0]["contested_at"] is not None


def test_flagged_she_is_offered_what_is_owed_and_no_goodwill(
    senior: Caller, li_mei: Caller, order: str, contact: str, agent: Caller
) -> None:
    agent.post(
        "/v1/consumers/li-mei/flags", {"reason": "false_claims", "until": until()}
    )
    answer = heard(senior, order, contact)
    where = answer.headers["Location"]
    proposal = answer.json()["resolution"]["resolution"]["office"]["proposal"]
    parts = {step["part"] for plan in proposal["plans"] for step in plan["steps"]}
    assert "goodwill" not in parts
    assert proposal["minimum"]["total_fen"] > 0
    seen = li_mei.get(where).json()
    assert seen["resolution"]["block"]["reason"] == "false_claims"
    assert "您可以申诉" in seen["words"]["block"]["zh-CN"]


# -- The days beside the consumer --


def test_the_days_beside_her_say_what_fell_short_and_are_contested(
    caller: Callers, senior: Caller, li_mei: Caller, order: str, contact: str
) -> None:
    heard(senior, order, contact)
    days = li_mei.get(f"{order}/companionship")
    assert days.status_code == 200, days.text
    (found,) = days.json()["companionship"]["shortfalls"]
    assert found["code"] == "SHIP_OVERDUE"
    assert found["facts"] == []
    shop = caller("merchant", "tea-house")
    contest = {"shortfall": found["name"], "reason": "picked_up_in_time"}
    answer = shop.post(
        f"{order}/shortfalls/contest", contest, If_Match=days.headers["ETag"]
    )
    assert answer.status_code == 200, answer.text
    after = li_mei.get(f"{order}/companionship").json()["companionship"]
    (contested,) = after["shortfalls"][0]["contests"]
    assert (contested["role"], contested["reason"]) == (
        "merchant",
        "picked_up_in_time",
    )
    assert (
        caller("merchant", "other-shop").get(f"{order}/companionship").status_code
        == 404
    )
