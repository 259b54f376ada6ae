"""What a worker held when it was killed goes on in another's hands at once."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event as Signal
from time import monotonic
from typing import Any

from psycopg import Cursor

from application.event_store.connections import connection_pool
from application.event_store.envelope import RecordedEvent
from application.event_store.postgres import PostgresEventStore
from application.projections.runner import Runner
from application.projections.timeline import Timeline
from interface.postgres.roles import EVERYONE
from tests.application.projections.conftest import Pools
from tests.application.projections.shop import Shop

# A worker looks again after a quarter of a second at the latest. On a busy machine we
# wait longer, but not as long as the database would wait for a client that is silent.
LOOKS_AGAIN_S = 0.25
WAITED_FOR_S = 2.0


class Stuck(Timeline):
    """A timeline that says it has a batch, and never comes to its end."""

    def project(
        self, batch: Sequence[RecordedEvent], cursor: Cursor[tuple[Any, ...]]
    ) -> None:
        super().project(batch, cursor)
        sys.stdout.write("holds\n")
        sys.stdout.flush()
        Signal().wait()


def hold_a_batch(url: str) -> None:
    """Be the worker that is killed."""
    with connection_pool(url) as pool:
        Runner([Stuck()], pool).round()


@contextmanager
def worker_with_a_batch(url: str) -> Iterator[subprocess.Popen[str]]:
    """Lend a process that holds what it has claimed."""
    program = f"from {__name__} import hold_a_batch; hold_a_batch({url!r})"
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as worker:
        try:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "holds\n"
            yield worker
        finally:
            worker.kill()


def test_the_share_of_a_killed_worker_moves_on(
    store: PostgresEventStore, pools: Pools
) -> None:
    Shop(store).sells(range(20))
    survivor = Runner([Timeline()], pools.projector)
    survivor.prepare()
    events = sum(store.heads().values())
    with worker_with_a_batch(pools.urls.projector) as worker:
        while survivor.round():
            pass
        held = survivor.lag()["timeline"]
        worker.kill()
        worker.wait()
        until, taken = monotonic() + WAITED_FOR_S, 0
        while taken < held and monotonic() < until:
            taken += survivor.round()
            Signal().wait(0.0 if taken else LOOKS_AGAIN_S)
    assert 0 < held <= events
    assert taken == held
    assert survivor.lag() == {"timeline": 0}


def test_control_without_a_crash_nobody_takes_what_is_held(
    store: PostgresEventStore, pools: Pools
) -> None:
    Shop(store).sells(range(20))
    survivor = Runner([Timeline()], pools.projector)
    survivor.prepare()
    with worker_with_a_batch(pools.urls.projector):
        while survivor.round():
            pass
        assert survivor.round() == 0
        assert survivor.lag()["timeline"] > 0


def test_the_wait_is_shorter_than_the_databases_own_for_silent_clients() -> None:
    silent = EVERYONE["idle_in_transaction_session_timeout"]
    assert float(silent.removesuffix("s")) > WAITED_FOR_S
