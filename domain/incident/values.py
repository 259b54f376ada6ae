"""The words of an incident: one cause, thousands of orders (domain rules, 3.5)."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Moment, Name
from domain.order.values import OrderStatus
from domain.plan import BearerCost, PlanName
from domain.policy.row import Fen
from domain.shortfall import ShortfallCode

IncidentKind = Literal[
    "carrier_outlet",  # 网点异常
    "region",  # 区域: flood, snow, closed roads
    "merchant",
    "listing",  # 治理下架: goods removed for governance
    "live_room",  # a creator's live room promised what the listing does not
    "payment",
    "system",
]
IncidentStatus = Literal[
    "declared",
    "scoping",
    "scoped",
    "impact_estimated",
    "plan_drafted",
    "approved",
    "piloting",
    "rolling_out",
    "paused",
    "completed",
    "reviewed",
    "rolled_back",
    "withdrawn",
]
TERMINAL: Final[frozenset[IncidentStatus]] = frozenset(
    {"reviewed", "rolled_back", "withdrawn"}
)

# What one event or one ask of an incident may name.
ORDERS_MAX: Final = 500
Count = Annotated[int, Meta(ge=0, le=10**9)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]  # as scope_digest gives it
Codes = Annotated[tuple[Code, ...], Meta(max_length=100)]
Names = Annotated[tuple[Name, ...], Meta(max_length=4000)]


class Selector(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which orders are affected: all that is said must hold, empty says nothing.

    ``outlets`` and ``regions`` are where a parcel's last scan was; ``ships_from`` and
    ``ships_to`` the regions of the order. ``stalled_hours`` is how long at least since
    the last scan. ``paid_from`` <= paid < ``paid_to``.
    """

    carriers: Codes = ()
    outlets: Codes = ()
    regions: Codes = ()
    ships_from: Codes = ()
    ships_to: Codes = ()
    merchants: Names = ()
    products: Names = ()
    live_rooms: Names = ()
    creators: Names = ()
    tenders: Codes = ()
    statuses: tuple[OrderStatus, ...] = ()
    shortfalls: tuple[ShortfallCode, ...] = ()
    stalled_hours: Annotated[int, Meta(ge=0, le=24 * 400)] | None = None
    paid_from: Moment | None = None
    paid_to: Moment | None = None

    @property
    def says_something(self) -> bool:
        """Whether it narrows anything but time: else every order were affected."""
        return any(
            (
                self.carriers,
                self.outlets,
                self.regions,
                self.ships_from,
                self.ships_to,
                self.merchants,
                self.products,
                self.live_rooms,
                self.creators,
                self.tenders,
                self.shortfalls,
            )
        )


class Member(Struct, frozen=True, kw_only=True, gc=False):
    """An affected order, by its stream's id, and the segment it falls into.

    ``cost_fen`` is what its plan may cost at most, as estimated.
    """

    order: Name
    segment: Code
    cost_fen: Fen = 0


ExclusionReason = Literal[
    "has_a_plan",  # it already has an active one
    "consumer_fault",
    "flagged",  # abuse: goodwill is blocked, and nothing but goodwill was meant for it
    "made_good",
    "not_affected",
    "beyond_cap",
    "by_hand",
    "not_in_yuan",  # what it would cost is in another currency
    "unreadable",
]


class Exclusion(Struct, frozen=True, kw_only=True):
    """An order left out, and why."""

    order: Name
    reason: ExclusionReason


class Segment(Struct, frozen=True, kw_only=True):
    """Orders treated alike: which plan they are offered.

    The first segment whose conditions hold takes an order. ``stalled_over_hours`` <
    hours since the last scan <= ``stalled_up_to_hours``; ``shipped`` and ``goods``, the
    kinds of goods that lines of the order say, narrow it further.
    """

    name: Code
    plan: PlanName
    shipped: bool | None = None
    stalled_over_hours: int | None = None
    stalled_up_to_hours: int | None = None
    goods: Codes = ()


class Bar(Struct, frozen=True, kw_only=True):
    """So many orders cost from ``from_fen`` up to, not including, ``to_fen``."""

    from_fen: Fen
    to_fen: Fen | None
    orders: Count


class SegmentImpact(Struct, frozen=True, kw_only=True):
    """How many orders of a segment there are, and what its plan costs them."""

    segment: Code
    plan: PlanName
    orders: Count
    fen: Fen


class Impact(Struct, frozen=True, kw_only=True):
    """What it comes to: orders, cost by bearer and by segment, and a histogram.

    ``entitlement_fen`` is owed anyway, ``goodwill_fen`` is not. ``contacts_avoided``
    is how many of them would have written, by the rate of the row named.
    """

    orders: Count
    excluded: tuple[Exclusion, ...] = ()
    total_fen: Fen
    entitlement_fen: Fen = 0
    goodwill_fen: Fen = 0
    by_bearer: tuple[BearerCost, ...] = ()
    segments: tuple[SegmentImpact, ...] = ()
    histogram: tuple[Bar, ...] = ()
    capped: Count = 0
    contacts_avoided: Count = 0


# A batch's name within its incident: the idempotency key of what it reserves.
BatchName = Name
