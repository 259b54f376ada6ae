"""What the consumer declined for the last time is judged, and she need not ask."""

from collections.abc import Sequence
from uuid import UUID

from application.disputes import Disputes
from application.event_store.handler import CommandHandler
from application.processes.carry_out import DueResolutions
from application.projections.matters import FlaggedMatter, SystemFlag
from application.resolutions.handing_over import HandsOver
from domain.after_sales import OpenCase, RejectCase
from domain.dispute import DISPUTE, Dispute
from domain.money import Money
from domain.order import ClaimItem, OpenClaim
from domain.party import By
from domain.policy.rows import AnyRow
from domain.policy.service_rows import OfferRow
from domain.resolution import (
    DeclinePlans,
    HandToDispute,
    proposal_due,
    startable,
    to_compensate,
)
from tests.application.resolving import ANNA, BASE, ROWS, Anna, shortfall


def rows_of(proposals: int) -> tuple[AnyRow, ...]:
    """Return the rows of a shop that proposes so often."""
    often = OfferRow(id="shop.offer", proposals_max=proposals, **BASE)
    return (*(each for each in ROWS if each.id != "shop.offer"), often)


class Board:
    """Shows one resolution as it stands now."""

    def __init__(self, anna: Anna) -> None:
        self._anna = anna

    def flagged(
        self, flag: SystemFlag, limit: int, after: FlaggedMatter | None = None
    ) -> Sequence[FlaggedMatter]:
        """Return the resolution if it is so flagged, on the first page."""
        now = self._anna.resolution
        so = {
            "proposal_due": proposal_due(now),
            "steps_due": bool(startable(now)),
            "undo_due": bool(to_compensate(now)),
        }
        version = len(self._anna.store.stream(self._anna.resolution_id))
        row = FlaggedMatter(0, self._anna.resolution_id, version)
        return [row][:limit] if so[flag] and after is None else []


class Judged(Anna):
    """Anna's order, with somebody to judge it."""

    def __init__(self, proposals: int = 1) -> None:
        super().__init__(rows=rows_of(proposals))
        self.disputes = Disputes(
            self.store,
            CommandHandler(self.store),
            self.orders,
            self.cases,
            self.accounts,
            self.books,
        )
        self.due = DueResolutions(
            self.resolutions, self.disputes, Board(self), lambda: self.at
        )

    def declines(self, code: str = "TRANSIT_STALLED") -> None:
        """Take nothing of what is offered; once is as often as is asked."""
        self.falls_short(shortfall(code))
        assert self.status == "offered"
        self.asks(DeclinePlans(by=ANNA))

    @property
    def dispute(self) -> Dispute:
        """The dispute that the resolution names."""
        name = self.resolution.dispute
        assert name is not None
        found: Dispute = self.folded(UUID(name), DISPUTE)
        return found


def test_after_the_last_no_it_is_judged_by_itself() -> None:
    anna = Judged()
    anna.declines()
    assert proposal_due(anna.resolution)
    anna.due.run()
    assert anna.status == "handed_to_dispute"
    assert not proposal_due(anna.resolution)
    opened = anna.dispute.opened
    assert opened is not None
    assert (opened.consumer, opened.merchant) == ("anna", "shop-1")
    assert (opened.issue, opened.claimed) == ("transit_risk", Money(50_000, "CNY"))
    assert anna.dispute.status == "platform_review"


def test_it_opens_one_dispute_in_the_append_that_hands_it_over() -> None:
    anna = Judged()
    anna.declines()
    anna.due.run()
    anna.due.run()
    dispute_id = UUID(anna.resolution.dispute)
    last = anna.store.stream(anna.resolution_id)[-1]
    first = anna.store.stream(dispute_id)[0]
    assert first.command_id == last.command_id
    again = HandToDispute(by=ANNA)
    HandsOver(anna.resolutions, anna.disputes).take(
        anna.resolution_id, again, anna.context(again)
    )
    assert anna.resolution.dispute == str(dispute_id)


def test_before_the_last_no_it_is_proposed_anew() -> None:
    anna = Judged()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    anna.due.run()
    assert not anna.resolution.handed


def test_whoever_hands_it_over_has_its_dispute_opened_too() -> None:
    anna = Judged()
    anna.falls_short(shortfall("DELIVERED_NOT_RECEIVED"))
    command = HandToDispute(by=ANNA)
    hands_over = HandsOver(anna.resolutions, anna.disputes)
    hands_over.take(anna.resolution_id, command, anna.context(command))
    opened = anna.dispute.opened
    assert opened is not None
    assert (opened.by, opened.issue) == (ANNA, "not_received")


def test_what_something_else_claims_is_not_claimed_by_the_dispute_as_well() -> None:
    anna = Judged()
    whole = (ClaimItem(line=1, quantity=1, amount=Money(49_000, "CNY")),)
    anna.told(OpenClaim(claim=str(UUID(int=7)), kind="dispute", items=whole))
    anna.declines()
    anna.due.run()
    assert anna.status == "handed_to_dispute"
    opened = anna.dispute.opened
    assert opened is not None
    assert opened.claimed is None


def test_a_case_of_hers_that_is_under_way_is_what_the_dispute_is_over() -> None:
    anna = Judged()
    anna.declines()
    case_id = anna.cases.id_of(anna.order_id, "C-1")
    item = ClaimItem(line=1, quantity=1, amount=Money(49_000, "CNY"))
    ask = OpenCase(
        by=ANNA,
        order=str(anna.order_id),
        consumer="anna",
        type="refund_unshipped",
        items=(item,),
        reason=2,
    )
    anna.cases.open(case_id, anna.order_id, ask, anna.context(ask))
    reject = RejectCase(by=By(role="merchant", name="shop-1"), reason="other")
    anna.cases.take(case_id, reject, anna.context(reject))
    anna.due.run()
    opened = anna.dispute.opened
    assert opened is not None
    assert opened.case == str(case_id)
    assert anna.case(case_id).dispute == anna.resolution.dispute
