"""The embedded PostgreSQL: started, checked and stopped by ourselves."""

import errno
import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from interface.errors import UserError
from interface.home import kept_secret, open_log
from interface.postgres import cluster, postmaster
from interface.postgres.account import account_for

DATABASE = "redress"
PORT = "5432"  # only part of the socket's name; nothing listens on a network
START_SECONDS = 30  # to get past what a killed server left behind
RECOVERY_SECONDS = 300  # to replay what it had not written out
FREE_BYTES_MIN = 20_000_000  # less, and whatever went wrong, it is the disk

# Without these an acknowledged command might not be on disk.
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")

# What a server of tests goes without. Most of opening a connection is the stretching
# of its password, lest a stolen one be guessed; theirs are worth nothing to a thief.
HASTY = (*(f"--{name}=off" for name in (*DURABLE, "jit")), "--scram_iterations=1")

# What a starting server says when the one before it has not quite gone; the last are
# words of that one's own processes, which end in the same log.
PASSING = (
    "already exists",
    "still in use",
    "is starting up",
    "shutting down",
    "unexpected postmaster exit",
)


class EmbeddedPostgres:
    """The PostgreSQL server that belongs to one home folder.

    Whoever starts or stops it holds the lock that lets one process do so at a time,
    see ``use.py``. ``durable`` is off for tests only: then nothing waits for the disk.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.data = home / "postgres"
        self.log = home / "logs" / "postgres.log"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether a server runs on this data."""
        return postmaster.running(self.data) is not None

    def url(self, database: str = DATABASE) -> str:
        """Return how to connect as the owner. Raises UserError if none runs."""
        server = postmaster.running(self.data)
        if server is None:
            raise UserError(f"PostgreSQL in {self.data} is not running: redress up")
        return make_conninfo(
            host=server.sockets,
            port=PORT,
            user=cluster.OWNER,
            password=kept_secret(self.home / "secrets", "postgres-owner"),
            dbname=database,
        )

    def start(self, *, dies_with_us: bool = False) -> None:
        """Make the data directory if there is none, and start the server.

        ``dies_with_us``: it stops when this process is killed. Raises UserError, and
        leaves everything as it was, if it cannot be started.
        """
        cluster.check_version(self.data)
        programs = cluster.programs_folder()
        account = account_for(self.home, self.data, programs / "postgres")
        try:
            if not (self.data / "PG_VERSION").exists():
                password = kept_secret(self.home / "secrets", "postgres-owner")
                cluster.create(self.data, account, programs, password)
            words = [str(programs / "postgres"), "-D", str(self.data), "-p", PORT]
            sockets = cluster.socket_folder(self.home, account)
            words += ["-c", f"unix_socket_directories={sockets}"]
            words += [] if self._durable else HASTY
            self._launch(account.command(*words, dies_with_us=dies_with_us), sockets)
        except UserError as error:
            free = shutil.disk_usage(self.home).free
            if free < FREE_BYTES_MIN or os.strerror(errno.ENOSPC) in str(error):
                message = f"The disk of {self.home} is full; make room and start again"
                raise UserError(f"{message} ({error})") from None
            raise
        try:
            self._check()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, if one runs, and wait until it is gone."""
        server = postmaster.running(self.data)
        postmaster.stop(self.data)
        if server is not None:
            with suppress(OSError):  # It may hold the socket of another server.
                Path(server.sockets).rmdir()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _launch(self, command: list[str], sockets: Path) -> None:
        """Start the server, again and again while a killed one is still going."""
        deadline = time.monotonic() + START_SECONDS
        pause = 0.1
        while (reason := self._attempt(command, sockets)) is not None:
            passing = any(words in reason for words in PASSING)
            if not passing or time.monotonic() > deadline:
                message = f"PostgreSQL does not start: {reason} (log: {self.log})"
                raise UserError(message)
            time.sleep(pause)
            pause = min(2 * pause, 2.0)

    def _attempt(self, command: list[str], sockets: Path) -> str | None:
        """Start the server once. Return why it ended, None if it is ready."""
        if self._process is not None:
            self._process.poll()  # Gone, most likely; the kernel wants to be asked.
        postmaster.forget_the_dead(self.data, sockets)
        with open_log(self.log) as log:
            began = log.tell()
            process = subprocess.Popen(  # noqa: S603  # our own words and paths
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=cluster.ENVIRONMENT,
                start_new_session=True,
            )
        try:
            if self._became_ready(process):
                if self._process is not None:
                    self._process.wait()  # Killed: it may be going still.
                self._process = process
                return None
        except BaseException:
            process.terminate()
            process.wait()
            raise
        with self.log.open("rb") as log:
            log.seek(began)
            return cluster.last_words(log.read().decode(errors="replace"))

    def _became_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        """Wait until the server takes connections, or has ended."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while process.poll() is None:
            server = postmaster.running(self.data)
            if server is not None and server.ready and server.pid == process.pid:
                return True
            if time.monotonic() > deadline:
                message = f"PostgreSQL is not ready after {RECOVERY_SECONDS} s"
                raise UserError(f"{message} (log: {self.log})")
            time.sleep(postmaster.POLL_SECONDS)
        return False

    def _check(self) -> None:
        """Refuse a server that might lose what it acknowledged; make the database."""
        try:
            with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                for name in DURABLE if self._durable else ():
                    row = connection.execute(
                        "SELECT current_setting(%s)", (name,)
                    ).fetchone()
                    if row is None or row[0] != "on":
                        message = f"PostgreSQL runs with {name} = {row and row[0]}"
                        raise UserError(f"{message}; it must be on")
                known = "SELECT 1 FROM pg_database WHERE datname = %s"
                if connection.execute(known, (DATABASE,)).fetchone() is None:
                    create = sql.SQL("CREATE DATABASE {}")
                    connection.execute(create.format(sql.Identifier(DATABASE)))
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[-1]
            message = f"PostgreSQL started, but cannot be used: {reason}"
            raise UserError(f"{message} (log: {self.log})") from None
