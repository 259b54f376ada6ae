"""A row of the proactive service that nobody could keep is refused, and says why."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from application.policies import read_pack
from domain.policy.checks import faults_of
from domain.policy.rows import PolicyDocument
from domain.policy.service_rows import (
    CheckInRow,
    CompanionshipRow,
    DetectorRow,
    PlanRow,
    Points,
    SeverityFrom,
    SeverityRow,
    StepRow,
)

ROW: dict[str, Any] = {
    "id": "shop.row",
    "version": 1,
    "title": "A row",
    "binding": "conduct_time",
    "in_force_from": datetime(2026, 1, 1, tzinfo=UTC),
    "source": "a test's own",
}
STALL = DetectorRow(
    **ROW,
    code="TRANSIT_STALLED",
    watches="no_scan",
    same_hours=48,
    cross_hours=72,
    remote_hours=120,
)
COUPON = StepRow(action="coupon_compensation", part="goodwill", rate_bp=500)
OWED = StepRow(action="cash_compensation", part="entitlement", breach="SHIP_OVERDUE")
PLAN = PlanRow(**ROW, name="sorry", codes=("SHIP_OVERDUE",), steps=(COUPON,))
MINIMUM = replace(PLAN, minimum=True, needs_consent=False, steps=(OWED,))
ONE = (Points(from_value=0, points=1),)
SEVERITY = SeverityRow(
    **ROW,
    value_fen=ONE,
    delay_hours=ONE,
    effort=ONE,
    from_points=(SeverityFrom(points=1, severity="low"),),
)
BESIDE = CompanionshipRow(**ROW, check_ins=(CheckInRow(name="week", after_hours=168),))


def faults(row: Any) -> list[str]:
    return faults_of(PolicyDocument(profile="shop", row=(row,)))


@pytest.mark.parametrize("row", [STALL, PLAN, MINIMUM, SEVERITY, BESIDE])
def test_a_row_that_can_be_kept_is_fine(row: Any) -> None:
    assert faults(row) == []


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (replace(STALL, cross_hours=None), "cross_hours"),
        (replace(STALL, watches="refund_clock"), "share_percent"),
        (replace(STALL, watches="contacts"), "count"),
        (replace(STALL, watches="promise_near"), "hours"),
        (replace(STALL, hours=-6), "hours"),
        (replace(PLAN, steps=(replace(COUPON, rate_bp=0),)), "steps[0].rate_bp"),
        (replace(MINIMUM, needs_consent=True), "needs_consent"),
        (replace(PLAN, steps=(OWED,)), "minimum"),
        (replace(SEVERITY, effort=ONE + ONE), "effort"),
        (replace(BESIDE, check_ins=BESIDE.check_ins * 2), "check_ins"),
        (replace(BESIDE, days=7), "check_ins"),
    ],
)
def test_what_nobody_could_keep_is_told_by_its_field(row: Any, field: str) -> None:
    (fault,) = faults(row)
    assert fault.startswith(f"row 1 (shop.row): `{field}`")


@pytest.mark.parametrize("name", ["douyin-like", "taobao-like"])
def test_whatever_is_noticed_something_can_be_done_about(name: str) -> None:
    rows = read_pack(name).row
    noticed = {row.code for row in rows if isinstance(row, DetectorRow)}
    answered = {code for row in rows if isinstance(row, PlanRow) for code in row.codes}
    assert noticed == answered
