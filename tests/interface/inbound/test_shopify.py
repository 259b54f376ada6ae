"""What Shopify says of refunds and disputes."""

import hmac
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from application.inbound import (
    BadSignature,
    DisputeNumber,
    NothingSaid,
    OrderNumber,
    UnknownCode,
    Untranslatable,
)
from domain.money import Money
from domain.order import RecordRefund
from interface.inbound.doors import Doors
from tests.interface.inbound.conftest import encoded
from tests.interface.inbound.conftest import reports_in as reports_of
from tests.shared_data import recorded

ORDER = OrderNumber("shopify", "450789469")


def reports_in(source: str, document: Any) -> list[Any]:
    """Return the reports, of whatever kind each is."""
    return list(reports_of(source, document))


def transaction(**fields: Any) -> dict[str, Any]:
    return {
        "id": 179259969,
        "order_id": 450789469,
        "amount": "209.00",
        "currency": "USD",
        "kind": "refund",
        "gateway": "bogus",
        "status": "success",
        "created_at": "2026-08-05T12:59:12-04:00",
        **fields,
    }


def refund(*transactions: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "order_id": 450789469,
        "refund_line_items": [],
        "transactions": transactions,
    }


def dispute(**fields: Any) -> dict[str, Any]:
    return {
        "id": 815713555,
        "order_id": 450789469,
        "type": "chargeback",
        "amount": "11.50",
        "currency": "USD",
        "reason": "credit_not_processed",
        "status": "needs_response",
        "evidence_due_by": "2026-11-17T19:00:00-05:00",
        "evidence_sent_on": None,
        "finalized_on": None,
        "initiated_at": "2026-05-03T20:00:00-04:00",
        **fields,
    }


def said(document: Any) -> Any:
    (report,) = reports_in("shopify", document)
    return report.command


def file(name: str) -> bytes:
    return recorded("shops", "shopify", name).read_bytes()


# -- Refunds --


def test_each_transaction_of_a_refund_that_went_back_is_the_orders() -> None:
    second = transaction(id=2, amount="1.00")
    failed = transaction(id=3, status="failure")
    reports = reports_in("shopify", refund(transaction(), second, failed))
    assert {each.reference for each in reports} == {ORDER}
    assert [each.command for each in reports] == [
        RecordRefund(refund="179259969", amount=Money(20900, "USD")),
        RecordRefund(refund="2", amount=Money(100, "USD")),
    ]
    assert reports[0].occurred_at.isoformat() == "2026-08-05T12:59:12-04:00"


@pytest.mark.parametrize("status", ["pending", "failure", "error"])
def test_a_refund_that_did_not_go_back_says_nothing(status: str) -> None:
    with pytest.raises(NothingSaid, match="no_refund"):
        said(refund(transaction(status=status)))


@pytest.mark.parametrize("kind", ["authorization", "capture", "sale", "void"])
def test_transactions_of_other_kinds_give_nothing_back(kind: str) -> None:
    with pytest.raises(NothingSaid, match="no_refund"):
        said(transaction(kind=kind))


@pytest.mark.parametrize(
    ("field", "code"), [("kind", "gift"), ("status", "maybe"), ("currency", "XYZ")]
)
def test_an_unknown_code_of_a_refund_is_set_aside(field: str, code: str) -> None:
    with pytest.raises(UnknownCode) as fault:
        said(refund(transaction(**{field: code})))
    assert fault.value.reason == f"unknown_code:{field}={code}"


def test_the_refunds_of_orders_are_found_in_them() -> None:
    orders = {"orders": [{"id": 450789469, "refunds": [refund(transaction())]}]}
    assert said(orders).refund == "179259969"


@pytest.mark.parametrize("odd", [{"refunds": 7}, {"orders": "x"}, {"order": [1]}, [1]])
def test_what_only_looks_like_refunds_holds_no_message(odd: Any) -> None:
    assert reports_in("shopify", odd) == []


# -- Disputes --


def test_a_dispute_is_beside_its_order_with_shopifys_own_deadline() -> None:
    (report,) = reports_in("shopify", dispute())
    assert report.reference == DisputeNumber("shopify", "815713555", ORDER)
    assert report.command.amount == Money(1150, "USD")
    assert report.command.answers == "merchant"
    assert report.command.deadline.isoformat() == "2026-11-17T19:00:00-05:00"
    assert report.command.stage == "chargeback"


@pytest.mark.parametrize(
    ("kind", "status", "ours", "outcome"),
    [
        ("chargeback", "needs_response", "evidence_round", None),
        ("inquiry", "needs_response", "opened", None),
        ("chargeback", "under_review", "platform_review", None),
        ("chargeback", "won", "closed", "merchant"),
        ("chargeback", "lost", "closed", "consumer"),
        ("chargeback", "accepted", "closed", "accepted"),
        ("inquiry", "charge_refunded", "closed", "accepted"),
    ],
)
def test_where_a_dispute_stands(
    kind: str, status: str, ours: str, outcome: str | None
) -> None:
    command = said(dispute(type=kind, status=status))
    assert (command.status, command.outcome) == (ours, outcome)


def test_without_a_time_for_it_no_answer_is_allowed() -> None:
    command = said(dispute(evidence_due_by=None))
    assert (command.status, command.answers) == ("platform_review", None)


def test_a_dispute_is_told_as_of_the_last_thing_it_dates() -> None:
    sent, final = "2026-06-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00"
    told = dispute(evidence_sent_on=sent, finalized_on=final)
    (report,) = reports_in("shopify", told)
    assert report.occurred_at.isoformat() == final


@pytest.mark.parametrize(
    ("field", "code"), [("type", "quarrel"), ("status", "adrift"), ("reason", "mood")]
)
def test_an_unknown_code_of_a_dispute_is_set_aside(field: str, code: str) -> None:
    with pytest.raises(UnknownCode) as fault:
        said(dispute(**{field: code}))
    assert fault.value.reason == f"unknown_code:{field}={code}"


def test_a_dispute_without_a_date_is_malformed() -> None:
    with pytest.raises(Untranslatable, match="initiated_at"):
        said(dispute(initiated_at=None))


# -- Recordings --


def test_the_recorded_refund_is_told() -> None:
    (report,) = reports_in("shopify", file("refund.json"))
    assert report.reference == ORDER
    assert report.command == RecordRefund(
        refund="179259969", amount=Money(20900, "USD")
    )


def test_the_recorded_disputes_are_told() -> None:
    reports = reports_in("shopify", file("disputes.json"))
    assert Counter(each.command.status for each in reports) == {
        "evidence_round": 3,
        "opened": 1,
        "platform_review": 1,
        "closed": 2,
    }
    assert sum(each.reference.about is None for each in reports) == 1


def test_a_recorded_authorization_gives_nothing_back() -> None:
    with pytest.raises(NothingSaid, match="no_refund"):
        reports_in("shopify", file("transaction.json"))


# -- Who may say it --


def signed(body: bytes, secret: str) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, sha256).digest()
    return {"x-shopify-hmac-sha256": b64encode(digest).decode()}


def test_a_message_signed_as_shopify_signs_is_let_in() -> None:
    body = encoded(dispute())
    (raw,) = Doors(lambda _: ("tea",)).admit("shopify", signed(body, "tea"), body)
    assert raw.type == "dispute"


def test_any_other_signature_is_turned_away() -> None:
    body = encoded(dispute())
    doors = Doors(lambda _: ("tea",))
    for headers in ({}, signed(body, "coffee"), signed(body + b" ", "tea")):
        with pytest.raises(BadSignature):
            doors.admit("shopify", headers, body)


def test_whatever_else_a_shops_documents_are_none_stops_a_feed() -> None:
    folder = recorded("shops", "shopify")
    for path in sorted(folder.glob("*.json")):
        document = msgspec.json.decode(path.read_bytes())
        for each in document if isinstance(document, list) else [document]:
            try:
                reports_in("shopify", each)
            except NothingSaid:
                continue
