"""Thirty days beside Li Mei, whose tea stands still on its way."""

from datetime import UTC, datetime, timedelta

from domain.companionship import (
    COMPANIONSHIP,
    Companionship,
    CompanionshipCommand,
    CompanionshipEvent,
    DetectShortfall,
    MatterRef,
    NoteMatter,
    StartCompanionship,
)
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.service_rows import CheckInRow, CompanionshipRow
from domain.shortfall import Shortfall
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten in the morning in Shanghai
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LAST_DAY = MONDAY + 30 * DAY

LI_MEI = By(role="consumer", name="li-mei")
NEIGHBOUR = By(role="consumer", name="neighbour")
SHOP = By(role="merchant", name="tea-house")
CARRIER = By(role="carrier", name="yunda")
WANG = By(role="agent", name="wang")

BESIDE = CompanionshipRow(
    id="test.beside",
    version=1,
    title="Thirty days from payment",
    binding="conduct_time",
    in_force_from=LONG_AGO,
    source="a test's own",
    anchor="paid",
    days=30,
    extended_days=7,
    check_ins=(
        CheckInRow(name="shipped", after_hours=48),
        CheckInRow(name="week", after_hours=168),
    ),
)


def book(row: CompanionshipRow = BESIDE) -> Rulebook:
    return Rulebook(ref="test@1", profile="test", rows=(row,))


def given(
    *past: CompanionshipEvent, policy: Rulebook | None = None
) -> Given[Companionship, CompanionshipCommand, CompanionshipEvent, Rulebook]:
    return Given(COMPANIONSHIP, policy or book(), *past)


start = StartCompanionship(
    by=SYSTEM,
    order="A-1",
    consumer="li-mei",
    merchant="tea-house",
    anchor="paid",
    anchored_at=MONDAY,
)


def stalled(window: str = "SF1/once") -> Shortfall:
    return Shortfall(
        code="TRANSIT_STALLED",
        line=1,
        window=window,
        since=MONDAY + 3 * DAY,
        due=MONDAY + 3 * DAY,
        rule="test.stalled@1",
        parcel="SF1",
    )


def detect(shortfall: Shortfall, resolution: str | None = None) -> DetectShortfall:
    return DetectShortfall(
        by=SYSTEM,
        order="A-1",
        consumer="li-mei",
        shortfall=shortfall,
        resolution=resolution,
    )


REFUND = MatterRef(kind="after_sales", id="case-1")
REMEDY = MatterRef(kind="resolution", id="plan-1")


def note(matter: MatterRef, *, is_open: bool) -> NoteMatter:
    return NoteMatter(by=SYSTEM, matter=matter, open=is_open)
