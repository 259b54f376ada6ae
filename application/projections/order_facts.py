"""What the timeline says of an order's events: lists as counts, money as sums."""

from typing import Any, Final, TypeAlias

from domain.kernel import Event
from domain.money import Money
from domain.order.claim import money_of, quantities
from domain.order.claims import ClaimChanged, ClaimItems, ClaimOpened, ClaimSettled
from domain.order.events import OrderPlaced, ParcelShipped, PaymentCaptured
from domain.order.state import by_currency

Facts: TypeAlias = dict[str, Any]

ORDER_EVENTS: Final[tuple[type[Event], ...]] = (
    OrderPlaced,
    PaymentCaptured,
    ClaimOpened,
    ClaimChanged,
    ClaimSettled,
    ParcelShipped,
)


def order_facts(event: Event, facts: Facts) -> Facts:
    """Return the facts of an event of an order that holds lists."""
    match event:
        case OrderPlaced(lines=lines, offers=offers):
            prices = (each for line in lines for each in (line.price, line.freight))
            counts = {"lines": len(lines), "offers": len(offers)}
            return facts | counts | {"total": sums(*prices)}
        case PaymentCaptured(tenders=tenders):
            return facts | {"total": sums(*(each.amount for each in tenders))}
        case ParcelShipped(contents=contents):
            return facts | {"contents": sum(packed.quantity for packed in contents)}
        case ClaimOpened(items=items) | ClaimChanged(items=items):
            return facts | claim_facts(items, event.freight) | {"items": len(items)}
        case ClaimSettled(refunded=refunded, returned=returned):
            back = sum(quantities(returned).values())
            counts = {"refunded": len(refunded), "returned": back}
            return facts | claim_facts(refunded, event.freight) | counts
        case _:
            return facts


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
