"""What a selector and a segment mean, what a histogram shows, who is next."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import convert

from domain.incident import (
    INCIDENT,
    BatchName,
    OrderFacts,
    Segment,
    Selector,
    batch_name,
    histogram,
    matches,
    next_orders,
    segment_of,
)
from tests.domain.incident.incidents import (
    MONDAY,
    TEN,
    TUESDAY,
    URUMQI,
    include,
    members,
    planned,
    stands,
)

STUCK_IN_URUMQI = OrderFacts(
    carrier="SF",
    outlet="urumqi-3",
    region="CN-XJ",
    ships_from="CN-ZJ",
    ships_to="CN-XJ",
    merchant="shop-1",
    products=("bag", "strap"),
    live_room="room-7",
    creators=("host-7",),
    tenders=("wechat",),
    status="shipped",
    shortfalls=("TRANSIT_STALLED",),
    stalled_hours=72,
    paid_at=MONDAY,
    goods=("fresh",),
)

# What is asked for, and what of it does not fit.
ASKED: list[tuple[str, Any, Any]] = [
    ("carriers", ("SF", "YTO"), ("YTO",)),
    ("outlets", ("urumqi-3",), ("urumqi-4",)),
    ("regions", ("CN-XJ",), ("CN-ZJ",)),
    ("ships_from", ("CN-ZJ",), ("CN-XJ",)),
    ("ships_to", ("CN-XJ",), ("CN-ZJ",)),
    ("merchants", ("shop-1",), ("shop-2",)),
    ("products", ("strap", "hat"), ("hat",)),
    ("live_rooms", ("room-7",), ("room-8",)),
    ("creators", ("host-7",), ("host-8",)),
    ("tenders", ("wechat",), ("alipay",)),
    ("statuses", ("paid", "shipped"), ("paid",)),
    ("shortfalls", ("TRANSIT_STALLED",), ("SHIP_OVERDUE",)),
    ("stalled_hours", 72, 73),
    ("paid_from", MONDAY, TUESDAY),
    ("paid_to", TUESDAY, MONDAY),
]


@pytest.mark.parametrize(("what", "fits", "fails"), ASKED, ids=str)
def test_all_that_a_selector_says_must_hold(what: str, fits: Any, fails: Any) -> None:
    assert matches(Selector(**{what: fits}), STUCK_IN_URUMQI)
    assert not matches(Selector(**{what: fails}), STUCK_IN_URUMQI)
    assert not matches(Selector(**{what: fits}), OrderFacts()), "what is not known"


def test_a_selector_has_no_word_that_is_not_tried_here() -> None:
    assert {what for what, _, _ in ASKED} == set(Selector.__struct_fields__)


def test_a_selector_that_says_nothing_takes_every_order() -> None:
    assert matches(Selector(), OrderFacts())


def test_of_several_things_said_each_must_hold() -> None:
    assert matches(URUMQI, STUCK_IN_URUMQI)
    elsewhere = OrderFacts(carrier="SF", outlet="turpan-1")
    assert not matches(URUMQI, elsewhere)


# -- Segments --

UNSHIPPED = Segment(name="unshipped", plan="refund", shipped=False)
FRESH = Segment(name="fresh", plan="refund-now", goods=("fresh",))
SHORT = Segment(name="short", plan="tell", stalled_up_to_hours=72)
LONG = Segment(name="long", plan="reship", stalled_over_hours=72)


@pytest.mark.parametrize(
    ("hours", "taken"), [(71, SHORT), (72, SHORT), (73, LONG), (None, None)]
)
def test_hours_lie_beyond_one_bound_and_up_to_the_other(
    hours: int | None, taken: Segment | None
) -> None:
    facts = OrderFacts(status="shipped", stalled_hours=hours)
    assert segment_of(facts, (SHORT, LONG)) == taken


def test_the_first_segment_that_holds_takes_an_order() -> None:
    every = (UNSHIPPED, FRESH, SHORT, LONG)
    assert segment_of(STUCK_IN_URUMQI, every) == FRESH
    assert segment_of(OrderFacts(status="paid", goods=("fresh",)), every) == UNSHIPPED


# -- Figures --


def test_a_histogram_has_every_bar_and_each_order_once() -> None:
    bars = histogram([0, 999, 1_000, 4_999, 5_000, 10_000, 20_000, 50_000, 10**9])
    assert [(bar.from_fen, bar.to_fen, bar.orders) for bar in bars] == [
        (0, 1_000, 2),
        (1_000, 5_000, 2),
        (5_000, 10_000, 1),
        (10_000, 20_000, 1),
        (20_000, 50_000, 1),
        (50_000, None, 2),
    ]


def test_who_is_next_is_told_as_they_were_named_and_late_ones_last() -> None:
    late = members([3_000])
    joins = include(1, late, late=True)
    incident = stands(INCIDENT.initial, *planned(), joins, at=MONDAY)
    assert next_orders(incident, 3) == TEN[:3]
    assert next_orders(incident, 100) == (*TEN, *late)
    assert next_orders(incident, 0) == ()


def test_batches_are_named_as_they_were_handed_out() -> None:
    assert batch_name("I-7", 12) == "I-7/batch-000012"
    assert batch_name("I-7", 9) < batch_name("I-7", 12)
    convert(batch_name("I" * 128, 1), BatchName)


def test_the_hour_a_parcel_stalled_so_long_counts() -> None:
    facts = OrderFacts(stalled_hours=72, paid_at=TUESDAY - timedelta(seconds=1))
    asked = Selector(stalled_hours=72, paid_from=MONDAY, paid_to=TUESDAY)
    assert matches(asked, facts)
