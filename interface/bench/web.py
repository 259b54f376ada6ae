"""A command over HTTP: a token, a key, a commit; both sides behind the same server."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from uuid import uuid4

import psycopg
from msgspec import json
from msgspec.structs import replace

from application.event_store.dispatcher import Dispatcher
from application.event_store.postgres import PostgresEventStore
from application.orders import Orders, context_for
from application.policies import shipped_policies
from domain.events import ALL_EVENTS
from interface.bench.catch_up import story
from interface.bench.ground import Ground
from interface.bench.http_client import Seen, Told
from interface.bench.measure import (
    STOCK,
    Contest,
    Measure,
    Sample,
    Wrong,
    expect,
    per_second,
)
from interface.bench.ours import BATCH, our_dispatcher, our_store
from interface.bench.stock import check_stock, environment, stock
from interface.clock import now
from interface.home import open_log
from interface.settings import Settings, environment_with
from interface.tokens import open_tokens

START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
POLL_SECONDS: Final = 0.05
FIRST_SECONDS: Final = 0.5
# Of an order's story: placed, paid, shipped.
BEFORE_SCANS: Final = 3
STOCK_CONNECTIONS: Final = 16
SCAN: Final = '{"parcel":"%s","scan":"{key}","code":"in_transit","region":"330100"}'
STOCK_SCAN: Final = (
    '{"code":"in_transit","facility":"hangzhou-hub-03","region":"330100",'
    '"vehicle":"zhe-A-48213"}'
)

Targets = Sequence[tuple[str, str]]


class Front:
    """A server, and what its callers were answered."""

    def __init__(self, port: int, token: str, targets: Targets, ground: Ground) -> None:
        self._told = Told(
            port=port,
            token=token,
            targets=targets,
            connections=ground.sizes.connections,
            seconds=ground.sizes.seconds,
        )
        self.done = 0

    def warm_up(self) -> None:
        """Ask once, alone, for the first answer takes seconds; then a whole round."""
        self._asked(replace(self._told, connections=1, seconds=FIRST_SECONDS))
        self.round()

    def round(self) -> Sample:
        """Return requests a second. Raises Wrong for any that is not answered well."""
        return self._asked(self._told)

    def _asked(self, told: Told) -> Sample:
        ended = subprocess.run(  # our own program
            [sys.executable, "-m", "interface.bench.http_client"],
            input=json.encode(told),
            stdout=subprocess.PIPE,
            check=True,
        )
        seen = json.decode(ended.stdout, type=Seen)
        self.done += len(seen.waits)
        if seen.others:
            raise Wrong(f"{seen.others} requests failed, as {seen.first_other}")
        return Sample(per_second(len(seen.waits), seen.seconds), seen.waits)


@contextmanager
def served(
    words: Sequence[str], changes: Mapping[str, str], port: int, log: Path
) -> Iterator[None]:
    """Have a server running, from when it is ready until it has stopped."""
    with open_log(log) as out:
        process = subprocess.Popen(  # noqa: S603  # our own programs
            [sys.executable, "-m", *words],
            env=environment_with(**changes),
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(port, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once it is ready. Raises Wrong if it ended, or never is."""
    until = monotonic() + START_SECONDS
    while monotonic() < until and process.poll() is None:
        with suppress(OSError):
            if is_ready(port):
                return
        sleep(POLL_SECONDS)
    raise Wrong(f"The server did not start: {log.read_text()[-300:]}")


def is_ready(port: int) -> bool:
    """Ask whether a server is ready. Raises OSError if there is none."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    with closing(asked) as connection:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def orders_on_the_way(
    store: PostgresEventStore, dispatcher: Dispatcher, count: int
) -> Targets:
    """Tell so many orders up to their shipping; return where to post their scans."""
    orders = Orders(store, dispatcher, shipped_policies())
    asks, targets = [], []
    for number in range(count):
        order_id = orders.id_of(f"consumer-{number // 4}", "douyin", f"N-{number}")
        told = zip(range(BEFORE_SCANS), story(number, now()), strict=False)
        for _, (command, at) in told:
            context = context_for(
                uuid4(), command, actor="feed", asked_at=now(), occurred_at=at
            )
            asks.append(orders.ask(order_id, command, context))
        targets.append((f"/v1/orders/{order_id}/scans", SCAN % f"SF{number:012}"))
    for first in range(0, len(asks), BATCH):
        for answer in dispatcher.handle(asks[first : first + BATCH]):
            if isinstance(answer, Exception):
                raise answer
    return targets


@contextmanager
def web(ground: Ground) -> Iterator[Contest]:
    """Our own server as it is served, and the stock application behind another."""
    count, home = ground.sizes.orders, ground.folder / "web"
    token = open_tokens(Settings(home=home)).issue("service", "carrier-feed")
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("web_ours"))
        with our_store(urls, ALL_EVENTS) as store, our_dispatcher(store) as dispatcher:
            targets = orders_on_the_way(store, dispatcher, count)
        port = free_port()
        changes = {
            "REDRESS_HOME": str(home),
            "REDRESS_HTTP_PORT": str(port),
            "DATABASE_WRITER_URL": urls.writer,
            "DATABASE_PROJECTOR_URL": urls.projector,
            "DATABASE_READER_URL": urls.reader,
            "DATABASE_KEYS_URL": urls.keys,
        }
        words = ("interface.cli.main", "serve", "--quiet")
        open_.enter_context(served(words, changes, port, home / "logs" / "web.log"))
        before = commands(urls.owner)
        ours = Front(port, token, targets, ground)

        url = open_.enter_context(ground.bare("web_stock"))
        with stock(url) as application:
            theirs = application.announce(count)
        port = free_port()
        changes = {"REDRESS_HOME": str(home), **environment(url, STOCK_CONNECTIONS)}
        program = ("interface.bench.stock_web", str(port))
        open_.enter_context(served(program, changes, port, home / "logs" / "stock.log"))
        paths = [(f"/parcels/{each}/scans", STOCK_SCAN) for each in theirs]
        peer = Front(port, token, paths, ground)

        def check() -> None:
            expect("commands by HTTP", commands(urls.owner) - before, ours.done)
            check_stock(url, count + peer.done)

        ours.warm_up()
        peer.warm_up()
        yield Contest(
            ours=ours.round,
            peer=peer.round,
            check=check,
            notes=(
                f"{ground.sizes.connections} connections, one worker each",
                f"ours scans orders; stock parcels, on {STOCK_CONNECTIONS} connections",
            ),
        )


def commands(url: str) -> int:
    """Return how many commands took effect."""
    with psycopg.connect(url) as owner:
        row = owner.execute("SELECT count(*) FROM store.command").fetchone()
    return int(row[0]) if row else 0


MEASURES: Final = (
    Measure(
        word="http",
        title="HTTP: one command POST with auth, idempotency and commit",
        unit="requests/s",
        peer=f"{STOCK} behind Litestar",
        open=web,
        floor=4,
        aim=8,
    ),
)
