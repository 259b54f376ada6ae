"""What offers came to is recorded, and what was rolled back is withdrawn."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from application.processes.settle_incidents import IncidentCosts, Withdrawals
from application.projections.incidents import Ended, IncidentRow, Offered
from application.resolutions.said import Detecting
from domain.ids import partition_in
from domain.incident import RollBackUnexecuted, handed_out
from domain.party import SYSTEM, By
from domain.resolution import (
    AcceptPlan,
    ApprovePlan,
    DeclinePlans,
    RecordStepResult,
    Resolution,
    ResolutionStatus,
    StartStep,
)
from domain.timer import CheckClocks
from tests.application.outbreak import DAY, MONDAY, ROWS, SLOW, WEI, Outbreak, row_of
from tests.application.resolving import LATE, OWED, RESEND, shortfall

OVER: frozenset[ResolutionStatus] = frozenset(
    {"confirming", "expired", "dismissed", "rejected", "declined"}
)


class Board:
    """What became of an incident's offers, as their own streams say just now."""

    def __init__(self, there: Outbreak, *, parked: bool = False) -> None:
        self._there, self._parked = there, parked

    def live(self, limit: int = 1000) -> Sequence[IncidentRow]:
        rows = [row_of(self._there, "rolling_out")] if self._parked else []
        return rows[:limit]

    def ended(self) -> Sequence[Ended]:
        return [Ended("I-7", len(self.offers("I-7", ended=True)), None)]

    def offers(self, incident: str, *, ended: bool = False) -> Sequence[Offered]:
        found = []
        for order in map(UUID, (o for o, _ in self._there.incident.standings.items())):
            stream_id = self._there.resolutions.id_of(order, 1)
            state = self.state(stream_id)
            if state.known and (not ended or state.status in OVER):
                found.append(
                    Offered(
                        partition=partition_in(order),
                        stream_id=stream_id,
                        incident=incident,
                        order_id=order,
                        standing=str(state.status),
                        ended_at=None,
                    )
                )
        return found

    def to_withdraw(self, limit: int) -> Sequence[Offered]:
        if self._parked or self._there.incident.ended != "rolled_back":
            return []
        return [e for e in self.offers("I-7") if e.standing == "offered"][:limit]

    def state(self, stream_id: UUID) -> Resolution:
        state, _ = self._there.resolutions.find(stream_id)
        return state


def handed() -> Outbreak:
    """Return an outbreak of three orders, each of which was offered a voucher."""
    there = Outbreak()
    there.ships(1, 2, 3)
    there.at = MONDAY + DAY
    there.declares()
    there.plans(SLOW)
    there.estimates()
    there.grants(10_000)
    there.rolls_out()
    there.works()
    assert handed_out(there.incident).offered == 3
    return there


def withdrawing(there: Outbreak, board: Board) -> Withdrawals:
    return Withdrawals(there.resolutions, there.incidents, board, lambda: there.at)


def costs(there: Outbreak) -> IncidentCosts:
    board = Board(there)
    return IncidentCosts(there.store, there.incidents, board, lambda: there.at)


def asks(there: Outbreak, number: int, command: Any) -> None:
    stream_id = there.resolutions.id_of(there.order_id(number), 1)
    there.resolutions.take(stream_id, command, there.context(command))


def is_carried_out(there: Outbreak, number: int) -> None:
    """Begin every step that can be begun, and let it succeed, until all is done."""
    stream_id = there.resolutions.id_of(there.order_id(number), 1)
    while keys := there.resolutions.to_do(stream_id)[0]:
        for key in keys:
            start = StartStep(by=SYSTEM, step=key)
            there.resolutions.start(stream_id, start, there.context(start))
            done = RecordStepResult(by=SYSTEM, step=key, attempt=1, succeeded=True)
            there.resolutions.conclude(stream_id, done, there.context(done))


def test_what_was_paid_is_spent_and_what_was_not_is_free_again() -> None:
    there = handed()
    asks(there, 1, AcceptPlan(by=By(role="consumer", name="person-1"), plan="voucher"))
    is_carried_out(there, 1)
    there.at += 4 * DAY
    asks(there, 2, CheckClocks())
    is_carried_out(there, 2)
    assert there.resolution(2).status == "expired"
    recording = costs(there)
    assert recording.run() == 2
    counts = handed_out(there.incident)
    assert (counts.spent, counts.offered) == (2, 1)
    assert (there.incident.spent_fen, there.incident.set_aside_fen) == (1_000, 1_000)
    there.at += DAY
    assert recording.run() == 0, "each is recorded once"
    assert costs(there).run() == 0, "whoever records it"


def test_what_is_still_being_carried_out_is_not_spent_yet() -> None:
    there = handed()
    asks(there, 1, AcceptPlan(by=By(role="consumer", name="person-1"), plan="voucher"))
    there.at += 4 * DAY
    asks(there, 2, CheckClocks())  # It ran out, but what is owed is not done yet.
    assert costs(there).run() == 0
    assert handed_out(there.incident).offered == 3


def test_what_was_rolled_back_is_withdrawn_but_for_what_was_taken() -> None:
    there = handed()
    asks(there, 1, AcceptPlan(by=By(role="consumer", name="person-1"), plan="voucher"))
    there.takes(RollBackUnexecuted(by=WEI, reason="wrong_outlet"))
    withdrawals = withdrawing(there, Board(there))
    assert withdrawals.run() == 2
    assert withdrawals.run() == 0
    assert not there.resolution(2).offered
    assert there.resolution(2).over
    assert not there.resolution(1).over
    for number in (1, 2, 3):
        is_carried_out(there, number)
    costs(there).run()
    assert there.incident.committed_fen == 1_000


def test_what_was_rolled_back_is_withdrawn_though_its_row_is_parked() -> None:
    there = handed()
    there.takes(RollBackUnexecuted(by=WEI, reason="wrong_outlet"))
    withdrawals = withdrawing(there, Board(there, parked=True))
    assert withdrawals.run() == 3
    assert there.resolution(1).status in OVER
    assert withdrawals.run() == 0


def test_what_was_owed_before_the_incident_stays_owed_when_it_is_rolled_back() -> None:
    there = Outbreak(rows=[*ROWS, LATE, OWED, RESEND])
    there.ships(1)
    late = Detecting(by=SYSTEM, shortfall=shortfall())
    there.resolutions.detect(there.order_id(1), late, there.context(late))
    stream_id = there.resolutions.id_of(there.order_id(1), 1)
    resend = there.resolution(1).standing
    assert resend is not None
    (plan,) = resend.plans
    approve = ApprovePlan(by=WEI, plan=plan.plan.name, hash=plan.hash)
    there.resolutions.take(stream_id, approve, there.context(approve))
    asks(there, 1, DeclinePlans(by=By(role="consumer", name="person-1")))
    there.at = MONDAY + DAY
    there.declares()
    there.plans(SLOW)
    there.estimates()
    there.grants(10_000)
    there.rolls_out()
    there.works()
    assert there.resolution(1).offered == ("voucher",)
    there.takes(RollBackUnexecuted(by=WEI, reason="wrong_outlet"))
    withdrawing(there, Board(there)).run()
    assert not there.resolution(1).offered
    assert "1/minimum/1" in there.resolutions.to_do(stream_id)[0]
