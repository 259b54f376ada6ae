"""How far a long task is: a bar on a terminal, a plain line now and then elsewhere."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import current_thread, main_thread
from types import FrameType
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from interface.clock import now

LINE_EVERY: Final = timedelta(seconds=5)

Advance = Callable[[int], None]


class Rate(ProgressColumn):
    """How many a second, over the last while."""

    def render(self, task: Task) -> Text:
        """Return the rate, or nothing as long as none is known."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


@contextmanager
def progress(
    what: str,
    total: int | None,
    unit: str,
    *,
    console: Console | None = None,
    clock: Callable[[], datetime] = now,
) -> Iterator[Advance]:
    """Show how far a task is while it runs, on standard error.

    The block is given a function that says how many more are done. ``total`` is None
    if nobody knows how many there are; of 0 nothing is shown.
    """
    console = console or Console(stderr=True)
    if total == 0:
        yield lambda _count: None
        return
    if not console.is_terminal:
        lines = Lines(what, total, unit, console, clock)
        yield lines.advance
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        Rate(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    unknown = (
        SpinnerColumn(),
        TextColumn("{task.description} {task.completed}"),
        TextColumn(unit),
        Rate(),
        TimeElapsedColumn(),
    )
    with Progress(*(unknown if total is None else columns), console=console) as bar:
        task = bar.add_task(what, total=total)
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if total is not None and done > total:
                bar.update(task, total=done)
            bar.advance(task, count)

        with ended_by_signal():
            yield advance


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """End in order when asked to end: the bar's line with it, and the cursor shown.

    A task that says itself what such a signal means keeps it, and so does a thread.
    """
    if (
        current_thread() is not main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return

    def end(signum: int, frame: FrameType | None) -> None:
        del frame  # Where we were makes no difference.
        sys.exit(128 + signum)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Lines:
    """The same for a log file: at most a line every few seconds, none for the short."""

    def __init__(
        self,
        what: str,
        total: int | None,
        unit: str,
        console: Console,
        clock: Callable[[], datetime],
    ) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._console, self._clock = console, clock
        self._done = 0
        self._started = self._last = clock()

    def advance(self, count: int) -> None:
        """Add to what is done, and say so if the last line is old enough."""
        self._done += count
        at = self._clock()
        if at - self._last < LINE_EVERY:
            return
        self._last = at
        elapsed = (at - self._started).total_seconds()
        rate = self._done / elapsed
        line = f"{self._what} {self._done:,}"
        # What is added meanwhile may be done too: then there is nothing left.
        total = None if self._total is None else max(self._total, self._done)
        if total is not None:
            line += f" of {total:,}"
        line += f" {self._unit}, {rate:,.0f}/s"
        if total is not None and rate:
            left = (total - self._done) / rate
            line += f", {timedelta(seconds=round(left))} left"
        self._console.print(line, highlight=False, soft_wrap=True, markup=False)
