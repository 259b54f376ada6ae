"""How faith was kept with a person, read over HTTP, contested and corrected."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller, Callers

LATE = "2026-03-05T10:00:00+08:00"
TRUST = "/v1/consumers/li-mei/trust"


@pytest.fixture(autouse=True)
def shipped_a_day_late(feed: Caller, project: Callable[[], None]) -> None:
    """Promised within 48 hours on Monday at ten, shipped on Thursday at ten."""
    order = feed.post("/v1/orders", ORDER, Occurred_At=MONDAY).json()
    here = f"/v1/orders/{order['stream_id']}"
    feed.post(f"{here}/payments", PAYMENT, Occurred_At=MONDAY)
    parcel = {"parcel": "SF1", "carrier": "shunfeng", "waybill": "SF1"}
    feed.post(f"{here}/parcels", parcel, Occurred_At=LATE)
    link = {"other": "guest-77", "basis": "guest_login"}
    feed.post("/v1/consumers/li-mei/links", link)
    project()


def point(of: dict[str, Any], what: str) -> dict[str, Any]:
    (found,) = [each for each in of["items"] if each["what"] == what]
    return dict(found)


def test_every_point_names_its_event_and_a_corrected_one_stays_to_be_seen(
    li_mei: Caller, agent: Caller, caller: Callers, project: Callable[[], None]
) -> None:
    told = li_mei.get(TRUST, language="en").json()
    assert told["totals"]["promises_broken"] == 1
    assert told["totals"]["minutes_waited"] == 24 * 60
    broken = point(told, "promise_broken")
    assert (broken["said"], broken["minutes"]) == ("promise broken", 24 * 60)
    event = agent.get(broken["href"].rpartition("/")[0]).json()["items"]
    assert broken["tag"] in {each["type"] for each in event}

    named = {"event": broken["event"], "what": "promise_broken"}
    contest = named | {"reason": "wrong_time", "words": "更晚"}
    asked = li_mei.post(f"{TRUST}/contests", contest, key="once")
    assert asked.status_code == 200, asked.text
    again = li_mei.post(f"{TRUST}/contests", contest, key="once")
    assert again.json()["position"] == asked.json()["position"]
    assert li_mei.post(f"{TRUST}/contests", contest).status_code == 409
    project()
    assert point(li_mei.get(TRUST).json(), "promise_broken")["standing"] == "contested"

    answer = named | {
        "outcome": "corrected",
        "because": "courier_admits",
        "correction": {"minutes": 2000},
    }
    path = "/v1/consumers/guest-77/trust"
    assert li_mei.post(f"{TRUST}/contests/answers", answer).status_code == 403
    assert agent.post(f"{path}/contests/answers", answer).status_code == 200
    project()
    told = caller("auditor", "audra").get(path).json()
    corrected = point(told, "promise_broken")
    assert (corrected["standing"], corrected["minutes"]) == ("corrected", 2000)
    assert corrected["before"]["minutes"] == 24 * 60
    assert told["totals"]["minutes_late"] == 2000


def test_points_come_in_pages_and_only_to_whom_they_concern(
    li_mei: Caller, caller: Callers
) -> None:
    first = li_mei.get(TRUST, limit=1).json()
    second = li_mei.get(TRUST, limit=1, cursor=first["next"]).json()
    both = {(each["event"], each["what"]) for each in first["items"] + second["items"]}
    assert len(both) == 2
    assert first["totals"] == second["totals"]
    assert li_mei.get(TRUST, cursor="bm9uZQ").status_code == 400
    assert caller("merchant", "boss", "tea-house").get(TRUST).status_code == 403
    assert caller("consumer", "wang").get(TRUST).status_code == 404
    nowhere = {"event": "6d1f0a3b-5c2e-8012-9d10-6f1a2b3c4d5e/1", "reason": "other"}
    unknown = nowhere | {"what": "promise_kept"}
    assert li_mei.post(f"{TRUST}/contests", unknown).status_code == 404
