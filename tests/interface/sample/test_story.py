"""The story of the sample: told once, the same each time, and nothing of it refused."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from domain.order import PlaceOrder, RecordScan
from interface.sample.urumqi import COUNTS, HUB, OVER, STILL_HOURS, Fated, urumqi

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def hours_still(fated: Fated) -> float:
    scans = [each.step for each in fated.happened]
    last = max(each.at for each in scans if isinstance(each.command, RecordScan))
    return (NOON - last) / timedelta(hours=1)


def test_every_fate_has_its_orders() -> None:
    assert Counter(each.fate for each in urumqi(NOON)) == COUNTS


def test_parcels_lie_still_at_the_hub_and_some_for_longer_than_the_rules_allow() -> (
    None
):
    stuck = [each for each in urumqi(NOON) if each.fate == "stuck"]
    last = [
        [
            e.step.command
            for e in each.happened
            if isinstance(e.step.command, RecordScan)
        ]
        for each in stuck
    ]
    assert {scans[-1].outlet for scans in last} == {HUB}
    assert sum(hours_still(each) > STILL_HOURS for each in stuck) == OVER
    assert min(hours_still(each) for each in stuck) > 48


def test_nothing_of_it_happens_later_than_it_is_told() -> None:
    assert all(e.step.at <= NOON for each in urumqi(NOON) for e in each.happened)


def test_told_for_another_moment_it_is_the_same_story_of_other_orders() -> None:
    later = NOON + timedelta(days=1)
    one, other = list(urumqi(NOON)), list(urumqi(later))
    placed = [each.sale.order for each in one]
    assert [each.lines for each in placed] == [e.sale.order.lines for e in other]
    numbers = {each.number for each in placed}
    assert not numbers & {each.sale.order.number for each in other}
    causes = [e.cause for each in (*one, *other) for e in each.happened]
    assert len(set(causes)) == len(causes)


def test_an_order_has_one_number_wherever_it_is_told() -> None:
    for each in urumqi(NOON):
        first = each.happened[0].step.command
        assert isinstance(first, PlaceOrder)
        assert first.number == each.sale.order.number
