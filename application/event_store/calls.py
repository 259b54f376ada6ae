"""Who waits for answers, and how they are woken: a thread, a future, a coroutine.

Waking somebody costs more than answering him: it hands the interpreter to another
thread, and back. So nobody is woken before his last answer is there, and all coroutines
of one event loop are woken at once.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from queue import SimpleQueue
from threading import Lock
from typing import TypeAlias

from application.event_store.asked import Asked
from application.event_store.batch import Answer

Answers: TypeAlias = Sequence[Answer]


class Call:
    """Asks of one caller, and how he is told what came of them, once all are answered.

    ``loop`` is the event loop in which he has to be told; None: anywhere.
    """

    __slots__ = ("_answering", "_answers", "_left", "_tell", "loop")

    def __init__(
        self,
        count: int,
        tell: Callable[[Answers], object],
        loop: AbstractEventLoop | None = None,
    ) -> None:
        self._answers: list[Answer | None] = [None] * count
        self._left = count
        self._answering = Lock()  # Asks of one call may lie in several lanes.
        self._tell = tell
        self.loop = loop

    def answer(self, number: int, answer: Answer) -> bool:
        """Take one of the answers; True for the last, then the caller may be told."""
        with self._answering:
            self._answers[number] = answer
            self._left -= 1
            return not self._left

    def tell(self) -> None:
        """Tell the caller."""
        self._tell([each for each in self._answers if each is not None])


def submitted(count: int) -> tuple[Call, Future[Answers]]:
    """Return a call whose answers will be the result of a future."""
    future: Future[Answers] = Future()
    future.set_running_or_notify_cancel()  # From here on it is answered.
    return Call(count, future.set_result), future


def awaited(count: int) -> tuple[Call, asyncio.Future[Answers]]:
    """Return a call that a coroutine of the running loop awaits."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answers] = loop.create_future()

    def tell(answers: Answers) -> None:
        if not future.done():  # Whoever was cancelled has stopped waiting.
            future.set_result(answers)

    return Call(count, tell, loop), future


def blocked(count: int) -> tuple[Call, Callable[[], Answers]]:
    """Return a call, and what a thread calls to wait for its answers."""
    mailbox: SimpleQueue[Answers] = SimpleQueue()
    return Call(count, mailbox.put), mailbox.get


def tell(calls: Iterable[Call]) -> None:
    """Tell every caller; those of one loop by waking it once."""
    by_loop: dict[AbstractEventLoop, list[Call]] = {}
    at_once: list[Call] = []
    for each in calls:
        if each.loop is None:
            at_once.append(each)
        else:
            by_loop.setdefault(each.loop, []).append(each)
    for loop, some in by_loop.items():
        with suppress(RuntimeError):  # It is closed: in it nobody waits any more.
            loop.call_soon_threadsafe(tell_in_loop, some)
    with ExitStack() as told:  # All of them, even if one would end the program.
        for each in reversed(at_once):
            told.callback(each.tell)


def tell_in_loop(calls: Sequence[Call]) -> None:
    """Tell them, now that it is their own loop that runs."""
    for each in calls:
        each.tell()


class Waiting(Asked, kw_only=True):
    """An ask in a queue, since when, and the caller to be answered."""

    number: int
    call: Call
    since: float


def answer(answers: Sequence[tuple[Waiting, Answer]]) -> None:
    """Answer each, and tell those who have all their answers."""
    tell(
        waiting.call
        for waiting, answer in answers
        if waiting.call.answer(waiting.number, answer)
    )
