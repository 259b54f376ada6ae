"""What people read of an order's money."""

from datetime import UTC, datetime
from functools import reduce
from uuid import UUID

from application.order_view import order_view
from domain.money import Money
from domain.order import (
    ORDER,
    ClaimItem,
    ClaimOpened,
    ClaimSettled,
    OrderEvent,
    RefundReported,
)

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
YUAN = Money(100, "CNY")
ONE_HAT = (ClaimItem(line=1, quantity=1, amount=Money(5_000, "CNY")),)


def test_an_order_shows_what_is_claimed_and_what_went_back() -> None:
    events: list[OrderEvent] = [
        ClaimOpened(at=MONDAY, claim="one", kind="dispute", items=ONE_HAT),
        ClaimSettled(at=MONDAY, claim="one", refunded=ONE_HAT),
        ClaimOpened(at=MONDAY, claim="two", kind="dispute", items=(), freight=YUAN),
        RefundReported(at=MONDAY, refund="R-1", amount=YUAN),
    ]
    order = reduce(ORDER.evolve, events, ORDER.initial)
    money = order_view(UUID(int=1), len(events), order).money
    assert money.claimed == (YUAN,)
    assert money.refunded == (Money(5_100, "CNY"),)
