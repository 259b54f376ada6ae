"""A worker that is killed while a refund is under way: paid once, and said so once."""

import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event as Signal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from msgspec.structs import replace

from application.effects.invariants import broken
from application.effects.ports import Gateways
from application.effects.runs import Run
from domain.after_sales import ApproveCase, OrderRefund, RefundSucceeded
from domain.party import SYSTEM
from interface.bootstrap import Redress
from interface.outbound.simulator.journal import Line
from interface.postgres.database import DatabaseUrls
from interface.settings import Settings
from interface.working import worker
from tests.application.effects.working import Keyless
from tests.interface.pretend import PYTHON, ROOT, environment, free_port
from tests.interface.served import roles
from tests.service import MONDAY, SHOP, Service, service

SECONDS = 60  # then the test has failed, whatever it waits for
LATER = MONDAY + timedelta(hours=1)

# As if its heart had stopped long ago: nobody waits for the half minute it takes.
OLD = "UPDATE procrastinate.procrastinate_workers SET last_heartbeat = '2000-01-01'"


class Till:
    """A refund that was ordered while nobody was there to pay it."""

    def __init__(self, open_: Service, home: Path) -> None:
        self.service, self.home = open_, home
        self.case_id = self._ordered()

    def _ordered(self) -> UUID:
        case_id = self.service.asked_for("refund_shipped", "anna")
        self.service.asks(case_id, ApproveCase(by=SHOP))
        self.service.asks(case_id, OrderRefund(by=SYSTEM, refund="R-1"))
        self.service.works()
        return case_id

    def works_until_killed(self, point: str) -> None:
        """Let a worker of its own process carry it out, and die at this point."""
        settings = {
            "REDRESS_TEST": "1",
            "REDRESS_CRASH_AT": point,
            "REDRESS_GATEWAYS": "simulator",
            "REDRESS_CLOCK": LATER.isoformat(),
        }
        urls = self.service.redress.urls
        process = subprocess.run(
            [PYTHON, "-m", "interface.cli.main", "work", "--once"],
            cwd=ROOT,
            env=environment(self.home, free_port(), **roles(urls), **settings),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert process.returncode == -signal.SIGKILL, process.stderr.decode()
        with psycopg.connect(urls.owner) as owner:
            owner.execute(OLD)

    def works_again(self, around: Callable[[Any], Any] | None = None) -> None:
        """Let another worker take over; ``around`` stands between it and the bank."""
        settings = Settings(home=self.home, gateways="simulator")
        redress = Redress(settings, self.service.redress.urls)
        try:
            if around is not None:
                gateways: Gateways = redress.outside.gateways
                replaced = replace(gateways, refund=around(redress.outside.simulator))
                redress.outside.__dict__["gateways"] = replaced
            stop = Signal()
            worker(redress).until_idle(stop)
            redress.outside.effect_worker.finish(stop)
            worker(redress).until_idle(stop)
        finally:
            redress.close()

    @property
    def run(self) -> Run:
        (run,) = self.service.redress.outside.runs.listed(limit=10).rows
        return run

    @property
    def moved(self) -> list[Line]:
        lines = self.service.redress.outside.simulated.lines()
        return [line for line in lines if line.deed == "did"]

    @property
    def broken(self) -> set[str]:
        """The invariants that do not hold."""
        with psycopg.connect(self.service.redress.urls.owner) as owner:
            return {each.invariant for each in broken(owner)}

    @property
    def results(self) -> int:
        events = self.service.events(self.case_id)
        return sum(isinstance(each, RefundSucceeded) for each in events)


@pytest.fixture
def till(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Till]:
    with service(clean_database, tmp_path) as open_:
        yield Till(open_, tmp_path)


def test_while_nobody_is_set_up_it_waits_and_the_case_says_pending(till: Till) -> None:
    assert till.run.state == "waiting"
    assert till.service.case(till.case_id).refund_status == "ordered"
    assert till.moved == []


CLAIMED, ANSWERED = "effect.claimed", "effect.answered"


@pytest.mark.parametrize(
    ("points", "moved"),
    [([CLAIMED] * 3, 0), ([ANSWERED], 1), ([CLAIMED, ANSWERED], 1)],
)
def test_killed_on_the_way_it_is_paid_once_and_recorded_once(
    till: Till, points: Sequence[str], moved: int
) -> None:
    for point in points:
        till.works_until_killed(point)
    assert len(till.moved) == moved
    assert till.results == 0
    assert till.service.case(till.case_id).refund_status == "ordered"
    till.works_again()
    assert till.run.state == "succeeded"
    (line,) = till.moved
    case = till.service.case(till.case_id)
    assert line.amount == case.refunds["R-1"].amount
    assert (till.results, case.refund_status) == (1, "succeeded")
    till.works_again()
    assert (len(till.moved), till.results) == (1, 1)
    assert till.broken == set()


def test_control_asked_under_another_key_it_is_paid_twice(till: Till) -> None:
    till.works_until_killed(ANSWERED)
    till.works_again(around=Keyless)
    assert len(till.moved) == 2
    assert till.broken == {"I9"}
