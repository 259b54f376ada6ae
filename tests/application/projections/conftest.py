"""A real database, a log one can write by hand, and one written by commands."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from application.event_store.connections import Pool, connection_pool
from application.event_store.envelope import RecordedEvent
from application.event_store.postgres import PostgresEventStore
from application.projections.runner import Runner
from application.projections.runtime import Projection, advance, transaction
from domain.kernel import Event
from interface.postgres.database import DatabaseUrls

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
NAMESPACE = UUID("5e0e35a0-6f43-4e0b-9b2b-2f6d6a7d1c01")


class Pools:
    """Connections of each role to an empty, migrated database."""

    def __init__(self, urls: DatabaseUrls, closing: ExitStack) -> None:
        self.writer = closing.enter_context(connection_pool(urls.writer))
        self.projector = closing.enter_context(connection_pool(urls.projector))
        self.reader = closing.enter_context(connection_pool(urls.reader))
        self.urls = urls


@pytest.fixture
def pools(clean_database: DatabaseUrls) -> Iterator[Pools]:
    with ExitStack() as closing:
        yield Pools(clean_database, closing)


@pytest.fixture
def store(pools: Pools) -> PostgresEventStore:
    return PostgresEventStore(pools.writer, pools.reader)


class History:
    """What has happened, told batch by batch. It counts positions and versions."""

    def __init__(self) -> None:
        self._positions: dict[int, int] = {}
        self._versions: dict[UUID, int] = {}

    def goes_on(
        self, stream: str, *events: Event, partition: int = 0
    ) -> list[RecordedEvent]:
        return [self._recorded(stream, event, partition) for event in events]

    def _recorded(self, stream: str, event: Event, partition: int) -> RecordedEvent:
        stream_id = stream_called(stream)
        position = self._positions.get(partition, 0) + 1
        version = self._versions.get(stream_id, 0) + 1
        self._positions[partition] = position
        self._versions[stream_id] = version
        return RecordedEvent(
            stream_id=stream_id,
            version=version,
            partition=partition,
            position=position,
            occurred_at=getattr(event, "at", MONDAY),
            recorded_at=MONDAY + timedelta(seconds=position),
            actor="merchant:tea-house",
            command_id=UUID(int=position),
            correlation_id=UUID(int=position),
            leaf=bytes(32),
            event=event,
        )


@pytest.fixture
def history() -> History:
    return History()


def stream_called(name: str) -> UUID:
    return uuid5(NAMESPACE, name)


class Reader:
    """Lets projections read batches, in the live tables."""

    def __init__(self, pool: Pool, projections: Sequence[Projection]) -> None:
        self._pool = pool
        self._projections = projections
        Runner(projections, pool).prepare()

    def reads(self, *batch: RecordedEvent) -> None:
        for projection in self._projections:
            with transaction(self._pool) as connection:
                advance(projection, batch, connection)
