"""From the first scan that did not come to a consumer who says it is made good."""

from msgspec.structs import replace

from domain.money import Money
from domain.party import SYSTEM
from domain.plan import BearerCost, plan_hash
from domain.resolution import (
    ConfirmMadeGood,
    DeclinePlans,
    ExecutePlan,
    MeasureOutcome,
    OutcomeMeasured,
    PlanAccepted,
    PlanExecuted,
    PlansOffered,
    PlansProposed,
    ResolutionConfirmed,
    next_actor,
    startable,
)
from domain.timer import CheckClocks
from tests.domain.resolution.examples import (
    ANNA,
    BOOK,
    DAY,
    HOUR,
    LARGE,
    MINIMUM,
    MONDAY,
    NOTHING_OWED,
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
    does,
    offer,
    plan,
    propose,
    step,
)


def test_a_stall_is_made_good_before_anybody_complains() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM))
    assert story.tags() == [
        "resolution.proposed",
        "resolution.approved",
        "resolution.execution_started",
        "resolution.approved",
    ]
    story.then(*does("1/minimum/1"))
    assert story.now.status == "approved", "the coupon still waits for Anna"
    assert story.tags() == ["resolution.step_succeeded", "resolution.executed"]
    story.then(offer(SMALL))
    event = story.last[0]
    assert isinstance(event, PlansOffered)
    assert event.expires_at == MONDAY + 72 * HOUR
    assert (event.plans, event.policy) == (("coupon",), OFFER.ref)
    story.wait(HOUR).then(accept(SMALL))
    assert story.tags() == [
        "resolution.accepted",
        "timer.met",
        "resolution.execution_started",
    ]
    story.then(*does("1/coupon/1"))
    assert story.tags() == [
        "resolution.step_succeeded",
        "resolution.executed",
        "timer.started",
    ]
    assert story.now.status == "confirming"
    story.then(ConfirmMadeGood(by=ANNA, score=5))
    assert story.tags() == ["resolution.confirmed", "timer.met"]
    assert (story.now.status, story.now.score) == ("resolved", 5)
    assert story.now.paid_fen == 3_000


def test_silence_for_a_week_means_that_it_is_made_good() -> None:
    story = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), *does("1/minimum/1"))
    assert story.now.status == "confirming"
    story.wait(7 * DAY).says_nothing(CheckClocks())
    story.wait(HOUR).then(CheckClocks())
    assert story.tags() == ["timer.breached", "resolution.confirmed"]
    assert ResolutionConfirmed(at=story.at, by=SYSTEM) in story.last
    story.says_nothing(CheckClocks())


def test_what_is_owed_runs_while_the_rest_waits_for_approval() -> None:
    story = Story(OPEN, TRIAGE, propose(LARGE, minimum=MINIMUM))
    assert story.now.status == "approval_pending"
    assert startable(story.now) == ("1/minimum/1",)
    assert next_actor(story.now) == "senior_agent"
    story.then(*does("1/minimum/1"), approve(LARGE), offer(LARGE))
    assert story.now.status == "offered"
    assert next_actor(story.now) == "consumer"


def test_what_was_accepted_is_carried_out_phase_by_phase_as_previewed() -> None:
    story = Story(OPEN, TRIAGE, propose(RESHIP), offer(RESHIP), accept(RESHIP))
    taken = story.last[0]
    assert isinstance(taken, PlanAccepted)
    assert taken.hash == plan_hash(RESHIP, RESTS_ON)
    for number in range(1, 6):
        assert startable(story.now) == (f"1/reship/{number}",)
        story.then(*does(f"1/reship/{number}"))
    assert story.now.status == "confirming"
    executed = PlanExecuted(
        at=story.at,
        plan="reship",
        paid_fen=1_800,
        round=1,
        paid_out=(Money(1_800, "CNY"),),
    )
    assert executed in story.last


def test_steps_of_one_phase_run_side_by_side() -> None:
    both = plan("both", step("intercept"), step("urge_carrier"), step("resend"))
    story = Story(OPEN, TRIAGE, propose(both), offer(both), accept(both))
    assert startable(story.now) == ("1/both/1", "1/both/2")


def test_what_needs_no_consent_is_carried_out_unasked() -> None:
    urge = plan("urge", step("urge_carrier"), policy="shop.urge@1")
    story = Story(OPEN, propose(urge))
    assert story.now.status == "approved"
    unasked = ExecutePlan(by=SYSTEM, plan="urge", hash=plan_hash(urge, RESTS_ON))
    story.then(unasked).says_nothing(unasked)
    assert startable(story.now) == ("1/urge/1",)


def test_the_consumer_may_take_any_plan_that_was_offered() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, RESHIP), offer(SMALL), accept(RESHIP))
    assert story.now.plan is not None
    assert story.now.plan.plan == "reship"
    story.says_nothing(accept(RESHIP))


def test_only_the_plans_that_were_approved_are_offered() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, LARGE), offer(SMALL))
    assert story.now.offered == ("coupon",)


def test_after_no_comes_another_proposal_and_what_is_owed_is_not_paid_again() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), *does("1/minimum/1"))
    story.then(offer(SMALL), DeclinePlans(by=ANNA))
    assert story.tags() == ["resolution.declined", "timer.met"]
    story.then(propose(RESHIP, minimum=MINIMUM, rests_on="order@8"))
    proposed = story.last[0]
    assert isinstance(proposed, PlansProposed)
    assert proposed.round == 2
    assert startable(story.now) == ()
    assert story.now.paid_fen == 1_000


def test_what_silence_over_an_offer_means_is_the_rows_to_say() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), offer(SMALL))
    story.wait(73 * HOUR).then(CheckClocks())
    assert story.tags() == ["timer.breached", "resolution.expired"]
    assert story.now.status == "expired"
    assert startable(story.now) == ("1/minimum/1",), "what is owed is done all the same"
    story.then(*does("1/minimum/1"))
    assert story.now.status == "expired"

    yes = replace(BOOK, rows=(replace(OFFER, on_silence="accept"), *BOOK.rows[1:]))
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL), book=yes)
    story.wait(73 * HOUR).then(CheckClocks())
    assert story.tags() == [
        "timer.breached",
        "resolution.expired",
        "resolution.accepted",
        "resolution.execution_started",
    ]
    assert story.now.status == "executing"


def test_a_plan_of_which_nothing_is_left_to_do_is_done() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), *does("1/minimum/1"))
    story.then(offer(SMALL), DeclinePlans(by=ANNA), propose(minimum=MINIMUM))
    assert story.now.status == "confirming"
    assert story.now.paid_fen == 1_000


def test_without_rows_for_it_an_offer_runs_by_the_usual_terms() -> None:
    bare = replace(BOOK, rows=())
    story = Story(OPEN, TRIAGE, propose(SMALL, LARGE), offer(SMALL), book=bare)
    event = story.last[0]
    assert isinstance(event, PlansOffered)
    assert (event.policy, event.on_silence) == ("default.offer@1", "minimum")
    assert set(story.now.approvals) == {"coupon"}, "up to ¥50 by itself, nevertheless"


def test_the_outcome_is_measured_once_each_time() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), *does("1/minimum/1"))
    measure = MeasureOutcome(
        by=SYSTEM,
        after_days=30,
        complained_later=False,
        refunded_again=False,
        bought_again=True,
    )
    story.wait(30 * DAY).then(measure)
    event = story.last[0]
    assert isinstance(event, OutcomeMeasured)
    assert event.paid_by == (BearerCost(bearer="merchant", fen=1_000),)
    story.says_nothing(measure)
    story.wait(60 * DAY).then(replace(measure, after_days=90))
    assert story.tags() == ["resolution.outcome_measured"]


def test_an_agent_takes_three_requests_for_a_whole_order() -> None:
    story = Story(OPEN, TRIAGE, propose(LARGE, minimum=NOTHING_OWED, by=SYSTEM))
    story.then(approve(LARGE, WEI), offer(LARGE), accept(LARGE))
    assert story.now.status == "executing"
