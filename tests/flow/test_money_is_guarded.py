"""Whoever asks for whatever in whichever order: no more money or goods than there are.

Orders, after-sales cases, disputes, accounts and compensation are asked at random, on
the store that forgets, and time passes. ``make soak`` does it longer.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from msgspec.structs import replace

from application.event_store.store import StaleVersion
from domain.dispute import CompleteEnforcement
from domain.kernel import Command, Refused
from domain.money import Money
from domain.order import (
    CancelledBy,
    CancelOrder,
    CapturePayment,
    ConfirmReceipt,
    ConfirmStock,
    OrderCommand,
    OrderLine,
    Packed,
    PlaceOrder,
    RecordCompletion,
    RecordDelivery,
    RecordRefund,
    ShipParcel,
    Tender,
)
from domain.party import SYSTEM, Participant
from domain.policy.facts import Facts
from domain.policy.rows import BreachCode
from domain.responsibility import (
    Account,
    AcknowledgeRecourse,
    AttributeResponsibility,
    ClaimRecourse,
    ContestAttribution,
    FinaliseAttribution,
    RecordRecoursePaid,
    ResponsibilityCommand,
    Share,
    WriteOffRecourse,
)
from tests.flow.casework import CONSUMER, HOST, SHOP, SOURCE, Casework, Taking, named
from tests.flow.casework_asks import (
    Dice,
    case_command,
    dispute_command,
    dispute_opening,
    gateway,
    opening,
    scan,
)
from tests.flow.casework_checks import Seen, check_all
from tests.flow.casework_ends import (
    as_handled,
    case_turn,
    dispute_turn,
    everything_ends,
)

CASES_MAX, DISPUTES_MAX = 5, 4
CANCELLING: Final[tuple[CancelledBy, ...]] = ("consumer", "merchant", "platform")
BREACHES: Final[tuple[BreachCode, ...]] = (
    "SHIP_OVERDUE",
    "TRACK_OVERDUE",
    "TRACK_ABNORMAL",
    "PICKUP_OVERDUE",
)


class AnnasOrder(RuleBasedStateMachine):
    """One order of Anna's, and everybody who wants something of it."""

    def __init__(self) -> None:
        super().__init__()
        self.work = Casework("douyin-like")
        self.seen = Seen()
        self.sound = False

    @initialize(data=st.data(), pack=st.sampled_from(("douyin-like", "taobao-like")))
    def placed_and_paid(self, data: st.DataObject, pack: str) -> None:
        self.work, self.dice = Casework(pack), Dice(data.draw)
        dice = self.dice
        self.currency = dice.one_of(("CNY", "CNY", "CNY", "JPY"))
        lines = tuple(
            OrderLine(
                line=number,
                product=f"thing-{number}",
                quantity=dice.number(1, 3),
                price=self.money(dice.one_of((10_000, 333, 0, 7))),
                freight=self.money(dice.one_of((0, 100, 7))) if number == 1 else None,
            )
            for number in range(1, dice.number(1, 3) + 1)
        )
        self.price = sum(
            each.price.minor + (each.freight.minor if each.freight else 0)
            for each in lines
        )
        place = PlaceOrder(
            consumer=CONSUMER,
            source=SOURCE,
            number="A-1",
            lines=lines,
            merchant=SHOP,
            participants=(
                Participant(party=SHOP, roles=("merchant",)),
                Participant(party=HOST, roles=("creator",)),
            ),
            offers=(),
        )
        self.told(place)
        self.told(self.payment("P-1"))

    # -- The order --

    @rule(data=st.data())
    def something_is_told_of_the_order(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        line = dice.one_of(self.work.order.lines)
        packed = (Packed(line=line.line, quantity=dice.number(1, line.quantity)),)
        parcel = f"S-{dice.number(1, 3)}"
        told: tuple[OrderCommand, ...] = (
            ShipParcel(parcel=parcel, contents=packed),
            RecordDelivery(parcel=parcel),
            ShipParcel(parcel=parcel),
            RecordDelivery(parcel=None),
            self.payment(f"P-{dice.number(1, 2)}", dice),
            RecordRefund(
                refund=f"F-{dice.number(1, 2)}",
                amount=self.money(dice.number(0, self.price)),
            ),
            ConfirmStock(),
            RecordCompletion(),
        )
        self.told(dice.one_of(told))

    @rule(data=st.data())
    def something_is_asked_of_the_order(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        by = dice.one_of(CANCELLING)
        ways: tuple[OrderCommand, ...] = (
            ConfirmReceipt(),
            CancelOrder(by=by, reason="regret"),
        )
        asked = dice.one_of(ways)
        self.asks(dice, asked, self.work.tells_order(asked))

    # -- Cases --

    @precondition(lambda self: len(self.work.all_cases) < CASES_MAX)
    @rule(data=st.data())
    def anna_asks_for_something(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        number = f"C-{self.next_number(dice, len(self.work.all_cases))}"
        case_id = self.work.cases.id_of(self.work.order_id, number)
        command = opening(dice, self.work.order)
        self.asks(
            dice,
            command,
            lambda context: self.work.cases.open(
                case_id, self.work.order_id, command, context
            ),
        )

    @precondition(lambda self: self.work.all_cases)
    @rule(data=st.data())
    def somebody_asks_something_of_a_case(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        case_id, take, command = self.of_a_case(dice)
        self.asks(dice, command, take)
        self.two_on_one_version(dice, case_id)

    @precondition(lambda self: self.work.all_cases)
    @rule(data=st.data())
    def the_case_goes_on(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        case_id = dice.one_of(list(self.work.all_cases))
        case = self.work.all_cases[case_id]
        turn = next(case_turn(self.work, case), None) if not stuck(case) else None
        command = turn or case_command(dice, self.work, case)
        self.asks(dice, command, self.taking_case(case_id, command))

    @precondition(lambda self: self.work.all_cases)
    @rule(data=st.data())
    def a_gateway_or_carrier_reports(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        case_id = dice.one_of(list(self.work.all_cases))
        case = self.work.all_cases[case_id]
        command = gateway(dice, case) if dice.number(0, 1) else scan(dice)
        self.asks(dice, command, self.taking_case(case_id, command), report=True)

    # -- Disputes --

    @precondition(lambda self: len(self.work.all_disputes) < DISPUTES_MAX)
    @rule(data=st.data())
    def a_dispute_is_opened(self, data: st.DataObject) -> None:
        dice, work = Dice(data.draw), self.work
        cases: list[UUID | None] = [*work.all_cases, None]
        command = dispute_opening(dice, work, dice.one_of(cases))
        items = () if command.case or dice.rarely() else dice.items(work.order)
        freight = None if command.case else dice.freight(work.order)
        number = f"X-{self.next_number(dice, len(work.all_disputes))}"
        dispute_id = work.disputes.id_of(work.order_id, number)
        self.asks(
            dice,
            command,
            lambda context: work.disputes.open(
                dispute_id, command, context, items=items, freight=freight
            ),
        )

    @precondition(lambda self: self.work.all_disputes)
    @rule(data=st.data())
    def somebody_asks_something_of_a_dispute(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        dispute_id = dice.one_of(list(self.work.all_disputes))
        dispute = self.work.all_disputes[dispute_id]
        command = dispute_command(dice, self.work, dispute)
        self.asks(dice, command, self.taking_dispute(dispute_id, command))

    @precondition(lambda self: self.work.all_disputes)
    @rule(data=st.data())
    def the_dispute_goes_on(self, data: st.DataObject) -> None:
        dice = Dice(data.draw)
        dispute_id = dice.one_of(list(self.work.all_disputes))
        dispute = self.work.all_disputes[dispute_id]
        wanted = next(dispute_turn(as_handled(self.work, dispute)), None)
        if wanted is None or dispute.status == "ruling_pending":
            wanted = dispute_command(dice, self.work, dispute)
        command = CompleteEnforcement(by=SYSTEM) if wanted is None else wanted
        self.asks(dice, command, self.taking_dispute(dispute_id, command))

    # -- Money beside --

    @precondition(lambda self: self.work.all_accounts)
    @rule(data=st.data())
    def something_is_asked_of_an_account(self, data: st.DataObject) -> None:
        dice, work = Dice(data.draw), self.work
        account_id = dice.one_of(list(work.all_accounts))
        by, claim = dice.who(), f"r-{dice.number(1, 2)}"
        amount = self.money(dice.one_of((1_000, 1, 0, 99_999)))
        sides = (
            Account(kind="merchant", name=SHOP),
            Account(kind="creator", name=HOST),
        )
        claimant, against = sides if dice.number(0, 1) else sides[::-1]
        share = dice.one_of((4_000, 10_000, 0))
        shares = (
            Share(party="merchant", name=SHOP, share_bp=share, basis="test"),
            Share(party="creator", name=HOST, share_bp=10_000 - share, basis="test"),
        )
        ways: tuple[ResponsibilityCommand, ...] = (
            ClaimRecourse(
                by=by,
                claim=claim,
                claimant=claimant,
                against=against,
                amount=amount,
                basis="test",
            ),
            AcknowledgeRecourse(by=by, claim=claim),
            RecordRecoursePaid(by=by, claim=claim, payment=dice.name(), amount=amount),
            WriteOffRecourse(by=by, claim=claim, reason="old"),
            AttributeResponsibility(by=by, shares=shares),
            ContestAttribution(by=by),
            FinaliseAttribution(by=by),
        )
        command = dice.one_of(ways)
        self.asks(
            dice,
            command,
            lambda context: work.accounts.take(account_id, command, SOURCE, context),
        )

    @rule(data=st.data())
    def compensation_is_set_aside_paid_or_given_up(self, data: st.DataObject) -> None:
        dice, work = Dice(data.draw), self.work
        name, paid = f"K-{dice.number(1, 4)}", work.paid_order
        facts = Facts(
            item_fen=dice.one_of((10_000, 999_999, 1)),
            late_hours=dice.one_of((30.0, 100.0)),
            breaches=(dice.one_of(BREACHES), dice.one_of(BREACHES)),
        )
        reserve = work.compensations.reservation(
            paid, by=SYSTEM, reservation=name, matter="case", facts=facts
        )
        ways: tuple[Taking, ...] = (
            lambda context: work.compensations.take(paid, reserve, context),
            lambda context: work.compensations.commit(paid, name, SYSTEM, context),
            lambda context: work.compensations.release(
                paid, name, "over", SYSTEM, context
            ),
        )
        self.asks(dice, reserve, dice.one_of(ways))

    # -- Time, and asking twice --

    @rule(hours=st.sampled_from((1, 24, 25, 72, 169, 720)))
    def time_passes(self, hours: int) -> None:
        self.time_passes_and_nobody_looks(hours)
        self.work.clocks_are_asked()

    @rule(hours=st.sampled_from((1, 73, 240)))
    def time_passes_and_nobody_looks(self, hours: int) -> None:
        self.sound = False
        self.work.at += timedelta(hours=hours)

    @precondition(lambda self: self.work.granted)
    @rule(back=st.integers(1, 12))
    def what_was_granted_is_asked_again(self, back: int) -> None:
        self.sound = False
        self.work.ask_again(self.work.granted[-min(back, len(self.work.granted))])

    # -- How it is asked --

    def asks(
        self, dice: Dice, command: Command, take: Taking, *, report: bool = False
    ) -> None:
        """Ask; sometimes at once again, sometimes while somebody else is quicker."""
        self.sound = False
        note(f"{self.work.at:%d %b %H:%M} {command}")
        work, how = self.work, dice.number(0, 5)
        if how == 5 and work.all_cases:
            _, quicker, other = self.of_a_case(dice)
            envelope = work.context(named(other))
            note(f"  meanwhile: {other}")
            work.store.meanwhile = lambda: work.ask(quicker, envelope)
        answer = work.ask(take, work.context(named(command), report=report))
        work.store.meanwhile = None
        if how == 4 and not isinstance(answer, Refused) and answer.leaves:
            work.ask_again(work.granted[-1])

    def two_on_one_version(self, dice: Dice, case_id: UUID) -> None:
        """Sometimes ask two things that rest on one version: one of them is stale."""
        if not dice.rarely():
            return
        work = self.work
        version = len(work.store.streams[case_id])
        for _ in range(2):
            case = work.all_cases[case_id]
            command = case_command(dice, work, case)
            moved_on = len(work.store.streams[case_id]) > version
            note(f"  on version {version}: {command}")
            answer = work.ask(
                self.taking_case(case_id, command),
                replaced(work.context(named(command)), version),
            )
            assert not moved_on or isinstance(answer, StaleVersion), "both went through"

    def of_a_case(self, dice: Dice) -> tuple[UUID, Taking, Command]:
        case_id = dice.one_of(list(self.work.all_cases))
        command = case_command(dice, self.work, self.work.all_cases[case_id])
        return case_id, self.taking_case(case_id, command), command

    def taking_case(self, case_id: UUID, command: Any) -> Taking:
        return lambda context: self.work.cases.take(case_id, command, context)

    def taking_dispute(self, dispute_id: UUID, command: Any) -> Taking:
        return lambda context: self.work.disputes.take(dispute_id, command, context)

    def told(self, command: OrderCommand) -> None:
        self.sound = False
        note(f"{self.work.at:%d %b %H:%M} {command}")
        context = self.work.context(named(command), report=True)
        answer = self.work.ask(self.work.tells_order(command), context)
        assert not isinstance(answer, Refused), "a report is never refused"

    def next_number(self, dice: Dice, known: int) -> int:
        """Return a number that is new; rarely one that is taken."""
        return dice.number(1, known + 1) if dice.rarely() else known + 1

    def payment(self, name: str, dice: Dice | None = None) -> CapturePayment:
        """Return a payment of most of the price, by one tender or two."""
        dice = dice or self.dice
        coupon = dice.one_of((0, 1, 3, self.price // 3, self.price))
        rest = max(0, self.price - coupon)
        first = dice.one_of((0, rest // 2))
        tenders = [Tender(tender="wechat", amount=self.money(rest - first))]
        if first:
            tenders.append(Tender(tender="card", amount=self.money(first)))
        if dice.number(0, 19) == 19:
            tenders.append(Tender(tender="card", amount=Money(500, "USD")))
        return CapturePayment(payment=name, tenders=tuple(tenders))

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    # -- What must be so --

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        if self.work.order.lines:
            check_all(self.work, self.seen)
            self.sound = True

    def teardown(self) -> None:
        """From wherever it came to, everything ends."""
        if self.sound:
            everything_ends(self.work)
            check_all(self.work, self.seen)


def stuck(case: Any) -> bool:
    """Whether a case waits for its clocks, or nobody's turn could be told."""
    return case.final or not (
        case.frozen or case.live_refund or case.status == "refunding"
    )


def replaced(context: Any, version: int) -> Any:
    return replace(context, expected_version=version)


TestAnnasOrder = AnnasOrder.TestCase
# Two hundred stories of fifty steps; as many as the profile says, if that is more.
TestAnnasOrder.settings = settings(
    max_examples=max(200, settings().max_examples),
    stateful_step_count=max(50, settings().stateful_step_count),
    # A story is long by design: many draws, and some time, whichever the profile.
    deadline=None,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
