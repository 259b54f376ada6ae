"""Somebody else's system: it receives webhooks, and answers as it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from typing import Any, NamedTuple

from standardwebhooks import Webhook


class Received(NamedTuple):
    """A webhook as it came in."""

    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict[str, Any]:
        """Return the event, if it is signed with this secret; raises otherwise."""
        found: dict[str, Any] = Webhook(secret).verify(self.body, self.headers)
        return found


class Receiver:
    """Answers 204, or the next of the answers it was given."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.port = port
        self.received: list[Received] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self._answered: Signal | None = None

    def answers_next(
        self, status: int, body: bytes = b"", times: int = 1, **headers: str
    ) -> None:
        self.answers += [(status, headers, body)] * times

    def thinks_until(self, answered: Signal) -> None:
        """Answer nothing before that, or for five seconds."""
        self._answered = answered

    def takes(self, received: Received) -> tuple[int, dict[str, str], bytes]:
        self.received.append(received)
        if self._answered is not None:
            self._answered.wait(5)
        return self.answers.pop(0) if self.answers else (204, {}, b"")


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Lend a receiver on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = receiver.takes(
                Received(headers, self.rfile.read(length))
            )
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: what came in is kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
