"""``redress up`` and ``redress down``, as real processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import psycopg
import pytest

from interface.postgres import postmaster
from interface.postgres.server import EmbeddedPostgres
from tests.eventually import eventually
from tests.interface.pretend import (
    ROOT,
    SECONDS,
    Up,
    environment,
    free_port,
    redress,
    started,
    up,
)

PRETEND = "from tests.interface.pretend import main"
PAUSES = "import signal; signal.pause()"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Have a home that does not exist yet, and stop what may be left of it."""
    home = tmp_path / "home"
    yield home
    EmbeddedPostgres(home).stop()


def children(running: Up) -> list[psutil.Process]:
    return psutil.Process(running.process.pid).children(recursive=True)


def worker(running: Up) -> psutil.Process:
    return next(each for each in children(running) if PAUSES in each.cmdline())


def test_it_says_where_it_is_and_ctrl_c_stops_everything(home: Path) -> None:
    port = free_port()
    with up(home, port) as running:
        assert running.says("is up").endswith(f"http://127.0.0.1:{port}")
        assert "/docs" in running.says("Documentation")
        assert "redress token" in running.says("No consumer was found")
        family = children(running)
        assert {each.name() for each in family} >= {"postgres"}
        assert running.ends(signal.SIGINT) == 0
    assert not any(each.is_running() for each in family)


def test_starting_again_finds_the_data(home: Path) -> None:
    for expected in (None, ("kept",)):
        with up(home, free_port()) as running:
            running.says("is up")
            with psycopg.connect(EmbeddedPostgres(home).url()) as owner:
                if expected is None:
                    owner.execute("CREATE TABLE word AS SELECT 'kept' AS word")
                else:
                    assert owner.execute("SELECT word FROM word").fetchone() == expected
            assert running.ends(signal.SIGTERM) == 0


def test_down_stops_it_and_a_second_one_is_told(home: Path) -> None:
    with up(home, free_port()) as running:
        running.says("is up")
        with up(home, free_port()) as second:
            assert second.ends() == 1
            assert "already runs" in second.said.read()
        assert redress("down", home=home).stdout == "Stopped.\n"
        assert running.ends() == 0
    assert redress("down", home=home).stdout == f"Nothing runs for {home}.\n"


def test_other_commands_leave_the_database_as_they_found_it(home: Path) -> None:
    database = EmbeddedPostgres(home)
    assert redress("migrate", home=home).returncode == 0
    assert not database.running
    with up(home, free_port()) as running:
        running.says("is up")
        assert redress("migrate", home=home).returncode == 0
        assert database.running


def test_a_port_in_use_is_said_before_anything_is_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with up(home, port) as running:
            assert running.ends() == 1
            assert f"Port {port} of 127.0.0.1 is in use" in running.said.read()
    assert not (home / "postgres").exists()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("REDRESS_INBOUND_SECRETS", "doudian=x,shop=abc"),
        ("REDRESS_OIDC_ISSUER", "https://id.example"),
    ],
)
def test_wrong_secrets_and_issuers_are_said_before_anything_is_started(
    home: Path, setting: str, value: str
) -> None:
    told = redress("up", home=home, port=free_port(), **{setting: value})
    assert told.returncode == 2
    assert told.stderr.startswith(f"redress: {setting}")
    assert len(told.stderr.splitlines()) == 1
    assert not (home / "postgres").exists()


def test_serve_alone_says_wrong_secrets_in_one_line(home: Path) -> None:
    told = redress("serve", home=home, REDRESS_INBOUND_SECRETS="shop=abc")
    assert told.returncode == 2
    assert told.stderr.splitlines()[-1].startswith("redress: REDRESS_INBOUND_SECRETS")
    assert not (home / "postgres").exists()


def test_a_worker_that_cannot_be_built_ends_with_one_line(home: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from interface.serving import app; app()"],
        cwd=ROOT,
        env=environment(home, 8710, REDRESS_INBOUND_SECRETS="shop=abc"),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert told.returncode == 1
    assert told.stderr.startswith("redress: ")
    assert len(told.stderr.splitlines()) == 1


def test_who_dies_is_started_again(home: Path) -> None:
    with up(home, free_port()) as running:
        running.says("Ctrl-C")
        first = worker(running)
        first.kill()
        line = running.says("worker ended")
        assert line == (
            "worker ended (killed by signal 9) and is started again in 0.5 s "
            f"(log: {home / 'logs' / 'worker.log'})"
        )
        eventually(lambda: any(PAUSES in each.cmdline() for each in children(running)))
        assert worker(running).pid != first.pid


def test_who_ends_at_once_again_and_again_ends_it_all(home: Path) -> None:
    api = "main('raise SystemExit(1)')"
    with started(["-c", f"{PRETEND}; {api}"], home, free_port()) as running:
        assert running.says("redress: ") == (
            "redress: api ended 3 times in a row; "
            f"see the end of {home / 'logs' / 'api.log'}"
        )
        assert running.ends() == 1
    assert not EmbeddedPostgres(home).running


def test_an_api_that_never_comes_up_ends_it_all(home: Path) -> None:
    port = free_port()
    api = f"main({PAUSES!r}, ready_seconds=1)"
    with started(["-c", f"{PRETEND}; {api}"], home, port) as running:
        assert running.says("redress: ") == (
            f"redress: Nothing answers at http://127.0.0.1:{port} after 1 s; "
            f"{home / 'logs' / 'api.log'} or {home / 'logs' / 'worker.log'} may say why"
        )
        assert running.ends() == 1
    assert not EmbeddedPostgres(home).running


def test_a_killed_database_is_started_again(home: Path) -> None:
    with up(home, free_port()) as running:
        running.says("Ctrl-C")
        server = postmaster.running(home / "postgres")
        assert server is not None
        os.kill(server.pid, signal.SIGKILL)
        running.says("PostgreSQL had ended and was started again")
        with psycopg.connect(EmbeddedPostgres(home).url()) as owner:
            assert owner.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_up_leaves_nobody_behind_and_the_next_one_starts(home: Path) -> None:
    with up(home, free_port()) as running:
        running.says("is up")
        family = children(running)
        assert family
        assert running.ends(signal.SIGKILL) == -signal.SIGKILL
        eventually(lambda: not any(each.is_running() for each in family))
    with up(home, free_port()) as running:
        running.says("is up")
        assert running.ends(signal.SIGINT) == 0


def test_down_never_stops_a_stranger(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    with subprocess.Popen(["sleep", "600"]) as stranger:
        made = psutil.Process(stranger.pid).create_time()
        note = msgspec.json.encode({"pid": stranger.pid, "made": made})
        (home / "up.lock").write_bytes(note)
        assert redress("down", home=home).stdout == f"Nothing runs for {home}.\n"
        assert stranger.poll() is None
        stranger.kill()


def test_data_of_another_version_is_one_line(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    told = redress("up", home=home, port=free_port())
    assert told.returncode == 1
    assert told.stderr.count("\n") == 1
    assert "is of PostgreSQL 17, this is 18" in told.stderr
