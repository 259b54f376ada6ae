"""A real store with a small shop's log, and an owner who can do with it as he likes."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.asks import StoredAsk, StoredPart
from application.event_store.rows.asks import append as append_asks
from application.verify.findings import Report
from application.verify.verify import verified
from domain.ids import partition_in
from interface.postgres.database import DatabaseUrls
from tests.application.projections.conftest import MONDAY, Pools
from tests.application.projections.shop import Shop

HERE = "partition = %(partition)s AND position ="

Found = set[tuple[str, str]]

SINGLE = """
SELECT e.position
  FROM store.event AS e JOIN store.command AS c USING (partition, command_id)
 WHERE e.partition = %s AND e.position > 1 AND c.first_position = c.last_position
   AND EXISTS (SELECT FROM store.event AS later
                WHERE later.partition = e.partition AND later.stream_id = e.stream_id
                  AND later.version > e.version)
 ORDER BY 1 LIMIT 1
"""


class Ledger:
    """The store of a shop, verified as often as one likes, and tampered with.

    ``partition`` is the one that most was written to, ``head`` where it ends. At
    ``middle`` is an event that was asked for alone, and that its stream goes on behind.
    """

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.store = PostgresEventStore(pools.writer, pools.reader)
        self.shop = Shop(self.store)
        self.shop.sells(range(5))
        heads = self.store.heads()
        self.partition = max(heads, key=lambda each: heads[each])
        self.head = heads[self.partition]
        with pools.reader.connection() as connection:
            row = connection.execute(SINGLE, (self.partition,)).fetchone()
        assert row is not None
        self.middle: int = row[0]

    def place(self, position: int) -> str:
        return f"{self.partition}.{position}"

    def tampers(self, *statements: str, **values: Any) -> None:
        """Do as a superuser does who switches the triggers off.

        MIDDLE and LAST stand for the conditions that find these events.
        """
        known = {
            "partition": self.partition,
            "head": self.head,
            "middle": self.middle,
            **values,
        }
        with psycopg.connect(self.pools.urls.owner) as owner:
            owner.execute("SET session_replication_role = replica")
            for statement in statements:
                done = statement.replace("MIDDLE", f"{HERE} %(middle)s")
                done = done.replace("LAST", f"{HERE} %(head)s")
                assert owner.execute(done.encode(), known).rowcount, f"nothing: {done}"

    def writes(
        self, stream_id: UUID, *events: tuple[str, bytes], version: int = 0
    ) -> UUID:
        """Append bodies as they are, past every rule; return the command's id."""
        told: list[tuple[str, bytes, datetime | None]] = [
            (tag, body, MONDAY) for tag, body in events
        ]
        command_id = uuid4()
        ask = StoredAsk(
            partition=partition_in(stream_id),
            command_id=command_id,
            name="forge",
            actor="nobody",
            asked_at=MONDAY,
            correlation_id=command_id,
            request_hash=b"",
            parts=[StoredPart(stream_id, version, told)],
        )
        with self.pools.writer.connection() as connection:
            (outcome,) = append_asks(connection, [ask])
        assert outcome.outcome == "appended", outcome
        return command_id

    def report(self) -> Report:
        with self.pools.reader.connection() as connection:
            return verified(connection)

    def found(self) -> Found:
        return {(each.invariant, each.place) for each in self.report().findings}


@pytest.fixture
def pools(clean_database: DatabaseUrls) -> Iterator[Pools]:
    with ExitStack() as closing:
        yield Pools(clean_database, closing)


@pytest.fixture
def ledger(pools: Pools) -> Ledger:
    return Ledger(pools)
