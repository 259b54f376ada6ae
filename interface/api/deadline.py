"""No answer takes for ever, whatever the database does."""

import asyncio
from asyncio import AbstractEventLoop, Task
from collections.abc import Callable, Mapping
from http import HTTPMethod
from typing import Any, Final
from weakref import WeakKeyDictionary

from litestar.types import (
    ASGIApp,
    Message,
    Receive,
    ReceiveMessage,
    Scope,
    Send,
)

from application.event_store.store import OutcomeUnknown, StoreUnavailable

READ_SECONDS: Final = 20.0  # somewhat more than a reader's statement may take
CHANGE_SECONDS: Final = 8.0  # somewhat more than a writer's
READING: Final = {HTTPMethod.GET, HTTPMethod.HEAD}

# Who asks whether we are ready asks often, and wants to know now.
SECONDS_BY_PATH: Final[Mapping[str, float]] = {"/readyz": 2.0}


def seconds_for(method: str, path: str) -> float:
    """Return how long an answer may take to begin."""
    seconds = READ_SECONDS if method in READING else CHANGE_SECONDS
    return SECONDS_BY_PATH.get(path, seconds)


class Wait:
    """A request whose answer has not begun; ``over`` once it has been given up."""

    __slots__ = ("_cancelling", "over", "task")

    def __init__(self, task: "Task[Any]") -> None:
        self.task, self._cancelling = task, task.cancelling()
        self.over = False

    def give_up(self) -> None:
        """Cancel it."""
        self.over = True
        self.task.cancel()

    def taken_back(self) -> bool:
        """Take back our cancellation, if it is not yet; True if there is no other."""
        if not self.over:
            return False
        self.over = False
        return self.task.uncancel() <= self._cancelling


class Watch:
    """Gives up, in one event loop, whoever has waited for so many seconds.

    All of them may wait equally long, so whoever began first is the first to be given
    up, and one timer does for all. A timer for each took a tenth of a command.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: dict[Wait, float] = {}  # In the order in which they began.
        # The loop holds the timer and so us; we hold neither, or no loop would go.
        self._timed = False

    def begin(self, wait: Wait) -> None:
        """Let time count, from now on."""
        loop = asyncio.get_running_loop()
        self._due[wait] = due = loop.time() + self._seconds
        if not self._timed:
            self._timed = True
            loop.call_at(due, self._look)

    async def stop(self, wait: Wait) -> None:
        """Let no more time count; if it has run out, the cancellation comes now."""
        self.end(wait)
        if wait.over:
            await asyncio.sleep(0)

    def end(self, wait: Wait) -> None:
        """Let no more time count."""
        self._due.pop(wait, None)

    def _look(self) -> None:
        """Give up who is due, and look again when the next will be."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._due:
            wait, due = next(iter(self._due.items()))
            if due > now:
                loop.call_at(due, self._look)
                return
            del self._due[wait]
            wait.give_up()
        self._timed = False


class Watches:
    """The watches of every event loop there is, one for each number of seconds."""

    def __init__(self) -> None:
        self._watches: WeakKeyDictionary[AbstractEventLoop, dict[float, Watch]] = (
            WeakKeyDictionary()
        )

    def over(self, seconds: float) -> Watch:
        """Return what watches over those who may wait so long, in the running loop."""
        loop = asyncio.get_running_loop()
        here = self._watches.setdefault(loop, {})
        watch = here.get(seconds)
        if watch is None:
            watch = here[seconds] = Watch(seconds)
        return watch


def in_time(
    app: ASGIApp, seconds_for: Callable[[str, str], float] = seconds_for
) -> ASGIApp:
    """Give up a request whose answer has not begun in time, and say so.

    A thread that hangs in a statement is freed by its connection; the caller is
    answered before. While we wait for the caller's own words no time counts, and an
    answer that has begun, such as a live stream, may take as long as it likes. Raises
    StoreUnavailable, or OutcomeUnknown for what may have taken effect.
    """
    watches = Watches()

    async def bounded(scope: Scope, receive: Receive, send: Send) -> None:
        method = str(scope.get("method", HTTPMethod.GET))
        seconds = seconds_for(method, scope["path"])
        watch, wait = watches.over(seconds), Wait(this_task())
        begun = False

        async def heard() -> ReceiveMessage:
            await watch.stop(wait)
            message = await receive()
            if not begun:
                watch.begin(wait)
            return message

        async def told(message: Message) -> None:
            nonlocal begun
            if not begun:
                await watch.stop(wait)
                begun = True
            await send(message)

        watch.begin(wait)
        try:
            await app(scope, heard, told)
        except asyncio.CancelledError:
            if not wait.taken_back():
                raise
            kind = StoreUnavailable if method in READING else OutcomeUnknown
            raise kind(f"no answer within {seconds:g} s") from None
        finally:
            watch.end(wait)
            wait.taken_back()  # Also where the application made something else of it.

    return bounded


def this_task() -> "Task[Any]":
    """Return the task that is running."""
    task = asyncio.current_task()
    assert task is not None, "a coroutine is run by a task"
    return task
