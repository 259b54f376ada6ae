"""Whose turn it is in an incident, and what somebody may ask for now."""

import pytest

from application.incidents.turns import may, turn
from domain.party import By
from tests.application.outbreak import BOOK, DAY, LIN, MEI, MONDAY, WEI, Outbreak


def whose(there: Outbreak) -> tuple[str, str] | None:
    """Return whose turn it is, and to do what."""
    found = turn(there.incident, BOOK, there.at)
    return None if found is None else (found.party, found.deed)


@pytest.fixture
def there() -> Outbreak:
    """Return four orders that are stuck, and the incident they are part of."""
    there = Outbreak()
    there.ships(1, 2, 3, 4)
    there.at = MONDAY + 4 * DAY
    there.declares(freeze=False)
    return there


def test_whoever_has_to_go_on_is_named_at_every_step(there: Outbreak) -> None:
    assert whose(there) == ("agent", "freeze_scope")
    there.freezes()
    assert whose(there) == ("agent", "draft_plan")
    there.plans()
    assert whose(there) == ("agent", "estimate")
    there.estimates()
    assert whose(there) == ("finance_approver", "approve_budget"), "of ¥2,000"
    there.grants(10**8)
    assert whose(there) == ("agent", "start_pilot")
    there.pilots(1)
    assert whose(there) == ("system", "hand_out")
    there.works()
    assert whose(there) == ("senior_agent", "expand_rollout")
    there.rolls_out()
    assert whose(there) == ("system", "hand_out")


def test_the_service_waits_for_who_joins_until_it_ends(there: Outbreak) -> None:
    there.freezes()
    there.plans()
    there.estimates()
    there.grants(10**8)
    there.rolls_out()
    there.works()
    found = turn(there.incident, BOOK, there.at)
    assert found is not None
    assert (found.party, found.due_at) == ("system", MONDAY + 30 * DAY)
    there.at = MONDAY + 31 * DAY
    assert whose(there) == ("senior_agent", "complete")


def test_a_budget_is_offered_to_other_hands_that_reach_anything(
    there: Outbreak,
) -> None:
    there.freezes()
    there.plans()
    there.estimates()

    def offered(by: By) -> bool:
        return "ApproveBudget" in may(there.incident, by, BOOK, there.at)

    assert offered(MEI)
    assert offered(WEI)
    assert not offered(By(role="agent", name="an")), "no row lets an agent grant any"
    assert not offered(By(role="senior_agent", name=LIN.name)), "who declared it"


def test_what_is_asked_bears_the_name_it_is_asked_by(there: Outbreak) -> None:
    now = may(there.incident, LIN, BOOK, there.at)
    assert "Freeze" in now
    assert "WithdrawIncident" in now
    assert not {"FreezeScope", "IncludeOrders", "ReserveBudget"} & {*now}
