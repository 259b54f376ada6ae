"""What Li Mei and the service say to each other, and the hours they go by."""

from datetime import UTC, datetime, timedelta

from domain.contact import (
    CONTACT,
    CloseContact,
    Contact,
    ContactCommand,
    ContactEvent,
    OpenContact,
    Outcome,
    RecordWords,
    Write,
)
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.rows import CalendarRow, TimerRow
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # ten in the morning in Shanghai
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

LI_MEI = By(role="consumer", name="li-mei")
WANG = By(role="agent", name="wang")
CHEN = By(role="senior_agent", name="chen")
WU = By(role="arbiter", name="wu")
SHOP = By(role="merchant", name="tea-house")
ROBOT = SYSTEM

HELP, SORRY, STILL = "sealed:help", "sealed:sorry", "sealed:still"


def clock(step: str, hours: int) -> TimerRow:
    return TimerRow(
        id=f"test.{step}",
        version=1,
        title=step,
        binding="conduct_time",
        in_force_from=LONG_AGO,
        source="a test's own",
        step=step,
        owes="agent",
        hours=hours,
        on_breach="breach",
    )


NIGHT = CalendarRow(
    id="test.night",
    version=1,
    title="Nights do not count",
    binding="conduct_time",
    in_force_from=LONG_AGO,
    source="a test's own",
    effect="night",
    night_from=23,
    night_to=8,
    steps=("contact.first_response", "contact.answer"),
    reason="night",
)
BOOK = Rulebook(
    ref="test@1",
    profile="test",
    rows=(
        clock("contact.first_response", 1),
        clock("contact.answer", 24),
        clock("contact.promise", 24),
        NIGHT,
    ),
)

Given_ = Given[Contact, ContactCommand, ContactEvent, Rulebook]


def nothing() -> Given_:
    """Nobody has said anything yet."""
    return Given(CONTACT, BOOK)


def opens(by: By = LI_MEI, words: str | None = HELP) -> OpenContact:
    return OpenContact(by=by, consumer="li-mei", channel="chat", words=words)


def writes(by: By, message: str, words: str = SORRY) -> Write:
    return Write(by=by, message=message, words=words)


def called(by: By, message: str) -> RecordWords:
    return RecordWords(by=by, message=message, channel="call")


def begun() -> Given_:
    """Li Mei has said at ten on Monday that something is wrong."""
    return nothing().when(opens(), at=MONDAY).happens()


def answered() -> Given_:
    """Wang has answered her ten minutes later."""
    return begun().when(writes(WANG, "2"), at=MONDAY + 10 * MINUTE).happens()


def over(outcome: Outcome = "answered") -> Given_:
    """Wang has closed it an hour later."""
    close = CloseContact(by=WANG, outcome=outcome)
    return answered().when(close, at=MONDAY + HOUR).happens()
