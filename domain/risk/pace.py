"""How fast parcels move, when in the week they arrive; how they fare lately."""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Final

from msgspec import Struct

from domain.risk.parcel import Lane
from domain.risk.terms import WHOLE_BP

HOURS: Final = 168
HOUR_SECONDS: Final = 3_600
WEEK_SECONDS: Final = HOURS * HOUR_SECONDS
# With fewer arrivals every hour of the week counts alike.
ARRIVALS_MIN: Final = 30
FLAT: Final = tuple(hour / HOURS for hour in range(HOURS + 1))
# A Monday, 00:00 UTC; weeks are counted from it.
MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)


class Week(Struct, frozen=True):
    """Which share of a week's parcels has arrived by each hour of it, from Monday on.

    A Saturday night has as many hours as any other, but few parcels come in them: time
    left is counted in deliveries still to be made, so that Sundays weigh little.
    """

    by_hour: tuple[float, ...] = FLAT

    def share_left_bp(self, at: datetime, until: datetime) -> int:
        """Return which part of a usual week's deliveries lies between two moments."""
        return max(0, round((self._until(until) - self._until(at)) * WHOLE_BP))

    def _until(self, moment: datetime) -> float:
        weeks, seconds = divmod((moment - MONDAY).total_seconds(), WEEK_SECONDS)
        hour, rest = divmod(seconds, HOUR_SECONDS)
        from_, to = self.by_hour[int(hour)], self.by_hour[int(hour) + 1]
        return weeks + from_ + (to - from_) * rest / HOUR_SECONDS


def hour_of_week(moment: datetime) -> int:
    """Return the hour of the week, 0 to 167, counted from Monday 00:00 UTC."""
    seconds = int((moment - MONDAY).total_seconds())
    return seconds % WEEK_SECONDS // HOUR_SECONDS


def week_of(arrivals: Sequence[int]) -> Week:
    """Return the week as so many arrivals in each of its hours show it."""
    total = sum(arrivals)
    if total < ARRIVALS_MIN:
        return Week()
    return Week(tuple(each / total for each in accumulate(arrivals, initial=0)))


class Transits:
    """How long parcels were in transit, lane by lane, in hours; kept in their order."""

    def __init__(self) -> None:
        self._hours: dict[Lane, list[float]] = {}

    def add(self, lane: Lane, hours: float) -> None:
        """Count how long a parcel took, on its lane and the wider ones."""
        for each in wider(lane):
            insort(self._hours.setdefault(each, []), hours)

    def usual_hours(self, lane: Lane, least: int) -> float | None:
        """Return the median of the narrowest lane that at least so many went."""
        for each in wider(lane):
            known = self._hours.get(each, ())
            if len(known) >= least:
                return known[len(known) // 2]
        return None


class Lately(Struct, frozen=True):
    """How many came late of the outcomes of the last days, and of all there were."""

    late: int = 0
    all: int = 0
    late_ever: int = 0
    all_ever: int = 0

    def strain_bp(self, weight: int) -> int:
        """Return the share of late ones lately over that of all time.

        The latter weighs like so many parcels more, so that a few say little. Until
        one was late, nothing is out of the usual.
        """
        if not self.late_ever:
            return WHOLE_BP
        ever = self.late_ever / self.all_ever
        lately = (self.late + weight * ever) / (self.all + weight)
        return round(lately / ever * WHOLE_BP)


class Outcomes:
    """Counts outcomes as they become known, and forgets those of before some days."""

    def __init__(self, days: int) -> None:
        self._days = timedelta(days=days)
        self._recent: deque[tuple[datetime, bool]] = deque()
        self.lately = Lately()

    def add(self, at: datetime, *, late: bool) -> None:
        """Count an outcome, known from then on; they come in the order of time."""
        self._recent.append((at, late))
        gone = gone_late = 0
        while self._recent[0][0] <= at - self._days:
            gone, gone_late = gone + 1, gone_late + self._recent.popleft()[1]
        before = self.lately
        self.lately = Lately(
            late=before.late + late - gone_late,
            all=before.all + 1 - gone,
            late_ever=before.late_ever + late,
            all_ever=before.all_ever + 1,
        )


def wider(lane: Lane) -> tuple[Lane, ...]:
    """Return the lane, then the ones it is part of, the widest last."""
    of_region = Lane(None, lane.origin, lane.destination)
    to_region = Lane(None, None, lane.destination)
    return tuple(dict.fromkeys((lane, of_region, to_region, Lane())))
