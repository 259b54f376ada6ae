"""Why an incident's budget was granted: by whom, under which limit, on what."""

import pytest

from application.audit.explain import Explainer, Explanation, Place
from domain.incident import BudgetApproved, Impact
from domain.kernel import Event
from domain.party import By
from tests.application.audit.stories import Matter, incidents
from tests.domain.incident.incidents import FEN


@pytest.fixture(scope="module", name="matter")
def told() -> Matter:
    matter = Matter()
    incidents(matter)
    return matter


def explained(matter: Matter, event_type: type[Event]) -> Explanation:
    found = next(each for each in matter.events() if type(each.event) is event_type)
    explainer = Explainer(matter.store, matter.policies.id)
    return explainer.explain(Place(found.stream_id, found.version))


def test_a_budget_says_who_granted_it_and_on_which_estimate(matter: Matter) -> None:
    why = explained(matter, BudgetApproved)
    assert (why.origin, why.asked, why.by) == ("person", "ApproveBudget", FEN)
    assert why.status == "impact_estimated"
    assert why.agrees
    assert isinstance(why.inputs["impact"], Impact)
    assert why.inputs["impact"].total_fen == 9_000


def test_a_budget_says_by_which_guard_it_was_let_through(matter: Matter) -> None:
    why = explained(matter, BudgetApproved)
    assert why.guard is not None
    assert "impact_estimated" in why.guard.states
    assert "finance_approver" in why.guard.roles
    assert isinstance(why.by, By)


def test_a_budget_names_only_rows_that_were_published(matter: Matter) -> None:
    assert all(row.known for row in explained(matter, BudgetApproved).rows)
