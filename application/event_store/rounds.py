"""What is done with a batch: load, decide, append, and take in what came of it.

A batch of one is the same code. What streams amount to may be kept from one batch to
the next: then only the others are read, and whatever is decided is checked against the
versions by the append itself, also where it writes nothing. Likewise nothing is read
for an ask that was decided whole on versions it names.

Between deciding a batch and knowing what came of it, the next may be decided on top of
it: who does what when is told in ``pipeline.py``.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from application.event_store.asked import Asked
from application.event_store.batch import Answer, Batch, command_key
from application.event_store.envelope import Ask, Receipt
from application.event_store.needs import anew, apart, bring, in_motion, rest_on
from application.event_store.store import Append, Conflict, EventStore
from application.event_store.streams import NOTHING_KEPT, KeptStreams, Stream

WHOLE: Final = "An ask has parts, and all lie in one partition."

# What is called to have a batch appended: an outcome for each of its appends.
Appending: TypeAlias = Callable[[], Sequence[Receipt | Conflict]]

# Is told whose turn it is to be decided; None when the last was. May raise to end it.
Turn: TypeAlias = Callable[[Ask | None], None]


def nobody_looks(_: Ask | None) -> None:
    """Let them take their turns, whoever it is."""


class PartsApart(ValueError):
    """An ask has no parts, or parts in different partitions."""


class Rounds:
    """Decides batches, and takes in what came of them. Not for two threads at once.

    Without ``kept`` every stream is read each time, and any number of threads may.
    """

    def __init__(self, store: EventStore, kept: KeptStreams | None = None) -> None:
        self._store = store
        self._kept = NOTHING_KEPT if kept is None else kept

    def decide(
        self,
        batch: Batch,
        asked: Sequence[Asked],
        ahead: Batch | None = None,
        turn: Turn = nobody_looks,
    ) -> int:
        """Decide asks on top of a batch; return how many of them, from the first.

        ``ahead`` is on its way to the store. An ask has to wait, and all behind it, if
        a stream must be read for it that the batch, or the one ahead, may have changed:
        what is read by now is not what it has to be decided on. None has to wait where
        nothing is ahead and nothing in the batch. Of one that was tried before it is
        looked up whether it took effect. What cannot be read is told to whoever asked
        for it. Whose ``turn`` it is to be decided is said each time, and None at the
        end.
        """
        lacking: dict[int, Sequence[UUID]] = {}
        wrong: dict[int, Exception] = {}
        for number, each in enumerate(asked):
            try:
                unknown = self._lacks(each, batch)
            except Exception as error:  # noqa: BLE001 - whatever an ask is made of
                wrong[number] = error
                continue
            if unknown and in_motion(unknown, batch, ahead):
                asked = asked[:number]
                break
            if unknown or each.tries:
                lacking[number] = unknown
        away = self._read(batch, asked, lacking)
        for number, each in enumerate(asked):
            ask = each.ask
            turn(ask)
            if number in wrong:
                batch.refuse(ask, wrong[number])
            elif number in lacking and away is not None:
                batch.refuse(ask, away)
            else:
                read = lacking.get(number, ())
                sure = bool(read) and len(read) == len(ask.streams) and anew(ask, ahead)
                rest_on(ask, batch, self._kept)
                batch.take(ask, sure=sure)
        turn(None)
        return len(asked)

    def _lacks(self, asked: Asked, batch: Batch) -> Sequence[UUID]:
        """Return which streams must be read for an ask; a batch gets what is kept."""
        if apart(asked.ask):
            raise PartsApart(WHOLE)
        if asked.ask.decided and not asked.tries:
            return ()
        return bring(asked.ask, batch, self._kept)

    def departing(self, batch: Batch) -> Appending:
        """Close a batch, and return what has to be called to have it appended.

        From now on its streams are kept as they will stand if all of it is written.
        """
        self._kept.keep(batch.streams, but=batch.unreadable)
        appends = list(batch.appends.values())
        return partial(self._store.append, appends) if appends else tuple

    def landed(
        self, batch: Batch, appending: Appending
    ) -> tuple[dict[int, Answer], set[UUID]]:
        """Take in what came of a batch: the answers there are, by numbers of its asks.

        Whoever is left out lost a race, or rests on one who did, and has to be decided
        again. The streams are his, and all others that do not stand where the batch
        left them. Raises what the append does: then they are all of its streams.
        """
        spoilt: Collection[UUID] = batch.streams
        try:
            told = dict(zip(batch.appends, appending(), strict=True))
            answers = batch.answers(told)
            spoilt = moved = spoilt_by(batch.appends, told)
        finally:
            self._kept.forget(spoilt)
        for number, ask in enumerate(batch.asks):
            if number not in answers:
                moved.update(ask.streams)
        return answers, moved

    def undone(self, batch: Batch, moved: Collection[UUID]) -> None:
        """Keep the streams of a batch as they stood before it: it is not to be.

        All but those that have ``moved`` stand there still.
        """
        standing = {
            stream_id: stream
            for stream_id, stream in batch.streams.items()
            if stream_id not in moved
        }
        for stream in standing.values():
            stream.undo()
        self._kept.keep(standing, but=batch.unreadable)

    def _read(
        self,
        batch: Batch,
        asked: Sequence[Asked],
        lacking: Mapping[int, Sequence[UUID]],
    ) -> Exception | None:
        """Add what has to be read to a batch; return what prevents it, if anything."""
        if not lacking:
            return None
        streams = {each: None for some in lacking.values() for each in some}
        commands = {command_key(asked[number].ask): None for number in lacking}
        try:
            loaded = self._store.load(list(streams), list(commands))
        except Exception as away:  # noqa: BLE001 - a value, see Answer
            return away
        for stream_id, history in loaded.histories.items():
            batch.streams[stream_id] = Stream(history)
        batch.seen.update(loaded.seen)
        batch.unreadable.update(loaded.unreadable)
        return None


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
