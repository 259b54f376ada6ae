"""The store of the tests keeps the contract of the real one."""

from datetime import datetime

import pytest

from tests.event_store_contract import EventStoreContract, ReadableStore
from tests.memory_store import MemoryEventStore


class TestMemoryEventStore(EventStoreContract):
    @pytest.fixture
    def store(self) -> ReadableStore:
        return MemoryEventStore()

    def let_the_clock_run_ahead(self, store: ReadableStore, until: datetime) -> None:
        assert isinstance(store, MemoryEventStore)
        store.written_at(7, until)
