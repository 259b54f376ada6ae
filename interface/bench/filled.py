"""The same parcels on both sides: so many events, ten of each parcel."""

from random import Random
from typing import Final

from application.event_store.dispatcher import Dispatcher
from interface.bench.ground import PARTITIONS
from interface.bench.ours import BATCH, announce, parcels, scanning
from interface.bench.stock import Parcels, many_parcels

EVENTS_EACH: Final = 10


def rounded(events: int) -> int:
    """Return how many events so many come to, in whole parcels."""
    return events // EVENTS_EACH * EVENTS_EACH


def fill_ours(dispatcher: Dispatcher, events: int, dice: Random) -> None:
    """Append so many events, each by a command of its own."""
    streams = parcels(events // EVENTS_EACH, PARTITIONS, dice)
    announce(dispatcher, streams)
    for _ in range(EVENTS_EACH - 1):
        for first in range(0, len(streams), BATCH):
            asks = [scanning(each) for each in streams[first : first + BATCH]]
            for answer in dispatcher.handle(asks):
                if isinstance(answer, Exception):
                    raise answer


def fill_stock(application: Parcels, events: int) -> None:
    """Save as many events of the peer's."""
    many_parcels(application, events, EVENTS_EACH)
