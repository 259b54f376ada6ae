"""Streams as they stand, and those that are kept in mind from one batch to the next."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from typing import Any, Final
from uuid import UUID

from application.event_store.envelope import RecordedEvent
from application.event_store.rows.history import events_of, position_of
from domain.kernel import AnyDecider, Event


class Stream:
    """A stream as the next ask sees it: its version, and what its events amount to.

    ``added`` says that asks of the batch had events for it; ``position`` is that
    of its last event when it was read.
    """

    __slots__ = (
        "_before",
        "_events",
        "_folded",
        "_forgotten",
        "added",
        "position",
        "version",
    )

    def __init__(self, history: Sequence[RecordedEvent]) -> None:
        self.added = False
        self.position = position_of(history)
        self.version = len(history)
        self._events = events_of(history)
        self._folded: dict[Any, tuple[int, Any]] = {}
        self._forgotten = 0
        self._before = self.version, self._folded

    @classmethod
    def standing(cls, version: int) -> "Stream":
        """Return a stream of which it is only known where it stands."""
        stream = cls(())
        stream.version = stream._forgotten = version
        return stream

    def knows(self, decider: AnyDecider) -> bool:
        """Say whether the state can be told, with what it still remembers."""
        return not self._forgotten or decider.evolve in self._folded

    def state(self, decider: AnyDecider) -> Any:
        """Return what its events amount to, folding each only once."""
        evolve = decider.evolve
        known = self._folded.get(evolve)
        if known is not None and known[0] == self.version:
            return known[1]
        count, state = known or (0, decider.initial)
        state = reduce(evolve, self._events[count - self._forgotten :], state)
        self._folded[evolve] = self.version, state
        return state

    def add(self, events: Sequence[Event]) -> None:
        """Show the next ask what this one decided."""
        if not self.added:
            self._before = self.version, self._folded.copy()
        self._events += events
        self.version += len(events)
        self.added = True
        self._fold()

    def _fold(self) -> None:
        """Take in what was added, as long as it is its author's turn: it may take long.

        Whoever asked for a thing of another kind under this id is told so by its events
        when he asks again: what is decided by now has to be answered.
        """
        for evolve, (count, state) in [*self._folded.items()]:
            events = self._events[count - self._forgotten :]
            with suppress(Exception):  # Whatever a fold of other events raises.
                self._folded[evolve] = self.version, reduce(evolve, events, state)

    def undo(self) -> None:
        """Be as it was before the asks of the batch."""
        if not self.added:
            return
        self.version, self._folded = self._before
        del self._events[self.version - self._forgotten :]
        self.added = False

    def rest(self) -> None:
        """Forget the events for the next batch, and keep what they amount to.

        What could not be told with these events cannot be told without them.
        """
        for evolve, (count, _) in [*self._folded.items()]:
            if count != self.version:
                del self._folded[evolve]
        self._events, self._forgotten = [], self.version
        self.added = False


class KeptStreams:
    """What streams amounted to when they were last seen, of so many at most.

    A version that has moved on since is noticed by the append, never trusted. None at
    most is for any number of threads, for there is nothing to keep.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: OrderedDict[UUID, Stream] = OrderedDict()

    def taken(self, stream_id: UUID) -> Stream | None:
        """Hand out a stream for a batch; it comes back by ``keep``, or is lost."""
        return self._streams.pop(stream_id, None)

    def keep(self, streams: Mapping[UUID, Stream], but: Collection[UUID] = ()) -> None:
        """Keep streams as they stand now; whichever was not used for longest goes.

        Of ids that are no stream there is no end, and nothing to remember.
        """
        if not self._most:
            return
        for stream_id, stream in streams.items():
            if stream.version and not (but and stream_id in but):
                stream.rest()
                self._streams[stream_id] = stream
        while len(self._streams) > self._most:
            self._streams.popitem(last=False)

    def forget(self, stream_ids: Iterable[UUID]) -> None:
        """Keep these no longer: they stand otherwise."""
        for stream_id in stream_ids:
            self._streams.pop(stream_id, None)


NOTHING_KEPT: Final = KeptStreams(0)
