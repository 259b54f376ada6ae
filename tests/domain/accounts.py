"""A matter of Anna's vase, its account, and the rules it is judged by."""

from datetime import datetime
from functools import partial, reduce

from domain.money import Money
from domain.party import SYSTEM, By, LiableParty
from domain.policy.book import Rulebook
from domain.policy.rows import CapRow, OnBreach, Owes, TimerRow
from domain.responsibility import (
    ACCOUNT,
    Account,
    AttributeResponsibility,
    AttributionOpened,
    ClaimRecourse,
    Entry,
    MatterAccount,
    PostEntry,
    ResponsibilityAttributed,
    ResponsibilityCommand,
    ResponsibilityEvent,
    Share,
)
from domain.timer import TimerEvent
from tests.given import Given

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
TUESDAY = datetime.fromisoformat("2026-11-24T09:00:00+08:00")
JANUARY = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
NEXT_TUESDAY = datetime.fromisoformat("2026-12-01T09:00:00+08:00")

ANNA = By(role="consumer", name="anna")
SHOP = By(role="merchant", name="m-42")
LEILA = By(role="creator", name="leila")
SWIFT = By(role="carrier", name="swift")
OTTO = By(role="arbiter", name="otto")
RUTH = By(role="arbiter", name="ruth")
FINN = By(role="finance_approver", name="finn")

CONSUMER = Account(kind="consumer", name="anna")
MERCHANT = Account(kind="merchant", name="m-42")
CREATOR = Account(kind="creator", name="leila")
CARRIER = Account(kind="carrier", name="swift")
PLATFORM = Account(kind="platform")


def clock(step: str, owes: Owes, on_breach: OnBreach) -> TimerRow:
    """Return a week for a step."""
    return TimerRow(
        id=f"shop.{step.replace('_', '-')}",
        version=1,
        title="A week",
        binding="conduct_time",
        in_force_from=JANUARY,
        source="[Δ]",
        step=step,
        owes=owes,
        hours=168,
        on_breach=on_breach,
    )


LIABILITY = CapRow(
    id="shop.carrier-liability",
    version=1,
    title="Not insured: 7 times the freight, 1,000 yuan at most",
    binding="order_time",
    in_force_from=JANUARY,
    source="[R] the sender agreement",
    scope="order",
    base="freight",
    rate_bp=70_000,
    amount_fen=100_000,
)
BOOK = Rulebook(
    ref="shop@1",
    profile="shop",
    rows=(
        clock("responsibility.contest", "merchant", "close"),
        clock("responsibility.contest_ruling", "arbiter", "human"),
        clock("recourse.acknowledge", "merchant", "agree"),
        clock("recourse.pay", "merchant", "human"),
        LIABILITY,
    ),
)

opened = AttributionOpened(
    at=MONDAY,
    by=SYSTEM,
    matter="d-1",
    order="A-1",
    source="shop",
    consumer="anna",
)

given = partial(Given, ACCOUNT, BOOK)


def yuan(amount: int) -> Money:
    """Return so many whole yuan."""
    return Money(amount * 100, "CNY")


def share(party: LiableParty, share_bp: int, name: str | None = None) -> Share:
    """Return a share of a party of this matter."""
    names = {"merchant": "m-42", "creator": "leila", "carrier": "swift"}
    return Share(
        party=party,
        name=name or names.get(party),
        share_bp=share_bp,
        basis="content.false-by-creator",
    )


HALVES = (share("merchant", 5_000), share("creator", 5_000))
ALL_CREATOR = (share("creator", 10_000),)


def attribute(
    *shares: Share, by: By = OTTO, ruling: str | None = None
) -> AttributeResponsibility:
    """Ask that these bear it."""
    return AttributeResponsibility(by=by, shares=shares, ruling=ruling)


def attributed(*shares: Share, by: By = OTTO) -> ResponsibilityAttributed:
    """Return that these bear it."""
    return ResponsibilityAttributed(at=MONDAY, by=by, shares=shares)


def claim(  # noqa: PLR0913 - a claim has these particulars
    amount: Money,
    *,
    by: By = SHOP,
    claimant: Account = MERCHANT,
    against: Account = CREATOR,
    name: str = "r-1",
    freight: Money | None = None,
    insured: bool = False,
) -> ClaimRecourse:
    """Claim so much, the merchant from the creator unless told otherwise."""
    return ClaimRecourse(
        by=by,
        claim=name,
        claimant=claimant,
        against=against,
        amount=amount,
        basis="content.false-by-creator",
        freight=freight,
        insured=insured,
    )


def asked(
    account: MatterAccount, *commands: ResponsibilityCommand, at: datetime = MONDAY
) -> MatterAccount:
    """Return the account after these commands, none refused."""
    for command in commands:
        events = ACCOUNT.decide(account, command, BOOK, at)
        account = reduce(ACCOUNT.evolve, events, account)
    return account


def says(
    account: MatterAccount, command: ResponsibilityCommand, at: datetime = MONDAY
) -> tuple[ResponsibilityEvent, ...]:
    """Return what happens, clocks aside."""
    events = ACCOUNT.decide(account, command, BOOK, at)
    return tuple(each for each in events if not isinstance(each, TimerEvent))


def posting(*entries: Entry) -> tuple[PostEntry, ...]:
    """Ask that these be written down."""
    return tuple(PostEntry(by=SYSTEM, entry=entry) for entry in entries)


OPEN = ACCOUNT.evolve(ACCOUNT.initial, opened)
