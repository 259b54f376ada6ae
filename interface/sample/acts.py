"""What people do in the story of the sample: agents, an approver, consumers."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from application.audit.state import fold
from application.event_store.envelope import CommandContext
from application.incidents.incidents import Estimate, Freeze
from application.orders import context_for
from domain.after_sales import OrderRefund
from domain.incident import (
    ApproveBudget,
    DeclareIncident,
    DraftPlan,
    ExpandRollout,
    Impact,
    PublishNotice,
    Segment,
    Selector,
    StartPilot,
)
from domain.party import By
from domain.resolution import (
    AcceptPlan,
    ApprovePlan,
    DeclinePlans,
    Resolution,
)
from interface.bootstrap import Redress
from interface.sample.feeds import Feeds
from interface.sample.urumqi import CARRIER, HUB, SOURCE, Fated

AGENT: Final = By(role="senior_agent", name="lin")
APPROVER: Final = By(role="finance_approver", name="wei")
INCIDENT: Final = "URC-1"
PILOT: Final = 10
ORDERS_PER_MINUTE: Final = 600
# What it may cost per order; the whole is what it was estimated at, and a tenth more.
PER_ORDER_MAX_FEN: Final = 60_000
ROOM_PERCENT: Final = 110
# The outage began so long before the story is complete.
STALLED_BEFORE: Final = timedelta(days=5)
# An order has at most so many resolutions in the story.
RESOLUTIONS_MAX: Final = 3

SELECTOR: Final = Selector(carriers=(CARRIER,), outlets=(HUB,), stalled_hours=48)
# The longer it has stood still, the less sense there is in waiting.
SEGMENTS: Final = (
    Segment(name="long", plan="reship", stalled_over_hours=95),
    Segment(name="middle", plan="refund-stalled", stalled_over_hours=75),
    Segment(name="short", plan="wait"),
)

# Of ten consumers, by their number: who declines, and who says nothing; the rest take
# what is offered.
DECLINES, SILENT = frozenset({3}), frozenset({7, 8})
# Whose refund the bank will not take back the way it was paid; they do accept.
UNLUCKY: Final = "west-046"
NOTICE_ZH: Final = (
    "乌鲁木齐转运中心暂停运转。受影响的订单我们已主动联系您。您无需申请。"
)
NOTICE_EN: Final = (
    "The hub in Urumqi stands still. We have written to everybody it concerns; "
    "nobody needs to ask."
)
# Whose coupon is given, and no answer comes: it must not be given again.
UNHEARD: Final = "west-001"
# What consumers rather take than what is offered first: their money back.
RATHER: Final = "cancel"
# What the simulated gateways are told to get wrong.
FAULTS: Final = (
    f"declined@consumer:{UNLUCKY}&route:original,"
    f"timeout_after@consumer:{UNHEARD}&action:coupon_compensation,"
    "duplicate_callback=5"
)


class Answers(Struct, frozen=True, kw_only=True):
    """How many offers were answered how."""

    accepted: int
    declined: int
    silent: int


class Acts:
    """What people do about the orders of the story. ``now`` is when they do it."""

    def __init__(
        self, redress: Redress, feeds: Feeds, now: Callable[[], datetime]
    ) -> None:
        self._redress, self._feeds, self._now = redress, feeds, now

    # -- One order --

    def resolutions(self) -> Iterator[tuple[Fated, UUID, Resolution]]:
        """Yield the resolutions of the story's orders, as they stand, read at once."""
        ids = {
            self._redress.resolutions.id_of(self._feeds.id_of(fated), number): fated
            for fated in self._feeds.orders
            for number in range(1, RESOLUTIONS_MAX + 1)
        }
        histories = self._redress.store.load(list(ids)).histories
        for resolution_id, fated in ids.items():
            events = [each.event for each in histories[resolution_id]]
            if events:
                yield fated, resolution_id, fold("resolution", events)

    def approve(self) -> int:
        """Approve the first plan of each that waits for somebody, as previewed."""
        approved = 0
        for _, resolution_id, state in list(self.resolutions()):
            if state.status != "approval_pending" or state.proposal is None:
                continue
            names = [each.plan.name for each in state.proposal.plans]
            name = next((name for name in names if name in state.asks), None)
            if name is None:
                continue
            command = ApprovePlan(by=APPROVER, plan=name, hash=state.asks[name].hash)
            context = self._context(resolution_id, command, APPROVER)
            self._redress.resolutions.approve(resolution_id, command, context)
            approved += 1
        return approved

    # -- An incident --

    def declare(self, begins: datetime) -> int:
        """Declare what it looks like, and freeze who is affected; return how many."""
        incidents = self._redress.incidents
        command = DeclareIncident(
            by=AGENT,
            number=INCIDENT,
            kind="carrier_outlet",
            reason="outlet_stands_still",
            source=SOURCE,
            selector=SELECTOR,
            begins=begins,
            ends=self._now() + timedelta(days=3),
        )
        incidents.take(INCIDENT, command, self._of_incident(command, AGENT))
        freeze = Freeze(by=AGENT)
        incidents.freeze(INCIDENT, freeze, self._of_incident(freeze, AGENT))
        state, _ = incidents.find(INCIDENT)
        return state.tally.members

    def estimate(self) -> Impact:
        """Say which plan each segment is offered, and work out what that costs."""
        incidents = self._redress.incidents
        draft = DraftPlan(by=AGENT, segments=SEGMENTS)
        incidents.take(INCIDENT, draft, self._of_incident(draft, AGENT))
        asked = Estimate()
        return incidents.estimate(
            INCIDENT, asked, self._of_incident(asked, AGENT)
        ).impact

    def grant(self) -> int:
        """Grant the budget, as another person than who planned it; return the fen."""
        incidents = self._redress.incidents
        state, _ = incidents.find(INCIDENT)
        assert state.estimate is not None, "it was estimated before"
        total = state.estimate.impact.total_fen * ROOM_PERCENT // 100
        command = ApproveBudget(
            by=APPROVER,
            total_max_fen=total,
            per_order_max_fen=PER_ORDER_MAX_FEN,
            rests_on=state.estimate.rests_on,
        )
        incidents.take(INCIDENT, command, self._of_incident(command, APPROVER))
        return total

    def pilot(self) -> None:
        """Try it on a few first, and tell everybody."""
        start = StartPilot(by=AGENT, orders=PILOT)
        notice = PublishNotice(
            by=AGENT,
            words_zh=NOTICE_ZH,
            words_en=NOTICE_EN,
        )
        for command in (start, notice):
            context = self._of_incident(command, AGENT)
            self._redress.incidents.take(INCIDENT, command, context)

    def roll_out(self) -> None:
        """Go on with all the others."""
        command = ExpandRollout(by=AGENT, orders_per_minute=ORDERS_PER_MINUTE)
        context = self._of_incident(command, AGENT)
        self._redress.incidents.take(INCIDENT, command, context)

    # -- Consumers --

    def answer(self) -> Answers:
        """Have consumers answer what they were offered, or say nothing."""
        accepted = declined = silent = 0
        for fated, resolution_id, state in list(self.resolutions()):
            if state.status != "offered":
                continue
            consumer = fated.sale.order.consumer
            by = By(role="consumer", name=consumer)
            last = int(consumer[-1])
            if last in SILENT and consumer != UNLUCKY:
                silent += 1
                continue
            command: AcceptPlan | DeclinePlans
            if last in DECLINES and consumer != UNLUCKY:
                command = DeclinePlans(by=by, reason="rather_wait")
                declined += 1
            else:
                command = AcceptPlan(by=by, plan=chosen(state))
                accepted += 1
            context = self._context(resolution_id, command, by)
            self._redress.resolutions.take(resolution_id, command, context)
        return Answers(accepted=accepted, declined=declined, silent=silent)

    def stopped(self) -> set[UUID]:
        """Return the orders whose parcels the carrier was asked to stop."""
        return {
            self._feeds.id_of(fated)
            for fated, _, state in self.resolutions()
            for step in state.steps()
            if step.does.action == "intercept" and step.standing == "succeeded"
        }

    # -- What went wrong --

    def stuck_steps(self) -> Sequence[tuple[UUID, str, str]]:
        """Return the steps that need a person: of which resolution, why."""
        return [
            (resolution_id, step.key, step.reason or "")
            for _, resolution_id, state in self.resolutions()
            for step in state.steps()
            if step.standing == "needs_human"
        ]

    def failed_refunds(self) -> Sequence[UUID]:
        """Return the cases whose refund did not get through the way it was paid."""
        matters = [
            UUID(step.matter)
            for _, _, state in self.resolutions()
            for step in state.steps()
            if step.standing in {"failed", "needs_human"} and step.matter is not None
        ]
        cases = self._redress.after_sales
        return [each for each in matters if cases.find(each)[0].live_refund is None]

    def by_another_way(self) -> int:
        """Order refunds anew that the bank did not take, as an advance of ours."""
        failed = self.failed_refunds()
        for case_id in failed:
            command = OrderRefund(
                by=AGENT,
                refund=str(uuid5(case_id, "another way")),
                route="platform_advance",
            )
            context = self._context(case_id, command, AGENT)
            self._redress.after_sales.take(case_id, command, context)
        return len(failed)

    # -- In whose name --

    def _context(self, stream_id: UUID, command: Struct, by: By) -> CommandContext:
        now = self._now()
        cause = uuid5(stream_id, f"story/{type(command).__name__}/{now.isoformat()}")
        return context_for(cause, command, actor=f"{by.role}:{by.name}", asked_at=now)

    def _of_incident(self, command: Struct, by: By) -> CommandContext:
        return self._context(self._redress.incidents.id_of(INCIDENT), command, by)


def chosen(state: Resolution) -> str:
    """Return the plan a consumer takes of those that are offered."""
    return RATHER if RATHER in state.offered else state.offered[0]
