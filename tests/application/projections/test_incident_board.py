"""Incidents as their board shows them, and what became of what they offered."""

from datetime import timedelta
from typing import Any

import pytest

from application.projections.incident_rows import IncidentBoard
from application.projections.incidents import IncidentQueries
from domain.incident import (
    IncidentDeclared,
    IncidentPaused,
    NoticePublished,
    PilotStarted,
    RollbackOrdered,
    Selector,
)
from domain.party import SYSTEM
from domain.resolution.events import (
    OfferExpired,
    PlanAccepted,
    PlanExecuted,
    PlansOffered,
    ResolutionOpened,
)
from domain.shortfall import Shortfall
from tests.application.projections.conftest import (
    MONDAY,
    History,
    Pools,
    Reader,
    stream_called,
)

HOUR = timedelta(hours=1)
HASH = "0" * 64


@pytest.fixture
def reader(pools: Pools) -> Reader:
    return Reader(pools.projector, [IncidentBoard()])


@pytest.fixture
def board(pools: Pools) -> IncidentQueries:
    return IncidentQueries(pools.reader)


def declared(number: str, hours: int = 0) -> IncidentDeclared:
    return IncidentDeclared(
        at=MONDAY + hours * HOUR,
        by=SYSTEM,
        number=number,
        kind="merchant",
        reason="closed_down",
        selector=Selector(merchants=("tea-house",)),
        begins=MONDAY,
    )


def opened(order: str, incident: str | None = "I-7") -> ResolutionOpened:
    short = Shortfall(code="INCIDENT", window="merchant", since=MONDAY, rule="tea.d@1")
    return ResolutionOpened(
        at=MONDAY,
        by=SYSTEM,
        order=str(stream_called(order)),
        consumer="li",
        number=1,
        shortfall=short,
        incident=incident,
    )


OFFERED: Any = PlansOffered(
    at=MONDAY,
    by=SYSTEM,
    plans=("wait",),
    reason="INCIDENT",
    expires_at=MONDAY + 72 * HOUR,
    on_silence="minimum",
    policy="tea.offer@1",
)
MINIMUM_DONE = PlanExecuted(at=MONDAY + HOUR, plan="minimum", paid_fen=0)
EXPIRED = OfferExpired(
    at=MONDAY + 72 * HOUR, on_silence="minimum", policy="tea.offer@1"
)
TAKEN = PlanAccepted(at=MONDAY, by=SYSTEM, plan="wait", hash=HASH)


def test_an_incident_is_listed_as_it_stands_the_newest_first(
    reader: Reader, history: History, board: IncidentQueries
) -> None:
    reader.reads(*history.goes_on("one", declared("I-7")))
    pilot = PilotStarted(at=MONDAY, by=SYSTEM, orders=5)
    paused = IncidentPaused(at=MONDAY, by=SYSTEM, reason="look_first")
    reader.reads(*history.goes_on("two", declared("I-8", 1), pilot, paused))
    first = board.newest(limit=1)
    assert [(e.number, e.phase, e.paused) for e in first.rows] == [
        ("I-8", "piloting", True)
    ]
    rest = board.newest(limit=1, cursor=first.next)
    assert [(e.number, e.merchants) for e in rest.rows] == [("I-7", ["tea-house"])]
    assert {each.number for each in board.live()} == {"I-7", "I-8"}


def test_only_what_was_published_is_a_notice(
    reader: Reader, history: History, board: IncidentQueries
) -> None:
    told = NoticePublished(at=MONDAY, by=SYSTEM, words_zh="停业", words_en="Closed")
    reader.reads(*history.goes_on("one", declared("I-7"), told))
    reader.reads(*history.goes_on("two", declared("I-8")))
    assert [each.number for each in board.notices(limit=10).rows] == ["I-7"]


def test_what_is_owed_anyway_does_not_end_an_offer(
    reader: Reader, history: History, board: IncidentQueries
) -> None:
    reader.reads(*history.goes_on("r1", opened("1"), OFFERED, MINIMUM_DONE))
    reader.reads(*history.goes_on("r2", opened("2"), OFFERED))
    reader.reads(*history.goes_on("r2", EXPIRED))
    reader.reads(*history.goes_on("r3", opened("3", None), OFFERED, EXPIRED))
    assert board.counts("I-7") == {"expired": 1, "offered": 1}
    assert [(each.incident, each.orders) for each in board.ended()] == [("I-7", 1)]
    (ended,) = board.offers("I-7", ended=True)
    assert ended.order_id == stream_called("2")


def test_of_what_was_rolled_back_only_what_nobody_took_is_withdrawn(
    reader: Reader, history: History, board: IncidentQueries
) -> None:
    reader.reads(*history.goes_on("one", declared("I-7")))
    reader.reads(*history.goes_on("r1", opened("1"), OFFERED))
    reader.reads(*history.goes_on("r2", opened("2"), OFFERED, TAKEN))
    assert not board.to_withdraw(10)
    back = RollbackOrdered(at=MONDAY, by=SYSTEM, reason="not_so")
    reader.reads(*history.goes_on("one", back))
    assert [each.order_id for each in board.to_withdraw(10)] == [stream_called("1")]
    assert not board.live()
