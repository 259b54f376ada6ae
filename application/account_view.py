"""The account of a case or a dispute as one reader sees it: who bears what, and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from application.clock_view import ClockView, clocks_view
from domain.kernel import Refused
from domain.money import Money
from domain.party import SERVICE, By
from domain.responsibility import (
    Account,
    AttributionStatus,
    Entry,
    Knowledge,
    MatterAccount,
    Recourse,
    RecourseStatus,
    ScoreEffect,
    Share,
    borne,
)
from domain.responsibility.decide import finalised
from domain.responsibility.guards import bears, speaks_for


class Borne(Struct, frozen=True, kw_only=True):
    """What a party has really given so far, less what it got: all sum to zero."""

    account: Account
    amount: Money


class Owed(Struct, frozen=True, kw_only=True):
    """Who owes whom how much."""

    debtor: Account
    creditor: Account
    amount: Money


class RecourseView(Struct, frozen=True, kw_only=True):
    """One claim of a party against another, and what is left of it."""

    claim: str
    claimant: Account
    against: Account
    amount: Money
    paid: Money
    left: Money
    basis: str
    status: RecourseStatus
    policy: str | None


class AccountView(Struct, frozen=True, kw_only=True):
    """An account, whole, for one reader. ``may`` names the commands he may ask for."""

    account_id: UUID
    version: int
    matter: str
    order: str
    consumer: str
    status: AttributionStatus
    shares: tuple[Share, ...]
    knowledge: tuple[Knowledge, ...]
    ruling: str | None
    contested_by: tuple[By, ...]
    entries: tuple[Entry, ...]
    borne: tuple[Borne, ...]
    owed: tuple[Owed, ...]
    claims: tuple[RecourseView, ...]
    scores: tuple[ScoreEffect, ...]
    clocks: tuple[ClockView, ...]
    may: tuple[str, ...]


def account_view(
    account_id: UUID, version: int, account: MatterAccount, reader: By, at: datetime
) -> AccountView:
    """Return the account as its reader sees it at a moment."""
    currencies = sorted({each.currency for each in account.entries.values()})
    return AccountView(
        account_id=account_id,
        version=version,
        matter=account.matter,
        order=account.order,
        consumer=account.consumer,
        status=account.status,
        shares=account.shares,
        knowledge=account.knowledge,
        ruling=account.ruling,
        contested_by=account.contested_by,
        entries=tuple(account.entries.values()),
        borne=tuple(
            Borne(account=each, amount=amount)
            for currency in currencies
            for each, amount in borne(account, currency).items()
        ),
        owed=tuple(
            Owed(
                debtor=debt.debtor,
                creditor=debt.creditor,
                amount=Money(minor, debt.currency),
            )
            for debt, minor in account.debts.items()
            if minor
        ),
        claims=tuple(
            recourse_view(name, claim) for name, claim in account.claims.items()
        ),
        scores=account.scores,
        clocks=clocks_view(account.timers.values(), at),
        may=allowed(account, reader, at),
    )


def recourse_view(name: str, claim: Recourse) -> RecourseView:
    """Return a claim as people read it."""
    return RecourseView(
        claim=name,
        claimant=claim.claimant,
        against=claim.against,
        amount=claim.amount,
        paid=claim.paid,
        left=claim.left,
        basis=claim.basis,
        status=claim.status,
        policy=claim.policy,
    )


# What the service may always say while the account is kept.
SERVICE_SAYS: Final = (
    "PostEntry",
    "RecordRecoursePaid",
    "RecordScoreEffect",
)


def allowed(account: MatterAccount, reader: By, at: datetime) -> tuple[str, ...]:
    """Return what this reader may ask for now, by the questions the guards ask."""
    if account.status == "none":
        return ()
    open_claims = [each for each in account.claims.values() if each.left.minor > 0]
    against_me = [each for each in open_claims if speaks_for(reader, each.against)]
    mine = [each for each in open_claims if speaks_for(reader, each.claimant)]
    service = reader.role in SERVICE
    may: Mapping[str, bool] = {
        "AttributeResponsibility": service and attributable(account, reader),
        "FinaliseAttribution": finalisable(account, reader, at),
        "ClaimRecourse": True,
        **dict.fromkeys(SERVICE_SAYS, service),
        "ContestAttribution": account.status == "attributed" and bears(account, reader),
        "AcknowledgeRecourse": any(
            each.status in {"claimed", "disputed"} for each in against_me
        ),
        "DisputeRecourse": any(each.status == "claimed" for each in against_me),
        "WriteOffRecourse": service or bool(mine),
    }
    return tuple(name for name, possible in may.items() if possible)


def attributable(account: MatterAccount, reader: By) -> bool:
    """Whether it can be said anew, without a ruling, who bears what."""
    if account.status != "contested":
        return account.status != "final"
    return reader.name not in {each.name for each in account.attributed_by}


def finalisable(account: MatterAccount, reader: By, at: datetime) -> bool:
    """Whether this one may let the attribution stand, by what will judge it."""
    try:
        return bool(finalised(account, reader, at))
    except Refused:
        return False
