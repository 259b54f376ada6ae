"""Columns of rows as PostgreSQL's binary arrays, each packed in one go.

psycopg packs an array too, asking for every value anew how values of its type are
packed. Of a batch of 1,000 rows that took longer than to fold it. What is packed here
is what PostgreSQL's ``array_recv`` reads: how many dimensions (1), whether NULLs are
among the values, the type of a value, how many there are, the first one's number; then
each value after its length, -1 for NULL.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from struct import Struct as Packer
from typing import Any, ClassVar, Final
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

HEADER: Final = Packer(">iiIii").pack
LENGTH: Final = Packer(">i").pack
NUMBER: Final = Packer(">iq").pack
NULL: Final = LENGTH(-1)
TRUE, FALSE = LENGTH(1) + b"\x01", LENGTH(1) + b"\x00"
UUID_LENGTH: Final = LENGTH(16)

# What PostgreSQL counts microseconds from.
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
DAY_US: Final = 86_400_000_000


class Array(bytes):
    """An array as it goes over the wire, of values of the type ``of``."""

    of: ClassVar[str]


class Texts(Array):
    """Goes for text[]."""

    of = "text"


class Numbers(Array):
    """Goes for bigint[], and for any other whole numbers by a cast."""

    of = "int8"


class Uuids(Array):
    """Goes for uuid[]."""

    of = "uuid"


class Times(Array):
    """Goes for timestamptz[]."""

    of = "timestamptz"


class Booleans(Array):
    """Goes for boolean[]."""

    of = "bool"


def texts(values: Sequence[str | None]) -> list[bytes]:
    """Return the texts, each packed once however often it is there."""
    packed: dict[str | None, bytes] = {None: NULL}
    for value in {*values} - {None}:
        assert value is not None, "it was taken out"
        utf8 = value.encode()
        packed[value] = LENGTH(len(utf8)) + utf8
    return [packed[value] for value in values]


def numbers(values: Sequence[int | None]) -> list[bytes]:
    """Return the numbers; raises struct.error beyond 64 bits."""
    return [NULL if value is None else NUMBER(8, value) for value in values]


def uuids(values: Sequence[UUID | None]) -> list[bytes]:
    """Return the UUIDs."""
    return [NULL if value is None else UUID_LENGTH + value.bytes for value in values]


def times(values: Sequence[datetime | None]) -> list[bytes]:
    """Return the moments; raises TypeError for one without a zone."""
    return [NULL if value is None else NUMBER(8, since(value)) for value in values]


def since(moment: datetime) -> int:
    """Return the microseconds since PostgreSQL's epoch."""
    after = moment - EPOCH
    return after.days * DAY_US + after.seconds * 1_000_000 + after.microseconds


def booleans(values: Sequence[bool | None]) -> list[bytes]:
    """Return the truth values."""
    return [NULL if value is None else TRUE if value else FALSE for value in values]


# By the type of its values, what packs a column and as what it goes.
PACKED_BY: Final[Mapping[type, tuple[type[Array], Callable[[Any], list[bytes]]]]] = {
    str: (Texts, texts),
    int: (Numbers, numbers),
    UUID: (Uuids, uuids),
    datetime: (Times, times),
    bool: (Booleans, booleans),
}


def array(values: Sequence[Any]) -> Array | list[Any]:
    """Return the values packed; left to psycopg if they are of no type known here.

    All are of one type, or None.
    """
    value = next((each for each in values if each is not None), None)
    if type(value) not in PACKED_BY:
        return list(values)
    kind, pack = PACKED_BY[type(value)]
    parts = pack(values)
    header = HEADER(1, NULL in parts, types[kind.of].oid, len(parts), 1)
    return kind(header + b"".join(parts))


def dumper(kind: type[Array]) -> type[Dumper]:
    """Return what hands such an array to psycopg: it is ready as it is."""

    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = types[kind.of].array_oid

        def dump(self, obj: Array) -> bytes:
            return obj

    return ArrayDumper


for _kind in (Texts, Numbers, Uuids, Times, Booleans):
    psycopg.adapters.register_dumper(_kind, dumper(_kind))
