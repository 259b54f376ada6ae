"""Connections to the store, and what their failures mean to a caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from application.event_store.store import OutcomeUnknown, StoreUnavailable

Connection: TypeAlias = psycopg.Connection[TupleRow]
Pool: TypeAlias = ConnectionPool[Connection]


def connection_pool(
    conninfo: str,
    *,
    min_size: int = 1,
    max_size: int = 4,
    wait_s: float = 5.0,
    prepared: bool = True,
) -> Pool:
    """Return a pool, not yet open, of connections in autocommit.

    A statement is a transaction: that is what store.append counts on. ``prepared`` must
    be off behind a pooler that does not know prepared statements.
    """
    return ConnectionPool(
        conninfo,
        min_size=min_size,
        max_size=max_size,
        timeout=wait_s,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 5 if prepared else None},
    )


@contextmanager
def available(pool: Pool, *, writes: bool = True) -> Iterator[Connection]:
    """Lend a connection for one statement, and say what it means if that fails.

    Raises StoreUnavailable if nothing was written, OutcomeUnknown if that cannot be
    known: the connection broke under a statement that writes. An error of our own, such
    as wrong SQL, stays what it is.
    """
    try:
        with pool.connection() as connection:
            assert connection.autocommit, "the statement must be the transaction"
            try:
                yield connection
            except psycopg.OperationalError as error:
                if connection.closed and writes:
                    raise OutcomeUnknown(reason(error)) from error
                raise
    except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction) as error:
        raise StoreUnavailable(reason(error)) from error


def reason(error: psycopg.Error) -> str:
    """Return what to tell an operator, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
