"""When an order counts as received without its consumer's word (自动确认收货).

A request for after-sales stops this clock of the transaction, and it runs on with what
was left once the request is settled (超时说明 20010540).
"""

from datetime import datetime, timedelta

from domain.order.state import Order
from domain.promise import PromiseTerms


def auto_confirmed_at(order: Order, terms: PromiseTerms) -> datetime | None:
    """Return when the consumer's time to object ends, if nothing is claimed till then.

    None while the order has not been sent, or a claim stops the clock. Time that was
    given lasts.
    """
    proof = order.proof("shipped")
    if proof is None:
        return None
    counted_to, left = proof[0].at, timedelta(hours=terms.auto_confirm_hours)
    for since, until in stopped(order):
        if since - counted_to >= left:
            break
        if until is None:
            return None
        left -= max(timedelta(), since - counted_to)
        counted_to = max(counted_to, until)
    given = order.given.get("receipt")
    ends = counted_to + left
    return ends if given is None else max(ends, given)


def stopped(order: Order) -> list[tuple[datetime, datetime | None]]:
    """Return when claims were live, from the first; they may overlap."""
    spans = [span for claim in order.claims.values() for span in claim.spans]
    return sorted(spans, key=lambda span: span[0])
