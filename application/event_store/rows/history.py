"""The log as it was read: its events at once, and the rest when it is asked for.

Whoever decides or folds wants what happened, and where the stream stands; who did it,
when it was recorded and its proof are made into objects only for those who look.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar, overload
from uuid import UUID

from psycopg.rows import TupleRow

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import RedressMapper, SpoiltBody, UnknownTag
from application.event_store.rows.row import LogEntry, Read, Row, id_of, log_entry
from application.event_store.store import Unreadable

EntryT = TypeVar("EntryT", bound=LogEntry)

# What is read where no event can be.
FAILURES = frozenset({UnknownTag, SpoiltBody})
POSITION = Row._fields.index("position")
FIELDS = {name: itemgetter(place) for place, name in enumerate(Row._fields)}


class Stretch(Sequence[EntryT]):
    """Entries in the order they were read. Equal to any sequence of the same ones.

    ``read`` has what each was read as: its event, or why it cannot be read.
    """

    __slots__ = ("_entries", "read")

    def __init__(self, read: list[Read]) -> None:
        self.read = read
        self._entries: list[EntryT] | None = None

    @property
    @abstractmethod
    def position(self) -> int:
        """The position of the last entry, 0 before the first."""

    @abstractmethod
    def _made(self) -> list[EntryT]:
        """Return the entries whole."""

    def entries(self) -> list[EntryT]:
        """Return the entries whole. They are made once, for all who read the same."""
        if self._entries is None:
            self._entries = self._made()
        return self._entries

    def __len__(self) -> int:
        return len(self.read)

    @overload
    def __getitem__(self, index: int) -> EntryT: ...
    @overload
    def __getitem__(self, index: slice) -> list[EntryT]: ...
    def __getitem__(self, index: int | slice) -> EntryT | list[EntryT]:
        return self.entries()[index]

    def __iter__(self) -> Iterator[EntryT]:
        return iter(self.entries())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self.entries() == list(other)

    __hash__ = None  # type: ignore[assignment]  # as any list

    def __repr__(self) -> str:
        return repr(self.entries())


class Page(Stretch[LogEntry]):
    """A stretch of the log, or a stream, with what cannot be read in its place."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[TupleRow], read: list[Read]) -> None:
        super().__init__(read)
        self._rows = rows

    @classmethod
    def of(cls, rows: Sequence[TupleRow], mapper: RedressMapper) -> "Page":
        """Return the page of these rows."""
        return cls(rows, read_rows(rows, mapper))

    @property
    def position(self) -> int:
        """The position of the last entry, 0 before the first."""
        return self._rows[-1][POSITION] if self._rows else 0

    def column(self, name: str) -> list[Any]:
        """Return one field of every row; ids and times as they were sent."""
        return list(map(FIELDS[name], self._rows))

    @property
    def events(self) -> list[Any]:
        """What happened; raises UnreadableEvent for the first that cannot be read."""
        if not all_read(self.read):
            raise first_unreadable(self).error()
        return self.read

    @property
    def streams(self) -> list[bytes]:
        """Which stream each event is of: the bytes of its id, ``id_of`` makes it."""
        return self.column("stream_id")

    def _made(self) -> list[LogEntry]:
        keys = self.column("stream_id")
        ids: dict[bytes, UUID] = {key: id_of(key) for key in set(keys)}
        streams = map(ids.__getitem__, keys)
        return list(map(log_entry, self._rows, self.read, streams))


class Happened(NamedTuple):
    """What happened in a stretch of the log, and in which stream each.

    A stream is the bytes of its id, ``id_of`` makes it.
    """

    streams: Sequence[bytes]
    events: Sequence[Any]


class History(Stretch[RecordedEvent]):
    """A stream from its first event, without what cannot be read.

    ``whole`` reads the same events again, with all that is known of them, and those of
    the streams that were loaded with them: whoever decides has no use for that, and
    history never changes. Looking raises StoreUnavailable, as loading does.
    """

    __slots__ = ("_position", "_whole")

    def __init__(
        self,
        position: int,
        read: list[Read],
        whole: Callable[[], Iterable[RecordedEvent]],
    ) -> None:
        super().__init__(read)
        self._position, self._whole = position, whole

    @property
    def position(self) -> int:
        """The position of the last entry, 0 before the first."""
        return self._position

    def _made(self) -> list[RecordedEvent]:
        return list(self._whole())


def all_read(read: Iterable[Read]) -> bool:
    """Say whether all could be read."""
    return FAILURES.isdisjoint(map(type, read))


def first_unreadable(entries: Iterable[LogEntry]) -> Unreadable:
    """Return the first of the entries that could not be read; there must be one."""
    return next(each for each in entries if isinstance(each, Unreadable))


def read_rows(rows: Sequence[TupleRow], mapper: RedressMapper) -> list[Read]:
    """Return what each of these rows is read as."""
    tags, bodies = (list(map(FIELDS[name], rows)) for name in ("tag", "body"))
    return mapper.decode_page(tags, bodies)


def history_of(known: Sequence[RecordedEvent]) -> History:
    """Return the history that these events are, whole as they are."""
    position = known[-1].position if known else 0
    return History(position, [each.event for each in known], lambda: known)


def events_of(history: Iterable[RecordedEvent]) -> list[Any]:
    """Return what happened, without looking at the rest where that can be helped."""
    if isinstance(history, History):
        return history.read.copy()
    return [recorded.event for recorded in history]


def position_of(history: Sequence[RecordedEvent]) -> int:
    """Return the position of the last event, 0 before the first; likewise."""
    if isinstance(history, History):
        return history.position
    return history[-1].position if history else 0
