"""The worker notices what falls short, sees to it, and stays beside the consumer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.projections.companion_board import WantedDays
from application.projections.companion_rows import CompanionRow
from application.projections.read_models import read_model
from application.projections.rebuild import rebuild
from application.projections.shortfall_rows import ShortfallRow
from application.projections.shortfalls import WantedShortfalls
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    RecordScan,
    ScanCode,
    ShipParcel,
    Tender,
)
from domain.promise import Offer
from interface.postgres.database import DatabaseUrls
from tests.service import DAY, HOUR, MONDAY, Service, service

PRICE = Money(20_000, "CNY")
SHIP_48H = Offer(label="ship-48h", source="merchant")


@pytest.fixture
def redress(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Service]:
    with service(clean_database, tmp_path) as lent:
        yield lent


class Jacket:
    """Li Mei's jacket from Zhejiang to Urumqi, promised to be sent in 48 hours."""

    def __init__(
        self,
        lent: Service,
        number: str = "A-1",
        *,
        offers: tuple[Offer, ...] = (SHIP_48H,),
    ) -> None:
        self.lent, self.redress = lent, lent.redress
        self.order_id = self.redress.orders.id_of("li-mei", "shop", number)
        line = OrderLine(line=1, product="jacket", quantity=1, price=PRICE)
        tender = Tender(tender="wechat", amount=PRICE)
        self.tells(
            PlaceOrder(
                consumer="li-mei",
                source="shop",
                number=number,
                merchant="shop-1",
                lines=(line,),
                ships_from="CN-ZJ",
                ships_to="CN-XJ",
                offers=offers,
            ),
            CapturePayment(payment=f"P-{number}", tenders=(tender,)),
        )

    def tells(self, *commands: OrderCommand) -> None:
        for command in commands:
            context = self.lent.context(command)
            self.redress.orders.handle_one(self.order_id, command, context)

    def ships(self) -> None:
        self.tells(ShipParcel(parcel="SF1", carrier="sf", waybill="SF1"))

    def scanned(self, code: ScanCode) -> None:
        scan = f"{code}-{self.lent.now:%d%H%M%S}"
        self.tells(
            RecordScan(
                parcel="SF1", scan=scan, code=code, outlet="URC-1", region="CN-XJ"
            )
        )

    @property
    def shortfalls(self) -> dict[str, ShortfallRow]:
        wanted = WantedShortfalls(order_id=self.order_id)
        found = self.redress.queries.shortfalls.find(wanted, limit=50).rows
        return {each.code: each for each in found}

    @property
    def days(self) -> CompanionRow:
        found = self.redress.queries.companions.one(self.order_id)
        assert found is not None
        return found


def test_a_parcel_stalls_is_noticed_moves_on_and_the_days_go_by(
    redress: Service,
) -> None:
    jacket = Jacket(redress)
    redress.works()
    assert (jacket.days.state, jacket.days.colour) == ("beside", "green")

    redress.lives_until(MONDAY + 49 * HOUR)
    assert set(jacket.shortfalls) == {"SHIP_OVERDUE"}
    assert jacket.days.colour in {"amber", "red"}
    assert jacket.days.open_matters == 1

    before = redress.heads
    redress.works()
    assert redress.heads == before

    jacket.ships()
    jacket.scanned("picked_up")
    jacket.scanned("in_transit")
    redress.works()
    late = jacket.shortfalls["SHIP_OVERDUE"]
    assert (late.cleared_by, late.merchant, late.region) == ("scan", "shop-1", "CN-XJ")

    redress.lives_until(redress.now + 5 * DAY + HOUR)
    stalled = jacket.shortfalls["TRANSIT_STALLED"]
    assert (stalled.carrier, stalled.outlet, stalled.told) == ("sf", "URC-1", False)
    assert stalled.cleared_at is None

    watch = rebuild(read_model("watch"), redress.redress.projector)
    assert watch.equal, watch.examples
    assert watch.rows > 3

    wanted = WantedShortfalls(code=("TRANSIT_STALLED",))
    (cause,) = redress.redress.queries.shortfalls.causes(wanted, "outlet")
    assert (cause.cause, cause.orders) == ("URC-1", 1)
    (heat,) = redress.redress.queries.shortfalls.heat(wanted)
    assert (heat.carrier, heat.region, heat.merchant) == ("sf", "CN-XJ", "shop-1")
    beside = redress.redress.queries.companions
    page = beside.find(
        WantedDays(merchant="shop-1", ending_before=MONDAY + 31 * DAY), limit=1
    )
    assert [each.order_id for each in page.rows] == [jacket.order_id]
    assert beside.find(WantedDays(ending_before=MONDAY), limit=1).rows == []
    assert sum(beside.colours("shop-1").values()) == 1


def test_what_a_running_import_holds_waits(redress: Service) -> None:
    jacket = Jacket(redress)
    redress.redress.processes.holds.hold("shop", "importer", 60)
    redress.sets_clock(MONDAY + 50 * HOUR)
    redress.works()
    assert (jacket.shortfalls, jacket.days.state) == ({}, "none")
    redress.redress.processes.holds.release("shop", "importer")
    redress.works()
    assert "SHIP_OVERDUE" in jacket.shortfalls
    assert jacket.days.state == "beside"


def test_a_delivery_without_an_alarm_is_put_off_to_the_next_look(
    redress: Service,
) -> None:
    due_at = MONDAY + 5 * DAY
    promise = Offer(label="deliver-by", source="merchant", due_at=due_at)
    jacket = Jacket(redress, offers=(promise,))
    redress.lives_until(MONDAY + HOUR)
    rows = redress.redress.queries.watch.of_order(jacket.order_id)
    (look,) = [row for row in rows if row.code == "DELIVERY_RISK"]
    assert (look.state, look.why) == ("watching", "no_alarm")
    assert look.ask_again_at == due_at - 96 * HOUR
    assert redress.redress.queries.watch.due(redress.now, 10) == []


def test_pages_of_shortfalls_go_on_where_the_last_ended(redress: Service) -> None:
    for number in range(3):
        Jacket(redress, f"A-{number}")
    redress.lives_until(MONDAY + 43 * HOUR)
    ask = redress.redress.queries.shortfalls.find
    seen, cursor = [], None
    for _ in range(3):
        page = ask(WantedShortfalls(code=("SHIP_RISK",)), limit=1, cursor=cursor)
        seen += [each.order_id for each in page.rows]
        cursor = page.next
    assert len(set(seen)) == 3
    assert cursor is None


def test_days_left_alone_close_with_an_outcome(redress: Service) -> None:
    jacket = Jacket(redress)
    jacket.ships()
    jacket.scanned("picked_up")
    jacket.scanned("signed")
    for day in (3, 8, 15, 31):
        redress.lives_until(MONDAY + day * DAY)
    assert (jacket.days.state, jacket.days.outcome) == ("over", "all_kept")
