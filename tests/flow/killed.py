"""Processes of the product that stand at a named point, or are killed there.

Each is a process of its own with its own connections, forked from a clean one that has
read the product's code once; it does a deed of this file, and dies as it is asked to.
"""

import multiprocessing
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from uuid import UUID, uuid5

from psycopg.conninfo import make_conninfo

from application.event_store.envelope import Receipt
from application.orders import context_for
from domain.ids import partition_in
from interface.bootstrap import Redress, open_redress
from interface.crashing import crash_point
from interface.postgres.database import DatabaseUrls
from interface.postgres.migrations import migrate
from interface.settings import read_settings
from tests.application.projections.conftest import MONDAY, NAMESPACE
from tests.application.projections.shop import consumer, placed
from tests.interface.served import roles

SECONDS = 60  # then a test has failed, whatever it waits for
# A process stands where it is held for as long as the test looks at it.
PATIENT = "-c lock_timeout=60s -c statement_timeout=60s"

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.flow.killed"])

Environment = Mapping[str, str]
Deed = Callable[..., object]


def environment(urls: DatabaseUrls, home: Path, crash_at: str = "") -> dict[str, str]:
    """Return what a process needs to work on this database, and to die at a point."""
    known = {
        name: make_conninfo(url, options=PATIENT) for name, url in roles(urls).items()
    }
    crash = {"REDRESS_TEST": "1", "REDRESS_CRASH_AT": crash_at} if crash_at else {}
    return {"REDRESS_HOME": str(home), **known, **crash}


class Child:
    """A process that does a deed."""

    def __init__(self, deed: Deed, *values: object) -> None:
        self._process = FORKS.Process(target=deed, args=values, daemon=True)
        self._process.start()

    def kill(self) -> None:
        """Kill it where it stands."""
        self._process.kill()
        assert self.ended() == -signal.SIGKILL

    def ended(self) -> int | None:
        """Return how it ended."""
        self._process.join(SECONDS)
        return self._process.exitcode


# -- Deeds --


def asks(given: Environment, number: int) -> None:
    """Place an order."""
    with open_redress(read_settings(given), prepared=True) as redress:
        asked(redress, number)


def projects(given: Environment) -> None:
    """Move every projection on by a batch."""
    with open_redress(read_settings(given), prepared=True) as redress:
        runner = redress.runner()
        runner.prepare()
        runner.round()


def migrates(given: Environment, url: str, folder: Path) -> None:
    """Migrate a database."""
    crash = crash_point(read_settings(given))
    migrate(url, folder, crash)


# -- What they ask --


def asked(redress: Redress, number: int) -> Receipt:
    """Place the order of this number, under the name it always has."""
    order_id = order_of(redress, number)
    command = placed(number)
    context = context_for(
        name_of(number), command, actor="shop:tea", asked_at=MONDAY, occurred_at=MONDAY
    )
    return redress.orders.handle_one(order_id, command, context)


def order_of(redress: Redress, number: int) -> UUID:
    return redress.orders.id_of(consumer(number), "tea", f"T{number}")


def name_of(number: int) -> UUID:
    return uuid5(NAMESPACE, f"order {number}")


def apart(redress: Redress, first: int, count: int) -> Sequence[int]:
    """Return numbers of orders from a first one on, each in a partition of its own."""
    chosen: dict[int, int] = {}
    number = first
    while len(chosen) < count:
        partition = partition_in(order_of(redress, number))
        chosen.setdefault(partition, number)
        number += 1
    return list(chosen.values())
