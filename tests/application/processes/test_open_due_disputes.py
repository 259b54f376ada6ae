"""Where a clock says that the platform decides, a dispute is opened without asking."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace

from application.processes.holds import EVERYTHING, Holds
from application.processes.open_due_disputes import ACTOR, DueDisputes
from application.projections.read_models import READ_MODELS
from application.projections.runner import Runner
from domain.after_sales import (
    ApproveCase,
    Case,
    CaseEscalated,
    SubmitReturnWaybill,
    WithdrawCase,
    issue_of,
)
from domain.dispute import Dispute
from domain.party import SYSTEM, By
from domain.policy.rows import Issue
from interface.postgres.database import DatabaseUrls
from tests.service import DAY, MONDAY, SHOP, Service, service

ANNA = By(role="consumer", name="anna")
UNWANTED, FAKE, TORN = 1, 12, 7
# Sent back without a number; ten days later the platform decides (换货, 退件无物流).
TOO_LONG = MONDAY + 11 * DAY


class Office:
    """The platform's desk over one exchange whose return nobody can track."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.holds = Holds(service.redress.writer)
        self.now = TOO_LONG
        self.due = self.desk()
        self.case_id = service.asked_for("exchange", "anna", reason=FAKE)
        service.asks(
            self.case_id,
            ApproveCase(by=SHOP, address="sealed:address"),
            SubmitReturnWaybill(by=ANNA, carrier="shunfeng", waybill="SF9"),
        )
        self.reads()

    def desk(self) -> DueDisputes:
        disputes, board = (
            self.service.redress.disputes,
            self.service.redress.queries.matters,
        )
        return DueDisputes(disputes, board, lambda: self.now)

    def reads(self) -> None:
        """Let the board catch up."""
        Runner(READ_MODELS, self.service.redress.projector).catch_up()

    def waits(self, at: datetime = TOO_LONG) -> None:
        """Let the time go by, and the clocks be asked."""
        self.service.sets_clock(at)
        self.service.redress.processes.overdue_clocks.check()
        self.reads()

    @property
    def dispute(self) -> Dispute:
        case = self.service.case(self.case_id)
        assert case.dispute is not None
        return self.service.redress.disputes.find(UUID(case.dispute))[0]

    def escalations(self) -> int:
        events = self.service.events(self.case_id)
        return sum(isinstance(each, CaseEscalated) for each in events)


@pytest.fixture
def office(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[Office]:
    with service(clean_database, tmp_path) as open_:
        yield Office(open_)


def test_while_the_sides_have_time_nobody_steps_in(office: Office) -> None:
    office.waits(MONDAY + 9 * DAY)
    assert office.due.open() == 0
    assert office.escalations() == 0


def test_what_a_clock_hands_over_is_taken_up_with_its_case(office: Office) -> None:
    office.waits()
    assert office.due.open() == 1
    opened = office.dispute.opened
    assert opened is not None
    assert (opened.by, opened.case) == (SYSTEM, str(office.case_id))
    assert opened.issue == "return_not_received"
    assert office.dispute.status == "platform_review"
    store = office.service.redress.store
    assert store.load([office.case_id]).histories[office.case_id][-1].actor == ACTOR


def test_it_is_opened_once_however_often_and_by_whomever_it_is_asked(
    office: Office,
) -> None:
    office.waits()
    other = office.desk()
    assert [office.due.open(), office.due.open(), other.open()] == [1, 0, 1]
    office.reads()
    office.now += DAY
    assert [office.due.open(), office.desk().open()] == [0, 0]
    assert office.escalations() == 1


def test_a_case_that_ended_meanwhile_is_left(office: Office) -> None:
    office.waits()
    office.service.asks(office.case_id, WithdrawCase(by=ANNA))
    assert office.due.open() == 1
    assert office.escalations() == 0


def test_what_an_import_holds_waits(office: Office) -> None:
    office.waits()
    office.holds.hold(EVERYTHING, "importer")
    assert office.due.open() == 0
    office.holds.release(EVERYTHING, "importer")
    assert office.due.open() == 1


# -- What is argued about --

CASE = Case(status="awaiting_merchant_receipt", type="exchange", opened_at=MONDAY)


@pytest.mark.parametrize(
    ("case", "issue"),
    [
        (replace(CASE, reason=FAKE), "counterfeit"),
        (replace(CASE, reason=TORN), "visible_quality"),
        (replace(CASE, reason=UNWANTED), "other"),
        (CASE, "other"),
        (
            replace(CASE, reason=FAKE, reception="awaiting", sent_at=MONDAY),
            "return_not_received",
        ),
        (
            replace(CASE, reason=FAKE, reception="received", sent_at=MONDAY),
            "counterfeit",
        ),
        (replace(CASE, reason=FAKE, reception="awaiting"), "counterfeit"),
        (replace(CASE, reason=UNWANTED, acceptance="rejected"), "resale_affected"),
        (replace(CASE, reason=FAKE, acceptance="rejected"), "counterfeit"),
    ],
)
def test_what_is_argued_about_follows_from_the_reason_and_the_goods(
    case: Case, issue: Issue
) -> None:
    assert issue_of(case) == issue
