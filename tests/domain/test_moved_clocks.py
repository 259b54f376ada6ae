"""A typhoon published late is given back before anybody is late, whatever the noun."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from domain.after_sales import CASE, ReportCase
from domain.agent_promise import AGENT_PROMISE, MakePromise
from domain.contact import CONTACT
from domain.dispute import DISPUTE
from domain.kernel import AnyDecider, Event
from domain.policy.book import Rulebook
from domain.policy.rows import CalendarRow
from domain.responsibility import ACCOUNT, ContestAttribution
from domain.timer import (
    CheckClocks,
    Timer,
    TimerBreached,
    TimerExtended,
    TimerMet,
    all_moved,
)
from tests.domain import accounts, after_sales, contacts, disputes

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
STORM = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
CALM = STORM + 2 * DAY


def typhoon(begins: datetime = STORM, ends: datetime = CALM) -> CalendarRow:
    """Nothing counts while it blows; it holds since before it was published."""
    return CalendarRow(
        id="test.typhoon",
        version=1,
        title="A typhoon",
        binding="conduct_time",
        in_force_from=begins,
        source="a test's own",
        effect="pause",
        begins=begins,
        ends=ends,
        reason="typhoon",
    )


class Story(NamedTuple):
    """A noun with one clock that runs, and the rules it began under."""

    decider: AnyDecider
    book: Rulebook
    past: tuple[Event, ...]

    def timers(self) -> dict[str, Timer]:
        state: Any = reduce(self.decider.evolve, self.past, self.decider.initial)
        return dict(state.timers)

    @property
    def clock(self) -> Timer:
        (timer,) = self.timers().values()
        return timer

    def published(self, row: CalendarRow | None = None) -> "Story":
        """Return the same, now that a typhoon was published."""
        rows = (*self.book.rows, row or typhoon())
        return self._replace(book=replace(self.book, rows=rows))

    def says(self, at: datetime, command: Any = None) -> tuple[Event, ...]:
        """Return what is said when the clocks are asked, or something else."""
        state = reduce(self.decider.evolve, self.past, self.decider.initial)
        said = self.decider.decide(state, command or CheckClocks(), self.book, at)
        return tuple(said)

    def asked(self, at: datetime) -> "Story":
        """Return the story after that."""
        return self._replace(past=(*self.past, *self.says(at)))


CASE_STORY = Story(CASE, after_sales.RULES, after_sales.asked().past)
DISPUTE_STORY = Story(DISPUTE, disputes.BOOK, disputes.negotiating)
CONTACT_STORY = Story(
    CONTACT,
    contacts.BOOK,
    contacts.nothing().when(contacts.opens(), at=STORM - 10 * MINUTE).happens().past,
)
ACCOUNT_STORY = Story(
    ACCOUNT,
    accounts.BOOK,
    accounts.given(accounts.opened)
    .when(accounts.attribute(*accounts.HALVES), at=accounts.MONDAY)
    .happens()
    .past,
)
STORIES = pytest.mark.parametrize(
    "story",
    [CASE_STORY, DISPUTE_STORY, CONTACT_STORY, ACCOUNT_STORY],
    ids=["case", "dispute", "contact", "account"],
)


@STORIES
def test_a_calendar_published_since_moves_a_clock_long_before_it_is_due(
    story: Story,
) -> None:
    (moved,) = story.published().says(STORM + MINUTE)
    assert isinstance(moved, TimerExtended)
    assert moved.due_at == story.clock.due_at + (CALM - STORM)
    assert (moved.by, moved.reason, moved.seconds) == ("calendar", "typhoon", 0)
    assert moved.policy == "test.typhoon@1"


@STORIES
def test_asked_twice_it_moves_once(story: Story) -> None:
    moved = story.published().asked(STORM + MINUTE)
    assert moved.says(STORM + MINUTE) == ()
    assert moved.says(STORM + DAY) == ()


@STORIES
def test_published_after_its_time_but_before_anybody_looked_nobody_was_late(
    story: Story,
) -> None:
    late = story.clock.due_at + SECOND
    assert any(isinstance(event, TimerBreached) for event in story.says(late))
    assert [type(event) for event in story.published().says(late)] == [TimerExtended]


@STORIES
def test_what_a_typhoon_put_off_runs_out_in_its_turn(story: Story) -> None:
    late = story.clock.due_at + (CALM - STORM) + SECOND
    first, second, *_ = story.published().says(late)
    assert isinstance(first, TimerExtended)
    assert isinstance(second, TimerBreached)
    assert second.due_at == first.due_at


@STORIES
def test_published_after_the_breach_it_changes_nothing(story: Story) -> None:
    late = story.clock.due_at + SECOND
    breached = story.asked(late)
    clock = story.clock.name
    news = breached.published().says(late + MINUTE)
    assert [each for each in news if getattr(each, "timer", None) == clock] == []


@STORIES
def test_a_typhoon_elsewhere_in_time_moves_nothing(story: Story) -> None:
    due_at = story.clock.due_at
    after = story.published(typhoon(due_at + DAY, due_at + 2 * DAY))
    assert after.says(STORM + MINUTE) == ()
    before = story.published(typhoon(STORM - 9 * DAY, STORM - 8 * DAY))
    assert before.says(STORM + MINUTE) == ()


def test_a_typhoon_that_begins_after_a_dispute_was_opened_moves_its_clocks() -> None:
    row = typhoon()
    assert row.in_force_from > disputes.MONDAY, "what it is judged by held before"
    (moved,) = DISPUTE_STORY.published(row).says(STORM + MINUTE)
    assert isinstance(moved, TimerExtended)


def test_who_contests_in_the_time_a_typhoon_gave_back_is_heard() -> None:
    late = ACCOUNT_STORY.clock.due_at + SECOND
    contest = ContestAttribution(by=accounts.LEILA)
    said = ACCOUNT_STORY.published().says(late, contest)
    assert isinstance(said[0], TimerExtended)
    (met,) = (event for event in said if isinstance(event, TimerMet))
    assert met.seconds_left == (CALM - STORM) // SECOND - 1


def test_an_agents_own_time_is_never_moved() -> None:
    make = MakePromise(
        by=contacts.WANG,
        consumer="li-mei",
        contact="c-1",
        deed="call_back",
        due_at=STORM + DAY,
    )
    rules = contacts.BOOK
    past = AGENT_PROMISE.decide(AGENT_PROMISE.initial, make, rules, STORM - MINUTE)
    story = Story(AGENT_PROMISE, rules, tuple(past)).published()
    assert story.says(STORM + MINUTE) == ()
    assert isinstance(story.says(STORM + DAY + SECOND)[0], TimerBreached)


def test_a_deadline_another_platform_told_is_never_moved() -> None:
    told = ReportCase(
        order="order-A-1",
        consumer="anna",
        source="elsewhere",
        number="R-9",
        type="return_refund",
        status="awaiting_merchant",
        deadline=STORM + DAY,
        word="WAITING",
    )
    rules = after_sales.RULES
    past = CASE.decide(CASE.initial, told, rules, STORM - MINUTE)
    story = Story(CASE, rules, tuple(past)).published()
    assert story.clock.told
    assert story.says(STORM + MINUTE) == ()


def test_what_stands_still_is_moved_when_it_runs_again() -> None:
    clock = replace(CASE_STORY.clock, standing="paused", seconds_left=3600)
    assert all_moved({clock.name: clock}, STORM, (typhoon(),)) == ()
