"""The sample is a market with everything in it that can happen to an order."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from application.audit.state import fold
from application.consumers import Consumers
from application.event_store.handler import CommandHandler
from application.orders import Orders
from application.people import MemoryKeys, People, mask
from application.policies import shipped_policies
from domain.consumer import ConsumersLinked
from domain.kernel import Event
from domain.order import Order, OrderPlaced, RecordScan, ScanRecorded
from interface.sample import BEST_CUSTOMER, Sampled, load_sample
from interface.sample.load import market
from interface.sample.market import buyers
from interface.sample.words import COURIERS
from tests.memory_store import MemoryEventStore

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERY_STATE = {
    "pending_payment",
    "paid",
    "preparing",
    "partially_shipped",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
}


class Trial:
    """A sample in an event store that forgets when the test ends."""

    def __init__(self) -> None:
        self.store = MemoryEventStore(8)
        handler = CommandHandler(self.store)
        self._orders = Orders(self.store, handler, shipped_policies())
        self._consumers = Consumers(self.store, handler)
        self._people = People(MemoryKeys(), b"m" * 32)

    def load(self, orders_count: int, seed: int = 1) -> Sampled:
        self.progress: list[int] = []
        return load_sample(
            self._orders,
            self._people,
            self._consumers,
            seed=seed,
            orders_count=orders_count,
            until=NOON,
            progress=self.progress.append,
        )

    def histories(self) -> list[list[Event]]:
        streams = self.store.streams.values()
        return [[each.event for each in stream] for stream in streams if stream]

    def orders(self) -> list[Order]:
        return [
            fold("order", history)
            for history in self.histories()
            if not isinstance(history[0], ConsumersLinked)
        ]


@pytest.fixture(scope="module")
def trial() -> Trial:
    trial = Trial()
    trial.loaded = trial.load(600)  # type: ignore[attr-defined]  # what came of it, for the first test
    return trial


def test_every_order_is_told_and_nothing_is_refused(trial: Trial) -> None:
    loaded = trial.loaded  # type: ignore[attr-defined]  # see the fixture

    assert (loaded.orders, loaded.refused) == (600, 0)
    assert len(trial.orders()) == 600
    assert sum(trial.progress) == 600


def test_orders_stand_in_every_state_there_is(trial: Trial) -> None:
    assert {order.status for order in trial.orders()} == EVERY_STATE


def test_promises_were_kept_broken_voided_and_some_are_about_to_fall_due(
    trial: Trial,
) -> None:
    promises = [each for order in trial.orders() for each in order.promises.values()]
    standings = Counter(each.outcome.standing for each in promises)
    soon = [
        each
        for each in promises
        if each.outcome.standing == "open"
        and each.due_at
        and NOON <= each.due_at <= NOON + timedelta(days=2)
    ]

    assert {"kept", "breached", "voided", "open"} <= standings.keys()
    assert len(soon) >= 5
    assert {"merchant", "creator", "platform"} == {each.source for each in promises}


def test_a_creator_promises_more_than_the_listing(trial: Trial) -> None:
    stricter = [
        order
        for order in trial.orders()
        for creators in order.promises.values()
        for merchants in order.promises.values()
        if creators.source == "creator"
        and merchants.source == "merchant"
        and creators.kind == merchants.kind == "ship_by"
        and creators.due_at
        and merchants.due_at
        and creators.due_at < merchants.due_at
    ]

    assert stricter


def test_what_goes_wrong_in_the_world_goes_wrong_here(trial: Trial) -> None:
    told = {type(event).__name__ for history in trial.histories() for event in history}

    assert told >= {
        *("ParcelLost", "ParcelReturned", "ParcelIntercepted", "InterceptFailed"),
        *("ReturnToSenderRequested", "ShipDateAgreed", "PromiseRenegotiated"),
        *("OrderCancelled", "ContradictionFlagged", "ParcelException"),
        *("AddressChanged", "AppointmentMade", "NoteRecorded", "ReviewRecorded"),
        *("ConsumersLinked", "FundsReleased", "ReceiptConfirmed"),
    }
    scans = {
        event.code
        for history in trial.histories()
        for event in history
        if isinstance(event, ScanRecorded)
    }
    assert scans >= {"signed", "refused", "returned_signed", "exception:stuck"}
    assert any(len(order.parcels) > 1 for order in trial.orders())


def test_the_market_has_all_channels_carriers_currencies_and_roles(
    trial: Trial,
) -> None:
    placed = [order.placement for order in trial.orders() if order.placement]
    parcels = [each for order in trial.orders() for each in order.parcels.values()]
    roles = {each.roles for order in placed for each in order.participants}

    assert {each.channel for each in placed} == {"content", "shelf", "search"}
    assert {each.carrier for each in parcels} == {
        *("shunfeng", "zhongtong", "yuantong", "yunda", "jd"),
    }
    assert {line.price.currency for each in placed for line in each.lines} == {
        *("CNY", "USD", "JPY"),
    }
    assert ("merchant", "room_seller") in roles
    assert ("service_provider", "room_seller") in roles
    assert any(each.content and each.content.live_room for each in placed)


def test_one_consumer_has_two_hundred_orders_and_most_have_few(trial: Trial) -> None:
    placements = [order.placement for order in trial.orders()]
    counts = Counter(each.consumer for each in placements if each)

    assert counts[BEST_CUSTOMER] == 200
    assert counts.most_common()[1][1] < 100
    assert min(counts.values()) == 1
    assert sorted(counts.values())[len(counts) // 2] <= 3


@pytest.mark.parametrize("count", [1, 2, 10, 601])
def test_samples_of_any_size_have_so_many_orders(count: int) -> None:
    assert len(buyers(count)) == count


def test_reviews_are_of_all_kinds_and_sealed(trial: Trial) -> None:
    reviews = [
        each
        for order in trial.orders()
        for told in order.reviews.values()
        for each in told
    ]

    assert {each[1] for each in reviews} == {1, 2, 3, 4, 5}
    assert all(each[2].startswith("sealed:1:review:") for each in reviews)


def test_carriers_repeat_themselves_and_come_late() -> None:
    sales = list(market(1, 200, NOON, 45))
    scans = [
        [each.step for each in sale if isinstance(each.step.command, RecordScan)]
        for sale in sales
    ]

    assert any(len(set(map(id, told))) < len(told) for told in scans)
    assert any(told != sorted(told, key=lambda step: step.at) for told in scans)


def test_no_couriers_name_or_number_is_in_what_is_sealed() -> None:
    texts = [each.step.text for sale in market(1, 200, NOON, 45) for each in sale]

    assert any("199********" in text for text in texts)
    assert not [text for text in texts if any(name in text for name in COURIERS)]
    assert all(mask(text) == text for text in texts if "199" in text)


def test_nothing_happens_after_the_end() -> None:
    steps = [each.step for sale in market(1, 200, NOON, 45) for each in sale]

    assert max(step.at for step in steps) <= NOON
    assert min(step.at for step in steps) > NOON - timedelta(days=46)


def test_the_same_seed_and_end_give_the_same_market() -> None:
    def told(seed: int) -> list[object]:
        return list(market(seed, 40, NOON, 45))

    assert told(7) == told(7)
    assert told(7) != told(8)


def test_loading_twice_changes_nothing() -> None:
    trial = Trial()
    first = trial.load(30)
    before = trial.histories()

    again = trial.load(30)

    assert again == first
    assert trial.histories() == before


def test_another_seed_adds_other_orders() -> None:
    trial = Trial()
    trial.load(20, seed=1)
    trial.load(20, seed=2)

    placed = [h for h in trial.histories() if isinstance(h[0], OrderPlaced)]
    assert len(placed) == 40
