"""A ``redress up`` whose API and worker only pretend, run as a real process."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import rich_click as click

from interface.cli.main import give_up
from interface.cli.up import run
from interface.errors import UserError
from interface.settings import Settings, read_settings
from interface.supervisor import Child

REDRESS = ("-m", "interface.cli.main")
ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
PORTS = iter(range(10_000 + os.getpid() % 200 * 100, 32_000))
SECONDS = 90  # then a test has failed, whatever it waits for


def main(program: str = "", ready_seconds: float = SECONDS) -> None:
    """Run it, as the settings say; ``program`` instead of an API that works."""
    settings = read_settings()
    address = ["--bind", settings.http_host, str(settings.http_port)]
    words = ["-c", program] if program else ["-m", "http.server", *address]
    api = Child("api", (PYTHON, *words))
    worker = Child("worker", (PYTHON, "-c", "import signal; signal.pause()"))
    try:
        run(settings, (api, worker), click.echo, nothing, ready_seconds=ready_seconds)
    except UserError as error:
        give_up(str(error), error.exit_code)


def nothing(settings: Settings, say: Callable[[str], object]) -> None:
    """Load no sample."""
    del settings, say


def free_port() -> int:
    """Return a port nobody listens on, and which nobody else is given meanwhile.

    One that the kernel chose may be the next program's as soon as it is let go. These
    are below those it chooses from; tests that run side by side begin far apart.
    """
    for port in PORTS:
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port was given away")


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    ours = {"REDRESS_HOME": str(home), "REDRESS_HTTP_PORT": str(port)}
    return {**kept, **ours, **more}


def redress(
    *words: str, home: Path, port: int = 8710, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the real command line to its end."""
    return subprocess.run(
        [PYTHON, *REDRESS, *words],
        cwd=ROOT,
        env=environment(home, port, **more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


class Up:
    """A running command, most often ``redress up``, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.said: IO[str] = process.stdout

    def says(self, words: str) -> str:
        """Read until a line holds these words, and return it."""
        for line in self.said:
            if words in line:
                return line.strip()
        raise AssertionError(f"it ended without saying {words!r}")

    def ends(self, sign: signal.Signals | None = None) -> int:
        """Send it a signal, if one is given, and return its exit code."""
        if sign is not None:
            self.process.send_signal(sign)
        return self.process.wait(SECONDS)


@contextmanager
def up(home: Path, port: int, **more: str) -> Iterator[Up]:
    """Start it, and see to it that it is gone in the end."""
    program = "from tests.interface.pretend import main; main()"
    with started(["-c", program], home, port, **more) as running:
        yield running


@contextmanager
def started(
    words: Sequence[str], home: Path, port: int = 8710, **more: str
) -> Iterator[Up]:
    """Start Python on these words, and see to it that it is gone in the end."""
    with subprocess.Popen(
        [PYTHON, *words],
        cwd=ROOT,
        env=environment(home, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Up(process)
        finally:
            process.terminate()
            process.wait(SECONDS)
