"""The loop that writes things down: load, decide, append, for one ask or many.

``CommandHandler.handle`` takes a batch, and a batch of one is the same code. Whoever
has many callers collects their asks while the last batch commits, hands them over as
the next, and gives each its answer: that is the place of a dispatcher, which would be
``application/event_store/dispatcher.py`` and needs nothing of this but ``handle``.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.batch import (
    Answer,
    Batch,
    MovedOn,
    command_key,
    said_hash,
    words_gone,
)
from application.event_store.envelope import Ask, CommandContext, Receipt
from application.event_store.store import (
    ATTEMPTS_MAX,
    Busy,
    EventStore,
    KeyReused,
    StoreUnavailable,
)
from domain.ids import partition_in
from domain.kernel import Refused


class PartsApart(ValueError):
    """An ask has no parts, or parts in different partitions."""


class CommandHandler:
    """Takes asks to aggregates of every kind, and answers each with its receipt."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    def handle_one(self, ask: Ask) -> Receipt:
        """Return the receipt of one ask.

        Raises what ``decide`` refuses, StaleVersion if the caller expected another
        version, Busy if it lost the race ATTEMPTS_MAX times, KeyReused if the command
        id took effect before for another request, MovedOn if what the ask rests on has
        changed; StoreUnavailable, OutcomeUnknown, and UnreadableEvent.
        """
        (answer,) = self.handle([ask])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answered(
        self, stream_id: UUID, context: CommandContext, said: Struct
    ) -> Receipt | None:
        """Return the first receipt of what was said before; None if it was not.

        Whoever prepares an ask from what other streams say asks this first: what was
        granted once stays granted, whatever has changed since. Raises KeyReused if
        the command id took effect for another request, and StoreUnavailable.
        """
        name = partition_in(stream_id), context.command_id
        found = self._store.load([], [name]).seen.get(name)
        if found is None:
            return None
        request, receipt = found
        if request != said_hash(stream_id, context, said) and not words_gone(said):
            raise KeyReused(command_id=context.command_id)
        return replace(receipt, repeated=True)

    def handle_prepared(
        self,
        stream_id: UUID,
        context: CommandContext,
        said: Struct,
        prepare: Callable[[], Ask],
    ) -> Receipt:
        """Return the receipt of what is said of a stream; ``prepare`` makes the ask.

        It is prepared on things as they stand, and anew whenever one of those that it
        ``rests_on`` has moved on. Raises as ``handle_one`` and ``prepare`` do.
        """
        for _ in range(ATTEMPTS_MAX):
            if first := self.answered(stream_id, context, said):
                return first
            try:
                ask = replace(prepare(), said=said, said_of=stream_id)
                return self.handle_one(ask)
            except MovedOn:
                continue
            except Refused:
                # The same may have been asked twice at once, and granted meanwhile.
                if first := self.answered(stream_id, context, said):
                    return first
                raise
        raise Busy(attempts=ATTEMPTS_MAX)

    def handle(self, asks: Sequence[Ask]) -> Sequence[Answer]:
        """Load, decide and append a batch; an answer for each ask, in order.

        An answer is the receipt, or the exception that ``handle_one`` would raise.
        Asks of the batch on one stream see each other's events, in order. Those that
        lost a race are decided again, the others stand. Raises only what concerns the
        whole batch: StoreUnavailable, and OutcomeUnknown, after which the same asks
        under the same command ids may safely be handed in again.
        """
        answers: dict[int, Answer] = {
            number: PartsApart("An ask has parts, and all lie in one partition.")
            for number, ask in enumerate(asks)
            if not ask.parts or len(set(map(partition_in, ask.streams))) != 1
        }
        for _ in range(ATTEMPTS_MAX):
            waiting = [each for each in range(len(asks)) if each not in answers]
            if waiting:
                answers |= self._attempt({each: asks[each] for each in waiting})
        lost = Busy(attempts=ATTEMPTS_MAX)
        return [answers.get(number, lost) for number in range(len(asks))]

    def _attempt(self, asks: dict[int, Ask]) -> dict[int, Answer]:
        """Return the answers there are; the asks left out lost a race.

        What cannot be stored at all, such as a name with a NUL, fails the whole batch:
        then each ask goes alone, so that it fails only the one it came with.
        """
        streams = {each: None for ask in asks.values() for each in ask.streams}
        commands = {command_key(ask): None for ask in asks.values()}
        batch = Batch(self._store.load(list(streams), list(commands)))
        for number, ask in asks.items():
            batch.take(number, ask)
        try:
            outcomes = self._store.append(list(batch.appends.values()))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            return dict.fromkeys(asks, error) if len(asks) == 1 else self._each(asks)
        return batch.answers(dict(zip(batch.appends, outcomes, strict=True)))

    def _each(self, asks: dict[int, Ask]) -> dict[int, Answer]:
        answers: dict[int, Answer] = {}
        for number, ask in asks.items():
            answers |= self._attempt({number: ask})
        return answers
