"""The HTTP API as real processes: what is left when one of them is killed."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil

from interface.postgres.server import EmbeddedPostgres
from interface.postgres.use import in_use
from tests.interface.pretend import PYTHON, ROOT, SECONDS, environment, free_port
from tests.interface.test_embedded_postgres import eventually


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


def gone(process: psutil.Process) -> bool:
    """Whether it is dead, though nobody may have asked after it yet."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
