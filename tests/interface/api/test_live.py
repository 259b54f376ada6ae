"""The timeline as it grows, over a real server: in order, once, and on from there."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest

from interface.bootstrap import Redress
from interface.serving import STOP_SECONDS
from interface.tokens import LEEWAY_SECONDS
from tests.interface.api.conftest import MONDAY, ORDER, PAYMENT, Caller
from tests.interface.served import served

PATIENCE_SECONDS = 20.0


class Message(NamedTuple):
    """One server-sent event."""

    event: str
    id: str
    data: Any


class Server(NamedTuple):
    """Where it is, and a token of the consumer."""

    url: str
    token: str
    process: subprocess.Popen[bytes]


@pytest.fixture
def server(redress: Redress, tmp_path: Path) -> Iterator[Server]:
    """Serve the test's own database with granian, as ``redress serve`` does."""
    token = redress.tokens.issue("consumer", "li-mei")
    with served(tmp_path, redress.urls) as api:
        yield Server(api.url, token, api.process)


@contextmanager
def following(
    server: Server, last: str | None = None, consumer: str = "li-mei"
) -> Iterator[Iterator[Message]]:
    """Follow the timeline, from now or behind a message."""
    headers = {"Authorization": f"Bearer {server.token}"}
    if last is not None:
        headers["Last-Event-ID"] = last
    url = f"{server.url}/v1/consumers/{consumer}/timeline/live"
    with httpx.stream(
        "GET", url, headers=headers, timeout=PATIENCE_SECONDS
    ) as response:
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield messages(response)


def messages(response: httpx.Response) -> Iterator[Message]:
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif fields:
            data = msgspec.json.decode(fields["data"])
            yield Message(fields["event"], fields["id"], data)
            fields = {}


def test_what_happens_is_told_in_order_and_taken_up_again_where_it_broke_off(
    server: Server,
    feed: Caller,
    order: str,
    project: Callable[[], None],
) -> None:
    project()
    with following(server) as told:
        ready = next(told)
        assert ready.event == "ready"
        feed.post(f"{order}/stock", Occurred_At=MONDAY)
        feed.post(f"{order}/parcels", {"parcel": "SF1"}, Occurred_At=MONDAY)
        project()
        first, second = next(told), next(told)
    assert [first.event, second.event] == ["entry", "entry"]
    assert first.data["code"] == "order.stock_confirmed"
    assert second.data["code"] == "order.parcel_shipped"
    assert position(ready) < position(first) < position(second)

    feed.post(f"{order}/deliveries", {"parcel": "SF1"}, Occurred_At=MONDAY)
    project()
    with following(server, first.id) as told:
        again, missed = next(told), next(told)
        codes = {next(told).data["code"]}
        while "order.parcel_delivered" not in codes:
            codes.add(next(told).data["code"])
    assert again.event == "ready"
    assert again.id == first.id
    assert missed.data == second.data
    assert "order.stock_confirmed" not in codes, "it was told before"
    nobody_follows(server)


def test_a_stream_cannot_be_taken_up_at_yesterday_nor_by_a_stranger(
    server: Server,
) -> None:
    headers = {
        "Authorization": f"Bearer {server.token}",
        "Last-Event-ID": "yesterday",
    }
    url = f"{server.url}/v1/consumers/li-mei/timeline/live"
    lost = httpx.get(url, headers=headers)
    assert lost.status_code == 400
    assert lost.json()["errors"][0]["field"] == "Last-Event-ID"
    del headers["Last-Event-ID"]
    others = url.replace("li-mei", "wang")
    assert httpx.get(others, headers=headers).status_code == 404


def test_what_is_theirs_no_longer_is_followed_no_longer(
    server: Server, feed: Caller, agent: Caller, project: Callable[[], None]
) -> None:
    one = {"other": "guest-42", "basis": "guest_login"}
    linked = feed.post("/v1/consumers/li-mei/links", one)
    assert linked.status_code == 200, linked.text
    project()
    with following(server, consumer="guest-42") as told:
        assert next(told).event == "ready"
        unlinked = agent.post(
            "/v1/consumers/li-mei/unlinks",
            {"other": "guest-42"},
            If_Match=linked.headers["ETag"],
        )
        assert unlinked.status_code == 200, unlinked.text
        project()
        placed = feed.post("/v1/orders", ORDER, Occurred_At=MONDAY)
        assert placed.status_code == 201, placed.text
        project()
        codes = {each.data["code"] for each in told}
    assert codes <= {"consumer.unlinked"}, "it ends, and says nothing more of li-mei"


def test_what_happened_under_a_newly_linked_name_is_not_left_out(
    server: Server, feed: Caller, project: Callable[[], None]
) -> None:
    """A name whose link was told while nobody listened is told since that link."""
    before = ORDER | {"consumer": "guest-42", "number": "A-1"}
    since = ORDER | {"consumer": "guest-42", "number": "A-2"}
    assert feed.post("/v1/orders", before, Occurred_At=MONDAY).status_code == 201
    project()
    with following(server) as told:
        last = next(told).id
    one = {"other": "guest-42", "basis": "guest_login"}
    assert feed.post("/v1/consumers/li-mei/links", one).status_code == 200
    placed = feed.post("/v1/orders", since, Occurred_At=MONDAY)
    feed.post(f"{placed.headers['Location']}/payments", PAYMENT, Occurred_At=MONDAY)
    project()
    with following(server, last) as told:
        assert next(told).event == "ready"
        codes = [next(told).data["code"]]
        while not {"order.payment_captured", "consumer.linked"} <= set(codes):
            codes.append(next(told).data["code"])
    assert codes.count("order.placed") == 1, "the order before the link is no news"


def test_a_stream_lasts_no_longer_than_its_token(
    server: Server, redress: Redress, project: Callable[[], None]
) -> None:
    project()
    nearly_over = (2 - LEEWAY_SECONDS) / 3600
    token = redress.tokens.issue("consumer", "li-mei", hours=nearly_over)
    with following(server._replace(token=token)) as told:
        assert [each.event for each in told] == ["ready"]


def test_a_server_that_stops_waits_for_no_follower(
    server: Server, project: Callable[[], None]
) -> None:
    project()
    with following(server) as told:
        assert next(told).event == "ready"
        server.process.terminate()
        assert list(told) == []
        assert server.process.wait(STOP_SECONDS / 2) == 0


def nobody_follows(server: Server) -> None:
    """Return once the server has noticed that all readers have gone."""
    until = time.monotonic() + PATIENCE_SECONDS
    while "redress_live_streams 0.0" not in httpx.get(f"{server.url}/metrics").text:
        assert time.monotonic() < until, "a reader that has gone is still counted"


def position(message: Message) -> int:
    """Return how far the only partition of this consumer was shown."""
    return int(message.id.partition(".")[2])
