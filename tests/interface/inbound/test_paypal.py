"""What PayPal says of disputes."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from application.inbound import (
    BadSignature,
    DisputeNumber,
    PaymentNumber,
    UnknownCode,
    UnknownType,
    Untranslatable,
)
from domain.money import Money
from domain.order import RecordRefund
from interface.inbound import paypal_words
from interface.inbound.doors import Doors
from tests.interface.inbound.conftest import MONDAY, encoded
from tests.interface.inbound.conftest import reports_in as reports_of
from tests.shared_data import recorded

CHANGED = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)
PAID = "00D10444LD479031K"


def reports_in(source: str, document: Any) -> list[Any]:
    """Return the reports, of whatever kind each is."""
    return list(reports_of(source, document))


def dispute(**fields: Any) -> dict[str, Any]:
    """Return a dispute as it begins; None takes a field away."""
    told = {
        "dispute_id": "PP-000-042-663-135",
        "create_time": "2026-11-20T13:35:44.000Z",
        "update_time": "2026-11-21T10:30:00.000Z",
        "disputed_transactions": [
            {"buyer_transaction_id": "8TA03", "seller_transaction_id": PAID}
        ],
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": "WAITING_FOR_SELLER_RESPONSE",
        "dispute_life_cycle_stage": "INQUIRY",
        "dispute_amount": {"currency_code": "USD", "value": "3.00"},
        "seller_response_due_date": "2026-12-01T00:00:00Z",
        "buyer_response_due_date": "2026-12-05T00:00:00Z",
        **fields,
    }
    return {name: value for name, value in told.items() if value is not None}


def event(what: Any, kind: str = "CUSTOMER.DISPUTE.UPDATED") -> dict[str, Any]:
    return {
        "id": "WH-1",
        "create_time": "2026-11-21T10:31:00Z",
        "resource_type": "dispute",
        "event_type": kind,
        "resource": what,
    }


def told(**fields: Any) -> Any:
    """Return what is said of the dispute itself."""
    return reports_in("paypal", event(dispute(**fields)))[0].command


def test_a_dispute_is_about_its_transaction_as_the_seller_knows_it() -> None:
    (report,) = reports_in("paypal", event(dispute()))
    number = "PP-000-042-663-135"
    assert report.reference == DisputeNumber("paypal", number, PaymentNumber(PAID))
    assert report.occurred_at == CHANGED
    assert report.command.amount == Money(300, "USD")
    assert report.command.issue == "not_received"
    assert report.command.stage == "INQUIRY"


def test_without_a_transaction_it_waits_for_its_own_number() -> None:
    (report,) = reports_in("paypal", event(dispute(disputed_transactions=None)))
    assert report.reference == DisputeNumber("paypal", "PP-000-042-663-135")


@pytest.mark.parametrize(
    ("stage", "status"), [("INQUIRY", "negotiation"), ("CHARGEBACK", "evidence_round")]
)
@pytest.mark.parametrize(
    ("waits", "side", "due"),
    [
        ("WAITING_FOR_SELLER_RESPONSE", "merchant", "2026-12-01T00:00:00+00:00"),
        ("WAITING_FOR_BUYER_RESPONSE", "consumer", "2026-12-05T00:00:00+00:00"),
    ],
)
def test_whoever_is_awaited_has_until_paypals_own_date(
    stage: str, status: str, waits: str, side: str, due: str
) -> None:
    command = told(status=waits, dispute_life_cycle_stage=stage)
    assert (command.status, command.answers) == (status, side)
    assert command.deadline.isoformat() == due


@pytest.mark.parametrize(
    ("fields", "status", "outcome"),
    [
        ({"status": "OPEN"}, "opened", None),
        ({"status": "UNDER_REVIEW"}, "platform_review", None),
        ({"status": "OTHER"}, None, None),
        (
            {"status": "OTHER", "dispute_state": "UNDER_PAYPAL_REVIEW"},
            "platform_review",
            None,
        ),
        ({"status": None, "dispute_state": "OPEN_INQUIRIES"}, "opened", None),
        ({"status": "RESOLVED"}, "closed", None),
        ({"status": "RESOLVED", "dispute_state": "APPEALABLE"}, "ruling_issued", None),
    ],
)
def test_where_a_dispute_stands(
    fields: dict[str, Any], status: str | None, outcome: str | None
) -> None:
    command = told(**fields)
    assert (command.status, command.outcome) == (status, outcome)


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        ("RESOLVED_BUYER_FAVOUR", "closed", "consumer"),
        ("RESOLVED_SELLER_FAVOUR", "closed", "merchant"),
        ("RESOLVED_WITH_PAYOUT", "closed", "none"),
        ("CANCELED_BY_BUYER", "withdrawn", "withdrawn"),
        ("ACCEPTED", "closed", "accepted"),
        ("DENIED", "closed", "merchant"),
        ("NONE", "closed", "none"),
    ],
)
def test_how_a_dispute_ended(code: str, status: str, outcome: str) -> None:
    command = told(status="RESOLVED", dispute_outcome={"outcome_code": code})
    assert (command.status, command.outcome) == (status, outcome)


def test_what_an_outcome_leaves_open_the_last_decision_says() -> None:
    command = told(
        status="RESOLVED",
        dispute_outcome={"outcome_code": "RESOLVED_WITH_PAYOUT"},
        adjudications=[
            {"type": "PAYOUT_TO_BUYER", "adjudication_time": "2026-11-21T00:00:00Z"},
            {"type": "DENY_BUYER", "adjudication_time": "2026-11-20T00:00:00Z"},
        ],
    )
    assert command.outcome == "consumer"


def test_money_given_back_in_the_end_is_the_orders() -> None:
    outcome = {
        "outcome_code": "RESOLVED_BUYER_FAVOUR",
        "amount_refunded": {"currency_code": "USD", "value": "2.50"},
    }
    reports = reports_in(
        "paypal", event(dispute(status="RESOLVED", dispute_outcome=outcome))
    )
    assert reports[1].reference == PaymentNumber(PAID)
    assert reports[1].command == RecordRefund(
        refund="PP-000-042-663-135", amount=Money(250, "USD")
    )


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("500", "JPY", 500),
        (".50", "USD", 50),
        ("1.005", "TND", 1005),
        ("3", "USD", 300),
    ],
)
def test_money_is_a_decimal_of_its_currency(
    value: str, currency: str, minor: int
) -> None:
    command = told(dispute_amount={"currency_code": currency, "value": value})
    assert command.amount == Money(minor, currency)


def test_a_fraction_of_a_cent_is_no_money() -> None:
    with pytest.raises(Untranslatable, match=r"dispute_amount\.value"):
        told(dispute_amount={"currency_code": "USD", "value": "3.001"})


def test_a_dispute_over_coins_has_no_amount() -> None:
    coins = {"asset_symbol": "BTC", "quantity": "0.1"}
    assert told(dispute_amount=None, dispute_asset=coins).amount is None


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("status", "PONDERING"),
        ("dispute_state", "ADRIFT"),
        ("dispute_life_cycle_stage", "ENCORE"),
        ("reason", "BAD_MOOD"),
    ],
)
def test_an_unknown_code_is_set_aside_by_its_name(field: str, code: str) -> None:
    with pytest.raises(UnknownCode) as fault:
        told(**{field: code})
    assert fault.value.reason == f"unknown_code:{field}={code}"


def test_events_of_other_types_are_set_aside() -> None:
    with pytest.raises(UnknownType) as fault:
        reports_in("paypal", event({}, "PAYMENT.SALE.COMPLETED"))
    assert fault.value.reason == "unknown_type:PAYMENT.SALE.COMPLETED"


def test_the_disputes_of_a_list_are_told_one_by_one() -> None:
    listed = {"items": [dispute(), dispute(dispute_id="PP-2")]}
    numbers = [each.command.number for each in reports_in("paypal", listed)]
    assert numbers == ["PP-000-042-663-135", "PP-2"]
    (first, _) = reports_in("paypal", listed)
    assert first.occurred_at == CHANGED


# -- Recordings --


def test_every_word_the_interface_describes_is_read_or_left_on_purpose() -> None:
    enums = msgspec.json.decode(recorded("payments", "dispute_enums.json").read_bytes())
    words = enums.pop("paypal")
    assert words.keys() == paypal_words.READ.keys() | paypal_words.UNREAD.keys()
    assert not paypal_words.READ.keys() & paypal_words.UNREAD.keys()
    for name, table in paypal_words.READ.items():
        assert set(words[name]) == table.keys(), name
    # Of Square and Adyen nothing is taken in here.
    assert enums.keys() == {"stripe", "square", "adyen_eventCode"}


def test_every_outcome_of_the_description_is_read() -> None:
    path = recorded("payments", "paypal", "customer_disputes_v1.json")
    described = msgspec.json.decode(path.read_bytes())["components"]["schemas"]
    codes = described["dispute_outcome"]["properties"]["outcome_code"]["enum"]
    assert set(codes) == paypal_words.OUTCOMES.keys()


# -- Who may say it --


def test_paypal_comes_in_under_our_own_signature_alone() -> None:
    body = encoded(event(dispute()))
    digest = hmac.new(b"tea", body, sha256).hexdigest()
    doors = Doors(lambda _: ("tea",))
    ours = {"redress-signature": f"sha256={digest}"}
    (raw,) = doors.admit("paypal", ours, body)
    assert (raw.key, raw.type) == ("WH-1", "CUSTOMER.DISPUTE.UPDATED")
    theirs = {"paypal-transmission-sig": digest, "paypal-auth-algo": "SHA256withRSA"}
    with pytest.raises(BadSignature):
        doors.admit("paypal", theirs, body)


def test_an_event_without_times_is_of_when_we_got_it() -> None:
    bare = event(dispute(update_time=None, create_time=None)) | {"create_time": None}
    assert reports_in("paypal", bare)[0].occurred_at == MONDAY
