"""Events are for ever, and they name no one."""

import re
from pathlib import Path

import pytest
from msgspec import Struct, json

from domain.desk import MacroKept
from domain.events import ALL_EVENTS, AnyEvent
from domain.incident import NoticePublished
from domain.kernel import Sealed
from domain.policy.row import Sentence
from domain.policy_set import PoliciesPublished

GOLDEN = sorted((Path(__file__).parent / "events").glob("*.json"))
EVENT_NAMES = pytest.mark.parametrize(
    "event_type", ALL_EVENTS, ids=lambda e: e.__name__
)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_event_once_written_can_still_be_read(path: Path) -> None:
    event = json.decode(path.read_bytes(), type=AnyEvent)
    assert json.decode(json.encode(event), type=AnyEvent) == event
    assert event.__struct_config__.tag == path.stem.partition("@")[0]


def test_every_type_of_event_has_been_kept() -> None:
    kept = {path.stem.partition("@")[0] for path in GOLDEN}
    assert kept == {event_type.__struct_config__.tag for event_type in ALL_EVENTS}


@EVENT_NAMES
def test_a_golden_event_fills_every_field_its_type_has(
    event_type: type[Struct],
) -> None:
    tag = str(event_type.__struct_config__.tag)
    newest = max(path for path in GOLDEN if path.stem.partition("@")[0] == tag)
    told = json.decode(newest.read_bytes())
    assert set(told) == {"type", *event_type.__struct_encode_fields__}


def free_text(schema: object) -> bool:
    """Say whether a JSON Schema has room, at any depth, for words of one's own."""
    if isinstance(schema, list):
        return any(free_text(part) for part in schema)
    if not isinstance(schema, dict):
        return False
    if schema.get("type") == "string" and not schema.keys() & {"format", "enum"}:
        pattern = schema.get("pattern", "")
        return re.search(pattern, "Words of one's own.") is not None
    return any(free_text(part) for part in schema.values())


# A rule's title and source, what a macro tells every consumer, and an incident's notice
# are public: written for everybody, about nobody.
OF_PUBLIC_WORDS = {PoliciesPublished, MacroKept, NoticePublished}


@EVENT_NAMES
def test_an_event_has_no_room_for_free_text(event_type: type[Struct]) -> None:
    assert free_text(json.schema(event_type)) == (event_type in OF_PUBLIC_WORDS)


def test_free_text_is_found_wherever_it_hides() -> None:
    assert free_text(json.schema(list[str | None]))
    assert free_text(json.schema(Sentence))
    assert not free_text(json.schema(Sealed))
