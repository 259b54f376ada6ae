"""What is asked of the agents' desk."""

from domain.desk.values import Filters, KeptName, MacroNoun, Steps
from domain.kernel import Name, Request
from domain.party import By


class KeepView(Request, frozen=True, kw_only=True):
    """Keep a view under a name, or change it; without ``owner``, for the whole team."""

    by: By
    name: KeptName
    owner: Name | None = None
    filters: Filters = Filters()


class DropView(Request, frozen=True, kw_only=True):
    """Keep a view no longer."""

    by: By
    name: KeptName
    owner: Name | None = None


class KeepMacro(Request, frozen=True, kw_only=True):
    """Keep a macro under a name, or change it; without ``owner``, for the team."""

    by: By
    name: KeptName
    owner: Name | None = None
    noun: MacroNoun
    steps: Steps


class DropMacro(Request, frozen=True, kw_only=True):
    """Keep a macro no longer."""

    by: By
    name: KeptName
    owner: Name | None = None


DeskCommand = KeepView | DropView | KeepMacro | DropMacro
