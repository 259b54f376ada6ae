"""The road of what payment services and shops tell: to the order, or to wait for it."""

from collections import Counter
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.orders import context_for
from domain.money import Money
from domain.order import CapturePayment, Order, PlaceOrder, RefundReported
from domain.order.values import Tender
from tests.interface.inbound.conftest import MONDAY, Road
from tests.interface.inbound.test_paypal import PAID as TRANSACTION
from tests.interface.inbound.test_paypal import dispute as paypal_dispute
from tests.interface.inbound.test_paypal import event as paypal_event
from tests.interface.inbound.test_shopify import dispute as shopify_dispute
from tests.interface.inbound.test_shopify import refund as shopify_refund
from tests.interface.inbound.test_shopify import transaction
from tests.interface.inbound.test_stripe import dispute, event, refund
from tests.shared_data import recorded

NUMBER = "T-100"


def paid_with(road: Road, payment: str, minor: int = 2990) -> UUID:
    """Return the stream of an order of a tea house, paid by this payment."""
    order_id = road.order_id(NUMBER, "teahouse")
    consumer = f"order:teahouse:{NUMBER}"
    tender = Tender(tender="card", amount=Money(minor, "USD"))
    for command in (
        PlaceOrder(consumer=consumer, source="teahouse", number=NUMBER),
        CapturePayment(payment=payment, tenders=(tender,)),
    ):
        context = context_for(uuid4(), command, actor="shop", asked_at=MONDAY)
        road.orders.handle_one(order_id, command, context)
    return order_id


def told(road: Road) -> Order:
    return road.order(NUMBER, "teahouse")


def test_a_dispute_waits_until_an_order_was_paid_by_its_charge(road: Road) -> None:
    road.post("stripe", event("charge.dispute.created", dispute()))
    road.work()
    assert road.standing() == {("waiting", "unknown_payment"): 1}
    paid_with(road, "ch_tea")
    road.work()
    assert road.standing() == {("translated", None): 1}
    found = road.beside(
        road.order_id(NUMBER, "teahouse"), "dispute", "dp_tea", "stripe"
    )
    assert found[0].order == str(road.order_id(NUMBER, "teahouse"))


def test_a_refund_of_more_than_was_paid_is_flagged_and_kept_as_told(road: Road) -> None:
    paid_with(road, "ch_tea", minor=500)
    road.post("stripe", refund())
    road.work()
    assert told(road).refunded == {"USD": 990}
    assert ("refunded_more_than_paid", None) in told(road).contradictions


def test_a_refund_told_by_event_and_object_is_one(road: Road) -> None:
    paid_with(road, "ch_tea")
    for each in (event("refund.created", refund()), refund()):
        road.post("stripe", each)
    road.work()
    events = road.events(NUMBER, "teahouse")
    assert sum(isinstance(each, RefundReported) for each in events) == 1


STORY = (
    event("charge.dispute.created", dispute(), "evt_1"),
    event("charge.dispute.updated", dispute(status="under_review"), "evt_2"),
    event("charge.dispute.closed", dispute(status="won"), "evt_3"),
)


def at(number: int, what: Any) -> Any:
    return what | {"created": what["created"] + 60 * number}


@pytest.mark.parametrize("order", list(permutations(range(3)))[1:])
def test_in_whatever_order_events_come_the_last_one_counts(
    road: Road, order: tuple[int, ...]
) -> None:
    paid_with(road, "ch_tea")
    for number in (*order, *order):
        road.post("stripe", at(number, STORY[number]))
        road.work()
    order_id = road.order_id(NUMBER, "teahouse")
    words = [each.word for each in told_of(road, order_id, "dp_tea", "stripe")]
    assert Counter(words) == {"needs_response": 1, "under_review": 1, "won": 1}
    assert standing(road, order_id, "dp_tea", "stripe") == "closed"


def told_of(road: Road, order_id: UUID, number: str, source: str) -> list[Any]:
    events = road.beside(order_id, "dispute", number, source)
    return [each for each in events if hasattr(each, "word")]


def standing(road: Road, order_id: UUID, number: str, source: str) -> str:
    reports = sorted(told_of(road, order_id, number, source), key=lambda e: e.at)
    return str(reports[-1].status)


def test_an_event_that_names_no_transaction_follows_the_one_that_did(
    road: Road,
) -> None:
    paid_with(road, TRANSACTION)
    later = paypal_dispute(
        disputed_transactions=None,
        status="UNDER_REVIEW",
        update_time="2026-11-22T00:00:00Z",
    )
    road.post("paypal", paypal_event(later) | {"id": "WH-2"})
    road.work()
    assert road.standing() == {("waiting", "unknown_dispute"): 1}
    road.post("paypal", paypal_event(paypal_dispute()))
    road.work()
    assert road.standing() == {("translated", None): 2}
    order_id = road.order_id(NUMBER, "teahouse")
    assert standing(road, order_id, "PP-000-042-663-135", "paypal") == "platform_review"


def test_a_shops_refund_and_dispute_meet_at_its_order(road: Road) -> None:
    road.post("shopify", shopify_refund(transaction()))
    road.post("shopify", shopify_dispute())
    road.work()
    order = road.order("450789469", "shopify")
    assert order.refunded == {"USD": 20900}
    assert road.dispute("815713555", "450789469", "shopify").status == "evidence_round"


def test_an_unknown_code_is_kept_and_counted(road: Road) -> None:
    paid_with(road, "ch_tea")
    road.post("stripe", event("charge.dispute.created", dispute(status="pondered")))
    road.work()
    assert road.standing() == {("quarantined", "unknown_code:status=pondered"): 1}


def test_recordings_taken_in_twice_change_nothing(road: Road) -> None:
    folder = recorded("shops", "shopify")
    stripe = recorded("payments", "stripe", "fixtures3.json")
    first = road.feed("shopify", folder), road.feed("stripe", stripe)
    again = road.feed("shopify", folder), road.feed("stripe", stripe)
    assert [report.new for report in first] == [10, 2]
    assert [(report.new, report.known) for report in again] == [(0, 12), (0, 2)]
    assert first[0].states == {"translated": 7, "waiting": 1, "ignored": 2}
    assert first[1].reasons == {"unknown_payment": 2}
    dispute_ = road.dispute("85190714", "625362839", "shopify")
    assert dispute_.status == "platform_review"
