"""What the timeline says of an order's events: lists as counts, money as sums."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from application.projections.fact_rows import Made
from domain.kernel import Event
from domain.money import Money
from domain.order.claim import money_of, quantities
from domain.order.claims import ClaimChanged, ClaimItems, ClaimOpened, ClaimSettled
from domain.order.events import OrderPlaced, ParcelShipped, PaymentCaptured
from domain.order.state import by_currency

Facts: TypeAlias = dict[str, Any]

ORDER_EVENTS: Final[tuple[type[Event], ...]] = (
    ClaimOpened,
    ClaimChanged,
    ClaimSettled,
)


def order_facts(event: Event, facts: Facts) -> Facts:
    """Return the facts of an event of an order that holds a claim's lists."""
    match event:
        case ClaimOpened(items=items) | ClaimChanged(items=items):
            return facts | claim_facts(items, event.freight) | {"items": len(items)}
        case ClaimSettled(refunded=refunded, returned=returned):
            back = sum(quantities(returned).values())
            counts = {"refunded": len(refunded), "returned": back}
            return facts | claim_facts(refunded, event.freight) | counts
        case _:
            return facts


def prices(event: OrderPlaced) -> dict[str, int]:
    """Return what all lines cost, by currency."""
    return sums(*[each for line in event.lines for each in (line.price, line.freight)])


def payments(event: PaymentCaptured) -> dict[str, int]:
    """Return what was paid, by currency."""
    return sums(*[each.amount for each in event.tenders])


# What is told in place of lists, or beside them.
ORDER_FACTS_MADE: Final[Mapping[type[Event], Made]] = {
    OrderPlaced: {
        "lines": lambda event: len(event.lines),
        "offers": lambda event: len(event.offers),
        "total": prices,
    },
    PaymentCaptured: {"total": payments},
    ParcelShipped: {
        "contents": lambda event: sum([each.quantity for each in event.contents])
    },
}


def sums(*amounts: Money | None) -> dict[str, int]:
    """Return what the amounts come to, by currency."""
    total: dict[str, int] = {}
    for amount in amounts:
        if amount is not None:
            total[amount.currency] = total.get(amount.currency, 0) + amount.minor
    return total


def claim_facts(items: ClaimItems, freight: Money | None) -> Facts:
    """Return how much of a claim's goods, and which sums of money, it is about."""
    total = by_currency(money_of(items, freight))
    return {
        "quantity": sum(quantities(items).values()),
        "total": {currency: minor for currency, minor in total.items() if minor},
    }
