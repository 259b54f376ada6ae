"""What the clock board shows, given what has happened."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import field

from application.event_store.envelope import Ask, Part
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.orders import context_for
from application.processes.holds import EVERYTHING, Holds
from application.projections.clock_board import BoardClock, ClockQueries
from application.projections.clock_rows import ClockBoard
from application.projections.rebuild import rebuild
from application.projections.runner import Runner
from domain.contact.events import ContactOpened
from domain.dispute.events import DisputeOpened
from domain.ids import compose
from domain.kernel import Decider, Policy, State
from domain.party import By
from domain.timer import (
    CheckClocks,
    TimerEvent,
    Timers,
    breached,
    cancelled,
    evolve_timers,
    extended,
    met,
    paused,
    restarted,
    resumed,
    seconds_left,
    started,
)
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.domain.clocks import HOUR, NIGHT, calendar, clock, timer_row

ANSWER = timer_row()
SHIP = timer_row("ship.resend", 120)
FLOOD = calendar("add", "flood", begins=MONDAY, ends=MONDAY + 9 * HOUR, hours=48)

disputed = DisputeOpened(
    at=MONDAY,
    by=By(role="consumer", name="anna"),
    order="T1",
    consumer="anna",
    issue="not_received",
)
spoken = ContactOpened(
    at=MONDAY,
    by=By(role="consumer", name="bert"),
    consumer="bert",
    channel="chat",
    about="not_received",
)

begun = started(ANSWER, "answer", MONDAY, [NIGHT, FLOOD])
stopped = paused(clock(begun), MONDAY + 20 * HOUR, "platform_intervenes")
goes_on = resumed(clock(begun, stopped), MONDAY + 60 * HOUR, [NIGHT])
put_off = extended(
    clock(begun),
    MONDAY + HOUR,
    seconds=3600,
    reason="asked",
    by="anna",
    policy="shop.more@1",
    calendar=[NIGHT],
)
anew = restarted(clock(begun), SHIP, MONDAY + 10 * HOUR, "type_changed", [NIGHT])

LIVES: dict[str, tuple[TimerEvent, ...]] = {
    "runs": (begun,),
    "stands still": (begun, stopped),
    "runs on": (begun, stopped, goes_on),
    "was put off": (begun, put_off),
    "started anew": (begun, anew),
    "was met": (begun, met(clock(begun), MONDAY + HOUR)),
    "was breached": (begun, breached(clock(begun), MONDAY + 900 * HOUR)),
    "was let off": (begun, cancelled(clock(begun), MONDAY + HOUR, "withdrawn")),
    "was told": (started(ANSWER, "answer", MONDAY, until=MONDAY + 7 * HOUR),),
}


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [ClockBoard()])


@pytest.fixture
def board(pools: Pools) -> ClockQueries:
    return ClockQueries(pools.reader)


def clocks(board: ClockQueries, **asked: Any) -> Sequence[BoardClock]:
    return board.soonest(limit=100, standing=asked.pop("standing", None), **asked).rows


@pytest.mark.parametrize("in_one_batch", [True, False])
@pytest.mark.parametrize("life", LIVES.values(), ids=list(LIVES))
def test_the_board_shows_each_clock_as_the_case_itself_knows_it(
    reader: Reader,
    history: History,
    board: ClockQueries,
    life: tuple[TimerEvent, ...],
    *,
    in_one_batch: bool,
) -> None:
    told = history.goes_on("1", disputed, *life)
    for batch in [told] if in_one_batch else [[each] for each in told]:
        reader.reads(*batch)
    (row,) = clocks(board)
    case = clock(*life)
    assert row.timer == case
    for hours in (0, 5, 30, 90, 900):
        at = MONDAY + hours * HOUR
        assert seconds_left(row.timer, at) == seconds_left(case, at)
    assert (row.noun, row.consumer, row.version) == ("dispute", "anna", len(told))


def test_a_closure_keeps_its_reason_and_its_rule(
    reader: Reader, history: History, board: ClockQueries
) -> None:
    reader.reads(*history.goes_on("1", disputed, begun))
    (row,) = clocks(board)
    reasons = {(each.reason, each.policy) for each in row.timer.closures}
    assert reasons == {("flood", "flood@1"), ("night", "night@1")}


def test_the_noun_of_a_stream_is_learnt_whenever_it_says_so(
    reader: Reader, history: History, board: ClockQueries
) -> None:
    reader.reads(*history.goes_on("1", begun))
    assert [row.noun for row in clocks(board)] == [None]
    reader.reads(*history.goes_on("1", spoken))
    assert [(row.noun, row.consumer) for row in clocks(board)] == [("contact", "bert")]
    reader.reads(*history.goes_on("1", disputed))
    assert [(row.noun, row.consumer) for row in clocks(board)] == [("contact", "bert")]


def test_what_is_due_first_comes_first_a_page_at_a_time(
    reader: Reader, history: History, board: ClockQueries
) -> None:
    for name, hours in (("1", 30), ("2", 10), ("3", 20)):
        events = [
            started(ANSWER, f"{step}/1", MONDAY, seconds=hours * 3600)
            for step in ("a", "b")
        ]
        reader.reads(*history.goes_on(name, disputed, *events))
    seen: list[tuple[UUID, str]] = []
    cursor = None
    while True:
        page = board.soonest(limit=1, cursor=cursor)
        seen += [(row.stream_id, row.timer.name) for row in page.rows]
        if (cursor := page.next) is None:
            break
    expected = [(stream_called(name), f"{step}/1") for name in "231" for step in "ab"]
    assert seen == expected


def test_a_queue_is_narrowed_to_who_owes_what_to_whom(
    reader: Reader, history: History, board: ClockQueries
) -> None:
    reader.reads(*history.goes_on("1", disputed, begun, started(SHIP, "ship", MONDAY)))
    reader.reads(*history.goes_on("2", spoken, begun))
    assert len(clocks(board, noun="dispute", owes="merchant")) == 2
    assert len(clocks(board, step="ship.resend")) == 1
    assert len(clocks(board, consumer="bert", standing="running")) == 1
    assert clocks(board, owes="arbiter") == []
    assert clocks(board, due_before=MONDAY) == []
    by_stream = board.of([stream_called(name) for name in "123"])
    assert [len(by_stream[stream_called(name)]) for name in "123"] == [2, 1, 0]


def test_a_clock_is_due_for_a_check_one_whole_second_late_and_while_it_runs(
    reader: Reader, history: History, board: ClockQueries
) -> None:
    due_at = begun.due_at
    reader.reads(*history.goes_on("runs", disputed, begun))
    reader.reads(*history.goes_on("stands still", disputed, begun, stopped))
    reader.reads(*history.goes_on("nameless", begun))
    late = timedelta(milliseconds=999)
    assert board.due_for_check(due_at + late, 10) == []
    (due,) = board.due_for_check(due_at + timedelta(seconds=1), 10)
    assert (due.stream_id, due.noun) == (stream_called("runs"), "dispute")
    assert board.due_for_check(due_at + HOUR, 10, after=due) == []


def test_while_an_import_holds_everything_nothing_is_due(
    reader: Reader, history: History, board: ClockQueries, pools: Pools
) -> None:
    reader.reads(*history.goes_on("1", disputed, begun))
    holds = Holds(pools.writer)
    holds.hold(EVERYTHING, "importer")
    assert board.due_for_check(begun.due_at + HOUR, 10) == []
    holds.release(EVERYTHING, "importer")
    assert len(board.due_for_check(begun.due_at + HOUR, 10)) == 1


class Clocks(State, frozen=True):
    """A case that consists of nothing but its clocks."""

    timers: Timers = field(default_factory=dict)


def judge(case: Clocks, _: CheckClocks, __: Policy, at: Any) -> list[TimerEvent]:
    return [started(ANSWER, f"answer/{len(case.timers)}", at, [NIGHT, FLOOD])]


def after(case: Clocks, event: TimerEvent) -> Clocks:
    return Clocks(evolve_timers(case.timers, event))


def test_filled_again_the_board_is_the_same(
    pools: Pools, store: PostgresEventStore
) -> None:
    case: Decider[Clocks, CheckClocks, TimerEvent, Policy]
    case = Decider(Clocks(), judge, after)
    handler, runner = CommandHandler(store), Runner([ClockBoard()], pools.projector)
    for number in range(6):
        stream = compose(number % 3, number % 2, number % 3)
        context = context_for(uuid4(), CheckClocks(), actor="test:1", asked_at=MONDAY)
        part = Part(stream, case, CheckClocks(), Policy(ref="shop.none@1"))
        handler.handle_one(Ask(context, (part,)))
        runner.catch_up()
    rebuilt = rebuild(ClockBoard(), pools.projector)
    assert rebuilt.rows == len(clocks(ClockQueries(pools.reader))) == 6
    assert rebuilt.equal, rebuilt.examples


def test_the_examples_show_every_way_a_clock_may_stand() -> None:
    standings = {clock(*life).standing for life in LIVES.values()}
    assert standings == {"running", "paused", "met", "breached", "cancelled"}
    assert len({type(event) for life in LIVES.values() for event in life}) == 8
