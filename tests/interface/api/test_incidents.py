"""An outlet stops, and the service sees to its orders over HTTP."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from application.incidents.turns import ASKED_AS, NOT_ASKED
from domain.incident import GUARDS
from interface.api.incidents import DOORS
from interface.bootstrap import Redress
from interface.clock import clock
from tests.interface.api.conftest import ORDER, PAYMENT, Caller, Callers

Project = Callable[[], None]

MONDAY = "2026-11-23T10:00:00+08:00"
FRIDAY = datetime.fromisoformat("2026-11-27T10:00:00+08:00")
SELECTOR = {"carriers": ["zto"], "outlets": ["urumqi-3"]}
DECLARED = {
    "number": "I-7",
    "kind": "carrier_outlet",
    "reason": "outlet_stopped",
    "selector": SELECTOR,
    "begins": MONDAY,
    "ends": "2026-12-20T00:00:00+08:00",
}
I7 = "/v1/incidents/I-7"


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    """Let it be Friday: what was shipped on Monday has not moved since."""
    clock.set(FRIDAY.isoformat())
    yield
    clock.set("")


@pytest.fixture
def lin(caller: Callers) -> Caller:
    return caller("agent", "lin")


@pytest.fixture
def mei(caller: Callers) -> Caller:
    return caller("finance_approver", "mei")


@pytest.fixture
def wei(caller: Callers) -> Caller:
    return caller("senior_agent", "wei")


@pytest.fixture
def stuck(feed: Caller, project: Project) -> None:
    """Three orders, shipped on Monday, last scanned at the outlet that stopped."""
    for number in ("A-1", "A-2", "A-3"):
        placed = feed.post("/v1/orders", ORDER | {"number": number}, Occurred_At=MONDAY)
        where = placed.headers["Location"]
        told: tuple[tuple[str, Any], ...] = (
            ("payments", PAYMENT),
            ("parcels", {"parcel": f"W-{number}", "carrier": "zto"}),
            (
                "scans",
                {
                    "parcel": f"W-{number}",
                    "scan": "s1",
                    "code": "in_transit",
                    "outlet": "urumqi-3",
                },
            ),
        )
        for path, body in told:
            answer = feed.post(f"{where}/{path}", body, Occurred_At=MONDAY)
            assert answer.status_code == 200, answer.text
    project()


def asks(who: Caller, path: str, body: Any = None) -> None:
    """Ask something of the incident as it stands."""
    etag = who.get(I7).headers["ETag"]
    answer = who.post(f"{I7}/{path}", body, If_Match=etag)
    assert answer.status_code == 200, answer.text


def declares(lin: Caller) -> None:
    answer = lin.post("/v1/incidents", DECLARED)
    assert (answer.status_code, answer.headers["Location"]) == (201, I7), answer.text


@pytest.mark.usefixtures("stuck")
def test_an_incident_from_the_first_look_to_the_last_offer(
    lin: Caller, mei: Caller, wei: Caller, redress: Redress, project: Project
) -> None:
    seen = lin.get("/v1/incidents/preview", selector=json.dumps(SELECTOR)).json()
    assert seen["orders"] == 3
    assert seen["samples"][0]["stalled_hours"] == 96
    declares(lin)
    asks(lin, "scope")
    asks(lin, "plan", {"segments": [{"name": "all", "plan": "wait"}]})
    asks(lin, "estimate")
    impact = lin.get(I7).json()["impact"]
    assert (impact["orders"], impact["total_fen"]) == (3, 3 * 645)
    grant = {
        "total_max_fen": 10_000,
        "per_order_max_fen": 1_000,
        "rests_on": impact["rests_on"],
    }
    asks(mei, "budget", grant)
    asks(lin, "pilot", {"orders": 1})
    project()
    redress.processes.hand_outs.run(redress.queries.incidents)
    assert lin.get(I7).json()["counts"]["offered"] == 1
    asks(wei, "rollout", {"orders_per_minute": 100})
    clock.set((FRIDAY + timedelta(minutes=2)).isoformat())
    redress.processes.hand_outs.run(redress.queries.incidents)
    project()
    body = lin.get(I7).json()
    assert (body["counts"]["offered"], body["offers"]) == (3, {"offered": 3})
    assert body["budget"]["left_fen"] == 10_000 - 3 * 645
    (score,) = lin.get(f"{I7}/scores").json()
    assert (score["merchant"], score["orders"]) == ("tea-house", 3)
    assert score["unhelped_centi"] <= score["helped_centi"]
    first = lin.get(f"{I7}/orders", limit=2, standing="offered").json()
    rest = lin.get(f"{I7}/orders", cursor=first["next"]).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert {each["offer"] for each in first["items"]} == {"offered"}


@pytest.mark.usefixtures("stuck")
def test_whoever_declared_it_does_not_grant_the_money(lin: Caller, wei: Caller) -> None:
    declares(lin)
    asks(lin, "scope")
    asks(lin, "plan", {"segments": [{"name": "all", "plan": "wait"}]})
    asks(lin, "estimate")
    told = lin.get(I7)
    grant = {
        "total_max_fen": 1_000,
        "per_order_max_fen": 1_000,
        "rests_on": told.json()["impact"]["rests_on"],
    }
    refused = lin.post(f"{I7}/budget", grant, If_Match=told.headers["ETag"])
    assert refused.status_code in {403, 409}
    asks(wei, "budget", grant)


def test_what_is_published_is_for_everybody_and_nothing_else_is(
    lin: Caller, wei: Caller, li_mei: Caller, caller: Callers, project: Project
) -> None:
    declares(lin)
    words = {"words_zh": "网点停运", "words_en": "The outlet stopped"}
    asks(wei, "notice", words)
    project()
    for who in (li_mei, caller("merchant", "ming", merchant="tea-house")):
        (notice,) = who.get("/v1/notices").json()["items"]
        assert notice["words"] == {"zh-CN": "网点停运", "en": "The outlet stopped"}
        assert who.get(I7).status_code in {403, 404}
        assert who.get("/v1/incidents").status_code == 403
    assert lin.get("/v1/incidents").json()["items"][0]["number"] == "I-7"


def test_it_is_stopped_at_once_whatever_was_seen_of_it(lin: Caller) -> None:
    declares(lin)
    early = lin.post(f"{I7}/pause", {"reason": "carrier_moves_again"})
    assert (early.status_code, early.json()["code"]) == (409, "not_now")
    unseen = lin.post(f"{I7}/scope")
    assert unseen.status_code == 428


def test_an_incident_that_nobody_declared_is_not_found(lin: Caller) -> None:
    assert lin.get("/v1/incidents/I-8").status_code == 404
    assert lin.post("/v1/incidents/I-8/scope", If_Match='"1"').status_code == 404


def test_a_selector_that_narrows_nothing_is_refused(lin: Caller) -> None:
    for selector in ("{}", '{"carrier": 1}', "urumqi"):
        answer = lin.get("/v1/incidents/preview", selector=selector)
        assert answer.status_code == 400


def test_what_somebody_may_ask_for_has_a_door() -> None:
    asked = {
        ASKED_AS.get(command, command).__name__
        for command in GUARDS
        if command not in NOT_ASKED
    }
    assert asked == {door.command.__name__ for door in DOORS}
