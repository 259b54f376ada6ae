"""The fields of a batch, for projections that hand most of them over as they came."""

from collections.abc import Sequence
from typing import NamedTuple

from application.event_store.envelope import RecordedEvent
from application.event_store.history import Page
from application.projections.arrays import time_sent
from domain.kernel import Event


class Fields(NamedTuple):
    """Those of some events, each a column; ids and times as PostgreSQL sends them.

    So they came, and so they go on: no object is made of what is only handed over.
    """

    partitions: list[int]
    positions: list[int]
    streams: list[bytes]
    versions: list[int]
    occurred_at: list[bytes]
    recorded_at: list[bytes]
    events: Sequence[Event]


def fields_of(batch: Sequence[RecordedEvent]) -> Fields:
    """Return the fields of a batch, be it a page as it was read or not."""
    if isinstance(batch, Page):
        column = batch.column
        return Fields(
            column("partition"),
            column("position"),
            column("stream_id"),
            column("version"),
            column("occurred_at"),
            column("recorded_at"),
            batch.events,
        )
    return Fields(
        [each.partition for each in batch],
        [each.position for each in batch],
        [each.stream_id.bytes for each in batch],
        [each.version for each in batch],
        [time_sent(each.occurred_at) for each in batch],
        [time_sent(each.recorded_at) for each in batch],
        [each.event for each in batch],
    )
