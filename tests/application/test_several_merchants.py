"""An order of several merchants that fell short: each is charged for its own lines."""

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.compensation import PaidOrder
from application.resolutions.own_plans import BeyondTheOrder
from application.resolutions.said import Proposing
from application.sellers import SeveralMerchants
from domain.compensation import (
    COMPENSATION,
    DayOfCompensation,
    GoodwillCapped,
)
from domain.money import Money
from domain.order import CapturePayment, OrderLine, PlaceOrder, Tender
from domain.plan import Plan, PlanStep
from domain.policy.rows import AnyRow, CapRow
from domain.policy.service_rows import StepRow
from domain.resolution import AcceptPlan, ApprovePlan
from domain.responsibility import ACCOUNT
from tests.application.resolving import (
    ANNA,
    BASE,
    LATE,
    LIN,
    REFUND,
    ROWS,
    WEI,
    Anna,
    shortfall,
)

# What was really paid: a voucher of ¥1 lies over three odd prices and their postage.
PRICES = {1: (10_001, 500), 2: (20_001, 300), 3: (5_001, 700)}
SOLD = {1: "shop-1", 2: "shop-2", 3: "shop-1"}
PAID = 10_001 + 500 + 20_001 + 300 + 5_001 + 700 - 100


class Basket(Anna):
    """One order of Anna's: a kettle and a cup of shop-1, and a lamp of shop-2."""

    def __init__(self, rows: tuple[AnyRow, ...] = ROWS) -> None:
        super().__init__(rows=rows)
        number = "two-shops"
        self.order_id = self.orders.id_of("anna", "shop", number)
        self.resolution_id = self.resolutions.id_of(self.order_id, 1)
        lines = tuple(
            OrderLine(
                line=line,
                product=f"p-{line}",
                price=Money(price, "CNY"),
                freight=Money(freight, "CNY") if freight else None,
                merchant=SOLD[line],
            )
            for line, (price, freight) in PRICES.items()
        )
        self.told(
            PlaceOrder(
                consumer="anna", source="shop", number=number, lines=lines, offers=()
            ),
            CapturePayment(
                payment="P-2",
                tenders=(Tender(tender="wechat", amount=Money(PAID, "CNY")),),
            ),
        )

    def ledger(self, merchant: str) -> DayOfCompensation:
        """Return what Anna had of a merchant that day."""
        paid: PaidOrder = replace(self.paid, merchant=merchant)
        found: DayOfCompensation = self.folded(self.money.id_of(paid), COMPENSATION)
        return found

    def had(self, merchant: str) -> list[tuple[int, bool, str]]:
        """Return what was set aside under a merchant's caps, and how it stands."""
        return [
            (each.total_fen, each.goodwill, each.standing)
            for each in self.ledger(merchant).reservations.values()
        ]

    def all_done(self) -> None:
        """Begin whatever can be begun, until nothing waits for another."""
        while self.starts():
            for step in self.resolution.steps():
                if step.standing == "started" and step.does.phase != "money":
                    self.comes_back(step.key, succeeded=True)

    def cases_of(self, plan: str) -> list[Any]:
        execution = next(
            each for each in self.resolution.executions.values() if each.plan == plan
        )
        return [
            self.case(UUID(step.matter))
            for step in execution.steps.values()
            if step.matter is not None and "/" not in step.matter
        ]

    def steps_of(self, plan: str) -> list[PlanStep]:
        proposal = self.resolution.proposal
        assert proposal is not None
        found = proposal.plan(plan)
        assert found is not None
        return list(found.plan.steps)


def test_what_is_owed_is_set_aside_on_the_day_of_each_merchant_for_its_lines() -> None:
    basket = Basket()
    basket.falls_short()
    basket.starts()
    (first,), (second,) = basket.had("shop-1"), basket.had("shop-2")
    shares = [step.amount.minor for step in basket.steps_of("minimum") if step.amount]
    assert [step.lines for step in basket.steps_of("minimum")] == [(1, 3), (2,)]
    assert [first[0], second[0]] == shares
    # 5 % of what was paid to each, its postage included: ¥161.58 and ¥202.45.
    assert shares == [808, 1_012]


def test_each_merchant_is_charged_for_its_own_refund_and_for_no_other_ones() -> None:
    basket = Basket()
    basket.falls_short()
    basket.asks(AcceptPlan(by=ANNA, plan="refund"))
    basket.starts()
    cases = basket.cases_of("refund")
    claimed = [
        (each.merchant, tuple(item.line for item in each.items)) for each in cases
    ]
    assert claimed == [("shop-1", (1, 3)), ("shop-2", (2,))]


def test_all_of_it_goes_back_once_to_the_fen_and_the_postage_too() -> None:
    basket = Basket()
    basket.falls_short()
    basket.asks(AcceptPlan(by=ANNA, plan="refund"))
    basket.starts()
    cases = basket.cases_of("refund")
    goods = sum(item.amount.minor for each in cases for item in each.items)
    postage = [each.freight.minor if each.freight else 0 for each in cases]
    assert goods + sum(postage) == PAID
    assert postage == [1_197, 299]


def test_goods_sent_again_are_a_case_of_who_sold_them() -> None:
    basket = Basket()
    basket.falls_short()
    basket.asks(AcceptPlan(by=ANNA, plan="resend"))
    basket.all_done()
    assert [each.merchant for each in basket.cases_of("resend")] == ["shop-1", "shop-2"]


def test_what_was_borne_is_claimed_back_from_each_merchant_for_its_own_lines() -> None:
    advance = replace(
        REFUND,
        steps=(
            StepRow(action="platform_advance", part="entitlement"),
            StepRow(action="coupon_compensation", part="goodwill", fixed_fen=1_001),
            StepRow(action="claim_recourse", bearer="merchant"),
        ),
    )
    others = (row for row in ROWS if row.id != REFUND.id)
    basket = Basket((*others, advance))
    basket.falls_short()
    claims = [
        step for step in basket.steps_of("refund") if step.action == "claim_recourse"
    ]
    assert [step.lines for step in claims] == [(1, 3), (2,)]
    assert sum(step.amount.minor for step in claims if step.amount) == PAID + 1_001


def test_a_claim_is_against_the_merchant_of_its_lines() -> None:
    basket = Basket()
    basket.falls_short()
    basket.asks(AcceptPlan(by=ANNA, plan="refund"))
    basket.starts()
    for step in list(basket.resolution.steps()):
        if step.standing == "started":
            basket.comes_back(step.key, succeeded=True)
    basket.all_done()
    account_id = basket.accounts.id_beside(basket.order_id, str(basket.resolution_id))
    claims = basket.folded(account_id, ACCOUNT).claims.values()
    assert [each.against.name for each in claims] == ["shop-1", "shop-2"]


def test_a_gift_for_any_line_counts_under_the_one_cap_of_its_order() -> None:
    basket = Basket()
    basket.falls_short(shortfall("PRICE_DROP", line=2))
    gives(basket, 5_000, line=2)
    basket.falls_short(shortfall("TRANSIT_STALLED", line=1))
    for step in list(basket.resolution.steps()):
        basket.comes_back(step.key, succeeded=True)
    # 30 % of all that was paid is ¥109.21, and ¥50 are given already.
    with pytest.raises(GoodwillCapped):
        gives(basket, 5_922, line=1)
    gives(basket, 5_921, line=1)
    assert [each[:2] for each in basket.had("shop-1")] == [(5_000, True), (5_921, True)]
    assert not basket.had("shop-2")


def gives(basket: Basket, fen: int, line: int) -> None:
    """Let an agent give so much for a line, a senior let it go, and Anna take it."""
    step = PlanStep(
        action="coupon_compensation",
        part="goodwill",
        amount=Money(fen, "CNY"),
        lines=(line,),
    )
    own = Plan(name="own", steps=(step,))
    said = Proposing(by=LIN, plans=(own,))
    basket.resolutions.propose(basket.resolution_id, said, basket.context(said))
    if "own" in basket.resolution.asks:
        seen = basket.resolution.asks["own"].hash
        basket.asks(ApprovePlan(by=WEI, plan="own", hash=seen))
    basket.asks(AcceptPlan(by=ANNA, plan="own"))
    basket.starts()


def test_the_cap_of_an_order_holds_over_all_its_merchants() -> None:
    cap = CapRow(id="shop.order-cap", scope="order", amount_fen=1_000, **BASE)
    capped = replace(LATE, caps=(cap.id,))
    others = (row for row in ROWS if row.id != LATE.id)
    basket = Basket((*others, capped, cap))
    basket.falls_short()
    basket.starts()
    assert [each[0] for each in basket.had("shop-1")] == [808]
    assert [each[0] for each in basket.had("shop-2")] == [192]


def test_the_cap_of_a_merchants_day_is_another_merchants_business_not() -> None:
    cap = CapRow(id="shop.day-cap", scope="buyer_seller_day", amount_fen=900, **BASE)
    capped = replace(LATE, caps=(cap.id,))
    others = (row for row in ROWS if row.id != LATE.id)
    basket = Basket((*others, capped, cap))
    basket.falls_short()
    basket.starts()
    assert [each[0] for each in basket.had("shop-1")] == [808]
    assert [each[0] for each in basket.had("shop-2")] == [900]


def test_an_agents_own_plan_is_about_one_merchants_lines_at_a_time() -> None:
    basket = Basket()
    basket.falls_short()
    whole = PlanStep(
        action="refund_partial", part="service", amount=Money(5_000, "CNY")
    )
    with pytest.raises(SeveralMerchants):
        proposes(basket, whole)
    proposes(basket, replace(whole, lines=(2,)))
    assert [step.lines for step in basket.steps_of("own")] == [(2,)]
    with pytest.raises(BeyondTheOrder):
        proposes(basket, replace(whole, lines=(9,)))


def test_what_the_rules_priced_of_each_merchant_is_taken_over_once_each() -> None:
    basket = Basket()
    basket.falls_short()
    owed = [
        PlanStep(action=step.action, part=step.part, amount=step.amount)
        for step in basket.steps_of("refund")
        if step.action == "refund_full"
    ]
    proposes(basket, *owed)
    assert [step.lines for step in basket.steps_of("own")] == [(1, 3), (2,)]


def proposes(basket: Basket, *steps: PlanStep) -> None:
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=steps),))
    basket.resolutions.propose(basket.resolution_id, said, basket.context(said))
