"""How gateways are asked, and what their answers mean."""

import email
import email.policy
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from application.effects.ports import (
    NO_GATEWAYS,
    Accepted,
    Answer,
    Declined,
    Done,
    Instruction,
    NeverHeard,
    NoGateway,
    NotSent,
    Unclear,
    call,
)
from domain.money import Money
from interface.errors import WrongSetting
from interface.outbound.gateways import gateways_from
from interface.outbound.http_gateway import HttpGateway
from interface.outbound.simulator.gateway import Simulator
from interface.outbound.simulator.script import Rule, Script, script_in
from interface.outbound.smtp import SmtpMessenger, address_by
from interface.outbound.stripe import StripeRefunds
from interface.signing import verified
from tests.interface.outbound.loopback import Gateway, http_gateway, mail_server
from tests.shared_data import recorded

KEY = UUID("5e0e35a0-6f43-4e0b-9b2b-2f6d6a7d1c01")
YUAN_30 = Money(3_000, "CNY")
REFUND = Instruction(
    key=KEY,
    kind="refund",
    action="refund",
    consumer="li-mei",
    order="A-1",
    payment="pi_123",
    amount=YUAN_30,
    params={"route": "original"},
)
OFFER = Instruction(
    key=KEY,
    kind="message",
    action="offer",
    consumer="li-mei",
    params={"until": "2026-11-25"},
)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
SECRET = "a secret of both"  # noqa: S105 - a test's own


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with http_gateway() as found:
        yield found


# -- Our own words --


def test_what_is_asked_is_signed_with_its_moment_under_one_key(
    gateway: Gateway,
) -> None:
    gateway.answers = [(200, b'{"outcome": "accepted"}')] * 2
    http = HttpGateway(gateway.url, SECRET, lambda: MONDAY)
    for _ in range(2):
        assert http.refund(REFUND) == Accepted(None)
    first, second = gateway.asked
    assert first.body == second.body
    assert first.headers["idempotency-key"] == str(KEY)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert verified(first.headers, first.body, [SECRET.encode()], MONDAY)
    assert not verified(first.headers, first.body, [b"another"], MONDAY)
    asked = json.loads(first.body)
    assert asked["amount"] == {"minor": 3_000, "currency": "CNY"}
    assert asked["key"] == str(KEY)


DONE = b'{"outcome": "done", "reference": "r-1", "amount": {"minor": 3000, \
"currency": "CNY"}}'


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, DONE, Done("r-1", YUAN_30)),
        (202, b'{"outcome": "accepted", "reference": "r-1"}', Accepted("r-1")),
        (200, b'{"outcome": "declined", "failure": "closed"}', Declined("closed")),
        (422, b'{"failure": "account_closed"}', Declined("account_closed")),
        (400, b"<html>", Declined("status_400")),
        (200, b"<html>", Unclear("unreadable_answer")),
        (500, b"", Unclear("status_500")),
        (409, b"", Unclear("status_409")),
        (302, b"", Unclear("status_302")),
        (503, b"", NotSent("status_503")),
        (401, b"", NotSent("status_401")),
    ],
)
def test_what_an_answer_means(
    gateway: Gateway, status: int, body: bytes, expected: Answer
) -> None:
    gateway.answers = [(status, body)]
    http = HttpGateway(gateway.url, SECRET, lambda: MONDAY)
    assert http.refund(REFUND) == expected


def test_nobody_there_is_not_sent_and_no_answer_in_time_nobody_knows(
    gateway: Gateway,
) -> None:
    gateway.silent.set()
    gateway.answers = [(200, DONE)]
    slow = HttpGateway(gateway.url, SECRET, lambda: MONDAY, seconds=0.2)
    assert slow.refund(REFUND) == Unclear("no_answer")
    nobody = HttpGateway("http://127.0.0.1:1", SECRET, lambda: MONDAY, seconds=2)
    assert nobody.refund(REFUND) == NotSent("not_reached")


def test_what_became_of_a_key_is_asked_signed_too(gateway: Gateway) -> None:
    gateway.answers = [(200, DONE), (404, b"")]
    http = HttpGateway(gateway.url, SECRET, lambda: MONDAY)
    assert http.ask(KEY, REFUND) == Done("r-1", YUAN_30)
    assert http.ask(KEY, REFUND) == NeverHeard()
    asked, again = gateway.asked
    assert asked.path == "/inquiries"
    assert verified(asked.headers, asked.body, [SECRET.encode()], MONDAY)
    assert asked.headers["webhook-id"] != again.headers["webhook-id"], "a new question"


# -- Stripe --


def stripe_refund(**more: Any) -> bytes:
    fixtures = json.loads(recorded("payments", "stripe", "fixtures3.json").read_text())
    refund = fixtures["resources"]["refund"]
    assert refund["object"] == "refund"
    return json.dumps(refund | more).encode()


def test_stripe_is_asked_as_its_own_specification_has_it(gateway: Gateway) -> None:
    gateway.answers = [(200, stripe_refund(amount=3_000, currency="cny"))]
    answer = StripeRefunds(gateway.url, "sk_test").refund(REFUND)
    assert isinstance(answer, Done)
    assert answer.amount == YUAN_30
    (asked,) = gateway.asked
    assert (asked.method, asked.path) == ("POST", "/v1/refunds")
    assert asked.headers["authorization"] == "Bearer sk_test"
    assert asked.headers["idempotency-key"] == str(KEY)
    name = "spec3_2022-03-25_disputes_refunds_subset.json"
    spec = json.loads(recorded("payments", "stripe", name).read_text())
    post = spec["paths"][asked.path]["post"]["requestBody"]["content"]
    known = post[asked.headers["content-type"]]["schema"]["properties"]
    fields = dict(parse_qsl(asked.body.decode()))
    assert fields == {
        "payment_intent": "pi_123",
        "amount": "3000",
        "metadata[redress_key]": str(KEY),
    }
    assert {field.partition("[")[0] for field in fields} <= set(known)
    assert known["amount"]["type"] == "integer"
    found = spec["paths"][asked.path]["get"]["parameters"]
    assert {"payment_intent", "charge", "limit"} <= {each["name"] for each in found}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"status": "pending", "id": "re_1"}, Accepted("re_1")),
        (
            {
                "status": "pending",
                "id": "re_1",
                "pending_reason": "insufficient_funds",
            },
            Accepted("re_1"),
        ),
        (
            {"status": "failed", "failure_reason": "insufficient_funds"},
            Declined("insufficient_funds"),
        ),
        ({"status": "requires_action", "id": "re_1"}, Accepted("re_1")),
        (
            {"status": "failed", "failure_reason": "expired_or_canceled_card"},
            Declined("expired_or_canceled_card"),
        ),
        ({"status": "canceled"}, Declined("canceled")),
        ({"status": None}, Unclear("status_unknown")),
    ],
)
def test_what_stripes_statuses_mean(
    gateway: Gateway, told: dict[str, Any], expected: Answer
) -> None:
    gateway.answers = [(200, stripe_refund(**told))]
    assert StripeRefunds(gateway.url, "sk_test").refund(REFUND) == expected


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (402, {"type": "card_error", "code": "expired_card"}, Declined("expired_card")),
        (
            400,
            {"type": "invalid_request_error", "code": "charge_already_refunded"},
            Declined("charge_already_refunded"),
        ),
        (
            400,
            {"type": "invalid_request_error", "code": "balance_insufficient"},
            Declined("balance_insufficient"),
        ),
        (
            400,
            {
                "type": "idempotency_error",
                "message": "Keys for idempotent requests can only be used with the "
                "same parameters they were first used with.",
            },
            Unclear("key_reused"),
        ),
        (401, {"type": "invalid_request_error"}, NotSent("status_401")),
        (429, {"type": "api_error"}, NotSent("status_429")),
        (
            409,
            {"type": "idempotency_error", "code": "idempotency_key_in_use"},
            Unclear("status_409"),
        ),
        (500, {"type": "api_error"}, Unclear("status_500")),
    ],
)
def test_what_stripes_errors_mean(
    gateway: Gateway, status: int, error: dict[str, str], expected: Answer
) -> None:
    gateway.answers = [(status, json.dumps({"error": error}).encode())]
    assert StripeRefunds(gateway.url, "sk_test").refund(REFUND) == expected


def test_what_stripe_did_is_found_by_the_key_it_carries(gateway: Gateway) -> None:
    refund = stripe_refund(
        amount=3_000, currency="cny", metadata={"redress_key": str(KEY)}
    )
    other = stripe_refund(amount=1, metadata={})
    found = b'{"data": [' + other + b"," + refund + b"]}"
    gateway.answers = [(200, found), (200, b'{"data": [' + other + b"]}")]
    stripe = StripeRefunds(gateway.url, "sk_test")
    answer = stripe.ask(KEY, REFUND)
    assert isinstance(answer, Done)
    assert answer.amount == YUAN_30
    assert stripe.ask(KEY, REFUND) == NeverHeard()
    assert gateway.asked[0].path == "/v1/refunds?payment_intent=pi_123&limit=100"


# -- Mail --


def test_a_message_is_mailed_in_words_to_the_address_of_the_consumer() -> None:
    with mail_server() as mailbox:
        where = f"smtp://127.0.0.1:{mailbox.port}?from=care@shop.example"
        messenger = SmtpMessenger(where, "", address_by("{consumer}@mail.example"))
        answer = messenger.send(OFFER)
    assert isinstance(answer, Done)
    (text,) = mailbox.mails
    mail = email.message_from_string(text, policy=email.policy.default)
    assert mail["To"] == "li-mei@mail.example"
    assert mail["Message-ID"] == f"<{KEY}@redress.invalid>"
    assert "please choose until 2026-11-25" in mail.get_content()


@pytest.mark.parametrize(
    ("code", "expected"), [(550, Declined("smtp_550")), (451, NotSent("smtp_451"))]
)
def test_who_is_refused_for_good_is_not_written_to_again(
    code: int, expected: Answer
) -> None:
    with mail_server() as mailbox:
        mailbox.refuses = code
        where = f"smtp://127.0.0.1:{mailbox.port}"
        messenger = SmtpMessenger(where, "", address_by("{consumer}@mail.example"))
        assert messenger.send(OFFER) == expected
    assert mailbox.mails == []


def test_no_mail_goes_out_in_the_clear_where_it_is_to_be_encrypted() -> None:
    with mail_server() as mailbox:
        tls = ssl.create_default_context()
        where = f"smtp://127.0.0.1:{mailbox.port}"
        messenger = SmtpMessenger(where, "", address_by("{consumer}@mail.example"), tls)
        assert messenger.send(OFFER) == NotSent("not_let_in")
    assert mailbox.mails == []


def test_who_has_no_address_is_not_written_to() -> None:
    messenger = SmtpMessenger("smtp://127.0.0.1:1", "", address_by(""))
    assert messenger.send(OFFER) == Declined("no_address")
    named = replace(OFFER, consumer="li-mei@mail.example")
    assert messenger.send(named) == NotSent("not_reached")


# -- Which --


def chosen(wanted: str) -> Any:
    def simulator() -> Simulator:
        return Simulator.__new__(Simulator)

    return gateways_from(
        wanted, "refund=sk_1", "", simulator, lambda name: name, lambda: MONDAY
    )


def test_nobody_is_asked_unless_the_settings_say_so() -> None:
    assert chosen("") == NO_GATEWAYS
    with pytest.raises(NoGateway):
        call(NO_GATEWAYS, REFUND)


def test_each_gateway_is_who_the_settings_say() -> None:
    found = chosen(
        "refund=stripe+https://api.pay.example,carrier=https://carrier.example,"
        "message=smtp://mail.example:587,coupon=simulator"
    )
    assert [type(getattr(found, each)) for each in found.__struct_fields__] == [
        StripeRefunds,
        Simulator,
        HttpGateway,
        type(None),
        type(None),
        SmtpMessenger,
    ]
    assert all(
        isinstance(getattr(chosen("simulator"), each), Simulator)
        for each in found.__struct_fields__
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "refund",
        "refund=http://bank.example",
        "carrier=stripe+https://x.example",
        "moon=simulator",
        "refund=none,refund=simulator",
    ],
)
def test_a_setting_out_of_form_is_said_to_be(wrong: str) -> None:
    with pytest.raises(WrongSetting):
        chosen(wrong)


def test_a_script_says_what_goes_wrong_and_for_whom() -> None:
    script = script_in("seed=7, timeout_after=10, declined@consumer:li-*")
    assert script == Script(
        seed=7,
        percent={"timeout_after": 10},
        rules=(Rule("declined", "consumer:li-*"),),
    )
    assert script.fault(REFUND, 0, MONDAY) == "declined"
    wang = replace(REFUND, consumer="wang")
    drawn = [script.fault(wang, times, MONDAY) for times in range(300)]
    assert drawn == [script.fault(wang, times, MONDAY) for times in range(300)]
    assert 10 < drawn.count("timeout_after") < 60
    for wrong in (
        "seed=x",
        "sometimes=3",
        "declined=101",
        "declined@li",
        "down=2026-11-25T12:00:00Z",
        "down=2026-11-25T12:00:00/PT30M",
        "down=noon/PT30M",
        "declined=2026-11-25T12:00:00Z/PT30M",
    ):
        with pytest.raises(WrongSetting):
            script_in(wrong)


def test_all_parts_of_a_pattern_must_fit() -> None:
    script = script_in("declined@consumer:li-*&route:original")
    assert script.fault(REFUND, 0, MONDAY) == "declined"
    by_another_way = replace(REFUND, params={"route": "platform_advance"})
    assert script.fault(by_another_way, 0, MONDAY) is None


def test_a_script_says_from_when_and_for_how_long_nobody_is_reached() -> None:
    script = script_in("declined@kind:*,down=2026-11-23T12:00:00+08:00/PT30M")
    noon = datetime(2026, 11, 23, 4, tzinfo=UTC)
    expected = {-1: "declined", 0: "down", 29: "down", 30: "declined"}
    for minutes, fault in expected.items():
        moment = noon + timedelta(minutes=minutes)
        assert script.fault(REFUND, 0, moment) == fault


def test_an_instruction_reads_as_json_and_back() -> None:
    """What the journal, the gateway and the log call a thing is one name."""
    again = msgspec.json.decode(msgspec.json.encode(REFUND), type=Instruction)
    assert again == REFUND
