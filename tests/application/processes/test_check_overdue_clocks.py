"""Clocks are questions that are kept asking: late or twice changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from application.event_store.store import Busy, StoreUnavailable
from application.processes.check_overdue_clocks import (
    ASKS_MAX,
    AsksClocks,
    ClockAsk,
    OverdueClocks,
)
from application.processes.holds import EVERYTHING, Holds
from application.projections.clock_board import ClockQueries
from application.projections.clock_rows import ClockBoard
from domain.contact.events import ContactOpened
from domain.dispute.events import DisputeOpened
from domain.kernel import Event
from domain.party import By
from domain.timer import TimerEvent, Timers, breached, evolve_timers, overdue, started
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.domain.clocks import HOUR, timer_row

ROW = timer_row(hours=36)
DUE = MONDAY + 36 * HOUR
LATE = DUE + HOUR
ANNA = By(role="consumer", name="anna")

OPENINGS: Mapping[str, Event] = {
    "dispute": DisputeOpened(
        at=MONDAY, by=ANNA, order="T1", consumer="anna", issue="not_received"
    ),
    "contact": ContactOpened(
        at=MONDAY, by=ANNA, consumer="anna", channel="chat", about="not_received"
    ),
}


class Desk:
    """Streams of one noun that answer CheckClocks as their domain does.

    A command id that took effect does so once. What it wrote is read by nobody before
    ``written`` is handed to the board.
    """

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._streams: dict[UUID, tuple[str, Timers]] = {}
        self._effective: set[UUID] = set()
        self.asked: list[ClockAsk] = []
        self.breaches: list[str] = []
        self.refuses: dict[UUID, Exception] = {}
        self.written: list[tuple[str, TimerEvent]] = []

    def opens(
        self, name: str, *timers: str, at: datetime = MONDAY
    ) -> Sequence[tuple[str, Event]]:
        events = [started(ROW, timer, at) for timer in timers]
        self._streams[stream_called(name)] = (name, {})
        for event in events:
            self._evolve(name, event)
        return [(name, OPENINGS[self._noun]), *((name, event) for event in events)]

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[object | Exception]:
        return [self._answer(ask, asked_at) for ask in asks]

    def _answer(self, ask: ClockAsk, at: datetime) -> object | Exception:
        self.asked.append(ask)
        if ask.stream_id in self.refuses:
            return self.refuses[ask.stream_id]
        name, timers = self._streams[ask.stream_id]
        late = () if ask.cause in self._effective else overdue(timers, at)
        for timer in late:
            event = breached(timer, at)
            self._evolve(name, event)
            self._effective.add(ask.cause)
            self.breaches.append(f"{name}/{timer.name}")
            self.written.append((name, event))
        return "receipt"

    def _evolve(self, name: str, event: TimerEvent) -> None:
        known, timers = self._streams[stream_called(name)]
        self._streams[stream_called(name)] = known, evolve_timers(timers, event)


class Away:
    """Streams whose store does not answer, or whose handler is broken."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[object | Exception]:
        raise self._error if asks and asked_at else AssertionError


class Office:
    """Where clocks are watched, with a clock of its own one can set."""

    def __init__(self, pools: Pools, history: History) -> None:
        self.now = LATE
        self.disputes = Desk("dispute")
        self.contacts = Desk("contact")
        self.nouns: dict[str, AsksClocks] = {
            "dispute": self.disputes,
            "contact": self.contacts,
        }
        self.board = ClockQueries(pools.reader)
        self.holds = Holds(pools.writer)
        self._history = history
        self._reader = Reader(pools.projector, [ClockBoard()])
        self.overdue = self.watcher()

    def watcher(self) -> OverdueClocks:
        return OverdueClocks(self.nouns, self.board, lambda: self.now)

    def reads(self, told: Sequence[tuple[str, Event]]) -> None:
        events = (
            recorded
            for name, event in told
            for recorded in self._history.goes_on(name, event)
        )
        self._reader.reads(*events)

    def catches_up(self) -> None:
        for desk in (self.disputes, self.contacts):
            if desk.written:
                self.reads(desk.written)
                desk.written.clear()


@pytest.fixture
def office(pools: Pools, history: History) -> Office:
    return Office(pools, history)


def test_what_is_not_due_is_left_alone(office: Office) -> None:
    office.reads(office.disputes.opens("1", "answer"))
    office.now = DUE
    assert office.overdue.check() == 0
    assert office.disputes.asked == []


def test_what_is_overdue_is_asked_about_noun_by_noun_and_a_stream_once(
    office: Office,
) -> None:
    office.reads(office.disputes.opens("1", "answer", "evidence/1"))
    office.reads(office.contacts.opens("2", "answer"))
    assert office.overdue.check() == 2
    assert office.disputes.breaches == ["1/answer", "1/evidence/1"]
    assert len(office.disputes.asked) == 1
    assert office.contacts.breaches == ["2/answer"]
    office.catches_up()
    standings = {
        row.timer.standing for row in office.board.soonest(limit=9, standing=None).rows
    }
    assert standings == {"breached"}
    office.now += timedelta(hours=1)
    assert office.overdue.check() == 0


def test_two_watchers_of_a_board_that_lags_breach_once_under_one_id(
    office: Office,
) -> None:
    office.reads(office.disputes.opens("1", "answer"))
    other = office.watcher()
    assert (office.overdue.check(), other.check()) == (1, 1)
    assert office.overdue.check() == 0, "not over and over"
    office.now += timedelta(minutes=2)
    assert office.overdue.check() == 1
    assert len({ask.cause for ask in office.disputes.asked}) == 1
    assert office.disputes.breaches == ["1/answer"]


def test_what_is_refused_is_told_once_asked_again_and_blocks_nobody(
    office: Office,
) -> None:
    office.reads(office.disputes.opens("1", "answer"))
    office.reads(office.disputes.opens("2", "answer"))
    office.disputes.refuses[stream_called("1")] = Busy(attempts=32)
    with capture_logs() as logs:
        for _ in range(3):
            office.overdue.check()
            office.now += timedelta(minutes=2)
    assert office.disputes.breaches == ["2/answer"]
    (told,) = [each for each in logs if each["event"] == "clock_not_checked"]
    assert told["stream_id"] == str(stream_called("1"))
    office.disputes.refuses.clear()
    office.overdue.check()
    assert office.disputes.breaches == ["2/answer", "1/answer"]


def test_more_refusals_than_fit_one_batch_do_not_hide_what_comes_after(
    office: Office,
) -> None:
    stubborn = [f"stubborn {number}" for number in range(ASKS_MAX)]
    told = [each for name in stubborn for each in office.disputes.opens(name, "answer")]
    office.reads(told)
    for name in stubborn:
        office.disputes.refuses[stream_called(name)] = Busy(attempts=32)
    office.reads(office.contacts.opens("last", "answer", at=MONDAY + HOUR / 2))
    assert office.overdue.check() == ASKS_MAX
    assert office.overdue.check() == 1
    assert office.contacts.breaches == ["last/answer"]


@pytest.mark.parametrize("broken", [KeyError("policy"), RuntimeError("a mistake")])
def test_a_noun_that_is_broken_or_unknown_does_not_stop_the_others(
    office: Office, broken: Exception
) -> None:
    office.reads(office.disputes.opens("1", "answer"))
    office.reads(office.contacts.opens("2", "answer"))
    office.nouns["dispute"] = Away(broken)
    if isinstance(broken, KeyError):
        del office.nouns["dispute"]
    assert office.overdue.check() == 2
    assert office.contacts.breaches == ["2/answer"]


def test_while_the_store_is_away_nothing_counts_as_asked(office: Office) -> None:
    office.reads(office.disputes.opens("1", "answer"))
    office.nouns["dispute"] = Away(StoreUnavailable("down"))
    with pytest.raises(StoreUnavailable):
        office.overdue.check()
    office.nouns["dispute"] = office.disputes
    assert office.overdue.check() == 1
    assert office.disputes.breaches == ["1/answer"]


def test_what_an_import_holds_waits(office: Office) -> None:
    office.reads(office.disputes.opens("1", "answer"))
    office.holds.hold(EVERYTHING, "importer")
    assert office.overdue.check() == 0
    office.holds.release(EVERYTHING, "importer")
    assert office.overdue.check() == 1
