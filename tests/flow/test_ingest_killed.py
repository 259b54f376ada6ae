"""An import that is killed or interrupted goes on where it stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.event_store.connections import connection_pool
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.history import events_of
from application.orders import context_for
from domain.order import ORDER, CheckPromises, Order
from interface.inbound.olist_export import read_export
from interface.postgres.database import DatabaseUrls
from tests.interface.inbound.olist_files import file_of, market, write_export
from tests.interface.inbound.test_olist import Place
from tests.interface.served import roles

ROOT = Path(__file__).parents[2]
SECONDS = 90  # then a test has failed, whatever it waits for
ORDERS = 300

HEADS = "SELECT position FROM store.partition_head ORDER BY partition FOR UPDATE"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an export of three batches, with one row that cannot be read."""
    folder = tmp_path / "export"
    folder.mkdir()
    write_export(folder, **market(ORDERS))
    with (folder / file_of("order_reviews")).open("a") as file:
        file.write("r-bad,m-1,seven\n")
    return folder


@pytest.fixture
def environment(clean_database: DatabaseUrls, tmp_path: Path) -> dict[str, str]:
    """Return what a process needs to work on the tests' database."""
    return {
        "PATH": os.environ["PATH"],
        "REDRESS_HOME": str(tmp_path / "home"),
        **roles(clean_database),
    }


Process = subprocess.Popen[str]


@contextmanager
def ingesting(folder: Path, environment: dict[str, str]) -> Iterator[Process]:
    """Have the import run as a process of its own, gone in the end."""
    words = ["ingest", "olist", str(folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "interface.cli.main", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def halfway(urls: DatabaseUrls, process: Process) -> Iterator[None]:
    """Wait until a batch is written, and let nothing more be written in the block."""
    with psycopg.connect(urls.owner) as owner:
        while not sum(position for (position,) in owner.execute(HEADS)):
            owner.rollback()
            assert process.poll() is None, "it ended before it wrote anything"
        yield
        owner.rollback()


def finished(folder: Path, environment: dict[str, str]) -> str:
    """Run the import to its end and return what it said."""
    with ingesting(folder, environment) as process:
        said, _ = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, said
        return said


def told_at_once(folder: Path) -> dict[str, Order]:
    """Return the orders as they stand after an import that nobody disturbed."""
    place = Place()
    export = read_export(folder)
    place.told(export)
    orders = {}
    for name, order in export.orders.items():
        order_id = place.orders.id_of(order.consumer, "olist", name)
        command = CheckPromises()
        now = datetime.now(UTC)
        context = context_for(order_id, command, actor="a test", asked_at=now)
        place.orders.handle_one(order_id, command, context)
        orders[name] = place.order(name, order.consumer)
    return orders


def as_stored(urls: DatabaseUrls, folder: Path) -> dict[str, Order]:
    """Return the orders as the database has them."""
    evolve: Any = ORDER.evolve  # of a log that holds other events, too
    with (
        connection_pool(urls.writer, max_size=2) as writer,
        connection_pool(urls.reader, max_size=2) as reader,
    ):
        store = PostgresEventStore(writer, reader)
        place = Place(store.partitions)
        ids: dict[UUID, str] = {
            place.orders.id_of(order.consumer, "olist", name): name
            for name, order in read_export(folder).orders.items()
        }
        histories = store.load(list(ids)).histories
    return {
        ids[each]: reduce(evolve, events_of(history), ORDER.initial)
        for each, history in histories.items()
    }


def events(urls: DatabaseUrls) -> int:
    with psycopg.connect(urls.owner) as owner:
        query = "SELECT sum(position)::int FROM store.partition_head"
        (found,) = owner.execute(query).fetchone() or (0,)
        return int(found)


def test_killed_half_way_and_run_again_it_ends_in_the_same_state(
    clean_database: DatabaseUrls, folder: Path, environment: dict[str, str]
) -> None:
    with ingesting(folder, environment) as process:
        with halfway(clean_database, process):
            process.send_signal(signal.SIGKILL)
            process.wait(SECONDS)
        assert process.returncode == -signal.SIGKILL
    before = events(clean_database)
    said = finished(folder, environment)
    assert 0 < before < events(clean_database)
    assert "reports new" in said
    assert as_stored(clean_database, folder) == told_at_once(folder)


def test_a_third_time_nothing_changes(
    clean_database: DatabaseUrls, folder: Path, environment: dict[str, str]
) -> None:
    finished(folder, environment)
    before = events(clean_database)
    said = finished(folder, environment)
    assert "0 reports new" in said
    assert "1 row in quarantine" in said
    assert events(clean_database) == before


def test_interrupted_it_finishes_the_batch_and_says_how_to_go_on(
    clean_database: DatabaseUrls, folder: Path, environment: dict[str, str]
) -> None:
    with ingesting(folder, environment) as process:
        with halfway(clean_database, process):
            process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Stopping after this batch" in said
    assert "run the same command again" in said
    finished(folder, environment)
    assert as_stored(clean_database, folder) == told_at_once(folder)
