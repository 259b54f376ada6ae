"""A step is begun in its turn, done once, and undone only where it can be."""

from datetime import timedelta

from msgspec.structs import replace

from domain.party import SYSTEM, By
from domain.plan import Plan
from domain.resolution import (
    CompensateStep,
    EarlierPhaseOpen,
    EntitlementStays,
    GoodwillBlocked,
    HandToDispute,
    NothingToSettle,
    NothingToUndo,
    NotNow,
    PlanBeingUndone,
    RetryTooSoon,
    SettleStep,
    StepIsDone,
    StepNeedsPeople,
    StepSucceeded,
    UnknownAttempt,
    UnknownStep,
    needing_people,
    next_actor,
    retry_at,
    startable,
    to_compensate,
)
from tests.domain.resolution.examples import (
    ANNA,
    ATTACH,
    BLOCK,
    DAY,
    HEAL,
    HOUR,
    LIN,
    MINIMUM,
    MINUTE,
    MONDAY,
    OFFER,
    OPEN,
    RESHIP,
    SMALL,
    TRIAGE,
    WEI,
    Story,
    accept,
    coupon,
    does,
    done,
    failed,
    offer,
    owed,
    plan,
    propose,
    start,
    step,
)


def carried_out(of: Plan = RESHIP) -> Story:
    """Return a story in which a plan was taken."""
    return Story(OPEN, TRIAGE, propose(of), offer(of), accept(of))


def settle(key: str, way: str, by: By = LIN) -> SettleStep:
    return SettleStep(by=by, step=key, way=way, reason="looked_at")


def test_a_later_phase_waits_for_the_earlier() -> None:
    story = carried_out()
    story.refuses(start("1/reship/2"), EarlierPhaseOpen)
    story.then(start("1/reship/1"))
    story.refuses(start("1/reship/2"), EarlierPhaseOpen)
    story.then(done("1/reship/1"), start("1/reship/2"))


def test_a_step_is_begun_once_and_done_once() -> None:
    story = carried_out().then(start("1/reship/1"))
    story.says_nothing(start("1/reship/1"))
    story.then(done("1/reship/1", reference="ok-1"))
    story.says_nothing(done("1/reship/1"), start("1/reship/1"))
    story.says_nothing(failed("1/reship/1"), failed("1/reship/1", final=True))


def test_a_step_nobody_knows_has_no_result() -> None:
    story = carried_out()
    story.refuses(start("1/reship/9"), UnknownStep)
    story.refuses(done("1/reship/1"), UnknownAttempt)
    story.then(start("1/reship/1"))
    story.refuses(done("1/reship/1", attempt=2), UnknownAttempt)


def test_it_is_tried_again_later_and_later_and_then_by_people() -> None:
    story = carried_out().then(start("1/reship/1"), failed("1/reship/1"))
    assert retry_at(story.now, "1/reship/1", OFFER) == MONDAY + 5 * MINUTE
    story.refuses(start("1/reship/1"), RetryTooSoon)
    story.given().when(start("1/reship/1", LIN), at=story.at).happens()
    story.wait(5 * MINUTE).then(start("1/reship/1"), failed("1/reship/1", 2))
    assert retry_at(story.now, "1/reship/1", OFFER) == story.at + 10 * MINUTE
    story.says_nothing(failed("1/reship/1", 1))
    story.wait(HOUR).then(start("1/reship/1"), failed("1/reship/1", 3))
    assert story.tags() == ["resolution.step_failed", "resolution.step_needs_human"]
    assert next_actor(story.now) == "agent"
    story.refuses(start("1/reship/1"), StepNeedsPeople)
    story.then(settle("1/reship/1", "retry")).says_nothing(
        settle("1/reship/1", "retry")
    )
    story.then(start("1/reship/1"), failed("1/reship/1", 4))
    assert story.tags() == ["resolution.step_failed"], "it is tried afresh"


def test_a_wait_between_tries_has_an_end() -> None:
    terms = replace(OFFER, retry_minutes=24 * 60)
    story = carried_out().then(start("1/reship/1"), failed("1/reship/1"))
    assert retry_at(story.now, "1/reship/1", terms) == story.at + timedelta(days=1)
    assert retry_at(story.now, "1/reship/2", terms) is None


def test_that_it_was_done_after_all_counts_since_money_moved() -> None:
    story = carried_out(SMALL).then(start("1/coupon/1"), failed("1/coupon/1"))
    story.wait(HOUR).then(start("1/coupon/1"), done("1/coupon/1", attempt=1))
    assert "resolution.step_succeeded" in story.tags()
    story.says_nothing(done("1/coupon/1", attempt=2))
    assert story.now.paid_fen == 2_000


def test_what_hangs_in_the_air_is_undone_the_last_first() -> None:
    story = carried_out().then(*does("1/reship/1", "1/reship/2"))
    story.then(start("1/reship/3"), failed("1/reship/3", final=True))
    assert story.now.status == "compensating"
    assert to_compensate(story.now) == ("1/reship/2", "1/reship/1")
    assert startable(story.now) == ()
    story.refuses(start("1/reship/3"), PlanBeingUndone)
    for key in to_compensate(story.now):
        undo = CompensateStep(by=SYSTEM, step=key)
        story.then(undo).says_nothing(undo)
    assert needing_people(story.now) == ("1/reship/3",)
    assert story.now.status == "needs_human"
    story.then(settle("1/reship/3", "skip"))
    assert startable(story.now) == ("1/reship/4",)
    assert story.now.paid_fen == 0


def test_what_is_owed_is_never_undone() -> None:
    mixed = plan("mixed", step("intercept"), owed(), step("resend"))
    story = carried_out(mixed).then(*does("1/mixed/1", "1/mixed/2"))
    story.then(start("1/mixed/3"), failed("1/mixed/3", final=True))
    assert to_compensate(story.now) == ("1/mixed/1",)
    story.refuses(CompensateStep(by=SYSTEM, step="1/mixed/2"), EntitlementStays)


def test_what_cannot_be_undone_is_left_as_it_is() -> None:
    stays = plan("stays", step("intercept", reversible=False), step("resend"))
    story = carried_out(stays).then(*does("1/stays/1"))
    story.then(start("1/stays/2"), failed("1/stays/2", final=True))
    assert story.tags() == ["resolution.step_failed", "resolution.step_needs_human"]
    story.refuses(CompensateStep(by=SYSTEM, step="1/stays/1"), NothingToUndo)


def test_goodwill_that_fails_undoes_nothing() -> None:
    story = carried_out().then(*does("1/reship/1", "1/reship/2", "1/reship/3"))
    story.then(start("1/reship/4"), failed("1/reship/4", final=True))
    assert to_compensate(story.now) == ()
    assert needing_people(story.now) == ("1/reship/4",)


def test_nothing_more_is_undone_once_it_worked_after_all() -> None:
    story = carried_out().then(*does("1/reship/1"), start("1/reship/2"))
    story.then(failed("1/reship/2", final=True), done("1/reship/2"))
    assert story.now.status == "executing"
    assert startable(story.now) == ("1/reship/3",)


def test_what_was_done_elsewhere_and_here_too_is_looked_at() -> None:
    story = carried_out(SMALL).then(start("1/coupon/1"))
    story.then(failed("1/coupon/1", final=True))
    story.then(settle("1/coupon/1", "done_elsewhere"))
    assert story.now.status == "confirming"
    story.then(done("1/coupon/1"))
    assert isinstance(story.last[0], StepSucceeded)
    assert needing_people(story.now) == ("1/coupon/1",)
    story.refuses(settle("1/coupon/1", "retry"), StepIsDone)


def test_people_decide_only_where_they_have_to() -> None:
    story = carried_out()
    story.refuses(settle("1/reship/1", "skip"), NothingToSettle)
    story = Story(OPEN, propose(minimum=MINIMUM), start("1/minimum/1"))
    story.then(failed("1/minimum/1", final=True))
    story.refuses(settle("1/minimum/1", "skip"), EntitlementStays)
    story.then(settle("1/minimum/1", "skip", WEI))
    assert story.now.status == "confirming"


def test_blocked_goodwill_is_not_begun_again() -> None:
    story = carried_out(SMALL).then(start("1/coupon/1"), replace(TRIAGE, block=BLOCK))
    story.then(failed("1/coupon/1"))
    assert needing_people(story.now) == ("1/coupon/1",)
    blocked = story.given().when(settle("1/coupon/1", "retry"), at=story.at)
    blocked.refused(GoodwillBlocked)
    story.wait(30 * DAY).then(settle("1/coupon/1", "retry"), start("1/coupon/1"))


def test_something_else_that_falls_short_meanwhile_is_seen_to_after_it() -> None:
    story = carried_out(SMALL).then(ATTACH)
    assert story.tags() == ["resolution.shortfall_attached"]
    story.then(*does("1/coupon/1"))
    assert story.now.status == "superseded"
    story.then(propose(plan("more", coupon(100))))


def test_what_never_was_is_not_paid_any_more() -> None:
    story = Story(OPEN, TRIAGE, ATTACH, propose(minimum=MINIMUM))
    never = replace(HEAL, cleared_by="promise_kept")
    story.then(never)
    assert "resolution.step_settled" in story.tags()
    assert startable(story.now) == ()
    story = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), HEAL)
    assert startable(story.now) == ("1/minimum/1",), "a late scan takes nothing back"


def test_what_was_let_be_is_not_begun() -> None:
    urging = plan("minimum", step("urge_carrier"))
    story = Story(OPEN, propose(minimum=urging), HEAL)
    assert story.now.status == "self_healed"
    story.refuses(start("1/minimum/1"), NotNow)


def test_what_is_judged_elsewhere_is_not_carried_on() -> None:
    both = plan("both", step("intercept"), step("urge_carrier"))
    story = carried_out(both).then(start("1/both/1"), failed("1/both/1", final=True))
    assert startable(story.now) == ("1/both/2",)
    story.then(HandToDispute(by=ANNA))
    assert startable(story.now) == ()
    story.refuses(start("1/both/2"), NotNow)


def test_a_clock_that_jumps_back_lets_no_blocked_goodwill_through() -> None:
    story = Story(OPEN).wait(30 * DAY).then(replace(TRIAGE, block=BLOCK))
    story.then(propose(SMALL), offer(SMALL), accept(SMALL))
    story.at = MONDAY
    story.refuses(start("1/coupon/1"), GoodwillBlocked)
