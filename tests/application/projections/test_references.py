"""Which streams a number of the outside world leads to, given what has happened."""

import pytest
from msgspec.structs import replace

from application.projections.references import ReferenceQueries, References
from domain.after_sales import CaseReported
from domain.dispute import DisputeReported
from domain.money import Money
from domain.order.events import OrderPlaced, ParcelShipped, PaymentCaptured
from domain.order.values import Tender
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

placed = OrderPlaced(at=MONDAY, consumer="anna", source="douyin", number="1", lines=())
shipped = ParcelShipped(at=MONDAY, parcel="box", carrier="yuantong", waybill="YT1")
unnumbered = ParcelShipped(at=MONDAY, parcel="box")
paid = PaymentCaptured(
    at=MONDAY,
    payment="p-1",
    tenders=(Tender(tender="card", amount=Money(1, "CNY")),),
)


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [References()])


@pytest.fixture
def references(pools: Pools) -> ReferenceQueries:
    return ReferenceQueries(pools.reader)


def test_an_order_is_found_by_its_number(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    reader.reads(*history.goes_on("order", placed))
    (found,) = references.find("order", "1", "douyin")
    assert (found.stream_id, found.consumer) == (stream_called("order"), "anna")
    assert references.find("order", "1", "taobao") == []


def test_a_waybill_leads_to_the_parcel_of_the_order(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    reader.reads(*history.goes_on("order", placed, shipped))
    (found,) = references.find("waybill", "YT1")
    assert (found.parcel, found.source, found.consumer) == ("box", "yuantong", "anna")


def test_a_parcel_without_a_waybill_has_no_name(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    reader.reads(*history.goes_on("order", placed, unnumbered))
    assert references.find("waybill", "box") == []


def test_whose_it_is_is_filled_in_when_the_order_is_placed_later(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    reader.reads(*history.goes_on("order", shipped, paid))
    assert references.find("waybill", "YT1")[0].consumer is None
    assert references.find("payment", "p-1", "douyin") == []
    reader.reads(*history.goes_on("order", placed))
    assert references.find("waybill", "YT1")[0].consumer == "anna"
    assert references.find("waybill", "YT1")[0].source == "yuantong"
    assert references.find("payment", "p-1", "douyin")[0].consumer == "anna"


def test_the_wrong_way_round_in_one_batch_comes_to_the_same(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    reader.reads(
        *history.goes_on("one", paid, placed), *history.goes_on("two", placed, paid)
    )
    one, two = references.find("payment", "p-1", "douyin")
    assert one.consumer == two.consumer == "anna"


def test_several_streams_may_claim_one_name(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    reader.reads(*history.goes_on("one", shipped), *history.goes_on("two", shipped))
    found = references.streams_for("waybill", ["YT1", "YT2"])
    streams = {each.stream_id for each in found["YT1"]}
    assert streams == {stream_called("one"), stream_called("two")}
    assert found["YT2"] == []


def test_another_platforms_case_and_dispute_lead_to_their_order(
    reader: Reader, history: History, references: ReferenceQueries
) -> None:
    case = CaseReported(
        at=MONDAY,
        order=str(stream_called("order")),
        consumer="anna",
        source="douyin",
        number="R-1",
        word="200",
    )
    dispute = DisputeReported(
        at=MONDAY,
        order=case.order,
        consumer="anna",
        source="douyin",
        number="R-1",
        word="212",
    )
    elsewhere = replace(case, order=str(stream_called("other")), word="201")
    reader.reads(
        *history.goes_on("case", case, elsewhere), *history.goes_on("dispute", dispute)
    )
    for kind, name in (("case", "case"), ("dispute", "dispute")):
        (found,) = references.find(kind, "R-1", "douyin")  # type: ignore[arg-type]  # both are kinds
        assert (found.stream_id, found.consumer) == (stream_called(name), "anna")
        assert references.find(kind, "R-1", "taobao") == []  # type: ignore[arg-type]  # as above
    assert references.find("about", elsewhere.order) == []
    about = references.find("about", case.order)
    assert {each.stream_id for each in about} == {
        stream_called("case"),
        stream_called("dispute"),
    }
