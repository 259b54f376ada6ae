"""A worker of effects with a simulated gateway, and somebody who takes the results."""

from collections.abc import Callable
from concurrent.futures import wait
from datetime import datetime, timedelta
from threading import Event as Signal
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from application.crashing import CrashPoint, never
from application.effects.attempts import Attempts
from application.effects.breaker import Breakers, Limits
from application.effects.carrying import Carrying
from application.effects.effect import Gateway
from application.effects.facts import Facts
from application.effects.outbox import Outbox, OutboxQueries
from application.effects.ports import (
    Accepted,
    Answer,
    Declined,
    Done,
    Instruction,
    NeverHeard,
    Told,
)
from application.effects.queue import Jobs
from application.effects.results import EffectResult
from application.effects.runs import Runs
from application.effects.worker import EffectWorker
from application.event_store.envelope import Receipt
from application.event_store.store import KeyReused
from domain.after_sales import RefundOrdered
from domain.money import Money
from domain.party import By
from interface.outbound.simulator.gateway import Simulator, simulated
from interface.outbound.simulator.journal import Journal
from interface.outbound.simulator.script import Script
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.memory_store import MemoryEventStore

LIN = By(role="agent", name="lin")
AT_ONCE = Attempts(attempts_max=12, first_seconds=0.0, longest_seconds=0.0)
PATIENT = Limits(failures_max=1_000_000)


class Recorder:
    """Takes results as a case does: once for each cause, and keeps count."""

    def __init__(self) -> None:
        self.results: list[tuple[UUID, EffectResult]] = []
        self._causes: dict[UUID, EffectResult] = {}
        self._lock = Lock()

    def takes_result(
        self, stream_id: UUID, result: EffectResult, cause: UUID, asked_at: datetime
    ) -> Receipt:
        del asked_at
        with self._lock:
            before = self._causes.setdefault(cause, result)
            if before.succeeded != result.succeeded:
                raise KeyReused(command_id=cause)
            if before is result:
                self.results.append((stream_id, result))
        return Receipt(stream_id=stream_id, version=1, position="0.1")


class Forgetful(Recorder):
    """Control: takes the same result as often as it is told."""

    def takes_result(
        self, stream_id: UUID, result: EffectResult, cause: UUID, asked_at: datetime
    ) -> Receipt:
        del cause
        return super().takes_result(stream_id, result, uuid4(), asked_at)


class Keyless:
    """Control: a gateway that is asked under a new key each time."""

    def __init__(self, gateway: Simulator) -> None:
        self._gateway = gateway

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        del key, instruction
        return NeverHeard()

    def refund(self, instruction: Instruction) -> Answer:
        return self._gateway.refund(replace(instruction, key=uuid4()))

    transfer = refund


class Discreet:
    """Control: a gateway that never says how much it moved."""

    def __init__(self, gateway: Simulator) -> None:
        self._gateway = gateway

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        return silent(self._gateway.ask(key, instruction))

    def refund(self, instruction: Instruction) -> Answer:
        told = silent(self._gateway.refund(instruction))
        assert not isinstance(told, NeverHeard)
        return told  # type: ignore[return-value]  # what refund answers, less an amount

    transfer = refund


def silent(told: Told) -> Told:
    return Done(told.reference) if isinstance(told, Done) else told


class Slow:
    """A gateway that says a while that it is at it, of whatever it is asked about."""

    def __init__(self, gateway: Simulator) -> None:
        self._gateway = gateway
        self.is_done = False

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        told = self._gateway.ask(key, instruction)
        return told if self.is_done else Accepted("sim-1")

    def refund(self, instruction: Instruction) -> Answer:
        self._gateway.refund(instruction)
        return Accepted("sim-1")

    transfer = refund


class Work:
    """Effects carried out against a simulator."""

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        pools: Pools,
        *,
        script: Script | None = None,
        taker: Recorder | None = None,
        around: Callable[[Simulator], Any] | None = None,
        crash_point: CrashPoint = never,
        attempts: Attempts = AT_ONCE,
        limits: Limits = PATIENT,
        forgotten_after: timedelta = timedelta(0),
        stalled_seconds: float = 30.0,
        now: Callable[[], datetime] = lambda: MONDAY,
    ) -> None:
        self.pools = pools
        self.runs = Runs(pools.writer)
        self.journal = Journal(pools.writer)
        self.taker = taker or Recorder()
        self.jobs = Jobs(pools.writer, stalled_seconds)
        self.breakers = Breakers(pools.writer, limits, now)
        self.simulator = Simulator(self.journal, script or Script(), self._told, now)
        gateways = simulated(self.simulator)
        if around is not None:
            gateways = replace(gateways, refund=around(self.simulator))
        self.gateways = gateways
        self.carrying = Carrying(
            outbox=OutboxQueries(pools.writer),
            runs=self.runs,
            facts=Facts(MemoryEventStore()),
            gateways=gateways,
            breakers=self.breakers,
            takers={"after_sales": self.taker, "resolution": self.taker},
            now=now,
            attempts=attempts,
            crash_point=crash_point,
            dice=lambda: 0.0,
        )
        self.worker = EffectWorker(
            jobs=self.jobs,
            runs=self.runs,
            carrying=self.carrying,
            breakers=self.breakers,
            gateways=gateways,
            forgotten_after=forgotten_after,
        )

    def _told(self, gateway: Gateway, key: UUID, answer: Done | Declined) -> None:
        self.carrying.told(gateway, key, answer)

    def finishes(self) -> None:
        """Let it work until nothing is due."""
        self.worker.finish(Signal())
        self.worker.close()

    def goes_round(self) -> None:
        """Let it do what is due now, once, and no more."""
        self.worker.work()
        wait(self.worker._under_way)  # noqa: SLF001 - what it is just at
        self.worker._ended()  # noqa: SLF001 - as the next round does

    def states(self) -> dict[str, int]:
        """Return how many effects stand how."""
        with self.pools.writer.connection() as connection:
            rows = connection.execute(
                "SELECT state, count(*) FROM effect.run GROUP BY 1"
            )
            return dict(rows.fetchall())

    def moved(self) -> dict[tuple[str | None, int | None], int]:
        """Return how often money moved, by what it was for and how much it was."""
        moved: dict[tuple[str | None, int | None], int] = {}
        for line in self.journal.lines(limit=100_000):
            if line.deed == "did":
                # Each order to refund is of its own amount: it names it.
                name = (line.about, line.minor)
                moved[name] = moved.get(name, 0) + 1
        return moved


def orders(pools: Pools, history: History, count: int) -> list[UUID]:
    """Order so many refunds, each of another amount, and return their streams."""
    reader = Reader(pools.projector, [Outbox()])
    batch = []
    for number in range(1, count + 1):
        ordered = RefundOrdered(
            at=MONDAY,
            by=LIN,
            refund=f"R-{number}",
            route="original",
            amount=Money(1_000 + number, "CNY"),
        )
        batch += history.goes_on(f"case-{number}", ordered)
    reader.reads(*batch)
    return [stream_called(f"case-{number}") for number in range(1, count + 1)]
