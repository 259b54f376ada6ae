"""Which reports of an order cannot all be so. They are kept, and flagged."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from domain.order.events import (
    ContradictionFlagged,
    ContradictionResolved,
    OrderEvent,
)
from domain.order.parcel import Mark, Parcel
from domain.order.state import Order, by_currency
from domain.order.values import ContradictionCode
from domain.promise import PromiseTerms

Clash = tuple[ContradictionCode, str | None]


class Question(NamedTuple):
    """What is asked of an order: of these facts, for contradictions of these codes.

    A fact is a field of ``Order``. While none that a question reads changes, neither
    does its answer; a code is the answer to one question only.
    """

    codes: frozenset[ContradictionCode]
    reads: frozenset[str]
    asked: Callable[[Order, PromiseTerms], Iterable[Clash]]


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


def of_the_sale(order: Order, _: PromiseTerms) -> Iterator[Clash]:
    """Yield what clashes among placement, payments and ends."""
    if before(order.paid_at, order.placed_at):
        yield "paid_before_placed", None
    if order.placement is not None and len(order.placements) > 1:
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


def of_the_refunds(order: Order, _: PromiseTerms) -> Iterator[Clash]:
    """Yield what clashes between what went back and what was paid, as far as known."""
    paid = order.captured
    for currency, minor in order.refunded.items():
        if minor > paid.get(currency, 0) or (paid and currency not in paid):
            yield "refunded_more_than_paid", None
    for name, refund in order.refunds.items():
        # When it arrived is told by the minute here and by the day there.
        if len({report.amount for report in refund.reports}) > 1:
            yield "refund_reported_differently", name


def of_the_goods(order: Order, _: PromiseTerms) -> Iterator[Clash]:
    """Yield lines of which more was sent than ordered; what is lost does not count."""
    sent: Counter[int] = Counter()
    for parcel in order.parcels.values():
        contents = parcel.contents
        if contents and not parcel.gone:
            for packed in contents:
                sent[packed.line] += packed.quantity
    for line in order.lines if sent else ():
        if sent[line.line] > line.quantity:
            yield "more_shipped_than_ordered", f"line-{line.line}"


def of_the_parcels(order: Order, _: PromiseTerms) -> Iterator[Clash]:
    """Yield what clashes in the steps of each parcel."""
    for name, parcel in order.parcels.items():
        for code in of_a_parcel(order, parcel):
            yield code, name


def of_a_parcel(order: Order, parcel: Parcel) -> Iterator[ContradictionCode]:
    """Yield what clashes in the order of a parcel's steps."""
    steps = parcel.steps
    word = parcel.told[0].at if parcel.told else None
    moved, arrived = time_of(parcel.handed_over), time_of(steps.arrived)
    placed_at, paid_at = order.placed_at, order.paid_at
    in_order: tuple[tuple[datetime | None, datetime | None, ContradictionCode], ...] = (
        (word, placed_at, "shipped_before_placed"),
        (word, paid_at, "shipped_before_paid"),
        (moved, placed_at, "handed_over_before_placed"),
        (moved, paid_at, "handed_over_before_paid"),
        (arrived, placed_at, "delivered_before_placed"),
        (arrived, paid_at, "delivered_before_paid"),
        (arrived, time_of(steps.picked_up), "delivered_before_handed_over"),
    )
    for later, earlier, code in in_order:
        if before(later, earlier):
            yield code
    off = order.cancelled_at
    if off is not None and any(before(off, step) for step in (moved, word, arrived)):
        yield "moved_after_cancelled"
    if before(time_of(steps.gone), arrived):
        yield "delivered_after_gone"
    if steps.stopped_and_not:
        yield "intercepted_and_not"
    if steps.told_differently:
        yield "scan_told_differently"


def time_of(mark: Mark | None) -> datetime | None:
    """Return the time of a mark."""
    return None if mark is None else mark.at


def before(one: datetime | None, other: datetime | None) -> bool:
    """Say whether both are known, and the one lies before the other."""
    return one is not None and other is not None and one < other


QUESTIONS: Final = (
    Question(
        frozenset(
            {
                "paid_before_placed",
                "placed_differently",
                "payment_reported_differently",
                "currencies_differ",
                "completed_and_cancelled",
            }
        ),
        frozenset({"placements", "payments", "completions", "cancellations"}),
        of_the_sale,
    ),
    Question(
        frozenset({"refunded_more_than_paid", "refund_reported_differently"}),
        frozenset({"placements", "payments", "claims", "refunds"}),
        of_the_refunds,
    ),
    Question(
        frozenset({"more_shipped_than_ordered"}),
        frozenset({"placements", "parcels"}),
        of_the_goods,
    ),
    Question(
        frozenset(
            {
                "shipped_before_placed",
                "shipped_before_paid",
                "handed_over_before_placed",
                "handed_over_before_paid",
                "delivered_before_placed",
                "delivered_before_paid",
                "delivered_before_handed_over",
                "moved_after_cancelled",
                "delivered_after_gone",
                "intercepted_and_not",
                "scan_told_differently",
            }
        ),
        frozenset({"placements", "payments", "parcels", "cancellations"}),
        of_the_parcels,
    ),
    Question(
        frozenset({"promise_rule_unknown", "promise_line_unknown"}),
        frozenset({"placements", "identities", "payments", "appointments"}),
        of_the_promises,
    ),
)
READ: Final = frozenset[str]().union(*(each.reads for each in QUESTIONS))


def clashes_told(
    order: Order, terms: PromiseTerms, at: datetime, changed: frozenset[str]
) -> Iterator[OrderEvent]:
    """Yield the contradictions that appeared, and those that later reports resolved.

    Only what reads a fact that changed is asked again.
    """
    clashes: set[Clash] = set()
    codes: set[str] = set()
    for question in QUESTIONS:
        if not changed.isdisjoint(question.reads):
            clashes.update(question.asked(order, terms))
            codes |= question.codes
    if not clashes and not order.contradictions:
        return
    known = {clash for clash in order.contradictions if clash[0] in codes}
    for code, about in sorted(clashes - known, key=str):
        yield ContradictionFlagged(at=at, code=code, about=about)
    for gone, about in sorted(known - clashes, key=str):
        yield ContradictionResolved(at=at, code=gone, about=about)  # type: ignore[arg-type]  # it was flagged with a code from above
