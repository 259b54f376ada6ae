"""Streams as they stand, and at which versions: what a derived command rests on."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from functools import reduce
from typing import Any
from uuid import UUID

from application.event_store.envelope import RecordedEvent
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore, Loaded
from domain.ids import partition_in
from domain.kernel import AnyDecider


class Sight:
    """What was looked at to prepare one ask of ``stream_id``; each stream is read once.

    Whoever prepares by it hands ``rests_on`` along: once something of it has moved on,
    the ask is prepared anew, and never decided on what was so before. ``loaded`` is
    what was read for many asks at once; of it only what is looked at counts. ``names``
    are other names of consumers, as they were looked up for it.
    """

    def __init__(
        self, store: EventStore, stream_id: UUID, loaded: Loaded | None = None
    ) -> None:
        self._store = store
        self._partition = partition_in(stream_id)
        self._loaded = loaded
        self.names: dict[str, tuple[str, ...]] = {}
        self._histories: dict[UUID, Sequence[RecordedEvent]] = {}
        self._states: dict[UUID, tuple[AnyDecider, Any]] = {}

    @property
    def rests_on(self) -> Mapping[UUID, int]:
        """The streams looked at, with their versions, that lie beside the ask's own."""
        return {
            stream_id: len(history)
            for stream_id, history in self._histories.items()
            if partition_in(stream_id) == self._partition
        }

    def of(self, stream_id: UUID, decider: AnyDecider) -> Any:
        """Return a stream's state; raises UnreadableEvent."""
        known = self._states.get(stream_id)
        if known is None or known[0] is not decider:
            events = events_of(self._history(stream_id))
            known = decider, reduce(decider.evolve, events, decider.initial)
            self._states[stream_id] = known
        return known[1]

    def events(self, stream_id: UUID) -> Iterator[Any]:
        """Yield a stream's events; raises UnreadableEvent."""
        yield from events_of(self._history(stream_id))

    def version(self, stream_id: UUID) -> int:
        """Return how many events it has."""
        return len(self._history(stream_id))

    def ahead(self, stream_id: UUID, decider: AnyDecider, state: Any) -> "Sight":
        """Return the same sight with a stream as the ask itself is about to leave it.

        What either looks at from now on, both are pinned to.
        """
        other = copy(self)
        other._states = {**self._states, stream_id: (decider, state)}  # noqa: SLF001 - one of us
        return other

    def nothing_at(self, stream_id: UUID) -> None:
        """Look at a stream that nobody should have begun, without reading it.

        Where somebody has, an ask that rests on it is prepared anew.
        """
        self._histories.setdefault(stream_id, [])

    def _history(self, stream_id: UUID) -> Sequence[RecordedEvent]:
        if stream_id not in self._histories:
            loaded = self._loaded
            if loaded is None or stream_id not in loaded.histories:
                loaded = self._store.load([stream_id])
            if unreadable := loaded.unreadable.get(stream_id):
                raise unreadable.error()
            self._histories[stream_id] = loaded.histories[stream_id]
        return self._histories[stream_id]
