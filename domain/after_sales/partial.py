"""How much a partial refund may come to: a share of what was paid for its goods.

The consumer keeps the goods, so that more would be a refund by another name (争议总则
第16条). What was given for the same lines before counts towards it.
"""

from datetime import datetime
from typing import Final

from domain.after_sales.refusals import PartialRefundTooHigh
from domain.after_sales.values import CaseType
from domain.order.claims import ClaimItems
from domain.order.shares import paid_shares
from domain.order.state import Order
from domain.policy.book import Rulebook
from domain.policy.rows import Times

# The row that holds a partial refund down, by the end of its id.
PARTIAL_CAP: Final = "partial-refund-cap"
WHOLE_BP: Final = 10_000


def held_down(  # noqa: PLR0913, PLR0917 - what is asked of which order, by which rules
    kind: CaseType,
    items: ClaimItems,
    order: Order,
    claim: str,
    book: Rulebook,
    at: datetime,
) -> None:
    """Raise PartialRefundTooHigh for more than the pack's cap lets; it says the limit.

    ``claim`` is the name of the case's own claim. Of an order that names no such lines
    or has nothing paid nothing is said: that is refused elsewhere.
    """
    if kind != "partial_refund" or not order.payments:
        return
    times = Times(ordered_at=order.placed_at or order.paid_at, judged_at=at)
    caps = [row for row in book.caps(times) if row.id.endswith(PARTIAL_CAP)]
    asked = sum(item.amount.minor for item in items)
    given, paid = given_before(items, order, claim), paid_for(items, order)
    for cap in caps:
        if cap.rate_bp is None:
            continue
        most = max(0, paid * cap.rate_bp // WHOLE_BP - given)
        if asked > most:
            raise PartialRefundTooHigh(minor_max=most, policy=cap.ref)


def paid_for(items: ClaimItems, order: Order) -> int:
    """Return the minor units really paid for so much of these lines, postage aside."""
    ordered = {line.line: line.quantity for line in order.lines}
    shares = paid_shares(order)
    return sum(
        shares[item.line].goods.minor
        * min(item.quantity, ordered[item.line])
        // ordered[item.line]
        for item in items
        if item.line in ordered
    )


def given_before(items: ClaimItems, order: Order, claim: str) -> int:
    """Return the minor units other partial refunds of these lines came to, or may."""
    lines = {item.line for item in items}
    return sum(
        item.amount.minor
        for name, known in order.claims.items()
        if known.kind == "partial_refund" and name != claim
        for item in (*known.refunded, *(known.items if known.live else ()))
        if item.line in lines
    )
