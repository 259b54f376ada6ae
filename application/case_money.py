"""What a case's refund does to the account of its matter: who paid, and who owes whom.

Written down in the ask in which the money arrived or came back, so that the books of a
case and the case itself never tell two stories.
"""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.dispute_money import account_of
from application.event_store.envelope import Part
from application.responsibility import Responsibilities
from application.sight import Sight
from domain.after_sales import Case, CaseEvent, RefundRecovered, RefundSucceeded
from domain.dispute import DISPUTE, Award, Dispute
from domain.money import Money
from domain.order import ORDER, Order
from domain.party import SYSTEM
from domain.responsibility import (
    ACCOUNT,
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
    entries_for_refund,
    named,
    owes,
)
from domain.responsibility.state import Debt, owner

MoneyEvent = RefundSucceeded | RefundRecovered

# Awards that go back through the case; compensation is paid by another way.
THROUGH_THE_CASE: Final = frozenset({"refund", "freight"})


class Moved(Struct, frozen=True):
    """What happened in a case, how it stood before, and the order it is about.

    ``dispute`` is the one whose ruling the money is due for, if it is.
    """

    case_id: UUID
    before: Case
    events: tuple[MoneyEvent, ...]
    order: Order
    dispute: Dispute | None = None

    @property
    def merchant(self) -> Account:
        """Whose sale it was; of an order of several merchants, the first line's."""
        placed, name = self.order.placement, self.before.merchant
        if name is None and placed is not None:
            lines = {line.line: line.merchant for line in placed.lines}
            theirs = (lines.get(item.line) for item in self.before.items)
            name = placed.merchant or next(filter(None, theirs), None)
        return Account(kind="merchant", name=name)

    @property
    def consumer(self) -> Account:
        """Who gets the money."""
        return Account(kind="consumer", name=self.before.consumer)


def money_in(events: Sequence[CaseEvent]) -> tuple[MoneyEvent, ...]:
    """Return the events among these by which money moved."""
    return tuple(
        each for each in events if isinstance(each, RefundSucceeded | RefundRecovered)
    )


def money_parts(
    case_id: UUID,
    before: Case,
    events: tuple[MoneyEvent, ...],
    accounts: Responsibilities,
    sight: Sight,
) -> tuple[Part, ...]:
    """Return the parts that write down what moved; none if nothing did.

    ``before`` is the case before the events; ``sight`` is what the command rests on.
    """
    if not events or before.order is None or before.consumer is None:
        return ()
    due = before.due
    ruled = None if due is None or due.dispute is None else UUID(due.dispute)
    moved = Moved(
        case_id=case_id,
        before=before,
        events=events,
        order=sight.of(UUID(before.order), ORDER),
        dispute=None if ruled is None else sight.of(ruled, DISPUTE),
    )
    account_id = accounts.id_beside(case_id, str(case_id))
    account: MatterAccount = sight.of(account_id, ACCOUNT)
    return tuple(
        accounts.part(account_id, command, moved.order.source)
        for command in money_commands(moved, account)
    )


def money_commands(
    moved: Moved, account: MatterAccount
) -> Iterator[ResponsibilityCommand]:
    """Yield what the account of the case is told; it is opened if it is not yet."""
    if account.status == "none":
        yield opening(moved)
    for event in moved.events:
        entries = (
            refunded(moved, event)
            if isinstance(event, RefundSucceeded)
            else recovered(moved, event, account)
        )
        yield from (PostEntry(by=SYSTEM, entry=entry) for entry in entries)


def opening(moved: Moved) -> OpenAttribution:
    """Return the opening of the account, with the parties the order names."""
    case, placed = moved.before, moved.order.placement
    assert case.order is not None, "asked in money_parts"
    assert case.consumer is not None, "asked in money_parts"
    sold = [
        Account(kind="creator", name=each.party)
        for each in (placed.participants if placed else ())
        if {"creator", "room_seller"} & set(each.roles)
        and each.party != moved.merchant.name
    ]
    return OpenAttribution(
        by=SYSTEM,
        matter=str(moved.case_id),
        order=case.order,
        source=moved.order.source,
        consumer=case.consumer,
        ordered_at=case.ordered_at,
        parties=(moved.consumer, moved.merchant, *dict.fromkeys(sold)),
    )


# -- Money that reached the consumer --


def refunded(moved: Moved, event: RefundSucceeded) -> tuple[Entry, ...]:
    """Return who gave the money, and who owes it to whoever gave it.

    A refund is the merchant's to pay, unless a ruling names another payer: then that
    one owes it to whoever it was taken from, and owes nothing for what it gave itself.
    """
    entries = entries_for_refund(
        event.refund,
        event.amount,
        event.route,
        merchant=moved.merchant.name,
        consumer=moved.before.consumer,
    )
    payers = due_from(moved, event)
    if all(payer == moved.merchant for payer, _ in payers):
        return entries
    (paid,) = (entry for entry in entries if entry.kind == "paid")
    gave = owner(paid.postings[0].account)
    owed = (
        owes(
            named(event.refund, f"owed-{number}"),
            "refund.paid_for_another",
            payer,
            gave,
            Money(minor, event.amount.currency),
        )
        for number, (payer, minor) in enumerate(payers, start=1)
        if payer != gave
    )
    return paid, *owed


def due_from(moved: Moved, event: RefundSucceeded) -> Sequence[tuple[Account, int]]:
    """Return who is to pay how much of this money, in minor units.

    What several are to pay is paid in the order the ruling names them: what went back
    before was the first one's.
    """
    before = sum(
        earlier.amount.minor
        for earlier in moved.before.refunds.values()
        if earlier.outcome in {"succeeded", "recovered"}
    )
    left, found = event.amount.minor, list[tuple[Account, int]]()
    for award in awards(moved):
        skipped = min(before, award.amount.minor)
        before -= skipped
        if part := min(left, award.amount.minor - skipped):
            assert moved.dispute is not None, "only a dispute awards anything"
            found.append((account_of(moved.dispute, award.payer), part))
            left -= part
    return (*found, (moved.merchant, left)) if left else found


def awards(moved: Moved) -> Sequence[Award]:
    """Return what the ruling gives back through the case; nothing without one."""
    ruling = None if moved.dispute is None else moved.dispute.ruling
    given = () if ruling is None else ruling.awards
    return [award for award in given if award.kind in THROUGH_THE_CASE]


# -- Money the platform got back --


def recovered(
    moved: Moved, event: RefundRecovered, account: MatterAccount
) -> Iterator[Entry]:
    """Yield that the merchant paid an advance back, and so owes that much less.

    What it did not owe any more, as after a claim that was paid, it is owed.
    """
    merchant, amount = moved.merchant, event.amount
    debt = account.debts.get(Debt(merchant, PLATFORM, amount.currency), 0)
    name, why = named(event.refund, "recovered"), "advance.recovered"
    yield from entries_for_recourse_paid(name, merchant, PLATFORM, amount, debt, why)
    if amount.minor > debt:
        more = Money(amount.minor - debt, amount.currency)
        yield owes(named(name, "too-much"), why, PLATFORM, merchant, more)
