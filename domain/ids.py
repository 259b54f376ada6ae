"""Ids that say where they belong: the partition of a consumer inside a UUIDv8.

An aggregate id is 48 bits, the version, 12 bits of partition, the variant and 62 bits
(RFC 9562, section 5.8). An id made from an outside name takes its 110 free bits from
SHA-256, so that the same name of the same consumer always gives the same id.
"""

from functools import lru_cache
from hashlib import sha256
from uuid import UUID

PARTITIONS_MAX = 4096
LOW_BITS = 62
HIGH_BITS = 48
# Whoever looks at an order asks for the same few ids again and again.
KEPT_MAX = 10_000


def partition_of(name: str, partitions: int) -> int:
    """Return the partition of a consumer, or of a stream that belongs to none.

    The first 8 bytes of SHA-256(name), modulo the number of partitions.
    """
    return int.from_bytes(sha256(name.encode()).digest()[:8]) % partitions


def compose(high: int, partition: int, low: int) -> UUID:
    """Return the UUIDv8 of 48 high bits, a partition and 62 low bits."""
    assert 0 <= partition < PARTITIONS_MAX, "a partition has 12 bits"
    value = (high & (1 << HIGH_BITS) - 1) << 80
    value |= 0x8 << 76 | partition << 64 | 0b10 << 62
    return UUID(int=value | low & (1 << LOW_BITS) - 1)


@lru_cache(KEPT_MAX)
def id_from_name(partition: int, kind: str, source: str, name: str) -> UUID:
    """Return the id that this outside name always gives in this partition."""
    parts = (part.encode() for part in (kind, source, name))
    digest = sha256(b"".join(len(part).to_bytes(4) + part for part in parts)).digest()
    return compose(int.from_bytes(digest[:6]), partition, int.from_bytes(digest[6:14]))


def random_id(partition: int, milliseconds: int, randomness: int) -> UUID:
    """Return a fresh id of a moment, in milliseconds since 1970, and given dice."""
    return compose(milliseconds, partition, randomness)


def partition_in(aggregate_id: UUID) -> int:
    """Return the partition that an aggregate id carries."""
    return aggregate_id.int >> 64 & PARTITIONS_MAX - 1
