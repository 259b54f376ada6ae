"""What falls short is made good in one stop: order, case, ledger and plan together."""

from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from application.resolutions.said import Detecting, Proposing
from domain.after_sales import CASE, Case
from domain.after_sales.events import RefundDue
from domain.compensation import GoodwillCapped
from domain.order import RecordDelivery, RecordHandOver
from domain.party import SYSTEM
from domain.plan import Experiment, Plan, PlanStep
from domain.resolution import (
    AcceptPlan,
    ApprovePlan,
    DeclinePlans,
    ExperimentOnEntitlement,
    StalePreview,
    StepStarted,
)
from domain.responsibility import ACCOUNT, MatterAccount
from tests.application.resolving import (
    ANNA,
    DAY,
    LIN,
    MONDAY,
    WEI,
    Anna,
    shortfall,
)


def late() -> Anna:
    """Anna's order, overdue by a day: ¥500 paid, nothing sent."""
    anna = Anna()
    anna.at = MONDAY + DAY
    anna.falls_short()
    return anna


def test_what_is_owed_begins_unasked_and_what_may_be_chosen_is_offered() -> None:
    resolution = late().resolution
    assert resolution.minimum is not None
    (owed,) = resolution.minimum.steps.values()
    assert owed.does.action == "coupon_compensation"
    assert owed.does.amount is not None
    assert owed.does.amount.minor == 2_500
    assert owed.does.bearer == "merchant"
    assert resolution.status == "offered"
    assert resolution.offered == ("refund", "resend")


def test_the_same_shortfall_is_noticed_once() -> None:
    anna = late()
    before = anna.store.heads()
    anna.falls_short()
    assert anna.store.heads() == before


def test_another_shortfall_joins_the_resolution_that_is_live() -> None:
    anna = late()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    assert set(anna.resolution.shortfalls) == {
        "order/SHIP_OVERDUE/once",
        "order/TRANSIT_STALLED/once",
    }
    second = anna.resolutions.id_of(anna.order_id, 2)
    assert not anna.store.streams[second]


def test_what_falls_short_while_a_plan_is_carried_out_is_noticed_all_the_same() -> None:
    anna = late()
    anna.asks(AcceptPlan(by=ANNA, plan="resend"))
    anna.starts()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    assert "order/TRANSIT_STALLED/once" in anna.resolution.shortfalls
    assert anna.status == "executing"


def test_what_is_owed_is_set_aside_as_its_step_begins_and_paid_as_it_succeeds() -> None:
    anna = late()
    (key,) = anna.starts()
    (reserved,) = anna.day.reservations.values()
    assert (reserved.standing, reserved.total_fen) == ("reserved", 2_500)
    anna.comes_back(key, succeeded=True, reference="coupon-1")
    (paid,) = anna.day.reservations.values()
    assert paid.standing == "paid"
    step = anna.resolution.step(key)
    assert step is not None
    assert step.standing == "succeeded"


def test_what_a_gateway_finally_refuses_frees_what_was_set_aside() -> None:
    anna = late()
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=False, reason="no_such_account", final=True)
    (released,) = anna.day.reservations.values()
    assert released.standing == "released"


def test_a_refund_moves_order_case_and_resolution_in_one_append() -> None:
    anna = late()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    step = anna.resolution.step("1/refund/1")
    assert step is not None
    assert step.matter is not None
    case: Case = anna.folded(UUID(step.matter), CASE)
    assert (case.type, case.status, case.refund_status) == (
        "refund_unshipped",
        "refunding",
        "due",
    )
    assert anna.order.reserved == {"CNY": 50_000}
    (opened,) = anna.store.stream(UUID(step.matter))[:1]
    (started,) = (
        each
        for each in anna.store.stream(anna.resolution_id)
        if each.command_id == opened.command_id
    )
    assert isinstance(started.event, StepStarted)
    assert started.event.step == "1/refund/1"


def test_the_refund_of_its_case_is_the_result_of_the_step() -> None:
    anna = late()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    step = anna.resolution.step("1/refund/1")
    assert step is not None
    assert step.matter is not None
    due = [
        each.event.because
        for each in anna.store.stream(UUID(step.matter))
        if isinstance(each.event, RefundDue)
    ]
    assert due == ["plan"], "nobody was silent: the plan says so"
    anna.refund_comes_back(UUID(step.matter), succeeded=True)
    done = anna.resolution.step("1/refund/1")
    assert done is not None
    assert done.standing == "succeeded"
    assert anna.order.refunded == {"CNY": 50_000}


def test_a_refund_that_failed_is_tried_once_more_when_its_time_has_come() -> None:
    anna = late()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    anna.starts()
    step = anna.resolution.step("1/refund/1")
    assert step is not None
    assert step.matter is not None
    case_id = UUID(step.matter)
    anna.refund_comes_back(case_id, succeeded=False)
    anna.at += DAY
    assert "1/refund/1" in anna.starts()
    assert anna.case(case_id).refund_status == "ordered"
    anna.refund_comes_back(case_id, succeeded=True)
    assert anna.order.refunded == {"CNY": 50_000}


def through(anna: Anna) -> None:
    """Let every step that was begun come back well, until none is left."""
    for _ in range(6):
        anna.starts()
        for step in list(anna.resolution.steps()):
            if step.standing != "started":
                continue
            if step.does.action == "refund_full":
                assert step.matter is not None
                anna.refund_comes_back(UUID(step.matter), succeeded=True)
            else:
                anna.comes_back(step.key, succeeded=True)


def test_one_acceptance_carries_the_whole_plan_out() -> None:
    anna = late()
    anna.asks(AcceptPlan(by=ANNA, plan="refund"))
    through(anna)
    resolution = anna.resolution
    assert resolution.status == "confirming"
    assert {step.standing for step in resolution.steps()} == {"succeeded"}
    assert sum(each.total_fen for each in anna.day.reservations.values()) == 6_500
    account_id = anna.accounts.id_beside(anna.order_id, str(anna.resolution_id))
    account: MatterAccount = anna.folded(account_id, ACCOUNT)
    (claim,) = account.claims.values()
    assert (claim.against.kind, claim.amount.minor) == ("merchant", 4_000)
    assert claim.claimant.kind == "platform"


def test_a_plan_whose_ground_has_moved_is_refused_as_stale_and_made_anew() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    (plan,) = proposal.plans
    assert anna.status == "approval_pending"
    gift = anna.money.goodwill(
        anna.paid,
        by=SYSTEM,
        approved_by=SYSTEM,
        reservation="other",
        matter="C-1",
        total_fen=1_000,
        paid_fen=50_000,
    )
    anna.money.take(anna.paid, gift, anna.context(gift))
    approve = ApprovePlan(by=WEI, plan=plan.plan.name, hash=plan.hash)
    with pytest.raises(StalePreview):
        anna.asks(approve)
    anew = anna.resolution.standing
    assert anew is not None
    assert anew.round == 2
    seen = anew.plan(plan.plan.name)
    assert seen is not None
    anna.asks(replace(approve, hash=seen.hash))
    assert anna.status == "offered"


def test_more_goodwill_than_goes_by_itself_waits_for_another_pair_of_eyes() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    (plan,) = proposal.plans
    anna.asks(ApprovePlan(by=WEI, plan=plan.plan.name, hash=plan.hash))
    anna.asks(AcceptPlan(by=ANNA, plan=plan.plan.name))
    anna.starts()
    (reserved,) = anna.day.reservations.values()
    assert (reserved.goodwill, reserved.total_fen) == (True, 15_000)


def test_two_who_give_goodwill_at_once_never_pass_the_cap() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    (plan,) = proposal.plans
    anna.asks(ApprovePlan(by=WEI, plan=plan.plan.name, hash=plan.hash))
    anna.asks(AcceptPlan(by=ANNA, plan=plan.plan.name))
    other = anna.money.goodwill(
        anna.paid,
        by=LIN,
        approved_by=WEI,
        reservation="lin-1",
        matter="C-1",
        total_fen=1,
        paid_fen=50_000,
    )
    anna.starts()
    with pytest.raises(GoodwillCapped):
        anna.money.take(anna.paid, other, anna.context(other))


def test_goodwill_for_which_no_room_is_left_fails_its_step_and_asks_people() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    (plan,) = proposal.plans
    anna.asks(ApprovePlan(by=WEI, plan=plan.plan.name, hash=plan.hash))
    anna.asks(AcceptPlan(by=ANNA, plan=plan.plan.name))
    other = anna.money.goodwill(
        anna.paid,
        by=LIN,
        approved_by=WEI,
        reservation="lin-1",
        matter="C-1",
        total_fen=1,
        paid_fen=50_000,
    )
    anna.money.take(anna.paid, other, anna.context(other))
    (key,) = anna.starts()
    step = anna.resolution.step(key)
    assert step is not None
    assert (step.standing, step.reason) == ("needs_human", "goodwill_capped")


def test_a_late_scan_clears_it_and_takes_nothing_back() -> None:
    anna = late()
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=True)
    anna.told(RecordHandOver())
    context = anna.context(RecordHandOver())
    anna.resolutions.clear(anna.order_id, "order/SHIP_OVERDUE/once", "scan", context)
    assert not anna.resolution.open_shortfalls
    (paid_out,) = anna.day.reservations.values()
    assert paid_out.standing == "paid"


def test_an_agents_own_plan_takes_the_place_of_what_was_offered() -> None:
    anna = late()
    own = Plan(name="own", steps=(PlanStep(action="notify_only", part="service"),))
    said = Proposing(by=LIN, plans=(own,))
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    assert anna.resolution.round == 2
    assert anna.resolution.offered == ("own",)


def test_what_is_declined_is_proposed_anew_and_what_is_owed_is_not_paid_twice() -> None:
    anna = late()
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=True)
    anna.asks(DeclinePlans(by=ANNA))
    said = Proposing(by=SYSTEM)
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    anna.starts()
    assert sum(each.total_fen for each in anna.day.reservations.values()) == 2_500


def test_asked_again_a_detection_is_answered_with_its_first_receipt() -> None:
    anna = Anna()
    said = Detecting(by=SYSTEM, shortfall=shortfall())
    cause = uuid4()
    first = anna.resolutions.detect(anna.order_id, said, anna.context(said, cause))
    anna.told(RecordDelivery())
    again = anna.resolutions.detect(anna.order_id, said, anna.context(said, cause))
    assert again.repeated
    assert again.version == first.version


def test_goodwill_says_from_which_arm_of_an_experiment_it_was_drawn() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    arm = Experiment(experiment="coupon-size", arm="large", propensity_bp=2_500)
    said = Proposing(by=LIN, experiment=arm)
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    proposal = anna.resolution.proposal
    assert proposal is not None
    assert proposal.experiment == arm


def test_what_is_owed_is_no_experiment() -> None:
    anna = late()
    owed = Plan(name="owed", steps=(PlanStep(action="notify_only", part="service"),))
    arm = Experiment(experiment="coupon-size", arm="none", propensity_bp=7_500)
    said = Proposing(by=LIN, plans=(owed,), experiment=arm)
    with pytest.raises(ExperimentOnEntitlement):
        anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
