"""Gateways on this machine: one that speaks HTTP, and one that takes mail."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Signal
from threading import Thread
from typing import NamedTuple


class Asked(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Gateway:
    """Answers what it was told to, in order."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, bytes]] = []
        self.silent = Signal()
        self.over = Signal()

    def takes(self, asked: Asked) -> tuple[int, bytes]:
        self.asked.append(asked)
        if self.silent.is_set():
            self.over.wait(5)
        return self.answers.pop(0)


@contextmanager
def http_gateway() -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, body)
            status, said = gateway.takes(asked)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing: what came in is kept."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway = Gateway(server.server_port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Mailbox:
    """Takes mail as SMTP has it, and refuses whom it was told to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[str] = []
        self.refuses: int | None = None


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.says("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.partition(" ")[0].upper()
                if word == "RCPT" and mailbox.refuses:
                    self.says(f"{mailbox.refuses} no such person")
                elif word == "DATA":
                    self.says("354 go on")
                    lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                    mailbox.mails.append("".join(lines))
                    self.says("250 taken")
                elif word == "QUIT":
                    self.says("221 bye")
                    return
                else:
                    self.says("250 ok")

        def says(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    mailbox = Mailbox(server.server_address[1])
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield mailbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
