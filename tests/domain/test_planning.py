"""What plans are made of what fell short, what each step costs, and whom."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.compensation import DayOfCompensation, Reservation
from domain.compensation.values import Dates
from domain.money import Money
from domain.order import Order, OrderLine, OrderPlaced, PaymentCaptured, Tender
from domain.order.events import ParcelShipped, PromiseMade
from domain.order.evolve import evolve
from domain.party import SYSTEM
from domain.planning import Ground, minimum_of, plans_of, rests_on
from domain.policy.book import Rulebook
from domain.policy.facts import Facts
from domain.policy.rows import AnyRow, CapRow, EntitlementRow, Formula, Times
from domain.policy.service_rows import PlanRow, StepRow
from domain.shortfall import Shortfall, ShortfallCode

MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
JANUARY = datetime.fromisoformat("2026-01-01T00:00:00+08:00")

BASE: dict[str, Any] = {
    "version": 1,
    "title": "of the tests",
    "binding": "adjudication_time",
    "in_force_from": JANUARY,
    "source": "[Δ]",
}


def plan(name: str, *steps: StepRow, **fields: Any) -> PlanRow:
    codes = fields.pop("codes", ("TRANSIT_STALLED",))
    return PlanRow(
        id=f"shop.{name}", name=name, codes=codes, steps=steps, **fields, **BASE
    )


def pays(breach: Any, rate_bp: int, *caps: str) -> EntitlementRow:
    return EntitlementRow(
        id=f"shop.{breach.lower().replace('_', '-')}",
        trigger=breach,
        formula=Formula(base="paid", rate_bp=rate_bp),
        payout="coupon",
        caps=caps,
        **BASE,
    )


TRACK_CAP = CapRow(
    id="shop.track-cap",
    scope="order",
    breaches=("TRACK_OVERDUE", "SHIP_OVERDUE"),
    amount_fen=3_000,
    **BASE,
)
GOODWILL_CAP = CapRow(
    id="shop.goodwill-cap",
    scope="order",
    rate_bp=3_000,
    amount_fen=20_000,
    goodwill=True,
    **BASE,
)
REFUND = StepRow(action="refund_full", part="entitlement", bearer="merchant")
GIFT = StepRow(action="coupon_compensation", part="goodwill", fixed_fen=4_000)
COUPON = StepRow(action="coupon_compensation", part="entitlement")
TELL = StepRow(action="notify_only")
URGE = StepRow(action="urge_carrier")


def order(*, shipped: bool = False) -> Order:
    """Return Anna's order: a jacket for ¥490 and straps for ¥10, paid in full."""
    events: list[Any] = [
        OrderPlaced(
            at=MONDAY,
            consumer="anna",
            source="shop",
            number="A-1",
            lines=(
                OrderLine(line=1, product="jacket", price=Money(49_000, "CNY")),
                OrderLine(line=2, product="straps", price=Money(1_000, "CNY")),
            ),
            merchant="shop-1",
        ),
        PaymentCaptured(
            at=MONDAY,
            payment="P-1",
            tenders=(Tender(tender="wechat", amount=Money(50_000, "CNY")),),
        ),
    ]
    if shipped:
        events.append(ParcelShipped(at=MONDAY, parcel="SF1", carrier="zto"))
    found = Order()
    for event in events:
        found = evolve(found, event)
    return found


def short(code: ShortfallCode, breach: str | None = None, **fields: Any) -> Shortfall:
    return Shortfall(
        code=code,
        window="once",
        since=MONDAY,
        rule="shop.detector@1",
        breach=breach,
        **fields,
    )


STALLED = short("TRANSIT_STALLED")


def ground(*rows: AnyRow, **fields: Any) -> Ground:
    usual: dict[str, Any] = {
        "name": "order-1",
        "order": order(),
        "shortfalls": (STALLED,),
        "book": Rulebook(ref="shop@1", profile="shop", fallback=True, rows=rows),
        "times": Times(judged_at=MONDAY),
        "now": MONDAY,
        "facts": Facts(item_fen=50_000, paid_fen=50_000),
    }
    return Ground(**{**usual, **fields})


def amounts(found: Any) -> list[tuple[str, int | None]]:
    return [
        (each.action, each.amount.minor if each.amount else None)
        for each in found.steps
    ]


def given_before(fen: int) -> DayOfCompensation:
    gift = Reservation(
        by=SYSTEM,
        matter="other",
        order="order-1",
        asked=Facts(paid_fen=50_000),
        dates=Dates(),
        lines=(),
        total_fen=fen,
        goodwill=True,
    )
    return DayOfCompensation(reservations={"g-1": gift})


def test_all_that_was_paid_goes_back_and_goodwill_comes_after_it() -> None:
    (found,) = plans_of(ground(plan("refund", TELL, GIFT, REFUND), GOODWILL_CAP))
    assert amounts(found) == [
        ("refund_full", 50_000),
        ("coupon_compensation", 4_000),
        ("notify_only", None),
    ]


def test_only_what_fell_short_goes_back() -> None:
    one = short("TRANSIT_STALLED", line=2)
    (found,) = plans_of(ground(plan("refund", REFUND), shortfalls=(one,)))
    assert amounts(found) == [("refund_full", 1_000)]
    assert found.steps[0].lines == (2,)


def test_what_needs_no_consent_waits_for_nobody_and_is_not_offered() -> None:
    urge = plan("urge", TELL, needs_consent=False)
    at = ground(urge, plan("refund", REFUND))
    assert amounts(minimum_of(at)) == [("notify_only", None)]
    assert [each.name for each in plans_of(at)] == ["refund"]


def test_another_ship_date_is_offered_only_while_the_promised_one_is_ahead() -> None:
    put_off = StepRow(action="renegotiate_ship_date", shift_hours=72)
    promised = PromiseMade(
        at=MONDAY,
        promise="ship_by/order/merchant",
        kind="ship_by",
        source="merchant",
        due_at=MONDAY + timedelta(hours=48),
        policy="shop.ship-48h@1",
    )
    waiting = evolve(order(), promised)
    rows = (plan("new-date", put_off, GIFT), plan("refund", REFUND, rank=2))
    ahead = ground(*rows, GOODWILL_CAP, order=waiting)
    assert [each.name for each in plans_of(ahead)] == ["new-date", "refund"]
    over = replace(ahead, now=MONDAY + timedelta(hours=49))
    assert [each.name for each in plans_of(over)] == ["refund"]


def test_two_rows_that_owe_the_same_owe_it_once() -> None:
    late = short("SHIP_OVERDUE", "SHIP_OVERDUE")
    track = short("TRANSIT_STALLED", "SHIP_OVERDUE")
    owed = plan("owed", COUPON, codes=("SHIP_OVERDUE", "TRANSIT_STALLED"), minimum=True)
    at = ground(owed, pays("SHIP_OVERDUE", 500), shortfalls=(late, track))
    assert amounts(minimum_of(at)) == [("coupon_compensation", 2_500)]


def test_two_breaches_share_their_cap_within_one_plan() -> None:
    late = short("SHIP_OVERDUE", "SHIP_OVERDUE")
    track = short("TRANSIT_STALLED", "TRACK_OVERDUE")
    rows = (
        plan(
            "late",
            replace(COUPON, breach="SHIP_OVERDUE"),
            codes=("SHIP_OVERDUE",),
            minimum=True,
        ),
        plan("track", replace(COUPON, breach="TRACK_OVERDUE"), minimum=True),
        pays("SHIP_OVERDUE", 500, "shop.track-cap"),
        pays("TRACK_OVERDUE", 500, "shop.track-cap"),
        TRACK_CAP,
    )
    found = minimum_of(ground(*rows, shortfalls=(late, track)))
    assert [step.amount.minor for step in found.steps if step.amount] == [2_500, 500]


def test_goodwill_takes_what_its_caps_leave_and_is_left_out_with_nothing() -> None:
    row = plan("gift", GIFT)
    little = ground(row, GOODWILL_CAP, day=given_before(14_000))
    assert amounts(plans_of(little)[0]) == [("coupon_compensation", 1_000)]
    assert plans_of(ground(row, GOODWILL_CAP, day=given_before(15_000))) == ()


def test_who_is_flagged_gets_what_is_owed_and_no_goodwill() -> None:
    rows = (plan("refund", REFUND, GIFT), plan("gift", GIFT, rank=2), GOODWILL_CAP)
    found = plans_of(ground(*rows, blocked=True))
    assert [amounts(each) for each in found] == [[("refund_full", 50_000)]]


def test_a_carrier_is_urged_only_about_a_parcel() -> None:
    row = plan("urge", URGE, needs_consent=False)
    assert minimum_of(ground(row)).steps == ()
    (step,) = minimum_of(ground(row, order=order(shipped=True))).steps
    assert step.parcel == "SF1"


CLAIM = StepRow(action="claim_recourse", bearer="carrier")


def test_who_bore_most_of_it_claims_it_back() -> None:
    (found,) = plans_of(ground(plan("refund", REFUND, GIFT, CLAIM), GOODWILL_CAP))
    assert amounts(found)[-1] == ("claim_recourse", 50_000)
    claim = found.steps[-1]
    assert (claim.bearer, claim.party) == ("merchant", "carrier")


def test_nobody_claims_from_himself_what_he_bore_himself() -> None:
    own = replace(CLAIM, bearer="merchant")
    (both,) = plans_of(ground(plan("refund", REFUND, GIFT, own), GOODWILL_CAP))
    claim = both.steps[-1]
    assert claim.amount == Money(4_000, "CNY")
    assert (claim.bearer, claim.party) == ("platform", "merchant")
    (alone,) = plans_of(ground(plan("refund", REFUND, own)))
    assert amounts(alone) == [("refund_full", 50_000)]


def test_a_carrier_is_asked_for_no_more_than_it_is_liable_for() -> None:
    liable = CapRow(
        id="shop.carrier-liability", scope="order", amount_fen=10_000, **BASE
    )
    (found,) = plans_of(ground(plan("refund", REFUND, CLAIM), liable))
    assert amounts(found)[-1] == ("claim_recourse", 10_000)


def test_no_more_than_three_are_offered_the_best_first() -> None:
    rows = [plan(f"plan-{n}", replace(GIFT, fixed_fen=n), rank=n) for n in (4, 2, 1, 3)]
    names = [each.name for each in plans_of(ground(*rows))]
    assert names == ["plan-1", "plan-2", "plan-3"]


def test_a_plan_holds_only_on_its_conditions() -> None:
    rows = (
        plan("wait", GIFT, stalled_up_to_hours=72, rank=1),
        plan("refund", REFUND, stalled_over_hours=72, rank=2),
    )
    assert [x.name for x in plans_of(ground(*rows, stalled_hours=72))] == ["wait"]
    assert [x.name for x in plans_of(ground(*rows, stalled_hours=73))] == ["refund"]


def test_the_name_of_a_ground_changes_with_its_money_and_not_with_its_parcels() -> None:
    before = ground()
    assert rests_on(before) == rests_on(ground(order=order(shipped=True)))
    assert rests_on(before) != rests_on(ground(day=given_before(1)))
    assert rests_on(before) != rests_on(ground(blocked=True))


@given(
    gifts=st.lists(st.integers(1, 30_000), max_size=4),
    before=st.integers(0, 20_000),
    refunds=st.integers(0, 3),
    hours=st.integers(0, 200),
)
def test_no_plan_gives_more_than_was_paid_or_than_caps_leave(
    gifts: list[int], before: int, refunds: int, hours: int
) -> None:
    steps = [replace(GIFT, fixed_fen=fen) for fen in gifts] + [REFUND] * refunds
    row = plan("all", *(steps or [TELL]))
    at = ground(row, GOODWILL_CAP, day=given_before(before))
    at = replace(at, now=MONDAY + timedelta(hours=hours))
    for found in plans_of(at):
        gave = sum(
            each.amount.minor
            for each in found.steps
            if each.part == "goodwill" and each.amount
        )
        back = sum(
            each.amount.minor
            for each in found.steps
            if each.action == "refund_full" and each.amount
        )
        assert gave <= max(0, 15_000 - before)
        assert back <= 50_000
        assert plans_of(at) == plans_of(at)
