"""What is so in an after-sales case, as far as the next decision needs to know it.

Where the request stands, where the goods are, whether they were accepted, and where the
money is are four things: none follows from another. The platform stepping in, a freeze
and a merging lie over them and are no states of their own.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, get_args

from msgspec import Struct

from domain.after_sales.events import CaseReported, CounterOffered, RefundDue
from domain.after_sales.values import (
    COMES_BACK,
    FINAL,
    PAYS,
    Acceptance,
    CaseStatus,
    CaseType,
    CloseReason,
    EvidenceItem,
    GoodsReturned,
    InspectionResult,
    Reception,
    RefundRoute,
    RefundStatus,
)
from domain.kernel import State
from domain.money import Money
from domain.order.claims import ClaimItem, ClaimItems
from domain.order.parcel import Parcel
from domain.party import ActingRole
from domain.policy.rows import Where
from domain.timer import Timer, TimerExtended

RefundOutcome = Literal["ordered", "succeeded", "failed", "recovered"]

STATUSES: frozenset[CaseStatus] = frozenset(get_args(CaseStatus))
OPEN: frozenset[CaseStatus] = STATUSES - FINAL - {"none"}


class Refund(Struct, frozen=True, kw_only=True):
    """One sending of money, by one route, under its own name."""

    name: str
    route: RefundRoute
    amount: Money
    outcome: RefundOutcome
    failure: str | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """What a party was asked to show."""

    of: ActingRole
    shows: tuple[str, ...]


class Shown(Struct, frozen=True, kw_only=True):
    """A piece of evidence, and as what its giver acted."""

    by: ActingRole
    item: EvidenceItem


# Goods that did not come, whatever else was in the parcel.
ABSENT: Final = frozenset({"not_received", "missing"})


class Inspection(Struct, frozen=True, kw_only=True):
    """When somebody comes to look at the goods, and what was found."""

    appointed_for: datetime
    result: InspectionResult | None = None


class Settlement(Struct, frozen=True, kw_only=True):
    """What came of the case for the order, all told: money out, goods back."""

    refunded: ClaimItems = ()
    freight: Money | None = None
    returned: tuple[tuple[int, int], ...] = ()


class Case(State, frozen=True, kw_only=True):
    """An after-sales case as known.

    ``order`` is the id of the order. ``reports`` are what another platform told of it,
    in the order of their times; with none ``opened_here`` it is a case run there.
    ``fallback`` is what goes back for goods owed in return, should they not be sent.
    ``before_end`` is the state it had before it last ended, ``before_counter`` the one
    an offer interrupted. ``ended_at`` and ``settled`` are of its last end; ``moved`` is
    how each clock's deadline was moved last, and ``put_off`` how often
    by whom. ``ended_why`` is why it was closed, ``ruled`` the dispute ruled on last.
    """

    status: CaseStatus = "none"
    opened_here: bool = False
    opened_at: datetime | None = None
    order: str | None = None
    consumer: str | None = None
    merchant: str | None = None
    ordered_at: datetime | None = None
    where: Where = Where()
    ship_hours: int = 0
    in_window: bool | None = None
    type: CaseType | None = None
    items: ClaimItems = ()
    freight: Money | None = None
    fallback: ClaimItems = ()
    reason: int | None = None
    changed: bool = False
    counter: CounterOffered | None = None
    before_counter: CaseStatus = "none"
    before_end: CaseStatus = "none"
    ended_at: datetime | None = None
    ended_why: CloseReason | None = None
    ruled: str | None = None
    resolution: str | None = None  # the step it carries out
    timers: Mapping[str, Timer] = {}
    moved: Mapping[str, TimerExtended] = {}
    put_off: Mapping[str, Mapping[ActingRole, int]] = {}  # by clock, then by whom
    # The goods
    reception: Reception = "none"
    acceptance: Acceptance = "none"
    address: str | None = None  # where they go, sealed
    sent_at: datetime | None = None
    goods: tuple[GoodsReturned, ...] = ()
    accepted: Mapping[int, int] = {}  # by line; none means all that is asked
    return_parcel: Parcel = Parcel()
    replacement: Parcel = Parcel()
    # The money
    due: RefundDue | None = None
    refunds: Mapping[str, Refund] = {}
    refunded: Mapping[int, ClaimItem] = {}
    refunded_freight: Money | None = None
    settled: Settlement = Settlement()
    # What lies over it
    dispute: str | None = None
    needs_dispute: bool = False
    needs_human: bool = False
    frozen: bool = False
    merged_into: str | None = None
    merged_from: tuple[str, ...] = ()
    inspection: Inspection | None = None
    tickets: Mapping[int, Literal["open", "answered"]] = {}
    resolved: bool | None = None  # as the consumer, or its silence, says after the end
    # Who works on it, and with what
    agent: str | None = None
    handlers: frozenset[str] = frozenset()
    asked: tuple[Asked, ...] = ()
    evidence: tuple[Shown, ...] = ()
    notes: frozenset[tuple[datetime, str]] = frozenset()
    score: tuple[int, str | None] | None = None
    # What feeds told
    reports: tuple[CaseReported, ...] = ()
    contradictions: frozenset[tuple[str, str]] = frozenset()

    @property
    def known(self) -> bool:
        """Whether anything was ever said of it."""
        return self.status != "none" or bool(self.reports)

    @property
    def final(self) -> bool:
        """Whether it ended. It can be taken up again all the same."""
        return self.status in FINAL

    @property
    def elsewhere(self) -> bool:
        """Whether another platform runs it, and it is only followed here."""
        return bool(self.reports) and not self.opened_here

    @property
    def told(self) -> CaseReported | None:
        """The latest that was told of it, by its own time."""
        return self.reports[-1] if self.reports else None

    @property
    def intervening(self) -> bool:
        """Whether the platform has stepped in, here or where the case is run."""
        outside = [each.intervening for each in self.reports]
        known = [each for each in outside if each is not None]
        there = self.elsewhere and bool(known) and bool(known[-1])
        return self.dispute is not None or there

    @property
    def sends_back(self) -> bool:
        """Whether what is asked for is about goods that come back."""
        return self.type in COMES_BACK

    @property
    def goods_needed(self) -> bool:
        """Whether goods must come back and be accepted before the case goes on."""
        return self.sends_back and self.acceptance != "accepted"

    @property
    def arrived(self) -> bool:
        """Whether returned goods are at the merchant's, accepted or not."""
        return self.reception == "received" or self.return_parcel.delivered is not None

    @property
    def claimed(self) -> Money | None:
        """What is asked for in all; None if the case is about no money."""
        return in_all(self.items, self.freight)

    @property
    def at_stake(self) -> ClaimItems:
        """What goes back if the goods do: what is asked for, or else its fallback."""
        about_money = self.claimed is not None and self.claimed.minor
        return self.items if self.type in PAYS or about_money else self.fallback

    @property
    def as_money(self) -> CaseType | None:
        """What a case becomes when money takes the place of goods that are owed."""
        if self.type in PAYS:
            return self.type
        return "return_refund" if self.arrived else "refund_shipped"

    @property
    def paid(self) -> int:
        """Minor units that went back to the consumer."""
        done = {"succeeded", "recovered"}
        return sum(
            each.amount.minor for each in self.refunds.values() if each.outcome in done
        )

    @property
    def to_pay(self) -> Money | None:
        """What is due and has not arrived; None if nothing is."""
        if self.due is None or self.due.total.minor <= self.paid:
            return None
        return Money(self.due.total.minor - self.paid, self.due.total.currency)

    @property
    def live_refund(self) -> Refund | None:
        """The refund that is on its way, if one is."""
        ordered = (each for each in self.refunds.values() if each.outcome == "ordered")
        return next(ordered, None)

    @property
    def refund_status(self) -> RefundStatus:
        """Where the money is: an axis of its own."""
        outcomes = [each.outcome for each in self.refunds.values()]
        if self.live_refund is not None:
            return "ordered"
        if self.to_pay is not None:
            return "failed" if outcomes and outcomes[-1] == "failed" else "due"
        if "recovered" in outcomes:
            return "recovered"
        return "succeeded" if "succeeded" in outcomes else "none"

    @property
    def settlement(self) -> Settlement:
        """What came of the case so far for its order."""
        returned: dict[int, int] = {}
        for each in self.goods:
            if each.condition not in ABSENT:
                returned[each.line] = returned.get(each.line, 0) + each.quantity
        if self.accepted:  # What was refused of it is the consumer's, as before.
            returned = {
                line: min(quantity, self.accepted.get(line, 0))
                for line, quantity in returned.items()
                if line in self.accepted
            }
        return Settlement(
            refunded=tuple(item for _, item in sorted(self.refunded.items())),
            freight=self.refunded_freight,
            returned=tuple(sorted(returned.items())),
        )

    def open_clock(self, name: str) -> Timer | None:
        """Return the clock of this name, or the latest such, if it is still owed."""
        of_name = (
            timer
            for timer in self.timers.values()
            if timer.name.partition("/")[0] == name and owed(timer)
        )
        return next(of_name, None)

    def missing_evidence(self, role: ActingRole) -> tuple[str, ...]:
        """Return what a party was asked to show and has not shown."""
        shown = {each.item.shows for each in self.evidence if each.by == role}
        asked = (show for ask in self.asked if ask.of == role for show in ask.shows)
        return tuple(dict.fromkeys(each for each in asked if each not in shown))


def owed(timer: Timer) -> bool:
    """Whether somebody still owes the step of a clock."""
    return timer.standing in {"running", "paused"}


def in_all(items: Iterable[ClaimItem], freight: Money | None) -> Money | None:
    """Return items and freight together; None for neither. All are of one currency."""
    amounts = [item.amount for item in items]
    if freight is not None:
        amounts.append(freight)
    if not amounts:
        return None
    return sum(amounts[1:], start=amounts[0])
