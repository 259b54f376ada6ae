"""The clock is walked over parcels, and nothing is known before it happened."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from application.risk_walk import Asked, walk
from domain.risk import DELIVERY_RISK, Lane, Learning, Parcel
from tests.domain.parcels import DAY, MONDAY, parcel

# One parcel is enough to change what is told: nothing it leaks goes unseen.
QUICK = replace(DELIVERY_RISK, parcels_min=1, transits_min=1)


def asked_of(parcels: Sequence[Parcel], until: datetime | None = None) -> list[Asked]:
    return list(walk(parcels, Learning(QUICK), until))


def outcomes(parcels: Sequence[Parcel], until: datetime) -> int:
    learning = Learning(DELIVERY_RISK)
    list(walk(parcels, learning, until))
    return learning.table.version.outcomes


def test_a_parcel_is_asked_about_until_it_arrives() -> None:
    (one,) = parcels = [parcel(arrived=9)]
    hours = [each.hours_left for each in asked_of(parcels)]
    assert hours == [120, 96, 84, 72, 60, 54, 48, 42, 36, 30]
    assert all(one.waits(each.at) for each in asked_of(parcels))


def test_an_order_called_off_is_no_longer_asked_about_and_teaches_nothing() -> None:
    parcels = [parcel(arrived=None, off=6)]
    assert [each.hours_left for each in asked_of(parcels)] == [120]
    assert outcomes(parcels, MONDAY + 30 * DAY) == 0


def test_one_called_off_when_it_was_late_already_was_late() -> None:
    assert outcomes([parcel(arrived=None, off=12)], MONDAY + 11 * DAY) == 1


def test_a_late_parcel_is_learnt_from_when_its_time_is_over_not_before() -> None:
    parcels = [parcel(arrived=14)]
    due = parcels[0].due_at
    assert outcomes(parcels, due) == 0
    assert outcomes(parcels, due + timedelta(seconds=1)) == 1
    assert outcomes(parcels, due + 9 * DAY) == 1


def test_a_parcel_in_time_is_learnt_from_when_it_arrives() -> None:
    parcels = [parcel(arrived=6)]
    assert outcomes(parcels, MONDAY + 5.9 * DAY) == 0
    assert outcomes(parcels, MONDAY + 6 * DAY) == 1


def test_a_date_promised_late_is_asked_about_from_then_on() -> None:
    hours = [each.hours_left for each in asked_of([parcel(due=1.5, arrived=9)])]
    assert hours == [36, 30, 24, 18, 12, 6, 4, 2]


# -- No future leaks --

DAYS = st.one_of(st.none(), st.floats(0, 20, allow_nan=False))
REGIONS = st.sampled_from(["BR-SP", "BR-RJ", "BR-AM", None])
CARRIERS = st.sampled_from(["sto", "yto", None])
LANES = st.builds(Lane, CARRIERS, REGIONS, REGIONS)


@st.composite
def histories(draw: st.DrawFn) -> list[Parcel]:
    """Draw parcels of two months, many of them on the same few lanes."""
    count = draw(st.integers(1, 40))
    return [
        parcel(
            f"o-{number}",
            start=MONDAY + draw(st.floats(0, 60, allow_nan=False)) * DAY,
            lane=draw(LANES),
            handed=draw(DAYS),
            arrived=draw(DAYS),
            off=draw(st.one_of(st.none(), st.none(), DAYS)),
            due=draw(st.floats(1, 15, allow_nan=False)),
        )
        for number in range(count)
    ]


def known_by(parcels: Sequence[Parcel], until: datetime) -> list[Parcel]:
    """Return the parcels as they were known then: all later is taken away."""

    def before(moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment <= until else None

    return [
        replace(
            each,
            handed_over_at=before(each.handed_over_at),
            arrived_at=before(each.arrived_at),
            off_at=before(each.off_at),
        )
        for each in parcels
        if each.promised_at <= until
    ]


@settings(max_examples=60, deadline=None)
@given(histories(), st.floats(0, 90, allow_nan=False))
def test_what_happened_later_changes_no_risk_told_before(
    parcels: list[Parcel], after: float
) -> None:
    until = MONDAY + after * DAY
    told = [
        (each.parcel.order, each.at, each.hours_left, each.risk)
        for each in asked_of(parcels)
        if each.at <= until
    ]
    told_then = [
        (each.parcel.order, each.at, each.hours_left, each.risk)
        for each in asked_of(known_by(parcels, until))
        if each.at <= until
    ]
    assert told_then == told
