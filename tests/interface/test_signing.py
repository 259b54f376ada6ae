"""How messages are signed, and that one somebody caught is nothing later on."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook

from interface.signing import SIGNATURES_MAX, signed, verified
from tests.shared_data import recorded

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
BODY = b'{"a":1}'
SHANGHAI = timezone(timedelta(hours=8))


def test_it_signs_and_verifies_as_the_standards_own_example_does() -> None:
    vectors = recorded("standards", "webhook_signature_vectors.json").read_text()
    given = json.loads(vectors)["standard_webhooks"][0]
    body = given["payload"].encode()
    at = datetime.fromtimestamp(int(given["webhook-timestamp"]), UTC)
    secret = Webhook(given["secret"])._whsecret  # noqa: SLF001 - its bytes
    headers = signed(given["webhook-id"], body, [secret], at)
    assert headers["webhook-signature"] == given["webhook-signature"]
    assert headers["webhook-timestamp"] == given["webhook-timestamp"]
    assert verified(headers, body, [secret], at)


def test_while_secrets_change_each_of_them_verifies() -> None:
    now = datetime.now(UTC)
    headers = signed("evt_7_1", BODY, [NEW, OLD], now)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (OLD, NEW):
        assert Webhook(secret).verify(BODY, headers) == {"a": 1}
        assert verified(headers, BODY, [secret], now)


def test_a_moment_of_another_zone_is_not_signed_at_all() -> None:
    for moment in (NOW.astimezone(SHANGHAI), NOW.replace(tzinfo=None)):
        with pytest.raises(ValueError, match="UTC"):
            signed("evt_7_1", BODY, [NEW], moment)


@pytest.mark.parametrize(
    ("seconds", "believed"), [(-301, False), (-300, True), (300, True), (301, False)]
)
def test_what_is_older_than_five_minutes_or_ahead_of_them_is_not_believed(
    seconds: int,
    believed: bool,  # noqa: FBT001 - one of the table
) -> None:
    headers = signed("evt_7_1", BODY, [NEW], NOW)
    now = NOW + timedelta(seconds=seconds)
    assert verified(headers, BODY, [NEW], now) is believed


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-timestamp": str(int(NOW.timestamp()) + 60)},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": ""},
        {"webhook-id": "evt_7_2"},
        {"webhook-id": ""},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,caf\xe9"},
    ],
)
def test_id_and_moment_are_signed_with_the_body(changed: dict[str, str]) -> None:
    headers = signed("evt_7_1", BODY, [NEW], NOW)
    assert verified(headers, BODY, [NEW], NOW)
    assert not verified(headers | changed, BODY, [NEW], NOW)
    assert not verified(headers, BODY + b" ", [NEW], NOW)
    assert not verified(headers, b"\xff", [NEW], NOW)
    assert not verified(headers, BODY, [OLD], NOW)


def test_nobody_guesses_with_a_thousand_signatures_at_once() -> None:
    headers = signed("evt_7_1", BODY, [NEW], NOW)
    many = " ".join(["v1,guess"] * SIGNATURES_MAX)
    told = {"webhook-signature": f"{many} {headers['webhook-signature']}"}
    assert not verified(headers | told, BODY, [NEW], NOW)
