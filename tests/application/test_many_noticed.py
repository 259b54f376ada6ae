"""What falls short of many orders is noticed together, as if each came alone."""

from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

import pytest

from application.event_store.envelope import Receipt
from application.event_store.store import (
    Append,
    Conflict,
    KeyReused,
    Loaded,
    Unreadable,
    UnreadableEvent,
)
from application.orders import context_for
from application.resolutions.said import Detecting, Notice
from domain.companionship import ClearShortfall
from domain.ids import partition_in
from domain.order import CancelOrder, NoSuchOrder
from domain.party import SYSTEM
from domain.shortfall import Shortfall, ShortfallCode
from tests.application.watching import HOUR, MONDAY, CountingStore, Market

RULE = "douyin-like.detect.pickup-overdue@1"
# What a batch may be read and written in, however many it is of.
LOADS_MAX = 6


class Watched(CountingStore):
    """Counts what is asked of it; some streams cannot be read, and some move on."""

    def __init__(self, clock: Callable[[], object]) -> None:
        super().__init__(clock=clock)  # type: ignore[arg-type]  # a time, as the market keeps it
        self.loads = self.appends = 0
        self.spoilt: set[UUID] = set()
        self.meanwhile: list[Callable[[], object]] = []

    def load(
        self, stream_ids: Sequence[UUID], command_ids: Sequence[tuple[int, UUID]] = ()
    ) -> Loaded:
        self.loads += 1
        found = super().load(stream_ids, command_ids)
        spoilt = {each: torn(each) for each in stream_ids if each in self.spoilt}
        return Loaded(found.histories, found.seen, spoilt)

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        self.appends += 1
        while self.meanwhile:
            self.meanwhile.pop()()
        return super().append(appends)


def torn(stream_id: UUID) -> Unreadable:
    """Return an event that does not say what it should."""
    return Unreadable(
        stream_id=stream_id,
        version=1,
        partition=partition_in(stream_id),
        position=1,
        recorded_at=MONDAY,
        tag="order.placed",
        body=b"{",
        why="spoilt_body",
        detail="torn",
    )


@pytest.fixture
def market() -> Market:
    return Market(store=Watched)


def short(order_id: UUID, code: ShortfallCode = "PICKUP_OVERDUE") -> Notice:
    """Return that an order fell short of a pickup, or of something else."""
    found = Shortfall(code=code, window="once", since=MONDAY, rule=RULE)
    said = Detecting(by=SYSTEM, shortfall=found)
    return Notice(
        order_id, said, context_for(uuid4(), said, actor="test", asked_at=MONDAY)
    )


def test_a_hundred_are_read_and_written_in_as_few_steps_as_one(market: Market) -> None:
    orders = [market.sells(f"A-{number}") for number in range(100)]
    store = market.store
    assert isinstance(store, Watched)
    store.loads = store.appends = 0
    answers = market.resolutions.notice([short(each) for each in orders])
    assert all(isinstance(each, Receipt) for each in answers)
    assert all(market.codes(each) == ["PICKUP_OVERDUE"] for each in orders)
    assert (store.loads <= LOADS_MAX, store.appends) == (True, 1)


def test_all_that_falls_short_of_one_order_at_once_sees_each_other(
    market: Market,
) -> None:
    order_id, other = market.sells("A-1"), market.sells("A-2")
    codes: tuple[ShortfallCode, ...] = (
        "PICKUP_OVERDUE",
        "TRACK_ABNORMAL",
        "FRAUD_SHIP",
        "OUT_OF_STOCK",
        "PARCEL_LOST",
    )
    market.resolutions.notice(
        [short(other), *(short(order_id, code) for code in codes)]
    )
    assert market.codes(order_id) == list(codes)
    found = market.days(order_id).shortfalls.values()
    assert len({each.resolution for each in found}) == 1


def test_what_falls_short_and_heals_in_one_go_has_healed(market: Market) -> None:
    order_id = market.sells()
    name = "order/PICKUP_OVERDUE/once"
    heals = ClearShortfall(by=SYSTEM, shortfall=name, cleared_by="scan", at=MONDAY)
    healed = Notice(order_id, heals, market.context(heals))
    first, second = market.resolutions.notice([short(order_id), healed])
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert market.days(order_id).shortfalls[name].cleared_by == "scan"


def test_an_order_that_is_unknown_or_cannot_be_read_harms_no_other(
    market: Market,
) -> None:
    fine, spoilt, last = (market.sells(f"A-{number}") for number in range(3))
    store = market.store
    assert isinstance(store, Watched)
    store.spoilt.add(spoilt)
    unknown = market.orders.id_of("nobody", "shop", "B-1")
    answers = market.resolutions.notice(
        [short(each) for each in (fine, spoilt, unknown, last)]
    )
    assert list(map(type, answers)) == [Receipt, UnreadableEvent, NoSuchOrder, Receipt]
    assert market.codes(fine) == market.codes(last) == ["PICKUP_OVERDUE"]


def test_what_moved_on_meanwhile_is_looked_at_anew_and_alone(market: Market) -> None:
    moved, still = market.sells("A-1"), market.sells("A-2")
    store = market.store
    assert isinstance(store, Watched)
    cancel = CancelOrder(by="consumer", reason="changed_my_mind")
    store.meanwhile.append(lambda: market.tells(moved, cancel))
    answers = market.resolutions.notice([short(moved), short(still)])
    assert all(isinstance(each, Receipt) for each in answers)
    assert market.codes(moved) == market.codes(still) == ["PICKUP_OVERDUE"]
    versions = [each.version for each in store.stream(moved)]
    assert versions == list(range(1, len(versions) + 1))


def test_asked_twice_it_is_noticed_once(market: Market) -> None:
    notice = short(market.sells())
    (first,) = market.resolutions.notice([notice])
    written = market.written
    (again,) = market.resolutions.notice([notice])
    other = short(notice.order_id, "TRACK_ABNORMAL").said
    (reused,) = market.resolutions.notice(
        [Notice(notice.order_id, other, notice.context)]
    )
    assert isinstance(first, Receipt)
    assert isinstance(again, Receipt)
    assert (first.repeated, again.repeated) == (False, True)
    assert isinstance(reused, KeyReused)
    assert market.written == written


def test_what_is_due_of_one_order_at_once_joins_one_resolution(market: Market) -> None:
    order_id = market.sells()
    market.at = MONDAY + 40 * HOUR
    for number in range(3):
        market.hears(order_id, f"c-{number}", "where_is_it")
    market.lives_until(MONDAY + 49 * HOUR)
    assert set(market.codes(order_id)) == {"REPEATED_CONTACT", "SHIP_OVERDUE"}
    found = market.days(order_id).shortfalls.values()
    assert len({each.resolution for each in found}) == 1
