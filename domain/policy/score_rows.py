"""The rows scorecards are measured by, and what each measure weighs.

Which thresholds and weights a platform uses is not public text (domain rules, section
5): they are data, marked "[P]" or "[Δ]", and never part of the program.
"""

from typing import Annotated, Literal

from msgspec import Meta

from domain.kernel import Code
from domain.policy.row import BasisPoints, Row

# What is measured of carriers, by hours: the ways a parcel stalls (section 3.1).
CarrierMetric = Literal[
    "pickup",  # 揽收: label → first pickup scan
    "first_hub",  # 首分拨: pickup → first scan of a hub
    "transit",  # 中转: no stall between the first hub and 派件
    "last_mile",  # 派签: out for delivery → signed
    "false_signing",  # 虚假签收: signed, and the consumer says it never came
]
# What is measured of merchants (section 5): what our events can feed.
ServiceMetric = Literal[
    "pickup_time",  # 平均揽收时长
    "delivery_attainment",  # 运单配送时效达成率
    "damage_return_rate",  # 商品/包装破损退货率
    "audit_time",  # 售后平均审核时长
    "platform_help_rate",  # 平台求助率
]
RuledMetric = CarrierMetric | ServiceMetric
Hour = Annotated[int, Meta(ge=0, le=24)]
HoursAllowed = Annotated[int, Meta(ge=0, le=24 * 60)]


class ScoreRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="score"):
    """How one thing is measured of a party, from when on.

    ``hours`` are what is allowed; of a parcel in transit ``same_hours``,
    ``cross_hours`` and ``remote_hours`` by the class of region (``regions`` rows).
    What begins from ``quiet_from`` on, by the hour of the day in ``zone``, begins at
    ``quiet_to``. ``reasons`` are the after-sales reasons that count.

    In a merchant's score it weighs ``weight_bp``; without any it is only shown.
    ``worst`` scores 50 and ``best`` 100, in the metric's own unit: basis points of a
    rate, or seconds of a mean; between them the score is in proportion. With fewer
    than ``sample_min`` it scores ``usual``. ``industry`` narrows the row to one.
    """

    metric: RuledMetric
    of: Literal["merchant", "carrier"]
    hours: HoursAllowed = 0
    same_hours: HoursAllowed | None = None
    cross_hours: HoursAllowed | None = None
    remote_hours: HoursAllowed | None = None
    quiet_from: Hour | None = None
    quiet_to: Hour = 0
    reasons: tuple[Annotated[int, Meta(ge=1, le=99)], ...] = ()
    zone: str = "Asia/Shanghai"
    industry: Code | None = None
    weight_bp: BasisPoints = 0
    best: Annotated[int, Meta(ge=0, le=10**8)] = 0
    worst: Annotated[int, Meta(ge=0, le=10**8)] = 0
    sample_min: Annotated[int, Meta(ge=0, le=10**6)] = 1
    usual: Annotated[int, Meta(ge=0, le=100)] = 80

    def __post_init__(self) -> None:
        """Raise ValueError for a weight without a scale to weigh on."""
        if self.weight_bp and self.best == self.worst:
            raise ValueError(f"{self.ref}: `best` and `worst` score differently")
