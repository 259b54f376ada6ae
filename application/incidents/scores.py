"""What an incident does to its merchants' service scores, either way it may go."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from msgspec import Struct

from application.projections.affected import AffectedOrder
from domain.policy.book import Rulebook, in_force
from domain.policy.rows import Times
from domain.policy.score_rows import RuledMetric, ScoreRow
from domain.scorecard import AtStake, WeightsOf, change_if, score_effect, weights_of

# Of so many merchants it is shown, those of the most orders first.
MERCHANTS_MAX: Final = 20


class Figures(Protocol):
    """A merchant's service figures of the last 30 days."""

    def figures(
        self, merchant: str, *, now: datetime
    ) -> Mapping[RuledMetric, tuple[int, int]]:
        """Return numerator and denominator by metric."""
        ...


class MerchantEffect(Struct, frozen=True, kw_only=True):
    """A merchant's score in hundredths of a point: now, and with each order's help.

    ``unhelped_centi`` is what it would be if every order of it asked the platform to
    step in, ``helped_centi`` if none has to. None where no row weighs anything.
    ``weights`` says whose weights that is by: no event says a merchant's industry.
    """

    merchant: str
    orders: int
    before_centi: int | None
    helped_centi: int | None
    unhelped_centi: int | None
    weights: WeightsOf = "industry_unknown"


def effects_of(
    orders: Sequence[AffectedOrder], book: Rulebook, figures: Figures, now: datetime
) -> Sequence[MerchantEffect]:
    """Return what it does to each merchant, those of the most orders first."""
    counted = Counter(each.merchants[0] for each in orders if each.merchants)
    scored = (row for row in book.rows if isinstance(row, ScoreRow))
    weights = weights_of(list(in_force(scored, Times(judged_at=now))), None)
    return [
        effect(merchant, count, weights, figures, now)
        for merchant, count in counted.most_common(MERCHANTS_MAX)
    ]


def effect(
    merchant: str,
    orders: int,
    weights: Sequence[ScoreRow],
    figures: Figures,
    now: datetime,
) -> MerchantEffect:
    """Return what so many orders of a merchant do to its score, either way."""
    before = figures.figures(merchant, now=now) if weights else {}
    stake = AtStake(asked=False)
    helped, unhelped = (
        score_effect(
            before,
            {
                metric: (more * orders, of * orders)
                for metric, (more, of) in change_if(way, stake).items()
            },
            weights,
        )
        for way in ("resolved", "escalated")
    )
    return MerchantEffect(
        merchant=merchant,
        orders=orders,
        before_centi=helped.before_centi,
        helped_centi=helped.after_centi,
        unhelped_centi=unhelped.after_centi,
    )
