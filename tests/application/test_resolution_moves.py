"""What is taken up again, and what is offered as soon as somebody approves it."""

import pytest
from msgspec.structs import replace

from domain.companionship import StartCompanionship
from domain.party import SYSTEM
from domain.policy.service_rows import CompanionshipRow, StepRow
from domain.resolution import (
    ApprovePlan,
    DismissResolution,
    ReopenResolution,
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
