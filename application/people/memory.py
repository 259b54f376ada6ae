"""A key store without a database, for tests and trials: it keeps the whole contract."""

from collections.abc import Iterable, Mapping, Sequence

from application.people.keys import Access


class MemoryKeys:
    """Keys in a dictionary; ``accesses`` is what was written down, oldest first."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}
        self.accesses: list[tuple[str, Access]] = []

    def provide(self, candidates: Mapping[str, bytes]) -> Mapping[str, bytes | None]:
        """Return the key of each consumer, taking the candidate where none is."""
        for consumer, wrapped in candidates.items():
            self._keys.setdefault(consumer, wrapped)
        return {consumer: self._keys[consumer] for consumer in candidates}

    def open(
        self, actor: str, accesses: Sequence[Access]
    ) -> Mapping[str, bytes | None]:
        """Write down who opens what, then return the keys there are."""
        self.accesses += [(actor, access) for access in accesses]
        asked = {access.consumer for access in accesses}
        return {name: key for name, key in self._keys.items() if name in asked}

    def erased(self) -> Sequence[str]:
        """Return who was erased."""
        return [consumer for consumer, key in self._keys.items() if key is None]

    def erased_among(self, consumers: Sequence[str]) -> frozenset[str]:
        """Return which of these were erased."""
        return frozenset(self.erased()).intersection(consumers)

    def erase(self, consumers: Iterable[str]) -> None:
        """Delete keys, as application/people/erasure.py does in the database."""
        self._keys |= dict.fromkeys(consumers, None)
