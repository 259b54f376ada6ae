"""What an ask has to be decided on, and what of it has to be read."""

from collections.abc import Sequence
from uuid import UUID

from application.event_store.batch import Batch, command_key
from application.event_store.envelope import Ask
from application.event_store.streams import KeptStreams, Stream
from domain.ids import partition_in


def apart(ask: Ask) -> bool:
    """Say whether it has no parts, or parts in different partitions."""
    if ask.single:
        return False
    return len(set(map(partition_in, ask.streams))) != 1 or not ask.parts


def in_motion(stream_ids: Sequence[UUID], batch: Batch, ahead: Batch | None) -> bool:
    """Say whether one of the streams is not what would be read of it now."""
    if not batch.streams.keys().isdisjoint(stream_ids):
        return True
    return ahead is not None and not ahead.changed.isdisjoint(stream_ids)


def bring(ask: Ask, batch: Batch, kept: KeptStreams) -> Sequence[UUID]:
    """Bring what is kept for an ask into a batch; return which streams must be read."""
    return [each for each in ask.streams if not brought(each, ask, batch, kept)]


def rest_on(ask: Ask, batch: Batch, kept: KeptStreams) -> None:
    """Let a batch have the streams that an ask rests on, at the versions it names."""
    for stream_id, version in ask.rests_on.items():
        if stream_id not in batch.streams:
            stream = kept.taken(stream_id) or Stream.standing(version)
            batch.streams[stream_id] = stream


def brought(stream_id: UUID, ask: Ask, batch: Batch, kept: KeptStreams) -> bool:
    """Bring a stream into a batch, if it is kept; False if it is not as needed."""
    stream = batch.streams.get(stream_id)
    if stream is not None:
        return serves(stream, stream_id, ask)
    stream = kept.taken(stream_id)
    if stream is None or not serves(stream, stream_id, ask):
        return False
    batch.streams[stream_id] = stream
    return True


def serves(stream: Stream, stream_id: UUID, ask: Ask) -> bool:
    """Say whether all is known of a stream that an ask needs."""
    if len(ask.parts) == 1:
        (part,) = ask.parts
        return part.stream_id != stream_id or stream.knows(part.decider)
    return all(
        stream.knows(part.decider) for part in ask.parts if part.stream_id == stream_id
    )


def anew(ask: Ask, ahead: Batch | None) -> bool:
    """Say whether what is on its way takes no effect under the ask's command id."""
    return ahead is None or command_key(ask) not in ahead.command_ids
