"""What compensation that was paid does to the account of its matter.

Pure: who paid the consumer, by which rule, and what that settles of what was owed.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from application.compensation import PaidOrder
from domain.compensation import Reservation
from domain.money import Money
from domain.order import Order
from domain.party import SYSTEM
from domain.policy.rows import Payer
from domain.responsibility import (
    Account,
    Entry,
    MatterAccount,
    OpenAttribution,
    PostEntry,
    ResponsibilityCommand,
)
from domain.responsibility.ledger import (
    PLATFORM,
    entries_for_recourse_paid,
    named,
    owes,
)
from domain.responsibility.state import Debt


class Payout(Struct, frozen=True):
    """A reservation that is paid, by its name, and the order it is for."""

    name: str
    reservation: Reservation
    paid: PaidOrder
    order: Order


def account_commands(
    payout: Payout, account: MatterAccount
) -> Iterator[ResponsibilityCommand]:
    """Yield what the account of the matter is told; it is opened if it is not yet."""
    if account.status == "none":
        yield OpenAttribution(
            by=SYSTEM,
            matter=payout.reservation.matter,
            order=payout.paid.order,
            source=payout.paid.source,
            consumer=payout.paid.consumer,
            ordered_at=payout.order.placed_at or payout.order.paid_at,
            parties=(consumer_of(payout), payer_of(payout, account, "merchant")),
        )
    for entry in entries(payout, account):
        yield PostEntry(by=SYSTEM, entry=entry)


def entries(payout: Payout, account: MatterAccount) -> Iterator[Entry]:
    """Yield what each line paid the consumer, and what that settles of a ruling's.

    What is deducted from a merchant, and goes to no consumer, it owes the platform.
    """
    owing = dict(account.debts)
    consumer = consumer_of(payout)
    for number, line in enumerate(payout.reservation.lines, start=1):
        if not line.fen:
            continue
        payer = payer_of(payout, account, line.payer)
        amount = Money(line.fen, "CNY")
        if line.payee != "consumer":
            yield from deduction(payout, number, payer, amount)
            continue
        debt = Debt(payer, consumer, amount.currency)
        before = owing.get(debt, 0)
        owing[debt] = max(0, before - amount.minor)
        name, why = named(payout.name, f"line-{number}"), "compensation"
        policy = f"{line.rule}@{line.version}"
        yield from (
            replace(entry, policy=policy)
            for entry in entries_for_recourse_paid(
                name, payer, consumer, amount, before, why
            )
        )


def deduction(
    payout: Payout, number: int, payer: Account, amount: Money
) -> Iterator[Entry]:
    """Yield what a line takes from whoever pays it; of the platform's own nothing."""
    if payer == PLATFORM:
        return
    line = payout.reservation.lines[number - 1]
    name = named(payout.name, f"line-{number}")
    policy = f"{line.rule}@{line.version}"
    yield owes(name, "deduction", payer, PLATFORM, amount, policy)


def consumer_of(payout: Payout) -> Account:
    """Return the account of who gets it."""
    return Account(kind="consumer", name=payout.paid.consumer)


def payer_of(payout: Payout, account: MatterAccount, payer: Payer) -> Account:
    """Return the account of who pays: by the matter's parties, if they name one."""
    if payer == "merchant":
        return Account(kind="merchant", name=payout.paid.merchant)
    if payer == "platform":
        return PLATFORM
    known = [each for each in account.parties if each.kind == payer]
    return known[0] if len(known) == 1 else Account(kind=payer)
