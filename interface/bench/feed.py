"""A feed of scans: decoded, decided and appended, against COPY of the same rows."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import psycopg
from msgspec import Struct, json

from application.bench.parcel import PARCEL, ScanParcel
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, CommandContext, Part
from application.event_store.limits import FEED_LANES
from domain.kernel import Moment
from interface.bench.ground import PARTITIONS, Ground
from interface.bench.measure import (
    Contest,
    Measure,
    Sample,
    expect,
    fresh_id,
    per_second,
)
from interface.bench.ours import (
    BATCH,
    announce,
    check_log,
    our_dispatcher,
    our_store,
    parcels,
)
from interface.clock import now
from interface.postgres.database import DatabaseUrls

# While one batch of the feed commits, the next is decided, and one more is decoded.
BATCHES_ON_THE_WAY: Final = 3
SCANS_EACH: Final = 5

SHAPE = """
CREATE SCHEMA copied;
CREATE TABLE copied.event (LIKE store.event INCLUDING ALL);
"""
ROWS = """
COPY (SELECT * FROM store.event AS e WHERE e.position > (
          SELECT coalesce(max(c.position), 0) FROM copied.event AS c
           WHERE c.partition = e.partition)
       ORDER BY e.ctid)
TO STDOUT (FORMAT binary)
"""
COPY = "COPY copied.event FROM STDIN (FORMAT binary)"
DIFFERENT = """
SELECT count(*) FROM store.event AS e
  FULL JOIN copied.event AS c USING (partition, position)
 WHERE e::text IS DISTINCT FROM c::text
"""


class Line(Struct, frozen=True, kw_only=True):
    """A line of the feed: a scan, and of which parcel, as the carrier tells it."""

    waybill: UUID
    message: UUID
    at: Moment
    scan: ScanParcel


decode = json.Decoder(Line).decode


def lines(streams: Sequence[UUID], count: int, start: int) -> list[bytes]:
    """Return a feed of JSON lines: parcels in turn, each scanned again and again."""
    encode = json.Encoder().encode
    first = start % len(streams)
    among = [*streams[first:], *streams[:first]]
    width = max(1, count // SCANS_EACH)
    return [
        encode(
            Line(
                waybill=among[number % width % len(among)],
                message=fresh_id(),
                at=now(),
                scan=ScanParcel(
                    scan=fresh_id().hex,
                    code="in_transit",
                    facility=f"hub-{number % 97:02}",
                    region="330100",
                    vehicle="zhe-A-48213",
                ),
            )
        )
        for number in range(count)
    ]


def asked(text: bytes) -> Ask:
    """Return what a line asks for, under the id that the message gives it."""
    line = decode(text)
    context = CommandContext(
        actor="carrier:sf",
        asked_at=line.at,
        command_id=line.message,
        correlation_id=line.message,
        name="ScanParcel",
        occurred_at=line.at,
    )
    return Ask(context, (Part(line.waybill, PARCEL, line.scan),))


def fed(dispatcher: Dispatcher, feed: Sequence[bytes]) -> int:
    """Take a feed in batches, a few of them on their way; return what was taken."""
    on_the_way: list[Future[Any]] = []
    taken = 0
    for first in range(0, len(feed), BATCH):
        if len(on_the_way) == BATCHES_ON_THE_WAY:
            taken += answered(on_the_way.pop(0))
        asks = [asked(each) for each in feed[first : first + BATCH]]
        on_the_way.append(dispatcher.submit(asks))
    return taken + sum(map(answered, on_the_way))


def answered(future: Future[Any]) -> int:
    """Return how many asks of a batch were taken. Raises what one of them met."""
    answers = future.result()
    for each in answers:
        if isinstance(each, Exception):
            raise each
    return len(answers)


class Copier:
    """Copies whatever our side has appended since into a table of the same shape."""

    def __init__(self, urls: DatabaseUrls) -> None:
        self._urls = urls
        with psycopg.connect(urls.owner) as owner:
            owner.execute(SHAPE)

    def round(self) -> Sample:
        """Return rows a second; they lie in memory, as the server wants them."""
        with psycopg.connect(self._urls.owner, autocommit=True) as owner:
            with owner.cursor().copy(ROWS) as out:
                rows = b"".join(bytes(each) for each in out)
            cursor = owner.cursor()
            begun = perf_counter()
            with cursor.copy(COPY) as into:
                into.write(rows)
            return Sample(per_second(cursor.rowcount, perf_counter() - begun))

    def check(self) -> None:
        """Raise Wrong unless every row was copied."""
        with psycopg.connect(self._urls.owner) as owner:
            row = owner.execute(DIFFERENT).fetchone()
        expect("rows that are not as they were copied", row and row[0], 0)


@contextmanager
def feed(ground: Ground) -> Iterator[Contest]:
    """One reader of a feed, against the fastest way into a table there is."""
    count = ground.sizes.feed
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("feed_ours"))
        store = open_.enter_context(our_store(urls))
        dispatcher = open_.enter_context(our_dispatcher(store, lanes=FEED_LANES))
        streams = parcels(max(1, count // SCANS_EACH), PARTITIONS, ground.dice)
        announce(dispatcher, streams)
        copier = Copier(urls)
        totals = {"taken": len(streams)}

        def ours() -> Sample:
            told = lines(streams, count, totals["taken"])
            begun = perf_counter()
            taken = fed(dispatcher, told)
            seconds = perf_counter() - begun
            totals["taken"] += taken
            return Sample(per_second(taken, seconds))

        ours()
        copier.round()
        yield Contest(
            ours=ours,
            peer=copier.round,
            check=lambda: checked(urls, copier, totals),
            notes=(f"batches of {BATCH}, {BATCHES_ON_THE_WAY} on their way",),
        )


def checked(urls: DatabaseUrls, copier: Copier, totals: Mapping[str, int]) -> None:
    """Raise Wrong unless all that was fed is there once, and was copied."""
    check_log(urls, totals["taken"], commands=totals["taken"])
    copier.check()


MEASURES: Final = (
    Measure(
        word="feed",
        title="a feed: decode, decide, append, against COPY of the same rows",
        unit="events/s",
        peer="COPY",
        open=feed,
        floor=0.25,
        aim=0.4,
    ),
)
