"""What an order tells the rules of what went wrong, and what becomes of a payment."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import NamedTuple
from uuid import UUID, uuid4, uuid5

import pytest
from msgspec.structs import replace

from application.access import NotFound
from application.compensating import Compensating, MatterElsewhere
from application.compensation import Compensations
from application.compensation_entries import Payout, entries
from application.compensation_facts import (
    MerchantUnknown,
    NoSuchLine,
    NotInYuan,
    NotPaidYet,
    Said,
    facts_of,
    paid_order,
)
from application.event_store.envelope import CommandContext, Receipt
from application.event_store.handler import CommandHandler
from application.event_store.store import (
    Append,
    Conflict,
    KeyReused,
    StreamAppend,
)
from application.orders import Orders
from application.policies import pack_rulebook, shipped_policies
from application.responsibility import Responsibilities
from application.sellers import SeveralMerchants
from domain.dispute import DisputeOpened
from domain.ids import id_from_name, partition_in
from domain.money import Money
from domain.order import (
    ORDER,
    CapturePayment,
    CheckPromises,
    Order,
    OrderCommand,
    OrderLine,
    PlaceOrder,
    RenegotiateShipDate,
    ShipParcel,
    Tender,
    WaivePromise,
)
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from domain.promise import Offer
from domain.responsibility import (
    ACCOUNT,
    Account,
    MatterAccount,
    OpenAttribution,
    PostEntry,
    borne,
    owed,
)
from domain.responsibility.ledger import owes
from tests.memory_store import MemoryEventStore

MONDAY = datetime.fromisoformat("2025-12-01T10:00:00+08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIN = By(role="agent", name="lin")
TAOBAO = pack_rulebook("taobao-like")
MERCHANT = Account(kind="merchant", name="m-42")
CONSUMER = Account(kind="consumer", name="anna")


def yuan(amount: int) -> Money:
    return Money(amount * 100, "CNY")


TEA = OrderLine(line=1, product="tea", price=yuan(1_000), freight=yuan(10))
CUP = OrderLine(line=2, product="cup", price=yuan(500))
place = PlaceOrder(
    consumer="anna",
    source="taobao",
    number="T-1",
    merchant="m-42",
    lines=(TEA, CUP),
    offers=(Offer(label="ship-48h", hours=72),),
)
capture = CapturePayment(
    payment="P-1", tenders=(Tender(tender="wallet", amount=yuan(1_510)),)
)
SHORT = Said(
    breaches=("SHIP_OVERDUE", "OUT_OF_STOCK"), out_of_stock="proven", lines=(1,)
)


class Taobao:
    """The rules of one marketplace."""

    def for_source(self, source: str | None) -> Rulebook:
        assert source == "taobao"
        return TAOBAO


class Told(NamedTuple):
    """A command and when it was given."""

    command: OrderCommand
    at: datetime


class Racing(MemoryEventStore):
    """A store in which somebody else may be quicker, once."""

    quicker: Callable[[], object] | None = None

    def append(self, appends: Sequence[Append]) -> Sequence[Receipt | Conflict]:
        quicker, self.quicker = self.quicker, None
        if quicker is not None:
            quicker()
        return super().append(appends)


class Shop:
    """An order of tea and a cup, and what it pays."""

    def __init__(self, *told: Told, placed: PlaceOrder = place) -> None:
        self.store = Racing()
        handler, books = CommandHandler(self.store), Taobao()
        self.orders = Orders(self.store, handler, shipped_policies())
        self.accounts = Responsibilities(self.store, handler, books)
        self.money = Compensating(
            self.store,
            handler,
            Compensations(self.store, handler, books),
            self.accounts,
            books,
        )
        self.order_id = self.orders.id_of("anna", "taobao", "T-1")
        self.tell(Told(placed, MONDAY), *(told or (Told(capture, MONDAY),)))

    def tell(self, *told: Told) -> None:
        for command, at in told:
            said = replace(context(at), occurred_at=at)
            self.orders.handle_one(self.order_id, command, said)

    def order(self) -> Order:
        return reduce(ORDER.evolve, self.events(self.order_id), ORDER.initial)  # type: ignore[arg-type]  # the events of an order

    def events(self, stream_id: UUID) -> list[object]:
        return [each.event for each in self.store.stream(stream_id)]

    def reserve(
        self, said: Said = SHORT, *, matter: UUID | None = None, at: datetime
    ) -> tuple[Receipt, str]:
        return self.money.reserve(
            self.order_id, said, by=LIN, matter=matter, context=context(at)
        )

    def account(self, matter: UUID) -> MatterAccount:
        account_id = self.accounts.id_beside(self.order_id, str(matter))
        return reduce(ACCOUNT.evolve, self.events(account_id), ACCOUNT.initial)  # type: ignore[arg-type]  # the events of an account


def context(at: datetime, name: UUID | None = None) -> CommandContext:
    command_id = name or uuid4()
    return CommandContext(
        actor="test", asked_at=at, command_id=command_id, correlation_id=command_id
    )


# -- What an order says --


def test_what_was_paid_and_promised_is_the_orders_to_say() -> None:
    facts = facts_of(Shop().order(), Said(), MONDAY + HOUR)
    assert (facts.item_fen, facts.postage_fen, facts.paid_fen) == (
        150_000,
        1_000,
        151_000,
    )
    assert (facts.promise_hours, facts.late_hours) == (72, None)
    assert facts.due_at == facts.original_due_at == MONDAY + 72 * HOUR
    assert (facts.market, facts.labels) == ("taobao", ("ship-48h",))


def test_of_some_lines_only_these_count() -> None:
    facts = facts_of(Shop().order(), Said(lines=(1,)), MONDAY)
    assert (facts.item_fen, facts.postage_fen) == (100_000, 1_000)
    with pytest.raises(NoSuchLine):
        facts_of(Shop().order(), Said(lines=(3,)), MONDAY)


def test_what_counts_is_what_was_paid_not_the_price() -> None:
    half = replace(
        capture, tenders=(Tender(tender="wallet", amount=Money(75_500, "CNY")),)
    )
    facts = facts_of(Shop(Told(half, MONDAY)).order(), Said(), MONDAY)
    assert (facts.item_fen, facts.postage_fen) == (75_000, 500)


def test_lateness_runs_until_it_is_shipped() -> None:
    shop = Shop()
    due = MONDAY + 72 * HOUR
    for moment in (due, due + HOUR / 7200):
        assert facts_of(shop.order(), Said(), moment).late_hours is None
    assert facts_of(shop.order(), Said(), due + 5 * HOUR).late_hours == 5
    shop.tell(
        Told(CheckPromises(), due + 6 * HOUR),
        Told(ShipParcel(parcel="SF1", carrier="sf", waybill="SF1"), due + 8 * HOUR),
    )
    facts = facts_of(shop.order(), Said(), due + 5 * DAY)
    assert facts.late_hours == 8


def test_what_was_shipped_in_time_is_not_late() -> None:
    shop = Shop()
    shop.tell(Told(ShipParcel(parcel="SF1"), MONDAY + HOUR))
    assert facts_of(shop.order(), Said(), MONDAY + 30 * DAY).late_hours is None


def test_an_agreed_date_moves_the_due_time_and_not_the_promise() -> None:
    shop = Shop()
    later = RenegotiateShipDate(due_at=MONDAY + 9 * DAY, reason="out_of_stock")
    shop.tell(Told(later, MONDAY + HOUR))
    facts = facts_of(shop.order(), Said(), MONDAY + 9 * DAY)
    assert (facts.due_at, facts.original_due_at) == (
        MONDAY + 9 * DAY,
        MONDAY + 72 * HOUR,
    )
    assert (facts.promise_hours, facts.late_hours) == (72, None)


def test_a_waived_promise_and_one_of_other_lines_are_nobodys_breach() -> None:
    cups = Offer(label="ship-48h", line=2, hours=24)
    shop = Shop(placed=replace(place, offers=(*(place.offers or ()), cups)))
    late = MONDAY + 80 * HOUR
    assert facts_of(shop.order(), Said(lines=(2,)), late).late_hours == 56
    assert facts_of(shop.order(), Said(lines=(1,)), late).late_hours == 8
    waive = WaivePromise(promise="ship_by/line-2/merchant", reason="goodwill")
    shop.tell(Told(waive, MONDAY + HOUR))
    assert facts_of(shop.order(), Said(lines=(2,)), late).late_hours == 8


def test_the_day_is_the_day_of_payment_and_the_merchant_the_lines() -> None:
    lines = (replace(TEA, merchant="m-1"), replace(CUP, merchant="m-2"))
    placed = replace(place, merchant=None, lines=lines)
    shop = Shop(Told(capture, MONDAY + DAY), placed=placed)
    paid = paid_order(shop.order_id, shop.order(), (2,))
    assert (paid.merchant, paid.paid_at) == ("m-2", MONDAY + DAY)
    assert paid_order(shop.order_id, shop.order()).merchant == "m-1"


def test_what_cannot_be_compensated_says_why() -> None:
    order_id = Shop().order_id
    with pytest.raises(NotPaidYet):
        paid_order(order_id, ORDER.initial)
    nobodys = Shop(placed=replace(place, merchant=None)).order()
    with pytest.raises(MerchantUnknown):
        paid_order(order_id, nobodys)
    dollars = replace(TEA, price=Money(100, "USD"), freight=None)
    abroad = Shop(
        Told(
            replace(
                capture, tenders=(Tender(tender="wallet", amount=Money(100, "USD")),)
            ),
            MONDAY,
        ),
        placed=replace(place, lines=(dollars,)),
    )
    with pytest.raises(NotInYuan):
        facts_of(abroad.order(), Said(), MONDAY)


# -- Set aside --


def test_a_preview_is_what_a_reservation_then_does_and_writes_nothing() -> None:
    shop, at = Shop(), MONDAY + 4 * DAY
    before = shop.store.heads()
    day, preview = shop.money.preview(
        shop.order_id, shop.order(), SHORT, by=SYSTEM, at=at
    )
    assert shop.store.heads() == before
    assert [line.fen for line in preview.lines] == [3_000, 15_000]
    receipt, name = shop.reserve(at=at)
    reservation = shop.money.found(receipt.stream_id, name)[1].state.reservations[name]
    assert receipt.stream_id == day.stream_id
    assert reservation.lines == preview.lines
    assert (reservation.asked, reservation.dates) == (preview.facts, preview.dates)


@pytest.mark.parametrize("interrupted", [False, True])
def test_asked_again_later_the_order_may_have_moved_on(
    interrupted: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    shop, name = Shop(), uuid5(UUID(int=0), "once")

    def ask(at: datetime, said: Said = SHORT) -> Receipt:
        return shop.money.reserve(
            shop.order_id, said, by=LIN, matter=None, context=context(at, name)
        )[0]

    def shipped() -> None:
        shop.tell(Told(ShipParcel(parcel="SF1"), MONDAY + 3 * DAY + 2 * HOUR))

    shop.store.quicker = shipped if interrupted else None
    first = ask(MONDAY + 4 * DAY)
    if not interrupted:
        shipped()
    day = shop.money.found(first.stream_id, str(name))[1]
    late = day.state.reservations[str(name)].asked.late_hours
    assert late == (2 if interrupted else 24), "as the order stood when it was written"
    assert ask(MONDAY + 6 * DAY) == replace(first, repeated=True)
    with pytest.raises(KeyReused):
        ask(MONDAY + 6 * DAY, replace(SHORT, lines=(2,)))


def two_merchants() -> Shop:
    """Return the order with the tea of m-1 and the cup of m-2."""
    lines = (replace(TEA, merchant="m-1"), replace(CUP, merchant="m-2"))
    return Shop(placed=replace(place, merchant=None, lines=lines))


def test_each_merchant_of_an_order_pays_for_its_own_lines() -> None:
    shop = two_merchants()
    both = replace(SHORT, lines=())
    with pytest.raises(SeveralMerchants):
        shop.reserve(both, at=MONDAY + 4 * DAY)
    with pytest.raises(SeveralMerchants):
        shop.money.preview(
            shop.order_id, shop.order(), both, by=LIN, at=MONDAY + 4 * DAY
        )
    first, _ = shop.reserve(replace(SHORT, lines=(1,)), at=MONDAY + 4 * DAY)
    second, name = shop.reserve(replace(SHORT, lines=(2,)), at=MONDAY + 4 * DAY)
    assert first.stream_id != second.stream_id
    day = shop.money.found(second.stream_id, name)[1]
    assert day.paid.merchant == "m-2"
    assert {each.elsewhere for each in day.state.reservations[name].asked.earlier} == {
        True
    }


def test_paid_again_after_its_account_moved_on_it_is_the_same() -> None:
    shop = Shop()
    matter = disputed(shop)
    receipt, name = shop.reserve(matter=matter, at=MONDAY + 4 * DAY)
    cause = context(MONDAY + 5 * DAY)

    def owes_more() -> None:
        entry = owes("e-1", "test", MERCHANT, CONSUMER, yuan(7))
        account_id = shop.accounts.id_beside(shop.order_id, str(matter))
        opening = OpenAttribution(
            by=LIN,
            matter=str(matter),
            order=str(shop.order_id),
            source="taobao",
            consumer="anna",
            parties=(),
        )
        for command in (opening, PostEntry(by=LIN, entry=entry)):
            shop.accounts.take(account_id, command, "taobao", context(MONDAY + 5 * DAY))

    shop.store.quicker = owes_more
    first = shop.money.pay(receipt.stream_id, name, SYSTEM, cause)
    later = replace(cause, asked_at=MONDAY + 9 * DAY)
    again = shop.money.pay(receipt.stream_id, name, SYSTEM, later)
    assert again == replace(first, repeated=True)


def test_a_matter_is_a_case_or_dispute_of_this_order() -> None:
    shop = Shop()
    with pytest.raises(MatterElsewhere):
        shop.reserve(matter=shop.order_id, at=MONDAY)


# -- Paid --


def disputed(shop: Shop, case: str | None = None) -> UUID:
    """Let there be a dispute about the order; return its id."""
    dispute_id = id_from_name(partition_in(shop.order_id), "dispute", "test", "X-1")
    opened = DisputeOpened(
        at=MONDAY,
        by=By(role="consumer", name="anna"),
        order=str(shop.order_id),
        case=case,
        consumer="anna",
        issue="other",
    )
    written = StreamAppend(dispute_id, 0, [opened])
    shop.store.append([Append(context(MONDAY), b"", (written,))])
    return dispute_id


def written(shop: Shop, matter: UUID) -> list[tuple[str, str, int, str | None]]:
    """Return kind, reason, amount and rule of each entry of a matter's account."""
    return [
        (entry.kind, entry.why, entry.postings[1].minor, entry.policy)
        for entry in shop.account(matter).entries.values()
    ]


def test_what_is_paid_is_in_the_account_of_its_matter_with_its_rule() -> None:
    shop = Shop()
    matter = disputed(shop)
    receipt, name = shop.reserve(matter=matter, at=MONDAY + 4 * DAY)
    assert shop.account(matter) == ACCOUNT.initial, "nothing is paid yet"
    cause = context(MONDAY + 5 * DAY)
    first = shop.money.pay(receipt.stream_id, name, SYSTEM, cause)
    again = shop.money.pay(receipt.stream_id, name, SYSTEM, cause)
    assert (again.position, again.repeated) == (first.position, True)
    shop.money.pay(receipt.stream_id, name, SYSTEM, context(MONDAY + 6 * DAY))
    assert written(shop, matter) == [
        ("paid", "compensation", 3_000, "taobao-like.late-long@20250101"),
        ("paid", "compensation", 15_000, "taobao-like.out-of-stock-long@20250101"),
    ]
    account = shop.account(matter)
    assert (account.matter, account.source) == (str(matter), "taobao")
    assert {whose: each.minor for whose, each in borne(account).items()} == {
        MERCHANT: 18_000,
        CONSUMER: -18_000,
    }


def test_what_a_ruling_made_owed_is_settled_by_what_is_paid() -> None:
    shop = Shop()
    matter = disputed(shop)
    account_id = shop.accounts.id_beside(shop.order_id, str(matter))
    debt = owes("ruling/award-1", "ruling.compensation", MERCHANT, CONSUMER, yuan(170))
    opening = OpenAttribution(
        by=SYSTEM, matter=str(matter), order=str(shop.order_id), consumer="anna"
    )
    for command in (opening, PostEntry(by=SYSTEM, entry=debt)):
        shop.accounts.take(account_id, command, "taobao", context(MONDAY))
    receipt, name = shop.reserve(matter=matter, at=MONDAY + 4 * DAY)
    shop.money.pay(receipt.stream_id, name, SYSTEM, context(MONDAY + 5 * DAY))
    account = shop.account(matter)
    assert [each[::2] for each in written(shop, matter)[1:]] == [
        ("paid", 3_000),
        ("owed", 3_000),
        ("paid", 15_000),
        ("owed", 14_000),
    ]
    assert owed(account) == {}
    assert sum(each.minor for each in borne(account).values()) == 0


def test_what_is_deducted_the_merchant_owes_and_no_consumer_gets() -> None:
    shop = Shop()
    receipt, name = shop.reserve(at=MONDAY + 4 * DAY)
    day = shop.money.found(receipt.stream_id, name)[1]
    known = day.state.reservations[name]
    deducted = tuple(replace(line, payee="none") for line in known.lines)
    reservation = replace(known, lines=deducted)
    payout = Payout(name, reservation, day.paid, shop.order())
    found = list(entries(payout, ACCOUNT.initial))
    assert [(each.kind, each.why) for each in found] == [("owed", "deduction")] * 2
    sides = [(each.account.kind, each.minor) for each in found[0].postings]
    assert sides == [("merchant", -3_000), ("platform", 3_000)]


def test_a_dispute_over_a_case_has_its_cases_account() -> None:
    shop = Shop()
    case_id = id_from_name(partition_in(shop.order_id), "after_sales", "test", "C-1")
    dispute = disputed(shop, case=str(case_id))
    receipt, name = shop.reserve(matter=dispute, at=MONDAY + 4 * DAY)
    shop.money.pay(receipt.stream_id, name, SYSTEM, context(MONDAY + 5 * DAY))
    assert shop.account(dispute) == ACCOUNT.initial
    assert len(shop.account(case_id).entries) == 2


def test_without_a_matter_no_account_is_opened() -> None:
    shop = Shop()
    receipt, name = shop.reserve(at=MONDAY + 4 * DAY)
    paid = shop.money.pay(receipt.stream_id, name, SYSTEM, context(MONDAY + 5 * DAY))
    written = {each.stream_id for each in shop.store.logs[partition_in(shop.order_id)]}
    assert written == {shop.order_id, receipt.stream_id}
    assert paid.stream_id == receipt.stream_id


def test_what_is_no_reservation_is_not_found() -> None:
    shop = Shop()
    receipt, _ = shop.reserve(at=MONDAY + 4 * DAY)
    for day_id, name in (
        (shop.order_id, "k-1"),
        (uuid5(UUID(int=0), "elsewhere"), "k-1"),
        (receipt.stream_id, "k-1"),
    ):
        with pytest.raises(NotFound):
            shop.money.found(day_id, name)
