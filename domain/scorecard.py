"""Scorecards: how merchants, creators and carriers do, in numbers that can be redone.

Every figure is a numerator over a denominator, under a rule of a version. What a
merchant's score would be after a plan is carried out, or the matter escalated, is
computed from them with weights that are data (商家体验分, domain rules, section 5).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Literal

from msgspec import Struct

from domain.kernel import PolicyRef
from domain.policy.score_rows import RuledMetric, ScoreRow
from domain.promise import PromiseKind

Role = Literal["merchant", "creator", "carrier"]
Metric = PromiseKind | RuledMetric

# What the numerator is: deeds of the denominator, or seconds they took together.
Unit = Literal["count", "seconds"]
SECONDS: Final[frozenset[str]] = frozenset({"pickup_time", "audit_time"})

BASIS_POINTS: Final = 10_000
BEST_CENTI, WORST_CENTI = 10_000, 5_000


class Tally(Struct, frozen=True, kw_only=True):
    """One figure of a party: ``numerator`` of ``denominator``, by ``rule``.

    ``day`` is a day of the rule's time zone; None is all days asked for.
    """

    role: Role
    party: str
    metric: Metric
    numerator: int
    denominator: int
    rule: PolicyRef
    day: date | None = None

    @property
    def unit(self) -> Unit:
        """What the numerator is counted in."""
        return "seconds" if self.metric in SECONDS else "count"


class Ruled(Struct, frozen=True, kw_only=True):
    """A row, and from when to when it was the one in force."""

    row: ScoreRow
    since: datetime
    until: datetime | None = None


def ruled(rows: Iterable[ScoreRow]) -> Iterator[Ruled]:
    """Yield each version with the time it holds: until the next one of its id begins.

    What a row measures happened at a moment, and is judged by the version of then.
    """
    versions: dict[str, list[ScoreRow]] = {}
    for row in rows:
        if row.industry is None:
            versions.setdefault(row.id, []).append(row)
    for same in versions.values():
        ordered = sorted(same, key=lambda row: row.version)
        for number, row in enumerate(ordered):
            later = [each.in_force_from for each in ordered[number + 1 :]]
            ends = [row.in_force_to] if row.in_force_to is not None else []
            until = min([*later, *ends], default=None)
            if until is None or until > row.in_force_from:
                yield Ruled(row=row, since=row.in_force_from, until=until)


# -- What a merchant's score would be --

Change = Mapping[RuledMetric, tuple[int, int]]
Way = Literal["resolved", "escalated"]


class AtStake(Struct, frozen=True, kw_only=True):
    """What a matter would still add to its merchant's figures.

    ``asked`` says that its order is among those the merchant was asked about already,
    ``escalated`` that it is among those the platform was asked about. ``audit_seconds``
    is how long the merchant has had it by now; None once it decided. ``damaged``: its
    reason is one of those of a damage return, and it is not counted yet.
    """

    asked: bool = True
    escalated: bool = False
    audit_seconds: int | None = None
    damaged: bool = False


def change_if(way: Way, stake: AtStake) -> Change:
    """Return what is added to numerator and denominator of each metric.

    Resolved by us before the merchant had to decide, there is no audit of it; escalated
    it stays the merchant's, and the platform was asked for help.
    """
    change: dict[RuledMetric, tuple[int, int]] = {}
    asked = 0 if stake.asked else 1
    if way == "escalated":
        change["platform_help_rate"] = (0 if stake.escalated else 1, asked)
        if stake.audit_seconds is not None:
            change["audit_time"] = (stake.audit_seconds, 1)
    else:
        change["platform_help_rate"] = (0, asked)
    if stake.damaged:
        change["damage_return_rate"] = (1, 0)
    return change


class MetricEffect(Struct, frozen=True, kw_only=True):
    """One metric's score before and after, in hundredths of a point; and its weight."""

    metric: RuledMetric
    before_centi: int
    after_centi: int
    weight_bp: int
    rule: PolicyRef


class ScoreEffect(Struct, frozen=True, kw_only=True):
    """A merchant's score before and after, in hundredths of a point, metric by metric.

    None without any weights: nothing is invented where no row says what weighs what.
    """

    before_centi: int | None
    after_centi: int | None
    of: tuple[MetricEffect, ...] = ()

    @property
    def change_centi(self) -> int:
        """How much it moves."""
        return (self.after_centi or 0) - (self.before_centi or 0)


def weights_of(rows: Iterable[ScoreRow], industry: str | None) -> tuple[ScoreRow, ...]:
    """Return the rows that weigh: an industry's own beats the general of its metric."""
    found: dict[str, ScoreRow] = {}
    for row in rows:
        if not row.weight_bp or row.industry not in (None, industry):
            continue
        if row.metric not in found or found[row.metric].industry is None:
            found[row.metric] = row
    return tuple(found.values())


# Whose weights count: those of the merchant's industry, the usual ones since no row is
# narrowed to it, or the usual ones since nobody knows its industry.
WeightsOf = Literal["industry", "usual", "industry_unknown"]


def whose_weights(weights: Iterable[ScoreRow], industry: str | None) -> WeightsOf:
    """Return whose weights these are, for a merchant of an industry, None unknown."""
    if industry is None:
        return "industry_unknown"
    return "industry" if any(row.industry == industry for row in weights) else "usual"


def score_effect(
    before: Mapping[RuledMetric, tuple[int, int]],
    change: Change,
    weights: Sequence[ScoreRow],
) -> ScoreEffect:
    """Return what a change of figures does to the score.

    ``before`` and ``change`` are numerators and denominators by metric; a metric
    without any counts as none of nothing.
    """
    effects = tuple(
        metric_effect(row, before.get(row.metric, (0, 0)), change.get(row.metric))
        for row in weights
    )
    weight = sum(each.weight_bp for each in effects)
    if not weight:
        return ScoreEffect(before_centi=None, after_centi=None)
    first = sum(each.before_centi * each.weight_bp for each in effects)
    then = sum(each.after_centi * each.weight_bp for each in effects)
    return ScoreEffect(
        before_centi=first // weight, after_centi=then // weight, of=effects
    )


def metric_effect(
    row: ScoreRow, before: tuple[int, int], change: tuple[int, int] | None
) -> MetricEffect:
    """Return one metric's part of it."""
    more, of = change or (0, 0)
    return MetricEffect(
        metric=row.metric,
        before_centi=score_centi(row, *before),
        after_centi=score_centi(row, before[0] + more, before[1] + of),
        weight_bp=row.weight_bp,
        rule=row.ref,
    )


def score_centi(row: ScoreRow, numerator: int, denominator: int) -> int:
    """Return a metric's score in hundredths of a point: from 50 at worst to 100."""
    if denominator < max(row.sample_min, 1):
        return row.usual * 100
    scale = 1 if row.metric in SECONDS else BASIS_POINTS
    # As far from the worst, in multiples of the denominator so that nothing is rounded.
    way = (numerator * scale - row.worst * denominator) * (BEST_CENTI - WORST_CENTI)
    risen = way // ((row.best - row.worst) * denominator)
    return WORST_CENTI + max(0, min(BEST_CENTI - WORST_CENTI, risen))
