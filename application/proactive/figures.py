"""How good alarms were: how many of the late they found, how surely, how early."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Final

from msgspec import Struct

from application.risk_walk import Asked
from domain.risk import ENDINGS, Ending, Parcel, RiskTerms

# So long before it is due there is time to do something about a parcel.
EARLY_HOURS: Final = 48

# The first alarm of each order, by the order: later ones tell nobody anything new.
Alarms = Mapping[str, datetime]


class Judged(Struct, frozen=True):
    """A parcel, and how it ended as far as it is known today."""

    parcel: Parcel
    ending: Ending


class Figures(Struct, frozen=True, kw_only=True):
    """How alarms did on parcels of which it is known by now how they ended.

    ``late`` were delivered late, ``never`` not at all though due; ``early`` is 48 hours
    ahead or more. Precision is that of
    alarms on parcels that were delivered; ``precision_with_never`` counts the alarms on
    those that never came as right too. ``off`` are alarms on orders called off before
    they were due: neither right nor wrong. Leads are hours from the alarm to the last
    moment that still kept the promise, over the late ones noticed. The cost is in minor
    units of the orders' currency, one offer for each alarm.
    """

    parcels: int
    late: int
    late_noticed: int
    late_noticed_early: int
    never: int
    never_noticed: int
    false: int
    off: int
    recall: float | None
    precision: float | None
    precision_with_never: float | None
    lead_median_hours: float | None
    lead_p10_hours: float | None
    offers: int
    cost_minor: int
    cost_of_false_minor: int


def figures(parcels: Sequence[Judged], alarms: Alarms, offer_minor: int) -> Figures:
    """Return how the alarms did on these parcels."""
    ended: dict[Ending, int] = dict.fromkeys(ENDINGS, 0)
    noticed = dict(ended)
    leads: list[float] = []
    for each in parcels:
        ended[each.ending] += 1
        alarm = alarms.get(each.parcel.order)
        if alarm is None:
            continue
        noticed[each.ending] += 1
        if each.ending == "late":
            leads.append((each.parcel.due_at - alarm) / timedelta(hours=1))
    right, false = noticed["late"], noticed["in_time"]
    broken = right + noticed["never"]
    offers = sum(noticed.values())
    return Figures(
        parcels=len(parcels),
        late=ended["late"],
        late_noticed=right,
        late_noticed_early=sum(lead >= EARLY_HOURS for lead in leads),
        never=ended["never"],
        never_noticed=noticed["never"],
        false=false,
        off=noticed["off"],
        recall=share(right, ended["late"]),
        precision=share(right, right + false),
        precision_with_never=share(broken, broken + false),
        lead_median_hours=round(median(leads), 1) if leads else None,
        lead_p10_hours=round(percentile(leads, 10), 1) if leads else None,
        offers=offers,
        cost_minor=offers * offer_minor,
        cost_of_false_minor=false * offer_minor,
    )


def share(part: int, whole: int) -> float | None:
    """Return a share of one to four digits; of nothing there is none."""
    return round(part / whole, 4) if whole else None


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent do not lie above (nearest rank)."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]


# -- When an alarm is raised --


def by_bars(asked: Iterable[Asked], terms: RiskTerms) -> Alarms:
    """Return the first moment of each order at which its risk reached the bar."""
    alarms: dict[str, datetime] = {}
    bars = {hours: terms.bar_at(hours) for hours in terms.asked_hours}
    for each in asked:
        if each.risk.rate_bp >= bars[each.hours_left]:
            alarms.setdefault(each.parcel.order, each.at)
    return alarms


def by_timer(parcels: Iterable[Parcel], hours_left: int) -> Alarms:
    """Return the alarms of a plain timer: what still waits so long before it is due."""
    before = timedelta(hours=hours_left)
    return {
        each.order: each.due_at - before
        for each in parcels
        if each.waits(each.due_at - before)
    }
