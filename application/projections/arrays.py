"""Columns of rows as PostgreSQL's binary arrays, each packed in one go.

psycopg packs an array too, asking for every value anew how values of its type are
packed. Of a batch of 1,000 rows that took longer than to fold it. What is packed here
is what PostgreSQL's ``array_recv`` reads: how many dimensions (1), whether NULLs are
among the values, the type of a value, how many there are, the first one's number; then
each value after its length, -1 for NULL.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct as Packer
from struct import iter_unpack, pack
from typing import Any, ClassVar, Final, cast
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

HEADER: Final = Packer(">iiIii").pack
LENGTH_OF: Final = Packer(">i")
LENGTH: Final = LENGTH_OF.pack
HEADER_LENGTH: Final = 20
COUNT: Final = Packer(">12xi").unpack_from
# Values that are all of one length, each behind it.
FORMS: Final[Mapping[str, str]] = {
    "int2": ">4xh",
    "int8": ">4xq",
    "uuid": ">4x16s",
    "timestamptz": ">4x8s",
}
NUMBER: Final = Packer(">iq").pack
MOMENT: Final = Packer(">q").pack
JSON_LENGTH: Final = Packer(">ib").pack
NULL: Final = LENGTH(-1)
TRUE, FALSE = LENGTH(1) + b"\x01", LENGTH(1) + b"\x00"
UUID_LENGTH: Final = LENGTH(16)

# What PostgreSQL counts microseconds from.
EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class Array(bytes):
    """An array as it goes over the wire, of values of the type ``of``."""

    of: ClassVar[str]


class Texts(Array):
    """Goes for text[]."""

    of = "text"


class Numbers(Array):
    """Goes for bigint[], and for any other whole numbers by a cast."""

    of = "int8"


class Smalls(Array):
    """Goes for smallint[]."""

    of = "int2"


class Uuids(Array):
    """Goes for uuid[]."""

    of = "uuid"


class Times(Array):
    """Goes for timestamptz[]."""

    of = "timestamptz"


class Booleans(Array):
    """Goes for boolean[]."""

    of = "bool"


class Bytes(Array):
    """Goes for bytea[]."""

    of = "bytea"


class Jsons(Array):
    """Goes for jsonb[]."""

    of = "jsonb"


def texts(values: Sequence[str | None]) -> bytes:
    """Return the texts, each packed once however often it is there."""
    packed: dict[str | None, bytes] = {None: NULL}
    for value in {*values} - {None}:
        assert value is not None, "it was taken out"
        utf8 = value.encode()
        packed[value] = LENGTH(len(utf8)) + utf8
    return b"".join([packed[value] for value in values])


def numbers(values: Sequence[int | None]) -> bytes:
    """Return the numbers; raises struct.error beyond 64 bits."""
    if None in values:
        return b"".join([NULL if each is None else NUMBER(8, each) for each in values])
    # All in one go: each number has its length, which is 8, before it.
    flat = [8] * (2 * len(values))
    flat[1::2] = cast("Sequence[int]", values)
    return pack(f">{'iq' * len(values)}", *flat)


def smalls(values: Sequence[int]) -> bytes:
    """Return small numbers, of 16 bits; raises struct.error beyond."""
    flat = [2] * (2 * len(values))
    flat[1::2] = values
    return pack(f">{'ih' * len(values)}", *flat)


def uuids(values: Sequence[UUID | None]) -> bytes:
    """Return the UUIDs."""
    return b"".join(
        [
            NULL if value is None else UUID_LENGTH + value.int.to_bytes(16, "big")
            for value in values
        ]
    )


def times(values: Sequence[datetime | None]) -> bytes:
    """Return the moments; raises TypeError for one without a zone."""
    return numbers([None if value is None else since(value) for value in values])


def since(moment: datetime) -> int:
    """Return the microseconds since PostgreSQL's epoch; raises TypeError likewise."""
    return (moment - EPOCH) // MICROSECOND


def time_sent(moment: datetime) -> bytes:
    """Return the moment as PostgreSQL sends it."""
    return MOMENT(since(moment))


def booleans(values: Sequence[bool | None]) -> bytes:
    """Return the truth values."""
    return b"".join(
        [NULL if value is None else TRUE if value else FALSE for value in values]
    )


# By the type of its values, what packs a column and as what it goes.
PACKED_BY: Final[Mapping[type, tuple[type[Array], Callable[[Any], bytes]]]] = {
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
    kind, pack_column = PACKED_BY[type(value)]
    return packed(kind, pack_column(values), len(values))


def jsons(values: Sequence[bytes]) -> Array:
    """Return JSON texts packed, each after the number of the format, which is 1."""
    body = b"".join([JSON_LENGTH(len(each) + 1, 1) + each for each in values])
    return packed(Jsons, body, len(values))


def sent(kind: type[Array], values: Sequence[bytes | None]) -> Array:
    """Return values packed that are bytes already, as PostgreSQL sends them.

    All are as long as the first, or None.
    """
    length = LENGTH(next((len(each) for each in values if each is not None), 0))
    if None in values:
        body = b"".join([NULL if each is None else length + each for each in values])
    else:
        body = length.join([b"", *cast("Sequence[bytes]", values)])
    return packed(kind, body, len(values))


def packed(kind: type[Array], body: bytes, count: int) -> Array:
    """Return an array of so many packed values; there may be NULLs among them."""
    return kind(HEADER(1, 1, types[kind.of].oid, count, 1) + body)


def joined(kind: type[Array], parts: Sequence[bytes]) -> Array:
    """Return arrays that PostgreSQL sent as one. None of them has a NULL in it."""
    body = b"".join([each[HEADER_LENGTH:] for each in parts])
    return packed(kind, body, sum(COUNT(each)[0] for each in parts))


def elements(column: Array) -> list[Any]:
    """Return the values of an array without NULLs; ids and times are left as sent."""
    body = column[HEADER_LENGTH:]
    if column.of in FORMS:
        return [value for (value,) in iter_unpack(FORMS[column.of], body)]
    values: list[Any] = []
    end = 0
    while end < len(body):
        start = end + LENGTH_OF.size
        (length,) = LENGTH_OF.unpack_from(body, end)
        end = start + length
        values.append(body[start:end])
    return [each.decode() for each in values] if column.of == "text" else values


def dumper(kind: type[Array]) -> type[Dumper]:
    """Return what hands such an array to psycopg: it is ready as it is."""

    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = types[kind.of].array_oid

        def dump(self, obj: Array) -> bytes:
            return obj

    return ArrayDumper


for _kind in Array.__subclasses__():
    psycopg.adapters.register_dumper(_kind, dumper(_kind))
