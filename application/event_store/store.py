"""The event store as a command handler sees it: load, decide, append."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from application.event_store.envelope import (
    CommandContext,
    Receipt,
    RecordedEvent,
)
from domain.kernel import Event, Refused

# So often an ask is decided: once, and three times more if it lost the race. Within a
# process there are no races, and among a few of them nobody loses four in a row.
ATTEMPTS_MAX = 4


class Conflict(Struct, frozen=True):
    """Somebody else appended first. A value: losing a race is no accident."""

    stream_id: UUID
    version: int


class StaleVersion(Refused):
    """The version you last saw is no longer the latest."""


class Busy(Refused):
    """Others keep changing this at the same moment; nothing was written, ask again."""


class KeyReused(Refused):
    """The Idempotency-Key was used before, for something else."""


class StoreUnavailable(Exception):
    """The event store does not answer, and nothing was written. Ask again later."""


class Overloaded(StoreUnavailable):
    """More is asked than can be done soon; nothing was written. Ask again later."""


class OutcomeUnknown(StoreUnavailable):
    """The answer was lost: it may have been written. Ask again, same command id."""


class UnreadableEvent(Exception):
    """An event whose tag is known, but whose body does not say what it should."""

    def __init__(self, record: "Unreadable") -> None:
        super().__init__(
            f"Event {record.partition}.{record.position} ({record.tag!r}, version "
            f"{record.version} of stream {record.stream_id}) cannot be read: "
            f"{record.detail}"
        )
        self.record = record


class UnknownEvent(UnreadableEvent):
    """An event with a tag that this version of the program does not know."""


class Unreadable(Struct, frozen=True, kw_only=True):
    """A stored event that this program cannot read, in its place in the log.

    A value, so that one bad event does not hide the good ones around it. Whoever needs
    the stream whole raises ``error()``.
    """

    stream_id: UUID
    version: int
    partition: int
    position: int
    recorded_at: datetime
    tag: str
    body: bytes
    why: Literal["unknown_tag", "spoilt_body"]
    detail: str

    @property
    def foreign(self) -> bool:
        """Whether a stock application of the eventsourcing library wrote it.

        Its topics name a class of a module, as no tag does: there is nothing to read.
        """
        return self.why == "unknown_tag" and ":" in self.tag

    def error(self) -> UnreadableEvent:
        """Return the exception that says so."""
        known = self.why == "spoilt_body"
        return UnreadableEvent(self) if known else UnknownEvent(self)


class Loaded(Struct, frozen=True):
    """What is known before deciding.

    ``histories`` has an entry, perhaps empty, for every stream asked for; ``seen`` has
    the request hash and the first receipt of every command id that took effect before,
    by partition and command id. A stream in ``unreadable`` has an event that this
    program cannot read: nothing can be decided about it.
    """

    histories: Mapping[UUID, Sequence[RecordedEvent]]
    seen: Mapping[tuple[int, UUID], tuple[bytes, Receipt]]
    unreadable: Mapping[UUID, Unreadable] = {}


class StreamAppend(Struct, frozen=True, gc=False):
    """Events for one stream, if it still stands at ``version``."""

    stream_id: UUID
    version: int
    events: Sequence[Event]


class Append(Struct, frozen=True, gc=False):
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

        A command id comes with the partition it is asked in. Raises StoreUnavailable.
        """
        ...

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        """Append a batch in one statement and one commit; an outcome for each.

        A command id seen before returns its first receipt, marked as repeated, and
        writes nothing; under another request hash it is a Conflict, and whoever loads
        again sees why. Appends of one batch to one stream see each other, in order:
        after a Conflict the next to its streams are Conflicts too, for they may have
        been decided on events that never happened, and may not overtake it; and after a
        repetition the next to streams it had events for.
        Without events nothing is written, but the versions are checked all the same.
        Raises StoreUnavailable, or OutcomeUnknown if the answer to COMMIT was lost.
        """
        ...


def occurred_at(event: Event, at: datetime) -> datetime:
    """Return when an event happened: as it says itself, else when its command did."""
    own = getattr(event, "at", None)
    return own if isinstance(own, datetime) else at
