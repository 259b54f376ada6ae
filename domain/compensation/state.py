"""What of a day's caps is taken."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

from domain.compensation.values import Dates, Lines, consumer_fen_of
from domain.kernel import State
from domain.party import By
from domain.policy.quote import Earlier, Facts, Line

Standing = Literal["reserved", "paid", "released"]


def earlier_of(line: Line, asked: Facts) -> Earlier:
    """Return a line as later answers look at it, with what it was paid for."""
    return Earlier(
        rule=line.rule,
        version=line.version,
        fen=line.fen,
        order=asked.order,
        matter=asked.matter,
        lines=asked.lines,
        grave=asked.grave,
    )


class Reservation(Struct, frozen=True, kw_only=True):
    """What was set aside for one matter, by whom, and how it stands.

    ``asked`` are the facts as looked at, what went before included. ``goodwill`` is
    what nobody is owed: it has no lines, and other caps.
    """

    by: By
    matter: str
    order: str
    asked: Facts
    dates: Dates
    lines: Lines
    total_fen: int
    standing: Standing = "reserved"
    goodwill: bool = False

    @property
    def consumer_fen(self) -> int:
        """What of it the consumer gets; goodwill is all theirs."""
        return self.total_fen if self.goodwill else consumer_fen_of(self.lines)


class DayOfCompensation(State, frozen=True, kw_only=True):
    """What one consumer gets of one merchant for all orders paid on one day."""

    consumer: str = ""
    merchant: str = ""
    paid_on: date | None = None
    zone: str = ""
    reservations: Mapping[str, Reservation] = {}

    def taken(self) -> tuple[Earlier, ...]:
        """Return what is reserved or paid, as what later answers have to look at."""
        return tuple(
            earlier_of(line, each.asked)
            for each in self.reservations.values()
            if each.standing != "released"
            for line in each.lines
        )

    def goodwill_of(self, order: str) -> int:
        """Return the goodwill set aside or paid for an order, in fen."""
        return sum(
            each.total_fen
            for each in self.reservations.values()
            if each.goodwill and each.order == order and each.standing != "released"
        )
