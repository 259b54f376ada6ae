"""Batches in which everything occurs at once, on both stores, by seed.

What fits, what came late, what was asked before, what asks for nothing, over several
streams and partitions: each ask has the outcome that it has in memory, and each receipt
the leaves of the very events it is the receipt of.
"""

from collections import Counter
from collections.abc import Iterator
from random import Random
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.event_store.connections import connection_pool
from application.event_store.envelope import Receipt
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import Append, Conflict
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.shelf import SHELF_EVENTS, ThingPutUp, a_shelf
from tests.event_store_contract import appending
from tests.memory_store import MemoryEventStore

BATCHES, ASKS_MOST = 80, 30


@pytest.fixture
def store(clean_database: DatabaseUrls) -> Iterator[PostgresEventStore]:
    with connection_pool(clean_database.writer) as pool:
        yield PostgresEventStore(pool, pool, SHELF_EVENTS)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_mixed_batch_comes_to_what_it_comes_to_in_memory(
    store: PostgresEventStore, seed: int
) -> None:
    dice, memory = Random(seed), MemoryEventStore()  # noqa: S311 - not for secrets
    shelves = [a_shelf(number % 3) for number in range(20)]
    asked: list[Append] = []
    kinds: Counter[str] = Counter()
    for _ in range(BATCHES):
        batch = a_batch(dice, shelves, asked, memory)
        expected, outcomes = memory.append(batch), store.append(batch)
        assert list(map(leafless, outcomes)) == list(map(leafless, expected))
        for append, outcome in zip(batch, outcomes, strict=True):
            kinds[kind(outcome)] += 1
            if isinstance(outcome, Receipt):
                assert outcome.leaves == leaves_of(store, append)
        asked += batch
    assert all(kinds[each] > 20 for each in ("appended", "repeated", "Conflict")), kinds


def a_batch(
    dice: Random, shelves: list[UUID], asked: list[Append], memory: MemoryEventStore
) -> list[Append]:
    """Return asks that mostly fit, if those before them in the batch do.

    Every other batch is an ask alone, which is written in a way of its own; so are many
    in which all is as usual.
    """
    usual = dice.random() < 0.5
    stands = {each: len(memory.streams[each]) for each in shelves}
    batch: list[Append] = []
    for _ in range(dice.choice([1, dice.randint(2, ASKS_MOST)])):
        if (asked or batch) and dice.random() < (0.01 if usual else 0.2):
            batch.append(again(dice, dice.choice(asked[-20:] + batch)))
            continue
        partition = dice.randrange(3)
        parts = []
        count = 1 if usual else dice.choice([1, 1, 1, 2, 3])
        for shelf in dice.sample(shelves[partition::3], count):
            things = dice.choice([1, 1, 3] if usual else [0, 1, 1, 2])
            events = [ThingPutUp(thing=str(dice.random())) for _ in range(things)]
            late = dice.random() < (0.01 if usual else 0.05)
            parts.append((shelf, stands[shelf] + late, events))
            stands[shelf] += len(events)
        batch.append(appending(*parts))
    return batch


def again(dice: Random, ask: Append) -> Append:
    """Return the same ask, or sometimes another one under its name."""
    return replace(ask, request_hash=b"other") if dice.random() < 0.3 else ask


def leafless(outcome: Receipt | Conflict) -> Receipt | Conflict:
    """Return all but the leaves, which know when they were recorded."""
    return replace(outcome, leaves=()) if isinstance(outcome, Receipt) else outcome


def kind(outcome: Receipt | Conflict) -> str:
    if isinstance(outcome, Conflict):
        return "Conflict"
    return "repeated" if outcome.repeated else "appended"


def leaves_of(store: PostgresEventStore, append: Append) -> tuple[str, ...]:
    """Return the leaves of what the log has under the command's name, in its order."""
    streams = store.load([each.stream_id for each in append.streams]).histories
    return tuple(
        each.leaf.hex()
        for history in streams.values()
        for each in history
        if each.command_id == append.context.command_id
    )
