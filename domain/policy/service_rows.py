"""The rows of the proactive service: what is noticed and offered.

They name what falls short and what can be done; ``domain.shortfall`` and
``domain.resolution`` hold those words.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code
from domain.party import LiableParty
from domain.plan import Action, OnSilence, Part, PlanName
from domain.policy.row import BasisPoints, BreachCode, Fen, Payout, Row
from domain.promise import PromiseKind
from domain.shortfall import Severity, ShortfallCode

# What a detector watches.
Watch = Literal[
    "promise_near",  # an open promise of a kind, ``hours`` before it is due
    "promise_broken",  # a promise of a kind that was broken, ``hours`` after its due
    "delivery_risk",  # the risk table says so, from ``risk_from_bp`` on
    "no_pickup",  # a waybill, and no pickup scan (揽收) after ``hours``
    "no_hub",  # picked up, and no other scan after ``hours``
    "no_scan",  # after the first hub, before 派件: nothing new, by the class of region
    "odd_track",  # nodes repeated, a pickup before payment, a waybill taken back
    "exception",  # a carrier's own word that something is wrong
    "lost",
    "told",  # somebody told us, in a contact or a case
    "refund_clock",  # a merchant's clock over a refund used up to ``share_percent``
    "refund_unpaid",  # a refund ordered, and not done after ``hours``
    "return_unsigned",  # a return parcel on its way, unsigned after ``hours``
    "contacts",  # ``count`` contacts about one order within ``hours``
    "price",  # a lower price seen inside the protection window
    "listing",  # what the creator promised is not what the listing says
    "removed",  # goods taken down by governance after the sale
    "incident",  # the order is among an incident's
]
Times = Annotated[int, Meta(ge=-24 * 400, le=24 * 400)]


class DetectorRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="detector"
):
    """When something counts as a shortfall (domain rules, 3.1 and 3.4).

    ``hours`` are running hours after what is watched, or before it where negative.
    ``same_hours``, ``cross_hours`` and ``remote_hours`` are those of a parcel within
    one region, across regions, or with either end in a remote one. ``inclusive``: from
    so many hours on ("≥"), else beyond them (">"). ``kinds`` are the promises or scans
    watched. ``breach`` is what money depends on, paid as of the same facts. One is told
    once in each ``window``.
    """

    code: ShortfallCode
    watches: Watch
    hours: Times = 0
    same_hours: Times | None = None
    cross_hours: Times | None = None
    remote_hours: Times | None = None
    inclusive: bool = False
    promises: tuple[PromiseKind, ...] = ()
    scans: tuple[Code, ...] = ()
    reasons: tuple[Code, ...] = ()
    share_percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    count: Annotated[int, Meta(ge=1, le=1000)] | None = None
    risk_from_bp: BasisPoints | None = None
    window: Literal["once", "due", "day", "matter"] = "once"
    breach: BreachCode | None = None
    effort: Annotated[int, Meta(ge=0, le=10)] = 0


class RegionsRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="regions"
):
    """Which regions count as one, and which as remote; a list of each profile's own."""

    together: tuple[tuple[Code, ...], ...] = ()
    remote: tuple[Code, ...] = ()


class SeverityRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="severity"
):
    """How grave a shortfall is: value x delay x the consumer's effort, in points.

    Each ladder gives the points of its last step reached; the three are multiplied.
    ``from_points`` are the least of each severity.
    """

    value_fen: tuple["Points", ...]
    delay_hours: tuple["Points", ...]
    effort: tuple["Points", ...]
    from_points: tuple["SeverityFrom", ...]


class Points(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From so much on, so many points."""

    from_value: int
    points: int


class SeverityFrom(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From so many points on it is so grave."""

    points: int
    severity: Severity


class PlanRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="plan"):
    """One complete solution for some shortfalls, as a list of steps from the catalogue.

    It is proposed where every condition holds; of several the lowest ``rank`` first.
    ``minimum`` marks what is owed anyway: the steps of all minimum rows that apply are
    one plan. ``needs_consent`` False is carried out unasked, such as urging a carrier.
    """

    name: PlanName
    codes: Annotated[tuple[ShortfallCode, ...], Meta(min_length=1)]
    rank: Annotated[int, Meta(ge=1, le=100)] = 1
    minimum: bool = False
    needs_consent: bool = True
    shipped: bool | None = None
    stalled_over_hours: int | None = None
    stalled_up_to_hours: int | None = None
    goods: tuple[Code, ...] = ()
    severities: tuple[Severity, ...] = ()
    steps: Annotated[tuple["StepRow", ...], Meta(min_length=1, max_length=12)]


class StepRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a plan. What it costs is by its action and this.

    ``rate_bp`` of what was paid, or ``fixed_fen``, at most ``max_fen``; an entitlement
    takes its amount from the rows of money for ``breach``. ``shift_hours`` is what a
    date is put off by.
    """

    action: Action
    part: Part = "service"
    bearer: LiableParty = "platform"
    breach: BreachCode | None = None
    rate_bp: BasisPoints = 0
    fixed_fen: Fen = 0
    max_fen: Fen | None = None
    payout: Payout = "cash"
    shift_hours: int = 0
    reversible: bool = True


class OfferRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="offer"):
    """How an offer runs: how long, what silence means, how often we try again.

    ``confirm_hours`` after it was carried out it counts as made good; each step is
    tried ``attempts_max`` times, ``retry_minutes`` apart, doubling.
    """

    expires_hours: Annotated[int, Meta(ge=1, le=24 * 90)] = 72
    on_silence: OnSilence = "minimum"
    proposals_max: Annotated[int, Meta(ge=1, le=20)] = 3
    confirm_hours: Annotated[int, Meta(ge=1, le=24 * 90)] = 168
    attempts_max: Annotated[int, Meta(ge=1, le=100)] = 5
    retry_minutes: Annotated[int, Meta(ge=1, le=24 * 60)] = 5
    contact_rate_bp: BasisPoints = 0


class CompanionshipRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="companionship"
):
    """How long we stay beside the consumer, from when, and when we look (陪伴).

    ``extended_days`` more while a matter is open, as often as it takes.
    """

    anchor: Literal["paid", "signed"] = "paid"
    days: Annotated[int, Meta(ge=1, le=400)] = 30
    extended_days: Annotated[int, Meta(ge=1, le=400)] = 7
    check_ins: tuple["CheckInRow", ...] = ()


class CheckInRow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planned look: its name, and how many hours after the anchor."""

    name: Code
    after_hours: Annotated[int, Meta(ge=0, le=24 * 400)]
