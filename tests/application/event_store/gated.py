"""A store with a gate before it, and a dispatcher whose clocks stand still."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event as Signal
from uuid import UUID

from application.event_store.batch import Answer
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, Receipt
from application.event_store.limits import Limits
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
)
from tests.memory_store import MemoryEventStore

SOON_S = 20.0
# Whatever does not wait for somebody has been done by then.
WHILE_S = 0.3
ONE_LANE = Limits(lanes=1)


class Gated(MemoryEventStore):
    """A store that writes when it is let, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.writing, self.reading = Signal(), Signal(), Signal()
        self.gate.set()
        self.loads: list[int] = []
        self.batches: list[int] = []
        self.fails: list[Exception] = []

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.reading.set()
        self.loads.append(len(stream_ids))
        return super().load(stream_ids, command_ids)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        self.writing.set()
        assert self.gate.wait(SOON_S), "nobody opened the gate"
        if self.fails:
            raise self.fails.pop(0)
        self.batches.append(len(appends))
        return super().append(appends)

    def shut(self) -> None:
        """Let the next append wait for the gate; it is noticed, as is who reads."""
        self.gate.clear()
        self.writing.clear()
        self.reading.clear()


@contextmanager
def dispatching(
    store: MemoryEventStore | PostgresEventStore,
    limits: Limits = ONE_LANE,
    clock: Callable[[], float] = lambda: 0.0,
    effort: Callable[[int], float] = lambda _: 0.0,
) -> Iterator[Dispatcher]:
    dispatcher = Dispatcher(store, limits, clock, effort)
    try:
        yield dispatcher
    finally:
        dispatcher.close()


def answers(*futures: Future[Sequence[Answer]]) -> list[Answer]:
    return [each for future in futures for each in future.result(SOON_S)]


def busy_with(
    dispatcher: Dispatcher, store: Gated, ask: Ask
) -> Future[Sequence[Answer]]:
    """Have it write an ask, and wait at the gate."""
    store.shut()
    future = dispatcher.submit([ask])
    assert store.writing.wait(SOON_S)
    return future
