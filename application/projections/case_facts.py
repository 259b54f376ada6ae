"""What the timeline keeps of the events of after-sales cases, lists as counts."""

from typing import Any, Final, get_args

from domain.after_sales import (
    CaseEvent,
    ParcelScanned,
    RefundDue,
    ReplacementShipped,
    ReturnReceived,
)
from domain.kernel import Event
from domain.money import Money
from domain.order import ClaimItem
from domain.timer import TimerEvent

# The events of cases alone: clocks are everybody's.
CASE_EVENTS: Final[tuple[type[Any], ...]] = tuple(
    each for each in get_args(CaseEvent) if each not in get_args(TimerEvent)
)

# Lists that are given as how many there are.
COUNTED = ("accepted", "evidence", "fallback", "items", "lines")


def case_facts(event: Event, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of an event of a case, with sums and counts for its lists."""
    kept = {name: value for name, value in facts.items() if name != "where"}
    kept |= {name: len(kept[name]) for name in COUNTED if name in kept}
    match event:
        case RefundDue(total=total):
            return kept | {"total": {total.currency: total.minor}}
        case ReturnReceived(items=items):
            return kept | {"quantity": sum(each.quantity for each in items)}
        case ReplacementShipped(contents=contents) if contents:
            return kept | {"contents": sum(each.quantity for each in contents)}
        case ParcelScanned():
            return kept
        case _:
            return kept | asked(getattr(event, "items", ()), event)


def asked(items: tuple[Any, ...], event: Event) -> dict[str, Any]:
    """Return how much money items and freight are about, by currency."""
    amounts = [item.amount for item in items if isinstance(item, ClaimItem)]
    freight = getattr(event, "freight", None)
    if isinstance(freight, Money):
        amounts.append(freight)
    sums: dict[str, int] = {}
    for amount in amounts:
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return {"total": sums} if sums else {}
