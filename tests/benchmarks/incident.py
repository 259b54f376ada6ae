"""How long an incident takes: affected orders among very many, on a real PostgreSQL.

Every affected order is a real one: it was placed, paid, shipped and scanned through the
command handler, and lies in the log and in the read model. The others are rows of the
read model alone, made in one statement: a selector sees no difference, and nothing else
ever looks at them.

    python -m tests.benchmarks.incident 5000 1000000
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from msgspec import Struct
from rich.console import Console

from application.event_store.connections import Pool, connection_pool
from application.event_store.postgres import PostgresEventStore
from application.policies import pack_rulebook
from application.projections.affected import AffectedQueries
from application.projections.affected_rows import Affected
from application.projections.runner import Runner
from domain.incident import Segment, handed_out
from interface.postgres.database import DatabaseUrls, database
from interface.postgres.server import EmbeddedPostgres
from interface.settings import Settings
from tests.application.outbreak import DAY, MONDAY, Outbreak

# Orders that a selector passes by: other outlets, other carriers, other times.
OTHERS = """
INSERT INTO projection.affected_v1
       (partition, order_id, parcel, source, number, consumer, carrier, outlet, region,
        stalled_from, merchants, products, creators, tenders, status, paid_at)
SELECT n %% 8, gen_random_uuid(), 'W' || n, 'shop', 'N-' || n, 'somebody-' || n,
       (ARRAY['zto', 'yto', 'sf', 'yunda'])[1 + n %% 4],
       'outlet-' || n %% 3000, (310000 + n %% 340)::text,
       %(monday)s::timestamptz - make_interval(mins => n %% 40000),
       ARRAY['shop-' || n %% 5000], ARRAY['product-' || n %% 20000], '{}',
       ARRAY['card'], 'shipped',
       %(monday)s::timestamptz - make_interval(mins => n %% 60000)
  FROM generate_series(1, %(others)s) AS n
"""

SEGMENTS = (
    Segment(name="stuck", plan="refund-early", stalled_over_hours=72),
    Segment(name="slow", plan="wait"),
)


class Times(Struct, frozen=True, kw_only=True):
    """How long each took, in seconds, and how many orders had their offer then."""

    orders: int
    others: int
    preview: list[float]
    freeze: list[float]
    estimate: list[float]
    hand_out: list[float]
    offered: int


def measured(urls: DatabaseUrls, orders: int, others: int) -> Times:
    """Return how long an incident of so many orders among so many takes."""
    with ExitStack() as closing:
        writer, projector, reader = (
            closing.enter_context(connection_pool(url))
            for url in (urls.writer, urls.projector, urls.reader)
        )
        there = outbreak(PostgresEventStore(writer, reader), orders)
        fill(urls, projector, others)
        there.watches(AffectedQueries(reader))
        there.at = MONDAY + 4 * DAY
        with timed() as preview:
            there.incidents.preview(there.selector, there.at)
        there.declares(freeze=False)
        with timed() as freeze:
            there.freezes()
        there.plans(*SEGMENTS)
        with timed() as estimate:
            there.estimates()
        there.grants(10**12)
        there.pilots(1)
        there.works()
        there.at += timedelta(minutes=5)
        there.rolls_out(orders_per_minute=1_000_000)
        with timed() as hand_out:
            there.works()
        return Times(
            orders=orders,
            others=others,
            preview=preview,
            freeze=freeze,
            estimate=estimate,
            hand_out=hand_out,
            offered=handed_out(there.incident).offered,
        )


def outbreak(store: PostgresEventStore, orders: int) -> Outbreak:
    """Return so many orders in the outlet, half of them stuck since Monday."""
    there = Outbreak(store, book=pack_rulebook("douyin-like"))
    for first in range(0, orders, 500):
        half = timedelta(hours=48) if first >= orders // 2 else timedelta()
        there.at = MONDAY + half
        there.ships(*range(first, min(first + 500, orders)))
    return there


def fill(urls: DatabaseUrls, projector: Pool, others: int) -> None:
    """Read the log into the read model, and put the others beside it."""
    runner = Runner([Affected()], projector)
    runner.prepare()
    while runner.round():
        pass
    with projector.connection() as connection:
        values = {"monday": MONDAY, "others": others}
        connection.execute("SET statement_timeout = 0")
        connection.execute(OTHERS, values)
        connection.execute("ANALYZE projection.affected_v1")
    del urls


@contextmanager
def timed() -> Iterator[list[float]]:
    """Lend a list for how long the block took and how long it was busy, in seconds."""
    took: list[float] = []
    begun, busy = perf_counter(), process_time()
    yield took
    took += [perf_counter() - begun, process_time() - busy]


def main() -> None:
    """Measure, and print the times."""
    orders, others = (int(each) for each in (*sys.argv[1:], "5000", "1000000")[:2])
    out = Console()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(home=Path(folder) / "home", partitions=8)
        server = EmbeddedPostgres(settings.home, durable=False)
        with database(settings, server, dies_with_us=True) as urls:
            times = measured(urls, orders, others)
    out.print(f"{times.orders:,} orders affected among {times.others:,} others:")
    said = {
        "counted live": times.preview,
        "scope frozen": times.freeze,
        "estimated": times.estimate,
        f"{times.offered:,} offered": times.hand_out,
    }
    for what, (took, busy) in said.items():
        out.print(f"  {what:16} {took:6.2f} s, of which we were busy {busy:6.2f} s")


if __name__ == "__main__":
    main()
