"""Handing a dispute out, putting clocks off, and the ways it ends or begins again."""

from datetime import datetime

from domain.dispute.clocks import Events, calendar_of, let_off, review_begun
from domain.dispute.commands import (
    AcceptLiability,
    AssignHandler,
    CloseDispute,
    EscalateDispute,
    ExtendDisputeClock,
    NoteDispute,
    RateDispute,
    ReopenDispute,
    TerminateDispute,
    WithdrawDispute,
)
from domain.dispute.events import (
    DisputeClosed,
    DisputeEscalated,
    DisputeNoted,
    DisputeRated,
    DisputeReopened,
    DisputeTerminated,
    DisputeWithdrawn,
    HandlerAssigned,
)
from domain.dispute.negotiation import settled
from domain.dispute.refusals import (
    ExtensionTooLong,
    HandledIt,
    NoExtensionsLeft,
    NoSuchClock,
    NotAssigned,
    PartiesSpeakOpenly,
    PartyOfIt,
    RuledIt,
)
from domain.dispute.state import Dispute
from domain.dispute.values import SIDES, Offer
from domain.policy.book import Rulebook
from domain.policy.rows import TimerRow
from domain.timer import HOUR_S, extended


def given_in(dispute: Dispute, command: AcceptLiability, at: datetime) -> Events:
    """Return that the merchant gives all that is claimed."""
    offer = Offer(
        number=len(dispute.offers) + 1,
        by=command.by,
        type="refund",
        amount=dispute.claimed,
    )
    return settled(dispute, command.by, offer, at)


def escalated(
    dispute: Dispute, command: EscalateDispute, book: Rulebook, at: datetime
) -> Events:
    """Return that the platform decides."""
    return (
        DisputeEscalated(at=at, by=command.by),
        *let_off(dispute, at, "escalated", "negotiation"),
        *review_begun(dispute, book, at),
    )


# -- Four eyes --


def assigned(dispute: Dispute, command: AssignHandler, at: datetime) -> Events:
    """Return who has the duty now.

    Raises PartyOfIt, HandledIt, RuledIt and NotAssigned.

    Nobody is two of handler, arbiter and appeal arbiter, now or before.
    """
    has = {
        "handler": dispute.handler,
        "arbiter": dispute.arbiter,
        "appeal_arbiter": dispute.appeal_arbiter,
    }[command.duty]
    if has == command.person:
        return ()
    if command.person is not None:
        four_eyes(dispute, command, command.person)
    event = HandlerAssigned(
        at=at,
        by=command.by,
        duty=command.duty,
        person=command.person,
        taken_from=has,
    )
    return (event,)


def four_eyes(dispute: Dispute, command: AssignHandler, person: str) -> None:
    """Raise if this person cannot have the duty for what he did or does."""
    takes_it = person == command.by.name
    if person in {dispute.party(side) for side in SIDES.values()}:
        raise PartyOfIt(name=person)
    if command.duty == "handler":
        judges = {dispute.arbiter, dispute.appeal_arbiter}
        if person in judges | dispute.ruled_by | dispute.appeals_by:
            raise RuledIt(name=person)
        return
    if person in dispute.handlers:
        raise HandledIt(name=person)
    if takes_it and command.by.role != "arbiter":
        raise NotAssigned(duty=command.duty)
    if command.duty == "arbiter":
        others = dispute.appeals_by | {dispute.appeal_arbiter}
    else:
        others = dispute.ruled_by | {dispute.arbiter}
    if person in others:
        raise RuledIt(name=person)


# -- Its end, and what begins anew --


def withdrawn(dispute: Dispute, command: WithdrawDispute, at: datetime) -> Events:
    """Return that whoever opened it let it go (第62条)."""
    gone = let_off(dispute, at, "withdrawn")
    return (DisputeWithdrawn(at=at, by=command.by), *gone)


def terminated(dispute: Dispute, command: TerminateDispute, at: datetime) -> Events:
    """Return that a court or the police has it now (第63条)."""
    event = DisputeTerminated(
        at=at,
        by=command.by,
        authority=command.authority,
        reference=command.reference,
    )
    return (event, *let_off(dispute, at, "terminated"))


def closed(dispute: Dispute, command: CloseDispute, at: datetime) -> Events:
    """Return that there is nothing more to do."""
    return (*let_off(dispute, at, "closed"), DisputeClosed(at=at, by=command.by))


def reopened(
    dispute: Dispute, command: ReopenDispute, book: Rulebook, at: datetime
) -> Events:
    """Return that the platform looks at it again (第69条)."""
    event = DisputeReopened(
        at=at, by=command.by, reason=command.reason, words=command.words
    )
    return (event, *review_begun(dispute, book, at))


# -- Clocks and notes --


def put_off(
    dispute: Dispute, command: ExtendDisputeClock, book: Rulebook, at: datetime
) -> Events:
    """Return a step's later deadline, as far as its row lets.

    Raises NoSuchClock, NoExtensionsLeft and ExtensionTooLong.
    """
    timer = dispute.clock(command.timer)
    if timer is None:
        raise NoSuchClock(timer=command.timer)
    row = book.row(timer.policy)
    if not isinstance(row, TimerRow) or timer.extensions >= row.extensions_max:
        raise NoExtensionsLeft(timer=command.timer, policy=timer.policy)
    if command.hours > row.extension_hours:
        raise ExtensionTooLong(hours_max=row.extension_hours, policy=row.ref)
    event = extended(
        timer,
        at,
        seconds=command.hours * HOUR_S,
        reason=command.reason,
        by=command.by.name,
        policy=row.ref,
        calendar=calendar_of(dispute, book, at),
        where=dispute.where,
    )
    return (event,)


def noted(command: NoteDispute, at: datetime) -> Events:
    """Return the note; raises PartiesSpeakOpenly."""
    if command.by.role in SIDES and not command.shown:
        raise PartiesSpeakOpenly
    event = DisputeNoted(at=at, by=command.by, words=command.words, shown=command.shown)
    return (event,)


def rated(dispute: Dispute, command: RateDispute, at: datetime) -> Events:
    """Return how the consumer found it, unless that was said before."""
    if dispute.score == command.score and command.words is None:
        return ()
    event = DisputeRated(at=at, by=command.by, score=command.score, words=command.words)
    return (event,)
