"""The risk table of an installation: learnt from its own parcels, once a day."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from application.orders import context_for
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from application.risk_table import RiskTables
from domain.money import Money
from domain.order import (
    CapturePayment,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    RecordCancellation,
    RecordDelivery,
    RecordHandOver,
    ShipParcel,
    Tender,
)
from domain.promise import Offer
from interface.bootstrap import Redress
from tests.interface.test_explain_command import redress

__all__ = ["redress"]  # the fixture of an installation

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PRICE = Money(12_900, "CNY")


class Shop:
    """Orders from Zhejiang to Xinjiang, due ten days after they were paid."""

    def __init__(self, redress: Redress) -> None:
        self._orders, self._projector = redress.orders, redress.projector

    def sells(
        self,
        number: str,
        *,
        arrived: float | None = None,
        off: float | None = None,
        start: datetime = MONDAY,
    ) -> UUID:
        """Tell an order, by STO, handed over after two days; return its id."""
        order_id = self._orders.id_of("mei", "shop", number)
        line = OrderLine(line=1, product="tea", quantity=1, price=PRICE)
        due = start + 10 * DAY
        offer = Offer(label="deliver-by", source="platform", due_at=due)
        placed = PlaceOrder(
            consumer="mei",
            source="shop",
            number=number,
            lines=(line,),
            offers=(offer,),
            ships_from="CN-ZJ",
            ships_to="CN-XJ",
        )
        tender = Tender(tender="wechat", amount=PRICE)
        self._tell(order_id, placed, start)
        self._tell(order_id, CapturePayment(payment="P", tenders=(tender,)), start)
        if off is not None:
            called_off = RecordCancellation(reason="changed-mind")
            self._tell(order_id, called_off, start + off * DAY)
            return order_id
        shipped = ShipParcel(parcel="W-1", carrier="sto", waybill="W-1")
        self._tell(order_id, shipped, start + 2 * DAY)
        self._tell(order_id, RecordHandOver(parcel="W-1"), start + 2 * DAY)
        if arrived is not None:
            self._tell(order_id, RecordDelivery(parcel="W-1"), start + arrived * DAY)
        return order_id

    def _tell(self, order_id: UUID, said: OrderCommand, at: datetime) -> None:
        context = context_for(
            uuid5(order_id, type(said).__name__),
            said,
            actor="feed:shop",
            asked_at=at,
            occurred_at=at,
        )
        self._orders.handle_one(order_id, said, context)

    def read(self) -> None:
        """Let the projections read on."""
        Runner(READ_MODELS, self._projector).catch_up()


@pytest.fixture
def shop(redress: Redress) -> Shop:
    return Shop(redress)


def test_a_parcel_still_waited_for_is_risked_by_how_others_like_it_did(
    shop: Shop, redress: Redress
) -> None:
    for number in range(6):
        shop.sells(f"late-{number}", arrived=12)
    shop.sells("called-off", off=1)
    start = MONDAY + 20 * DAY
    waiting = shop.sells("waiting", start=start)
    there = shop.sells("there", start=start, arrived=5)
    shop.read()
    at = start + 8 * DAY
    tables = RiskTables(redress.reader)
    risks = tables.risks([waiting, there], at, "shop")
    assert set(risks) == {waiting}
    risk = risks[waiting]
    assert (risk.late, risk.all) == (6, 6)
    assert risk.bucket.endswith("/lane:sto:CN-ZJ:CN-XJ")
    assert (risk.inputs.hours_left, risk.inputs.transit_hours) == (48, 144)
    assert risk.version.outcomes == 7  # the six, and the one that is there


def test_a_table_knows_what_was_known_when_its_day_began(
    shop: Shop, redress: Redress
) -> None:
    shop.sells("late", arrived=12)
    shop.read()
    tables = RiskTables(redress.reader)
    due_day = MONDAY + 10 * DAY
    assert tables.current(due_day, "shop").version.outcomes == 0
    assert tables.current(due_day + DAY, "shop").version.outcomes == 1
    assert tables.current(due_day + DAY, "elsewhere").version.outcomes == 0


def test_a_table_is_kept_for_the_day_and_made_again_on_the_next(
    shop: Shop, redress: Redress
) -> None:
    tables, at = RiskTables(redress.reader), MONDAY + 20 * DAY
    before = tables.current(at, "shop")
    shop.sells("late", arrived=12)
    shop.read()
    assert tables.current(at + timedelta(hours=3), "shop") is before
    assert tables.current(at + DAY, "shop").version.outcomes == 1


# -- Alarms --


def test_an_alarm_is_raised_at_the_moment_its_risk_reaches_the_bar(
    shop: Shop, redress: Redress
) -> None:
    for number in range(12):
        shop.sells(f"late-{number}", arrived=12)
    start = MONDAY + 20 * DAY
    waiting = shop.sells("waiting", start=start)
    shop.read()
    tables, due = RiskTables(redress.reader), start + 10 * DAY
    before = due - timedelta(hours=49)
    assert tables.alarms(due - 3 * DAY, before).raised == ()
    told = tables.alarms(before, due - timedelta(hours=47))
    (alarm,) = told.raised
    assert (alarm.order_id, alarm.at) == (waiting, due - 2 * DAY)
    assert (alarm.due_at, alarm.risk.late) == (due, 12)
    assert told.upto == due - timedelta(hours=47)


def test_a_last_call_is_given_whatever_the_risk_but_not_for_what_is_there(
    shop: Shop, redress: Redress
) -> None:
    waiting = shop.sells("waiting")
    shop.sells("there", arrived=9)
    shop.sells("called-off", off=1)
    shop.read()
    due = MONDAY + 10 * DAY
    told = RiskTables(redress.reader).alarms(MONDAY - 2 * DAY, due)
    assert [(each.order_id, each.risk.rate_bp) for each in told.raised] == [
        (waiting, 5_000)
    ]


def test_what_is_too_much_for_once_is_asked_from_where_it_ended(
    shop: Shop, redress: Redress
) -> None:
    minute = timedelta(minutes=1)
    ids = [
        shop.sells(f"waiting-{number}", start=MONDAY + number * minute)
        for number in range(5)
    ]
    shop.read()
    tables, found = RiskTables(redress.reader), list[UUID]()
    start = MONDAY + 10 * DAY - timedelta(hours=3)
    upto, end = start, MONDAY + 10 * DAY
    while upto < end:
        told = tables.alarms(upto, end, limit=2)
        assert told.upto > upto
        found += [each.order_id for each in told.raised]
        upto = told.upto
    assert found == ids


def test_what_falls_on_one_moment_is_asked_at_once_however_much_it_is(
    shop: Shop, redress: Redress
) -> None:
    ids = {shop.sells(f"waiting-{number}") for number in range(4)}
    shop.read()
    end = MONDAY + 10 * DAY
    told = RiskTables(redress.reader).alarms(end - timedelta(hours=3), end, limit=2)
    assert {each.order_id for each in told.raised} == ids
    assert told.upto == end - timedelta(hours=2)
