"""The clocks of a dispute: how they start, end, and what follows when one runs out."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Final

from msgspec.structs import replace

from domain.dispute.burden import silent
from domain.dispute.conditions import WINDOWS, settled_down
from domain.dispute.events import (
    DisputeClosed,
    DisputeDefaulted,
    DisputeEscalated,
    DisputeEvent,
    DisputeSettled,
    ProofMissed,
    RoundEnded,
)
from domain.dispute.evolve import evolve
from domain.dispute.state import Dispute
from domain.dispute.values import UNDECIDED, Offer, Side
from domain.party import SYSTEM
from domain.policy.book import NoSuchRule, Rulebook
from domain.policy.rows import CalendarRow, OnBreach, Owes
from domain.timer import (
    Timer,
    TimerBreached,
    all_moved,
    breached,
    cancelled,
    met,
    overdue,
    started,
)

Events = tuple[DisputeEvent, ...]

SIDE_OF: Final[dict[str, Side]] = {
    "consumer": "consumer",
    "merchant": "merchant",
    "creator": "creator",
    "carrier": "carrier",
}


# -- Starting and ending them --


def begun(  # noqa: PLR0913, PLR0917 - a clock is made of all of these
    dispute: Dispute,
    book: Rulebook,
    at: datetime,
    step: str,
    name: str,
    owes: Owes | None = None,
) -> Events:
    """Return the start of a step's clock; ``owes`` narrows the row to one side.

    Raises NoSuchRule.
    """
    times, where = dispute.times(at), dispute.where
    row = book.timer(step, times, where.goods)
    row = row if owes is None else replace(row, owes=owes)
    return (started(row, name, at, calendar_of(dispute, book, at), where),)


def begun_if_ruled(  # noqa: PLR0913, PLR0917 - as above
    dispute: Dispute,
    book: Rulebook,
    at: datetime,
    step: str,
    name: str,
    owes: Owes | None = None,
) -> Events:
    """Return the same, or nothing where the policies have no such clock."""
    try:
        return begun(dispute, book, at, step, name, owes)
    except NoSuchRule:
        return ()


def calendar_of(
    dispute: Dispute, book: Rulebook, at: datetime
) -> tuple[CalendarRow, ...]:
    """Return when time does not count, by the rows in force while the clocks run.

    Whatever the dispute is judged by was so when it was opened; a typhoon is not.
    """
    return book.calendars(replace(dispute.times(at), conduct_at=at))


def done(dispute: Dispute, at: datetime, *names: str) -> Events:
    """Return that these steps were done, those that are still owed."""
    clocks = (dispute.clock(name) for name in names)
    return tuple(met(clock, at) for clock in clocks if clock is not None)


def let_off(dispute: Dispute, at: datetime, reason: str, *kinds: str) -> Events:
    """Return that nobody owes these steps any more; without ``kinds``, none of all."""
    clocks = filter(None, map(dispute.clock, dispute.timers))
    return tuple(
        cancelled(clock, at, reason)
        for clock in clocks
        if not kinds or clock.name.partition("/")[0] in kinds
    )


def dropped(dispute: Dispute, at: datetime, reason: str, *names: str) -> Events:
    """Return that nobody owes these steps any more, by their own names."""
    clocks = (dispute.clock(name) for name in names)
    return tuple(cancelled(clock, at, reason) for clock in clocks if clock is not None)


def evidence_clock(number: int, side: Side) -> str:
    """Return the name of the clock of a side's evidence in a round."""
    return f"evidence/{number}/{side}"


def after(dispute: Dispute, events: Sequence[DisputeEvent]) -> Dispute:
    """Return the dispute after these."""
    return reduce(evolve, events, dispute)


def closing(dispute: Dispute, at: datetime, policy: str | None = None) -> Events:
    """Return that it closes, where nothing is left to do in it."""
    if not settled_down(dispute, at):
        return ()
    gone = let_off(dispute, at, "closed")
    return (*gone, DisputeClosed(at=at, by=SYSTEM, policy=policy))


def review_begun(dispute: Dispute, book: Rulebook, at: datetime) -> Events:
    """Return the clock by which the platform asks for evidence, or says none is needed.

    While a round runs, the clocks of those asked count; after it that of the ruling.
    """
    return begun_if_ruled(dispute, book, at, "dispute.review", "review")


# -- The end of a round of evidence --


def round_over(dispute: Dispute, book: Rulebook, at: datetime) -> Events:
    """Return the end of a round nobody is awaited in; then it is to be ruled."""
    current = dispute.round
    if current is None or current.awaited:
        return ()
    return round_ended(dispute, book, at)


def round_ended(dispute: Dispute, book: Rulebook, at: datetime) -> Events:
    """Return the end of the round, and the clock of the ruling unless under appeal."""
    number = dispute.round.number if dispute.round else len(dispute.rounds)
    over = (
        *done(dispute, at, "review"),
        *let_off(dispute, at, "round_ended", "evidence"),
        RoundEnded(at=at, number=number),
    )
    if dispute.status == "appeal_review":
        return over
    return over + begun_if_ruled(dispute, book, at, "dispute.ruling", "ruling")


# -- When time runs out --


def checked(dispute: Dispute, book: Rulebook, at: datetime) -> Events:
    """Return what follows from the clocks that ran out by now, the earliest first.

    A calendar published since a clock began may have moved its end. Asked late or twice
    it comes to the same.
    """
    calendar, where = calendar_of(dispute, book, at), dispute.where
    known: list[DisputeEvent] = list(all_moved(dispute.timers, at, calendar, where))
    dispute = after(dispute, known)
    while late := overdue(dispute.timers, at, calendar, where):
        events = ran_out(dispute, late[0], book, at)
        dispute = after(dispute, events)
        known += events
    return tuple(known)


def ran_out(dispute: Dispute, timer: Timer, book: Rulebook, at: datetime) -> Events:
    """Return that a clock ran out, and what its row says follows."""
    fact = breached(timer, at)
    dispute = after(dispute, (fact,))
    match timer.name.split("/"):
        case ["evidence", number, side]:
            said = unproven(dispute, fact, int(number), SIDE_OF[side], book, at)
        case ["negotiation" | "offer", *_]:
            said = unagreed(dispute, fact, book, at)
        case [name] if name in WINDOWS:
            said = unappealed(dispute, fact, at)
        case ["enforcement"]:
            said = unenforced(dispute, fact, at)
        case _:
            said = unruled(fact, at)
    return (fact, *said)


def defaulted(fact: TimerBreached, at: datetime, does: OnBreach) -> DisputeDefaulted:
    """Return what the service does now, by which row."""
    return DisputeDefaulted(at=at, timer=fact.timer, does=does, policy=fact.policy)


def unagreed(
    dispute: Dispute, fact: TimerBreached, book: Rulebook, at: datetime
) -> Events:
    """Return what follows when the sides did not agree, or did not answer, in time."""
    if dispute.status not in UNDECIDED or fact.on_breach == "breach":
        return ()
    does = fact.on_breach
    match does:
        case "escalate" | "decide":
            if dispute.status not in {"opened", "negotiation"}:
                return ()
            return (
                defaulted(fact, at, "escalate"),
                *let_off(dispute, at, "escalated"),
                DisputeEscalated(at=at, by=SYSTEM, policy=fact.policy),
                *review_begun(dispute, book, at),
            )
        case "close" | "succeed" if fact.timer == "negotiation":
            return (
                defaulted(fact, at, "close"),
                *let_off(dispute, at, "closed"),
                DisputeClosed(at=at, by=SYSTEM, policy=fact.policy),
            )
        case "agree" | "refund" if fact.timer == "negotiation":
            return (
                defaulted(fact, at, does),
                *let_off(dispute, at, "settled"),
                DisputeSettled(at=at, by=SYSTEM, offer=all_of_it(dispute)),
            )
        case _:
            return (defaulted(fact, at, "human"),)


def all_of_it(dispute: Dispute) -> Offer:
    """Return what giving in comes to: the whole of what is claimed."""
    number = len(dispute.offers) + 1
    return Offer(number=number, by=SYSTEM, type="refund", amount=dispute.claimed)


def unproven(  # noqa: PLR0913, PLR0917 - whose silence in which round, by which rows
    dispute: Dispute,
    fact: TimerBreached,
    number: int,
    side: Side,
    book: Rulebook,
    at: datetime,
) -> Events:
    """Return what a side's silence comes to (举证默认24小时, 第8条).

    Decided on what is there, unless the row wants somebody to look, or nothing but the
    fact.
    """
    missed = ProofMissed(
        at=at,
        number=number,
        side=side,
        silence=silent(dispute, side, book, at),
        policy=fact.policy,
    )
    if fact.on_breach == "breach":
        return (missed,)
    if fact.on_breach == "human":
        return missed, defaulted(fact, at, "human")
    over = round_over(after(dispute, (missed,)), book, at)
    return (missed, defaulted(fact, at, "decide"), *over)


def unappealed(dispute: Dispute, fact: TimerBreached, at: datetime) -> Events:
    """Return that it closes, where the ruling is carried out too."""
    if fact.on_breach == "human":
        return (defaulted(fact, at, "human"),)
    closed = closing(dispute, at, fact.policy)
    return (defaulted(fact, at, "close"), *closed) if closed else ()


def unenforced(dispute: Dispute, fact: TimerBreached, at: datetime) -> Events:
    """Return that the service carries it out; what does not get done needs a person."""
    if fact.on_breach == "breach":
        return ()
    can = fact.on_breach == "enforce" and dispute.enforcement == "none"
    return (defaulted(fact, at, "enforce" if can else "human"),)


def unruled(fact: TimerBreached, at: datetime) -> Events:
    """Return that somebody has to look: no row can rule in place of an arbiter."""
    return () if fact.on_breach == "breach" else (defaulted(fact, at, "human"),)
