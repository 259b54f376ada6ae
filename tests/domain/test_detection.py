"""What else falls short of an order, when it is asked, and what heals it."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.companionship import COMPANIONSHIP, DetectShortfall
from domain.detection import (
    Among,
    AtRisk,
    Contacted,
    Healed,
    Known,
    PriceSeen,
    RefundClock,
    RefundOwed,
    Removed,
    ReturnSent,
    Rules,
    Told,
    cleared,
    region_class,
    severity_of,
    shortfall_of,
    watch_points,
)
from domain.money import Money
from domain.order import (
    OrderCancelled,
    OrderEvent,
    ParcelDelivered,
    PromiseBreached,
    PromiseKept,
    PromiseMade,
    PromiseRenegotiated,
    ReceiptConfirmed,
)
from domain.party import SYSTEM
from domain.policy.service_rows import RegionsRow
from domain.shortfall import Shortfall
from tests.domain.companionships import book as companionship_book
from tests.domain.detections import (
    AT_HUB,
    DAY,
    HOUR,
    HUB_AT,
    MONDAY,
    PAID,
    PICKED_UP,
    PROMISED,
    SECOND,
    SENT,
    SHANGHAI,
    ZHEJIANG,
    order_of,
    placed,
    point,
    points,
    rules,
    scan,
    stalled_between,
)

DUE = MONDAY + 48 * HOUR
OPEN = (placed(), PAID, PROMISED)
BROKEN = PromiseBreached(
    at=DUE + SECOND, promise=PROMISED.promise, due_at=DUE, first_due_at=DUE
)


def fell(
    code: str, *events: OrderEvent, at: datetime, known: Known | None = None
) -> Shortfall | None:
    order = order_of(*events)
    found = points(order, rules(), code, known or Known())
    asked = [shortfall_of(each, order, rules(), at, known or Known()) for each in found]
    return next(filter(None, asked), None)


# -- Promises --


def test_a_ship_promise_is_at_risk_six_hours_before_and_no_longer_once_past() -> None:
    assert fell("SHIP_RISK", *OPEN, at=DUE - 6 * HOUR - SECOND) is None
    assert fell("SHIP_RISK", *OPEN, at=DUE - 6 * HOUR) is not None
    assert fell("SHIP_RISK", *OPEN, at=DUE + SECOND) is None


def test_a_waybill_alone_is_no_pickup() -> None:
    kept = PromiseKept(
        at=SENT.at,
        promise=PROMISED.promise,
        due_at=DUE,
        ahead_seconds=1,
        evidence="SF1",
    )
    assert fell("SHIP_RISK", *OPEN, SENT, kept, at=DUE - HOUR) is not None
    assert fell("SHIP_RISK", *OPEN, SENT, PICKED_UP, kept, at=DUE - HOUR) is None


def test_a_ship_promise_is_broken_the_second_after_it_was_due() -> None:
    assert fell("SHIP_OVERDUE", *OPEN, at=DUE) is None
    found = fell("SHIP_OVERDUE", *OPEN, at=DUE + SECOND)
    assert found is not None
    assert (found.due, found.breach) == (DUE, "SHIP_OVERDUE")


def test_done_late_before_anybody_asked_it_was_broken_all_the_same() -> None:
    late = replace(BROKEN, at=DUE + 5 * HOUR, late_seconds=18_000, evidence="SF1")
    assert fell("SHIP_OVERDUE", *OPEN, late, at=DUE + 9 * HOUR) is not None
    assert fell("OUT_OF_STOCK", *OPEN, late, at=DUE + 50 * HOUR) is None


@pytest.mark.parametrize(
    ("profile", "hours"), [("douyin-like", 48), ("taobao-like", 72)]
)
def test_late_for_so_long_it_counts_as_out_of_stock(profile: str, hours: int) -> None:
    order, book = order_of(*OPEN, BROKEN), rules(profile)
    assert point(order, book, "OUT_OF_STOCK").due_at == DUE + hours * HOUR + SECOND


def test_of_several_promises_of_one_kind_the_soonest_rules() -> None:
    sooner = replace(
        PROMISED,
        promise="ship_by/order/creator/host",
        source="creator",
        due_at=MONDAY + 24 * HOUR,
    )
    order = order_of(*OPEN, sooner)
    assert point(order, rules(), "SHIP_OVERDUE").due == MONDAY + 24 * HOUR


def test_put_off_and_broken_again_it_falls_short_anew() -> None:
    later = PromiseRenegotiated(
        at=DUE, promise=PROMISED.promise, due_at=DUE + DAY, reason="agreed"
    )
    one = point(order_of(*OPEN, BROKEN), rules(), "SHIP_OVERDUE")
    other = point(order_of(*OPEN, BROKEN, later), rules(), "SHIP_OVERDUE")
    assert one.name != other.name


def promise(kind: str, source: str, due_at: datetime) -> PromiseMade:
    return PromiseMade(
        at=MONDAY,
        promise=f"{kind}/order/{source}",
        kind=kind,  # type: ignore[arg-type]  # one of them
        source=source,  # type: ignore[arg-type]  # one of them
        due_at=due_at,
        policy="test.label@1",
    )


@pytest.mark.parametrize(
    ("kind", "said", "shown", "differs"),
    [
        ("ship_by", DUE - DAY, DUE, True),
        ("ship_by", DUE, DUE, False),
        ("ship_by", DUE + DAY, DUE, False),  # the shorter one wins anyway
        ("return_within", DUE + DAY, DUE, True),
        ("return_within", DUE - DAY, DUE, False),
    ],
)
def test_a_creator_who_promises_more_than_the_listing_misleads(
    kind: str, said: datetime, shown: datetime, *, differs: bool
) -> None:
    creator, page = promise(kind, "creator", said), promise(kind, "merchant", shown)
    order = order_of(placed(), PAID, creator, page)
    assert bool(points(order, rules(), "LIVE_PROMISE_MISMATCH")) == differs
    alone = order_of(placed(), PAID, creator)
    assert not points(alone, rules(), "LIVE_PROMISE_MISMATCH")


# -- What is known beside the order --

CASE = "case-1"
TOLD = Told(reason="not_received", at=MONDAY + 5 * DAY, matter="c-1", heard_in="c-1")


def test_not_received_falls_short_only_of_what_was_signed_for() -> None:
    known = Known(told=(TOLD,))
    sent = (placed(), PAID, SENT, PICKED_UP)
    code, at = "DELIVERED_NOT_RECEIVED", TOLD.at
    assert fell(code, *sent, at=at, known=known) is None
    found = fell(code, *sent, scan("signed", MONDAY + 4 * DAY), at=at, known=known)
    assert found is not None
    assert (found.heard_in, found.breach) == ("c-1", code)


def test_a_merchants_refund_clock_is_slow_at_three_quarters() -> None:
    clock = RefundClock(matter=CASE, due_at=MONDAY + 48 * HOUR, seconds=48 * 3600)
    for ended_at, slow in ((None, True), (MONDAY + HOUR, False)):
        known = Known(refund_clocks=(replace(clock, ended_at=ended_at),))
        at = MONDAY + 36 * HOUR
        assert fell("REFUND_SLOW", *OPEN, at=at - SECOND, known=known) is None
        assert bool(fell("REFUND_SLOW", *OPEN, at=at, known=known)) == slow


def test_a_refund_ordered_and_not_done_within_a_day_is_slow() -> None:
    known = Known(refunds=(RefundOwed(matter=CASE, ordered_at=MONDAY),))
    assert fell("REFUND_SLOW", *OPEN, at=MONDAY + DAY, known=known) is None
    assert fell("REFUND_SLOW", *OPEN, at=MONDAY + DAY + SECOND, known=known) is not None


def test_a_return_nobody_signs_for_in_ten_days_falls_short() -> None:
    known = Known(returns=(ReturnSent(matter=CASE, sent_at=MONDAY),))
    at = MONDAY + 10 * DAY
    assert fell("RETURN_UNSIGNED", *OPEN, at=at, known=known) is None
    assert fell("RETURN_UNSIGNED", *OPEN, at=at + SECOND, known=known) is not None


def test_a_return_is_looked_for_by_its_own_parcel_and_carrier() -> None:
    sent = ReturnSent(matter=CASE, sent_at=MONDAY, parcel="YT-back", carrier="yto")
    known = Known(returns=(sent,))
    found = fell("RETURN_UNSIGNED", *OPEN, at=MONDAY + 11 * DAY, known=known)
    assert found is not None
    assert found.parcel == "YT-back"
    assert {each.name: each.value for each in found.facts}["carrier"] == "yto"


def contacts(*hours: int) -> Known:
    return Known(
        contacts=tuple(
            Contacted(contact=f"c-{number}", at=MONDAY + hour * HOUR)
            for number, hour in enumerate(hours)
        )
    )


def test_three_contacts_within_three_days_are_one_shortfall_a_day() -> None:
    at, code = MONDAY + 20 * DAY, "REPEATED_CONTACT"
    assert fell(code, *OPEN, at=at, known=contacts(0, 10)) is None
    assert fell(code, *OPEN, at=at, known=contacts(0, 10, 73)) is None
    order = order_of(*OPEN)
    assert len(list(points(order, rules(), code, contacts(0, 10, 72)))) == 1
    same_day = contacts(0, 1, 2, 3)
    assert len(list(points(order, rules(), code, same_day))) == 1
    next_day = contacts(0, 1, 2, 26)
    assert len(list(points(order, rules(), code, next_day))) == 2


def test_a_lower_price_counts_while_the_price_is_protected() -> None:
    protected = promise("price_protection", "platform", MONDAY + 7 * DAY)

    def dropped(fen: int, at: datetime) -> bool:
        seen = PriceSeen(line=1, at=at, unit_price=Money(fen, "CNY"))
        known = Known(prices=(seen,))
        return fell("PRICE_DROP", *OPEN, protected, at=at, known=known) is not None

    # Two pieces were bought for 120.00 together.
    assert dropped(5_999, MONDAY + DAY)
    assert not dropped(6_000, MONDAY + DAY)
    assert not dropped(5_999, MONDAY + 8 * DAY)
    assert not dropped(5_999, MONDAY - SECOND)


def test_goods_taken_down_after_the_sale_fall_short_and_before_it_do_not() -> None:
    for at, hit in ((MONDAY + DAY, True), (MONDAY - DAY, False)):
        gone = Removed(matter="v-1", at=at, reason="counterfeit", line=1)
        known = Known(removed=(gone,))
        found = fell("GOVERNANCE_HIT", *OPEN, at=MONDAY + DAY, known=known)
        assert bool(found) == hit


def test_an_incident_falls_short_under_its_own_code() -> None:
    outlet = Among(incident="i-1", kind="carrier_outlet", at=MONDAY)
    flood = Among(incident="i-2", kind="region", at=MONDAY)
    known = Known(incidents=(outlet, flood))
    found = fell("CARRIER_INCIDENT", *OPEN, at=MONDAY, known=known)
    other = fell("INCIDENT", *OPEN, at=MONDAY, known=known)
    assert found is not None
    assert other is not None
    assert (found.incident, other.incident) == ("i-1", "i-2")
    left = Known(incidents=(replace(outlet, left_at=MONDAY + HOUR),))
    assert fell("CARRIER_INCIDENT", *OPEN, at=MONDAY + DAY, known=left) is None


def test_an_alarm_of_the_risk_table_holds_until_the_promise_is_due() -> None:
    alarm = AtRisk(
        at=MONDAY + DAY, rate_bp=9_600, due_at=MONDAY + 5 * DAY, table="risk@1"
    )
    known = Known(risks=(alarm,))
    sent = (*OPEN, SENT)
    assert fell("DELIVERY_RISK", *sent, at=MONDAY + DAY, known=known) is not None
    assert fell("DELIVERY_RISK", *sent, at=MONDAY + 6 * DAY, known=known) is None
    arrived = ParcelDelivered(at=MONDAY + DAY, parcel="SF1")
    assert fell("DELIVERY_RISK", *sent, arrived, at=MONDAY + DAY, known=known) is None


# -- What heals it --


def healed(
    shortfall: Shortfall | None,
    *events: OrderEvent,
    at: datetime,
    known: Known | None = None,
) -> Healed | None:
    assert shortfall is not None
    return cleared(shortfall, order_of(*events), rules(), at, known or Known())


WAY = (placed(ZHEJIANG, SHANGHAI), PAID, SENT, PICKED_UP, AT_HUB)
STALL_AT = HUB_AT + 49 * HOUR


def test_a_late_scan_clears_a_stall_and_nothing_else_does() -> None:
    stall = fell("TRANSIT_STALLED", *WAY, at=STALL_AT)
    moved_at = STALL_AT + HOUR
    assert healed(stall, *WAY, at=moved_at) is None
    moved = scan("in_transit", moved_at)
    assert healed(stall, *WAY, moved, at=moved_at) == Healed(by="scan", at=moved_at)
    arrived = ParcelDelivered(at=moved_at, parcel="SF1")
    came = healed(stall, *WAY, arrived, at=moved_at)
    assert came == Healed(by="delivery", at=moved_at)


def test_that_it_was_lost_or_called_off_heals_nothing() -> None:
    stall = fell("TRANSIT_STALLED", *WAY, at=STALL_AT)
    assert healed(stall, *WAY, scan("lost", STALL_AT), at=STALL_AT) is None
    off = OrderCancelled(at=STALL_AT, by="consumer", reason="too_late")
    assert healed(stall, *WAY, off, at=STALL_AT) is None


def test_a_scan_that_was_made_before_and_told_after_clears_as_of_the_stall() -> None:
    stall = fell("TRANSIT_STALLED", *WAY, at=STALL_AT)
    assert stall is not None
    earlier = scan("in_transit", HUB_AT + 30 * HOUR)
    told = healed(stall, *WAY, earlier, at=STALL_AT + DAY)
    assert told == Healed(by="scan", at=stall.since)


def test_a_broken_promise_is_cleared_by_the_deed_alone() -> None:
    late = fell("SHIP_OVERDUE", *OPEN, at=DUE + HOUR)
    assert healed(late, *OPEN, BROKEN, at=DUE + DAY) is None
    # The merchant's word is no pickup.
    word = replace(SENT, at=DUE + 2 * HOUR)
    assert healed(late, *OPEN, BROKEN, word, at=DUE + DAY) is None
    pickup = scan("picked_up", DUE + 3 * HOUR)
    done = healed(late, *OPEN, BROKEN, word, pickup, at=DUE + DAY)
    assert done == Healed(by="scan", at=DUE + 3 * HOUR)
    in_time = scan("picked_up", DUE - HOUR)
    kept = healed(late, *OPEN, BROKEN, word, in_time, at=DUE + DAY)
    assert kept == Healed(by="promise_kept", at=DUE + SECOND)


def test_what_was_told_is_cleared_by_an_answer_or_by_its_own_word() -> None:
    events = (placed(), PAID, SENT, PICKED_UP, scan("signed", MONDAY + 4 * DAY))
    code, at = "DELIVERED_NOT_RECEIVED", TOLD.at + DAY
    lost = fell(code, *events, at=at, known=Known(told=(TOLD,)))
    assert healed(lost, *events, at=at, known=Known(told=(TOLD,))) is None
    for word, by in (
        (replace(TOLD, settled_at=at), "answer"),
        (replace(TOLD, retracted_at=at), "retracted"),
    ):
        found = healed(lost, *events, at=at, known=Known(told=(word,)))
        assert found == Healed(by=by, at=at)  # type: ignore[arg-type]  # as above


def test_received_after_all_is_delivered() -> None:
    events = (placed(), PAID, SENT, PICKED_UP, scan("signed", MONDAY + 4 * DAY))
    at = TOLD.at + DAY
    known = Known(told=(TOLD,))
    lost = fell("DELIVERED_NOT_RECEIVED", *events, at=at, known=known)
    received = ReceiptConfirmed(at=at)
    found = healed(lost, *events, received, at=at, known=Known())
    assert found == Healed(by="delivery", at=at)


def test_a_refund_that_is_done_heals_and_a_clock_that_ended_too() -> None:
    owed = RefundOwed(matter=CASE, ordered_at=MONDAY)
    at = MONDAY + 2 * DAY
    slow = fell("REFUND_SLOW", *OPEN, at=at, known=Known(refunds=(owed,)))
    assert healed(slow, *OPEN, at=at, known=Known(refunds=(owed,))) is None
    paid = Known(refunds=(replace(owed, paid_at=at),))
    assert healed(slow, *OPEN, at=at, known=paid) == Healed(by="refund", at=at)


# -- How grave --


def test_severity_is_value_times_delay_times_effort_and_says_so() -> None:
    row = rules().severity
    assert row is not None
    found = severity_of(row, value_fen=60_000, delay_seconds=80 * 3600, effort=4)
    assert [(each.input, each.points) for each in found.inputs] == [
        ("value_fen", 3),
        ("delay_hours", 3),
        ("effort", 3),
    ]
    assert (found.points, found.severity, found.policy) == (27, "high", row.ref)
    least = severity_of(row, value_fen=0, delay_seconds=-7_200, effort=0)
    assert (least.points, least.severity) == (1, "low")
    assert least.inputs[1].value == 0


def test_without_rows_of_regions_only_one_province_is_the_same() -> None:
    assert region_class(ZHEJIANG, ZHEJIANG, None) == "same"
    assert region_class(ZHEJIANG, SHANGHAI, None) == "cross"
    assert region_class(ZHEJIANG, None, None) == "unknown"
    remote = RegionsRow(
        id="r",
        version=1,
        title="r",
        binding="conduct_time",
        in_force_from=MONDAY,
        source="a test's own",
        remote=("CN-XJ",),
    )
    assert region_class("CN-XJ", None, remote) == "remote"


# -- Whatever happens --

CODES = st.sampled_from(
    ["picked_up", "in_transit", "arrived_dest_city", "out_for_delivery", "signed"]
)
SCANS = st.lists(st.tuples(CODES, st.integers(0, 20 * 24)), max_size=6)
HOURS = st.integers(0, 40 * 24)
EXAMPLES = settings(max_examples=60, deadline=None)


def walked(scans: list[tuple[str, int]]) -> list[OrderEvent]:
    way: list[OrderEvent] = [placed(ZHEJIANG, SHANGHAI), PAID, PROMISED, SENT]
    for code, hours in scans:
        way.append(scan(code, SENT.at + hours * HOUR))  # type: ignore[arg-type]  # of them
    return way


@EXAMPLES
@given(scans=SCANS, hours=HOURS)
def test_nothing_falls_short_before_it_is_due_and_all_that_is_due_does(
    scans: list[tuple[str, int]], hours: int
) -> None:
    order, at = order_of(*walked(scans)), MONDAY + hours * HOUR
    for each in watch_points(order, rules()):
        found = shortfall_of(each, order, rules(), at)
        useless = each.until is not None and at > each.until
        assert (found is not None) == (each.due_at <= at and not useless)
        if found is not None:
            assert found.name == each.name
            assert found.since <= at


@EXAMPLES
@given(scans=SCANS, hours=HOURS)
def test_asked_again_and_again_each_is_told_once(
    scans: list[tuple[str, int]], hours: int
) -> None:
    known = COMPANIONSHIP.initial
    told: list[str] = []
    for so_far in range(len(scans) + 1):
        order = order_of(*walked(sorted(scans, key=lambda s: s[1])[:so_far]))
        for at in (MONDAY + hours * HOUR, MONDAY + 2 * hours * HOUR):
            for each in watch_points(order, rules()):
                found = shortfall_of(each, order, rules(), at)
                if found is None:
                    continue
                detect = DetectShortfall(
                    by=SYSTEM, order="A-1", consumer="li-mei", shortfall=found
                )
                book = companionship_book()
                for event in COMPANIONSHIP.decide(known, detect, book, at):
                    known = COMPANIONSHIP.evolve(known, event)
                    told.append(found.name)
    assert len(told) == len(set(told))


@EXAMPLES
@given(scans=SCANS)
def test_what_is_told_in_any_order_is_asked_alike(scans: list[tuple[str, int]]) -> None:
    once = dict.fromkeys(scans)
    there, back = walked(list(once)), walked(list(reversed(once)))
    assert watch_points(order_of(*there), rules()) == watch_points(
        order_of(*back), rules()
    )


def test_a_window_of_a_day_is_a_day_of_the_profiles_own_zone() -> None:
    known = contacts(0, 1, 15)  # the third at one in the morning in Shanghai
    found = point(order_of(*OPEN), rules(), "REPEATED_CONTACT", known)
    assert found.window == date(2026, 11, 24).isoformat()


def test_no_rows_no_shortfalls() -> None:
    assert watch_points(stalled_between(None, None), Rules(detectors=())) == ()


def test_what_ended_elsewhere_heals_nothing_here() -> None:
    mine = RefundOwed(matter=CASE, ordered_at=MONDAY)
    other = RefundOwed(matter="another", ordered_at=MONDAY, paid_at=MONDAY + HOUR)
    at = MONDAY + 2 * DAY
    found = fell("REFUND_SLOW", *OPEN, at=at, known=Known(refunds=(mine, other)))
    assert found is not None
    done = replace(mine, paid_at=at)
    order = order_of(*OPEN)
    for known, by in (((other,), None), ((done, other), "refund")):
        healed = cleared(found, order, rules(), at, Known(refunds=known))
        assert (healed.by if healed else None) == by
