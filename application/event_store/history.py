"""The log as it was read: its events at once, and the rest when it is asked for.

Whoever decides or folds wants what happened, and where the stream stands; who did it,
when it was recorded and its proof are made into objects only for those who look.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from operator import itemgetter
from typing import Any, TypeVar, overload
from uuid import UUID

from psycopg.rows import TupleRow

from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import RedressMapper, SpoiltBody, UnknownTag
from application.event_store.rows import LogEntry, Read, Row, id_of, log_entry
from application.event_store.store import Unreadable
from domain.kernel import Event

EntryT = TypeVar("EntryT", bound=LogEntry)

# What is read where no event can be.
FAILURES = frozenset({UnknownTag, SpoiltBody})
POSITION = Row._fields.index("position")
FIELDS = {name: itemgetter(place) for place, name in enumerate(Row._fields)}


class Stretch(Sequence[EntryT]):
    """Entries in the order they were read. Equal to any sequence of the same ones.

    ``read`` has what each row was read as: its event, or why it cannot be read.
    """

    __slots__ = ("_entries", "_rows", "read")

    def __init__(self, rows: Sequence[TupleRow], read: list[Read]) -> None:
        self._rows, self.read = rows, read
        self._entries: list[Any] | None = None

    @property
    def position(self) -> int:
        """The position of the last entry, 0 before the first."""
        return self._rows[-1][POSITION] if self._rows else 0

    def column(self, name: str) -> list[Any]:
        """Return one field of every row; ids and times as they were sent."""
        return list(map(FIELDS[name], self._rows))

    def entries(self) -> list[EntryT]:
        """Return the entries whole. They are made once, for all who read the same."""
        if self._entries is None:
            keys = self.column("stream_id")
            ids: dict[bytes, UUID] = {key: id_of(key) for key in set(keys)}
            streams = map(ids.__getitem__, keys)
            self._entries = list(map(log_entry, self._rows, self.read, streams))
        return self._entries

    def __len__(self) -> int:
        return len(self._rows)

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

    __slots__ = ()

    @classmethod
    def of(cls, rows: Sequence[TupleRow], mapper: RedressMapper) -> "Page":
        """Return the page of these rows."""
        return cls(rows, read_rows(rows, mapper))

    @property
    def events(self) -> list[Any]:
        """What happened; raises UnreadableEvent for the first that cannot be read."""
        if not FAILURES.isdisjoint(map(type, self.read)):
            raise next(each.error() for each in self if isinstance(each, Unreadable))
        return self.read

    @property
    def streams(self) -> list[bytes]:
        """Which stream each event is of: the bytes of its id, ``id_of`` makes it."""
        return self.column("stream_id")


class History(Stretch[RecordedEvent]):
    """A stream from its first event, without what cannot be read."""

    __slots__ = ()

    @classmethod
    def of(cls, rows: Sequence[TupleRow], read: list[Read]) -> "History":
        """Return the history that rows of one stream, read as this, amount to."""
        if FAILURES.isdisjoint(map(type, read)):
            return cls(rows, read)
        known = [isinstance(each, Event) for each in read]
        return cls(list(compress(rows, known)), list(compress(read, known)))


def read_rows(rows: Sequence[TupleRow], mapper: RedressMapper) -> list[Read]:
    """Return what each of these rows is read as."""
    tags, bodies = (list(map(FIELDS[name], rows)) for name in ("tag", "body"))
    return mapper.decode_page(tags, bodies)


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
