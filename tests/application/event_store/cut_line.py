"""A line to PostgreSQL that can lose an answer: a proxy with a pair of scissors."""

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread, Timer

import psycopg
from psycopg.conninfo import make_conninfo

PORT = 5432
CHUNK = 65536
SILENT_SECONDS_MAX = 15.0


class CutLine:
    """Carries every byte, until ``lose_next_answer``: that one is swallowed."""

    def __init__(self, conninfo: str, folder: Path) -> None:
        with psycopg.connect(conninfo) as connection:
            self._host, self._port = connection.info.host, connection.info.port
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / f".s.PGSQL.{PORT}"))
        self._listener.listen()
        self._cutting = Event()
        self._silent = Event()
        self._ends: list[socket.socket] = []
        self.conninfo = make_conninfo(
            conninfo, host=str(folder), port=PORT, hostaddr=""
        )
        Thread(target=self._accept, daemon=True).start()

    def lose_next_answer(self) -> None:
        """Cut the line when the server has answered, before the client hears it."""
        self._cutting.set()

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Swallow every answer for a while; the line itself stays up.

        Whoever would wait for ever is cut off, so that a test fails instead.
        """
        self._silent.set()
        enough = Timer(SILENT_SECONDS_MAX, self.close)
        enough.start()
        try:
            yield
        finally:
            enough.cancel()
            self._silent.clear()

    def close(self) -> None:
        for end in (self._listener, *self._ends):
            with suppress(OSError):  # Not every end is still connected.
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = self._dial()
                self._ends += near, far
                Thread(target=self._carry, args=(near, far), daemon=True).start()
                Thread(target=self._answer, args=(far, near), daemon=True).start()

    def _dial(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port))
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return far

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while words := near.recv(CHUNK):
                far.sendall(words)
            far.shutdown(socket.SHUT_RDWR)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while words := far.recv(CHUNK):
                if self._cutting.is_set():
                    self._cutting.clear()
                    near.shutdown(socket.SHUT_RDWR)
                    return
                if not self._silent.is_set():
                    near.sendall(words)
            near.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_line(conninfo: str) -> Iterator[CutLine]:
    """Lay such a line to the database of these connection parameters."""
    with tempfile.TemporaryDirectory() as folder:
        line = CutLine(conninfo, Path(folder))
        try:
            yield line
        finally:
            line.close()
