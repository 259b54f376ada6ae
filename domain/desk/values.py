"""What a view of the queue asks for, and what a macro does."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from domain.contact.values import Outcome
from domain.dispute.values import Side
from domain.kernel import Code, Name

# How a view or a macro is called: one word, in Chinese or Latin letters.
KeptName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff_.-]{0,39}$")
]
# What every consumer may be told: about nobody.
PublicWords = Annotated[str, Meta(min_length=1, max_length=4000)]

QueueNoun = Literal["case", "dispute", "contact", "promise", "account", "resolution"]
MacroNoun = Literal["case", "dispute", "contact"]

# -- A view --


class Filters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of the queue is shown; what is not said asks for any.

    ``mine`` is what whoever looks has. ``due_within_hours`` counts from the look.
    """

    noun: QueueNoun | None = None
    status: Name | None = None
    final: bool = False
    kind: Name | None = None
    flag: Annotated[str, Meta(pattern="^[a-z_]{1,40}$")] | None = None
    mine: bool = False
    assigned: Name | None = None
    unassigned: bool = False
    owes: Name | None = None
    step: Name | None = None
    due_within_hours: Annotated[int, Meta(ge=0, le=8760)] | None = None
    merchant: Name | None = None
    amount_from: Annotated[int, Meta(ge=0, le=10**15)] | None = None


# -- A macro --


class Step(
    Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True
):
    """One thing an agent would do by hand."""


class Say(Step, frozen=True, kw_only=True, tag="say"):
    """Tell the consumer of a contact, or all parties of a case or a dispute."""

    words: PublicWords


class Note(Step, frozen=True, kw_only=True, tag="note"):
    """Leave a note for colleagues."""

    words: PublicWords


class Assign(Step, frozen=True, kw_only=True, tag="assign"):
    """Give it to an agent; without a name, to whoever runs the macro."""

    agent: Name | None = None


class AskFor(Step, frozen=True, kw_only=True, tag="ask_for"):
    """Ask a party for kinds of evidence."""

    of: Side
    shows: Annotated[tuple[Code, ...], Meta(min_length=1, max_length=20)]
    words: PublicWords | None = None


class HandOver(Step, frozen=True, kw_only=True, tag="hand_over"):
    """Hand a contact to a team."""

    team: Code
    words: PublicWords | None = None


class Close(Step, frozen=True, kw_only=True, tag="close"):
    """Say how a contact ended."""

    outcome: Outcome


AnyStep = Say | Note | Assign | AskFor | HandOver | Close
Steps = Annotated[tuple[AnyStep, ...], Meta(min_length=1, max_length=10)]

CASEWORK: Final[frozenset[MacroNoun]] = frozenset({"case", "dispute"})
CONTACTS: Final[frozenset[MacroNoun]] = frozenset({"contact"})
# Of what each step can be asked.
FITS: Final[Mapping[type[Step], frozenset[MacroNoun]]] = {
    Say: CASEWORK | CONTACTS,
    Note: CASEWORK,
    Assign: CASEWORK | CONTACTS,
    AskFor: CASEWORK,
    HandOver: CONTACTS,
    Close: CONTACTS,
}
