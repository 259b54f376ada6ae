"""Names stand in addresses and headers, so nothing may follow them unseen."""

from typing import Any

import msgspec
import pytest

from domain.kernel import Code, ConsumerName, LongName, Name, PolicyRef, Sealed
from domain.plan import PlanName

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
