"""Callers in a closed loop: each asks, waits for its answer, and asks again."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import accumulate, cycle
from random import Random
from statistics import median
from threading import Thread
from time import perf_counter
from typing import Final

from msgspec import Struct

# How strongly Zipf's law prefers: the first of the streams is asked most.
ZIPF_EXPONENT: Final = 1.1
DRAWN: Final = 131_072


class Tally(Struct):
    """What callers got: the waits of those answered, in s, and what went wrong."""

    waits: list[float]
    seconds: float = 0.0
    failures: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds if self.seconds else 0.0


class Way(Struct, frozen=True):
    """A way to drive a side, and what one round of it comes to."""

    name: str
    round: Callable[[], Tally]


def awaiting(
    ask: Callable[[], Awaitable[Sequence[object]]], callers: int, seconds: float
) -> Tally:
    """Let so many coroutines ask, each awaiting its answer, for so long."""
    tally = Tally([])

    async def caller(until: float) -> None:
        while (begun := perf_counter()) < until:
            (answer,) = await ask()
            if isinstance(answer, Exception):
                raise answer
            tally.waits.append(perf_counter() - begun)

    async def all_callers() -> None:
        begun = perf_counter()
        until = begun + seconds
        await asyncio.gather(*(caller(until) for _ in range(callers)))
        tally.seconds = perf_counter() - begun

    asyncio.run(all_callers())
    return tally


def blocking(ask: Callable[[], object], callers: int, seconds: float) -> Tally:
    """Let so many threads ask, each blocked until its answer, for so long."""
    tallies = [Tally([]) for _ in range(callers)]
    errors: list[Exception] = []
    begun = perf_counter()
    until = begun + seconds

    def caller(tally: Tally) -> None:
        try:
            while (asked := perf_counter()) < until:
                ask()
                tally.waits.append(perf_counter() - asked)
        except Exception as error:  # noqa: BLE001  # raised below, by the one who asks
            errors.append(error)

    threads = [Thread(target=caller, args=(each,)) for each in tallies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    waits = [wait for each in tallies for wait in each.waits]
    return Tally(waits, perf_counter() - begun)


def evenly(count: int, dice: Random) -> Iterator[int]:
    """Return an endless draw of numbers below ``count``, each as likely as the others.

    Any number of threads may draw from it: taking the next is one step of C.
    """
    return cycle(dice.choices(range(count), k=DRAWN))


def by_zipf(count: int, dice: Random) -> Iterator[int]:
    """Return the same, a few of the numbers drawn far more often than the rest."""
    weights = list(accumulate(1 / (n + 1) ** ZIPF_EXPONENT for n in range(count)))
    return cycle(dice.choices(range(count), cum_weights=weights, k=DRAWN))


def best(ways: Iterable[Way]) -> Way:
    """Return the way that gets most done: each is tried once, as a warm-up."""
    return max(ways, key=lambda way: way.round().rate)


def in_ms(waits: Sequence[float]) -> float:
    """Return the median of waits, in milliseconds."""
    return 1_000 * median(waits) if waits else 0.0


def quantile(waits: Sequence[float], share: float) -> float:
    """Return the wait in ms that this share of the callers did not exceed."""
    ordered = sorted(waits)
    if not ordered:
        return 0.0
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]
