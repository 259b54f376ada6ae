"""What is due and needs nobody's leave is paid without being asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from application.event_store.store import StoreUnavailable
from application.processes.flagged_cases import FlagBoard
from application.processes.holds import EVERYTHING, Holds
from application.processes.order_due_refunds import ACTOR, DueRefunds
from application.projections.matters import FlaggedMatter, SystemFlag
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from domain.after_sales import (
    ApproveCase,
    FreezeCase,
    OrderRefund,
    RecordRefundResult,
    RefundOrdered,
)
from domain.party import SYSTEM
from interface.postgres.database import DatabaseUrls
from tests.service import DAY, LIN, MONDAY, SHOP, Service, service

TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY
approve = ApproveCase(by=SHOP, address="sealed:address")


class Till:
    """Where refunds are ordered: the cases of a service, its board, and their clock."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.board = service.redress.queries.matters
        self.holds = Holds(service.redress.writer)
        self.now = TUESDAY
        self.due = self.cashier()

    def cashier(self) -> DueRefunds:
        return self.cashier_at(self.board)

    def cashier_at(self, board: FlagBoard) -> DueRefunds:
        return DueRefunds(self.service.redress.after_sales, board, lambda: self.now)

    def agreed(self, consumer: str = "anna") -> UUID:
        case_id = self.service.asked_for("refund_shipped", consumer)
        self.service.asks(case_id, approve)
        self.reads()
        return case_id

    def reads(self) -> None:
        """Let the board catch up."""
        Runner(READ_MODELS, self.service.redress.projector).catch_up()

    def refunds(self, case_id: UUID) -> list[RefundOrdered]:
        events = self.service.events(case_id)
        return [each for each in events if isinstance(each, RefundOrdered)]


@pytest.fixture
def till(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Till]:
    with service(clean_database, tmp_path) as open_:
        yield Till(open_)


def test_a_refund_that_is_due_is_sent_the_way_it_was_paid(till: Till) -> None:
    case_id = till.agreed()
    assert till.due.order() == 1
    (refund,) = till.refunds(case_id)
    assert (refund.by, refund.route) == (SYSTEM, "original")
    assert refund.amount == till.service.case(case_id).claimed
    history = till.service.redress.store.load([case_id]).histories[case_id]
    assert history[-1].actor == ACTOR


def test_nothing_is_sent_before_anybody_agreed(till: Till) -> None:
    till.service.asked_for("refund_shipped", "anna")
    till.reads()
    assert till.due.order() == 0


def test_it_is_sent_once_however_often_and_by_whomever_it_is_asked(till: Till) -> None:
    case_id = till.agreed()
    other = till.cashier()
    assert [till.due.order(), till.due.order(), other.order()] == [1, 0, 1]
    assert len(till.refunds(case_id)) == 1
    till.reads()
    till.now += DAY
    assert [till.due.order(), till.cashier().order()] == [0, 0]


def test_a_board_that_saw_more_of_the_case_orders_no_second_one(till: Till) -> None:
    case_id = till.agreed()
    late = till.board.flagged("refund_due", 9)
    till.service.asks(case_id, FreezeCase(by=LIN, frozen=True, reason="theft"))
    till.service.asks(case_id, FreezeCase(by=LIN, frozen=False, reason="over"))
    till.reads()
    early = till.board.flagged("refund_due", 9)
    assert late != early
    till.due.order()
    till.cashier_at(Board(late)).order()
    assert len(till.refunds(case_id)) == 1


class Board:
    """Shows what it saw once, for ever."""

    def __init__(self, seen: Sequence[FlaggedMatter]) -> None:
        self._seen = seen

    def flagged(
        self, _flag: SystemFlag, _limit: int, after: FlaggedMatter | None = None
    ) -> Sequence[FlaggedMatter]:
        return [] if after else self._seen


def test_what_failed_is_left_to_people(till: Till) -> None:
    case_id = till.agreed()
    till.due.order()
    (refund,) = till.refunds(case_id)
    failed = RecordRefundResult(refund=refund.refund, succeeded=False)
    till.service.asks(case_id, failed)
    till.reads()
    till.now += DAY
    assert till.due.order() == 0
    assert till.service.case(case_id).refund_status == "failed"


def test_a_board_that_lags_does_not_try_again_what_failed(till: Till) -> None:
    case_id = till.agreed()
    late = till.board.flagged("refund_due", 9)
    till.service.asks(case_id, FreezeCase(by=LIN, frozen=True, reason="theft"))
    till.service.asks(case_id, FreezeCase(by=LIN, frozen=False, reason="over"))
    till.reads()
    till.due.order()
    (refund,) = till.refunds(case_id)
    failed = RecordRefundResult(refund=refund.refund, succeeded=False)
    till.service.asks(case_id, failed)
    till.cashier_at(Board(late)).order()
    assert len(till.refunds(case_id)) == 1


def test_what_the_merchant_sent_off_is_not_sent_again(till: Till) -> None:
    case_id = till.agreed()
    till.service.asks(case_id, OrderRefund(by=SHOP, refund="R-1"))
    assert till.due.order() == 1
    assert [each.refund for each in till.refunds(case_id)] == ["R-1"]


def test_what_is_refused_is_told_once_stays_flagged_and_blocks_nobody(
    till: Till,
) -> None:
    frozen, other = till.agreed("anna"), till.agreed("bao")
    till.service.asks(frozen, FreezeCase(by=LIN, frozen=True, reason="theft"))
    till.reads()
    with capture_logs() as logs:
        for _ in range(3):
            till.due.order()
            till.now += DAY / 24
    (told,) = [each for each in logs if each["event"] == "case_left_to_people"]
    assert (told["case_id"], told["why"]) == (str(frozen), "case_is_frozen")
    assert len(till.refunds(other)) == 1
    till.reads()
    flagged = [each.stream_id for each in till.board.flagged("refund_due", 9)]
    assert flagged == [frozen]
    till.service.asks(frozen, FreezeCase(by=LIN, frozen=False, reason="over"))
    till.reads()
    till.due.order()
    assert len(till.refunds(frozen)) == 1


@pytest.mark.parametrize("source", ["shop", EVERYTHING])
def test_what_an_import_holds_waits(till: Till, source: str) -> None:
    case_id = till.agreed()
    till.holds.hold(source, "importer")
    assert till.due.order() == 0
    till.holds.release(source, "importer")
    assert till.due.order() == 1
    assert len(till.refunds(case_id)) == 1


class Away(Board):
    """A board whose database does not answer."""

    def flagged(
        self, _flag: SystemFlag, _limit: int, _after: FlaggedMatter | None = None
    ) -> Sequence[FlaggedMatter]:
        raise StoreUnavailable("down")


def test_that_the_store_is_away_is_told(till: Till) -> None:
    with pytest.raises(StoreUnavailable):
        till.cashier_at(Away([])).order()
