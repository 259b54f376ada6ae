"""A clock counts running time, and says so in events."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from domain.timer import (
    HoursFrom,
    Timer,
    TimerBreached,
    TimerCancelled,
    TimerMet,
    TimerPaused,
    breached,
    cancelled,
    extended,
    met,
    moved,
    overdue,
    paused,
    restarted,
    resumed,
    seconds_left,
    sooner,
    started,
    wall_seconds_left,
)
from tests.domain.clocks import (
    DAY,
    HOUR,
    HOUR_S,
    MONDAY,
    NIGHT,
    calendar,
    clock,
    timer_row,
)

ANSWER = timer_row("answer.return_refund", 36)
CONFIRM = timer_row("confirm_return", 7 * 24)
SECOND = timedelta(seconds=1)

begun = started(ANSWER, "answer", MONDAY)
running = clock(begun)
stopped = paused(running, MONDAY + 20 * HOUR, "platform_intervenes")
standing = clock(begun, stopped)
put_off = partial(extended, reason="asked", by="anna", policy="shop.more@1")


# -- The platform's own examples --


def test_an_intervention_of_thirty_hours_puts_thirty_hours_on_the_wall() -> None:
    goes_on = resumed(standing, MONDAY + 50 * HOUR)
    assert goes_on.due_at == MONDAY + 66 * HOUR
    assert clock(begun, stopped, goes_on).seconds == 36 * HOUR_S


def test_a_change_of_type_starts_a_new_clock_from_the_change() -> None:
    exchange = clock(started(timer_row("answer.exchange", 24), "answer", MONDAY))
    change = MONDAY + 10 * HOUR
    anew = restarted(exchange, ANSWER, change, "type_changed")
    timer = clock(started(ANSWER, "answer", MONDAY), anew)
    assert (timer.due_at, timer.step) == (change + 36 * HOUR, "answer.return_refund")
    assert (timer.started_at, timer.seconds) == (change, 36 * HOUR_S)


def test_a_clock_that_starts_anew_carries_nothing_over() -> None:
    goes_on = resumed(standing, MONDAY + 50 * HOUR)
    change = MONDAY + 60 * HOUR
    anew = restarted(standing, ANSWER, change, "type_changed", [NIGHT])
    for past in ((begun, stopped), (begun, stopped, goes_on)):
        assert clock(*past, anew) == clock(started(ANSWER, "answer", change, [NIGHT]))


def test_a_signed_return_is_confirmed_in_two_days_or_seven_from_dispatch() -> None:
    sent = started(CONFIRM, "confirm_return", MONDAY)
    tuesday_noon, thursday_noon = MONDAY + 26 * HOUR, MONDAY + 74 * HOUR
    signed = sooner(
        clock(sent),
        tuesday_noon,
        seconds=48 * HOUR_S,
        reason="return_signed",
        policy="taobao-like.confirm-return.signed@1",
    )
    assert signed is not None
    assert signed.due_at == thursday_noon
    assert clock(sent, signed).due_at == thursday_noon
    on_the_sixth_day = MONDAY + 6 * DAY
    assert (
        sooner(
            clock(sent),
            on_the_sixth_day,
            seconds=48 * HOUR_S,
            reason="return_signed",
            policy="taobao-like.confirm-return.signed@1",
        )
        is None
    )


def test_in_the_holidays_the_hours_of_the_calendar_take_the_steps_place() -> None:
    holidays = calendar(
        "replace",
        "spring_festival",
        begins=datetime(2026, 2, 9, 16, tzinfo=UTC),
        ends=datetime(2026, 2, 23, 16, tzinfo=UTC),
        hours=5 * 24,
        steps=("answer.return_refund",),
    )
    inside = datetime(2026, 2, 12, tzinfo=UTC)
    event = started(ANSWER, "answer", inside, [holidays])
    assert event.due_at == inside + 5 * DAY
    assert event.hours_from == HoursFrom(
        reason="spring_festival", policy="spring_festival@1"
    )
    assert event.policy == ANSWER.ref
    after = datetime(2026, 2, 23, 16, tzinfo=UTC)
    assert started(ANSWER, "answer", after, [holidays]).due_at == after + 36 * HOUR
    other = timer_row("answer.exchange", 24)
    assert started(other, "answer", inside, [holidays]).due_at == inside + DAY
    shorter = started(ANSWER, "answer", inside, [holidays], seconds=60)
    assert shorter.due_at == inside + timedelta(minutes=1), "asked for outright"


# -- Time left --


def test_time_left_is_told_running_and_on_the_wall() -> None:
    timer = clock(started(ANSWER, "answer", MONDAY, [NIGHT]))
    # In Shanghai it is 18:00: five hours count today, fifteen a day after.
    evening = MONDAY + 6 * HOUR
    assert seconds_left(timer, evening) == 31 * HOUR_S
    assert wall_seconds_left(timer, evening) == (36 + 3 * 9 - 6) * HOUR_S
    assert seconds_left(timer, timer.due_at + 90 * SECOND) == -90
    assert wall_seconds_left(timer, timer.due_at + 90 * SECOND) == -90


def test_before_it_starts_a_clock_has_no_more_than_it_was_given() -> None:
    assert seconds_left(running, MONDAY - DAY) == 36 * HOUR_S


def test_of_a_clock_that_stands_still_nobody_can_say_when_it_is_due() -> None:
    assert seconds_left(standing, MONDAY + 900 * HOUR) == 16 * HOUR_S
    assert wall_seconds_left(standing, MONDAY + 21 * HOUR) is None


def test_a_begun_second_is_counted_whole_however_often_it_is_cut() -> None:
    half = timedelta(milliseconds=500)
    first = started(ANSWER, "answer", MONDAY + half)
    second = paused(clock(first), MONDAY + HOUR + half, "platform_intervenes")
    third = resumed(clock(first, second), MONDAY + 2 * HOUR + half)
    assert (first.due_at, third.due_at) == (MONDAY + 36 * HOUR, MONDAY + 37 * HOUR)


def test_what_was_done_says_how_much_time_was_left() -> None:
    assert met(running, MONDAY + 30 * HOUR).seconds_left == 6 * HOUR_S
    assert met(running, MONDAY + 37 * HOUR).seconds_left == -HOUR_S
    assert met(standing, MONDAY + 900 * HOUR).seconds_left == 16 * HOUR_S


# -- Overdue --


def test_time_is_out_a_whole_second_after_it_is_due_the_earliest_first() -> None:
    timers = {
        "b": clock(started(ANSWER, "b", MONDAY)),
        "a": clock(started(ANSWER, "a", MONDAY)),
        "soon": clock(started(ANSWER, "soon", MONDAY, seconds=60)),
        "later": clock(started(CONFIRM, "later", MONDAY)),
        "still": standing,
        "done": clock(begun, met(running, MONDAY + HOUR)),
        "breached": clock(begun, breached(running, MONDAY + 40 * HOUR)),
        "let off": clock(begun, cancelled(running, MONDAY + HOUR, "withdrawn")),
    }
    due = MONDAY + 36 * HOUR
    just = due + timedelta(milliseconds=999)
    assert [timer.name for timer in overdue(timers, just)] == ["soon"]
    assert [timer.name for timer in overdue(timers, due + SECOND)] == ["soon", "a", "b"]


def test_force_majeure_lets_nothing_be_breached_while_it_lasts() -> None:
    flood = calendar(
        "exempt", "flood", begins=MONDAY + 30 * HOUR, ends=MONDAY + 40 * HOUR
    )
    timers = {"answer": running}
    late = MONDAY + 37 * HOUR
    assert overdue(timers, late) == (running,)
    assert overdue(timers, late, [flood]) == ()
    assert overdue(timers, MONDAY + 40 * HOUR, [flood]) == (running,)
    known = started(ANSWER, "answer", MONDAY, [flood])
    assert known.due_at == MONDAY + 40 * HOUR
    assert known.closures[0].reason == "flood"


# -- Moved deadlines --


def test_a_deadline_is_moved_by_running_time_or_to_a_moment() -> None:
    given = put_off(running, MONDAY + HOUR, seconds=72 * HOUR_S)
    assert (given.due_at, given.seconds) == (MONDAY + 108 * HOUR, 72 * HOUR_S)
    timer = clock(begun, given)
    assert (timer.extensions, timer.seconds) == (1, 108 * HOUR_S)
    by_night = started(ANSWER, "answer", MONDAY, [NIGHT])
    until = MONDAY + 100 * HOUR
    told = put_off(clock(by_night), MONDAY, until=until, calendar=[NIGHT])
    assert (told.due_at, told.seconds) == (until, (100 - 4 * 9 - 36) * HOUR_S)
    timer = clock(by_night, told)
    assert seconds_left(timer, MONDAY) == (100 - 4 * 9) * HOUR_S
    assert (timer.extensions, timer.seconds) == (1, (100 - 4 * 9) * HOUR_S)


def test_what_has_run_cannot_be_taken_away() -> None:
    less = put_off(running, MONDAY + 20 * HOUR, seconds=-30 * HOUR_S)
    assert (less.due_at, less.seconds) == (MONDAY + 20 * HOUR, -16 * HOUR_S)


def test_a_late_clock_is_put_off_from_its_due_time() -> None:
    late = MONDAY + 40 * HOUR
    assert put_off(running, late, seconds=6 * HOUR_S).due_at == MONDAY + 42 * HOUR
    assert put_off(running, late, seconds=-HOUR_S).due_at == MONDAY + 36 * HOUR


def test_a_clock_that_stands_still_is_given_time_for_when_it_runs_on() -> None:
    more = put_off(standing, MONDAY + 21 * HOUR, seconds=HOUR_S)
    goes_on = resumed(clock(begun, stopped, more), MONDAY + 50 * HOUR)
    assert goes_on.due_at == MONDAY + 67 * HOUR
    none = put_off(standing, MONDAY + 21 * HOUR, seconds=-30 * HOUR_S)
    assert none.seconds == -16 * HOUR_S, "what has run cannot be taken away"
    less = sooner(standing, MONDAY + 21 * HOUR, seconds=60, reason="r", policy="p@1")
    assert less is not None
    assert seconds_left(clock(begun, stopped, less), MONDAY) == 60


def test_a_calendar_published_later_moves_the_deadline_and_says_why() -> None:
    late = MONDAY + 12 * HOUR
    holiday = calendar(
        "pause", "holiday", begins=MONDAY + 10 * HOUR, ends=MONDAY + 20 * HOUR
    )
    timer = clock(started(ANSWER, "answer", MONDAY, [NIGHT]))
    event = moved(timer, late, [NIGHT, holiday])
    assert event is not None
    known = started(ANSWER, "answer", MONDAY, [NIGHT, holiday])
    assert (event.due_at, event.seconds) == (known.due_at, 0)
    assert (event.reason, event.policy, event.by) == (
        "holiday",
        "holiday@1",
        "calendar",
    )
    assert moved(clock(begun, event), late, [NIGHT, holiday]) is None, "but once"
    assert clock(begun, event).extensions == 0, "nobody's right to more is used up"


def test_what_moves_a_deadline_is_what_is_new_however_long_a_night_it_leads_to() -> (
    None
):
    evening = MONDAY + 4 * HOUR  # 22:00 in Shanghai
    begun = started(ANSWER, "answer", MONDAY, [NIGHT], seconds=18 * HOUR_S)
    outage = calendar("pause", "outage", begins=MONDAY, ends=MONDAY + 3 * HOUR)
    event = moved(clock(begun), evening, [NIGHT, outage])
    assert event is not None
    assert event.due_at - begun.due_at == 12 * HOUR
    assert event.reason == "outage"


def test_no_calendar_takes_time_away_again() -> None:
    timer = clock(started(ANSWER, "answer", MONDAY, [NIGHT]))
    assert moved(timer, MONDAY + HOUR, []) is None


def test_a_calendar_moves_neither_told_nor_standing_nor_ended_clocks() -> None:
    always = calendar("pause", "holiday", begins=MONDAY, ends=MONDAY + 90 * HOUR)
    told = clock(started(ANSWER, "answer", MONDAY, [always], until=MONDAY + HOUR))
    assert (told.told, told.due_at, told.seconds) == (True, MONDAY + HOUR, HOUR_S)
    done = clock(begun, met(running, MONDAY + HOUR))
    for timer in (told, standing, done):
        assert moved(timer, MONDAY + HOUR / 2, [always]) is None


def test_a_told_deadline_that_stood_still_or_was_put_off_counts_straight_through() -> (
    None
):
    told = started(ANSWER, "answer", MONDAY, until=MONDAY + 30 * HOUR)
    more = put_off(clock(told), MONDAY, seconds=HOUR_S, calendar=[NIGHT])
    assert more.due_at == MONDAY + 31 * HOUR
    stop = paused(clock(told), MONDAY + HOUR, "platform_intervenes")
    goes_on = resumed(clock(told, stop), MONDAY + 2 * HOUR, [NIGHT])
    assert goes_on.due_at == MONDAY + 31 * HOUR


def test_a_deadline_told_in_the_past_is_due_then() -> None:
    event = started(ANSWER, "answer", MONDAY, until=MONDAY - HOUR)
    assert (event.due_at, event.seconds) == (MONDAY - HOUR, 0)
    assert overdue({"answer": clock(event)}, MONDAY) != ()


# -- Events --


def test_what_ends_says_what_was_owed() -> None:
    at = MONDAY + 40 * HOUR
    assert breached(running, at) == TimerBreached(
        at=at,
        timer="answer",
        owes="merchant",
        due_at=MONDAY + 36 * HOUR,
        on_breach="agree",
        policy=ANSWER.ref,
    )
    assert met(running, MONDAY) == TimerMet(
        at=MONDAY, timer="answer", seconds_left=36 * HOUR_S
    )
    let_off = cancelled(running, MONDAY, "withdrawn")
    assert let_off == TimerCancelled(at=MONDAY, timer="answer", reason="withdrawn")


def test_a_late_clock_stops_with_nothing_left_and_is_due_when_it_runs_on() -> None:
    late = MONDAY + 40 * HOUR
    event = paused(running, late, "account_theft")
    assert event == TimerPaused(
        at=late, timer="answer", reason="account_theft", seconds_left=0
    )
    assert resumed(clock(begun, event), late + HOUR).due_at == late + HOUR


@pytest.mark.parametrize(
    "timer",
    [
        standing,
        clock(begun, met(running, MONDAY)),
        clock(begun, breached(running, MONDAY)),
    ],
    ids=["stands still", "was met", "was breached"],
)
def test_whoever_pauses_a_clock_has_made_sure_it_runs(timer: Timer) -> None:
    with pytest.raises(AssertionError, match="only what runs"):
        paused(timer, MONDAY, "platform_intervenes")
    with pytest.raises(AssertionError, match="only what runs"):
        breached(timer, MONDAY)


def test_whoever_changes_a_clock_has_made_sure_it_may_be() -> None:
    done = clock(begun, met(running, MONDAY))
    for change in (
        lambda: resumed(running, MONDAY),
        lambda: met(done, MONDAY),
        lambda: cancelled(done, MONDAY, "withdrawn"),
        lambda: put_off(done, MONDAY, seconds=1),
        lambda: put_off(running, MONDAY),
        lambda: put_off(standing, MONDAY, until=MONDAY),
        lambda: started(ANSWER, "answer", MONDAY, seconds=1, until=MONDAY),
    ):
        with pytest.raises(AssertionError):
            change()
