"""What a day's compensation answers: caps hold because each payout reserves its part.

All that one consumer gets of one merchant for the orders of one day is one stream, so
two who ask at once are decided one after the other, each on what the other took.
"""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from domain.compensation.commands import (
    CommitCompensation,
    CompensationCommand,
    ReleaseCompensation,
    ReserveCompensation,
    ReserveGoodwill,
)
from domain.compensation.events import (
    CompensationEvent,
    CompensationPaid,
    CompensationReleased,
    CompensationReserved,
)
from domain.compensation.evolve import evolve
from domain.compensation.goodwill import goodwill_set_aside, times_of
from domain.compensation.refusals import (
    AlreadyPaid,
    AnotherDay,
    AnotherPersonPays,
    CompensationNeedsApproval,
    FactsUnusable,
    NotTheService,
    ReservationReleased,
    ReservationReused,
    UnknownReservation,
    WorthSomethingElse,
)
from domain.compensation.state import DayOfCompensation, Reservation
from domain.kernel import Decider
from domain.party import SERVICE, By
from domain.policy.book import Rulebook
from domain.policy.quote import Facts, FactsWrong, quote_of

Events = tuple[CompensationEvent, ...]

# From whose limit on an amount is looked at by a second pair of eyes.
FIRST_LIMIT: Final = "agent"


def decide(
    day: DayOfCompensation, command: CompensationCommand, book: Rulebook, at: datetime
) -> Events:
    """Return what happens; raises a Refused of refusals.py.

    What is so already is answered with ``()``.
    """
    if command.by.role not in SERVICE:
        raise NotTheService(role=command.by.role)
    match command:
        case ReserveCompensation():
            return reserved(day, command, book, at)
        case ReserveGoodwill():
            same_day(day, command)
            return goodwill_set_aside(day, command, book, at)
        case CommitCompensation():
            return paid(day, command, book, at)
        case ReleaseCompensation():
            return released(day, command, at)


def reserved(
    day: DayOfCompensation, command: ReserveCompensation, book: Rulebook, at: datetime
) -> Events:
    """Set aside what the rules pay, beside all that is set aside or paid already.

    What the same rule was set aside or paid for the same order is deducted. Where
    nothing is left it is set aside nevertheless: its lines say what came before.
    """
    same_day(day, command)
    known = day.reservations.get(command.reservation)
    if known is not None:
        return same_again(known, command)
    facts = looked_at(day, command)
    try:
        answer = quote_of(book, facts, times_of(command.dates, at))
    except FactsWrong as wrong:
        raise FactsUnusable(fault=str(wrong)) from None
    if command.expected_fen not in {None, answer.total_fen}:
        raise WorthSomethingElse(fen=answer.total_fen)
    return (
        CompensationReserved(
            at=at,
            by=command.by,
            reservation=command.reservation,
            matter=command.matter,
            order=command.order,
            consumer=command.consumer,
            merchant=command.merchant,
            paid_on=command.paid_on,
            zone=command.zone,
            facts=facts,
            dates=command.dates,
            policy=book.ref,
            lines=answer.lines,
            total_fen=answer.total_fen,
        ),
    )


def looked_at(day: DayOfCompensation, command: ReserveCompensation) -> Facts:
    """Return the facts with what was set aside or paid before."""
    earlier = (*command.facts.earlier, *day.taken())
    return replace(
        command.facts, order=command.order, matter=command.matter, earlier=earlier
    )


def same_day(
    day: DayOfCompensation, command: ReserveCompensation | ReserveGoodwill
) -> None:
    """Raise AnotherDay for what has its caps elsewhere."""
    told = (command.consumer, command.merchant, command.paid_on, command.zone)
    known = (day.consumer, day.merchant, day.paid_on, day.zone)
    if day.reservations and told != known:
        raise AnotherDay(paid_on=command.paid_on.isoformat())


def same_again(known: Reservation, command: ReserveCompensation) -> Events:
    """Say nothing new; raises ReservationReused and ReservationReleased."""
    own = len(command.facts.earlier)
    asked = replace(
        known.asked,
        order=command.facts.order,
        matter=command.facts.matter,
        earlier=known.asked.earlier[:own],
    )
    told = (command.matter, command.order, command.facts, command.dates)
    if (known.matter, known.order, asked, known.dates) != told:
        raise ReservationReused(reservation=command.reservation)
    if known.standing == "released":
        raise ReservationReleased(reservation=command.reservation)
    return ()


def paid(
    day: DayOfCompensation, command: CommitCompensation, book: Rulebook, at: datetime
) -> Events:
    """Say that it was paid, by somebody who may pay so much."""
    known = reservation_of(day, command.reservation)
    if known.standing == "paid":
        return ()
    if known.standing == "released":
        raise ReservationReleased(reservation=command.reservation)
    approved(known, command.by, book, at)
    return (
        CompensationPaid(
            at=at,
            by=command.by,
            reservation=command.reservation,
            total_fen=known.total_fen,
            consumer_fen=known.consumer_fen,
        ),
    )


def approved(known: Reservation, by: By, book: Rulebook, at: datetime) -> None:
    """Raise CompensationNeedsApproval and AnotherPersonPays (four eyes).

    What the rules pay is owed anyway, so the limits are those of a refund. Beyond what
    the first of them lets through, whoever set it aside does not pay it too; where the
    rules name no limits there are none. Goodwill was let go when it was set aside.
    """
    times = times_of(known.dates, at)
    limits = {row.role: row.up_to_fen for row in book.approvals("refund", times)}
    if not limits or known.goodwill:
        return
    if by.role not in limits or beyond(known.total_fen, limits[by.role]):
        raise CompensationNeedsApproval(role=by.role, total_fen=known.total_fen)
    first = limits.get(FIRST_LIMIT)
    if (
        by.name == known.by.name
        and by.role != "system"
        and beyond(known.total_fen, first)
    ):
        raise AnotherPersonPays(name=by.name)


def beyond(fen: int, limit: int | None) -> bool:
    """Say whether an amount lies beyond a limit; None has no end."""
    return limit is not None and fen > limit


def released(
    day: DayOfCompensation, command: ReleaseCompensation, at: datetime
) -> Events:
    """Give it up; the next who asks finds its part of the caps free."""
    known = reservation_of(day, command.reservation)
    if known.standing == "released":
        return ()
    if known.standing == "paid":
        raise AlreadyPaid(reservation=command.reservation)
    return (
        CompensationReleased(
            at=at,
            by=command.by,
            reservation=command.reservation,
            reason=command.reason,
            total_fen=known.total_fen,
            consumer_fen=known.consumer_fen,
        ),
    )


def reservation_of(day: DayOfCompensation, name: str) -> Reservation:
    """Return the reservation; raises UnknownReservation."""
    if name not in day.reservations:
        raise UnknownReservation(reservation=name)
    return day.reservations[name]


COMPENSATION: Decider[
    DayOfCompensation, CompensationCommand, CompensationEvent, Rulebook
] = Decider(initial=DayOfCompensation(), decide=decide, evolve=evolve)
