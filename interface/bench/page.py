"""A page of a consumer's timeline, among few entries and among very many."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from typing import Final

import psycopg

from application.event_store.connections import connection_pool
from application.projections.timeline import TimelineQueries
from interface.bench.callers import quantile
from interface.bench.ground import Ground
from interface.bench.measure import Contest, Measure, Sample, expect
from interface.postgres.database import DatabaseUrls

PAGE: Final = 50
ENTRIES_EACH: Final = 200
# So many consumers are asked about, however many there are.
ASKED: Final = 100

# The projection's own rows, made in one statement: a page reads nothing else. Entries
# of a consumer are as far apart as those of all others put between them.
FILL = """
INSERT INTO projection.timeline_v1
       (partition, position, shown, stream_id, version, consumer, order_id, kind, code,
        occurred_at, recorded_at, facts)
SELECT who %% 64, n, n, order_id, 1 + n / %(consumers)s, 'consumer-' || who, order_id,
       'parcel', 'order.parcel_scanned', at, at,
       jsonb_build_object('parcel', 'SF' || n, 'code', 'in_transit', 'rank', n %% 7)
  FROM generate_series(1, %(entries)s) AS n
 CROSS JOIN LATERAL (SELECT n %% %(consumers)s AS who) AS whose
 CROSS JOIN LATERAL (
       SELECT md5('order ' || who || '/' || n / %(consumers)s / 10)::uuid AS order_id,
              timestamptz '2026-03-02' + n * interval '1 second' AS at) AS of
"""


class Timelines:
    """So many entries, and pages of them asked for."""

    def __init__(
        self, urls: DatabaseUrls, queries: TimelineQueries, entries: int
    ) -> None:
        self._urls, self._queries = urls, queries
        self.entries = entries
        self._consumers = max(1, entries // ENTRIES_EACH)

    def fill(self) -> None:
        """Make the entries."""
        values = {"entries": self.entries, "consumers": self._consumers}
        with psycopg.connect(self._urls.owner, autocommit=True) as owner:
            owner.execute(FILL, values)
            owner.execute("VACUUM ANALYZE projection.timeline_v1")

    def round(self, pages: int) -> Sample:
        """Return what 99 of 100 pages took at most, in ms."""
        waits = []
        step = max(1, self._consumers // ASKED)
        for number in range(pages):
            who = number % min(ASKED, self._consumers) * step
            begun = perf_counter()
            page = self._queries.newest([f"consumer-{who}"], limit=PAGE)
            waits.append(perf_counter() - begun)
            expect("entries on a page", len(page.rows), PAGE)
        return Sample(quantile(waits, 0.99), waits)

    def check(self) -> None:
        """Raise Wrong unless the entries are there."""
        with psycopg.connect(self._urls.owner) as owner:
            row = owner.execute("SELECT count(*) FROM projection.timeline").fetchone()
        expect("entries of the timeline", row and row[0], self.entries)


@contextmanager
def page(ground: Ground) -> Iterator[Contest]:
    """Few entries in one database, very many in the other."""
    few, many = ground.sizes.entries
    with ExitStack() as open_:
        sides = []
        for name, entries in (("page_few", few), ("page_many", many)):
            urls = open_.enter_context(ground.ours(name))
            pool = open_.enter_context(connection_pool(urls.reader))
            timelines = Timelines(urls, TimelineQueries(pool), entries)
            timelines.fill()
            timelines.round(ground.sizes.pages)
            sides.append(timelines)
        small, large = sides

        def check() -> None:
            small.check()
            large.check()

        yield Contest(
            ours=lambda: large.round(ground.sizes.pages),
            peer=lambda: small.round(ground.sizes.pages),
            check=check,
            notes=(
                f"{many:,} against {few:,} entries, {ENTRIES_EACH} for each consumer",
                "they are the projection's own rows, made in one statement",
            ),
        )


MEASURES: Final = (
    Measure(
        word="page",
        title="timeline page of 50: p99 among {entries[1]:,} against {entries[0]:,}",
        unit="ms",
        peer="{entries[0]:,} entries",
        open=page,
        floor=1.5,
        aim=1.1,
        less_is_better=True,
    ),
)
