"""What an incident owes an order, and the rules then price higher than was granted."""

import pytest
from msgspec.structs import replace

from application.processes.settle_incidents import cost
from domain.incident import Segment
from domain.party import SYSTEM, By
from domain.policy.rows import EntitlementRow, Formula
from domain.policy.service_rows import PlanRow, StepRow
from domain.resolution import RecordStepResult, Resolution, SettleStep, StartStep
from tests.application.outbreak import AMONG, DAY, HOUR, MONDAY, VOUCHER, Outbreak
from tests.application.resolving import BASE, GOODWILL, LIMITS, OFFER, limit

FRIDAY = MONDAY + 4 * DAY
OWED = "1/minimum/1"
LIN = By(role="agent", name="lin")
STALLED = PlanRow(
    id="shop.stalled",
    name="stalled",
    codes=("CARRIER_INCIDENT",),
    minimum=True,
    needs_consent=False,
    steps=(
        StepRow(action="coupon_compensation", part="entitlement", bearer="merchant"),
    ),
    **BASE,
)


def track(version: int, rate_bp: int) -> EntitlementRow:
    """Return what is owed for a parcel that stands still; another from Friday on."""
    later = version > 1
    own = BASE | {"version": version}
    if later:
        own |= {"in_force_from": FRIDAY + HOUR}
    return EntitlementRow(
        id="shop.track",
        trigger="TRACK_OVERDUE",
        formula=Formula(base="paid", rate_bp=rate_bp),
        payout="coupon",
        in_force_to=None if later else FRIDAY + HOUR,
        **own,
    )


def handed_out(*, then_bp: int) -> Outbreak:
    """Hand out 5 % of one order and a voucher; by now the rules owe another rate."""
    there = Outbreak(
        rows=(
            replace(AMONG, breach="TRACK_OVERDUE"),
            STALLED,
            VOUCHER,
            GOODWILL,
            OFFER,
            *LIMITS,
            limit("incident_budget", "finance_approver", None),
            track(1, 500),
            track(2, then_bp),
        )
    )
    there.ships(1)
    there.at = FRIDAY
    there.declares()
    there.plans(Segment(name="all", plan="voucher"))
    there.estimates()
    there.grants(3_600, per_order_fen=3_600)
    there.rolls_out()
    assert there.works() == 1
    there.at += 2 * HOUR
    return there


def works(there: Outbreak) -> Resolution:
    """Begin whatever can be begun and let it succeed; return how it then stands."""
    stream_id = there.resolutions.id_of(there.order_id(1), 1)
    while keys := there.resolutions.to_do(stream_id)[0]:
        for key in keys:
            begin = StartStep(by=SYSTEM, step=key)
            there.resolutions.start(stream_id, begin, there.context(begin))
            step = there.resolution(1).step(key)
            if step is None or step.standing != "started":
                continue
            done = RecordStepResult(
                by=SYSTEM, step=key, attempt=step.attempts, succeeded=True
            )
            there.resolutions.conclude(stream_id, done, there.context(done))
    return there.resolution(1)


def test_what_costs_more_than_was_granted_waits_for_people() -> None:
    there = handed_out(then_bp=2_000)
    found = works(there)
    step = found.step(OWED)
    assert step is not None
    assert (step.standing, step.reason) == ("needs_human", "beyond_the_incident")
    assert found.paid_fen == 0


def test_what_costs_less_by_now_is_paid_at_the_price_of_now() -> None:
    assert works(handed_out(then_bp=400)).paid_fen == 2_000


@pytest.fixture
def agreed() -> Outbreak:
    """Return an order of which a person had tried again what costs more by now."""
    there = handed_out(then_bp=2_000)
    works(there)
    stream_id = there.resolutions.id_of(there.order_id(1), 1)
    again = SettleStep(by=LIN, step=OWED, way="retry", reason="it_is_owed")
    there.resolutions.take(stream_id, again, there.context(again))
    return there


def test_what_people_have_tried_again_is_paid_at_the_price_of_now(
    agreed: Outbreak,
) -> None:
    found = works(agreed)
    assert (found.paid_fen, dict(found.asks)) == (10_000, {})


def test_an_order_is_said_to_have_cost_what_it_really_did(agreed: Outbreak) -> None:
    found = works(agreed)
    order = str(agreed.order_id(1))
    assert cost(agreed.incident, order, found).cost_fen == found.paid_fen
