"""The event store on a real PostgreSQL."""

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest

from application.event_store.connections import connection_pool
from application.event_store.postgres import PostgresEventStore
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.shelf import SHELF_EVENTS
from tests.event_store_contract import EventStoreContract, ReadableStore


@pytest.fixture
def postgres_store(clean_database: DatabaseUrls) -> Iterator[PostgresEventStore]:
    with (
        connection_pool(clean_database.writer) as writer,
        connection_pool(clean_database.reader) as reader,
    ):
        yield PostgresEventStore(writer, reader, SHELF_EVENTS)


class TestPostgresEventStore(EventStoreContract):
    @pytest.fixture(autouse=True)
    def _database(self, clean_database: DatabaseUrls) -> None:
        self.database = clean_database

    @pytest.fixture
    def store(self, postgres_store: PostgresEventStore) -> ReadableStore:
        return postgres_store

    def let_the_clock_run_ahead(self, store: ReadableStore, until: datetime) -> None:
        assert isinstance(store, PostgresEventStore)
        with psycopg.connect(self.database.owner) as connection:
            connection.execute(
                "UPDATE store.partition_head SET recorded_at = %s WHERE partition = 7",
                (until,),
            )
