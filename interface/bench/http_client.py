"""A program of its own: connections that post, wait for the answer, and post again.

What it is to do comes in as JSON, what it saw goes out as JSON. It reads no more of an
answer than how it ends, so that what is measured is the server.
"""

import asyncio
import sys
from collections.abc import Sequence
from itertools import count
from time import perf_counter
from typing import Final

from msgspec import Struct, json

HEAD_END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"


class Told(Struct, frozen=True, kw_only=True):
    """Where to, as whom, and what; a ``{key}`` in a body is another each time."""

    port: int
    token: str
    targets: Sequence[tuple[str, str]]
    connections: int
    seconds: float


class Seen(Struct, kw_only=True):
    """What was answered with yes, and how long it took; what else, and the first."""

    waits: list[float]
    seconds: float = 0.0
    others: int = 0
    first_other: str = ""


class Caller(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(
        self, told: Told, seen: Seen, until: float, keys: "count[int]"
    ) -> None:
        self._told, self._seen, self._until, self._keys = told, seen, until, keys
        self._answer = b""
        self._asked = 0.0
        self._transport: asyncio.Transport | None = None
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport), "it is a connection"
        self._transport = transport
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; nobody answers any more."""
        del exc
        if not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer; after the last, ask again."""
        self._answer += data
        head, end, body = self._answer.partition(HEAD_END)
        if not end or len(body) < length_in(head):
            return
        if head.startswith(b"HTTP/1.1 2"):
            self._seen.waits.append(perf_counter() - self._asked)
        else:
            self._seen.others += 1
            self._seen.first_other = self._seen.first_other or self._answer.decode()
        self._answer = b""
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None, "it is connected"
        self._asked = perf_counter()
        if self._asked >= self._until:
            self._transport.close()
            return
        number = next(self._keys)
        path, template = self._told.targets[number % len(self._told.targets)]
        key = f"{self._told.port}-{int(self._until * 1e6)}-{number}"
        body = template.replace("{key}", key)
        self._transport.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self._told.token}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
        )


def length_in(head: bytes) -> int:
    """Return how long the body is that follows."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(LENGTH):
            return int(line[len(LENGTH) :])
    return 0


async def called(told: Told) -> Seen:
    """Let all connections ask for as long as they are told to."""
    loop, seen, keys = asyncio.get_running_loop(), Seen(waits=[]), count()
    begun = perf_counter()
    until = begun + told.seconds
    callers = [
        await loop.create_connection(
            lambda: Caller(told, seen, until, keys), "127.0.0.1", told.port
        )
        for _ in range(told.connections)
    ]
    for _, caller in callers:
        await caller.done
    seen.seconds = perf_counter() - begun
    return seen


if __name__ == "__main__":
    asked = json.decode(sys.stdin.buffer.read(), type=Told)
    sys.stdout.buffer.write(json.encode(asyncio.run(called(asked))))
