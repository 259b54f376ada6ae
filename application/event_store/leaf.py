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

# What every row begins with, up to its partition; what stands before fields of 8 and
# of 16 bytes.
LEAD = b"\x00" + len(FORMAT).to_bytes(4) + FORMAT + (2).to_bytes(4)
OF_8, OF_16 = (8).to_bytes(4), (16).to_bytes(4)


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
    return leaf_of_fields(
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


def leaf_of_fields(  # noqa: PLR0913, PLR0917 - the fields, in the order of the format
    partition: bytes,
    position: bytes,
    stream_id: bytes,
    version: bytes,
    tag: bytes,
    occurred_at: bytes,
    recorded_at: bytes,
    command_id: bytes,
    actor: bytes,
    correlation_id: bytes,
    body: bytes,
) -> bytes:
    """Return the same of fields that are bytes already, as whoever checks a log has."""
    row = (
        LEAD,
        partition,
        OF_8,
        position,
        OF_16,
        stream_id,
        OF_8,
        version,
        len(tag).to_bytes(4),
        tag,
        OF_8,
        occurred_at,
        OF_8,
        recorded_at,
        OF_16,
        command_id,
        len(actor).to_bytes(4),
        actor,
        OF_16,
        correlation_id,
        len(body).to_bytes(4),
        body,
    )
    return sha256(b"".join(row)).digest()


def microseconds(moment: datetime) -> int:
    """Return the whole microseconds since 1970-01-01 UTC, without a float between."""
    return (moment - EPOCH) // MICROSECOND
