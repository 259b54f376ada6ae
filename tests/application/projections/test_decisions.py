"""Decisions in their table: found by each question, once each, whoever asks again."""

from collections.abc import Sequence
from typing import Any

import pytest

from application.audit.worth import worth
from application.event_store.envelope import RecordedEvent
from application.projections.decision_rows import Decisions, row_of
from application.projections.decisions import DecisionQueries, Sought
from application.projections.runtime import transaction
from domain.after_sales import CaseOpened, RefundDue
from domain.compensation import CompensationReserved
from domain.money import Money
from domain.responsibility import EntryPosted
from tests.application.audit.stories import Matter, everything
from tests.application.projections.conftest import Pools


@pytest.fixture(scope="module", name="matters")
def told_matters() -> Sequence[Matter]:
    return everything()


def read(matter: Matter) -> list[RecordedEvent]:
    return [x for x in matter.events() if isinstance(x.event, Decisions.event_types)]


def first(matters: Sequence[Matter], event_type: type[Any]) -> RecordedEvent:
    return next(
        x for one in matters for x in one.events() if isinstance(x.event, event_type)
    )


def test_a_decision_is_worth_what_it_moves_awards_or_asks_for(
    matters: Sequence[Matter],
) -> None:
    for event_type, fen in (
        (CaseOpened, 60_000),
        (RefundDue, 10_000),
        (EntryPosted, 10_000),
        (CompensationReserved, 0),
    ):
        assert worth(first(matters, event_type).event) == Money(fen, "CNY"), event_type


def test_a_decision_names_who_took_it_its_rows_and_its_neighbours(
    matters: Sequence[Matter],
) -> None:
    case = matters[0]
    opened = first(matters, CaseOpened)
    row = row_of(opened)
    assert (row.noun, row.role, row.name) == ("case", "consumer", "anna")
    assert row.about == (case.order_id,)


def test_every_decision_is_found_by_each_question(
    pools: Pools, matters: Sequence[Matter]
) -> None:
    batch = read(matters[0])
    with transaction(pools.projector) as connection, connection.cursor() as cursor:
        Decisions().project(batch, cursor)
    queries = DecisionQueries(pools.reader)
    for each in batch:
        for sought in questions(each):
            found = queries.find(sought, limit=200).rows
            places = {(row.partition, row.position) for row in found}
            assert (each.partition, each.position) in places, sought
    assert matters[0].case_id in queries.related([matters[0].order_id])


def questions(recorded: RecordedEvent) -> list[Sought]:
    """Return questions whose answers this event is among."""
    row = row_of(recorded)
    asked = [
        Sought(agent=row.name, tag=row.tag),
        Sought(noun=row.noun, role=row.role, tag=row.tag),
        Sought(since=row.recorded_at, tag=row.tag),
    ]
    asked += [Sought(policy=ref, tag=row.tag) for ref in row.policies[:1]]
    if (minor := row.amount_minor) is not None:
        asked.append(Sought(amount_from=minor, amount_to=minor, currency=row.currency))
    return asked
