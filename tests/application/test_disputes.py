"""What a dispute does to its case, its order and its account, all in one go."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.case_items import AskedLines, Line
from application.dispute_money import case_of
from application.disputes import Disputes
from application.escalations import Escalations
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import Append, Conflict, KeyReused
from application.orders import Orders
from application.policies import pack_rulebook, shipped_policies
from application.processes.check_overdue_clocks import ClockAsk
from application.responsibility import Responsibilities
from domain.after_sales import (
    ApproveCase,
    AssignCase,
    Case,
    CaseCommand,
    CaseEscalated,
    ConfirmReturnReceived,
    GoodsReturned,
    InterventionEnded,
    JudgeReturn,
    NoteCase,
    OpenCase,
    OrderRefund,
    RecordRefundResult,
    RefundDue,
    RejectCase,
    RulingExecuted,
    SubmitReturnWaybill,
    UnderReview,
)
from domain.dispute import (
    AcceptLiability,
    AcceptOffer,
    AfterSalesTimeOver,
    AskForProof,
    AssignHandler,
    Award,
    CompleteEnforcement,
    ContestFault,
    DecideAppeal,
    Dispute,
    DisputeClosed,
    DisputeCommand,
    DisputeEscalated,
    DisputeOpened,
    EndRound,
    EnforcementStarted,
    EnforceRuling,
    EscalateDispute,
    FileAppeal,
    Finding,
    HandledIt,
    IssueRuling,
    Liability,
    MakeOffer,
    OfferType,
    OpenDispute,
    ReopenDispute,
    ReportDispute,
    RulingIssued,
    Shown,
    SubmitProof,
    WithdrawDispute,
)
from domain.kernel import Command, Event
from domain.money import Money
from domain.order import (
    CapturePayment,
    ClaimItem,
    ClaimOpened,
    ClaimSettled,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    RecordCompletion,
    RecordRefund,
    ShipParcel,
    Tender,
)
from domain.party import By, Participant
from domain.policy.book import Rulebook
from domain.policy.rows import ApprovalRow
from domain.responsibility import (
    EntryPosted,
    ResponsibilityAttributed,
    ScoreEffectRecorded,
)
from tests.memory_store import MemoryEventStore

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NAMES = UUID("a3b1c6de-0000-8000-8000-000000000001")

ANNA = By(role="consumer", name="anna")
SHOP = By(role="merchant", name="shop-1")
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")
JUDGE = By(role="arbiter", name="judge-ma")
OTHER_JUDGE = By(role="arbiter", name="judge-qi")
MACHINE = By(role="system", name="redress")
DOUYIN = pack_rulebook("douyin-like")


def fen(minor: int) -> Money:
    return Money(minor, "CNY")


BAG = OrderLine(line=1, product="bag", quantity=1, price=fen(60_000))
STRAP = OrderLine(line=2, product="strap", quantity=2, price=fen(20_000))
ITEMS = (
    ClaimItem(line=1, quantity=1, amount=fen(60_000)),
    ClaimItem(line=2, quantity=2, amount=fen(20_000)),
)


class OneBook(NamedTuple):
    """The rules of one pack, whatever the source."""

    book: Rulebook

    def for_source(self, source: str | None) -> Rulebook:
        assert source in {"douyin", "paypal", None}
        return self.book


class Racing(MemoryEventStore):
    """A store in which somebody else may be quicker, once."""

    quicker: Callable[[], object] | None = None

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        quicker, self.quicker = self.quicker, None
        if quicker is not None:
            quicker()
        return super().append(appends)


class Shop:
    """A service with one order, whose commands come one after the other."""

    def __init__(self, book: Rulebook = DOUYIN, *, sent: bool = True) -> None:
        self.store = Racing()
        handler, books = CommandHandler(self.store), OneBook(book)
        self.orders = Orders(self.store, handler, shipped_policies())
        self.accounts = Responsibilities(self.store, handler, books)
        self.cases = AfterSales(self.store, handler, self.orders, self.accounts, books)
        self.disputes = Disputes(
            self.store, handler, self.orders, self.cases, self.accounts, books
        )
        self.order_id = self.orders.id_of("anna", "douyin", "D-1")
        self.case_id = self.cases.id_of(self.order_id, "C-1")
        self.dispute_id = self.disputes.id_of(self.order_id, "X-1")
        self._asked = 0
        bought: tuple[OrderCommand, ...] = (
            PlaceOrder(
                consumer="anna",
                source="douyin",
                number="D-1",
                merchant="shop-1",
                lines=(BAG, STRAP),
                participants=(
                    Participant(party="shop-1", roles=("merchant",)),
                    Participant(party="host-7", roles=("creator",)),
                ),
                offers=(),
            ),
            CapturePayment(
                payment="P-1", tenders=(Tender(tender="wechat", amount=fen(80_000)),)
            ),
            ShipParcel(parcel="SF1", carrier="shunfeng", waybill="SF1"),
        )
        for command in bought if sent else bought[:-1]:
            self.told(command, MONDAY)

    def told(self, command: OrderCommand, at: datetime) -> None:
        context = replace(self.context(command, at), occurred_at=at)
        self.orders.handle_one(self.order_id, command, context)

    def context(self, command: Command, at: datetime) -> CommandContext:
        self._asked += 1
        cause = uuid5(NAMES, str(self._asked))
        return CommandContext(
            actor="test",
            asked_at=at,
            command_id=cause,
            correlation_id=cause,
            name=type(command).__name__,
        )

    def complains(self) -> None:
        """Open a case for both lines, which the shop refuses."""
        open_case = OpenCase(
            by=ANNA,
            order=str(self.order_id),
            consumer="anna",
            type="refund_shipped",
            items=ITEMS,
            reason=5,
        )
        context = self.context(open_case, MONDAY)
        self.cases.open(self.case_id, self.order_id, open_case, context)
        reject = RejectCase(by=SHOP, reason="other")
        self.cases.take(self.case_id, reject, self.context(reject, MONDAY + DAY))

    def opens(
        self, *, over_case: bool = True, by: By = ANNA, at: datetime = MONDAY + DAY
    ) -> Receipt:
        command = OpenDispute(
            by=by,
            order=str(self.order_id),
            case=str(self.case_id) if over_case else None,
            consumer="anna",
            issue="counterfeit",
        )
        return self.disputes.open(
            self.dispute_id,
            command,
            self.context(command, at),
            items=() if over_case else ITEMS,
        )

    def does(self, *commands: DisputeCommand, at: datetime = MONDAY + 2 * DAY) -> None:
        for command in commands:
            self.disputes.take(self.dispute_id, command, self.context(command, at))

    def ruled(self, up_to: int = 5) -> None:
        steps = (
            AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
            EscalateDispute(by=ANNA),
            ContestFault(by=SHOP),
            EndRound(by=JUDGE),
            rule,
        )
        self.does(*steps[:up_to])

    def events(self, stream_id: UUID) -> list[Event]:
        return [recorded.event for recorded in self.store.stream(stream_id)]

    def of(self, stream_id: UUID, *types: type[Event]) -> list[Event]:
        return [each for each in self.events(stream_id) if isinstance(each, types)]

    @property
    def dispute(self) -> Dispute:
        return self.disputes.find(self.dispute_id)[0]

    @property
    def case(self) -> Case:
        return self.cases.find(self.case_id)[0]

    def account_of(self, matter: UUID) -> list[Event]:
        return self.events(self.accounts.id_beside(self.order_id, str(matter)))


BY_SILENCE = Finding(
    fact="goods_genuine", holds=False, policy="douyin-like.burden.counterfeit@1"
)
rule = IssueRuling(
    by=JUDGE,
    result="support_consumer",
    findings=(BY_SILENCE,),
    liability=(
        Liability(party="merchant", share_bp=7_000, basis="sold_fake"),
        Liability(party="creator", share_bp=3_000, basis="promised"),
    ),
    awards=(Award(kind="refund", amount=fen(40_001), payer="merchant"),),
    basis=("douyin-like.burden.counterfeit@1",),
)

for_the_shop = IssueRuling(
    by=JUDGE,
    result="support_merchant",
    findings=(
        Finding(fact="goods_genuine", holds=True, shown_by=JUDGE, source="brand_list"),
    ),
    liability=(Liability(party="consumer", share_bp=10_000, basis="mistaken"),),
)


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.complains()
    return shop


def postings(events: Sequence[Event]) -> list[tuple[str, str, str, int]]:
    """Return who gave whom how much, in the order it was written down."""
    return [
        (
            event.entry.kind,
            event.entry.postings[0].account.kind,
            event.entry.postings[1].account.kind,
            event.entry.postings[1].minor,
        )
        for event in events
        if isinstance(event, EntryPosted)
    ]


# -- Opening --


def test_a_dispute_over_a_case_lets_the_platform_step_into_it(shop: Shop) -> None:
    shop.opens()
    opened = shop.dispute.opened
    assert opened is not None
    assert (opened.merchant, opened.creator) == ("shop-1", "host-7")
    assert (opened.claimed, opened.paid) == (fen(80_000), fen(80_000))
    assert opened.ordered_at == MONDAY
    assert shop.case.dispute == str(shop.dispute_id)
    assert len(shop.of(shop.case_id, CaseEscalated)) == 1


def test_what_cannot_step_into_its_case_is_not_opened_at_all(shop: Shop) -> None:
    shop.opens()
    other = shop.disputes.id_of(shop.order_id, "X-2")
    command = OpenDispute(
        by=ANNA,
        order=str(shop.order_id),
        case=str(shop.case_id),
        consumer="anna",
        issue="damaged",
    )
    context = shop.context(command, MONDAY + DAY)
    with pytest.raises(UnderReview):
        shop.disputes.open(other, command, context)
    assert shop.events(other) == []


def test_a_dispute_without_a_case_reserves_what_it_is_about() -> None:
    shop = Shop()
    shop.opens(over_case=False)
    (claim,) = shop.of(shop.order_id, ClaimOpened)
    assert isinstance(claim, ClaimOpened)
    assert (claim.claim, claim.kind, claim.items) == (
        str(shop.dispute_id),
        "dispute",
        ITEMS,
    )


def test_without_a_case_a_dispute_is_opened_within_the_after_sales_time() -> None:
    shop = Shop()
    received = RecordCompletion()
    context = replace(shop.context(received, MONDAY), occurred_at=MONDAY)
    shop.orders.handle_one(shop.order_id, received, context)
    with pytest.raises(AfterSalesTimeOver):
        shop.opens(over_case=False, at=MONDAY + 15 * DAY + 2 * SECOND)
    shop.opens(over_case=False, at=MONDAY + 14 * DAY)


def test_those_who_handled_the_case_cannot_rule_on_the_dispute(shop: Shop) -> None:
    assign = AssignCase(by=WEI, agent="judge-ma")
    shop.cases.take(shop.case_id, assign, shop.context(assign, MONDAY + DAY))
    shop.opens()
    with pytest.raises(HandledIt):
        shop.does(AssignHandler(by=WEI, duty="arbiter", person="judge-ma"))


def test_whoever_handles_the_case_after_the_dispute_opened_does_not_judge_it(
    shop: Shop,
) -> None:
    shop.opens()
    assign = AssignCase(by=WEI, agent="judge-ma")
    shop.cases.take(shop.case_id, assign, shop.context(assign, MONDAY + DAY))
    with pytest.raises(HandledIt):
        shop.does(AssignHandler(by=WEI, duty="arbiter", person="judge-ma"))


def test_an_arbiter_who_takes_the_case_in_hand_no_longer_rules_or_decides_an_appeal(
    shop: Shop,
) -> None:
    shop.opens()
    shop.ruled(up_to=4)
    for name in ("judge-ma", "judge-qi"):
        assign = AssignCase(by=WEI, agent=name)
        shop.cases.take(shop.case_id, assign, shop.context(assign, MONDAY + DAY))
        if name == "judge-ma":
            with pytest.raises(HandledIt):
                shop.does(rule)
            shop.does(
                AssignHandler(by=WEI, duty="arbiter", person="judge-xu"),
                replace(rule, by=By(role="arbiter", name="judge-xu")),
                FileAppeal(by=SHOP, files=(Shown(evidence="f-9"),)),
                AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-qi"),
            )
    with pytest.raises(HandledIt):
        shop.does(DecideAppeal(by=OTHER_JUDGE, upheld=True))


# -- A ruling, and carrying it out --


def test_a_ruling_moves_nothing_but_says_whose_fault_it_was(shop: Shop) -> None:
    shop.opens()
    shop.ruled()
    account = shop.account_of(shop.case_id)
    (said,) = [each for each in account if isinstance(each, ResponsibilityAttributed)]
    assert said.by == JUDGE
    assert said.ruling == f"{shop.dispute_id}/1"
    assert [(each.name, each.share_bp) for each in said.shares] == [
        ("shop-1", 7_000),
        ("host-7", 3_000),
    ]
    assert postings(account) == []
    assert shop.of(shop.case_id, RulingExecuted) == []


def test_carrying_it_out_refunds_through_the_case_and_writes_the_debts_down(
    shop: Shop,
) -> None:
    shop.opens()
    shop.ruled()
    shop.does(EnforceRuling(by=MACHINE))
    (done,) = shop.of(shop.case_id, RulingExecuted)
    assert isinstance(done, RulingExecuted)
    assert [item.amount.minor for item in done.items] == [30_001, 10_000]
    (due,) = shop.of(shop.case_id, RefundDue)
    assert isinstance(due, RefundDue)
    assert due.total == fen(40_001)
    account = shop.account_of(shop.case_id)
    assert postings(account) == [("owed", "creator", "merchant", 12_000)]
    effects = [each for each in account if isinstance(each, ScoreEffectRecorded)]
    assert {each.effect.metric for each in effects} == {
        "platform_help_rate",
        "dispute_fault_rate",
    }
    assert shop.case.dispute is None


@pytest.mark.parametrize("over_case", [True, False])
def test_opened_again_days_later_everything_else_may_have_moved_on(
    over_case: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    shop = Shop()
    if over_case:
        shop.complains()
    command = OpenDispute(
        by=ANNA,
        order=str(shop.order_id),
        case=str(shop.case_id) if over_case else None,
        consumer="anna",
        issue="counterfeit",
    )
    context = shop.context(command, MONDAY + DAY)

    def opens(at: datetime, by: By = ANNA) -> Receipt:
        return shop.disputes.open(
            shop.dispute_id,
            replace(command, by=by),
            replace(context, asked_at=at),
            items=() if over_case else ITEMS,
        )

    shop.store.quicker = lambda: shop.told(RecordCompletion(), MONDAY + DAY)
    first = opens(MONDAY + DAY)
    shop.does(WithdrawDispute(by=ANNA))
    shop.told(
        RecordRefund(refund="F-1", amount=fen(80_000)),
        MONDAY + 3 * DAY,
    )
    assert opens(MONDAY + 4 * DAY) == replace(first, repeated=True)
    with pytest.raises(KeyReused):
        opens(MONDAY + 4 * DAY, SHOP)


def test_lines_are_argued_about_again_though_less_of_them_is_left() -> None:
    shop = Shop()
    command = OpenDispute(
        by=ANNA, order=str(shop.order_id), consumer="anna", issue="counterfeit"
    )
    envelope = shop.context(command, MONDAY)

    def opens(quantity: int = 2) -> Receipt:
        lines = AskedLines((Line(line=1), Line(line=2, quantity=quantity)))
        return shop.disputes.open(shop.dispute_id, command, envelope, lines=lines)

    first = opens()
    (claim,) = shop.of(shop.order_id, ClaimOpened)
    assert isinstance(claim, ClaimOpened)
    assert claim.items == ITEMS
    shop.does(WithdrawDispute(by=ANNA))
    shop.told(RecordRefund(refund="F-1", amount=fen(80_000)), MONDAY + 3 * DAY)
    assert opens() == replace(first, repeated=True)
    with pytest.raises(KeyReused):
        opens(1)


def test_who_handled_its_case_until_it_is_opened_counts(shop: Shop) -> None:
    assign = AssignCase(by=WEI, agent="lin")
    shop.store.quicker = lambda: shop.cases.take(
        shop.case_id, assign, shop.context(assign, MONDAY + DAY)
    )
    shop.opens()
    (opened,) = shop.of(shop.dispute_id, DisputeOpened)
    assert isinstance(opened, DisputeOpened)
    assert "lin" in opened.handlers


def test_carried_out_again_after_its_case_has_paid_it_is_the_same(shop: Shop) -> None:
    shop.opens()
    shop.ruled()
    command = EnforceRuling(by=MACHINE)
    context = shop.context(command, MONDAY + 3 * DAY)
    first = shop.disputes.take(shop.dispute_id, command, context)
    order = OrderRefund(by=WEI, refund="R-1")
    shop.cases.take(shop.case_id, order, shop.context(order, MONDAY + 4 * DAY))
    later = replace(context, asked_at=MONDAY + 9 * DAY)
    again = shop.disputes.take(shop.dispute_id, command, later)
    assert again == replace(first, repeated=True)


def test_a_ruling_is_carried_out_on_the_case_as_it_is_then(shop: Shop) -> None:
    """Who was quicker changed what the case holds: the way is looked for anew."""
    shop.opens()
    shop.ruled()
    command, note = EnforceRuling(by=MACHINE), NoteCase(by=WEI, words="sealed:k:1")
    context = shop.context(command, MONDAY + 3 * DAY)
    shop.store.quicker = lambda: shop.cases.take(
        shop.case_id, note, shop.context(note, MONDAY + 3 * DAY)
    )
    first = shop.disputes.take(shop.dispute_id, command, context)
    assert len(shop.of(shop.case_id, RulingExecuted)) == 1
    again = shop.disputes.take(shop.dispute_id, command, context)
    assert again == replace(first, repeated=True)


def test_carrying_it_out_twice_is_doing_it_once(shop: Shop) -> None:
    shop.opens()
    shop.ruled()
    command = EnforceRuling(by=MACHINE)
    context = shop.context(command, MONDAY + 3 * DAY)
    first = shop.disputes.take(shop.dispute_id, command, context)
    again = shop.disputes.take(shop.dispute_id, command, context)
    assert (again.position, again.repeated) == (first.position, True)
    shop.does(EnforceRuling(by=MACHINE))
    assert len(shop.of(shop.case_id, RulingExecuted)) == 1


def test_without_a_case_one_is_opened_that_pays_and_the_books_balance() -> None:
    shop = Shop()
    shop.opens(over_case=False)
    shop.ruled()
    shop.does(EnforceRuling(by=MACHINE))
    shop.case_id = case_of(shop.dispute_id, shop.dispute)
    assert (shop.case.status, shop.case.to_pay) == ("refunding", fen(40_001))
    shares = ("owed", "creator", "merchant", 12_000)
    assert postings(shop.account_of(shop.case_id)) == [shares]
    (freed,) = shop.of(shop.order_id, ClaimSettled)
    assert isinstance(freed, ClaimSettled)
    assert freed.refunded == ()
    order = OrderRefund(by=MACHINE, refund="R-1")
    shop.cases.take(shop.case_id, order, shop.context(order, MONDAY + 3 * DAY))
    paid = RecordRefundResult(refund="R-1", succeeded=True)
    shop.cases.take(shop.case_id, paid, shop.context(paid, MONDAY + 3 * DAY))
    settled = shop.of(shop.order_id, ClaimSettled)[-1]
    assert isinstance(settled, ClaimSettled)
    assert [item.amount.minor for item in settled.refunded] == [30_001, 10_000]
    assert postings(shop.account_of(shop.case_id)) == [
        shares,
        ("paid", "escrow", "consumer", 40_001),
    ]
    late = MONDAY + 6 * DAY
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, "paid"), late)
    assert shop.dispute.enforcement == "completed"


def test_an_agreed_refund_without_a_case_waits_for_the_money() -> None:
    shop = Shop()
    shop.opens(over_case=False)
    shop.does(
        MakeOffer(by=SHOP, type="refund", amount=fen(20_000)),
        AcceptOffer(by=ANNA, offer=1),
    )
    shop.case_id = case_of(shop.dispute_id, shop.dispute)
    assert (shop.case.status, shop.case.to_pay) == ("refunding", fen(20_000))
    assert postings(shop.account_of(shop.case_id)) == []


def test_a_ruling_for_the_merchant_ends_the_case_and_is_done_at_once(
    shop: Shop,
) -> None:
    shop.opens()
    shop.does(
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        EscalateDispute(by=ANNA),
        ContestFault(by=SHOP),
        EndRound(by=JUDGE),
        for_the_shop,
        EnforceRuling(by=MACHINE),
    )
    assert shop.case.status == "closed"
    assert shop.dispute.enforcement == "completed"
    assert len(shop.of(shop.order_id, ClaimSettled)) == 1


def test_what_nobody_carried_out_in_time_the_clock_carries_out(shop: Shop) -> None:
    shop.opens()
    shop.ruled()
    late = MONDAY + 5 * DAY + SECOND
    ask = ClockAsk(shop.dispute_id, uuid5(NAMES, "clock"))
    (before,) = shop.disputes.check([ask], late - SECOND)
    assert isinstance(before, Receipt)
    assert shop.of(shop.dispute_id, EnforcementStarted) == []
    shop.disputes.check([replace(ask, cause=uuid5(NAMES, "clock-2"))], late)
    assert len(shop.of(shop.dispute_id, EnforcementStarted)) == 1
    assert len(shop.of(shop.case_id, RulingExecuted)) == 1


def test_a_changed_ruling_takes_back_the_debts_of_the_first(shop: Shop) -> None:
    shop.opens()
    shop.ruled()
    invoice = Shown(evidence="file-invoice", shows="purchase_proof")
    genuine = Finding(
        fact="goods_genuine", holds=True, shown_by=SHOP, evidence=("file-invoice",)
    )
    shop.does(
        EnforceRuling(by=MACHINE),
        FileAppeal(by=SHOP, files=(invoice,)),
        AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-qi"),
        DecideAppeal(
            by=OTHER_JUDGE,
            upheld=False,
            result="partial",
            findings=(genuine,),
            liability=(Liability(party="merchant", share_bp=10_000, basis="late"),),
            awards=(Award(kind="refund", amount=fen(10_000), payer="merchant"),),
        ),
        EnforceRuling(by=MACHINE),
    )
    account = shop.account_of(shop.case_id)
    assert postings(account) == [
        ("owed", "creator", "merchant", 12_000),
        ("owed", "creator", "merchant", -12_000),
    ]
    attributed = [e for e in account if isinstance(e, ResponsibilityAttributed)]
    assert [each.ruling for each in attributed] == [
        f"{shop.dispute_id}/1",
        f"{shop.dispute_id}/1/appeal",
    ]


# -- Its other ends --


def test_a_withdrawn_dispute_lets_the_case_go_on(shop: Shop) -> None:
    shop.opens()
    shop.does(WithdrawDispute(by=ANNA))
    assert len(shop.of(shop.case_id, InterventionEnded)) == 1
    assert shop.case.dispute is None


def test_a_withdrawn_dispute_without_a_case_frees_what_it_reserved() -> None:
    shop = Shop()
    shop.opens(over_case=False)
    shop.does(WithdrawDispute(by=ANNA))
    (settled,) = shop.of(shop.order_id, ClaimSettled)
    assert isinstance(settled, ClaimSettled)
    assert settled.refunded == ()


def test_an_agreed_refund_is_refunded_through_the_case(shop: Shop) -> None:
    shop.opens()
    shop.does(
        MakeOffer(by=SHOP, type="refund", amount=fen(20_000)),
        AcceptOffer(by=ANNA, offer=1),
    )
    (due,) = shop.of(shop.case_id, RefundDue)
    assert isinstance(due, RefundDue)
    assert due.total == fen(20_000)


def test_what_a_merchant_gives_beyond_the_claim_is_owed(shop: Shop) -> None:
    shop.opens()
    shop.does(
        MakeOffer(by=SHOP, type="refund", amount=fen(81_000)),
        AcceptOffer(by=ANNA, offer=1),
    )
    assert postings(shop.account_of(shop.case_id)) == [
        ("owed", "merchant", "consumer", 1_000)
    ]


@pytest.mark.parametrize(
    ("agreed", "kind", "status"),
    [
        ("resend", "resend", "awaiting_merchant_ship"),
        ("repair", "repair", "awaiting_consumer_return"),
        ("replacement_without_refund", "exchange", "awaiting_consumer_return"),
    ],
)
def test_an_agreement_on_goods_is_what_the_case_does_from_then_on(
    shop: Shop, agreed: OfferType, kind: str, status: str
) -> None:
    shop.opens()
    shop.does(MakeOffer(by=SHOP, type=agreed), AcceptOffer(by=ANNA, offer=1))
    assert len(shop.of(shop.case_id, InterventionEnded)) == 1
    assert (shop.case.type, shop.case.status) == (kind, status)
    assert any(each.standing == "running" for each in shop.case.timers.values())


def test_a_coupon_agreed_on_is_owed(shop: Shop) -> None:
    shop.opens()
    shop.does(
        MakeOffer(by=SHOP, type="coupon", amount=fen(500)),
        AcceptOffer(by=ANNA, offer=1),
    )
    owed = ("owed", "merchant", "consumer", 500)
    assert postings(shop.account_of(shop.case_id)) == [owed]


def test_reopened_before_it_was_paid_its_own_case_keeps_what_was_reserved() -> None:
    shop = Shop()
    shop.opens(over_case=False)
    shop.does(AcceptLiability(by=SHOP))
    shop.does(ReopenDispute(by=LIN, reason="feedback"))
    case_id = case_of(shop.dispute_id, shop.dispute)
    (opened,) = shop.of(case_id, CaseEscalated)
    assert isinstance(opened, CaseEscalated)
    assert opened.dispute == str(shop.dispute_id)
    claims = [
        (each.claim, isinstance(each, ClaimOpened))
        for each in shop.of(shop.order_id, ClaimOpened, ClaimSettled)
        if isinstance(each, ClaimOpened | ClaimSettled)
    ]
    assert dict(claims) == {str(shop.dispute_id): False, str(case_id): True}


def test_a_reopened_dispute_steps_into_its_case_again(shop: Shop) -> None:
    shop.opens()
    shop.does(WithdrawDispute(by=ANNA))
    shop.does(ReopenDispute(by=WEI, reason="feedback"))
    assert shop.case.dispute == str(shop.dispute_id)
    assert shop.dispute.status == "platform_review"


def test_a_case_that_ended_is_reopened_with_its_dispute(shop: Shop) -> None:
    shop.opens()
    shop.does(
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        EscalateDispute(by=ANNA),
        ContestFault(by=SHOP),
        EndRound(by=JUDGE),
        for_the_shop,
        EnforceRuling(by=MACHINE),
    )
    late = MONDAY + 30 * DAY
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, "late"), late)
    assert len(shop.of(shop.dispute_id, DisputeClosed)) == 1
    shop.does(ReopenDispute(by=WEI, reason="feedback"), at=late)
    assert not shop.case.final
    assert shop.case.dispute == str(shop.dispute_id)


# -- Clocks and feeds --


def test_a_ruling_whose_case_has_ended_is_done_when_its_clock_is_asked(
    shop: Shop,
) -> None:
    shop.opens()
    shop.ruled()
    shop.does(EnforceRuling(by=MACHINE))
    order = OrderRefund(by=MACHINE, refund="R-1")
    shop.cases.take(shop.case_id, order, shop.context(order, MONDAY + 3 * DAY))
    paid = RecordRefundResult(refund="R-1", succeeded=True)
    shop.cases.take(shop.case_id, paid, shop.context(paid, MONDAY + 3 * DAY))
    assert shop.case.final
    late = MONDAY + 6 * DAY
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, "paid"), late)
    assert shop.dispute.enforcement == "completed"


def test_money_above_the_arbiters_limit_waits_for_approval_when_time_runs_out() -> None:
    limits = tuple(
        ApprovalRow(
            id=f"shop.{role}",
            version=1,
            title="limit",
            binding="adjudication_time",
            in_force_from=MONDAY - 100 * DAY,
            source="[Δ]",
            step="ruling",
            role=role,
            up_to_fen=most,
        )
        for role, most in LIMITS
    )
    rows = [row for row in DOUYIN.rows if getattr(row, "step", "") != "ruling"]
    shop = Shop(replace(DOUYIN, rows=(*rows, *limits)))
    shop.complains()
    shop.opens()
    shop.ruled()
    late = MONDAY + 10 * DAY
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, "late"), late)
    assert shop.of(shop.dispute_id, EnforcementStarted) == []
    shop.does(EnforceRuling(by=By(role="finance_approver", name="cashier")), at=late)
    assert len(shop.of(shop.case_id, RulingExecuted)) == 1


LIMITS: tuple[tuple[Literal["arbiter", "finance_approver"], int | None], ...] = (
    ("arbiter", 100),
    ("finance_approver", None),
)


def test_what_a_consumer_bears_was_taken_off_the_award_and_is_not_owed_again(
    shop: Shop,
) -> None:
    shop.opens()
    shop.does(
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        EscalateDispute(by=ANNA),
        ContestFault(by=SHOP),
        EndRound(by=JUDGE),
        replace(
            rule,
            result="both_at_fault",
            liability=(
                Liability(party="merchant", share_bp=5_000, basis="late"),
                Liability(party="consumer", share_bp=5_000, basis="opened_it"),
            ),
        ),
        EnforceRuling(by=MACHINE),
    )
    assert postings(shop.account_of(shop.case_id)) == []


def test_negotiation_ends_with_the_platform_when_the_clock_is_asked(
    shop: Shop,
) -> None:
    shop.opens()
    due = MONDAY + 4 * DAY
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, "due"), due)
    assert shop.of(shop.dispute_id, DisputeEscalated) == []
    shop.disputes.check_one(shop.dispute_id, uuid5(NAMES, "late"), due + SECOND)
    assert len(shop.of(shop.dispute_id, DisputeEscalated)) == 1


def test_a_case_whose_clock_wants_the_platform_gets_a_dispute() -> None:
    shop = Shop()
    nothing = tuple(replace(item, amount=fen(0)) for item in ITEMS)
    repair = OpenCase(
        by=ANNA,
        order=str(shop.order_id),
        consumer="anna",
        type="repair",
        items=nothing,
        reason=5,
    )
    shop.cases.open(shop.case_id, shop.order_id, repair, shop.context(repair, MONDAY))
    steps: tuple[CaseCommand, ...] = (
        ApproveCase(by=SHOP, address="sealed:address"),
        SubmitReturnWaybill(by=ANNA, carrier="shunfeng", waybill="SF2"),
        ConfirmReturnReceived(by=SHOP, items=(GoodsReturned(line=1, quantity=1),)),
        JudgeReturn(by=SHOP, acceptance="accepted"),
    )
    for step in steps:
        shop.cases.take(shop.case_id, step, shop.context(step, MONDAY))
    asks = Escalations(shop.cases, shop.disputes)
    early = ClockAsk(shop.case_id, uuid5(NAMES, "early"))
    asks.check([early], MONDAY + DAY)
    assert shop.case.dispute is None
    late = ClockAsk(shop.case_id, uuid5(NAMES, "late"))
    for _ in range(2):
        (answer,) = asks.check([late], MONDAY + 100 * DAY)
        assert isinstance(answer, Receipt)
    assert shop.case.dispute is not None
    dispute, _ = shop.disputes.find(UUID(shop.case.dispute))
    assert dispute.opened is not None
    assert dispute.opened.by == MACHINE
    assert len(shop.of(shop.case_id, CaseEscalated)) == 1


def test_a_dispute_run_elsewhere_is_followed() -> None:
    shop = Shop()
    dispute_id = shop.disputes.told_id("anna", "paypal", "PP-D-1")
    told = ReportDispute(
        order=str(shop.order_id),
        consumer="anna",
        source="paypal",
        number="PP-D-1",
        status="platform_review",
        word="UNDER_REVIEW",
        deadline=MONDAY + 10 * DAY,
    )
    context = replace(shop.context(told, MONDAY + DAY), occurred_at=MONDAY)
    shop.disputes.take(dispute_id, told, context)
    dispute, _ = shop.disputes.find(dispute_id)
    assert (dispute.status, dispute.mirrored) == ("platform_review", True)
    assert dispute.timers["told"].due_at == MONDAY + 10 * DAY


def test_a_whole_walk_from_the_opening_to_the_close(shop: Shop) -> None:
    shop.opens()
    shop.does(
        MakeOffer(by=SHOP, type="partial_refund", amount=fen(10_000)),
        MakeOffer(by=ANNA, type="refund", amount=fen(80_000)),
        EscalateDispute(by=ANNA),
        AskForProof(by=LIN, of=("merchant", "consumer")),
        SubmitProof(by=SHOP, files=(Shown(evidence="f-1", shows="purchase_proof"),)),
        SubmitProof(by=ANNA, files=(Shown(evidence="f-2", shows="inspection_report"),)),
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        replace(
            rule,
            findings=(
                Finding(
                    fact="goods_genuine", holds=False, shown_by=ANNA, evidence=("f-2",)
                ),
            ),
        ),
        EnforceRuling(by=MACHINE),
        FileAppeal(by=SHOP, files=(Shown(evidence="f-3"),)),
        AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-qi"),
        DecideAppeal(by=OTHER_JUDGE, upheld=True),
        CompleteEnforcement(by=MACHINE),
    )
    assert shop.dispute.status == "closed"
    (opened,) = shop.of(shop.dispute_id, DisputeOpened)
    (ruling,) = shop.of(shop.dispute_id, RulingIssued)
    assert isinstance(opened, DisputeOpened)
    assert isinstance(ruling, RulingIssued)
    assert ruling.silences == ()
