"""How a gateway is called over HTTP: once, no redirects, over within 15 seconds.

Addresses are an operator's own setting and may lie in the same house; secrets go over
https, or to this very machine.
"""

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from application.effects.ports import SECONDS_MAX, NotSent, Unclear

ANSWER_BYTES_MAX: Final = 1_000_000
AGENT: Final = "Redress-Effects/1"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Reply(Struct, frozen=True):
    """What came back: a status and a body."""

    status: int
    body: bytes


def safe_address(url: str) -> bool:
    """Whether secrets may be sent there: over https, or to this machine."""
    parts = urlsplit(url)
    near = parts.hostname in LOOPBACK
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and near)
    )


def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    seconds: float = SECONDS_MAX,
) -> Reply | NotSent | Unclear:
    """Return what came back, or why nothing did.

    What failed before the connection stood was certainly not sent; after that nobody
    knows.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: HTTPConnection = (
        HTTPSConnection(host, port, timeout=seconds, context=TLS)
        if parts.scheme == "https"
        else HTTPConnection(host, port, timeout=seconds)
    )
    try:
        connection.connect()
    except (OSError, HTTPException):
        return NotSent("not_reached")
    cut = Timer(seconds, lambda: end(connection))
    cut.daemon = True
    cut.start()
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request(
            method, target, body, {**headers, "User-Agent": AGENT, "Accept": "*/*"}
        )
        answer = connection.getresponse()
        read = answer.read(ANSWER_BYTES_MAX + 1)
    except (OSError, HTTPException, ValueError):
        return Unclear("no_answer")
    finally:
        cut.cancel()
        connection.close()
    if len(read) > ANSWER_BYTES_MAX:
        return Unclear("answer_too_long")
    return Reply(answer.status, read)


def end(connection: HTTPConnection) -> None:
    """End it from another thread: one byte now and then buys no more time."""
    held = connection.sock
    if held is not None:
        try:
            held.shutdown(2)
        except OSError:
            return  # It had ended by itself.


TLS: Final = ssl.create_default_context()
