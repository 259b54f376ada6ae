"""Whatever happens to a clock, the running time adds up."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policy.calendar import run
from domain.policy.closures import running
from domain.policy.rows import CalendarRow
from domain.timer import (
    Timer,
    TimerEvent,
    extended,
    met,
    moved,
    paused,
    resumed,
    seconds_left,
    sooner,
    started,
)
from tests.domain.clocks import HOUR_S, calendar, clock, timer_row

ROW = timer_row()
QUARTER = timedelta(minutes=15)
QUARTER_S = 15 * 60

# Days on which the clocks change there, and one on which they change nowhere.
DAYS = {
    "Europe/Berlin": [
        datetime(2026, 3, 27, tzinfo=UTC),
        datetime(2026, 10, 23, tzinfo=UTC),
    ],
    "America/Sao_Paulo": [
        datetime(2018, 11, 2, tzinfo=UTC),
        datetime(2019, 2, 15, tzinfo=UTC),
    ],
    "Asia/Shanghai": [datetime(2026, 5, 1, tzinfo=UTC)],
}


class World(NamedTuple):
    """A place, when it all begins there, and the calendar that holds."""

    zone: str
    begins: datetime
    calendar: Sequence[CalendarRow]


def spans(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda count: count * QUARTER)


@st.composite
def stops(draw: st.DrawFn, begins: datetime, zone: str) -> list[CalendarRow]:
    """Return holidays and nights, overlapping as they like."""
    rows = []
    for number in range(draw(st.integers(0, 3))):
        opens = begins + draw(spans(-100, 400))
        closes = opens + draw(spans(1, 200))
        rows.append(calendar("pause", f"holiday-{number}", begins=opens, ends=closes))
    for number in range(draw(st.integers(0, 2))):
        hour, length = draw(st.integers(0, 23)), draw(st.integers(0, 10))
        night = (hour + length) % 24
        name = f"night-{number}"
        rows.append(calendar("night", name, night_from=hour, night_to=night, zone=zone))
    return rows


@st.composite
def grants(draw: st.DrawFn, begins: datetime) -> list[CalendarRow]:
    """Return what gives time or puts deadlines elsewhere."""
    rows = []
    for number in range(draw(st.integers(0, 3))):
        opens = begins + draw(spans(-50, 300))
        closes = opens + draw(spans(1, 200))
        effect = draw(st.sampled_from(["add", "shift_to", "exempt"]))
        rows.append(
            calendar(
                effect,
                f"{effect}-{number}",
                begins=opens,
                ends=closes,
                hours=draw(st.integers(1, 48)),
                shift_to=closes + draw(spans(-20, 100)),
            )
        )
    return rows


@st.composite
def worlds(draw: st.DrawFn, *, granting: bool = True) -> World:
    zone = draw(st.sampled_from(sorted(DAYS)))
    begins = draw(st.sampled_from(DAYS[zone])) + draw(spans(0, 192))
    rows = draw(stops(begins, zone))
    return World(zone, begins, rows + (draw(grants(begins)) if granting else []))


hours = st.integers(0, 120 * 4).map(lambda count: count * QUARTER_S)


def counts(at: datetime, rows: Sequence[CalendarRow]) -> bool:
    """Say whether a quarter of an hour counts, by the calendar on the wall alone."""
    for row in rows:
        if row.effect == "pause" and row.begins and row.ends:
            if row.begins <= at < row.ends:
                return False
        elif row.night_from is not None and row.night_to is not None:
            hour = at.astimezone(ZoneInfo(row.zone)).hour
            first, last = row.night_from, row.night_to
            if first < last and first <= hour < last:
                return False
            if first > last and (hour >= first or hour < last):
                return False
    return True


def counted(begins: datetime, ends: datetime, does: Callable[[datetime], bool]) -> int:
    """Return the seconds between two moments that count, quarter by quarter."""
    quarters = (ends - begins) // QUARTER
    return QUARTER_S * sum(does(begins + each * QUARTER) for each in range(quarters))


@given(worlds(granting=False), hours)
def test_what_lies_between_start_and_due_time_is_the_running_time(
    world: World, seconds: int
) -> None:
    due_at = run(world.begins, seconds, world.calendar).due_at
    ran = counted(world.begins, due_at, lambda at: counts(at, world.calendar))
    assert ran == seconds


@given(worlds(), hours)
def test_closures_lie_in_order_within_the_clocks_time_and_never_overlap(
    world: World, seconds: int
) -> None:
    ran = run(world.begins, seconds, world.calendar)
    for each in ran.closures:
        assert world.begins <= each.begins < each.ends <= ran.due_at
    for one, next_one in pairwise(ran.closures):
        assert one.ends <= next_one.begins
    assert running(world.begins, ran.due_at, ran.closures) == seconds


@given(worlds(), hours)
def test_a_deadline_is_never_sooner_for_a_calendar(world: World, seconds: int) -> None:
    ran = run(world.begins, seconds, world.calendar)
    for number, row in enumerate(world.calendar):
        without = [*world.calendar[:number], *world.calendar[number + 1 :]]
        if row.effect in {"pause", "night"} and not any(
            each.effect not in {"pause", "night"} for each in without
        ):
            assert run(world.begins, seconds, without).due_at <= ran.due_at
    assert ran.due_at >= world.begins + timedelta(seconds=seconds)


@st.composite
def lives(draw: st.DrawFn, *, granting: bool) -> tuple[World, list[TimerEvent]]:
    """Return a clock that stood still now and then, and its calendar."""
    world = draw(worlds(granting=granting))
    events: list[TimerEvent] = [
        started(ROW, "answer", world.begins, world.calendar, seconds=draw(hours))
    ]
    at = world.begins
    for _ in range(draw(st.integers(0, 4))):
        timer = clock(*events)
        at += draw(spans(0, 150))
        if at > timer.due_at:
            break
        events.append(paused(timer, at, "platform_intervenes"))
        at += draw(spans(0, 150))
        events.append(resumed(clock(*events), at, world.calendar))
    return world, events


def stretches(events: Sequence[TimerEvent]) -> list[tuple[datetime, datetime]]:
    """Return from when to when it ran, the last time until it was due."""
    times = [event.at for event in events]
    ends = [*times[1::2], clock(*events).due_at]
    return list(zip(times[0::2], ends, strict=True))


@settings(max_examples=200)
@given(lives(granting=False))
def test_pausing_and_resuming_anywhere_never_changes_the_running_time(
    life: tuple[World, list[TimerEvent]],
) -> None:
    world, events = life
    ran = sum(
        counted(begins, ends, lambda at: counts(at, world.calendar))
        for begins, ends in stretches(events)
    )
    assert ran == clock(*events).seconds


@settings(max_examples=200)
@given(lives(granting=True))
def test_nor_does_it_where_calendars_give_time(
    life: tuple[World, list[TimerEvent]],
) -> None:
    _, events = life
    timer = clock(*events)
    ran = sum(running(*each, timer.closures) for each in stretches(events))
    assert ran == timer.seconds


def stops_of(world: World) -> list[CalendarRow]:
    return [row for row in world.calendar if row.effect in {"pause", "night"}]


@given(lives(granting=True), spans(0, 600))
def test_what_ran_and_what_is_left_add_up(
    life: tuple[World, list[TimerEvent]], later: timedelta
) -> None:
    _, events = life
    timer = clock(*events)
    at = min(timer.since + later, timer.due_at)
    had = running(timer.since, timer.due_at, timer.closures)
    ran = running(timer.since, at, timer.closures)
    assert ran + seconds_left(timer, at) == had
    assert ran + met(timer, at).seconds_left == had
    assert seconds_left(timer, timer.due_at) == 0


@given(lives(granting=True), spans(0, 600))
def test_the_same_events_read_back_give_the_same_number(
    life: tuple[World, list[TimerEvent]], later: timedelta
) -> None:
    _, events = life
    at = events[-1].at + later
    read_back = msgspec.json.decode(msgspec.json.encode(events), type=list[TimerEvent])
    assert clock(*read_back) == clock(*events)
    assert seconds_left(clock(*read_back), at) == seconds_left(clock(*events), at)


@given(lives(granting=True), spans(0, 600), st.integers(1, 72))
def test_an_extension_is_exactly_so_much_more_running_time(
    life: tuple[World, list[TimerEvent]], later: timedelta, more: int
) -> None:
    world, events = life
    before = clock(*events)
    at = min(before.since + later, before.due_at)
    events.append(
        extended(
            before,
            at,
            seconds=more * HOUR_S,
            reason="asked",
            by="anna",
            policy="shop.more@1",
            calendar=stops_of(world),
        )
    )
    after = clock(*events)
    assert seconds_left(after, at) == seconds_left(before, at) + more * HOUR_S
    assert after.due_at >= before.due_at + timedelta(hours=more)


@given(lives(granting=True), spans(0, 600), hours)
def test_less_time_is_exactly_so_much_and_never_more_than_there_was(
    life: tuple[World, list[TimerEvent]], later: timedelta, seconds: int
) -> None:
    world, events = life
    before = clock(*events)
    at = min(before.since + later, before.due_at)
    event = sooner(
        before,
        at,
        seconds=seconds,
        reason="return_signed",
        policy=ROW.ref,
        calendar=stops_of(world),
    )
    after: Timer = clock(*events, event) if event else before
    assert seconds_left(after, at) == min(seconds, seconds_left(before, at))
    assert after.due_at <= before.due_at


@given(worlds(granting=False), st.data(), hours)
def test_a_calendar_published_late_comes_to_what_it_would_have_from_the_start(
    world: World, data: st.DataObject, seconds: int
) -> None:
    known = data.draw(st.integers(0, len(world.calendar)))
    event = started(
        ROW, "answer", world.begins, world.calendar[:known], seconds=seconds
    )
    late = world.begins + data.draw(spans(0, 100))
    change = moved(clock(event), late, world.calendar)
    timer = clock(event, change) if change else clock(event)
    foreseen = started(ROW, "answer", world.begins, world.calendar, seconds=seconds)
    assert timer.due_at == foreseen.due_at
    assert seconds_left(timer, world.begins) == seconds
    assert moved(timer, late, world.calendar) is None


@given(lives(granting=True), worlds(granting=True))
def test_one_calendar_moves_a_deadline_once_and_later_and_gives_no_running_time(
    life: tuple[World, list[TimerEvent]], other: World
) -> None:
    world, events = life
    rows = [*world.calendar, *other.calendar]
    before = clock(*events)
    change = moved(before, before.since, rows)
    after = clock(*events, change) if change else before
    assert after.due_at >= before.due_at
    assert seconds_left(after, after.since) == seconds_left(before, before.since)
    assert moved(after, after.since, rows) is None
