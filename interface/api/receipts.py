"""How a receipt reads over HTTP: the body, the version, the position, if it is new."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID

import msgspec
from litestar import Response
from litestar.types import Message, Receive, Scope, Send
from msgspec import Struct

from application.event_store.envelope import Receipt


class ReceiptBody(Struct, frozen=True, kw_only=True):
    """What was written, where it stands, and the proof of it.

    ``position`` is the token to hand to ``at_least`` of a read that must show it;
    ``leaves`` are the SHA-256 leaf hashes of the events written, in hex.
    """

    stream_id: UUID
    version: int
    position: str
    leaves: tuple[str, ...]


class ReceiptResponse(Response[ReceiptBody]):
    """A receipt on its way out.

    The framework's own response asks of every answer what is the same for all of
    these: how it is encoded, which cookies and defaults join it, what follows it. That
    took a tenth of a command.
    """

    def to_asgi_response(self, *_: Any, **__: Any) -> Any:
        """Return what sends it."""
        status = self.status_code or HTTPStatus.OK
        messages = messages_of(status, self.headers, self.content)

        async def send_it(_scope: Scope, _receive: Receive, send: Send) -> None:
            for each in messages:
                await send(each)

        return send_it


def messages_of(
    status: int, headers: Mapping[str, str], body: ReceiptBody
) -> tuple[Message, Message]:
    """Return how an answer with a receipt goes out."""
    encoded = msgspec.json.encode(body)
    told = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    told += [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(encoded)),
    ]
    return (
        {"type": "http.response.start", "status": status, "headers": told},
        {"type": "http.response.body", "body": encoded, "more_body": False},
    )


def receipt_answer(
    receipt: Receipt, status: int = 200, location: str | None = None
) -> Response[ReceiptBody]:
    """Return the receipt as an answer; a repeat is the first answer, and says so."""
    headers = receipt_headers(receipt)
    if location is not None:
        headers["Location"] = location
    return ReceiptResponse(receipt_body(receipt), status_code=status, headers=headers)


def receipt_messages(receipt: Receipt) -> tuple[Message, Message]:
    """Return the same, as it goes out, for whoever answers without the framework."""
    return messages_of(HTTPStatus.OK, receipt_headers(receipt), receipt_body(receipt))


def receipt_headers(receipt: Receipt) -> dict[str, str]:
    """Return what of a receipt stands in the headers."""
    headers = {"Redress-Position": receipt.position, "ETag": f'"{receipt.version}"'}
    if receipt.repeated:
        headers["Idempotency-Replayed"] = "true"
    return headers


def receipt_body(receipt: Receipt) -> ReceiptBody:
    """Return a receipt as it is told."""
    return ReceiptBody(
        stream_id=receipt.stream_id,
        version=receipt.version,
        position=receipt.position,
        leaves=receipt.leaves,
    )


class Versioned(Protocol):
    """What was read of a stream, and how many events say so."""

    @property
    def version(self) -> int:
        """The version it stands at."""
        ...


def versioned(body: Any, known: Versioned) -> Response[Any]:
    """Return what was read, its version as the ETag."""
    return Response(body, headers={"ETag": f'"{known.version}"'})


def utc(moment: datetime) -> str:
    """Return a moment as the API writes it: UTC, with a Z."""
    return moment.isoformat().replace("+00:00", "Z")
