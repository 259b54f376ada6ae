"""A batch comes to the same fields, whether it is a page of the log or written down."""

from collections.abc import Sequence
from typing import cast

import pytest

from application.event_store.envelope import RecordedEvent
from application.event_store.history import Page
from application.event_store.postgres import PostgresEventStore
from application.projections.fields import fields_of
from application.projections.log import Log, Range
from tests.application.projections.conftest import Pools
from tests.application.projections.shop import Shop


@pytest.fixture
def shop(store: PostgresEventStore) -> Shop:
    return Shop(store)


def test_a_page_has_the_fields_of_its_entries(
    shop: Shop, store: PostgresEventStore, pools: Pools
) -> None:
    shop.sells(range(3))
    ranges = [Range(partition, 0, head) for partition, head in store.heads().items()]
    with pools.projector.connection() as connection:
        page = Log().read(ranges, connection)
    assert isinstance(page, Page)
    batch = cast("Sequence[RecordedEvent]", page)
    as_it_came, written_down = fields_of(batch), fields_of(list(batch))
    assert len(as_it_came.events) == sum(store.heads().values())
    assert as_it_came == written_down
