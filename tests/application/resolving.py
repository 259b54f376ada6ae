"""Anna's order that fell short, and all that makes it good, on a store in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any
from uuid import UUID, uuid4

from msgspec.structs import replace

from application.after_sales import AfterSales
from application.compensation import Compensations, PaidOrder
from application.compensation_facts import Said, facts_of, paid_order
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.orders import Orders
from application.resolutions.flags import Persons, each_alone
from application.resolutions.resolutions import Resolutions
from application.resolutions.said import Detecting
from application.responsibility import Responsibilities
from domain.after_sales import CASE, Case, OrderRefund, RecordRefundResult
from domain.compensation import (
    COMPENSATION,
    DayOfCompensation,
    ReserveCompensation,
)
from domain.money import Money
from domain.order import (
    ORDER,
    CapturePayment,
    Order,
    OrderLine,
    PlaceOrder,
    RecordScan,
    ShipParcel,
    Tender,
)
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.policy.rows import (
    AnyRow,
    ApprovalRow,
    CapRow,
    EntitlementRow,
    Formula,
    TimerRow,
)
from domain.policy.service_rows import OfferRow, PlanRow, StepRow
from domain.resolution import (
    RESOLUTION,
    RecordStepResult,
    Resolution,
    StartStep,
)
from domain.shortfall import Shortfall
from tests.application.books import OneBook
from tests.memory_store import MemoryEventStore

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
JANUARY = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANNA = By(role="consumer", name="anna")
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")

BASE: dict[str, Any] = {
    "version": 1,
    "title": "of the tests",
    "binding": "adjudication_time",
    "in_force_from": JANUARY,
    "source": "[Δ]",
}
LATE = EntitlementRow(
    id="shop.late",
    trigger="SHIP_OVERDUE",
    formula=Formula(base="paid", rate_bp=500),
    payout="coupon",
    **BASE,
)
GOODWILL = CapRow(
    id="shop.goodwill",
    scope="order",
    rate_bp=3_000,
    base="paid",
    amount_fen=20_000,
    goodwill=True,
    **BASE,
)
OWED = PlanRow(
    id="shop.owed",
    name="owed",
    codes=("SHIP_OVERDUE",),
    minimum=True,
    steps=(StepRow(action="coupon_compensation", part="entitlement"),),
    **BASE,
)
REFUND = PlanRow(
    id="shop.refund",
    name="refund",
    codes=("SHIP_OVERDUE", "TRANSIT_STALLED"),
    rank=1,
    steps=(
        StepRow(action="refund_full", part="entitlement", bearer="merchant"),
        StepRow(action="coupon_compensation", part="goodwill", fixed_fen=4_000),
        StepRow(action="claim_recourse", bearer="merchant"),
    ),
    **BASE,
)
RESEND = PlanRow(
    id="shop.resend",
    name="resend",
    codes=("SHIP_OVERDUE", "TRANSIT_STALLED"),
    rank=2,
    steps=(
        StepRow(action="urge_carrier"),
        StepRow(action="resend", part="entitlement", bearer="merchant"),
    ),
    **BASE,
)
GENEROUS = PlanRow(
    id="shop.generous",
    name="generous",
    codes=("PRICE_DROP",),
    steps=(StepRow(action="cash_compensation", part="goodwill", fixed_fen=15_000),),
    **BASE,
)


def limit(step: str, role: Any, up_to_fen: int | None) -> ApprovalRow:
    return ApprovalRow(
        id=f"shop.{step}-{role.replace('_', '-')}",
        step=step,
        role=role,
        up_to_fen=up_to_fen,
        **BASE,
    )


LIMITS = (
    limit("refund", "system", 800_000),
    limit("refund", "senior_agent", None),
    limit("goodwill", "system", 5_000),
    limit("goodwill", "senior_agent", 20_000),
    limit("resolution", "system", 5_000),
    limit("resolution", "senior_agent", 20_000),
)
OFFER = OfferRow(id="shop.offer", **BASE)
ANSWER = TimerRow(
    id="shop.recourse",
    step="recourse.acknowledge",
    owes="merchant",
    hours=72,
    on_breach="human",
    **BASE,
)
ROWS: tuple[AnyRow, ...] = (
    LATE,
    GOODWILL,
    OWED,
    REFUND,
    RESEND,
    GENEROUS,
    OFFER,
    ANSWER,
    *LIMITS,
)
BOOK = Rulebook(ref="shop@1", profile="shop", fallback=True, rows=ROWS)


def shortfall(code: Any = "SHIP_OVERDUE", **fields: Any) -> Shortfall:
    """Return a shortfall of the whole order, found on Monday."""
    breach = "SHIP_OVERDUE" if code == "SHIP_OVERDUE" else None
    found = Shortfall(
        code=code,
        window="once",
        since=MONDAY,
        due=MONDAY,
        rule="shop.detector@1",
        breach=breach,
    )
    return replace(found, **fields)


class Anna:
    """One order of ¥500 of Anna's at shop-1, and what is asked about it."""

    def __init__(
        self,
        rows: Sequence[AnyRow] = ROWS,
        store: Any = None,
        number: str = "A-1",
        persons: Persons = each_alone,
    ) -> None:
        self.at = MONDAY
        self.store = store or MemoryEventStore(clock=lambda: self.at)
        handler = CommandHandler(self.store)
        self.books = books = OneBook(replace(BOOK, rows=tuple(rows)))
        self.orders = Orders(self.store, handler, books)
        self.accounts = Responsibilities(self.store, handler, books)
        self.cases = AfterSales(self.store, handler, self.orders, self.accounts, books)
        self.money = Compensations(self.store, handler, books)
        self.resolutions = Resolutions(
            self.store,
            handler,
            self.orders,
            self.cases,
            self.money,
            self.accounts,
            books,
            persons,
        )
        self.order_id = self.orders.id_of("anna", "shop", number)
        self.resolution_id = self.resolutions.id_of(self.order_id, 1)
        self.told(
            PlaceOrder(
                consumer="anna",
                source="shop",
                number=number,
                lines=(
                    OrderLine(line=1, product="jacket", price=Money(49_000, "CNY")),
                    OrderLine(line=2, product="straps", price=Money(1_000, "CNY")),
                ),
                merchant="shop-1",
                offers=(),
            ),
            CapturePayment(
                payment="P-1",
                tenders=(Tender(tender="wechat", amount=Money(50_000, "CNY")),),
            ),
        )

    def context(self, command: Any, cause: UUID | None = None) -> CommandContext:
        cause = cause or uuid4()
        return CommandContext(
            actor="test",
            asked_at=self.at,
            command_id=cause,
            correlation_id=cause,
            name=type(command).__name__,
        )

    def told(self, *commands: Any) -> None:
        for command in commands:
            context = replace(self.context(command), occurred_at=self.at)
            self.orders.handle_one(self.order_id, command, context)

    def ships(self) -> None:
        """Let the parcel go, and stop in Urumqi."""
        self.told(
            ShipParcel(parcel="SF1", carrier="zto", waybill="SF1"),
            RecordScan(parcel="SF1", scan="s1", code="picked_up"),
        )

    def falls_short(self, found: Shortfall | None = None, **said: Any) -> Receipt:
        detecting = Detecting(by=SYSTEM, shortfall=found or shortfall(), **said)
        return self.resolutions.detect(
            self.order_id, detecting, self.context(detecting)
        )

    def asks(self, command: Any) -> Receipt:
        return self.resolutions.take(self.resolution_id, command, self.context(command))

    def starts(self) -> tuple[str, ...]:
        """Begin whatever can be begun; return the steps."""
        keys, _ = self.resolutions.to_do(self.resolution_id)
        for key in keys:
            command = StartStep(by=SYSTEM, step=key)
            self.resolutions.start(self.resolution_id, command, self.context(command))
        return keys

    def comes_back(self, key: str, *, succeeded: bool, **said: Any) -> Receipt:
        """Let a gateway say what came of a step."""
        step = self.resolution.step(key)
        assert step is not None
        command = RecordStepResult(
            by=SYSTEM, step=key, attempt=step.attempts, succeeded=succeeded, **said
        )
        return self.resolutions.conclude(
            self.resolution_id, command, self.context(command)
        )

    def refund_comes_back(self, case_id: UUID, *, succeeded: bool) -> None:
        """Let the refund of a case be ordered, and the gateway answer."""
        if self.case(case_id).refund_status == "due":
            order = OrderRefund(by=SYSTEM, refund=f"F-{uuid4().hex[:8]}")
            self.cases.take(case_id, order, self.context(order))
        live = self.case(case_id).live_refund
        assert live is not None
        result = RecordRefundResult(
            refund=live.name,
            succeeded=succeeded,
            failure=None if succeeded else "account_closed",
        )
        context = replace(self.context(result), occurred_at=self.at)
        self.cases.take(case_id, result, context)

    def refund_fails_for_good(self, key: str) -> UUID:
        """Let a begun refund fail until people have to decide; return its case."""
        while (step := self.resolution.step(key)) and step.standing != "needs_human":
            if step.standing == "started":
                self.refund_comes_back(UUID(step.matter or ""), succeeded=False)
            self.at += DAY
            self.starts()
        assert step is not None
        return UUID(step.matter or "")

    def owed(self, name: str) -> ReserveCompensation:
        """Return what asks the rules for what is owed for being late."""
        said = Said(breaches=("SHIP_OVERDUE",))
        return self.money.reservation(
            self.paid,
            by=LIN,
            reservation=name,
            matter=name,
            facts=facts_of(self.order, said, self.at),
        )

    def failed(self, key: str) -> bool:
        """Whether a step could not be done."""
        step = self.resolution.step(key)
        return step is not None and step.standing in {"failed", "needs_human"}

    def folded(self, stream_id: UUID, decider: Any) -> Any:
        events = (each.event for each in self.store.stream(stream_id))
        return reduce(decider.evolve, events, decider.initial)

    @property
    def resolution(self) -> Resolution:
        found: Resolution = self.folded(self.resolution_id, RESOLUTION)
        return found

    @property
    def status(self) -> str | None:
        """How the resolution stands."""
        return self.resolution.status

    @property
    def paid(self) -> PaidOrder:
        """The order as its ledger knows it."""
        return paid_order(self.order_id, self.order)

    @property
    def order(self) -> Order:
        found: Order = self.folded(self.order_id, ORDER)
        return found

    def case(self, case_id: UUID) -> Case:
        found: Case = self.folded(case_id, CASE)
        return found

    @property
    def day(self) -> DayOfCompensation:
        """The ledger of what Anna had of shop-1 that day."""
        day_id = self.money.id_of(self.paid)
        found: DayOfCompensation = self.folded(day_id, COMPENSATION)
        return found
