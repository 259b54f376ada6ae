"""A stock application may live beside us: its events are none of ours, and passed."""

from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from application.event_store.postgres import PostgresEventStore
from application.event_store.seams.stock import append_stock, stock_ask
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from tests.application.projections.conftest import Pools
from tests.application.projections.shop import Shop

UNKNOWN = "no event type has this tag"
PARKED = "SELECT DISTINCT reason FROM projection.parked"


@pytest.mark.parametrize(
    ("topic", "reasons"),
    [
        ("diaries:Diary.Opened", []),
        ("order.still_to_come", [(f"unknown_tag: order.still_to_come: {UNKNOWN}",)]),
    ],
)
def test_what_a_stock_application_wrote_is_passed_and_by_control_ours_is_not(
    store: PostgresEventStore, pools: Pools, topic: str, reasons: list[tuple[str]]
) -> None:
    Shop(store).sells(range(3))
    with pools.writer.connection() as connection:
        append_stock(connection, stock_ask([StoredEvent(uuid4(), 1, topic, b"\x80")]))
    runner = Runner(READ_MODELS, pools.projector)
    assert runner.catch_up()
    assert set(runner.lag().values()) == {0}
    with pools.reader.connection() as connection:
        assert connection.execute(PARKED).fetchall() == reasons
