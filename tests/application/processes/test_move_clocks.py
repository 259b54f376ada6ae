"""A calendar published today is told to whoever plans by its deadlines, today."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from application.event_store.store import Busy, StoreUnavailable
from application.processes.check_overdue_clocks import ClockAsk
from application.processes.holds import EVERYTHING, Holds
from application.processes.move_clocks import LOOK_AGAIN_AFTER, TouchedClocks
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from domain.agent_promise import MakePromise
from domain.timer import TimerBreached, TimerExtended
from interface.postgres.database import DatabaseUrls
from tests.service import DAY, HOUR, LIN, MONDAY, Service, service, typhoon

DUE = MONDAY + 48 * HOUR  # the merchant answers within two days
STORM, CALM = MONDAY + DAY, MONDAY + 3 * DAY
T = TypeVar("T")
FIVE = MONDAY + 30 * HOUR


class Noun:
    """Stands before those who ask a noun's streams, and counts the questions."""

    def __init__(self, service: Service) -> None:
        self._cases = service.redress.after_sales
        self.asked: list[UUID] = []
        self.fails: Exception | None = None
        self.away = False

    def check(
        self, asks: Sequence[ClockAsk], asked_at: datetime
    ) -> Sequence[object | Exception]:
        if self.away:
            raise StoreUnavailable("down")
        self.asked += [each.stream_id for each in asks]
        if self.fails is not None:
            return [self.fails for _ in asks]
        return self._cases.check(asks, asked_at)


class Office:
    """Where clocks are moved, over one case that waits for its merchant."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.cases = Noun(service)
        self.holds = Holds(service.redress.writer)
        self.touched = self.desk()
        self.case_id = service.asked_for("return_refund", "anna")
        self.reads()
        while self.touched.move():
            pass

    def desk(self) -> TouchedClocks:
        redress = self.service.redress
        nouns = {**redress.processes.with_clocks, "after_sales": self.cases}
        now = lambda: self.service.now  # noqa: E731 - the clock as it is set by then
        return TouchedClocks(nouns, redress.queries.clocks, redress.policies, now)

    def reads(self) -> None:
        """Let the board catch up."""
        Runner(READ_MODELS, self.service.redress.projector).catch_up()

    def moves(self) -> list[TimerExtended]:
        return self.of(TimerExtended)

    def of(self, kind: type[T]) -> list[T]:
        events = self.service.events(self.case_id)
        return [each for each in events if isinstance(each, kind)]


@pytest.fixture
def office(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Office]:
    with service(clean_database, tmp_path) as open_:
        yield Office(open_)


def test_what_ran_through_all_that_is_published_is_not_asked(office: Office) -> None:
    assert office.cases.asked == []
    assert office.desk().move() == 0


def test_a_clock_is_moved_long_before_it_is_due(office: Office) -> None:
    due = office.service.case(office.case_id).timers["answer"].due_at
    assert due is not None
    office.service.publishes(typhoon(STORM, CALM))
    assert office.touched.move() == 0, "it does not hold yet"
    office.service.sets_clock(STORM + HOUR)
    assert office.touched.move() == 1
    (moved,) = office.moves()
    assert moved.due_at == due + (CALM - STORM)
    assert (moved.by, moved.reason) == ("calendar", "typhoon")
    assert moved.policy == "douyin-like.calendar.typhoon@1"


def test_a_typhoon_declared_after_it_began_moves_what_already_ran(
    office: Office,
) -> None:
    office.service.sets_clock(STORM + HOUR)
    office.service.publishes(typhoon(STORM, CALM))
    assert office.touched.move() == 1
    assert len(office.moves()) == 1


def test_asked_twice_or_by_two_changes_nothing(office: Office) -> None:
    office.service.sets_clock(STORM + HOUR)
    office.service.publishes(typhoon(STORM, CALM))
    other = office.desk()
    assert [office.touched.move(), other.move()] == [1, 1]
    office.reads()
    assert [office.touched.move(), other.move()] == [0, 0]
    office.service.sets_clock(STORM + 2 * HOUR)
    assert [office.touched.move(), other.move(), office.desk().move()] == [0, 0, 0]
    assert len(office.moves()) == 1


def test_what_began_before_the_board_knew_is_found_when_it_is_looked_at_again(
    office: Office,
) -> None:
    office.service.sets_clock(STORM + HOUR)
    late = office.service.asked_for("return_refund", "bao")
    office.service.publishes(typhoon(STORM, CALM))
    assert office.touched.move() == 1
    assert office.touched.move() == 0
    office.reads()
    office.service.sets_clock(STORM + HOUR + 2 * LOOK_AGAIN_AFTER)
    assert office.touched.move() == 1
    assert office.cases.asked[-1] == late
    assert office.touched.move() == 0
    office.service.sets_clock(STORM + 2 * HOUR)
    assert office.touched.move() == 0, "once more is enough"


def test_published_after_the_breach_it_changes_nothing(office: Office) -> None:
    office.service.lives_until(DUE + HOUR)
    assert office.of(TimerBreached) != []
    heads = office.service.heads
    office.service.publishes(typhoon(STORM, DUE - HOUR))
    office.touched.move()
    office.service.works()
    assert office.service.heads == heads + 1, "the publication itself"


def test_published_after_its_time_but_before_anybody_looked_it_is_no_breach(
    office: Office,
) -> None:
    office.service.sets_clock(DUE + HOUR)
    office.service.publishes(typhoon(STORM, CALM))
    office.service.works()
    assert office.of(TimerBreached) == []
    assert len(office.moves()) == 1


def test_an_agents_own_time_is_not_even_asked_about(office: Office) -> None:
    contacts = office.service.redress.contacts
    contact_id = contacts.id_of("anna", "c-1")
    make = MakePromise(
        by=LIN,
        consumer="anna",
        contact=str(contact_id),
        deed="call_back",
        due_at=FIVE,
    )
    promise_id = contacts.promise_id(contact_id, "1")
    contacts.take_promise(promise_id, make, office.service.context(make))
    office.reads()
    office.service.sets_clock(STORM + HOUR)
    office.service.publishes(typhoon(STORM, CALM))
    assert office.touched.move() == 1
    assert office.cases.asked == [office.case_id]


def test_a_typhoon_that_is_over_before_or_begins_after_touches_nobody(
    office: Office,
) -> None:
    before = typhoon(MONDAY - 2 * DAY, MONDAY - DAY, "past")
    later = replace(typhoon(DUE + DAY, DUE + 2 * DAY, "later"), in_force_from=MONDAY)
    office.service.publishes(before, later)
    assert office.touched.move() == 0
    office.service.sets_clock(STORM)
    office.service.publishes(before, later, typhoon(STORM, CALM, "near"))
    while office.touched.move():
        office.reads()
    assert office.cases.asked == [office.case_id]


def test_what_began_after_a_typhoon_was_published_is_not_asked(office: Office) -> None:
    office.service.sets_clock(STORM + HOUR)
    elsewhere = replace(typhoon(STORM, CALM), regions=("hainan",))
    office.service.publishes(elsewhere)
    office.service.sets_clock(STORM + 2 * HOUR)
    office.service.asked_for("return_refund", "bao")
    office.reads()
    while office.touched.move():
        pass
    assert office.cases.asked == [office.case_id]
    assert office.moves() == []


def test_what_an_import_holds_waits(office: Office) -> None:
    office.service.sets_clock(STORM + HOUR)
    office.service.publishes(typhoon(STORM, CALM))
    office.holds.hold(EVERYTHING, "importer")
    assert office.touched.move() == 0
    office.holds.release(EVERYTHING, "importer")
    office.service.sets_clock(STORM + HOUR + 2 * LOOK_AGAIN_AFTER)
    assert office.touched.move() == 1


def test_what_is_refused_is_told_and_what_is_away_is_asked_again(
    office: Office,
) -> None:
    office.service.sets_clock(STORM + HOUR)
    office.service.publishes(typhoon(STORM, CALM))
    office.cases.away = True
    with pytest.raises(StoreUnavailable):
        office.touched.move()
    office.cases.away, office.cases.fails = False, Busy(attempts=32)
    with capture_logs() as logs:
        assert office.touched.move() == 1
    assert [each["event"] for each in logs] == ["clock_not_moved"]
    assert office.moves() == []
