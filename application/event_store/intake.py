"""What waits for a lane: its queue, and who is held up by somebody slow."""

from collections import deque
from collections.abc import Sequence
from threading import Condition

from application.event_store.batch import Answer
from application.event_store.calls import Waiting, answer
from application.event_store.envelope import Ask
from application.event_store.limits import Limits
from application.event_store.slow import SlowStreams
from application.event_store.store import Overloaded


class Intake:
    """Takes asks until it is full, and gives them to a lane, in order.

    The lane says when it is ``idle``: nothing waits here, and nothing is on its way.

    Who is held up by somebody slow is handed over to another intake, ``aside``; he is
    ``left`` for that until all that was taken before has landed, for part of it may be
    for the same streams.

    Whoever changes ``left``, or what waits, holds ``changed``; it is notified when
    there is something new. Nobody is answered under it: who is told may ask again.
    """

    def __init__(self, limits: Limits, aside: "Intake | None") -> None:
        self.changed = Condition()
        self.open, self.idle = True, True
        self.turned_away = 0
        self.left: list[Waiting] | None = None
        self._queue: deque[Waiting] = deque()
        self._slow = SlowStreams()
        self._most = limits.queue
        self._aside = aside

    @property
    def held(self) -> int:
        """How many wait, in the queue or to be put aside."""
        return len(self._queue) + len(self.left or ())

    @property
    def queued(self) -> int:
        """How many wait in the queue."""
        return len(self._queue)

    def put(self, waiting: Sequence[Waiting]) -> None:
        """Take all of them, or raise Overloaded and take none.

        Who is held up by somebody slow may still be told so himself, later.
        """
        with self.changed:
            if not self.open or self.held + len(waiting) > self._most:
                self.turned_away += len(waiting)
                raise Overloaded("stopping" if not self.open else "queue full")
            full = self._sort_in(waiting)
            self.idle = False
            self.changed.notify()
        answer(full)

    def take_over(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """Take as many as there is room for; return the others."""
        with self.changed:
            room = max(0, self._most - self.held) if self.open else 0
            self._queue.extend(waiting[:room])
            self.idle = False
            self.turned_away += len(waiting[room:])
            self.changed.notify()
        return waiting[room:]

    def turn_away_if_full(self) -> None:
        """Raise Overloaded if nothing more can be put, as far as a glance tells."""
        if self.held >= self._most:
            with self.changed:
                self.turned_away += 1
            raise Overloaded("queue full")

    def taken(self, count: int) -> list[Waiting]:
        """Return the first so many of the queue, which wait no longer."""
        return [self._queue.popleft() for _ in range(count)]

    def close(self) -> None:
        """Take nothing more."""
        with self.changed:
            self.open = False
            self.changed.notify()

    def give_up(self) -> list[Waiting]:
        """Take nothing more, and return all who wait."""
        with self.changed:
            self.open = False
            waiting = [*self._queue, *(self.left or ())]
            self._queue.clear()
            self.left = None
        return waiting

    def make_way(self, ask: Ask, again: Sequence[Waiting]) -> None:
        """Be told who is slow, and who was taken and has to be decided again."""
        self._slow.add(ask.streams)
        before, self.left = self.left or (), None
        self._leave_behind([*again, *before, *self._queue])

    def put_aside(self) -> None:
        """Hand over who is left for it: all that was taken before has landed."""
        with self.changed:  # Until they are there nobody may come behind them.
            left, self.left = self.left or (), None
            full = self._hand_over(left)
        answer(full)

    def _sort_in(self, waiting: Sequence[Waiting]) -> list[tuple[Waiting, Answer]]:
        """Hand over who is held up, take the others; return what is to be told."""
        if not self._slow:
            self._queue.extend(waiting)
            return []
        if self.left is None and self._aside is not None and self._aside.idle:
            self._slow.calm()
        free, held, spreads = self._slow.parted(waiting)
        if spreads:
            # Who waits already, or is on his way, may not be overtaken by them.
            self._leave_behind([*self._queue, *waiting])
            return []
        self._queue.extend(free)
        if self.left is None:
            return self._hand_over(held)
        self.left += held
        return []

    def _leave_behind(self, waiting: Sequence[Waiting]) -> None:
        """Let the queue be these, without who is held up by somebody slow."""
        free, held, _ = self._slow.parted(waiting)
        self.left = [*(self.left or ()), *held]
        self._queue.clear()
        self._queue.extend(free)

    def _hand_over(self, held: Sequence[Waiting]) -> list[tuple[Waiting, Answer]]:
        """Return what to tell those for whom there is no room aside."""
        if not held:
            return []
        assert self._aside is not None, "only who has a lane aside is ever relieved"
        full = Overloaded("too many wait for who is slow")
        return [(each, each.told(full)) for each in self._aside.take_over(held)]
