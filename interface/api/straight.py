"""Commands to orders that are well said, answered as soon as they have been read.

For a request the framework reads the body twice, asks for what its handler depends on,
checks what it is called with and makes a response; that took a third of a command. So
it is asked only for what it alone knows: to refuse with all its reasons whatever is not
well said. Its handler does the same as is done here.
"""

from collections.abc import Callable, Mapping
from typing import Final, cast
from uuid import UUID

from litestar.types import ASGIApp, Receive, ReceiveMessage, Scope, Send

from application.projections.persons import PersonQueries
from interface.api.auth import actor_now
from interface.api.context import asked
from interface.api.order_commands import (
    DOOR,
    Desks,
    Door,
    Said,
    answered,
    understood,
)
from interface.api.receipts import receipt_messages

# As the parameters of ``asked`` stand.
HEADERS: Final = (b"idempotency-key", b"if-match", b"occurred-at", b"correlation-id")

# What is longer, or too long, is for the framework.
SHORT_BYTES_MAX: Final = 100_000


def straight(desks: Desks, persons: PersonQueries) -> Callable[[ASGIApp], ASGIApp]:
    """Return the layer, the innermost of all, that answers what is well said."""

    def layer(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            door = scope["route_handler"].opt.get(DOOR)
            if door is None:
                await app(scope, receive, send)
                return
            message = await receive()
            said = well_said(scope, message, door)
            if said is None:
                await app(scope, repeating(message, receive), send)
                return
            actor = await actor_now(said.actor, persons)
            receipt = await answered(said._replace(actor=actor), desks)
            for each in receipt_messages(receipt):
                await send(each)

        return answer

    return layer


def well_said(scope: Scope, message: ReceiveMessage, door: Door) -> Said | None:
    """Return what is said in this first message; None if there is anything to it."""
    if message["type"] != "http.request":
        return None
    raw, headers = message.get("body", b""), list(scope["headers"])
    told = dict(headers)
    if len(raw) > SHORT_BYTES_MAX or len(told) < len(headers):
        return None  # It is long, or something is said twice.
    values = (told.get(name) for name in HEADERS)
    words = (None if value is None else value.decode("latin-1") for value in values)
    try:
        if message.get("more_body") and said_long(told) != len(raw):
            return None  # It comes in pieces.
        order_id = cast("UUID", scope["path_params"]["order_id"])
        return understood(scope["user"], asked(*words), raw, door, order_id)
    except Exception:  # noqa: BLE001  # whatever it is, the framework will say it
        return None


def said_long(headers: Mapping[bytes, bytes]) -> int | None:
    """Return how long a body was said to be: the server may not tell that it ended."""
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else None


def repeating(message: ReceiveMessage, receive: Receive) -> Receive:
    """Return what receives this message again, and then goes on."""
    first = [message]

    async def received() -> ReceiveMessage:
        return first.pop() if first else await receive()

    return received
