"""A real API, served as a process of its own on the tests' database."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from interface.postgres.database import DatabaseUrls
from tests.interface.pretend import PYTHON, environment, free_port

START_SECONDS = 60
STOP_SECONDS = 30


class Served(NamedTuple):
    """Where it is, and the process that serves it."""

    url: str
    process: subprocess.Popen[bytes]


def roles(urls: DatabaseUrls) -> dict[str, str]:
    """Return the settings by which a process works on the tests' database."""
    return {
        "DATABASE_WRITER_URL": urls.writer,
        "DATABASE_PROJECTOR_URL": urls.projector,
        "DATABASE_READER_URL": urls.reader,
        "DATABASE_KEYS_URL": urls.keys,
    }


@contextmanager
def served(home: Path, urls: DatabaseUrls) -> Iterator[Served]:
    """Serve as ``redress serve`` does, until the block is left; it stops when asked."""
    port = free_port()
    command = [PYTHON, "-m", "interface.cli.main", "serve"]
    process = subprocess.Popen(command, env=environment(home, port, **roles(urls)))
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        yield Served(url, process)
    finally:
        process.terminate()
        assert process.wait(STOP_SECONDS) == 0, "it stops when it is asked to"


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Return once it is ready; fail if it ended or never is."""
    until = time.monotonic() + START_SECONDS
    with httpx.Client(base_url=url) as client:
        while time.monotonic() < until and process.poll() is None:
            try:
                assert client.get("/readyz").status_code == 200
            except httpx.TransportError:
                time.sleep(0.05)  # it starts the sooner for being left alone
                continue
            return
    pytest.fail("the server did not start")
