"""An incident told from its declaration to its review, and one that is taken back."""

from collections.abc import Sequence
from typing import Final

from domain.incident import (
    CompleteIncident,
    ExcludeOrders,
    Exclusion,
    IncidentCommand,
    PauseIncident,
    PublishNotice,
    RecordSpent,
    ResumeIncident,
    ReviewIncident,
    ReviseSelector,
    RollBackUnexecuted,
    SetExemption,
    SettleBudget,
    WithdrawIncident,
)
from domain.party import SYSTEM
from tests.domain.incident.incidents import (
    DECLARE,
    DRAFT,
    EXPAND,
    FEN,
    LIN,
    MEI,
    PILOT,
    TEN,
    URUMQI,
    approve,
    estimate,
    freeze,
    granted,
    include,
    members,
    reserve,
    rolling_out,
)

FIRST, SECOND = TEN[:2], TEN[3:5]
OUT: Final = (Exclusion(order=TEN[2].order, reason="flagged"),)
LATE = members([20])


def to_its_review(calendar_row: str) -> Sequence[IncidentCommand]:
    """Return all that is asked of an incident until it is reviewed."""
    assert DECLARE.ends is not None
    return (
        DECLARE,
        ReviseSelector(
            by=LIN, selector=URUMQI, ends=DECLARE.ends.replace(day=28), reason="longer"
        ),
        freeze(TEN),
        include(1, TEN[:5]),
        include(2, TEN[5:]),
        DRAFT,
        ExcludeOrders(by=LIN, orders=OUT),
        estimate(9, 9_000),
        approve(9_000, by=FEN),
        PILOT,
        reserve("b-1", FIRST),
        SettleBudget(by=SYSTEM, batch="b-1", offered=tuple(m.order for m in FIRST)),
        EXPAND,
        include(1, LATE, late=True),
        PauseIncident(by=LIN, reason="too_many_calls"),
        ResumeIncident(by=MEI),
        reserve("b-2", SECOND),
        SettleBudget(
            by=SYSTEM,
            batch="b-2",
            offered=(SECOND[0].order,),
            left_out=(Exclusion(order=SECOND[1].order, reason="has_a_plan"),),
        ),
        RecordSpent(by=SYSTEM, chunk="s-1", spent=members([0, 1], cost_fen=800)),
        SetExemption(by=MEI, policy=calendar_row),
        PublishNotice(by=MEI, words_zh="网点暂停", words_en="The outlet stands still"),
        CompleteIncident(by=MEI),
        ReviewIncident(by=MEI, cause="snow", lessons=("second_outlet",)),
    )


def withdrawn() -> Sequence[IncidentCommand]:
    """Return what is asked of an incident that is withdrawn with its budget granted."""
    return (*granted(10_000), WithdrawIncident(by=LIN, reason="declared_in_error"))


def taken_back() -> Sequence[IncidentCommand]:
    """Return what is asked of an incident that is rolled back with a batch in hand."""
    return (
        *rolling_out(),
        reserve("b-1", FIRST),
        RollBackUnexecuted(by=MEI, reason="open_again"),
        SettleBudget(by=SYSTEM, batch="b-1", offered=tuple(m.order for m in FIRST)),
    )
