"""The curve: what each way to raise alarms buys, in recall, precision and lead."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from application.proactive.figures import (
    EARLY_HOURS,
    Alarms,
    Figures,
    Judged,
    by_bars,
    by_timer,
    figures,
)
from application.risk_walk import Asked
from domain.risk import NEVER_BP, Bar, RiskTerms

# The bars tried, in basis points, and the hours of the plain timer.
TRIED_BP: Final = (*range(4_000, 9_501, 250), 9_700, 9_900)
TIMERS: Final = (120, 96, 72, 60, 48, 36, 24, 12, 6, 2)
# A bar set on the past must have been this sure there, as the aim is for the future.
AIM_PRECISION: Final = 0.85
AIM_LEAD_HOURS: Final = EARLY_HOURS


class Point(Struct, frozen=True, kw_only=True):
    """One way to raise alarms, and how it did.

    ``bar_bp`` is the bar tried, ``hours_left`` the timer's.
    """

    way: str
    bar_bp: int | None = None
    hours_left: int | None = None
    figures: Figures


def with_bar(terms: RiskTerms, bar_bp: int) -> RiskTerms:
    """Return the terms with another bar where the aim's lead is still kept.

    The surer bar before it, and the last call after it, stay as they are.
    """
    bars = tuple(
        replace(bar, rate_bp=bar_bp) if bar.hours_left == AIM_LEAD_HOURS else bar
        for bar in terms.bars
    )
    return replace(terms, bars=bars)


def with_one_bar(terms: RiskTerms, bar_bp: int) -> RiskTerms:
    """Return the terms with one bar at all times, and no last call."""
    return replace(terms, bars=(Bar(hours_left=0, rate_bp=bar_bp),))


def curve(
    parcels: Sequence[Judged], asked: Sequence[Asked], terms: RiskTerms
) -> tuple[Point, ...]:
    """Return the points of all ways: ours with its bar moved, one bar, the timer."""

    def judged(alarms: Alarms) -> Figures:
        return figures(parcels, alarms, terms.offer_minor)

    one = (
        Point(way="one_bar", bar_bp=bar, figures=judged(by_bars(asked, each)))
        for bar in TRIED_BP
        for each in (with_one_bar(terms, bar),)
    )
    known = [each.parcel for each in parcels]
    timers = (
        Point(way="timer", hours_left=hours, figures=judged(by_timer(known, hours)))
        for hours in TIMERS
    )
    return (*bars_moved(parcels, asked, terms), *one, *timers)


def bars_moved(
    parcels: Sequence[Judged], asked: Sequence[Asked], terms: RiskTerms
) -> tuple[Point, ...]:
    """Return the points of our way, its bar moved from low to never."""
    return tuple(
        Point(
            way="bars",
            bar_bp=bar,
            figures=figures(
                parcels, by_bars(asked, with_bar(terms, bar)), terms.offer_minor
            ),
        )
        for bar in (*TRIED_BP, NEVER_BP)
    )


def bar_of_the_past(points: Sequence[Point]) -> int | None:
    """Return the middle of the bars that met the aim on these points, if any did.

    The lowest of them would be the first to be wrong too often when times change, the
    highest the first to speak too late.
    """
    met = [
        point.bar_bp
        for point in points
        if point.bar_bp is not None
        and (point.figures.precision or 0) >= AIM_PRECISION
        and (point.figures.lead_median_hours or 0) >= AIM_LEAD_HOURS
    ]
    return met[len(met) // 2] if met else None
