"""The agents' desk: views of the queue and macros, of one person or of the team.

One stream holds them all. They are the service's own words: a macro's texts are written
for every consumer and are about none, so they stand in its events in the clear.
"""

from typing import Final

from domain.desk.commands import DeskCommand, DropMacro, DropView, KeepMacro, KeepView
from domain.desk.decide import KEPT_MAX, decide
from domain.desk.events import (
    DeskEvent,
    MacroDropped,
    MacroKept,
    ViewDropped,
    ViewKept,
)
from domain.desk.evolve import evolve
from domain.desk.refusals import KeptBySomebodyElse, NotKept, StepUnfit, TooManyKept
from domain.desk.state import Desk, Macro, View, place
from domain.desk.values import (
    FITS,
    AnyStep,
    AskFor,
    Assign,
    Close,
    Filters,
    HandOver,
    KeptName,
    MacroNoun,
    Note,
    QueueNoun,
    Say,
    Step,
    Steps,
)
from domain.kernel import Decider, Policy

DESK: Final[Decider[Desk, DeskCommand, DeskEvent, Policy]] = Decider(
    initial=Desk(), decide=decide, evolve=evolve
)

__all__ = [
    "DESK",
    "FITS",
    "KEPT_MAX",
    "AnyStep",
    "AskFor",
    "Assign",
    "Close",
    "Desk",
    "DeskCommand",
    "DeskEvent",
    "DropMacro",
    "DropView",
    "Filters",
    "HandOver",
    "KeepMacro",
    "KeepView",
    "KeptBySomebodyElse",
    "KeptName",
    "Macro",
    "MacroDropped",
    "MacroKept",
    "MacroNoun",
    "NotKept",
    "Note",
    "QueueNoun",
    "Say",
    "Step",
    "StepUnfit",
    "Steps",
    "TooManyKept",
    "View",
    "ViewDropped",
    "ViewKept",
    "place",
]
