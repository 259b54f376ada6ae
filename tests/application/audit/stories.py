"""One matter told from the first word to the last, with every type of event there is.

Anna's handbag and straps, under the rules of the shipped packs: what is asked of each
noun goes through the product's own commands, on a store that forgets.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from msgspec import structs

from application.after_sales import AfterSales
from application.compensation import Compensations, PaidOrder
from application.contacts import Contacts
from application.disputes import Disputes
from application.event_store.envelope import (
    Ask,
    CommandContext,
    Part,
    Receipt,
    RecordedEvent,
)
from application.event_store.handler import CommandHandler
from application.orders import Orders
from application.policies import shipped_documents
from application.policy_set import Policies
from application.processes.check_overdue_clocks import ClockAsk
from application.responsibility import Responsibilities
from domain import after_sales as a
from domain import agent_promise as p
from domain import contact as c
from domain import dispute as d
from domain import order as o
from domain import resolution as s
from domain import responsibility as r
from domain.ids import id_from_name
from domain.incident import INCIDENT, IncidentCommand
from domain.kernel import Command
from domain.money import Money
from domain.party import SYSTEM, By, Participant
from domain.plan import Plan, PlanStep, plan_hash
from domain.policy.quote import Facts
from domain.shortfall import SeverityOf, Shortfall, Weighed
from domain.timer import CheckClocks
from tests.application.audit.incident_story import taken_back, to_its_review, withdrawn
from tests.memory_store import MemoryEventStore

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG_BEFORE = MONDAY - 100 * DAY
NAMES = UUID("a3b1c6de-0000-8000-8000-000000000002")

ANNA = By(role="consumer", name="anna")
SHOP = By(role="merchant", name="shop-1")
HOST = By(role="creator", name="host-7")
LIN = By(role="agent", name="lin")
WEI = By(role="senior_agent", name="wei")
JUDGE = By(role="arbiter", name="judge-ma")
OTHER_JUDGE = By(role="arbiter", name="judge-qi")
CASHIER = By(role="finance_approver", name="cashier")
SEALED = "sealed:words:1"
SPRING = "douyin-like.calendar.spring-2026-answer@20260210"
PHOTO = a.EvidenceItem(evidence="file-photo", shows="photo")
VIDEO = a.EvidenceItem(evidence="file-video", shows="video")


def fen(minor: int) -> Money:
    return Money(minor, "CNY")


BAG = o.OrderLine(line=1, product="bag", quantity=1, price=fen(60_000))
STRAP = o.OrderLine(line=2, product="strap", quantity=2, price=fen(20_000))
THE_BAG = (o.ClaimItem(line=1, quantity=1, amount=fen(60_000)),)
RETURN_WITHIN = "return_within/order/merchant"

# A parcel that stalls, and what is done about it.
GROUND = "order@4"
STALLED = Shortfall(
    code="TRANSIT_STALLED",
    line=1,
    window="w1",
    since=MONDAY,
    rule="douyin-like.stalled@1",
)
GRAVE = SeverityOf(
    severity="high",
    points=12,
    inputs=(Weighed(input="value", value=60_000, points=4),),
    policy="douyin-like.severity@1",
)
OWED = Plan(
    name="minimum",
    steps=(
        PlanStep(action="coupon_compensation", part="entitlement", amount=fen(500)),
    ),
)
NOTHING = Plan(name="minimum", steps=())
RESHIP = Plan(
    name="reship",
    steps=(
        PlanStep(action="intercept", part="service"),
        PlanStep(action="resend", part="service"),
    ),
)
GIFT = Plan(
    name="gift",
    steps=(
        PlanStep(action="coupon_compensation", part="goodwill", amount=fen(30_000)),
    ),
)


class Matter:
    """A service with one order; whoever asks it something asks it now."""

    def __init__(self) -> None:
        self.at = MONDAY
        self.store = MemoryEventStore(clock=lambda: self.at)
        handler = self.handler = CommandHandler(self.store)
        self.policies = Policies(
            self.store, handler, shipped_documents, lambda: LONG_BEFORE
        )
        self.policies.current()
        self.orders = Orders(self.store, handler, self.policies)
        self.accounts = Responsibilities(self.store, handler, self.policies)
        self.cases = AfterSales(
            self.store, handler, self.orders, self.accounts, self.policies
        )
        self.disputes = Disputes(
            self.store, handler, self.orders, self.cases, self.accounts, self.policies
        )
        self.contacts = Contacts(self.store, handler, self.policies)
        self.money = Compensations(self.store, handler, self.policies)
        self.order_id = self.orders.id_of("anna", "douyin", "D-1")
        self.case_id = self.cases.id_of(self.order_id, "C-1")
        self.dispute_id = self.disputes.id_of(self.order_id, "X-1")
        self.contact_id = self.contacts.id_of("anna", "K-1")
        self.promise_id = self.contacts.promise_id(self.contact_id, "1")
        self._asked = 0

    def context(self, command: Command, by: By | None = None) -> CommandContext:
        self._asked += 1
        self.at += MINUTE
        cause = uuid5(NAMES, str(self._asked))
        who = by or getattr(command, "by", None)
        actor = f"{who.role}:{who.name}" if isinstance(who, By) else "service:feed"
        return CommandContext(
            actor=actor,
            asked_at=self.at,
            command_id=cause,
            correlation_id=cause,
            name=type(command).__name__,
        )

    def order(self, *commands: o.OrderCommand) -> None:
        for command in commands:
            self.orders.handle_one(self.order_id, command, self.context(command))

    def case(self, *commands: a.CaseCommand) -> None:
        for command in commands:
            context = self.context(command)
            if isinstance(command, a.OpenCase):
                opening = structs.replace(command, order=str(self.order_id))
                self.cases.open(self.case_id, self.order_id, opening, context)
            else:
                self.cases.take(self.case_id, command, context)

    def another(self) -> UUID:
        """Open another case of the order, about the straps; return its id."""
        case_id = self.cases.id_of(self.order_id, "C-2")
        straps = (o.ClaimItem(line=2, quantity=1, amount=fen(0)),)
        command = ask("resend", straps)
        self.cases.open(case_id, self.order_id, command, self.context(command))
        return case_id

    def dispute(self, *commands: d.DisputeCommand) -> None:
        for command in commands:
            self.disputes.take(self.dispute_id, command, self.context(command))

    def contact(self, *commands: c.ContactCommand) -> None:
        for command in commands:
            self.contacts.take(self.contact_id, command, self.context(command))

    def promise(self, *commands: p.AgentPromiseCommand) -> None:
        for command in commands:
            self.contacts.take_promise(self.promise_id, command, self.context(command))

    def account(self, matter: UUID, *commands: r.ResponsibilityCommand) -> None:
        account_id = self.accounts.id_beside(self.order_id, str(matter))
        for command in commands:
            context = self.context(command)
            self.accounts.take(account_id, command, "douyin", context)

    def incident(self, number: str, *commands: IncidentCommand) -> None:
        incident_id = id_from_name(0, "incident", "redress", number)
        rules = self.policies.for_source(None)
        for command in commands:
            part = Part(incident_id, INCIDENT, command, rules)
            self.handler.handle_one(Ask(self.context(command), (part,)))

    def wait(self, span: timedelta) -> None:
        """Let time pass, and ask everything with a clock."""
        self.at += span
        for ask, stream_id in (
            (self.cases.check, self.case_id),
            (self.disputes.check, self.dispute_id),
            (self.contacts.check, self.contact_id),
            (self.contacts.check_promises, self.promise_id),
        ):
            if self.store.stream(stream_id):
                cause = self.context(CheckClocks()).command_id
                for answer in ask([ClockAsk(stream_id, cause)], self.at):
                    assert isinstance(answer, Receipt), answer

    def buys(self) -> None:
        """Order, pay and receive a bag and two straps."""
        self.order(
            o.PlaceOrder(
                consumer="anna",
                source="douyin",
                number="D-1",
                merchant="shop-1",
                lines=(BAG, STRAP),
                participants=(
                    Participant(party="shop-1", roles=("merchant",)),
                    Participant(party="host-7", roles=("creator",)),
                ),
            ),
            o.CapturePayment(
                payment="P-1", tenders=(o.Tender(tender="wechat", amount=fen(80_000)),)
            ),
            o.ShipParcel(parcel="SF1", carrier="shunfeng", waybill="SF1"),
            o.RecordDelivery(parcel="SF1"),
        )

    def events(self) -> Sequence[RecordedEvent]:
        """Everything there is, stream by stream."""
        return [each for stream in self.store.streams.values() for each in stream]


def ask(type_: a.CaseType, items: o.ClaimItems = THE_BAG, **more: object) -> a.OpenCase:
    return a.OpenCase(
        by=ANNA,
        order="",
        consumer="anna",
        type=type_,
        items=items,
        reason=5,
        evidence=(PHOTO,),
        **more,  # type: ignore[arg-type]  # fields by their names
    )


def bag(minor: int) -> o.ClaimItems:
    """Return the bag, for so much."""
    return (o.ClaimItem(line=1, quantity=1, amount=fen(minor)),)


reopen = a.ReopenCase(by=WEI, reason="consumer_called", words=SEALED)


def every_turn_of_a_case(matter: Matter) -> None:
    """Tell a case with every type of event an after-sales case has."""
    matter.buys()
    matter.case(
        ask("return_refund", words=SEALED),
        a.AssignCase(by=LIN, agent="lin"),
        a.AskForEvidence(by=LIN, of="consumer", shows=("video",), words=SEALED),
        a.AddEvidence(by=ANNA, evidence=(VIDEO,), words=SEALED),
        a.NoteCase(by=LIN, words=SEALED),
        a.CounterOffer(by=SHOP, type="partial_refund", items=bag(10_000)),
        a.DeclineCounter(by=ANNA),
        a.FreezeCase(by=WEI, frozen=True, reason="account_stolen"),
        a.FreezeCase(by=WEI, frozen=False, reason="account_back"),
        a.RejectCase(by=SHOP, reason="not_as_claimed", evidence=(PHOTO,)),
        a.EscalateCase(by=ANNA, dispute="dispute-1", words=SEALED),
        a.EndIntervention(by=WEI, dispute="dispute-1"),
        a.ChangeRequest(by=ANNA, type="exchange", items=THE_BAG, reason=5),
        a.ApproveCase(by=SHOP, address=SEALED),
        a.ExtendClock(by=WEI, timer="send_back", hours=24, reason="travelling"),
        a.SubmitReturnWaybill(by=ANNA, carrier="shunfeng", waybill="SF2"),
        a.RecordParcelScan(direction="reverse", scan="s1", code="in_transit"),
        a.ConfirmReturnReceived(by=SHOP, items=(a.GoodsReturned(line=1, quantity=1),)),
        a.JudgeReturn(by=SHOP, acceptance="manual_intervention_required"),
        a.RecordReception(by=SHOP, reception="given_to_customer"),
        a.TellFallback(by=SYSTEM, items=bag(10_000)),
        a.ShipReplacement(by=SHOP, carrier="shunfeng", waybill="SF3"),
        a.ConfirmReplacement(by=ANNA),
        a.RateCase(by=ANNA, score=4),
        reopen,
    )
    matter.case(a.MergeCase(by=WEI, into=str(matter.another())))
    beside_the_request(matter)
    money_comes_back(matter)


def beside_the_request(matter: Matter) -> None:
    """Tell a visit at the door, a ticket, another case taken over."""
    matter.case(
        reopen,
        a.AppointInspection(by=SHOP, appointed_for=matter.at + 2.5 * MINUTE),
        a.RecordInspection(by=SHOP, result="pass"),
        a.OpenTicket(by=WEI, words=SEALED),
        a.AnswerTicket(by=SHOP, ticket=1, words=SEALED),
        a.TakeOverCase(
            by=WEI, merged="case-3", order=str(matter.order_id), consumer="anna"
        ),
        a.WithdrawCase(by=ANNA),
    )


def money_comes_back(matter: Matter) -> None:
    """Tell how a case is reopened, paid, told of by a platform, ruled and let go."""
    matter.case(
        reopen,
        a.CounterOffer(by=SHOP, type="partial_refund", items=bag(10_000)),
        a.AcceptCounter(by=ANNA),
        a.OrderRefund(by=SHOP, refund="R-1"),
        a.RecordRefundResult(refund="R-1", succeeded=False, failure="no_balance"),
        a.OrderRefund(by=WEI, refund="R-2", route="platform_advance"),
        a.RecordRefundResult(refund="R-2", succeeded=True),
        a.RecordRecovery(refund="R-2", amount=fen(10_000)),
        a.ConfirmResolved(by=ANNA, resolved=False),
        a.ReportCase(
            order=str(matter.order_id),
            consumer="anna",
            source="douyin",
            number="T-1",
            word="refund_agreed",
            status="refunding",
        ),
        reopen,
        a.WithdrawCase(by=ANNA),
        reopen,
    )
    matter.wait(3 * DAY)  # The shop does not answer, and the clock does.
    matter.case(
        reopen,
        a.EscalateCase(by=ANNA, dispute="dispute-2"),
        a.ExecuteRuling(by=JUDGE, dispute="dispute-2"),
    )


def contact_with_a_promise(matter: Matter) -> None:
    """Tell a contact: opened, answered too late, handed over, rated, closed."""
    matter.contact(
        c.OpenContact(by=ANNA, consumer="anna", channel="chat", words=SEALED),
    )
    matter.wait(2 * DAY)
    matter.contact(
        c.AssignContact(by=LIN, agent="lin"),
        c.Write(by=LIN, message="2", words=SEALED),
        c.RecordWords(by=ANNA, message="3", channel="call"),
        c.LinkContact(by=LIN, noun="order", target=str(matter.order_id)),
        c.LinkContact(by=LIN, noun="case", target=str(matter.case_id)),
        c.HandOverContact(by=LIN, to="wei", words=SEALED),
        c.Write(by=WEI, message="4", words=SEALED),
        c.RateContact(by=ANNA, score=5),
        c.CloseContact(by=WEI, outcome="made_good"),
        c.Write(by=ANNA, message="5", words=SEALED),
        c.CloseContact(by=ANNA, outcome="answered"),
        c.ReopenContact(by=WEI, reason="more_to_say"),
    )
    contact = str(matter.contact_id)
    due = matter.at + DAY
    matter.promise(
        p.MakePromise(
            by=LIN, consumer="anna", contact=contact, deed="call_back", due_at=due
        ),
        p.ExtendPromise(by=LIN, due_at=due + HOUR, reason="consumer_asked"),
    )
    matter.wait(2 * DAY)
    matter.promise(p.KeepPromise(by=LIN, evidence="call-1"))


BY_SILENCE = d.Finding(
    fact="goods_genuine", holds=False, policy="douyin-like.burden.counterfeit@1"
)
RULING = d.IssueRuling(
    by=JUDGE,
    result="support_consumer",
    findings=(BY_SILENCE,),
    liability=(
        d.Liability(party="merchant", share_bp=7_000, basis="sold_fake"),
        d.Liability(party="creator", share_bp=3_000, basis="promised"),
    ),
    awards=(d.Award(kind="refund", amount=fen(40_001), payer="merchant"),),
    basis=("douyin-like.burden.counterfeit@1",),
)


def opening(matter: Matter) -> d.OpenDispute:
    """Return Anna's dispute over her case."""
    return d.OpenDispute(
        by=ANNA,
        order=str(matter.order_id),
        case=str(matter.case_id),
        consumer="anna",
        issue="counterfeit",
        words=SEALED,
    )


def a_dispute_ruled_and_appealed(matter: Matter) -> None:
    """Tell a dispute from its opening through silence and a ruling to an appeal."""
    matter.buys()
    matter.case(ask("refund_shipped"), a.RejectCase(by=SHOP, reason="other"))
    matter.dispute(
        opening(matter),
        d.AssignHandler(by=WEI, duty="handler", person="lin"),
        d.MakeOffer(by=SHOP, type="coupon", amount=fen(1_000), words=SEALED),
        d.DenyOffer(by=ANNA, offer=1, words=SEALED),
        d.MakeOffer(by=ANNA, type="refund", amount=fen(50_000)),
        d.MakeOffer(by=ANNA, type="refund", amount=fen(40_000)),
        d.NoteDispute(by=LIN, words=SEALED),
        d.ContestFault(by=HOST, words=SEALED),
    )
    matter.wait(4 * DAY)  # The sides do not agree in time.
    matter.dispute(
        d.AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        d.AskForProof(by=LIN, of=("merchant", "consumer")),
        d.SubmitProof(by=ANNA, files=(d.Shown(evidence="file-1", shows="photo"),)),
    )
    matter.wait(2 * DAY)  # The shop shows nothing.
    matter.dispute(
        RULING,
        d.FileAppeal(
            by=SHOP, files=(d.Shown(evidence="file-2", shows="purchase_proof"),)
        ),
        d.AssignHandler(by=WEI, duty="appeal_arbiter", person="judge-qi"),
        d.AskForProof(by=OTHER_JUDGE, of=("consumer",)),
        d.SubmitProof(by=ANNA, files=(d.Shown(evidence="file-3", shows="photo"),)),
        d.DecideAppeal(by=OTHER_JUDGE, upheld=True),
        d.EnforceRuling(by=CASHIER),
        d.CompleteEnforcement(by=WEI),
    )
    matter.wait(30 * DAY)


def a_dispute_settled_and_reopened(matter: Matter) -> None:
    """Tell a dispute that is settled, reopened, let go, told of, and given away."""
    matter.buys()
    matter.case(ask("refund_shipped"), a.RejectCase(by=SHOP, reason="other"))
    again = d.ReopenDispute(by=WEI, reason="consumer_called", words=SEALED)
    matter.dispute(
        opening(matter),
        d.MakeOffer(by=SHOP, type="partial_refund", amount=fen(5_000)),
        d.AcceptOffer(by=ANNA, offer=1),
        d.RateDispute(by=ANNA, score=3, words=SEALED),
        again,
        d.WithdrawDispute(by=ANNA),
        again,
        d.TerminateDispute(by=WEI, authority="court", reference="court-1"),
        again,
        d.EscalateDispute(by=ANNA),
        d.ReportDispute(
            order=str(matter.order_id),
            consumer="anna",
            source="douyin",
            number="T-2",
            word="arbitrating",
        ),
        d.AcceptLiability(by=SHOP),
    )


def who_owes_whom(matter: Matter) -> None:
    """Tell an account: attributed, contested, final; claims paid, denied, given up."""
    matter.buys()
    account = matter.accounts.id_beside(matter.order_id, "m-1")
    bear = r.AttributeResponsibility(
        by=WEI,
        shares=(r.Share(party="merchant", name="shop-1", share_bp=10_000, basis="x"),),
    )
    shop, host = (
        r.Account(kind="merchant", name="shop-1"),
        r.Account(kind="creator", name="host-7"),
    )
    told: tuple[r.ResponsibilityCommand, ...] = (
        r.OpenAttribution(
            by=WEI,
            matter="m-1",
            order=str(matter.order_id),
            source="douyin",
            consumer="anna",
            parties=(shop, host),
        ),
        bear,
        r.ContestAttribution(by=SHOP, words=SEALED),
        r.FinaliseAttribution(by=By(role="arbiter", name="judge-qi")),
        r.PostEntry(by=WEI, entry=paid_out(shop)),
        *claims(shop, host),
        r.RecordScoreEffect(by=WEI, effect=score()),
    )
    for command in told:
        context = matter.context(command)
        matter.accounts.take(account, command, "douyin", context)


def paid_out(shop: r.Account) -> r.Entry:
    """Return that the shop paid Anna ten yuan."""
    return r.Entry(
        entry="E-1",
        kind="paid",
        why="refund",
        currency="CNY",
        postings=(
            r.Posting(account=shop, minor=-1_000),
            r.Posting(account=r.Account(kind="consumer", name="anna"), minor=1_000),
        ),
    )


def score() -> r.ScoreEffect:
    """Return what it does to the shop."""
    return r.ScoreEffect(
        party="merchant",
        name="shop-1",
        metric="refund_rate",
        numerator=1,
        denominator=1,
    )


def claims(shop: r.Account, host: r.Account) -> Sequence[r.ResponsibilityCommand]:
    """Return one claim that is paid in part, and one that is denied."""

    def claim(name: str) -> r.ClaimRecourse:
        return r.ClaimRecourse(
            by=SHOP,
            claim=name,
            claimant=shop,
            against=host,
            amount=fen(500),
            basis="told_wrong",
        )

    return (
        claim("C-1"),
        r.AcknowledgeRecourse(by=HOST, claim="C-1"),
        r.RecordRecoursePaid(by=WEI, claim="C-1", payment="P-9", amount=fen(100)),
        r.WriteOffRecourse(by=SHOP, claim="C-1", reason="goodwill"),
        claim("C-2"),
        r.DisputeRecourse(by=HOST, claim="C-2", words=SEALED),
    )


def compensated(matter: Matter) -> None:
    """Tell what the rules pay for being late: set aside, paid, given up."""
    paid = PaidOrder(
        order=str(matter.order_id),
        source="douyin",
        consumer="anna",
        merchant="shop-1",
        paid_at=matter.at,
    )
    facts = Facts(item_fen=60_000, paid_fen=60_000, breaches=("SHIP_OVERDUE",))
    for name in ("RS-1", "RS-2"):
        command = matter.money.reservation(
            paid, by=WEI, reservation=name, matter="m-1", facts=facts
        )
        matter.money.take(paid, command, matter.context(command))
    gift = matter.money.goodwill(
        paid,
        by=SYSTEM,
        approved_by=WEI,
        reservation="RS-3",
        matter="m-1",
        total_fen=9_000,
        paid_fen=60_000,
    )
    matter.money.take(paid, gift, matter.context(gift))
    matter.money.commit(paid, "RS-1", WEI, matter.context(RULING, WEI))
    context = matter.context(RULING, WEI)
    matter.money.release(paid, "RS-2", "paid_otherwise", WEI, context)


def an_order_complete_and_off(matter: Matter) -> None:
    """Tell an order delivered, signed for, complete, and cancelled all the same."""
    matter.order(o.IdentifyOrder(consumer="anna", source="douyin", number="D-1"))
    matter.buys()
    matter.order(
        o.WaivePromise(
            promise="return_within/order/merchant", reason="consumer_agreed"
        ),
        o.ConfirmStock(),
        o.GiveTime(what="after_sales", until=MONDAY + 30 * DAY, reason="resolution"),
        o.RecordScan(parcel="SF1", scan="s1", code="in_transit"),
        o.RecordSigning(parcel="SF1", signed_by="consumer"),
        o.ConfirmReceipt(),
        o.RecordReview(review="R-1", score=5, words=SEALED),
        o.RecordNote(words=SEALED),
        o.RecordRefund(refund="R-9", amount=fen(100)),
        o.RecordCancellation(by="platform", reason="fraud"),
    )


def a_promise_to_ship(matter: Matter) -> None:
    """Tell a promise put off, broken by the clock, and kept after all."""
    place = o.PlaceOrder(
        consumer="anna",
        source="douyin",
        number="D-1",
        merchant="shop-1",
        lines=(BAG,),
    )
    pay = o.CapturePayment(
        payment="P-1", tenders=(o.Tender(tender="wechat", amount=fen(60_000)),)
    )
    matter.order(place, pay)
    paid_at = matter.at
    matter.order(
        o.RenegotiateShipDate(due_at=matter.at + 3 * DAY, reason="holiday"),
        o.ChangeAddress(address=SEALED),
    )
    matter.at += 4 * DAY
    matter.order(o.CheckPromises())
    ship = o.ShipParcel(parcel="SF1")
    late = structs.replace(matter.context(ship), occurred_at=paid_at + DAY)
    matter.orders.handle_one(matter.order_id, ship, late)
    matter.order(
        o.RequestIntercept(parcel="SF1", reason="consumer_asked"),
        o.RecordIntercept(parcel="SF1", succeeded=False),
        o.ReturnToSender(parcel="SF1", reason="consumer_asked"),
        o.RecordReturned(parcel="SF1"),
        o.RecordLoss(parcel="SF1"),
    )


def incidents(matter: Matter) -> None:
    """Tell an incident to its review, and another that is taken back."""
    matter.incident("I-7", *to_its_review(SPRING))
    matter.incident("I-8", *taken_back())
    matter.incident("I-9", *withdrawn())


def made_good_in_one_stop(matter: Matter) -> None:
    """Tell resolutions with every type of event a resolution has."""
    matter.buys()
    reship, gift = (plan_hash(each, GROUND) for each in (RESHIP, GIFT))

    def tell(name: str, *commands: s.ResolutionCommand) -> None:
        stream = matter.accounts.id_beside(matter.order_id, f"resolution-{name}")
        book = matter.policies.for_source("douyin")
        for command in commands:
            part = Part(stream, s.RESOLUTION, command, book)
            context = matter.context(command, SYSTEM)
            matter.handler.handle_one(Ask(context, (part,)))

    def begin(number: int) -> s.OpenResolution:
        return s.OpenResolution(
            by=SYSTEM,
            order=str(matter.order_id),
            consumer="anna",
            number=number,
            shortfall=STALLED,
        )

    def offer(seen: str) -> s.OfferPlans:
        return s.OfferPlans(by=SYSTEM, hash=seen, reason="parcel_stalled")

    def result(key: str, attempt: int = 1, **more: Any) -> s.RecordStepResult:
        return s.RecordStepResult(by=SYSTEM, step=key, attempt=attempt, **more)

    def starts(key: str) -> s.StartStep:
        return s.StartStep(by=SYSTEM, step=key)

    propose = s.ProposePlans(
        by=LIN, minimum=OWED, plans=(RESHIP, GIFT), rests_on=GROUND
    )
    triage = s.TriageResolution(by=SYSTEM, severity=GRAVE)
    other = structs.replace(STALLED, window="w2")
    tell(
        "1",
        begin(1),
        s.AttachShortfall(by=SYSTEM, shortfall=other),
        triage,
        propose,
        s.HealShortfall(by=SYSTEM, shortfall=other.name, cleared_by="scan"),
        starts("1/minimum/1"),
        result("1/minimum/1", succeeded=True, reference="C-9"),
        propose,
        s.RejectPlans(by=CASHIER, reason="too_dear"),
        propose,
        s.ApprovePlan(by=CASHIER, plan="gift", hash=gift),
        offer(reship),
        s.CounterPlans(by=ANNA, wish="money_back"),
        propose,
        s.ApprovePlan(by=CASHIER, plan="gift", hash=gift),
        offer(reship),
        s.DeclinePlans(by=ANNA),
        propose,
        s.ApprovePlan(by=CASHIER, plan="gift", hash=gift),
        offer(reship),
        s.AcceptPlan(by=ANNA, plan="reship"),
        starts("5/reship/1"),
        result("5/reship/1", succeeded=True),
        starts("5/reship/2"),
        result("5/reship/2", succeeded=False, reason="no_stock", final=True),
        s.CompensateStep(by=SYSTEM, step="5/reship/1"),
        s.SettleStep(
            by=LIN, step="5/reship/2", way="done_elsewhere", reason="sent_by_hand"
        ),
    )
    matter.at += 8 * DAY
    tell(
        "1",
        CheckClocks(),
        s.ReopenResolution(by=ANNA, reason="stalled_again"),
        s.HandToDispute(by=ANNA, dispute="dispute-1"),
    )
    matter.at += 30 * DAY
    tell(
        "1",
        s.MeasureOutcome(
            by=SYSTEM,
            after_days=30,
            complained_later=True,
            refunded_again=False,
            bought_again=False,
        ),
    )
    tell("2", begin(2), s.DismissResolution(by=LIN, reason="duplicate"))
    heal = s.HealShortfall(by=SYSTEM, shortfall=STALLED.name, cleared_by="scan")
    tell("3", begin(3), heal)
    small = structs.replace(propose, by=SYSTEM, minimum=NOTHING, plans=(RESHIP,))
    tell("4", begin(4), triage, small, offer(reship))
    matter.at += 4 * DAY
    tell("4", CheckClocks())


def everything() -> Sequence[Matter]:
    """Tell all of them, each on a store of its own."""
    stories: tuple[Callable[[Matter], None], ...] = (
        every_turn_of_a_case,
        contact_with_a_promise,
        a_dispute_ruled_and_appealed,
        a_dispute_settled_and_reopened,
        who_owes_whom,
        compensated,
        incidents,
        an_order_complete_and_off,
        a_promise_to_ship,
        made_good_in_one_stop,
    )
    matters = []
    for story in stories:
        matter = Matter()
        story(matter)
        matters.append(matter)
    return matters
