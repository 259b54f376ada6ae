"""Which reports of an order cannot all be so. They are kept, and flagged."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from domain.order.parcel import GONE, PICKED_UP, Parcel
from domain.order.state import Order, by_currency
from domain.order.values import ContradictionCode
from domain.promise import PromiseTerms

Clash = tuple[ContradictionCode, str | None]


def contradictions(order: Order, terms: PromiseTerms) -> frozenset[Clash]:
    """Return every clash among the facts: what it is, and which parcel or payment."""
    clashes = [*of_the_sale(order), *of_the_refunds(order), *of_the_goods(order)]
    for name, parcel in order.parcels.items():
        clashes += ((code, name) for code in of_a_parcel(order, parcel))
    clashes += of_the_promises(order, terms)
    return frozenset(clashes)


def of_the_promises(order: Order, terms: PromiseTerms) -> Iterator[Clash]:
    """Yield promises under no rule, and about lines that were not ordered."""
    ordered_at = order.placed_at or order.paid_at
    offers = [*order.offers, *filter(None, (order.appointment,))]
    lines = {line.line for line in order.lines}
    for offer in offers if ordered_at else ():
        assert ordered_at is not None, "asked above"
        if terms.rule(offer.label, ordered_at, order.source) is None:
            yield "promise_rule_unknown", offer.label
        if lines and offer.line is not None and offer.line not in lines:
            yield "promise_line_unknown", f"line-{offer.line}"


def of_the_sale(order: Order) -> Iterator[Clash]:
    """Yield what clashes among placement, payments and ends."""
    if before(order.paid_at, order.placed_at):
        yield "paid_before_placed", None
    if order.placement is not None:
        same = order.placement
        if any(replace(told, at=same.at) != same for told in order.placements):
            yield "placed_differently", None
    for number, payment in order.payments.items():
        if len(payment.reports) > 1:
            yield "payment_reported_differently", number
    priced = by_currency(line.price for line in order.lines)
    if len(priced.keys() | order.captured.keys()) > 1:
        yield "currencies_differ", None
    if order.completed_at is not None and order.cancelled_at is not None:
        yield "completed_and_cancelled", None


def of_the_refunds(order: Order) -> Iterator[Clash]:
    """Yield what clashes between what went back and what was paid, as far as known."""
    paid = order.captured
    for currency, minor in order.refunded.items():
        if minor > paid.get(currency, 0) or (paid and currency not in paid):
            yield "refunded_more_than_paid", None
    for name, refund in order.refunds.items():
        # When it arrived is told by the minute here and by the day there.
        if len({report.amount for report in refund.reports}) > 1:
            yield "refund_reported_differently", name


def of_the_goods(order: Order) -> Iterator[Clash]:
    """Yield lines of which more was sent than ordered; what is lost does not count."""
    sent: Counter[int] = Counter()
    for parcel in order.parcels.values():
        if not parcel.gone:
            for packed in parcel.contents or ():
                sent[packed.line] += packed.quantity
    for line in order.lines:
        if sent[line.line] > line.quantity:
            yield "more_shipped_than_ordered", f"line-{line.line}"


def of_a_parcel(order: Order, parcel: Parcel) -> Iterator[ContradictionCode]:
    """Yield what clashes in the order of a parcel's steps."""
    word = parcel.told[0].at if parcel.told else None
    picked_up = time_of(parcel, PICKED_UP)
    moved = parcel.handed_over.at if parcel.handed_over else None
    arrived = parcel.delivered.at if parcel.delivered else None
    steps: tuple[tuple[datetime | None, datetime | None, ContradictionCode], ...] = (
        (word, order.placed_at, "shipped_before_placed"),
        (word, order.paid_at, "shipped_before_paid"),
        (moved, order.placed_at, "handed_over_before_placed"),
        (moved, order.paid_at, "handed_over_before_paid"),
        (arrived, order.placed_at, "delivered_before_placed"),
        (arrived, order.paid_at, "delivered_before_paid"),
        (arrived, picked_up, "delivered_before_handed_over"),
    )
    for later, earlier, code in steps:
        if before(later, earlier):
            yield code
    if any(before(order.cancelled_at, step) for step in (moved, word, arrived)):
        yield "moved_after_cancelled"
    if before(time_of(parcel, GONE), arrived):
        yield "delivered_after_gone"
    if {"intercepted", "intercept_failed"} <= {mark.code for mark in parcel.marks}:
        yield "intercepted_and_not"
    if told_differently(parcel):
        yield "scan_told_differently"


def told_differently(parcel: Parcel) -> bool:
    """Say whether one scan was told with two codes of the carrier's own."""
    own = {mark.detail: mark.code for mark in parcel.marks if mark.raw_code}
    return any(
        each.raw_code and own.get(each.detail, each.code) != each.code
        for each in parcel.retold
    )


def time_of(parcel: Parcel, codes: frozenset[str]) -> datetime | None:
    """Return the time of the first mark of these codes."""
    mark = parcel.first(codes)
    return mark.at if mark else None


def before(one: datetime | None, other: datetime | None) -> bool:
    """Say whether both are known, and the one lies before the other."""
    return one is not None and other is not None and one < other
