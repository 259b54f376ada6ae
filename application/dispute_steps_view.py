"""What was done in a dispute step by step: offers, rounds of evidence, the appeal."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from application.dispute_ruling_view import anonymous
from domain.dispute import (
    SIDES,
    UNDECIDED,
    Dispute,
    OfferType,
    OutsideOutcome,
    Shown,
    Side,
)
from domain.dispute.conditions import APPEAL_CLOCKS
from domain.money import Money
from domain.party import ActingRole, By

OfferStanding = Literal["open", "denied", "replaced", "lapsed", "accepted"]


class DisputeOffer(Struct, frozen=True, kw_only=True):
    """What one side put on the table, and what became of it."""

    number: int
    by: ActingRole
    type: OfferType
    amount: Money | None
    standing: OfferStanding


class RoundView(Struct, frozen=True, kw_only=True):
    """One round of evidence: who was asked for what, who answered, who did not."""

    number: int
    at: datetime
    of: tuple[Side, ...]
    shows: tuple[str, ...]
    answered: tuple[Side, ...]
    missed: tuple[Side, ...]
    ended: bool
    appeal: bool


class ProofView(Struct, frozen=True, kw_only=True):
    """What somebody showed, when, and in which round; 0 is before the first."""

    at: datetime
    by: By
    round: int
    files: tuple[Shown, ...]


class AppealView(Struct, frozen=True, kw_only=True):
    """Who appealed and what came of it; ``upheld`` None: nothing yet."""

    at: datetime
    by: By
    upheld: bool | None


class ToldView(Struct, frozen=True, kw_only=True):
    """Where else the dispute is run, and what was said of it last."""

    source: str
    number: str
    word: str
    stage: str | None
    reason: str | None
    outcome: OutsideOutcome | None
    told_at: datetime


def offers(dispute: Dispute) -> tuple[DisputeOffer, ...]:
    """Return what was put on the table, and what became of each."""
    return tuple(
        DisputeOffer(
            number=offer.number,
            by=offer.by.role,
            type=offer.type,
            amount=offer.amount,
            standing=standing(dispute, offer.number, SIDES[offer.by.role]),
        )
        for offer in dispute.offers
    )


def standing(dispute: Dispute, number: int, side: Side) -> OfferStanding:
    """Return what became of one offer."""
    own = [offer.number for offer in dispute.offers if offer.by.role == side]
    timer = dispute.timers.get(f"offer/{number}")
    if dispute.accepted is not None and dispute.accepted.number == number:
        return "accepted"
    if number in dispute.denied:
        return "denied"
    if number != own[-1]:
        return "replaced"
    over = dispute.status not in UNDECIDED
    late = timer is not None and timer.standing == "breached"
    return "lapsed" if over or late else "open"


def rounds(dispute: Dispute) -> tuple[RoundView, ...]:
    """Return the rounds of evidence, the first one first."""
    return tuple(
        RoundView(
            number=each.number,
            at=each.at,
            of=each.of,
            shows=each.shows,
            answered=tuple(side for side in each.of if side in each.answered),
            missed=tuple(side for side in each.of if side in each.missed),
            ended=each.ended,
            appeal=each.appeal,
        )
        for each in dispute.rounds
    )


def appeal_view(dispute: Dispute, reader: By) -> AppealView | None:
    """Return the appeal against the ruling that stands, if there is one."""
    if dispute.appeal is None:
        return None
    appeal = dispute.appeal
    by = anonymous(appeal.by, reader)
    return AppealView(at=appeal.at, by=by, upheld=appeal.upheld)


def appeal_until(dispute: Dispute, role: ActingRole) -> datetime | None:
    """Return until when this reader's side may appeal; None where nobody can now."""
    if dispute.appeal is not None:
        return None
    clocks = map(dispute.clock, APPEAL_CLOCKS.get(role, ("appeal_window",)))
    return next((clock.due_at for clock in clocks if clock is not None), None)


def proofs(dispute: Dispute, reader: By) -> tuple[ProofView, ...]:
    """Return what was shown, the first thing first."""
    return tuple(
        ProofView(
            at=each.at,
            by=anonymous(each.by, reader),
            round=each.round,
            files=each.files,
        )
        for each in dispute.proofs
    )


def outside(dispute: Dispute) -> ToldView | None:
    """Return what another system says of the dispute it runs."""
    told = dispute.report
    if told is None:
        return None
    return ToldView(
        source=told.source,
        number=told.number,
        word=told.word,
        stage=told.stage,
        reason=told.reason,
        outcome=told.outcome,
        told_at=told.at,
    )
