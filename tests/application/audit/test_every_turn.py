"""A case and a dispute with every type of event replay as at any moment."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import reduce
from typing import get_args
from uuid import UUID

import pytest

from application.audit.replay import replay
from application.audit.state import DECIDERS, NoSuchVersion, fold, kind_of, state_at
from application.audit.words import SENTENCES
from application.event_store.envelope import RecordedEvent
from application.event_store.mapper import tag_of
from domain.after_sales import Case, CaseFrozen, CaseOpened
from domain.after_sales.events import CaseEvent
from domain.dispute.events import DisputeEvent
from domain.events import ALL_EVENTS
from domain.timer import TimerEvent, TimerMet, started
from tests.application.audit.histories import STREAM, told
from tests.application.audit.stories import (
    ANNA,
    DAY,
    MONDAY,
    THE_BAG,
    WEI,
    Matter,
    a_dispute_ruled_and_appealed,
    a_dispute_settled_and_reopened,
    everything,
)
from tests.domain.clocks import timer_row

SECOND = timedelta(seconds=1)
DAYS = [MONDAY + number * DAY for number in range(4)]
opened = CaseOpened(
    at=MONDAY,
    by=ANNA,
    order="order-1",
    consumer="anna",
    type="refund_shipped",
    items=THE_BAG,
    reason=5,
)


@pytest.fixture(scope="module", name="matters")
def told_matters() -> Sequence[Matter]:
    return everything()


def tags(events: Sequence[RecordedEvent]) -> set[str]:
    return {tag_of(type(each.event)) for each in events}


def of_noun(union: object) -> set[str]:
    clocks = get_args(TimerEvent)
    return {tag_of(each) for each in get_args(union) if each not in clocks}


def streams(matters: Sequence[Matter]) -> Sequence[tuple[Matter, UUID]]:
    return [
        (one, stream)
        for one in matters
        for stream, history in list(one.store.streams.items())
        if history
    ]


def test_one_case_has_every_type_of_event_a_case_can_have(
    matters: Sequence[Matter],
) -> None:
    case = matters[0]
    told = tags(case.store.stream(case.case_id))
    assert of_noun(CaseEvent) <= told
    assert told & {tag_of(each) for each in get_args(TimerEvent)} >= {
        "timer.started",
        "timer.paused",
        "timer.resumed",
        "timer.extended",
        "timer.met",
        "timer.breached",
        "timer.cancelled",
    }


@pytest.mark.parametrize(
    "stories", [(a_dispute_ruled_and_appealed, a_dispute_settled_and_reopened)]
)
def test_disputes_have_every_type_of_event_a_dispute_can_have(
    stories: Sequence[Callable[[Matter], None]],
) -> None:
    told: set[str] = set()
    for story in stories:
        matter = Matter()
        story(matter)
        told |= tags(matter.store.stream(matter.dispute_id))
    assert of_noun(DisputeEvent) - told <= {"dispute.contradiction_flagged"}


def test_every_stream_stands_at_every_version_as_its_events_left_it(
    matters: Sequence[Matter],
) -> None:
    for matter, stream in streams(matters):
        history = matter.store.stream(stream)
        kind = kind_of(history)
        state = DECIDERS[kind].initial
        for each in history:
            state = DECIDERS[kind].evolve(state, each.event)
            found = state_at(matter.store, stream, version=each.version)
            assert (found.kind, found.version) == (kind, each.version)
            assert found.state == state


def test_every_stream_stands_as_it_was_known_at_every_recorded_time(
    matters: Sequence[Matter],
) -> None:
    for matter, stream in streams(matters):
        history = matter.store.stream(stream)
        for moment in dict.fromkeys(each.recorded_at for each in history):
            for as_at in (moment, moment - SECOND):
                known = [x.event for x in history if x.recorded_at <= as_at]
                found = state_at(matter.store, stream, as_at=as_at)
                assert found.events == len(known)
                assert found.state == fold(found.kind, known)


def test_every_stream_stands_as_of_every_time_something_happened(
    matters: Sequence[Matter],
) -> None:
    for matter, stream in streams(matters):
        history = matter.store.stream(stream)
        for moment in dict.fromkeys(each.occurred_at for each in history):
            happened = sum(each.occurred_at <= moment for each in history)
            assert state_at(matter.store, stream, as_of=moment).events <= happened


def test_what_was_decided_is_folded_in_the_order_it_was_decided(
    matters: Sequence[Matter],
) -> None:
    case = matters[0]
    history = case.store.stream(case.case_id)
    last = history[-1]
    found = state_at(case.store, case.case_id, as_of=last.occurred_at)
    assert found.state == reduce(
        DECIDERS["after_sales"].evolve,
        (each.event for each in history),
        DECIDERS["after_sales"].initial,
    )


def test_no_stream_has_a_version_beyond_its_last(matters: Sequence[Matter]) -> None:
    for matter, stream in streams(matters):
        last = len(matter.store.stream(stream))
        with pytest.raises(NoSuchVersion):
            state_at(matter.store, stream, version=last + 1)


def test_every_event_of_every_story_is_a_line_of_its_replay(
    matters: Sequence[Matter],
) -> None:
    for matter, stream in streams(matters):
        lines = replay(matter.store, stream)
        assert [each.version for each in lines] == list(range(1, len(lines) + 1))
        for each in lines:
            assert each.words, each
            assert "{" not in each.words
            assert "sealed:" not in each.words


def test_every_type_of_event_is_said_at_a_terminal() -> None:
    assert set(SENTENCES) == {tag_of(each) for each in ALL_EVENTS}


def test_every_kind_of_stream_can_be_folded() -> None:
    kinds = {tag_of(each).partition(".")[0] for each in ALL_EVENTS} - {"timer"}
    assert kinds == set(DECIDERS)


def test_what_was_dated_back_still_comes_after_what_it_rests_on() -> None:
    frozen = CaseFrozen(at=DAYS[2], by=WEI, frozen=True, reason="account_stolen")
    free = CaseFrozen(at=DAYS[1], by=WEI, frozen=False, reason="account_back")
    dated = told(*((each, each.at, DAYS[3]) for each in (frozen, free)))
    state = state_at(dated, STREAM, as_of=DAYS[3]).state
    assert isinstance(state, Case)
    assert not state.frozen


def test_what_was_said_of_a_clock_before_it_began_is_left_out() -> None:
    begun = started(timer_row(), "answer", DAYS[2])
    met = TimerMet(at=DAYS[1], timer="answer", seconds_left=1)
    dated = told(*((each, each.at, DAYS[3]) for each in (opened, begun, met)))
    assert state_at(dated, STREAM, as_of=DAYS[1]).events == 1
    assert state_at(dated, STREAM, as_of=DAYS[3]).events == 3
