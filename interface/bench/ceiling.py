"""The ceiling of single inserts: a row and a commit each, by PostgreSQL's own crowd."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import psycopg

from interface.bench.commands import rate
from interface.bench.ground import Ground
from interface.bench.measure import Contest, Measure, expect
from interface.bench.our_callers import our_callers
from interface.bench.pgbench import Storm

SHAPE: Final = """
CREATE SCHEMA single;
CREATE TABLE single.event (LIKE store.event INCLUDING ALL);
CREATE SEQUENCE single.position;
"""
INSERT: Final = """
INSERT INTO single.event
SELECT :client_id, n, gen_random_uuid(), 1, 'bench.parcel_scanned', body, now(), now(),
       gen_random_uuid(), 'carrier', gen_random_uuid(), sha256(body)
  FROM nextval('single.position') AS n,
       convert_to(rpad('a scan', 230, '-'), 'UTF8') AS body;
"""


@contextmanager
def inserts(ground: Ground) -> Iterator[Contest]:
    """As many callers as connections: ours decide, the others only insert."""
    sizes = ground.sizes
    with ExitStack() as open_:
        ours, check_ours = open_.enter_context(our_callers(ground, "ceiling_ours"))
        urls = open_.enter_context(ground.ours("ceiling_inserts"))
        with psycopg.connect(urls.owner) as owner:
            owner.execute(SHAPE)
        storm = Storm(urls.owner, INSERT, ground.folder, "inserts")

        def check() -> None:
            check_ours()
            with psycopg.connect(urls.owner) as owner:
                row = owner.execute("SELECT count(*) FROM single.event").fetchone()
            expect("rows that pgbench inserted", row and row[0], storm.done)

        ours.awaiting(sizes.connections, sizes.seconds)
        storm.round(sizes.connections, 1)
        yield Contest(
            ours=lambda: rate(ours.awaiting(sizes.connections, sizes.seconds)),
            peer=lambda: storm.round(sizes.connections, sizes.seconds),
            check=check,
            notes=(f"pgbench: {sizes.connections} connections, nothing decided",),
        )


MEASURES: Final = (
    Measure(
        word="inserts",
        title="the ceiling: durable commands/s against single inserts by pgbench",
        unit="commands/s",
        peer="single inserts",
        open=inserts,
    ),
)
