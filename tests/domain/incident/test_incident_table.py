"""Who may do what, and when; and what everybody is told."""

from functools import reduce
from typing import get_args

import pytest
from msgspec.structs import replace

from domain.incident import (
    GUARDS,
    INCIDENT,
    DeclareIncident,
    ExemptionSet,
    ExpandRollout,
    HandedOutAlready,
    IncidentCommand,
    IncidentStatus,
    IncidentWithdrawn,
    NoSuchExemption,
    NotForYou,
    NothingHandedOut,
    NothingToTell,
    NoticePublished,
    NotNow,
    PauseIncident,
    PublishNotice,
    ReserveBudget,
    RollBackUnexecuted,
    SetExemption,
    WithdrawIncident,
    allowed,
)
from tests.domain.incident.incidents import (
    DECLARE,
    DRAFT,
    EXPAND,
    LIN,
    MEI,
    MONDAY,
    PILOT,
    SHOP,
    SNOW,
    STUCK,
    TEN,
    TUESDAY,
    after,
    granted,
    piloting,
    reserve,
    rolling_out,
    settle,
    stands,
)

NOTICE = PublishNotice(
    by=MEI, words_zh="乌鲁木齐网点暂停", words_en="The outlet stands still"
)
EXEMPT = SetExemption(by=MEI, policy=SNOW.ref)


def test_every_command_has_its_line_in_the_table() -> None:
    assert set(GUARDS) == set(get_args(IncidentCommand))


def test_every_state_is_one_that_something_may_be_done_in() -> None:
    states = {state for guard in GUARDS.values() for state in guard.states}
    assert states == set(get_args(IncidentStatus))


def test_what_is_offered_is_what_the_table_lets_one_do() -> None:
    assert allowed(INCIDENT.initial, "agent") == (DeclareIncident,)
    running = stands(INCIDENT.initial, *rolling_out())
    assert PauseIncident in allowed(running, "agent")
    assert ExpandRollout not in allowed(running, "agent")
    assert ExpandRollout in allowed(running, "senior_agent")
    assert ReserveBudget in allowed(running, "system")
    assert DeclareIncident not in allowed(running, "agent")
    assert allowed(running, "merchant") == ()


def test_all_orders_at_once_are_for_seniors() -> None:
    past = after(*piloting())
    past.when(replace(EXPAND, by=LIN), at=MONDAY).refused(NotForYou)
    past.when(EXPAND, at=MONDAY).happens()


def test_everybody_is_told_once_in_the_same_words() -> None:
    past = after(DECLARE)
    told = NoticePublished(
        at=MONDAY, by=MEI, words_zh=NOTICE.words_zh, words_en=NOTICE.words_en
    )
    past.when(NOTICE, at=MONDAY).then(told)
    past.then_also(told).when(NOTICE, at=TUESDAY).then()
    past.when(replace(NOTICE, words_en=" "), at=MONDAY).refused(NothingToTell)


def test_an_exemption_names_a_row_of_the_calendar_in_force() -> None:
    past = after(DECLARE)
    exempt = ExemptionSet(at=MONDAY, by=MEI, policy=SNOW.ref)
    past.when(EXEMPT, at=MONDAY).then(exempt)
    past.then_also(exempt).when(EXEMPT, at=TUESDAY).then()
    unknown = replace(EXEMPT, policy="shop.flood@1")
    past.when(unknown, at=MONDAY).refused(NoSuchExemption)


@pytest.mark.parametrize("command", [NOTICE, EXEMPT])
def test_what_reaches_others_is_for_seniors(command: IncidentCommand) -> None:
    for by in (LIN, SHOP):
        after(DECLARE).when(replace(command, by=by), at=MONDAY).refused(NotForYou)


WITHDRAW = WithdrawIncident(by=LIN, reason="declared_in_error")
GONE = IncidentWithdrawn(at=TUESDAY, by=LIN, reason="declared_in_error")


def test_what_was_declared_in_error_is_withdrawn() -> None:
    after(DECLARE).when(WITHDRAW, at=TUESDAY).then(GONE)
    after(DECLARE).then_also(GONE).when(WITHDRAW, at=TUESDAY).then()


def test_no_budget_outlives_a_withdrawal() -> None:
    past = after(*granted(10_000)).then_also(GONE)
    incident = reduce(INCIDENT.evolve, past.past, INCIDENT.initial)
    assert (incident.status, incident.granted) == ("withdrawn", False)
    past.when(PILOT, at=TUESDAY).refused(NotNow)
    past.when(reserve("b-1", TEN[:1]), at=TUESDAY).refused(NotNow)


def test_what_is_handed_out_is_rolled_back_and_not_withdrawn() -> None:
    after(*piloting()).when(WITHDRAW, at=TUESDAY).refused(NotNow)
    back = RollBackUnexecuted(by=MEI, reason="outlet_open_again")
    after(*granted(10_000)).when(back, at=TUESDAY).refused(NothingHandedOut)
    stopped = PauseIncident(by=LIN, reason="wrong_plan")
    begun = (*piloting(), reserve("b-1", TEN[:1]), settle("b-1", TEN[:1]), stopped)
    anew = replace(DRAFT, segments=(STUCK,))
    revised = after(*begun, anew)
    revised.when(WITHDRAW, at=TUESDAY).refused(HandedOutAlready)
    revised.when(back, at=TUESDAY).happens()
    offered = allowed(stands(INCIDENT.initial, *begun, anew), "senior_agent")
    assert WithdrawIncident not in offered
    assert RollBackUnexecuted in offered
