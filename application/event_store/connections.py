"""Connections to the store, and what their failures mean to a caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final, TypeAlias, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from application.event_store.store import OutcomeUnknown, StoreUnavailable

Connection: TypeAlias = psycopg.Connection[TupleRow]
Pool: TypeAlias = ConnectionPool[Connection]

RV = TypeVar("RV")

# A server, or the way to it, that is gone without a word is noticed by the kernel:
# what is sent is acknowledged in time, and who is silent is asked whether they are
# there. A server that is there but hangs acknowledges all the same; for it there is
# ``answers_within_s``. What an address says of these itself goes first.
GONE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

# So many may wait for each connection; the next is told at once to come again.
WAITING_MAX_EACH: Final = 8


class Unanswered(psycopg.OperationalError):
    """The database took a statement and said nothing for too long."""


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection that is given up when the server does not answer in time.

    The server bounds each statement itself, but one that hangs keeps no promise.
    """

    answers_within_s: float | None = None

    def wait(self, gen: PQGen[RV], *args: Any, **kwargs: Any) -> RV:
        """Return what the server answers. Raises Unanswered, and is closed then."""
        if self.answers_within_s is None:
            return super().wait(gen, *args, **kwargs)
        return super().wait(self._in_time(gen, self.answers_within_s), *args, **kwargs)

    def _in_time(self, gen: PQGen[RV], seconds: float) -> PQGen[RV]:
        """Do what ``gen`` does, which is woken many times a second, but not for ever.

        Only silence counts: whoever reads much, and gets it, may take long.
        """
        deadline = monotonic() + seconds
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    deadline = monotonic() + seconds
                elif monotonic() > deadline:
                    self.close()
                    raise Unanswered(f"the database said nothing for {seconds:g} s")
                wanted = gen.send(ready)
        except StopIteration as ended:
            value: RV = ended.value
            return value


def connection_pool(  # noqa: PLR0913  # one word for each thing a pool can differ in
    conninfo: str,
    *,
    min_size: int = 1,
    max_size: int = 4,
    wait_s: float = 5.0,
    answers_within_s: float | None = None,
    prepared: bool = True,
    waiting_max_each: int = WAITING_MAX_EACH,
) -> Pool:
    """Return a pool, not yet open, of connections in autocommit.

    A statement is a transaction: that is what store.append counts on. ``prepared``
    statements are for who has a server session of his own: behind a pooler there are
    none, whatever is asked. A server that says
    nothing for ``answers_within_s`` hangs, and the connection is given up; that is a
    little more than its own limit on a statement, None where it has none. So many
    callers may wait for each connection, any number for 0.
    """
    told = conninfo_to_dict(conninfo)

    def bound(connection: Connection) -> None:
        assert isinstance(connection, BoundedConnection)
        connection.answers_within_s = answers_within_s
        if pooled(connection):
            connection.prepare_threshold = None

    return ConnectionPool(
        conninfo,
        connection_class=BoundedConnection,
        configure=bound,
        min_size=min_size,
        max_size=max_size,
        max_waiting=waiting_max_each * max_size,
        timeout=wait_s,
        open=False,
        kwargs={
            **{name: value for name, value in GONE.items() if name not in told},
            "autocommit": True,
            "prepare_threshold": 5 if prepared else None,
        },
    )


def pooled(connection: Connection) -> bool:
    """Say whether somebody stands between us and the session of a server.

    A pooler answers for many servers, and so has numbers of its own for its callers. In
    another session what was prepared in this one is unknown, or somebody else's.
    """
    row = connection.execute("SELECT pg_backend_pid()").fetchone()
    return row != (connection.info.backend_pid,)


@contextmanager
def available(pool: Pool, *, writes: bool = True) -> Iterator[Connection]:
    """Lend a connection for one statement, and say what it means if that fails.

    Raises StoreUnavailable if nothing was written, OutcomeUnknown if that cannot be
    known: the connection broke under a statement that writes. An error of our own, such
    as wrong SQL, stays what it is.
    """
    try:
        # Not pool.connection(), which in the end looks for something to commit: there
        # is nothing, and to find that out takes longer than all the rest of it.
        connection = pool.getconn()
        try:
            assert connection.autocommit, "the statement must be the transaction"
            yield connection
        except psycopg.OperationalError as error:
            if connection.closed and writes:
                raise OutcomeUnknown(reason(error)) from error
            raise
        finally:
            pool.putconn(connection)
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise StoreUnavailable(reason(error)) from error


def reason(error: psycopg.Error) -> str:
    """Return what to tell an operator, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
