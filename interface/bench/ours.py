"""Our side: a store over a database of the run, and asks to its parcels."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Final
from uuid import UUID

import psycopg

from application.bench.parcel import (
    PARCEL,
    PARCEL_EVENTS,
    AnnounceParcel,
    ParcelCommand,
    ScanParcel,
)
from application.event_store.connections import connection_pool
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.limits import LANES, QUEUE_MAX, Limits
from application.event_store.postgres import PostgresEventStore
from domain.ids import random_id
from domain.kernel import Event
from interface.bench.measure import expect, fresh_id
from interface.clock import now
from interface.postgres.database import DatabaseUrls

# As many as a process of the product holds: interface/bootstrap/connections.py.
CONNECTIONS_MAX: Final = 8
BATCH: Final = 500

# Events; how many positions are missing; how many streams are not 1, 2, 3 and so on.
COUNTED = """
SELECT (SELECT count(*) FROM store.event),
       (SELECT coalesce(sum(head.position), 0) FROM store.partition_head AS head)
     - (SELECT count(DISTINCT (partition, position)) FROM store.event),
       (SELECT count(*) FROM (
            SELECT FROM store.event GROUP BY partition, stream_id
            HAVING (min(version), max(version), count(DISTINCT version))
                <> (1, count(*), count(*))) AS torn),
       (SELECT count(*) FROM store.command)
"""


@contextmanager
def our_store(
    urls: DatabaseUrls, event_types: Iterable[type[Event]] = PARCEL_EVENTS
) -> Iterator[PostgresEventStore]:
    """Lend the store of a database."""
    with ExitStack() as open_:
        writer, reader = (
            open_.enter_context(connection_pool(url, max_size=CONNECTIONS_MAX))
            for url in (urls.writer, urls.reader)
        )
        yield PostgresEventStore(writer, reader, event_types)


@contextmanager
def our_dispatcher(
    store: PostgresEventStore, queue: int = QUEUE_MAX, lanes: int = LANES
) -> Iterator[Dispatcher]:
    """Lend a dispatcher as the product has one."""
    dispatcher = Dispatcher(store, Limits(queue=queue, lanes=lanes))
    try:
        yield dispatcher
    finally:
        dispatcher.close()


def parcels(count: int, partitions: int, dice: Random) -> list[UUID]:
    """Return ids of parcels, spread over the partitions."""
    return [
        random_id(number % partitions, number, dice.getrandbits(62))
        for number in range(count)
    ]


def asking(stream_id: UUID, command: ParcelCommand) -> Ask:
    """Return a command to a parcel, asked now under an id of its own."""
    command_id = fresh_id()
    context = CommandContext(
        actor="carrier:sf",
        asked_at=now(),
        command_id=command_id,
        correlation_id=command_id,
        name=type(command).__name__,
    )
    return Ask(context, (Part(stream_id, PARCEL, command),))


def announcing(stream_id: UUID) -> Ask:
    """Return the announcement of a parcel."""
    waybill = f"SF{stream_id.int % 10**13:013}"
    consumer = f"consumer-{stream_id.int % 10**6}"
    return asking(
        stream_id, AnnounceParcel(consumer=consumer, carrier="sf", waybill=waybill)
    )


def scanning(stream_id: UUID) -> Ask:
    """Return a scan of a parcel on its way."""
    return asking(
        stream_id,
        ScanParcel(
            scan=fresh_id().hex,
            code="in_transit",
            facility="hangzhou-hub-03",
            region="330100",
            vehicle="zhe-A-48213",
        ),
    )


def announce(dispatcher: Dispatcher, streams: Sequence[UUID]) -> None:
    """Announce these parcels, so that each has an event to be loaded."""
    for first in range(0, len(streams), BATCH):
        asks = [announcing(each) for each in streams[first : first + BATCH]]
        for answer in dispatcher.handle(asks):
            if isinstance(answer, Exception):
                raise answer


def check_log(urls: DatabaseUrls, events: int, commands: int | None = None) -> None:
    """Raise Wrong unless these events and commands are there, each once, no gaps."""
    with psycopg.connect(urls.owner) as owner:
        row = owner.execute(COUNTED).fetchone()
    assert row is not None, "a count is a row"
    expect("events in our store", row[0], events)
    expect("positions that our log leaves out", int(row[1]), 0)
    expect("streams of ours that are not whole", row[2], 0)
    if commands is not None:
        expect("commands in our store", row[3], commands)
