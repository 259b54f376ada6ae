"""Who bears what of a refund, and who owes whom: the books of a case sum to zero."""

from collections.abc import Mapping
from functools import reduce
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.case_money import Moved, due_from, opening
from application.event_store.envelope import Receipt
from domain.after_sales import (
    ApproveCase,
    CaseCommand,
    OpenCase,
    OrderRefund,
    RecordRecovery,
    RecordRefundResult,
    Refund,
    RefundRoute,
    RefundSucceeded,
)
from domain.dispute import (
    AssignHandler,
    Award,
    ContestFault,
    EndRound,
    EnforceRuling,
    EscalateDispute,
)
from domain.money import Money
from domain.order import ORDER, Order
from domain.party import LiableParty, Participant
from domain.responsibility import (
    ACCOUNT,
    Account,
    AttributionOpened,
    EntryPosted,
    MatterAccount,
    OpenAttribution,
    bears_in_the_end,
    borne,
    owed,
)
from tests.application.test_disputes import (
    ANNA,
    DAY,
    ITEMS,
    JUDGE,
    MACHINE,
    MONDAY,
    SHOP,
    WEI,
    Shop,
    fen,
    rule,
)

NOON = MONDAY + 3 * DAY
CONSUMER = Account(kind="consumer", name="anna")
MERCHANT = Account(kind="merchant", name="shop-1")
CREATOR = Account(kind="creator", name="host-7")
PLATFORM = Account(kind="platform")


class Books(Shop):
    """A shop whose case is followed in its account."""

    def asks(self, *commands: CaseCommand) -> Receipt:
        for command in commands:
            context = self.context(command, NOON)
            receipt = self.cases.take(self.case_id, command, context)
        return receipt

    def agreed(self) -> None:
        """Open a case for both lines, which the shop agrees to."""
        command = OpenCase(
            by=ANNA,
            order=str(self.order_id),
            consumer="anna",
            type="refund_shipped",
            items=ITEMS,
            reason=5,
        )
        self.cases.open(
            self.case_id, self.order_id, command, self.context(command, MONDAY)
        )
        self.asks(ApproveCase(by=SHOP))

    def ruled_for(self, payer: LiableParty) -> None:
        """Have a ruling of 800 yuan carried out that this party is to pay."""
        self.complains()
        self.opens()
        self.does(
            AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
            EscalateDispute(by=ANNA),
            ContestFault(by=SHOP),
            EndRound(by=JUDGE),
        )
        award = Award(kind="refund", amount=fen(80_000), payer=payer)
        self.does(replace(rule, awards=(award,)), EnforceRuling(by=MACHINE))

    def pays(self, route: RefundRoute, refund: str = "R-1") -> None:
        order = OrderRefund(by=WEI, refund=refund, route=route)
        self.asks(order, RecordRefundResult(refund=refund, succeeded=True))

    @property
    def order(self) -> Order:
        return reduce(ORDER.evolve, self.events(self.order_id), ORDER.initial)  # type: ignore[arg-type]  # the events of an order

    @property
    def account_id(self) -> UUID:
        return self.accounts.id_beside(self.order_id, str(self.case_id))

    @property
    def account(self) -> MatterAccount:
        return reduce(ACCOUNT.evolve, self.account_of(self.case_id), ACCOUNT.initial)  # type: ignore[arg-type]  # the events of an account

    @property
    def given(self) -> dict[Account, int]:
        """Who really paid so far; all sum to zero."""
        return minors(borne(self.account))

    @property
    def ends(self) -> dict[Account, int]:
        """Who will have paid once every debt is settled; all sum to zero."""
        return minors(bears_in_the_end(self.account))

    @property
    def debts(self) -> dict[tuple[Account, Account], int]:
        return {
            (debt.debtor, debt.creditor): amount.minor
            for debt, amount in owed(self.account).items()
        }

    @property
    def written(self) -> list[str]:
        """The names of the entries, in the order they were posted."""
        account = self.account_of(self.case_id)
        return [each.entry.entry for each in account if isinstance(each, EntryPosted)]


def minors(amounts: Mapping[Account, Money]) -> dict[Account, int]:
    assert sum(each.minor for each in amounts.values()) == 0
    return {account: each.minor for account, each in amounts.items() if each.minor}


@pytest.fixture
def shop() -> Books:
    return Books()


# -- Without a dispute --


def test_a_refund_opens_the_account_of_its_case_and_says_who_paid(shop: Books) -> None:
    shop.agreed()
    assert shop.account_of(shop.case_id) == []
    shop.pays("original")
    (opened,) = shop.of(shop.account_id, AttributionOpened)
    assert isinstance(opened, AttributionOpened)
    assert (opened.matter, opened.order) == (str(shop.case_id), str(shop.order_id))
    assert (opened.source, opened.consumer) == ("douyin", "anna")
    assert opened.parties == (CONSUMER, MERCHANT, CREATOR)
    assert shop.given == {MERCHANT: 80_000, CONSUMER: -80_000}
    assert shop.debts == {}


def test_the_money_and_its_entry_are_written_in_one_ask(shop: Books) -> None:
    shop.agreed()
    shop.asks(OrderRefund(by=SHOP, refund="R-1"))
    receipt = shop.asks(RecordRefundResult(refund="R-1", succeeded=True))
    assert {each.stream_id for each in receipt.streams} == {
        shop.case_id,
        shop.order_id,
        shop.account_id,
    }


def test_a_result_told_again_changes_nothing(shop: Books) -> None:
    shop.agreed()
    shop.pays("platform_advance")
    before = shop.account_of(shop.case_id)
    told = RecordRefundResult(refund="R-1", succeeded=True)
    shop.asks(told, told)
    assert shop.account_of(shop.case_id) == before


def test_the_same_command_again_is_asking_for_the_same(shop: Books) -> None:
    shop.agreed()
    shop.pays("platform_advance")
    command = RecordRecovery(refund="R-1", amount=fen(80_000))
    context = shop.context(command, NOON)
    first = shop.cases.take(shop.case_id, command, context)
    again = shop.cases.take(shop.case_id, command, context)
    assert (again.position, again.repeated) == (first.position, True)
    assert shop.given == {MERCHANT: 80_000, CONSUMER: -80_000}


def test_what_failed_is_in_no_book_and_the_next_route_is(shop: Books) -> None:
    shop.agreed()
    shop.asks(
        OrderRefund(by=SHOP, refund="R-1"),
        RecordRefundResult(refund="R-1", succeeded=False, failure="account_closed"),
    )
    assert shop.account_of(shop.case_id) == []
    shop.pays("deposit", "R-2")
    assert shop.written == ["R-2/deposit"]
    assert shop.given == {MERCHANT: 80_000, CONSUMER: -80_000}


def test_what_the_platform_advances_the_merchant_owes_it(shop: Books) -> None:
    shop.agreed()
    shop.pays("platform_advance")
    assert shop.given == {PLATFORM: 80_000, CONSUMER: -80_000}
    assert shop.debts == {(MERCHANT, PLATFORM): 80_000}
    assert shop.ends == {MERCHANT: 80_000, CONSUMER: -80_000}


def test_an_advance_that_came_back_is_owed_no_more(shop: Books) -> None:
    shop.agreed()
    shop.pays("platform_advance")
    shop.asks(RecordRecovery(refund="R-1", amount=fen(80_000)))
    assert shop.given == {MERCHANT: 80_000, CONSUMER: -80_000}
    assert shop.debts == {}


def test_of_an_advance_that_came_back_in_part_the_rest_is_owed(shop: Books) -> None:
    shop.agreed()
    shop.pays("platform_advance")
    shop.asks(RecordRecovery(refund="R-1", amount=fen(50_000)))
    assert shop.given == {MERCHANT: 50_000, PLATFORM: 30_000, CONSUMER: -80_000}
    assert shop.debts == {(MERCHANT, PLATFORM): 30_000}


# -- After a ruling of seventy to thirty --


@pytest.mark.parametrize("route", ["original", "merchant_balance", "deposit"])
def test_the_merchant_paid_and_the_creator_owes_it_its_share(
    shop: Books, route: RefundRoute
) -> None:
    shop.ruled_for("merchant")
    shop.pays(route)
    assert shop.given == {MERCHANT: 80_000, CONSUMER: -80_000}
    assert shop.debts == {(CREATOR, MERCHANT): 24_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}


def test_the_platform_advanced_it_and_each_bears_its_share_in_the_end(
    shop: Books,
) -> None:
    shop.ruled_for("merchant")
    shop.pays("platform_advance")
    assert shop.given == {PLATFORM: 80_000, CONSUMER: -80_000}
    assert shop.debts == {(CREATOR, MERCHANT): 24_000, (MERCHANT, PLATFORM): 80_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}
    shop.asks(RecordRecovery(refund="R-1", amount=fen(80_000)))
    assert shop.debts == {(CREATOR, MERCHANT): 24_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}


def test_what_the_platform_is_to_pay_and_pays_it_does_not_advance(shop: Books) -> None:
    shop.ruled_for("platform")
    shop.pays("platform_advance")
    assert not [name for name in shop.written if "owed" in name]
    assert shop.given == {PLATFORM: 80_000, CONSUMER: -80_000}
    assert shop.debts == {(MERCHANT, PLATFORM): 56_000, (CREATOR, PLATFORM): 24_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}


def test_what_the_platform_is_to_pay_and_the_merchant_paid_it_owes_the_merchant(
    shop: Books,
) -> None:
    shop.ruled_for("platform")
    shop.pays("original")
    assert shop.given == {MERCHANT: 80_000, CONSUMER: -80_000}
    assert shop.debts == {(PLATFORM, MERCHANT): 24_000, (CREATOR, PLATFORM): 24_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}


def test_more_than_is_owed_came_back_and_is_owed_the_other_way(shop: Books) -> None:
    shop.ruled_for("platform")
    shop.pays("platform_advance")
    shop.asks(RecordRecovery(refund="R-1", amount=fen(80_000)))
    assert shop.debts == {(PLATFORM, MERCHANT): 24_000, (CREATOR, PLATFORM): 24_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}


def test_of_several_payers_each_owes_what_it_was_to_pay(shop: Books) -> None:
    shop.complains()
    shop.opens()
    shop.does(
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        EscalateDispute(by=ANNA),
        ContestFault(by=SHOP),
        EndRound(by=JUDGE),
        replace(
            rule,
            awards=(
                Award(kind="refund", amount=fen(50_000), payer="creator"),
                Award(kind="refund", amount=fen(30_000), payer="merchant"),
            ),
        ),
        EnforceRuling(by=MACHINE),
    )
    shop.pays("platform_advance")
    assert shop.given == {PLATFORM: 80_000, CONSUMER: -80_000}
    assert shop.ends == {MERCHANT: 56_000, CREATOR: 24_000, CONSUMER: -80_000}


def test_what_went_back_before_was_the_first_payers(shop: Books) -> None:
    shop.ruled_for("creator")
    ruling = shop.dispute.ruling
    assert ruling is not None
    awards = (
        Award(kind="refund", amount=fen(50_000), payer="creator"),
        Award(kind="refund", amount=fen(30_000), payer="platform"),
    )
    earlier = Refund(
        name="R-0", route="original", amount=fen(40_000), outcome="succeeded"
    )
    event = RefundSucceeded(at=NOON, refund="R-1", route="original", amount=fen(40_000))
    moved = Moved(
        case_id=shop.case_id,
        before=replace(shop.case, refunds={"R-0": earlier}),
        events=(event,),
        order=shop.order,
        dispute=replace(shop.dispute, rulings=(replace(ruling, awards=awards),)),
    )
    assert due_from(moved, event) == [(CREATOR, 10_000), (PLATFORM, 30_000)]


def test_compensation_is_no_part_of_what_the_case_pays(shop: Books) -> None:
    shop.complains()
    shop.opens()
    shop.does(
        AssignHandler(by=WEI, duty="arbiter", person="judge-ma"),
        EscalateDispute(by=ANNA),
        ContestFault(by=SHOP),
        EndRound(by=JUDGE),
        replace(
            rule,
            awards=(
                Award(kind="compensation", amount=fen(10_000), payer="platform"),
                Award(kind="refund", amount=fen(70_000), payer="merchant"),
            ),
        ),
        EnforceRuling(by=MACHINE),
    )
    shop.pays("original")
    assert not [name for name in shop.written if name.startswith("R-1/owed")]
    assert shop.given == {MERCHANT: 70_000, CONSUMER: -70_000}


# -- The account --


def test_an_account_that_was_opened_otherwise_does_not_stop_the_money(
    shop: Books,
) -> None:
    shop.agreed()
    command = OpenAttribution(
        by=MACHINE, matter=str(shop.case_id), order="D-1", consumer="anna"
    )
    context = shop.context(command, NOON)
    shop.accounts.take(shop.account_id, command, "douyin", context)
    shop.pays("original")
    assert shop.written == ["R-1/escrow"]


def test_a_merchant_who_sells_in_its_own_room_is_one_party(shop: Books) -> None:
    shop.agreed()
    placed = shop.order.placement
    assert placed is not None
    alone = Participant(party="shop-1", roles=("merchant", "room_seller"))
    order = replace(shop.order, placements=(replace(placed, participants=(alone,)),))
    moved = Moved(case_id=shop.case_id, before=shop.case, events=(), order=order)
    assert opening(moved).parties == (CONSUMER, MERCHANT)
