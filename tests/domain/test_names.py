"""Names and sentences hold nothing unseen: they stand in headers, and in tables."""

from typing import Any

import msgspec
import pytest

from domain.kernel import Code, ConsumerName, LongName, Name, PolicyRef, Sealed
from domain.plan import PlanName
from domain.policy.row import Sentence

NAMES = [
    (PolicyRef, "shop.late@1"),
    (Name, "I-7"),
    (ConsumerName, "lin"),
    (LongName, "order/ship_by"),
    (Code, "zto"),
    (Sealed, "sealed:1:abc"),
    (PlanName, "wait"),
]


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_name_is_one(kind: Any, name: str) -> None:
    assert msgspec.convert(name, kind) == name


@pytest.mark.parametrize(("kind", "name"), NAMES)
def test_a_name_with_a_line_end_is_none(kind: Any, name: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        msgspec.convert(f"{name}\n", kind)


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\r", "\x7f"])
def test_a_sentence_has_lines_and_nothing_else_that_is_not_seen(unseen: str) -> None:
    said = "An outlet stopped;\n您的包裹会晚到"
    assert msgspec.convert(said, Sentence) == said
    with pytest.raises(msgspec.ValidationError, match="matching regex"):
        msgspec.convert(f"{said}{unseen}", Sentence)
