"""How the risk table is learnt: outcome by outcome, each no sooner than it is known."""

from datetime import UTC, datetime

from domain.risk.pace import (
    HOURS,
    Outcomes,
    Transits,
    Week,
    hour_of_week,
    week_of,
)
from domain.risk.parcel import Known, Parcel
from domain.risk.table import (
    Count,
    Risk,
    RiskTable,
    TableVersion,
    buckets,
    hours,
    inputs_of,
    read,
)
from domain.risk.terms import RiskTerms

# The week is drawn anew when there are this many times the arrivals it was drawn from.
WEEK_GROWTH = 1.02


class Learning:
    """A risk table while it is learnt. Told in the order of time, it knows no future.

    It is a fold with a memory: looking at a parcel notes the buckets it is in then, and
    its outcome, once known, is counted in each of them once.
    """

    def __init__(self, terms: RiskTerms) -> None:
        self.terms = terms
        self._counts: dict[str, Count] = {}
        self._noted: dict[str, set[str]] = {}
        self._transits = Transits()
        self._outcomes = Outcomes(terms.lately_days)
        self._arrivals = [0] * HOURS
        self._week, self._arrived, self._drawn_from = Week(), 0, 0
        self._version = TableVersion(terms=terms.ref, outcomes=0, learnt_until=None)

    @property
    def table(self) -> RiskTable:
        """The table as it stands: a view, which goes on learning with this."""
        return RiskTable(
            terms=self.terms,
            version=self._version,
            counts=self._counts,
            week=self._week,
            transits=self._transits,
            lately=self._outcomes.lately,
        )

    def look(self, order: str, known: Known) -> Risk:
        """Return the risk of a parcel, and note where it stood when asked."""
        table = self.table
        inputs = inputs_of(table, known)
        names = buckets(self.terms, inputs)
        self._noted.setdefault(order, set()).update(names)
        return read(table, names, inputs)

    def settled(self, order: str, at: datetime, *, late: bool) -> None:
        """Count what became of a parcel, known from then on."""
        self._outcomes.add(at, late=late)
        version = self._version
        self._version = TableVersion(
            terms=version.terms,
            outcomes=version.outcomes + 1,
            learnt_until=at.astimezone(UTC),
        )
        for name in self._noted.pop(order, ()):
            count = self._counts.get(name, Count(0, 0))
            self._counts[name] = Count(count.late + late, count.all + 1)

    def dropped(self, order: str) -> None:
        """Forget a parcel whose promise no longer counts."""
        self._noted.pop(order, None)

    def arrived(self, parcel: Parcel, at: datetime) -> None:
        """Learn from an arrival how fast parcels move."""
        if parcel.handed_over_at is not None and parcel.handed_over_at <= at:
            self._transits.add(parcel.lane, hours(at - parcel.handed_over_at))
        self._arrivals[hour_of_week(at)] += 1
        self._arrived += 1
        if self._arrived >= self._drawn_from * WEEK_GROWTH:
            self._week, self._drawn_from = week_of(self._arrivals), self._arrived
