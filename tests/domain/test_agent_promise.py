"""An agent's word: pinned, due, kept or broken, and never made by anybody else."""

from datetime import datetime, timedelta
from functools import reduce

import pytest

from domain.agent_promise import (
    AGENT_PROMISE,
    AgentPromise,
    AgentPromiseCommand,
    AgentPromiseEvent,
    DueInThePast,
    ExtendPromise,
    KeepPromise,
    MakePromise,
    NotPromised,
    PromiseBreached,
    PromiseIsOfTheAgents,
    PromiseKept,
    PromiseMade,
    PromiseNotOpen,
    PromisePutOff,
)
from domain.party import By
from domain.policy.book import Rulebook
from domain.timer import (
    CheckClocks,
    TimerBreached,
    TimerExtended,
    TimerMet,
    TimerStarted,
)
from tests.domain.contacts import (
    BOOK,
    CHEN,
    DAY,
    HOUR,
    LI_MEI,
    MONDAY,
    ROBOT,
    SECOND,
    SHOP,
    WANG,
    WU,
)
from tests.given import Given

FIVE = MONDAY + 7 * HOUR  # five in the afternoon in Shanghai
TOMORROW = FIVE + DAY

Promised = Given[AgentPromise, AgentPromiseCommand, AgentPromiseEvent, Rulebook]


def nothing() -> Promised:
    """Nobody promised anything."""
    return Given(AGENT_PROMISE, BOOK)


def make(by: By = WANG, due_at: datetime = FIVE) -> MakePromise:
    return MakePromise(
        by=by, consumer="li-mei", contact="c-1", deed="call_back", due_at=due_at
    )


def promised() -> Promised:
    """Wang has promised to call back by five."""
    return nothing().when(make(), at=MONDAY).happens()


def broken() -> Promised:
    """Nobody called, and it is one second past five."""
    return promised().when(CheckClocks(), at=FIVE + SECOND).happens()


def now(given: Promised) -> AgentPromise:
    """Return the promise as it then stands."""
    return reduce(AGENT_PROMISE.evolve, given.past, AGENT_PROMISE.initial)


KEEP = KeepPromise(by=WANG, evidence="call-18")
PUT_OFF = ExtendPromise(by=WANG, due_at=TOMORROW, reason="consumer_asked")


def test_i_call_you_back_by_five_is_pinned_with_its_clock() -> None:
    made, clock = promised().past
    assert made == PromiseMade(
        at=MONDAY,
        by=WANG,
        consumer="li-mei",
        contact="c-1",
        deed="call_back",
        due_at=FIVE,
        policy="test.contact.promise@1",
    )
    assert isinstance(clock, TimerStarted)
    assert clock.due_at == FIVE, "the hour that was said, not the row's"
    assert now(promised()).clock.due_at == FIVE


@pytest.mark.parametrize("by", [LI_MEI, SHOP, ROBOT], ids=lambda by: by.role)
def test_nobody_else_promises_in_the_services_name(by: By) -> None:
    nothing().when(make(by), at=MONDAY).refused(PromiseIsOfTheAgents)
    keep = KeepPromise(by=by, evidence="call-18")
    promised().when(keep, at=MONDAY).refused(PromiseIsOfTheAgents)


@pytest.mark.parametrize("by", [WANG, CHEN, WU], ids=lambda by: by.role)
def test_agents_and_judges_promise(by: By) -> None:
    assert now(nothing().when(make(by), at=MONDAY).happens()).promiser == by


def test_nobody_promises_the_past() -> None:
    nothing().when(make(due_at=MONDAY), at=MONDAY).refused(DueInThePast)
    late = ExtendPromise(by=WANG, due_at=MONDAY, reason="consumer_asked")
    promised().when(late, at=MONDAY + HOUR).refused(DueInThePast)


def test_a_promise_is_made_once() -> None:
    promised().when(make(), at=MONDAY + HOUR).then()
    promised().when(make(due_at=TOMORROW), at=MONDAY).refused(PromiseNotOpen)


def test_what_was_not_promised_is_neither_kept_nor_put_off() -> None:
    nothing().when(KEEP, at=MONDAY).refused(NotPromised)
    nothing().when(PUT_OFF, at=MONDAY).refused(NotPromised)
    nothing().when(CheckClocks(), at=MONDAY).then()


def test_a_kept_promise_stops_its_clock() -> None:
    given = promised().when(KEEP, at=FIVE).happens()
    kept, clock = given.past[-2:]
    assert kept == PromiseKept(at=FIVE, by=WANG, evidence="call-18")
    assert isinstance(clock, TimerMet)
    given.when(KEEP, at=FIVE + HOUR).then()
    given.when(CheckClocks(), at=FIVE + DAY).then()
    given.when(PUT_OFF, at=FIVE).refused(PromiseNotOpen)


def test_a_promise_is_broken_one_second_after_its_time() -> None:
    promised().when(CheckClocks(), at=FIVE).then()
    breach, word = broken().past[-2:]
    assert isinstance(breach, TimerBreached)
    assert word == PromiseBreached(
        at=FIVE + SECOND,
        due_at=FIVE,
        first_due_at=FIVE,
        policy="test.contact.promise@1",
    )
    broken().when(CheckClocks(), at=TOMORROW).then()


def test_a_later_time_the_consumer_agreed_to_replaces_the_first() -> None:
    given = promised().when(PUT_OFF, at=MONDAY + HOUR).happens()
    put_off, clock = given.past[-2:]
    assert put_off == PromisePutOff(
        at=MONDAY + HOUR, by=WANG, due_at=TOMORROW, reason="consumer_asked"
    )
    assert isinstance(clock, TimerExtended)
    given.when(CheckClocks(), at=TOMORROW).then()
    late = given.when(CheckClocks(), at=TOMORROW + SECOND).happens()
    breach = late.past[-1]
    assert isinstance(breach, PromiseBreached)
    assert (breach.due_at, breach.first_due_at) == (TOMORROW, FIVE)


def test_a_late_call_keeps_a_broken_promise_too_late() -> None:
    called = FIVE + timedelta(minutes=12)
    broken().when(KEEP, at=called).then(
        PromiseKept(at=called, by=WANG, evidence="call-18", late_seconds=720)
    )


def test_a_broken_promise_is_not_put_off() -> None:
    broken().when(PUT_OFF, at=FIVE + HOUR).refused(PromiseNotOpen)
