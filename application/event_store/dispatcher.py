"""One road for a click and for a feed: whatever came while the last batch committed.

Partitions are spread over lanes, each a thread with a queue, the streams it has seen
last, and one batch under way: while one lane waits for the disk, another decides.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Condition, Thread
from time import monotonic, thread_time
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.event_store.batch import Answer
from application.event_store.calls import (
    Answers,
    Call,
    awaited,
    blocked,
    submitted,
    tell,
)
from application.event_store.envelope import Ask, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rounds import KeptStreams, Rounds, told_whole
from application.event_store.store import (
    EventStore,
    Overloaded,
    StoreUnavailable,
)
from domain.ids import partition_in

# Of two lanes one decides while the other commits; but each gets half of what callers
# ask meanwhile, and a batch costs the same whatever is in it. On two cores a feed of
# whole batches gains a third by the second, and callers who wait lose as much.
LANES: Final = 1
FEED_LANES: Final = 2
QUEUE_MAX: Final = 1_000
BATCH_MAX: Final = 500
# A kept stream takes 1 kB, and what its state takes besides.
KEPT_MAX: Final = 30_000
# Who waited so long for his turn has given up, or soon will.
WAIT_MAX_S: Final = 2.0
# What may be remembered of streams that took long to be decided.
SLOW_MAX: Final = 1_000


class Limits(Struct, frozen=True, kw_only=True):
    """What a dispatcher holds at most, by lane: asks that wait, asks at once, seconds.

    ``kept`` are streams whose state is remembered, of all lanes together.
    """

    lanes: int = LANES
    queue: int = QUEUE_MAX
    batch: int = BATCH_MAX
    kept: int = KEPT_MAX
    wait_s: float = WAIT_MAX_S


class LaneFigures(Struct, frozen=True, kw_only=True):
    """What a lane has done so far, and what waits in it."""

    waiting: int
    asks: int
    batches: int
    turned_away: int


class Waiting(Struct):
    """An ask in a queue, since when, and the caller to be answered."""

    ask: Ask
    number: int
    call: Call
    since: float


class Lane:
    """A queue, and the thread that takes from it whatever is there."""

    def __init__(
        self, name: str, rounds: Rounds, limits: Limits, clock: Callable[[], float]
    ) -> None:
        self._rounds, self._limits, self._clock = rounds, limits, clock
        self._queue: deque[Waiting] = deque()
        self._changed = Condition()
        self._open = True
        self._asks = self._batches = self._turned_away = 0
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def figures(self) -> LaneFigures:
        """What it has done so far, and what waits."""
        with self._changed:
            return LaneFigures(
                waiting=len(self._queue),
                asks=self._asks,
                batches=self._batches,
                turned_away=self._turned_away,
            )

    def put(self, waiting: Sequence[Waiting]) -> None:
        """Take all of them into the queue, or raise Overloaded and take none."""
        with self._changed:
            if not self._open or len(self._queue) + len(waiting) > self._limits.queue:
                self._turned_away += len(waiting)
                raise Overloaded("stopping" if not self._open else "queue full")
            self._queue.extend(waiting)
            self._changed.notify()

    def turn_away_if_full(self) -> None:
        """Raise Overloaded if nothing more can be put, as far as a glance tells."""
        if len(self._queue) >= self._limits.queue:
            with self._changed:
                self._turned_away += 1
            raise Overloaded("queue full")

    def close(self) -> None:
        """Take nothing more, answer what was taken, and end."""
        with self._changed:
            self._open = False
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._next():
            answers = self._answers([each.ask for each in batch])
            tell(
                each.call
                for each, answer in zip(batch, answers, strict=True)
                if each.call.answer(each.number, answer)
            )

    def _answers(self, asks: Sequence[Ask]) -> Sequence[Answer]:
        """Return an answer for each, whatever happens: a caller waits for every one."""
        try:
            return self._rounds.run(asks)
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            return [error] * len(asks)

    def _next(self) -> list[Waiting]:
        """Return what waits, as soon as anything does; nothing once it is closed."""
        while True:
            with self._changed:
                while self._open and not self._queue:
                    self._changed.wait()
                count = min(len(self._queue), self._limits.batch)
                taken = [self._queue.popleft() for _ in range(count)]
                since = self._clock() - self._limits.wait_s
                late = [each for each in taken if each.since < since]
                self._turned_away += len(late)
                self._asks += len(taken) - len(late)
                self._batches += 1
            no = Overloaded("waited too long")
            tell(each.call for each in late if each.call.answer(each.number, no))
            in_time = [each for each in taken if each.since >= since]
            if in_time or not taken:
                return in_time


class Dispatcher(CommandHandler):
    """Takes asks of many callers at once, and answers each on its own.

    ``submit`` does not block; ``handle`` and ``handle_one`` wait for the answer. What
    cannot be served soon is turned away at once. ``close`` answers what was accepted.
    """

    def __init__(
        self,
        store: EventStore,
        limits: Limits | None = None,
        clock: Callable[[], float] = monotonic,
        effort: Callable[[], float] = thread_time,
    ) -> None:
        super().__init__(store)
        self._limits = limits or Limits()
        self._clock = clock
        self._slow: set[UUID] = set()
        kept = self._limits.kept // self._limits.lanes
        self._lanes = [
            Lane(
                f"dispatcher-{number}",
                Rounds(store, KeptStreams(kept), self._is_slow, effort),
                self._limits,
                clock,
            )
            for number in range(self._limits.lanes)
        ]
        # Whatever takes long is decided apart, so that it holds up nobody else.
        self._aside = Lane("dispatcher-slow", Rounds(store), self._limits, clock)

    @property
    def figures(self) -> Sequence[LaneFigures]:
        """What each lane has done, the one for slow commands last."""
        return [each.figures for each in (*self._lanes, self._aside)]

    def submit(self, asks: Sequence[Ask]) -> Future[Answers]:
        """Return what will be the answers; raises Overloaded if there is no room.

        Asks on one stream are decided in the order they were handed in.
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
        for each in (*self._lanes, self._aside):
            each.close()

    def _say_no_early(self, asks: Sequence[Ask]) -> None:
        """Raise Overloaded if it is plain that there is no room for the only ask.

        When too much is asked, most of it is; what a no costs is lost for all others.
        """
        if len(asks) == 1:
            self._lane(asks[0]).turn_away_if_full()

    def _waited_for(self, asks: Sequence[Ask]) -> Answers:
        call, wait = blocked(len(asks))
        self._take(asks, call)
        return wait()

    def _take(self, asks: Sequence[Ask], call: Call) -> None:
        """Hand the asks to their lanes. Raises Overloaded if none of them has room."""
        if not asks:
            call.tell()
            return
        since = self._clock()
        if len(asks) == 1:
            self._lane(asks[0]).put([Waiting(asks[0], 0, call, since)])
            return
        lanes: dict[Lane, list[Waiting]] = {}
        for number, ask in enumerate(asks):
            waiting = Waiting(ask, number, call, since)
            lanes.setdefault(self._lane(ask), []).append(waiting)
        for lane, some in lanes.items():
            try:
                lane.put(some)
            except Overloaded as full:
                if len(lanes) == 1:
                    raise
                no = full
                tell(each.call for each in some if each.call.answer(each.number, no))

    def _lane(self, ask: Ask) -> Lane:
        if not ask.parts:
            return self._aside
        if self._slow and not self._slow.isdisjoint(ask.streams):
            return self._aside
        number = partition_in(ask.parts[0].stream_id)
        return self._lanes[number % len(self._lanes)]

    def _is_slow(self, ask: Ask) -> None:
        if len(self._slow) < SLOW_MAX:
            self._slow.update(ask.streams)
