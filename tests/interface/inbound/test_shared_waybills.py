"""One waybill of several orders, named before or after what is told of it."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from application.event_store.envelope import Ask
from application.event_store.store import Busy
from application.inbound import Message, Reported, Untranslatable
from domain.order import ScanRecorded
from tests.interface.inbound.conftest import Road
from tests.interface.inbound.samples import PICKED_UP, SHIPPED, TRACE, push, trade


def ships(number: str) -> Any:
    """Return the message that an order's goods are in the parcel."""
    return trade(102, name=f"m{number}", **{**SHIPPED["data"], "p_id": number})


def scanned(road: Road, number: str) -> int:
    return sum(isinstance(each, ScanRecorded) for each in road.events(number))


@pytest.mark.parametrize("order", list(permutations(("1001", "1002", "push"))))
def test_whoever_names_a_waybill_has_its_scans_however_late(
    road: Road, order: Sequence[str]
) -> None:
    for each in order:
        if each == "push":
            road.post("kuaidi100", push(*TRACE))
        else:
            road.post("doudian", ships(each))
        road.work()
    for number in ("1001", "1002"):
        assert scanned(road, number) == len(TRACE)
    assert road.order("1001").parcels == road.order("1002").parcels
    assert road.standing() == {("translated", None): 3}


def test_an_order_is_told_once_what_another_has_heard_before(road: Road) -> None:
    road.post("doudian", ships("1001"))
    road.work()
    road.post("kuaidi100", push(*TRACE))
    road.work()
    before = road.events("1001")
    road.post("doudian", ships("1002"))
    road.catch_up()
    assert road.inbound.work() == 1
    road.catch_up()
    assert road.inbound.retry_waiting() == 1
    assert road.inbound.retry_waiting() == 0
    assert road.events("1001") == before
    told = road.sql(
        "SELECT count(DISTINCT stream_id) FROM inbound.reference WHERE kind = 'waybill'"
    )
    assert told == [(2,)]


def test_what_can_no_longer_be_told_to_one_more_order_is_set_aside(road: Road) -> None:
    """It is neither tried for ever nor untied from the order it was told to."""

    def broken(_message: Message) -> Sequence[Reported]:
        raise Untranslatable("Expected a time at $.ftime.")

    road.post("doudian", ships("1001"))
    road.work()
    road.post("kuaidi100", push(PICKED_UP))
    road.work()
    road.translators["kuaidi100"], whole = broken, road.translators["kuaidi100"]
    road.post("doudian", ships("1002"))
    road.work()
    assert road.standing()["quarantined", "malformed"] == 1
    assert road.sql(
        "SELECT consumer FROM inbound.reference WHERE kind = 'waybill'"
    ) == [("order:doudian:1001",)]
    road.translators["kuaidi100"] = whole
    assert road.inbound.retry() == 1
    assert (scanned(road, "1001"), scanned(road, "1002")) == (1, 1)


class Contended:
    """Loses every race, for a while."""

    def handle(self, asks: Sequence[Ask]) -> Sequence[Exception]:
        return [Busy(attempts=8) for _ in asks]


def test_who_lost_the_race_for_one_more_order_runs_again(road: Road) -> None:
    road.post("doudian", ships("1001"))
    road.work()
    road.post("kuaidi100", push(*TRACE))
    road.work()
    road.post("doudian", ships("1002"))
    road.inbound.translate_received()
    road.catch_up()
    road.orders._handler, calm = Contended(), road.orders._handler  # type: ignore[assignment]  # noqa: SLF001  # others write just now
    assert road.inbound.retry_waiting() == 0
    road.orders._handler = calm  # noqa: SLF001  # and are done
    assert road.inbound.retry_waiting() == 1
    assert scanned(road, "1002") == len(TRACE)


def test_what_is_told_to_somebody_forgotten_is_blanked_as_ever(road: Road) -> None:
    road.post("doudian", [ships("1001")])
    road.work()
    road.post("kuaidi100", push(PICKED_UP))
    road.work()
    road.forget("order:doudian:1002")
    road.post("doudian", ships("1002"))
    road.work()
    assert road.sql("SELECT body FROM inbound.message WHERE source = 'kuaidi100'") == [
        (None,)
    ]
