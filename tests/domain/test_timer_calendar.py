"""When time does not count, and why: nights, holidays, disasters."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.policy.calendar import run
from domain.policy.closures import Closure, running
from domain.policy.rows import CalendarRow, Where
from domain.timer import HoursFrom, extended, moved, paused, resumed, started
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

SHANGHAI = ZoneInfo("Asia/Shanghai")
RESEND = timer_row("ship.resend", 120)


def there(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (there(23, 23), there(24, 9)),
        (there(24, 3), there(24, 9)),
        (there(24, 8), there(24, 9)),
        (there(23, 22), there(23, 23)),
        (there(23, 22, 30), there(24, 8, 30)),
    ],
)
def test_what_comes_at_night_counts_from_the_morning(
    asked: datetime, due: datetime
) -> None:
    assert run(asked, HOUR_S, [NIGHT]).due_at == due


def test_what_is_owed_at_once_is_owed_in_the_morning() -> None:
    assert run(there(24, 3), 0, [NIGHT]).due_at == there(24, 8)
    assert run(there(23, 22), 0, [NIGHT]).due_at == there(23, 22)


def test_of_two_calendars_that_replace_hours_the_more_generous_holds() -> None:
    rows = [
        calendar("replace", str(hours), begins=MONDAY, ends=MONDAY + DAY, hours=hours)
        for hours in (60, 120, 90)
    ]
    event = started(RESEND, "ship", MONDAY, rows)
    assert event.hours_from == HoursFrom(reason="120", policy="120@1")


@pytest.mark.parametrize(
    ("paid", "due"),
    [
        (there(23, 18), there(25, 6)),
        (there(24, 2), there(25, 6)),
        (there(23, 17), there(24, 17)),
    ],
)
def test_what_is_paid_in_the_evening_is_picked_up_from_six_on(
    paid: datetime, due: datetime
) -> None:
    """Only what is paid between 18:00 and 06:00 waits; then it counts straight on."""
    night = calendar("night", night_from=18, night_to=6, at_start=True)
    pickup = timer_row("metric.pickup", 24)
    event = started(pickup, "pickup", paid, [night])
    assert event.due_at == due
    timer = clock(event)
    assert moved(timer, paid + HOUR, [night]) is None
    stopped = paused(timer, event.due_at - 2 * HOUR, "platform_intervenes")
    goes_on = resumed(clock(event, stopped), there(26, 20), [night])
    assert goes_on.due_at == there(26, 22), "and no other night holds it up"


def test_lunch_is_a_night_too_and_the_same_hour_twice_is_none() -> None:
    lunch = calendar("night", "lunch", night_from=12, night_to=14)
    assert run(there(23, 11), 2 * HOUR_S, [lunch]).due_at == there(23, 15)
    never = calendar("night", "never", night_from=5, night_to=5)
    assert run(there(23, 0), 24 * HOUR_S, [never]).closures == ()


def test_a_night_counts_while_its_row_is_in_force() -> None:
    until = CalendarRow(
        id="night",
        version=1,
        title="Nights of old",
        binding="conduct_time",
        in_force_from=there(20, 0),
        in_force_to=there(24, 2),
        source="aHwHroCPheig",
        effect="night",
        night_from=23,
        night_to=8,
        reason="night",
    )
    ran = run(there(23, 22), 24 * HOUR_S, [until])
    assert [(each.begins, each.ends) for each in ran.closures] == [
        (there(23, 23), there(24, 2))
    ]
    began = calendar("night", night_from=23, night_to=8, in_force_from=there(24, 2))
    ran = run(there(23, 22), 5 * HOUR_S, [began])
    assert [(each.begins, each.ends) for each in ran.closures] == [
        (there(24, 2), there(24, 8))
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 28), 8),
        ("Europe/Berlin", (2026, 10, 24), 10),
        ("America/Sao_Paulo", (2018, 11, 3), 8),
        ("America/Sao_Paulo", (2019, 2, 16), 10),
        ("Asia/Shanghai", (2026, 3, 28), 9),
    ],
)
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_is(
    zone: str, day: tuple[int, int, int], hours: int
) -> None:
    night = calendar("night", night_from=23, night_to=8, zone=zone)
    start = datetime(*day, 22, tzinfo=ZoneInfo(zone))
    (closure,) = run(start, 2 * HOUR_S, [night]).closures
    assert closure.ends - closure.begins == hours * HOUR
    assert closure.ends.astimezone(ZoneInfo(zone)).hour == 8


def test_where_holidays_and_nights_overlap_nothing_counts_twice() -> None:
    holiday = calendar("pause", "holiday", begins=there(23, 20), ends=there(25, 3))
    storm = calendar("pause", "storm", begins=there(24, 12), ends=there(25, 12))
    ran = run(there(23, 18), 6 * HOUR_S, [NIGHT, holiday, storm])
    assert ran.due_at == there(25, 16)
    assert [(each.begins, each.ends, each.reason) for each in ran.closures] == [
        (there(23, 20), there(25, 3), "holiday"),
        (there(25, 3), there(25, 12), "storm"),
    ]


def test_what_falls_due_in_the_holidays_is_put_to_their_end_or_later() -> None:
    """Spring Festival 2026: resend by the promise or 26 Feb 23:59:59 (20009347)."""
    last = datetime(2026, 2, 26, 23, 59, 59, tzinfo=SHANGHAI)
    festival = calendar(
        "shift_to",
        "spring_festival",
        begins=there(10, 0, month=2),
        ends=there(24, 0, month=2),
        shift_to=last,
        steps=("ship.resend",),
    )
    inside = started(RESEND, "ship", there(8, 12, month=2), [festival, NIGHT])
    assert inside.due_at == last
    reasons = {each.reason for each in inside.closures}
    assert reasons == {"night", "spring_festival"}
    ran = running(inside.at, inside.due_at, inside.closures)
    assert ran == 120 * HOUR_S, "it stood still, it was not given more"
    assert moved(clock(inside), inside.at, [festival, NIGHT]) is None
    before = started(RESEND, "ship", there(4, 12, month=2), [festival])
    assert before.due_at == there(9, 12, month=2)
    after = started(RESEND, "ship", there(22, 12, month=2), [festival])
    assert after.due_at == there(27, 12, month=2), "the promise is later"


def test_no_deadline_is_put_to_an_earlier_time() -> None:
    early = calendar(
        "shift_to",
        "early",
        begins=there(23, 0),
        ends=there(30, 0),
        shift_to=there(24, 0),
    )
    assert started(RESEND, "ship", there(23, 12), [early]).due_at == there(28, 12)


def test_hours_are_added_to_what_runs_inside_and_but_once() -> None:
    flood = calendar("add", "flood", begins=there(24, 0), ends=there(25, 0), hours=48)
    event = started(RESEND, "ship", there(23, 12), [flood])
    assert event.due_at == there(23, 12) + 168 * HOUR
    stopped = paused(clock(event), there(24, 10), "platform_intervenes")
    goes_on = resumed(clock(event, stopped), there(24, 20), [flood])
    assert goes_on.due_at == event.due_at + 10 * HOUR
    assert started(RESEND, "ship", there(25, 0), [flood]).closures == ()
    short = timer_row("answer.exchange", 2)
    assert started(short, "ship", there(23, 12), [flood]).closures == ()


def test_a_clock_remembers_all_the_time_that_did_not_count() -> None:
    first = calendar("pause", "first", begins=there(23, 13), ends=there(23, 14))
    second = calendar("pause", "second", begins=there(25, 0), ends=there(25, 6))
    begun = started(RESEND, "ship", there(23, 12), [first, second])
    stopped = paused(clock(begun), there(24, 10), "platform_intervenes")
    goes_on = resumed(clock(begun, stopped), there(24, 20), [first, second])
    timer = clock(begun, stopped, goes_on)
    more = extended(
        timer,
        there(24, 21),
        seconds=HOUR_S,
        reason="asked",
        by="anna",
        policy="shop.more@1",
        calendar=[first, second],
    )
    timer = clock(begun, stopped, goes_on, more)
    assert [each.reason for each in timer.closures] == ["first", "second"]


def test_hours_added_are_hours_that_would_have_counted() -> None:
    flood = calendar("add", "flood", begins=there(23, 22), ends=there(25, 0), hours=2)
    event = started(timer_row(hours=3), "ship", there(23, 21), [flood, NIGHT])
    assert event.due_at == there(24, 11)


def test_a_calendar_narrows_itself_to_region_carrier_goods_and_step() -> None:
    flood = calendar(
        "pause",
        "flood",
        begins=MONDAY,
        ends=MONDAY + DAY,
        regions=("CN-GD", "CN-GX"),
        carriers=("yunda",),
        goods=("fresh",),
        steps=("ship.resend",),
    )
    hit = Where(region="CN-GX", carrier="yunda", goods="fresh")
    elsewhere = (
        Where(),
        Where(region="CN-BJ", carrier="yunda", goods="fresh"),
        Where(region="CN-GX", carrier="sto", goods="fresh"),
        Where(region="CN-GX", carrier="yunda"),
    )
    assert run(MONDAY, 60, [flood], hit, step="ship.resend").closures != ()
    for where in elsewhere:
        assert run(MONDAY, 60, [flood], where, step="ship.resend").closures == ()
    assert run(MONDAY, 60, [flood], hit, step="answer.repair").closures == ()
    assert run(MONDAY, 60, [flood], hit).closures == ()


def test_every_closure_names_the_row_it_comes_from() -> None:
    (closure,) = run(there(23, 22), 2 * HOUR_S, [NIGHT]).closures
    assert closure == Closure(
        begins=there(23, 23), ends=there(24, 8), reason="night", policy="night@1"
    )


def test_a_calendar_that_leaves_no_time_is_not_a_calendar() -> None:
    day = calendar("night", "day", night_from=0, night_to=12, zone="UTC")
    night = calendar("night", night_from=12, night_to=0, zone="UTC")
    with pytest.raises(ValueError, match="leaves no time"):
        run(datetime(2190, 1, 1, tzinfo=UTC), 60, [day, night])
