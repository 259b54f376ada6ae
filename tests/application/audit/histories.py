"""A history told by hand: who knew what when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from application.event_store.envelope import RecordedEvent
from application.event_store.store import Unreadable
from domain.ids import compose
from domain.kernel import Event

STREAM = compose(1, 3, 7)


class Told:
    """Streams as a store would return them."""

    def __init__(self, *history: RecordedEvent | Unreadable) -> None:
        self._history = history

    def stream(self, stream_id: UUID) -> Sequence[RecordedEvent | Unreadable]:
        return self._history if stream_id == STREAM else ()


def told(
    *facts: tuple[Event, datetime, datetime],
) -> Told:
    """Return the history of events with the times they occurred and were recorded."""
    return Told(
        *(
            recorded(version, event, occurred_at, recorded_at)
            for version, (event, occurred_at, recorded_at) in enumerate(facts, start=1)
        )
    )


def recorded(
    version: int, event: Event, occurred_at: datetime, recorded_at: datetime
) -> RecordedEvent:
    return RecordedEvent(
        stream_id=STREAM,
        version=version,
        partition=3,
        position=100 + version,
        occurred_at=occurred_at,
        recorded_at=recorded_at,
        actor="feed:shop",
        command_id=STREAM,
        correlation_id=STREAM,
        leaf=bytes([version]) * 32,
        event=event,
    )


def spoilt(version: int, recorded_at: datetime) -> Unreadable:
    return Unreadable(
        stream_id=STREAM,
        version=version,
        partition=3,
        position=100 + version,
        recorded_at=recorded_at,
        tag="order.from_the_future",
        body=b"{}",
        why="unknown_tag",
        detail="no event type has this tag",
    )
