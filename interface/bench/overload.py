"""Three times as much asked as can be done: what is done, and how soon no is said."""

from asyncio import Future, run, sleep, wait
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from application.event_store.calls import Answers
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask
from application.event_store.limits import WAIT_MAX_S
from application.event_store.store import Overloaded
from interface.bench.callers import evenly, quantile
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
# The capacity is what is done of a little more than that, so that nothing idles.
TIMES_FULL: Final = 1.2
# Of less than so many times what was done it is not known whether more could have been.
TIMES_BUSY: Final = 1.1
TIMES_AGAIN: Final = 2
# A storm of less than so many times what was done of it was none: it is asked again.
TIMES_ENOUGH: Final = 2.7
TRIES_MAX: Final = 4
# Who waits longer than the store itself lets anybody wait in its queue is not served.
IN_TIME_S: Final = WAIT_MAX_S
# So long the crowd pauses between asking for what has come due meanwhile.
TICK_S: Final = 0.001


class Crowd(Struct):
    """Asks at a steady rate, whatever it is answered, and waits for nobody.

    ``seconds`` are from its first ask to its last answer, ``waits`` those of who was
    served in time, in s.
    """

    asked_rate: float = 0.0
    seconds: float = 0.0
    done: int = 0
    waits: list[float] = field(default_factory=list)
    noes: list[float] = field(default_factory=list)
    other: list[BaseException] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """What was done in time, a second."""
        return per_second(len(self.waits), self.seconds)

    async def ask(
        self, dispatcher: Dispatcher, asks: Sequence[Ask], rate: float
    ) -> None:
        """Ask all of it at this rate, and wait for the last answer."""
        on_the_way: list[Future[Answers]] = []
        begun, sent = perf_counter(), 0
        while sent < len(asks):
            due = min(len(asks), int((perf_counter() - begun) * rate) + 1)
            for each in asks[sent:due]:
                self._one(dispatcher, each, on_the_way)
            sent = due
            await sleep(TICK_S)
        # A crowd that cannot keep up with its own rate asks less than was meant.
        self.asked_rate = per_second(sent, perf_counter() - begun)
        if on_the_way:
            await wait(on_the_way)
        self.seconds = perf_counter() - begun

    def _one(
        self, dispatcher: Dispatcher, ask: Ask, on_the_way: list[Future[Answers]]
    ) -> None:
        since = perf_counter()

        def answered(future: Future[Answers]) -> None:
            (answer,) = future.result()
            self._count(answer, since)

        try:
            future = dispatcher.awaited([ask])
        except Overloaded as full:
            self._count(full, since)
        else:
            future.add_done_callback(answered)
            on_the_way.append(future)

    def _count(self, answer: object, since: float) -> None:
        waited = perf_counter() - since
        if isinstance(answer, Overloaded):
            self.noes.append(waited)
        elif isinstance(answer, Exception):
            self.other.append(answer)
        else:
            self.done += 1
            if waited <= IN_TIME_S:
                self.waits.append(waited)


class Overload:
    """What is done at most of crowds of any rate, and of a storm of three times that.

    ``crowd`` asks at a rate and returns what came of it.
    """

    def __init__(self, crowd: Callable[[float], Crowd], guess: float) -> None:
        self._crowd = crowd
        self.capacity = guess
        self.pressures: list[float] = []

    def full(self) -> Crowd:
        """Return a crowd that asked a little more than can be done: the capacity."""
        rate = TIMES_FULL * self.capacity
        for _ in range(TRIES_MAX):
            crowd = self._crowd(rate)
            if crowd.noes and crowd.asked_rate >= TIMES_BUSY * crowd.rate:
                break
            rate *= TIMES_AGAIN
        self.capacity = crowd.rate
        return crowd

    def storm(self) -> Crowd:
        """Return a crowd that asked three times what was done of it.

        Where more was done than was known to be possible, the capacity was taken too
        low, and it is asked again.
        """
        for _ in range(TRIES_MAX):
            crowd = self._crowd(TIMES_CAPACITY * self.capacity)
            pressure = crowd.asked_rate / crowd.rate if crowd.rate else 0.0
            if pressure >= TIMES_ENOUGH or crowd.rate <= self.capacity:
                break
            self.capacity = crowd.rate
        self.pressures.append(pressure)
        return crowd

    def can_be_done(self) -> Sample:
        """Return the capacity, in commands a second."""
        crowd = self.full()
        return Sample(crowd.rate, crowd.waits)

    def goodput(self) -> Sample:
        """Return what was done in time of a storm, in commands a second."""
        crowd = self.storm()
        return Sample(crowd.rate, crowd.waits)

    def noes(self) -> Sample:
        """Return how long 99 of 100 waited for their no, at most, in ms."""
        self.full()
        crowd = self.storm()
        if not crowd.noes:
            raise NotMeasured("the crowd was too small to be told no")
        return Sample(quantile(crowd.noes, 0.99), crowd.noes)


class Crowds:
    """Sends crowds to a dispatcher, and counts what was done of all of them."""

    def __init__(
        self, dispatcher: Dispatcher, streams: Sequence[UUID], ground: Ground
    ) -> None:
        self._dispatcher, self._streams = dispatcher, streams
        self._seconds = ground.sizes.crowd_seconds
        self._draw = evenly(len(streams), ground.dice)
        self.done = 0

    def __call__(self, rate: float) -> Crowd:
        """Ask at this rate for one round. Raises Wrong for other noes than too much."""
        # Made before: what an ask costs its caller is not what is measured.
        asks = [self._ask() for _ in range(max(1, int(rate * self._seconds)))]
        crowd = Crowd()
        run(crowd.ask(self._dispatcher, asks, rate))
        self.done += crowd.done
        if crowd.other:
            raise Wrong(f"Overload led to more than a no: {crowd.other[0]!r}")
        return crowd

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
        begun = perf_counter()
        with our_dispatcher(store) as dispatcher:
            announce(dispatcher, streams)
        guess = per_second(count, perf_counter() - begun)
        dispatcher = open_.enter_context(our_dispatcher(store, ground.sizes.queue))
        crowds = Crowds(dispatcher, streams, ground)
        overload = Overload(crowds, guess)
        # Twice: before the first the store has seen none of the streams.
        overload.full()
        overload.full()

        def check() -> None:
            done = count + crowds.done
            check_log(urls, done, commands=done)
            told = f"asked {median(overload.pressures):.1f} times what was done of it"
            notes.append(told)

        notes = ["the crowd asks from the same process, and costs it time"]
        yield (
            overload,
            Contest(
                ours=overload.goodput,
                peer=overload.can_be_done,
                check=check,
                notes=notes,
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
        yield Contest(
            ours=overload.noes, peer=None, check=contest.check, notes=contest.notes
        )


MEASURES: Final = (
    Measure(
        word="overload",
        title="overload at three times capacity: goodput, against the capacity",
        unit="commands/s",
        peer="capacity",
        open=goodput,
        floor=0.8,
        aim=0.95,
        credible=1.1,
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
