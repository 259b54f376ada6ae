"""The loop that writes things down: load, decide, append, for one ask or many.

A batch of one is the same code. What streams amount to may be kept from one batch to
the next: then only the others are read, and whatever is decided is checked against the
versions by the append itself, also where it writes nothing. Likewise nothing is read
for an ask that was decided whole on versions it names.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from time import thread_time
from typing import Final
from uuid import UUID

from application.event_store.batch import Answer, Batch, Stream, command_key
from application.event_store.envelope import Ask, Receipt
from application.event_store.store import (
    ATTEMPTS_MAX,
    Append,
    Busy,
    Conflict,
    EventStore,
    Loaded,
    OutcomeUnknown,
    StoreUnavailable,
)
from domain.ids import partition_in

# Whoever takes longer than this to be decided holds up all that came with him.
SLOW_S: Final = 0.05


class PartsApart(ValueError):
    """An ask has no parts, or parts in different partitions."""


class KeptStreams:
    """What streams amounted to when they were last seen, of so many at most.

    A version that has moved on since is noticed by the append, never trusted.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: OrderedDict[UUID, Stream] = OrderedDict()

    def known(self, ask: Ask) -> bool:
        """Say whether an ask can be decided without reading anything."""
        streams = self._streams
        if ask.rests_on and any(each not in streams for each in ask.rests_on):
            return False
        for part in ask.parts:
            stream = streams.get(part.stream_id)
            if stream is None or not stream.knows(part.decider):
                return False
        return True

    def take(self, stream_id: UUID) -> Stream:
        """Hand out a stream for a batch; it comes back by ``keep``, or is lost."""
        return self._streams.pop(stream_id)

    def keep(self, streams: Mapping[UUID, Stream]) -> None:
        """Keep streams as they stand now; whichever was not used for longest goes.

        Of ids that are no stream there is no end, and nothing to remember.
        """
        for stream_id, stream in streams.items():
            if stream.version:
                stream.rest()
                self._streams[stream_id] = stream
        while len(self._streams) > self._most:
            self._streams.popitem(last=False)


class Rounds:
    """Takes batches of asks, one after the other. Not for two threads at once.

    Without ``kept`` every stream is read each time, and any number of threads may.
    ``slow`` is told which asks took long to be decided, by what this thread worked
    itself: by the clock anybody would be slow on a crowded machine.
    """

    def __init__(
        self,
        store: EventStore,
        kept: KeptStreams | None = None,
        slow: Callable[[Ask], None] | None = None,
        effort: Callable[[], float] = thread_time,
    ) -> None:
        self._store = store
        self._kept = kept
        self._slow = slow
        self._effort = effort

    def run(self, asks: Sequence[Ask]) -> list[Answer]:
        """Load, decide and append a batch; an answer for each ask, in order.

        What lost a race is read and decided again, three times at most. If the answer
        to the append is lost, the receipts of what was written are looked up, once.
        Who has an answer keeps it, whatever becomes of the others: an ask of which
        nothing can be said is answered StoreUnavailable, or OutcomeUnknown if it may
        have been written.
        """
        answers: dict[int, Answer] = {
            number: PartsApart("An ask has parts, and all lie in one partition.")
            for number, ask in enumerate(asks)
            if apart(ask)
        }
        lost: OutcomeUnknown | None = None
        rest: Exception = Busy(attempts=ATTEMPTS_MAX)
        for attempt in range(ATTEMPTS_MAX):
            waiting = {
                number: ask for number, ask in enumerate(asks) if number not in answers
            }
            if not waiting:
                break
            try:
                answers |= self._attempt(waiting, fresh=attempt > 0)
            except OutcomeUnknown as error:
                if lost is not None:
                    break
                lost = error
            except StoreUnavailable as error:
                rest = error
                break
        if lost is not None:
            rest = lost  # Whoever can say nothing since then has been lost as well.
        return [answers.get(number, rest) for number in range(len(asks))]

    def _attempt(self, asks: Mapping[int, Ask], *, fresh: bool) -> dict[int, Answer]:
        """Return the answers there are; the asks left out lost a race.

        What cannot be stored at all, such as a name with a NUL, fails the whole batch:
        then each ask goes alone, so that it fails only the one it came with.
        """
        batch, streams = self._decided(asks, fresh=fresh)
        appends = list(batch.appends.values())
        try:
            outcomes = self._store.append(appends) if appends else ()
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            return dict.fromkeys(asks, error) if len(asks) == 1 else self._each(asks)
        told = dict(zip(batch.appends, outcomes, strict=True))
        if self._kept is not None:
            for spoilt in spoilt_by(batch.appends, told):
                streams.pop(spoilt, None)
            self._kept.keep(streams)
        return batch.answers(told)

    def _each(self, asks: Mapping[int, Ask]) -> dict[int, Answer]:
        answers: dict[int, Answer] = {}
        for number, ask in asks.items():
            try:
                answers |= self._attempt({number: ask}, fresh=True)
            except StoreUnavailable as error:
                answers[number] = error
        return answers

    def _decided(
        self, asks: Mapping[int, Ask], *, fresh: bool
    ) -> tuple[Batch, dict[UUID, Stream]]:
        """Return a batch decided, and the streams that it moved."""
        kept = self._kept if not fresh else None
        ready = {n: ask for n, ask in asks.items() if ask.decided and not fresh}
        known = {n for n, ask in asks.items() if kept is not None and kept.known(ask)}
        sure = asks.keys() - known - ready.keys()
        loaded = self._loaded([asks[number] for number in asks if number in sure])
        streams = {name: Stream(each) for name, each in loaded.histories.items()}
        if kept is not None:
            for number in known:
                for stream_id in asks[number].streams:
                    if stream_id not in streams:
                        streams[stream_id] = kept.take(stream_id)
        for ask in ready.values():
            for stream_id, version in ask.rests_on.items():
                streams.setdefault(stream_id, Stream.standing(version))
        batch = Batch(streams, loaded.seen, loaded.unreadable)
        began = self._effort()
        for number, ask in asks.items():
            batch.take(number, ask, sure=number in sure)
            ended = self._effort()
            if self._slow is not None and ended - began > SLOW_S:
                self._slow(ask)
            began = ended
        for stream_id in loaded.unreadable:
            streams.pop(stream_id)
        return batch, streams

    def _loaded(self, asks: Collection[Ask]) -> Loaded:
        if not asks:
            return Loaded({}, {})
        streams = {each: None for ask in asks for each in ask.streams}
        commands = {command_key(ask): None for ask in asks}
        return self._store.load(list(streams), list(commands))


def apart(ask: Ask) -> bool:
    """Say whether it has no parts, or parts in different partitions."""
    if len(ask.parts) == 1 and not ask.rests_on:  # As most are.
        return False
    return len(set(map(partition_in, ask.streams))) != 1 or not ask.parts


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
