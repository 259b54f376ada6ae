"""Seals the words of people, and opens them for those who may read them."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Sequence
from threading import Lock
from time import monotonic
from typing import NamedTuple

from application.people.keys import Access, KeyStore
from application.people.sealing import (
    ERASED,
    KEY_BYTES,
    SealBroken,
    new_key,
    purpose_of,
    seal,
    unseal,
    unwrap,
    wrap,
)
from domain.kernel import Sealed

# Keys for sealing are remembered so long and so many; keys for opening never are.
REMEMBERED_SECONDS = 5.0
REMEMBERED_MAX = 4096

# Why consumers read their own words, and how long a reason of somebody else's may be.
OWN = "own"
WHY_LENGTH_MAX = 200


class Words(NamedTuple):
    """What a consumer wrote, or what was written about one, and what it is kept for."""

    consumer: str
    text: str
    purpose: str = "words"


class People:
    """Turns words into sealed values and back, for consumers who are not forgotten.

    Sealing remembers keys for a few seconds. What is sealed in that time for somebody
    another process just erased is sealed under a key that no longer exists anywhere
    else: it can never be opened. Opening asks for the key each time, in the statement
    that writes down who reads, so an erasure holds at once in every process. Threads
    may share an instance; ``elapsed`` is a stopwatch in seconds.
    """

    def __init__(
        self, keys: KeyStore, master: bytes, elapsed: Callable[[], float] = monotonic
    ) -> None:
        if len(master) != KEY_BYTES:
            raise ValueError(f"The master key has {len(master)} bytes, not {KEY_BYTES}")
        self._keys = keys
        self._master = master
        self._elapsed = elapsed
        self._remembered: OrderedDict[str, tuple[float, bytes | None]] = OrderedDict()
        self._lock = Lock()

    def erased(self) -> Sequence[str]:
        """Return who was erased, as it stands now."""
        return self._keys.erased()

    def erased_among(self, consumers: Sequence[str]) -> frozenset[str]:
        """Return which of these were erased, as it stands now."""
        return self._keys.erased_among(consumers)

    def seal(self, consumer: str, text: str, purpose: str = "words") -> Sealed:
        """Return the text sealed, or the constant for an erased consumer.

        The same text of the same consumer for the same purpose gives the same value.
        Raises WordsTooLong, WrongMasterKey.
        """
        return self.seal_many([Words(consumer, text, purpose)])[0]

    def seal_many(self, many: Sequence[Words]) -> list[Sealed]:
        """Return each sealed, in order; new keys are made in one statement."""
        keys = self._keys_to_seal({words.consumer for words in many})
        return [
            ERASED
            if key is None
            else seal(key, words.consumer, words.purpose, words.text)
            for words in many
            for key in (keys[words.consumer],)
        ]

    def open(
        self, consumer: str, sealed: Sealed, *, actor: str, why: str | None = None
    ) -> str | None:
        """Return the words, None once they are erased.

        Who opens them is written down, and why: of a consumer, that they are its own.
        Raises SealBroken for what was not sealed for this consumer, WrongMasterKey.
        """
        return self.open_many([(consumer, sealed)], actor=actor, why=why)[0]

    def open_many(
        self,
        many: Sequence[tuple[str, Sealed]],
        *,
        actor: str,
        why: str | None = None,
    ) -> list[str | None]:
        """Return each as ``open`` does, in order, asking for the keys once."""
        if not many:
            return []
        read = Counter((name, purpose_of(name, sealed)) for name, sealed in many)
        reason = why_read(actor, why)
        accesses = [
            Access(*what, times, reason) for what, times in sorted(read.items())
        ]
        wrapped = self._keys.open(actor, accesses)
        keys = {
            name: None if key is None else unwrap(self._master, name, key)
            for name, key in wrapped.items()
        }
        return [self._opened(keys, name, sealed) for name, sealed in many]

    def note(
        self, consumer: str, purpose: str, *, actor: str, why: str | None = None
    ) -> None:
        """Write down who reads what of a consumer that lies outside, such as a file."""
        access = Access(consumer, purpose, 1, why_read(actor, why))
        self._keys.open(actor, [access])

    def _opened(
        self, keys: dict[str, bytes | None], consumer: str, sealed: Sealed
    ) -> str | None:
        if sealed == ERASED:
            return None
        if consumer not in keys:
            raise SealBroken(consumer)
        key = keys[consumer]
        return None if key is None else unseal(key, consumer, sealed)

    def _keys_to_seal(self, consumers: Collection[str]) -> dict[str, bytes | None]:
        known = self._recall(consumers)
        missing = [consumer for consumer in consumers if consumer not in known]
        if missing:
            candidates = {
                consumer: wrap(self._master, consumer, new_key())
                for consumer in missing
            }
            for consumer, wrapped in self._keys.provide(candidates).items():
                known[consumer] = (
                    None if wrapped is None else unwrap(self._master, consumer, wrapped)
                )
            self._remember({consumer: known[consumer] for consumer in missing})
        return known

    def _recall(self, consumers: Collection[str]) -> dict[str, bytes | None]:
        now = self._elapsed()
        with self._lock:
            return {
                consumer: held[1]
                for consumer in consumers
                if (held := self._remembered.get(consumer)) and held[0] > now
            }

    def _remember(self, keys: dict[str, bytes | None]) -> None:
        until = self._elapsed() + REMEMBERED_SECONDS
        with self._lock:
            for consumer, key in keys.items():
                self._remembered[consumer] = until, key
                self._remembered.move_to_end(consumer)
            while len(self._remembered) > REMEMBERED_MAX:
                self._remembered.popitem(last=False)


def why_read(actor: str, why: str | None) -> str | None:
    """Return why words are read: consumers are only ever shown what is theirs."""
    return OWN if actor.partition(":")[0] == "consumer" else why
