"""The next batch decided while the last is appended, on what that will come to.

While a batch is on its way to the store, its streams are taken to stand where it leaves
them. If they do, as nearly always, what was decided on top of it holds, and follows. If
they do not, all of that is decided again before anybody is told of it. So nobody is
answered by what was only expected, and asks on one stream keep their order.

No thread is in here: who appends, and when, is the caller's affair. What has to be
read, or lost a race and is appended again, waits for the store where it is called.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

from application.event_store.batch import Answer, Batch
from application.event_store.envelope import Ask
from application.event_store.rounds import Appending, Rounds, Turn, nobody_looks

Caller = TypeVar("Caller")


class Pipeline(Generic[Caller]):
    """One batch on its way, and one that is being decided. Not for two threads at once.

    Whoever asks comes with a ``Caller``, to be told by.
    """

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._ahead: Batch | None = None
        self._told_ahead: list[Caller] = []
        self._open = Batch()
        self._callers: list[Caller] = []

    @property
    def waiting(self) -> int:
        """How many asks are decided, and not yet on their way."""
        return len(self._callers)

    @property
    def ahead(self) -> list[Caller]:
        """Who asked for what is on its way."""
        return self._told_ahead

    def take(
        self, asked: Sequence[tuple[Caller, Ask]], turn: Turn = nobody_looks
    ) -> int:
        """Decide asks, in order; return how many.

        The next then has to wait until both batches have landed. None has to if there
        is neither. What ``turn`` raises leaves it with nothing to do but ``give_up``.
        """
        asks = [ask for _, ask in asked]
        count = self._rounds.decide(self._open, asks, self._ahead, turn=turn)
        self._callers += [caller for caller, _ in asked[:count]]
        return count

    def give_up(self) -> list[Caller]:
        """Decide nothing of what is not on its way; return who asked for it."""
        callers, self._callers = self._callers, []
        self._open = Batch()
        return callers

    def departing(self) -> Appending:
        """Send the batch on its way; return what is to be called to have it appended.

        Any thread may call it. The one before must have landed.
        """
        assert self._ahead is None, "one batch at a time"
        self._ahead, self._told_ahead = self._open, self._callers
        self._open, self._callers = Batch(), []
        return self._rounds.departing(self._ahead)

    def landed(self, appending: Appending) -> list[tuple[Caller, Answer]]:
        """Take in what came of the batch on its way, and return what to tell.

        ``appending`` returns or raises what the append did.
        """
        assert self._ahead is not None, "a batch is on its way"
        callers, self._told_ahead = self._told_ahead, []
        answers: Sequence[Answer]
        moved: set[UUID] | None = None
        try:
            answers, moved = self._rounds.landed(self._ahead, appending)
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            answers = [error] * len(callers)
        self._ahead = None
        if moved is None or not moved.isdisjoint(self._open.streams):
            self._decide_again()
        return list(zip(callers, answers, strict=True))

    def _decide_again(self) -> None:
        asks, self._open = self._open.asks, Batch()
        try:
            self._rounds.decide(self._open, asks, fresh=True)
        except Exception as error:  # noqa: BLE001 - a value, see Answer
            self._open = Batch()
            for ask in asks:
                self._open.refuse(ask, error)
