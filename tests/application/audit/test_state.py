"""Asking how things stood: what was known then, and what was so then."""

from uuid import UUID

import pytest

from application.audit.state import NoSuchStream, NoSuchVersion, kind_of, state_at
from application.event_store.store import UnknownEvent
from domain.consumer import Consumer, ConsumersLinked
from domain.order import (
    Order,
    OrderCancelled,
    ParcelDelivered,
    PromiseBreached,
    PromiseCleared,
)
from domain.timer import started
from tests.application.audit.histories import STREAM, Told, recorded, spoilt, told
from tests.domain.clocks import timer_row
from tests.domain.orders import (
    FRIDAY,
    HOUR,
    MONDAY,
    NEXT_WEEK,
    SHIP_BY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    captured,
    placed,
    ship_promised,
    shipped,
)

broken_by_the_clock = PromiseBreached(
    at=WEDNESDAY, promise=SHIP_BY, due_at=WEDNESDAY, first_due_at=WEDNESDAY
)
cleared = PromiseCleared(
    at=TUESDAY,
    promise=SHIP_BY,
    due_at=WEDNESDAY,
    ahead_seconds=86_400,
    evidence="SF1/shipped",
)
delivered_on_thursday = ParcelDelivered(at=THURSDAY, parcel="SF1")

# The delivery of Thursday became known on Friday, the shipping of Tuesday only later.
history = told(
    (placed, MONDAY, MONDAY),
    (captured, MONDAY, MONDAY + HOUR),
    (delivered_on_thursday, THURSDAY, FRIDAY),
    (shipped(TUESDAY), TUESDAY, NEXT_WEEK),
)


def status(**point: object) -> str:
    state = state_at(history, STREAM, **point).state  # type: ignore[arg-type]  # the table of cases below is the check
    assert isinstance(state, Order)
    return state.status


def test_without_a_point_the_latest_state_is_told() -> None:
    found = state_at(history, STREAM)

    assert (found.kind, found.version, found.events) == ("order", 4, 4)
    assert isinstance(found.state, Order)
    assert found.state.status == "delivered"


def test_a_version_is_the_state_after_so_many_events() -> None:
    assert status(version=0) == "pending_payment"
    assert status(version=1) == "pending_payment"
    assert status(version=2) == "paid"
    assert status(version=4) == "delivered"


def test_as_at_tells_what_was_known_then() -> None:
    assert status(as_at=MONDAY) == "pending_payment"
    assert status(as_at=THURSDAY) == "paid"
    found = state_at(history, STREAM, as_at=FRIDAY)
    assert found.version == 3


def test_as_of_tells_what_was_so_then_as_known_today() -> None:
    assert status(as_of=MONDAY - HOUR) == "pending_payment"
    assert status(as_of=TUESDAY) == "shipped"
    assert status(as_of=THURSDAY) == "delivered"
    found = state_at(history, STREAM, as_of=WEDNESDAY)
    assert (found.version, found.events) == (4, 3)


def test_as_of_asserts_nothing_that_was_only_concluded_meanwhile() -> None:
    due, arrived = WEDNESDAY, TUESDAY
    cleared_later = told(
        (placed, MONDAY, MONDAY),
        (captured, MONDAY, MONDAY),
        (ship_promised, MONDAY, MONDAY),
        (broken_by_the_clock, due, THURSDAY),
        (shipped(arrived), arrived, FRIDAY),
        (cleared, arrived, FRIDAY),
    )

    for moment, standing in ((MONDAY, "open"), (TUESDAY, "kept"), (FRIDAY, "kept")):
        state = state_at(cleared_later, STREAM, as_of=moment).state
        assert isinstance(state, Order)
        assert state.promises[SHIP_BY].outcome.standing == standing


def test_as_of_may_fold_what_history_never_told_in_that_order() -> None:
    cancelled_before_placed = told(
        (placed, TUESDAY, TUESDAY),
        (OrderCancelled(at=MONDAY, by="consumer", reason="r"), MONDAY, WEDNESDAY),
    )

    state = state_at(cancelled_before_placed, STREAM, as_of=MONDAY).state

    assert isinstance(state, Order)
    assert state.status == "cancelled"
    assert state.placement is None


def test_consumers_have_a_state_too() -> None:
    linked = ConsumersLinked(
        at=MONDAY, consumer="mei", other="mei-guest", basis="guest_login"
    )

    found = state_at(told((linked, MONDAY, MONDAY)), STREAM)

    assert found.kind == "consumer"
    assert found.state == Consumer("mei", frozenset({"mei-guest"}))


def test_what_does_not_exist_is_said_to_be_missing() -> None:
    with pytest.raises(NoSuchStream, match="Nothing was ever recorded"):
        state_at(history, UUID(int=0))
    with pytest.raises(NoSuchVersion, match="0 to 4"):
        state_at(history, STREAM, version=5)
    with pytest.raises(ValueError, match="one of them"):
        state_at(history, STREAM, version=1, as_at=MONDAY)


def test_an_event_nobody_can_read_is_never_skipped_in_silence() -> None:
    spoilt_at_2 = Told(recorded(1, placed, MONDAY, MONDAY), spoilt(2, TUESDAY))

    with pytest.raises(UnknownEvent, match=r"3\.102"):
        state_at(spoilt_at_2, STREAM)
    with pytest.raises(UnknownEvent):
        state_at(spoilt_at_2, STREAM, as_of=NEXT_WEEK)
    assert state_at(spoilt_at_2, STREAM, version=1).events == 1


def test_a_clock_says_nothing_of_what_its_stream_is_about() -> None:
    begun = started(timer_row(), "answer", MONDAY)
    clock_first = told((begun, MONDAY, MONDAY), (placed, MONDAY, TUESDAY))
    assert kind_of(clock_first.stream(STREAM)) == "order"
