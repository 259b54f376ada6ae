"""Which processes run for a home, and how another command stops them.

Each of them holds the lock of a file in the home, where it wrote down who it is. The
kernel holds the locks, so a killed one's is gone with it.
"""

import fcntl
import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import msgspec
import psutil
from msgspec import Struct

from interface.errors import UserError
from interface.home import make_home, private_folder

STOP_SECONDS = 120
POLL_SECONDS = 0.05


class Who(Struct, frozen=True):
    """A process: its number, and when it was made, for numbers are used again."""

    pid: int
    made: float

    def alive(self) -> bool:
        """Whether this very process still is, and not merely its number."""
        try:
            process = psutil.Process(self.pid)
            return (
                process.create_time() == self.made
                and process.status() != psutil.STATUS_ZOMBIE
            )
        except psutil.NoSuchProcess:
            return False


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Be the one ``redress up`` of this home. Raises UserError if there is one."""
    make_home(home)
    with up_lock(home).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = read(up_lock(home))
            number = f" (process {who.pid})" if who else ""
            message = f"Redress already runs for {home}{number}; redress down stops it"
            raise UserError(message) from None
        sign(lock)
        yield


@contextmanager
def making_ready(home: Path) -> Iterator[None]:
    """Hold back whoever waits in :func:`wait_until_ready`, while the block runs."""
    make_home(home)
    with ready_lock(home).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def wait_until_ready(home: Path) -> None:
    """Wait while somebody makes this home ready; at once if nobody does.

    So a process can be on its feet, all it needs imported, when the database is.
    """
    make_home(home)
    with ready_lock(home).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)


@contextmanager
def one_of_many(home: Path, name: str) -> Iterator[None]:
    """Be a process of this home that ``redress down`` finds, under a name."""
    make_home(home)
    path = private_folder(folder(home)) / f"{name}-{secrets.token_hex(8)}.lock"
    with path.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sign(lock)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def stop_running(home: Path) -> bool:
    """Stop every process of this home, and wait; False if none runs.

    ``redress up`` goes first, for it starts again who ends. No stranger is ever
    signalled: one must hold the lock, and be the one that signed it. Raises UserError
    for one that will not stop.
    """
    stopped = stop(up_lock(home))
    for path in sorted(folder(home).glob("*.lock")):
        stopped = stop(path) or stopped
        forget(path)
    return stopped


def stop(path: Path) -> bool:
    """Stop who holds this lock, and wait; False if nobody does. Raises UserError."""
    if not held(path):
        return False
    who = read(path)
    if who is None or not who.alive():
        message = f"{path} is held by a process that cannot be seen from here"
        raise UserError(f"{message}; stop it where it was started")
    with suppress(ProcessLookupError):
        os.kill(who.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while held(path) or who.alive():
        if time.monotonic() > deadline:
            message = f"Redress (process {who.pid}) has not stopped in {STOP_SECONDS} s"
            raise UserError(message)
        time.sleep(POLL_SECONDS)
    return True


def forget(path: Path) -> None:
    """Remove what a killed process left; one that just begins has not signed yet."""
    if (who := read(path)) and not who.alive():
        path.unlink(missing_ok=True)


def held(path: Path) -> bool:
    """Whether a process holds this lock."""
    try:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def sign(lock: IO[str]) -> None:
    """Write into a lock who holds it."""
    lock.truncate(0)
    who = Who(os.getpid(), psutil.Process().create_time())
    lock.write(msgspec.json.encode(who).decode())
    lock.flush()


def read(path: Path) -> Who | None:
    """Return who signed a lock, if it can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Who)
    except (OSError, msgspec.DecodeError):
        return None


def up_lock(home: Path) -> Path:
    """Return where the one ``redress up`` signs."""
    return home / "up.lock"


def ready_lock(home: Path) -> Path:
    """Return what is locked while ``redress up`` makes the home ready."""
    return home / "ready.lock"


def folder(home: Path) -> Path:
    """Return where all others sign."""
    return home / "running"
