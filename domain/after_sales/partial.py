"""How much a partial refund may come to: a share of what was paid for its goods.

The consumer keeps the goods, so that more would be a refund by another name (争议总则
第16条). What was given for the same lines before counts towards it.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from domain.after_sales.refusals import PartialRefundTooHigh
from domain.after_sales.values import CaseType
from domain.order.claim import Claim, quantities
from domain.order.claims import ClaimItems
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
    pieces = quantities(items)
    before = partial_claims(pieces, order, claim)
    given = sum(given_by(each, pieces) for each in before)
    others = sum((quantities(each.items) for each in before), Counter[int]())
    # The same pieces twice over are no more than they are: a line has only so many.
    paid, paid_in_all = (
        paid_for(each, order) for each in (pieces, pieces + only(pieces, others))
    )
    for cap in caps:
        if cap.rate_bp is None:
            continue
        own, all_told = (each * cap.rate_bp // WHOLE_BP for each in (paid, paid_in_all))
        most = max(0, min(own, all_told - given))
        if total(items) > most:
            raise PartialRefundTooHigh(minor_max=most, policy=cap.ref)


def total(items: ClaimItems) -> int:
    """Return the minor units of items, which are of one currency."""
    return sum(item.amount.minor for item in items)


def paid_for(pieces: Mapping[int, int], order: Order) -> int:
    """Return the minor units really paid for so much of these lines, postage aside."""
    ordered = {line.line: line.quantity for line in order.lines}
    shares = order.shares
    return sum(
        shares[line].goods.minor * min(quantity, ordered[line]) // ordered[line]
        for line, quantity in pieces.items()
        if line in ordered
    )


def partial_claims(
    pieces: Mapping[int, int], order: Order, claim: str
) -> tuple[Claim, ...]:
    """Return the other claims for a partial refund of these lines."""
    return tuple(
        known
        for name, known in order.claims.items()
        if known.kind == "partial_refund"
        and name != claim
        and given_by(known, pieces) > 0
    )


def given_by(claim: Claim, pieces: Mapping[int, int]) -> int:
    """Return the minor units a claim came to for these lines, or may yet come to."""
    items = (*claim.refunded, *(claim.items if claim.live else ()))
    return total(tuple(item for item in items if item.line in pieces))


def only(pieces: Mapping[int, int], counted: Counter[int]) -> Counter[int]:
    """Return what was counted of these lines."""
    return Counter({line: counted[line] for line in pieces})
