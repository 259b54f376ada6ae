"""Messages left over HTTP, and what a source hears."""

import hmac
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from interface.bootstrap import Redress
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from tests.interface.inbound.conftest import encoded
from tests.interface.inbound.samples import ORDER, PAID, PICKED_UP, PLACED, push, trade
from tests.interface.standing import StandingApi

SECRET = "tea-house"  # noqa: S105  # of a pretended shop


@pytest.fixture
def redress(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Redress]:
    sources = ("doudian", "kuaidi100", "kdniao", "easypost", "wechat")
    secrets = ",".join(f"{source}={SECRET}" for source in sources)
    settings = Settings(home=tmp_path, inbound_secrets=secrets)
    redress = Redress(settings, clean_database)
    yield redress
    redress.close()


@pytest.fixture
def client(
    redress: Redress, standing_api: StandingApi
) -> Iterator[TestClient[Litestar]]:
    api = standing_api.on(redress)
    with TestClient(api, raise_server_exceptions=False) as client:
        yield client


def leave(
    client: TestClient[Litestar],
    document: Any,
    source: str = "doudian",
    secret: str = SECRET,
) -> Response:
    body = document if isinstance(document, bytes) else encoded(document)
    digest = hmac.new(secret.encode(), body, sha256).hexdigest()
    headers = {
        "Redress-Signature": f"sha256={digest}",
        "Content-Type": "application/json",
    }
    return client.post(f"/v1/inbound/{source}", content=body, headers=headers)


def test_a_message_is_accepted_before_it_is_understood(
    client: TestClient[Litestar], redress: Redress
) -> None:
    response = leave(client, [PLACED, PAID])
    assert response.status_code == 202
    told = response.json()
    assert (told["state"], told["code"], told["msg"]) == ("received", 0, "success")
    assert [each["state"] for each in told["messages"]] == ["received"] * 2
    assert told["id"] == told["messages"][0]["id"]
    redress.inbound.work()
    again = leave(client, [PLACED, PAID])
    assert again.status_code == 202
    assert again.json()["id"] == told["id"]
    assert again.json()["state"] == "translated"


def test_what_nobody_understands_is_accepted_all_the_same(
    client: TestClient[Litestar], redress: Redress
) -> None:
    assert leave(client, trade(505)).status_code == 202
    assert leave(client, b"{oops").status_code == 202
    redress.inbound.work()
    states = [(state, reason) for _, state, reason, _ in redress.inbound.store.counts()]
    assert states == [
        ("quarantined", "malformed"),
        ("quarantined", "unknown_type:505"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        encoded({"tag": "100", "msg_id": "a\0b", "data": "{}"}),
        encoded({"tag": "1\0", "msg_id": "a", "data": "{}"}),
        encoded(trade(102, logistics_msg={"logistics_code": "YT\0"}, update_time=1)),
        encoded(trade(113, update_time=1777500000, remark="a\0b")),
        b'{"tag": "100", "msg_id": "\xff", "data": "{}"}',
        b"[" * 100_000,
    ],
    ids=["id", "type", "waybill", "words", "no UTF-8", "too deep"],
)
def test_what_cannot_be_kept_in_columns_is_kept_and_set_aside(
    client: TestClient[Litestar], redress: Redress, body: bytes
) -> None:
    assert leave(client, body).status_code == 202
    redress.inbound.work()
    states = [(state, reason) for _, state, reason, _ in redress.inbound.store.counts()]
    assert states == [("quarantined", "malformed")]


def test_a_nul_in_what_a_carrier_is_called_stops_no_other_message(
    client: TestClient[Litestar], redress: Redress
) -> None:
    odd = push(PICKED_UP)
    odd["lastResult"]["com"] = "yuan\0tong"
    leave(client, odd, source="kuaidi100")
    leave(client, PLACED)
    redress.inbound.work()
    states = [state for _, state, _, _ in redress.inbound.store.counts()]
    assert sorted(states) == ["quarantined", "translated"]


def test_a_bad_signature_leaves_no_trace_but_a_metric(
    client: TestClient[Litestar], redress: Redress
) -> None:
    response = leave(client, PLACED, secret="guessed")  # noqa: S106  # as the test says
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert response.json()["code"] == "bad_signature"
    assert redress.inbound.store.counts() == []
    metrics = client.get("/metrics").text
    assert 'redress_inbound_rejected_total{source="doudian"} 1.0' in metrics


def test_the_description_shows_a_message_that_is_taken(
    client: TestClient[Litestar], redress: Redress
) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/v1/inbound/{source}"]
    content = operation["post"]["requestBody"]["content"]["application/json"]
    assert leave(client, content["examples"]["doudian"]["value"]).status_code == 202
    redress.inbound.work()
    assert [state for _, state, _, _ in redress.inbound.store.counts()] == [
        "translated"
    ]


def test_an_unknown_source_is_404(client: TestClient[Litestar]) -> None:
    response = leave(client, PLACED, source="amazon")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_a_body_beyond_a_megabyte_is_413(client: TestClient[Litestar]) -> None:
    response = leave(client, b"[" + b" " * 1_000_000 + b"]")
    assert response.status_code == 413
    assert response.json()["code"] == "body_too_large"


def test_a_carrier_hears_its_own_words_of_success(client: TestClient[Litestar]) -> None:
    response = leave(client, push(PICKED_UP), source="kuaidi100")
    assert (response.json()["result"], response.json()["returnCode"]) == (True, "200")


def test_no_token_is_asked_for_and_the_order_is_there_afterwards(
    client: TestClient[Litestar], redress: Redress
) -> None:
    leave(client, PLACED)
    assert redress.inbound.work() == 1
    order_id = redress.orders.id_of(f"order:doudian:{ORDER}", "doudian", ORDER)
    assert len(redress.store.load([order_id]).histories[order_id]) == 1
