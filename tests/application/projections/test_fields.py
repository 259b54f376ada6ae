"""A batch comes to the same fields, whether it is a page of the log or written down."""

from collections.abc import Sequence
from typing import cast
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from application.event_store.envelope import RecordedEvent
from application.event_store.postgres import PostgresEventStore
from application.event_store.rows.history import Page
from application.event_store.rows.row import LogEntry
from application.event_store.seams.stock import append_stock, stock_ask
from application.event_store.store import Unreadable
from application.projections.column_page import ColumnPage
from application.projections.fields import fields_of
from application.projections.log import Log, Positions, Range
from tests.application.projections.conftest import Pools
from tests.application.projections.shop import Shop


@pytest.fixture
def shop(store: PostgresEventStore) -> Shop:
    return Shop(store)


def read(heads: Positions, pools: Pools) -> Sequence[LogEntry]:
    ranges = [Range(partition, 0, head) for partition, head in heads.items()]
    with pools.projector.connection() as connection:
        return Log().read(ranges, connection)


def test_a_page_has_the_fields_of_its_entries(
    shop: Shop, store: PostgresEventStore, pools: Pools
) -> None:
    shop.sells(range(3))
    page = read(store.heads(), pools)
    assert isinstance(page, ColumnPage)
    batch = cast("Sequence[RecordedEvent]", page)
    as_it_came, written_down = fields_of(batch), fields_of(list(batch))
    assert len(as_it_came.events) == sum(store.heads().values())
    assert as_it_came == written_down


def test_a_page_is_what_the_store_reads(
    shop: Shop, store: PostgresEventStore, pools: Pools
) -> None:
    shop.sells(range(3))
    page = read(store.heads(), pools)
    stored = [
        entry for each in sorted(store.heads()) for entry in store.read(each, 0, 999)
    ]
    assert page == stored
    assert page[-1].position == cast("Page", page).position


def test_of_a_log_in_which_nothing_stands_there_is_a_page_without_entries(
    pools: Pools,
) -> None:
    page = read({0: 5}, pools)
    assert list(page) == []
    assert cast("Page", page).position == 0
    assert cast("Page", page).column("tag") == []


def test_what_cannot_be_read_stands_in_its_place_in_a_page(
    shop: Shop, store: PostgresEventStore, pools: Pools
) -> None:
    shop.sells(range(3))
    with pools.writer.connection() as connection:
        to_come = StoredEvent(uuid4(), 1, "order.still_to_come", b"{}")
        append_stock(connection, stock_ask([to_come]))
    page = read(store.heads(), pools)
    unread = [each for each in page if isinstance(each, Unreadable)]
    assert [each.tag for each in unread] == ["order.still_to_come"]
    assert len(page) == sum(store.heads().values())
