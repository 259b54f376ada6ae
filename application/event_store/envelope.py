"""What travels with a command, and what is kept with an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.kernel import AnyDecider, Command, Event, Moment


class CommandContext(Struct, frozen=True, kw_only=True, gc=False):
    """Who asks, when, and under which name, so that asking twice is asking once.

    ``expected_version`` is what the caller last saw of the first part's stream; None
    means "whatever is so". ``correlation_id`` ties together all that one outside cause
    set going. ``occurred_at`` is set by a report that says when it happened; it is part
    of what is reported. A request has none. ``name`` is what is asked, as the command
    table keeps it.
    """

    actor: str
    asked_at: Moment
    command_id: UUID
    correlation_id: UUID
    name: str = ""
    expected_version: int | None = None
    occurred_at: Moment | None = None

    @property
    def at(self) -> datetime:
        """The time to judge by: a report's own, else when it was asked."""
        return self.occurred_at or self.asked_at


class Part(Struct, frozen=True, gc=False):
    """One command to one stream, and all that is needed to decide it.

    ``decided`` is what it comes to, where whoever prepared the ask has decided it by
    ``decider`` and at the ask's own time: deciding is a function, and on what the ask
    ``rests_on`` it comes to the same again. On anything else it counts for nothing.
    """

    stream_id: UUID
    decider: AnyDecider
    command: Command
    policy: Any = None
    decided: tuple[Event, ...] | None = None


class Ask(Struct, frozen=True, gc=False):
    """What is asked in one go: all parts are appended whole, or none of them.

    All parts lie in one partition. Where parts were derived from what other streams
    say, ``said`` is what the caller said, before anything was derived: by that it is
    known again when it is asked twice. It was said of ``said_of``, usually the first
    part's stream. ``rests_on`` are the streams it was derived from, each at the version
    that was read; once one has moved on, it has to be derived anew.
    """

    context: CommandContext
    parts: tuple[Part, ...]
    said: Struct | None = None
    said_of: UUID | None = None
    rests_on: Mapping[UUID, int] = {}

    @property
    def single(self) -> bool:
        """Whether it is one command to one stream and rests on nothing, as most are."""
        return len(self.parts) == 1 and not self.rests_on

    @property
    def streams(self) -> tuple[UUID, ...]:
        """All streams that matter to it, each once."""
        if self.single:
            return (self.parts[0].stream_id,)
        written = (part.stream_id for part in self.parts)
        return tuple(dict.fromkeys((*written, *self.rests_on)))

    @property
    def decided(self) -> bool:
        """Whether all of it is decided, as long as what it rests on stands there."""
        return bool(self.rests_on) and all(
            part.decided is not None and part.stream_id in self.rests_on
            for part in self.parts
        )


class RecordedEvent(Struct, frozen=True, kw_only=True, gc=False):
    """An event, and how we came to know it.

    ``version`` counts from 1 without gaps within the stream, ``position`` from 1
    without gaps within the partition, in the order of commits. ``occurred_at`` is
    when it happened in the world, ``recorded_at`` when the database wrote it down;
    ``leaf`` is the SHA-256 of the stored row.
    """

    stream_id: UUID
    version: int
    partition: int
    position: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    command_id: UUID
    correlation_id: UUID
    leaf: bytes
    event: Event


class StreamVersion(Struct, frozen=True, gc=False):
    """Where one stream stands."""

    stream_id: UUID
    version: int


class Receipt(Struct, frozen=True, kw_only=True, gc=False):
    """Where the streams of an ask now stand, and the proof of what was written.

    ``stream_id`` and ``version`` are those of the first part; ``streams`` are all of
    them. ``position`` is the token "partition.position": a projection that has read so
    far shows what the command did. ``leaves`` are the SHA-256 leaf hashes, in hex, of
    the events written, in order. ``repeated`` says that it was asked before.
    """

    stream_id: UUID
    version: int
    position: str
    leaves: tuple[str, ...] = ()
    streams: tuple[StreamVersion, ...] = ()
    repeated: bool = False
