"""The next batch decided while the last is appended, on what that will come to.

While a batch is on its way to the store, its streams are taken to stand where it leaves
them. If they do, as nearly always, what was decided on top of it holds, and follows. If
they do not, all of that is decided again before anybody is told of it, behind whoever
lost a race in the batch itself; only what has moved is read again. So nobody is
answered by what was only expected, nobody waits until another has won, and asks on one
stream keep their order.

No thread is in here: who appends, and when, is the caller's affair. What has to be read
waits for the store where it is called.
"""

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from application.event_store.asked import ANY_NUMBER, Asked
from application.event_store.batch import Answer, Batch
from application.event_store.envelope import Ask
from application.event_store.rounds import Appending, Rounds, Turn, nobody_looks

Caller = TypeVar("Caller", bound=Asked)


class Came(Struct, Generic[Caller]):
    """What came of a batch: what to tell, and who has to be decided again.

    These have to be decided before any other is, and in this order.
    """

    told: list[tuple[Caller, Answer]]
    again: list[Caller]


class Pipeline(Generic[Caller]):
    """One batch on its way, and one that is being decided. Not for two threads at once.

    A ``Caller`` is an ask, and whatever it takes to tell whoever asked.
    """

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._ahead: Batch | None = None
        self._callers_ahead: list[Caller] = []
        self._open = Batch()
        self._callers: list[Caller] = []

    @property
    def waiting(self) -> int:
        """How many asks are decided, and not yet on their way."""
        return len(self._callers)

    @property
    def ahead(self) -> list[Caller]:
        """Who asked for what is on its way."""
        return self._callers_ahead

    def take(self, asked: Sequence[Caller], turn: Turn = nobody_looks) -> int:
        """Decide asks, in order; return how many.

        The next then has to wait until both batches have landed. None has to if there
        is neither. What ``turn`` raises leaves it with nothing to do but ``give_up``.
        """
        some = asked[: self._room(asked)]
        count = self._rounds.decide(self._open, some, self._ahead, turn)
        self._callers += some[:count]
        return count

    def _room(self, asked: Sequence[Caller]) -> int:
        """Return how many of them the batch may take, for all who would be in it."""
        most = min((each.company for each in self._callers), default=ANY_NUMBER)
        taken = len(self._callers)
        for count, each in enumerate(asked):
            most = min(most, each.company)
            apart = most < ANY_NUMBER and self._ahead is not None
            if apart or taken + count >= most:
                return count
        return len(asked)

    def give_up(self) -> list[Caller]:
        """Decide nothing of what is not on its way; return who asked for it.

        Another thread may still be in ``take``: nobody is told of what it decides.
        """
        callers, self._callers = self._callers, []
        self._open = Batch()
        return callers

    def departing(self) -> Appending:
        """Send the batch on its way; return what is to be called to have it appended.

        Any thread may call it. The one before must have landed.
        """
        assert self._ahead is None, "one batch at a time"
        self._ahead, self._callers_ahead = self._open, self._callers
        self._open, self._callers = Batch(), []
        return self._rounds.departing(self._ahead)

    def landed(self, appending: Appending) -> Came[Caller]:
        """Take in what came of the batch on its way.

        ``appending`` returns or raises what the append did. Whoever lost a race is to
        be decided again, and whoever was decided on top of him.
        """
        assert self._ahead is not None, "a batch is on its way"
        batch, callers = self._ahead, self._callers_ahead
        failed: Exception | None = None
        try:
            answers, moved = self._rounds.landed(batch, appending)
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            answers, moved, failed = batch.answers({}), set(batch.streams), error
        self._ahead, self._callers_ahead = None, []
        came = parted(callers, answers, failed)
        if not moved.isdisjoint(self._open.streams):
            self._rounds.undone(self._open, moved)
            came.again += self.give_up()
        return came


def parted(
    callers: Sequence[Caller],
    answers: Mapping[int, Answer],
    failed: Exception | None,
) -> Came[Caller]:
    """Part those of a batch who are told something from those who ask again."""
    came = Came[Caller]([], [])
    for number, each in enumerate(callers):
        answer = answers.get(number)
        if answer is None:
            answer = each.came_back(failed, len(callers))
        if answer is None:
            came.again.append(each)
        else:
            came.told.append((each, each.told(answer)))
    for each in came.again:
        each.keep_to(len(came.again))
    return came


class Numbered(Asked, kw_only=True):
    """An ask among others that are handed in together."""

    number: int


def run(rounds: Rounds, asks: Sequence[Ask]) -> list[Answer]:
    """Load, decide and append asks where it is called; an answer for each, in order.

    Who has an answer keeps it, whatever becomes of the others: an ask of which nothing
    can be said is answered StoreUnavailable, or OutcomeUnknown if it may have been
    written.
    """
    pipeline = Pipeline[Numbered](rounds)
    waiting = [Numbered(ask, number=number) for number, ask in enumerate(asks)]
    answers: dict[int, Answer] = {}
    while waiting:
        del waiting[: pipeline.take(waiting)]
        came = pipeline.landed(pipeline.departing())
        answers.update((each.number, answer) for each, answer in came.told)
        waiting = came.again + waiting
    return [answers[number] for number in range(len(asks))]
