"""What a rule takes from a merchant for no consumer, and money that no rule knows."""

from typing import get_args

import pytest
from msgspec.structs import replace

from application.resolutions.amounts import Rounding, Tax
from application.resolutions.preview import PreviewView, preview_view
from application.resolutions.said import Proposing
from application.resolutions.view import resolution_view
from domain.detection.severity import value_fen
from domain.money import Money
from domain.order import CapturePayment, OrderLine, PlaceOrder, Tender
from domain.party import By
from domain.plan import Plan, PlanStep
from domain.policy.rows import AnyRow, CapRow, DeductionRow, Formula
from domain.policy.score_rows import ScoreRow
from domain.policy.service_rows import PlanRow, StepRow
from domain.resolution import ApprovalBeyondYou, ApprovePlan, OwedByNoRule
from domain.responsibility import ACCOUNT, Account
from domain.responsibility.state import Debt
from domain.scorecard import WeightsOf
from interface.wording.preview_words import PREVIEW_WORDS
from tests.application.resolving import (
    ANNA,
    BASE,
    LATE,
    LIN,
    ROWS,
    WEI,
    Anna,
    limit,
    shortfall,
)

CAP = CapRow(id="shop.day-cap", scope="buyer_seller_day", amount_fen=1_200, **BASE)
DEDUCTED = DeductionRow(
    id="shop.late-deduction",
    trigger="SHIP_OVERDUE",
    formula=Formula(base="paid", rate_bp=300),
    payee="none",
    payout="deduct_only",
    caps=(CAP.id,),
    **BASE,
)
OTHERS = tuple(row for row in ROWS if row.id != LATE.id)
FEE = By(role="finance_approver", name="fee")
CHARGED = "1/minimum/1"


def late(*rows: AnyRow) -> Anna:
    """Return Anna's order that is late, and owes her nothing by these rows."""
    anna = Anna((*OTHERS, DEDUCTED, CAP, *rows))
    anna.falls_short()
    return anna


class NoScores:
    """Knows no merchant's figures, and of which industry it was asked."""

    industry: object = None

    def effects(self, *_args: object, **said: object) -> dict[str, object]:
        self.industry = said["industry"]
        return {}


def test_a_merchant_is_charged_at_once_under_its_caps_and_in_its_account() -> None:
    anna = late()
    anna.starts()
    (kept,) = anna.day.reservations.values()
    # 3 % of ¥500, and the cap of the day leaves ¥12.
    assert (kept.total_fen, kept.standing) == (1_200, "paid")
    day_id = anna.money.id_of(anna.paid)
    account_id = anna.accounts.id_beside(day_id, str(anna.resolution_id))
    merchant = Account(kind="merchant", name="shop-1")
    owes = Debt(merchant, Account(kind="platform"), "CNY")
    assert anna.folded(account_id, ACCOUNT).debts == {owes: 1_200}
    step = anna.resolution.step(CHARGED)
    assert step is not None
    assert step.standing == "succeeded"


def test_a_charge_is_made_once_however_often_it_is_proposed() -> None:
    anna = late()
    anna.starts()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    anna.starts()
    assert sum(each.total_fen for each in anna.day.reservations.values()) == 1_200


def test_no_consumer_is_told_of_it_as_something_they_get() -> None:
    anna = late()
    anna.starts()
    hers = resolution_view(anna.resolution_id, 1, anna.resolution, ANNA, anna.at)
    assert "merchant_deduction" not in {each.what for each in hers.done}
    assert anna.resolution.paid_fen == 0
    shop = By(role="merchant", name="shop-1")
    theirs = resolution_view(anna.resolution_id, 1, anna.resolution, shop, anna.at)
    charged = [each for each in theirs.parts if each.what == "merchant_deduction"]
    assert [each.amount for each in charged] == [Money(1_200, "CNY")]


def test_the_preview_says_what_the_merchant_is_charged() -> None:
    anna = late()
    seen = preview_view(
        anna.resolution_id,
        anna.resolutions,
        NoScores(),  # type: ignore[arg-type]  # of no figures there is no effect
        frozenset(),
        anna.at,
    )
    (borne,) = seen.minimum.by_bearer
    assert (borne.bearer, borne.fen) == ("merchant", 1_200)
    assert (seen.minimum.total_fen, seen.minimum.charged_fen) == (0, 1_200)


def test_a_charge_beyond_what_goes_alone_waits_for_a_person() -> None:
    rows = tuple(row for row in OTHERS if row.id != "shop.refund-system")
    anna = Anna((*rows, DEDUCTED, CAP, limit("refund", "system", 1_199)))
    anna.falls_short()
    assert not anna.starts()
    assert anna.resolution.asks["minimum"].amount_fen == 1_200


def test_a_charge_waits_for_nobody_who_is_to_be_urged() -> None:
    urge = PlanRow(
        id="shop.urge",
        name="urge",
        codes=("SHIP_OVERDUE",),
        needs_consent=False,
        steps=(StepRow(action="urge_merchant"),),
        **BASE,
    )
    anna = late(urge)
    anna.starts()
    (kept,) = anna.day.reservations.values()
    assert kept.standing == "paid"


def test_no_agent_charges_a_merchant_by_a_plan_of_their_own() -> None:
    anna = late()
    charge = PlanStep(
        action="merchant_deduction", part="service", sets_aside_fen=90_000
    )
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=(charge,)),))
    with pytest.raises(OwedByNoRule):
        anna.resolutions.propose(anna.resolution_id, said, anna.context(said))


# -- Nobody to charge, and other money --


def placed(
    merchant: str | None, currency: str = "CNY", rows: tuple[AnyRow, ...] = ROWS
) -> Anna:
    """Return Anna with an order of 500.00 of a currency, sold by somebody or nobody."""
    anna = Anna(rows)
    number = "strange"
    anna.order_id = anna.orders.id_of("anna", "shop", number)
    anna.resolution_id = anna.resolutions.id_of(anna.order_id, 1)
    anna.told(
        PlaceOrder(
            consumer="anna",
            source="shop",
            number=number,
            lines=(OrderLine(line=1, product="p", price=Money(50_000, currency)),),
            merchant=merchant,
            offers=(),
        ),
        CapturePayment(
            payment="P-9",
            tenders=(Tender(tender="wallet", amount=Money(50_000, currency)),),
        ),
    )
    return anna


def offered(anna: Anna) -> set[str]:
    """Return every action that stands proposed."""
    proposal = anna.resolution.proposal
    if proposal is None:
        return set()
    named = (proposal.minimum, *proposal.plans)
    return {step.action for each in named for step in each.plan.steps}


def test_no_compensation_is_offered_while_nobody_knows_who_sold_it() -> None:
    anna = placed(merchant=None)
    anna.falls_short()
    assert "refund_full" in offered(anna)
    assert "coupon_compensation" not in offered(anna)
    known = placed(merchant="shop-1")
    known.falls_short()
    assert "coupon_compensation" in offered(known)


def test_once_the_merchant_is_known_the_preview_has_it() -> None:
    anna = placed(merchant=None)
    anna.falls_short()
    before = anna.resolutions.preview(anna.resolution_id, anna.at)
    assert not before.minimum.steps
    sold = placed(merchant="shop-1")
    sold.falls_short()
    after = sold.resolutions.preview(sold.resolution_id, sold.at)
    assert [step.action for step in after.minimum.steps] == ["coupon_compensation"]
    assert before.rests_on != after.rests_on


@pytest.mark.parametrize("currency", ["USD", "JPY"])
def test_other_money_always_takes_a_person_however_little_it_is(currency: str) -> None:
    anna = placed(merchant="shop-1", currency=currency)
    anna.falls_short()
    asking = anna.resolution.asks["refund"]
    assert (asking.role, asking.amount_fen) == ("senior_agent", 0)
    refused = ApprovePlan(by=LIN, plan="refund", hash=asking.hash)
    with pytest.raises(ApprovalBeyondYou):
        anna.asks(refused)
    anna.asks(ApprovePlan(by=WEI, plan="refund", hash=asking.hash))
    assert anna.status == "offered"


def test_other_money_without_any_limits_takes_finance() -> None:
    unlimited = tuple(row for row in ROWS if not row.id.startswith("shop.refund-"))
    anna = placed("shop-1", "USD", unlimited)
    anna.falls_short()
    asking = anna.resolution.asks["refund"]
    assert asking.role == "finance_approver"
    anna.asks(ApprovePlan(by=FEE, plan="refund", hash=asking.hash))
    assert anna.status == "offered"


def test_other_money_is_part_of_no_sum_in_fen() -> None:
    anna = placed(merchant="shop-1", currency="JPY")
    anna.falls_short()
    seen = preview_view(
        anna.resolution_id,
        anna.resolutions,
        NoScores(),  # type: ignore[arg-type]  # of no figures there is no effect
        frozenset(),
        anna.at,
    )
    refund = next(each for each in seen.plans if each.plan == "refund")
    assert (refund.total_fen, refund.by_bearer) == (0, ())
    assert refund.not_in_yuan == {"JPY": 50_000}


def test_what_is_worth_other_money_has_no_value_in_fen() -> None:
    assert value_fen(placed("shop-1", "JPY").order, None) is None
    assert value_fen(placed("shop-1", "JPY").order, 1) is None
    assert value_fen(placed("shop-1").order, 1) == 50_000


# -- What stands beside the amounts --


def previewed(anna: Anna, industry: str | None = None) -> PreviewView:
    return preview_view(
        anna.resolution_id,
        anna.resolutions,
        NoScores(),  # type: ignore[arg-type]  # of no figures there is no effect
        frozenset(),
        anna.at,
        industry=industry,
    )


def test_the_preview_says_how_each_amount_was_rounded_and_what_of_its_tax() -> None:
    whole_yuan = replace(
        DEDUCTED,
        formula=Formula(base="paid", rate_bp=300, round="half_up_to_yuan"),
        caps=(),
    )
    anna = Anna((*OTHERS, whole_yuan))
    anna.ships()
    anna.falls_short()
    found = {
        (each.plan, each.step): (each.rounding, each.tax)
        for each in previewed(anna).notes
    }
    assert found["minimum", 1] == ("rate_to_yuan", "without_tax")
    assert found["refund", 1] == ("shares_of_paid", "reversed_in_proportion")
    assert found["refund", 2] == ("rate_to_fen", "without_tax")
    assert found["resend", 2] == ("shares_of_paid", "within_price")
    assert ("resend", 1) not in found  # that somebody is urged costs nothing


def test_what_an_agent_wrote_down_is_rounded_by_nobody() -> None:
    anna = Anna()
    anna.falls_short()
    step = PlanStep(
        action="refund_partial", part="service", amount=Money(1_234, "CNY"), lines=(1,)
    )
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=(step,)),))
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    (note,) = (each for each in previewed(anna).notes if each.plan == "own")
    assert (note.rounding, note.tax) == ("as_written", "reversed_in_proportion")


def test_whose_weights_a_score_is_by_is_said() -> None:
    usual = ScoreRow(
        id="shop.help",
        metric="platform_help_rate",
        of="merchant",
        weight_bp=10_000,
        best=0,
        worst=500,
        **BASE,
    )
    shoes = replace(usual, id="shop.help-shoes", industry="shoes")
    anna = Anna((*ROWS, usual, shoes))
    anna.falls_short()
    assert previewed(anna).weights == "industry_unknown"
    assert previewed(anna, "shoes").weights == "industry"
    assert previewed(anna, "books").weights == "usual"


def test_a_score_is_asked_by_the_weights_of_its_merchants_industry() -> None:
    anna, scores = Anna(), NoScores()
    anna.falls_short()
    preview_view(
        anna.resolution_id,
        anna.resolutions,
        scores,  # type: ignore[arg-type]  # of no figures there is no effect
        frozenset(),
        anna.at,
        industry="shoes",
    )
    assert scores.industry == "shoes"


def test_every_code_beside_an_amount_has_words_in_both_languages() -> None:
    named = {
        *(f"rounding:{each}" for each in get_args(Rounding)),
        *(f"tax:{each}" for each in get_args(Tax)),
        *(f"weights:{each}" for each in get_args(WeightsOf)),
    }
    assert set(PREVIEW_WORDS) == named
    assert all(all(words) for words in PREVIEW_WORDS.values())
