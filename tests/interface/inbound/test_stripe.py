"""What Stripe says of disputes and refunds, and who may say it."""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from application.inbound import (
    BadSignature,
    DisputeNumber,
    NothingSaid,
    PaymentNumber,
    UnknownCode,
    UnknownType,
    Untranslatable,
)
from domain.money import Money
from domain.order import RecordRefund
from interface.inbound import stripe_words
from interface.inbound.doors import Doors
from interface.inbound.signatures import stripe_as_of
from tests.interface.inbound.conftest import MONDAY, encoded
from tests.interface.inbound.conftest import reports_in as reports_of
from tests.shared_data import recorded

DUE = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
CREATED = datetime(2026, 11, 20, 8, tzinfo=UTC)


def reports_in(source: str, document: Any) -> list[Any]:
    """Return the reports, of whatever kind each is."""
    return list(reports_of(source, document))


def dispute(**fields: Any) -> dict[str, Any]:
    """Return a dispute over a charge."""
    return {
        "object": "dispute",
        "id": "dp_tea",
        "charge": "ch_tea",
        "payment_intent": "pi_tea",
        "amount": 2990,
        "currency": "usd",
        "created": int(CREATED.timestamp()),
        "evidence_details": {"due_by": int(DUE.timestamp()), "past_due": False},
        "reason": "product_not_received",
        "status": "needs_response",
        **fields,
    }


def refund(**fields: Any) -> dict[str, Any]:
    return {
        "object": "refund",
        "id": "re_tea",
        "charge": "ch_tea",
        "amount": 990,
        "currency": "usd",
        "created": int(CREATED.timestamp()),
        "status": "succeeded",
        **fields,
    }


def event(kind: str, what: Any, name: str = "evt_1", at: datetime = MONDAY) -> Any:
    return {
        "object": "event",
        "id": name,
        "type": kind,
        "created": int(at.timestamp()),
        "data": {"object": what},
    }


def said(document: Any) -> Any:
    """Return the one command that a document makes."""
    (report,) = reports_in("stripe", document)
    return report.command


# -- Disputes --


def test_a_dispute_is_about_its_charge_and_told_as_of_its_event() -> None:
    (report,) = reports_in("stripe", event("charge.dispute.created", dispute()))
    assert report.reference == DisputeNumber(
        "stripe", "dp_tea", PaymentNumber("ch_tea")
    )
    assert report.occurred_at == MONDAY
    assert report.command.amount == Money(2990, "USD")
    assert report.command.issue == "not_received"
    assert report.command.reason == "product_not_received"


def test_the_banks_deadline_is_the_deadline() -> None:
    command = said(event("charge.dispute.created", dispute()))
    assert (command.status, command.answers) == ("evidence_round", "merchant")
    assert command.deadline == DUE


@pytest.mark.parametrize("due", [0, None])
@pytest.mark.parametrize("status", ["needs_response", "warning_needs_response"])
def test_without_a_time_for_it_no_answer_is_allowed(due: Any, status: str) -> None:
    told = dispute(status=status, evidence_details={"due_by": due})
    command = said(event("charge.dispute.created", told))
    assert (command.status, command.answers) == ("platform_review", None)
    assert command.deadline is None


@pytest.mark.parametrize(
    ("status", "ours", "outcome"),
    [
        ("warning_needs_response", "opened", None),
        ("under_review", "platform_review", None),
        ("warning_under_review", "platform_review", None),
        ("won", "closed", "merchant"),
        ("lost", "closed", "consumer"),
        ("charge_refunded", "closed", "accepted"),
        ("warning_closed", "closed", "expired"),
    ],
)
def test_where_a_dispute_stands(status: str, ours: str, outcome: str | None) -> None:
    command = said(event("charge.dispute.updated", dispute(status=status)))
    assert (command.status, command.outcome) == (ours, outcome)
    assert command.word == status


def test_a_dispute_lost_by_silence_has_expired() -> None:
    late = {"due_by": int(DUE.timestamp()), "past_due": True}
    command = said(
        event("charge.dispute.closed", dispute(status="lost", evidence_details=late))
    )
    assert command.outcome == "expired"


@pytest.mark.parametrize(
    ("field", "told"),
    [("status", "pondered"), ("reason", "bad_mood"), ("currency", "xyz")],
)
def test_an_unknown_code_is_set_aside_by_its_name(field: str, told: str) -> None:
    with pytest.raises(UnknownCode) as fault:
        said(event("charge.dispute.created", dispute(**{field: told})))
    told = told.upper() if field == "currency" else told
    assert fault.value.reason == f"unknown_code:{field}={told}"


@pytest.mark.parametrize(
    ("currency", "told", "minor"),
    [
        ("jpy", 500, 500),
        ("usd", 500, 500),
        ("kwd", 5120, 5120),
        ("isk", 500, 5),
        ("ugx", 500, 5),
        ("mga", 5, 500),
    ],
)
def test_money_is_counted_in_the_currencys_own_smallest_unit(
    currency: str, told: int, minor: int
) -> None:
    command = said(refund(currency=currency, amount=told))
    assert command.amount == Money(minor, currency.upper())


def test_a_fraction_of_what_has_none_is_no_money() -> None:
    with pytest.raises(Untranslatable, match="hundredths"):
        said(refund(currency="isk", amount=501))


# -- Refunds --


@pytest.mark.parametrize("kind", sorted(stripe_words.REFUNDS))
def test_a_refund_that_went_back_is_the_orders(kind: str) -> None:
    (report,) = reports_in("stripe", event(kind, refund()))
    assert report.reference == PaymentNumber("ch_tea")
    assert report.command == RecordRefund(refund="re_tea", amount=Money(990, "USD"))
    assert report.occurred_at == CREATED


@pytest.mark.parametrize("status", ["pending", "failed", "canceled", "requires_action"])
def test_a_refund_that_did_not_go_back_says_nothing(status: str) -> None:
    with pytest.raises(NothingSaid, match="refund_not_done"):
        said(refund(status=status))


def test_the_refunds_listed_in_a_charge_are_told() -> None:
    charge = {"object": "charge", "id": "ch_tea", "refunds": {"data": [refund()]}}
    assert said(event("charge.refunded", charge)).refund == "re_tea"


def test_a_charge_that_hides_its_refunds_is_set_aside() -> None:
    charge = {"object": "charge", "id": "ch_tea", "amount_refunded": 990}
    with pytest.raises(UnknownType, match="without_refunds"):
        said(event("charge.refunded", charge))


def test_events_of_other_types_are_set_aside() -> None:
    with pytest.raises(UnknownType) as fault:
        said(event("plan.created", {"object": "plan"}))
    assert fault.value.reason == "unknown_type:plan.created"


# -- Recordings --


def test_disputes_and_refunds_are_found_among_everything_else() -> None:
    fixtures = recorded("payments", "stripe", "fixtures3.json").read_bytes()
    commands = {each.command.__class__: each for each in reports_in("stripe", fixtures)}
    (told, back) = (each.command for each in commands.values())
    assert len(reports_in("stripe", fixtures)) == 2
    assert told.number == "dp_1Pgc71B7WZ01zgkWMevJiAUx"
    assert (told.status, told.word) == ("opened", "warning_needs_response")
    assert told.stage == "inquiry"
    assert told.deadline == datetime.fromtimestamp(1723679999, UTC)
    assert back == RecordRefund(
        refund="re_1Pgc72B7WZ01zgkWqPvrRrPE", amount=Money(100, "USD")
    )


def test_every_word_the_interface_describes_is_read() -> None:
    enums = msgspec.json.decode(recorded("payments", "dispute_enums.json").read_bytes())
    for name, values in enums["stripe"].items():
        assert set(values) <= stripe_words.READ[name].keys(), name


# -- Who may say it --


def signature(body: bytes, at: datetime, *secrets: str) -> dict[str, str]:
    stamp = int(at.timestamp())
    signed = f"{stamp}.".encode() + body
    parts = [f"t={stamp}", "v0=ignored"]
    for secret in secrets:
        digest = hmac.new(secret.encode(), signed, sha256).hexdigest()
        parts.append(f"v1={digest}")
    return {"stripe-signature": ",".join(parts)}


BODY = encoded(event("charge.dispute.created", dispute()))


def test_a_message_signed_as_stripe_signs_is_let_in() -> None:
    headers = signature(BODY, datetime.now(UTC), "whsec_1")
    (raw,) = Doors(lambda _: ("whsec_1",)).admit("stripe", headers, BODY)
    assert (raw.key, raw.type) == ("evt_1", "charge.dispute.created")


def test_while_a_secret_is_rolled_any_of_its_signatures_will_do() -> None:
    headers = signature(BODY, MONDAY, "whsec_old", "whsec_new")
    for secret in ("whsec_old", "whsec_new"):
        assert stripe_as_of(MONDAY, headers, BODY, secret) == BODY
    assert stripe_as_of(MONDAY, headers, BODY, "whsec_other") is None


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_signature_holds_for_five_minutes(minutes: int) -> None:
    headers = signature(BODY, MONDAY, "whsec_1")
    asked = MONDAY + timedelta(minutes=minutes)
    assert stripe_as_of(asked, headers, BODY, "whsec_1") == BODY


@pytest.mark.parametrize("seconds", [-301, 301])
def test_and_no_longer(seconds: int) -> None:
    headers = signature(BODY, MONDAY, "whsec_1")
    asked = MONDAY + timedelta(seconds=seconds)
    assert stripe_as_of(asked, headers, BODY, "whsec_1") is None


def test_a_signature_is_of_this_body_at_this_time() -> None:
    headers = signature(BODY, MONDAY, "whsec_1")
    assert stripe_as_of(MONDAY, headers, BODY + b" ", "whsec_1") is None
    told = headers["stripe-signature"]
    for twice in (f"t=1,{told}", f"{told},t=1"):
        assert (
            stripe_as_of(MONDAY, {"stripe-signature": twice}, BODY, "whsec_1") is None
        )


@pytest.mark.parametrize("told", ["", "t=", "t=abc,v1=x", "v1=x", "t=1764000000"])
def test_what_is_no_signature_lets_nobody_in(told: str) -> None:
    with pytest.raises(BadSignature):
        Doors(lambda _: ("whsec_1",)).admit("stripe", {"stripe-signature": told}, BODY)
