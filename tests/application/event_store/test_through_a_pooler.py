"""Behind a pooler nobody has a session of his own; --pooler runs all suites so."""

from collections.abc import Iterator

import psycopg
import pytest

from application.event_store.connections import connection_pool
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.pooler import pooler
from tests.application.event_store.shelf import SHELF_EVENTS, a_shelf, put_up

SEVERAL = 12  # more than a statement is asked before a session of our own prepares it


@pytest.fixture
def pooled(
    clean_database: DatabaseUrls, database: DatabaseUrls
) -> Iterator[DatabaseUrls]:
    del clean_database
    with pooler(database) as urls:
        yield urls


def test_what_is_asked_again_and_again_goes_by_whichever_session_is_free(
    pooled: DatabaseUrls,
) -> None:
    with (
        connection_pool(pooled.writer, max_size=1) as writer,
        connection_pool(pooled.writer, max_size=1) as in_the_way,
    ):
        handler = CommandHandler(PostgresEventStore(writer, writer, SHELF_EVENTS))
        for number in range(SEVERAL):
            handler.handle_one(put_up("vase", a_shelf()))
            with in_the_way.connection() as other, other.transaction():
                other.execute("SELECT 1")
                handler.handle_one(put_up(f"lamp {number}", a_shelf()))


def test_control_what_was_prepared_in_one_session_is_unknown_in_another(
    pooled: DatabaseUrls,
) -> None:
    with (
        psycopg.connect(pooled.writer, autocommit=True) as one,
        psycopg.connect(pooled.writer) as other,
    ):
        one.execute("SELECT 1", prepare=True)
        other.execute("SELECT 1")
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            one.execute("SELECT 1", prepare=True)


def test_a_session_of_our_own_is_told_from_a_poolers(
    pooled: DatabaseUrls, database: DatabaseUrls
) -> None:
    for urls, prepares in ((database, True), (pooled, False)):
        with connection_pool(urls.reader) as pool, pool.connection() as connection:
            assert (connection.prepare_threshold is not None) is prepares
