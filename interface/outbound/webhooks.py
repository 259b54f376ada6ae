"""How a webhook is sent: signed as Standard Webhooks says, once, to a checked address.

Nothing of an answer is kept but its status, no redirect is followed, and whatever the
other side does it is over after 15 seconds.
"""

import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Timer
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from application.webhooks.outward import CloudEvent
from application.webhooks.schedule import Attempt
from interface.outbound.addresses import (
    LookUp,
    NameUnknown,
    NotPublic,
    checked_address,
    looked_up,
)
from interface.signing import signed

SECONDS_MAX: Final = 15.0
ANSWER_BYTES_MAX: Final = 65_536
CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
AGENT: Final = "Redress-Webhooks/1"
PORTS: Final[Mapping[str, int]] = {"https": 443, "http": 80}


class Letter(Struct, frozen=True, kw_only=True):
    """What is sent: where to, under which id, the bytes that are signed."""

    url: str
    id: str
    body: bytes


def letter(url: str, event: CloudEvent) -> Letter:
    """Return an event as it goes to an endpoint; its id is the webhook's."""
    return Letter(url=url, id=event.id, body=msgspec.json.encode(event))


class Postman:
    """Takes a signed letter to its address, and says what came of it.

    ``loopback`` lets it go to this machine, over http: for tests and demonstrations.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        loopback: bool = False,
        look_up: LookUp = looked_up,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        self._now = now
        self._loopback = loopback
        self._look_up = look_up
        self._seconds_max = seconds_max

    def deliver(self, letter: Letter, secrets: Sequence[bytes]) -> Attempt:
        """Send it once. What the other side does wrong is an answer, never raised."""
        headers = {
            **signed(letter.id, letter.body, secrets, self._now()),
            "Content-Type": CONTENT_TYPE,
            "User-Agent": AGENT,
            "Accept": "*/*",
            "Connection": "close",
        }
        began = monotonic()
        try:
            return self._sent(letter, headers)
        except NameUnknown:
            return Attempt(failure="name_unknown")
        except NotPublic:
            return Attempt(failure="address_not_public")
        except ssl.SSLCertVerificationError:
            return Attempt(failure="not_trusted")
        except (OSError, HTTPException, ValueError):
            late = monotonic() - began >= self._seconds_max
            return Attempt(failure="timed_out" if late else "not_reached")

    def _sent(self, letter: Letter, headers: Mapping[str, str]) -> Attempt:
        parts = urlsplit(letter.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        near = self._loopback
        address = checked_address(host, port, self._look_up, loopback=near)
        if parts.scheme != "https" and not near:
            raise NotPublic(host)
        connection = Pinned(host, port, address, self._seconds_max)
        if parts.scheme == "https":
            connection.tls = self._tls
        target = parts.path or "/"
        with connection.within(self._seconds_max):
            connection.request(
                "POST",
                f"{target}?{parts.query}" if parts.query else target,
                body=letter.body,
                headers=dict(headers),
            )
            return answered(connection.getresponse())

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def answered(response: HTTPResponse) -> Attempt:
    """Return what an answer says; of its body only that it is not too long."""
    if len(response.read(ANSWER_BYTES_MAX + 1)) > ANSWER_BYTES_MAX:
        return Attempt(status=response.status, failure="answer_too_long")
    after = response.headers.get("Retry-After", "")
    seconds = int(after) if after.isascii() and after.isdecimal() else None
    good = Attempt(status=response.status, retry_after_seconds=seconds)
    if good.succeeded:
        return good
    return Attempt(
        status=response.status, failure="status", retry_after_seconds=seconds
    )


class Pinned(HTTPConnection):
    """A connection to one address, whatever its name may lead to meanwhile.

    With ``tls`` the certificate is still asked for the name.
    """

    tls: ssl.SSLContext | None = None

    def __init__(self, host: str, port: int, address: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address

    def connect(self) -> None:
        """Connect to the address that was checked."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = plain
        if self.tls is not None:
            self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)

    def within(self, seconds: float) -> "Deadline":
        """Return what ends this connection after so many seconds, whatever it does."""
        return Deadline(self, seconds)

    def cut(self) -> None:
        """End it from another thread: whoever waits for the other side is woken."""
        held = self.sock
        if held is not None:
            try:
                held.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # It had ended by itself.


class Deadline:
    """A block that may take so long: one byte now and then does not buy more time."""

    def __init__(self, connection: Pinned, seconds: float) -> None:
        self._connection = connection
        self._timer = Timer(seconds, connection.cut)
        self._timer.daemon = True

    def __enter__(self) -> None:
        """Begin to count."""
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        """Let it go, and the connection with it."""
        self._timer.cancel()
        self._connection.close()
