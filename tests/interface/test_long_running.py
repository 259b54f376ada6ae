"""A process that runs for long looks for garbage seldom, but it does."""

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from interface.long_running import LOOK_AFTER, settle_in


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


class Knot:
    """Something that holds itself, so that it does not go by itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_when_it_settles_in_is_never_looked_at_again() -> None:
    settle_in()
    assert gc.get_freeze_count() > LOOK_AFTER


def test_a_knot_is_found_once_enough_was_made_and_not_before() -> None:
    settle_in()
    knot = ref(Knot())
    few = [[number] for number in range(LOOK_AFTER // 2)]
    assert knot() is not None
    many = [[number] for number in range(LOOK_AFTER)]
    assert knot() is None
    assert len(few) < len(many)
