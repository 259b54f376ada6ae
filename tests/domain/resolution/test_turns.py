"""Who may do what when, and what ends it."""

from typing import get_args

from msgspec.structs import replace

from domain.party import SYSTEM
from domain.resolution import (
    TABLE,
    AcceptPlan,
    AlreadyOpened,
    ConfirmMadeGood,
    CounterPlans,
    DeclinePlans,
    DismissResolution,
    EntitlementStays,
    HandToDispute,
    MeasureOutcome,
    NoMoreProposals,
    NoSuchResolution,
    NotApproved,
    NothingToOffer,
    NotNow,
    NotOffered,
    NotYourPart,
    OfferOver,
    OpenResolution,
    PaidAlready,
    RejectPlans,
    ReopenResolution,
    ResolutionCommand,
    ResolutionOver,
    StalePreview,
    TooEarlyToMeasure,
    TooLateToReopen,
    UnknownShortfall,
    WishIsForPeople,
    allowed,
    next_actor,
    startable,
)
from domain.timer import CheckClocks
from tests.domain.resolution.examples import (
    ANNA,
    ATTACH,
    DAY,
    HEAL,
    HOUR,
    LARGE,
    LATE,
    LIN,
    MINIMUM,
    MONDAY,
    OPEN,
    RESHIP,
    SHOP,
    SMALL,
    STALLED,
    TRIAGE,
    WEI,
    Story,
    accept,
    approve,
    does,
    given,
    offer,
    owed,
    plan,
    propose,
    start,
)

DISMISS = DismissResolution(by=LIN, reason="not_so")
DECLINE = DeclinePlans(by=ANNA)
COUNTER = CounterPlans(by=ANNA, wish="money_back")
REOPEN = ReopenResolution(by=ANNA, reason="stalled_again")
HAND = HandToDispute(by=ANNA, dispute="dispute-1")
REJECT = RejectPlans(by=WEI, reason="wrong")
# More than goes by itself of what is owed: a senior agent is asked.
MUCH_OWED = plan("minimum", owed(40_000))
MEASURE = MeasureOutcome(
    by=SYSTEM,
    after_days=30,
    complained_later=False,
    refunded_again=False,
    bought_again=False,
)


def test_one_shortfall_opens_one_resolution() -> None:
    given().when(ATTACH, at=MONDAY).refused(NoSuchResolution)
    given().when(CheckClocks(), at=MONDAY).then()
    story = Story(OPEN)
    story.says_nothing(OPEN, replace(ATTACH, shortfall=STALLED))
    story.refuses(replace(OPEN, shortfall=LATE), AlreadyOpened)


def test_only_the_service_sees_to_it() -> None:
    given().when(replace(OPEN, by=ANNA), at=MONDAY).refused(NotYourPart)
    story = Story(OPEN, TRIAGE)
    for by in (ANNA, SHOP):
        story.refuses(propose(SMALL, by=by), NotYourPart)
        story.refuses(replace(ATTACH, by=by), NotYourPart)
    story.then(propose(SMALL), offer(SMALL))
    story.refuses(replace(accept(SMALL), by=SHOP), NotYourPart)
    story.refuses(replace(accept(SMALL), by=SYSTEM), NotYourPart)
    story.then(replace(accept(SMALL), by=LIN))


def test_what_heals_before_anything_was_done_ends_it() -> None:
    story = Story(OPEN, TRIAGE, HEAL)
    assert story.tags() == ["resolution.shortfall_healed", "resolution.self_healed"]
    story.says_nothing(HEAL)
    story.refuses(ATTACH, ResolutionOver)
    Story(OPEN).refuses(replace(HEAL, shortfall="1/LOST/x"), UnknownShortfall)


def test_what_was_paid_is_never_taken_back() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), *does("1/minimum/1"))
    story.then(HEAL)
    assert story.now.status == "confirming", "what was owed is done, and no plan needed"
    assert story.now.paid_fen == 1_000


def test_what_was_offered_is_not_healed_away_in_silence() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL), HEAL)
    assert story.tags() == [
        "resolution.shortfall_healed",
        "resolution.superseded",
        "timer.cancelled",
    ]


def test_half_of_it_healed_changes_the_facts() -> None:
    story = Story(OPEN, TRIAGE, ATTACH, propose(LARGE), HEAL)
    assert story.now.status == "superseded"
    story.refuses(approve(LARGE), StalePreview)


def test_what_was_not_paid_yet_can_be_let_be() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL), DISMISS)
    assert story.tags() == ["resolution.dismissed", "timer.cancelled"]
    story.says_nothing(DISMISS)
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), start("1/minimum/1"))
    story.refuses(DISMISS, PaidAlready)


def test_what_is_owed_is_dropped_by_a_senior_agent_or_by_nobody() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM))
    for by in (LIN, SYSTEM):
        story.refuses(replace(DISMISS, by=by), EntitlementStays)
        assert DismissResolution not in allowed(story.now, by.role)
    story.then(replace(DISMISS, by=WEI))
    assert startable(story.now) == ()


def test_what_is_owed_and_waits_to_be_approved_is_not_dropped_either() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MUCH_OWED))
    story.refuses(DISMISS, EntitlementStays)
    story.then(REJECT).refuses(DISMISS, EntitlementStays)
    never = replace(HEAL, cleared_by="retracted")
    other = Story(OPEN, TRIAGE, ATTACH, propose(SMALL, minimum=MUCH_OWED), never)
    other.then(DISMISS)


def test_a_late_scan_takes_back_nothing_that_waits_to_be_approved() -> None:
    for then in ((), (offer(SMALL),), (REJECT,)):
        story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MUCH_OWED), *then, HEAL)
        assert story.now.minimum_asked, story.now.status
        assert not story.now.over
        story.then(approve(MUCH_OWED), *does("1/minimum/1"))
        assert story.now.paid_fen == 40_000
        assert story.now.status == "confirming"


def test_what_never_was_is_owed_to_nobody_though_somebody_was_asked() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MUCH_OWED))
    story.then(replace(HEAL, cleared_by="promise_kept"))
    assert story.now.status == "self_healed"
    assert not story.now.asks


def test_nobody_is_asked_to_confirm_what_still_waits_to_be_approved() -> None:
    story = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), *does("1/minimum/1"))
    story.then(ATTACH, propose(minimum=MUCH_OWED, rests_on="order@8"))
    story.then(HEAL, replace(HEAL, shortfall=LATE.name))
    assert story.now.status == "superseded"


def test_after_the_end_what_waits_to_be_approved_is_priced_anew() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MUCH_OWED), HAND)
    story.refuses(propose(SMALL, minimum=MINIMUM), NotNow)
    less = plan("minimum", owed(35_000))
    story.then(propose(minimum=less, rests_on="order@8"))
    assert story.now.status == "handed_to_dispute"
    story.refuses(approve(MUCH_OWED), StalePreview)
    story.then(approve(less, rests_on="order@8"), *does("2/minimum/1"))
    assert story.now.paid_fen == 35_000


def test_only_what_was_approved_and_previewed_is_offered() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, LARGE))
    story.refuses(offer(LARGE, "large"), NotApproved)
    story.refuses(offer(SMALL, rests_on="order@6"), StalePreview)
    story.then(offer(SMALL)).says_nothing(offer(SMALL))
    story.refuses(accept(LARGE), NotOffered)
    Story(OPEN, TRIAGE, propose(LARGE)).refuses(offer(LARGE), NothingToOffer)


def test_an_offer_is_over_when_it_is() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL)).wait(72 * HOUR)
    story.given().when(accept(SMALL), at=story.at).happens()
    story.wait(HOUR).refuses(accept(SMALL), OfferOver)


def test_after_enough_noes_only_people_judge_it() -> None:
    story = Story(OPEN, TRIAGE)
    for number in (1, 2):
        ground = f"order@{number}"
        story.then(
            propose(SMALL, rests_on=ground), offer(SMALL, rests_on=ground), DECLINE
        )
    story.says_nothing(DECLINE)
    story.refuses(propose(SMALL), NoMoreProposals)
    story.then(HAND).says_nothing(HAND, replace(HAND, dispute=None))
    story.refuses(REOPEN, NotNow)


def test_what_the_consumer_wishes_instead_is_for_people_to_propose() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL), offer(SMALL), COUNTER)
    story.says_nothing(COUNTER)
    assert next_actor(story.now) == "agent"
    story.refuses(propose(RESHIP), WishIsForPeople)
    story.then(propose(RESHIP, by=LIN))


def test_it_is_taken_up_again_within_the_companionship() -> None:
    story = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), *does("1/minimum/1"))
    until = MONDAY + 10 * DAY
    story.wait(8 * DAY).then(CheckClocks())
    assert story.now.status == "resolved"
    again = replace(REOPEN, until=until)
    story.then(again).says_nothing(again)
    assert story.now.status == "detected"
    late = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), *does("1/minimum/1"))
    late.wait(11 * DAY).refuses(again, TooLateToReopen)


def test_that_it_is_not_made_good_is_said_in_time_too() -> None:
    story = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), *does("1/minimum/1"))
    story.then(REOPEN)
    assert story.tags() == ["resolution.reopened", "timer.cancelled"]


def test_only_the_consumer_says_that_it_is_made_good() -> None:
    story = Story(OPEN, TRIAGE, propose(minimum=MINIMUM), *does("1/minimum/1"))
    story.refuses(ConfirmMadeGood(by=LIN), NotYourPart)
    story.then(ConfirmMadeGood(by=ANNA)).says_nothing(ConfirmMadeGood(by=ANNA))


def test_what_is_owed_goes_on_when_it_is_handed_over() -> None:
    story = Story(OPEN, TRIAGE, propose(SMALL, minimum=MINIMUM), HAND)
    assert startable(story.now) == ("1/minimum/1",)
    story.then(*does("1/minimum/1"))
    assert story.now.status == "handed_to_dispute"


def test_an_outcome_is_known_only_so_many_days_after() -> None:
    story = Story(OPEN).wait(29 * DAY)
    story.refuses(MEASURE, TooEarlyToMeasure)
    story.refuses(replace(MEASURE, by=LIN), NotYourPart)


def test_whose_turn_it_is_is_said_at_every_step() -> None:
    story = Story(OPEN)
    assert next_actor(story.now) == "system"
    story.then(TRIAGE, propose(LARGE))
    assert next_actor(story.now) == "senior_agent"
    story.then(approve(LARGE))
    assert next_actor(story.now) == "system"
    story.then(offer(LARGE))
    assert next_actor(story.now) == "consumer"
    assert AcceptPlan in allowed(story.now, "consumer")
    assert AcceptPlan not in allowed(story.now, "merchant")
    story.then(accept(LARGE))
    assert next_actor(story.now) == "system"
    story.then(*does("1/large/1"), ConfirmMadeGood(by=ANNA))
    assert next_actor(story.now) is None
    assert allowed(story.now, "consumer") == (ReopenResolution,)


def test_before_it_is_opened_the_service_may_open_it() -> None:
    nothing = replace(Story(OPEN).now, opened=None, status=None)
    assert allowed(nothing, "agent") == (OpenResolution,)
    assert allowed(nothing, "consumer") == ()


def test_nothing_is_allowed_out_of_its_turn() -> None:
    story = Story(OPEN)
    for command in (
        accept(SMALL),
        DECLINE,
        COUNTER,
        offer(SMALL),
        ConfirmMadeGood(by=ANNA),
        REOPEN,
    ):
        story.refuses(command, NotNow)


def test_every_request_has_its_row() -> None:
    asked = set(get_args(ResolutionCommand)) - {CheckClocks}
    assert set(TABLE) == asked
