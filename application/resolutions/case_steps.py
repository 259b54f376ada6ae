"""Steps that go through an after-sales case: money back, and goods sent again.

The order's own claim guards them: no more goes back than was paid.
"""

from collections.abc import Mapping
from functools import reduce
from typing import Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from application.after_sales import AfterSales
from application.event_store.envelope import Part
from application.orders import Orders
from application.resolutions.doing import DONE, Begun, Doing, allowed
from domain.after_sales import (
    CASE,
    Case,
    CaseCommand,
    CaseType,
    OpenCase,
    OrderRefund,
    RecordRefundResult,
    WithdrawCase,
)
from domain.kernel import Refused
from domain.money import Money
from domain.order import ClaimItem, ClaimItems, OpenClaim, Order
from domain.order.goods import shipped_quantity
from domain.order.shares import default_items
from domain.party import SYSTEM
from domain.plan import Action
from domain.shortfall import ShortfallCode

# Which of Doudian's reasons (domain rules, section 3.2) a shortfall is; else "other".
REASON_OTHER: Final = 15
REASONS: Final[Mapping[ShortfallCode, int]] = {
    "SHIP_OVERDUE": 2,
    "DELIVERY_OVERDUE": 2,
    "DELIVERED_NOT_RECEIVED": 3,
    "PARCEL_LOST": 3,
    "TRANSIT_STALLED": 3,
    "PICKUP_OVERDUE": 4,
    "DISPATCH_OVERDUE": 4,
    "TRACK_ABNORMAL": 4,
    "FRAUD_SHIP": 5,
    "LIVE_PROMISE_MISMATCH": 9,
    "OUT_OF_STOCK": 14,
}
# Goods that are sent once more, through a case of their own.
SENT: Final[frozenset[Action]] = frozenset(
    {"resend", "exchange", "reship_other_carrier"}
)
# Money that goes back, through a case of its own.
GOES_BACK: Final[frozenset[Action]] = frozenset(
    {
        "refund_full",
        "refund_partial",
        "refund_freight",
        "price_diff",
        "platform_advance",
    }
)


class CaseSteps:
    """Knows the cases of steps, each with its claim on the order."""

    def __init__(self, orders: Orders, cases: AfterSales) -> None:
        self._orders = orders
        self._cases = cases

    def refund(self, doing: Doing) -> Begun:
        """Open a case that the service agrees to; tried again, order it once more."""
        if doing.matter is not None:
            return self._refund_again(doing, UUID(doing.matter))
        kind, items, freight = refunded(doing)
        begun = self._case(doing, kind, items, freight)
        if doing.step.action != "platform_advance":
            return begun
        assert begun.matter is not None, "a case was just opened"
        return Begun(
            (*begun.parts, self._advance(doing, UUID(begun.matter))), begun.matter
        )

    def _refund_again(self, doing: Doing, case_id: UUID) -> Begun:
        """Order a failed refund once more, the way it was paid."""
        case: Case = doing.sight.of(case_id, CASE)
        if case.refund_status == "succeeded":
            return Begun(matter=str(case_id), result=DONE)
        known = doing.state.step(doing.key)
        attempt = known.attempts if known else 0
        order = OrderRefund(by=SYSTEM, refund=str(uuid5(case_id, f"attempt/{attempt}")))
        return Begun(self._of_case(doing, case_id, order), str(case_id))

    def _of_case(
        self, doing: Doing, case_id: UUID, command: CaseCommand
    ) -> tuple[Part, ...]:
        """Return a command to a step's case, with what follows elsewhere."""
        context = replace(doing.context, expected_version=None)
        return self._cases.prepared(case_id, command, context, doing.sight).parts

    def _advance(self, doing: Doing, case_id: UUID) -> Part:
        order = OrderRefund(
            by=SYSTEM, refund=str(uuid5(case_id, "advance")), route="platform_advance"
        )
        return self._cases.part(case_id, order, doing.order.source)

    def goods(self, doing: Doing) -> Begun:
        """Open a case for goods to be sent again; a gateway is told of it as well."""
        if doing.matter is not None:
            return Begun(matter=doing.matter)
        kind: CaseType = "exchange" if doing.step.action == "exchange" else "resend"
        nothing = Money(0, doing.order.priced_in or "CNY")
        wanted = quantities(doing)
        items = tuple(
            ClaimItem(line=line, quantity=quantity, amount=nothing)
            for line, quantity in wanted.items()
        )
        return self._case(doing, kind, items, None)

    def _case(
        self, doing: Doing, kind: CaseType, items: ClaimItems, freight: Money | None
    ) -> Begun:
        """Open the case of a step, with its claim on the order."""
        opened = doing.state.opened
        assert opened is not None, "only what was opened is carried out"
        case_id = self._cases.id_of(doing.order_id, f"R{opened.number}:{doing.key}")
        command = OpenCase(
            by=SYSTEM,
            order=str(doing.order_id),
            consumer=opened.consumer,
            merchant=doing.merchant,
            ordered_at=opened.ordered_at,
            type=kind,
            items=items,
            freight=freight,
            reason=REASONS.get(opened.shortfall.code, REASON_OTHER),
            resolution=doing.name,
            plan=doing.step.policy or row_of(doing),
        )
        claim = OpenClaim(claim=str(case_id), kind=kind, items=items, freight=freight)
        parts = (
            self._cases.part(case_id, command, doing.order.source),
            self._orders.part(doing.order_id, claim),
        )
        return Begun(parts, str(case_id))

    def undone(self, doing: Doing) -> tuple[Part, ...]:
        """Return what undoing a step means elsewhere: its case is let go.

        What only a gateway did cannot be taken back; it cost nobody anything.
        """
        if doing.step.action not in SENT:
            return ()
        return self._withdrawn(doing)

    def let_go(self, doing: Doing) -> tuple[Part, ...]:
        """Return what ends the case of a step that was left out, and frees its claim.

        A case whose refund is on its way, or that is disputed by now, goes on.
        """
        if doing.step.action not in SENT | GOES_BACK:
            return ()
        try:
            parts = self._withdrawn(doing)
            allowed(parts, doing)
        except Refused:
            return ()
        return parts

    def paid_outside(self, doing: Doing) -> tuple[Part, ...]:
        """Return what notes on a refund's case that people paid it by hand.

        So the order has given it back, and it is not ordered once more. A case that
        cannot take note of it, such as while a refund is on its way, stays as it is.
        """
        if doing.step.action not in GOES_BACK or doing.matter is None:
            return ()
        try:
            return self._paid_outside(doing, UUID(doing.matter))
        except Refused:
            return ()

    def _paid_outside(self, doing: Doing, case_id: UUID) -> tuple[Part, ...]:
        """Return an offline refund ordered and done. Raises what the case refuses."""
        case: Case = doing.sight.of(case_id, CASE)
        if case.to_pay is None:
            return ()
        name = str(uuid5(case_id, f"by hand/{len(case.refunds)}"))
        order = OrderRefund(by=SYSTEM, refund=name, route="offline")
        first = self._cases.part(case_id, order, doing.order.source)
        ordered = CASE.decide(case, order, first.policy, doing.at)
        ahead = doing.sight.ahead(case_id, CASE, reduce(CASE.evolve, ordered, case))
        done = RecordRefundResult(refund=name, succeeded=True)
        context = replace(doing.context, expected_version=None)
        parts = self._cases.prepared(case_id, done, context, ahead).parts
        # The resolution has it from whoever settled the step.
        others = (each for each in parts if each.stream_id != doing.resolution_id)
        return (first, *others)

    def _withdrawn(self, doing: Doing) -> tuple[Part, ...]:
        """Return the end of a step's case, unless it has ended or never began."""
        if doing.matter is None:
            return ()
        case_id = UUID(doing.matter)
        case: Case = doing.sight.of(case_id, CASE)
        if case.final:
            return ()
        return self._of_case(doing, case_id, WithdrawCase(by=SYSTEM))


def refunded(doing: Doing) -> tuple[CaseType, ClaimItems, Money | None]:
    """Return the kind of case a refund is, and what of the order goes back.

    Exactly what was previewed: the amount of the step, over the lines it names.
    """
    step, order = doing.step, doing.order
    assert step.amount is not None, "a refund says how much"
    if step.action == "refund_freight":
        return "freight_compensation", (), step.amount
    wanted = quantities(doing)
    if step.action in {"refund_full", "platform_advance"}:
        items = default_items(order, wanted)
        if sum(item.amount.minor for item in items) > step.amount.minor:
            # More came free since: only what was previewed goes back.
            items = spread(order, wanted, step.amount)
        rest = step.amount.minor - sum(item.amount.minor for item in items)
        freight = Money(rest, step.amount.currency) if rest > 0 else None
        return whole_kind(order, wanted), items, freight
    kind: CaseType = (
        "price_protection" if step.action == "price_diff" else "partial_refund"
    )
    return kind, spread(order, wanted, step.amount), None


def whole_kind(order: Order, wanted: Mapping[int, int]) -> CaseType:
    """Return which kind gives all of it back, by what was sent of the lines."""
    lines = [line for line in order.lines if line.line in wanted]
    sent = [shipped_quantity(order, line) > 0 for line in lines]
    if not any(sent):
        return "refund_unshipped"
    return "refund_shipped" if all(sent) else "partial_refund"


def spread(order: Order, wanted: Mapping[int, int], amount: Money) -> ClaimItems:
    """Return an amount over lines, each up to what it still has, in order."""
    left, items = amount.minor, []
    for item in default_items(order, wanted):
        part = min(left, item.amount.minor)
        left -= part
        if part:
            items.append(
                ClaimItem(
                    line=item.line,
                    quantity=item.quantity,
                    amount=Money(part, amount.currency),
                )
            )
    return tuple(items)


def quantities(doing: Doing) -> dict[int, int]:
    """Return how much of each line a step is about."""
    lines = doing.step.lines or tuple(line.line for line in doing.order.lines)
    return {
        line.line: line.quantity for line in doing.order.lines if line.line in lines
    }


def row_of(doing: Doing) -> str | None:
    """Return the row whose plan a step is part of."""
    proposal = doing.state.proposal
    plan = proposal.plan(doing.key.split("/")[1]) if proposal else None
    return plan.plan.policy if plan else None
