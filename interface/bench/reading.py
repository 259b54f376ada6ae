"""Reading: one long stream, and the whole log from its beginning."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Final

from application.bench.parcel import PAGE, parcel_of, replayed
from interface.bench.filled import fill_ours, fill_stock, rounded
from interface.bench.ground import PARTITIONS, Ground
from interface.bench.measure import (
    STOCK,
    Contest,
    Measure,
    Sample,
    expect,
    per_second,
)
from interface.bench.ours import (
    BATCH,
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
    scanning,
)
from interface.bench.stock import Parcel, Parcels, check_stock, long_parcel, stock


def timed(read: Callable[[], int]) -> Sample:
    """Return events a second of a reading that says how many it read."""
    begun = perf_counter()
    count = read()
    return Sample(per_second(count, perf_counter() - begun))


@contextmanager
def load(ground: Ground) -> Iterator[Contest]:
    """Load one aggregate of many events, again and again."""
    count, loads = ground.sizes.loaded, ground.sizes.loads
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("load_ours"))
        store = open_.enter_context(our_store(urls))
        (stream_id,) = parcels(1, PARTITIONS, ground.dice)
        with our_dispatcher(store) as dispatcher:
            announce(dispatcher, [stream_id])
            for first in range(1, count, BATCH):
                upto = min(count, first + BATCH)
                dispatcher.handle([scanning(stream_id) for _ in range(first, upto)])
        url = open_.enter_context(ground.bare("load_stock"))
        application = open_.enter_context(stock(url))
        theirs = long_parcel(application, count)

        def ours() -> int:
            for _ in range(loads):
                history = store.load([stream_id]).histories[stream_id]
                expect("scans of our parcel", parcel_of(history).scans, count - 1)
            return loads * count

        def peer() -> int:
            for _ in range(loads):
                parcel: Parcel = application.repository.get(theirs)
                expect("scans of the peer's parcel", parcel.scans, count - 1)
            return loads * count

        ours()
        peer()
        yield Contest(
            ours=lambda: timed(ours),
            peer=lambda: timed(peer),
            check=lambda: check_log(urls, count, commands=count),
        )


@contextmanager
def replay(ground: Ground) -> Iterator[Contest]:
    """Read the whole log and fold it; the peer reads and decodes, and folds nothing."""
    count = rounded(ground.sizes.log)
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("replay_ours"))
        store = open_.enter_context(our_store(urls))
        with our_dispatcher(store) as dispatcher:
            fill_ours(dispatcher, count, ground.dice)
        url = open_.enter_context(ground.bare("replay_stock"))
        application = open_.enter_context(stock(url))
        fill_stock(application, count)

        def ours() -> int:
            found = replayed(store)
            events = len(found) + sum(each.scans for each in found.values())
            expect("events that we replayed", events, count)
            return events

        def peer() -> int:
            events = decoded(application)
            expect("events that the peer decoded", events, count)
            return events

        def check() -> None:
            check_log(urls, count, commands=count)
            check_stock(url, count)

        ours()
        peer()
        yield Contest(
            ours=lambda: timed(ours),
            peer=lambda: timed(peer),
            check=check,
            notes=(f"{count:,} events in pages of {PAGE:,} on both sides",),
        )


def decoded(application: Parcels) -> int:
    """Read the peer's log in pages as large as ours, and decode every event."""
    read, decode = application.recorder.select_notifications, application.mapper
    events, start = 0, 1
    while page := read(start=start, limit=PAGE):
        for each in page:
            decode.to_domain_event(each)
        events += len(page)
        start = page[-1].id + 1
    return events


MEASURES: Final = (
    Measure(
        word="load",
        title="load a {loaded:,}-event aggregate",
        unit="events/s",
        peer=STOCK,
        open=load,
        floor=10,
        aim=18,
    ),
    Measure(
        word="replay",
        title="replay of the whole log: read, decode and fold, against read and decode",
        unit="events/s",
        peer=STOCK,
        open=replay,
        floor=5,
        aim=8,
    ),
)
