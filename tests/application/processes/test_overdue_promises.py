"""Deadlines are questions that are kept asking: late or twice changes nothing."""

from datetime import datetime, timedelta

import pytest

from application.event_store.postgres import PostgresEventStore
from application.processes.check_overdue_promises import OverduePromises
from application.processes.holds import Holds
from application.projections.promise_board import PromiseQueries
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from domain.order.commands import RecordHandOver, ShipParcel
from tests.application.projections.conftest import MONDAY, Pools
from tests.application.projections.shop import HOUR, Shop

AFTER_TWO_DAYS = MONDAY + 50 * HOUR
ORDERS = range(30)


class Office:
    """The desk where deadlines are watched, with a clock one can set."""

    def __init__(self, pools: Pools, store: PostgresEventStore) -> None:
        self.now = MONDAY
        self.shop = Shop(store)
        self.board = PromiseQueries(pools.reader)
        self.runner = Runner(READ_MODELS, pools.projector)
        self.holds = Holds(pools.writer)
        self.overdue = OverduePromises(self.shop.orders, self.board, lambda: self.now)
        self._store = store

    def watches(self, now: datetime) -> int:
        """Read the log, then ask about what is due by now; return how many orders."""
        self.now = now
        self.runner.catch_up()
        asked = self.overdue.check()
        self.runner.catch_up()
        return asked

    def standings(self) -> set[str]:
        rows = self.board.find(limit=200, kind="ship_by").rows
        return {row.standing for row in rows}

    @property
    def events(self) -> int:
        return sum(self._store.heads().values())


@pytest.fixture
def office(pools: Pools, store: PostgresEventStore) -> Office:
    return Office(pools, store)


def test_what_is_not_due_is_left_alone(office: Office) -> None:
    office.shop.takes_orders(ORDERS)
    assert office.watches(MONDAY + 40 * HOUR) == 0
    assert office.standings() == {"open"}


def test_what_is_overdue_is_breached_by_the_clock(office: Office) -> None:
    office.shop.takes_orders(ORDERS)
    assert office.watches(AFTER_TWO_DAYS) == len(ORDERS)
    rows = office.board.find(limit=200, state="breached").rows
    assert len(rows) == len(ORDERS)
    assert {(row.standing, row.late_seconds) for row in rows} == {("breached", None)}


def test_what_was_kept_is_not_asked_about(office: Office) -> None:
    office.shop.sells(ORDERS)
    assert office.watches(AFTER_TWO_DAYS) == 0
    assert office.standings() == {"kept"}


def test_asking_again_changes_nothing(office: Office) -> None:
    office.shop.takes_orders(ORDERS)
    office.watches(AFTER_TWO_DAYS)
    events = office.events
    assert office.watches(AFTER_TWO_DAYS + HOUR) == 0
    assert office.events == events


def test_two_watchers_who_see_the_same_board_breach_once(
    office: Office,
) -> None:
    office.shop.takes_orders(ORDERS)
    office.now = AFTER_TWO_DAYS
    office.runner.catch_up()
    other = OverduePromises(office.shop.orders, office.board, lambda: office.now)
    office.overdue.check()
    events = office.events
    assert other.check() == len(ORDERS)
    assert office.events == events


def test_a_board_that_lags_is_not_asked_about_over_and_over(office: Office) -> None:
    office.shop.takes_orders(ORDERS)
    office.now = AFTER_TWO_DAYS
    office.runner.catch_up()
    assert office.overdue.check() == len(ORDERS)
    assert office.overdue.check() == 0
    office.now += timedelta(minutes=2)
    assert office.overdue.check() == len(ORDERS)


def test_a_late_deed_after_the_breach_adds_how_late_it_was(office: Office) -> None:
    office.shop.takes_orders([1])
    office.watches(AFTER_TWO_DAYS)
    office.shop.tells({1: ShipParcel(parcel="W1", waybill="W1")}, hour=60)
    office.shop.tells({1: RecordHandOver(parcel="W1")}, hour=61)
    office.runner.catch_up()
    (row,) = office.board.find(limit=9, state="breached").rows
    assert row.late_seconds == (61 - 49) * 3600


def test_an_import_has_its_own_deadlines_asked_at_its_end(office: Office) -> None:
    office.holds.hold("tea", "importer")
    office.shop.takes_orders(ORDERS)
    assert office.watches(AFTER_TWO_DAYS) == 0
    ids = [office.shop.order_id(number) for number in ORDERS]
    assert office.overdue.ask_deadlines([*ids, *ids], AFTER_TWO_DAYS) == len(ORDERS)
    assert office.overdue.ask_deadlines(ids, AFTER_TWO_DAYS) == 0
    office.runner.catch_up()
    assert office.standings() == {"breached"}


def test_a_deadline_asked_before_the_board_knows_the_order(office: Office) -> None:
    office.shop.takes_orders([1])
    assert office.overdue.ask_deadlines([office.shop.order_id(1)], AFTER_TWO_DAYS) == 1
