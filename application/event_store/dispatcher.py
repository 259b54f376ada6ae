"""One road for a click and for a feed: whatever came while the last batch committed.

Partitions are spread over lanes, each a thread with a queue and the streams it has seen
last, which decides one batch while another is on its way.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Event, Thread
from time import clock_gettime, monotonic, pthread_getcpuclockid
from typing import Final

from application.event_store.batch import Answer
from application.event_store.calls import (
    Answers,
    Call,
    Waiting,
    answer,
    awaited,
    blocked,
    submitted,
)
from application.event_store.envelope import Ask, Receipt
from application.event_store.handler import CommandHandler, told_whole
from application.event_store.lane import Lane, LaneFigures
from application.event_store.limits import Limits
from application.event_store.rounds import Rounds
from application.event_store.store import EventStore, Overloaded, StoreUnavailable
from application.event_store.streams import KeptStreams
from domain.ids import partition_in

# Whoever takes longer than this to be decided holds up all that came with him; so often
# it is looked for him.
SLOW_S: Final = 0.05
LOOK_S: Final = 0.02


class Dispatcher(CommandHandler):
    """Takes asks of many callers at once, and answers each on its own.

    ``submit`` does not block; ``handle`` and ``handle_one`` wait for the answer. Who
    finds no room is turned away at once, who waited too long when his turn comes.
    ``close`` answers what was accepted.
    """

    def __init__(
        self,
        store: EventStore,
        limits: Limits | None = None,
        clock: Callable[[], float] = monotonic,
        effort: Callable[[int], float] | None = None,
    ) -> None:
        super().__init__(store)
        self._limits = limits or Limits()
        self._clock = clock
        kept = self._limits.kept // self._limits.lanes
        # Whatever takes long is decided apart, so that it holds up nobody else.
        self._aside = Lane("dispatcher-slow", Rounds(store), self._limits, clock)
        self._lanes = [
            Lane(
                f"dispatcher-{number}",
                Rounds(store, KeptStreams(kept)),
                self._limits,
                clock,
                self._aside,
            )
            for number in range(self._limits.lanes)
        ]
        self._effort = effort or worked_by
        self._closing = Event()
        self._looking = Thread(target=self._look, name="dispatcher-look", daemon=True)
        self._looking.start()

    @property
    def figures(self) -> Sequence[LaneFigures]:
        """What each lane has done, the one for slow commands last."""
        return [each.figures for each in (*self._lanes, self._aside)]

    def submit(self, asks: Sequence[Ask]) -> Future[Answers]:
        """Return what will be the answers, in the order of the asks.

        Asks on one stream are decided in the order they were handed in, unless more
        streams are held up by who is slow than are remembered. Raises Overloaded if the
        one lane they belong to is full; of several lanes a full one gives that for an
        answer to its own.
        """
        self._say_no_early(asks)
        call, future = submitted(len(asks))
        self._take(asks, call)
        return future

    def awaited(self, asks: Sequence[Ask]) -> asyncio.Future[Answers]:
        """Return the same for a coroutine of the running loop to await.

        All who are answered by one batch are woken together.
        """
        self._say_no_early(asks)
        call, future = awaited(len(asks))
        self._take(asks, call)
        return future

    def handle(self, asks: Sequence[Ask]) -> Sequence[Answer]:
        """Return an answer for each ask, in order; as many at a time as a batch holds.

        Raises StoreUnavailable if nothing was written, and OutcomeUnknown if some may
        have been: the same asks may safely be handed in again.
        """
        answers: list[Answer] = []
        size = self._limits.batch
        for first in range(0, len(asks), size):
            if any(isinstance(each, StoreUnavailable) for each in answers):
                break
            try:
                answers += self._waited_for(asks[first : first + size])
            except Overloaded as full:
                answers.append(full)
        return told_whole(answers)

    async def answer(self, ask: Ask) -> Receipt:
        """Return the receipt of one ask to a coroutine; raises as ``handle_one``."""
        (answer,) = await self.awaited([ask])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """Take nothing more, and answer what was taken."""
        self._closing.set()
        self._looking.join()
        for each in (*self._lanes, self._aside):
            each.close()

    def _say_no_early(self, asks: Sequence[Ask]) -> None:
        """Raise Overloaded if it is plain that there is no room for the only ask.

        When too much is asked, most of it is; what a no costs is lost for all others.
        """
        if len(asks) == 1:
            self._lane(asks[0]).intake.turn_away_if_full()

    def _waited_for(self, asks: Sequence[Ask]) -> Answers:
        call, wait = blocked(len(asks))
        self._take(asks, call)
        return wait()

    def _take(self, asks: Sequence[Ask], call: Call) -> None:
        """Hand the asks to their lanes. Raises Overloaded if it is one, and full."""
        if not asks:
            call.tell()
            return
        since = self._clock()
        if len(asks) == 1:
            only = Waiting(asks[0], number=0, call=call, since=since)
            self._lane(asks[0]).intake.put([only])
            return
        lanes: dict[Lane, list[Waiting]] = {}
        for number, ask in enumerate(asks):
            waiting = Waiting(ask, number=number, call=call, since=since)
            lanes.setdefault(self._lane(ask), []).append(waiting)
        for lane, some in lanes.items():
            try:
                lane.intake.put(some)
            except Overloaded as full:
                if len(lanes) == 1:
                    raise
                answer([(each, full) for each in some])

    def _lane(self, ask: Ask) -> Lane:
        if not ask.parts:
            return self._aside
        number = partition_in(ask.parts[0].stream_id)
        return self._lanes[number % len(self._lanes)]

    def _look(self) -> None:
        """Look again and again whether somebody takes long to be decided."""
        seen: dict[Lane, tuple[tuple[int, Ask], float]] = {}
        while not self._closing.wait(LOOK_S):
            for lane in self._lanes:
                deciding = lane.deciding
                if deciding is None:
                    continue
                thread, _ = deciding
                try:
                    worked = self._effort(thread)
                except ProcessLookupError:
                    continue  # It has ended meanwhile.
                before, since = seen.get(lane, (None, worked))
                if before is not deciding:
                    seen[lane] = deciding, worked
                elif worked - since > SLOW_S:
                    lane.relieve(deciding)


def worked_by(thread: int) -> float:
    """Return how long a thread, which is alive, has worked itself, in seconds.

    By the clock anybody would be slow on a crowded machine.
    """
    return clock_gettime(pthread_getcpuclockid(thread))
