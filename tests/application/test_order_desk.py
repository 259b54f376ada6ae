"""An order is told something by who may, and tells nothing to who may not."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.access import Action, Actor, NotAllowed, NotFound
from application.consumers import id_of_consumer
from application.event_store.dispatcher import Dispatcher
from application.event_store.envelope import Ask, CommandContext, Part, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import KeyReused, Loaded, Overloaded, StaleVersion
from application.order_desk import NotInYourName, OrderDesk
from application.orders import Orders
from application.policies import shipped_policies
from domain.consumer import CONSUMER, LinkConsumer
from domain.ids import random_id
from domain.order import (
    CancelOrder,
    ConfirmReceipt,
    ConfirmStock,
    OrderCommand,
    PlaceOrder,
    RecordScan,
)
from tests.memory_store import MemoryEventStore

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
PLACED = PlaceOrder(
    consumer="li-mei", source="demo", number="A-1", merchant="tea-house"
)
SCAN = RecordScan(parcel="SF1", scan="1", code="in_transit")

FEED = Actor(subject="shop-feed", roles=frozenset({"service"}))
LI_MEI = Actor(subject="li-mei", roles=frozenset({"consumer"}))
WANG = Actor(subject="wang", roles=frozenset({"consumer"}))
TEA_HOUSE = Actor(subject="tea-house", roles=frozenset({"merchant"}))
TOY_SHOP = Actor(subject="toy-shop", roles=frozenset({"merchant"}))


def context(name: UUID | None = None, version: int | None = None) -> CommandContext:
    name = name or uuid4()
    return CommandContext(
        actor="test",
        asked_at=MONDAY,
        command_id=name,
        correlation_id=name,
        expected_version=version,
    )


class Counting(MemoryEventStore):
    """A store that counts how often it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.reads += 1
        return super().load(stream_ids, command_ids)


class Shop:
    """An order of Li Mei's at the tea house, and the desk it is asked at."""

    def __init__(self, dispatcher: Dispatcher, store: Counting) -> None:
        self.store, self.dispatcher = store, dispatcher
        self.elsewhere = Orders(store, CommandHandler(store), shipped_policies())
        self.desk = OrderDesk(store, Orders(store, dispatcher, shipped_policies()))
        self.order_id = self.elsewhere.id_of("li-mei", "demo", "A-1")

    def placed(self) -> "Shop":
        """Have the order placed by another process."""
        self.elsewhere.handle_one(self.order_id, PLACED, context())
        return self

    def ask(
        self,
        actor: Actor,
        action: Action,
        command: OrderCommand,
        asked: CommandContext | None = None,
        order_id: UUID | None = None,
    ) -> Receipt:
        answer = self.desk.answer(
            actor, action, order_id or self.order_id, command, asked or context()
        )
        return asyncio.run(answer)

    def scan(self, number: str, asked: CommandContext | None = None) -> Receipt:
        told = replace(SCAN, scan=number)
        return self.ask(FEED, "order.report_parcel", told, asked)


@pytest.fixture
def shop() -> Iterator[Shop]:
    store = Counting()
    dispatcher = Dispatcher(store)
    yield Shop(dispatcher, store)
    dispatcher.close()


def test_an_order_that_was_just_seen_is_told_more_without_being_read(
    shop: Shop,
) -> None:
    shop.placed().scan("1")
    reads = shop.store.reads
    assert shop.scan("2").version == 3
    assert shop.store.reads == reads


@pytest.mark.parametrize("seen", [None, 1, 99])
def test_who_has_nothing_to_do_with_an_order_is_told_there_is_none(
    shop: Shop, seen: int | None
) -> None:
    shop.placed().scan("1")
    asked = context(version=seen)
    with pytest.raises(NotFound):
        shop.ask(TOY_SHOP, "order.confirm_stock", ConfirmStock(), asked)
    with pytest.raises(NotFound):
        shop.ask(WANG, "order.confirm_receipt", ConfirmReceipt(), asked)
    assert len(shop.store.stream(shop.order_id)) == 2, "nothing came of it"


def test_who_names_an_id_before_its_thing_is_there_spoils_nothing(shop: Shop) -> None:
    consumer_id = id_of_consumer("li-mei", shop.store.partitions)
    with pytest.raises(NotFound):
        shop.ask(
            WANG,
            "order.confirm_receipt",
            ConfirmReceipt(),
            context(version=0),
            consumer_id,
        )
    link = LinkConsumer(consumer="li-mei", other="li-mei-2", basis="merged_account")
    ask = Ask(context(), (Part(consumer_id, CONSUMER, link),))
    assert isinstance(shop.dispatcher.handle_one(ask), Receipt)


def test_the_key_of_somebody_else_opens_nothing(shop: Shop) -> None:
    asked = context()
    shop.placed().ask(TEA_HOUSE, "order.confirm_stock", ConfirmStock(), asked)
    again = shop.ask(TEA_HOUSE, "order.confirm_stock", ConfirmStock(), asked)
    assert again.repeated
    with pytest.raises(NotFound):
        shop.ask(TOY_SHOP, "order.confirm_stock", ConfirmStock(), asked)
    with pytest.raises(NotFound):
        shop.ask(TOY_SHOP, "order.note", SCAN, asked)
    with pytest.raises(KeyReused):
        shop.ask(FEED, "order.report_parcel", SCAN, asked)


def test_who_may_see_an_order_is_told_what_they_may_not_do_with_it(shop: Shop) -> None:
    shop.placed()
    with pytest.raises(NotAllowed):
        shop.ask(LI_MEI, "order.report_parcel", SCAN)
    with pytest.raises(NotAllowed):
        shop.ask(LI_MEI, "order.report_parcel", SCAN, context(version=99))


def test_who_speaks_for_others_hears_that_before_which_version_it_is(
    shop: Shop,
) -> None:
    cancel = CancelOrder(by="merchant", reason="sold_out")
    shop.placed()
    with pytest.raises(NotInYourName):
        shop.ask(LI_MEI, "order.cancel", cancel)
    with pytest.raises(NotInYourName):
        shop.ask(LI_MEI, "order.cancel", cancel, context(version=99))


def test_who_may_and_saw_another_version_is_told_where_it_stands(shop: Shop) -> None:
    shop.placed().scan("1")
    with pytest.raises(StaleVersion) as stale:
        shop.scan("2", context(version=1))
    assert stale.value.details == {"version": 2}


def test_what_another_process_told_of_whose_it_is_counts_at_once(shop: Shop) -> None:
    shop.elsewhere.handle_one(shop.order_id, SCAN, context())
    with pytest.raises(NotFound):
        shop.ask(LI_MEI, "order.confirm_receipt", ConfirmReceipt())
    shop.placed()
    assert shop.ask(LI_MEI, "order.confirm_receipt", ConfirmReceipt()).leaves


@pytest.mark.parametrize("partition", [0, 4_000])
def test_an_id_that_nobody_gave_an_order_is_none(shop: Shop, partition: int) -> None:
    nobodys = random_id(partition, 1, 1)
    with pytest.raises(NotFound):
        shop.ask(FEED, "order.report_parcel", SCAN, order_id=nobodys)


def test_who_is_turned_away_for_the_crowd_costs_no_reading(shop: Shop) -> None:
    shop.placed()
    shop.dispatcher.close()
    reads = shop.store.reads
    with pytest.raises(Overloaded):
        shop.scan("1")
    assert shop.store.reads == reads
