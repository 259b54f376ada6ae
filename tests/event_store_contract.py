"""What every event store promises, whatever it is made of.

A test class inherits ``EventStoreContract`` and says how a store is made.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

import pytest

from application.event_store.envelope import Receipt, RecordedEvent
from application.event_store.store import (
    Append,
    Conflict,
    EventStore,
    StreamAppend,
    Unreadable,
)
from domain.ids import partition_in
from domain.kernel import Event
from tests.application.event_store.shelf import (
    MONDAY,
    SUNDAY,
    ThingFell,
    ThingPutUp,
    a_shelf,
    context,
)
from tests.memory_store import leaf_of

HASH = b"what was asked"
VASE = ThingPutUp(thing="vase")
CLOCK = ThingPutUp(thing="clock")
RADIO = ThingPutUp(thing="radio")


class ReadableStore(EventStore, Protocol):
    """A store whose log can be read."""

    def read(
        self, partition: int, after: int, limit: int
    ) -> Sequence[RecordedEvent | Unreadable]: ...

    def heads(self) -> dict[int, int]: ...

    def stream(self, stream_id: UUID) -> Sequence[RecordedEvent | Unreadable]: ...


def appending(
    *parts: tuple[UUID, int, Iterable[Event]],
    command_id: UUID | None = None,
    request_hash: bytes = HASH,
    occurred_at: datetime | None = None,
) -> Append:
    return Append(
        context(command_id, occurred_at=occurred_at),
        request_hash,
        tuple(StreamAppend(stream, version, tuple(e)) for stream, version, e in parts),
    )


def receipts(outcomes: Sequence[Receipt | Conflict]) -> list[Receipt]:
    assert all(isinstance(each, Receipt) for each in outcomes), outcomes
    return [each for each in outcomes if isinstance(each, Receipt)]


class EventStoreContract(ABC):
    """Given a store, these sentences hold."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> ReadableStore:
        """Return an empty store of 8 partitions."""

    @abstractmethod
    def let_the_clock_run_ahead(self, store: ReadableStore, until: datetime) -> None:
        """Let partition 7 have been written to at a time still to come."""

    def log(self, store: ReadableStore, partition: int = 7) -> list[RecordedEvent]:
        entries = store.read(partition, 0, 10_000)
        return [each for each in entries if isinstance(each, RecordedEvent)]

    def test_a_stream_nobody_wrote_to_is_empty(self, store: ReadableStore) -> None:
        shelf = a_shelf()
        assert store.load([shelf]).histories == {shelf: []}
        assert list(store.stream(shelf)) == []
        assert store.partitions == 8
        assert store.heads() == dict.fromkeys(range(8), 0)

    def test_what_was_appended_is_loaded(self, store: ReadableStore) -> None:
        shelf = a_shelf()
        (receipt,) = receipts(store.append([appending((shelf, 0, [VASE, CLOCK]))]))
        history = store.load([shelf]).histories[shelf]
        assert [each.event for each in history] == [VASE, CLOCK]
        assert [each.version for each in history] == [1, 2]
        assert [each.position for each in history] == [1, 2]
        assert (receipt.stream_id, receipt.version) == (shelf, 2)
        assert (receipt.position, receipt.repeated) == ("7.2", False)
        assert receipt.leaves == tuple(each.leaf.hex() for each in history)
        assert list(store.stream(shelf)) == list(history)
        assert store.heads()[7] == 2

    def test_what_is_named_twice_is_loaded_once(self, store: ReadableStore) -> None:
        shelf, command_id = a_shelf(), uuid4()
        store.append([appending((shelf, 0, [VASE]), command_id=command_id)])
        name = partition_in(shelf), command_id
        known = store.load([shelf, shelf], [name, name])
        assert [each.event for each in known.histories[shelf]] == [VASE]
        assert list(known.seen) == [name]

    def test_every_leaf_proves_its_row(self, store: ReadableStore) -> None:
        store.append([appending((a_shelf(), 0, [VASE, CLOCK]))])
        store.append([appending((a_shelf(), 0, [RADIO]))])
        for recorded in self.log(store):
            assert recorded.leaf == leaf_of(recorded)

    def test_an_event_says_itself_when_it_happened(self, store: ReadableStore) -> None:
        shelf = a_shelf()
        fell = ThingFell(thing="vase", at=SUNDAY)
        store.append([appending((shelf, 0, [fell, VASE]), occurred_at=MONDAY)])
        history = store.load([shelf]).histories[shelf]
        assert [each.occurred_at for each in history] == [SUNDAY, MONDAY]

    def test_asked_again_the_first_receipt_returns(self, store: ReadableStore) -> None:
        shelf, other, command = a_shelf(), a_shelf(), uuid4()
        ask = appending((shelf, 0, [VASE]), (other, 0, []), command_id=command)
        (first,) = receipts(store.append([ask]))
        store.append([appending((shelf, 1, [CLOCK]))])
        (again,) = receipts(store.append([ask]))
        assert again.repeated
        assert not first.repeated
        assert (again.version, again.position) == (1, "7.1")
        assert (again.leaves, again.streams) == (first.leaves, first.streams)
        assert len(self.log(store)) == 2
        assert store.load([], [(7, command)]).seen == {(7, command): (HASH, first)}

    def test_asked_twice_at_once_it_happens_once(self, store: ReadableStore) -> None:
        ask = appending((a_shelf(), 0, [VASE]), command_id=uuid4())
        first, second = receipts(store.append([ask, ask]))
        assert (first.repeated, second.repeated) == (False, True)
        assert first.leaves == second.leaves
        assert len(self.log(store)) == 1

    def test_another_request_under_the_same_id_is_a_conflict(
        self, store: ReadableStore
    ) -> None:
        shelf, command = a_shelf(), uuid4()
        first = appending((shelf, 0, [VASE]), command_id=command)
        second = appending(
            (shelf, 1, [CLOCK]), command_id=command, request_hash=b"something else"
        )
        _, outcome = store.append([first, second])
        assert outcome == Conflict(shelf, 1)
        assert store.append([second]) == [Conflict(shelf, 1)]
        assert len(self.log(store)) == 1

    def test_a_command_id_belongs_to_its_partition(self, store: ReadableStore) -> None:
        command = uuid4()
        here = appending((a_shelf(7), 0, [VASE]), command_id=command)
        there = appending((a_shelf(6), 0, [VASE]), command_id=command)
        assert not any(each.repeated for each in receipts(store.append([here, there])))

    def test_who_comes_late_conflicts_and_disturbs_no_other(
        self, store: ReadableStore
    ) -> None:
        shelf, other, third = a_shelf(), a_shelf(), a_shelf()
        store.append([appending((shelf, 0, [VASE, CLOCK]))])
        outcomes = store.append(
            [
                appending((other, 0, [VASE])),
                appending((shelf, 1, [RADIO])),
                appending((other, 1, [CLOCK])),
                appending((third, 9, [VASE])),
                appending((other, 2, [RADIO])),
            ]
        )
        kinds = [type(each) for each in outcomes]
        assert kinds == [Receipt, Conflict, Receipt, Conflict, Receipt]
        assert outcomes[1] == Conflict(shelf, 2)
        assert outcomes[3] == Conflict(third, 0)
        assert [each.position for each in self.log(store)] == [1, 2, 3, 4, 5]
        versions = [each.version for each in self.log(store) if each.stream_id == other]
        assert versions == [1, 2, 3]

    def test_what_was_decided_on_events_that_never_happened_is_a_conflict(
        self, store: ReadableStore
    ) -> None:
        """Given a late ask, the next on its stream fits by its number, by chance."""
        shelf, other = a_shelf(), a_shelf()
        store.append([appending((shelf, 0, [VASE]))])
        late = appending((shelf, 0, [CLOCK]), (other, 0, [CLOCK]))
        by_chance = appending((shelf, 1, [RADIO]))
        nothing_by_chance = appending((shelf, 1, []))
        elsewhere = appending((other, 0, [RADIO]))
        outcomes = store.append([late, by_chance, nothing_by_chance, elsewhere])
        assert outcomes == [Conflict(shelf, 1)] * 3 + [Conflict(other, 0)]
        assert isinstance(store.append([by_chance])[0], Receipt)

    def test_nobody_overtakes_one_in_conflict_on_what_he_only_read(
        self, store: ReadableStore
    ) -> None:
        """Given one who wrote nothing, and lost: he asks again, before who is next."""
        moved, other = a_shelf(), a_shelf()
        store.append([appending((moved, 0, [VASE]))])
        late = appending((moved, 0, []), (other, 0, []))
        outcomes = store.append([late, appending((other, 0, [RADIO]))])
        assert outcomes == [Conflict(moved, 1), Conflict(other, 0)]

    def test_what_was_decided_on_a_repetition_is_a_conflict(
        self, store: ReadableStore
    ) -> None:
        shelf = a_shelf()
        first = appending((shelf, 0, [VASE]), command_id=uuid4())
        store.append([first])
        repeated, outcome = store.append([first, appending((shelf, 1, [RADIO]))])
        assert isinstance(repeated, Receipt)
        assert outcome == Conflict(shelf, 1)

    def test_several_streams_are_written_whole_or_not_at_all(
        self, store: ReadableStore
    ) -> None:
        shelf, other, third = a_shelf(), a_shelf(), a_shelf()
        store.append([appending((other, 0, [VASE]))])
        late = appending((shelf, 0, [VASE]), (other, 0, [CLOCK]), (third, 0, [VASE]))
        well = appending((shelf, 0, [RADIO]), (other, 1, [RADIO]))
        (conflict,) = store.append([late])
        assert conflict == Conflict(shelf, 0)
        (receipt,) = store.append([well])
        assert isinstance(receipt, Receipt)
        assert [each.version for each in receipt.streams] == [1, 2]
        assert [each.event for each in self.log(store)] == [VASE, RADIO, RADIO]
        assert [each.position for each in self.log(store)] == [1, 2, 3]
        assert list(store.stream(third)) == []

    def test_asks_of_one_batch_see_each_other(self, store: ReadableStore) -> None:
        shelf = a_shelf()
        batch = [appending((shelf, version, [VASE])) for version in range(5)]
        versions = [each.version for each in receipts(store.append(batch))]
        assert versions == [1, 2, 3, 4, 5]

    def test_what_rests_on_a_conflict_is_one(self, store: ReadableStore) -> None:
        shelf, other = a_shelf(), a_shelf()
        store.append([appending((shelf, 0, [VASE]))])
        late = appending((shelf, 0, [CLOCK]), (other, 0, [CLOCK]))
        after = appending((other, 1, [RADIO]))
        outcomes = store.append([late, after])
        assert outcomes == [Conflict(shelf, 1), Conflict(other, 0)]

    def test_nothing_is_written_for_nothing(self, store: ReadableStore) -> None:
        shelf, command = a_shelf(), uuid4()
        store.append([appending((shelf, 0, [VASE]))])
        nothing = appending((shelf, 1, []), command_id=command)
        late = appending((shelf, 0, []))
        receipt, conflict = store.append([nothing, late])
        assert isinstance(receipt, Receipt)
        assert (receipt.version, receipt.position, receipt.leaves) == (1, "7.1", ())
        assert conflict == Conflict(shelf, 1)
        assert store.heads()[7] == 1
        assert store.load([], [(7, command)]).seen == {}
        assert list(store.append([])) == []

    def test_partitions_are_logs_of_their_own(self, store: ReadableStore) -> None:
        batch = [appending((a_shelf(number), 0, [VASE])) for number in (5, 3, 5, 0)]
        positions = [each.position for each in receipts(store.append(batch))]
        assert positions == ["5.1", "3.1", "5.2", "0.1"]
        assert [each.position for each in self.log(store, 5)] == [1, 2]
        assert store.heads()[0] == 1

    def test_the_log_is_read_on_from_any_position(self, store: ReadableStore) -> None:
        store.append([appending((a_shelf(), 0, [VASE] * 5))])
        assert [each.position for each in store.read(7, 1, 3)] == [2, 3, 4]
        assert store.read(7, 5, 3) == []

    def test_recorded_time_never_runs_backwards(self, store: ReadableStore) -> None:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        shelf, elsewhere = a_shelf(7), a_shelf(6)
        self.let_the_clock_run_ahead(store, tomorrow)
        store.append([appending((shelf, 0, [VASE])), appending((elsewhere, 0, [VASE]))])
        loaded = store.load([shelf, elsewhere]).histories
        assert loaded[shelf][0].recorded_at == tomorrow
        assert loaded[elsewhere][0].recorded_at < tomorrow

    def test_of_many_at_once_one_wins_each_version(self, store: ReadableStore) -> None:
        shelf = a_shelf()

        def fill(number: int) -> int:
            won = 0
            while won < 10:
                version = len(store.load([shelf]).histories[shelf])
                event = ThingPutUp(thing=f"{number}/{won}")
                (outcome,) = store.append([appending((shelf, version, [event]))])
                won += isinstance(outcome, Receipt)
            return won

        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(fill, range(4))) == [10] * 4
        history = store.load([shelf]).histories[shelf]
        assert [each.version for each in history] == list(range(1, 41))
        assert [each.position for each in self.log(store)] == list(range(1, 41))
        assert len({each.event for each in history}) == 40
        times = [each.recorded_at for each in history]
        assert times == sorted(times)

    def test_batches_across_partitions_never_lock_each_other_out(
        self, store: ReadableStore
    ) -> None:
        def write(number: int) -> None:
            order = (1, 2, 3, 4) if number % 2 else (4, 3, 2, 1)
            for _ in range(20):
                batch = [appending((a_shelf(each), 0, [VASE])) for each in order]
                receipts(store.append(batch))

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(write, range(4)))
        assert [store.heads()[number] for number in (1, 2, 3, 4)] == [80] * 4
