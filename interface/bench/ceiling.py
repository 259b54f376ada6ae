"""The ceiling of single inserts: a row and a commit each, by PostgreSQL's own crowd."""

from collections.abc import Iterator, Mapping
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
# What differs from row to row; the rest is as in a row that our side wrote.
DRAWN: Final = {
    "partition": ":client_id",
    "position": "nextval('single.position')",
    "stream_id": "gen_random_uuid()",
}
INSERT: Final = "INSERT INTO single.event (%s) VALUES (%s);"
SAMPLE: Final = "SELECT to_jsonb(e) FROM store.event AS e LIMIT 1"


def insert_like(url: str) -> str:
    """Return an insert of a row like those in our store."""
    with psycopg.connect(url) as owner:
        sample = owner.execute(SAMPLE).fetchone()
    assert sample is not None, "its parcels are announced"
    known: Mapping[str, object] = sample[0]
    values = (DRAWN.get(name, literal(value)) for name, value in known.items())
    columns, drawn = ", ".join(known), ", ".join(values)
    return INSERT % (columns, drawn)


def literal(value: object) -> str:
    """Return a value in SQL; pgbench takes any colon for a variable of its own."""
    if value is None:
        return "NULL"
    told = str(value).replace("\\", "\\\\").replace("'", "''")
    return "E'" + told.replace(":", "\\x3A") + "'"


@contextmanager
def inserts(ground: Ground) -> Iterator[Contest]:
    """As many callers as connections: ours decide, the others only insert."""
    sizes = ground.sizes
    with ExitStack() as open_:
        ours, check_ours = open_.enter_context(our_callers(ground, "ceiling_ours"))
        insert = insert_like(ground.url("ceiling_ours"))
        urls = open_.enter_context(ground.ours("ceiling_inserts"))
        with psycopg.connect(urls.owner) as owner:
            owner.execute(SHAPE)
        storm = Storm(urls.owner, insert, ground.folder, "inserts")

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
