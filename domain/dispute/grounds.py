"""What a ruling rests on and whom it can meet: findings, silence, shares, payers."""

from collections import Counter
from datetime import datetime
from typing import Final

from domain.dispute.burden import burden_row, burden_says
from domain.dispute.commands import DecideAppeal, IssueRuling, Liabilities
from domain.dispute.refusals import (
    FindingNeeded,
    NothingToAward,
    NotTakingPart,
    PartyTwice,
    SharesDoNotSum,
    SharesNeeded,
    ShownByAnother,
    UnknownBasis,
    UnknownEvidence,
    UnprovenFinding,
)
from domain.dispute.state import Dispute
from domain.dispute.values import BASIS_POINTS, SIDES, Finding
from domain.kernel import Name
from domain.party import LiableParty
from domain.policy.book import Rulebook
from domain.policy.rows import BurdenRow

# Those drawn into a dispute: not there, they can neither be at fault in it nor pay.
DRAWN_IN: Final[frozenset[LiableParty]] = frozenset({"creator", "carrier"})


def grounded(
    dispute: Dispute, said: IssueRuling | DecideAppeal, book: Rulebook, at: datetime
) -> None:
    """Raise unless the result follows from something, and somebody is to blame for it.

    Only that nothing is decided ("none") needs no finding and no shares; it gives
    nothing. Raises FindingNeeded, SharesNeeded and NothingToAward, and what each
    finding and share raises.
    """
    for ref in said.basis:
        if book.row(ref) is None:
            raise UnknownBasis(basis=ref)
    for finding in said.findings:
        found(dispute, finding, book, at)
    shares_sum(dispute, said.liability)
    for award in said.awards:
        takes_part(dispute, award.payer, None)
    if said.result == "none":
        if said.awards or said.return_first:
            raise NothingToAward
        return
    if not said.findings and not by_silence(dispute, said, book, at):
        raise FindingNeeded
    if not said.liability:
        raise SharesNeeded


def by_silence(
    dispute: Dispute, said: IssueRuling | DecideAppeal, book: Rulebook, at: datetime
) -> bool:
    """Whether the result is what somebody's silence comes to, and says by which row."""
    return any(
        silence.policy in said.basis and silence.default == said.result
        for silence in burden_says(dispute, book, at)
    )


def shares_sum(dispute: Dispute, liability: Liabilities) -> None:
    """Raise unless there are no shares, or all of them, each party's once."""
    if not liability:
        return
    for each in liability:
        takes_part(dispute, each.party, each.name)
    parties = Counter(
        (each.party, each.name or of_side(dispute, each.party)) for each in liability
    )
    twice = [party for (party, _), count in parties.items() if count > 1]
    if twice:
        raise PartyTwice(parties=twice)
    whole = sum(each.share_bp for each in liability)
    if whole != BASIS_POINTS:
        raise SharesDoNotSum(share_bp=whole)


def takes_part(dispute: Dispute, party: LiableParty, name: Name | None) -> None:
    """Raise if a side is not in the dispute, or goes by another name there.

    Who stands outside of it (an insurer, a service provider, the platform) is taken at
    the arbiter's word: nobody draws them in.
    """
    if party not in SIDES:
        return
    known = of_side(dispute, party)
    if (known is None and party in DRAWN_IN) or name not in {None, known}:
        raise NotTakingPart(party=party, name=name)


def of_side(dispute: Dispute, party: LiableParty) -> Name | None:
    """Return by what name a party is in the dispute."""
    match party:
        case "consumer" | "merchant" | "creator" | "carrier":
            return dispute.party(party)
        case _:
            return None


def found(dispute: Dispute, finding: Finding, book: Rulebook, at: datetime) -> None:
    """Raise unless a finding rests on something in the dispute.

    On evidence of it, shown by whoever handed it in; else on the row whose default
    stands in for proof. What the service shows of its own data may name its source.
    """
    known, by = dispute.files, finding.shown_by
    for name in finding.evidence:
        if name not in known:
            raise UnknownEvidence(evidence=name)
        if by is not None and known[name].by != by:
            raise ShownByAnother(evidence=name, shown_by=known[name].by.name)
    if finding.policy is not None:
        row, named = burden_row(dispute, book, at), book.row(finding.policy)
        if not isinstance(named, BurdenRow) or (row and row.issue != named.issue):
            raise UnknownBasis(basis=finding.policy)
        return
    own_data = by is not None and by.role not in SIDES and finding.source is not None
    if by is None or not (finding.evidence or own_data):
        raise UnprovenFinding(fact=finding.fact)
