"""How merchants, creators and carriers do, given what has happened."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from application.policies import pack_rulebook
from application.projections.promise_rows import PromiseBoard
from application.projections.scorecard_rows import Scorecards
from application.projections.scorecards import ScorecardQueries
from application.scorecards import ScorecardDesk
from domain.after_sales import (
    CaseApproved,
    CaseEscalated,
    CaseOpened,
    CounterDeclined,
    CounterOffered,
)
from domain.companionship.events import ShortfallCleared, ShortfallDetected
from domain.order.events import (
    OrderPlaced,
    ParcelHandedOver,
    ParcelOutForDelivery,
    ParcelShipped,
    ParcelSigned,
    PaymentCaptured,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    ScanRecorded,
)
from domain.order.values import ScanCode
from domain.party import SYSTEM, By, Participant
from domain.policy.book import Rulebook
from domain.policy.score_rows import ScoreRow
from domain.policy.service_rows import RegionsRow
from domain.scorecard import Role
from domain.shortfall import Shortfall
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = MONDAY + 20 * DAY
ORDER = str(stream_called("1001"))
SHOP = By(role="merchant", name="tea-house")
LI = By(role="consumer", name="li")

BOOK = pack_rulebook("douyin-like")
SCORES = [row for row in BOOK.rows if isinstance(row, ScoreRow)]
REGIONS = RegionsRow(
    id="r",
    version=1,
    title="",
    binding="conduct_time",
    in_force_from=MONDAY - DAY,
    source="[Δ]",
    together=(("CN-ZJ", "CN-SH"),),
    remote=("CN-XJ",),
)


class Published:
    """The rules as they stand."""

    def __init__(self, *rows: Any) -> None:
        book = Rulebook(ref="d@1", profile="d", rows=rows, fallback=True)
        self.books = {"d": book}

    def current(self) -> "Published":
        return self


placed = OrderPlaced(
    at=MONDAY,
    consumer="li",
    source="doudian",
    number="1001",
    merchant="tea-house",
    participants=(Participant(party="anna", roles=("creator",)),),
    lines=(),
    ships_from="CN-ZJ",
    ships_to="CN-SH",
)
paid = PaymentCaptured(at=MONDAY, payment="p", tenders=())
shipped = ParcelShipped(at=MONDAY, parcel="SF1", carrier="shunfeng", waybill="SF1")
out = ParcelOutForDelivery(at=MONDAY + 90 * HOUR, parcel="SF1")
signed = ParcelSigned(at=MONDAY + 100 * HOUR, parcel="SF1")


def scan(code: ScanCode, at: datetime, region: str | None = None) -> ScanRecorded:
    name = f"{code}-{at:%d%H}"
    return ScanRecorded(at=at, parcel="SF1", scan=name, code=code, region=region)


picked = scan("picked_up", MONDAY + 20 * HOUR)
hub = scan("in_transit", MONDAY + 40 * HOUR)


def case(reason: int = 3, at: datetime = LATER) -> CaseOpened:
    return CaseOpened(
        at=at,
        by=LI,
        order=ORDER,
        consumer="li",
        merchant="tea-house",
        type="refund_shipped",
        items=(),
        reason=reason,
    )


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [PromiseBoard(), Scorecards()])


Figures = Callable[..., dict[str, tuple[int, int]]]


@pytest.fixture
def figures(pools: Pools) -> Figures:
    def asked(
        role: Role, party: str, *rows: Any, now: datetime = LATER
    ) -> dict[str, tuple[int, int]]:
        desk = ScorecardDesk(
            ScorecardQueries(pools.reader), Published(*(rows or [*SCORES, REGIONS]))
        )
        first, last = MONDAY.date() - DAY, (LATER + DAY).date()
        card = desk.of_party(role, party, now=now, first=first, last=last)
        return {each.metric: (each.numerator, each.denominator) for each in card.totals}

    return asked


def test_a_carrier_is_measured_leg_by_leg(
    reader: Reader, history: History, figures: Figures
) -> None:
    reader.reads(
        *history.goes_on("1001", placed, paid, shipped, picked, hub, out, signed)
    )
    assert figures("carrier", "shunfeng") == {
        "pickup": (1, 1),
        "first_hub": (1, 1),
        "transit": (0, 1),  # fifty hours of silence, of the 48 between neighbours
        "last_mile": (1, 1),
        "false_signing": (0, 1),
    }


def test_what_is_not_over_is_judged_only_once_its_hours_are(
    reader: Reader, history: History, figures: Figures
) -> None:
    reader.reads(*history.goes_on("1001", placed, paid, shipped))
    assert figures("carrier", "shunfeng", now=MONDAY + 24 * HOUR) == {}
    late = figures("carrier", "shunfeng", now=MONDAY + 25 * HOUR)
    assert late == {"pickup": (0, 1)}


@pytest.mark.parametrize(
    ("end", "kept"), [("CN-SH", 0), ("CN-BJ", 1), ("CN-XJ", 1), (None, 1)]
)
def test_a_silence_is_a_stall_by_how_far_the_parcel_goes(
    reader: Reader, history: History, figures: Figures, end: str | None, kept: int
) -> None:
    there = replace(placed, ships_to=end)
    reader.reads(*history.goes_on("1001", there, shipped, picked, hub, out, signed))
    assert figures("carrier", "shunfeng")["transit"] == (kept, 1)


def test_where_an_order_does_not_say_from_where_the_first_scan_does(
    reader: Reader, history: History, figures: Figures
) -> None:
    nowhere = replace(placed, ships_from=None)
    told = scan("picked_up", MONDAY + 20 * HOUR, "CN-ZJ")
    reader.reads(*history.goes_on("1001", nowhere, shipped, told, hub, out, signed))
    assert figures("carrier", "shunfeng")["transit"] == (0, 1)


def test_what_was_signed_for_and_not_received_counts_against_the_carrier(
    reader: Reader, history: History, figures: Figures
) -> None:
    reader.reads(*history.goes_on("1001", placed, shipped, signed))
    reader.reads(*history.goes_on("case-1", case(reason=7)))
    assert figures("carrier", "shunfeng")["false_signing"] == (0, 1)
    reader.reads(*history.goes_on("case-2", case(reason=3)))
    assert figures("carrier", "shunfeng")["false_signing"] == (1, 1)


def test_a_shortfall_said_by_mistake_is_held_against_nobody(
    reader: Reader, history: History, figures: Figures
) -> None:
    missing = Shortfall(
        code="DELIVERED_NOT_RECEIVED", window="once", since=LATER, rule="d@1"
    )
    detected = ShortfallDetected(
        at=LATER, by=SYSTEM, order=ORDER, consumer="li", shortfall=missing
    )
    reader.reads(*history.goes_on("1001", placed, shipped, signed))
    reader.reads(*history.goes_on("beside", detected))
    assert figures("carrier", "shunfeng")["false_signing"] == (1, 1)
    retracted = ShortfallCleared(
        at=LATER, by=SYSTEM, shortfall=missing.name, cleared_by="retracted"
    )
    reader.reads(*history.goes_on("beside", retracted))
    assert figures("carrier", "shunfeng")["false_signing"] == (0, 1)


def test_promises_are_counted_for_all_who_share_them_under_their_own_rule(
    reader: Reader, history: History, pools: Pools
) -> None:
    made = PromiseMade(
        at=MONDAY,
        promise="ship_by/order/merchant",
        kind="ship_by",
        source="merchant",
        due_at=MONDAY + DAY,
        policy="ship-48h@20260810",
    )
    kept = PromiseKept(
        at=MONDAY + HOUR,
        promise=made.promise,
        due_at=MONDAY + DAY,
        ahead_seconds=1,
        evidence="SF1/shipped",
    )
    broken = PromiseBreached(
        at=MONDAY + 2 * DAY,
        promise=made.promise,
        due_at=MONDAY + DAY,
        first_due_at=MONDAY + DAY,
    )
    reader.reads(*history.goes_on("1001", placed, shipped, made, kept))
    reader.reads(*history.goes_on("1002", placed, shipped, made, broken))
    desk = ScorecardDesk(ScorecardQueries(pools.reader), Published())
    parties: tuple[tuple[Role, str], ...] = (
        ("merchant", "tea-house"),
        ("creator", "anna"),
        ("carrier", "shunfeng"),
    )
    for role, party in parties:
        (found,) = desk.of_party(role, party, now=LATER).totals
        assert (found.metric, found.rule) == ("ship_by", "ship-48h@20260810")
        assert (found.numerator, found.denominator) == (1, 2)


def test_the_night_does_not_count_in_a_merchants_time_to_pickup(
    reader: Reader, history: History, figures: Figures
) -> None:
    """Paid at eight in the evening in Shanghai, the clock begins at six."""
    evening = replace(paid, at=MONDAY + 3 * HOUR)
    morning = scan("picked_up", MONDAY + 15 * HOUR)  # eight in the morning
    reader.reads(*history.goes_on("1001", placed, evening, shipped, morning))
    assert figures("merchant", "tea-house")["pickup_time"] == (2 * 3600, 1)


def test_a_merchants_answer_is_timed_without_the_talks_and_the_night(
    reader: Reader, history: History, figures: Figures
) -> None:
    opened = case(reason=21, at=MONDAY)  # five in the afternoon
    offered = CounterOffered(at=MONDAY + HOUR, by=SHOP, type="partial_refund", items=())
    left = CounterDeclined(at=MONDAY + 3 * HOUR, by=LI)
    agreed = CaseApproved(at=MONDAY + 4 * HOUR, by=SHOP)
    reader.reads(*history.goes_on("1001", placed, paid, shipped, signed))
    reader.reads(*history.goes_on("case-1", opened, offered, left, agreed))
    found = figures("merchant", "tea-house")
    assert found["audit_time"] == (2 * 3600, 1)
    assert found["damage_return_rate"] == (1, 1)


def test_an_order_the_platform_was_asked_about_counts_once(
    reader: Reader, history: History, figures: Figures
) -> None:
    up = CaseEscalated(at=LATER, by=LI, dispute="d-1")
    reader.reads(*history.goes_on("1001", placed, paid))
    reader.reads(*history.goes_on("case-1", case(at=MONDAY), up))
    reader.reads(*history.goes_on("case-2", case(at=MONDAY + DAY)))
    assert figures("merchant", "tea-house")["platform_help_rate"] == (1, 1)


def test_each_day_is_judged_by_the_version_that_held_on_it(
    reader: Reader, history: History, pools: Pools
) -> None:
    (pickup,) = (row for row in SCORES if row.metric == "pickup")
    harder = replace(pickup, version=2, hours=12, in_force_from=MONDAY + 10 * DAY)
    again = replace(shipped, at=MONDAY + 11 * DAY)
    late = scan("picked_up", MONDAY + 11 * DAY + 20 * HOUR)
    reader.reads(*history.goes_on("1001", placed, shipped, picked))
    reader.reads(*history.goes_on("1002", placed, again, late))
    desk = ScorecardDesk(ScorecardQueries(pools.reader), Published(pickup, harder))
    found = desk.of_party("carrier", "shunfeng", now=LATER).totals
    assert {(each.rule[-2:], each.numerator, each.denominator) for each in found} == {
        ("@1", 1, 1),
        ("@2", 0, 1),
    }


def test_a_parcel_told_scan_by_scan_is_the_same_as_one_told_at_once(
    reader: Reader, history: History, pools: Pools
) -> None:
    late_word = replace(shipped, at=MONDAY - HOUR)
    handed = ParcelHandedOver(at=MONDAY + 30 * HOUR, parcel="SF1")
    for each in (signed, out, hub, picked, placed, shipped, handed, late_word, paid):
        reader.reads(*history.goes_on("1001", each))
    query = "SELECT begun_at, picked_up_at, hub_at, out_at FROM projection.{}"
    with pools.reader.connection() as connection:
        row = connection.execute(query.format("scorecard_parcel")).fetchone()
    assert row == (late_word.at, picked.at, hub.at, out.at)
