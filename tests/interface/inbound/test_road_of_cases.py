"""The road of messages about cases and disputes: beside their order, in any order."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.inbound import (
    NAMED_LATER,
    CaseNumber,
    ContactNumber,
    DisputeNumber,
    Message,
    PaymentNumber,
    Raw,
    Reported,
)
from application.inbound.addressing import matter_id
from application.orders import context_for
from domain.after_sales import CaseContradicted, CaseReported, ReportCase
from domain.contact import (
    CloseContact,
    ContactClosed,
    ContactOpened,
    OpenContact,
    WordsExchanged,
)
from domain.dispute import ReportDispute
from domain.ids import id_from_name, partition_of
from domain.order import ContradictionFlagged, PlaceOrder, RefundReported
from domain.party import By
from tests.interface.inbound.conftest import MONDAY, Road
from tests.interface.inbound.samples import (
    ARBITRATED,
    ASKED,
    CASE,
    ORDER,
    PAID,
    PLACED,
    REFUNDED,
    REFUSED,
    refund,
)
from tests.shared_data import recorded


def reported(road: Road) -> list[Any]:
    return road.beside(road.order_id(ORDER), "after_sales", CASE, "doudian")


def placed_by(road: Road, consumer: str) -> UUID:
    """Return the order's stream, once a named consumer placed it."""
    order_id = road.orders.id_of(consumer, "doudian", ORDER)
    command = PlaceOrder(consumer=consumer, source="doudian", number=ORDER)
    context = context_for(uuid4(), command, actor="shop", asked_at=MONDAY)
    road.orders.handle_one(order_id, command, context)
    return order_id


# -- Beside the order --


@pytest.mark.parametrize("first", [[PLACED, PAID], []])
def test_a_case_lies_beside_its_order_whichever_was_told_first(
    road: Road, first: list[Any]
) -> None:
    for some in (first, ASKED):
        road.post("doudian", some)
    road.work()
    road.post("doudian", [PLACED, PAID])
    road.work()
    (event,) = (each for each in reported(road) if isinstance(each, CaseReported))
    assert event.order == str(road.order_id(ORDER))
    assert event.consumer == f"order:doudian:{ORDER}"
    assert road.order(ORDER).placement is not None
    assert road.case(CASE, ORDER).status == "awaiting_merchant"


def test_a_case_of_a_named_consumers_order_is_that_consumers(road: Road) -> None:
    order_id = placed_by(road, "mei")
    road.catch_up()
    road.post("doudian", ASKED)
    road.work()
    (event, *_) = road.beside(order_id, "after_sales", CASE, "doudian")
    assert (event.consumer, event.order) == ("mei", str(order_id))
    assert reported(road) == []


def test_a_case_stays_where_it_was_told_first(road: Road) -> None:
    """The order turns out to be somebody's: what was begun goes on where it began."""
    road.post("doudian", ASKED)
    road.work()
    order_id = placed_by(road, "mei")
    road.catch_up()
    road.post("doudian", REFUSED)
    road.work()
    assert road.case(CASE, ORDER).status == "rejected_awaiting_consumer"
    assert road.beside(order_id, "after_sales", CASE, "doudian") == []


def test_a_dispute_knows_its_case_and_its_order(road: Road) -> None:
    road.post("doudian", ARBITRATED)
    road.work()
    dispute = road.dispute("A1", ORDER)
    assert dispute.report is not None
    order_id = road.order_id(ORDER)
    case_id = matter_id(order_id, "after_sales", "doudian", CASE)
    assert dispute.report.case == str(case_id)
    assert dispute.report.order == str(order_id)
    assert dispute.status == "opened"
    assert road.case(CASE, ORDER).intervening


# -- In any order, any number of times --


def test_messages_end_in_one_state_in_whatever_order_they_come(road: Road) -> None:
    told = [ASKED, REFUSED, ARBITRATED, REFUNDED]
    cases = []
    for number, some in enumerate(permutations(told)):
        order = f"77{number}"
        for each in some:
            data = each["data"] | {"p_id": order, "aftersale_id": f"C{number}"}
            data |= {"arbitrate_id": f"A{number}"} if each is ARBITRATED else {}
            message = each | {"data": data, "msgId": f"{number}{each['msgId']}"}
            road.post("doudian", message)
        road.work()
        case = road.case(f"C{number}", order)
        cases.append((case.status, len(case.reports), case.intervening))
    assert set(cases) == {("succeeded", 4, True)}


def test_a_message_told_twice_is_told_once(road: Road) -> None:
    for _ in range(3):
        road.post("doudian", [ASKED, REFUNDED, ASKED])
        road.work()
    before = reported(road)
    assert [type(each) for each in before if isinstance(each, CaseReported)] == [
        CaseReported
    ] * 2
    road.sql("UPDATE inbound.message SET state = 'received' RETURNING 1")
    road.work()
    assert reported(road) == before
    assert len([e for e in road.events(ORDER) if isinstance(e, RefundReported)]) == 1


# -- Money --


def test_money_that_contradicts_the_order_is_flagged_and_stays_as_told(
    road: Road,
) -> None:
    too_much = refund(206, refund_amount=30000, success_time=1777990000)
    road.post("doudian", [PLACED, PAID, too_much])
    road.work()
    order = road.order(ORDER)
    assert order.refunded == {"CNY": 30000}
    assert order.captured == {"CNY": 29900}
    assert ("refunded_more_than_paid", None) in order.contradictions
    flagged = [e for e in road.events(ORDER) if isinstance(e, ContradictionFlagged)]
    assert [each.code for each in flagged] == ["refunded_more_than_paid"]


def test_two_amounts_of_one_refund_are_flagged_at_the_case(road: Road) -> None:
    again = refund(206, "r9", refund_amount=100, success_time=1777990001)
    road.post("doudian", [REFUNDED, again])
    road.work()
    clashes = [each for each in reported(road) if isinstance(each, CaseContradicted)]
    assert [each.code for each in clashes] == ["amount_told_differently"]


def test_a_message_and_a_document_of_one_refund_agree(road: Road) -> None:
    info = {
        "aftersale_id": CASE,
        "aftersale_status": 12,
        "aftersale_type": 0,
        "refund_amount": 29900,
        "refund_status": 3,
        "update_time": 1777990999,
    }
    item = {"aftersale_info": info, "order_info": {"shop_order_id": ORDER}}
    road.post("doudian", [PLACED, PAID, REFUNDED])
    road.post("doudian", {"data": {"items": [item]}})
    road.work()
    order = road.order(ORDER)
    assert order.refunded == {"CNY": 29900}
    assert order.contradictions == frozenset()


# -- What names no order --


def outside(*reports: Reported) -> Any:
    """Return a translator that always says this."""

    def translate(message: Message) -> Sequence[Reported]:
        del message
        return reports

    return translate


CASE_TOLD = ReportCase(
    order=NAMED_LATER,
    consumer=NAMED_LATER,
    source="shop",
    number="R-1",
    status="refunding",
    word="w",
)
DISPUTE_TOLD = ReportDispute(
    order=NAMED_LATER,
    consumer=NAMED_LATER,
    source="shop",
    number="D-1",
    status="opened",
    word="w",
)


def told(road: Road, key: str, *reports: Reported) -> None:
    """Keep a message of a source of our own, and let the background take it up."""
    road.translators[f"shop-{key}"] = outside(*reports)
    road.inbound.keep([Raw(source=f"shop-{key}", key=key, body=b"{}")])
    road.work()


def paid_doudian_order(road: Road) -> UUID:
    road.post("doudian", [PLACED, PAID])
    road.work()
    return road.order_id(ORDER)


def test_a_case_without_an_order_waits_until_somebody_says_which(road: Road) -> None:
    alone = CaseNumber("shop", "R-1")
    told(road, "a", Reported(reference=alone, command=CASE_TOLD, occurred_at=MONDAY))
    assert road.standing() == {("waiting", "unknown_case"): 1}
    order_id = paid_doudian_order(road)
    assert road.standing()["waiting", "unknown_case"] == 1
    with_payment = CaseNumber("shop", "R-1", PaymentNumber(ORDER, "doudian"))
    opened = replace(CASE_TOLD, status="awaiting_merchant")
    told(
        road, "b", Reported(reference=with_payment, command=opened, occurred_at=MONDAY)
    )
    assert road.standing() == {("translated", None): 4}
    events = road.beside(order_id, "after_sales", "R-1", "shop")
    assert {each.status for each in events if isinstance(each, CaseReported)} == {
        "refunding",
        "awaiting_merchant",
    }
    assert {each.order for each in events if isinstance(each, CaseReported)} == {
        str(order_id)
    }


def test_another_sources_case_of_the_same_number_is_another_case(road: Road) -> None:
    road.post("doudian", [PLACED, ASKED])
    road.work()
    other = CaseNumber("elsewhere", CASE)
    command = replace(CASE_TOLD, source="elsewhere", number=CASE)
    told(road, "a", Reported(reference=other, command=command, occurred_at=MONDAY))
    assert road.standing()["waiting", "unknown_case"] == 1


@pytest.mark.parametrize("source", ["doudian", ""])
def test_a_dispute_waits_for_the_payment_it_is_about(road: Road, source: str) -> None:
    about = DisputeNumber("shop", "D-1", PaymentNumber(ORDER, source))
    told(road, "a", Reported(reference=about, command=DISPUTE_TOLD, occurred_at=MONDAY))
    assert road.standing() == {("waiting", "unknown_payment"): 1}
    order_id = paid_doudian_order(road)
    assert road.standing() == {("translated", None): 3}
    (event, *_) = road.beside(order_id, "dispute", "D-1", "shop")
    assert (event.order, event.case) == (str(order_id), None)


def test_a_payment_of_another_shop_is_not_meant(road: Road) -> None:
    about = DisputeNumber("shop", "D-1", PaymentNumber(ORDER, "taobao"))
    told(road, "a", Reported(reference=about, command=DISPUTE_TOLD, occurred_at=MONDAY))
    paid_doudian_order(road)
    assert road.standing()["waiting", "unknown_payment"] == 1
    assert road.store.learnt(10) == []
    again = replace(DISPUTE_TOLD, word="again")
    told(road, "b", Reported(reference=about, command=again, occurred_at=MONDAY))
    assert road.standing()["waiting", "unknown_payment"] == 2


def test_what_waits_for_two_names_is_not_taken_up_for_one_it_knows(road: Road) -> None:
    paid_doudian_order(road)
    known = DisputeNumber("shop", "D-1", PaymentNumber(ORDER, "doudian"))
    unknown = CaseNumber("shop", "R-1")
    told(
        road,
        "a",
        Reported(reference=known, command=DISPUTE_TOLD, occurred_at=MONDAY),
        Reported(reference=unknown, command=CASE_TOLD, occurred_at=MONDAY),
    )
    told(road, "b", Reported(reference=known, command=DISPUTE_TOLD, occurred_at=MONDAY))
    assert road.standing()["waiting", "unknown_case"] == 1
    assert road.store.learnt(10) == []


# -- Contacts --


def test_a_contact_is_opened_by_whoever_speaks_in_it(road: Road) -> None:
    mei = By(role="consumer", name="mei")
    desk = By(role="system", name="feed")
    ticket = ContactNumber("desk", "T-1", "mei")
    opening = OpenContact(by=mei, consumer=NAMED_LATER, channel="email")
    closing = CloseContact(by=desk, outcome="consumer_gone")
    told(
        road,
        "a",
        Reported(reference=ticket, command=opening, occurred_at=MONDAY, words="坏了"),
        Reported(reference=ticket, command=closing, occurred_at=MONDAY),
    )
    assert road.standing() == {("translated", None): 1}
    partition = partition_of("mei", road.event_store.partitions)
    stream_id = id_from_name(partition, "contact", "desk", "T-1")
    events = [
        each.event for each in road.event_store.load([stream_id]).histories[stream_id]
    ]
    kinds = [type(each) for each in events]
    assert kinds[:2] == [ContactOpened, WordsExchanged]
    assert ContactClosed in kinds
    word = events[1]
    assert isinstance(word, WordsExchanged)
    assert word.words is not None
    assert word.words.startswith("sealed:")
    assert "坏了" not in word.words


# -- Forgetting --


def test_what_comes_in_about_an_erased_consumers_case_is_not_kept(road: Road) -> None:
    road.post("doudian", [PLACED, ASKED])
    road.work()
    road.forget(f"order:doudian:{ORDER}")
    road.post("doudian", [ARBITRATED, refund(200, "q", aftersale_type=99)])
    road.post("doudian", REFUNDED)
    road.work()
    late = road.sql(
        "SELECT type, state, reason, body IS NULL FROM inbound.message "
        "ORDER BY received_at OFFSET 2"
    )
    assert late == [
        ("212", "translated", None, True),
        ("200", "ignored", "erased", True),
        ("206", "translated", None, True),
    ]


def test_a_message_about_a_case_is_tied_to_its_consumer(road: Road) -> None:
    """So that erasing the consumer finds it."""
    road.post("doudian", ARBITRATED)
    road.work()
    rows = road.sql("SELECT kind, name, consumer FROM inbound.reference ORDER BY kind")
    consumer = f"order:doudian:{ORDER}"
    assert rows == [("case", CASE, consumer), ("dispute", "A1", consumer)]


# -- As recorded --


def test_the_recorded_messages_are_told_once_in_any_order(road: Road) -> None:
    folder = recorded("platforms", "douyin_shop", "EventSamples", "Refund")
    order = "4705288465508532862"
    assert road.feed("doudian", folder).states == {"translated": 15}
    case = road.case("xxxxxx", order)
    assert len(case.reports) == 15
    assert case.status == "awaiting_consumer_receipt"  # 211 has the latest time
    assert road.feed("doudian", folder).new == 0
    assert len(road.case("xxxxxx", order).reports) == 15
