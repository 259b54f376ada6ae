"""Goodwill: what nobody is owed, and how much of it the caps let go."""

from datetime import datetime
from typing import Final

from domain.compensation.commands import ReserveGoodwill
from domain.compensation.events import CompensationEvent, GoodwillReserved
from domain.compensation.refusals import (
    GoodwillCapped,
    GoodwillNotApproved,
    ReservationReleased,
    ReservationReused,
)
from domain.compensation.state import DayOfCompensation, Reservation
from domain.compensation.values import Dates
from domain.party import SERVICE
from domain.policy.book import Rulebook
from domain.policy.caps import cut_by_caps
from domain.policy.money import Bases
from domain.policy.rows import Times

Events = tuple[CompensationEvent, ...]

# More than any order comes to.
FEN_MAX: Final = 10**12


def goodwill_left(
    day: DayOfCompensation, order: str, paid_fen: int, book: Rulebook, times: Times
) -> int | None:
    """Return the goodwill that caps still leave an order, in fen; None for no end."""
    caps = book.goodwill_caps(times)
    if not caps:
        return None
    bases: Bases = {"paid": paid_fen, "item": paid_fen}
    left, by = cut_by_caps(FEN_MAX, caps, bases, day.goodwill_of(order))
    return None if by is None else left


def goodwill_set_aside(
    day: DayOfCompensation, command: ReserveGoodwill, book: Rulebook, at: datetime
) -> Events:
    """Set it aside exactly, or refuse: what was approved is what is given.

    Raises GoodwillCapped, GoodwillNotApproved, ReservationReused, ReservationReleased.
    """
    known = day.reservations.get(command.reservation)
    if known is not None:
        return goodwill_again(known, command)
    times = times_of(command.dates, at)
    left = goodwill_left(day, command.order, command.paid_fen, book, times)
    if left is not None and command.total_fen > left:
        raise GoodwillCapped(total_fen=command.total_fen, left_fen=left)
    let_go(command, book, times)
    return (
        GoodwillReserved(
            at=at,
            by=command.by,
            approved_by=command.approved_by,
            reservation=command.reservation,
            matter=command.matter,
            order=command.order,
            consumer=command.consumer,
            merchant=command.merchant,
            paid_on=command.paid_on,
            zone=command.zone,
            paid_fen=command.paid_fen,
            before_fen=day.goodwill_of(command.order),
            dates=command.dates,
            caps=tuple(cap.ref for cap in book.goodwill_caps(times)),
            total_fen=command.total_fen,
        ),
    )


def goodwill_again(known: Reservation, command: ReserveGoodwill) -> Events:
    """Say nothing new; raises ReservationReused and ReservationReleased."""
    told = (True, command.matter, command.order, command.total_fen)
    if (known.goodwill, known.matter, known.order, known.total_fen) != told:
        raise ReservationReused(reservation=command.reservation)
    if known.standing == "released":
        raise ReservationReleased(reservation=command.reservation)
    return ()


def let_go(command: ReserveGoodwill, book: Rulebook, times: Times) -> None:
    """Raise GoodwillNotApproved where who let it go may not (four eyes)."""
    who = command.approved_by
    limits: dict[str, int | None] = {
        row.role: row.up_to_fen for row in book.approvals("goodwill", times)
    }
    if who.role not in SERVICE:
        raise GoodwillNotApproved(role=who.role, total_fen=command.total_fen)
    if not limits:
        return
    end = limits.get(who.role, 0)
    same = who.name == command.by.name and who.role != "system"
    if same or (end is not None and command.total_fen > end):
        raise GoodwillNotApproved(role=who.role, total_fen=command.total_fen)


def times_of(dates: Dates, at: datetime) -> Times:
    """Return the dates rules are chosen by."""
    return Times(ordered_at=dates.ordered_at, conduct_at=dates.conduct_at, judged_at=at)
