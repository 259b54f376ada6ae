"""What the order page shows, given what has happened."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from application.projections.order_page import OrderQueries, OrderRow
from application.projections.order_rows import OrderPage
from domain.kernel import Event
from domain.money import Money
from domain.order.claims import ClaimItem, ClaimOpened, ClaimSettled
from domain.order.events import (
    ContradictionFlagged,
    ContradictionResolved,
    FundsReleased,
    NoteRecorded,
    OrderCompleted,
    ParcelDelivered,
    ParcelShipped,
    PaymentCaptured,
    PromiseMade,
    ReviewRecorded,
    ScanRecorded,
)
from domain.order.values import Packed, Tender
from tests.application.projections.conftest import (
    History,
    Pools,
    Reader,
    stream_called,
)
from tests.domain.orders import HOUR, MONDAY, TUESDAY, VOUCHER, WECHAT, placed

paid = PaymentCaptured(at=MONDAY + HOUR, payment="p-1", tenders=(WECHAT, VOUCHER))
half = ParcelShipped(
    at=MONDAY + 2 * HOUR,
    parcel="SF1",
    carrier="shunfeng",
    waybill="SF1",
    contents=(Packed(line=1, quantity=1),),
)
rest = ParcelShipped(
    at=MONDAY + 3 * HOUR,
    parcel="SF2",
    contents=(Packed(line=1, quantity=1), Packed(line=2, quantity=1)),
)
scan = ScanRecorded(at=TUESDAY, parcel="SF1", scan="s-1", code="in_transit")
arrived = ParcelDelivered(at=TUESDAY + HOUR, parcel="SF1")
arrived_too = ParcelDelivered(at=TUESDAY + 2 * HOUR, parcel="SF2")
completed = OrderCompleted(at=TUESDAY + 3 * HOUR)
flagged = ContradictionFlagged(at=TUESDAY, code="shipped_before_paid", about="SF1")
resolved = ContradictionResolved(at=TUESDAY, code="shipped_before_paid", about="SF1")
everything: Sequence[Event] = (
    placed,
    paid,
    half,
    rest,
    scan,
    arrived,
    arrived_too,
    completed,
    FundsReleased(at=completed.at, amount=Money(40_000, "CNY")),
    flagged,
    ReviewRecorded(at=TUESDAY, review="r-1", score=2, words="sealed:abc"),
    NoteRecorded(at=TUESDAY, words="sealed:def"),
    PromiseMade(
        at=MONDAY,
        promise="ship_by/order/merchant",
        kind="ship_by",
        source="merchant",
        due_at=TUESDAY,
        policy="shop.ship@1",
    ),
)


SHANGHAI = timezone(timedelta(hours=8))


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [OrderPage()])


@pytest.fixture
def orders(pools: Pools) -> OrderQueries:
    return OrderQueries(pools.reader)


def known(orders: OrderQueries, name: str = "A-1") -> OrderRow:
    row = orders.get(0, stream_called(name))
    assert row is not None
    return row


def test_what_was_claimed_and_refunded_is_read_on_from(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    item = ClaimItem(line=1, quantity=1, amount=Money(10_000, "CNY"))
    claimed = ClaimOpened(at=TUESDAY, claim="c-1", kind="refund_shipped", items=(item,))
    refunded = ClaimSettled(at=TUESDAY + HOUR, claim="c-1", refunded=(item,))
    reader.reads(*history.goes_on("A-1", placed, paid, half, claimed))
    reader.reads(*history.goes_on("A-1", refunded))
    reader.reads(*history.goes_on("A-1", completed))
    assert known(orders).completed_at == completed.at, "it was not parked on the way"


def test_an_order_at_one_glance(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", placed, paid))
    row = known(orders)
    assert (row.consumer, row.source, row.number) == ("anna", "shop", "A-1")
    assert (row.status, row.version) == ("paid", 2)
    assert (row.placed_at, row.paid_at) == (MONDAY, MONDAY + HOUR)
    assert (row.channel, row.merchant) == ("content", "shop-1")
    assert (row.content_item, row.live_room) == ("clip-9", "room-3")
    assert row.participants[1] == {
        "party": "host-7",
        "roles": ["creator", "room_seller"],
    }


def test_what_it_cost_and_what_was_paid_are_told_apart(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", placed, paid))
    row = known(orders)
    assert (row.currency, row.lines) == ("CNY", 2)
    assert (row.items_minor, row.freight_minor, row.paid_minor) == (45_000, 0, 45_000)
    assert row.tenders == [
        {"currency": "CNY", "tender": "voucher", "minor": 5_000},
        {"currency": "CNY", "tender": "wechat", "minor": 40_000},
    ]
    assert row.escrow == {"CNY": 45_000}


def test_an_order_is_shipped_and_delivered_when_its_last_parcel_is(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", placed, paid, half, arrived))
    row = known(orders)
    assert (row.status, row.shipped_at) == ("partially_shipped", None)
    reader.reads(*history.goes_on("A-1", rest, arrived_too))
    row = known(orders)
    assert (row.status, row.delivered_at) == ("delivered", arrived_too.at)


def test_each_parcel_has_its_line(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", placed, half, rest, scan))
    one, two = known(orders).parcels
    assert (one["parcel"], one["status"], one["waybill"]) == (
        "SF1",
        "in_transit",
        "SF1",
    )
    assert (two["parcel"], two["status"], two["handed_over_at"]) == (
        "SF2",
        "shipped",
        None,
    )


def test_a_parcels_times_are_in_utc_whatever_zone_they_were_told_in(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    told = [
        replace(each, at=each.at.astimezone(SHANGHAI)) for each in (half, scan, arrived)
    ]
    reader.reads(*history.goes_on("A-1", *told))
    for event in told:
        reader.reads(*history.goes_on("A-2", event))
    at_once, one_by_one = known(orders, "A-1").parcels, known(orders, "A-2").parcels
    assert at_once == one_by_one
    (parcel,) = at_once
    assert (parcel["shipped_at"], parcel["last_at"]) == (
        utc(half.at),
        utc(arrived.at),
    )


def test_contradictions_show_until_they_are_resolved(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", placed, flagged))
    assert known(orders).contradictory
    assert known(orders).contradictions == [["shipped_before_paid", "SF1"]]
    reader.reads(*history.goes_on("A-1", resolved))
    assert not known(orders).contradictory


def test_an_order_nobody_placed_yet_has_a_page_all_the_same(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", paid))
    row = known(orders)
    assert (row.consumer, row.status, row.currency) == (None, "paid", "CNY")
    assert (row.lines, row.paid_minor) == (0, 45_000)


def test_event_by_event_comes_to_the_same_as_all_at_once(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    reader.reads(*history.goes_on("A-1", *everything))
    for event in everything:
        reader.reads(*history.goes_on("A-2", event))
    at_once, one_by_one = known(orders, "A-1"), known(orders, "A-2")
    assert one_by_one.version == at_once.version == len(everything)
    for name in OrderRow.__struct_fields__:
        if name != "order_id":
            assert getattr(one_by_one, name) == getattr(at_once, name)
    assert (at_once.status, at_once.review_scores) == ("completed", [2])


def test_what_was_told_in_another_order_is_the_same_page(
    reader: Reader, history: History, pools: Pools
) -> None:
    told = (placed, paid, half, rest)
    reader.reads(*history.goes_on("A-1", *told))
    reader.reads(*history.goes_on("A-2", *reversed(told)))
    with pools.projector.connection() as connection:
        query = "SELECT DISTINCT state FROM projection.order_page_v1"
        assert len(connection.execute(query).fetchall()) == 1


def test_a_persons_orders_newest_first_page_by_page(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    for n in range(5):
        reader.reads(*history.goes_on(f"A-{n}", placed))
    first = orders.of_consumers(["anna"], limit=3)
    second = orders.of_consumers(["anna"], limit=3, cursor=first.next)
    seen = {row.order_id for page in (first, second) for row in page.rows}
    assert seen == {stream_called(f"A-{n}") for n in range(5)}
    assert second.next is None


def test_of_an_unknown_order_there_is_no_page(orders: OrderQueries) -> None:
    assert orders.get(0, stream_called("nothing")) is None


def test_payments_in_two_currencies_are_not_added_up(
    reader: Reader, history: History, orders: OrderQueries
) -> None:
    euro = PaymentCaptured(
        at=MONDAY,
        payment="p-2",
        tenders=(Tender(tender="card", amount=Money(700, "EUR")),),
    )
    reader.reads(*history.goes_on("A-1", placed, paid, euro))
    row = known(orders)
    assert (row.currency, row.paid_minor) == ("CNY", 45_000)
    assert row.escrow == {"CNY": 45_000, "EUR": 700}
