"""Whose fault a matter is: said by one, contested by whom it concerns, then final."""

from datetime import timedelta

import pytest

from domain.party import SYSTEM, By
from domain.responsibility import (
    AttributionContested,
    AttributionFinal,
    AttributionFinalised,
    ContestAttribution,
    ContestStillOpen,
    ContestTooLate,
    FinaliseAttribution,
    Knowledge,
    KnowledgeUnproven,
    NotAsked,
    NothingAttributed,
    NothingToContest,
    NotYoursToSay,
    OpenAttribution,
    OpenedOtherwise,
    PartyTwice,
    RecordScoreEffect,
    SamePersonAgain,
    ScoreEffect,
    ScoreEffectRecorded,
    SharesIncomplete,
)
from domain.timer import CheckClocks
from tests.domain.accounts import (
    ALL_CREATOR,
    ANNA,
    HALVES,
    LEILA,
    MONDAY,
    NEXT_TUESDAY,
    OPEN,
    OTTO,
    RUTH,
    SHOP,
    TUESDAY,
    asked,
    attribute,
    attributed,
    given,
    opened,
    says,
    share,
)

OPENING = OpenAttribution(
    by=SYSTEM, matter="d-1", order="A-1", source="shop", consumer="anna"
)
ATTRIBUTED = asked(OPEN, attribute(*HALVES))
CONTESTED = asked(ATTRIBUTED, ContestAttribution(by=LEILA), at=TUESDAY)
FINAL = asked(ATTRIBUTED, CheckClocks(), at=NEXT_TUESDAY)


def contest(by: By = LEILA) -> ContestAttribution:
    return ContestAttribution(by=by, files=("e-1",))


def test_it_is_asked_once_whose_fault_a_matter_is() -> None:
    given().when(OPENING, at=MONDAY).then(opened)
    given(opened).when(OPENING, at=TUESDAY).then()
    given().when(attribute(*HALVES), at=MONDAY).refused(NotAsked)
    other = OpenAttribution(by=SYSTEM, matter="d-1", order="A-2", consumer="anna")
    given(opened).when(other, at=TUESDAY).refused(OpenedOtherwise)


def test_who_bears_what_can_be_contested_for_a_week() -> None:
    assert says(OPEN, attribute(*HALVES)) == (attributed(*HALVES),)
    clock = ATTRIBUTED.timers["contest"]
    assert (clock.standing, clock.owes) == ("running", "merchant")
    alone = asked(OPEN, attribute(*ALL_CREATOR))
    assert alone.timers["contest"].owes == "creator"
    assert clock.due_at == MONDAY + timedelta(hours=168)


def test_saying_the_same_again_says_nothing_new() -> None:
    given(opened, attributed(*HALVES)).when(attribute(*HALVES), at=TUESDAY).then()


def test_what_nobody_can_contest_waits_for_nobody() -> None:
    storm = asked(OPEN, attribute(share("force_majeure", 10_000)))
    assert storm.timers == {}
    assert asked(storm, FinaliseAttribution(by=OTTO)).status == "final"


@pytest.mark.parametrize("missing", [1, -1])
def test_the_shares_are_of_one_whole(missing: int) -> None:
    halves = share("merchant", 5_000), share("creator", 5_000 - missing)
    given(opened).when(attribute(*halves), at=MONDAY).refused(SharesIncomplete)


def test_each_party_has_one_share() -> None:
    twice = share("merchant", 5_000), share("merchant", 5_000)
    given(opened).when(attribute(*twice), at=MONDAY).refused(PartyTwice)
    two_shops = share("merchant", 5_000), share("merchant", 5_000, "m-43")
    assert asked(OPEN, attribute(*two_shops)).status == "attributed"


def test_only_the_service_says_whose_fault_it_is() -> None:
    given(opened).when(attribute(*HALVES, by=SHOP), at=MONDAY).refused(NotYoursToSay)


def test_that_somebody_knew_needs_evidence() -> None:
    told = attribute(*HALVES)
    knew = Knowledge(of="leila", source="merchant_page", holds=True)
    unproven = type(told)(by=OTTO, shares=HALVES, knowledge=(knew,))
    given(opened).when(unproven, at=MONDAY).refused(KnowledgeUnproven)
    shown = Knowledge(of="leila", source="merchant_page", holds=True, evidence=("e-7",))
    did_not = Knowledge(of="leila", source="product_marking", holds=False)
    proven = type(told)(by=OTTO, shares=HALVES, knowledge=(shown, did_not))
    assert asked(OPEN, proven).knowledge == (shown, did_not)


def test_who_bears_something_may_contest_it_and_others_join() -> None:
    denial = AttributionContested(at=TUESDAY, by=LEILA, files=("e-1",))
    assert says(ATTRIBUTED, contest(), TUESDAY) == (denial,)
    assert CONTESTED.timers["contest"].standing == "met"
    assert CONTESTED.timers["contest_ruling"].standing == "running"
    assert says(CONTESTED, contest(), TUESDAY) == ()
    assert len(says(CONTESTED, contest(SHOP), TUESDAY)) == 1


@pytest.mark.parametrize("by", [ANNA, OTTO, By(role="creator", name="mara")])
def test_who_bears_nothing_has_nothing_to_contest(by: By) -> None:
    with pytest.raises(NothingToContest):
        says(ATTRIBUTED, contest(by), TUESDAY)


def test_a_share_of_nothing_cannot_be_contested() -> None:
    account = asked(OPEN, attribute(*ALL_CREATOR, share("merchant", 0)))
    with pytest.raises(NothingToContest):
        says(account, contest(SHOP), TUESDAY)


def test_nothing_is_contested_before_it_is_said() -> None:
    given(opened).when(contest(), at=MONDAY).refused(NothingAttributed)
    given(opened).when(FinaliseAttribution(by=OTTO), at=MONDAY).refused(
        NothingAttributed
    )


def test_after_a_week_it_is_too_late_to_contest_even_if_nobody_looked() -> None:
    with pytest.raises(ContestTooLate):
        says(ATTRIBUTED, contest(), NEXT_TUESDAY)
    with pytest.raises(ContestTooLate):
        says(FINAL, contest(), TUESDAY)


def test_what_nobody_contested_is_final_by_the_row() -> None:
    final = AttributionFinalised(
        at=NEXT_TUESDAY, by=SYSTEM, policy="shop.responsibility.contest@1"
    )
    assert says(ATTRIBUTED, CheckClocks(), NEXT_TUESDAY) == (final,)
    assert says(FINAL, CheckClocks(), NEXT_TUESDAY) == ()
    assert says(ATTRIBUTED, CheckClocks(), TUESDAY) == ()


def test_a_contest_nobody_decides_waits_for_a_person() -> None:
    much_later = NEXT_TUESDAY + timedelta(days=30)
    account = asked(CONTESTED, CheckClocks(), at=much_later)
    assert account.status == "contested"
    assert account.timers["contest_ruling"].standing == "breached"


def test_who_said_it_first_does_not_decide_on_the_contest() -> None:
    with pytest.raises(SamePersonAgain):
        says(CONTESTED, attribute(*ALL_CREATOR, by=OTTO), TUESDAY)
    with pytest.raises(SamePersonAgain):
        says(CONTESTED, FinaliseAttribution(by=OTTO), TUESDAY)
    again = asked(CONTESTED, attribute(*ALL_CREATOR, by=RUTH), at=TUESDAY)
    assert (again.status, again.shares) == ("attributed", ALL_CREATOR)
    assert again.timers["contest_ruling"].standing == "met"
    assert again.timers["contest"].due_at == TUESDAY + timedelta(hours=168)
    denied = asked(again, contest(), at=TUESDAY)
    assert denied.status == "contested", "what was said anew is contested anew"
    stands = asked(CONTESTED, FinaliseAttribution(by=RUTH), at=TUESDAY)
    assert (stands.status, stands.shares) == ("final", HALVES)


def test_the_system_decides_on_a_contest_only_by_another_ruling() -> None:
    with pytest.raises(SamePersonAgain):
        says(CONTESTED, FinaliseAttribution(by=SYSTEM), TUESDAY)
    with pytest.raises(SamePersonAgain):
        says(CONTESTED, attribute(*ALL_CREATOR, by=SYSTEM), TUESDAY)
    ruled = attribute(*ALL_CREATOR, by=SYSTEM, ruling="appeal-1")
    assert asked(CONTESTED, ruled, at=TUESDAY).shares == ALL_CREATOR


def test_nobody_cuts_the_time_to_contest_short_but_who_alone_bears_it() -> None:
    with pytest.raises(ContestStillOpen):
        says(ATTRIBUTED, FinaliseAttribution(by=RUTH), TUESDAY)
    with pytest.raises(NotYoursToSay):
        says(ATTRIBUTED, FinaliseAttribution(by=LEILA), TUESDAY)
    alone = asked(OPEN, attribute(*ALL_CREATOR))
    accepted = AttributionFinalised(at=TUESDAY, by=LEILA)
    assert says(alone, FinaliseAttribution(by=LEILA), TUESDAY) == (accepted,)


def test_what_is_final_is_changed_by_another_ruling_alone() -> None:
    with pytest.raises(AttributionFinal):
        says(FINAL, attribute(*ALL_CREATOR, by=RUTH), NEXT_TUESDAY)
    with pytest.raises(SamePersonAgain):
        says(FINAL, attribute(*ALL_CREATOR, by=OTTO, ruling="appeal-1"), NEXT_TUESDAY)
    appeal = attribute(*ALL_CREATOR, by=RUTH, ruling="appeal-1")
    changed = asked(FINAL, appeal, at=NEXT_TUESDAY)
    assert (changed.status, changed.shares) == ("attributed", ALL_CREATOR)
    assert changed.attributions == 2
    assert says(changed, appeal, NEXT_TUESDAY) == ()


def test_what_it_does_to_a_score_is_written_down_once() -> None:
    effect = ScoreEffect(
        party="merchant", name="m-42", metric="dispute-rate", numerator=1, denominator=1
    )
    command = RecordScoreEffect(by=SYSTEM, effect=effect)
    event = ScoreEffectRecorded(at=MONDAY, by=SYSTEM, effect=effect)
    given(opened).when(command, at=MONDAY).then(event)
    given(opened, event).when(command, at=TUESDAY).then()
    mine = RecordScoreEffect(by=SHOP, effect=effect)
    given(opened).when(mine, at=MONDAY).refused(NotYoursToSay)
