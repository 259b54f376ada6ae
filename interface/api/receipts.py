"""How a receipt reads over HTTP: the body, the version, the position, if it is new."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from litestar import Response
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


def receipt_answer(
    receipt: Receipt, status: int = 200, location: str | None = None
) -> Response[ReceiptBody]:
    """Return the receipt as an answer; a repeat is the first answer, and says so."""
    headers = {"Redress-Position": receipt.position, "ETag": f'"{receipt.version}"'}
    if receipt.repeated:
        headers["Idempotency-Replayed"] = "true"
    if location is not None:
        headers["Location"] = location
    return Response(receipt_body(receipt), status_code=status, headers=headers)


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
