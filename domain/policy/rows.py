"""The rows of a policy pack: every rule the service works by, as data.

A row is published once and never edited: a changed rule is a row of the same id with a
higher version. Which one holds is decided by its binding and its dates, never by what
is deployed (domain rules, sections 0 and 4.1).
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Moment, Name
from domain.policy.row import *  # noqa: F403 - every row's own words, from here too
from domain.policy.row import (
    Base,
    BasisPoints,
    Binding,
    BreachCode,
    Fen,
    Payee,
    Payer,
    Payout,
    Round,
    Row,
    RowId,
    Sentence,
)
from domain.policy.score_rows import ScoreRow
from domain.policy.service_rows import (
    CompanionshipRow,
    DetectorRow,
    OfferRow,
    PlanRow,
    RegionsRow,
    SeverityRow,
)
from domain.promise import Anchor, Hours, PromiseKind


class Formula(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rate times base, rounded, then clipped to [min, max]; or a fixed amount.

    ``rate_bp`` is in hundredths of a percent. ``max_fen`` None means no upper end;
    where ``max_base`` is more, that is the end. ``plus`` is paid on top, by receipt.
    """

    base: Base
    rate_bp: BasisPoints = 0
    fixed_fen: Fen = 0
    min_fen: Fen = 0
    max_fen: Fen | None = None
    max_base: Base | None = None
    plus: tuple[Base, ...] = ()
    round: Round = "half_up_to_fen"


class When(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a row of money applies; every condition named must hold.

    ``promise_over_hours`` < promised hours <= ``promise_up_to_hours``; likewise for how
    many hours late. ``admitted_in_time`` asks whether a shortage was admitted by the
    *original* due time, ``grave`` whether it was judged a grave case. ``paid_from_fen``
    <= paid < ``paid_below_fen``; likewise for how much of the goods is spoilt. A row
    narrowed to ``goods`` or ``markets`` takes the place of the general ones of its
    breach; one narrowed to ``labels``, shown at order time, is paid beside them.
    """

    promise_over_hours: int | None = None
    promise_up_to_hours: int | None = None
    late_over_hours: int | None = None
    late_up_to_hours: int | None = None
    admitted_in_time: bool | None = None
    grave: bool | None = None
    paid_from_fen: Fen | None = None
    paid_below_fen: Fen | None = None
    spoilt_over_percent: int | None = None
    spoilt_up_to_percent: int | None = None
    goods: tuple[Code, ...] = ()
    markets: tuple[Code, ...] = ()
    labels: tuple[Code, ...] = ()


class MoneyRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a breach costs whom. ``formula`` None: the row applies, and pays nothing.

    ``trigger`` is the breach; ``lateness`` makes it true without being named, once the
    order is that much late. ``bearers`` are who pays, the first who can.
    ``stacks_with`` are the breaches it may be paid beside; empty means any. ``caps``
    are those that cut it, and that it counts towards. Of one order it is paid once, and
    what it paid before is deducted; ``repeatable``: once for each of its cases.
    """

    trigger: BreachCode
    when: When = When()
    lateness: "Lateness | None" = None
    formula: Formula | None = None
    bearers: Annotated[tuple[Payer, ...], Meta(min_length=1)] = ("merchant",)
    payee: Payee = "consumer"
    payout: Payout = "cash"
    stacks_with: tuple[BreachCode, ...] = ()
    caps: tuple[RowId, ...] = ()
    repeatable: bool = False


class Lateness(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much late an order must be to count as this breach too.

    ``of`` is the breach whose lateness counts. ``even_if_denied``: also where it is
    said outright not to be proven.
    """

    over_hours: int
    of: BreachCode = "SHIP_OVERDUE"
    even_if_denied: bool = False


class EntitlementRow(
    MoneyRow, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="entitlement"
):
    """What the consumer is owed."""


class DeductionRow(
    MoneyRow,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag="merchant_deduction",
):
    """What is taken from the merchant, and does not go to the consumer (订单扣款)."""


class LabelRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="label_promise"
):
    """What a label shown at order time promises; fields as of PromiseRule."""

    label: Code
    promise: PromiseKind
    anchor: Anchor = "paid"
    hours: Hours | None = None
    day: Literal["same", "next"] | None = None
    cutoff_hour: int = 16
    from_midnight: bool = False
    zone: str = "Asia/Shanghai"


# Who owes a step its clock watches.
Owes = Literal[
    "consumer",
    "merchant",
    "creator",
    "carrier",
    "service_provider",
    "insurer",
    "agent",
    "arbiter",
    "platform",
]
# What the service does at the breach of a clock.
OnBreach = Literal[
    "agree",  # to what was asked, as if the merchant had
    "refund",
    "close",
    "succeed",
    "escalate",  # to platform review
    "decide",  # on what is there
    "enforce",
    "human",  # somebody has to look
    "breach",  # nothing but the fact itself
]


class TimerRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="timer"):
    """How long a step may take, who owes it, and what happens when it is not done.

    ``hours`` of running time. ``extensions_max`` times it may be put off, by up to
    ``extension_hours`` in all each, by who owes it; whoever waits for it may give one
    of ``given_hours`` more, as often as they like. ``and_promise`` puts the hours
    within which the order was promised to ship on top. ``goods`` narrows it to a
    category.
    """

    step: Code
    owes: Owes
    hours: Annotated[int, Meta(ge=0, le=24 * 400)]
    on_breach: OnBreach
    extensions_max: Annotated[int, Meta(ge=0, le=1000)] = 0
    extension_hours: Annotated[int, Meta(ge=0, le=24 * 400)] = 0
    given_hours: tuple[Annotated[int, Meta(ge=1, le=24 * 400)], ...] = ()
    and_promise: bool = False
    goods: tuple[Code, ...] = ()


class CapRow(Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="cap"):
    """How much several payouts may come to together.

    ``scope``: of one order, or of all orders one consumer paid one merchant on one
    natural day of ``zone``. ``breaches`` are those counted together; empty means all
    whose rows name it. The amount is ``amount_fen``, or ``raised_fen`` once one of
    ``raised_by`` is among them and the promise was longer than ``raised_over_hours``,
    or with ``raised_if_grave`` once one of them is a grave case; at most ``rate_bp`` of
    the base too, which is never less than ``floor_fen``: the least that one of them
    alone comes to.
    """

    scope: Literal["order", "buyer_seller_day"]
    breaches: tuple[BreachCode, ...] = ()
    amount_fen: Fen | None = None
    rate_bp: BasisPoints | None = None
    base: Base = "paid"
    floor_fen: Fen = 0
    raised_fen: Fen | None = None
    raised_by: tuple[BreachCode, ...] = ()
    raised_over_hours: int = 0
    raised_if_grave: bool = False
    goodwill: bool = False
    zone: str = "Asia/Shanghai"


# What is argued about, and who has to prove it (domain rules, section 3.3).
Issue = Literal[
    "not_received",
    "return_not_received",
    "short_or_wrong",
    "damaged",
    "visible_quality",
    "hidden_quality",
    "counterfeit",
    "description",
    "resale_affected",
    "return_unsigned",
    "freight",
    "ambiguous_promise",
    "transit_risk",
    "service",
    "other",
]


class BurdenRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="burden"
):
    """Who proves what, in order, and how it is decided when the one to prove is silent.

    ``steps`` are taken one after the other: each party proves, and if it does not, the
    step's ``default`` stands.
    """

    issue: Issue
    steps: Annotated[tuple["BurdenStep", ...], Meta(min_length=1, max_length=6)]


class BurdenStep(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One party's turn to prove. ``evidence`` are the kinds the template asks for."""

    proves: Literal["consumer", "merchant", "carrier", "creator"]
    evidence: tuple[Code, ...] = ()
    default: Literal["support_consumer", "support_merchant", "partial"]
    remedy: Code


class ApprovalRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="approval"
):
    """Up to which amount which role may approve; None means without an upper end."""

    step: Code
    role: Literal["system", "agent", "senior_agent", "arbiter", "finance_approver"]
    up_to_fen: Fen | None = None


class CalendarRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="calendar"
):
    """When time does not count, or a deadline lies elsewhere, and why.

    From ``begins`` to ``ends``; ``night_from`` and ``night_to`` are hours of the day in
    ``zone`` that never count while the row is in force. Empty ``regions``,
    ``carriers``, ``goods`` or ``steps`` mean all. ``effect``: "pause" stops the clocks,
    "add" gives ``hours`` more, "shift_to" puts what falls due inside to ``shift_to``,
    "replace" takes ``hours`` in place of the step's own for what starts inside, and
    "exempt" lets nothing be breached inside (force majeure). ``reason`` is shown. A
    night ``at_start`` holds up what starts in it, and no other night after that.
    """

    effect: Literal["pause", "night", "add", "shift_to", "replace", "exempt"]
    begins: Moment | None = None
    ends: Moment | None = None
    night_from: Annotated[int, Meta(ge=0, le=23)] | None = None
    night_to: Annotated[int, Meta(ge=0, le=23)] | None = None
    at_start: bool = False
    zone: str = "Asia/Shanghai"
    hours: int | None = None
    shift_to: Moment | None = None
    regions: tuple[Code, ...] = ()
    carriers: tuple[Code, ...] = ()
    goods: tuple[Code, ...] = ()
    steps: tuple[Code, ...] = ()
    reason: Code
    reason_zh: Sentence = ""
    reason_en: Sentence = ""

    def __post_init__(self) -> None:
        """Raise ValueError where the effect lacks what it needs."""
        needs = {
            "pause": (self.begins, self.ends),
            "exempt": (self.begins, self.ends),
            "night": (self.night_from, self.night_to),
            "add": (self.begins, self.ends, self.hours),
            "shift_to": (self.begins, self.ends, self.shift_to),
            "replace": (self.begins, self.ends, self.hours),
        }[self.effect]
        if any(each is None for each in needs):
            raise ValueError(f"{self.ref}: {self.effect} lacks a time or its hours")


class LadderRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ladder"
):
    """What a store or an item is limited to when too many orders of a day go wrong.

    Of the ``rungs`` reached, the first is taken: the hardest stands first.
    """

    trigger: BreachCode
    of: Literal["store", "item"]
    rungs: Annotated[tuple["Rung", ...], Meta(min_length=1, max_length=10)]


class Rung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From so many orders and such a share of those due, on so many days running."""

    orders_from: Annotated[int, Meta(ge=1)]
    rate_from_bp: BasisPoints
    days_running: Annotated[int, Meta(ge=1)] = 1
    effect: Code
    orders_a_day: int | None = None
    days: int


class ServiceTicketsRow(
    Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="service_tickets"
):
    """What a store is charged whose service tickets of a week were answered late.

    Of the ``rungs`` reached, the first is taken: the hardest stands first. A week with
    fewer than ``few_below`` tickets counts how many were late, not their share.
    """

    rungs: Annotated[tuple["TicketRung", ...], Meta(min_length=1, max_length=10)]
    few_below: Annotated[int, Meta(ge=0)] = 0


class TicketRung(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From such a share late, or so many where there are few; no formula: a warning."""

    rate_from_bp: BasisPoints
    few_from: Annotated[int, Meta(ge=1)]
    formula: Formula | None = None


AnyRow = (
    EntitlementRow
    | DeductionRow
    | LabelRow
    | TimerRow
    | CapRow
    | BurdenRow
    | ApprovalRow
    | CalendarRow
    | LadderRow
    | ServiceTicketsRow
    | DetectorRow
    | RegionsRow
    | SeverityRow
    | PlanRow
    | OfferRow
    | CompanionshipRow
    | ScoreRow
)


class PolicyDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pack as it is written down in TOML: ``[[row]]`` after ``[[row]]``.

    ``sources`` are the order sources it speaks for; ``fallback`` marks the one for all
    other orders. ``usual`` are the labels of an order placed without naming any.
    """

    profile: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")]
    title: Sentence = ""
    sources: tuple[Code, ...] = ()
    fallback: bool = False
    usual: tuple[Code, ...] = ()
    auto_confirm_hours: Hours = 240
    row: tuple[AnyRow, ...]


class Times(Struct, frozen=True, kw_only=True):
    """The dates a rule may be chosen by. What is not known counts as ``judged_at``."""

    ordered_at: Moment | None = None
    conduct_at: Moment | None = None
    judged_at: Moment

    def of(self, binding: Binding) -> Moment:
        """Return the date that this binding looks at."""
        bound = {
            "order_time": self.ordered_at,
            "conduct_time": self.conduct_at,
            "adjudication_time": self.judged_at,
        }[binding]
        return self.judged_at if bound is None else bound


class Where(Struct, frozen=True, kw_only=True):
    """What a calendar narrows itself to; None is not known, and matches only "all"."""

    region: Name | None = None
    carrier: Code | None = None
    goods: Code | None = None
