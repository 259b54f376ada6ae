"""The steps of macros, as the commands an agent would give by hand."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from domain.after_sales import AskForEvidence, AssignCase, NoteCase
from domain.contact import AssignContact, CloseContact, HandOverContact, Write
from domain.desk import AskFor, Assign, Close, HandOver, MacroNoun, Note, Say, Step
from domain.dispute import AskForProof, AssignHandler, NoteDispute
from domain.kernel import Command, Sealed
from domain.party import By


class Told(NamedTuple):
    """What a step is told when it is run: by whom, its name, and how words are sealed.

    ``name`` is one of its own: a message that is sent twice is one message.
    """

    by: By
    name: str
    seal: Callable[[str], Sealed]

    def sealed(self, words: str | None) -> Sealed | None:
        """Return words sealed, if there are any."""
        return None if words is None else self.seal(words)


Made = Callable[[Any, Told], Command]
COMMANDS: Final[Mapping[tuple[MacroNoun, type[Step]], tuple[type[Command], Made]]] = {
    ("case", Say): (
        NoteCase,
        lambda step, told: NoteCase(
            by=told.by, words=told.seal(step.words), shown=True
        ),
    ),
    ("case", Note): (
        NoteCase,
        lambda step, told: NoteCase(by=told.by, words=told.seal(step.words)),
    ),
    ("case", Assign): (
        AssignCase,
        lambda step, told: AssignCase(by=told.by, agent=step.agent or told.by.name),
    ),
    ("case", AskFor): (
        AskForEvidence,
        lambda step, told: AskForEvidence(
            by=told.by, of=step.of, shows=step.shows, words=told.sealed(step.words)
        ),
    ),
    ("dispute", Say): (
        NoteDispute,
        lambda step, told: NoteDispute(
            by=told.by, words=told.seal(step.words), shown=True
        ),
    ),
    ("dispute", Note): (
        NoteDispute,
        lambda step, told: NoteDispute(by=told.by, words=told.seal(step.words)),
    ),
    ("dispute", Assign): (
        AssignHandler,
        lambda step, told: AssignHandler(
            by=told.by, duty="handler", person=step.agent or told.by.name
        ),
    ),
    ("dispute", AskFor): (
        AskForProof,
        lambda step, told: AskForProof(
            by=told.by, of=(step.of,), shows=step.shows, words=told.sealed(step.words)
        ),
    ),
    ("contact", Say): (
        Write,
        lambda step, told: Write(
            by=told.by, message=told.name, words=told.seal(step.words)
        ),
    ),
    ("contact", Assign): (
        AssignContact,
        lambda step, told: AssignContact(by=told.by, agent=step.agent or told.by.name),
    ),
    ("contact", HandOver): (
        HandOverContact,
        lambda step, told: HandOverContact(
            by=told.by, team=step.team, words=told.sealed(step.words)
        ),
    ),
    ("contact", Close): (
        CloseContact,
        lambda step, told: CloseContact(by=told.by, outcome=step.outcome),
    ),
}
