"""API, worker and PostgreSQL killed at random under load, round after round.

    python -m tests.flow.soak SECONDS [SEED]

Each round ends with what ``redress verify`` checks, and with what callers were told:
who was acknowledged is stored so, who was refused is not, and who heard nothing asks
again under the same key and then is stored once. One line is printed for each round.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final, Literal, TypeAlias

import httpx
import psutil
import psycopg
from click import echo
from msgspec import Struct

from application.event_store.connections import connection_pool
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from application.verify.asked import check_failed, check_receipts
from application.verify.findings import Finding, Findings
from application.verify.projections import check_projections
from application.verify.verify import scope_of, verify
from interface.bootstrap import Redress
from interface.postgres import postmaster
from interface.postgres.database import DatabaseUrls, database
from interface.postgres.server import EmbeddedPostgres
from interface.settings import Settings
from interface.tokens import open_tokens
from tests.flow.load import PARTITIONS, Load
from tests.interface.pretend import PYTHON, ROOT, environment, free_port
from tests.interface.served import roles

PAUSE_S: Final = 2.0
REBUILD_EVERY: Final = 10
# Then it has failed. Not how long it may take: machines of tests are crowded.
READY_MAX_S: Final = 240.0
LOOK_S: Final = 0.1

Victim: TypeAlias = Literal["api", "worker", "database"]
VICTIMS: Final[tuple[Victim, ...]] = ("api", "worker", "database")


class Round(Struct, frozen=True, kw_only=True):
    """What a round came to."""

    number: int
    killed: Sequence[Victim]
    ready_s: float
    told: Counter[str]
    events: int
    wrong: Sequence[Finding]

    def __str__(self) -> str:
        """Return it on one line."""
        killed = ", ".join(self.killed)
        told = ", ".join(f"{count} {what}" for what, count in sorted(self.told.items()))
        wrong = "; ".join(f"{each.invariant} {each.what}" for each in self.wrong)
        return (
            f"round {self.number}: killed {killed}; asked: {told}; "
            f"API ready after {self.ready_s:.1f} s at most; {self.events} events; "
            f"{wrong or 'all holds'}"
        )


class Stage:
    """A PostgreSQL, an API and a worker of its own; who is killed is started again."""

    def __init__(self, urls: DatabaseUrls, server: EmbeddedPostgres) -> None:
        self.urls, self._server, self.home = urls, server, server.home
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        with_policies(self.home, urls)
        self._running: dict[Victim, psutil.Popen] = {}
        self._start("api")
        self._start("worker")

    def close(self) -> None:
        """Stop them as anybody does."""
        for each in self._running.values():
            each.terminate()
        for each in self._running.values():
            each.wait()

    def kill(self, victim: Victim) -> None:
        """Kill one with all its processes, and start it again at once."""
        if victim == "database":
            running = postmaster.running(self._server.data)
            assert running is not None
            os.kill(running.pid, signal.SIGKILL)
            self._server.start(dies_with_us=True)
            return
        process = self._running[victim]
        family = [process, *process.children(recursive=True)]
        for each in family:
            each.kill()
        process.wait()
        self._start(victim)

    def ready(self) -> float:
        """Wait until the API answers; return for how many seconds."""
        began = time.monotonic()
        while not self._answers():
            waited = time.monotonic() - began
            assert waited < READY_MAX_S, f"the API is not ready after {waited:.0f} s"
            time.sleep(LOOK_S)
        return time.monotonic() - began

    def _answers(self) -> bool:
        """Say whether it is ready; start again who gave up."""
        for victim, process in self._running.items():
            if process.poll() is not None:
                self._start(victim)
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _start(self, victim: Victim) -> None:
        words = ("serve", "--quiet") if victim == "api" else ("work",)
        self._running[victim] = psutil.Popen(
            [PYTHON, "-m", "interface.cli.main", *words],
            cwd=ROOT,
            env=environment(self.home, self._port, **roles(self.urls)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


def with_policies(home: Path, urls: DatabaseUrls) -> None:
    redress = Redress(Settings(home=home), urls)
    redress.policies.bring_up_to_date()
    redress.close()


@contextmanager
def stage(home: Path) -> Iterator[Stage]:
    """Have everything running, on a database that keeps what it acknowledged."""
    server = EmbeddedPostgres(home)
    settings = Settings(home=home, partitions=PARTITIONS)
    with database(settings, server, dies_with_us=True) as urls:
        on = Stage(urls, server)
        try:
            on.ready()
            yield on
        finally:
            on.close()


def callers(on: Stage, seed: int) -> Load:
    """Return callers who may ask."""
    token = open_tokens(Settings(home=on.home)).issue("service", "soak")
    return Load(on.url, token, seed)


def rounds(on: Stage, load: Load, seconds: float, seed: int) -> Iterator[Round]:
    """Kill and check until the time is over; the last round fills all again."""
    dice = Random(seed)  # noqa: S311 - no secret: the seed says who is killed when
    until, number, over = time.monotonic() + seconds, 0, False
    while not over:
        number += 1
        victims = dice.sample(VICTIMS, dice.randint(1, 3) if number > 1 else 3)
        ready_s = 0.0
        with load.running():
            for victim in victims:
                time.sleep(dice.uniform(0.5, PAUSE_S))  # a random moment, under load
                on.kill(victim)
                ready_s = max(ready_s, on.ready())
        load.asks_again()
        over = time.monotonic() > until
        rebuilt = over or number % REBUILD_EVERY == 0
        yield Round(
            number=number,
            killed=victims,
            ready_s=ready_s,
            told=load.counted(),
            events=events(on.urls),
            wrong=wrong(on.urls, load, rebuilt=rebuilt),
        )


def events(urls: DatabaseUrls) -> int:
    with psycopg.connect(urls.reader) as reader:
        query = "SELECT sum(position)::int FROM store.partition_head"
        (found,) = reader.execute(query).fetchone() or (0,)
        return int(found)


def wrong(urls: DatabaseUrls, load: Load, *, rebuilt: bool) -> Sequence[Finding]:
    """Return which of I1 to I11 do not hold, and who was told what is not so."""
    found = Findings()
    with psycopg.connect(urls.reader, autocommit=True) as connection:
        verify(connection, scope_of(connection), found)
        check_receipts(connection, load.receipts, found)
        check_failed(connection, load.failed, found)
    if rebuilt:
        with connection_pool(urls.projector) as projector:
            assert Runner(READ_MODELS, projector).catch_up()
            check_projections(READ_MODELS, projector, found, lambda _: ())
    for each in load.contradicted:
        found.add("I1", f"asked again it was told otherwise: {each}", of=each)
    return found.report().findings


def main() -> None:
    """Soak for so many seconds; the exit code says whether all held."""
    seconds = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else Random().randrange(2**32)  # noqa: S311
    echo(f"Seed {seed}; the same dice again: make soak SEED={seed}")
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder) / "home") as on:
        held = True
        for each in rounds(on, callers(on, seed), seconds, seed):
            echo(each)
            held = held and not each.wrong
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
