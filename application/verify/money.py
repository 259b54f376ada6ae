"""I10: no more goes back to a consumer than was paid, and books sum to zero.

What goes back is counted from the cases themselves, not by the order's own sums that
guard it: refunds that went or are on their way, and postage, under each claim on the
order. Freight and price differences paid back are such cases too. What rules pay on
top, out of a merchant's or our own pocket, is bounded by its caps, not by the order.
Cases another platform runs are reports, which may contradict each other: they are not
counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from application.audit.state import DECIDERS, all_readable, fold, kind_of
from application.event_store.connections import Connection
from application.event_store.mapper import RedressMapper
from application.event_store.rows.loading import streams_of
from application.event_store.rows.row import LogEntry
from application.event_store.store import UnreadableEvent
from application.projections.log import Range
from application.verify.findings import Findings
from application.verify.patience import AT_ONE_MOMENT
from domain.after_sales import Case
from domain.ids import partition_in
from domain.kernel import Refused
from domain.order import Order
from domain.order.claims import ClaimItem

# The refunds of a case that are the consumer's, or on their way.
MOVING: Final = frozenset({"ordered", "succeeded", "recovered"})

# Pages without any of these move no money.
MONEY_TAGS: Final = frozenset(
    {
        b"after_sales.refund_ordered",
        b"after_sales.refund_succeeded",
        b"order.claim_settled",
        b"responsibility.entry_posted",
    }
)
# Events by which money goes back, or has gone.
TOUCHED: Final = """
SELECT DISTINCT stream_id FROM store.event
 WHERE partition = %(partition)s AND position > %(after)s AND position <= %(upto)s
   AND type IN ('after_sales.refund_ordered', 'after_sales.refund_succeeded',
                'order.claim_settled')
"""
UNBALANCED: Final = """
SELECT position, stream_id, entry, sum
  FROM store.event AS e
 CROSS JOIN LATERAL (
       SELECT store.as_json(e.body) -> 'entry' AS posted OFFSET 0) AS its
 CROSS JOIN LATERAL (
       SELECT its.posted ->> 'entry' AS entry, sum((posting ->> 'minor')::numeric)
         FROM jsonb_array_elements(its.posted -> 'postings') AS posting) AS sums
 WHERE partition = %(partition)s AND position > %(after)s AND position <= %(upto)s
   AND type = 'responsibility.entry_posted'
"""


class Paid(Struct):
    """The most that was ever paid, in minor units.

    A later payment may move an odd fen from one line to another, and one told anew in
    another currency leaves less of the first: what went back before that was right.
    """

    share: dict[int, int] = field(default_factory=dict)
    freight: int = 0
    captured: dict[str, int] = field(default_factory=dict)

    def learn(self, order: Order) -> None:
        """Take in how an order stands."""
        for currency, minor in order.captured.items():
            self.captured[currency] = max(self.captured.get(currency, 0), minor)
        try:
            shares = order.shares
        except Refused:
            return
        for line, each in shares.items():
            self.share[line] = max(self.share.get(line, 0), each.goods.minor)
        freight = sum(each.freight.minor for each in shares.values())
        self.freight = max(self.freight, freight)


class Back(Struct):
    """What went back, or is on its way, in minor units: by line, postage, in all."""

    goods: Counter[int] = field(default_factory=Counter)
    freight: int = 0
    whole: Counter[str] = field(default_factory=Counter)

    def by_case(self, case: Case) -> None:
        """Add what goes back by a case."""
        goods = by_line(case.refunded.values())
        freight = case.refunded_freight.minor if case.refunded_freight else 0
        if case.live_refund is not None and case.due is not None:
            goods |= by_line(case.due.items)
            freight = max(freight, case.due.freight.minor if case.due.freight else 0)
        self.goods += goods
        self.freight += freight
        for refund in case.refunds.values():
            if refund.outcome in MOVING:
                self.whole[refund.amount.currency] += refund.amount.minor

    def by_claim(self, order: Order, name: str) -> None:
        """Add what went back by a claim that is no case's, as the order says."""
        claim = order.claims[name]
        self.goods += by_line(claim.refunded)
        self.freight += claim.freight_refunded.minor if claim.freight_refunded else 0
        for amount in claim.paid_back:
            self.whole[amount.currency] += amount.minor


def by_line(items: Iterable[ClaimItem]) -> Counter[int]:
    """Return the money of items by their lines."""
    sums: Counter[int] = Counter()
    for item in items:
        sums[item.line] += item.amount.minor
    return sums


def given_back(order: Order, cases: Mapping[str, Case]) -> Back:
    """Return what goes back for an order; ``cases`` by the names of their claims."""
    back = Back()
    for name in order.claims:
        case = cases.get(name)
        if case is None:
            back.by_claim(order, name)
        elif case.opened_here:
            back.by_case(case)
    return back


def beyond(paid: Paid, back: Back) -> Iterator[str]:
    """Yield in what more goes back than was paid."""
    for line, minor in back.goods.items():
        if minor > (most := paid.share.get(line, 0)):
            yield f"line {line}: {minor} go back, {most} were paid for it"
    if back.freight > paid.freight:
        yield f"{back.freight} of postage go back, {paid.freight} were paid"
    for currency, minor in back.whole.items():
        if minor > (most := paid.captured.get(currency, 0)):
            yield f"{minor} {currency} go back, {most} {currency} were paid"


class MoneyCheck:
    """Checks the money that the pages of a partition's log move."""

    def __init__(self, connection: Connection, found: Findings) -> None:
        self._connection, self._found = connection, found
        self._mapper = RedressMapper()

    def check(self, page: Range) -> None:
        """Check the orders whose money a page moves, as they stand, and its entries."""
        with self._connection.transaction():
            self._connection.execute(AT_ONE_MOMENT)
            self._check_entries(page)
            rows = self._connection.execute(TOUCHED, page._asdict()).fetchall()
            touched = self._streams(stream_id for (stream_id,) in rows)
            for order_id, history in self._streams(self._orders_of(touched)).items():
                self._check_order(order_id, history)

    def _check_entries(self, page: Range) -> None:
        rows = self._connection.execute(UNBALANCED, page._asdict())
        for position, stream_id, entry, total in rows:
            self._found.looked_at("I10", 1)
            if total != 0:
                self._found.add(
                    "I10",
                    f"the postings of entry {entry} sum to {total}",
                    partition=page.partition,
                    position=position,
                    of=f"account {stream_id}",
                )

    def _orders_of(self, touched: Mapping[UUID, Sequence[LogEntry]]) -> set[UUID]:
        orders: set[UUID] = set()
        for stream_id, history in touched.items():
            if kind_of(history) == "order":
                orders.add(stream_id)
            elif (case := self._case(stream_id, history)) and case.order:
                orders.add(UUID(case.order))
        return orders

    def _check_order(self, order_id: UUID, history: Sequence[LogEntry]) -> None:
        self._found.looked_at("I10", 1)
        paid, order = Paid(), Order()
        try:
            events = [each.event for each in all_readable(history)]
        except UnreadableEvent as error:
            self._not_counted(order_id, str(error))
            return
        decider = DECIDERS["order"]
        for order in accumulate(events, decider.evolve, initial=decider.initial):
            paid.learn(order)
        streams = self._streams(filter(None, map(id_of, order.claims)))
        cases = {
            str(stream_id): case
            for stream_id, found in streams.items()
            if (case := self._case(stream_id, found)) is not None
        }
        last = history[-1].position if history else None
        for what in beyond(paid, given_back(order, cases)):
            self._found.add(
                "I10",
                what,
                partition=partition_in(order_id),
                position=last,
                of=f"order {order_id}",
            )

    def _case(self, stream_id: UUID, history: Sequence[LogEntry]) -> Case | None:
        if not history or kind_of(history) != "after_sales":
            return None
        try:
            events = [each.event for each in all_readable(history)]
        except UnreadableEvent as error:
            self._not_counted(stream_id, str(error))
            return None
        case = fold("after_sales", events)
        assert isinstance(case, Case), "the events of a case are a case"
        return case

    def _not_counted(self, stream_id: UUID, why: str) -> None:
        self._found.note(f"The money of stream {stream_id} cannot be counted: {why}")

    def _streams(self, ids: Iterable[UUID]) -> Mapping[UUID, Sequence[LogEntry]]:
        return streams_of(self._connection, ids, self._mapper)


def id_of(name: str) -> UUID | None:
    """Return the stream that a claim is named after; None for one from outside."""
    try:
        return UUID(name)
    except ValueError:
        return None
