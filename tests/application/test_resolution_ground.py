"""What is owed is priced by the rule of the day something fell short."""

from msgspec.structs import replace

from application.resolutions.ground import stalled
from domain.money import Money
from domain.order import Order
from domain.order.parcel import Mark, Parcel
from domain.plan import PlanStep
from domain.policy.rows import EntitlementRow, Formula
from domain.policy.service_rows import PlanRow, StepRow
from domain.resolution import ApprovePlan
from domain.shortfall import Fact
from tests.application.resolving import (
    BASE,
    DAY,
    MONDAY,
    ROWS,
    WEI,
    Anna,
    shortfall,
)

PAID_BY_CONDUCT = EntitlementRow(
    id="shop.track",
    trigger="TRACK_OVERDUE",
    formula=Formula(base="paid", rate_bp=500),
    payout="coupon",
    **(BASE | {"binding": "conduct_time", "in_force_from": MONDAY}),
)
OWED = PlanRow(
    id="shop.owed-track",
    name="owed-track",
    codes=("TRANSIT_STALLED",),
    minimum=True,
    steps=(StepRow(action="coupon_compensation", part="entitlement"),),
    **BASE,
)
DIFFERENCE = PlanRow(
    id="shop.owed-difference",
    name="owed-difference",
    codes=("PRICE_DROP",),
    minimum=True,
    steps=(StepRow(action="price_diff", part="entitlement"),),
    **BASE,
)
STALLED = shortfall("TRANSIT_STALLED", breach="TRACK_OVERDUE")


def owed(anna: Anna) -> list[PlanStep]:
    """Return what is owed for it, as it was proposed."""
    proposal = anna.resolution.proposal
    assert proposal is not None
    steps = proposal.minimum.plan.steps
    return [step for step in steps if step.part == "entitlement"]


def test_a_parcel_that_stands_still_is_paid_by_the_rule_of_that_day() -> None:
    anna = Anna(rows=(*ROWS, PAID_BY_CONDUCT, OWED))
    anna.at = MONDAY + DAY
    anna.falls_short(STALLED)
    (step,) = owed(anna)
    assert (step.amount, step.policy) == (Money(2_500, "CNY"), "shop.track@1")


def test_what_fell_short_before_a_rule_held_is_not_paid_by_it() -> None:
    anna = Anna(rows=(*ROWS, PAID_BY_CONDUCT, OWED))
    anna.at = MONDAY + DAY
    anna.falls_short(replace(STALLED, since=MONDAY - DAY))
    assert not owed(anna)


def test_a_price_that_fell_pays_the_difference_that_was_seen() -> None:
    anna = Anna(rows=(*ROWS, DIFFERENCE))
    fell = Fact(name="difference_minor", value=4_200)
    anna.falls_short(shortfall("PRICE_DROP", line=1, facts=(fell,)))
    (step,) = owed(anna)
    assert step.amount == Money(4_200, "CNY")


def test_what_is_owed_being_paid_makes_no_preview_stale() -> None:
    anna = Anna()
    anna.falls_short(shortfall("PRICE_DROP"))
    anna.falls_short()
    seen = anna.resolution.asks["generous"]
    (key,) = anna.starts()
    anna.comes_back(key, succeeded=True)
    anna.asks(ApprovePlan(by=WEI, plan="generous", hash=seen.hash))
    assert "generous" in anna.resolution.approvals


def test_of_a_parcel_nobody_told_of_it_is_known_since_when_it_stands_still() -> None:
    marks = (Mark(MONDAY, 1, "picked_up"),)
    sent = Order(parcels={"whole": Parcel(marks=marks)})
    assert stalled(sent, MONDAY + DAY) == 24
    assert stalled(Order(parcels={"whole": Parcel()}), MONDAY) is None


def test_what_she_wrote_to_us_about_is_no_shortfall_we_noticed() -> None:
    anna = Anna()
    anna.falls_short(replace(shortfall(), heard_in="contact-1"))
    assert anna.resolution.opened is not None
    assert anna.resolution.opened.complained
