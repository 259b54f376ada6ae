"""Columns as PostgreSQL sends arrays, each packed in one go.

psycopg asks every element who it is. Whoever writes one kind of thing knows, and gets
away with half of the time; https://www.postgresql.org/docs/current/protocol.html has
an array begin with its dimensions, its flags, the type of its elements, its length and
its first index, and then each element behind its length, all in 4 bytes, most
significant first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct, pack
from typing import Final
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

HEAD: Final = Struct("!iiIii").pack
SIZE: Final = Struct("!i").pack
OF_4: Final = Struct("!ii").pack
OF_8: Final = Struct("!iq").pack
OF_16: Final = SIZE(16)
OIDS: Final = {
    kind: psycopg.adapters.types[kind].oid
    for kind in ("int2", "int4", "int8", "uuid", "text", "bytea", "timestamptz")
}
NULL: Final = SIZE(-1)

# What PostgreSQL counts microseconds from.
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Packed(bytes):
    """An array, packed. The statement casts it to its type."""

    __slots__ = ()


class PackedDumper(Dumper):
    """Hands on what is packed already."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> Packed:
        """Return the very bytes."""
        return obj


psycopg.adapters.register_dumper(Packed, PackedDumper)


def small_integers(values: Sequence[int]) -> Packed:
    """Return a smallint[]."""
    return integers("int2", "ih", 2, values)


def usual_integers(values: Sequence[int]) -> Packed:
    """Return an integer[]."""
    return integers("int4", "ii", 4, values)


def optional_integers(values: Sequence[int | None]) -> Packed:
    """Return an integer[] in which some may be NULL."""
    packed = [NULL if value is None else OF_4(4, value) for value in values]
    return array("int4", len(packed), b"".join(packed), nulls=True)


def big_integers(values: Sequence[int]) -> Packed:
    """Return a bigint[]."""
    return integers("int8", "iq", 8, values)


def integers(kind: str, each: str, size: int, values: Sequence[int]) -> Packed:
    """Return an array of integers, each of ``size`` bytes and packed as ``each``."""
    count = len(values)
    fields = [size] * (2 * count)
    fields[1::2] = values
    return array(kind, count, pack("!" + each * count, *fields))


def ids(values: Sequence[UUID]) -> Packed:
    """Return a uuid[]."""
    packed = [OF_16 + value.int.to_bytes(16) for value in values]
    return array("uuid", len(packed), b"".join(packed))


def texts(values: Sequence[str]) -> Packed:
    """Return a text[]."""
    encoded = [value.encode() for value in values]
    packed = [SIZE(len(value)) + value for value in encoded]
    return array("text", len(packed), b"".join(packed))


def times(values: Sequence[datetime | None]) -> Packed:
    """Return a timestamptz[]; raises TypeError for a time without a zone."""
    told = [value for value in values if value is not None]
    since = [(value - EPOCH) // MICROSECOND for value in told]
    if len(told) == len(values):
        return integers("timestamptz", "iq", 8, since)
    each = iter(since)
    packed = [NULL if value is None else OF_8(8, next(each)) for value in values]
    return array("timestamptz", len(packed), b"".join(packed), nulls=True)


def blobs(values: Sequence[bytes]) -> Packed:
    """Return a bytea[]."""
    packed = [SIZE(len(value)) + value for value in values]
    return array("bytea", len(packed), b"".join(packed))


def array(kind: str, count: int, elements: bytes, *, nulls: bool = False) -> Packed:
    """Return an array of so many elements; one without any has no dimension."""
    if not count:
        return Packed(HEAD(0, 0, OIDS[kind], 0, 0)[:12])
    return Packed(HEAD(1, nulls, OIDS[kind], count, 1) + elements)
