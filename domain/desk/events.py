"""What happened to what agents keep."""

from domain.desk.values import Filters, KeptName, MacroNoun, Steps
from domain.kernel import Event, Moment, Name
from domain.party import By


class ViewKept(Event, frozen=True, kw_only=True, tag="desk.view_kept"):
    """A view is kept as it is now said, for its owner or for the whole team."""

    at: Moment
    by: By
    name: KeptName
    owner: Name | None = None
    filters: Filters


class ViewDropped(Event, frozen=True, kw_only=True, tag="desk.view_dropped"):
    """A view is kept no longer."""

    at: Moment
    by: By
    name: KeptName
    owner: Name | None = None


class MacroKept(Event, frozen=True, kw_only=True, tag="desk.macro_kept"):
    """A macro is kept as it is now said; its words are for everybody, about nobody."""

    at: Moment
    by: By
    name: KeptName
    owner: Name | None = None
    noun: MacroNoun
    steps: Steps


class MacroDropped(Event, frozen=True, kw_only=True, tag="desk.macro_dropped"):
    """A macro is kept no longer. What it did stands."""

    at: Moment
    by: By
    name: KeptName
    owner: Name | None = None


DeskEvent = ViewKept | ViewDropped | MacroKept | MacroDropped
