"""A case and its order move together, or not at all; and how a case is read."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import reduce
from uuid import UUID, uuid4

import pytest
from msgspec import json
from msgspec.structs import replace

from application.after_sales import AfterSales
from application.after_sales_view import CaseView, case_view
from application.case_items import AskedLines, Line
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import (
    Append,
    Conflict,
    KeyReused,
    StaleVersion,
)
from application.orders import Orders
from application.policies import PolicyBook
from application.processes.check_overdue_clocks import ClockAsk
from application.responsibility import Responsibilities
from domain.after_sales import (
    AcceptCounter,
    AskForEvidence,
    AssignCase,
    Case,
    CaseCommand,
    CaseOpened,
    CaseType,
    ChangeRequest,
    CounterOffer,
    IntoItself,
    MergeCase,
    NoSuchCase,
    NotNow,
    NotTheSameMatter,
    OrderRefund,
    PartialRefundTooHigh,
    RecordRefundResult,
    ReopenCase,
    ReportCase,
    TooLateToOpen,
    WithdrawCase,
)
from domain.money import Money
from domain.order import (
    ORDER,
    CapturePayment,
    ClaimedAlready,
    ClaimItem,
    ClaimItems,
    MoreThanPaid,
    NoSuchOrder,
    Order,
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
from domain.party import ActingRole, By
from domain.policy.book import Rulebook
from domain.policy.rows import CapRow, EntitlementRow, LabelRow, When
from domain.promise import Offer
from domain.responsibility import AttributionOpened, OpenAttribution
from tests.domain.after_sales import (
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    JACKET,
    JACKET_PRICE,
    LIN,
    LONG_AGO,
    MACHINE,
    MONDAY,
    NOTHING,
    ONE_JACKET,
    POSTAGE,
    RULES,
    SECOND,
    SHOP,
    THURSDAY,
    TORN,
    TUESDAY,
    UNWANTED,
    WEDNESDAY,
    WEI,
    accept,
    approve,
    ask_for,
    paid,
    pay,
    receive,
    reject,
    rules,
    send_back,
    timer,
)
from tests.domain.orders import TERMS
from tests.memory_store import MemoryEventStore

INSTANT = EntitlementRow(
    id="test.instant-refund",
    version=1,
    title="instant refund",
    binding="order_time",
    in_force_from=LONG_AGO,
    source="a test's own",
    trigger="CANCELLED_UNSHIPPED",
    when=When(labels=("instant-refund",), paid_below_fen=800_001),
    formula=None,
)
PARTIAL_CAP = CapRow(
    id="test.partial-refund-cap",
    version=1,
    title="three tenths of what was paid",
    binding="adjudication_time",
    in_force_from=LONG_AGO,
    source="a test's own",
    scope="order",
    rate_bp=3000,
)
SHIP_48H = LabelRow(
    id="test.ship-48h",
    version=1,
    title="sent in two days",
    binding="order_time",
    in_force_from=LONG_AGO,
    source="a test's own",
    label="ship-48h",
    promise="ship_by",
    hours=48,
)
BOOK = rules(INSTANT, PARTIAL_CAP, SHIP_48H)

place = PlaceOrder(
    consumer="anna",
    source="shop",
    number="A-1",
    merchant="shop-1",
    lines=(
        OrderLine(
            line=1,
            product="jacket",
            quantity=2,
            price=JACKET_PRICE,
            freight=POSTAGE,
        ),
    ),
    offers=(Offer(label="ship-48h"), Offer(label="instant-refund")),
)
captured = CapturePayment(
    payment="P-1", tenders=(Tender(tender="wechat", amount=Money(41_000, "CNY")),)
)


class Books:
    """One book for all."""

    def __init__(self, book: Rulebook = BOOK) -> None:
        self._book = book

    def for_source(self, source: str | None) -> Rulebook:
        assert source in {"shop", "doudian", None}
        return self._book


class Racing(MemoryEventStore):
    """A store in which somebody else is sooner, so many times."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: list[Append] = []
        self.quicker: Callable[[], object] | None = None

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        quicker, self.quicker = self.quicker, None
        if quicker is not None:
            quicker()
        if self.meanwhile:
            super().append([self.meanwhile.pop()])
        return super().append(appends)


def context(at: datetime, name: UUID | None = None) -> CommandContext:
    command_id = name or uuid4()
    return CommandContext(
        actor="test", asked_at=at, command_id=command_id, correlation_id=command_id
    )


class Shop:
    """An order of two jackets, shipped and delivered, and its cases."""

    def __init__(self, *, shipped: bool = True, book: Rulebook = BOOK) -> None:
        self.store = Racing()
        handler = CommandHandler(self.store)
        self.orders = Orders(self.store, handler, PolicyBook(orders=TERMS))
        self.accounts = Responsibilities(self.store, handler, Books(book))
        self.cases = AfterSales(
            self.store, handler, self.orders, self.accounts, Books(book)
        )
        self.order_id = self.orders.id_of("anna", "shop", "A-1")
        self.case_id = self.cases.id_of(self.order_id, "1")
        self.order(place, MONDAY - 3 * DAY)
        self.order(captured, MONDAY - 3 * DAY)
        if shipped:
            self.order(ShipParcel(parcel="SF1"), MONDAY - 2 * DAY)
            self.order(RecordDelivery(parcel="SF1"), MONDAY - DAY)

    def order(self, command: OrderCommand, at: datetime) -> None:
        self.orders.handle_one(self.order_id, command, context(at))

    def ask(self, command: CaseCommand, at: datetime) -> Receipt:
        return self.cases.take(self.case_id, command, context(at))

    def open(
        self,
        type_: CaseType = "refund_shipped",
        at: datetime = MONDAY,
        items: ClaimItems = JACKET,
    ) -> Receipt:
        command = ask_for(type_, items=items)
        return self.cases.open(self.case_id, self.order_id, command, context(at))

    def open_another(
        self, type_: CaseType = "refund_shipped", items: ClaimItems = ONE_JACKET
    ) -> UUID:
        """Open another case of the order; return its id."""
        other = self.cases.id_of(self.order_id, "2")
        command = ask_for(type_, items=items)
        self.cases.open(other, self.order_id, command, context(MONDAY))
        return other

    @property
    def case(self) -> Case:
        return self.cases.find(self.case_id)[0]

    @property
    def known_order(self) -> Order:
        events = [each.event for each in self.store.stream(self.order_id)]
        return reduce(ORDER.evolve, events, ORDER.initial)  # type: ignore[arg-type]  # the events of an order

    @property
    def claims(self) -> list[str]:
        """The names of what the order was told of claims."""
        tags = [
            str(type(each.event).__struct_config__.tag)
            for each in self.store.stream(self.order_id)
        ]
        return [tag.removeprefix("order.claim_") for tag in tags if "claim" in tag]


# -- The claim on the order --


def test_a_case_is_opened_with_its_claim_on_the_order() -> None:
    shop = Shop()
    receipt = shop.open()
    assert [each.stream_id for each in receipt.streams] == [shop.case_id, shop.order_id]
    assert (shop.case.order, shop.case.consumer) == (str(shop.order_id), "anna")
    assert shop.case.ordered_at == MONDAY - 3 * DAY
    assert shop.claims == ["opened"]


def test_of_goods_one_case_at_a_time() -> None:
    shop = Shop()
    shop.open()
    other = shop.cases.id_of(shop.order_id, "2")
    with pytest.raises(ClaimedAlready):
        shop.cases.open(other, shop.order_id, ask_for(), context(TUESDAY))
    with pytest.raises(NoSuchCase):
        shop.cases.find(other)


def test_an_order_nobody_knows_has_no_cases() -> None:
    shop = Shop()
    unknown = shop.orders.id_of("anna", "shop", "B-2")
    case_id = shop.cases.id_of(unknown, "1")
    with pytest.raises(NoSuchOrder):
        shop.cases.open(case_id, unknown, ask_for(), context(MONDAY))


def test_what_was_refunded_stays_with_the_order() -> None:
    shop = Shop()
    shop.open()
    for command, at in ((approve, TUESDAY), (pay, WEDNESDAY), (paid, THURSDAY)):
        shop.ask(command, at)
    assert shop.case.status == "succeeded"
    assert shop.claims == ["opened", "settled"]
    (claim,) = shop.known_order.claims.values()
    assert (claim.live, claim.refunded) == (False, JACKET)


def test_what_came_back_is_the_orders_too() -> None:
    shop = Shop()
    shop.open("return_refund")
    steps: tuple[CaseCommand, ...] = (
        approve,
        send_back,
        receive,
        accept,
        pay,
        paid,
    )
    for number, command in enumerate(steps):
        shop.ask(command, TUESDAY + number * HOUR)
    (claim,) = shop.known_order.claims.values()
    assert claim.came_back(1) == 2


def test_a_case_let_go_frees_the_goods() -> None:
    shop = Shop()
    shop.open()
    shop.ask(WithdrawCase(by=ANNA), TUESDAY)
    assert shop.claims == ["opened", "settled"]
    other = shop.cases.id_of(shop.order_id, "2")
    shop.cases.open(other, shop.order_id, ask_for(), context(WEDNESDAY))


def test_merging_frees_the_goods_and_undoing_it_takes_them_again() -> None:
    shop = Shop()
    shop.open(items=ONE_JACKET)
    other = shop.open_another()
    shop.ask(MergeCase(by=LIN, into=str(other)), TUESDAY)
    merged, _ = shop.cases.find(other)
    assert (shop.case.merged_into, merged.merged_from) == (
        str(other),
        (str(shop.case_id),),
    )
    assert merged.status == "awaiting_merchant"
    shop.ask(ReopenCase(by=LIN, reason="not_the_same"), WEDNESDAY)
    assert shop.claims == ["opened", "opened", "settled", "opened"]
    assert shop.case.status == "awaiting_merchant"


def test_what_carries_on_may_end_and_be_taken_up_again_by_itself() -> None:
    shop = Shop()
    shop.open(items=ONE_JACKET)
    other = shop.open_another()
    shop.ask(MergeCase(by=LIN, into=str(other)), TUESDAY)
    shop.cases.take(other, WithdrawCase(by=ANNA), context(WEDNESDAY))
    again = ReopenCase(by=LIN, reason="not_the_same")
    shop.cases.take(other, again, context(THURSDAY))
    shop.ask(again, THURSDAY)
    assert shop.case.status == "awaiting_merchant"
    assert shop.cases.find(other)[0].status == "awaiting_merchant"


def test_a_case_is_merged_only_into_one_that_is_still_open() -> None:
    shop = Shop()
    shop.open(items=ONE_JACKET)
    other = shop.open_another()
    shop.cases.take(other, WithdrawCase(by=ANNA), context(TUESDAY))
    with pytest.raises(NotNow):
        shop.ask(MergeCase(by=LIN, into=str(other)), WEDNESDAY)
    assert shop.case.status == "awaiting_merchant"


def test_a_case_is_merged_only_into_one_of_its_own_order() -> None:
    shop = Shop()
    shop.open()
    second = shop.orders.id_of("anna", "shop", "B-2")
    for command in (replace(place, number="B-2"), captured, ShipParcel(parcel="SF2")):
        shop.orders.handle_one(second, command, context(MONDAY - DAY))
    other = shop.cases.id_of(second, "1")
    shop.cases.open(other, second, ask_for("refund_shipped"), context(MONDAY))
    with pytest.raises(NotTheSameMatter):
        shop.ask(MergeCase(by=LIN, into=str(other)), TUESDAY)
    assert shop.case.status == "awaiting_merchant"


@pytest.mark.parametrize(
    ("into", "why"),
    [
        ("case-2", NotTheSameMatter),
        (str(UUID(int=7)), NotTheSameMatter),
        ("unknown", NotTheSameMatter),
    ],
)
def test_a_case_is_merged_into_no_name_that_is_none(
    into: str, why: type[Exception]
) -> None:
    shop = Shop()
    shop.open()
    with pytest.raises(why):
        shop.ask(MergeCase(by=LIN, into=into), TUESDAY)


def test_a_case_is_merged_into_another_one_that_is_known() -> None:
    shop = Shop()
    shop.open()
    with pytest.raises(IntoItself):
        shop.ask(MergeCase(by=LIN, into=str(shop.case_id)), TUESDAY)
    unknown = shop.cases.id_of(shop.order_id, "9")
    with pytest.raises(NoSuchCase):
        shop.ask(MergeCase(by=LIN, into=str(unknown)), TUESDAY)


# -- What a partial refund may come to --


def part_of(minor: int, *, type_: CaseType = "partial_refund") -> ChangeRequest:
    items = (ClaimItem(line=1, quantity=2, amount=Money(minor, "CNY")),)
    return ChangeRequest(by=ANNA, type=type_, items=items, reason=TORN)


def test_a_partial_refund_is_at_most_its_share_of_what_was_paid() -> None:
    shop = Shop()
    shop.open()
    # 30 % of the 400 yuan really paid for two jackets.
    with pytest.raises(PartialRefundTooHigh) as refused:
        shop.ask(part_of(12_001), TUESDAY)
    assert refused.value.details == {
        "minor_max": 12_000,
        "policy": "test.partial-refund-cap@1",
    }
    shop.ask(part_of(12_000), TUESDAY)
    assert shop.case.type == "partial_refund"


def test_of_one_jacket_it_is_the_share_of_one_jacket() -> None:
    shop = Shop()
    shop.open()
    items = (ClaimItem(line=1, quantity=1, amount=Money(6_001, "CNY")),)
    offer = CounterOffer(by=SHOP, type="partial_refund", items=items)
    with pytest.raises(PartialRefundTooHigh):
        shop.ask(offer, TUESDAY)
    fits = replace(items[0], amount=Money(6_000, "CNY"))
    shop.ask(replace(offer, items=(fits,)), TUESDAY)
    assert shop.case.status == "countered_awaiting_consumer"


def test_a_partial_refund_is_not_asked_for_twice_over() -> None:
    shop = Shop()
    first = part_of(10_000)
    shop.open("partial_refund", items=first.items)
    for command in (approve, pay, paid):
        shop.ask(command, TUESDAY)
    with pytest.raises(PartialRefundTooHigh) as refused:
        shop.open_another("partial_refund", items=part_of(2_001).items)
    assert refused.value.details["minor_max"] == 2_000
    shop.open_another("partial_refund", items=part_of(2_000).items)


def test_each_piece_has_a_share_of_its_own() -> None:
    shop = Shop()
    one = (replace(ONE_JACKET[0], amount=Money(6_000, "CNY")),)
    shop.open("partial_refund", items=one)
    other = shop.open_another("partial_refund", items=one)
    assert shop.cases.find(other)[0].items == one


def test_asked_again_an_offer_within_the_cap_stays_within_it() -> None:
    shop = Shop()
    shop.open()
    offer = CounterOffer(by=SHOP, type="partial_refund", items=part_of(12_000).items)
    first = shop.cases.take(shop.case_id, offer, context(TUESDAY, UUID(int=5)))
    shop.ask(AcceptCounter(by=ANNA), WEDNESDAY)
    again = shop.cases.take(shop.case_id, offer, context(TUESDAY, UUID(int=5)))
    assert again.version == first.version


# -- What the order says of itself --


def test_an_exchange_has_the_hours_the_order_was_promised_to_be_sent_in() -> None:
    shop = Shop()
    shop.open("exchange")
    assert shop.case.ship_hours == 48


# -- Goods that are owed and never sent --


def exchanging(shop: Shop) -> None:
    """Let the shop have the jackets back and owe others; nothing is asked in money."""
    shop.open("exchange")
    steps = (approve, MONDAY), (send_back, TUESDAY), (receive, WEDNESDAY)
    for command, at in (*steps, (accept, WEDNESDAY)):
        shop.ask(command, at)


def not_sent(shop: Shop) -> None:
    shop.cases.check_one(shop.case_id, uuid4(), WEDNESDAY + 30 * DAY)


def test_an_exchange_nobody_sends_gives_back_what_was_paid() -> None:
    shop = Shop()
    exchanging(shop)
    assert shop.case.claimed == NOTHING
    not_sent(shop)
    case = shop.case
    assert (case.type, case.status, case.to_pay) == (
        "return_refund",
        "refunding",
        JACKET_PRICE,
    )
    (claim,) = shop.known_order.claims.values()
    assert (claim.kind, claim.items) == ("return_refund", JACKET)


def test_of_an_order_that_has_less_left_it_gives_back_what_is_left() -> None:
    shop = Shop()
    exchanging(shop)
    shop.order(RecordRefund(refund="R-0", amount=Money(11_000, "CNY")), THURSDAY)
    not_sent(shop)
    assert shop.case.to_pay == Money(30_000, "CNY")


def test_of_an_order_that_has_nothing_left_the_platform_decides() -> None:
    shop = Shop()
    exchanging(shop)
    shop.order(RecordRefund(refund="R-0", amount=Money(41_000, "CNY")), THURSDAY)
    not_sent(shop)
    case = shop.case
    assert (case.status, case.needs_dispute) == ("awaiting_merchant_ship", True)


def test_asked_twice_whether_time_ran_out_it_gives_back_once() -> None:
    shop = Shop()
    exchanging(shop)
    cause, late = uuid4(), WEDNESDAY + 30 * DAY
    first = shop.cases.check_one(shop.case_id, cause, late)
    assert shop.cases.check_one(shop.case_id, cause, late).version == first.version
    assert shop.case.to_pay == JACKET_PRICE


def test_a_return_that_became_an_exchange_has_its_money_to_fall_back_on() -> None:
    shop = Shop()
    shop.open("return_refund")
    free = tuple(replace(item, amount=NOTHING) for item in JACKET)
    change = ChangeRequest(by=ANNA, type="exchange", items=free, reason=TORN)
    steps = (change, MONDAY), (approve, MONDAY), (send_back, TUESDAY)
    for command, at in (*steps, (receive, WEDNESDAY), (accept, WEDNESDAY)):
        shop.ask(command, at)
    not_sent(shop)
    assert shop.case.to_pay == JACKET_PRICE


# -- How long after its completion something may be asked of an order --

WINDOW = timer("after_sales_window", "consumer", 360, "close")
NO_REASON = timer("after_sales_window.no_reason", "consumer", 168, "close")
# Delivered on Sunday 22 November; the day after began at 16:00 in Greenwich.
SEVEN_DAYS_ON = datetime(2026, 11, 29, 16, tzinfo=UTC)


def ask_late(
    at: datetime,
    by: By = ANNA,
    *,
    reason: int = TORN,
) -> Callable[[], Receipt]:
    """Return the asking of an order that was completed on Monday."""
    shop = Shop(book=rules(WINDOW, NO_REASON, SHIP_48H))
    shop.order(RecordCompletion(), MONDAY)
    command = replace(ask_for("return_refund", reason=reason), by=by)
    return lambda: shop.cases.open(shop.case_id, shop.order_id, command, context(at))


def test_fifteen_days_after_its_completion_an_order_is_asked_nothing_more_of() -> None:
    assert ask_late(MONDAY + 15 * DAY)()
    with pytest.raises(TooLateToOpen):
        ask_late(MONDAY + 15 * DAY + SECOND)()


@pytest.mark.parametrize("by", [LIN, WEI, MACHINE])
def test_later_the_service_opens_a_case(by: By) -> None:
    assert ask_late(MONDAY + 40 * DAY, by)()


def test_goods_go_back_for_no_reason_until_seven_days_from_the_day_after() -> None:
    assert ask_late(SEVEN_DAYS_ON, reason=UNWANTED)()
    with pytest.raises(TooLateToOpen):
        ask_late(SEVEN_DAYS_ON + SECOND, reason=UNWANTED)()
    assert ask_late(SEVEN_DAYS_ON + SECOND)()


def test_an_order_that_is_not_completed_has_no_end_to_be_asked() -> None:
    shop = Shop(book=rules(WINDOW, NO_REASON))
    assert shop.open(at=MONDAY + 60 * DAY)


def test_something_else_asked_for_is_something_else_claimed() -> None:
    shop = Shop()
    shop.open()
    less = (replace(ONE_JACKET[0], amount=Money(6_000, "CNY")),)
    shop.ask(
        ChangeRequest(by=ANNA, type="partial_refund", items=less, reason=TORN),
        TUESDAY,
    )
    (claim,) = shop.known_order.claims.values()
    assert (claim.kind, claim.items) == ("partial_refund", less)


def test_no_more_is_asked_for_than_was_paid() -> None:
    shop = Shop()
    shop.open()
    dear = (ClaimItem(line=1, quantity=2, amount=Money(99_000, "CNY")),)
    more = ChangeRequest(by=ANNA, type="refund_shipped", items=dear, reason=TORN)
    with pytest.raises(MoreThanPaid):
        shop.ask(more, TUESDAY)
    assert shop.case.items == JACKET


def test_a_reopened_case_claims_only_what_was_not_paid() -> None:
    shop = Shop()
    shop.open()
    for command, at in ((approve, TUESDAY), (pay, WEDNESDAY), (paid, THURSDAY)):
        shop.ask(command, at)
    shop.ask(ReopenCase(by=LIN, reason="postage"), THURSDAY)
    more = ChangeRequest(
        by=ANNA, type="refund_shipped", items=JACKET, freight=POSTAGE, reason=TORN
    )
    shop.ask(more, THURSDAY)
    shop.ask(approve, FRIDAY)
    shop.ask(OrderRefund(by=SHOP, refund="R-2"), FRIDAY)
    shop.ask(RecordRefundResult(refund="R-2", succeeded=True), FRIDAY)
    (claim,) = shop.known_order.claims.values()
    assert claim.refunded == JACKET
    assert claim.freight_refunded == POSTAGE
    assert sum(each.minor for each in claim.paid_back) == 41_000


def test_goods_that_come_after_the_end_are_still_told_to_the_order() -> None:
    shop = Shop()
    shop.open("return_refund")
    shop.ask(approve, MONDAY)
    shop.ask(send_back, TUESDAY)
    shop.ask(WithdrawCase(by=ANNA), TUESDAY)
    shop.ask(receive, THURSDAY)
    (claim,) = shop.known_order.claims.values()
    assert (claim.live, claim.came_back(1)) == (False, 2)


# -- The label of order time --


def test_the_order_says_whether_a_refund_is_let_through_at_once() -> None:
    shop = Shop(shipped=False)
    shop.open("refund_unshipped")
    assert shop.case.status == "refunding"


def test_once_part_of_it_is_on_its_way_the_merchant_answers() -> None:
    shop = Shop(shipped=False)
    half = ShipParcel(parcel="SF1", contents=(Packed(line=1, quantity=1),))
    shop.order(half, MONDAY - DAY)
    rest = ask_for("refund_unshipped", items=ONE_JACKET)
    shop.cases.open(shop.case_id, shop.order_id, rest, context(MONDAY))
    assert shop.case.status == "awaiting_merchant"


def test_what_the_consumer_says_of_it_does_not_count() -> None:
    shop = Shop()
    sly = ask_for("refund_shipped", instant=True)
    shop.cases.open(shop.case_id, shop.order_id, sly, context(MONDAY))
    assert shop.case.status == "awaiting_merchant"


# -- Asked twice, asked at once, asked late --


def test_asking_twice_is_asking_once() -> None:
    shop = Shop()
    opening, yes = uuid4(), uuid4()
    first = shop.cases.open(
        shop.case_id, shop.order_id, ask_for("refund_shipped"), context(MONDAY, opening)
    )
    approved = shop.cases.take(shop.case_id, approve, context(TUESDAY, yes))
    again = shop.cases.open(
        shop.case_id, shop.order_id, ask_for("refund_shipped"), context(FRIDAY, opening)
    )
    assert again == replace(first, repeated=True)
    repeated = shop.cases.take(shop.case_id, approve, context(FRIDAY, yes))
    assert repeated == replace(approved, repeated=True)


@pytest.mark.parametrize("interrupted", [False, True])
def test_opened_again_days_later_the_order_may_have_moved_on(
    interrupted: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    shop, key = Shop(shipped=False), uuid4()
    shop.order(ShipParcel(parcel="SF1"), MONDAY - 2 * DAY)

    def arrived() -> None:
        shop.order(RecordDelivery(parcel="SF1"), MONDAY - DAY)

    def opens(at: datetime, items: ClaimItems = JACKET) -> Receipt:
        command = ask_for("refund_shipped", items=items)
        return shop.cases.open(shop.case_id, shop.order_id, command, context(at, key))

    shop.store.quicker = arrived if interrupted else None
    first = opens(MONDAY)
    assert (signed_at(shop) is not None) == interrupted, "as the order stands"
    if not interrupted:
        arrived()
    shop.ask(WithdrawCase(by=ANNA), TUESDAY)
    shop.order(RecordRefund(refund="F-1", amount=Money(41_000, "CNY")), TUESDAY)
    assert opens(FRIDAY) == replace(first, repeated=True)
    with pytest.raises(KeyReused):
        opens(FRIDAY, ONE_JACKET)


def test_lines_are_asked_for_again_though_less_of_them_is_left() -> None:
    shop, key = Shop(), uuid4()

    def opens(at: datetime, quantity: int = 1) -> Receipt:
        lines = AskedLines((Line(line=1, quantity=quantity),))
        command, envelope = ask_for(items=()), context(at, key)
        return shop.cases.open(
            shop.case_id, shop.order_id, command, envelope, lines=lines
        )

    first = opens(MONDAY)
    assert shop.case.items == ONE_JACKET
    shop.ask(WithdrawCase(by=ANNA), TUESDAY)
    shop.order(RecordRefund(refund="F-1", amount=Money(41_000, "CNY")), TUESDAY)
    assert opens(FRIDAY) == replace(first, repeated=True)
    with pytest.raises(KeyReused):
        opens(FRIDAY, 2)


def signed_at(shop: Shop) -> datetime | None:
    (opened,) = (
        event
        for event in (each.event for each in shop.store.stream(shop.case_id))
        if isinstance(event, CaseOpened)
    )
    return opened.signed_at


def test_asked_again_on_the_version_it_was_granted_on_it_is_the_same() -> None:
    shop = Shop()
    shop.open()
    version = len(shop.store.stream(shop.case_id))
    seen = replace(context(TUESDAY), expected_version=version)
    first = shop.cases.take(shop.case_id, approve, seen)
    later = replace(seen, asked_at=FRIDAY)
    again = shop.cases.take(shop.case_id, approve, later)
    assert again == replace(first, repeated=True)


def test_money_is_written_down_on_the_account_as_it_stands() -> None:
    """What the merchant still owes decides how an advance that comes back is booked."""
    shop, key = Shop(), uuid4()
    shop.open()
    shop.ask(approve, TUESDAY)
    shop.ask(pay, WEDNESDAY)
    account_id = shop.accounts.id_beside(shop.case_id, str(shop.case_id))
    attribution = OpenAttribution(
        by=LIN,
        matter=str(shop.case_id),
        order=str(shop.order_id),
        consumer="anna",
        parties=(),
    )

    def opened() -> None:
        shop.accounts.take(account_id, attribution, "shop", context(THURSDAY))

    shop.store.quicker = opened
    first = shop.cases.take(shop.case_id, paid, context(THURSDAY, key))
    events = [each.event for each in shop.store.stream(account_id)]
    assert [type(each) for each in events].count(AttributionOpened) == 1
    assert shop.cases.take(shop.case_id, paid, context(FRIDAY, key)) == replace(
        first, repeated=True
    )


def test_a_key_is_not_used_for_two_things() -> None:
    shop = Shop()
    shop.open()
    key = uuid4()
    shop.cases.take(shop.case_id, approve, context(TUESDAY, key))
    with pytest.raises(KeyReused):
        shop.cases.take(shop.case_id, reject, context(TUESDAY, key))


def test_who_names_a_version_is_told_that_it_moved_on() -> None:
    shop = Shop()
    shop.open()
    seen = replace(context(TUESDAY), expected_version=1)
    with pytest.raises(StaleVersion):
        shop.cases.take(shop.case_id, approve, seen)


def test_who_saw_an_older_version_is_told_so_and_not_what_is_refused_now() -> None:
    shop = Shop()
    version = shop.open().version
    shop.ask(WithdrawCase(by=ANNA), TUESDAY)
    seen = replace(context(WEDNESDAY), expected_version=version)
    with pytest.raises(StaleVersion):
        shop.cases.take(shop.case_id, approve, seen)


def meanwhile(shop: Shop, command: CaseCommand) -> Append:
    """Return what somebody else writes to the case just before."""
    taken: list[Append] = []

    class Catching(MemoryEventStore):
        def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
            taken.extend(appends)
            return super().append(appends)

    catching = Catching()
    catching.streams, catching.logs = shop.store.streams, shop.store.logs
    streams = {key: list(value) for key, value in shop.store.streams.items()}
    logs = {key: list(value) for key, value in shop.store.logs.items()}
    handler = CommandHandler(catching)
    orders = Orders(catching, handler, PolicyBook(orders=TERMS))
    accounts = Responsibilities(catching, handler, Books())
    AfterSales(catching, handler, orders, accounts, Books()).take(
        shop.case_id, command, context(TUESDAY)
    )
    shop.store.streams.clear()
    shop.store.streams.update(streams)
    shop.store.logs.clear()
    shop.store.logs.update(logs)
    return taken[0]


def test_who_names_none_is_not_bothered_by_what_happened_meanwhile() -> None:
    shop = Shop()
    shop.open()
    shop.store.meanwhile.append(meanwhile(shop, AssignCase(by=LIN, agent="lin")))
    shop.ask(approve, WEDNESDAY)
    assert (shop.case.agent, shop.case.status) == ("lin", "refunding")


def test_a_clock_asked_late_or_twice_is_asked_once() -> None:
    shop = Shop()
    shop.open()
    late = MONDAY + 36 * HOUR + SECOND
    ask = ClockAsk(shop.case_id, uuid4())
    nobody = ClockAsk(shop.cases.id_of(shop.order_id, "9"), uuid4())
    (changed, nothing) = shop.cases.check([ask, nobody], late)
    assert isinstance(changed, Receipt)
    assert isinstance(nothing, Receipt)
    assert changed.leaves
    assert not nothing.leaves
    assert shop.case.refund_status == "due"
    again = shop.cases.check_one(shop.case_id, uuid4(), FRIDAY)
    assert again.leaves == ()


def test_a_case_told_by_a_feed_claims_nothing() -> None:
    shop = Shop()
    report = ReportCase(
        order=str(shop.order_id),
        consumer="anna",
        source="doudian",
        number="AS-1",
        type="refund_shipped",
        status="awaiting_merchant",
        word="6",
    )
    shop.ask(report, MONDAY)
    assert shop.case.elsewhere
    assert shop.claims == []


# -- How it is read --


def read(shop: Shop, role: ActingRole, at: datetime) -> CaseView:
    case, version = shop.cases.find(shop.case_id)
    return case_view(shop.case_id, version, case, role, RULES, at)


def test_each_reader_is_told_whose_turn_it_is_and_by_when() -> None:
    shop = Shop()
    shop.open()
    view = read(shop, "consumer", MONDAY + HOUR)
    assert view.turn is not None
    assert (view.turn.party, view.turn.deed) == ("merchant", "answer")
    assert view.turn.clock is not None
    assert view.turn.clock.seconds_left == view.turn.clock.wall_seconds_left == 126_000
    assert not view.final


def test_each_reader_is_offered_what_is_his_to_do() -> None:
    shop = Shop()
    shop.open()
    assert "WithdrawCase" in read(shop, "consumer", TUESDAY).may
    assert "ApproveCase" not in read(shop, "consumer", TUESDAY).may
    assert "ApproveCase" in read(shop, "merchant", TUESDAY).may


def test_each_reader_is_told_what_he_still_has_to_show() -> None:
    shop = Shop()
    shop.open()
    shop.ask(AskForEvidence(by=LIN, of="consumer", shows=("photo",)), TUESDAY)
    assert read(shop, "consumer", TUESDAY).missing_evidence == ("photo",)
    assert read(shop, "merchant", TUESDAY).missing_evidence == ()


def test_who_works_on_it_is_for_the_service() -> None:
    shop = Shop()
    shop.open()
    shop.ask(AssignCase(by=LIN, agent="lin"), TUESDAY)
    assert read(shop, "consumer", TUESDAY).back_office is None
    office = read(shop, "agent", TUESDAY).back_office
    assert office is not None
    assert office.agent == "lin"


def test_the_money_says_why_it_moved() -> None:
    shop = Shop()
    shop.open()
    shop.cases.check_one(shop.case_id, uuid4(), MONDAY + 2 * DAY)
    money = read(shop, "merchant", WEDNESDAY).money
    assert (money.to_pay, money.because, money.status) == (
        JACKET_PRICE,
        "silence",
        "due",
    )
    assert money.policy == "test.answer.refund_shipped@1"


def test_the_end_is_told_and_nobody_has_a_turn() -> None:
    shop = Shop()
    shop.open("return_refund")
    shop.ask(WithdrawCase(by=ANNA), TUESDAY)
    view = read(shop, "consumer", WEDNESDAY)
    assert view.final
    assert view.turn is None
    assert json.decode(json.encode(view))["status"] == "closed"


def test_a_parcel_coming_back_is_read_like_any_parcel() -> None:
    shop = Shop()
    shop.open("return_refund")
    shop.ask(approve, MONDAY)
    shop.ask(send_back, TUESDAY)
    parcel = read(shop, "merchant", WEDNESDAY).return_parcel
    assert parcel is not None
    assert (parcel.waybill, parcel.status) == ("SF9", "shipped")
