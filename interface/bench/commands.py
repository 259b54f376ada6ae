"""Durable commands: of many callers at once, on hot streams, and of just one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from random import Random
from typing import Final, TypeAlias
from uuid import UUID

from application.event_store.dispatcher import Dispatcher
from interface.bench.callers import (
    Tally,
    Way,
    awaiting,
    best,
    blocking,
    by_zipf,
    evenly,
    in_ms,
)
from interface.bench.ground import Ground
from interface.bench.measure import STOCK, Contest, Measure, Sample
from interface.bench.ours import (
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
    scanning,
)
from interface.bench.stock import Parcels, a_scan, check_stock, stock

Draw: TypeAlias = Callable[[int, Random], Iterator[int]]


class Done:
    """How many commands were answered, of all rounds and of the warm-up."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, tally: Tally) -> Tally:
        """Count what was answered."""
        self.count += len(tally.waits)
        return tally


class OurCallers:
    """Callers of our dispatcher, and what they were answered."""

    def __init__(
        self, dispatcher: Dispatcher, streams: Sequence[UUID], draw: Iterator[int]
    ) -> None:
        self._dispatcher, self._streams, self._draw = dispatcher, streams, draw
        self.done = Done()

    def awaiting(self, callers: int, seconds: float) -> Tally:
        """Let coroutines ask."""
        ask, streams, draw = self._dispatcher.awaited, self._streams, self._draw
        return self.done(
            awaiting(lambda: ask([scanning(streams[next(draw)])]), callers, seconds)
        )

    def blocking(self, callers: int, seconds: float) -> Tally:
        """Let threads ask."""
        ask, streams, draw = self._dispatcher.handle_one, self._streams, self._draw
        return self.done(
            blocking(lambda: ask(scanning(streams[next(draw)])), callers, seconds)
        )


class StockCallers:
    """Threads that call the stock application, and what they were answered."""

    def __init__(self, url: str, streams: Sequence[UUID], draw: Iterator[int]) -> None:
        self._url, self._streams, self._draw = url, streams, draw
        self._open: dict[int, Parcels] = {}
        self.done = Done()

    def blocking(self, callers: int, seconds: float) -> Tally:
        """Let threads ask, over a pool of as many connections."""
        application = self._open[callers]
        streams, draw = self._streams, self._draw
        return self.done(
            blocking(
                lambda: application.scan(streams[next(draw)], a_scan()),
                callers,
                seconds,
            )
        )

    @contextmanager
    def with_threads(self, *counts: int) -> Iterator[None]:
        """Open an application for each of these numbers of threads."""
        with ExitStack() as open_:
            for each in counts:
                self._open[each] = open_.enter_context(stock(self._url, each))
            yield


@contextmanager
def both(
    ground: Ground, draw: Draw, threads: Sequence[int]
) -> Iterator[tuple[OurCallers, StockCallers, Callable[[], None]]]:
    """Lend callers of both sides, each with as many parcels, and their check."""
    count = ground.sizes.streams
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("commands_ours"))
        store = open_.enter_context(our_store(urls))
        dispatcher = open_.enter_context(our_dispatcher(store))
        streams = parcels(count, store.partitions, ground.dice)
        announce(dispatcher, streams)
        url = open_.enter_context(ground.bare("commands_stock"))
        with stock(url) as application:
            theirs = application.announce(count)
        ours = OurCallers(dispatcher, streams, draw(count, ground.dice))
        peer = StockCallers(url, theirs, draw(count, ground.dice))
        open_.enter_context(peer.with_threads(*threads))

        def check() -> None:
            events = count + ours.done.count
            check_log(urls, events, commands=events)
            check_stock(url, count + peer.done.count)

        yield ours, peer, check


@contextmanager
def many(ground: Ground, draw: Draw) -> Iterator[Contest]:
    """Callers at once, each side driven in whichever way suits it best."""
    sizes = ground.sizes
    with both(ground, draw, sizes.threads) as (ours, peer, check):
        our_way = best(
            (
                Way("coroutines", partial(ours.awaiting, sizes.callers, sizes.seconds)),
                Way("threads", partial(ours.blocking, sizes.callers, sizes.seconds)),
            )
        )
        their_way = best(
            Way(f"{each} threads", partial(peer.blocking, each, sizes.seconds))
            for each in sizes.threads
        )
        yield Contest(
            ours=lambda: rate(our_way.round()),
            peer=lambda: rate(their_way.round()),
            check=check,
            notes=(
                (
                    f"ours: {sizes.callers} {our_way.name}, stock: {their_way.name}; "
                    f"{sizes.streams:,} streams"
                ),
            ),
        )


@contextmanager
def one(ground: Ground) -> Iterator[Contest]:
    """One caller, who waits for each answer before asking again."""
    seconds = ground.sizes.seconds
    with both(ground, evenly, (1,)) as (ours, peer, check):
        ours.blocking(1, seconds / 2)
        peer.blocking(1, seconds / 2)
        yield Contest(
            ours=lambda: waited(ours.blocking(1, seconds)),
            peer=lambda: waited(peer.blocking(1, seconds)),
            check=check,
        )


def rate(tally: Tally) -> Sample:
    """Return commands a second."""
    return Sample(tally.rate, tally.waits)


def waited(tally: Tally) -> Sample:
    """Return the median wait."""
    return Sample(in_ms(tally.waits), tally.waits)


MEASURES: Final = (
    Measure(
        word="commands",
        title=(
            "durable commands/s: load, decide, append; {callers} callers, one process"
        ),
        unit="commands/s",
        peer=STOCK,
        open=partial(many, draw=evenly),
        floor=20,
        aim=40,
    ),
    Measure(
        word="hot-streams",
        title="the same where callers follow a Zipf law, with hot streams",
        unit="commands/s",
        peer=STOCK,
        open=partial(many, draw=by_zipf),
    ),
    Measure(
        word="one-caller",
        title="the same with one caller: median latency",
        unit="ms",
        peer=STOCK,
        open=one,
        floor=1.0,
        aim=0.5,
        less_is_better=True,
    ),
)
