"""Finds an event, what was before it and what was published, and explains it."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from application.audit.explain.again import Past
from application.audit.explain.explanation import Explanation, explain
from application.audit.explain.rules import publications
from application.audit.state import NoSuchStream, all_readable, kind_of
from application.event_store.envelope import RecordedEvent
from application.event_store.store import Unreadable
from domain.after_sales import CaseReported
from domain.dispute import DisputeReported
from domain.incident import IncidentDeclared
from domain.kernel import Event
from domain.order import OrderIdentified, OrderPlaced
from domain.responsibility import AttributionOpened

# Kinds whose rules are those of no order in particular.
OF_NO_ORDER = frozenset(
    {"contact", "promise", "policy", "evidence", "consumer", "trust"}
)


class Log(Protocol):
    """Where streams are read from, and single places of the log."""

    @property
    def partitions(self) -> int:
        """The number of partitions."""
        ...

    def stream(self, stream_id: UUID) -> Sequence[RecordedEvent | Unreadable]:
        """Return one stream from its first event; empty if there is none."""
        ...

    def read(
        self, partition: int, after: int, limit: int
    ) -> Sequence[RecordedEvent | Unreadable]:
        """Return the log of a partition behind a position."""
        ...


class NoSuchEvent(LookupError):
    """There is no event in this place."""


class Place(Struct, frozen=True):
    """An event's stream, and its version in it."""

    stream_id: UUID
    version: int


class Explainer:
    """Says of any event why it is as it is. ``policies`` is the stream of policies."""

    def __init__(self, log: Log, policies: UUID) -> None:
        self._log, self._policies = log, policies

    def place(self, name: str) -> Place:
        """Return the event that is meant: "7.123" by position, or STREAM@VERSION.

        Raises NoSuchEvent.
        """
        stream, at, version = name.partition("@")
        if at:
            try:
                return Place(UUID(stream), int(version))
            except ValueError:
                raise NoSuchEvent(name) from None
        partition, dot, position = name.partition(".")
        whole = partition.isdecimal() and position.isdecimal() and dot
        if not whole or int(partition) >= self._log.partitions or int(position) < 1:
            raise NoSuchEvent(name)
        found = self._log.read(int(partition), int(position) - 1, 1)
        if not found:
            raise NoSuchEvent(name)
        return Place(found[0].stream_id, found[0].version)

    def explain(self, place: Place) -> Explanation:
        """Return why it is as it is. Raises NoSuchEvent, NoSuchStream, UnreadableEvent.

        What comes after the event in its stream is not looked at, except for what was
        written with it, in one go.
        """
        history = self._log.stream(place.stream_id)
        if not history:
            raise NoSuchStream(place.stream_id)
        if not 1 <= place.version <= len(history):
            raise NoSuchEvent(f"{place.stream_id}@{place.version}")
        known = all_readable(upto(history, place.version))
        kind = kind_of(known)
        published = publications(self._log.stream(self._policies))
        sources = self._sources(kind, [each.event for each in known])
        return explain(Past(kind, known, published, sources), place.version)

    def _sources(self, kind: str, events: Sequence[Event]) -> tuple[str | None, ...]:
        """Return whose orders' rules it may have been judged by."""
        if kind in OF_NO_ORDER or kind == "order":
            return (None,)
        named = (*own_sources(events), *self._order_sources(events))
        return (*dict.fromkeys(named), None)

    def _order_sources(self, events: Sequence[Event]) -> Iterator[str]:
        """Yield where the order they are about was placed, if it is one of ours."""
        named = (getattr(event, "order", None) for event in events)
        order = next((each for each in named if isinstance(each, str)), None)
        try:
            history = self._log.stream(UUID(order or ""))
        except ValueError:
            return
        for each in history:
            event: Any = each.event if isinstance(each, RecordedEvent) else None
            if isinstance(event, OrderPlaced | OrderIdentified):
                yield event.source


def own_sources(events: Sequence[Event]) -> Iterator[str]:
    """Yield the sources that events of a case, a dispute or an account name."""
    for event in events:
        match event:
            case CaseReported(source=source) | DisputeReported(source=source):
                yield source
            case (
                AttributionOpened(source=str(source))
                | IncidentDeclared(source=str(source))
            ):
                yield source
            case _:
                continue


def upto(
    history: Sequence[RecordedEvent | Unreadable], version: int
) -> Sequence[RecordedEvent | Unreadable]:
    """Return the history up to an event and what was written with it."""
    last, own = version, history[version - 1]
    if isinstance(own, RecordedEvent):
        while last < len(history):
            after = history[last]
            if not isinstance(after, RecordedEvent):
                break
            if after.command_id != own.command_id:
                break
            last += 1
    return history[:last]
