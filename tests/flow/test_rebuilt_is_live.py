"""What feeds tell in their own time zones: live, and filled again, it is the same."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from application.event_store.connections import Pool, connection_pool
from application.projections.order_page import OrderQueries
from application.projections.read_models import READ_MODELS
from application.projections.rebuild import rebuild
from application.projections.runner import Runner
from application.projections.runtime import Projection
from domain.ids import partition_in
from interface.postgres.database import DatabaseUrls
from tests.interface.inbound.conftest import Road
from tests.interface.inbound.samples import (
    DONE,
    ON_ITS_ROUND,
    ORDER,
    PAID,
    PICKED_UP,
    PLACED,
    SHIPPED,
    SIGNED,
    push,
)


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


@pytest.fixture
def road(clean_database: DatabaseUrls, closing: ExitStack) -> Road:
    return Road(clean_database, closing)


@pytest.fixture
def projector(clean_database: DatabaseUrls, closing: ExitStack) -> Pool:
    return closing.enter_context(connection_pool(clean_database.projector))


@pytest.fixture
def told(road: Road, projector: Pool) -> Road:
    """Tell an order of Doudian and its trace; read the log event by event."""
    live = Runner(READ_MODELS, projector)
    live.prepare()
    traces = [
        push(PICKED_UP),
        push(PICKED_UP, ON_ITS_ROUND),
        push(PICKED_UP, ON_ITS_ROUND, SIGNED, state="3"),
    ]
    for source, document in (
        *(("doudian", each) for each in (PLACED, PAID, SHIPPED)),
        *(("kuaidi100", each) for each in traces),
        ("doudian", DONE),
    ):
        road.post(source, document)
        road.work()
        for partition, head in road.event_store.heads().items():
            for position in range(1, head + 1):
                live.round({partition: position})
    return road


@pytest.mark.parametrize("projection", READ_MODELS, ids=lambda each: each.name)
def test_read_one_by_one_and_filled_again_at_once_a_read_model_is_the_same(
    told: Road, projector: Pool, projection: Projection
) -> None:
    rebuilt = rebuild(projection, projector)
    assert rebuilt.events == sum(told.event_store.heads().values()) > 10
    assert rebuilt.equal, rebuilt.examples


def test_times_of_a_parcel_are_shown_in_utc(told: Road, projector: Pool) -> None:
    order_id = told.order_id(ORDER)
    row = OrderQueries(projector).get(partition_in(order_id), order_id)
    assert row is not None
    (parcel,) = row.parcels
    assert parcel["handed_over_at"] == "2026-05-01T01:00:00Z"
    assert parcel["delivered_at"] == "2026-05-03T04:00:00Z"
