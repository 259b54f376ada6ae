"""An order with an event that this release cannot read: it waits, the others do not."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from application.event_store.envelope import CommandContext, Receipt
from application.event_store.postgres import PostgresEventStore
from application.event_store.store import Append, StreamAppend
from application.projections.read_models import READ_MODELS
from domain.kernel import Event, Moment
from domain.order import PromiseKept
from interface.bootstrap import Redress
from tests.interface.api.conftest import PAYMENT, Caller, Callers
from tests.interface.api.test_problems import CANCEL, problem


class OrderTeleported(Event, frozen=True, kw_only=True, tag="order.teleported"):
    """What a later release may write."""

    at: Moment


@pytest.fixture
def teleported(redress: Redress, order: str) -> str:
    """Let a later release have written an event of the order; return its position."""
    later = PostgresEventStore(redress.writer, redress.reader, (OrderTeleported,))
    order_id = UUID(order.rpartition("/")[2])
    version = len(redress.store.stream(order_id))
    at = datetime(2026, 3, 3, tzinfo=UTC)
    context = CommandContext(
        actor="service:later", asked_at=at, command_id=uuid4(), correlation_id=uuid4()
    )
    part = StreamAppend(order_id, version, (OrderTeleported(at=at),))
    (receipt,) = later.append([Append(context, b"teleport", (part,))])
    assert isinstance(receipt, Receipt)
    return receipt.position


@pytest.mark.parametrize("where", ["", "/parcels", "/promises"])
def test_an_event_of_a_later_release_is_named_to_whoever_reads_its_order(
    agent: Caller, order: str, teleported: str, where: str
) -> None:
    answer = agent.get(f"{order}{where}")
    document = problem(answer, 503, "unreadable_event")
    assert teleported in document["detail"]
    assert "order.teleported" in document["detail"]
    assert answer.headers["Retry-After"]


def test_nothing_is_told_or_asked_of_an_order_that_cannot_be_read(
    feed: Caller, li_mei: Caller, agent: Caller, order: str, teleported: str
) -> None:
    paid = feed.post(f"{order}/payments", PAYMENT | {"payment": "p-2"})
    cancelled = li_mei.post(f"{order}/cancellation", CANCEL, If_Match='"3"')
    state = agent.get(order.replace("/orders/", "/streams/") + "/state")
    for answer in (paid, cancelled, state):
        assert teleported in problem(answer, 503, "unreadable_event")["detail"]


def test_what_follows_an_event_that_cannot_be_read_is_not_made_sense_of(
    redress: Redress, agent: Caller, order: str, teleported: str
) -> None:
    """A promise that only the unreadable event knows of is kept after it."""
    order_id = UUID(order.rpartition("/")[2])
    at = datetime(2026, 3, 4, tzinfo=UTC)
    context = CommandContext(
        actor="service:later", asked_at=at, command_id=uuid4(), correlation_id=uuid4()
    )
    kept = PromiseKept(
        at=at,
        promise="teleport_by/order/merchant",
        due_at=at,
        ahead_seconds=0,
        evidence="SF1/teleported",
    )
    version = len(redress.store.stream(order_id))
    part = StreamAppend(order_id, version, (kept,))
    redress.store.append([Append(context, b"kept", (part,))])
    document = problem(agent.get(order), 503, "unreadable_event")
    assert teleported in document["detail"]


def test_of_an_order_that_cannot_be_read_strangers_learn_nothing(
    caller: Callers, order: str, teleported: str
) -> None:
    assert teleported
    problem(caller("consumer", "somebody-else").get(order), 404, "not_found")


def test_a_parked_stream_is_shown_to_those_who_keep_it_running(
    client: TestClient[Litestar], teleported: str, project: Callable[[], None]
) -> None:
    assert teleported
    project()
    answer = client.get("/readyz")
    assert answer.status_code == 200, "the others are served"
    assert answer.json()["parked"] == {each.name: 1 for each in READ_MODELS}
