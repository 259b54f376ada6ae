"""Who may keep what, and let go of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from domain.desk.commands import DeskCommand, DropMacro, DropView, KeepMacro, KeepView
from domain.desk.events import (
    DeskEvent,
    MacroDropped,
    MacroKept,
    ViewDropped,
    ViewKept,
)
from domain.desk.refusals import KeptBySomebodyElse, NotKept, StepUnfit, TooManyKept
from domain.desk.state import Desk, Kept, Macro, View, place
from domain.desk.values import FITS, AnyStep, MacroNoun
from domain.kernel import Policy
from domain.party import By

# So many views, and so many macros, one person may keep; and so many the team.
KEPT_MAX: Final = 100


def decide(
    desk: Desk, command: DeskCommand, _policy: Policy | None, at: datetime
) -> tuple[DeskEvent, ...]:
    """Return what happens; keeping what is kept just so is nothing.

    Raises NotKept, KeptBySomebodyElse, TooManyKept and StepUnfit.
    """
    match command:
        case KeepView(by=by, name=name, owner=owner, filters=filters):
            view = desk.views.get(where := place(owner, name))
            check_keeper(by, owner, view)
            check_room(desk.views, owner, where)
            if view is not None and view.filters == filters:
                return ()
            return (ViewKept(at=at, by=by, name=name, owner=owner, filters=filters),)
        case DropView(by=by, name=name, owner=owner):
            check_keeper(by, owner, found(desk.views, owner, name))
            return (ViewDropped(at=at, by=by, name=name, owner=owner),)
        case KeepMacro(by=by, name=name, owner=owner, noun=noun, steps=steps):
            macro = desk.macros.get(where := place(owner, name))
            check_keeper(by, owner, macro)
            check_room(desk.macros, owner, where)
            check_steps(noun, steps)
            if macro is not None and (macro.noun, macro.steps) == (noun, steps):
                return ()
            kept = MacroKept(
                at=at, by=by, name=name, owner=owner, noun=noun, steps=steps
            )
            return (kept,)
        case DropMacro(by=by, name=name, owner=owner):
            check_keeper(by, owner, found(desk.macros, owner, name))
            return (MacroDropped(at=at, by=by, name=name, owner=owner),)
    assert_never(command)


def check_keeper(by: By, owner: str | None, known: View | Macro | None) -> None:
    """Raise KeptBySomebodyElse for another's, and for the team's that another keeps."""
    keeper = owner or (known.kept_by if known else by.name)
    if keeper != by.name and by.role != "senior_agent":
        raise KeptBySomebodyElse(keeper=keeper)


def check_room(kept: Mapping[str, Kept], owner: str | None, where: str) -> None:
    """Raise TooManyKept if one more would be too many for this owner."""
    beside = [each for each in kept.values() if each.owner == owner]
    if where not in kept and len(beside) >= KEPT_MAX:
        raise TooManyKept(most=KEPT_MAX)


def check_steps(noun: MacroNoun, steps: tuple[AnyStep, ...]) -> None:
    """Raise StepUnfit for the first step that cannot be asked of this noun."""
    for number, step in enumerate(steps, 1):
        if noun not in FITS[type(step)]:
            said = step.__struct_config__.tag
            raise StepUnfit(step=number, do=said, noun=noun)


def found(kept: Mapping[str, Kept], owner: str | None, name: str) -> Kept:
    """Return what is kept there; raises NotKept."""
    if (known := kept.get(place(owner, name))) is None:
        raise NotKept(name=name)
    return known
