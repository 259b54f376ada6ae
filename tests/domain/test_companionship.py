"""A companionship stays beside the consumer, says what falls short once, and ends."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from domain.companionship import (
    CheckIn,
    CheckInNotDue,
    CheckInReached,
    ClearShortfall,
    CloseCompanionship,
    CompanionshipClosed,
    CompanionshipCommand,
    CompanionshipEvent,
    CompanionshipIsClosed,
    CompanionshipProlonged,
    CompanionshipRated,
    CompanionshipStarted,
    ContestShortfall,
    MatterNoted,
    NoSuchCheckIn,
    NoSuchCompanionship,
    NoSuchShortfall,
    NotYoursToAccompany,
    Outcome,
    RateCompanionship,
    ReachCheckIn,
    ShortfallCleared,
    ShortfallContested,
    ShortfallDetected,
    StillBeside,
)
from domain.party import SYSTEM
from domain.shortfall import ClearedBy
from domain.timer import (
    CheckClocks,
    TimerBreached,
    TimerCancelled,
    TimerExtended,
    TimerMet,
    TimerStarted,
)
from tests.domain.companionships import (
    BESIDE,
    CARRIER,
    DAY,
    HOUR,
    LAST_DAY,
    LI_MEI,
    MONDAY,
    NEIGHBOUR,
    REFUND,
    REMEDY,
    SECOND,
    SHOP,
    WANG,
    book,
    detect,
    given,
    note,
    stalled,
    start,
)
from tests.given import Given

BESIDE_FROM_SIGNATURE = book(replace(BESIDE, anchor="signed"))
ONE_LATE = replace(stalled("ship_by/once"), code="SHIP_OVERDUE", parcel=None)


def clock(name: str, step: str, due_at: datetime, on_breach: str) -> TimerStarted:
    return TimerStarted(
        at=MONDAY,
        timer=name,
        step=step,
        owes="platform",
        seconds=int((due_at - MONDAY).total_seconds()),
        due_at=due_at,
        on_breach=on_breach,  # type: ignore[arg-type]  # one of them, in the tests
        policy="test.beside@1",
    )


STARTED: tuple[CompanionshipEvent, ...] = (
    CompanionshipStarted(
        at=MONDAY,
        by=SYSTEM,
        order="A-1",
        consumer="li-mei",
        merchant="tea-house",
        anchor="paid",
        anchored_at=MONDAY,
        ends_at=LAST_DAY,
        check_ins=(
            CheckIn(name="shipped", at=MONDAY + 2 * DAY),
            CheckIn(name="week", at=MONDAY + 7 * DAY),
        ),
        policy="test.beside@1",
    ),
    clock("end", "companionship.end", LAST_DAY, "close"),
    clock("check-in/shipped", "companionship.check_in", MONDAY + 2 * DAY, "breach"),
    clock("check-in/week", "companionship.check_in", MONDAY + 7 * DAY, "breach"),
)
DETECTED = ShortfallDetected(
    at=MONDAY + 3 * DAY,
    by=SYSTEM,
    order="A-1",
    consumer="li-mei",
    shortfall=stalled(),
)


def after(*asked: tuple[CompanionshipCommand, datetime]) -> "Given":  # type: ignore[type-arg]  # a test's own
    past = given()
    for command, at in asked:
        past = past.when(command, at=at).happens()
    return past


# -- The days --


def test_the_days_begin_with_the_payment_and_the_looks_are_planned_from_it() -> None:
    given().when(start, at=MONDAY).then(*STARTED)


def test_asked_to_start_again_nothing_happens() -> None:
    given(*STARTED).when(start, at=MONDAY + HOUR).then()


def test_a_look_whose_time_is_past_is_not_planned_any_more() -> None:
    late = given().when(start, at=MONDAY + 3 * DAY).happens()
    begun = late.past[0]
    assert isinstance(begun, CompanionshipStarted)
    assert [each.name for each in begun.check_ins] == ["week"]


def test_days_that_are_over_do_not_begin() -> None:
    given().when(start, at=LAST_DAY).then()


def test_counted_from_the_signature_the_end_moves_with_it() -> None:
    signed_at = MONDAY + 4 * DAY
    signed = replace(start, anchor="signed", anchored_at=signed_at)
    past = given(*STARTED, policy=BESIDE_FROM_SIGNATURE)
    past.when(signed, at=signed_at + HOUR).then(
        CompanionshipProlonged(
            at=signed_at + HOUR,
            by=SYSTEM,
            ends_at=signed_at + 30 * DAY,
            reason="signed",
            policy="test.beside@1",
        ),
        TimerExtended(
            at=signed_at + HOUR,
            timer="end",
            due_at=signed_at + 30 * DAY,
            seconds=4 * 86_400,
            reason="signed",
            by="rule",
            policy="test.beside@1",
        ),
    )


def test_counted_from_the_payment_the_signature_moves_nothing() -> None:
    signed = replace(start, anchor="signed", anchored_at=MONDAY + 4 * DAY)
    given(*STARTED).when(signed, at=MONDAY + 4 * DAY).then()


def test_an_end_never_comes_nearer() -> None:
    sooner = replace(start, anchor="signed", anchored_at=MONDAY - DAY)
    past = given(*STARTED, policy=BESIDE_FROM_SIGNATURE)
    past.when(sooner, at=MONDAY + DAY).then()


# -- What falls short --


def test_what_falls_short_is_said_once_whatever_became_of_it() -> None:
    at = MONDAY + 3 * DAY
    given(*STARTED).when(detect(stalled()), at=at).then(DETECTED)
    given(*STARTED, DETECTED).when(detect(stalled()), at=at + HOUR).then()
    healed = ShortfallCleared(
        at=at + HOUR, by=SYSTEM, shortfall=stalled().name, cleared_by="scan"
    )
    past = given(*STARTED, DETECTED, healed)
    past.when(detect(stalled()), at=at + DAY).then()


def test_the_same_in_another_window_falls_short_anew() -> None:
    again = replace(DETECTED, at=MONDAY + 9 * DAY, shortfall=stalled("SF1/later"))
    past = given(*STARTED, DETECTED)
    past.when(detect(stalled("SF1/later")), at=MONDAY + 9 * DAY).then(again)


def test_an_order_nobody_accompanies_falls_short_all_the_same() -> None:
    given().when(detect(stalled()), at=MONDAY + 3 * DAY).then(DETECTED)


def test_a_late_scan_clears_once_and_only_what_was_detected() -> None:
    scanned_at, asked_at = MONDAY + 4 * DAY, MONDAY + 5 * DAY
    clear = ClearShortfall(
        by=SYSTEM, shortfall=stalled().name, cleared_by="scan", at=scanned_at
    )
    cleared = ShortfallCleared(
        at=scanned_at, by=SYSTEM, shortfall=stalled().name, cleared_by="scan"
    )
    given(DETECTED).when(clear, at=asked_at).then(cleared)
    given(DETECTED, cleared).when(clear, at=asked_at).then()
    given(*STARTED).when(clear, at=asked_at).refused(NoSuchShortfall)


def test_whoever_it_concerns_may_say_that_it_is_not_so() -> None:
    for by in (LI_MEI, SHOP, CARRIER):
        contest = ContestShortfall(by=by, shortfall=stalled().name, reason="not_so")
        said = ShortfallContested(
            at=MONDAY + 4 * DAY, by=by, shortfall=stalled().name, reason="not_so"
        )
        past = given(*STARTED, DETECTED)
        past.when(contest, at=MONDAY + 4 * DAY).then(said)
        past.then_also(said).when(contest, at=MONDAY + 5 * DAY).then()


def test_who_has_no_part_in_it_contests_detects_and_rates_nothing() -> None:
    past = given(*STARTED, DETECTED)
    for by in (NEIGHBOUR, WANG):
        contest = ContestShortfall(by=by, shortfall=stalled().name, reason="not_so")
        past.when(contest, at=MONDAY + 4 * DAY).refused(NotYoursToAccompany)
    theirs = replace(detect(stalled("x")), by=SHOP)
    past.when(theirs, at=MONDAY + 4 * DAY).refused(NotYoursToAccompany)
    rate = RateCompanionship(by=NEIGHBOUR, score=5)
    past.when(rate, at=MONDAY + 4 * DAY).refused(NotYoursToAccompany)


# -- Looks --


def test_a_look_that_fell_due_is_told_once_and_answered_once() -> None:
    due = MONDAY + 2 * DAY
    told = TimerBreached(
        at=due + HOUR,
        timer="check-in/shipped",
        owes="platform",
        due_at=due,
        on_breach="breach",
        policy="test.beside@1",
    )
    reach = ReachCheckIn(by=SYSTEM, name="shipped", finding="on_track")
    found = CheckInReached(at=due + HOUR, by=SYSTEM, name="shipped", finding="on_track")
    past = given(*STARTED)
    past.when(CheckClocks(), at=due).then()
    past.when(CheckClocks(), at=due + HOUR).then(told)
    past.then_also(told).when(CheckClocks(), at=due + HOUR).then()
    past.then_also(told).when(reach, at=due + HOUR).then(found)
    past.then_also(told, found).when(reach, at=due + 2 * HOUR).then()


def test_a_look_answered_in_time_meets_its_clock_and_none_is_made_up() -> None:
    due = MONDAY + 2 * DAY
    reach = ReachCheckIn(by=SYSTEM, name="shipped", finding="on_track")
    past = given(*STARTED)
    past.when(reach, at=due - SECOND).refused(CheckInNotDue)
    past.when(reach, at=due).then(
        CheckInReached(at=due, by=SYSTEM, name="shipped", finding="on_track"),
        TimerMet(at=due, timer="check-in/shipped", seconds_left=0),
    )
    other = replace(reach, name="never")
    past.when(other, at=due).refused(NoSuchCheckIn)
    given().when(reach, at=due).refused(NoSuchCompanionship)


# -- The end --


def closing(outcome: Outcome, shortfalls: int, made_good: int) -> CompanionshipClosed:
    return CompanionshipClosed(
        at=LAST_DAY + HOUR,
        by=SYSTEM,
        outcome=outcome,
        shortfalls=shortfalls,
        made_good=made_good,
    )


def looked_and_ended(past: "Given") -> tuple[CompanionshipEvent, ...]:  # type: ignore[type-arg]  # a test's own
    before = len(past.past)
    return past.when(CheckClocks(), at=LAST_DAY + HOUR).happens().past[before:]


def test_at_the_end_of_the_days_it_closes_by_itself() -> None:
    end = looked_and_ended(given(*STARTED))
    assert closing("all_kept", 0, 0) in end
    assert {each.timer for each in end if isinstance(each, TimerBreached)} == {
        "end",
        "check-in/shipped",
        "check-in/week",
    }
    given(*STARTED, *end).when(CheckClocks(), at=LAST_DAY + DAY).then()


def test_an_open_matter_keeps_us_there_a_week_at_a_time() -> None:
    past = after((start, MONDAY), (note(REFUND, is_open=True), MONDAY + 20 * DAY))
    kept = looked_and_ended(past)
    longer = LAST_DAY + 7 * DAY
    assert kept[-2] == CompanionshipProlonged(
        at=LAST_DAY + HOUR,
        by=SYSTEM,
        ends_at=longer,
        reason="matter_open",
        policy="test.beside@1",
    )
    on = given(*past.past, *kept)
    on.when(CheckClocks(), at=longer).then()
    ended = on.when(note(REFUND, is_open=False), at=longer - DAY).happens()
    closed = ended.when(CheckClocks(), at=longer + HOUR).happens().past[-1]
    assert isinstance(closed, CompanionshipClosed)


def test_however_late_it_is_asked_the_end_lies_ahead() -> None:
    past = after((start, MONDAY), (note(REFUND, is_open=True), MONDAY + 20 * DAY))
    much_later = LAST_DAY + 100 * DAY
    said = past.when(CheckClocks(), at=much_later).happens().past[-2]
    assert isinstance(said, CompanionshipProlonged)
    assert said.ends_at > much_later
    assert (said.ends_at - LAST_DAY) % (7 * DAY) == 0 * DAY


def test_what_fell_short_and_was_resolved_was_made_good() -> None:
    past = after(
        (start, MONDAY),
        (detect(ONE_LATE, "plan-1"), MONDAY + 3 * DAY),
        (note(REMEDY, is_open=True), MONDAY + 3 * DAY),
        (note(REMEDY, is_open=False), MONDAY + 9 * DAY),
    )
    assert closing("made_good", 1, 1) in looked_and_ended(past)


@pytest.mark.parametrize("resolution", ["plan-1", None])
def test_another_matters_end_makes_nothing_good(resolution: str | None) -> None:
    past = after(
        (start, MONDAY),
        (detect(ONE_LATE, resolution), MONDAY + 3 * DAY),
        (note(REFUND, is_open=True), MONDAY + 3 * DAY),
        (note(REFUND, is_open=False), MONDAY + 9 * DAY),
    )
    assert closing("fell_short", 1, 0) in looked_and_ended(past)


@pytest.mark.parametrize(
    ("cleared_by", "end"),
    [
        ("scan", closing("fell_short", 1, 0)),
        ("refund", closing("made_good", 1, 1)),
        ("retracted", closing("all_kept", 0, 0)),
        ("promise_kept", closing("all_kept", 0, 0)),
    ],
)
def test_a_late_deed_alone_makes_a_broken_promise_no_good(
    cleared_by: ClearedBy, end: CompanionshipClosed
) -> None:
    clear = ClearShortfall(
        by=SYSTEM,
        shortfall=ONE_LATE.name,
        cleared_by=cleared_by,
        at=MONDAY + 5 * DAY,
    )
    past = after(
        (start, MONDAY),
        (detect(ONE_LATE), MONDAY + 3 * DAY),
        (clear, MONDAY + 5 * DAY),
    )
    assert end in looked_and_ended(past)


def test_a_parcel_that_moved_on_by_itself_made_good_for_standing_still() -> None:
    clear = ClearShortfall(
        by=SYSTEM, shortfall=stalled().name, cleared_by="scan", at=MONDAY + 5 * DAY
    )
    past = after(
        (start, MONDAY),
        (detect(stalled()), MONDAY + 3 * DAY),
        (clear, MONDAY + 5 * DAY),
    )
    assert closing("made_good", 1, 1) in looked_and_ended(past)


def test_a_cancelled_order_ends_the_days_and_lets_its_clocks_off() -> None:
    close = CloseCompanionship(by=SYSTEM, cancelled=True)
    at = MONDAY + HOUR
    ended = given(*STARTED).when(close, at=at).happens()
    assert ended.past[4] == CompanionshipClosed(
        at=at, by=SYSTEM, outcome="cancelled", shortfalls=0, made_good=0
    )
    assert [type(each) for each in ended.past[5:]] == [TimerCancelled] * 3
    ended.when(close, at=at + HOUR).then()
    reach = ReachCheckIn(by=SYSTEM, name="week", finding="cancelled")
    ended.when(reach, at=MONDAY + 8 * DAY).refused(CompanionshipIsClosed)


def test_nobody_goes_before_the_end() -> None:
    close = CloseCompanionship(by=WANG)
    given(*STARTED).when(close, at=LAST_DAY - SECOND).refused(StillBeside)
    opened = MatterNoted(at=MONDAY, by=SYSTEM, matter=REFUND, open=True)
    given(*STARTED, opened).when(close, at=LAST_DAY).refused(StillBeside)


def test_the_consumer_says_how_it_was_and_may_think_again() -> None:
    at = MONDAY + 10 * DAY
    rate = RateCompanionship(by=LI_MEI, score=4, tags=("fast",))
    rated = CompanionshipRated(at=at, by=LI_MEI, score=4, tags=("fast",))
    given(*STARTED).when(rate, at=at).then(rated)
    given(*STARTED, rated).when(rate, at=at).then()
    better = replace(rate, score=5)
    given(*STARTED, rated).when(better, at=at).then(replace(rated, score=5))
    given().when(rate, at=at).refused(NoSuchCompanionship)


def test_a_matter_is_noted_when_it_opens_and_when_it_ends() -> None:
    opened = MatterNoted(at=MONDAY, by=SYSTEM, matter=REFUND, open=True)
    past = given(*STARTED)
    past.when(note(REFUND, is_open=True), at=MONDAY).then(opened)
    past.when(note(REFUND, is_open=False), at=MONDAY).then()
    past.then_also(opened).when(note(REFUND, is_open=True), at=MONDAY).then()
