"""Commands to orders, however they are said: the same answer, and the same line."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from structlog.testing import capture_logs

from interface.api.app import BODY_BYTES_MAX
from interface.bootstrap import Redress
from tests.interface.api.conftest import PAYMENT, Caller
from tests.interface.api.test_problems import problem

Headers = Sequence[tuple[bytes, bytes]]


class Told:
    """An answer as it went out."""

    def __init__(self, start: Any, body: Any) -> None:
        self.status: int = start["status"]
        self.headers = {name.lower(): value for name, value in start["headers"]}
        self.body = msgspec.json.decode(body["body"])


def post(
    api: Litestar, path: str, pieces: Sequence[bytes], headers: Headers, *, ended: bool
) -> Told:
    """Post a body in so many pieces; ``ended``: the last says that it is the last."""
    sent: list[Any] = []
    said: list[Any] = [
        {"type": "http.request", "body": each, "more_body": True} for each in pieces
    ]
    if ended:
        said[-1]["more_body"] = False
    else:
        said.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Any:
        return said.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": list(headers),
    }
    asyncio.run(api(scope, receive, send))
    start, body = sent
    return Told(start, body)


@pytest.fixture
def token(redress: Redress) -> bytes:
    return redress.tokens.issue("service", "shop-feed").encode()


@pytest.fixture
def api(client: TestClient[Litestar]) -> Litestar:
    app: Litestar = client.app
    return app


def headers(token: bytes, key: bytes, body: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (b"authorization", b"Bearer " + token),
        (b"idempotency-key", key),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
    ]


def paid(name: str) -> bytes:
    return msgspec.json.encode(PAYMENT | {"payment": name})


@pytest.mark.parametrize("ended", [True, False])
def test_a_command_is_taken_whole_or_in_pieces_and_asked_twice_is_asked_once(
    api: Litestar, order: str, token: bytes, *, ended: bool
) -> None:
    body, where = paid("p-2"), f"{order}/payments"
    asked = headers(token, b"once", body)
    first = post(api, where, [body], asked, ended=ended)
    again = post(api, where, [body[:9], body[9:]], asked, ended=ended)
    assert (first.status, again.status) == (200, 200)
    assert b"idempotency-replayed" not in first.headers
    assert again.headers.pop(b"idempotency-replayed") == b"true"
    assert again.headers == first.headers
    assert again.body == first.body
    assert first.headers[b"etag"] == b'"%d"' % first.body["version"]


def test_what_follows_a_command_is_read_before_it_is_taken(
    api: Litestar, order: str, token: bytes
) -> None:
    asked = headers(token, b"once", paid("p-2") + b"!")
    told = post(api, f"{order}/payments", [paid("p-2"), b"!"], asked, ended=True)
    assert (told.status, told.body["code"]) == (400, "malformed")


def test_a_body_that_is_too_long_is_refused_though_it_could_be_read(
    api: Litestar, order: str, token: bytes
) -> None:
    body = paid("p-2") + b" " * BODY_BYTES_MAX
    asked = headers(token, b"once", body)
    told = post(api, f"{order}/payments", [body], asked, ended=True)
    assert (told.status, told.body["code"]) == (413, "body_too_large")


def test_of_a_key_that_is_said_twice_the_same_one_counts_however_it_comes(
    api: Litestar, order: str, token: bytes
) -> None:
    body, where = paid("p-2"), f"{order}/payments"
    asked = [*headers(token, b"first", body), (b"idempotency-key", b"second")]
    taken = post(api, where, [body[:9], body[9:]], asked, ended=True)
    again = post(api, where, [body], asked, ended=True)
    assert (taken.status, again.status) == (200, 200)
    assert b"idempotency-replayed" in again.headers


def test_whatever_is_ill_said_is_refused_with_all_its_fields(
    feed: Caller, order: str
) -> None:
    answer = feed.post(f"{order}/scans", {"scan": 7, "code": "gone"})
    document = problem(answer, 400, "invalid")
    assert {each["field"] for each in document["errors"]} >= {"scan"}


# -- What is left of a request: one line, and its count --


@pytest.fixture
def counted(client: TestClient[Litestar]) -> Callable[[str], float]:
    """Return how often something is counted, from the measures as they are shown."""

    def count(measure: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        found = [line for line in lines if line.startswith(measure + " ")]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    return count


def test_a_request_leaves_one_line_and_its_counts(
    feed: Caller, order: str, counted: Callable[[str], float]
) -> None:
    route = "/v1/orders/{order_id}/payments"
    command = 'redress_commands_total{command="CapturePayment",outcome="%s"}'
    requests = (
        f'redress_http_requests_total{{method="POST",route="{route}",status="200"}}'
    )
    before = [counted(each) for each in (command % "accepted", requests)]
    payment = PAYMENT | {"payment": "p-2"}
    with capture_logs() as lines:
        answer = feed.post(f"{order}/payments", payment, key="once")
        feed.post(f"{order}/payments", payment, key="once")
    assert [counted(each) for each in (command % "accepted", requests)] == [
        before[0] + 1,
        before[1] + 2,
    ]
    assert counted(command % "repeated") == 1
    line, _ = lines
    assert isinstance(line.pop("milliseconds"), float)
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "POST",
        "route": route,
        "status": 200,
        "roles": ["service"],
        "command": "CapturePayment",
        "position": answer.headers["Redress-Position"],
    }


def test_a_refusal_leaves_its_line_too(client: TestClient[Litestar]) -> None:
    with capture_logs() as lines:
        client.post("/v1/orders/none/payments")
        client.get("/v1/consumers/li-mei/timeline")
    assert [(each["status"], each["roles"]) for each in lines] == [(404, []), (401, [])]
