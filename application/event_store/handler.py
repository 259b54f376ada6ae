"""Who takes asks to aggregates of every kind, and answers each with its receipt.

``CommandHandler`` does so where it is called, one caller at a time; the dispatcher is
one for many callers at once. Both take the same rounds.
"""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.batch import Answer, MovedOn, said_hash, words_gone
from application.event_store.envelope import Ask, CommandContext, Receipt
from application.event_store.pipeline import run
from application.event_store.rounds import Rounds
from application.event_store.store import (
    Busy,
    EventStore,
    KeyReused,
    OutcomeUnknown,
    StoreUnavailable,
)
from domain.ids import partition_in
from domain.kernel import Refused

# So often what is derived from streams that move on is derived anew. Somebody wins
# every race; one that loses three of four loses this often once in ten thousand times.
DERIVED_MAX = 32


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

    async def answer(self, ask: Ask) -> Receipt:
        """Return the receipt of one ask to a coroutine; raises as ``handle_one``."""
        return await asyncio.to_thread(self.handle_one, ask)

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
        for _ in range(DERIVED_MAX):
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
        raise Busy(attempts=DERIVED_MAX)

    def handle(self, asks: Sequence[Ask]) -> Sequence[Answer]:
        """Load, decide and append a batch; an answer for each ask, in order.

        An answer is the receipt, or the exception that ``handle_one`` would raise.
        Asks of the batch on one stream see each other's events, in order. Those that
        lost a race are decided again, the others stand. Raises only what concerns the
        whole batch: StoreUnavailable, and OutcomeUnknown, after which the same asks
        under the same command ids may safely be handed in again.
        """
        return told_whole(run(Rounds(self._store), asks))


def told_whole(answers: Sequence[Answer]) -> Sequence[Answer]:
    """Return the answers to whoever handed in a batch as one thing, and takes it whole.

    Raises StoreUnavailable if nothing was written of it, OutcomeUnknown if some may
    have been: the same asks may safely be handed in again.
    """
    away = [each for each in answers if isinstance(each, StoreUnavailable)]
    if away and len(away) < len(answers):
        raise OutcomeUnknown(f"Some of it was not taken: {away[0]}") from away[0]
    if away:
        raise next((each for each in away if isinstance(each, OutcomeUnknown)), away[0])
    return answers
