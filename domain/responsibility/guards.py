"""Who may say what in a matter's account, and what must be so before."""

from collections.abc import Sequence
from typing import Final, get_args

from msgspec.structs import replace

from domain.money import EXPONENTS
from domain.party import SERVICE, By
from domain.policy.book import Rulebook
from domain.policy.caps import CARRIER_LIABILITY, cut_by_caps
from domain.policy.money import Bases
from domain.policy.rows import Base, CapRow, Times
from domain.responsibility.commands import ClaimRecourse
from domain.responsibility.refusals import (
    AboveCarrierLiability,
    ClaimOnNobody,
    ClaimSettled,
    KnowledgeUnproven,
    NotAsked,
    NotYoursToSay,
    PartyTwice,
    SamePersonAgain,
    SharesIncomplete,
    UnknownClaim,
    UnknownCurrency,
)
from domain.responsibility.state import LIVE, MatterAccount, Recourse
from domain.responsibility.values import WHOLE_BP, Account, Knowledge, Share

# Accounts that are places of money, and no party anybody could claim from.
PLACES: Final = frozenset({"escrow", "deposit", "written_off"})


def asked(account: MatterAccount) -> None:
    """Raise NotAsked while nobody asked whose fault the matter is."""
    if account.status == "none":
        raise NotAsked


def service(by: By) -> None:
    """Raise NotYoursToSay for anybody but the service."""
    if by.role not in SERVICE:
        raise NotYoursToSay(role=by.role)


def speaks_for(by: By, party: Account) -> bool:
    """Say whether this is the party, or the service where the platform is one."""
    if party.kind == "platform":
        return by.role in SERVICE
    return by.role == party.kind and party.name in {None, by.name}


def bears(account: MatterAccount, by: By) -> bool:
    """Say whether this party is to bear something."""
    return any(
        share.share_bp and by.role == share.party and share.name in {None, by.name}
        for share in account.shares
    )


def sole_bearer(account: MatterAccount, by: By) -> bool:
    """Say whether nobody but this party is to bear anything."""
    bearing = [share for share in account.shares if share.share_bp]
    return len(bearing) == 1 and bears(account, by)


def another_person(account: MatterAccount, by: By, ruling: str | None = None) -> None:
    """Raise SamePersonAgain for one who said before whose fault it is (four eyes).

    The system is no person: it only writes down what another ruling said, and that
    ruling is another person's.
    """
    if by.role == "system":
        same = ruling in {None, account.ruling}
    else:
        same = by.name in {each.name for each in account.attributed_by}
    if same:
        raise SamePersonAgain(name=by.name)


def whole(shares: Sequence[Share]) -> None:
    """Raise SharesIncomplete or PartyTwice."""
    total = sum(share.share_bp for share in shares)
    if total != WHOLE_BP:
        raise SharesIncomplete(total_bp=total)
    if len({(share.party, share.name) for share in shares}) != len(shares):
        raise PartyTwice


def proven(knowledge: Sequence[Knowledge]) -> None:
    """Raise KnowledgeUnproven if what somebody knew is said without evidence."""
    for each in knowledge:
        if each.holds and not each.evidence:
            raise KnowledgeUnproven(of=each.of, source=each.source)


def currency_known(currency: str) -> None:
    """Raise UnknownCurrency."""
    if currency not in EXPONENTS:
        raise UnknownCurrency(currency=currency)


def claim_of(account: MatterAccount, claim: str) -> Recourse:
    """Return the claim; raises UnknownClaim."""
    if claim not in account.claims:
        raise UnknownClaim(claim=claim)
    return account.claims[claim]


def live(recourse: Recourse, claim: str) -> None:
    """Raise ClaimSettled for a claim that is over."""
    if recourse.status not in LIVE:
        raise ClaimSettled(claim=claim, status=recourse.status)


def between_two(command: ClaimRecourse) -> None:
    """Raise ClaimOnNobody unless one party claims something from another."""
    kinds = {command.claimant.kind, command.against.kind}
    same = command.claimant == command.against
    if same or kinds & PLACES or command.amount.minor <= 0:
        raise ClaimOnNobody(claim=command.claim)


def within_liability(
    account: MatterAccount, command: ClaimRecourse, book: Rulebook, times: Times
) -> CapRow | None:
    """Return the row that limits what is claimed, if one does.

    All that is claimed from one carrier in a matter counts, but for what was given up.
    Raises AboveCarrierLiability.
    """
    if command.against.kind != "carrier" or command.insured:
        return None
    if command.amount.currency != "CNY":
        return None
    rows = book.caps(times, (f"{book.profile}.{CARRIER_LIABILITY}",))
    for row in rows:
        limit = limited(row, command, claimed_from(account, command))
        if limit < command.amount.minor:
            raise AboveCarrierLiability(limit_fen=limit, policy=row.ref)
        return row
    return None


def limited(row: CapRow, command: ClaimRecourse, already_fen: int) -> int:
    """Return how much of what is claimed the row lets through, in fen.

    Where nobody knows the freight, only its amount limits it.
    """
    freight = command.freight
    if freight is None or freight.currency != command.amount.currency:
        row = replace(row, rate_bp=None)
    bases: Bases = dict.fromkeys(
        get_args(Base), 0 if freight is None else freight.minor
    )
    left, _ = cut_by_caps(command.amount.minor, [row], bases, already_fen)
    return left


def claimed_from(account: MatterAccount, command: ClaimRecourse) -> int:
    """Return what was claimed from this party already, uninsured, in minor units."""
    return sum(
        each.paid.minor if each.status == "written_off" else each.amount.minor
        for each in account.claims.values()
        if each.against == command.against
        and not each.insured
        and each.amount.currency == command.amount.currency
    )
