"""Many things kept by name, and changed a few at a time, without copying them all.

A hundred thousand orders change their standing a few hundred at a time. They lie on
shelves, as they came; a change copies the shelves it touches and no other, and what
was kept before stays as it was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, Generic, TypeVar

from msgspec import Struct

V = TypeVar("V")

BUCKETS: Final = 1024
SHELF: Final = 512  # names


class Kept(Struct, Generic[V], frozen=True):
    """What is kept, each by its name, in buckets; what is changed is another one."""

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
        """Yield all that is kept, with its name, in no order."""
        for bucket in self.buckets.values():
            yield from bucket.items()


def bucket_of(name: str) -> int:
    """Return where a name lies, as long as this process runs: nothing else sees it."""
    return hash(name) % BUCKETS


class Shelved(Struct, Generic[V], frozen=True):
    """What is kept on shelves, as it came: what came together changes together.

    A batch of orders as they were named touches a shelf or two, where buckets by name
    would all be touched.
    """

    places: Kept[int] = Kept()
    shelves: tuple[Mapping[str, V], ...] = ()

    def get(self, name: str) -> V | None:
        """Return what is kept under a name."""
        place = self.places.get(name)
        return None if place is None else self.shelves[place].get(name)

    def with_all(self, changed: Iterable[tuple[str, V]]) -> "Shelved[V]":
        """Return it with these kept under their names, in the place of others."""
        touched: dict[int, dict[str, V]] = {}
        new: list[tuple[str, V]] = []
        for name, value in changed:
            place = self.places.get(name)
            if place is None:
                new.append((name, value))
                continue
            shelf = touched.get(place)
            if shelf is None:
                shelf = touched[place] = {**self.shelves[place]}
            shelf[name] = value
        shelves = list(self.shelves)
        for place, shelf in touched.items():
            shelves[place] = shelf
        return Shelved(self.places, tuple(shelves)).with_new(new)

    def with_new(self, new: Sequence[tuple[str, V]]) -> "Shelved[V]":
        """Return it with more; the last shelf is filled before another is begun."""
        if not new:
            return self
        shelves = list(self.shelves)
        room = SHELF - len(shelves[-1]) if shelves else 0
        if room > 0:
            shelves[-1] = {**shelves[-1], **dict(new[:room])}
        placed = [(name, len(shelves) - 1) for name, _ in new[: max(room, 0)]]
        for first in range(max(room, 0), len(new), SHELF):
            shelf = new[first : first + SHELF]
            placed += [(name, len(shelves)) for name, _ in shelf]
            shelves.append(dict(shelf))
        return Shelved(self.places.with_all(placed), tuple(shelves))

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield all that is kept, with its name, as it came."""
        for shelf in self.shelves:
            yield from shelf.items()


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
