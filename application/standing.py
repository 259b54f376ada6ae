"""Streams as they stand, or as they stood before a command that was taken before."""

from functools import reduce
from typing import Any
from uuid import UUID

from application.event_store.envelope import CommandContext, RecordedEvent
from application.event_store.store import EventStore
from domain.kernel import AnyDecider


class Standing:
    """What a command is prepared on, so that asking it twice is asking for the same.

    ``streams`` are those among which it would have taken effect.
    """

    def __init__(
        self, store: EventStore, context: CommandContext, *streams: UUID
    ) -> None:
        self._store = store
        histories = store.load(list(streams)).histories.values()
        mine = [
            recorded
            for history in histories
            for recorded in history
            if recorded.command_id == context.command_id
        ]
        first = min(mine, key=lambda recorded: recorded.position, default=None)
        self._before = None if first is None else first.position
        # Asked again it is judged by the time of the first: clocks have run since.
        self.at = context.at if first is None else first.occurred_at

    def of(self, stream_id: UUID, decider: AnyDecider) -> Any:
        """Return a stream's state; raises UnreadableEvent."""
        events = [recorded.event for recorded in self._history(stream_id)]
        return reduce(decider.evolve, events, decider.initial)

    def version(self, stream_id: UUID) -> int:
        """Return how many events it had."""
        return len(self._history(stream_id))

    def _history(self, stream_id: UUID) -> list[RecordedEvent]:
        loaded = self._store.load([stream_id])
        if unreadable := loaded.unreadable.get(stream_id):
            raise unreadable.error()
        return [
            recorded
            for recorded in loaded.histories[stream_id]
            if self._before is None or recorded.position < self._before
        ]
