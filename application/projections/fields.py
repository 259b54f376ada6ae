"""The fields of a batch, for projections that hand most of them over as they came."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from application.event_store.envelope import RecordedEvent
from application.projections.arrays import (
    Array,
    Numbers,
    Smalls,
    Times,
    Uuids,
    numbers,
    packed,
    sent,
    smalls,
    time_sent,
)
from application.projections.column_page import ColumnPage
from domain.kernel import Event


class Fields(NamedTuple):
    """Those of some events, each a column; streams are the bytes of their ids.

    ``sent`` has columns as PostgreSQL sends them, and wants them: those of a page go on
    as they came, and no object is made of what is only handed over.
    """

    partitions: list[int]
    positions: list[int]
    streams: list[bytes]
    versions: list[int]
    events: Sequence[Event]
    sent: Mapping[str, Array]


HANDED_OVER: Final = (
    "partition",
    "position",
    "stream_id",
    "version",
    "occurred_at",
    "recorded_at",
)


def fields_of(batch: Sequence[RecordedEvent]) -> Fields:
    """Return the fields of a batch, be it a page as it was read or not."""
    if isinstance(batch, ColumnPage):
        column = batch.column
        return Fields(
            column("partition"),
            column("position"),
            column("stream_id"),
            column("version"),
            batch.events,
            {name: batch.packed(name) for name in HANDED_OVER},
        )
    partitions = [each.partition for each in batch]
    positions = [each.position for each in batch]
    streams = [each.stream_id.bytes for each in batch]
    versions = [each.version for each in batch]
    return Fields(
        partitions,
        positions,
        streams,
        versions,
        [each.event for each in batch],
        {
            "partition": packed(Smalls, smalls(partitions), len(batch)),
            "position": packed(Numbers, numbers(positions), len(batch)),
            "stream_id": sent(Uuids, streams),
            "version": packed(Numbers, numbers(versions), len(batch)),
            "occurred_at": sent(Times, [time_sent(e.occurred_at) for e in batch]),
            "recorded_at": sent(Times, [time_sent(e.recorded_at) for e in batch]),
        },
    )
