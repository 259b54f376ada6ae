"""The facts of an entry: kept as JSON at once, the same that others are told."""

from pathlib import Path

import pytest
from msgspec import json

from application.projections.facts import facts_json, facts_of
from domain.events import AnyEvent
from tests.architecture.test_events import GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_is_kept_of_an_event_is_what_is_told_of_it(path: Path) -> None:
    event = json.decode(path.read_bytes(), type=AnyEvent)
    assert json.decode(facts_json(event)) == json.decode(json.encode(facts_of(event)))
