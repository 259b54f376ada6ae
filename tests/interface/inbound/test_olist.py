"""What an Olist export tells orders, and that telling it again is telling it once."""

from datetime import UTC, datetime
from functools import reduce
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from application.event_store.handler import CommandHandler
from application.orders import Orders
from application.people import MemoryKeys, People
from application.policies import shipped_policies
from domain.kernel import Event
from domain.money import Money
from domain.order import (
    ORDER,
    ContradictionFlagged,
    Order,
    OrderCancelled,
    OrderLine,
    OrderPlaced,
    ParcelDelivered,
    ParcelHandedOver,
    PaymentCaptured,
    PromiseKept,
    ReviewRecorded,
    StockConfirmed,
    Tender,
)
from domain.promise import Offer
from interface.inbound.olist import OlistImport, Told
from interface.inbound.olist_export import Export, read_export
from tests.interface.inbound.olist_files import (
    ANNAS,
    ANNAS_ORDER,
    LAMP,
    REVIEW,
    write_export,
)
from tests.memory_store import MemoryEventStore

TODAY = datetime(2026, 11, 23, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 24, tzinfo=UTC)
MASTER = bytes(range(32))


class Place:
    """Somewhere an export is told to: a store and people that remember."""

    def __init__(self, partitions: int = 8) -> None:
        self.store = MemoryEventStore(partitions)
        self.keys = MemoryKeys()
        self.people = People(self.keys, MASTER)
        handler = CommandHandler(self.store)
        self.orders = Orders(self.store, handler, shipped_policies())

    def importer(self, asked_at: datetime = TODAY) -> OlistImport:
        return OlistImport(self.orders, self.people, asked_at)

    def told(self, export: Export, asked_at: datetime = TODAY) -> Told:
        """Tell all of it."""
        return self.importer(asked_at).tell(export, lambda _: None, lambda: False)

    def stream(self, number: str, consumer: str = "anna") -> list[Event]:
        """Return the events of an order."""
        recorded = self.store.stream(self.orders.id_of(consumer, "olist", number))
        return [each.event for each in recorded]

    def order(self, number: str, consumer: str = "anna") -> Order:
        """Return what is known of an order."""
        evolve: Any = ORDER.evolve  # of a log that holds other events, too
        order: Order = reduce(evolve, self.stream(number, consumer), ORDER.initial)
        return order

    def heads(self) -> dict[int, int]:
        """Return how much was ever written."""
        return self.store.heads()


def events(place: Place, kind: type[Event], number: str = "o-1") -> list[Event]:
    """Return the events of one kind of an order."""
    return [each for each in place.stream(number) if isinstance(each, kind)]


@pytest.fixture
def place() -> Place:
    return Place()


def sao_paulo(text: str) -> datetime:
    """Return a moment of winter time there."""
    return datetime.fromisoformat(f"{text}-03:00")


# -- What is told --


def test_an_order_is_placed_with_both_promises_shown(
    place: Place, tmp_path: Path
) -> None:
    place.told(read_export(write_export(tmp_path)))
    (placed,) = events(place, OrderPlaced)
    assert isinstance(placed, OrderPlaced)
    chair, lamp = placed.lines
    assert placed.at == sao_paulo("2018-03-01 10:00:00")
    assert (placed.consumer, placed.source, placed.number) == ("anna", "olist", "o-1")
    assert (placed.merchant, placed.channel) == ("shop-a", None)
    assert chair == OrderLine(
        line=1,
        product="chair",
        price=Money(120_00, "BRL"),
        freight=Money(9_90, "BRL"),
        merchant="shop-a",
    )
    assert lamp.line == 2
    by_day, for_chair, for_lamp = placed.offers
    assert str(by_day.by_day) == "2018-03-20"
    assert for_chair == Offer(
        label="olist-shipping-limit",
        by="shop-a",
        line=1,
        due_at=sao_paulo("2018-03-05 10:30:00"),
    )
    assert for_lamp.line == 2


def test_a_sale_of_two_sellers_has_no_merchant_of_its_own(
    place: Place, tmp_path: Path
) -> None:
    items = [ANNAS["order_items"][0], LAMP.replace("shop-a", "shop-b")]
    place.told(read_export(write_export(tmp_path, order_items=items)))
    (placed,) = events(place, OrderPlaced)
    assert isinstance(placed, OrderPlaced)
    assert placed.merchant is None
    assert [line.merchant for line in placed.lines] == ["shop-a", "shop-b"]


def test_all_tenders_are_one_payment_made_when_it_was_approved(
    place: Place, tmp_path: Path
) -> None:
    place.told(read_export(write_export(tmp_path)))
    assert events(place, PaymentCaptured) == [
        PaymentCaptured(
            at=sao_paulo("2018-03-01 10:30:00"),
            payment="o-1",
            tenders=(
                Tender(
                    tender="credit_card", amount=Money(150_00, "BRL"), installments=3
                ),
                Tender(tender="voucher", amount=Money(19_45, "BRL")),
            ),
        )
    ]


def test_a_payment_never_approved_was_made_at_the_purchase(
    place: Place, tmp_path: Path
) -> None:
    order = ANNAS_ORDER.replace("2018-03-01 10:30:00", "")
    place.told(read_export(write_export(tmp_path, orders=[order])))
    (paid,) = events(place, PaymentCaptured)
    assert isinstance(paid, PaymentCaptured)
    assert paid.at == sao_paulo("2018-03-01 10:00:00")


def test_a_tender_of_nothing_is_kept(place: Place, tmp_path: Path) -> None:
    rows = ["o-1,1,voucher,1,0.00"]
    place.told(read_export(write_export(tmp_path, order_payments=rows)))
    (paid,) = events(place, PaymentCaptured)
    assert isinstance(paid, PaymentCaptured)
    assert [str(tender.amount) for tender in paid.tenders] == ["0.00"]


def test_an_order_approved_without_a_payment_row_was_paid_all_the_same(
    place: Place, tmp_path: Path
) -> None:
    place.told(read_export(write_export(tmp_path, order_payments=[])))
    (paid,) = events(place, PaymentCaptured)
    assert isinstance(paid, PaymentCaptured)
    assert paid.tenders == ()


def test_an_order_neither_approved_nor_paid_waits_for_payment(
    place: Place, tmp_path: Path
) -> None:
    row = "o-1,c-1,created,2018-03-01 10:00:00,,,,2018-03-20 00:00:00"
    export = read_export(write_export(tmp_path, orders=[row], order_payments=[]))
    place.told(export)
    assert place.order("o-1").status == "pending_payment"
    assert place.importer().bad_rows(export) == []


def test_a_delivered_order_was_handed_over_and_delivered(
    place: Place, tmp_path: Path
) -> None:
    place.told(read_export(write_export(tmp_path)))
    (sent,) = events(place, ParcelHandedOver)
    (arrived,) = events(place, ParcelDelivered)
    assert isinstance(sent, ParcelHandedOver)
    assert isinstance(arrived, ParcelDelivered)
    assert sent.at == sao_paulo("2018-03-03 09:00:00")
    assert arrived.at == sao_paulo("2018-03-08 18:00:00")
    assert place.order("o-1").status == "delivered"
    assert len(events(place, PromiseKept)) == 3


@pytest.mark.parametrize(
    ("status", "dates", "becomes"),
    [
        ("shipped", 1, "shipped"),
        ("invoiced", 0, "paid"),
        ("processing", 0, "preparing"),
        ("canceled", 0, "cancelled"),
        ("unavailable", 0, "cancelled"),
        ("delivered", 0, "paid"),
    ],
)
def test_an_order_stands_as_its_dates_bear_out(
    place: Place, tmp_path: Path, status: str, dates: int, becomes: str
) -> None:
    known = [*("2018-03-03 09:00:00", "2018-03-08 18:00:00")[:dates], "", ""][:2]
    row = f"o-1,c-1,{status},2018-03-01 10:00:00,2018-03-01 10:30:00,{known[0]},"
    row += f"{known[1]},2018-03-20 00:00:00"
    place.told(read_export(write_export(tmp_path, orders=[row])))
    assert place.order("o-1").status == becomes


def test_goods_being_prepared_were_there_when_they_were_paid(
    place: Place, tmp_path: Path
) -> None:
    row = ANNAS_ORDER.replace("delivered", "processing")
    row = row.replace("2018-03-03 09:00:00", "").replace("2018-03-08 18:00:00", "")
    place.told(read_export(write_export(tmp_path, orders=[row])))
    assert events(place, StockConfirmed) == [
        StockConfirmed(at=sao_paulo("2018-03-01 10:30:00"))
    ]


def test_a_cancellation_came_after_all_that_is_known(
    place: Place, tmp_path: Path
) -> None:
    """It is no contradiction that the parcel had gone by then."""
    row = ANNAS_ORDER.replace("delivered", "canceled")
    row = row.replace("2018-03-08 18:00:00", "")
    place.told(read_export(write_export(tmp_path, orders=[row])))
    assert events(place, OrderCancelled) == [
        OrderCancelled(
            at=sao_paulo("2018-03-03 09:00:00"), by="unknown", reason="canceled"
        )
    ]
    assert not events(place, ContradictionFlagged)


def test_a_review_was_given_when_it_was_answered(place: Place, tmp_path: Path) -> None:
    place.told(read_export(write_export(tmp_path)))
    (review,) = events(place, ReviewRecorded)
    assert isinstance(review, ReviewRecorded)
    assert (review.review, review.score) == ("r-1", 2)
    assert review.at == sao_paulo("2018-03-10 08:15:00")


def test_only_those_who_may_can_read_what_a_consumer_wrote(
    place: Place, tmp_path: Path
) -> None:
    place.told(read_export(write_export(tmp_path)))
    (review,) = events(place, ReviewRecorded)
    assert isinstance(review, ReviewRecorded)
    assert review.words is not None
    assert "chegou" not in review.words
    words = place.people.open("anna", review.words, actor="agent:lin")
    assert words == "Demorou\nchegou, enfim"


def test_stars_without_words_have_nothing_to_seal(place: Place, tmp_path: Path) -> None:
    rows = ["r-1,o-1,5,,,2018-03-09 00:00:00,2018-03-10 08:15:00"]
    place.told(read_export(write_export(tmp_path, order_reviews=rows)))
    (review,) = events(place, ReviewRecorded)
    assert isinstance(review, ReviewRecorded)
    assert review.words is None


# -- What no date bears out --


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        ("delivered", "order_status is delivered, but no date says when"),
        ("returned", "order_status is returned, which is none of Olist's"),
    ],
)
def test_a_status_that_no_date_bears_out_is_set_aside(
    place: Place, tmp_path: Path, status: str, fault: str
) -> None:
    """What its dates do prove is told all the same."""
    row = ANNAS_ORDER.replace("delivered", status).replace("2018-03-08 18:00:00", "")
    export = read_export(write_export(tmp_path, orders=[row]))
    place.told(export)
    (bad,) = place.importer().bad_rows(export)
    assert fault in bad.fault
    assert (bad.file, bad.line, bad.order) == ("olist_orders_dataset.csv", 2, "o-1")
    assert place.order("o-1").status == "shipped"


def test_a_bad_row_knows_whose_it_is(place: Place, tmp_path: Path) -> None:
    """So that it is forgotten with its consumer."""
    export = read_export(write_export(tmp_path, order_reviews=["r-1,o-1,9,chegou"]))
    (bad,) = place.importer().bad_rows(export)
    assert bad.meant is not None
    assert bad.meant.consumer == "anna"
    assert bad.meant.stream_id == place.orders.id_of("anna", "olist", "o-1")
    assert "chegou" not in bad.fault


# -- Once --


def test_telling_it_again_changes_nothing(place: Place, tmp_path: Path) -> None:
    export = read_export(write_export(tmp_path))
    first = place.told(export)
    written = place.heads()
    assert first == Told(new=5, known=0, whole=True)
    assert place.told(export, TOMORROW) == Told(new=0, known=5, whole=True)
    assert place.heads() == written


def test_stopped_between_batches_it_goes_on_where_it_was(
    place: Place, tmp_path: Path
) -> None:
    export = read_export(write_export(tmp_path))
    asked = count(1)
    told = place.importer().tell(export, lambda _: None, lambda: next(asked) > 1, 2)
    assert told == Told(new=2, known=0, whole=False)
    assert place.told(export, TOMORROW) == Told(new=3, known=2, whole=True)
    straight = Place()
    straight.told(export)
    # The review comes last; its words are sealed under another key there.
    assert place.stream("o-1")[:-1] == straight.stream("o-1")[:-1]


def test_a_later_export_tells_only_what_is_new(place: Place, tmp_path: Path) -> None:
    on_its_way = ANNAS_ORDER.replace("delivered", "shipped")
    on_its_way = on_its_way.replace("2018-03-08 18:00:00", "")
    place.told(read_export(write_export(tmp_path, orders=[on_its_way])))
    told = place.told(read_export(write_export(tmp_path)), TOMORROW)
    assert told == Told(new=1, known=4, whole=True)
    assert place.order("o-1").status == "delivered"


def test_a_later_export_that_says_otherwise_is_kept_and_flagged(
    place: Place, tmp_path: Path
) -> None:
    place.told(read_export(write_export(tmp_path)))
    rows = ["o-1,1,credit_card,3,199.99"]
    place.told(read_export(write_export(tmp_path, order_payments=rows)), TOMORROW)
    (flagged,) = events(place, ContradictionFlagged)
    assert isinstance(flagged, ContradictionFlagged)
    assert flagged.code == "payment_reported_differently"


def test_words_of_a_consumer_who_was_erased_stay_gone(
    place: Place, tmp_path: Path
) -> None:
    export = read_export(write_export(tmp_path))
    place.told(export)
    written = place.heads()
    place.keys.erase(["anna"])
    place.people = People(place.keys, MASTER)
    assert place.told(export, TOMORROW) == Told(new=0, known=5, whole=True)
    assert place.heads() == written


def test_the_same_review_of_two_orders_is_two_reviews(
    place: Place, tmp_path: Path
) -> None:
    folder = write_export(
        tmp_path,
        customers=[*ANNAS["customers"], "c-2,anna,01310,sao paulo,SP"],
        orders=[ANNAS_ORDER, ANNAS_ORDER.replace("o-1,c-1", "o-2,c-2")],
        order_reviews=[REVIEW, REVIEW.replace("o-1", "o-2")],
    )
    place.told(read_export(folder))
    assert len(events(place, ReviewRecorded)) == 1
    assert len(events(place, ReviewRecorded, "o-2")) == 1
