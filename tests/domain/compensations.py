"""Anna's orders at one shop on one day, and the caps they share."""

from datetime import date, datetime
from functools import partial, reduce

from msgspec.structs import replace

from domain.compensation import (
    COMPENSATION,
    CompensationCommand,
    DayOfCompensation,
    ReserveCompensation,
)
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.quote import Facts
from domain.policy.rows import BreachCode, CapRow, EntitlementRow, Formula
from tests.given import Given

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
TUESDAY = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
JANUARY = datetime.fromisoformat("2026-01-01T00:00:00+08:00")

SHOP = By(role="merchant", name="m-42")


def pays(breach: BreachCode, rate_bp: int, *caps: str) -> EntitlementRow:
    """Return a row that pays so much of the item, under these caps."""
    return EntitlementRow(
        id=f"shop.{breach.lower().replace('_', '-')}",
        version=1,
        title="Pays a part of the item",
        binding="conduct_time",
        in_force_from=JANUARY,
        source="[Δ]",
        trigger=breach,
        formula=Formula(base="item", rate_bp=rate_bp),
        caps=caps,
    )


ORDER_CAP = CapRow(
    id="shop.track-cap",
    version=1,
    title="Both track rows of an order: ¥60",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    scope="order",
    breaches=("TRACK_OVERDUE", "TRACK_ABNORMAL"),
    amount_fen=6_000,
)
DAY_CAP = CapRow(
    id="shop.day-cap",
    version=1,
    title="All orders of one buyer and one seller on one day: ¥100",
    binding="conduct_time",
    in_force_from=JANUARY,
    source="[Δ]",
    scope="buyer_seller_day",
    amount_fen=10_000,
)
BOOK = Rulebook(
    ref="shop@1",
    profile="shop",
    fallback=True,
    rows=(
        pays("SHIP_OVERDUE", 500, "shop.day-cap"),
        pays("TRACK_OVERDUE", 400, "shop.track-cap", "shop.day-cap"),
        pays("TRACK_ABNORMAL", 400, "shop.track-cap", "shop.day-cap"),
        replace(
            pays("EXCHANGE_LATE", 100, "shop.day-cap"), stacks_with=("SHIP_OVERDUE",)
        ),
        ORDER_CAP,
        DAY_CAP,
    ),
)
# An item of ¥1,000: late is ¥50, each track row ¥40.
ITEM_FEN = 100_000

given = partial(Given, COMPENSATION, BOOK)


def reserve(
    reservation: str, *breaches: BreachCode, order: str = "A-1"
) -> ReserveCompensation:
    """Ask that what these breaches of an order cost be set aside."""
    return ReserveCompensation(
        by=SYSTEM,
        reservation=reservation,
        matter=f"case-{reservation}",
        order=order,
        consumer="anna",
        merchant="m-42",
        paid_on=date(2026, 11, 20),
        zone="Asia/Shanghai",
        facts=Facts(item_fen=ITEM_FEN, breaches=breaches),
    )


def asked(*commands: CompensationCommand) -> DayOfCompensation:
    """Return the day after these commands, none refused."""
    day = COMPENSATION.initial
    for command in commands:
        events = COMPENSATION.decide(day, command, BOOK, MONDAY)
        day = reduce(COMPENSATION.evolve, events, day)
    return day


def taken(day: DayOfCompensation) -> int:
    """Return what is reserved or paid, in fen."""
    return sum(
        each.total_fen
        for each in day.reservations.values()
        if each.standing != "released"
    )
