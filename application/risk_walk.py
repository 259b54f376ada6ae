"""Walks the clock over parcels: asks their risk at its moments, learns what came of it.

Everything happens in the order in which it was known. What is asked at a moment has
been told of nothing after it, so the answers are those a live system would have given.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from typing import Final, Literal, NamedTuple

from domain.risk import Learning, Parcel, Risk, RiskTerms

# The first second after the last that still keeps a promise.
SECOND: Final = timedelta(seconds=1)

What = Literal["late", "arrived", "off", "asked"]
# What happens at one moment happens in this order: who asks then, knows of the rest.
WHATS: Final[tuple[What, ...]] = ("late", "arrived", "off", "asked")


class Asked(NamedTuple):
    """The risk of a parcel as it was told at a moment, so many hours before it is due.

    A parcel promised with fewer to go is asked for the first time when promised.
    """

    parcel: Parcel
    at: datetime
    hours_left: int
    risk: Risk


class Moment(NamedTuple):
    """Something that happens, or is asked, at a time. They sort by it."""

    at: datetime
    rank: int
    number: int
    hours_left: int = 0


def walk(
    parcels: Iterable[Parcel], learning: Learning, until: datetime | None = None
) -> Iterator[Asked]:
    """Yield every risk asked up to a moment; ``learning`` has then learnt up to it."""
    known = list(parcels)
    happenings = sorted(
        moment for number, each in enumerate(known) for moment in told(each, number)
    )
    questions = sorted(
        moment
        for number, each in enumerate(known)
        for moment in asked(each, number, learning.terms)
    )
    for moment in merge(happenings, questions):
        if until is not None and moment.at > until:
            return
        parcel = known[moment.number]
        match WHATS[moment.rank]:
            case "asked":
                risk = learning.look(parcel.order, parcel.known(moment.at))
                yield Asked(parcel, moment.at, moment.hours_left, risk)
            case "late":
                learning.settled(parcel.order, moment.at, late=True)
            case "arrived":
                if moment.at < parcel.due_at + SECOND:
                    learning.settled(parcel.order, moment.at, late=False)
                learning.arrived(parcel, moment.at)
            case "off":
                learning.dropped(parcel.order)


def told(parcel: Parcel, number: int) -> Iterator[Moment]:
    """Yield what becomes known of a parcel after it was promised."""
    over, arrived, off = parcel.due_at + SECOND, parcel.arrived_at, parcel.off_at
    if off is not None and (arrived is None or off < arrived):
        if off >= over:
            yield Moment(over, WHATS.index("late"), number)
        yield Moment(off, WHATS.index("off"), number)
        return
    if arrived is None or arrived >= over:
        yield Moment(over, WHATS.index("late"), number)
    if arrived is not None:
        yield Moment(arrived, WHATS.index("arrived"), number)


def asked(parcel: Parcel, number: int, terms: RiskTerms) -> Iterator[Moment]:
    """Yield when a parcel is asked about, while it is waited for."""
    for hours in terms.asked_hours:
        at = parcel.due_at - timedelta(hours=hours)
        if parcel.waits(at):
            yield Moment(at, WHATS.index("asked"), number, hours)
