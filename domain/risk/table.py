"""The risk table: how many parcels like this one came late, counted from the log.

There is no model to trust: a risk is read off counts, from the widest bucket to the
narrowest that has seen enough, and says which they were.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from msgspec import Struct

from domain.kernel import Code, LongName, PolicyRef
from domain.risk.pace import Lately, Transits, Week
from domain.risk.parcel import Known
from domain.risk.terms import WHOLE_BP, RiskTerms

HOUR: Final = timedelta(hours=1)
# Of parcels not handed over: whether they should have been.
NOT_YET, OVERDUE = "not-handed-over", "hand-over-overdue"


class Count(NamedTuple):
    """So many parcels were late of all that were seen."""

    late: int
    all: int


class Seen(Struct, frozen=True):
    """What one bucket has seen: its name, its count, and the risk with it taken in."""

    bucket: str
    late: int
    all: int
    rate_bp: int


class TableVersion(Struct, frozen=True, kw_only=True):
    """Which table it was: its terms, and the outcomes it was counted from.

    ``learnt_until`` is when the last of them was known; None: nothing was learnt yet.
    """

    terms: PolicyRef
    outcomes: int
    learnt_until: datetime | None

    @property
    def name(self) -> LongName:
        """The name events call it by: its terms, its outcomes, until when."""
        until = self.learnt_until
        known = f"{until.astimezone(UTC):%Y%m%dT%H%MZ}" if until else "nothing"
        return f"{self.terms}/{self.outcomes}/{known}"


class Inputs(Struct, frozen=True, kw_only=True):
    """What a risk was read from.

    ``week_left_bp`` is the part of a usual week's deliveries that the time left holds.
    ``lately`` is how parcels fared in the last days, ``strain_bp`` the share of late
    ones then over that of all time.
    ``hand_over_late_hours`` counts to the hand-over, or to now; below 0 it is early.
    """

    hours_left: float
    week_left_bp: int
    handed_over: bool
    transit_hours: float | None
    usual_transit_hours: float | None
    hand_over_late_hours: float | None
    carrier: Code | None
    origin: Code | None
    destination: Code | None
    lately: Lately = Lately()
    strain_bp: int = WHOLE_BP


class Risk(Struct, frozen=True, kw_only=True):
    """How likely a parcel comes late, and why.

    ``late`` of ``all`` parcels of its narrowest bucket were. ``wider`` are the buckets
    it was read through, widest first, that one last.
    """

    rate_bp: int
    late: int
    all: int
    bucket: str
    wider: tuple[Seen, ...]
    inputs: Inputs
    version: TableVersion

    @property
    def rate(self) -> float:
        """The rate as a share of one."""
        return self.rate_bp / WHOLE_BP


class RiskTable(Struct, frozen=True, kw_only=True):
    """What is known of all parcels so far."""

    terms: RiskTerms
    version: TableVersion
    counts: Mapping[str, Count]
    week: Week
    transits: Transits
    lately: Lately = Lately()


def risk_of(table: RiskTable, known: Known) -> Risk:
    """Return the risk of a parcel that is still waited for."""
    inputs = inputs_of(table, known)
    return read(table, buckets(table.terms, inputs), inputs)


def read(table: RiskTable, names: tuple[str, ...], inputs: Inputs) -> Risk:
    """Return the risk read off the buckets of these names, widest first."""
    terms, rate = table.terms, table.terms.prior_bp / WHOLE_BP
    seen: list[Seen] = []
    for name in names:
        count = table.counts.get(name)
        if count is None or count.all < terms.parcels_min:
            continue
        rate = (count.late + terms.weight * rate) / (count.all + terms.weight)
        seen.append(Seen(name, count.late, count.all, round(rate * WHOLE_BP)))
    narrowest = seen[-1] if seen else Seen("nothing-known", 0, 0, terms.prior_bp)
    return Risk(
        rate_bp=narrowest.rate_bp,
        late=narrowest.late,
        all=narrowest.all,
        bucket=narrowest.bucket,
        wider=tuple(seen),
        inputs=inputs,
        version=table.version,
    )


def inputs_of(table: RiskTable, known: Known) -> Inputs:
    """Return what a risk is read from."""
    handed, lane = known.handed_over_at, known.lane
    limit = known.hand_over_due_at
    usual = table.transits.usual_hours(lane, table.terms.transits_min)
    return Inputs(
        hours_left=hours(known.due_at - known.at),
        week_left_bp=table.week.share_left_bp(known.at, known.due_at),
        handed_over=handed is not None,
        transit_hours=None if handed is None else hours(known.at - handed),
        usual_transit_hours=usual,
        hand_over_late_hours=(
            None if limit is None else hours((handed or known.at) - limit)
        ),
        carrier=lane.carrier,
        origin=lane.origin,
        destination=lane.destination,
        lately=table.lately,
        strain_bp=table.lately.strain_bp(table.terms.lately_weight),
    )


def buckets(terms: RiskTerms, inputs: Inputs) -> tuple[str, ...]:
    """Return the names of the buckets a parcel is in, widest first.

    First the time left, then how far it has come, then how parcels fare lately, then
    where to, then the whole lane.
    """
    left = f"week-left:{between(terms.left_edges_bp, inputs.week_left_bp)}"
    stage = f"{left}/{stage_of(terms, inputs)}"
    lately = f"{stage}/lately:{between(terms.lately_edges_bp, inputs.strain_bp)}"
    names = [left, stage, lately]
    if inputs.destination is not None:
        names.append(f"{lately}/to:{inputs.destination}")
    if inputs.origin is not None or inputs.carrier is not None:
        parts = (inputs.carrier, inputs.origin, inputs.destination)
        names.append(f"{lately}/lane:{':'.join(part or '-' for part in parts)}")
    return tuple(names)


def stage_of(terms: RiskTerms, inputs: Inputs) -> str:
    """Return how far a parcel has come, measured by how long others took."""
    if inputs.transit_hours is None:
        late = inputs.hand_over_late_hours
        return OVERDUE if late is not None and late > 0 else NOT_YET
    if inputs.usual_transit_hours is None:
        return "in-transit"
    gone = inputs.transit_hours / max(inputs.usual_transit_hours, 1.0)
    return f"transit:{between(terms.progress_edges_bp, round(gone * WHOLE_BP))}"


def between(edges_bp: tuple[int, ...], value_bp: int) -> str:
    """Return the edges a value lies between, in percent, such as "20-26"."""
    place = bisect_right(edges_bp, value_bp)
    low = f"{edges_bp[place - 1] / 100:g}" if place else "0"
    high = f"{edges_bp[place] / 100:g}" if place < len(edges_bp) else ""
    return f"{low}-{high}"


def hours(span: timedelta) -> float:
    """Return a span in hours."""
    return span / HOUR
