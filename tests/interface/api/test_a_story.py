"""One order through every layer and back, as people and feeds see it."""

from collections.abc import Callable

from tests.interface.api.conftest import Caller, Callers


def test_a_late_order_becomes_a_broken_promise_on_the_timeline(
    feed: Caller,
    agent: Caller,
    li_mei: Caller,
    order: str,
    project: Callable[[], None],
) -> None:
    page = agent.get(order)
    assert page.headers["ETag"].strip('"').isdigit()
    seen = page.json()["order"]
    assert seen["status"] == "paid"
    assert seen["money"]["paid"] == [{"minor": 12900, "currency": "CNY"}]
    assert seen["turn"]["party"] == "merchant"
    assert seen["turn"]["due_at"] == "2026-03-04T02:00:00Z"

    late = "2026-03-04T15:12:00+08:00"
    parcel = {"parcel": "SF1", "carrier": "shunfeng", "waybill": "SF1"}
    feed.post(f"{order}/parcels", parcel, Occurred_At=late)
    handed = feed.post(f"{order}/hand-overs", {"parcel": "SF1"}, Occurred_At=late)
    project()

    entries = li_mei.get(
        "/v1/consumers/li-mei/timeline",
        kind="promise",
        at_least=handed.headers["Redress-Position"],
    ).json()["items"]
    broken = entries[0]
    assert broken["code"] == "order.promise_breached"
    assert "晚了 5 小时 12 分" in broken["text"]["zh-CN"]
    assert broken["text"]["en"].startswith("Promise to ship broken: 5 h 12 min late")
    assert broken["said"] == broken["text"]["zh-CN"]

    event = agent.get(broken["event"]).json()
    assert event["type"] == "order.promise_breached"
    assert event["event"]["late_seconds"] == 5 * 3600 + 12 * 60

    (promise,) = agent.get("/v1/promises", state="breached").json()["items"]
    assert promise["late_seconds"] == 5 * 3600 + 12 * 60
    assert promise["order"] == order


def test_a_consumer_changes_her_mind_and_sees_what_she_may_do(
    li_mei: Caller, order: str
) -> None:
    page = li_mei.get(order)
    moves = page.json()["may"]["consumer"]
    assert {"operation": "cancelOrder", "href": f"{order}/cancellation"} in moves
    cancelled = li_mei.post(
        f"{order}/cancellation",
        {"by": "consumer", "reason": "changed_mind"},
        If_Match=page.headers["ETag"],
    )
    assert cancelled.status_code == 200, cancelled.text
    assert li_mei.get(order).json()["order"]["status"] == "cancelled"


def test_words_are_sealed_on_the_way_in_and_shown_to_those_who_may_read_them(
    li_mei: Caller,
    caller: Callers,
    order: str,
    project: Callable[[], None],
) -> None:
    words = "五天才发货, 很失望"
    review = {"review": "r-1", "score": 1, "words": words}
    receipt = li_mei.post(f"{order}/reviews", review)
    assert receipt.status_code == 200, receipt.text
    project()

    auditor = caller("auditor", "zhou")
    stream = order.replace("/orders/", "/streams/")
    assert words not in auditor.get(f"{stream}/events").text
    (complaint,) = li_mei.get("/v1/consumers/li-mei/timeline", kind="complaint").json()[
        "items"
    ]
    assert complaint["facts"]["words"] == words
    (unread,) = auditor.get("/v1/consumers/li-mei/timeline", kind="complaint").json()[
        "items"
    ]
    assert unread["facts"]["words"] is None
