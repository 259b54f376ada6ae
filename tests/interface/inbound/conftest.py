"""Messages as strangers send them, and the whole road for them to take."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from application.event_store.connections import connection_pool
from application.event_store.handler import CommandHandler
from application.event_store.postgres import PostgresEventStore
from application.inbound import Inbound, InboundStore, Message, Raw, Reported
from application.inbound.addressing import matter_id
from application.orders import Orders, consumer_of_order
from application.people import MemoryKeys, People
from application.policies import shipped_documents, shipped_policies
from application.policy_set import Policies
from application.projections.references import References
from application.projections.runner import Runner
from domain.after_sales import CASE, Case
from domain.dispute import DISPUTE, Dispute
from domain.kernel import Event
from domain.order import ORDER, Order
from interface.inbound.feed import Feed, FeedReport
from interface.inbound.messages import TRANSLATORS, messages_in
from interface.postgres.database import DatabaseUrls

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def encoded(document: Any) -> bytes:
    return msgspec.json.encode(document)


def reports_in(source: str, document: Any, *, kind: str = "") -> Sequence[Reported]:
    """Return what the messages of a document report; raises as translators do."""
    body = document if isinstance(document, bytes) else encoded(document)
    reports: list[Reported] = []
    for raw in messages_in(source, body, "http"):
        assert raw.fault is None, raw.fault
        message = Message(
            message_id=raw.message_id,
            source=source,
            type=kind or raw.type,
            body=raw.body,
            received_at=MONDAY,
        )
        reports += TRANSLATORS[source](message)
    return reports


class Road:
    """Everything a message passes, on a real database."""

    def __init__(self, urls: DatabaseUrls, closing: ExitStack) -> None:
        self.urls = urls
        writer = closing.enter_context(connection_pool(urls.writer))
        projector = closing.enter_context(connection_pool(urls.projector))
        reader = closing.enter_context(connection_pool(urls.reader))
        self.event_store = PostgresEventStore(writer, reader)
        handler = CommandHandler(self.event_store)
        self.orders = Orders(self.event_store, handler, shipped_policies())
        self.policies = Policies(
            self.event_store, handler, shipped_documents, lambda: MONDAY
        )
        self.keys = MemoryKeys()
        self.people = People(self.keys, bytes(32))
        self.store = InboundStore(writer)
        self.translators = dict(TRANSLATORS)
        self.inbound = self._inbound()
        self._references = Runner([References()], projector)

    def _inbound(self) -> Inbound:
        return Inbound(
            self.store,
            self.orders,
            self.policies,
            self.people,
            self.translators,
            lambda: MONDAY,
        )

    def forget(self, consumer: str) -> None:
        """Erase a consumer's key, and go on as a process that does not remember it."""
        self.keys.erase([consumer])
        self.people = People(self.keys, bytes(32))
        self.inbound = self._inbound()

    def catch_up(self) -> None:
        assert self._references.catch_up()

    def feed(self, source: str, *paths: Path) -> FeedReport:
        feed = Feed(self.inbound, source, self.catch_up)
        return feed.take(paths, lambda _: None, lambda: False)

    def post(self, source: str, document: Any) -> list[Raw]:
        """Keep the messages of a document, as the webhook does."""
        body = document if isinstance(document, bytes) else encoded(document)
        raws = messages_in(source, body, "http")
        self.inbound.keep(raws)
        return raws

    def work(self) -> None:
        """Do what the background does until there is nothing left to do."""
        self.catch_up()
        while self.inbound.work():
            self.catch_up()

    def order_id(self, number: str, source: str = "doudian") -> UUID:
        consumer = consumer_of_order(source, number)
        return self.orders.id_of(consumer, source, number)

    def events(self, number: str, source: str = "doudian") -> list[Event]:
        order_id = self.order_id(number, source)
        history = self.event_store.load([order_id]).histories[order_id]
        return [each.event for each in history]

    def order(self, number: str, source: str = "doudian") -> Order:
        events = self.events(number, source)
        return reduce(ORDER.evolve, events, ORDER.initial)  # type: ignore[arg-type]  # an order has events of orders only

    def beside(self, order_id: UUID, kind: str, number: str, source: str) -> list[Any]:
        """Return what happened to a case or dispute beside its order."""
        stream_id = matter_id(order_id, kind, source, number)
        history = self.event_store.load([stream_id]).histories[stream_id]
        return [each.event for each in history]

    def case(self, number: str, order: str, source: str = "doudian") -> Case:
        order_id = self.order_id(order, source)
        events = self.beside(order_id, "after_sales", number, source)
        return reduce(CASE.evolve, events, CASE.initial)

    def dispute(self, number: str, order: str, source: str = "doudian") -> Dispute:
        order_id = self.order_id(order, source)
        events = self.beside(order_id, "dispute", number, source)
        return reduce(DISPUTE.evolve, events, DISPUTE.initial)

    def standing(self) -> dict[tuple[str, str | None], int]:
        """Return how many messages there are by state and reason."""
        found: dict[tuple[str, str | None], int] = {}
        for _, state, reason, count in self.store.counts():
            found[state, reason] = found.get((state, reason), 0) + count
        return found

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.urls.owner) as owner:
            return owner.execute(query).fetchall()


@pytest.fixture
def road(clean_database: DatabaseUrls) -> Iterator[Road]:
    with ExitStack() as closing:
        yield Road(clean_database, closing)
