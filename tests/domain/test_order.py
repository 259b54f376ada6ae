"""What an order keeps, derives, flags and refuses, in sentences."""

from datetime import datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from msgspec import ValidationError, json
from msgspec.structs import replace

from domain.kernel import Report
from domain.money import Money
from domain.order import (
    ORDER,
    AddressChanged,
    AlreadyDelivered,
    AlreadyShipped,
    AmountChanged,
    CancelOrder,
    CauseNeeded,
    ChangeAddress,
    ChangeAmount,
    CompleteOrder,
    ConfirmReceipt,
    ConfirmStock,
    ContradictionCode,
    ContradictionFlagged,
    ContradictionResolved,
    FundsHeldAgain,
    FundsReleased,
    IdentifyOrder,
    InterceptRequested,
    NoSuchOrder,
    NothingShipped,
    Order,
    OrderCancelled,
    OrderClosed,
    OrderCompleted,
    OrderIdentified,
    OrderReport,
    OrderStatus,
    ParcelDelivered,
    ParcelException,
    ParcelGone,
    ParcelHandedOver,
    ParcelIntercepted,
    ParcelLost,
    ParcelOutForDelivery,
    ParcelReturned,
    ParcelReturning,
    ParcelShipped,
    ParcelSigned,
    PromiseKept,
    PromiseVoided,
    ReceiptConfirmed,
    RecordAddressChange,
    RecordCancellation,
    RecordCompletion,
    RecordDelivery,
    RecordException,
    RecordHandOver,
    RecordIntercept,
    RecordLoss,
    RecordNote,
    RecordOutForDelivery,
    RecordReturned,
    RecordReturning,
    RecordReview,
    RecordScan,
    RecordSigning,
    RequestIntercept,
    ReturnToSender,
    ReturnToSenderRequested,
    ReviewRecorded,
    ScanRecorded,
    ShipParcel,
    StockConfirmed,
    Tender,
    TooEarlyToComplete,
    UnknownParcel,
)
from domain.order.events import NoteRecorded, OrderEvent, PaymentCaptured
from domain.promise import Offer
from tests.domain.orders import (
    BOTH_JACKETS,
    FRIDAY,
    HOUR,
    JUST_THE_HAT,
    MONDAY,
    NEXT_WEEK,
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
    shipped,
)

SEALED = "sealed:v1:abc"
kept = PromiseKept(
    at=TUESDAY,
    promise=SHIP_BY,
    due_at=WEDNESDAY,
    ahead_seconds=86_400,
    evidence="SF1/shipped",
)
sent = (*bought, shipped(TUESDAY), kept)
delivered = ParcelDelivered(at=WEDNESDAY, parcel="SF1")


def as_known(*events: OrderEvent) -> Order:
    return reduce(ORDER.evolve, events, ORDER.initial)


# -- Reports are kept --


def test_a_report_already_known_says_nothing_new() -> None:
    given(placed).when(place, at=MONDAY).then()
    given(*bought).when(pay, at=MONDAY).then()
    given(*sent).when(ship, at=TUESDAY).then()


@pytest.mark.parametrize(
    ("report", "event"),
    [
        (ConfirmStock(), StockConfirmed(at=WEDNESDAY)),
        (
            RecordOutForDelivery(parcel="SF1"),
            ParcelOutForDelivery(at=WEDNESDAY, parcel="SF1"),
        ),
        (RecordDelivery(parcel="SF1"), delivered),
        (
            RecordSigning(parcel="SF1", signed_by="proxy"),
            ParcelSigned(at=WEDNESDAY, parcel="SF1", signed_by="proxy"),
        ),
        (
            RecordException(parcel="SF1", exception="damaged"),
            ParcelException(at=WEDNESDAY, parcel="SF1", exception="damaged"),
        ),
        (
            RecordIntercept(parcel="SF1", succeeded=True),
            ParcelIntercepted(at=WEDNESDAY, parcel="SF1"),
        ),
        (
            RecordReturning(parcel="SF1"),
            ParcelReturning(at=WEDNESDAY, parcel="SF1"),
        ),
        (RecordReturned(parcel="SF1"), ParcelReturned(at=WEDNESDAY, parcel="SF1")),
        (RecordLoss(parcel="SF1"), ParcelLost(at=WEDNESDAY, parcel="SF1")),
        (
            RecordAddressChange(address=SEALED),
            AddressChanged(at=WEDNESDAY, address=SEALED),
        ),
        (
            RecordReview(review="R-1", score=2, words=SEALED),
            ReviewRecorded(at=WEDNESDAY, review="R-1", score=2, words=SEALED),
        ),
        (RecordNote(words=SEALED), NoteRecorded(at=WEDNESDAY, words=SEALED)),
        (
            ChangeAmount(payable=Money(1, "CNY")),
            AmountChanged(at=WEDNESDAY, payable=Money(1, "CNY")),
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_report_becomes_an_event(report: OrderReport, event: OrderEvent) -> None:
    given(*sent).when(report, at=WEDNESDAY).then(event)


EVERY_REPORT = (
    place,
    pay,
    ship,
    ConfirmStock(),
    ChangeAmount(payable=Money(1, "EUR")),
    RecordScan(parcel="SF9", scan="s-1", code="signed"),
    RecordHandOver(),
    RecordDelivery(),
    RecordLoss(parcel="SF1"),
    RecordIntercept(parcel="SF1", succeeded=False),
    RecordCancellation(reason="unknown"),
    RecordCompletion(),
)


@pytest.mark.parametrize("report", EVERY_REPORT, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("past", [(), (placed,), sent], ids=len)
def test_no_report_is_ever_refused(
    report: OrderReport, past: tuple[OrderEvent, ...]
) -> None:
    assert isinstance(report, Report)
    off = OrderCancelled(at=MONDAY, by="platform", reason="fraud")
    for known in (past, (*past, off), (*past, OrderCompleted(at=MONDAY))):
        given(*known).when(report, at=MONDAY - HOUR).happens()


def test_a_second_telling_that_differs_is_kept_beside_the_first() -> None:
    dearer = replace(place, lines=())
    told = replace(placed, lines=())
    clash = ContradictionFlagged(at=MONDAY, code="placed_differently")
    given(placed).when(dearer, at=MONDAY).then(told, clash)


def test_a_scan_told_again_with_the_whole_trace_is_the_same_scan() -> None:
    scan = RecordScan(parcel="SF1", scan="s-1", code="picked_up")
    known = given(*sent).when(scan, at=TUESDAY).happens()
    known.when(scan, at=TUESDAY).then()


def test_a_feed_may_say_whose_an_order_is_without_telling_its_placement() -> None:
    say = IdentifyOrder(consumer="anna", source="shop", number="A-1")
    said = OrderIdentified(at=TUESDAY, consumer="anna", source="shop", number="A-1")
    given().when(say, at=TUESDAY).then(said)
    given(said).when(say, at=WEDNESDAY).then()
    given(placed).when(say, at=TUESDAY).then()
    assert as_known(said, captured).identity == ("anna", "shop", "A-1")


def test_a_carriers_own_code_counts_before_a_guess_from_its_words() -> None:
    guess = RecordScan(parcel="SF1", scan="s-1", code="in_transit")
    told = RecordScan(parcel="SF1", scan="s-1", code="signed", raw_code="301")
    for first, second in ((guess, told), (told, guess)):
        known = given(*sent).when(first, at=WEDNESDAY).happens()
        both = known.when(second, at=WEDNESDAY).happens()
        order = as_known(*both.past)
        assert order.status == "delivered"
        both.when(first, at=WEDNESDAY).then()
        scans = [each for each in both.past if isinstance(each, ScanRecorded)]
        assert len(scans) == 2


def test_two_codes_of_the_carriers_own_for_one_scan_are_flagged() -> None:
    told = RecordScan(parcel="SF1", scan="s-1", code="signed", raw_code="301")
    other = RecordScan(parcel="SF1", scan="s-1", code="in_transit", raw_code="0")
    known = given(*sent).when(told, at=WEDNESDAY).happens()
    events = known.when(other, at=WEDNESDAY).happens().past
    assert events[-1] == ContradictionFlagged(
        at=WEDNESDAY, code="scan_told_differently", about="SF1"
    )


# -- What is derived --


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((placed,), "pending_payment"),
        (bought, "paid"),
        ((*bought, StockConfirmed(at=MONDAY)), "preparing"),
        (
            (*bought, ParcelShipped(at=TUESDAY, parcel="S", contents=JUST_THE_HAT)),
            "partially_shipped",
        ),
        (sent, "shipped"),
        ((*sent, delivered), "delivered"),
        ((*sent, delivered, OrderCompleted(at=FRIDAY)), "completed"),
        ((*bought, OrderCancelled(at=FRIDAY, by="consumer", reason="x")), "cancelled"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_the_state_follows_from_what_is_known(
    events: tuple[OrderEvent, ...], status: OrderStatus
) -> None:
    assert as_known(*events).status == status


def test_an_order_is_delivered_only_when_every_parcel_is() -> None:
    jackets = ParcelShipped(at=TUESDAY, parcel="S1", contents=BOTH_JACKETS)
    hat = ParcelShipped(at=TUESDAY, parcel="S2", contents=JUST_THE_HAT)
    first = ParcelDelivered(at=THURSDAY, parcel="S1")
    second = ParcelDelivered(at=WEDNESDAY, parcel="S2")
    assert as_known(*bought, jackets, hat, first).status == "shipped"
    whole = as_known(*bought, jackets, hat, first, second)
    assert whole.status == "delivered"
    assert whole.proof("delivered") == (whole.parcels["S1"].delivered, "S1")


def test_the_parcel_stands_where_its_latest_scan_says_whenever_that_came() -> None:
    late = ScanRecorded(at=THURSDAY, parcel="SF1", scan="b", code="out_for_delivery")
    early = ScanRecorded(at=TUESDAY, parcel="SF1", scan="a", code="picked_up")
    for told in ((early, late), (late, early)):
        assert as_known(*sent, *told).parcels["SF1"].status == "out_for_delivery"


def test_of_two_scans_in_one_second_the_one_told_later_stands() -> None:
    first = ScanRecorded(at=TUESDAY, parcel="SF1", scan="a", code="signed", rank=0)
    second = ScanRecorded(at=TUESDAY, parcel="SF1", scan="b", code="in_transit", rank=1)
    assert as_known(*sent, second, first).parcels["SF1"].status == "in_transit"


def test_a_parcel_of_all_that_is_left_needs_the_others_to_arrive_too() -> None:
    first = ParcelShipped(at=MONDAY, parcel="S1", contents=JUST_THE_HAT)
    rest = ParcelShipped(at=TUESDAY, parcel="S2")
    unknown_lines = (replace(placed, lines=()), captured, first, rest)
    one = ParcelSigned(at=WEDNESDAY, parcel="S2")
    other = ParcelSigned(at=THURSDAY, parcel="S1")
    assert as_known(*unknown_lines, one).status == "shipped"
    both = as_known(*unknown_lines, one, other)
    assert both.status == "delivered"
    assert both.proof("delivered") == (both.parcels["S1"].delivered, "S1")


def test_of_two_parcels_said_to_hold_everything_the_last_one_does() -> None:
    first = ParcelShipped(at=MONDAY, parcel="S1")
    corrected = ParcelShipped(at=TUESDAY, parcel="S2")
    wrong = ParcelSigned(at=WEDNESDAY, parcel="S1")
    right = ParcelSigned(at=THURSDAY, parcel="S2")
    assert as_known(*bought, first, corrected, wrong).status == "shipped"
    assert as_known(*bought, first, corrected, right).status == "delivered"


def test_money_of_a_cancelled_order_is_not_the_merchants() -> None:
    off = RecordCancellation(reason="fraud")
    complete = given(*sent).when(RecordCompletion(), at=FRIDAY).happens()
    told = complete.when(off, at=FRIDAY).happens().past
    assert FundsHeldAgain(at=FRIDAY, amount=Money(45_000, "CNY")) in told
    assert as_known(*told).escrow == {"CNY": 45_000}
    first_off = given(*sent).when(off, at=FRIDAY).happens()
    told = first_off.when(RecordCompletion(), at=FRIDAY).happens().past
    assert not any(isinstance(each, FundsReleased) for each in told)


def test_money_is_counted_in_a_currency_there_is_and_within_bounds() -> None:
    for spoilt in (
        b'{"minor":1,"currency":"ZZZ"}',
        b'{"minor":9300000000000000000,"currency":"CNY"}',
    ):
        with pytest.raises(ValidationError):
            json.decode(spoilt, type=Money)
    with pytest.raises(ValueError, match="below zero"):
        Tender(tender="wechat", amount=Money(-1, "CNY"))
    with pytest.raises(ValueError, match="number of its own"):
        replace(place, lines=(place.lines[0], place.lines[0]))


def test_money_paid_is_held_until_the_order_is_complete() -> None:
    assert as_known(*bought).escrow == {"CNY": 45_000}
    released = FundsReleased(at=FRIDAY, amount=Money(45_000, "CNY"))
    complete = given(*sent).when(RecordCompletion(), at=FRIDAY)
    complete.then(OrderCompleted(at=FRIDAY), released)
    assert as_known(*sent, OrderCompleted(at=FRIDAY), released).escrow == {"CNY": 0}


# -- What clashes is flagged --


def test_steps_out_of_their_order_are_flagged_and_kept() -> None:
    early = ParcelHandedOver(at=MONDAY - HOUR, parcel="whole")
    unpaid = given(replace(placed, at=MONDAY - 2 * HOUR), early)
    flagged = ContradictionFlagged(
        at=MONDAY, code="handed_over_before_paid", about="whole"
    )
    told = unpaid.when(pay, at=MONDAY).happens()
    told.when(pay, at=MONDAY).then()
    assert flagged in told.past
    assert captured in told.past


def test_an_earlier_report_may_resolve_the_clash() -> None:
    clash = ContradictionFlagged(
        at=WEDNESDAY, code="delivered_before_handed_over", about="SF1"
    )
    over = ParcelHandedOver(at=THURSDAY, parcel="SF1")
    past = (*sent, delivered, over, clash)
    events = given(*past).when(RecordHandOver(parcel="SF1"), at=TUESDAY).happens().past
    assert (
        ContradictionResolved(
            at=TUESDAY, code="delivered_before_handed_over", about="SF1"
        )
        in events
    )


def test_more_sent_than_ordered_is_flagged_unless_the_first_was_lost() -> None:
    again = ShipParcel(parcel="SF2", contents=JUST_THE_HAT)
    resent = ParcelShipped(at=FRIDAY, parcel="SF2", contents=JUST_THE_HAT)
    first = ParcelShipped(at=TUESDAY, parcel="SF1", contents=JUST_THE_HAT)
    clash = ContradictionFlagged(
        at=FRIDAY, code="more_shipped_than_ordered", about="line-2"
    )
    given(*bought, first).when(again, at=FRIDAY).then(resent, clash)
    lost = ParcelLost(at=THURSDAY, parcel="SF1")
    given(*bought, first, lost).when(again, at=FRIDAY).then(resent)


def test_one_payment_told_twice_with_other_amounts_is_flagged() -> None:
    dearer = Tender(tender="wechat", amount=Money(99_999, "CNY"))
    again = replace(pay, tenders=(dearer,))
    events = given(*bought).when(again, at=MONDAY).happens().past
    assert events[-1] == ContradictionFlagged(
        at=MONDAY, code="payment_reported_differently", about="P-1"
    )
    assert as_known(*events).escrow == {"CNY": 99_999}


@pytest.mark.parametrize("at", [MONDAY - timedelta(days=1), TUESDAY])
def test_a_payment_told_again_in_another_currency_takes_nothing_from_the_first(
    at: datetime,
) -> None:
    euros = Tender(tender="wechat", amount=Money(99_999, "EUR"))
    again = replace(pay, tenders=(euros,))
    both = replace(pay, tenders=(*pay.tenders, euros))
    told = given(*bought).when(again, at=at).happens()
    events = told.when(both, at=at).happens().past
    assert as_known(*events).escrow == {"CNY": 45_000}
    clashes = as_known(*events).contradictions
    assert ("payment_reported_differently", "P-1") in clashes


def test_of_a_payment_whose_order_nobody_knows_the_first_currency_stands() -> None:
    def told(minor: int, currency: str, at: datetime) -> PaymentCaptured:
        tender = Tender(tender="wechat", amount=Money(minor, currency))
        return PaymentCaptured(at=at, payment="P-1", tenders=(tender,))

    reports = (
        told(1, "EUR", TUESDAY),
        told(9, "USD", MONDAY),
        told(5, "EUR", MONDAY),
        told(7, "EUR", WEDNESDAY),
    )
    for order in permutations(reports):
        assert as_known(*order).captured == {"EUR": 7}


def test_one_payment_told_twice_at_other_times_is_flagged() -> None:
    events = given(*bought).when(pay, at=TUESDAY).happens().past
    assert events[-1] == ContradictionFlagged(
        at=TUESDAY, code="payment_reported_differently", about="P-1"
    )
    assert as_known(*events).escrow == {"CNY": 45_000}


def test_a_parcel_that_moves_after_the_order_was_cancelled_is_flagged() -> None:
    off = OrderCancelled(at=TUESDAY, by="consumer", reason="x")
    voided = PromiseVoided(at=TUESDAY, promise=SHIP_BY)
    events = given(*bought, off, voided).when(ship, at=WEDNESDAY).happens().past
    assert events[-1] == ContradictionFlagged(
        at=WEDNESDAY, code="moved_after_cancelled", about="SF1"
    )


@pytest.mark.parametrize(
    ("past", "report", "code"),
    [
        (
            (ParcelLost(at=WEDNESDAY, parcel="SF1"),),
            RecordDelivery(parcel="SF1"),
            "delivered_after_gone",
        ),
        (
            (ParcelIntercepted(at=WEDNESDAY, parcel="SF1"),),
            RecordIntercept(parcel="SF1", succeeded=False),
            "intercepted_and_not",
        ),
        (
            (OrderCancelled(at=WEDNESDAY, by="consumer", reason="x"),),
            RecordDelivery(parcel="SF1"),
            "moved_after_cancelled",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_cannot_be_after_the_other_is_flagged(
    past: tuple[OrderEvent, ...], report: OrderReport, code: ContradictionCode
) -> None:
    events = given(*sent, *past).when(report, at=FRIDAY).happens().past
    assert ContradictionFlagged(at=FRIDAY, code=code, about="SF1") in events


def test_a_promise_about_a_line_nobody_ordered_is_flagged() -> None:
    offer = Offer(label="ship-48h", line=77)
    wrong = replace(place, offers=(offer,))
    flagged = ContradictionFlagged(
        at=MONDAY, code="promise_line_unknown", about="line-77"
    )
    given().when(wrong, at=MONDAY).then(replace(placed, offers=(offer,)), flagged)


# -- Requests meet the rules --


def test_nothing_can_be_asked_of_an_order_nobody_knows() -> None:
    given().when(ConfirmReceipt(), at=MONDAY).refused(NoSuchOrder)


def test_consumer_and_merchant_cancel_only_before_shipping() -> None:
    cancel = CancelOrder(by="consumer", reason="changed_mind")
    off = OrderCancelled(at=TUESDAY, by="consumer", reason="changed_mind")
    voided = PromiseVoided(at=TUESDAY, promise=SHIP_BY)
    given(*bought).when(cancel, at=TUESDAY).then(off, voided)
    given(*sent).when(cancel, at=WEDNESDAY).refused(AlreadyShipped)
    merchant = CancelOrder(by="merchant", reason="out_of_stock")
    given(*sent).when(merchant, at=WEDNESDAY).refused(AlreadyShipped)


def test_the_platform_cancels_also_what_is_on_its_way() -> None:
    cancel = CancelOrder(by="platform", reason="fraud")
    given(*sent).when(cancel, at=WEDNESDAY).then(
        OrderCancelled(at=WEDNESDAY, by="platform", reason="fraud")
    )


def test_a_cancellation_says_who_cancels() -> None:
    nobody = CancelOrder(by="unknown", reason="x")
    given(*bought).when(nobody, at=TUESDAY).refused(CauseNeeded)


def test_cancelling_twice_is_cancelling_once_and_a_completed_order_stays() -> None:
    cancel = CancelOrder(by="consumer", reason="x")
    off = OrderCancelled(at=MONDAY, by="consumer", reason="x")
    given(*bought, off).when(cancel, at=TUESDAY).then()
    done = OrderCompleted(at=MONDAY)
    given(*sent, done).when(cancel, at=TUESDAY).refused(OrderClosed)


def test_the_address_changes_only_before_shipping() -> None:
    elsewhere = ChangeAddress(address=SEALED)
    changed = AddressChanged(at=MONDAY, address=SEALED)
    given(*bought).when(elsewhere, at=MONDAY).then(changed)
    given(*sent).when(elsewhere, at=WEDNESDAY).refused(AlreadyShipped)


def test_confirming_receipt_completes_the_order_and_releases_the_money() -> None:
    given(*sent).when(ConfirmReceipt(), at=FRIDAY).then(
        ReceiptConfirmed(at=FRIDAY),
        OrderCompleted(at=FRIDAY),
        FundsReleased(at=FRIDAY, amount=Money(45_000, "CNY")),
    )
    given(*bought).when(ConfirmReceipt(), at=FRIDAY).refused(NothingShipped)


def test_without_the_consumers_word_an_order_completes_ten_days_after_shipping() -> (
    None
):
    tenth_day = TUESDAY + timedelta(days=10)
    given(*sent).when(CompleteOrder(), at=NEXT_WEEK).refused(TooEarlyToComplete)
    given(*sent).when(CompleteOrder(), at=tenth_day).then(
        OrderCompleted(at=tenth_day),
        FundsReleased(at=tenth_day, amount=Money(45_000, "CNY")),
    )


def test_a_parcel_on_its_way_can_be_stopped_once_and_not_after_it_arrived() -> None:
    stop = RequestIntercept(parcel="SF1", reason="consumer_moved")
    asked = InterceptRequested(at=WEDNESDAY, parcel="SF1", reason="consumer_moved")
    given(*sent).when(stop, at=WEDNESDAY).then(asked)
    given(*sent, asked).when(stop, at=THURSDAY).then()
    given(*sent, delivered).when(stop, at=THURSDAY).refused(AlreadyDelivered)
    lost = ParcelLost(at=WEDNESDAY, parcel="SF1")
    given(*sent, lost).when(stop, at=THURSDAY).refused(ParcelGone)
    stranger = RequestIntercept(parcel="SF9", reason="consumer_moved")
    given(*sent).when(stranger, at=WEDNESDAY).refused(UnknownParcel)


def test_a_parcel_on_its_way_can_be_sent_back() -> None:
    back = ReturnToSender(parcel="SF1", reason="refused")
    asked = ReturnToSenderRequested(at=WEDNESDAY, parcel="SF1", reason="refused")
    given(*sent).when(back, at=WEDNESDAY).then(asked)
    given(*sent, asked).when(back, at=THURSDAY).then()
