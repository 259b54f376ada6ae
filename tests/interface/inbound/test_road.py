"""The road of a message: kept, translated, waiting, set aside, tried again."""

import random
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.event_store.store import StoreUnavailable
from application.inbound import Message, Reported, Untranslatable
from application.inbound.store import InboundStore, Settled
from application.orders import context_for
from domain.order import (
    AddressChanged,
    NoteRecorded,
    OrderIdentified,
    OrderPlaced,
    ParcelShipped,
    PaymentCaptured,
    PlaceOrder,
    ScanRecorded,
)
from interface.inbound.messages import messages_in
from tests.interface.inbound.conftest import MONDAY, Road, encoded
from tests.interface.inbound.samples import (
    DONE,
    ON_ITS_ROUND,
    ORDER,
    PAID,
    PICKED_UP,
    PLACED,
    SHIPPED,
    TRACE,
    WAYBILL,
    answer,
    kdniao,
    push,
    trade,
)
from tests.shared_data import recorded

RECEIVER = {"name": "周一", "tel": "13678643212", "addr": "松岭路888号"}


def file_of(tmp_path: Path, name: str, *documents: Any) -> Path:
    path = tmp_path / name
    path.write_bytes(b"\n".join(map(encoded, documents)))
    return path


def scanned(road: Road) -> list[ScanRecorded]:
    return [each for each in road.events(ORDER) if isinstance(each, ScanRecorded)]


# -- Kept, then translated --


def test_a_posted_message_is_kept_first_and_translated_after(road: Road) -> None:
    road.post("doudian", PLACED)
    assert road.standing() == {("received", None): 1}
    assert road.events(ORDER) == []
    road.work()
    assert road.standing() == {("translated", None): 1}
    assert isinstance(road.events(ORDER)[0], OrderPlaced)


def test_a_message_seen_before_changes_nothing(road: Road) -> None:
    for _ in range(3):
        road.post("doudian", [PLACED, PAID, PLACED])
        road.work()
    before = road.events(ORDER)
    road.post("doudian", PLACED | {"data": {"p_id": 7}})
    road.work()
    assert road.standing() == {("translated", None): 2}
    assert road.events(ORDER) == before


def test_a_file_taken_in_twice_changes_nothing(road: Road, tmp_path: Path) -> None:
    path = file_of(tmp_path, "trades.jsonl", PLACED, PAID, SHIPPED, DONE)
    first = road.feed("doudian", path)
    events = road.events(ORDER)
    again = road.feed("doudian", path)
    assert (first.new, first.known) == (4, 0)
    assert (again.new, again.known) == (0, 4)
    assert first.states == again.states == {"translated": 4}
    assert road.events(ORDER) == events


def test_what_was_kept_by_a_process_that_died_is_translated_by_the_next(
    road: Road, tmp_path: Path
) -> None:
    path = file_of(tmp_path, "trades.jsonl", PLACED, PAID)
    raws = [
        raw
        for document in (PLACED, PAID)
        for raw in messages_in("doudian", encoded(document), "trades.jsonl:1")
    ]
    road.store.keep(raws, leased=True)
    report = road.feed("doudian", path)
    assert (report.new, report.states) == (0, {"translated": 2})


class DyingStore(InboundStore):
    """Dies after the orders were told, before that is noted."""

    def settle(self, settled: Any) -> None:
        del settled
        raise KeyboardInterrupt


def test_a_process_killed_after_telling_the_orders_tells_them_nothing_twice(
    road: Road,
) -> None:
    road.post("doudian", [PLACED, trade(113, update_time=1777590000, remark="轻放")])
    alive, dying = road.inbound.store, DyingStore(road.inbound.store._pool)  # noqa: SLF001  # the same connections, another fate
    road.inbound.store = dying
    with pytest.raises(KeyboardInterrupt):
        road.inbound.translate(alive.claim(10))
    before = road.events(ORDER)
    assert len(before) == 2
    road.inbound.store = alive
    road.sql("UPDATE inbound.message SET leased_until = NULL RETURNING 1")
    road.work()
    assert road.standing() == {("translated", None): 2}
    assert road.events(ORDER) == before


def test_a_report_told_before_its_consumer_was_forgotten_is_known_all_the_same(
    road: Road,
) -> None:
    memo = trade(113, update_time=1777590000, remark="轻放")
    road.post("doudian", [PLACED, memo])
    road.work()
    before = road.events(ORDER)
    road.forget(f"order:doudian:{ORDER}")
    road.sql("UPDATE inbound.message SET state = 'received' RETURNING 1")
    road.work()
    assert road.standing() == {("translated", None): 2}
    assert road.events(ORDER) == before


def test_messages_in_any_order_come_to_the_same_state(road: Road) -> None:
    """Every order of the six, each told of an order of its own."""
    states = []
    for number, told in enumerate(permutations([PLACED, PAID, SHIPPED, DONE], 4)):
        name, waybill = f"{number:03}", f"W{number:03}"
        pushes = [answer(*TRACE[:2], nu=waybill), answer(*TRACE, state=3, nu=waybill)]
        random.Random(number).shuffle(pushes)  # noqa: S311  # any order will do
        for message in told:
            data = message["data"] | {"p_id": name}
            if "logistics_msg" in data:
                data["logistics_msg"] = data["logistics_msg"] | {
                    "logistics_code": waybill
                }
            road.post("doudian", message | {"data": data, "msgId": f"m{name}"})
        for each in pushes:
            road.post("kuaidi100", each)
        road.work()
        order = road.order(name)
        (parcel,) = order.parcels.values()
        states.append((order.status, order.paid_at, parcel.marks, order.captured))
    assert len(states) == 24
    assert all(state == states[0] for state in states)


# -- Waybills --


def test_a_waybill_no_order_has_named_waits_and_is_taken_up_when_one_does(
    road: Road,
) -> None:
    road.post("kuaidi100", push(*TRACE))
    road.work()
    assert road.standing() == {("waiting", "unknown_waybill"): 1}
    for message in (PLACED, PAID, SHIPPED):
        road.post("doudian", message)
    road.work()
    assert road.standing() == {("translated", None): 4}
    assert len(scanned(road)) == len(TRACE)
    assert road.order(ORDER).status == "delivered"


def test_a_feed_takes_up_at_its_end_what_it_taught(road: Road, tmp_path: Path) -> None:
    waiting = road.feed("kuaidi100", file_of(tmp_path, "k.jsonl", push(*TRACE)))
    assert waiting.reasons == {"unknown_waybill": 1}
    report = road.feed("doudian", file_of(tmp_path, "d.jsonl", PLACED, SHIPPED))
    assert report.waited == 1
    assert len(scanned(road)) == len(TRACE)


def test_a_waybill_named_before_its_order_was_placed_does_not_wait(road: Road) -> None:
    road.post("doudian", SHIPPED)
    road.work()
    road.post("kuaidi100", push(*TRACE))
    road.work()
    assert road.standing() == {("translated", None): 2}


def test_every_push_tells_the_whole_trace_and_each_scan_is_one_event(
    road: Road,
) -> None:
    road.post("doudian", [PLACED, SHIPPED])
    road.work()
    for length in range(1, len(TRACE) + 1):
        road.post("kuaidi100", push(*TRACE[:length], state="0"))
        road.post("kdniao", kdniao(*TRACE[:length]))
    road.work()
    assert len(scanned(road)) == len(TRACE)
    assert len({each.scan for each in scanned(road)}) == len(TRACE)


def test_one_parcel_of_two_orders_is_scanned_in_both(road: Road) -> None:
    other = trade(102, name="m2", **{**SHIPPED["data"], "p_id": "9"})
    road.post("doudian", [SHIPPED, other])
    road.work()
    road.post("kuaidi100", push(PICKED_UP))
    road.work()
    for number in (ORDER, "9"):
        assert any(isinstance(each, ScanRecorded) for each in road.events(number))


def test_an_order_known_under_its_consumer_is_found_by_its_number(road: Road) -> None:
    own = road.order_id(ORDER)
    names = (f"anna-{number}" for number in range(99))
    anna = next(n for n in names if road.orders.id_of(n, "doudian", ORDER) != own)
    placed = PlaceOrder(consumer=anna, source="doudian", number=ORDER)
    order_id = road.orders.id_of(anna, "doudian", ORDER)
    context = context_for(
        UUID(int=1), placed, actor="agent:bo", asked_at=MONDAY, occurred_at=MONDAY
    )
    road.orders.handle_one(order_id, placed, context)
    road.catch_up()
    road.post("doudian", PAID)
    road.work()
    assert road.events(ORDER) == []
    history = road.event_store.load([order_id]).histories[order_id]
    assert any(isinstance(each.event, PaymentCaptured) for each in history)


# -- Words --


def test_words_are_sealed_for_the_consumer_and_couriers_masked(road: Road) -> None:
    road.post("doudian", [PLACED, SHIPPED])
    road.post("doudian", trade(105, update_time=1777590000, receiver_msg=RECEIVER))
    road.post("doudian", trade(113, update_time=1777590000, remark="轻放"))
    road.work()
    road.post("kuaidi100", push(ON_ITS_ROUND))
    road.work()
    consumer = f"order:doudian:{ORDER}"
    stored = b"".join(body for (body,) in road.sql("SELECT body FROM store.event"))
    for marker in ("周一", "13678643212", "松岭路", "轻放", "13812345678", "王小明"):
        assert marker.encode() not in stored
    (address,) = (e for e in road.events(ORDER) if isinstance(e, AddressChanged))
    opened = road.people.open(consumer, address.address, actor="agent:anna")
    assert "松岭路888号" in str(opened)
    (note,) = (e for e in road.events(ORDER) if isinstance(e, NoteRecorded))
    assert road.people.open(consumer, note.words, actor="agent:anna") == "轻放"
    (scan,) = scanned(road)
    assert scan.text is not None
    text = road.people.open(consumer, scan.text, actor="agent:anna")
    assert "正在派件" in str(text)
    assert "13812345678" not in str(text)


def test_words_about_somebody_forgotten_are_not_kept(road: Road) -> None:
    road.post("doudian", PLACED)
    road.work()
    road.forget(f"order:doudian:{ORDER}")
    road.post("doudian", trade(105, update_time=1777590000, receiver_msg=RECEIVER))
    road.work()
    road.post("doudian", trade(400))
    road.work()
    bodies = road.sql("SELECT DISTINCT body FROM inbound.message WHERE type <> '100'")
    assert bodies == [(None,)]
    assert road.standing()["ignored", "erased"] == 1
    (address,) = (e for e in road.events(ORDER) if isinstance(e, AddressChanged))
    assert (
        road.people.open(f"order:doudian:{ORDER}", address.address, actor="agent:anna")
        is None
    )


@pytest.mark.parametrize(
    ("source", "document"),
    [
        ("doudian", b'{"p_id": ' + ORDER.encode()),
        ("doudian", trade(113, update_time="soon")),
        ("doudian", trade(505)),
        ("kuaidi100", answer(nu=WAYBILL)),
    ],
    ids=["cut off", "malformed", "unknown type", "says nothing"],
)
def test_what_names_somebody_forgotten_is_blanked_though_not_understood(
    road: Road, source: str, document: Any
) -> None:
    road.post("doudian", [PLACED, SHIPPED])
    road.work()
    road.forget(f"order:doudian:{ORDER}")
    about_nobody = trade(505, name="other", p_id=1234567)
    road.post("doudian", about_nobody)
    (raw,) = road.post(source, document)
    road.work()
    left = {
        message_id: (state, body, detail)
        for message_id, state, body, detail in road.sql(
            "SELECT message_id, state, body, detail FROM inbound.message"
        )
    }
    assert left[raw.message_id] == ("ignored", None, None)
    assert road.standing()["ignored", "erased"] == 1
    assert road.standing()["quarantined", "unknown_type:505"] == 1


def test_a_reader_sees_every_message_and_none_of_its_words(road: Road) -> None:
    road.post("doudian", PLACED)
    granted = road.sql(
        "SELECT has_column_privilege('redress_reader', 'inbound.message', 'body',"
        " 'SELECT'), has_column_privilege('redress_reader', 'inbound.message',"
        " 'state', 'SELECT')"
    )
    assert granted == [(False, True)]


# -- Set aside, and tried again --


def test_unknown_types_are_kept_set_aside_and_counted(road: Road) -> None:
    road.post("doudian", [trade(400), trade(505), trade(0)])
    road.work()
    assert road.standing() == {
        ("quarantined", "unknown_type:0"): 1,
        ("quarantined", "unknown_type:400"): 1,
        ("quarantined", "unknown_type:505"): 1,
    }
    # They are tied to the consumer, so that forgetting one reaches them.
    assert road.sql("SELECT DISTINCT consumer FROM inbound.reference") == [
        (f"order:doudian:{ORDER}",)
    ]


def test_a_malformed_row_is_set_aside_with_file_and_line(
    road: Road, tmp_path: Path
) -> None:
    path = tmp_path / "k.jsonl"
    path.write_bytes(encoded(answer(PICKED_UP)) + b"\n{oops\n")
    report = road.feed("kuaidi100", path)
    assert report.states == {"waiting": 1, "quarantined": 1}
    (listed,) = road.store.listed("quarantined")
    assert (listed.place, listed.reason) == ("k.jsonl:2", "malformed")
    assert "oops" not in str(listed.detail)


def test_after_a_fix_a_retry_ends_as_if_it_had_been_understood_at_once(
    road: Road,
) -> None:
    def broken(_message: Message) -> Sequence[Reported]:
        raise Untranslatable("Expected a code at $.tag.")

    mended = road.translators["doudian"]
    road.translators["doudian"] = broken
    road.post("doudian", [PLACED, PAID, SHIPPED])
    road.work()
    assert road.standing() == {("quarantined", "malformed"): 3}
    assert road.inbound.retry() == 3
    assert road.standing() == {("quarantined", "malformed"): 3}
    road.translators["doudian"] = mended
    one = road.store.listed("quarantined")[0]
    assert road.inbound.retry(message_id=one.message_id) == 1
    assert road.inbound.retry("kdniao") == 0
    assert road.inbound.retry("doudian") == 2
    assert road.standing() == {("translated", None): 3}
    assert road.order(ORDER).status == "shipped"
    (attempts,) = road.sql("SELECT min(attempts) FROM inbound.message")
    assert attempts == (3,)


def test_a_message_that_trips_us_up_stops_nobody_else(road: Road) -> None:
    def clumsy(message: Message) -> Sequence[Reported]:
        if b'"tag":101' in message.body:
            raise ZeroDivisionError("周一 13678643212")
        return mended(message)

    mended = road.translators["doudian"]
    road.translators["doudian"] = clumsy
    road.post("doudian", [PLACED, PAID, SHIPPED])
    road.work()
    assert road.standing() == {
        ("quarantined", "failed"): 1,
        ("translated", None): 2,
    }
    (listed,) = road.store.listed("quarantined")
    assert listed.detail == "ZeroDivisionError"


def test_a_value_an_event_may_not_hold_is_set_aside_before_it_gets_there(
    road: Road,
) -> None:
    message = trade(
        108,
        update_time=1777590000,
        logistics_msg={
            "logistics_code": WAYBILL,
            "shipped_order_info": [{"shipped_order_id": 1, "shipped_num": 0}],
        },
    )
    road.post("doudian", message)
    road.work()
    assert road.standing() == {("quarantined", "malformed"): 1}
    assert road.events(ORDER) == []


def test_of_a_message_that_cannot_be_told_whole_nothing_is_told(road: Road) -> None:
    road.post(
        "doudian", trade(106, cancel_time=1777500925, cancel_reason="退" * 70_000)
    )
    road.work()
    assert road.standing() == {("quarantined", "malformed"): 1}
    assert road.events(ORDER) == []


def test_what_is_translated_stays_so_whoever_else_was_at_it(road: Road) -> None:
    (raw,) = road.post("doudian", PLACED)
    road.work()
    slow = Settled(message_id=raw.message_id, state="waiting", reason="unknown_waybill")
    road.store.settle([slow])
    assert road.standing() == {("translated", None): 1}


def test_while_the_event_store_is_away_messages_stay_as_they_were(road: Road) -> None:
    class Away:
        def handle(self, _asks: Any) -> Any:
            raise StoreUnavailable("gone")

    road.post("doudian", PLACED)
    road.orders._handler, here = Away(), road.orders._handler  # type: ignore[assignment]  # noqa: SLF001  # away for a while
    with pytest.raises(StoreUnavailable):
        road.inbound.work()
    assert road.standing() == {("received", None): 1}
    road.orders._handler = here  # noqa: SLF001  # and back
    road.sql("UPDATE inbound.message SET leased_until = NULL RETURNING 1")
    road.work()
    assert road.standing() == {("translated", None): 1}


def test_two_workers_do_not_take_the_same_message_at_once(road: Road) -> None:
    road.post("doudian", [PLACED, PAID])
    assert len(road.store.claim(1)) == 1
    assert len(road.store.claim(5)) == 1
    assert road.store.claim(5) == []


def test_a_message_without_news_is_ignored(road: Road) -> None:
    road.post("kuaidi100", push(state="3", status="shutdown"))
    road.work()
    assert road.standing() == {("ignored", "no_scans"): 1}


# -- As recorded --


def test_all_recordings_go_in_once_and_again(road: Road) -> None:
    express = recorded("carriers", "cn_express", "cn_tracking_masked.jsonl")
    kuaidi = road.feed("kuaidi100", express)
    assert kuaidi.states == {"waiting": 5}
    assert kuaidi.skipped == {"kdniao.query": 3, "kdniao.query.lowercase": 1}
    assert road.feed("kdniao", express).states == {"waiting": 4}
    shop = road.feed("doudian", recorded("platforms", "douyin_shop", "EventSamples"))
    assert shop.states == {"translated": 25, "quarantined": 5}
    easypost = road.feed(
        "easypost", recorded("carriers", "easypost", "interactions.jsonl")
    )
    assert easypost.states["waiting"] + easypost.states["ignored"] == 39
    before = road.standing()
    for source in ("kuaidi100", "kdniao"):
        assert road.feed(source, express).new == 0
    assert road.standing() == before


def test_a_recorded_waybill_is_taken_up_once_an_order_names_it(road: Road) -> None:
    express = recorded("carriers", "cn_express", "cn_tracking_masked.jsonl")
    road.feed("kuaidi100", express)
    road.feed("kdniao", express)
    for number, waybill in enumerate(("933346116516", "773061155005903")):
        logistics = {"express_company_id": "x", "logistics_code": waybill}
        data = SHIPPED["data"] | {"p_id": f"{number}", "logistics_msg": logistics}
        road.post("doudian", SHIPPED | {"data": data, "msgId": f"r{number}"})
    road.work()
    first, second = road.events("0"), road.events("1")
    assert [type(each) for each in first[:2]] == [OrderIdentified, ParcelShipped]
    assert sum(isinstance(each, ScanRecorded) for each in first) == 8
    assert sum(isinstance(each, ScanRecorded) for each in second) == 11
    assert road.order("1").parcels["773061155005903"].status == "signed"


def test_an_order_whose_placement_was_never_told_still_has_its_name(road: Road) -> None:
    road.post("doudian", PAID)
    road.work()
    number = str(PAID["data"]["p_id"])
    identified, *_ = road.events(number)
    assert isinstance(identified, OrderIdentified)
    assert identified.consumer == f"order:doudian:{number}"
    assert identified.number == number


def test_a_batch_of_hundreds_is_kept_and_told_in_batches(road: Road) -> None:
    many = [
        trade(100, name=f"m{n}", p_id=f"{n}", create_time=1777500000)
        for n in range(600)
    ]
    road.post("doudian", many)
    road.work()
    assert road.standing() == {("translated", None): 600}
    assert len(road.events("599")) == 1
