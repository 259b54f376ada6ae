"""A queue, and the thread that decides what is in it while others are appended."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock, Thread, current_thread, get_ident
from typing import Final

from msgspec import Struct

from application.event_store.calls import Waiting, answer
from application.event_store.envelope import Ask, Receipt
from application.event_store.intake import Intake
from application.event_store.limits import LEFT_BEHIND_MAX, Limits
from application.event_store.pipeline import Pipeline
from application.event_store.rounds import Appending, Rounds
from application.event_store.store import Conflict, OutcomeUnknown, Overloaded

# Of more than these only half are taken at once where nothing is on its way.
MANY: Final = 16


class LaneFigures(Struct, frozen=True, kw_only=True):
    """What a lane has done so far, what waits in it, and whether nothing does."""

    waiting: int
    idle: bool
    asks: int
    batches: int
    turned_away: int


class Relieved(BaseException):
    """Another thread has taken the place of this one: it has nothing to do any more."""


class Lane:
    """Takes whatever is in its queue, decides it, and has it appended.

    One thread decides and answers; another waits for the database, so that the first
    goes on with what came meanwhile. An ask alone is appended by the first itself, for
    handing it over would cost him time.

    Whoever takes long to be decided is left behind with the thread that decides him,
    and a new one takes its place (``relieve``). He is decided once more by the lane
    ``aside``, and so is whatever comes for his streams, as long as it remembers them.
    """

    def __init__(
        self,
        name: str,
        rounds: Rounds,
        limits: Limits,
        clock: Callable[[], float],
        aside: "Lane | None" = None,
    ) -> None:
        self._name, self._limits, self._clock = name, limits, clock
        beside: Intake | None = None if aside is None else aside.intake
        self.intake: Intake = Intake(limits, beside)
        self._pipeline = Pipeline[Waiting](rounds)
        self._asks = self._batches = 0
        # What was taken from the queue, or lost a race, and is to be decided now.
        self._taken: Sequence[Waiting] = ()
        self._appending: Future[Sequence[Receipt | Conflict]] | None = None
        self._appender = ThreadPoolExecutor(1, f"{name}-appends")
        # Who works here, and whose turn it is to be decided; who was left behind.
        self._turns = Lock()
        self._deciding: tuple[int, Ask] | None = None
        self._behind: list[Thread] = []
        self._thread = self._another()
        self._thread.start()

    def _another(self) -> Thread:
        return Thread(target=self._work, name=self._name, daemon=True)

    @property
    def figures(self) -> LaneFigures:
        """What it has done so far, and what waits."""
        with self.intake.changed:
            return LaneFigures(
                waiting=self.intake.held,
                idle=self.intake.idle,
                asks=self._asks,
                batches=self._batches,
                turned_away=self.intake.turned_away,
            )

    def close(self) -> None:
        """Take nothing more, answer what was taken, and end."""
        self.intake.close()
        self._thread.join()
        self._appender.shutdown()

    @property
    def deciding(self) -> tuple[int, Ask] | None:
        """Whose turn it is to be decided, and by which thread; None for nobody's."""
        return self._deciding

    def relieve(self, deciding: tuple[int, Ask]) -> None:
        """Go on in a new thread, without an ask whose turn it is, if it still is.

        Not to be called once ``close`` was. Where no more threads may be had, it goes
        on as it is, and who is slow holds up the others.
        """
        with self.intake.changed:  # The new thread begins by waiting for it.
            if not self._replaced(deciding):
                return
            # The old thread ends when its turn does; what it was about is ours to do.
            _, ask = deciding
            again = [*self._pipeline.give_up(), *self._taken]
            self._taken = ()
            self._asks -= len(again)
            self.intake.make_way(ask, again)

    def _replaced(self, deciding: tuple[int, Ask]) -> bool:
        """Let another thread take the place of one; False if that is not to be."""
        with self._turns:
            self._behind = [each for each in self._behind if each.is_alive()]
            if self._deciding is not deciding or len(self._behind) == LEFT_BEHIND_MAX:
                return False
            another = self._another()
            try:
                another.start()
            except RuntimeError:  # The system has no more threads to give.
                return False
            self._behind.append(self._thread)
            self._deciding, self._thread = None, another
            return True

    # -- What its thread does --

    def _work(self) -> None:
        try:
            while self._anything_to_do():
                if self._appending is not None and self._appending.done():
                    self._land()
                if self.intake.left is not None:
                    self._put_aside()
                self._taken = [*self._taken, *self._next()]
                self._decide()
                if self._appending is None and self._pipeline.waiting:
                    self._depart()
        except Relieved:
            return
        except BaseException as error:
            # A mistake of ours, of which nobody knows yet. Nobody waits for ever.
            try:
                self._turn(None)
            except Relieved:
                raise error from None  # It is another's to tell.
            self._give_up(error)
            raise

    def _put_aside(self) -> None:
        """Put aside who is held up by somebody slow, once all before has landed."""
        while self._taken or self._pipeline.waiting or self._appending is not None:
            self._decide()
            self._let_all_land()
        self.intake.put_aside()

    def _give_up(self, error: BaseException) -> None:
        """Take nothing more, and tell everybody who waits that this went wrong."""
        unknown = OutcomeUnknown(f"the dispatcher has failed: {error!r}")
        callers = [*self._pipeline.ahead, *self._pipeline.give_up(), *self._taken]
        answer([(each, unknown) for each in (*callers, *self.intake.give_up())])

    def _turn(self, ask: Ask | None) -> None:
        """Take note of whose turn it is; raises Relieved if that is not ours to say."""
        with self._turns:
            if current_thread() is not self._thread:
                raise Relieved
            self._deciding = None if ask is None else (get_ident(), ask)

    def _anything_to_do(self) -> bool:
        """Wait until there is; False once it is closed and all are answered."""
        intake = self.intake
        with intake.changed:
            while True:
                away = self._appending
                room = self._limits.batch - self._pipeline.waiting
                if self._taken or intake.left is not None:
                    return True
                if (away is not None and away.done()) or (intake.queued and room > 0):
                    return True
                intake.idle = away is None and not self._pipeline.waiting
                if not intake.open and away is None:
                    return False
                intake.changed.wait()

    def _next(self) -> Sequence[Waiting]:
        """Return what waits in the queue, as much of it as there is room for."""
        since = self._clock() - self._limits.wait_s
        with self.intake.changed:
            room = self._limits.batch - self._pipeline.waiting - len(self._taken)
            count = max(0, min(self.intake.queued, room))
            if self._appending is None and count > MANY:
                count //= 2  # The others are decided while these are appended.
            taken = self.intake.taken(count)
            late = [each for each in taken if overdue(each, since)]
            self.intake.turned_away += len(late)
            self._asks += len(taken) - len(late)
        answer([(each, Overloaded("waited too long")) for each in late])
        if not late:
            return taken
        return [each for each in taken if not overdue(each, since)]

    def _decide(self) -> None:
        """Decide what was taken; who has to wait for what is on its way, waits here."""
        while self._taken:
            try:
                room = self._limits.batch - self._pipeline.waiting
                count = self._pipeline.take(self._taken[:room], self._turn)
            except Exception as error:  # noqa: BLE001 - a value, see Answer
                self._turn(None)
                failed, self._taken = self._taken, self._pipeline.give_up()
                answer([(each, each.told(error)) for each in failed])
                continue
            self._taken = self._taken[count:]
            if self._taken:
                self._let_all_land()

    def _let_all_land(self) -> None:
        if self._appending is not None:
            self._land()
        if self._pipeline.waiting:
            self._depart()
        if self._appending is not None:
            self._land()

    def _depart(self) -> None:
        """Have appended what is decided; without waiting, if others may be decided."""
        alone = self._pipeline.waiting == 1
        appending = self._pipeline.departing()
        self._batches += 1
        if alone:
            self._take_in(appending)
            return
        self._appending = self._appender.submit(appending)
        self._appending.add_done_callback(self._appended)

    def _appended(self, _: object) -> None:
        with self.intake.changed:
            self.intake.changed.notify()

    def _land(self) -> None:
        assert self._appending is not None, "something is on its way"
        appending, self._appending = self._appending, None
        self._take_in(appending.result)

    def _take_in(self, appending: Appending) -> None:
        """Tell what came of a batch; the next is sent on its way before that."""
        came = self._pipeline.landed(appending)
        self._taken = [*came.again, *self._taken]
        try:
            if self._pipeline.waiting > 1:
                self._depart()
        finally:
            answer(came.told)


def overdue(waiting: Waiting, since: float) -> bool:
    """Say whether an ask that was not tried has waited since before a time."""
    return waiting.since < since and not waiting.tries
