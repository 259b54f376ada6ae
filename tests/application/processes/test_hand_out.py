"""Workers are killed while they hand out; nobody is offered anything twice."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from time import monotonic

import psycopg
import pytest

from application.event_store.connections import connection_pool
from application.projections.affected_rows import Affected
from application.projections.runner import Runner
from domain.incident import handed_out
from interface.postgres.database import DatabaseUrls
from tests.application.outbreak import DAY, MONDAY, Outbreak
from tests.application.processes.handing import outbreak_at

ORDERS = 300
EACH_FEN = 1_000
OFFERED = "SELECT count(*) FROM store.event WHERE type = 'resolution.offered'"
SECONDS_MAX = 60


@pytest.fixture
def there(clean_database: DatabaseUrls) -> Iterator[Outbreak]:
    """Three hundred orders in the outlet, and an incident about to be rolled out."""
    with ExitStack() as closing:
        urls = clean_database
        there = outbreak_at(urls.writer, urls.reader, closing)
        there.at = MONDAY + 2 * DAY
        there.ships(*range(ORDERS))
        projector = closing.enter_context(connection_pool(urls.projector))
        runner = Runner([Affected()], projector)
        runner.prepare()
        while runner.round():
            pass
        there.at = MONDAY + 4 * DAY
        there.is_ready()
        there.rolls_out()
        yield there


def test_whoever_is_killed_everybody_is_offered_it_once_and_the_budget_holds(
    there: Outbreak, clean_database: DatabaseUrls
) -> None:
    with psycopg.connect(clean_database.owner, autocommit=True) as owner:

        def offered() -> int:
            row = owner.execute(OFFERED).fetchone()
            assert row is not None
            return int(row[0])

        for more in (1, 80, 160):
            with working(clean_database) as process:
                wait_until(offered, more, process)
                process.send_signal(signal.SIGKILL)
        with working(clean_database) as process:
            assert process.wait(SECONDS_MAX) == 0
        assert offered() == ORDERS
    all_offered_once(there)


def test_two_workers_at_once_hand_out_as_much_as_one(
    there: Outbreak, clean_database: DatabaseUrls
) -> None:
    del clean_database
    # Without turns: what keeps them apart is the log alone.
    workers = [there.worker(turns=None) for _ in range(2)]

    def works(number: int) -> None:
        while workers[number].work("I-7") or handed_out(there.incident).left:
            pass

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(works, range(2)))
    there.works()
    all_offered_once(there)


def all_offered_once(there: Outbreak) -> None:
    """Assert that everybody has one offer, and that the money adds up."""
    counts = handed_out(there.incident)
    assert (counts.offered, counts.left, counts.reserved) == (ORDERS, 0, 0)
    assert there.incident.committed_fen == ORDERS * EACH_FEN
    for number in range(ORDERS):
        assert there.resolution(number).offered == ("voucher",)
        assert not there.resolution(number, 2).known


@contextmanager
def working(urls: DatabaseUrls) -> Iterator[subprocess.Popen[str]]:
    """Lend a worker in a process of its own, once it is ready."""
    command = [sys.executable, "-m", "tests.application.processes.handing"]
    process = subprocess.Popen(
        [*command, urls.writer, urls.reader], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def wait_until(
    offered: Callable[[], int], enough: int, process: subprocess.Popen[str]
) -> None:
    """Return once so many have their offer, or the worker has nothing left to do."""
    until = monotonic() + SECONDS_MAX
    while offered() < enough and process.poll() is None:
        assert monotonic() < until, "the worker hands out nothing"
