"""Rulings and appeals: what is found, whose share it is, what is awarded."""

from datetime import datetime
from typing import Final

from domain.dispute.burden import burden_says
from domain.dispute.clocks import (
    Events,
    after,
    begun,
    begun_if_ruled,
    closing,
    done,
    let_off,
)
from domain.dispute.commands import (
    Awards,
    CompleteEnforcement,
    DecideAppeal,
    EnforceRuling,
    FileAppeal,
    IssueRuling,
)
from domain.dispute.events import (
    AppealDecided,
    AppealFiled,
    EnforcementCompleted,
    EnforcementStarted,
    RulingIssued,
)
from domain.dispute.grounds import grounded
from domain.dispute.proof import new_files
from domain.dispute.refusals import (
    AwardNeeded,
    AwardTooMuch,
    ChangedToWhat,
    MoreThanClaimed,
    NobodyPays,
    NothingNew,
    OtherCurrency,
)
from domain.dispute.state import Dispute
from domain.party import LiableParty
from domain.policy.book import Rulebook

CANNOT_PAY: Final[frozenset[LiableParty]] = frozenset({"consumer", "force_majeure"})


def issued(
    dispute: Dispute, command: IssueRuling, book: Rulebook, at: datetime
) -> Events:
    """Return the ruling, the time to appeal it, and the time to carry it out.

    Raises what ``judged`` does.
    """
    judged(dispute, command, book, at)
    event = RulingIssued(
        at=at,
        by=command.by,
        number=len(dispute.rulings) + 1,
        result=command.result,
        findings=command.findings,
        liability=command.liability,
        awards=command.awards,
        basis=command.basis,
        silences=burden_says(dispute, book, at),
        return_first=command.return_first,
        words=command.words,
    )
    windows = begun(dispute, book, at, "dispute.appeal_window", "appeal_window")
    if dispute.party("creator") is not None:
        name = "appeal_window_creator"
        windows += begun_if_ruled(dispute, book, at, f"dispute.{name}", name)
    ruled = done(dispute, at, "ruling")
    rest = let_off(after(dispute, ruled), at, "ruled")
    enforce = begun_if_ruled(dispute, book, at, "dispute.enforcement", "enforcement")
    return (event, *ruled, *rest, *windows, *enforce)


def judged(
    dispute: Dispute, said: IssueRuling | DecideAppeal, book: Rulebook, at: datetime
) -> None:
    """Raise unless what is ruled can be: its shares, money, findings and basis."""
    grounded(dispute, said, book, at)
    awarded(dispute, said)


def awarded(dispute: Dispute, said: IssueRuling | DecideAppeal) -> None:
    """Raise unless the money fits the claim, and the result."""
    for award in said.awards:
        if award.payer in CANNOT_PAY or award.amount.minor <= 0:
            raise NobodyPays(payer=award.payer)
    within_claim(dispute, said.awards)
    gives = bool(said.awards) or said.return_first
    claimed = dispute.claimed is not None and dispute.claimed.minor
    if said.result == "support_consumer" and not gives and claimed:
        raise AwardNeeded
    if said.result == "support_merchant" and gives:
        raise AwardTooMuch


def within_claim(dispute: Dispute, awards: Awards) -> None:
    """Raise if awards are above what is claimed, or in more than its currency.

    What is paid beside the price, as compensation, is no part of the claim.
    """
    claimed = dispute.claimed
    currencies = {award.amount.currency for award in awards}
    paid = dispute.opened.paid if dispute.opened else None
    currencies |= {known.currency for known in (claimed, paid) if known and currencies}
    if len(currencies) > 1:
        raise OtherCurrency(currencies=sorted(currencies))
    whole = sum(award.amount.minor for award in awards if award.gives_back)
    if claimed is not None and whole > claimed.minor:
        raise MoreThanClaimed(claimed=claimed, awarded_minor=whole)


# -- Carrying it out --


def enforced(_dispute: Dispute, command: EnforceRuling, at: datetime) -> Events:
    """Return that it is being carried out. An appeal does not stop that (第6条)."""
    return (EnforcementStarted(at=at, by=command.by),)


def completed(dispute: Dispute, command: CompleteEnforcement, at: datetime) -> Events:
    """Return that it is done, and that the dispute closes if nobody can appeal."""
    events = (
        EnforcementCompleted(at=at, by=command.by),
        *done(dispute, at, "enforcement"),
    )
    return (*events, *closing(after(dispute, events), at))


# -- Appeals --


def appealed(
    dispute: Dispute, command: FileAppeal, book: Rulebook, at: datetime
) -> Events:
    """Return the appeal, with what is new in it; raises NothingNew.

    The ruling stands meanwhile.
    """
    files = new_files(dispute, command.by, command.files)
    if not files:
        raise NothingNew
    event = AppealFiled(at=at, by=command.by, files=files, words=command.words)
    mine = "appeal_window_creator" if command.by.role == "creator" else "appeal_window"
    used = done(dispute, at, mine)
    rest = let_off(
        after(dispute, used), at, "appealed", "appeal_window", "appeal_window_creator"
    )
    ruling = begun_if_ruled(dispute, book, at, "dispute.appeal_ruling", "appeal_ruling")
    return (event, *used, *rest, *ruling)


def appeal_decided(
    dispute: Dispute, command: DecideAppeal, book: Rulebook, at: datetime
) -> Events:
    """Return whether the ruling stands; a changed one is carried out anew.

    Raises ChangedToWhat and what ``judged`` does.
    """
    ruling = dispute.ruling
    assert ruling is not None, "only a ruling is appealed"
    result = ruling.result if command.upheld else command.result
    if result is None:
        raise ChangedToWhat
    if not command.upheld:
        judged(dispute, command, book, at)
    event = AppealDecided(
        at=at,
        by=command.by,
        upheld=command.upheld,
        result=result,
        findings=command.findings,
        liability=command.liability,
        awards=command.awards,
        basis=command.basis,
        return_first=command.return_first,
        words=command.words,
    )
    over = (
        *done(dispute, at, "appeal_ruling"),
        *let_off(dispute, at, "decided", "evidence"),
    )
    if command.upheld:
        events = (event, *over)
        return (*events, *closing(after(dispute, events), at))
    anew = (
        *let_off(dispute, at, "ruling_changed", "enforcement"),
        *begun_if_ruled(dispute, book, at, "dispute.enforcement", "enforcement"),
    )
    return (event, *over, *anew)
