"""Which ``redress up`` runs for a home, and how another command stops it."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
from msgspec import Struct

from interface.errors import UserError
from interface.home import make_home

STOP_SECONDS = 120
POLL_SECONDS = 0.05


class Who(Struct, frozen=True):
    """A process: its number, and when it was made, for numbers are used again."""

    pid: int
    made: float

    def alive(self) -> bool:
        """Whether this very process still is."""
        try:
            return psutil.Process(self.pid).create_time() == self.made
        except psutil.NoSuchProcess:
            return False


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the one ``redress up`` of this home. Raises UserError if there is one.

    The kernel holds the lock, so a killed one does not stand in the way.
    """
    make_home(home)
    with (home / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = read(home)
            number = f" (process {who.pid})" if who else ""
            message = f"Redress already runs for {home}{number}; redress down stops it"
            raise UserError(message) from None
        lock.truncate(0)
        who = Who(os.getpid(), psutil.Process().create_time())
        lock.write(msgspec.json.encode(who).decode())
        lock.flush()
        yield


def stop_running(home: Path) -> bool:
    """Stop the ``redress up`` of this home, and wait; False if none runs.

    No other process is ever signalled: one must hold the lock, and be the one that
    wrote its number there. Raises UserError if it will not stop.
    """
    if not held(home):
        return False
    who = read(home)
    if who is None or not who.alive():
        message = f"{home} is in use by a process that cannot be seen from here"
        raise UserError(f"{message}; stop it where it was started")
    os.kill(who.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while held(home):
        if time.monotonic() > deadline:
            message = f"Redress (process {who.pid}) has not stopped in {STOP_SECONDS} s"
            raise UserError(message)
        time.sleep(POLL_SECONDS)
    return True


def held(home: Path) -> bool:
    """Whether a ``redress up`` runs for this home."""
    try:
        with (home / "up.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def read(home: Path) -> Who | None:
    """Return who wrote down to run for this home, if it can be read."""
    try:
        return msgspec.json.decode((home / "up.lock").read_bytes(), type=Who)
    except (OSError, msgspec.DecodeError):
        return None
