"""What a dispute comes to in money and blame: what goes back, who owes whom.

Pure. A ruling, the refund, whose fault it was and what it does to a score stay four
events, each in its own stream.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from application.dispute_refunds import Repaid
from domain.dispute import Dispute, Ruling
from domain.dispute.commands import Awards
from domain.ids import id_from_name, partition_in
from domain.money import Money
from domain.order.paid import split
from domain.party import SYSTEM, LiableParty
from domain.responsibility import (
    Account,
    AttributeResponsibility,
    Entry,
    OpenAttribution,
    PostEntry,
    RecordScoreEffect,
    ResponsibilityCommand,
    ScoreEffect,
    Share,
)
from domain.responsibility.ledger import entries_for_shares, owes

WHOLE_BP: Final = 10_000
CASE_KIND: Final = "after_sales"
BORNE_BY_NOBODY: Final[frozenset[LiableParty]] = frozenset({"consumer"})

# What a dispute does to a score: that the platform was asked (平台求助率), and that it
# was the party's fault (纠纷率).
ASKED_FOR_HELP: Final = "platform_help_rate"
AT_FAULT: Final = "dispute_fault_rate"


class Done(NamedTuple):
    """What was done for a ruling or an agreement.

    ``back`` is what goes back by its case, ``had`` minor units that an earlier ruling
    had moved, ``paid`` all that its case ever paid.
    """

    back: Repaid
    had: int = 0
    paid: int = 0

    @property
    def minor(self) -> int:
        """What is, or will be, with the consumer without being owed."""
        return max(self.back.minor, self.paid)


# -- Whose fault it was --


def blame(dispute_id: UUID, dispute: Dispute) -> Iterator[ResponsibilityCommand]:
    """Yield what a ruling says of the shares, in the account of the matter."""
    ruling, opened = dispute.ruling, dispute.opened
    if ruling is None or opened is None or not ruling.liability:
        return
    yield AttributeResponsibility(
        by=ruling.by,
        shares=shares_of(dispute, ruling),
        policy=ruling.basis[0] if ruling.basis else None,
        ruling=name_of(dispute_id, ruling),
    )


def asked_whose(
    dispute_id: UUID, dispute: Dispute, source: str | None
) -> OpenAttribution:
    """Return the opening of the matter's account."""
    opened = dispute.opened
    assert opened is not None, "only a dispute of our own has an account"
    named = (
        Account(kind="consumer", name=opened.consumer),
        Account(kind="merchant", name=opened.merchant),
        Account(kind="creator", name=opened.creator),
        Account(kind="carrier", name=opened.carrier),
    )
    return OpenAttribution(
        by=SYSTEM,
        matter=matter_of(dispute_id, dispute),
        order=opened.order,
        source=source,
        consumer=opened.consumer,
        ordered_at=opened.ordered_at,
        parties=tuple(account for account in named if account.name is not None),
    )


def matter_of(dispute_id: UUID, dispute: Dispute) -> str:
    """Return whose account it is: that of its case."""
    return str(case_of(dispute_id, dispute))


def case_of(dispute_id: UUID, dispute: Dispute) -> UUID:
    """Return the case by which it pays: the one it is over, or one of its own.

    Its own is opened once it comes to money.
    """
    opened = dispute.opened
    if opened is not None and opened.case is not None:
        return UUID(opened.case)
    return id_from_name(partition_in(dispute_id), CASE_KIND, str(dispute_id), "money")


def name_of(dispute_id: UUID, ruling: Ruling) -> str:
    """Return what a ruling is called outside its dispute; a changed one is another."""
    changed = "/appeal" if ruling.changed else ""
    return f"{dispute_id}/{ruling.number}{changed}"


def shares_of(dispute: Dispute, ruling: Ruling) -> tuple[Share, ...]:
    """Return the shares with the names of the parties, as far as they are known."""
    return tuple(
        Share(
            party=each.party,
            name=each.name or named(dispute, each.party),
            share_bp=each.share_bp,
            basis=each.basis,
        )
        for each in ruling.liability
    )


def named(dispute: Dispute, party: LiableParty) -> str | None:
    """Return the name of a party of the dispute."""
    match party:
        case "consumer" | "merchant" | "creator" | "carrier":
            return dispute.party(party)
        case _:
            return None


def account_of(dispute: Dispute, party: LiableParty) -> Account:
    """Return the account of whoever pays."""
    assert party != "force_majeure", "nobody is paid by force majeure"
    return Account(kind=party, name=named(dispute, party))


# -- Who owes whom --


def enforced(
    dispute_id: UUID,
    dispute: Dispute,
    before: Mapping[str, Entry],
    done: Done,
) -> Iterator[ResponsibilityCommand]:
    """Yield the entries and the effects on scores of carrying a ruling out.

    ``before`` are the entries of the matter: debts of the ruling that an appeal changed
    are taken back, and money it had moved is owed back. What goes through a case is
    written down when its refund moves.
    """
    ruling = dispute.ruling
    assert ruling is not None, "only a ruling is carried out"
    entries = [
        *taken_back(dispute_id, ruling, before),
        *evened(dispute_id, dispute, ruling, done),
        *awarded(dispute_id, dispute, ruling, done),
        *shared(dispute_id, dispute, ruling),
    ]
    yield from (PostEntry(by=SYSTEM, entry=entry) for entry in entries)
    for share in shares_of(dispute, ruling):
        if share.share_bp and share.party == "merchant" and share.name:
            for metric in (ASKED_FOR_HELP, AT_FAULT):
                yield scored(share.party, share.name, metric)


def scored(party: LiableParty, name: str, metric: str) -> RecordScoreEffect:
    """Return that one matter counts in a metric of a party."""
    effect = ScoreEffect(
        party=party, name=name, metric=metric, numerator=1, denominator=1
    )
    return RecordScoreEffect(by=SYSTEM, effect=effect)


def taken_back(
    dispute_id: UUID, ruling: Ruling, before: Mapping[str, Entry]
) -> Iterator[Entry]:
    """Yield the opposite of each debt that an earlier ruling or agreement had made.

    A ruling takes the place of what was ruled before, on appeal or after the dispute
    was taken up again. What evened out money that moved stays: so does the money.
    """
    mine, own = f"{name_of(dispute_id, ruling)}.", str(dispute_id)
    for name, entry in before.items():
        back = f"{name}.taken-back"
        done = name.endswith(".taken-back") or back in before
        kept = done or name.startswith(mine) or ".evened-" in name
        if name.startswith(own) and entry.kind == "owed" and not kept:
            postings = tuple(
                replace(each, minor=-each.minor) for each in entry.postings
            )
            yield replace(entry, entry=back, why="ruling.changed", postings=postings)


def stood(dispute: Dispute) -> Awards:
    """Return what was awarded until the ruling that stands: nothing by the first."""
    ruling = dispute.ruling
    if ruling is not None and ruling.changed:
        return ruling.first_awards
    return dispute.rulings[-2].awards if len(dispute.rulings) > 1 else ()


def most_given_back(dispute: Dispute) -> int:
    """Return the most, in minor units, that was ever ruled before to go back."""
    given = [each.awards for each in dispute.rulings[:-1]]
    given += [each.first_awards for each in dispute.rulings]
    sums = (sum(a.amount.minor for a in each if a.gives_back) for each in given)
    return max(sums, default=0)


def evened(
    dispute_id: UUID, dispute: Dispute, ruling: Ruling, done: Done
) -> Iterator[Entry]:
    """Yield who owes whom for what was given back before it was ruled otherwise.

    What the consumer got too much is owed to whoever bore it, and what another is to
    bear now, too.
    """
    earlier = stood(dispute)
    known = (*earlier, *ruling.awards)
    if not known or not done.had:
        return
    stands: dict[Account, int] = {}
    for awards, sign in ((earlier, 1), (ruling.awards, -1)):
        left = done.had
        for award in awards:
            part = min(left, award.amount.minor) if award.gives_back else 0
            payer, left = account_of(dispute, award.payer), left - part
            stands[payer] = stands.get(payer, 0) + sign * part
    consumer = Account(kind="consumer", name=dispute.party("consumer"))
    stands[consumer] = -sum(stands.values())
    currency = known[0].amount.currency
    number, why = 0, "ruling.changed"
    for creditor in [each for each, minor in stands.items() if minor > 0]:
        for debtor in [each for each, minor in stands.items() if minor < 0]:
            part = min(stands[creditor], -stands[debtor])
            if part:
                number += 1
                stands[creditor] -= part
                stands[debtor] += part
                name = f"{name_of(dispute_id, ruling)}.evened-{number}"
                yield owes(name, why, debtor, creditor, Money(part, currency))


def awarded(
    dispute_id: UUID, dispute: Dispute, ruling: Ruling, done: Done
) -> Iterator[Entry]:
    """Yield what the consumer gets: paid, or owed where it is not paid out.

    What a case pays out is written down when it does. What neither it nor the order has
    room for is owed, and so is compensation.
    """
    consumer = Account(kind="consumer", name=dispute.party("consumer"))
    now = done.minor
    for number, award in enumerate(ruling.awards, start=1):
        name = f"{name_of(dispute_id, ruling)}.award-{number}"
        payer, currency = account_of(dispute, award.payer), award.amount.currency
        if not award.gives_back:
            why = "ruling.compensation"
            yield owes(name, why, payer, consumer, award.amount, award.policy)
            continue
        part = min(now, award.amount.minor)
        now, beyond = now - part, award.amount.minor - part
        if beyond:
            why, owed = "ruling.beyond", Money(beyond, currency)
            yield owes(f"{name}.beyond", why, payer, consumer, owed, award.policy)


def shared(dispute_id: UUID, dispute: Dispute, ruling: Ruling) -> tuple[Entry, ...]:
    """Return who owes whom for the awards, by the shares of those who sold.

    The consumer's own share was taken off what is awarded, and is not taken twice.
    """
    sold = [
        share
        for share in shares_of(dispute, ruling)
        if share.party not in BORNE_BY_NOBODY and share.share_bp
    ]
    if not ruling.awards or not sold:
        return ()
    whole = split(WHOLE_BP, [share.share_bp for share in sold])
    shares = [
        replace(share, share_bp=part) for share, part in zip(sold, whole, strict=True)
    ]
    paid_first: dict[Account, int] = {}
    for award in ruling.awards:
        payer = account_of(dispute, award.payer)
        paid_first[payer] = paid_first.get(payer, 0) + award.amount.minor
    amount = Money(sum(paid_first.values()), ruling.awards[0].amount.currency)
    name = f"{name_of(dispute_id, ruling)}.shares"
    return entries_for_shares(name, amount, shares, paid_first)


def agreed(
    dispute_id: UUID, dispute: Dispute, back: Repaid
) -> Iterator[ResponsibilityCommand]:
    """Yield the entries of a settlement: a coupon, and what is beyond what is paid."""
    merchant, consumer = dispute.party("merchant"), dispute.party("consumer")
    if merchant is None or consumer is None:
        return
    payer = Account(kind="merchant", name=merchant)
    got = Account(kind="consumer", name=consumer)
    name, offer = f"{dispute_id}.settled", dispute.accepted
    if offer is not None and offer.type == "coupon" and offer.amount is not None:
        why = "settlement.coupon"
        coupon = owes(f"{name}.coupon", why, payer, got, offer.amount)
        yield PostEntry(by=SYSTEM, entry=coupon)
    if back.beyond is not None:
        entry = owes(f"{name}.beyond", "settlement.beyond", payer, got, back.beyond)
        yield PostEntry(by=SYSTEM, entry=entry)
