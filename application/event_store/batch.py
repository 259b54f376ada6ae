"""What a batch of asks comes to, decided in memory on what was loaded."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, reduce
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from application.event_store.envelope import (
    Ask,
    CommandContext,
    Part,
    Receipt,
    StreamVersion,
)
from application.event_store.store import (
    Append,
    Conflict,
    KeyReused,
    StaleVersion,
    StreamAppend,
    Unreadable,
)
from application.event_store.streams import Stream
from domain.ids import partition_in
from domain.kernel import Event, ImpossibleTime, Refused, possible

# An ask's answer. An exception is a value here, so that it disturbs no other ask of the
# batch: a Refused is the rule that forbids it, any other exception is our mistake.
Answer: TypeAlias = Receipt | Exception

# What sealed words become once whom they are about was erased. Then nobody can say any
# more whether a repeated request is the first one: its command id has to do.
WORDS_GONE = "sealed:erased"

CANONICAL = msgspec.json.Encoder(order="deterministic")


class MovedOn(Exception):
    """A stream that an ask was derived from has changed since: derive it anew."""


class Batch:
    """Asks decided one after the other, each seeing what those before it decided.

    What an ask saw of an earlier one is only true once that is written. So an answer
    that rests on it waits for ``answers``, and is none if the earlier ask lost a race.
    The same holds for what was decided on a stream as it stood at some time before: an
    ask that writes nothing then has its versions checked all the same.
    """

    def __init__(self) -> None:
        self.asks: list[Ask] = []
        # What is known of streams and of command ids, for it was read or kept.
        self.streams: dict[UUID, Stream] = {}
        self.seen: dict[tuple[int, UUID], tuple[bytes, Receipt]] = {}
        self.unreadable: dict[UUID, Unreadable] = {}
        # What is to be written, and under which command ids.
        self.appends: dict[int, Append] = {}
        self.command_ids: set[tuple[int, UUID]] = set()
        self._answers: dict[int, Answer] = {}
        self._failures: dict[int, Exception] = {}

    @cached_property
    def changed(self) -> set[UUID]:
        """The streams it writes to, as long as it takes no more asks."""
        return {
            part.stream_id
            for append in self.appends.values()
            for part in append.streams
            if part.events
        }

    def refuse(self, ask: Ask, answer: Exception) -> None:
        """Take an ask that is not to be decided: this is its answer."""
        self._answers[len(self.asks)] = answer
        self.asks.append(ask)

    def take(self, ask: Ask, *, sure: bool) -> None:
        """Decide an ask. The second of one command id is left for another attempt.

        ``sure`` says that its streams and its command id have just been read.
        """
        number = len(self.asks)
        self.asks.append(ask)
        name = command_key(ask)
        if self.seen and name in self.seen:
            try:
                self._answers[number] = self._answer_again(name, ask)
            except Exception as error:  # noqa: BLE001 - a value, see Answer
                self._answers[number] = error
            return
        if name in self.command_ids:
            return
        streams = [self.streams[each] for each in ask.streams]
        rests = any(each.added for each in streams)
        hashed = b""
        try:
            hashed = request_hash(ask)
            drafts = self._decide(ask, streams)
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            if isinstance(error, Refused):
                # A rule is no accident; where it was found would hold the whole batch
                # in memory until the next search for garbage.
                error.__traceback__ = None
            self._failures[number] = error
            if hashed and (rests or not sure):
                self._keep(number, ask, hashed, streams, [()] * len(streams))
            return
        anything = any(drafts)
        if sure and not anything and not rests:
            self._answers[number] = self._nothing_new(ask, streams)
            return
        self._keep(number, ask, hashed, streams, drafts)
        if anything:
            self.command_ids.add(name)
            for stream, events in zip(streams, drafts, strict=True):
                stream.add(events)

    def answers(self, outcomes: Mapping[int, Receipt | Conflict]) -> dict[int, Answer]:
        """Return the answers, given what came of ``appends``; the rest asks again."""
        receipts = {
            number: outcome
            for number, outcome in outcomes.items()
            if isinstance(outcome, Receipt)
        }
        written = {number for number, each in receipts.items() if not each.repeated}
        failures = {
            number: error
            for number, error in self._failures.items()
            if number not in self.appends or number in written
        }
        return {**self._answers, **receipts, **failures}

    def _answer_again(self, name: tuple[int, UUID], ask: Ask) -> Answer:
        request, receipt = self.seen[name]
        if request != request_hash(ask) and not speaks_of_erased(ask):
            return KeyReused(command_id=ask.context.command_id)
        return replace(receipt, repeated=True)

    def _decide(self, ask: Ask, streams: Sequence[Stream]) -> list[Sequence[Event]]:
        """Return what the ask comes to, for each of its streams in their order.

        Nothing is written to what was only read, but it must still stand there.
        """
        if ask.context.expected_version not in (None, streams[0].version):
            raise StaleVersion(version=streams[0].version)
        for stream_id, version in ask.rests_on.items():
            if self.streams[stream_id].version != version:
                raise MovedOn(f"Stream {stream_id} is not at {version} any more.")
        if ask.single:
            return [self._part(ask.parts[0], streams[0], (), ask.context.at)]
        drafts: dict[UUID, list[Event]] = {each: [] for each in ask.streams}
        for part in ask.parts:
            draft = drafts[part.stream_id]
            if part.decided is not None and part.stream_id in ask.rests_on:
                draft += part.decided
                continue
            stream = self.streams[part.stream_id]
            draft += self._part(part, stream, draft, ask.context.at)
        return list(drafts.values())

    def _part(
        self, part: Part, stream: Stream, draft: Sequence[Event], at: datetime
    ) -> Sequence[Event]:
        """Return what a part comes to, after what others of its ask have drafted."""
        if self.unreadable and part.stream_id in self.unreadable:
            raise self.unreadable[part.stream_id].error()
        decider = part.decider
        state = reduce(decider.evolve, draft, stream.state(decider))
        return decider.decide(state, part.command, part.policy, at)

    def _keep(
        self,
        number: int,
        ask: Ask,
        hashed: bytes,
        streams: Sequence[Stream],
        drafts: Sequence[Sequence[Event]],
    ) -> None:
        """Have it appended, each stream at the version that was seen of it."""
        parts = [
            StreamAppend(stream_id, stream.version, events)
            for stream_id, stream, events in zip(
                ask.streams, streams, drafts, strict=True
            )
        ]
        self.appends[number] = Append(ask.context, hashed, tuple(parts))

    def _nothing_new(self, ask: Ask, streams: Sequence[Stream]) -> Receipt:
        """Return where the streams stand: what was asked for is so already."""
        first, last = ask.streams[0], max(each.position for each in streams)
        return Receipt(
            stream_id=first,
            version=streams[0].version,
            position=f"{partition_in(first)}.{last}",
            streams=tuple(
                StreamVersion(name, each.version)
                for name, each in zip(ask.streams, streams, strict=True)
            ),
        )


def command_key(ask: Ask) -> tuple[int, UUID]:
    """Return under which name an ask takes effect at most once."""
    return partition_in(ask.parts[0].stream_id), ask.context.command_id


def speaks_of_erased(ask: Ask) -> bool:
    """Return whether words of the ask could not be sealed, for an erasure."""
    return words_gone((ask.said, [part.command for part in ask.parts]))


def words_gone(said: Any) -> bool:
    """Return whether words of what is said could not be sealed, for an erasure."""
    return CANONICAL.encode(WORDS_GONE) in CANONICAL.encode(said)


def request_hash(ask: Ask) -> bytes:
    """Return the SHA-256 of what is asked: its name, streams and commands.

    Of an ask that was derived from other streams, it is that of what the caller said:
    what was derived may be another when it is asked again.
    """
    if ask.said is not None:
        stream_id = ask.said_of or ask.parts[0].stream_id
        return said_hash(stream_id, ask.context, ask.said)
    parts = [
        (part.stream_id, type(part.command).__name__, part.command)
        for part in ask.parts
    ]
    return hash_of(ask.context, parts)


def said_hash(stream_id: UUID, context: CommandContext, said: Struct) -> bytes:
    """Return the SHA-256 of what a caller said of a stream."""
    return hash_of(context, ("said", stream_id, type(said).__name__, said))


def hash_of(context: CommandContext, said: Any) -> bytes:
    """Return the SHA-256 of what is said under the name of its command.

    When a report says it happened is part of what it says. Who asks and when is not:
    asking again is asking later. Raises ImpossibleTime for no time that can be told.
    """
    if not possible(context.at):
        raise ImpossibleTime(year=context.at.year)
    happened = context.occurred_at and context.occurred_at.astimezone(UTC)
    return sha256(CANONICAL.encode((context.name, happened, said))).digest()
