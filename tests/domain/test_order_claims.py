"""No more of an order goes back than was paid, sent or delivered: claims, in sentences.

The order is two jackets for 400.00 and a hat for 50.00, paid in full.
"""

from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.kernel import Refused, Report
from domain.money import Money
from domain.order import (
    BESIDE,
    COMES_BACK,
    ORDER,
    CapturePayment,
    ChangeClaim,
    Claim,
    ClaimChanged,
    ClaimedAlready,
    ClaimItem,
    ClaimKind,
    ClaimOpen,
    ClaimOpened,
    ClaimOver,
    ClaimSettled,
    ClaimUnknown,
    ContradictionFlagged,
    ContradictionResolved,
    CurrenciesDiffer,
    LineUnknown,
    MoreReturnedThanDelivered,
    MoreThanClaimed,
    MoreThanOrdered,
    MoreThanPaid,
    NoSuchOrder,
    NotShippedYet,
    OpenClaim,
    Order,
    OrderCommand,
    OrderCompleted,
    OrderEvent,
    OrderLine,
    OrderUnpaid,
    Packed,
    ParcelDelivered,
    ParcelShipped,
    PaymentCaptured,
    PlaceOrder,
    ReceiptConfirmed,
    RecordDelivery,
    RecordHandOver,
    RecordRefund,
    RefundReported,
    SettleClaim,
    ShipParcel,
    ShippedMeanwhile,
    Tender,
    UsedUp,
    delivered_quantity,
    freight_left,
    refundable,
    shipped_quantity,
)
from tests.domain.orders import (
    BOTH_JACKETS,
    FRIDAY,
    MONDAY,
    TERMS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    given,
    placed,
    shipped,
)


def yuan(fen: int) -> Money:
    return Money(fen, "CNY")


def jackets(quantity: int, fen: int) -> tuple[ClaimItem, ...]:
    return (ClaimItem(line=1, quantity=quantity, amount=yuan(fen)),)


def hat(fen: int) -> tuple[ClaimItem, ...]:
    return (ClaimItem(line=2, quantity=1, amount=yuan(fen)),)


def opening(
    kind: ClaimKind,
    items: tuple[ClaimItem, ...],
    claim: str = "case-1",
    freight: Money | None = None,
) -> OpenClaim:
    return OpenClaim(claim=claim, kind=kind, items=items, freight=freight)


def opened(
    kind: ClaimKind,
    items: tuple[ClaimItem, ...],
    claim: str = "case-1",
    freight: Money | None = None,
) -> ClaimOpened:
    return ClaimOpened(at=TUESDAY, claim=claim, kind=kind, items=items, freight=freight)


def settled(items: tuple[ClaimItem, ...], claim: str = "case-1") -> ClaimSettled:
    return ClaimSettled(at=WEDNESDAY, claim=claim, refunded=items)


# The hat costs nothing to send, the jackets 8.00.
POSTED = replace(
    placed,
    lines=(replace(placed.lines[0], freight=yuan(800)), placed.lines[1]),
    offers=(),
)
PAID = PaymentCaptured(
    at=MONDAY,
    payment="P-1",
    tenders=(Tender(tender="wechat", amount=yuan(45_800)),),
)
bought = (POSTED, PAID)
sent = (*bought, shipped(MONDAY))
arrived = (*sent, ParcelDelivered(at=MONDAY, parcel="SF1"))


# -- What a claim may be about --


def test_a_claim_reserves_lines_and_money_under_its_name() -> None:
    asked = opening("return_refund", jackets(2, 40_000), freight=yuan(800))
    now = opened("return_refund", jackets(2, 40_000), freight=yuan(800))
    given(*arrived).when(asked, at=TUESDAY).then(now)
    given(*arrived, now).when(asked, at=WEDNESDAY).then()


def test_of_an_unknown_order_nothing_is_claimed() -> None:
    asked = opening("refund_unshipped", hat(5_000))
    given().when(asked, at=TUESDAY).refused(NoSuchOrder)


def test_of_an_unpaid_order_nothing_is_claimed() -> None:
    asked = opening("refund_unshipped", hat(0))
    given(POSTED).when(asked, at=TUESDAY).refused(OrderUnpaid)


def test_only_lines_that_were_ordered_are_claimed() -> None:
    stranger = (ClaimItem(line=9, quantity=1, amount=yuan(0)),)
    asked = opening("refund_unshipped", stranger)
    given(*bought).when(asked, at=TUESDAY).refused(LineUnknown)


def test_no_more_is_claimed_than_was_ordered() -> None:
    three = opening("refund_unshipped", jackets(3, 0))
    given(*bought).when(three, at=TUESDAY).refused(MoreThanOrdered)
    twice = opening("refund_unshipped", jackets(2, 0) + jackets(1, 0))
    given(*bought).when(twice, at=TUESDAY).refused(MoreThanOrdered)


def test_one_live_case_is_about_each_piece() -> None:
    one = opened("return_refund", jackets(1, 20_000), "one")
    both = opening("return_refund", jackets(2, 0), "two")
    given(*arrived, one).when(both, at=TUESDAY).refused(ClaimedAlready)
    other = opening("return_refund", jackets(1, 20_000), "two")
    given(*arrived, one).when(other, at=TUESDAY).then(
        opened("return_refund", jackets(1, 20_000), "two")
    )


@pytest.mark.parametrize("kind", ["price_protection", "freight_compensation"])
def test_money_beside_the_goods_is_claimed_beside_another_case(
    kind: ClaimKind,
) -> None:
    repair = opened("repair", jackets(2, 0), "one")
    drop = opening(kind, jackets(2, 3_000), "two")
    now = opened(kind, jackets(2, 3_000), "two")
    given(*arrived, repair).when(drop, at=TUESDAY).then(now)
    again = opening(kind, jackets(1, 100), "three")
    given(*arrived, repair, now).when(again, at=TUESDAY).refused(ClaimedAlready)


def test_what_was_refunded_or_returned_is_not_claimed_again() -> None:
    one = opened("refund_shipped", jackets(2, 10_000), "one")
    done = settled(jackets(2, 10_000), "one")
    again = opening("refund_shipped", jackets(1, 0), "two")
    given(*arrived, one, done).when(again, at=FRIDAY).refused(UsedUp)
    back = ClaimSettled(at=WEDNESDAY, claim="one", returned=jackets(2, 0))
    returning = replace(one, kind="return_refund")
    given(*arrived, returning, back).when(again, at=FRIDAY).refused(UsedUp)


def test_who_kept_the_goods_for_a_partial_refund_may_still_return_them() -> None:
    part = opened("partial_refund", jackets(2, 10_000), "one")
    past = given(*arrived, part, settled(jackets(2, 10_000), "one"))
    rest = opening("return_refund", jackets(2, 30_000), "two")
    past.when(rest, at=TUESDAY).then(opened("return_refund", jackets(2, 30_000), "two"))
    whole = opening("return_refund", jackets(2, 30_001), "two")
    past.when(whole, at=TUESDAY).refused(MoreThanPaid)


def test_what_was_exchanged_may_be_returned_for_others_came_in_its_place() -> None:
    swap = opened("exchange", jackets(2, 0), "one")
    back = ClaimSettled(at=WEDNESDAY, claim="one", returned=jackets(2, 0))
    asked = opening("return_refund", jackets(2, 40_000), "two")
    given(*arrived, swap, back).when(asked, at=TUESDAY).then(
        opened("return_refund", jackets(2, 40_000), "two")
    )


def test_an_exchange_moves_no_money() -> None:
    given(*arrived).when(opening("exchange", hat(0)), at=TUESDAY).then(
        opened("exchange", hat(0))
    )


# -- Where the goods must be --


def test_only_what_was_not_shipped_is_refunded_as_unshipped() -> None:
    asked = opening("refund_unshipped", jackets(2, 40_000))
    given(*sent).when(asked, at=TUESDAY).refused(ShippedMeanwhile)
    one_left = ParcelShipped(
        at=MONDAY, parcel="SF1", contents=(Packed(line=1, quantity=1),)
    )
    given(*bought, one_left).when(asked, at=TUESDAY).refused(ShippedMeanwhile)
    one = opening("refund_unshipped", jackets(1, 20_000))
    now = opened("refund_unshipped", jackets(1, 20_000))
    given(*bought, one_left).when(one, at=TUESDAY).then(now)
    another = opening("refund_unshipped", jackets(1, 20_000), "case-2")
    given(*bought, one_left, now).when(another, at=TUESDAY).refused(ShippedMeanwhile)


@pytest.mark.parametrize("kind", ["refund_shipped", "exchange", "repair"])
def test_only_what_was_shipped_is_refunded_as_shipped_exchanged_or_repaired(
    kind: ClaimKind,
) -> None:
    asked = opening(kind, hat(0))
    given(*bought).when(asked, at=TUESDAY).refused(NotShippedYet)
    given(*sent).when(asked, at=TUESDAY).then(opened(kind, hat(0)))


def test_two_cases_are_not_about_the_one_piece_that_was_shipped() -> None:
    one_sent = ParcelShipped(
        at=MONDAY, parcel="SF1", contents=(Packed(line=1, quantity=1),)
    )
    swap = opened("exchange", jackets(1, 0), "one")
    asked = opening("refund_shipped", jackets(1, 0), "two")
    given(*bought, one_sent, swap).when(asked, at=TUESDAY).refused(NotShippedYet)


def test_no_more_is_returned_than_was_delivered() -> None:
    asked = opening("return_refund", jackets(1, 20_000))
    given(*sent).when(asked, at=TUESDAY).refused(MoreReturnedThanDelivered)
    just_one = (
        ParcelShipped(at=MONDAY, parcel="SF1", contents=(Packed(line=1, quantity=1),)),
        ParcelShipped(at=MONDAY, parcel="SF2"),
        ParcelDelivered(at=MONDAY, parcel="SF1"),
    )
    now = opened("return_refund", jackets(1, 20_000))
    given(*bought, *just_one).when(asked, at=TUESDAY).then(now)
    other = opening("return_refund", jackets(1, 20_000), "two")
    given(*bought, *just_one, now).when(other, at=TUESDAY).refused(
        MoreReturnedThanDelivered
    )


def test_a_receipt_confirmed_is_a_delivery() -> None:
    asked = opening("return_refund", hat(5_000))
    given(*sent, ReceiptConfirmed(at=MONDAY)).when(asked, at=TUESDAY).then(
        opened("return_refund", hat(5_000))
    )


@pytest.mark.parametrize(
    ("parcels", "of_jackets", "of_hats"),
    [
        ((), (0, 0), (0, 0)),
        ((ParcelShipped(at=MONDAY, parcel="whole"),), (2, 0), (1, 0)),
        ((ParcelDelivered(at=MONDAY, parcel="whole"),), (2, 2), (1, 1)),
        (
            (ParcelShipped(at=MONDAY, parcel="SF1", contents=BOTH_JACKETS),),
            (2, 0),
            (0, 0),
        ),
        (
            (
                ParcelShipped(at=MONDAY, parcel="SF1", contents=BOTH_JACKETS),
                ParcelShipped(at=MONDAY, parcel="SF2"),
                ParcelDelivered(at=MONDAY, parcel="SF2"),
            ),
            (2, 0),
            (1, 1),
        ),
        # Nobody told of a parcel, only that the order is complete.
        ((OrderCompleted(at=MONDAY),), (2, 2), (1, 1)),
        # Nobody told what is in it: it may hold all of it.
        ((ParcelDelivered(at=MONDAY, parcel="SF9"),), (2, 2), (1, 1)),
    ],
)
def test_how_much_is_known_to_be_shipped_and_delivered(
    parcels: tuple[OrderEvent, ...],
    of_jackets: tuple[int, int],
    of_hats: tuple[int, int],
) -> None:
    order = as_known(*bought, *parcels)
    for line, known in zip(order.lines, (of_jackets, of_hats), strict=True):
        assert (shipped_quantity(order, line), delivered_quantity(order, line)) == known


# -- How much money --


def test_no_more_is_claimed_of_a_line_than_was_paid_for_it() -> None:
    much = opening("refund_unshipped", hat(5_001))
    given(*bought).when(much, at=TUESDAY).refused(MoreThanPaid)
    half_price = replace(PAID, tenders=(Tender(tender="wechat", amount=yuan(22_900)),))
    usual = opening("refund_unshipped", hat(5_000))
    given(POSTED, half_price).when(usual, at=TUESDAY).refused(MoreThanPaid)
    fair = opening("refund_unshipped", hat(2_500))
    given(POSTED, half_price).when(fair, at=TUESDAY).then(
        opened("refund_unshipped", hat(2_500))
    )


def test_what_another_claim_reserves_or_took_is_not_there() -> None:
    drop = opened("price_protection", jackets(2, 30_000), "one")
    asked = opening("refund_shipped", jackets(2, 10_001), "two")
    given(*sent, drop).when(asked, at=TUESDAY).refused(MoreThanPaid)
    took = settled(jackets(2, 30_000), "one")
    given(*sent, drop, took).when(asked, at=TUESDAY).refused(MoreThanPaid)


def test_no_more_postage_is_claimed_than_was_paid() -> None:
    asked = opening("freight_compensation", (), freight=yuan(801))
    given(*bought).when(asked, at=TUESDAY).refused(MoreThanPaid)
    half = opened("freight_compensation", (), "one", freight=yuan(400))
    rest = opening("dispute", (), "two", freight=yuan(401))
    given(*bought, half).when(rest, at=TUESDAY).refused(MoreThanPaid)
    paid = ClaimSettled(at=WEDNESDAY, claim="one", freight=yuan(400))
    given(*bought, half, paid).when(rest, at=TUESDAY).refused(MoreThanPaid)


def test_what_went_back_elsewhere_is_not_claimed_again() -> None:
    told = RefundReported(at=MONDAY, refund="R-1", amount=yuan(45_000))
    asked = opening("refund_unshipped", hat(801))
    given(*bought, told).when(asked, at=TUESDAY).refused(MoreThanPaid)


def test_each_line_may_have_so_much_left_and_the_order_less_than_both() -> None:
    told = RefundReported(at=MONDAY, refund="R-1", amount=yuan(45_000))
    asked = opening("refund_unshipped", hat(500) + jackets(2, 301))
    given(*bought, told).when(asked, at=TUESDAY).refused(MoreThanPaid)
    fair = opening("refund_unshipped", hat(500) + jackets(2, 300))
    given(*bought, told).when(fair, at=TUESDAY).then(
        opened("refund_unshipped", hat(500) + jackets(2, 300))
    )


@pytest.mark.parametrize(
    ("items", "freight"),
    [
        ((ClaimItem(line=2, quantity=1, amount=Money(100, "USD")),), None),
        (hat(100), Money(1, "USD")),
    ],
)
def test_a_claim_is_in_the_currency_that_was_paid(
    items: tuple[ClaimItem, ...], freight: Money | None
) -> None:
    asked = opening("refund_unshipped", items, freight=freight)
    given(*bought).when(asked, at=TUESDAY).refused(CurrenciesDiffer)


def test_an_order_priced_in_another_currency_than_paid_is_for_people() -> None:
    dollars = replace(
        PAID, tenders=(Tender(tender="card", amount=Money(5_000, "USD")),)
    )
    asked = opening("refund_unshipped", hat(100))
    given(POSTED, dollars).when(asked, at=TUESDAY).refused(CurrenciesDiffer)


def test_a_second_currency_told_later_stops_nothing_that_is_claimed() -> None:
    held = opened("partial_refund", jackets(2, 9_000))
    card = Tender(tender="card", amount=Money(500, "USD"))
    told = replace(PAID, payment="P-9", tenders=(card,))
    less = ChangeClaim(claim="case-1", kind="partial_refund", items=jackets(2, 8_000))
    more = replace(less, items=jackets(2, 9_001))
    mixed = given(*arrived, held, told)
    mixed.when(less, at=WEDNESDAY).happens()
    mixed.when(more, at=WEDNESDAY).refused(CurrenciesDiffer)


def test_a_refund_told_again_in_another_currency_takes_nothing_from_the_first() -> None:
    told = RefundReported(at=TUESDAY, refund="F-1", amount=Money(500, "CNY"))
    again = replace(told, amount=Money(9_999, "USD"))
    past: Sequence[OrderEvent] = (*bought, told, again)
    order = reduce(ORDER.evolve, past, ORDER.initial)
    assert order.refunded == {"CNY": 500, "USD": 9_999}


# -- Changing a claim --


def test_a_claim_is_changed_to_something_else() -> None:
    one = opened("return_refund", jackets(2, 40_000))
    less = ChangeClaim(claim="case-1", kind="partial_refund", items=jackets(2, 9_000))
    now = ClaimChanged(
        at=WEDNESDAY, claim="case-1", kind="partial_refund", items=jackets(2, 9_000)
    )
    given(*arrived, one).when(less, at=WEDNESDAY).then(now)
    given(*arrived, one, now).when(less, at=THURSDAY).then()


def test_a_claim_is_changed_under_the_same_rules() -> None:
    one = opened("refund_shipped", hat(5_000))
    change = ChangeClaim(claim="case-1", kind="refund_shipped", items=hat(5_001))
    given(*sent, one).when(change, at=WEDNESDAY).refused(MoreThanPaid)
    unshipped = replace(change, kind="refund_unshipped", items=hat(5_000))
    given(*sent, one).when(unshipped, at=WEDNESDAY).refused(ShippedMeanwhile)
    other = opened("return_refund", jackets(2, 40_000), "two")
    more = replace(change, items=hat(5_000) + jackets(1, 0))
    given(*arrived, one, other).when(more, at=WEDNESDAY).refused(ClaimedAlready)


def test_who_asks_for_no_more_than_reserved_keeps_it_whatever_was_told_since() -> None:
    one = opened("refund_unshipped", jackets(2, 40_000))
    sent_since = shipped(WEDNESDAY)
    paid_back = RefundReported(at=WEDNESDAY, refund="R-1", amount=yuan(45_800))
    less = ChangeClaim(
        claim="case-1", kind="refund_unshipped", items=jackets(1, 39_000)
    )
    given(*bought, one, sent_since, paid_back).when(less, at=WEDNESDAY).then(
        ClaimChanged(
            at=WEDNESDAY,
            claim="case-1",
            kind="refund_unshipped",
            items=jackets(1, 39_000),
        )
    )


def test_a_live_claim_is_not_opened_as_something_else() -> None:
    one = opened("return_refund", jackets(2, 40_000))
    other = opening("exchange", jackets(2, 0))
    given(*arrived, one).when(other, at=WEDNESDAY).refused(ClaimOpen)


def test_only_a_live_claim_is_changed_or_settled() -> None:
    change = ChangeClaim(claim="case-1", kind="dispute", items=hat(0))
    settle = SettleClaim(claim="case-1")
    given(*arrived).when(change, at=FRIDAY).refused(ClaimUnknown)
    given(*arrived).when(settle, at=FRIDAY).refused(ClaimUnknown)
    over = (opened("dispute", hat(0)), settled(()))
    given(*arrived, *over).when(change, at=FRIDAY).refused(ClaimOver)
    given(*arrived, *over).when(settle, at=FRIDAY).refused(ClaimOver)


# -- Settling a claim --


def test_a_settled_claim_keeps_what_it_took_and_frees_the_rest() -> None:
    one = opened("return_refund", jackets(2, 40_000), freight=yuan(800))
    settle = SettleClaim(
        claim="case-1", refunded=jackets(1, 20_000), returned=jackets(1, 0)
    )
    ended = ClaimSettled(
        at=FRIDAY,
        claim="case-1",
        refunded=jackets(1, 20_000),
        returned=jackets(1, 0),
    )
    past = given(*arrived, one)
    past.when(settle, at=FRIDAY).then(ended)
    rest = opening("return_refund", jackets(1, 20_000), "two", freight=yuan(800))
    past.then_also(ended).when(rest, at=TUESDAY).then(
        opened("return_refund", jackets(1, 20_000), "two", freight=yuan(800))
    )


@pytest.mark.parametrize(
    "settle",
    [
        SettleClaim(claim="case-1", refunded=jackets(1, 20_001)),
        SettleClaim(claim="case-1", refunded=jackets(2, 20_000)),
        SettleClaim(claim="case-1", refunded=hat(1)),
        SettleClaim(claim="case-1", freight=yuan(801)),
        SettleClaim(claim="case-1", freight=Money(1, "USD")),
        SettleClaim(claim="case-1", returned=jackets(2, 0)),
        SettleClaim(
            claim="case-1",
            refunded=(ClaimItem(line=1, quantity=1, amount=Money(1, "USD")),),
        ),
    ],
)
def test_a_claim_is_settled_for_no_more_than_it_is_about(settle: SettleClaim) -> None:
    one = opened("return_refund", jackets(1, 20_000), freight=yuan(800))
    given(*arrived, one).when(settle, at=FRIDAY).refused(MoreThanClaimed)


def test_no_goods_come_back_under_a_claim_to_money_beside_them() -> None:
    drop = opened("price_protection", jackets(1, 20_000))
    settle = SettleClaim(claim="case-1", returned=jackets(1, 0))
    given(*arrived, drop).when(settle, at=FRIDAY).refused(MoreThanClaimed)


def test_goods_that_never_arrived_are_not_taken_back() -> None:
    one = opened("refund_shipped", jackets(1, 20_000))
    settle = SettleClaim(claim="case-1", returned=jackets(1, 0))
    given(*sent, one).when(settle, at=FRIDAY).refused(MoreReturnedThanDelivered)


def test_a_settled_claim_is_opened_again_and_its_refunds_add_up() -> None:
    half = jackets(2, 20_000)
    once = (opened("return_refund", half), settled(half))
    past = given(*arrived, *once)
    again = past.when(opening("return_refund", half), at=TUESDAY).happens()
    again.when(
        SettleClaim(claim="case-1", refunded=half, returned=jackets(2, 0)), at=FRIDAY
    ).then(
        ClaimSettled(at=FRIDAY, claim="case-1", refunded=half, returned=jackets(2, 0))
    )
    whole = opening("return_refund", jackets(2, 20_001))
    past.when(whole, at=TUESDAY).refused(MoreThanPaid)
    claim = as_known(*arrived, *once, *once).claims["case-1"]
    assert claim.refunded == jackets(2, 40_000), "of the same two jackets"


def test_goods_returned_under_a_claim_are_not_returned_under_it_again() -> None:
    one = opened("return_refund", jackets(1, 20_000))
    back = ClaimSettled(at=WEDNESDAY, claim="case-1", returned=jackets(1, 0))
    again = opened("return_refund", jackets(1, 20_000))
    settle = SettleClaim(claim="case-1", returned=jackets(1, 0))
    given(*arrived, one, back, again).when(settle, at=FRIDAY).refused(MoreThanClaimed)


# -- Refunds told of elsewhere --

TOO_MUCH = ContradictionFlagged(at=TUESDAY, code="refunded_more_than_paid")


def test_a_refund_told_of_is_kept_and_within_what_was_paid_clashes_with_nothing() -> (
    None
):
    told = RecordRefund(refund="R-1", amount=yuan(45_800))
    now = RefundReported(at=TUESDAY, refund="R-1", amount=yuan(45_800))
    given(*bought).when(told, at=TUESDAY).then(now)
    given(*bought, now).when(told, at=TUESDAY).then()


def test_a_refund_of_more_than_was_paid_is_flagged_and_not_adjusted() -> None:
    told = RecordRefund(refund="R-1", amount=yuan(45_801))
    now = RefundReported(at=TUESDAY, refund="R-1", amount=yuan(45_801))
    given(*bought).when(told, at=TUESDAY).then(now, TOO_MUCH)


def test_refunds_settled_here_and_told_of_elsewhere_add_up() -> None:
    one = (opened("refund_unshipped", hat(5_000)), settled(hat(5_000)))
    told = RecordRefund(refund="R-1", amount=yuan(40_801))
    now = RefundReported(at=TUESDAY, refund="R-1", amount=yuan(40_801))
    given(*bought, *one).when(told, at=TUESDAY).then(now, TOO_MUCH)


def test_a_payment_learnt_of_later_resolves_it() -> None:
    now = RefundReported(at=TUESDAY, refund="R-1", amount=yuan(50_000))
    pay = CapturePayment(
        payment="P-2", tenders=(Tender(tender="card", amount=yuan(4_200)),)
    )
    given(*bought, now, TOO_MUCH).when(pay, at=TUESDAY).then(
        PaymentCaptured(at=TUESDAY, payment="P-2", tenders=pay.tenders),
        ContradictionResolved(at=TUESDAY, code="refunded_more_than_paid"),
    )


@pytest.mark.parametrize("minor", [0, 100])
def test_a_refund_in_another_currency_than_paid_is_flagged(minor: int) -> None:
    dollars = Money(minor, "USD")
    given(*bought).when(RecordRefund(refund="R-1", amount=dollars), at=TUESDAY).then(
        RefundReported(at=TUESDAY, refund="R-1", amount=dollars), TOO_MUCH
    )


def test_of_two_tellings_of_a_refund_the_larger_counts() -> None:
    one = RefundReported(at=TUESDAY, refund="R-1", amount=yuan(500))
    other = RecordRefund(refund="R-1", amount=yuan(300))
    given(*bought, one).when(other, at=TUESDAY).then(
        RefundReported(at=TUESDAY, refund="R-1", amount=yuan(300)),
        ContradictionFlagged(
            at=TUESDAY, code="refund_reported_differently", about="R-1"
        ),
    )
    both = as_known(*bought, one, replace(one, amount=yuan(300)))
    assert both.refunded == {"CNY": 500}


def test_nothing_goes_back_that_is_less_than_nothing() -> None:
    for wrong in (
        lambda: RecordRefund(refund="R-1", amount=yuan(-1)),
        lambda: opening("dispute", (), freight=yuan(-1)),
        lambda: SettleClaim(claim="case-1", freight=yuan(-1)),
    ):
        with pytest.raises(ValueError, match="not below zero"):
            wrong()


# -- Whatever is asked and told, in any order --

KINDS = get_args(ClaimKind)
ORDERED = (
    OrderLine(line=1, product="a", quantity=3, price=yuan(1_000), freight=yuan(70)),
    OrderLine(line=2, product="b", quantity=1, price=yuan(333)),
)


class Step(NamedTuple):
    """One thing asked of the order; parts are hundredths of what is at stake."""

    verb: type[OrderCommand]
    claim: str
    kind: ClaimKind
    quantities: tuple[int, int]
    part: int
    postage: int


asks = st.builds(
    Step,
    verb=st.sampled_from([OpenClaim, SettleClaim, ChangeClaim]),
    claim=st.sampled_from(["one", "two", "three"]),
    kind=st.sampled_from(KINDS),
    quantities=st.sampled_from([(1, 0), (0, 1), (2, 0), (3, 1), (0, 0)]),
    part=st.sampled_from([100, 100, 30, 0, 101]),
    postage=st.sampled_from([0, 50, 100, 101]),
)
parcels = st.sampled_from(["A", "B", "whole"])
told = st.one_of(
    parcels.map(lambda name: RecordDelivery(parcel=name)),
    parcels.map(lambda name: RecordHandOver(parcel=name)),
    st.sampled_from(
        [
            ShipParcel(parcel="A", contents=(Packed(line=1, quantity=2),)),
            ShipParcel(parcel="B", contents=(Packed(line=1, quantity=1),)),
        ]
    ),
    st.builds(
        RecordRefund,
        refund=st.sampled_from(["R-1", "R-2"]),
        amount=st.sampled_from([yuan(100), yuan(1_500)]),
    ),
    st.just(
        CapturePayment(payment="P-2", tenders=(Tender(tender="card", amount=yuan(77)),))
    ),
)


def command_of(order: Order, step: Step) -> OrderCommand:
    """Return the step as a command, its amounts parts of what is at stake now.

    What is changed or settled is, if there is one, a claim that is live.
    """
    live = [name for name, claim in order.claims.items() if claim.live]
    if step.verb is not OpenClaim and live and step.claim not in live:
        step = step._replace(claim=live[0])
    if step.verb is SettleClaim:
        return settlement(order.claims.get(step.claim), step)
    items = tuple(
        ClaimItem(
            line=line,
            quantity=quantity,
            amount=part_of(
                refundable(order, line, quantity, besides=step.claim), step.part
            ),
        )
        for line, quantity in enumerate(step.quantities, 1)
        if quantity
    )
    freight = part_of(freight_left(order), step.postage) if step.postage else None
    asked = opening(step.kind, items, step.claim, freight)
    if step.verb is OpenClaim:
        return asked
    return ChangeClaim(claim=step.claim, kind=step.kind, items=items, freight=freight)


def settlement(claim: Claim | None, step: Step) -> SettleClaim:
    """Return the end of a claim, for part of what it is about."""
    items = claim.items if claim else hat(1)
    freight = claim.freight if claim else None
    back = items if step.kind in COMES_BACK else ()
    return SettleClaim(
        claim=step.claim,
        refunded=tuple(
            replace(item, amount=part_of(item.amount, step.part)) for item in items
        ),
        freight=part_of(freight, step.postage) if freight else None,
        returned=back,
    )


def part_of(amount: Money, hundredths: int) -> Money:
    """Return so much of an amount; a hundred and one is a fen too many."""
    if hundredths > 100:
        return amount + Money(1, amount.currency)
    return Money(amount.minor * hundredths // 100, amount.currency)


def as_known(*events: OrderEvent) -> Order:
    return reduce(ORDER.evolve, events, ORDER.initial)


def asked_of(order: Order, command: OrderCommand) -> Order:
    """Return the order after what it answers; a refusal changes nothing."""
    try:
        events = ORDER.decide(order, command, TERMS, FRIDAY)
    except Refused:
        if isinstance(command, Report):
            raise  # no report is ever refused
        return order
    return reduce(ORDER.evolve, events, order)


def money(order: Order, line: int) -> int:
    """Return what went back or is reserved of a line's goods."""
    return sum(
        item.amount.minor
        for claim in order.claims.values()
        for item in (*claim.refunded, *(claim.items if claim.live else ()))
        if item.line == line
    )


def postage(claim: Claim) -> int:
    amounts = (claim.freight_refunded, claim.freight if claim.live else None)
    return sum(amount.minor for amount in amounts if amount)


def all_is_guarded(order: Order, ever: Counter[Any]) -> None:
    """Nothing exceeds what was paid, ordered or delivered.

    A payment learnt of later may move an odd fen from one line to another, and a parcel
    turn out to hold less than all; so a line is held against the most ever known of it.
    """
    claims = order.claims.values()
    for number, share in order.shares.items():
        ever[number] = max(ever[number], share.goods.minor)
    freight = sum(share.freight.minor for share in order.shares.values())
    ever["postage"] = max(ever["postage"], freight)
    assert sum(map(postage, claims)) <= ever["postage"]
    for line in order.lines:
        number = line.line
        assert money(order, number) <= ever[number]
        goods = (claim for claim in claims if claim.kind not in BESIDE)
        assert sum(claim.quantity(number) for claim in goods) <= line.quantity
        assert sum(claim.held(number) for claim in claims) <= line.quantity
        back = sum(claim.came_back(number) for claim in claims)
        arrived_now = delivered_quantity(order, line)
        ever["arrived", number] = max(ever["arrived", number], arrived_now)
        assert back <= ever["arrived", number]
    paid = order.captured["CNY"]
    in_all = sum(money(order, line.line) for line in order.lines)
    assert in_all + sum(map(postage, claims)) <= paid
    flagged = ("refunded_more_than_paid", None) in order.contradictions
    assert flagged == (order.refunded.get("CNY", 0) > paid)


@settings(max_examples=200, deadline=None)
@for_any(steps=st.lists(st.tuples(st.none() | told, asks), min_size=5, max_size=25))
def test_whatever_is_claimed_settled_and_told_nothing_exceeds_what_was_paid_or_sent(
    steps: list[tuple[OrderCommand | None, Step]],
) -> None:
    place = PlaceOrder(
        consumer="anna", source="shop", number="A-1", lines=ORDERED, offers=()
    )
    pay = CapturePayment(
        payment="P-1", tenders=(Tender(tender="wechat", amount=yuan(1_101)),)
    )
    order = asked_of(asked_of(Order(), place), pay)
    ever: Counter[Any] = Counter()
    all_is_guarded(order, ever)
    for report, step in steps:
        if report is not None:
            order = asked_of(order, report)
            all_is_guarded(order, ever)
        order = asked_of(order, command_of(order, step))
        all_is_guarded(order, ever)
