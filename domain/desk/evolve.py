"""What is kept once something happened."""

from collections.abc import Mapping
from typing import assert_never

from domain.desk.events import (
    DeskEvent,
    MacroDropped,
    MacroKept,
    ViewDropped,
    ViewKept,
)
from domain.desk.state import Desk, Kept, Macro, View, place


def evolve(desk: Desk, event: DeskEvent) -> Desk:
    """Return the state after the event."""
    where = place(event.owner, event.name)
    match event:
        case ViewKept(by=by, name=name, owner=owner, filters=filters):
            first = desk.views.get(where)
            keeper = first.kept_by if first else by.name
            view = View(name=name, owner=owner, kept_by=keeper, filters=filters)
            return Desk({**desk.views, where: view}, desk.macros)
        case MacroKept(by=by, name=name, owner=owner, noun=noun, steps=steps):
            before = desk.macros.get(where)
            keeper = before.kept_by if before else by.name
            macro = Macro(
                name=name, owner=owner, kept_by=keeper, noun=noun, steps=steps
            )
            return Desk(desk.views, {**desk.macros, where: macro})
        case ViewDropped():
            return Desk(without(desk.views, where), desk.macros)
        case MacroDropped():
            return Desk(desk.views, without(desk.macros, where))
    assert_never(event)


def without(kept: Mapping[str, Kept], where: str) -> Mapping[str, Kept]:
    """Return all that is kept but this."""
    return {name: each for name, each in kept.items() if name != where}
