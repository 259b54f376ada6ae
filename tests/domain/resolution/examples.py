"""Anna's handbag stalls on its way, and the service sees it first."""

from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from typing import Any

from domain.kernel import PolicyRef
from domain.money import Money
from domain.party import SYSTEM, By
from domain.plan import Action, Block, Plan, PlanStep, plan_hash
from domain.policy.book import Rulebook
from domain.policy.rows import ApprovalRow
from domain.policy.service_rows import OfferRow, PlanRow, StepRow
from domain.resolution import (
    RESOLUTION,
    AcceptPlan,
    ApprovePlan,
    AttachShortfall,
    HealShortfall,
    OfferPlans,
    OpenResolution,
    ProposePlans,
    RecordStepResult,
    ResolutionCommand,
    ResolutionEvent,
    StartStep,
    TriageResolution,
)
from domain.shortfall import SeverityOf, Shortfall, Weighed
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)

ANNA = By(role="consumer", name="anna")
SHOP = By(role="merchant", name="shop-1")
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")
CASHIER = By(role="finance_approver", name="cashier")


def row(kind: Any, its_name: str, /, **says: Any) -> Any:
    """Return a row of the shop's, in force for long."""
    return kind(
        id=f"shop.{its_name}",
        version=1,
        title=its_name,
        binding="adjudication_time",
        in_force_from=LONG_AGO,
        source="[Δ]",
        **says,
    )


def limit(step: str, role: str, up_to_fen: int | None = None) -> ApprovalRow:
    """Return up to how much a role approves a step."""
    name = f"approve.{step}-{role.replace('_', '-')}"
    limited: ApprovalRow = row(
        ApprovalRow, name, step=step, role=role, up_to_fen=up_to_fen
    )
    return limited


OFFER: OfferRow = row(OfferRow, "offer", attempts_max=3, proposals_max=2)
URGING: PlanRow = row(
    PlanRow,
    "urge",
    name="urge",
    codes=("TRANSIT_STALLED",),
    needs_consent=False,
    steps=(StepRow(action="urge_carrier"),),
)
LIMITS = (
    limit("resolution", "system", 5_000),
    limit("resolution", "senior_agent", 20_000),
    limit("resolution", "finance_approver"),
    limit("refund", "system", 30_000),
    limit("refund", "senior_agent", 80_000),
    limit("refund", "finance_approver"),
)
BOOK = Rulebook(
    ref="shop@1", profile="shop", fallback=True, rows=(OFFER, URGING, *LIMITS)
)
given = partial(Given, RESOLUTION, BOOK)


STALLED = Shortfall(
    code="TRANSIT_STALLED",
    line=1,
    window="w1",
    since=MONDAY - DAY,
    rule="shop.stalled@1",
    breach="TRANSIT_STALLED",
)
LATE = Shortfall(
    code="SHIP_OVERDUE", line=1, window="w1", since=MONDAY, rule="shop.late@1"
)
GRAVE = SeverityOf(
    severity="high",
    points=12,
    inputs=(Weighed(input="value", value=60_000, points=4),),
    policy="shop.severity@1",
)
BLOCK = Block(reason="refund_abuse", until=MONDAY + 30 * DAY, flag="flag-7")


def step(
    action: Action, fen: int | None = None, part: Any = "service", **more: Any
) -> PlanStep:
    """Return a step that answers the stall."""
    amount = None if fen is None else Money(fen, "CNY")
    return PlanStep(
        action=action, part=part, amount=amount, shortfall=STALLED.name, **more
    )


def owed(fen: int = 1_000) -> PlanStep:
    """Return what the rules owe for the stall."""
    return step("coupon_compensation", fen, "entitlement", bearer="merchant")


def coupon(fen: int) -> PlanStep:
    """Return a coupon nobody owes."""
    return step("coupon_compensation", fen, "goodwill")


def plan(name: str, *steps: PlanStep, policy: PolicyRef | None = None) -> Plan:
    """Return a plan of these steps."""
    return Plan(name=name, steps=steps, policy=policy)


MINIMUM = plan("minimum", owed())
NOTHING_OWED = plan("minimum")
SMALL = plan("coupon", coupon(2_000))
LARGE = plan("large", coupon(15_000))
RESHIP = plan(
    "reship",
    step("intercept"),
    step("refund_freight", 800),
    step("reship_other_carrier"),
    coupon(1_000),
    step("notify_only"),
)
RESTS_ON = "order@7"

OPEN = OpenResolution(
    by=SYSTEM,
    order="order-1",
    consumer="anna",
    merchant="shop-1",
    ordered_at=MONDAY - 3 * DAY,
    shortfall=STALLED,
)
TRIAGE = TriageResolution(by=SYSTEM, severity=GRAVE)
ATTACH = AttachShortfall(by=SYSTEM, shortfall=LATE)
HEAL = HealShortfall(by=SYSTEM, shortfall=STALLED.name, cleared_by="scan")


def propose(
    *plans: Plan, minimum: Plan = NOTHING_OWED, by: By = SYSTEM, **more: Any
) -> ProposePlans:
    """Propose plans over what is owed."""
    rests_on = more.pop("rests_on", RESTS_ON)
    return ProposePlans(by=by, minimum=minimum, plans=plans, rests_on=rests_on, **more)


def approve(of: Plan, by: By = WEI, rests_on: str = RESTS_ON) -> ApprovePlan:
    """Approve a plan as previewed."""
    return ApprovePlan(by=by, plan=of.name, hash=plan_hash(of, rests_on))


def offer(of: Plan, *plans: str, rests_on: str = RESTS_ON) -> OfferPlans:
    """Offer what was approved."""
    return OfferPlans(
        by=SYSTEM, hash=plan_hash(of, rests_on), plans=plans, reason="parcel_stalled"
    )


def accept(of: Plan) -> AcceptPlan:
    """Take a plan, as Anna."""
    return AcceptPlan(by=ANNA, plan=of.name)


def start(key: str, by: By = SYSTEM) -> StartStep:
    """Begin a step."""
    return StartStep(by=by, step=key)


def done(key: str, attempt: int = 1, **more: Any) -> RecordStepResult:
    """Say that a step is done."""
    return RecordStepResult(
        by=SYSTEM, step=key, attempt=attempt, succeeded=True, **more
    )


def failed(
    key: str, attempt: int = 1, *, final: bool = False, reason: str | None = "gateway"
) -> RecordStepResult:
    """Say that a step could not be done."""
    return RecordStepResult(
        by=SYSTEM,
        step=key,
        attempt=attempt,
        succeeded=False,
        reason=reason,
        final=final,
    )


def does(*keys: str) -> tuple[ResolutionCommand, ...]:
    """Begin these steps one after the other, each with success."""
    return tuple(each for key in keys for each in (start(key), done(key)))


class Story:
    """A resolution that is asked one thing after the other, none refused."""

    def __init__(self, *commands: ResolutionCommand, book: Rulebook = BOOK) -> None:
        self.at, self.book = MONDAY, book
        self.events: tuple[ResolutionEvent, ...] = ()
        self.last: tuple[ResolutionEvent, ...] = ()
        self.then(*commands)

    @property
    def now(self) -> Any:
        """How it stands; untyped, as it stands otherwise after each ask."""
        return reduce(RESOLUTION.evolve, self.events, RESOLUTION.initial)

    def then(self, *commands: ResolutionCommand) -> "Story":
        for command in commands:
            said = RESOLUTION.decide(self.now, command, self.book, self.at)
            self.last = tuple(said)
            self.events += self.last
        return self

    def wait(self, span: timedelta) -> "Story":
        self.at += span
        return self

    def given(self) -> Given[Any, Any, Any, Any]:
        return Given(RESOLUTION, self.book, *self.events)

    def refuses(self, command: ResolutionCommand, why: Any) -> None:
        self.given().when(command, at=self.at).refused(why)

    def says_nothing(self, *commands: ResolutionCommand) -> None:
        for command in commands:
            self.given().when(command, at=self.at).then()

    def tags(self) -> list[str]:
        """Return what was said last, by tag."""
        return [str(type(each).__struct_config__.tag) for each in self.last]
