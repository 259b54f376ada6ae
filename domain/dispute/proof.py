"""Rounds of evidence: who is asked for what, and what is shown."""

from datetime import datetime

from msgspec.structs import replace

from domain.dispute.burden import to_prove
from domain.dispute.clocks import (
    Events,
    after,
    begun,
    begun_if_ruled,
    done,
    evidence_clock,
    let_off,
    round_over,
)
from domain.dispute.commands import AskForProof, ContestFault, SubmitProof
from domain.dispute.events import (
    DisputeEvent,
    FaultContested,
    ProofAsked,
    ProofSubmitted,
)
from domain.dispute.refusals import NoSuchParty, TooManyPictures
from domain.dispute.state import Dispute
from domain.dispute.values import IMAGES_MAX, SIDES, Shown, Side
from domain.party import By
from domain.policy.book import Rulebook


def asked(
    dispute: Dispute, command: AskForProof, book: Rulebook, at: datetime
) -> Events:
    """Return a round, with a clock for each side asked; raises NoSuchParty.

    Where no kinds are named, those of the burden of proof are asked for.
    """
    sides = tuple(dict.fromkeys(command.of))
    for side in sides:
        if side not in {"consumer", "merchant"} and dispute.party(side) is None:
            raise NoSuchParty(side=side)
    number = len(dispute.rounds) + 1
    shows = command.shows or tuple(
        dict.fromkeys(
            kind for side in sides for kind in to_prove(dispute, side, book, at)
        )
    )
    event = ProofAsked(
        at=at,
        by=command.by,
        number=number,
        of=sides,
        shows=shows,
        words=command.words,
    )
    begun_ = (clock(dispute, book, at, number, side) for side in sides)
    clocks = (each for clock_ in begun_ for each in clock_)
    waits = let_off(dispute, at, "evidence_asked", "ruling")
    return (event, *done(dispute, at, "review"), *waits, *clocks)


def clock(
    dispute: Dispute, book: Rulebook, at: datetime, number: int, side: Side
) -> Events:
    """Return the clock of one side's evidence; an appeal has a row of its own."""
    name = evidence_clock(number, side)
    if dispute.status == "appeal_review":
        step = "dispute.appeal_evidence"
        if own := begun_if_ruled(dispute, book, at, step, name, side):
            return own
    return begun(dispute, book, at, "dispute.evidence", name, side)


def submitted(
    dispute: Dispute, command: SubmitProof, book: Rulebook, at: datetime
) -> Events:
    """Return what is new of it; a side that was asked has answered with that.

    Raises TooManyPictures.
    """
    files = new_files(dispute, command.by, command.files)
    if not files:
        return ()
    event = ProofSubmitted(at=at, by=command.by, files=files, words=command.words)
    return (event, *answered(dispute, event, command.by, book, at))


def contested(
    dispute: Dispute, command: ContestFault, book: Rulebook, at: datetime
) -> Events:
    """Return that a party denies its fault; raises TooManyPictures."""
    files = new_files(dispute, command.by, command.files)
    if not files and command.by in dispute.contested:
        return ()
    event = FaultContested(at=at, by=command.by, files=files, words=command.words)
    if not files:
        return (event,)
    return (event, *answered(dispute, event, command.by, book, at))


def answered(
    dispute: Dispute, event: DisputeEvent, by: By, book: Rulebook, at: datetime
) -> Events:
    """Return what follows for the round that is open, if this side was asked in it."""
    current = dispute.round
    if current is None:
        return ()
    met = done(dispute, at, evidence_clock(current.number, SIDES[by.role]))
    return met + round_over(after(dispute, (event, *met)), book, at)


def new_files(dispute: Dispute, by: By, files: tuple[Shown, ...]) -> tuple[Shown, ...]:
    """Return those not shown before, each saying whether its kind was asked for."""
    known, side, current = dispute.files, SIDES[by.role], dispute.round
    of_it = current is not None and side in current.of
    kinds = current.shows if current is not None and of_it else ()
    new = {
        file.evidence: replace(file, asked=of_it and (not kinds or file.shows in kinds))
        for file in files
        if file.evidence not in known
    }
    within_limit(dispute, side, tuple(new.values()))
    return tuple(new.values())


def within_limit(dispute: Dispute, side: Side, files: tuple[Shown, ...]) -> None:
    """Raise if a side shows more pictures in a round than its template has room for."""
    number = len(dispute.rounds)
    before = (
        file
        for proof in dispute.proofs
        if proof.round == number and proof.side == side
        for file in proof.files
    )
    pictures = sum(file.kind == "image" for file in (*before, *files))
    if pictures > IMAGES_MAX[side]:
        raise TooManyPictures(side=side, images_max=IMAGES_MAX[side])
