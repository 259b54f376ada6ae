"""What delivery risk is told by: when it is asked, how it is counted, what an alarm is.

All of it is data under a reference, so that a figure can be traced to its terms.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from domain.kernel import Policy

WHOLE_BP: Final = 10_000
# A bar no risk reaches.
NEVER_BP: Final = 10_001

Bp = Annotated[int, Meta(ge=0, le=NEVER_BP)]
HoursLeft = Annotated[int, Meta(ge=0, le=24 * 60)]


class Bar(Struct, frozen=True, kw_only=True):
    """With ``hours_left`` or more to go, a risk of ``rate_bp`` is an alarm.

    The bar that counts is the one with most hours that does not lie beyond the moment.
    A bar of 0 is a last call: whoever still waits is told.
    """

    hours_left: HoursLeft
    rate_bp: Bp


class RiskTerms(Policy, frozen=True, kw_only=True):
    """How delivery risk is asked, counted and judged.

    ``asked_hours`` before the due moment a parcel is looked at, most first. Buckets lie
    between the edges: ``left_edges_bp`` of the deliveries of a usual week still to come
    in the time left, ``progress_edges_bp`` of the usual time in transit gone by,
    ``lately_edges_bp`` of the share of late ones in the last ``lately_days`` over that
    of all time, which weighs in it like ``lately_weight`` parcels more. A bucket speaks
    from ``parcels_min`` parcels on, and the next wider one weighs in it like ``weight``
    more; before anything is known the risk is ``prior_bp``. ``bars`` make it an alarm,
    most hours first; ``offer_minor`` is what one offer made on an alarm costs, in minor
    units of the order's currency. ``history_days`` is how far back parcels are learnt
    from.
    """

    asked_hours: tuple[HoursLeft, ...]
    left_edges_bp: tuple[int, ...]
    progress_edges_bp: tuple[int, ...]
    bars: tuple[Bar, ...]
    parcels_min: Annotated[int, Meta(ge=1)] = 3
    weight: Annotated[int, Meta(ge=0)] = 6
    prior_bp: Bp = 5_000
    transits_min: Annotated[int, Meta(ge=1)] = 10
    lately_days: Annotated[int, Meta(ge=1)] = 30
    lately_weight: Annotated[int, Meta(ge=1)] = 20
    lately_edges_bp: tuple[int, ...] = (7_500, 13_300)
    offer_minor: Annotated[int, Meta(ge=0)] = 500
    history_days: Annotated[int, Meta(ge=1)] = 800

    def __post_init__(self) -> None:
        """Raise ValueError where moments, edges or bars are not in their order."""
        falling = (self.asked_hours, tuple(bar.hours_left for bar in self.bars))
        rising = (self.left_edges_bp, self.progress_edges_bp, self.lately_edges_bp)
        if any(list(each) != sorted(set(each), reverse=True) for each in falling):
            raise ValueError(f"{self.ref}: `asked_hours` and `bars` go from most down")
        if any(list(each) != sorted(set(each)) for each in rising):
            raise ValueError(f"{self.ref}: edges rise")

    @property
    def alarm_hours(self) -> tuple[int, ...]:
        """The moments, in hours before the due one, at which there can be an alarm."""
        return tuple(each for each in self.asked_hours if self.bar_at(each) < NEVER_BP)

    def bar_at(self, hours_left: float) -> int:
        """Return the rate from which a risk is an alarm then, in basis points."""
        for bar in self.bars:
            if hours_left >= bar.hours_left:
                return bar.rate_bp
        return NEVER_BP


# Where nothing else is given. The bar of 48 hours is the one the first half of the
# Olist sample sets by itself, says `redress report proactive`; window and edges of how
# it is lately were taken for holding on random draws of it. See docs/proactive.md.
DELIVERY_RISK: Final = RiskTerms(
    ref="redress.delivery-risk@20261122",
    asked_hours=(120, 96, 84, 72, 60, 54, 48, 42, 36, 30, 24, 18, 12, 6, 4, 2),
    left_edges_bp=(200, 1_000, 2_000, 2_600, 3_600, 5_000, 7_500, 11_000),
    progress_edges_bp=(5_000, 10_000, 15_000, 22_000, 30_000),
    bars=(
        Bar(hours_left=54, rate_bp=9_500),
        Bar(hours_left=48, rate_bp=7_500),
        Bar(hours_left=3, rate_bp=NEVER_BP),
        Bar(hours_left=0, rate_bp=0),
    ),
)
