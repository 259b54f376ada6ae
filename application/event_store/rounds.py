"""What is done with a batch: load, decide, append, and answer each ask of it.

A batch of one is the same code. What streams amount to may be kept from one batch to
the next: then only the others are read, and whatever is decided is checked against the
versions by the append itself, also where it writes nothing. Likewise nothing is read
for an ask that was decided whole on versions it names.

``Rounds.run`` does one after the other. Between deciding a batch and knowing what came
of it, the next may be decided on top of it: see ``pipeline.py``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from application.event_store.batch import Answer, Batch, command_key
from application.event_store.envelope import Ask, Receipt
from application.event_store.needs import anew, apart, in_motion, lacks, rest_on
from application.event_store.store import (
    ATTEMPTS_MAX,
    Append,
    Busy,
    Conflict,
    EventStore,
    OutcomeUnknown,
    StoreUnavailable,
)
from application.event_store.streams import NOTHING_KEPT, KeptStreams, Stream

# What is called to have a batch appended: an outcome for each of its appends.
Appending: TypeAlias = Callable[[], Sequence[Receipt | Conflict]]

# Is told whose turn it is to be decided; None when the last was. May raise to end it.
Turn: TypeAlias = Callable[[Ask | None], None]


def nobody_looks(_: Ask | None) -> None:
    """Let them take their turns, whoever it is."""


WHOLE: Final = "An ask has parts, and all lie in one partition."


class PartsApart(ValueError):
    """An ask has no parts, or parts in different partitions."""


class Rounds:
    """Decides batches, and takes in what came of them. Not for two threads at once.

    Without ``kept`` every stream is read each time, and any number of threads may.
    """

    def __init__(self, store: EventStore, kept: KeptStreams | None = None) -> None:
        self._store = store
        self._kept = NOTHING_KEPT if kept is None else kept

    def run(self, asks: Sequence[Ask]) -> list[Answer]:
        """Load, decide and append a batch; an answer for each ask, in order."""
        batch = Batch()
        self.decide(batch, asks)
        answers, _ = self.landed(batch, self.departing(batch))
        return answers

    def decide(
        self,
        batch: Batch,
        asks: Sequence[Ask],
        ahead: Batch | None = None,
        *,
        fresh: bool = False,
        turn: Turn = nobody_looks,
    ) -> int:
        """Decide asks on top of a batch; return how many of them, from the first.

        ``ahead`` is on its way to the store. An ask has to wait, and all behind it, if
        a stream must be read for it that the batch, or the one ahead, may have changed:
        what is read by now is not what it has to be decided on. None has to wait where
        nothing is ahead and nothing in the batch. ``fresh`` trusts nothing but what is
        read now. What cannot be read is told to whoever asked for it. Whose ``turn`` it
        is to be decided is said each time, and None at the end.
        """
        kept = NOTHING_KEPT if fresh else self._kept
        lacking: dict[int, Sequence[UUID]] = {}
        for number, ask in enumerate(asks):
            if apart(ask) or (ask.decided and not fresh):
                continue  # Nothing has to be read for it.
            if unknown := lacks(ask, batch, kept):
                if in_motion(unknown, batch, ahead):
                    asks = asks[:number]
                    break
                lacking[number] = unknown
        away = self._read(batch, asks, lacking)
        for number, ask in enumerate(asks):
            turn(ask)
            read = lacking.get(number, ())
            if apart(ask):
                batch.refuse(ask, PartsApart(WHOLE))
            elif read and away is not None:
                batch.refuse(ask, away)
            else:
                sure = bool(read) and len(read) == len(ask.streams) and anew(ask, ahead)
                rest_on(ask, batch, kept)
                batch.take(ask, sure=sure)
        turn(None)
        return len(asks)

    def departing(self, batch: Batch) -> Appending:
        """Close a batch, and return what has to be called to have it appended.

        From now on its streams are kept as they will stand if all of it is written.
        """
        self._kept.keep(batch.streams, but=batch.unreadable)
        appends = list(batch.appends.values())
        return partial(self._store.append, appends) if appends else tuple

    def landed(
        self, batch: Batch, appending: Appending
    ) -> tuple[list[Answer], set[UUID]]:
        """Take in what came of a batch: its answers, in the order of its asks.

        What lost a race is read and decided again, three times at most. If the answer
        to the append is lost, the receipts of what was written are looked up, once.
        Who has an answer keeps it, whatever becomes of the others: an ask of which
        nothing can be said is answered StoreUnavailable, or OutcomeUnknown if it may
        have been written.

        The streams are those that do not stand where the batch left them: whatever was
        decided on top of it has to be decided again.
        """
        asks, numbers = batch.asks, list(range(len(batch.asks)))
        answers: dict[int, Answer] = {}
        moved: set[UUID] = set()
        lost: OutcomeUnknown | None = None
        rest: Exception = Busy(attempts=ATTEMPTS_MAX)
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                batch = self._anew([asks[number] for number in numbers])
                appending = self.departing(batch)
                moved |= batch.streams.keys()
            try:
                some = self._answers(batch, appending, moved)
            except OutcomeUnknown as error:
                if lost is not None:
                    break
                lost = error
                continue
            except StoreUnavailable as error:
                rest = error
                break
            for number, answer in some.items():
                answers[numbers[number]] = lost if lost and unsaid(answer) else answer
            numbers = [number for number in numbers if number not in answers]
            if not numbers:
                break
        if lost is not None:
            rest = lost  # Whoever can say nothing since then has been lost as well.
        return [answers.get(number, rest) for number in range(len(asks))], moved

    def _answers(
        self, batch: Batch, appending: Appending, moved: set[UUID]
    ) -> dict[int, Answer]:
        """Return the answers there are; the asks left out lost a race.

        What cannot be stored at all, such as a name with a NUL, fails the whole batch:
        then each half goes alone, and so on, until it fails only the one it came with.
        """
        spoilt: Iterable[UUID] = batch.streams
        try:
            outcomes = appending()
            told = dict(zip(batch.appends, outcomes, strict=True))
            spoilt = spoilt_by(batch.appends, told)
            return batch.answers(told)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            if len(batch.asks) == 1:
                return {0: error}
            return self._by_halves(batch.asks, moved)
        finally:
            self._kept.forget(spoilt)
            moved.update(spoilt)

    def _by_halves(self, asks: Sequence[Ask], moved: set[UUID]) -> dict[int, Answer]:
        """Return the answers of a batch that cannot be stored as one.

        Whoever comes after one that lost a race, on one of its streams, asks again too,
        and so on: nobody is overtaken.
        """
        answers: dict[int, Answer] = {}
        left: set[UUID] = set()
        middle = len(asks) // 2
        for numbers in (range(middle), range(middle, len(asks))):
            some: list[int] = []
            for number in numbers:
                if left.isdisjoint(asks[number].streams):
                    some.append(number)
                else:
                    left.update(asks[number].streams)
            batch = self._anew([asks[number] for number in some])
            try:
                told = self._answers(batch, self.departing(batch), moved)
            except StoreUnavailable as error:
                told = dict.fromkeys(range(len(some)), error)
            answers |= {some[number]: answer for number, answer in told.items()}
            left.update(*(asks[n].streams for n in numbers if n not in answers))
        return answers

    def _anew(self, asks: Sequence[Ask]) -> Batch:
        """Return a batch of these asks, decided on what is read now."""
        batch = Batch()
        self.decide(batch, asks, fresh=True)
        return batch

    def _read(
        self, batch: Batch, asks: Sequence[Ask], lacking: Mapping[int, Sequence[UUID]]
    ) -> Exception | None:
        """Add what has to be read to a batch; return what prevents it, if anything."""
        if not lacking:
            return None
        streams = {each: None for some in lacking.values() for each in some}
        commands = {command_key(asks[number]): None for number in lacking}
        try:
            loaded = self._store.load(list(streams), list(commands))
        except Exception as away:  # noqa: BLE001 - a value, see Answer
            return away
        for stream_id, history in loaded.histories.items():
            batch.streams[stream_id] = Stream(history)
        batch.seen.update(loaded.seen)
        batch.unreadable.update(loaded.unreadable)
        return None


def unsaid(answer: Answer) -> bool:
    """Say whether an answer is that the store said nothing, and wrote nothing."""
    away = isinstance(answer, StoreUnavailable)
    return away and not isinstance(answer, OutcomeUnknown)


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


def spoilt_by(
    appends: Mapping[int, Append], outcomes: Mapping[int, Receipt | Conflict]
) -> set[UUID]:
    """Return the streams that do not stand where the batch left them."""
    return {
        each.stream_id
        for number, outcome in outcomes.items()
        if isinstance(outcome, Conflict) or outcome.repeated
        for each in appends[number].streams
    }
