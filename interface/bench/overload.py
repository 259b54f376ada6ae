"""Three times as much asked as can be done: what is done, and how soon no is said."""

from asyncio import Future, run, sleep, wait
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Final
from uuid import UUID

from application.event_store.calls import Answers
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask
from application.event_store.store import Overloaded
from interface.bench.callers import awaiting, evenly, quantile
from interface.bench.ground import PARTITIONS, Ground
from interface.bench.measure import (
    Contest,
    Measure,
    NotMeasured,
    Sample,
    Wrong,
    per_second,
)
from interface.bench.ours import (
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
    scanning,
)

TIMES_CAPACITY: Final = 3
# So long the crowd pauses between asking for what has come due meanwhile.
TICK_S: Final = 0.001


class Crowd:
    """Asks at a steady rate, whatever it is answered, and waits for nobody."""

    def __init__(self) -> None:
        self.done_in_time = 0
        self.done = 0
        self.noes: list[float] = []
        self.other: list[BaseException] = []

    async def ask(
        self, dispatcher: Dispatcher, asks: Sequence[Ask], rate: float
    ) -> None:
        """Ask all of it at this rate, and wait for the last answer."""
        on_the_way: list[Future[Answers]] = []
        begun, sent = perf_counter(), 0
        until = begun + len(asks) / rate
        while sent < len(asks):
            due = min(len(asks), int((perf_counter() - begun) * rate) + 1)
            for each in asks[sent:due]:
                self._one(dispatcher, each, until, on_the_way)
            sent = due
            await sleep(TICK_S)
        if on_the_way:
            await wait(on_the_way)

    def _one(
        self,
        dispatcher: Dispatcher,
        ask: Ask,
        until: float,
        on_the_way: list[Future[Answers]],
    ) -> None:
        since = perf_counter()

        def answered(future: Future[Answers]) -> None:
            (answer,) = future.result()
            self._count(answer, since, until)

        try:
            future = dispatcher.awaited([ask])
        except Overloaded as full:
            self._count(full, since, until)
        else:
            future.add_done_callback(answered)
            on_the_way.append(future)

    def _count(self, answer: object, since: float, until: float) -> None:
        at = perf_counter()
        if isinstance(answer, Overloaded):
            self.noes.append(at - since)
        elif isinstance(answer, Exception):
            self.other.append(answer)
        else:
            self.done += 1
            self.done_in_time += at <= until


class Overload:
    """The store and its two crowds: one that waits its turn, one that does not."""

    def __init__(
        self, dispatcher: Dispatcher, streams: Sequence[UUID], ground: Ground
    ) -> None:
        self._dispatcher, self._streams = dispatcher, streams
        self._sizes = ground.sizes
        self._draw = evenly(len(streams), ground.dice)
        self.done = 0
        self.capacity = 0.0

    def waits_its_turn(self) -> Sample:
        """Return what is done when callers wait: the capacity, in commands a second."""
        tally = awaiting(
            lambda: self._dispatcher.awaited([self._ask()]),
            self._sizes.crowd,
            self._sizes.seconds,
        )
        self.done += len(tally.waits)
        self.capacity = tally.rate
        return Sample(tally.rate, tally.waits)

    def storms(self) -> Crowd:
        """Ask three times the capacity, as last seen. Raises Wrong for other noes."""
        rate = TIMES_CAPACITY * self.capacity
        asks = [self._ask() for _ in range(int(rate * self._sizes.seconds))]
        crowd = Crowd()
        run(crowd.ask(self._dispatcher, asks, rate))
        self.done += crowd.done
        if crowd.other:
            raise Wrong(f"Overload led to more than a no: {crowd.other[0]!r}")
        return crowd

    def goodput(self) -> Sample:
        """Return what was done in time, in commands a second."""
        crowd = self.storms()
        return Sample(per_second(crowd.done_in_time, self._sizes.seconds))

    def noes(self) -> Sample:
        """Return how long 99 of 100 waited for their no, at most, in ms."""
        crowd = self.storms()
        if not crowd.noes:
            raise NotMeasured("the crowd was too small to be told no")
        return Sample(quantile(crowd.noes, 0.99), crowd.noes)

    def _ask(self) -> Ask:
        return scanning(self._streams[next(self._draw)])


@contextmanager
def overloaded(ground: Ground) -> Iterator[tuple[Overload, Contest]]:
    """Lend a store whose capacity is known, and the contest of its two crowds."""
    count = ground.sizes.streams
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("overload_ours"))
        store = open_.enter_context(our_store(urls))
        streams = parcels(count, PARTITIONS, ground.dice)
        with our_dispatcher(store) as dispatcher:
            announce(dispatcher, streams)
        dispatcher = open_.enter_context(our_dispatcher(store, ground.sizes.queue))
        overload = Overload(dispatcher, streams, ground)
        overload.waits_its_turn()

        def check() -> None:
            check_log(urls, count + overload.done, commands=count + overload.done)

        yield (
            overload,
            Contest(
                ours=overload.goodput,
                peer=overload.waits_its_turn,
                check=check,
                notes=("the crowd asks from the same process, and costs it time",),
            ),
        )


@contextmanager
def goodput(ground: Ground) -> Iterator[Contest]:
    """Ask too much, against callers who wait their turn."""
    with overloaded(ground) as (_, contest):
        yield contest


@contextmanager
def noes(ground: Ground) -> Iterator[Contest]:
    """How soon those are told no for whom there is no room."""
    with overloaded(ground) as (overload, contest):
        yield Contest(ours=overload.noes, peer=None, check=contest.check)


MEASURES: Final = (
    Measure(
        word="overload",
        title="overload at three times capacity: goodput, against the capacity",
        unit="commands/s",
        peer="capacity",
        open=goodput,
        floor=0.8,
        aim=0.95,
    ),
    Measure(
        word="overload-no",
        title="overload at three times capacity: time to say no, p99",
        unit="ms",
        peer="",
        open=noes,
        floor=100,
        less_is_better=True,
    ),
)
