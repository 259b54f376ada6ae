"""The orders of a batch as they stand, each with all that lies beside it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from application.accompanied import Accompanied, Seen, accompanied, folded
from application.event_store.store import EventStore
from application.projections.watch import DueRow, PutOff
from application.watching import NotNow


class KnowsStreams(Protocol):
    """Where it is known which streams are an order's."""

    def streams(self, orders: Iterable[UUID]) -> Mapping[UUID, Sequence[UUID]]:
        """Return the streams of each order that is known."""
        ...


def loaded(
    store: EventStore, board: KnowsStreams, orders: Iterable[UUID]
) -> dict[UUID, Accompanied]:
    """Return these orders as they stand, with all that lies beside them.

    Which streams are theirs, the board knows; what they say, the store.
    """
    streams = board.streams(orders)
    wanted = [stream for ids in streams.values() for stream in ids]
    if not wanted:
        return {}
    answer = store.load(wanted)
    seen: dict[UUID, Seen] = {}
    for stream_id, history in answer.histories.items():
        folding = folded(None, history) if history else None
        if folding is not None and stream_id not in answer.unreadable:
            seen[stream_id] = folding
    return {
        order_id: found
        for order_id, ids in streams.items()
        if (found := accompanied(order_id, (seen[id_] for id_ in ids if id_ in seen)))
    }


def put_off(row: DueRow, now: datetime, answer: NotNow) -> PutOff:
    """Return that a row is not to be asked again before its time."""
    return PutOff(
        partition=row.partition,
        order_id=row.order_id,
        name=row.name,
        due_at=row.due_at,
        asked_at=now,
        ask_again_at=answer.ask_again_at,
        why=answer.why,
    )


def unknown(now: datetime) -> NotNow:
    """Return the answer of an order whose streams cannot be read just now."""
    return NotNow("order_unknown", now + timedelta(days=1))
