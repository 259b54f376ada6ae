"""Many things kept by name, and changed a few at a time, without copying them all.

A hundred thousand orders change their standing a few hundred at a time. They lie in
buckets by their name; a change copies the buckets it touches and no other, and what
was kept before stays as it was.
"""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final, Generic, TypeVar
from zlib import crc32

from msgspec import Struct

V = TypeVar("V")

BUCKETS: Final = 1024


class Kept(Struct, Generic[V], frozen=True):
    """What is kept, each by its name; what is changed is another one."""

    buckets: Mapping[int, Mapping[str, V]] = {}

    def get(self, name: str) -> V | None:
        """Return what is kept under a name."""
        bucket = self.buckets.get(bucket_of(name))
        return None if bucket is None else bucket.get(name)

    def with_all(self, changed: Iterable[tuple[str, V]]) -> "Kept[V]":
        """Return it with these kept under their names, in the place of others."""
        touched: dict[int, dict[str, V]] = {}
        for name, value in changed:
            number = bucket_of(name)
            bucket = touched.get(number)
            if bucket is None:
                bucket = touched[number] = {**self.buckets.get(number, {})}
            bucket[name] = value
        return Kept({**self.buckets, **touched})

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield all that is kept, with its name."""
        for bucket in self.buckets.values():
            yield from bucket.items()


def bucket_of(name: str) -> int:
    """Return where a name lies, in every process the same."""
    return crc32(name.encode()) % BUCKETS


# -- What stands for a set of orders --

MODULUS: Final = 1 << 256


def mark_of(orders: Iterable[str]) -> int:
    """Return the sum of the orders' SHA-256, modulo 2^256: in any order the same."""
    marks = (sha256(order.encode()).digest() for order in orders)
    return sum(int.from_bytes(mark, "big") for mark in marks) % MODULUS


def digest_of(mark: int) -> str:
    """Return a mark as scopes are frozen by it: 64 hexadecimal digits."""
    return f"{mark % MODULUS:064x}"


def scope_digest(orders: Iterable[str]) -> str:
    """Return what a scope of these orders is frozen by, whatever their order.

    It is the sum of the SHA-256 of each order's id, modulo 2^256, as 64 hexadecimal
    digits: chunks can be added up as they come. Each order counts once.
    """
    return digest_of(mark_of(frozenset(orders)))
