"""Whom an incident affects: what the query finds is what the domain says."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace
from psycopg.rows import class_row

from application.projections.affected import (
    COLUMNS,
    AffectedOrder,
    AffectedQueries,
)
from application.projections.affected_rows import Affected
from domain.companionship.events import ShortfallCleared, ShortfallDetected
from domain.incident import Selector, matches
from domain.money import Money
from domain.order.events import (
    OrderCancelled,
    OrderPlaced,
    ParcelDelivered,
    ParcelShipped,
    PaymentCaptured,
    ScanRecorded,
)
from domain.order.values import Content, OrderLine, Tender
from domain.party import SYSTEM, Participant
from domain.shortfall import Shortfall
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = MONDAY + 6 * DAY


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [Affected()])


@pytest.fixture
def affected(pools: Pools) -> AffectedQueries:
    return AffectedQueries(pools.reader)


def placed(number: str, **fields: Any) -> OrderPlaced:
    line = OrderLine(line=1, product="tea", price=Money(1999, "CNY"))
    order = OrderPlaced(
        at=MONDAY, consumer="li", source="tea", number=number, lines=(line,)
    )
    return replace(order, **fields)


def shipped(parcel: str, carrier: str = "zto") -> ParcelShipped:
    return ParcelShipped(at=MONDAY + HOUR, parcel=parcel, carrier=carrier)


def scanned(parcel: str, hours: int, **fields: Any) -> ScanRecorded:
    scan = ScanRecorded(
        at=MONDAY + hours * HOUR, parcel=parcel, scan=f"s{hours}", code="in_transit"
    )
    return replace(scan, **fields)


def short(order: str, code: Any) -> ShortfallDetected:
    return ShortfallDetected(
        at=MONDAY,
        by=SYSTEM,
        order=str(stream_called(order)),
        consumer="li",
        shortfall=Shortfall(code=code, window="once", since=MONDAY, rule="tea.d@1"),
    )


URUMQI = Selector(carriers=("zto",), outlets=("urumqi-3",))


def test_an_order_is_affected_where_its_last_scan_was(
    reader: Reader, history: History, affected: AffectedQueries
) -> None:
    for number, outlet in (("1", "urumqi-3"), ("2", "lanzhou-1")):
        reader.reads(
            *history.goes_on(
                number,
                placed(number),
                shipped(f"W{number}"),
                scanned(f"W{number}", 2, outlet="xian-1", region="610000"),
                scanned(f"W{number}", 9, outlet=outlet, region="650000"),
            )
        )
    found = affected.preview(URUMQI, NOW)
    assert found.orders == 1
    (one,) = found.samples
    assert (one.number, one.parcel, one.outlet) == ("1", "W1", "urumqi-3")
    assert one.stalled_hours(MONDAY + 20 * HOUR) == 11


def test_of_several_parcels_one_is_enough_and_it_counts_once(
    reader: Reader, history: History, affected: AffectedQueries
) -> None:
    events = (placed("1"), shipped("W1"), shipped("W2"))
    stuck = (scanned(each, 3, outlet="urumqi-3") for each in ("W1", "W2"))
    reader.reads(*history.goes_on("1", *events, *stuck))
    assert affected.preview(URUMQI, NOW).orders == 1
    assert len(affected.scope(URUMQI, NOW).orders) == 1


def test_what_arrived_stands_still_no_more(
    reader: Reader, history: History, affected: AffectedQueries
) -> None:
    still = Selector(carriers=("zto",), stalled_hours=24)
    reader.reads(*history.goes_on("1", placed("1"), shipped("W1")))
    assert affected.preview(still, NOW).orders == 1
    arrived = ParcelDelivered(at=NOW, parcel="W1")
    reader.reads(*history.goes_on("1", arrived))
    assert affected.preview(still, NOW + 9 * DAY).orders == 0


def test_what_healed_does_not_fall_short_any_more(
    reader: Reader, history: History, affected: AffectedQueries
) -> None:
    fallen = Selector(shortfalls=("TRANSIT_STALLED",))
    reader.reads(*history.goes_on("1", placed("1"), shipped("W1")))
    found = short("1", "TRANSIT_STALLED")
    reader.reads(*history.goes_on("beside-1", found))
    assert affected.preview(fallen, NOW).orders == 1
    healed = ShortfallCleared(
        at=NOW, by=SYSTEM, shortfall=found.shortfall.name, cleared_by="scan"
    )
    reader.reads(*history.goes_on("beside-1", healed))
    assert affected.preview(fallen, NOW).orders == 0


def test_a_scope_says_how_far_was_read(
    reader: Reader, history: History, affected: AffectedQueries
) -> None:
    before = affected.scope(URUMQI, NOW).snapshot
    reader.reads(*history.goes_on("1", placed("1")))
    after = affected.scope(URUMQI, NOW).snapshot
    assert before != after
    assert after.startswith("0.1+1.0+")


# -- What the query finds is what the domain says --

CARRIERS, OUTLETS = ("zto", "yto", "sf"), ("urumqi-3", "urumqi-4", "xian-1")
REGIONS, SHOPS = ("650000", "610000", "310000"), ("tea-house", "silk", "porcelain")
ROOMS, CREATORS = ("room-1", "room-2"), ("mei", "bo")
PRODUCTS, TENDERS = ("tea", "cups", "silk"), ("card", "wechat", "voucher")


def maybe(dice: Random, values: tuple[str, ...]) -> str | None:
    return dice.choice((*values, None))


def told_of(dice: Random, number: str) -> list[Any]:
    """Return an order as it may be."""
    merchant = maybe(dice, SHOPS)
    lines = tuple(
        OrderLine(
            line=line + 1,
            product=dice.choice(PRODUCTS),
            price=Money(100, "CNY"),
            merchant=maybe(dice, SHOPS),
        )
        for line in range(dice.randint(1, 2))
    )
    creator = maybe(dice, CREATORS)
    taking_part = (Participant(party=creator, roles=("creator",)),) if creator else ()
    events: list[Any] = [
        placed(
            number,
            lines=lines,
            merchant=merchant,
            content=Content(live_room=maybe(dice, ROOMS)),
            participants=taking_part,
            ships_from=maybe(dice, REGIONS),
            ships_to=maybe(dice, REGIONS),
        )
    ]
    if dice.random() < 0.8:
        tender = Tender(tender=dice.choice(TENDERS), amount=Money(100, "CNY"))
        at = MONDAY + dice.randint(0, 5) * HOUR
        events.append(PaymentCaptured(at=at, payment="P1", tenders=(tender,)))
    for parcel in range(dice.choice((0, 1, 1, 2))):
        name = f"W{number}-{parcel}"
        events.append(shipped(name, dice.choice(CARRIERS)))
        for _ in range(dice.randint(0, 2)):
            outlet, region = maybe(dice, OUTLETS), maybe(dice, REGIONS)
            hours = dice.randint(2, 160)
            events.append(scanned(name, hours, outlet=outlet, region=region))
        if dice.random() < 0.2:
            events.append(ParcelDelivered(at=NOW, parcel=name))
    if dice.random() < 0.1:
        events.append(OrderCancelled(at=NOW, by="consumer", reason="no_more"))
    return events


def some_of(dice: Random, values: tuple[Any, ...]) -> tuple[Any, ...]:
    if dice.random() < 0.7:
        return ()
    return tuple(dice.sample(values, dice.randint(1, len(values) - 1)))


def selector_of(dice: Random) -> Selector:
    """Return a selector as somebody may write it."""
    return Selector(
        carriers=some_of(dice, CARRIERS),
        outlets=some_of(dice, OUTLETS),
        regions=some_of(dice, REGIONS),
        ships_from=some_of(dice, REGIONS),
        ships_to=some_of(dice, REGIONS),
        merchants=some_of(dice, SHOPS),
        products=some_of(dice, PRODUCTS),
        live_rooms=some_of(dice, ROOMS),
        creators=some_of(dice, CREATORS),
        tenders=some_of(dice, TENDERS),
        statuses=some_of(dice, ("paid", "shipped", "partially_shipped", "cancelled")),
        shortfalls=some_of(dice, ("TRANSIT_STALLED", "SHIP_OVERDUE", "PARCEL_LOST")),
        stalled_hours=dice.choice((None, None, None, 0, 24, 72)),
        paid_from=dice.choice((None, None, MONDAY + 2 * HOUR)),
        paid_to=dice.choice((None, None, MONDAY + 4 * HOUR)),
    )


def test_what_the_query_finds_is_what_the_domain_says(
    reader: Reader, history: History, affected: AffectedQueries, pools: Pools
) -> None:
    dice = Random(1124)  # noqa: S311 - the same orders every time, no secret
    for number in map(str, range(150)):
        reader.reads(*history.goes_on(number, *told_of(dice, number)))
        if dice.random() < 0.4:
            code = dice.choice(("TRANSIT_STALLED", "SHIP_OVERDUE", "PARCEL_LOST"))
            reader.reads(*history.goes_on(f"beside-{number}", short(number, code)))
    everything = rows_of(pools)
    seen = 0
    for _ in range(120):
        selector = selector_of(dice)
        found = {each.order_id for each in affected.scope(selector, NOW).orders}
        said = {
            row.order_id
            for row in everything
            if any(matches(selector, facts) for facts in row.facts(NOW))
        }
        assert found == said, selector
        assert affected.preview(selector, NOW).orders == len(said)
        seen += 0 < len(said) < 150
    assert seen > 40, "selectors that find some and not all are what is tried"


def rows_of(pools: Pools) -> list[AffectedOrder]:
    """Return every row there is, each parcel by itself."""
    query = f"SELECT {COLUMNS} FROM projection.affected"  # noqa: S608 - our own columns
    with (
        pools.reader.connection() as connection,
        connection.cursor(row_factory=class_row(AffectedOrder)) as cursor,
    ):
        return cursor.execute(query.encode()).fetchall()
