"""Money of a resolution: what was previewed, under its caps, once, whoever tries."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from application.compensation_facts import paid_order
from application.resolutions.own_plans import GoodwillNowhere
from application.resolutions.said import Proposing
from domain.compensation import COMPENSATION, GoodwillCapped
from domain.money import Money
from domain.order import (
    CapturePayment,
    ClaimItem,
    OpenClaim,
    OrderLine,
    PlaceOrder,
    SettleClaim,
    Tender,
)
from domain.plan import Block, Plan, PlanStep
from domain.policy.service_rows import OfferRow, PlanRow, StepRow
from domain.resolution import (
    AcceptPlan,
    ApprovePlan,
    ConfirmMadeGood,
    DeclinePlans,
    DismissResolution,
    HandToDispute,
    OwedByNoRule,
    PaidAlready,
    ReopenResolution,
    SettleStep,
    StepIncomplete,
    TooLateToReopen,
    TriageResolution,
)
from tests.application.resolving import (
    ANNA,
    BASE,
    DAY,
    HOUR,
    LIN,
    ROWS,
    WEI,
    Anna,
    limit,
    shortfall,
)

OWED = "1/minimum/1"


def late() -> Anna:
    anna = Anna()
    anna.falls_short()
    return anna


def proposes(anna: Anna, step: PlanStep) -> None:
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=(step,)),))
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))


def set_aside(anna: Anna) -> list[tuple[int, str]]:
    day = anna.day.reservations.values()
    return [(each.total_fen, each.standing) for each in day]


@pytest.mark.parametrize("part", ["entitlement", "service"])
def test_an_agent_calls_no_gift_of_theirs_owed(part: str) -> None:
    anna = late()
    gift = PlanStep(
        action="cash_compensation",
        part=part,  # type: ignore[arg-type]  # one of the parts
        amount=Money(100_000, "CNY"),
    )
    with pytest.raises(OwedByNoRule):
        proposes(anna, gift)


def test_what_the_rules_priced_stays_as_they_priced_it_in_an_agents_own_plan() -> None:
    anna = late()
    proposes(
        anna,
        PlanStep(
            action="refund_full",
            part="entitlement",
            amount=Money(50_000, "CNY"),
            bearer="platform",
        ),
    )
    proposal = anna.resolution.standing
    assert proposal is not None
    (own,) = proposal.plans
    (step,) = own.plan.steps
    assert step.bearer == "merchant"
    assert step.lines == (1, 2)


def test_an_agents_own_plan_is_under_no_row_that_lets_it_go_unasked() -> None:
    anna = late()
    step = PlanStep(action="notify_only", part="service")
    plans = (Plan(name="own", policy="shop.owed@1", steps=(step,)),)
    said = Proposing(by=LIN, plans=plans)
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    proposal = anna.resolution.standing
    assert proposal is not None
    assert proposal.plans[0].plan.policy is None


@pytest.mark.parametrize("action", ["refund_partial", "extend_receipt"])
def test_a_step_that_does_not_say_how_much_or_until_when_is_refused(
    action: str,
) -> None:
    with pytest.raises(StepIncomplete):
        proposes(late(), PlanStep(action=action, part="service"))  # type: ignore[arg-type]  # one of the catalogue


def test_goodwill_in_another_currency_is_not_offered() -> None:
    anna = Anna()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    dollars = PlanStep(
        action="cash_compensation", part="goodwill", amount=Money(4_000, "USD")
    )
    with pytest.raises(GoodwillNowhere):
        proposes(anna, dollars)


def test_no_more_goes_back_than_was_previewed_though_more_came_free_since() -> None:
    anna = Anna()
    held = (ClaimItem(line=1, quantity=1, amount=Money(49_000, "CNY")),)
    anna.told(OpenClaim(claim="c1", kind="partial_refund", items=held))
    anna.falls_short()
    anna.told(SettleClaim(claim="c1"))
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    step = anna.resolution.step("1/refund/1")
    assert step is not None
    assert step.does.amount == Money(1_000, "CNY")
    case = anna.case(UUID(step.matter))
    assert sum(each.amount.minor for each in case.items) == 1_000


def test_what_a_senior_let_go_is_paid_though_it_was_proposed_anew_meanwhile() -> None:
    mine = [row for row in ROWS if row.id != "shop.refund-system"]
    anna = Anna(rows=[*mine, limit("refund", "system", 500)])
    anna.falls_short()
    proposal = anna.resolution.proposal
    assert proposal is not None
    anna.asks(ApprovePlan(by=WEI, plan="minimum", hash=proposal.minimum.hash))
    anna.starts()
    anna.falls_short(shortfall("TRANSIT_STALLED", window="another"))
    anna.comes_back(OWED, succeeded=True)
    assert set_aside(anna) == [(2_500, "paid")]


def test_what_is_tried_again_by_people_is_set_aside_anew() -> None:
    anna = late()
    anna.starts()
    anna.comes_back(OWED, succeeded=False, final=True)
    anna.asks(SettleStep(by=LIN, step=OWED, way="retry", reason="asked_again"))
    anna.starts()
    anna.comes_back(OWED, succeeded=True)
    assert set_aside(anna) == [(2_500, "released"), (2_500, "paid")]


def test_what_was_given_up_and_paid_after_all_counts_once() -> None:
    anna = late()
    anna.starts()
    anna.comes_back(OWED, succeeded=False, final=True)
    anna.comes_back(OWED, succeeded=True)
    anna.comes_back(OWED, succeeded=True)
    assert set_aside(anna) == [(2_500, "released"), (2_500, "paid")]


def test_what_is_being_tried_again_is_not_let_be() -> None:
    anna = late()
    anna.starts()
    anna.comes_back(OWED, succeeded=False)
    with pytest.raises(PaidAlready):
        anna.asks(DismissResolution(by=LIN, reason="not_so"))


def test_what_else_falls_short_leaves_it_on_its_merchants_day() -> None:
    anna = Anna()
    number = "two-shops"
    anna.order_id = anna.orders.id_of("anna", "shop", number)
    anna.resolution_id = anna.resolutions.id_of(anna.order_id, 1)
    sold = [(1, "shop-1", 49_000), (2, "shop-2", 1_000)]
    anna.told(
        PlaceOrder(
            consumer="anna",
            source="shop",
            number=number,
            lines=tuple(
                OrderLine(line=n, product="p", price=Money(fen, "CNY"), merchant=shop)
                for n, shop, fen in sold
            ),
            offers=(),
        ),
        CapturePayment(
            payment="P-2",
            tenders=(Tender(tender="wechat", amount=Money(50_000, "CNY")),),
        ),
    )
    anna.falls_short(shortfall(line=2))
    anna.starts()
    anna.falls_short(replace(shortfall(line=1), window="another"))
    anna.comes_back(OWED, succeeded=True)
    second = anna.money.id_of(paid_order(anna.order_id, anna.order, (2,)))
    (kept,) = anna.folded(second, COMPENSATION).reservations.values()
    assert kept.standing == "paid"


@pytest.mark.parametrize(
    ("way", "standing"), [("skip", "released"), ("done_elsewhere", "paid")]
)
def test_what_people_decide_of_a_step_is_so_in_its_ledger(
    way: str, standing: str
) -> None:
    anna = Anna()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    gift = PlanStep(
        action="cash_compensation", part="goodwill", amount=Money(4_000, "CNY")
    )
    proposes(anna, gift)
    anna.asks(AcceptPlan(by=ANNA, plan="own"))
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=False)
    severity = anna.resolution.severity
    assert severity is not None
    block = Block(reason="false_claims", until=anna.at + DAY, flag="F-1")
    anna.asks(TriageResolution(by=LIN, severity=severity, block=block))
    assert set_aside(anna) == [(4_000, "reserved")]
    anna.asks(SettleStep(by=WEI, step=key, way=way, reason="seen_to"))
    assert set_aside(anna) == [(4_000, standing)]


def test_a_date_counted_from_now_makes_no_other_plan_of_what_stands() -> None:
    later = PlanRow(
        id="shop.later",
        name="later",
        codes=("PRICE_DROP",),
        steps=(
            StepRow(action="extend_receipt", shift_hours=72),
            StepRow(action="cash_compensation", part="goodwill", fixed_fen=15_000),
        ),
        **BASE,
    )
    anna = Anna(rows=[*ROWS, later])
    anna.falls_short(shortfall("PRICE_DROP"))
    anna.at += HOUR
    seen = anna.resolutions.preview(anna.resolution_id, anna.at)
    seen_hash = seen.hashes["later"]
    anna.asks(ApprovePlan(by=WEI, plan="later", hash=seen_hash))
    assert "later" in anna.resolution.offered


def test_parts_of_one_amount_need_one_approval_though_each_has_its_resolution() -> None:
    anna = Anna()
    gift = PlanStep(
        action="refund_partial", part="service", amount=Money(5_000, "CNY"), lines=(1,)
    )
    anna.falls_short(shortfall("SHIP_RISK", window="first"), propose=False)
    proposes(anna, gift)
    anna.asks(AcceptPlan(by=ANNA, plan="own"))
    (key,) = anna.starts()
    step = anna.resolution.step(key)
    assert step is not None
    anna.refund_comes_back(UUID(step.matter), succeeded=True)
    anna.asks(ConfirmMadeGood(by=ANNA))
    anna.falls_short(shortfall("SHIP_RISK", window="second"), propose=False)
    anna.resolution_id = anna.resolutions.id_of(anna.order_id, 2)
    proposes(anna, gift)
    assert anna.resolution.asks["own"].role == "senior_agent"
    assert not anna.resolution.offered


def test_what_went_back_is_not_sent_again_as_well() -> None:
    anna = late()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    anna.falls_short(shortfall("TRANSIT_STALLED", window="another"))
    preview = anna.resolutions.preview(anna.resolution_id, anna.at)
    actions = {step.action for plan in preview.plans for step in plan.steps}
    assert "resend" not in actions


def test_what_falls_short_after_the_last_decline_is_seen_to_anew() -> None:
    mine = [row for row in ROWS if row.id != "shop.offer"]
    once = OfferRow(id="shop.offer", proposals_max=1, **BASE)
    anna = Anna(rows=[*mine, once])
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    (generous,) = proposal.plans
    anna.asks(ApprovePlan(by=WEI, plan="generous", hash=generous.hash))
    anna.asks(DeclinePlans(by=ANNA))
    anna.falls_short()
    assert anna.status == "declined"
    anna.resolution_id = anna.resolutions.id_of(anna.order_id, 2)
    assert anna.starts() == (OWED,)


def test_what_ends_with_the_rest_holds_no_part_of_the_caps() -> None:
    anna = Anna()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    gift = PlanStep(
        action="cash_compensation", part="goodwill", amount=Money(4_000, "CNY")
    )
    more = replace(gift, action="coupon_compensation", amount=Money(500, "CNY"))
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=(gift, more)),))
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    anna.asks(AcceptPlan(by=ANNA, plan="own"))
    first, second = anna.starts()
    anna.comes_back(first, succeeded=False)
    anna.comes_back(second, succeeded=False, final=True)
    assert set_aside(anna) == [(4_000, "reserved"), (500, "released")]
    anna.asks(HandToDispute(by=ANNA))
    assert set_aside(anna) == [(4_000, "released"), (500, "released")]


def test_no_plan_promises_more_goodwill_than_its_caps_leave() -> None:
    anna = late()
    with pytest.raises(GoodwillCapped):
        proposes(
            anna,
            PlanStep(
                action="cash_compensation", part="goodwill", amount=Money(15_001, "CNY")
            ),
        )


def test_money_an_agents_plan_gave_back_is_never_said_to_be_undone() -> None:
    anna = late()
    proposes(
        anna,
        PlanStep(action="refund_partial", part="service", amount=Money(5_000, "CNY")),
    )
    proposal = anna.resolution.standing
    assert proposal is not None
    (step,) = proposal.plans[0].plan.steps
    assert not step.reversible


def test_it_is_taken_up_again_within_its_days_though_these_never_began() -> None:
    anna = late()
    anna.asks(DismissResolution(by=WEI, reason="not_so"))
    anna.at += 31 * DAY
    with pytest.raises(TooLateToReopen):
        anna.asks(ReopenResolution(by=ANNA, reason="still_waiting"))


def test_what_is_owed_does_not_wait_until_somebody_was_urged() -> None:
    urged = PlanRow(
        id="shop.urged",
        name="urged",
        codes=("SHIP_OVERDUE",),
        needs_consent=False,
        steps=(StepRow(action="urge_merchant"),),
        **BASE,
    )
    anna = Anna(rows=[*ROWS, urged])
    anna.falls_short()
    minimum = anna.resolution.minimum
    assert minimum is not None
    actions = [step.does.action for step in minimum.steps.values()]
    assert actions == ["urge_merchant", "coupon_compensation"]
    anna.starts()
    assert set_aside(anna) == [(2_500, "reserved")]


def test_a_refund_that_people_leave_out_leaves_no_case_and_no_claim_open() -> None:
    once = OfferRow(id="shop.offer", attempts_max=1, **BASE)
    anna = Anna(rows=[*(row for row in ROWS if row.id != "shop.offer"), once])
    anna.falls_short()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    step = anna.resolution.step("1/refund/1")
    assert step is not None
    assert step.matter is not None
    case_id = UUID(step.matter)
    anna.refund_comes_back(case_id, succeeded=False)
    assert anna.order.claims[step.matter].live
    skip = SettleStep(by=WEI, step=step.key, way="skip", reason="bank_refuses")
    anna.asks(skip)
    assert anna.case(case_id).final
    assert not anna.order.claims[step.matter].live
    last = anna.store.stream(anna.resolution_id)[-1]
    assert anna.store.stream(case_id)[-1].command_id == last.command_id
    left = anna.resolution.step(step.key)
    assert left is not None
    assert left.standing == "skipped"
