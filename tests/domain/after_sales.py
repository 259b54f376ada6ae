"""Anna's jacket with a torn seam, and the rules of a shop like those on Taobao."""

from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from typing import Any

from msgspec.structs import replace

from domain.after_sales import (
    CASE,
    SENDS,
    ApproveCase,
    Case,
    CaseCommand,
    CaseEvent,
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
from domain.timer import TimerStarted
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
NOTHING = Money(0, "CNY")
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
    """Return Anna's request, as a desk makes it: goods owed in return cost none."""
    fallback: tuple[ClaimItem, ...] = ()
    if type_ in SENDS:
        items, fallback = tuple(replace(it, amount=NOTHING) for it in items), items
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
        fallback=fallback,
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


Past = Given[Case, CaseCommand, CaseEvent, Rulebook]
given = partial(Given, CASE, RULES)


def asked(
    type_: CaseType = "return_refund",
    policy: Rulebook = RULES,
    **more: Any,
) -> Past:
    """Return the past of a case that Anna opened on Monday."""
    start: Past = Given(CASE, policy)
    return start.when(ask_for(type_, **more), at=MONDAY).happens()


def after(past: Past, *steps: tuple[CaseCommand, datetime]) -> Past:
    """Return the past with these commands taken in turn."""
    for command, at in steps:
        past = past.when(command, at=at).happens()
    return past


def state(past: Past) -> Case:
    """Return what the past comes to."""
    return reduce(CASE.evolve, past.past, CASE.initial)


def said(past: Past, since: Past) -> tuple[str, ...]:
    """Return the tags of what happened since."""
    news = past.past[len(since.past) :]
    return tuple(str(type(event).__struct_config__.tag) for event in news)


def owed(past: Past) -> dict[str, datetime]:
    """Return the running clocks and when they are due."""
    timers = state(past).timers.values()
    return {each.name: each.due_at for each in timers if each.standing == "running"}


# -- Cases on their way --


def returned(*, at: datetime = WEDNESDAY) -> Past:
    """Return the past in which the jackets are back at the shop."""
    sent = after(asked(), (approve, MONDAY), (send_back, TUESDAY))
    return after(sent, (receive, at))


def refunding(type_: CaseType = "refund_shipped", policy: Rulebook = RULES) -> Past:
    """Return the past in which money is due."""
    return after(asked(type_, policy), (approve, MONDAY))


def rejected() -> Past:
    return after(asked(), (reject, MONDAY))


def exchanging() -> Past:
    """Return the past in which the shop owes other jackets."""
    steps = (approve, MONDAY), (send_back, TUESDAY), (receive, WEDNESDAY)
    return after(asked("exchange"), *steps, (accept, WEDNESDAY))
