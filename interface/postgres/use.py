"""Several commands share one embedded server; the last one to go puts it out."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from interface.home import make_home
from interface.postgres.server import EmbeddedPostgres

# What the lock file says: a command started the server, and the last one stops it; or
# it was found running, and stays so.
STARTED, FOUND = "started", "found"


@contextmanager
def in_use(server: EmbeddedPostgres, *, dies_with_us: bool = False) -> Iterator[None]:
    """Have the server running while the block runs, and leave it as it was found.

    The kernel keeps the count: each user holds a shared lock on one file, and a
    killed one's is gone with it. Raises UserError.
    """
    make_home(server.home)
    with (server.home / "postgres.use").open("a+") as users:
        with turn(server):
            if alone(users):
                note(users, FOUND if server.running else STARTED)
            if not server.running:
                server.start(dies_with_us=dies_with_us)
                note(users, STARTED)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with turn(server):
                if alone(users) and noted(users) == STARTED:
                    server.stop()


def revive(server: EmbeddedPostgres) -> bool:
    """Start the server again if it is gone; whether it was. Raises UserError.

    For a user of the server that stays: whoever killed it may do so any time.
    """
    if server.running:
        return False
    with turn(server):
        if not server.running:
            server.start(dies_with_us=True)
    return True


@contextmanager
def turn(server: EmbeddedPostgres) -> Iterator[None]:
    """Be the only one who starts or stops this server."""
    with (server.home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def alone(users: IO[str]) -> bool:
    """Whether no other process uses the server now. Lets go of our own use."""
    fcntl.flock(users, fcntl.LOCK_UN)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def note(users: IO[str], word: str) -> None:
    """Write what became of the server."""
    users.seek(0)
    users.truncate()
    users.write(word)
    users.flush()


def noted(users: IO[str]) -> str:
    """Read it."""
    users.seek(0)
    return users.read()
