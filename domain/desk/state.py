"""What is kept, and by whom."""

from collections.abc import Mapping
from typing import TypeVar

from msgspec import Struct

from domain.desk.values import AnyStep, Filters, MacroNoun
from domain.kernel import State


class View(Struct, frozen=True, kw_only=True):
    """A view as it is kept; ``kept_by`` is who kept it first."""

    name: str
    owner: str | None
    kept_by: str
    filters: Filters


class Macro(Struct, frozen=True, kw_only=True):
    """A macro as it is kept; ``kept_by`` is who kept it first."""

    name: str
    owner: str | None
    kept_by: str
    noun: MacroNoun
    steps: tuple[AnyStep, ...]


Kept = TypeVar("Kept", bound=View | Macro)


class Desk(State, frozen=True):
    """All that is kept, by owner and name, as ``place`` says them."""

    views: Mapping[str, View] = {}
    macros: Mapping[str, Macro] = {}


def place(owner: str | None, name: str) -> str:
    """Return where it is kept: two people may call theirs the same."""
    return f"{owner or ''}/{name}"
