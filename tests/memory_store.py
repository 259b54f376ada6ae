"""An event store that forgets when the test ends, and keeps the whole contract."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Lock
from uuid import UUID

from msgspec import json
from msgspec.structs import replace

from application.event_store.envelope import Receipt, RecordedEvent, StreamVersion
from application.event_store.leaf import leaf_hash
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
    StreamAppend,
    occurred_at,
)
from domain.ids import partition_in
from domain.kernel import Event


def now() -> datetime:
    return datetime.now(UTC)


class MemoryEventStore:
    """Keeps the promises of EventStore, without a database."""

    def __init__(
        self, partitions: int = 8, clock: Callable[[], datetime] = now
    ) -> None:
        self.partitions = partitions
        self.logs: defaultdict[int, list[RecordedEvent]] = defaultdict(list)
        self.streams: defaultdict[UUID, list[RecordedEvent]] = defaultdict(list)
        self.seen: dict[tuple[int, UUID], tuple[bytes, Receipt]] = {}
        self._clock = clock
        self._recorded_at: dict[int, datetime] = {}
        self._lock = Lock()

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        with self._lock:
            histories = {each: list(self.streams[each]) for each in stream_ids}
            seen = {each: self.seen[each] for each in command_ids if each in self.seen}
            return Loaded(histories, seen)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        spoilt: set[UUID] = set()
        with self._lock:
            return [self._append(each, spoilt) for each in appends]

    def read(self, partition: int, after: int, limit: int) -> list[RecordedEvent]:
        return self.logs[partition][after : after + limit]

    def heads(self) -> dict[int, int]:
        return {number: len(self.logs[number]) for number in range(self.partitions)}

    def stream(self, stream_id: UUID) -> list[RecordedEvent]:
        return list(self.streams[stream_id])

    def written_at(self, partition: int, recorded_at: datetime) -> None:
        """Let the partition have been written to at this time."""
        self._recorded_at[partition] = recorded_at

    def _append(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        """Append an ask; what it does not write spoils its streams for the batch."""
        outcome = self._write(append, spoilt)
        if isinstance(outcome, Conflict):
            spoilt |= {each.stream_id for each in append.streams}
        elif outcome.repeated:
            spoilt |= {each.stream_id for each in append.streams if each.events}
        return outcome

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        partition = partition_in(append.streams[0].stream_id)
        assert partition < self.partitions, f"there is no partition {partition}"
        name = partition, append.context.command_id
        if name in self.seen:
            request, receipt = self.seen[name]
            if request == append.request_hash:
                return replace(receipt, repeated=True)
            return self._conflict(append)
        if any(
            each.stream_id in spoilt or each.version != self._version(each)
            for each in append.streams
        ):
            return self._conflict(append)
        recorded = self._record(partition, append)
        first = append.streams[0]
        receipt = Receipt(
            stream_id=first.stream_id,
            version=self._version(first),
            position=f"{partition}.{len(self.logs[partition])}",
            leaves=tuple(each.leaf.hex() for each in recorded),
            streams=tuple(
                StreamVersion(each.stream_id, self._version(each))
                for each in append.streams
            ),
        )
        if recorded:
            self.seen[name] = append.request_hash, receipt
        return receipt

    def _version(self, part: StreamAppend) -> int:
        return len(self.streams[part.stream_id])

    def _conflict(self, append: Append) -> Conflict:
        first = append.streams[0]
        return Conflict(first.stream_id, self._version(first))

    def _record(self, partition: int, append: Append) -> list[RecordedEvent]:
        now = self._clock()
        recorded_at = max(now, self._recorded_at.get(partition, now))
        self._recorded_at[partition] = recorded_at
        return [
            self._recorded(append, part, event, recorded_at)
            for part in append.streams
            for event in part.events
        ]

    def _recorded(
        self,
        append: Append,
        part: StreamAppend,
        event: Event,
        recorded_at: datetime,
    ) -> RecordedEvent:
        context, partition = append.context, partition_in(part.stream_id)
        bare = RecordedEvent(
            stream_id=part.stream_id,
            version=len(self.streams[part.stream_id]) + 1,
            partition=partition,
            position=len(self.logs[partition]) + 1,
            occurred_at=occurred_at(event, context.at),
            recorded_at=recorded_at,
            actor=context.actor,
            command_id=context.command_id,
            correlation_id=context.correlation_id,
            leaf=b"",
            event=event,
        )
        recorded = replace(bare, leaf=leaf_of(bare))
        self.logs[partition].append(recorded)
        self.streams[part.stream_id].append(recorded)
        return recorded


def leaf_of(recorded: RecordedEvent) -> bytes:
    """Return the leaf that an event must have."""
    tag = type(recorded.event).__struct_config__.tag
    assert isinstance(tag, str)
    return leaf_hash(
        partition=recorded.partition,
        position=recorded.position,
        stream_id=recorded.stream_id,
        version=recorded.version,
        tag=tag,
        body=json.encode(recorded.event),
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        command_id=recorded.command_id,
        actor=recorded.actor,
        correlation_id=recorded.correlation_id,
    )
