"""Ctrl-C, for tasks that finish what they have begun."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Signal
from types import FrameType

import rich_click as click

# What a shell expects of a program that was interrupted: 128 and the signal's number.
EXIT_INTERRUPTED = 128 + signal.SIGINT


@contextmanager
def interruptible() -> Iterator[Signal]:
    """Lend a signal that is set once somebody wants us to stop.

    The second Ctrl-C does not wait. Either way nothing is lost: a batch is written
    whole or not at all.
    """
    wanted = Signal()

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame  # Which one, and where we were, makes no difference.
        wanted.set()
        signal.signal(signal.SIGINT, before[signal.SIGINT])
        click.echo("Stopping after this batch; Ctrl-C again stops at once.", err=True)

    signs = (signal.SIGINT, signal.SIGTERM)
    before = {sign: signal.signal(sign, stop) for sign in signs}
    try:
        yield wanted
    except KeyboardInterrupt:
        give_way()
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def give_way() -> None:
    """End as one who was interrupted, saying how to go on."""
    click.echo("Interrupted. To go on, run the same command again.", err=True)
    sys.exit(EXIT_INTERRUPTED)
