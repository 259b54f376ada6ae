"""A log that has every accident a database can have, as the dice of a seed will it.

What was acknowledged stays. What was on its way when the server crashed is there or is
not: the first few of it are, and the tail is gone. An answer may be lost, whether it
was written or not; a batch that nobody waits for any more may be carried out late,
behind others, or never. Nothing happens at random: the same seed, the same accidents.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Lock
from typing import NamedTuple
from uuid import UUID

from application.event_store.envelope import Receipt, RecordedEvent
from application.event_store.store import (
    Append,
    Conflict,
    Loaded,
    OutcomeUnknown,
    StoreUnavailable,
)
from tests.memory_store import MemoryEventStore

# What no database keeps, as a repr shows it: it fails whatever batch it is in.
NUL = "\\x00"
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Outcomes = Sequence[Receipt | Conflict]


class Killed(BaseException):
    """The process that called is no more. Not an Exception: nobody survives it."""


class Kept(NamedTuple):
    """One command in the log, with all that a fold of the log needs to know of it."""

    name: tuple[int, UUID]
    request_hash: bytes
    receipt: Receipt
    events: tuple[RecordedEvent, ...]


class Accidents(NamedTuple):
    """How likely each is, at one call, in percent."""

    away: int = 4
    killed: int = 3
    lost_before: int = 4
    lost_after: int = 5
    late: int = 6
    crash: int = 3


NONE = Accidents(0, 0, 0, 0, 0, 0)


def nobody() -> None:
    """Let no other process in between."""


class SimulatedEventStore(MemoryEventStore):
    """Keeps the promises of EventStore through all accidents.

    ``meanwhile`` is called where another process may do something, before a call takes
    effect. ``log`` holds what is written, batch by batch, the first ``synced`` of them
    on disk; everything else here is a fold of it, made anew after a crash.
    """

    def __init__(
        self,
        dice: Random | None = None,
        accidents: Accidents = NONE,
        meanwhile: Callable[[], None] = nobody,
        partitions: int = 8,
    ) -> None:
        self._ticks = 0
        super().__init__(partitions, self._tick)
        self.dice = dice or Random(0)  # noqa: S311 - no secret, but the same each time
        self.accidents = accidents
        self.meanwhile = meanwhile
        self.log: list[list[Kept]] = []
        self.synced = 0
        self.late: list[Sequence[Append]] = []
        self._batch: list[Kept] = []
        self._recorded_now: tuple[RecordedEvent, ...] = ()
        self._writing = Lock()

    # -- What the dispatcher sees --

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.meanwhile()
        if self._happens(self.accidents.away):
            raise StoreUnavailable("nobody answers")
        if self._happens(self.accidents.killed):
            raise Killed
        self._some_come_late()
        return super().load(stream_ids, command_ids)

    def append(self, appends: Sequence[Append]) -> Outcomes:
        self.meanwhile()
        self._some_come_late()
        if any(NUL in str(part.events) for each in appends for part in each.streams):
            raise ValueError("no text holds a NUL")
        odds = self.accidents
        fates: tuple[tuple[int, Callable[[Sequence[Append]], Outcomes]], ...] = (
            (odds.away, self._away),
            (odds.killed, self._killed),
            (odds.lost_before, self._lost_before),
            (odds.lost_after, self._lost_after),
            (odds.late, self._comes_late),
            (odds.crash, self._crashes_under),
        )
        for percent, fate in fates:
            if self._happens(percent):
                return fate(appends)
        return self._answered(appends)

    # -- What may become of a call --

    def _answered(self, appends: Sequence[Append]) -> Outcomes:
        outcomes = self._carry_out(appends)
        self._sync()
        return outcomes

    def _away(self, _: Sequence[Append]) -> Outcomes:
        raise StoreUnavailable("nobody answers")

    def _killed(self, appends: Sequence[Append]) -> Outcomes:
        """Let the caller die, before it was written or after."""
        if self.dice.random() < 0.5:
            self._answered(appends)
        raise Killed

    def _lost_before(self, _: Sequence[Append]) -> Outcomes:
        raise OutcomeUnknown("the line was cut; nothing had come through")

    def _lost_after(self, appends: Sequence[Append]) -> Outcomes:
        self._answered(appends)
        raise OutcomeUnknown("the line was cut; it was written")

    def _comes_late(self, appends: Sequence[Append]) -> Outcomes:
        self.late.append(appends)
        raise OutcomeUnknown("the line was cut; the server has it before it still")

    def _crashes_under(self, appends: Sequence[Append]) -> Outcomes:
        self.late.append(appends)
        self.crash()
        raise OutcomeUnknown("the server is gone")

    def crash(self) -> None:
        """Lose what is not on disk, but for the first few; begin again with it."""
        for appends in self.late:
            self._carry_out(appends)
        self.late = []
        del self.log[self.dice.randint(self.synced, len(self.log)) :]
        self._sync()
        self.logs, self.streams = defaultdict(list), defaultdict(list)
        self.seen = {}
        for kept in (each for batch in self.log for each in batch):
            self.seen[kept.name] = kept.request_hash, kept.receipt
            for event in kept.events:
                self.logs[event.partition].append(event)
                self.streams[event.stream_id].append(event)

    def _some_come_late(self) -> None:
        """Carry out what nobody waits for any more: some of it now, in any order."""
        for appends in list(self.late):
            if self._happens(25):
                self.late.remove(appends)
                if self.dice.random() < 0.8:
                    self._answered(appends)

    def settle(self) -> None:
        """Have no more accidents; what was on its way arrives or is forgotten."""
        self.accidents = NONE
        while self.late:
            self._some_come_late()

    def _happens(self, percent: int) -> bool:
        return percent > 0 and self.dice.random() * 100 < percent

    # -- The log, and what it comes to --

    def _carry_out(self, appends: Sequence[Append]) -> Outcomes:
        """Write a batch, whole: it is one commit."""
        with self._writing:
            self._batch = []
            outcomes = super().append(appends)
            if self._batch:
                self.log.append(self._batch)
            return outcomes

    def _sync(self) -> None:
        self.synced = len(self.log)

    def _record(self, partition: int, append: Append) -> list[RecordedEvent]:
        recorded = super()._record(partition, append)
        self._recorded_now = tuple(recorded)
        return recorded

    def _write(self, append: Append, spoilt: set[UUID]) -> Receipt | Conflict:
        self._recorded_now = ()
        outcome = super()._write(append, spoilt)
        if self._recorded_now and isinstance(outcome, Receipt):
            name = self._recorded_now[0].partition, append.context.command_id
            kept = Kept(name, append.request_hash, outcome, self._recorded_now)
            self._batch.append(kept)
        return outcome

    def _tick(self) -> datetime:
        self._ticks += 1
        return BEGINNING + timedelta(milliseconds=self._ticks)
