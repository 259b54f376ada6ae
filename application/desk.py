"""What agents keep, and the macros they run: the same commands as by hand, in order."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Final, TypeVar
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from application.access import Action, Actor, NotAllowed, NotFound, scope
from application.casework import ACTS_AS, Casework, Matter
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.rows.history import events_of
from application.event_store.store import EventStore
from application.macro_steps import COMMANDS, Told
from application.people import People
from application.people.masking import MOBILE
from domain.desk import (
    DESK,
    Desk,
    DeskCommand,
    KeepMacro,
    Macro,
    MacroNoun,
    Step,
    View,
    place,
)
from domain.ids import id_from_name, partition_of
from domain.kernel import Command, Refused, Sealed
from domain.party import By

KIND: Final = "desk"

ACTS: Final[Mapping[MacroNoun, Action]] = {
    "case": "case.act",
    "dispute": "dispute.act",
    "contact": "contact.act",
}


Kept = TypeVar("Kept", View, Macro)


class WordsOfSomebody(Refused):
    """A macro is about nobody: leave out what belongs to one person."""


# -- What is kept --


class AllKept(Struct, frozen=True):
    """What is kept, as of a version of the stream, as far as the actor sees it."""

    version: int
    views: tuple[View, ...]
    macros: tuple[Macro, ...]


class StepRun(Struct, frozen=True, kw_only=True):
    """What came of one step: its receipt, or why it was refused."""

    step: int
    command: str
    receipt: Receipt | None = None
    refusal: Refused | None = None


class AgentDesk:
    """Keeps views and macros for those who work the queue, and runs the macros."""

    def __init__(
        self,
        store: EventStore,
        handler: CommandHandler,
        casework: Casework,
        people: People,
    ) -> None:
        partition = partition_of(KIND, store.partitions)
        self.id: Final[UUID] = id_from_name(partition, KIND, "", KIND)
        self._store, self._handler = store, handler
        self._casework, self._people = casework, people

    def kept(self, actor: Actor) -> AllKept:
        """Return the team's and the actor's own, by name; raises NotAllowed."""
        check(actor, "queue.read")
        version, desk = self._desk()
        seen = {None, actor.subject}
        return AllKept(
            version=version,
            views=tuple(
                desk.views[each]
                for each in sorted(desk.views)
                if desk.views[each].owner in seen
            ),
            macros=tuple(
                desk.macros[each]
                for each in sorted(desk.macros)
                if desk.macros[each].owner in seen
            ),
        )

    def view(self, actor: Actor, name: str) -> View:
        """Return a view, one's own before the team's; raises NotAllowed, NotFound."""
        check(actor, "queue.read")
        _, desk = self._desk()
        return first(desk.views, actor, name)

    def take(
        self,
        actor: Actor,
        command: Callable[[By], DeskCommand],
        context: CommandContext,
    ) -> Receipt:
        """Keep something, or keep it no longer.

        Raises NotAllowed, WordsOfSomebody, what ``decide`` refuses, and as
        CommandHandler does.
        """
        check(actor, "desk.keep")
        asked = command(keeper(actor))
        if isinstance(asked, KeepMacro):
            check_words(asked)
        return self._handler.handle_one(Ask(context, (Part(self.id, DESK, asked),)))

    def run(
        self,
        actor: Actor,
        name: str,
        noun: MacroNoun,
        stream_id: UUID,
        context: CommandContext,
    ) -> Sequence[StepRun]:
        """Do a macro's steps one after the other, up to the first that is refused.

        Each is a command of its own, named after the run and its number: a run that
        broke off goes on where it stopped when it is asked again. Each expects what the
        one before left, or what the caller saw since. Raises NotFound, NotAllowed, what
        refuses the first step, for then nothing was done, and what is no refusal as
        CommandHandler does.
        """
        check(actor, "desk.keep")
        self._casework.find(actor, ACTS[noun], noun, stream_id)
        _, desk = self._desk()
        macro = first(desk.macros, actor, name)
        if macro.noun != noun:
            raise NotFound
        done: list[StepRun] = []
        expected = context.expected_version
        for number, step in enumerate(macro.steps, 1):
            kind, _ = COMMANDS[noun, type(step)]
            own = replace(
                context,
                command_id=uuid5(context.command_id, str(number)),
                name=kind.__name__,
                expected_version=expected,
            )
            try:
                receipt = self._step(actor, noun, stream_id, step, own)
            except Refused as refusal:
                if not done:
                    raise
                stop = StepRun(step=number, command=kind.__name__, refusal=refusal)
                return (*done, stop)
            done.append(StepRun(step=number, command=kind.__name__, receipt=receipt))
            expected = max(receipt.version, expected or 0)
        return done

    def _step(
        self,
        actor: Actor,
        noun: MacroNoun,
        stream_id: UUID,
        step: Step,
        context: CommandContext,
    ) -> Receipt:
        _, make = COMMANDS[noun, type(step)]

        def command(matter: Matter, by: By) -> Command:
            def seal(words: str) -> Sealed:
                return self._people.seal(matter.consumer, words, noun)

            return make(step, Told(by, str(context.command_id), seal))

        return self._casework.take(actor, ACTS[noun], noun, stream_id, command, context)

    def _desk(self) -> tuple[int, Desk]:
        """Return what is kept, and how many events say so."""
        loaded = self._store.load([self.id])
        if unreadable := loaded.unreadable.get(self.id):
            raise unreadable.error()
        events = events_of(loaded.histories[self.id])
        return len(events), reduce(DESK.evolve, events, DESK.initial)


# -- Who, and what --


def check(actor: Actor, action: Action) -> None:
    """Raise NotAllowed for who has no part in the service's own work."""
    if not scope(actor, action).everything:
        raise NotAllowed(action=action)


def keeper(actor: Actor) -> By:
    """Return as what the actor keeps things: what a senior agent may, it may."""
    if "senior_agent" in actor.roles:
        return By(role="senior_agent", name=actor.subject)
    role = next(acts for role, acts in ACTS_AS.items() if role in actor.roles)
    return By(role=role, name=actor.subject)


def first(kept: Mapping[str, Kept], actor: Actor, name: str) -> Kept:
    """Return one's own of this name, else the team's; raises NotFound."""
    for owner in (actor.subject, None):
        if known := kept.get(place(owner, name)):
            return known
    raise NotFound


def check_words(command: KeepMacro) -> None:
    """Raise WordsOfSomebody for words with somebody's number: events cannot forget."""
    for number, step in enumerate(command.steps, 1):
        if MOBILE.search(getattr(step, "words", None) or ""):
            raise WordsOfSomebody(step=number)
