"""Histories over HTTP: each event, and how an order stood at any moment."""

from typing import Any

from tests.interface.api.conftest import Caller, Callers

TUESDAY, WEDNESDAY, THURSDAY = (f"2026-11-{day}T10:00:00Z" for day in (10, 11, 12))


def stream_of(order: str) -> str:
    return order.replace("/orders/", "/streams/")


def state(auditor: Caller, order: str, **point: Any) -> Any:
    answer = auditor.get(f"{stream_of(order)}/state", **point)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_order_can_be_seen_as_it_stood_after_each_of_its_events(
    order: str, caller: Callers
) -> None:
    auditor = caller("auditor", "zhao")
    assert state(auditor, order, version=1)["state"]["status"] == "pending_payment"
    paid = state(auditor, order, version=2)
    assert paid["state"]["status"] == "paid"
    assert list(paid["facts"]["payments"]) == ["pay-1"]
    assert state(auditor, order)["version"] == state(auditor, order)["events"]


def test_as_of_counts_what_had_happened_and_as_at_what_was_known(
    order: str, feed: Caller, caller: Callers
) -> None:
    auditor = caller("auditor", "zhao")
    known_before = state(auditor, order)
    first = auditor.get(f"{stream_of(order)}/events").json()["items"][-1]
    feed.post(f"{order}/deliveries", {}, Occurred_At=THURSDAY)
    feed.post(f"{order}/hand-overs", {}, Occurred_At=TUESDAY)

    handed_over = state(auditor, order, as_of=WEDNESDAY)
    assert handed_over["state"]["status"] == "shipped"
    assert state(auditor, order, as_of=THURSDAY)["state"]["status"] == "delivered"
    then = state(auditor, order, as_at=first["recorded_at"])
    assert then["state"] == known_before["state"]


def test_one_moment_can_be_asked_for_and_it_has_its_zone(
    order: str, caller: Callers
) -> None:
    auditor = caller("auditor", "zhao")
    where = f"{stream_of(order)}/state"
    assert auditor.get(where, version=1, as_of=TUESDAY).status_code == 400
    assert auditor.get(where, as_of="2026-11-10T10:00:00").status_code == 400
    assert auditor.get(where, version=99).status_code == 400


def test_histories_are_not_for_consumers_and_merchants(
    order: str, li_mei: Caller, caller: Callers
) -> None:
    for reader in (li_mei, caller("merchant", "shop-1")):
        for what in ("state", "events", "events/1"):
            assert reader.get(f"{stream_of(order)}/{what}").status_code in {403, 404}
