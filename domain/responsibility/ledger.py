"""The entries that a refund, shares of the blame and a recourse come to.

Every entry has two sides at least and sums to zero: money that moved ("paid"), or what
one party owes another ("owed"). Nothing here knows what was posted before.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, Literal

from domain.after_sales.values import RefundRoute
from domain.kernel import Code, PolicyRef
from domain.money import Money, total
from domain.responsibility.values import (
    WHOLE_BP,
    Account,
    Entry,
    Posting,
    Share,
)

PLATFORM: Final = Account(kind="platform")
WRITTEN_OFF: Final = Account(kind="written_off")
NAME_MAX: Final = 128

# Where the money of a refund is taken from, in this order (domain rules, section 3.6).
Source = Literal["escrow", "merchant_balance", "deposit", "platform_advance"]
ORDER_OF_MONEY: Final[tuple[Source, ...]] = (
    "escrow",
    "merchant_balance",
    "deposit",
    "platform_advance",
)


class Unbalanced(ValueError):
    """What was paid first is not the amount to be shared."""


def drawn(amount: Money, funds: Mapping[Source, Money]) -> Sequence[tuple[Source, int]]:
    """Return how much of an amount each source gives; the platform advances the rest.

    ``funds`` are what the sources hold; what is not named holds nothing. Raises
    CurrenciesMixed.
    """
    total(funds.values(), amount.currency)
    left, found = amount.minor, list[tuple[Source, int]]()
    for source in ORDER_OF_MONEY[:-1]:
        held = funds[source].minor if source in funds else 0
        if part := max(0, min(left, held)):
            found.append((source, part))
            left -= part
    return (*found, (ORDER_OF_MONEY[-1], left)) if left else found


def entries_for_refund(  # noqa: PLR0913 - from whom, to whom, how much, by which way
    refund: str,
    amount: Money,
    route: RefundRoute,
    *,
    merchant: str | None,
    consumer: str | None,
    funds: Mapping[Source, Money] | None = None,
) -> tuple[Entry, ...]:
    """Return the entries of a refund: one for each source of its money.

    ``original`` takes the money in the order of the rules, by ``funds``; with none told
    all of it lay in escrow. Every other route names its one source; what was paid back
    outside came from the merchant. What the platform advances the merchant owes it.
    """
    if route == "original":
        parts = drawn(amount, {"escrow": amount} if funds is None else funds)
    else:
        source: Source = "merchant_balance" if route == "offline" else route
        parts = ((source, amount.minor),)
    got = Account(kind="consumer", name=consumer)
    entries: list[Entry] = []
    for source, minor in parts:
        part = Money(minor, amount.currency)
        gave = holder(source, merchant)
        why = f"refund.{source}"
        entries.append(moved(named(refund, source), why, gave, got, part))
        if gave == PLATFORM:
            debtor = Account(kind="merchant", name=merchant)
            name = named(refund, "advance-owed")
            entries.append(owes(name, "advance.owed", debtor, PLATFORM, part))
    return tuple(entries)


def holder(source: Source, merchant: str | None) -> Account:
    """Return the account that a source of money is."""
    match source:
        case "escrow":
            return Account(kind="escrow", name=merchant)
        case "merchant_balance":
            return Account(kind="merchant", name=merchant)
        case "deposit":
            return Account(kind="deposit", name=merchant)
        case "platform_advance":
            return PLATFORM


def split(minor: int, shares: Sequence[Share]) -> tuple[int, ...]:
    """Return an amount in the proportion of the shares, to the fen.

    Every share is rounded down; what is left goes, one fen each, to those who lost
    most by that, the first named first (largest remainder). Raises ValueError unless
    the shares are of one whole and the amount is not below zero.
    """
    if sum(share.share_bp for share in shares) != WHOLE_BP or minor < 0:
        raise ValueError("an amount is split by shares that sum to 10,000")
    whole = [minor * share.share_bp // WHOLE_BP for share in shares]
    lost = [minor * share.share_bp % WHOLE_BP for share in shares]
    first = sorted(range(len(shares)), key=lambda each: (-lost[each], each))
    more = set(first[: minor - sum(whole)])
    return tuple(each + (number in more) for number, each in enumerate(whole))


def entries_for_shares(
    name: str, amount: Money, shares: Sequence[Share], paid_first: Mapping[Account, int]
) -> tuple[Entry, ...]:
    """Return who owes whom, so that each bears his share of the amount to the fen.

    ``paid_first`` says who paid how much of it, in minor units. What force majeure
    bears stays where it fell: nobody owes it to anybody. After another attribution ask
    again with what ``after`` says, and the entries are the difference. Raises
    Unbalanced.
    """
    if sum(paid_first.values()) != amount.minor:
        raise Unbalanced(f"{name}: {sum(paid_first.values())} of {amount.minor}")
    short = dict(targets(amount, shares, paid_first))
    over: dict[Account, int] = {}
    for account, paid in paid_first.items():
        rest = paid - short.pop(account, 0)
        if rest > 0:
            over[account] = rest
        elif rest < 0:
            short[account] = -rest
    entries: list[Entry] = []
    for debtor, owing in short.items():
        left = owing
        for creditor, due in over.items():
            part = min(left, due)
            if part == 0:
                continue
            over[creditor], left = due - part, left - part
            each = named(name, f"share-{len(entries) + 1}")
            money = Money(part, amount.currency)
            entries.append(owes(each, "share", debtor, creditor, money))
    return tuple(entries)


def targets(
    amount: Money, shares: Sequence[Share], known: Iterable[Account]
) -> Mapping[Account, int]:
    """Return what each party is to bear in the end; force majeure is no party."""
    parts = zip(shares, split(amount.minor, shares), strict=True)
    named_parties = tuple(known)
    return {
        account: part
        for share, part in parts
        if part and (account := account_of(share, named_parties)) is not None
    }


def account_of(share: Share, known: Sequence[Account] = ()) -> Account | None:
    """Return the account of who bears a share; None for force majeure.

    A share without a name is that of the one of its kind known, if there is one.
    """
    if share.party == "force_majeure":
        return None
    alike = [account for account in known if account.kind == share.party]
    if share.name is None and len(alike) == 1:
        return alike[0]
    return Account(kind=share.party, name=share.name)


def after(
    paid_first: Mapping[Account, int], entries: Iterable[Entry]
) -> Mapping[Account, int]:
    """Return what each will have paid once these debts are settled."""
    stands = dict(paid_first)
    for entry in entries:
        for posting in entry.postings:
            account = posting.account
            stands[account] = stands.get(account, 0) - posting.minor
    return stands


def entries_for_recourse_paid(  # noqa: PLR0913, PLR0917 - who, whom, how much, of what
    name: str, debtor: Account, creditor: Account, amount: Money, debt: int, why: Code
) -> tuple[Entry, ...]:
    """Return that a debtor paid a creditor, and so owes that much less.

    ``debt`` is what he owes by the books, in minor units: it is never brought below
    zero.
    """
    paid = moved(named(name, "paid"), why, debtor, creditor, amount)
    less = min(debt, amount.minor)
    if less <= 0:
        return (paid,)
    money = Money(less, amount.currency)
    return (
        paid,
        owes(named(name, "settled"), f"{why}.settled", creditor, debtor, money),
    )


def entries_for_written_off(
    name: str, debtor: Account, creditor: Account, amount: Money
) -> tuple[Entry, ...]:
    """Return that a debt is owed to nobody any more: given up, and not forgotten."""
    why = "recourse.written_off"
    return (
        owes(named(name, "given-up"), why, creditor, debtor, amount),
        owes(named(name, "written-off"), why, debtor, WRITTEN_OFF, amount),
    )


def moved(name: str, why: Code, gave: Account, got: Account, amount: Money) -> Entry:
    """Return money that moved from one account to another."""
    return two_sided(name, "paid", why, gave, got, amount)


def owes(  # noqa: PLR0913, PLR0917 - a debt is made of all of these
    name: str,
    why: Code,
    debtor: Account,
    creditor: Account,
    amount: Money,
    policy: PolicyRef | None = None,
) -> Entry:
    """Return that one party owes another so much, or so much more."""
    return two_sided(name, "owed", why, debtor, creditor, amount, policy)


def two_sided(  # noqa: PLR0913, PLR0917 - an entry is made of all of these
    name: str,
    kind: Literal["paid", "owed"],
    why: Code,
    gave: Account,
    got: Account,
    amount: Money,
    policy: PolicyRef | None = None,
) -> Entry:
    """Return an entry of two sides."""
    return Entry(
        entry=name,
        kind=kind,
        why=why,
        currency=amount.currency,
        postings=(
            Posting(account=gave, minor=-amount.minor),
            Posting(account=got, minor=amount.minor),
        ),
        policy=policy,
    )


def named(what: str, part: str) -> str:
    """Return the name of a part of something, short enough for a name."""
    name = f"{what}/{part}"
    if len(name) <= NAME_MAX:
        return name
    return f"{sha256(what.encode()).hexdigest()[:40]}/{part}"
