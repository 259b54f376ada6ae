"""One merged history of a matter: its order, contacts, case, dispute, money and rows.

All of a consumer's streams lie in one partition, where positions count in the order of
commits: so the merged history at any position is what was known then, of everything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from msgspec import Struct, structs

from application.access import NotFound
from application.audit.explain import Publications, UsedRow, refs_in
from application.audit.explain.rules import used_row
from application.audit.state import kind_of
from application.audit.worth import ids_in, money_in, noun_of
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from application.event_store.store import Unreadable
from application.projections.facts import facts_of
from domain.ids import partition_in
from domain.kernel import PolicyRef
from domain.money import Money
from domain.party import By

# Matters that hang together are a few; more would be a mistake, or somebody's attack.
STREAMS_MAX: Final = 500

LogEntry = RecordedEvent | Unreadable


class Streams(Protocol):
    """Where whole streams are read from, many in one query."""

    @property
    def partitions(self) -> int:
        """The number of partitions."""
        ...

    def events_of(
        self, stream_ids: Sequence[UUID]
    ) -> Mapping[UUID, Sequence[LogEntry]]:
        """Return several streams whole, an entry for each."""
        ...


class Related(Protocol):
    """Knows which streams name which."""

    def related(self, streams: Sequence[UUID]) -> Sequence[UUID]:
        """Return the streams that name any of these."""
        ...


class Line(Struct, frozen=True, kw_only=True):
    """One event of a merged history.

    ``rows`` are the references of the rows it names, ``money`` what moved with it, each
    amount once. ``facts`` are the event's own, its words sealed. ``unreadable`` says
    why an event cannot be shown; then there is nothing else.
    """

    position: int
    partition: int
    stream_id: UUID
    version: int
    noun: str
    tag: str
    occurred_at: datetime | None
    recorded_at: datetime
    actor: str = ""
    by: By | None = None
    facts: Mapping[str, Any] = {}
    money: tuple[Money, ...] = ()
    rows: tuple[PolicyRef, ...] = ()
    unreadable: str | None = None

    @property
    def place(self) -> str:
        """The position as people write it."""
        return f"{self.partition}.{self.position}"


class StreamAt(Struct, frozen=True, kw_only=True):
    """One stream of the history: what it is, and how many of its events lie in it."""

    stream_id: UUID
    noun: str
    version: int


class Merged(Struct, frozen=True, kw_only=True):
    """A merged history up to a position: its lines, its streams, the rows they used."""

    partition: int
    at: int
    lines: Sequence[Line]
    streams: Sequence[StreamAt]
    rows: Sequence[UsedRow]


class MergedHistories:
    """Merges what belongs together, at any position."""

    def __init__(
        self, streams: Streams, related: Related, published: Callable[[], Publications]
    ) -> None:
        self._streams = streams
        self._related = related
        self._published = published

    def of(
        self, matter: UUID, *, at: int | None = None, as_at: datetime | None = None
    ) -> Merged:
        """Return the history of all that hangs together with a matter.

        ``at`` is a position within its partition, ``as_at`` a recorded time; without
        either, all there is. Raises NotFound for a matter nobody knows.
        """
        if partition_in(matter) >= self._streams.partitions:
            raise NotFound
        streams = self._together(matter)
        lines = sorted(
            (line(each) for history in streams.values() for each in history),
            key=lambda each: each.position,
        )
        lines = [each for each in lines if known(each, at, as_at)]
        return Merged(
            partition=partition_in(matter),
            at=lines[-1].position if lines else 0,
            lines=named(lines, streams),
            streams=tuple(streams_at(lines, streams)),
            rows=self._rows(lines),
        )

    def _together(self, matter: UUID) -> Mapping[UUID, Sequence[LogEntry]]:
        """Return all streams that hang together, whole; raises NotFound."""
        found: dict[UUID, Sequence[LogEntry]] = {}
        seen, fresh = {matter}, [matter]
        while fresh and len(seen) <= STREAMS_MAX:
            read = self._streams.events_of(fresh)
            new = {each: history for each, history in read.items() if history}
            found |= new
            known = set(self._related.related(list(new)))
            known.update(*(neighbours(each) for each in new.values()))
            fresh = sorted(known - seen)[:STREAMS_MAX]
            seen |= known
        if matter not in found:
            raise NotFound
        return found

    def _rows(self, lines: Sequence[Line]) -> Sequence[UsedRow]:
        """Return the rows that the lines name, in the order they were first used."""
        refs = dict.fromkeys(ref for each in lines for ref in each.rows)
        published = self._published()
        return tuple(used_row(ref, published.row(ref)) for ref in refs)


# What names many matters, and is not what ties them together.
LEAVES: Final = frozenset({"contact", "evidence", "compensation", "promise"})


def neighbours(history: Sequence[LogEntry]) -> set[UUID]:
    """Return the streams that a stream's events name, in the same partition."""
    if kind_of(history) in LEAVES:
        return set()
    return {
        found
        for each in history
        if isinstance(each, RecordedEvent)
        for found in ids_in(each.event, each.partition)
    }


# -- Lines --


def line(recorded: LogEntry) -> Line:
    """Return one event as a line."""
    if isinstance(recorded, Unreadable):
        return Line(
            position=recorded.position,
            partition=recorded.partition,
            stream_id=recorded.stream_id,
            version=recorded.version,
            noun=noun_of(recorded.tag.partition(".")[0]),
            tag=recorded.tag,
            occurred_at=None,
            recorded_at=recorded.recorded_at,
            unreadable=recorded.detail,
        )
    event = recorded.event
    by = getattr(event, "by", None)
    return Line(
        position=recorded.position,
        partition=recorded.partition,
        stream_id=recorded.stream_id,
        version=recorded.version,
        noun=noun_of(tag_of(type(event)).partition(".")[0]),
        tag=tag_of(type(event)),
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        actor=recorded.actor,
        by=by if isinstance(by, By) else None,
        facts=facts_of(event),
        money=tuple(money_in(event)),
        rows=tuple(dict.fromkeys(refs_in(event))),
    )


def known(each: Line, at: int | None, as_at: datetime | None) -> bool:
    """Whether a line was known at a position, or as at a recorded time."""
    if at is not None and each.position > at:
        return False
    return as_at is None or each.recorded_at <= as_at


def named(
    lines: Sequence[Line], streams: Mapping[UUID, Sequence[LogEntry]]
) -> Sequence[Line]:
    """Return the lines, a clock's as one of the stream it runs in."""
    nouns = {each: noun_of(kind_of(history)) for each, history in streams.items()}
    return tuple(structs.replace(each, noun=nouns[each.stream_id]) for each in lines)


def streams_at(
    lines: Sequence[Line], streams: Mapping[UUID, Sequence[LogEntry]]
) -> Iterator[StreamAt]:
    """Yield the streams, the first to begin first, each as far as it lies within."""
    last: dict[UUID, int] = {}
    for each in lines:
        last[each.stream_id] = each.version
    for stream_id, version in last.items():
        noun = noun_of(kind_of(streams[stream_id]))
        yield StreamAt(stream_id=stream_id, noun=noun, version=version)
