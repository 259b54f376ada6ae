"""A running database server, known by the file it keeps in its data directory."""

import os
import signal
import time
from pathlib import Path

import psutil
from msgspec import Struct

from interface.errors import UserError

FAST_SECONDS = 60  # to roll back what is open and write a checkpoint
IMMEDIATE_SECONDS = 10
POLL_SECONDS = 0.05

# The lines of postmaster.pid, which PostgreSQL documents in miscadmin.h.
PID, SOCKETS, STATUS = 0, 4, 7


class Postmaster(Struct, frozen=True):
    """A server process, and where its socket is. ``ready``: it takes connections."""

    pid: int
    sockets: str
    ready: bool


def running(data: Path) -> Postmaster | None:
    """Return the server that runs on this data directory, if there is one.

    A file left behind by a killed server names a process that is gone, or, after a
    restart of the machine, quite another one: then there is no server.
    """
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[PID])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not serves(pid, data):
        return None
    sockets = lines[SOCKETS] if len(lines) > SOCKETS else ""
    ready = len(lines) > STATUS and lines[STATUS].strip() == "ready"
    return Postmaster(pid, sockets, ready)


def serves(pid: int, data: Path) -> bool:
    """Whether this process is alive and a PostgreSQL working in this directory."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
            return False
        try:
            return Path(process.cwd()) == data.resolve()
        except psutil.AccessDenied:  # Not even root may always ask where it works.
            return str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return False


def forget_the_dead(data: Path, sockets: Path) -> None:
    """Remove the lock files of a server that is gone.

    The number in them may by now belong to another program, or to a dead process that
    nobody has asked after; PostgreSQL would wait for either for ever. If children of
    the dead server still live, its shared memory still tells the next one so.
    """
    if running(data) is None:
        for left_behind in (data / "postmaster.pid", *sockets.glob(".s.PGSQL.*.lock")):
            left_behind.unlink(missing_ok=True)


def stop(data: Path) -> None:
    """Stop the server on this data directory, and wait until it is gone.

    Sessions are cut off and rolled back. Raises UserError if it will not go.
    """
    for sent, seconds in (
        (signal.SIGINT, FAST_SECONDS),
        (signal.SIGQUIT, IMMEDIATE_SECONDS),
    ):
        server = running(data)
        if server is None:
            return
        os.kill(server.pid, sent)
        deadline = time.monotonic() + seconds
        while serves(server.pid, data):
            if time.monotonic() > deadline:
                break
            time.sleep(POLL_SECONDS)
    if running(data) is not None:
        raise UserError(f"PostgreSQL in {data} does not stop; see its log")
