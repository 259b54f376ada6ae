"""The dispatcher's rounds under every accident, by seed; a failing one tells it again.

``make simulate SEED=n`` tells the story of one seed. In CI there are 2,000 of them, and
``make soak`` goes through 100,000.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from random import Random
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.event_store.batch import Answer, Batch
from application.event_store.envelope import Receipt
from application.event_store.rounds import Appending, Rounds
from application.event_store.store import Append, Conflict, StoreUnavailable
from application.event_store.streams import KeptStreams
from tests.application.event_store.believed import untrue
from tests.application.event_store.shelf import a_shelf
from tests.application.event_store.simulation import MakeRounds, MakeStore, World
from tests.event_store_contract import (
    VASE,
    EventStoreContract,
    ReadableStore,
    appending,
)
from tests.event_store_simulated import SimulatedEventStore

BLOCKS = 8
# A control that is not found out in so many stories is not looked for well enough.
FOUND_WITHIN = 4_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Cut the seeds into blocks that may be told side by side."""
    if "seeds" not in metafunc.fixturenames:
        return
    one, count = metafunc.config.getoption("seed"), metafunc.config.getoption("seeds")
    first, last = (0, count) if one is None else (one, one + 1)
    size = max(1, (last - first) // BLOCKS)
    starts = range(first, last, size)
    blocks = [range(start, min(start + size, last)) for start in starts]
    metafunc.parametrize("seeds", blocks, ids=[f"{it[0]}-{it[-1]}" for it in blocks])


def told(
    seed: int,
    make_store: MakeStore = SimulatedEventStore,
    make_rounds: MakeRounds = Rounds,
) -> list[str]:
    """Tell the story of a seed, and return what does not hold at its end."""
    world = World(seed, make_store, make_rounds)
    world.run()
    return untrue(world)


def test_whatever_happens_every_answer_is_true(seeds: range) -> None:
    for seed in seeds:
        wrong = told(seed)
        assert not wrong, f"make simulate SEED={seed}\n" + "\n".join(wrong)


def test_the_same_seed_tells_the_same_story() -> None:
    first, again = World(7), World(7)
    first.run()
    again.run()
    answers, once_more = (
        [(each.ask.context, repr(each.answer)) for each in world.deliveries]
        for world in (first, again)
    )
    assert answers == once_more
    assert first.store.logs == again.store.logs


class TestSimulatedEventStore(EventStoreContract):
    @pytest.fixture
    def store(self) -> ReadableStore:
        return SimulatedEventStore()

    def let_the_clock_run_ahead(self, store: ReadableStore, until: datetime) -> None:
        assert isinstance(store, SimulatedEventStore)
        store.written_at(7, until)


def test_a_crash_leaves_what_was_acknowledged_and_drops_a_tail() -> None:
    kept: set[int] = set()
    for seed in range(20):
        store = SimulatedEventStore(Random(seed))  # noqa: S311 - the same each time
        shelf = a_shelf()
        store.append([appending((shelf, 0, [VASE]))])
        store.late = [[appending((shelf, version, [VASE]))] for version in (1, 2, 3)]
        store.crash()
        kept.add(store.heads()[7])
        assert store.heads()[7] == len(store.stream(shelf)), "it is folded anew"
    assert kept == {1, 2, 3, 4}


# -- Controls: what each protection is for --


class WithoutVersions(SimulatedEventStore):
    """Writes whatever was decided, however the streams stand by now."""

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        spoilt.clear()
        standing = tuple(
            replace(each, version=self._version(each)) for each in append.streams
        )
        return super()._write(replace(append, streams=standing), spoilt)


class WithoutNames(SimulatedEventStore):
    """Knows who asked what before, and takes no notice when it writes."""

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        seen, self.seen = self.seen, {}
        try:
            return super()._write(append, spoilt)
        finally:
            self.seen = seen | self.seen


class BelievingRefusals(SimulatedEventStore):
    """Checks no version where nothing is to be written."""

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        if not any(each.events for each in append.streams):
            standing = tuple(
                replace(each, version=self._version(each)) for each in append.streams
            )
            append = replace(append, streams=standing)
        return super()._write(append, spoilt)


class ByHalves(SimulatedEventStore):
    """Writes the parts of an ask that fit, and leaves out the others."""

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        fits = tuple(e for e in append.streams if e.version == self._version(e))
        if fits and len(fits) < len(append.streams):
            append = replace(append, streams=fits)
        return super()._write(append, spoilt)


class ByChance(SimulatedEventStore):
    """Takes a version that fits for one that was seen, whatever went wrong before."""

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        spoilt.clear()
        return super()._write(append, spoilt)


class TooEarly(SimulatedEventStore):
    """Answers before what it has written is on disk."""

    def _sync(self) -> None:
        if self.dice.random() < 0.2:
            super()._sync()


class Forgetless(KeptStreams):
    """Keeps streams as they were thought to stand, whatever becomes of them."""

    def forget(self, stream_ids: Iterable[UUID]) -> None:
        del stream_ids


def forgetless(store: SimulatedEventStore, kept: KeptStreams | None) -> Rounds:
    """Return a process that does not drop what stood otherwise than it thought."""
    return Rounds(store, kept and Forgetless(2))


class AllAlike(Rounds):
    """Tells everybody of a batch that nothing was written when it is so of the last."""

    def landed(
        self, batch: Batch, appending: Appending
    ) -> tuple[dict[int, Answer], set[UUID]]:
        answers, moved = super().landed(batch, appending)
        away = [each for each in answers.values() if type(each) is StoreUnavailable]
        return (
            dict.fromkeys(range(len(batch.asks)), *away[:1]) if away else answers
        ), moved


class Unmoved(Rounds):
    """Takes what was decided on top of a batch as it is, whatever became of that."""

    def landed(
        self, batch: Batch, appending: Appending
    ) -> tuple[dict[int, Answer], set[UUID]]:
        answers, _ = super().landed(batch, appending)
        return answers, set()


class NotUndone(Rounds):
    """Keeps the streams of a batch given up as they would stand had it been written."""

    def undone(self, batch: Batch, moved: Collection[UUID]) -> None:
        standing = {e: it for e, it in batch.streams.items() if e not in moved}
        self._kept.keep(standing)


@pytest.mark.parametrize(
    ("make_store", "make_rounds"),
    [
        (WithoutVersions, Rounds),
        (WithoutNames, Rounds),
        (BelievingRefusals, Rounds),
        (ByHalves, Rounds),
        (ByChance, Rounds),
        (TooEarly, Rounds),
        (SimulatedEventStore, forgetless),
        (SimulatedEventStore, AllAlike),
        (SimulatedEventStore, Unmoved),
        (SimulatedEventStore, NotUndone),
    ],
)
def test_control_without_a_protection_it_is_noticed(
    make_store: MakeStore, make_rounds: MakeRounds
) -> None:
    assert any(told(seed, make_store, make_rounds) for seed in range(FOUND_WITHIN))
