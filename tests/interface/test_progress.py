"""How a long task says how far it is."""

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from interface.cli.progress import progress

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


class Watch:
    """A clock that stands still until it is moved on."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


def lines_of(work: Callable[[Callable[[int], None], Watch], None]) -> list[str]:
    """Return what is written to a file while 1,000 things are done."""
    file, watch = StringIO(), Watch()
    console = Console(file=file, force_terminal=False, width=40)
    with progress("Telling", 1_000, "reports", console=console, clock=watch) as advance:
        work(advance, watch)
    return file.getvalue().splitlines()


def test_of_nothing_to_do_not_even_a_bar_is_shown() -> None:
    file = StringIO()
    terminal = Console(file=file, force_terminal=True, width=80)
    with progress("Reading on", 0, "events", console=terminal) as advance:
        advance(0)
    assert file.getvalue() == ""


def test_a_short_task_says_nothing() -> None:
    def work(advance: Callable[[int], None], watch: Watch) -> None:
        watch.passes(1)
        advance(1_000)

    assert lines_of(work) == []


def test_a_long_one_tells_rate_and_remaining_time_now_and_then() -> None:
    def work(advance: Callable[[int], None], watch: Watch) -> None:
        for _ in range(10):
            watch.passes(1)
            advance(50)

    assert lines_of(work) == [
        "Telling 250 of 1,000 reports, 50/s, 0:00:15 left",
        "Telling 500 of 1,000 reports, 50/s, 0:00:10 left",
    ]


def test_on_a_terminal_there_is_a_bar() -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=120)
    with progress("Telling", 1_000, "reports", console=console) as advance:
        advance(1_000)
    assert "Telling" in file.getvalue()
    assert "1000/1000" in file.getvalue()
    assert "reports" in file.getvalue()


def test_where_more_is_done_than_there_was_nothing_is_left() -> None:
    def work(advance: Callable[[int], None], watch: Watch) -> None:
        watch.passes(5)
        advance(1_500)

    assert lines_of(work) == ["Telling 1,500 of 1,500 reports, 300/s, 0:00:00 left"]
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=120)
    with progress("Telling", 1_000, "reports", console=console) as advance:
        advance(1_500)
    assert "1500/1500" in file.getvalue()


def test_ended_from_outside_the_line_of_the_bar_ends_too() -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=120)
    before = signal.getsignal(signal.SIGTERM)

    def interrupted() -> None:
        with progress("Telling", 1_000, "reports", console=console) as advance:
            advance(1)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        interrupted()
    assert ended.value.code == 128 + signal.SIGTERM
    assert "\n" in file.getvalue()
    assert file.getvalue().endswith("\x1b[?25h"), "and the cursor is shown again"
    assert signal.getsignal(signal.SIGTERM) == before


def test_where_nobody_knows_the_end_the_bar_counts() -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=120)
    with progress("Reading", None, "documents", console=console) as advance:
        advance(7)
    assert "Reading 7 documents" in file.getvalue()
