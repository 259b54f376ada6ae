"""Scorecards over HTTP: each party reads its own, and those who judge read all."""

from collections.abc import Callable

import pytest

from interface.bootstrap import Redress
from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller, Callers

LATE = "2026-03-05T10:00:00+08:00"
CARDS = "/v1/scorecards"
MARCH = {"from": "2026-03-01", "to": "2026-03-30"}


@pytest.fixture(autouse=True)
def shipped_a_day_late(
    redress: Redress, feed: Caller, project: Callable[[], None]
) -> None:
    """Promised within 48 hours on Monday at ten, shipped on Thursday at ten."""
    redress.policies.bring_up_to_date()
    order = feed.post("/v1/orders", ORDER, Occurred_At=MONDAY).json()
    here = f"/v1/orders/{order['stream_id']}"
    feed.post(f"{here}/payments", PAYMENT, Occurred_At=MONDAY)
    parcel = {"parcel": "SF1", "carrier": "shunfeng", "waybill": "SF1"}
    feed.post(f"{here}/parcels", parcel, Occurred_At=LATE)
    project()


def test_a_merchant_reads_its_own_with_numerator_denominator_and_rule(
    caller: Callers,
) -> None:
    boss = caller("merchant", "boss", "tea-house")
    card = boss.get(CARDS, **MARCH).json()
    (total,) = card["totals"]
    assert (total["metric"], total["numerator"], total["denominator"]) == (
        "ship_by",
        0,
        1,
    )
    assert total["rule"].startswith("douyin-like.ship-48h@")
    assert total["text"]["en"] == "promises to ship kept"
    (day,) = card["days"]
    assert day["day"] == "2026-03-04"
    assert boss.get(CARDS, party="toy-shop").status_code == 404
    assert boss.get(CARDS, role="carrier", party="shunfeng").status_code == 404


def test_who_judges_reads_all_and_a_carrier_the_parcels_nobody_fetched(
    caller: Callers, agent: Caller, li_mei: Caller
) -> None:
    asked = {"role": "carrier", "party": "shunfeng"} | MARCH
    (pickup,) = (
        each
        for each in agent.get(CARDS, **asked).json()["totals"]
        if each["metric"] == "pickup"
    )
    assert (pickup["numerator"], pickup["denominator"]) == (0, 1)
    assert pickup["rule"] == "douyin-like.score.pickup@1"
    own = caller("carrier", "shunfeng").get(CARDS, role="carrier", **MARCH)
    assert pickup in own.json()["totals"]
    anna = caller("creator", "anna").get(CARDS, role="creator", **MARCH)
    assert [each["metric"] for each in anna.json()["totals"]] == ["ship_by"]
    assert li_mei.get(CARDS).status_code == 403
    assert agent.get(CARDS, party="tea-house", **{"from": "soon"}).status_code == 400
