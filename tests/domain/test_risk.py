"""The risk of a late parcel: counted, backed off, told with what it was read from."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from msgspec.structs import replace

from domain.risk import (
    DELIVERY_RISK,
    NEVER_BP,
    Bar,
    Learning,
    Parcel,
    Risk,
    risk_of,
)
from domain.risk.pace import (
    Lately,
    Outcomes,
    Transits,
    Week,
    hour_of_week,
    week_of,
    wider,
)
from domain.risk.table import buckets
from tests.domain.parcels import AMAZONAS, DAY, MONDAY, RIO, parcel

TWO_DAYS = 2 * DAY


def learnt_from(*parcels: Parcel) -> Learning:
    """Return what was learnt by looking at each two days before it was due."""
    learning = Learning(DELIVERY_RISK)
    for each in parcels:
        asked_at = each.due_at - TWO_DAYS
        learning.look(each.order, each.known(asked_at))
        late = each.ending(each.due_at + 9 * DAY) == "late"
        learning.settled(each.order, each.due_at, late=late)
    return learning


def many(count: int, **how: object) -> list[Parcel]:
    return [parcel(f"{how}-{number}", **how) for number in range(count)]  # type: ignore[arg-type]  # the words of parcel


def asked(learning: Learning, one: Parcel) -> Risk:
    return risk_of(learning.table, one.known(one.due_at - TWO_DAYS))


# -- Counting --


def test_before_anything_is_known_the_risk_is_what_the_terms_say() -> None:
    risk = asked(Learning(DELIVERY_RISK), parcel())
    assert (risk.rate_bp, risk.all, risk.bucket) == (5_000, 0, "nothing-known")
    assert risk.wider == ()
    assert risk.version.outcomes == 0
    assert risk.version.learnt_until is None


def test_of_parcels_like_it_so_many_were_late() -> None:
    late, fine = many(21, arrived=12), many(16, arrived=9)
    risk = asked(learnt_from(*late, *fine), parcel(arrived=None))
    assert (risk.late, risk.all) == (21, 37)
    assert risk.bucket.endswith("/lane:-:BR-SP:BR-RJ")
    assert [(seen.late, seen.all) for seen in risk.wider] == [(21, 37)] * 5
    assert 0.5 < risk.rate < 0.6


def test_a_lane_nobody_went_takes_its_risk_from_the_wider_ones() -> None:
    learning = learnt_from(*many(20, arrived=12))
    risk = asked(learning, parcel(lane=AMAZONAS, arrived=None))
    assert (risk.late, risk.all) == (20, 20)
    assert "BR-" not in risk.bucket


def test_two_parcels_are_too_few_to_speak_for_their_lane() -> None:
    fine = many(20, arrived=9)
    seldom = many(2, arrived=12, lane=AMAZONAS)
    risk = asked(learnt_from(*fine, *seldom), parcel(lane=AMAZONAS, arrived=None))
    assert (risk.late, risk.all) == (2, 22)
    third = many(1, arrived=12.5, lane=AMAZONAS)
    risk = asked(
        learnt_from(*fine, *seldom, *third), parcel(lane=AMAZONAS, arrived=None)
    )
    assert (risk.late, risk.all) == (3, 3)
    assert risk.bucket.endswith("/lane:-:BR-SP:BR-AM")


def test_few_parcels_of_a_lane_move_the_risk_less_than_many() -> None:
    fine = many(40, arrived=9)
    rates = [
        asked(
            learnt_from(*fine, *many(count, arrived=12, lane=AMAZONAS)),
            parcel(lane=AMAZONAS, arrived=None),
        ).rate_bp
        for count in (3, 6, 20)
    ]
    assert all(fewer < more for fewer, more in pairwise(rates))


def test_a_parcel_looked_at_often_counts_once_in_a_bucket() -> None:
    learning = Learning(DELIVERY_RISK)
    for one in many(3, arrived=12):
        for minutes in range(5):
            at = one.due_at - TWO_DAYS + timedelta(minutes=minutes)
            learning.look(one.order, one.known(at))
        learning.settled(one.order, one.due_at, late=True)
    assert asked(learning, parcel(arrived=None)).all == 3


def test_a_promise_that_no_longer_counts_teaches_nothing() -> None:
    learning = Learning(DELIVERY_RISK)
    one = parcel()
    learning.look(one.order, one.known(one.due_at - TWO_DAYS))
    learning.dropped(one.order)
    learning.settled(one.order, one.due_at, late=True)
    assert learning.table.counts == {}


# -- What it is read from --


def test_a_parcel_not_handed_over_in_time_is_another_matter() -> None:
    late, waiting = many(5, handed=None, arrived=None), parcel(handed=None)
    risk = asked(learnt_from(*late), waiting)
    assert "hand-over-overdue" in risk.bucket
    in_time = replace(waiting, hand_over_due_at=waiting.due_at)
    assert "/" not in asked(learnt_from(*late), in_time).bucket


def test_what_a_risk_was_read_from_is_told_with_it() -> None:
    learning = Learning(DELIVERY_RISK)
    for one in many(12, arrived=8, handed=2):
        learning.arrived(one, one.due_at)
    inputs = asked(learning, parcel(handed=5, arrived=None)).inputs
    assert inputs.hours_left == 48
    assert inputs.transit_hours == 72
    assert inputs.usual_transit_hours == 192
    assert inputs.hand_over_late_hours == 48
    assert (inputs.origin, inputs.destination) == ("BR-SP", "BR-RJ")


def test_a_hand_over_still_to_come_is_not_known() -> None:
    one = parcel(handed=9)
    assert one.known(MONDAY + 8 * DAY).handed_over_at is None
    assert one.known(MONDAY + 9 * DAY).handed_over_at == MONDAY + 9 * DAY


def test_a_version_says_how_much_was_learnt_until_when() -> None:
    learning = learnt_from(parcel(), parcel("o-2", arrived=12))
    version = learning.table.version
    assert (version.terms, version.outcomes) == (DELIVERY_RISK.ref, 2)
    assert version.learnt_until == parcel().due_at
    assert version.name == f"{DELIVERY_RISK.ref}/2/20260312T0900Z"


# -- How parcels fare lately --


@pytest.mark.parametrize(
    ("late", "lately", "bucket"),
    [(0, 7_500, "lately:0-75/"), (40, 13_300, "lately:133-/")],
)
def test_parcels_of_a_good_month_and_of_a_bad_one_are_told_apart(
    late: int, lately: int, bucket: str
) -> None:
    learning = learnt_from(*many(30, arrived=12), *many(90, arrived=9))
    assert "/lately:75-133/" in asked(learning, parcel(arrived=None)).bucket
    months_later = MONDAY + 60 * DAY
    for number in range(40):
        learning.settled(f"o-{number}", months_later, late=number < late)
    inputs = asked(learning, parcel(arrived=None)).inputs
    assert (inputs.lately.late, inputs.lately.all) == (late, 40)
    assert (inputs.strain_bp < lately) == (late == 0)
    assert any(bucket in f"{each}/" for each in buckets(DELIVERY_RISK, inputs))


def test_what_happened_before_the_last_days_is_not_lately() -> None:
    outcomes = Outcomes(days=30)
    outcomes.add(MONDAY, late=True)
    outcomes.add(MONDAY + DAY, late=False)
    outcomes.add(MONDAY + 30 * DAY, late=True)
    assert outcomes.lately == Lately(late=1, all=2, late_ever=2, all_ever=3)


def test_a_few_outcomes_say_little_of_how_it_is_lately() -> None:
    few, many_ = (
        Lately(late=late, all=late, late_ever=100, all_ever=1_000) for late in (1, 60)
    )
    assert few.strain_bp(20) < 15_000
    assert many_.strain_bp(20) > 70_000
    assert Lately(late=0, all=9, late_ever=0, all_ever=9).strain_bp(20) == 10_000


# -- The pace of the carriers --


def test_time_left_is_counted_in_deliveries_still_to_be_made() -> None:
    arrivals = [0] * 168
    for day in range(5):
        arrivals[day * 24 + 12] = 20
    week = week_of(arrivals)
    friday_evening = datetime(2026, 3, 6, 20, tzinfo=UTC)
    monday_noon = datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert week.share_left_bp(friday_evening, monday_noon) == 0
    assert week.share_left_bp(friday_evening, monday_noon + DAY) == 2_000
    assert week.share_left_bp(friday_evening, friday_evening + 14 * DAY) == 20_000


def test_until_enough_has_arrived_every_hour_counts_alike() -> None:
    assert week_of([1] + [0] * 167) == Week()
    assert Week().share_left_bp(MONDAY, MONDAY + 3.5 * DAY) == 5_000


def test_hours_of_the_week_count_from_monday() -> None:
    assert hour_of_week(MONDAY) == 9
    assert hour_of_week(MONDAY + 6 * DAY) == 6 * 24 + 9


def test_a_lane_too_little_used_goes_at_the_pace_of_the_wider() -> None:
    transits = Transits()
    for hours in (100.0, 110.0, 120.0):
        transits.add(RIO, hours)
    transits.add(AMAZONAS, 400.0)
    assert transits.usual_hours(RIO, 3) == 110
    assert transits.usual_hours(AMAZONAS, 3) == 120
    assert transits.usual_hours(RIO, 9) is None
    assert len(wider(RIO)) == 3


# -- Endings --


@pytest.mark.parametrize(
    ("one", "ending"),
    [
        (parcel(arrived=6), "in_time"),
        (parcel(arrived=10), "in_time"),
        (parcel(arrived=10.001), "late"),
        (parcel(arrived=None), "never"),
        (parcel(arrived=None, off=5), "off"),
        (parcel(arrived=None, off=11), "never"),
        (parcel(arrived=None, due=40), "open"),
        (parcel(arrived=6, off=6), "in_time"),
    ],
)
def test_how_a_wait_ended(one: Parcel, ending: str) -> None:
    assert one.ending(MONDAY + 30 * DAY) == ending


# -- The bars --


def test_the_bar_of_a_moment_is_the_nearest_not_beyond_it() -> None:
    bars = [DELIVERY_RISK.bar_at(hours) for hours in (120, 54, 48, 47, 3, 2, 0)]
    assert bars == [9_500, 9_500, 7_500, NEVER_BP, NEVER_BP, 0, 0]
    assert replace(DELIVERY_RISK, bars=()).bar_at(48) == NEVER_BP
    assert DELIVERY_RISK.alarm_hours == (120, 96, 84, 72, 60, 54, 48, 2)


def test_bars_and_edges_out_of_order_are_no_terms() -> None:
    bars = (Bar(hours_left=2, rate_bp=0), Bar(hours_left=48, rate_bp=7_500))
    with pytest.raises(ValueError, match="from most down"):
        replace(DELIVERY_RISK, bars=bars)
    with pytest.raises(ValueError, match="edges rise"):
        replace(DELIVERY_RISK, left_edges_bp=(300, 200))
    with pytest.raises(ValueError, match="edges rise"):
        replace(DELIVERY_RISK, lately_edges_bp=(13_300, 7_500))
