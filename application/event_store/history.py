"""One stream as it was read: its events at once, and the rest when it is asked for.

Whoever decides wants what happened, and where the stream stands; who did it, when it
was recorded and its proof are made into objects only for those who look.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, Final, NamedTuple, overload
from uuid import UUID

from application.event_store.envelope import RecordedEvent
from application.event_store.rows import Row
from domain.kernel import Event

# What else is kept of an event, as PostgreSQL sends it, one behind the other: version,
# occurred_at, recorded_at, command_id, correlation_id, leaf.
REST: Final = """
    int8send(e.version) || timestamptz_send(e.occurred_at)
    || timestamptz_send(e.recorded_at) || uuid_send(e.command_id)
    || uuid_send(e.correlation_id) || e.leaf
"""
REST_OF_ROW: Final = Struct("!qqq16s16s32s").unpack
# A time is sent as the microseconds since then.
THEN: Final = datetime(2000, 1, 1, tzinfo=UTC)


class Rest(NamedTuple):
    """The same, read."""

    version: int
    occurred_at: datetime
    recorded_at: datetime
    command_id: UUID
    correlation_id: UUID
    leaf: bytes


class History(Sequence[RecordedEvent]):
    """A stream from its first event. Equal to any sequence of the same entries."""

    __slots__ = ("_partition", "_rows", "_stream_id", "events")

    def __init__(self, stream_id: UUID, partition: int) -> None:
        self._stream_id = stream_id
        self._partition = partition
        self._rows: list[tuple[int, str, bytes]] = []
        self.events: list[Event] = []

    @property
    def position(self) -> int:
        """The position of the last event, 0 before the first."""
        return self._rows[-1][0] if self._rows else 0

    def add(self, event: Event, position: int, actor: str, rest: bytes) -> None:
        """Take the next event as it is read."""
        self.events.append(event)
        self._rows.append((position, actor, rest))

    def row(self, position: int, tag: str, body: bytes, actor: str, rest: bytes) -> Row:
        """Return the whole row of an event that could not be read."""
        version, occurred_at, recorded_at, command_id, correlation_id, leaf = rest_of(
            rest
        )
        return Row(
            self._partition,
            position,
            self._stream_id,
            version,
            tag,
            body,
            occurred_at,
            recorded_at,
            command_id,
            actor,
            correlation_id,
            leaf,
        )

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, index: int) -> RecordedEvent: ...
    @overload
    def __getitem__(self, index: slice) -> list[RecordedEvent]: ...
    def __getitem__(self, index: int | slice) -> RecordedEvent | list[RecordedEvent]:
        if isinstance(index, slice):
            return [self._recorded(each) for each in range(len(self))[index]]
        return self._recorded(index)

    def __iter__(self) -> Iterator[RecordedEvent]:
        return map(self._recorded, range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as any list

    def __repr__(self) -> str:
        return repr(list(self))

    def _recorded(self, index: int) -> RecordedEvent:
        position, actor, rest = self._rows[index]
        known = rest_of(rest)
        return RecordedEvent(
            stream_id=self._stream_id,
            version=known.version,
            partition=self._partition,
            position=position,
            occurred_at=known.occurred_at,
            recorded_at=known.recorded_at,
            actor=actor,
            command_id=known.command_id,
            correlation_id=known.correlation_id,
            leaf=known.leaf,
            event=self.events[index],
        )


def events_of(history: Iterable[RecordedEvent]) -> list[Any]:
    """Return what happened, without looking at the rest where that can be helped."""
    if isinstance(history, History):
        return history.events.copy()
    return [recorded.event for recorded in history]


def position_of(history: Sequence[RecordedEvent]) -> int:
    """Return the position of the last event, 0 before the first; likewise."""
    if isinstance(history, History):
        return history.position
    return history[-1].position if history else 0


def rest_of(packed: bytes) -> Rest:
    """Return what REST packed."""
    version, occurred, recorded, command_id, correlation_id, leaf = REST_OF_ROW(packed)
    return Rest(
        version,
        THEN + timedelta(microseconds=occurred),
        THEN + timedelta(microseconds=recorded),
        UUID(bytes=command_id),
        UUID(bytes=correlation_id),
        leaf,
    )
