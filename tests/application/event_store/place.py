"""A store on a real database, and the means to disturb it."""

from contextlib import ExitStack
from typing import Final
from uuid import uuid4

import psycopg

from application.event_store.connections import connection_pool
from application.event_store.envelope import RecordedEvent
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.asks import StoredAsk, StoredPart
from application.event_store.rows.asks import append as append_asks
from interface.postgres.database import DatabaseUrls
from tests.application.event_store.shelf import (
    MONDAY,
    SHELF_EVENTS,
    a_shelf,
)

HERE: Final = 7


class Place:
    """A store on a real database, and connections by which to disturb it."""

    def __init__(
        self,
        urls: DatabaseUrls,
        closing: ExitStack,
        kind: type[PostgresEventStore] = PostgresEventStore,
    ) -> None:
        self.urls, self.closing, self.kind = urls, closing, kind
        self.owner = closing.enter_context(psycopg.connect(urls.owner, autocommit=True))
        self.store = self.opened(urls.writer)

    def opened(self, writer: str) -> PostgresEventStore:
        """Return another process's store, which reaches the database so."""
        pools = [
            self.closing.enter_context(connection_pool(each, max_size=1))
            for each in (writer, self.urls.reader)
        ]
        return self.kind(pools[0], pools[1], SHELF_EVENTS)

    def log(self, partition: int = HERE, after: int = 0) -> list[RecordedEvent]:
        entries = self.store.read(partition, after, 1_000)
        return [each for each in entries if isinstance(each, RecordedEvent)]

    def held_up(self, things: int) -> psycopg.Connection:
        """Have somebody append, and stand there before his transaction ends."""
        connection = self.closing.enter_context(psycopg.connect(self.urls.writer))
        events = [("shelf.thing_put_up", b'{"thing":"lamp"}', None)] * things
        id_, part = uuid4(), StoredPart(a_shelf(), 0, events)
        ask = StoredAsk(HERE, id_, "put_up", "agent:li", MONDAY, id_, b"", [part])
        append_asks(connection, [ask])
        return connection
