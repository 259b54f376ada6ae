"""Anna's jacket with a torn seam, and the rules of a shop like those on Taobao."""

from datetime import UTC, datetime, timedelta
from functools import partial

from domain.after_sales import (
    CASE,
    ApproveCase,
    CaseApproved,
    CaseOpened,
    CaseType,
    ConfirmReturnReceived,
    EvidenceItem,
    GoodsReturned,
    JudgeReturn,
    OpenCase,
    OrderRefund,
    RecordParcelScan,
    RecordRefundResult,
    RefundDue,
    RejectCase,
    SubmitReturnWaybill,
)
from domain.money import Money
from domain.order.claims import ClaimItem
from domain.party import By
from domain.policy.book import Rulebook
from domain.policy.rows import (
    AnyRow,
    ApprovalRow,
    CalendarRow,
    OnBreach,
    Owes,
    TimerRow,
)
from domain.timer import Timer, TimerStarted
from tests.given import Given

MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=n) for n in range(1, 5))
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

ANNA = By(role="consumer", name="anna")
SHOP = By(role="merchant", name="shop-1")
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")
FINANCE = By(role="finance_approver", name="fang")
JUDGE = By(role="arbiter", name="zhou")
MACHINE = By(role="system", name="redress")

# -- The rules --


def timer(  # noqa: PLR0913 - a row is made of all of these
    step: str,
    owes: Owes,
    hours: int,
    on_breach: OnBreach,
    *,
    extensions: int = 0,
    extension_hours: int = 0,
) -> TimerRow:
    return TimerRow(
        id=f"test.{step}",
        version=1,
        title=step,
        binding="conduct_time",
        in_force_from=LONG_AGO,
        source="a test's own",
        step=step,
        owes=owes,
        hours=hours,
        on_breach=on_breach,
        extensions_max=extensions,
        extension_hours=extension_hours,
    )


def approval(role: str, up_to_fen: int | None) -> ApprovalRow:
    return ApprovalRow(
        id=f"test.refund.{role}",
        version=1,
        title=role,
        binding="conduct_time",
        in_force_from=LONG_AGO,
        source="a test's own",
        step="refund",
        role=role,  # type: ignore[arg-type]  # one of the roles, named by each test
        up_to_fen=up_to_fen,
    )


TIMERS = (
    timer("answer.refund_unshipped", "merchant", 24, "agree"),
    timer("answer.refund_shipped", "merchant", 36, "agree"),
    timer("answer.return_refund", "merchant", 36, "agree"),
    timer("answer.exchange", "merchant", 24, "agree"),
    timer("answer.repair", "merchant", 48, "agree"),
    timer("answer.resend", "merchant", 24, "agree"),
    timer("answer.price_protection", "merchant", 36, "agree"),
    timer("answer.freight_compensation", "merchant", 36, "agree"),
    timer("answer.partial_refund", "merchant", 36, "agree"),
    timer("answer.changed", "merchant", 36, "agree"),
    timer("answer.changed_unshipped", "merchant", 24, "agree"),
    timer("answer.changed_exchange", "merchant", 24, "agree"),
    timer("answer.changed_resend", "merchant", 24, "agree"),
    timer("answer.changed_repair", "merchant", 48, "agree"),
    timer("answer.type_change_signed", "merchant", 48, "refund"),
    timer("answer.flash_sale", "merchant", 5, "agree"),
    timer("consumer_decides", "consumer", 120, "close"),
    timer("counter_offer", "consumer", 120, "close"),
    timer("send_back", "consumer", 168, "close", extensions=1, extension_hours=72),
    timer("confirm_return", "merchant", 168, "refund"),
    timer("confirm_return.signed", "merchant", 48, "refund"),
    timer("confirm_return.unsigned", "merchant", 240, "refund"),
    timer("pay_refund", "merchant", 168, "human"),
    timer("ship.exchange", "merchant", 168, "refund"),
    timer("ship.exchange_untracked", "merchant", 240, "escalate"),
    timer("confirm.exchange", "consumer", 240, "succeed"),
    timer("return.repair", "merchant", 720, "escalate"),
    timer("confirm.repair", "consumer", 240, "succeed"),
    timer("ship.resend", "merchant", 120, "breach"),
    timer("confirm.resend", "consumer", 240, "succeed"),
)
RULES = Rulebook(ref="test@1", profile="test", rows=TIMERS)


def rules(*more: AnyRow) -> Rulebook:
    """Return the rules with some more; a timer takes the place of its step's."""
    steps = {row.step for row in more if isinstance(row, TimerRow)}
    kept = [row for row in TIMERS if row.step not in steps]
    return Rulebook(ref="test@1", profile="test", rows=(*kept, *more))


SPRING_FESTIVAL = CalendarRow(
    id="test.spring-festival",
    version=1,
    title="Spring Festival",
    binding="conduct_time",
    in_force_from=LONG_AGO,
    source="20009347",
    effect="replace",
    begins=datetime(2026, 2, 9, 16, tzinfo=UTC),
    ends=datetime(2026, 2, 23, 16, tzinfo=UTC),
    hours=120,
    steps=("answer.refund_shipped",),
    reason="spring_festival",
)

# -- What Anna asks for --

ORDER_ID = "order-A-1"
TORN = 7  # 做工粗糙/瑕疵
UNWANTED = 1
JACKET = (ClaimItem(line=1, quantity=2, amount=Money(40_000, "CNY")),)
ONE_JACKET = (ClaimItem(line=1, quantity=1, amount=Money(20_000, "CNY")),)
JACKET_PRICE = Money(40_000, "CNY")
POSTAGE = Money(1_000, "CNY")
PHOTO = EvidenceItem(evidence="file-1", shows="photo")
VIDEO = EvidenceItem(evidence="file-2", shows="video")
ADDRESS = "sealed:address"


def ask_for(
    type_: CaseType = "return_refund",
    *,
    items: tuple[ClaimItem, ...] = JACKET,
    freight: Money | None = None,
    reason: int = TORN,
    instant: bool = False,
) -> OpenCase:
    return OpenCase(
        by=ANNA,
        order=ORDER_ID,
        consumer="anna",
        merchant="shop-1",
        ordered_at=MONDAY - 3 * DAY,
        type=type_,
        items=items,
        freight=freight,
        reason=reason,
        instant=instant,
    )


def opened(type_: CaseType = "return_refund", *, at: datetime = MONDAY) -> CaseOpened:
    return CaseOpened(
        at=at,
        by=ANNA,
        order=ORDER_ID,
        consumer="anna",
        merchant="shop-1",
        ordered_at=MONDAY - 3 * DAY,
        type=type_,
        items=JACKET,
        reason=TORN,
    )


def clock(step: str, name: str, at: datetime, policy: Rulebook = RULES) -> TimerStarted:
    """Return the start of a clock of these rules, without any calendar."""
    (row,) = (
        row for row in policy.rows if isinstance(row, TimerRow) and row.step == step
    )
    return TimerStarted(
        at=at,
        timer=name,
        step=step,
        owes=row.owes,
        seconds=row.hours * 3600,
        due_at=at + timedelta(hours=row.hours),
        on_breach=row.on_breach,
        policy=row.ref,
    )


approve = ApproveCase(by=SHOP, address=ADDRESS)
reject = RejectCase(by=SHOP, reason="not_as_claimed", evidence=(PHOTO,))
send_back = SubmitReturnWaybill(by=ANNA, carrier="shunfeng", waybill="SF9")
signed = RecordParcelScan(direction="reverse", scan="s-1", code="signed")
receive = ConfirmReturnReceived(by=SHOP, items=(GoodsReturned(line=1, quantity=2),))
accept = JudgeReturn(by=SHOP, acceptance="accepted")
refuse_goods = JudgeReturn(
    by=SHOP, acceptance="rejected", reason="resale_affected", evidence=(VIDEO,)
)
pay = OrderRefund(by=SHOP, refund="R-1")
paid = RecordRefundResult(refund="R-1", succeeded=True)
bounced = RecordRefundResult(refund="R-1", succeeded=False, failure="account_closed")

approved_by_silence = CaseApproved  # named where its time is known
due = RefundDue(at=MONDAY, items=JACKET, total=JACKET_PRICE, because="agreed")

given = partial(Given, CASE, RULES)


def asked(type_: CaseType = "return_refund", policy: Rulebook = RULES) -> "Given":  # type: ignore[type-arg]  # of the case, as below
    """Return the past of a case that Anna opened on Monday."""
    start = Given(CASE, policy)
    return start.when(ask_for(type_), at=MONDAY).happens()


def running(timers: dict[str, Timer]) -> dict[str, Timer]:
    return {name: each for name, each in timers.items() if each.standing == "running"}
