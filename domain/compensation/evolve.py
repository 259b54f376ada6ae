"""What each event makes of a day's compensation."""

from typing import assert_never

from msgspec.structs import replace

from domain.compensation.events import (
    CompensationEvent,
    CompensationPaid,
    CompensationReleased,
    CompensationReserved,
    GoodwillReserved,
)
from domain.compensation.state import DayOfCompensation, Reservation, Standing
from domain.policy.quote import Facts


def evolve(day: DayOfCompensation, event: CompensationEvent) -> DayOfCompensation:
    """Return the day after the event."""
    match event:
        case CompensationReserved():
            return reserved(day, event)
        case GoodwillReserved():
            return goodwill(day, event)
        case CompensationPaid(reservation=name):
            return standing(day, name, "paid")
        case CompensationReleased(reservation=name):
            return standing(day, name, "released")
        case _:
            assert_never(event)


def reserved(day: DayOfCompensation, event: CompensationReserved) -> DayOfCompensation:
    """Return the day with what the rules pay set aside."""
    reservation = Reservation(
        by=event.by,
        matter=event.matter,
        order=event.order,
        asked=event.facts,
        dates=event.dates,
        lines=event.lines,
        total_fen=event.total_fen,
    )
    return set_aside(day, event, reservation)


def goodwill(day: DayOfCompensation, event: GoodwillReserved) -> DayOfCompensation:
    """Return the day with goodwill set aside."""
    facts = Facts(paid_fen=event.paid_fen, order=event.order, matter=event.matter)
    reservation = Reservation(
        by=event.by,
        matter=event.matter,
        order=event.order,
        asked=facts,
        dates=event.dates,
        lines=(),
        total_fen=event.total_fen,
        goodwill=True,
    )
    return set_aside(day, event, reservation)


def set_aside(
    day: DayOfCompensation,
    event: CompensationReserved | GoodwillReserved,
    reservation: Reservation,
) -> DayOfCompensation:
    """Return the day with one more reservation, and whose day it is."""
    return DayOfCompensation(
        consumer=event.consumer,
        merchant=event.merchant,
        paid_on=event.paid_on,
        zone=event.zone,
        reservations={**day.reservations, event.reservation: reservation},
    )


def standing(day: DayOfCompensation, name: str, how: Standing) -> DayOfCompensation:
    """Return the day with a reservation standing so."""
    reservation = replace(day.reservations[name], standing=how)
    return replace(day, reservations={**day.reservations, name: reservation})
