"""Our callers alone, for measures whose peer is no store of events in Python."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from interface.bench.callers import evenly
from interface.bench.commands import OurCallers
from interface.bench.ground import Ground
from interface.bench.ours import (
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
)


@contextmanager
def our_callers(
    ground: Ground, name: str
) -> Iterator[tuple[OurCallers, Callable[[], None]]]:
    """Lend callers with parcels to ask about, and the check of what they did."""
    count = ground.sizes.streams
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours(name))
        store = open_.enter_context(our_store(urls))
        dispatcher = open_.enter_context(our_dispatcher(store))
        streams = parcels(count, store.partitions, ground.dice)
        announce(dispatcher, streams)
        ours = OurCallers(dispatcher, streams, evenly(count, ground.dice))

        def check() -> None:
            events = count + ours.done.count
            check_log(urls, events, commands=events)

        yield ours, check
