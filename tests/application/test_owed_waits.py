"""What is owed and waits for somebody to approve it: nothing but the rules drops it."""

from uuid import UUID

import pytest

from application.processes.settle_incidents import nothing_else
from application.resolutions.ground import standing
from application.resolutions.said import Proposing
from domain.money import Money
from domain.order import ClaimItem, OpenClaim
from domain.party import SYSTEM
from domain.policy.rows import AnyRow
from domain.resolution import ApprovePlan, RejectPlans, StalePreview, proposal_due
from tests.application.resolving import ROWS, WEI, Anna, limit, shortfall

# What is owed goes by itself up to ¥10; ¥25 of the order's ¥500 waits for a senior.
ROWS_LOW: tuple[AnyRow, ...] = (
    *(each for each in ROWS if each.id != "shop.refund-system"),
    limit("refund", "system", 1_000),
)
REJECT = RejectPlans(by=WEI, reason="wrong")


class Waiting(Anna):
    """An order that fell short, whose ¥25 owed wait to be approved."""

    def __init__(self, line: int | None = None) -> None:
        super().__init__(rows=ROWS_LOW)
        self.late = shortfall(line=line)
        self.falls_short(self.late)
        assert self.resolution.minimum_asked

    def clears(self, how: str = "scan") -> None:
        cleared = self.context(self.late)
        self.resolutions.clear(self.order_id, self.late.name, how, cleared)  # type: ignore[arg-type]  # any way of clearing

    def approves(self) -> None:
        seen = self.resolution.asks["minimum"].hash
        self.asks(ApprovePlan(by=WEI, plan="minimum", hash=seen))

    @property
    def had(self) -> list[int]:
        """What was set aside for the consumer, in fen."""
        return [each.total_fen for each in self.day.reservations.values()]


@pytest.mark.parametrize("then", [(), (REJECT,)], ids=["proposed", "rejected"])
def test_a_late_scan_leaves_what_is_owed_with_the_senior_who_then_pays_it(
    then: tuple[RejectPlans, ...],
) -> None:
    anna = Waiting()
    for command in then:
        anna.asks(command)
    anna.clears()
    assert not anna.resolution.over
    assert not proposal_due(anna.resolution)
    anna.approves()
    anna.starts()
    assert anna.had == [2_500]


def test_what_was_retracted_is_paid_to_nobody_beside_what_was_late() -> None:
    anna = Waiting()
    stalled = shortfall("TRANSIT_STALLED")
    anna.falls_short(stalled)
    anna.resolutions.clear(
        anna.order_id, stalled.name, "retracted", anna.context(stalled)
    )
    anna.clears()
    assert anna.resolution.owed_for == {anna.late.name}
    with pytest.raises(StalePreview):
        anna.approves()
    anna.approves()
    anna.starts()
    assert anna.had == [2_500]


def test_half_of_it_healed_and_proposed_anew_owes_the_same() -> None:
    anna = Waiting()
    anna.falls_short(shortfall("TRANSIT_STALLED"))
    anna.clears()
    said = Proposing(by=SYSTEM)
    anna.resolutions.propose(anna.resolution_id, said, anna.context(said))
    assert anna.resolution.status != "superseded"
    assert anna.late.name in anna.resolution.owed_for


def test_after_a_rejection_what_is_owed_is_approved_only_as_it_is_worth_now() -> None:
    anna = Waiting()
    before = anna.resolution.asks["minimum"].hash
    anna.asks(REJECT)
    dear = (ClaimItem(line=1, quantity=1, amount=Money(49_000, "CNY")),)
    anna.told(OpenClaim(claim=str(UUID(int=7)), kind="dispute", items=dear))
    with pytest.raises(StalePreview) as stale:
        anna.approves()
    proposal = anna.resolution.proposal
    assert proposal is not None
    assert not proposal.plans, "what was rejected is not put again"
    assert proposal.minimum.hash != before
    assert stale.value.details["current"] == proposal.minimum.hash


def test_an_incident_rolled_back_lets_nothing_be_that_waits_to_be_approved() -> None:
    anna = Anna(rows=ROWS_LOW)
    anna.falls_short(shortfall(incident="INC-1"))
    anna.asks(REJECT)
    assert not nothing_else(anna.resolution)
    generous = Anna()
    generous.falls_short(shortfall("PRICE_DROP", incident="INC-1"))
    generous.asks(REJECT)
    assert nothing_else(generous.resolution)


def test_what_never_was_is_priced_no_more_though_nothing_falls_short_now() -> None:
    anna = Anna()
    late, stalled = shortfall(), shortfall("TRANSIT_STALLED")
    for found, how in ((late, "scan"), (stalled, "retracted")):
        anna.falls_short(found)
        cleared = anna.context(found)
        anna.resolutions.clear(anna.order_id, found.name, how, cleared)  # type: ignore[arg-type]  # any way of clearing
    assert not anna.resolution.open_shortfalls
    assert [each.name for each in standing(anna.resolution)] == [late.name]
