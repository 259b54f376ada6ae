"""The leaf hash of a stored event: the proof that the row is what was written.

SHA-256(0x00 || row), as the leaves of RFC 6962, section 2.1. The row is each of these
fields behind its length in 4 bytes: the name of this format, partition (2 bytes),
position (8), stream id (16), version (8), type (UTF-8), occurred_at and recorded_at
(microseconds since 1970-01-01 UTC, 8 each), command id (16), actor (UTF-8), correlation
id (16), body. Numbers are signed, most significant byte first.

The function store.leaf of the database says the same; a test holds the two together.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

FORMAT = b"redress-leaf-1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def leaf_hash(  # noqa: PLR0913 - one argument for each column that is proven
    *,
    partition: int,
    position: int,
    stream_id: UUID,
    version: int,
    tag: str,
    body: bytes,
    occurred_at: datetime,
    recorded_at: datetime,
    command_id: UUID,
    actor: str,
    correlation_id: UUID,
) -> bytes:
    """Return the 32 bytes that the database keeps as ``leaf`` of such a row."""
    fields = (
        FORMAT,
        partition.to_bytes(2, signed=True),
        position.to_bytes(8, signed=True),
        stream_id.bytes,
        version.to_bytes(8, signed=True),
        tag.encode(),
        microseconds(occurred_at).to_bytes(8, signed=True),
        microseconds(recorded_at).to_bytes(8, signed=True),
        command_id.bytes,
        actor.encode(),
        correlation_id.bytes,
        body,
    )
    row = b"".join(len(field).to_bytes(4) + field for field in fields)
    return sha256(b"\x00" + row).digest()


def microseconds(moment: datetime) -> int:
    """Return the whole microseconds since 1970-01-01 UTC, without a float between."""
    return (moment - EPOCH) // MICROSECOND
