"""``redress serve`` and ``redress work`` started by themselves, as real processes."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import psutil
import pytest

from interface.postgres.server import EmbeddedPostgres
from interface.running import making_ready, wait_until_ready
from tests.eventually import eventually
from tests.interface.pretend import REDRESS, SECONDS, free_port, redress, started


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    yield home
    EmbeddedPostgres(home).stop()


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def locks(home: Path, name: str) -> list[Path]:
    return list((home / "running").glob(f"{name}-*.lock"))


def test_down_stops_those_that_run_by_themselves(home: Path) -> None:
    port = free_port()
    with (
        started([*REDRESS, "serve"], home, port) as serve,
        started([*REDRESS, "work"], home) as work,
    ):
        eventually(lambda: listens(port) and bool(locks(home, "work")))
        told = redress("down", home=home)
        assert told.stdout == "Stopped.\n", told.stderr
        assert serve.process.poll() == 0
        assert work.ends() in {0, -signal.SIGTERM}
    assert not listens(port)
    assert not EmbeddedPostgres(home).running
    assert redress("down", home=home).stdout == f"Nothing runs for {home}.\n"


def test_down_clears_away_after_one_that_was_killed(home: Path) -> None:
    with started([*REDRESS, "work"], home) as work:
        eventually(lambda: EmbeddedPostgres(home).running and bool(locks(home, "work")))
        work.ends(signal.SIGKILL)
        assert redress("down", home=home).stdout == "Stopped.\n"
    assert not EmbeddedPostgres(home).running
    assert not locks(home, "work")


def test_a_server_says_where_it_is(home: Path) -> None:
    port = free_port()
    with started([*REDRESS, "serve"], home, port, REDRESS_HTTP_HOST="localhost") as one:
        told = one.says("Serving")
        assert told == f"Serving at http://localhost:{port}; Ctrl-C stops it."
        eventually(lambda: answers(f"http://localhost:{port}/livez"))
        assert one.ends(signal.SIGINT) == 0


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def test_two_never_share_a_port(home: Path, tmp_path: Path) -> None:
    other, port = tmp_path / "other", free_port()
    with started([*REDRESS, "serve", "--quiet"], home, port):
        eventually(lambda: listens(port))
        told = redress("serve", home=other, port=port)
    assert told.returncode == 1
    assert told.stdout == ""
    assert told.stderr == (
        f"redress: Port {port} of 127.0.0.1 is in use; stop what uses it, or set "
        "REDRESS_HTTP_PORT to another\n"
    )
    assert not other.exists()


@pytest.mark.parametrize("command", ["serve", "up"])
@pytest.mark.parametrize("name", ["nowhere.invalid", "no..name"])
def test_a_host_that_leads_nowhere_is_a_wrong_setting(
    home: Path, command: str, name: str
) -> None:
    told = redress(command, home=home, port=free_port(), REDRESS_HTTP_HOST=name)
    assert told.returncode == 2
    assert told.stderr == (
        f"redress: REDRESS_HTTP_HOST is {name!r}; no address is known by this name\n"
    )
    assert not (home / "postgres").exists()


def test_down_never_stops_who_took_over_a_number(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "running").mkdir()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        made = psutil.Process(stranger.pid).create_time()
        note = msgspec.json.encode({"pid": stranger.pid, "made": made})
        (home / "running" / "serve-1.lock").write_bytes(note)
        assert redress("down", home=home).stdout == f"Nothing runs for {home}.\n"
        assert stranger.poll() is None
        stranger.kill()


def test_whoever_waits_for_a_home_goes_on_once_it_is_ready(tmp_path: Path) -> None:
    wait_until_ready(tmp_path)  # Nobody is at it.
    with ThreadPoolExecutor() as another:
        with making_ready(tmp_path):
            waits = another.submit(wait_until_ready, tmp_path)
            with pytest.raises(TimeoutError):
                waits.result(timeout=0.2)
        assert waits.result(timeout=SECONDS) is None
