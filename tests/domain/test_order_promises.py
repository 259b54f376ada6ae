"""How promises of an order are made, kept and broken, in sentences."""

from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from domain.order import (
    CheckPromises,
    ConfirmReceipt,
    ConfirmStock,
    ContradictionFlagged,
    ParcelDelivered,
    ParcelHandedOver,
    ParcelShipped,
    PromiseBreached,
    PromiseCleared,
    PromiseKept,
    PromiseMade,
    PromiseNotOpen,
    PromiseRenegotiated,
    PromiseReopened,
    PromiseStarted,
    PromiseVoided,
    PromiseWaived,
    RecordAppointment,
    RecordCancellation,
    RecordCompletion,
    RecordDelivery,
    RecordHandOver,
    RecordScan,
    RecordShipDate,
    RenegotiateShipDate,
    ScanRecorded,
    ShipDateAgreed,
    ShipParcel,
    StockConfirmed,
    WaivePromise,
)
from domain.order.events import AppointmentMade, OrderCancelled
from domain.order.refusals import AlreadyShipped, DueDateInThePast, NothingPromised
from domain.promise import Offer, due_time
from tests.domain.orders import (
    BOTH_JACKETS,
    DELIVER,
    FRIDAY,
    HOUR,
    JUST_THE_HAT,
    MINUTE,
    MONDAY,
    NEXT_WEEK,
    RETURN,
    SHIP_BY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    bought,
    captured,
    given,
    pay,
    place,
    placed,
    ship,
    ship_promised,
    shipped,
)

check = CheckPromises()
broken_by_the_clock = PromiseBreached(
    at=WEDNESDAY, promise=SHIP_BY, due_at=WEDNESDAY, first_due_at=WEDNESDAY
)


def test_payment_pins_the_promises_shown_with_their_rule_and_due_time() -> None:
    given(placed).when(pay, at=MONDAY).then(captured, ship_promised)


def test_promises_are_pinned_also_when_the_order_is_reported_after_its_payment() -> (
    None
):
    given(captured).when(place, at=MONDAY).then(placed, ship_promised)


def test_an_order_placed_without_naming_promises_has_the_usual_ones() -> None:
    usual = replace(place, offers=None)
    given(captured).when(usual, at=MONDAY).then(placed, ship_promised)


def test_every_one_who_promised_is_held_to_his_own_word() -> None:
    room = Offer(label="ship-48h", source="creator", by="host-7", hours=24)
    shown = replace(placed, offers=(*placed.offers, room))
    said_in_the_room = PromiseMade(
        at=MONDAY,
        promise="ship_by/order/creator/host-7",
        kind="ship_by",
        source="creator",
        by="host-7",
        due_at=TUESDAY,
        policy="ship-48h@1",
    )
    given(shown).when(pay, at=MONDAY).then(captured, ship_promised, said_in_the_room)


def test_of_two_promises_of_one_kind_by_one_party_the_sooner_counts() -> None:
    sooner = Offer(label="ship-48h", hours=24)
    shown = replace(placed, offers=(*placed.offers, sooner))
    promised = replace(ship_promised, due_at=TUESDAY)
    given(shown).when(pay, at=MONDAY).then(captured, promised)


def test_shipping_in_time_keeps_the_promise_and_says_how_far_ahead() -> None:
    kept = PromiseKept(
        at=TUESDAY,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        ahead_seconds=86_400,
        evidence="SF1/shipped",
    )
    given(*bought).when(ship, at=TUESDAY).then(shipped(TUESDAY), kept)


def test_the_last_second_still_keeps_it() -> None:
    kept = PromiseKept(
        at=WEDNESDAY,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        ahead_seconds=0,
        evidence="SF1/shipped",
    )
    given(*bought).when(ship, at=WEDNESDAY).then(shipped(WEDNESDAY), kept)


def test_shipping_too_late_breaks_it_by_so_much() -> None:
    late = PromiseBreached(
        at=WEDNESDAY + HOUR,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        first_due_at=WEDNESDAY,
        late_seconds=3600,
        evidence="SF1/shipped",
    )
    given(*bought).when(ship, at=WEDNESDAY + HOUR).then(shipped(WEDNESDAY + HOUR), late)


def test_a_part_of_the_order_does_not_keep_the_promise_for_all_of_it() -> None:
    jackets = ShipParcel(parcel="SF1", contents=BOTH_JACKETS)
    hat = ShipParcel(parcel="SF2", contents=JUST_THE_HAT)
    on_its_way = ParcelShipped(at=TUESDAY, parcel="SF1", contents=BOTH_JACKETS)
    given(*bought).when(jackets, at=TUESDAY).then(on_its_way)
    rest = ParcelShipped(at=THURSDAY, parcel="SF2", contents=JUST_THE_HAT)
    late = PromiseBreached(
        at=THURSDAY,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        first_due_at=WEDNESDAY,
        late_seconds=86_400,
        evidence="SF2/shipped",
    )
    given(*bought, on_its_way).when(hat, at=THURSDAY).then(rest, late)


def test_only_the_clock_asked_for_breaks_a_promise_nothing_is_known_of() -> None:
    given(*bought).when(ConfirmStock(), at=FRIDAY).then(StockConfirmed(at=FRIDAY))
    given(*bought).when(check, at=WEDNESDAY).then()
    given(*bought).when(check, at=THURSDAY).then(broken_by_the_clock)


def test_the_clock_may_ask_late_or_twice() -> None:
    past = (*bought, broken_by_the_clock)
    given(*past).when(check, at=FRIDAY).then()


def test_a_late_report_completes_a_breach_by_the_clock() -> None:
    late = PromiseBreached(
        at=THURSDAY,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        first_due_at=WEDNESDAY,
        late_seconds=86_400,
        evidence="SF1/shipped",
    )
    past = (*bought, broken_by_the_clock)
    given(*past).when(ship, at=THURSDAY).then(shipped(THURSDAY), late)


def test_a_report_that_it_was_done_in_time_after_all_clears_the_breach() -> None:
    cleared = PromiseCleared(
        at=TUESDAY,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        ahead_seconds=86_400,
        evidence="SF1/shipped",
    )
    past = (*bought, broken_by_the_clock)
    given(*past).when(ship, at=TUESDAY).then(shipped(TUESDAY), cleared)


def test_the_first_pickup_scan_is_the_ship_time_whatever_the_merchant_clicked() -> None:
    scan = RecordScan(parcel="SF1", scan="s-1", code="picked_up")
    scanned = ScanRecorded(at=THURSDAY, parcel="SF1", scan="s-1", code="picked_up")
    late = PromiseBreached(
        at=THURSDAY,
        promise=SHIP_BY,
        due_at=WEDNESDAY,
        first_due_at=WEDNESDAY,
        late_seconds=86_400,
        evidence="SF1/picked_up",
    )
    clicked = given(*bought).when(ship, at=TUESDAY).happens()
    clicked.when(scan, at=THURSDAY).then(scanned, late)


def test_cancelling_before_it_falls_due_voids_it() -> None:
    cancel = RecordCancellation(by="consumer", reason="changed_mind")
    off = OrderCancelled(at=TUESDAY, by="consumer", reason="changed_mind")
    voided = PromiseVoided(at=TUESDAY, promise=SHIP_BY)
    given(*bought).when(cancel, at=TUESDAY).then(off, voided)


def test_cancelling_after_it_fell_due_does_not_undo_the_breach() -> None:
    cancel = RecordCancellation(by="consumer", reason="too_late")
    off = OrderCancelled(at=THURSDAY, by="consumer", reason="too_late")
    past = (*bought, broken_by_the_clock)
    given(*past).when(cancel, at=THURSDAY).then(off)


def test_an_agreed_date_replaces_the_promised_one() -> None:
    agree = RenegotiateShipDate(due_at=FRIDAY, reason="carrier_strike")
    agreed = ShipDateAgreed(at=TUESDAY, due_at=FRIDAY, reason="carrier_strike")
    put_off = PromiseRenegotiated(
        at=TUESDAY, promise=SHIP_BY, due_at=FRIDAY, reason="carrier_strike"
    )
    given(*bought).when(agree, at=TUESDAY).then(agreed, put_off)
    past = (*bought, agreed, put_off)
    given(*past).when(check, at=THURSDAY).then()
    broken = replace(broken_by_the_clock, at=FRIDAY, due_at=FRIDAY)
    given(*past).when(check, at=NEXT_WEEK).then(broken)


def test_an_agreed_date_heard_of_late_counts_if_it_was_agreed_in_time() -> None:
    agree = RecordShipDate(due_at=FRIDAY)
    agreed = ShipDateAgreed(at=TUESDAY, due_at=FRIDAY, reason="reported")
    put_off = PromiseRenegotiated(
        at=TUESDAY, promise=SHIP_BY, due_at=FRIDAY, reason="reported"
    )
    past = (*bought, broken_by_the_clock)
    given(*past).when(agree, at=TUESDAY).then(agreed, put_off)


def test_a_date_agreed_too_late_is_kept_but_changes_nothing() -> None:
    agreed = ShipDateAgreed(at=THURSDAY, due_at=FRIDAY, reason="reported")
    given(*bought).when(RecordShipDate(due_at=FRIDAY), at=THURSDAY).then(agreed)


def test_a_ship_date_can_be_put_off_only_while_it_is_open_and_only_ahead() -> None:
    agree = RenegotiateShipDate(due_at=FRIDAY, reason="carrier_strike")
    given(*bought).when(agree, at=THURSDAY).refused(PromiseNotOpen)
    given(*bought, shipped(MONDAY)).when(agree, at=TUESDAY).refused(AlreadyShipped)
    given(placed).when(agree, at=TUESDAY).refused(NothingPromised)
    back = RenegotiateShipDate(due_at=MONDAY, reason="carrier_strike")
    given(*bought).when(back, at=TUESDAY).refused(DueDateInThePast)


def test_the_consumer_may_let_an_open_promise_go() -> None:
    waive = WaivePromise(promise=SHIP_BY, reason="no_hurry")
    waived = PromiseWaived(at=TUESDAY, promise=SHIP_BY, reason="no_hurry")
    given(*bought).when(waive, at=TUESDAY).then(waived)
    given(*bought, waived).when(check, at=FRIDAY).then()
    given(*bought, waived).when(waive, at=FRIDAY).then()
    given(*bought, broken_by_the_clock).when(waive, at=FRIDAY).refused(PromiseNotOpen)
    unknown = WaivePromise(promise="deliver_by/order/merchant", reason="no_hurry")
    given(*bought).when(unknown, at=TUESDAY).refused(NothingPromised)


def test_a_return_window_starts_with_the_receipt_and_is_kept_by_lasting() -> None:
    shown = replace(placed, offers=(Offer(label="return-7d"),))
    window = PromiseMade(
        at=MONDAY,
        promise="return_within/order/merchant",
        kind="return_within",
        source="merchant",
        policy="return-7d@1",
    )
    given(shown).when(pay, at=MONDAY).then(captured, window)
    until = datetime(2026, 12, 1, 16, tzinfo=UTC)  # Wednesday 00:00 in Shanghai + 7 d
    started = PromiseStarted(at=TUESDAY, promise=window.promise, due_at=until)
    arrived = ParcelDelivered(at=TUESDAY, parcel="whole")
    given(shown, captured, window).when(RecordDelivery(), at=TUESDAY).then(
        arrived, started
    )
    lasted = PromiseKept(
        at=until,
        promise=window.promise,
        due_at=until,
        ahead_seconds=0,
        evidence="clock",
    )
    past = (shown, captured, window, arrived, started)
    given(*past).when(check, at=until).then()
    given(*past).when(check, at=until + MINUTE).then(lasted)


def test_what_seemed_to_keep_a_promise_may_turn_out_not_to() -> None:
    everything = ShipParcel(parcel="SF1")
    corrected = ShipParcel(parcel="SF1", contents=BOTH_JACKETS)
    sent = given(*bought).when(everything, at=TUESDAY).happens()
    sent.when(corrected, at=TUESDAY + HOUR).then(
        ParcelShipped(at=TUESDAY + HOUR, parcel="SF1", contents=BOTH_JACKETS),
        PromiseReopened(at=WEDNESDAY, promise=SHIP_BY),
    )


def test_each_line_may_have_its_own_hand_over() -> None:
    offer = Offer(label="hand-over", by="shop-1", line=2, due_at=TUESDAY)
    shown = replace(placed, offers=(offer,))
    paid = given(shown).when(pay, at=MONDAY).happens()
    paid.when(RecordHandOver(), at=WEDNESDAY).then(
        ParcelHandedOver(at=WEDNESDAY, parcel="whole"),
        PromiseBreached(
            at=WEDNESDAY,
            promise="hand_over_by/line-2/merchant/shop-1",
            due_at=TUESDAY,
            first_due_at=TUESDAY,
            late_seconds=86_400,
            evidence="whole/handed_over",
        ),
    )


def test_an_appointment_is_one_more_promise() -> None:
    offer = Offer(label="deliver", by_day=date(2026, 11, 26))
    until = datetime(2026, 11, 26, 15, 59, 59, tzinfo=UTC)
    given(*bought).when(RecordAppointment(offer=offer), at=TUESDAY).then(
        AppointmentMade(at=TUESDAY, offer=offer),
        PromiseMade(
            at=MONDAY,
            promise="deliver_by/order/merchant/appointment",
            kind="deliver_by",
            source="merchant",
            due_at=until,
            policy="deliver@1",
        ),
    )


def test_an_appointment_made_anew_takes_the_place_of_the_one_before() -> None:
    first = RecordAppointment(offer=Offer(label="deliver", by_day=date(2026, 11, 26)))
    second = RecordAppointment(offer=Offer(label="deliver", by_day=date(2026, 11, 28)))
    offer = Offer(label="deliver", by_day=date(2026, 11, 28))
    appointed = given(*bought).when(first, at=TUESDAY).happens()
    appointed.when(second, at=WEDNESDAY).then(
        AppointmentMade(at=WEDNESDAY, offer=offer),
        PromiseStarted(
            at=MONDAY,
            promise="deliver_by/order/merchant/appointment",
            due_at=datetime(2026, 11, 28, 15, 59, 59, tzinfo=UTC),
        ),
    )


def test_a_waived_promise_stays_waived_whatever_is_learnt_later() -> None:
    waived = PromiseWaived(at=TUESDAY, promise=SHIP_BY, reason="no_hurry")
    earlier = replace(pay, payment="P-0")
    past = given(*bought, waived).when(earlier, at=MONDAY - HOUR).happens()
    put_off = past.when(RecordShipDate(due_at=FRIDAY), at=TUESDAY).happens()
    put_off.when(check, at=NEXT_WEEK).then()
    agree = RenegotiateShipDate(due_at=FRIDAY, reason="carrier_strike")
    given(*bought, waived).when(agree, at=TUESDAY).refused(NothingPromised)


def test_the_consumers_word_of_receipt_proves_delivery() -> None:
    shown = replace(placed, offers=(Offer(label="deliver"),))
    paid = given(shown).when(pay, at=MONDAY).happens()
    received = paid.when(ship, at=TUESDAY).happens()
    *_, kept = received.when(ConfirmReceipt(), at=FRIDAY).happens().past[:-1]
    assert kept == PromiseKept(
        at=FRIDAY,
        promise="deliver_by/order/merchant",
        due_at=NEXT_WEEK,
        ahead_seconds=3 * 86_400,
        evidence="receipt/confirmed",
    )


def test_a_completion_proves_delivery_only_where_nothing_else_is_known() -> None:
    shown = replace(placed, offers=(Offer(label="deliver"),))
    sent = given(shown, captured, shipped(TUESDAY))
    sent = sent.when(CheckPromises(), at=TUESDAY).happens()
    complete = sent.when(RecordCompletion(), at=FRIDAY).happens()
    arrived = complete.when(RecordDelivery(parcel="SF1"), at=THURSDAY).happens()
    evidence = [each.evidence for each in arrived.past if isinstance(each, PromiseKept)]
    assert evidence == ["order/completed", "SF1/delivered"]


def test_an_order_cancelled_in_time_owes_nothing_though_it_arrives_later() -> None:
    off = given(*bought).when(RecordCancellation(reason="x"), at=TUESDAY).happens()
    events = off.when(ship, at=THURSDAY).happens().past
    assert not any(isinstance(each, PromiseBreached) for each in events)


def test_an_earlier_payment_heard_of_late_starts_the_clock_earlier() -> None:
    earlier = replace(pay, payment="P-0")
    expected = PromiseStarted(
        at=MONDAY - HOUR, promise=SHIP_BY, due_at=WEDNESDAY - HOUR
    )
    deposit = replace(captured, at=MONDAY - HOUR, payment="P-0")
    before_the_order = given(replace(placed, at=MONDAY - HOUR), *bought[1:])
    before_the_order.when(earlier, at=MONDAY - HOUR).then(deposit, expected)


def test_a_promise_by_day_is_due_at_the_last_second_of_the_day_in_its_zone() -> None:
    offer = Offer(label="deliver", by_day=date(2018, 11, 4))
    rule = replace(DELIVER, zone="America/Sao_Paulo")  # summer time begins that day
    assert due_time(offer, rule, MONDAY) == datetime(2018, 11, 5, 1, 59, 59, tzinfo=UTC)


def test_same_day_shipping_depends_on_the_hour_of_payment() -> None:
    rule = replace(DELIVER, kind="ship_by", day="same", cutoff_hour=16)
    offer = Offer(label="deliver")
    at_three = datetime(2026, 11, 23, 7, tzinfo=UTC)  # 15:00 in Shanghai
    at_four = at_three + HOUR
    end = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert due_time(offer, rule, at_three) == end
    assert due_time(offer, rule, at_four) == end + timedelta(days=1)


def test_the_seven_days_count_from_the_midnight_after_the_receipt() -> None:
    offer = Offer(label="return-7d")
    just_past_midnight = datetime(2026, 11, 23, 16, 1, tzinfo=UTC)
    ends = datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert due_time(offer, RETURN, just_past_midnight) == ends


def test_a_label_nobody_knows_is_kept_and_flagged() -> None:
    unknown = replace(place, offers=(Offer(label="moon-delivery"),))
    flagged = ContradictionFlagged(
        at=MONDAY, code="promise_rule_unknown", about="moon-delivery"
    )
    shown = replace(placed, offers=unknown.offers or ())
    given().when(unknown, at=MONDAY).then(shown, flagged)
