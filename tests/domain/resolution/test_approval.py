"""By amount, by role, and never by who proposed it."""

from msgspec.structs import replace

from domain.money import Money
from domain.party import SYSTEM
from domain.plan import Experiment, plan_hash
from domain.resolution import (
    AmountWrong,
    AnotherPersonApproves,
    ApprovalAsked,
    ApprovalBeyondYou,
    BeyondEveryLimit,
    BlockStands,
    ConsentNeeded,
    ExecutePlan,
    ExperimentOnEntitlement,
    GoodwillBlocked,
    GoodwillIsNotOwed,
    NotApproved,
    NothingProposed,
    NotNow,
    PhasesOutOfOrder,
    PlanApproved,
    PlanNamesClash,
    PlansProposed,
    RejectPlans,
    StalePreview,
    TriageFirst,
    UnknownPlan,
    UnknownShortfall,
    next_actor,
    startable,
)
from tests.domain.resolution.examples import (
    ATTACH,
    BLOCK,
    BOOK,
    CASHIER,
    DAY,
    HOUR,
    LARGE,
    LIN,
    MINIMUM,
    OFFER,
    OPEN,
    RESHIP,
    RESTS_ON,
    SMALL,
    TRIAGE,
    WEI,
    Story,
    accept,
    approve,
    coupon,
    does,
    offer,
    owed,
    plan,
    propose,
    step,
)

DRAWN = Experiment(experiment="coupons", arm="b", propensity_bp=5_000)


def test_up_to_fifty_yuan_it_goes_by_itself_and_beyond_somebody_is_asked() -> None:
    fifty, more = plan("fifty", coupon(5_000)), plan("more", coupon(5_001))
    story = Story(OPEN, TRIAGE, propose(fifty, more, by=LIN))
    fits, asks = story.last[1:]
    assert isinstance(fits, PlanApproved)
    assert (fits.by, fits.plan, fits.policy) == (
        SYSTEM,
        "fifty",
        "shop.approve.resolution-system@1",
    )
    assert isinstance(asks, ApprovalAsked)
    assert (asks.plan, asks.amount_fen, asks.role) == ("more", 5_001, "senior_agent")


def test_a_role_approves_as_far_as_its_limit_reaches() -> None:
    dear = plan("dear", coupon(20_001))
    story = Story(OPEN, TRIAGE, propose(dear))
    story.refuses(approve(dear, WEI), ApprovalBeyondYou)
    story.then(approve(dear, CASHIER)).says_nothing(approve(dear, CASHIER))
    assert story.now.status == "approved"


def test_whoever_proposed_it_does_not_approve_it() -> None:
    story = Story(OPEN, TRIAGE, propose(LARGE, by=WEI))
    story.refuses(approve(LARGE, WEI), AnotherPersonApproves)
    same = replace(CASHIER, name=WEI.name)
    story.refuses(approve(LARGE, same), AnotherPersonApproves)
    story.then(approve(LARGE, replace(WEI, name="wu")))


def test_amounts_of_one_day_by_one_proposer_count_together() -> None:
    part = plan("part", coupon(3_000))
    story = Story(OPEN, TRIAGE, propose(part, by=LIN), offer(part), accept(part))
    story.then(*does("1/part/1"), ATTACH, propose(part, by=LIN, rests_on="order@8"))
    asks = story.last[-1]
    assert isinstance(asks, ApprovalAsked)
    assert (asks.amount_fen, asks.role) == (6_000, "senior_agent")
    story.wait(DAY).then(propose(part, by=LIN, rests_on="order@9"))
    assert isinstance(story.last[-1], PlanApproved), "a day later it is another amount"


def test_what_somebody_else_proposed_does_not_count() -> None:
    part = plan("part", coupon(3_000))
    story = Story(OPEN, TRIAGE, propose(part, by=LIN), offer(part), accept(part))
    story.then(*does("1/part/1"), ATTACH, propose(part, by=WEI, rests_on="order@8"))
    assert isinstance(story.last[-1], PlanApproved)


def test_what_is_owed_has_the_limits_of_a_refund() -> None:
    owing = plan("minimum", owed(30_000))
    story = Story(OPEN, propose(minimum=owing))
    assert startable(story.now) == ("1/minimum/1",)
    owing = plan("minimum", owed(30_001))
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=owing), offer(SMALL))
    assert startable(story.now) == ()
    story.then(approve(owing))
    assert startable(story.now) == ("1/minimum/1",)
    assert story.now.status == "offered"


def test_nobody_is_asked_where_nobodys_limit_reaches() -> None:
    few = replace(BOOK, rows=(OFFER, BOOK.rows[2]))
    story = Story(OPEN, TRIAGE, book=few)
    story.refuses(propose(LARGE), BeyondEveryLimit)


def test_only_what_was_previewed_is_approved() -> None:
    story = Story(OPEN, TRIAGE, propose(LARGE))
    story.refuses(approve(LARGE, rests_on="order@6"), StalePreview)
    story.refuses(approve(plan("large", coupon(14_000))), StalePreview)
    story.refuses(approve(RESHIP), UnknownPlan)
    story.then(propose(LARGE, SMALL, rests_on="order@8"))
    story.refuses(approve(LARGE), StalePreview)


def test_what_changed_since_is_not_approved_any_more() -> None:
    story = Story(OPEN, TRIAGE, propose(LARGE), ATTACH)
    assert story.tags() == ["resolution.shortfall_attached", "resolution.superseded"]
    story.refuses(approve(LARGE), StalePreview)
    story.says_nothing(ATTACH)


def test_what_waits_for_nobody_is_not_approved() -> None:
    story = Story(OPEN, TRIAGE, propose(LARGE, minimum=MINIMUM), approve(LARGE))
    other = replace(approve(MINIMUM), hash=plan_hash(MINIMUM, RESTS_ON))
    story.says_nothing(other)
    story = Story(OPEN, TRIAGE, propose(SMALL, LARGE), offer(SMALL))
    story.refuses(approve(LARGE), NotNow)


def test_a_proposal_is_sent_back_and_made_anew() -> None:
    back = RejectPlans(by=WEI, reason="too_dear")
    story = Story(OPEN, TRIAGE, propose(LARGE), back)
    assert story.now.status == "rejected"
    story.says_nothing(back)
    story.refuses(approve(LARGE), StalePreview)
    story.then(propose(LARGE))
    proposed = story.last[0]
    assert isinstance(proposed, PlansProposed)
    assert proposed.round == 2


def test_what_is_owed_outlives_the_plans_that_were_sent_back() -> None:
    much = plan("minimum", owed(50_000))
    story = Story(OPEN, TRIAGE, propose(LARGE, minimum=much))
    story.then(RejectPlans(by=WEI, reason="too_dear"))
    assert set(story.now.asks) == {"minimum"}
    assert next_actor(story.now) == "senior_agent"
    story.then(approve(much))
    assert startable(story.now) == ("1/minimum/1",)
    assert story.now.status == "rejected"


def test_the_same_proposal_is_made_once() -> None:
    same = propose(LARGE, minimum=MINIMUM)
    Story(OPEN, TRIAGE, same).says_nothing(same)


def test_a_plan_is_sound() -> None:
    story = Story(OPEN, TRIAGE)
    story.refuses(propose(), NothingProposed)
    story.refuses(propose(plan("empty"), minimum=MINIMUM), NothingProposed)
    story.refuses(propose(SMALL, SMALL), PlanNamesClash)
    story.refuses(propose(plan("minimum", coupon(5))), PlanNamesClash)
    story.refuses(propose(minimum=plan("minimum", coupon(5))), GoodwillIsNotOwed)
    backwards = plan("backwards", step("resend"), step("intercept"))
    story.refuses(propose(backwards), PhasesOutOfOrder)
    story.refuses(propose(plan("coupon", coupon(5), owed(5))), PhasesOutOfOrder)
    story.refuses(propose(plan("less", coupon(-5))), AmountWrong)
    real = replace(coupon(5), amount=Money(5, "BRL"))
    story.refuses(propose(plan("both", coupon(5), real)), AmountWrong)
    story.refuses(propose(minimum=MINIMUM, experiment=DRAWN), ExperimentOnEntitlement)
    story.then(propose(SMALL, experiment=DRAWN))


def test_goodwill_waits_until_it_was_asked_how_grave_it_is() -> None:
    story = Story(OPEN)
    story.refuses(propose(SMALL), TriageFirst)
    story.then(propose(minimum=MINIMUM))


def test_a_block_stops_goodwill_and_never_what_is_owed() -> None:
    story = Story(OPEN, replace(TRIAGE, block=BLOCK))
    story.refuses(propose(SMALL), GoodwillBlocked)
    story.then(propose(minimum=MINIMUM))
    assert startable(story.now) == ("1/minimum/1",)
    late = Story(OPEN, replace(TRIAGE, block=BLOCK)).wait(30 * DAY)
    late.then(propose(SMALL))


def test_a_block_that_comes_later_takes_the_proposal_back() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL))
    story.then(replace(TRIAGE, block=BLOCK))
    assert story.tags() == [
        "resolution.triaged",
        "resolution.superseded",
        "timer.cancelled",
    ]
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL), accept(SMALL))
    story.then(replace(TRIAGE, block=BLOCK))
    assert startable(story.now) == ()
    assert story.now.status == "needs_human"


def test_only_a_senior_agent_lifts_a_block() -> None:
    story = Story(OPEN, replace(TRIAGE, block=BLOCK))
    for by in (SYSTEM, LIN):
        story.refuses(replace(TRIAGE, by=by), BlockStands)
    shorter = replace(BLOCK, until=BLOCK.until - HOUR)
    story.refuses(replace(TRIAGE, by=LIN, block=shorter), BlockStands)
    story.then(replace(TRIAGE, by=WEI), propose(SMALL))
    assert story.now.status == "approved"


def test_what_needs_consent_is_not_carried_out_unasked() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, LARGE))
    unasked = ExecutePlan(by=SYSTEM, plan="coupon", hash=plan_hash(SMALL, RESTS_ON))
    story.refuses(unasked, ConsentNeeded)
    story.refuses(replace(unasked, hash=plan_hash(LARGE, RESTS_ON)), StalePreview)
    dear = replace(unasked, plan="large", hash=plan_hash(LARGE, RESTS_ON))
    story.refuses(dear, NotApproved)


def test_a_plan_is_about_what_fell_short_of_this_order() -> None:
    strange = replace(coupon(2_000), shortfall="9/PARCEL_LOST/never")
    story = Story(OPEN, TRIAGE)
    story.refuses(propose(plan("own", strange), by=LIN), UnknownShortfall)
    story.then(propose(plan("own", replace(strange, shortfall=None)), by=LIN))
