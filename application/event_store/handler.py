"""The loop that writes things down: load, decide, append, for one ask or many.

``CommandHandler.handle`` takes a batch, and a batch of one is the same code. Whoever
has many callers collects their asks while the last batch commits, hands them over as
the next, and gives each its answer: that is the place of a dispatcher, which would be
``application/event_store/dispatcher.py`` and needs nothing of this but ``handle``.
"""

from collections.abc import Sequence

from application.event_store.batch import Answer, Batch, command_key
from application.event_store.envelope import Ask, Receipt
from application.event_store.store import (
    ATTEMPTS_MAX,
    Busy,
    EventStore,
    StoreUnavailable,
)
from domain.ids import partition_in


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
        id took effect before for another request; StoreUnavailable, OutcomeUnknown,
        and UnreadableEvent.
        """
        (answer,) = self.handle([ask])
        if isinstance(answer, Exception):
            raise answer
        return answer

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
            if len({partition_in(part.stream_id) for part in ask.parts}) != 1
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
        streams = {part.stream_id: None for ask in asks.values() for part in ask.parts}
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
