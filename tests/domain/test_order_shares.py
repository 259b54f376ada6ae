"""What was really paid is split over lines and postage, to the fen."""

from functools import reduce

import pytest
from hypothesis import example
from hypothesis import given as for_any
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.money import Money
from domain.order import (
    ORDER,
    ClaimItem,
    ClaimOpened,
    ClaimSettled,
    CurrenciesDiffer,
    LineUnknown,
    Order,
    OrderEvent,
    OrderLine,
    OrderUnpaid,
    PaymentCaptured,
    RefundReported,
    Share,
    Tender,
    default_items,
    freight_left,
    goods_left,
    order_left,
    refundable,
)
from tests.domain.orders import MONDAY, TUESDAY, WEDNESDAY, placed


def yuan(fen: int) -> Money:
    return Money(fen, "CNY")


def as_known(*events: OrderEvent) -> Order:
    return reduce(ORDER.evolve, events, ORDER.initial)


def bought(lines: tuple[OrderLine, ...], *tenders: Money) -> Order:
    """Return an order of these lines, paid with these tenders."""
    paid = tuple(Tender(tender="wechat", amount=amount) for amount in tenders)
    return as_known(
        replace(placed, lines=lines),
        PaymentCaptured(at=MONDAY, payment="P-1", tenders=paid),
    )


SHIRT = OrderLine(line=1, product="shirt", price=yuan(10_000), freight=yuan(1_000))
SOCKS = OrderLine(line=2, product="socks", quantity=3, price=yuan(5_000))


def test_what_was_paid_after_coupons_counts_not_the_price() -> None:
    order = bought((SHIRT, SOCKS), yuan(8_000))
    assert order.shares == {
        1: Share(goods=yuan(5_000), freight=yuan(500)),
        2: Share(goods=yuan(2_500), freight=yuan(0)),
    }


def test_a_payment_of_several_tenders_is_one_sum() -> None:
    order = bought((SHIRT,), yuan(6_000), yuan(5_000))
    assert order.shares == {1: Share(goods=yuan(10_000), freight=yuan(1_000))}


def test_the_odd_fen_goes_to_the_largest_remainder_and_then_to_the_first() -> None:
    halves = (replace(SHIRT, freight=None), replace(SHIRT, line=2, freight=None))
    shares = bought(halves, yuan(101)).shares
    assert [share.goods.minor for share in shares.values()] == [51, 50]
    uneven = (replace(SOCKS, line=1, price=yuan(100)), replace(SOCKS, price=yuan(200)))
    shares = bought(uneven, yuan(101)).shares
    assert [share.goods.minor for share in shares.values()] == [34, 67]


def test_what_was_paid_for_goods_without_a_price_is_for_each_piece_alike() -> None:
    free = replace(SOCKS, price=yuan(0))
    gifts = (replace(free, line=1, quantity=1), free)
    shares = bought(gifts, yuan(400)).shares
    assert [share.goods.minor for share in shares.values()] == [100, 300]


def test_an_order_nobody_paid_for_has_no_shares() -> None:
    with pytest.raises(OrderUnpaid):
        _ = as_known(placed).shares


@pytest.mark.parametrize(
    ("lines", "paid"),
    [
        ((SHIRT,), (Money(10_000, "USD"),)),
        ((SHIRT,), (yuan(5_000), Money(5_000, "USD"))),
        ((SHIRT, replace(SOCKS, price=Money(5_000, "USD"))), (yuan(5_000),)),
        ((replace(SHIRT, freight=Money(1_000, "USD")),), (yuan(5_000),)),
    ],
)
def test_currencies_never_mix(
    lines: tuple[OrderLine, ...], paid: tuple[Money, ...]
) -> None:
    with pytest.raises(CurrenciesDiffer):
        _ = bought(lines, *paid).shares


def test_the_price_of_nothing_in_another_currency_changes_nothing() -> None:
    order = bought((SHIRT,), yuan(11_000), Money(0, "USD"))
    assert goods_left(order, 1) == yuan(10_000)


# -- What can still go back --


def took_back(claim: str, line: int, quantity: int, fen: int) -> tuple[OrderEvent, ...]:
    """Return a claim that was opened and settled for all it was about."""
    items = (ClaimItem(line=line, quantity=quantity, amount=yuan(fen)),)
    return (
        ClaimOpened(at=TUESDAY, claim=claim, kind="refund_shipped", items=items),
        ClaimSettled(at=WEDNESDAY, claim=claim, refunded=items),
    )


def after(order: Order, *events: OrderEvent) -> Order:
    return reduce(ORDER.evolve, events, order)


def test_pieces_of_a_line_come_to_the_line() -> None:
    order = bought((SOCKS,), yuan(100))
    amounts = []
    for number in range(3):
        amount = refundable(order, 2, 1)
        amounts.append(amount.minor)
        order = after(order, *took_back(f"case-{number}", 2, 1, amount.minor))
    assert amounts == [33, 33, 34]
    assert refundable(order, 2, 1) == yuan(0)


def test_what_a_price_protection_paid_is_no_longer_there() -> None:
    order = bought((SHIRT,), yuan(11_000))
    fallen = (ClaimItem(line=1, quantity=1, amount=yuan(2_000)),)
    order = after(
        order,
        ClaimOpened(at=TUESDAY, claim="drop", kind="price_protection", items=fallen),
        ClaimSettled(at=WEDNESDAY, claim="drop", refunded=fallen),
    )
    assert refundable(order, 1, 1) == yuan(8_000)


def test_a_claim_to_be_changed_does_not_stand_in_its_own_way() -> None:
    order = bought((SHIRT,), yuan(11_000))
    items = (ClaimItem(line=1, quantity=1, amount=yuan(10_000)),)
    opened = ClaimOpened(
        at=TUESDAY, claim="one", kind="dispute", items=items, freight=yuan(400)
    )
    order = after(order, opened)
    assert refundable(order, 1, 1) == yuan(0)
    assert refundable(order, 1, 1, besides="one") == yuan(10_000)
    assert freight_left(order) == yuan(600)
    assert freight_left(order, besides="one") == yuan(1_000)
    assert order_left(order) == yuan(600)


def test_what_went_back_elsewhere_is_no_longer_there_either() -> None:
    told = RefundReported(at=TUESDAY, refund="R-1", amount=yuan(9_000))
    order = after(bought((SHIRT, SOCKS), yuan(16_000)), told)
    assert order_left(order) == yuan(7_000)
    assert default_items(order, {2: 3, 1: 1}) == (
        ClaimItem(line=2, quantity=3, amount=yuan(5_000)),
        ClaimItem(line=1, quantity=1, amount=yuan(2_000)),
    )


def test_of_a_line_that_was_not_ordered_nothing_goes_back() -> None:
    with pytest.raises(LineUnknown):
        refundable(bought((SHIRT,), yuan(100)), 9, 1)


# -- To the fen, whatever was bought and however it was paid --

fen = st.integers(0, 10**7)
line_parts = st.tuples(fen, st.none() | fen, st.integers(1, 7))


def lines_of(parts: list[tuple[int, int | None, int]]) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            line=number,
            product=f"thing-{number}",
            quantity=quantity,
            price=yuan(price),
            freight=None if freight is None else yuan(freight),
        )
        for number, (price, freight, quantity) in enumerate(parts, 1)
    )


@for_any(
    parts=st.lists(line_parts, min_size=1, max_size=8),
    tenders=st.lists(fen, min_size=1, max_size=3),
)
@example(parts=[(0, 0, 1), (0, None, 2)], tenders=[1])
def test_shares_add_up_to_what_was_paid(
    parts: list[tuple[int, int | None, int]], tenders: list[int]
) -> None:
    shares = bought(lines_of(parts), *map(yuan, tenders)).shares.values()
    amounts = [amount.minor for share in shares for amount in share]
    assert sum(amounts) == sum(tenders)
    assert min(amounts) >= 0


@for_any(
    parts=st.lists(line_parts, min_size=1, max_size=4),
    paid=fen,
)
def test_a_share_is_within_a_fen_of_its_proportion(
    parts: list[tuple[int, int | None, int]], paid: int
) -> None:
    prices = sum(price + (freight or 0) for price, freight, _ in parts)
    shares = bought(lines_of(parts), yuan(paid)).shares.values()
    for (price, freight, _), share in zip(parts, shares, strict=True):
        for asked, got in ((price, share.goods), (freight or 0, share.freight)):
            if prices:
                assert abs(got.minor * prices - paid * asked) < prices


@for_any(
    parts=st.lists(line_parts, min_size=1, max_size=3),
    paid=fen,
    dice=st.data(),
)
def test_a_line_refunded_in_any_steps_comes_to_its_share(
    parts: list[tuple[int, int | None, int]], paid: int, dice: st.DataObject
) -> None:
    order = bought(lines_of(parts), yuan(paid))
    rest = {line.line: line.quantity for line in order.lines}
    back = dict.fromkeys(rest, 0)
    step = 0
    while rest:
        number = dice.draw(st.sampled_from(sorted(rest)))
        quantity = dice.draw(st.integers(1, rest[number]))
        amount = refundable(order, number, quantity).minor
        step += 1
        order = after(order, *took_back(f"case-{step}", number, quantity, amount))
        back[number] += amount
        rest[number] -= quantity
        rest = {line: left for line, left in rest.items() if left}
    shares = order.shares
    assert back == {line: share.goods.minor for line, share in shares.items()}
