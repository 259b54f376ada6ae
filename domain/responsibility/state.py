"""How a matter's account stands: whose fault it is, what moved, and who owes whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from msgspec import Struct

from domain.kernel import Code, PolicyRef, State
from domain.money import Money
from domain.party import By
from domain.policy.rows import Times
from domain.responsibility.values import (
    Account,
    Entry,
    Knowledge,
    ScoreEffect,
    Share,
)
from domain.timer import Timer

AttributionStatus = Literal[
    "none", "attribution_open", "attributed", "contested", "final"
]
RecourseStatus = Literal["claimed", "acknowledged", "disputed", "paid", "written_off"]
LIVE: frozenset[RecourseStatus] = frozenset({"claimed", "acknowledged", "disputed"})

EntryKind = Literal["paid", "owed"]


class Balance(NamedTuple):
    """What a balance is of: whose, in which currency, of money moved or of debts."""

    kind: EntryKind
    account: Account
    currency: str


class Debt(NamedTuple):
    """Who owes whom, in which currency."""

    debtor: Account
    creditor: Account
    currency: str


class Stands(Struct, frozen=True, kw_only=True):
    """How one balance stands, in minor units: above zero is got, or to get."""

    kind: EntryKind
    account: Account
    currency: str
    minor: int


class Owing(Struct, frozen=True, kw_only=True):
    """How much one party owes another, in minor units."""

    debtor: Account
    creditor: Account
    currency: str
    minor: int


class Recourse(Struct, frozen=True, kw_only=True):
    """One claim of one party against another. ``number`` counts those of the matter."""

    number: int
    claimant: Account
    against: Account
    amount: Money
    basis: Code
    freight: Money | None = None
    insured: bool = False
    policy: PolicyRef | None = None
    status: RecourseStatus = "claimed"
    payments: Mapping[str, Money] = {}

    @property
    def paid(self) -> Money:
        """What was paid on it so far."""
        paid = sum(payment.minor for payment in self.payments.values())
        return Money(paid, self.amount.currency)

    @property
    def left(self) -> Money:
        """What is still to be paid on it; nothing once it is over."""
        if self.status in LIVE:
            return self.amount - self.paid
        return Money(0, self.amount.currency)

    @property
    def debt(self) -> Debt:
        """The debt it is about."""
        return Debt(self.against, self.claimant, self.amount.currency)


class MatterAccount(State, frozen=True, kw_only=True):
    """The account of one case or one dispute.

    ``books`` sum to zero for each kind and currency; ``owing`` are debts between two
    parties. ``attributed_by`` are all who ever said whose fault it is,
    ``contested_by`` those who deny what was said last.
    """

    status: AttributionStatus = "none"
    matter: str = ""
    order: str = ""
    source: str | None = None
    consumer: str = ""
    ordered_at: datetime | None = None
    parties: tuple[Account, ...] = ()
    shares: tuple[Share, ...] = ()
    knowledge: tuple[Knowledge, ...] = ()
    ruling: str | None = None
    attributions: int = 0
    attributed_by: tuple[By, ...] = ()
    contested_by: tuple[By, ...] = ()
    entries: Mapping[str, Entry] = {}
    books: tuple[Stands, ...] = ()
    owing: tuple[Owing, ...] = ()
    claims: Mapping[str, Recourse] = {}
    scores: tuple[ScoreEffect, ...] = ()
    timers: Mapping[str, Timer] = {}

    @property
    def balances(self) -> dict[Balance, int]:
        """Return the books by what each balance is of."""
        return {
            Balance(each.kind, each.account, each.currency): each.minor
            for each in self.books
        }

    @property
    def debts(self) -> dict[Debt, int]:
        """Return the open debts by who owes whom."""
        return {
            Debt(each.debtor, each.creditor, each.currency): each.minor
            for each in self.owing
        }

    def times(self, at: datetime) -> Times:
        """Return the dates its rules are chosen by."""
        return Times(ordered_at=self.ordered_at, judged_at=at)


def borne(account: MatterAccount, currency: str = "CNY") -> Mapping[Account, Money]:
    """Return who has really paid so far: what each gave, less what it got.

    What lay in escrow or in a deposit was given by the merchant it belongs to. Whoever
    got more than he gave stands below zero; all together are zero.
    """
    return netted(account, currency, ("paid",))


def bears_in_the_end(
    account: MatterAccount, currency: str = "CNY"
) -> Mapping[Account, Money]:
    """Return who will have paid once every debt is settled; signs as of ``borne``."""
    return netted(account, currency, ("paid", "owed"))


def owed(account: MatterAccount) -> Mapping[Debt, Money]:
    """Return the debts that are open."""
    return {debt: Money(minor, debt.currency) for debt, minor in account.debts.items()}


def netted(
    account: MatterAccount, currency: str, kinds: tuple[EntryKind, ...]
) -> Mapping[Account, Money]:
    """Return the balances of these kinds, by party, as what each gave."""
    given: dict[Account, int] = {}
    for balance, minor in account.balances.items():
        if balance.kind in kinds and balance.currency == currency:
            party = owner(balance.account)
            given[party] = given.get(party, 0) - minor
    return {party: Money(minor, currency) for party, minor in given.items()}


def owner(account: Account) -> Account:
    """Return the party whose money an account holds."""
    if account.kind in {"escrow", "deposit"}:
        return Account(kind="merchant", name=account.name)
    return account
