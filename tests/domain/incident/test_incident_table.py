"""Who may do what, and when; and what everybody is told."""

from typing import get_args

import pytest
from msgspec.structs import replace

from domain.incident import (
    GUARDS,
    INCIDENT,
    DeclareIncident,
    ExemptionSet,
    ExpandRollout,
    IncidentCommand,
    IncidentStatus,
    NoSuchExemption,
    NotForYou,
    NothingToTell,
    NoticePublished,
    PauseIncident,
    PublishNotice,
    ReserveBudget,
    SetExemption,
    allowed,
)
from tests.domain.incident.incidents import (
    DECLARE,
    EXPAND,
    LIN,
    MEI,
    MONDAY,
    SHOP,
    SNOW,
    TUESDAY,
    after,
    piloting,
    rolling_out,
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
