"""The HTTP API as real processes: what is left when one of them is killed."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from interface.postgres import postmaster
from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from tests.eventually import eventually
from tests.interface.api.conftest import ORDER
from tests.interface.pretend import (
    PYTHON,
    ROOT,
    SECONDS,
    environment,
    free_port,
    redress,
)


@contextmanager
def serving(home: Path, port: int) -> Iterator[psutil.Popen]:
    """Run ``redress serve``, and see to it that nothing of it is left."""
    with psutil.Popen(
        [PYTHON, "-m", "interface.cli.main", "serve"],
        cwd=ROOT,
        env=environment(home, port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        family: list[psutil.Process] = []
        try:
            eventually(lambda: lives(port))
            family = process.children(recursive=True)
            yield process
        finally:
            with suppress(psutil.NoSuchProcess):  # A test may have killed it.
                process.terminate()
            process.wait(SECONDS)
            for left in family:
                if left.is_running() and left.name() != "postgres":
                    left.kill()


def lives(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", timeout=5).is_success
    except httpx.TransportError:
        return False


def test_a_killed_server_leaves_no_worker_and_its_port_is_free_again(
    tmp_path: Path,
) -> None:
    home, port = tmp_path / "home", free_port()
    with in_use(EmbeddedPostgres(home, durable=False), dies_with_us=True):
        with serving(home, port) as server:
            (worker,) = server.children()
            server.send_signal(signal.SIGKILL)
            assert server.wait(SECONDS) == -signal.SIGKILL
            eventually(lambda: gone(worker))
            assert not lives(port)
        with serving(home, port) as server:
            assert len(server.children()) == 1


# -- A database that hangs: its processes are there, and none does anything --


def test_an_api_whose_database_hangs_says_so_in_time_and_recovers(
    tmp_path: Path,
) -> None:
    home, port = tmp_path / "home", free_port()
    server = EmbeddedPostgres(home, durable=False)
    with (
        in_use(server, dies_with_us=True),
        serving(home, port),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=15) as client,
    ):
        eventually(lambda: client.get("/readyz").is_success)
        issued = redress("token", "service", "--subject", "shop-feed", home=home)
        token = issued.stdout.strip()
        with hung(home):
            ready = client.get("/readyz")
            assert (ready.status_code, ready.elapsed.total_seconds() < 5) == (503, True)
            assert "Retry-After" in ready.headers
            change = client.post("/v1/orders", json=ORDER, headers=bearing(token))
            assert change.status_code == 503, change.text
            assert change.headers["Retry-After"]
            assert "takes effect once" in change.json()["detail"]
            assert lives(port)
        eventually(lambda: client.get("/readyz").is_success)
        placed = client.post("/v1/orders", json=ORDER, headers=bearing(token))
        assert placed.status_code in (200, 201), placed.text


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": "placed-once"}


@contextmanager
def hung(home: Path) -> Iterator[None]:
    """Stop every process of the database in its tracks, for a while."""
    running = postmaster.running(home / "postgres")
    assert running is not None
    server = psutil.Process(running.pid)
    family = [server, *server.children(recursive=True)]
    for each in family:
        each.suspend()
    try:
        yield
    finally:
        for each in family:
            each.resume()


def gone(process: psutil.Process) -> bool:
    """Whether it is dead, though nobody may have asked after it yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
