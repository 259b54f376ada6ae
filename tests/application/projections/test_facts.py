"""The facts of an entry: kept as JSON at once, the same that others are told."""

from pathlib import Path

import pytest
from msgspec import json

from application.projections.facts import facts_json, facts_of
from domain.events import AnyEvent
from domain.kernel import Event
from domain.order.events import ScanRecorded
from tests.application.projections.conftest import MONDAY
from tests.architecture.test_events import GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_is_kept_of_an_event_is_what_is_told_of_it(path: Path) -> None:
    event = json.decode(path.read_bytes(), type=AnyEvent)
    (kept,) = facts_json([event])
    assert json.decode(kept) == json.decode(json.encode(facts_of(event)))


def test_facts_are_kept_in_the_order_of_their_events() -> None:
    events = [json.decode(path.read_bytes(), type=AnyEvent) for path in GOLDEN]
    kept = [json.decode(each) for each in facts_json(events)]
    assert kept == [json.decode(json.encode(facts_of(each))) for each in events]


def test_of_what_an_event_leaves_empty_nothing_is_kept() -> None:
    scan = ScanRecorded(at=MONDAY, parcel="W1", scan="1", code="arrived_dest_city")
    (kept,) = facts_json([scan])
    assert json.decode(kept) == json.decode(json.encode(facts_of(scan)))
    assert json.decode(kept).keys() == {"parcel", "scan", "code", "rank"}


class Undecided(Event, frozen=True, tag="test.undecided"):
    """A field of it may be empty in two ways, which no event's is today."""

    words: tuple[str, ...] | None
    n: int = 0


@pytest.mark.parametrize("words", [None, (), ("a",)])
def test_a_field_that_may_be_empty_in_two_ways_is_left_out_in_both(
    words: tuple[str, ...] | None,
) -> None:
    (kept,) = facts_json([Undecided(words)])
    assert json.decode(kept) == ({"words": ["a"], "n": 0} if words else {"n": 0})
