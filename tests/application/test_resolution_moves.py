"""What is taken up again, and what is offered as soon as somebody approves it."""

import pytest
from msgspec.structs import replace

from application.resolutions.said import Proposing
from domain.companionship import StartCompanionship
from domain.money import Money
from domain.party import SYSTEM
from domain.plan import Plan, PlanStep
from domain.policy.service_rows import CompanionshipRow, StepRow
from domain.resolution import (
    AnotherPersonApproves,
    ApprovePlan,
    DismissResolution,
    ReopenResolution,
    StalePreview,
    TooLateToReopen,
)
from tests.application.resolving import (
    ANNA,
    BASE,
    DAY,
    GENEROUS,
    LIN,
    MONDAY,
    ROWS,
    WEI,
    Anna,
    shortfall,
)

MORE = replace(
    GENEROUS,
    id="shop.more-generous",
    name="more-generous",
    rank=2,
    steps=(StepRow(action="cash_compensation", part="goodwill", fixed_fen=14_000),),
)
BESIDE = CompanionshipRow(id="shop.beside", **BASE)


def test_it_is_taken_up_again_only_within_the_days_beside_her() -> None:
    anna = Anna((*ROWS, BESIDE))
    anna.at = MONDAY + DAY
    anna.falls_short(propose=False)
    start = StartCompanionship(
        by=SYSTEM,
        order=str(anna.order_id),
        consumer="anna",
        anchor="paid",
        anchored_at=MONDAY,
    )
    anna.resolutions.take_beside(anna.order_id, start, anna.context(start))
    days, _ = anna.resolutions.companionship(anna.order_id)
    assert days.ends_at is not None
    anna.asks(DismissResolution(by=LIN, reason="duplicate"))
    anna.at = days.ends_at + DAY
    with pytest.raises(TooLateToReopen):
        anna.asks(ReopenResolution(by=ANNA, reason="still_waiting"))
    anna.at = days.ends_at - DAY
    anna.asks(ReopenResolution(by=ANNA, reason="still_waiting"))
    assert anna.resolution.reopened == "still_waiting"


def test_whoever_approves_one_of_several_has_it_offered_at_once() -> None:
    anna = Anna((*ROWS, MORE))
    anna.falls_short(shortfall("PRICE_DROP"))
    proposal = anna.resolution.standing
    assert proposal is not None
    assert set(anna.resolution.asks) == {"generous", "more-generous"}
    seen = proposal.plan("generous")
    assert seen is not None
    anna.asks(ApprovePlan(by=WEI, plan="generous", hash=seen.hash))
    assert anna.resolution.status == "offered"
    assert anna.resolution.offered == ("generous",)


def own_plan(anna: Anna, fen: int) -> str:
    """Let Lin propose a plan of her own; return the hash of its preview."""
    gift = PlanStep(
        action="cash_compensation", part="goodwill", amount=Money(fen, "CNY")
    )
    said = Proposing(by=LIN, plans=(Plan(name="own", steps=(gift,)),))
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    return anna.resolution.asks["own"].hash


def gives_elsewhere(anna: Anna, fen: int) -> None:
    """Let somebody else give goodwill for the order, which uses its caps."""
    gift = anna.money.goodwill(
        anna.paid,
        by=SYSTEM,
        approved_by=WEI,
        reservation="other",
        matter="C-1",
        total_fen=fen,
        paid_fen=50_000,
    )
    anna.money.take(anna.paid, gift, anna.context(gift))


def test_a_plan_of_an_agents_own_stays_hers_when_the_ground_moves() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"), propose=False)
    seen = own_plan(anna, 9_000)
    gives_elsewhere(anna, 1_000)
    with pytest.raises(StalePreview) as stale:
        anna.asks(ApprovePlan(by=WEI, plan="own", hash=seen))
    standing = anna.resolution.standing
    assert standing is not None
    assert [each.plan.name for each in standing.plans] == ["own"]
    assert (standing.by, standing.round) == (LIN, 2)
    assert stale.value.details["proposed_anew_by"] == "lin"
    current = str(stale.value.details["current"])
    with pytest.raises(AnotherPersonApproves):
        anna.asks(ApprovePlan(by=LIN, plan="own", hash=current))


def test_what_the_order_bears_no_more_gives_way_to_what_the_rules_make() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"), propose=False)
    seen = own_plan(anna, 15_000)
    gives_elsewhere(anna, 10_000)
    with pytest.raises(StalePreview) as stale:
        anna.asks(ApprovePlan(by=WEI, plan="own", hash=seen))
    standing = anna.resolution.standing
    assert standing is not None
    assert standing.by == SYSTEM
    assert [each.plan.policy for each in standing.plans] == ["shop.generous@1"]
    assert stale.value.details["proposed_anew_by"] == SYSTEM.name
