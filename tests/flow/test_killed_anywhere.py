"""Killed at every named point, three times each: what was acknowledged is there, once.

Inside the database a point is where a call stands because somebody holds a lock it
needs. There it is the caller that is killed, and then the server itself.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import psycopg
import pytest
from msgspec.structs import replace
from psycopg.conninfo import make_conninfo

from application.event_store.envelope import Receipt
from application.projections.read_models import READ_MODELS
from application.verify.asked import check_receipts
from application.verify.findings import Finding, Findings
from application.verify.projections import check_projections
from application.verify.verify import scope_of, verify
from interface.bootstrap import Redress
from interface.postgres import postmaster
from interface.postgres.database import DatabaseUrls, database
from interface.postgres.migrations import migrate, migrations_folder
from interface.postgres.server import EmbeddedPostgres
from interface.settings import Settings
from interface.tokens import open_tokens
from tests.application.event_store.cut_line import cut_line
from tests.eventually import eventually
from tests.flow.killed import (
    PATIENT,
    Child,
    apart,
    asked,
    asks,
    environment,
    migrates,
    name_of,
    order_of,
    projects,
)
from tests.interface.api.conftest import ORDER
from tests.interface.pretend import PYTHON, free_port
from tests.interface.pretend import environment as served_environment
from tests.interface.served import roles, wait_for

TIMES: Final = 3
NUMBERS = count(step=100)

# Where a call of store.append stands, until it is let: who comes by there takes a lock
# that somebody may hold against him. A deferred trigger comes by at COMMIT.
STANDS: Final = {
    "before the head update": "BEFORE UPDATE ON store.partition_head",
    "after the head update": "AFTER UPDATE ON store.partition_head",
    "before the insert": "BEFORE INSERT ON store.event",
    "after the insert": "AFTER INSERT ON store.event",
    "at COMMIT": "AFTER INSERT ON store.event DEFERRABLE INITIALLY DEFERRED",
}
POINTS: Final = list(STANDS)
STAND: Final = """
CREATE FUNCTION public.stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(TG_ARGV[0]::int); RETURN NEW; END $$
"""
HELD: Final = "SELECT pg_advisory_xact_lock(%s)"
WAITING: Final = """
SELECT count(*) FROM pg_stat_activity
 WHERE usename = %s AND wait_event_type = 'Lock'
"""
STORED: Final = "SELECT count(*) FROM store.command WHERE command_id = ANY (%s)"
WAL_WRITER: Final = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"
CHECKPOINTS: Final = "SELECT * FROM projection.checkpoint ORDER BY 1, 2, 3"


class Ground:
    """A database of its own that keeps what it acknowledged, and may be killed."""

    def __init__(self, urls: DatabaseUrls, server: EmbeddedPostgres) -> None:
        self.urls, self.server, self.home = urls, server, server.home
        self.redress = Redress(Settings(home=self.home), urls)
        self.redress.policies.bring_up_to_date()
        self.acknowledged: list[tuple[int, Receipt]] = []
        with psycopg.connect(urls.owner) as owner:
            owner.execute(STAND)
            for number, when in enumerate(STANDS.values()):
                kind = "CONSTRAINT TRIGGER" if "DEFERRED" in when else "TRIGGER"
                owner.execute(
                    f"CREATE {kind} stand_{number} {when} FOR EACH ROW "
                    f"EXECUTE FUNCTION public.stand({number})".encode()
                )

    def close(self) -> None:
        self.redress.close()

    def numbers(self) -> Sequence[int]:
        """Return numbers of new orders, each in a partition of its own."""
        return apart(self.redress, next(NUMBERS), TIMES)

    def asking(self, numbers: Sequence[int], crash_at: str = "") -> list[Child]:
        """Have as many processes place these orders."""
        given = environment(self.urls, self.home, crash_at)
        return [Child(asks, given, number) for number in numbers]

    def stored(self, numbers: Sequence[int]) -> int:
        with psycopg.connect(self.urls.owner) as owner:
            names = [name_of(each) for each in numbers]
            row = owner.execute(STORED, (names,)).fetchone()
            assert row is not None
            return int(row[0])

    def wait_for(self, processes: int, role: str = "redress_writer") -> None:
        """Return once so many stand where they are held."""
        with psycopg.connect(self.urls.owner, autocommit=True) as owner:
            eventually(
                lambda: owner.execute(WAITING, (role,)).fetchone() == (processes,)
            )

    def dies(self, *others: int) -> None:
        """Have the server killed, with others of its processes, and started again."""
        running = postmaster.running(self.server.data)
        assert running is not None
        for pid in (running.pid, *others):
            os.kill(pid, signal.SIGKILL)
        self.server.start(dies_with_us=True)
        for pool in (self.redress.writer, self.redress.reader, self.redress.projector):
            pool.check()

    def takes_effect_once(self, numbers: Sequence[int]) -> list[Receipt]:
        """Ask the same again, twice; return the first receipts, and check all."""
        first = [asked(self.redress, number) for number in numbers]
        again = [asked(self.redress, number) for number in numbers]
        assert again == [replace(each, repeated=True) for each in first]
        self.acknowledged += zip(numbers, first, strict=True)
        assert self.stored(numbers) == len(numbers)
        for number in numbers:
            order_id = order_of(self.redress, number)
            assert len(self.redress.store.stream(order_id)) == 1
        assert self.wrong() == []
        return first

    def wrong(
        self, *told: tuple[int, Receipt], rebuilt: bool = False
    ) -> Sequence[Finding]:
        """Return which of I1 to I11 do not hold; I6 if all is to be filled again.

        What this ground asked counts as acknowledged, and what else was ``told``.
        """
        found = Findings()
        with psycopg.connect(self.urls.reader, autocommit=True) as connection:
            verify(connection, scope_of(connection), found)
            known = [(name_of(n), each) for n, each in (*self.acknowledged, *told)]
            check_receipts(connection, known, found)
        if rebuilt:
            check_projections(READ_MODELS, self.redress.projector, found, lambda _: ())
        return found.report().findings


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    home = tmp_path_factory.mktemp("killed") / "home"
    server = EmbeddedPostgres(home)
    with database(Settings(home=home, partitions=8), server, dies_with_us=True) as urls:
        ground = Ground(urls, server)
        yield ground
        ground.close()


# -- Where the database has the word --


@pytest.mark.parametrize("killed", ["the caller", "the server"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_within_an_append(ground: Ground, point: str, killed: str) -> None:
    numbers = ground.numbers()
    with psycopg.connect(ground.urls.owner) as holder:
        holder.execute(HELD, (POINTS.index(point),))
        children = ground.asking(numbers)
        ground.wait_for(TIMES)
        assert ground.stored(numbers) == 0
        for child in children:
            child.kill()
        if killed == "the server":
            ground.dies()
            assert ground.stored(numbers) == 0
            holder.close()
    repeated = [each.repeated for each in ground.takes_effect_once(numbers)]
    assert killed == "the caller" or repeated == [False] * TIMES


def test_killed_after_the_commit_and_before_the_answer(ground: Ground) -> None:
    numbers = ground.numbers()
    with (
        cut_line(ground.urls.writer) as line,
        psycopg.connect(ground.urls.owner) as holder,
    ):
        holder.execute(HELD, (POINTS.index("at COMMIT"),))
        given = environment(ground.urls, ground.home)
        given["DATABASE_WRITER_URL"] = make_conninfo(line.conninfo, options=PATIENT)
        children = [Child(asks, given, number) for number in numbers]
        ground.wait_for(TIMES)
        with line.silence():
            holder.rollback()
            eventually(lambda: ground.stored(numbers) == TIMES)
            for child in children:
                child.kill()
    assert all(each.repeated for each in ground.takes_effect_once(numbers))


def test_control_a_server_that_answers_before_it_is_on_disk_is_found_out(
    ground: Ground,
) -> None:
    hasty = make_conninfo(ground.urls.writer, options="-c synchronous_commit=off")
    redress = Redress(Settings(home=ground.home), replace(ground.urls, writer=hasty))
    numbers = ground.numbers()
    with psycopg.connect(ground.urls.owner) as owner:
        (writes,) = owner.execute(WAL_WRITER).fetchone() or (0,)
        os.kill(writes, signal.SIGSTOP)
    told = [(number, asked(redress, number)) for number in numbers]
    ground.dies(writes)
    redress.close()
    assert {each.invariant for each in ground.wrong(*told)} == {"I1"}
    assert not any(each.repeated for each in ground.takes_effect_once(numbers))


# -- Where the process has the word --


@pytest.mark.parametrize(
    ("point", "written"), [("append.sending", 0), ("append.answered", TIMES)]
)
def test_killed_around_an_append(ground: Ground, point: str, written: int) -> None:
    numbers = ground.numbers()
    children = ground.asking(numbers, crash_at=point)
    assert [each.ended() for each in children] == [-signal.SIGKILL] * TIMES
    assert ground.stored(numbers) == written
    first = ground.takes_effect_once(numbers)
    assert [each.repeated for each in first] == [written > 0] * TIMES


def test_killed_before_the_answer_over_http(ground: Ground) -> None:
    token = open_tokens(Settings(home=ground.home)).issue("service", "feed")
    crash = {"REDRESS_TEST": "1", "REDRESS_CRASH_AT": "http.answering"}
    with ExitStack() as closing, ThreadPoolExecutor(TIMES + 1) as starting:
        begun = [starting.submit(served, ground, closing, crash) for _ in range(TIMES)]
        last = starting.submit(served, ground, closing, {})
        for number, each in enumerate(begun):
            with pytest.raises(httpx.TransportError):
                placed_at(each.result(), token, number)
        for number in range(TIMES):
            answer = placed_at(last.result(), token, number)
            assert answer.status_code == 201
            assert answer.headers["Idempotency-Replayed"] == "true"
            assert answer.json()["version"] == 1
    assert ground.wrong() == []


def served(ground: Ground, closing: ExitStack, more: dict[str, str]) -> str:
    """Serve in a process of its own; return where."""
    port = free_port()
    known = served_environment(ground.home, port, **roles(ground.urls), **more)
    process = subprocess.Popen([PYTHON, "-m", "interface.cli.main", "serve"], env=known)
    closing.callback(process.wait)
    closing.callback(process.terminate)
    wait_for(f"http://127.0.0.1:{port}", process)
    return f"http://127.0.0.1:{port}"


def placed_at(url: str, token: str, number: int) -> httpx.Response:
    body = ORDER | {"number": f"H-{number}"}
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"k-{number}"}
    return httpx.post(f"{url}/v1/orders", json=body, headers=headers, timeout=60)


# -- Projections, and what they stand on --


def test_killed_while_projecting(ground: Ground) -> None:
    for dies in (dies_with_its_rows_filled, stands_with_its_checkpoints_moved) * TIMES:
        ground.takes_effect_once(ground.numbers())
        before = checkpoints(ground)
        dies(ground)
        assert checkpoints(ground) == before, "neither rows nor checkpoints are kept"
        assert Child(projects, given(ground)).ended() == 0
        assert checkpoints(ground) != before
    assert ground.redress.runner().catch_up()
    assert ground.wrong(rebuilt=True) == []


def dies_with_its_rows_filled(ground: Ground) -> None:
    """Have a worker die that has filled its rows, and not yet committed them."""
    child = Child(projects, given(ground, "projection.batch"))
    assert child.ended() == -signal.SIGKILL


def given(ground: Ground, crash_at: str = "") -> dict[str, str]:
    return environment(ground.urls, ground.home, crash_at)


def stands_with_its_checkpoints_moved(ground: Ground) -> None:
    """Kill a worker that has moved its checkpoints, and not yet filled its rows."""
    with psycopg.connect(ground.urls.owner) as holder:
        holder.execute("LOCK projection.parked")
        child = Child(projects, given(ground))
        ground.wait_for(1, "redress_projector")
        child.kill()


def checkpoints(ground: Ground) -> object:
    ground.redress.runner().prepare()
    with psycopg.connect(ground.urls.owner) as owner:
        return owner.execute(CHECKPOINTS).fetchall()


def test_killed_while_migrating(ground: Ground, tmp_path: Path) -> None:
    with psycopg.connect(ground.urls.owner, autocommit=True) as owner:
        owner.execute("CREATE DATABASE half")
    url = make_conninfo(ground.urls.owner, dbname="half")
    every = sorted(migrations_folder().glob("*.sql"))
    for killed_at in (0, len(every) // 2, len(every) - 1):
        for each in every[: killed_at + 1]:
            if each != every[killed_at]:
                shutil.copy(each, tmp_path)
        migrate(url, tmp_path)
        shutil.copy(every[killed_at], tmp_path)
        child = Child(migrates, given(ground, "migration.step"), url, tmp_path)
        assert child.ended() == -signal.SIGKILL
        assert migrate(url, tmp_path) == [every[killed_at].stem]
    assert migrate(url) == []
