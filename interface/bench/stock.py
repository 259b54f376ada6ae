"""The peer: the stock library on its own PostgreSQL recorder, in its own style.

The same parcel as ``application/bench/parcel.py``: the same fields, the same rules.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import IntegrityError
from psycopg.conninfo import conninfo_to_dict

from interface.bench.measure import expect, fresh_id
from interface.clock import now

NAME: Final = "bench"
TABLE: Final = "bench_events"
# Events of one save. The library sends them in one pipeline, which stands still for
# ever once there are more than the buffers of a connection hold.
BATCH: Final = 200

COUNTED = """
SELECT (SELECT count(*) FROM bench_events),
       (SELECT count(*) FROM (
            SELECT FROM bench_events GROUP BY originator_id
            HAVING (min(originator_version), max(originator_version))
                <> (1, count(*))) AS torn)
"""


class Scan(NamedTuple):
    """What a scanner says."""

    scan: str
    code: str
    facility: str
    region: str
    vehicle: str
    at: datetime


class ParcelDelivered(Exception):
    """A parcel that was delivered is scanned no more."""


class Parcel(Aggregate):
    """A parcel and its scans, as the library wants an aggregate written."""

    @event("Announced")
    def __init__(self, consumer: str, carrier: str, waybill: str, at: datetime) -> None:
        self.consumer = consumer
        self.carrier = carrier
        self.waybill = waybill
        self.announced_at = at
        self.code = ""
        self.facility = ""
        self.seen_at: datetime | None = None
        self.scans = 0
        self.known: set[str] = set()

    def scan(self, scan: Scan) -> None:
        """Take a scan; one that is known changes nothing. Raises ParcelDelivered."""
        if scan.scan in self.known:
            return
        if self.code == "delivered":
            raise ParcelDelivered
        self.scanned(*scan)

    @event("Scanned")
    def scanned(  # noqa: PLR0913, PLR0917  # stored is what the method is given
        self,
        scan: str,
        code: str,
        facility: str,
        region: str,
        vehicle: str,
        at: datetime,
    ) -> None:
        """Remember where it was seen last."""
        del region, vehicle
        self.known.add(scan)
        self.code = code
        self.facility = facility
        self.seen_at = at
        self.scans += 1


class Parcels(Application[UUID]):
    """The application that keeps parcels."""

    name = NAME

    def scan(self, parcel_id: UUID, scan: Scan) -> int:
        """Load, decide and save, again as long as another was first; the version."""
        while True:
            parcel: Parcel = self.repository.get(parcel_id)
            parcel.scan(scan)
            try:
                self.save(parcel)
            except IntegrityError:
                continue
            return parcel.version

    def announce(self, count: int) -> list[UUID]:
        """Announce so many parcels, many at once, and return their ids."""
        made = [announced(number) for number in range(count)]
        for first in range(0, count, BATCH):
            self.save(*made[first : first + BATCH])
        return [each.id for each in made]


def announced(number: int) -> Parcel:
    """Return a new parcel."""
    return Parcel(
        consumer=f"consumer-{number}", carrier="sf", waybill=f"SF{number:013}", at=now()
    )


def a_scan() -> Scan:
    """Return a scan of a parcel on its way."""
    return Scan(
        fresh_id().hex, "in_transit", "hangzhou-hub-03", "330100", "zhe-A-48213", now()
    )


def environment(url: str, connections: int = 1) -> dict[str, str]:
    """Return what the library is told of a database, with a pool of this size."""
    known = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(known["dbname"]),
        "POSTGRES_HOST": str(known["host"]),
        "POSTGRES_PORT": str(known["port"]),
        "POSTGRES_USER": str(known["user"]),
        "POSTGRES_PASSWORD": str(known["password"]),
        "POSTGRES_POOL_SIZE": str(connections),
        "POSTGRES_MAX_OVERFLOW": "0",
    }


@contextmanager
def stock(url: str, connections: int = 1) -> Iterator[Parcels]:
    """Lend the stock application on a database, with a pool of this size."""
    with Parcels(environment(url, connections)) as application:
        yield application


def check_stock(url: str, events: int) -> None:
    """Raise Wrong unless the peer has these events, each once."""
    with psycopg.connect(url) as owner:
        row = owner.execute(COUNTED).fetchone()
    assert row is not None, "a count is a row"
    expect("events of the stock library", row[0], events)
    expect("streams of the stock library that are not whole", row[1], 0)


def long_parcel(application: Parcels, events: int) -> UUID:
    """Save one parcel with so many events, and return its id."""
    parcel = announced(0)
    for number in range(1, events):
        parcel.scan(a_scan())
        if number % BATCH == 0:
            application.save(parcel)
    application.save(parcel)
    return parcel.id


def many_parcels(application: Parcels, events: int, each: int) -> None:
    """Save parcels of so many events each, until there are so many events."""
    count, at_once = events // each, max(1, BATCH // each)
    for first in range(0, count, at_once):
        made = [announced(n) for n in range(first, min(first + at_once, count))]
        for parcel in made:
            for _ in range(each - 1):
                parcel.scan(a_scan())
        application.save(*made)
