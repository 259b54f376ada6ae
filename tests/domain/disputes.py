"""The dispute the examples speak of: Anna's handbag, sold as genuine in a live room."""

from datetime import UTC, datetime, timedelta
from functools import partial

from domain.dispute import (
    DISPUTE,
    AcceptLiability,
    AskForProof,
    AssignHandler,
    Award,
    CompleteEnforcement,
    ContestFault,
    DisputeCommand,
    DisputeEvent,
    DisputeOpened,
    EndRound,
    EnforceRuling,
    EscalateDispute,
    FileAppeal,
    Finding,
    IssueRuling,
    Liability,
    OpenDispute,
    Shown,
    SubmitProof,
)
from domain.money import Money
from domain.party import By
from domain.policy.book import Rulebook
from domain.policy.rows import (
    AnyRow,
    ApprovalRow,
    BurdenRow,
    BurdenStep,
    CapRow,
    OnBreach,
    Owes,
    TimerRow,
)
from domain.timer import TimerStarted
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + n * DAY for n in range(1, 5))
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)

ANNA = By(role="consumer", name="anna")
SHOP = By(role="merchant", name="shop-1")
HOST = By(role="creator", name="host-7")
LIN = By(role="agent", name="lin")  # handled Anna's case
WEI = By(role="senior_agent", name="wei")
JUDGE = By(role="arbiter", name="judge-ma")
OTHER_JUDGE = By(role="arbiter", name="judge-qi")
CASHIER = By(role="finance_approver", name="cashier")
MACHINE = By(role="system", name="redress")


def fen(minor: int) -> Money:
    return Money(minor, "CNY")


def timer(step: str, owes: Owes, hours: int, on_breach: OnBreach) -> TimerRow:
    """Return a clock of the example's rules; each may be put off twice by a day."""
    return TimerRow(
        id=f"shop.{step.replace('_', '-')}",
        version=1,
        title=step,
        binding="adjudication_time",
        in_force_from=JANUARY,
        source="[Δ]",
        step=step,
        owes=owes,
        hours=hours,
        on_breach=on_breach,
        extensions_max=2,
        extension_hours=24,
    )


NEGOTIATION = timer("dispute.negotiation", "merchant", 72, "escalate")
OFFER = timer("dispute.offer", "merchant", 48, "breach")
EVIDENCE = timer("dispute.evidence", "merchant", 24, "decide")
REVIEW = timer("dispute.review", "platform", 120, "human")
RULING = timer("dispute.ruling", "arbiter", 120, "human")
ENFORCEMENT = timer("dispute.enforcement", "merchant", 72, "enforce")
WINDOW = timer("dispute.appeal_window", "merchant", 168, "close")
CREATORS_WINDOW = timer("dispute.appeal_window_creator", "creator", 336, "close")
APPEAL_EVIDENCE = timer("dispute.appeal_evidence", "merchant", 72, "decide")
APPEAL_RULING = timer("dispute.appeal_ruling", "arbiter", 120, "human")
GENUINE = BurdenRow(
    id="shop.counterfeit",
    version=1,
    title="Whether it is genuine",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    issue="counterfeit",
    steps=(
        BurdenStep(
            proves="merchant",
            evidence=("purchase_proof", "inspection_report"),
            default="support_consumer",
            remedy="return_refund",
        ),
        BurdenStep(
            proves="consumer",
            evidence=("inspection_report",),
            default="support_merchant",
            remedy="none",
        ),
    ),
)
A_THIRD = CapRow(
    id="shop.partial-refund-cap",
    version=1,
    title="A partial refund is at most 30 % of what was paid",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    scope="order",
    rate_bp=3_000,
)
JUDGES_LIMIT = ApprovalRow(
    id="shop.approve-arbiter",
    version=1,
    title="What an arbiter may move",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    step="ruling",
    role="arbiter",
    up_to_fen=100_000,
)
CASHIERS_LIMIT = ApprovalRow(
    id="shop.approve-finance",
    version=1,
    title="What finance may move",
    binding="adjudication_time",
    in_force_from=JANUARY,
    source="[Δ]",
    step="ruling",
    role="finance_approver",
)
ROWS: tuple[AnyRow, ...] = (
    NEGOTIATION,
    OFFER,
    EVIDENCE,
    REVIEW,
    RULING,
    ENFORCEMENT,
    WINDOW,
    CREATORS_WINDOW,
    APPEAL_EVIDENCE,
    APPEAL_RULING,
    GENUINE,
    A_THIRD,
    JUDGES_LIMIT,
    CASHIERS_LIMIT,
)
BOOK = Rulebook(ref="shop@1", profile="shop", rows=ROWS)

PAID = fen(80_000)
open_ = OpenDispute(
    by=ANNA,
    order="order-1",
    case="case-1",
    consumer="anna",
    merchant="shop-1",
    creator="host-7",
    ordered_at=MONDAY - 10 * DAY,
    issue="counterfeit",
    claimed=PAID,
    paid=PAID,
    handlers=("lin",),
)
opened = DisputeOpened(
    at=MONDAY,
    by=ANNA,
    order="order-1",
    case="case-1",
    consumer="anna",
    merchant="shop-1",
    creator="host-7",
    ordered_at=MONDAY - 10 * DAY,
    issue="counterfeit",
    claimed=PAID,
    paid=PAID,
    handlers=("lin",),
)

INVOICE = Shown(evidence="file-invoice", shows="purchase_proof")
REPORT = Shown(evidence="file-report", shows="inspection_report", kind="pdf")
PHOTO = Shown(evidence="file-photo", shows="photo")

ask_shop = AskForProof(by=LIN, of=("merchant",), shows=("purchase_proof",))
ask_both = AskForProof(by=JUDGE, of=("merchant", "consumer"))
show_invoice = SubmitProof(by=SHOP, files=(INVOICE,))
show_report = SubmitProof(by=ANNA, files=(REPORT,))
assign_judge = AssignHandler(by=WEI, duty="arbiter", person="judge-ma")
assign_other = AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-qi")

FAKE = Finding(
    fact="goods_genuine", holds=False, shown_by=ANNA, evidence=("file-report",)
)
BY_SILENCE = Finding(fact="goods_genuine", holds=False, policy="shop.counterfeit@1")
REFUND = Award(kind="refund", amount=PAID, payer="merchant")
SHOP_BEARS_MOST = (
    Liability(party="merchant", name="shop-1", share_bp=7_000, basis="sold_fake"),
    Liability(party="creator", name="host-7", share_bp=3_000, basis="promised"),
)
rule = IssueRuling(
    by=JUDGE,
    result="support_consumer",
    findings=(BY_SILENCE,),
    liability=SHOP_BEARS_MOST,
    awards=(REFUND,),
    basis=("shop.counterfeit@1",),
)

given = partial(Given, DISPUTE, BOOK)


def review_begins(at: datetime) -> TimerStarted:
    """Return the clock by which the platform asks for evidence, or needs none."""
    return TimerStarted(
        at=at,
        timer="review",
        step="dispute.review",
        owes="platform",
        seconds=120 * 3600,
        due_at=at + 120 * HOUR,
        on_breach="human",
        policy="shop.dispute.review@1",
    )


def told(*deeds: tuple[datetime, DisputeCommand]) -> tuple[DisputeEvent, ...]:
    """Return what came of these commands, one after the other."""
    past = given()
    for at, command in deeds:
        past = past.when(command, at=at).happens()
    return past.past


escalate = EscalateDispute(by=ANNA)
end_round = EndRound(by=JUDGE)
to_review = ((MONDAY, open_), (TUESDAY, assign_judge), (TUESDAY, escalate))
contest = ContestFault(by=SHOP)
to_pending = (*to_review, (TUESDAY, contest), (WEDNESDAY, end_round))
to_ruled = (*to_pending, (THURSDAY, rule))
appeal = FileAppeal(by=SHOP, files=(INVOICE,))
to_appeal = (*to_ruled, (FRIDAY, appeal), (FRIDAY, assign_other))

negotiating = told((MONDAY, open_))
reviewed = told(*to_review)
asked = told(*to_review, (WEDNESDAY, ask_both))
pending = told(*to_pending)
ruled = told(*to_ruled)
enforcing = told(*to_ruled, (THURSDAY, EnforceRuling(by=MACHINE)))
enforced = told(
    *to_ruled,
    (THURSDAY, EnforceRuling(by=MACHINE)),
    (FRIDAY, CompleteEnforcement(by=MACHINE)),
)
appealed = told(*to_appeal)
settled = told((MONDAY, open_), (TUESDAY, AcceptLiability(by=SHOP)))
