"""The event store as a command handler sees it: load, decide, append."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import (
    CommandContext,
    Receipt,
    RecordedEvent,
)
from domain.kernel import Event, Refused

ATTEMPTS_MAX = 3


class Conflict(Struct, frozen=True):
    """Somebody else appended first. A value: losing a race is no accident."""

    stream_id: UUID
    version: int


class StaleVersion(Refused):
    """The version you last saw is no longer the latest."""


class KeyReused(Refused):
    """This Idempotency-Key was used before, for something else."""


class Loaded(Struct, frozen=True):
    """What is known before deciding.

    ``histories`` has an entry, perhaps empty, for every stream asked for; ``seen`` has
    the request hash and the first receipt of every command id that took effect before.
    """

    histories: Mapping[UUID, Sequence[RecordedEvent]]
    seen: Mapping[UUID, tuple[bytes, Receipt]]


class StreamAppend(Struct, frozen=True):
    """Events for one stream, if it still stands at ``version``."""

    stream_id: UUID
    version: int
    events: Sequence[Event]


class Append(Struct, frozen=True):
    """What one ask came to: appended whole or not at all."""

    context: CommandContext
    request_hash: bytes
    streams: tuple[StreamAppend, ...]


class EventStore(Protocol):
    """Keeps events for ever. Nothing else in the system writes one."""

    @property
    def partitions(self) -> int:
        """The number of partitions, chosen when the store was created."""
        ...

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        """Return whole streams, and the receipts of commands seen, in one query.

        A command id comes with the partition it is asked in.
        """
        ...

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        """Append a batch in one statement and one commit; an outcome for each.

        A command id seen before returns its first receipt, marked as repeated, and
        writes nothing. Appends of one batch to one stream see each other, in order.
        """
        ...
