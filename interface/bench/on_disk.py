"""Bytes on disk for each event, one event to a command, tables with their indexes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Final

import psycopg

from interface.bench.filled import fill_ours, fill_stock, rounded
from interface.bench.ground import Ground
from interface.bench.measure import STOCK, Contest, Measure, Sample
from interface.bench.ours import check_log, our_dispatcher, our_store
from interface.bench.stock import TABLE, check_stock, stock

SIZE = (
    "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name"
)


@contextmanager
def on_disk(ground: Ground, tables: tuple[str, ...]) -> Iterator[Contest]:
    """Put the same parcels on both sides, and weigh them after VACUUM."""
    count = rounded(ground.sizes.kept)
    with ExitStack() as open_:
        urls = open_.enter_context(ground.ours("disk_ours"))
        with our_store(urls) as store, our_dispatcher(store) as dispatcher:
            fill_ours(dispatcher, count, ground.dice)
        url = open_.enter_context(ground.bare("disk_stock"))
        with stock(url) as application:
            fill_stock(application, count)

        def check() -> None:
            check_log(urls, count, commands=count)
            check_stock(url, count)

        yield Contest(
            ours=lambda: Sample(weight(urls.owner, tables) / count),
            peer=lambda: Sample(weight(url, (TABLE,)) / count),
            check=check,
            notes=(f"{count:,} events, ours in {', '.join(tables)}",),
        )


def weight(url: str, tables: tuple[str, ...]) -> float:
    """Return the bytes of tables, their indexes and all, tidied up before."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")
        row = owner.execute(SIZE, (list(tables),)).fetchone()
    assert row is not None, "a sum is a row"
    return float(row[0])


MEASURES: Final = (
    Measure(
        word="bytes",
        title="bytes on disk per event, without store.command",
        unit="bytes",
        peer=STOCK,
        open=partial(on_disk, tables=("store.event",)),
        floor=1.4,
        aim=1.2,
        less_is_better=True,
        steady=True,
    ),
    Measure(
        word="bytes-with-commands",
        title="bytes on disk per event, with store.command",
        unit="bytes",
        peer=STOCK,
        open=partial(on_disk, tables=("store.event", "store.command")),
        floor=1.9,
        aim=1.5,
        less_is_better=True,
        steady=True,
    ),
)
