"""A budget is granted by other hands, and is never passed."""

import pytest
from msgspec.structs import replace

from domain.incident import (
    INCIDENT,
    AboveTheLimit,
    AlreadyHandedOut,
    BatchNotWhole,
    BatchReused,
    BelowWhatIsTaken,
    BeyondOrderCap,
    BudgetApproved,
    BudgetExceeded,
    BudgetReserved,
    BudgetSettled,
    BudgetSpent,
    CompleteIncident,
    DraftPlan,
    EstimateStale,
    ExcludeOrders,
    Exclusion,
    Incident,
    IncidentCommand,
    MoreThanAffected,
    NobodyLeft,
    NotAffected,
    NotForYou,
    NotNow,
    NotOffered,
    PauseIncident,
    PilotFull,
    PilotTooSmall,
    RecordSpent,
    ResumeIncident,
    ReviewIncident,
    RollBackUnexecuted,
    SameHands,
    SegmentHoursWrong,
    SegmentTwice,
    SettledOtherwise,
    SpendingReused,
    StartPilot,
    StillHandingOut,
    UnknownBatch,
    UnknownSegment,
    budget_left,
    handed_out,
    next_orders,
)
from domain.party import SYSTEM, By
from domain.policy.book import Rulebook
from tests.domain.incident.incidents import (
    DECLARE,
    DRAFT,
    EXPAND,
    FEN,
    LATER,
    LIN,
    MEI,
    MONDAY,
    PILOT,
    ROWS,
    STUCK,
    TAO,
    TEN,
    TUESDAY,
    after,
    approve,
    estimate,
    freeze,
    granted,
    include,
    members,
    piloting,
    planned,
    reserve,
    rolling_out,
    settle,
    stands,
)
from tests.given import Given

PAUSE = PauseIncident(by=LIN, reason="too_many_calls")
RESUME = ResumeIncident(by=MEI)
BACK = RollBackUnexecuted(by=MEI, reason="open_again")


def spend(chunk: str, *numbers: int, cost_fen: int) -> RecordSpent:
    return RecordSpent(by=SYSTEM, chunk=chunk, spent=members(numbers, cost_fen))


def stood(*commands: IncidentCommand) -> Incident:
    return stands(INCIDENT.initial, *commands)


def under(rules: Rulebook, *commands: IncidentCommand) -> Given:  # type: ignore[type-arg]  # of an incident
    return Given(INCIDENT, rules, *after(*commands).past)


# -- Estimated --


def test_an_estimate_is_of_a_plan_and_of_those_affected() -> None:
    past = after(*planned())
    past.when(estimate(11, 10_000), at=MONDAY).refused(MoreThanAffected)
    past.when(estimate(10, 10_000), at=MONDAY).then()
    after(*planned()[:-2]).when(estimate(10, 10_000), at=MONDAY).refused(NotNow)
    other = DraftPlan(by=LIN, segments=(LATER,))
    past.when(other, at=MONDAY).happens().when(estimate(10, 10_000), at=MONDAY).refused(
        UnknownSegment
    )


def test_each_segment_of_a_plan_has_a_name_of_its_own() -> None:
    twice = DraftPlan(by=LIN, segments=(STUCK, replace(LATER, name="stuck")))
    after(*planned()).when(twice, at=MONDAY).refused(SegmentTwice)


@pytest.mark.parametrize(("over", "up_to"), [(-1, None), (None, -1), (72, 72), (9, 3)])
def test_the_hours_of_a_segment_go_from_fewer_to_more(
    over: int | None, up_to: int | None
) -> None:
    wrong = replace(STUCK, stalled_over_hours=over, stalled_up_to_hours=up_to)
    past = after(DECLARE, freeze(TEN), include(1, TEN))
    past.when(replace(DRAFT, segments=(wrong,)), at=MONDAY).refused(SegmentHoursWrong)
    right = replace(STUCK, stalled_over_hours=0, stalled_up_to_hours=72)
    past.when(replace(DRAFT, segments=(right,)), at=MONDAY).happens()


def test_where_nobody_is_left_there_is_nothing_to_grant() -> None:
    past = after(*planned(), estimate(0, 0, "1.902"))
    past.when(approve(9_000, by=FEN, rests_on="1.902"), at=MONDAY).refused(NobodyLeft)


def test_another_plan_is_estimated_and_granted_anew() -> None:
    assert stood(*granted(10_000)).status == "approved"
    after(*granted(10_000)).when(DRAFT, at=MONDAY).then()
    other = DraftPlan(by=LIN, segments=(STUCK,))
    assert stood(*granted(10_000), other).status == "plan_drafted"


# -- Granted --


def test_a_senior_agent_grants_up_to_ten_thousand_yuan_and_finance_beyond() -> None:
    past = after(*planned())
    past.when(approve(1_000_000), at=MONDAY).then(
        BudgetApproved(
            at=MONDAY,
            by=MEI,
            total_max_fen=1_000_000,
            per_order_max_fen=1_000,
            rests_on="1.901",
            policy="shop@1",
        )
    )
    past.when(approve(1_000_001), at=MONDAY).refused(AboveTheLimit)
    past.when(approve(1_000_001, by=FEN), at=MONDAY).happens()
    anna = By(role="agent", name="anna")
    past.when(approve(1, by=anna), at=MONDAY).refused(AboveTheLimit)


def test_where_rows_say_who_grants_how_much_they_are_what_counts() -> None:
    past = under(ROWS, *planned())
    past.when(approve(200_001), at=MONDAY).refused(AboveTheLimit)
    event = past.when(approve(200_000), at=MONDAY).happens().past[-1]
    assert event.policy == "shop.approve.incident-senior-agent@3"
    past.when(approve(5_001, by=SYSTEM), at=MONDAY).refused(AboveTheLimit)
    past.when(approve(5_000, by=SYSTEM), at=MONDAY).happens()


@pytest.mark.parametrize("step", ["declare", "draft", "estimate"])
def test_whoever_proposed_it_does_not_grant_it(step: str) -> None:
    place = {"declare": 0, "draft": 3, "estimate": 4}[step]
    commands = list(planned())
    commands[place] = replace(commands[place], by=TAO)
    past = after(*commands)
    past.when(approve(10_000, by=TAO), at=MONDAY).refused(SameHands)
    as_finance = By(role="finance_approver", name=TAO.name)
    past.when(approve(10_000, by=as_finance), at=MONDAY).refused(SameHands)
    past.when(approve(10_000), at=MONDAY).happens()


def test_what_was_seen_is_what_is_granted() -> None:
    past = after(*planned(), estimate(10, 12_000, rests_on="1.950"))
    past.when(approve(12_000), at=MONDAY).refused(EstimateStale)
    past.when(approve(12_000, rests_on="1.950"), at=MONDAY).happens()


def test_a_new_estimate_before_the_pilot_is_granted_anew() -> None:
    again = estimate(10, 12_000, rests_on="1.950")
    assert stood(*granted(10_000), again).status == "impact_estimated"
    assert stood(*piloting(), again).status == "piloting"


def test_the_same_budget_is_granted_once_and_may_be_raised() -> None:
    past = after(*rolling_out(2_000))
    past.when(approve(2_000, by=FEN), at=TUESDAY).then()
    past.when(reserve("b-1", TEN[:3]), at=MONDAY).refused(BudgetExceeded)
    raised = past.when(approve(3_000), at=TUESDAY).happens()
    raised.when(reserve("b-1", TEN[:3]), at=MONDAY).happens()


def test_a_budget_is_never_less_than_what_is_taken_of_it() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:3]))
    past.when(approve(2_999), at=MONDAY).refused(BelowWhatIsTaken)
    past.when(approve(9_000, 999), at=MONDAY).refused(BelowWhatIsTaken)
    past.when(approve(3_000), at=MONDAY).happens()


# -- Set aside --


def test_money_is_set_aside_before_anything_is_offered() -> None:
    past = after(*piloting())
    past.when(reserve("b-1", TEN[:2]), at=MONDAY).then(
        BudgetReserved(at=MONDAY, by=SYSTEM, batch="b-1", orders=TEN[:2], fen=2_000)
    )
    past.when(replace(reserve("b-1", TEN[:2]), by=LIN), at=MONDAY).refused(NotForYou)


def test_nothing_is_set_aside_before_the_pilot_or_while_it_is_paused() -> None:
    first = reserve("b-1", TEN[:1])
    after(*granted(10_000)).when(first, at=MONDAY).refused(NotNow)
    after(*piloting(), PAUSE).when(first, at=MONDAY).refused(NotNow)
    after(*piloting(), PAUSE, RESUME).when(first, at=MONDAY).happens()


def test_a_pilot_is_for_so_many_orders_and_no_more() -> None:
    past = after(*piloting(), reserve("b-1", TEN[:1]))
    past.when(reserve("b-2", TEN[1:3]), at=MONDAY).refused(PilotFull)
    full = past.when(reserve("b-2", TEN[1:2]), at=MONDAY).happens()
    full.when(reserve("b-3", TEN[2:3]), at=MONDAY).refused(PilotFull)
    full.when(PILOT, at=MONDAY).then()
    full.when(StartPilot(by=LIN, orders=1), at=MONDAY).refused(PilotTooSmall)
    wider = full.when(StartPilot(by=LIN, orders=3), at=MONDAY).happens()
    wider.when(reserve("b-3", TEN[2:3]), at=MONDAY).happens()
    full.when(EXPAND, at=MONDAY).happens().when(
        reserve("b-3", TEN[2:]), at=MONDAY
    ).happens()


def test_who_was_left_out_of_a_pilot_makes_room_in_it() -> None:
    past = after(*piloting(), reserve("b-1", TEN[:2]), settle("b-1", TEN[:1], TEN[1:2]))
    past.when(reserve("b-2", TEN[2:3]), at=MONDAY).happens()
    past.when(reserve("b-2", TEN[2:4]), at=MONDAY).refused(PilotFull)


def test_a_batch_is_set_aside_once() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:3]))
    past.when(reserve("b-1", TEN[2::-1]), at=TUESDAY).then()
    past.when(reserve("b-1", TEN[:2]), at=TUESDAY).refused(BatchReused)


def test_a_batch_asked_again_while_it_is_paused_is_asked_once() -> None:
    after(*rolling_out(), reserve("b-1", TEN[:3]), PAUSE).when(
        reserve("b-1", TEN[:3]), at=TUESDAY
    ).then()


def test_an_order_is_of_one_batch() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:3]))
    past.when(reserve("b-2", TEN[2:4]), at=MONDAY).refused(AlreadyHandedOut)
    past = past.when(settle("b-1", TEN[:3]), at=MONDAY).happens()
    past.when(reserve("b-2", TEN[2:4]), at=MONDAY).refused(AlreadyHandedOut)
    past = past.when(spend("s-1", 0, 1, 2, cost_fen=0), at=MONDAY).happens()
    past.when(reserve("b-2", TEN[2:4]), at=MONDAY).refused(AlreadyHandedOut)


def test_only_orders_of_the_incident_and_segments_of_its_plan_get_anything() -> None:
    past = after(*rolling_out())
    past.when(reserve("b-1", members([99])), at=MONDAY).refused(NotAffected)
    unknown = (replace(TEN[0], segment="elsewhere"),)
    past.when(reserve("b-1", unknown), at=MONDAY).refused(UnknownSegment)


def test_beyond_the_budget_it_is_said_how_much_is_left() -> None:
    incident = stood(*rolling_out(3_500), reserve("b-1", TEN[:3]))
    assert budget_left(incident) == 500
    with pytest.raises(BudgetExceeded) as refused:
        INCIDENT.decide(incident, reserve("b-2", TEN[3:4]), ROWS, MONDAY)
    assert refused.value.details == {"asked_fen": 1_000, "left_fen": 500}


def test_an_order_that_costs_more_than_one_may_is_left_out_first() -> None:
    past = after(*rolling_out())
    dear = members([0], cost_fen=1_001)
    past.when(reserve("b-1", dear), at=MONDAY).refused(BeyondOrderCap)
    beyond = Exclusion(order=dear[0].order, reason="beyond_cap")
    past.when(ExcludeOrders(by=SYSTEM, orders=(beyond,)), at=MONDAY).happens()


# -- Settled --


def test_who_was_left_out_of_a_batch_frees_what_was_set_aside() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:3]))
    left = (Exclusion(order=TEN[2].order, reason="has_a_plan"),)
    past.when(settle("b-1", TEN[:2], TEN[2:3]), at=MONDAY).then(
        BudgetSettled(
            at=MONDAY,
            by=SYSTEM,
            batch="b-1",
            offered=(TEN[0].order, TEN[1].order),
            left_out=left,
            released_fen=1_000,
        )
    )


def test_a_batch_is_settled_once_and_whole() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:3]))
    past.when(settle("b-2", TEN[:3]), at=MONDAY).refused(UnknownBatch)
    past.when(settle("b-1", TEN[:2]), at=MONDAY).refused(BatchNotWhole)
    past.when(settle("b-1", TEN[:4]), at=MONDAY).refused(BatchNotWhole)
    done = past.when(settle("b-1", TEN[:3]), at=MONDAY).happens()
    done.when(settle("b-1", TEN[2::-1]), at=TUESDAY).then()
    done.when(settle("b-1", TEN[:2], TEN[2:3]), at=TUESDAY).refused(SettledOtherwise)


# -- Spent --


def test_what_was_set_aside_and_not_spent_is_free_again() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:2]), settle("b-1", TEN[:2]))
    past.when(spend("s-1", 0, 1, cost_fen=300), at=MONDAY).then(
        BudgetSpent(
            at=MONDAY,
            by=SYSTEM,
            chunk="s-1",
            spent=members([0, 1], 300),
            fen=600,
            released_fen=1_400,
        )
    )


def test_what_was_paid_beyond_it_is_said_and_takes_nothing_of_the_rest() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:2]), settle("b-1", TEN[:2]))
    past.when(spend("s-1", 0, cost_fen=1_200), at=MONDAY).then(
        BudgetSpent(
            at=MONDAY,
            by=SYSTEM,
            chunk="s-1",
            spent=members([0], 1_200),
            fen=1_000,
            released_fen=0,
            beyond_fen=200,
        )
    )
    told = stood(
        *rolling_out(),
        reserve("b-1", TEN[:2]),
        settle("b-1", TEN[:2]),
        spend("s-1", 0, cost_fen=1_200),
    )
    assert (told.spent_fen, told.set_aside_fen, told.beyond_fen) == (1_000, 1_000, 200)


def test_what_was_spent_is_said_once() -> None:
    past = after(*rolling_out(), reserve("b-1", TEN[:2]))
    past.when(spend("s-1", 0, cost_fen=300), at=MONDAY).refused(NotOffered)
    past = past.when(settle("b-1", TEN[:2]), at=MONDAY).happens()
    past = past.when(spend("s-1", 0, cost_fen=300), at=MONDAY).happens()
    past.when(spend("s-1", 0, cost_fen=300), at=TUESDAY).then()
    past.when(spend("s-1", 0, cost_fen=301), at=TUESDAY).refused(SpendingReused)
    past.when(spend("s-2", 0, cost_fen=300), at=TUESDAY).refused(NotOffered)


# -- Taken back, over --


def test_rolled_back_frees_what_was_not_offered_and_hands_out_no_more() -> None:
    done = (*rolling_out(), reserve("b-1", TEN[:2]), settle("b-1", TEN[:2]))
    incident = stood(*done, reserve("b-2", TEN[2:5]), BACK)
    assert incident.status == "rolled_back"
    assert budget_left(incident) == 8_000
    assert next_orders(incident, 10) == ()
    counts = handed_out(incident)
    assert (counts.offered, counts.reserved, counts.left) == (2, 0, 8)
    past = after(*done, BACK)
    past.when(reserve("b-3", TEN[5:6]), at=MONDAY).refused(NotNow)
    past.when(BACK, at=TUESDAY).then()


def test_what_was_offered_just_before_it_was_rolled_back_is_set_aside_again() -> None:
    hands = (*rolling_out(), reserve("b-1", TEN[:3]), BACK)
    incident = stood(*hands, settle("b-1", TEN[:2], TEN[2:3]))
    assert budget_left(incident) == 8_000
    spent = stands(incident, spend("s-1", 0, 1, cost_fen=0))
    assert budget_left(spent) == 10_000
    assert handed_out(spent).spent == 2


def test_it_goes_on_where_it_was_paused() -> None:
    assert stood(*piloting(), PAUSE).status == "paused"
    assert stood(*piloting(), PAUSE, RESUME).status == "piloting"
    assert stood(*rolling_out(), PAUSE, RESUME).status == "rolling_out"
    after(*rolling_out(), PAUSE).when(PAUSE, at=TUESDAY).then()


def test_it_is_over_once_no_batch_is_in_hand() -> None:
    over = CompleteIncident(by=MEI)
    past = after(*rolling_out(), reserve("b-1", TEN[:2]))
    past.when(over, at=MONDAY).refused(StillHandingOut)
    done = past.when(settle("b-1", TEN[:2]), at=MONDAY).happens()
    done = done.when(over, at=MONDAY).happens()
    done.when(over, at=TUESDAY).then()
    done.when(reserve("b-2", TEN[2:3]), at=MONDAY).refused(NotNow)
    done.when(spend("s-1", 0, cost_fen=5), at=TUESDAY).happens()
    review = ReviewIncident(by=MEI, cause="snow", lessons=("second_outlet",))
    past.when(review, at=MONDAY).refused(NotNow)
    reviewed = done.when(review, at=MONDAY).happens()
    reviewed.when(review, at=TUESDAY).then()
    reviewed.when(replace(review, cause="flood"), at=TUESDAY).refused(NotNow)
