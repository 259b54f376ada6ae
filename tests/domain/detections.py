"""Li Mei's tea on its way, and what the rules of two marketplaces make of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache, reduce

from application.policies import pack_rulebook
from domain.detection import Known, Rules, WatchPoint, rules_of, watch_points
from domain.detection.known import NOTHING_BESIDE
from domain.money import Money
from domain.order import (
    ORDER,
    Order,
    OrderEvent,
    OrderLine,
    OrderPlaced,
    ParcelShipped,
    PaymentCaptured,
    PromiseMade,
    ScanRecorded,
    Tender,
)
from domain.order.values import ScanCode
from domain.policy.service_rows import DetectorRow

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten in the morning in Shanghai
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)

# Provinces by their ISO codes.
ZHEJIANG, SHANGHAI, GUANGDONG, BEIJING = "CN-ZJ", "CN-SH", "CN-GD", "CN-BJ"
XINJIANG, YUNNAN, HAINAN = "CN-XJ", "CN-YN", "CN-HI"

TEA = OrderLine(line=1, product="tea", quantity=2, price=Money(12_000, "CNY"))
PAID = PaymentCaptured(
    at=MONDAY,
    payment="pay-1",
    tenders=(Tender(tender="wechat", amount=Money(12_000, "CNY")),),
)


def placed(origin: str | None = None, destination: str | None = None) -> OrderPlaced:
    return OrderPlaced(
        at=MONDAY - HOUR,
        consumer="li-mei",
        source="shop",
        number="A-1",
        lines=(TEA,),
        merchant="tea-house",
        ships_from=origin,
        ships_to=destination,
    )


SENT = ParcelShipped(at=MONDAY + HOUR, parcel="SF1", carrier="shunfeng", waybill="SF1")
PROMISED = PromiseMade(
    at=MONDAY,
    promise="ship_by/order/merchant",
    kind="ship_by",
    source="merchant",
    due_at=MONDAY + 48 * HOUR,
    policy="test.ship-48h@1",
)


def scan(
    code: ScanCode, at: datetime, outlet: str | None = None, region: str | None = None
) -> ScanRecorded:
    return ScanRecorded(
        at=at,
        parcel="SF1",
        scan=f"{code}-{at:%d%H%M%S}",
        code=code,
        outlet=outlet,
        region=region,
    )


PICKED_UP = scan("picked_up", MONDAY + 2 * HOUR)
HUB_AT = MONDAY + 10 * HOUR
AT_HUB = scan("in_transit", HUB_AT)


def order_of(*events: OrderEvent) -> Order:
    return reduce(ORDER.evolve, events, ORDER.initial)


def stalled_between(origin: str | None, destination: str | None) -> Order:
    return order_of(placed(origin, destination), PAID, SENT, PICKED_UP, AT_HUB)


book_of = cache(pack_rulebook)


def rules(
    profile: str = "douyin-like", order: Order | None = None, at: datetime = MONDAY
) -> Rules:
    return rules_of(book_of(profile), order or Order(), at)


def only(detector: DetectorRow) -> Rules:
    return Rules(detectors=(detector,))


def point(
    order: Order,
    rules: Rules,
    code: str,
    known: Known = NOTHING_BESIDE,
) -> WatchPoint:
    (found,) = points(order, rules, code, known)
    return found


def points(
    order: Order, rules: Rules, code: str, known: Known = NOTHING_BESIDE
) -> Iterable[WatchPoint]:
    return [each for each in watch_points(order, rules, known) if each.code == code]
