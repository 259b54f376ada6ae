"""Processes, callers and a store that has accidents, all at the mercy of one seed.

Three processes take turns, and step in between each other's reading and writing. Their
callers hand in what they want, here and there, once or several times under one name,
until they are answered or give up. Nothing is left to threads or clocks: a seed always
tells the same story.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from application.event_store.asked import Asked
from application.event_store.batch import Answer, request_hash
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.pipeline import Came, Pipeline, run
from application.event_store.rounds import Appending, Rounds
from application.event_store.store import Conflict, OutcomeUnknown
from application.event_store.streams import KeptStreams
from domain.ids import random_id
from domain.kernel import Command, Refused
from tests.application.event_store.shelf import (
    MONDAY,
    SHELF,
    PutUp,
    ReportFall,
)
from tests.event_store_simulated import Accidents, Killed, SimulatedEventStore

ERRANDS: Final = 14
TRIES_MAX: Final = 4
STEPS_MAX: Final = 400
KEPT: Final = 2
THINGS: Final = "abcde"

MakeStore = Callable[[Random, Accidents], SimulatedEventStore]
MakeRounds = Callable[[SimulatedEventStore, KeptStreams | None], Rounds]

Versions = Mapping[UUID, int]


class Delivery(Struct):
    """An ask on its way: when it was handed in, when it was answered, and with what.

    ``began`` and ``ended`` are moments of the story; ``from_`` and ``to`` are where all
    streams stood then.
    """

    ask: Ask
    hashed: bytes
    began: int
    from_: Versions
    answer: Answer | None = None
    ended: int = 0
    to: Versions = {}

    @property
    def unknown(self) -> bool:
        """Whether nobody told the caller what came of it."""
        return self.answer is None or isinstance(self.answer, OutcomeUnknown)


class Errand(Struct):
    """What a caller wants, under one name: made anew each time it is handed in."""

    make: Callable[[], Ask | None]
    tries: int = TRIES_MAX
    waiting: int = 0
    done: bool = False


class Waiting(Asked, kw_only=True):
    """What waits in a process, and for whom."""

    errand: Errand
    delivery: Delivery


Told = list[tuple[Waiting, Answer]]


class Process:
    """A process that takes what waits for it, a batch at a time, until it is killed."""

    def __init__(self, born: Callable[[], Rounds], dice: Random) -> None:
        self._born = born
        self.dice = dice
        self.rounds = born()
        self.mailbox: list[Waiting] = []
        self.held: list[Waiting] = []
        self.busy = False

    def dies(self) -> None:
        """Be another one, which remembers nothing."""
        self.rounds = self._born()

    def works(self, taken: Sequence[Waiting]) -> Told:
        """Do something about these, and return who is answered."""
        asks = [each.ask for each in taken]
        return list(zip(taken, run(self.rounds, asks), strict=True))

    def lets_go(self, delivery: Delivery) -> bool:
        """Hold a delivery no longer; False if it did not."""
        count = len(self.held)
        self.held = [each for each in self.held if each.delivery is not delivery]
        return len(self.held) < count

    def must_go_on(self) -> bool:
        """Say whether somebody waits who will not come by the mailbox."""
        return False


class DecidingAhead(Process):
    """A process that decides the next batch while the last is on its way.

    It is busy only while it decides: what another thread appends is no hindrance.
    """

    def __init__(self, born: Callable[[], Rounds], dice: Random) -> None:
        super().__init__(born, dice)
        self.pipeline = Pipeline[Waiting](self.rounds)
        self._appending: Appending | None = None
        self._landed: Appending | None = None
        self._under_way = False

    def dies(self) -> None:
        super().dies()
        self.pipeline = Pipeline[Waiting](self.rounds)
        self._appending = self._landed = None
        self._under_way = False

    def works(self, taken: Sequence[Waiting]) -> Told:
        told, taken = self._decides(taken)
        while not self._under_way:
            turn = self.dice.random()
            if turn < 0.3:
                came = self._lands()
                some, taken = self._decides(came.again)
                told += came.told + some
                if came.again:
                    continue
            elif turn < 0.7:
                self._appends()
            break
        # They wait, and so does whoever decides.
        self.mailbox += taken
        for each in taken:
            self.lets_go(each.delivery)
        return told

    def _decides(self, taken: Sequence[Waiting]) -> tuple[Told, Sequence[Waiting]]:
        """Decide these; return who is told meanwhile, and who has to wait."""
        told: Told = []
        while taken:
            taken = taken[self.pipeline.take(taken) :]
            if taken and self._under_way:
                break
            if taken:
                came = self._all_land()
                told += came.told
                taken = [*came.again, *taken]
        return told, taken

    def must_go_on(self) -> bool:
        return bool(self.held)

    def _appends(self) -> None:
        """Have a batch appended, while others, and even this process, do something."""
        if self._appending is None and self.pipeline.waiting:
            self._appending = self.pipeline.departing()
        if self._appending is None or self._landed is not None:
            return
        pipeline, self.busy = self.pipeline, False
        self._under_way = True
        outcome = came_of(self._appending)
        if self.pipeline is pipeline:
            self._landed, self._under_way = outcome, False

    def _lands(self) -> Came[Waiting]:
        if self._appending is None:
            return Came([], [])
        appending, self._appending = self._landed or self._appending, None
        self._landed = None
        return self.pipeline.landed(appending)

    def _all_land(self) -> Came[Waiting]:
        first = self._lands()
        if self.pipeline.waiting:
            self._appending = self.pipeline.departing()
        then = self._lands()
        return Came(first.told + then.told, first.again + then.again)


def came_of(appending: Appending) -> Appending:
    """Have it appended, and return what will say again what came of it."""
    try:
        outcomes = appending()
    except Exception as error:  # noqa: BLE001 - whatever it was is raised again below
        failed = error

        def raising() -> Sequence[Receipt | Conflict]:
            raise failed

        return raising
    return lambda: outcomes


class World:
    """All of it; ``run`` tells the story to its end."""

    def __init__(
        self,
        seed: int,
        make_store: MakeStore = SimulatedEventStore,
        make_rounds: MakeRounds = Rounds,
    ) -> None:
        self.dice = Random(seed)  # noqa: S311 - no secret: the seed tells the story
        odds = self.dice.choice((0, 1, 2, 4))
        self.store = make_store(
            self.dice, Accidents(*(odds * each for each in Accidents()))
        )
        self.store.meanwhile = self._meanwhile
        store = self.store
        self.processes = [
            DecidingAhead(lambda: make_rounds(store, KeptStreams(KEPT)), self.dice),
            Process(lambda: make_rounds(store, KeptStreams(KEPT)), self.dice),
            Process(lambda: make_rounds(store, None), self.dice),
        ]
        self.shelves = [
            random_id(partition, 0, self.dice.getrandbits(62))
            for partition in (7, 7, 6)
        ]
        self.deliveries: list[Delivery] = []
        self._errands: list[Errand] = []
        self._now = 0

    def run(self) -> None:
        """Let everybody do what he wants, and the store come to rest."""
        to_come = ERRANDS
        for _ in range(STEPS_MAX):
            if to_come and self.dice.random() < 0.5:
                to_come -= 1
                self._errands.append(self._errand())
            self._hand_in()
            self._work(self.dice.choice(self.processes))
            if not to_come and not any(
                each.tries or each.waiting for each in self._errands
            ):
                break
        self.store.settle()
        for process in self.processes:
            while process.mailbox or process.must_go_on():
                self._work(process)

    # -- What callers want --

    def _errand(self) -> Errand:
        command_id = UUID(int=self.dice.getrandbits(128), version=4)
        if self.deliveries and self.dice.random() < 0.1:
            command_id = self.dice.choice(self.deliveries).ask.context.command_id
        context = CommandContext(
            actor="agent:li",
            asked_at=MONDAY,
            command_id=command_id,
            correlation_id=command_id,
        )
        shelf, beside = self.dice.sample(self.shelves[:2], 2)
        if self.dice.random() < 0.3:
            shelf = self.shelves[2]
        thing = self.dice.choice(THINGS if self.dice.random() < 0.95 else ["\0"])
        put_up: Command = PutUp(thing)
        if self.dice.random() < 0.25:
            put_up = ReportFall(thing)
        match self.dice.randrange(6):
            case 0 if shelf != self.shelves[2]:
                parts = Part(shelf, SHELF, put_up), Part(beside, SHELF, PutUp(thing))
                ask = Ask(context, parts)
            case 1:
                return Errand(self._having_seen(context, shelf, put_up))
            case 2 if shelf != self.shelves[2]:
                return Errand(self._prepared(context, shelf, beside, put_up))
            case _:
                ask = Ask(context, (Part(shelf, SHELF, put_up),))
        return Errand(lambda: ask)

    def _having_seen(
        self, context: CommandContext, shelf: UUID, command: Command
    ) -> Callable[[], Ask]:
        """Ask on the version that the shelf had when it was first asked."""
        seen = replace(context, expected_version=self._version(shelf))
        ask = Ask(seen, (Part(shelf, SHELF, command),))
        return lambda: ask

    def _prepared(
        self, context: CommandContext, shelf: UUID, beside: UUID, command: Command
    ) -> Callable[[], Ask | None]:
        """Derive it from what two shelves hold, decided at once, each time anew."""

        def make() -> Ask | None:
            state = self.folded(shelf)
            try:
                decided = SHELF.decide(state, command, None, context.at)
            except Refused:
                return None
            rests_on = {each: self._version(each) for each in (shelf, beside)}
            part = Part(shelf, SHELF, command, decided=tuple(decided))
            return Ask(context, (part,), said=command, rests_on=rests_on)

        return make

    def folded(self, shelf: UUID, version: int | None = None) -> object:
        """Return what a shelf held at a version, or holds now."""
        state = SHELF.initial
        for recorded in self.store.streams[shelf][:version]:
            state = SHELF.evolve(state, recorded.event)
        return state

    def _version(self, shelf: UUID) -> int:
        return len(self.store.streams[shelf])

    def versions(self) -> Versions:
        """Return where all shelves stand."""
        return {each: self._version(each) for each in self.shelves}

    # -- How it gets there and back --

    def _hand_in(self) -> None:
        """Let some who wait for nothing, or are impatient, hand in what they want."""
        for errand in self._errands:
            patient = errand.waiting and self.dice.random() < 0.9
            if not errand.tries or patient or self.dice.random() < 0.4:
                continue
            errand.tries -= 1
            ask = errand.make()
            if ask is None:
                continue
            self._now += 1
            delivery = Delivery(ask, request_hash(ask), self._now, self.versions())
            self.deliveries.append(delivery)
            errand.waiting += 1
            self.dice.choice(self.processes).mailbox.append(
                Waiting(ask, errand=errand, delivery=delivery)
            )

    def _meanwhile(self) -> None:
        """Let another process do something, while one waits for the store."""
        idle = [each for each in self.processes if not each.busy and each.mailbox]
        if idle and self.dice.random() < 0.4:
            self._work(self.dice.choice(idle))

    def _work(self, process: Process) -> None:
        """Let a process take a batch, in any order, and answer whom it can."""
        waiting = process.mailbox
        count = self.dice.randint(1, max(1, len(waiting)))
        self.dice.shuffle(waiting)
        taken, process.mailbox = waiting[:count], waiting[count:]
        process.held += taken
        if not process.held:
            return
        process.busy = True
        told: Sequence[tuple[Waiting, Answer | None]]
        try:
            told = process.works(taken)
        except Killed:
            told = [(each, None) for each in process.held]
            process.dies()
        finally:
            process.busy = False
        for each, answer in told:
            errand, delivery = each.errand, each.delivery
            if not process.lets_go(delivery):
                continue  # It was killed before it could tell.
            self._now += 1
            errand.waiting -= 1
            delivery.answer, delivery.ended = answer, self._now
            delivery.to = self.versions()
            if not isinstance(answer, Exception) and self.dice.random() < 0.7:
                errand.tries = 0
