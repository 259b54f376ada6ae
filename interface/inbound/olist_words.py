"""Olist's words, in ours: what an order's rows report, and when it happened.

A step is reported at the time its own column gives, and not at all without one: a
status alone dates nothing. The sole exceptions are documented where they stand.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple, assert_never
from uuid import UUID, uuid5

import msgspec

from domain.money import Money
from domain.order import (
    CapturePayment,
    ConfirmStock,
    OrderLine,
    OrderReport,
    PlaceOrder,
    RecordCancellation,
    RecordDelivery,
    RecordHandOver,
    RecordReview,
    Tender,
)
from domain.promise import Offer
from interface.inbound.olist_export import OlistOrder
from interface.inbound.olist_rows import CURRENCY, ItemRow, PaymentRow, ReviewRow

SOURCE: Final = "olist"
NAMESPACE: Final = UUID("6f4c3c0e-9d5b-5a86-9c7e-2f6b1d0a7e41")

DELIVERY_LABEL: Final = "olist-estimated-delivery"
HAND_OVER_LABEL: Final = "olist-shipping-limit"

Kind = Literal[
    "placed", "paid", "preparing", "handed_over", "delivered", "cancelled", "reviewed"
]
# Steps of one second happened in this order.
KINDS: Final[tuple[Kind, ...]] = (
    "placed",
    "paid",
    "preparing",
    "handed_over",
    "delivered",
    "cancelled",
    "reviewed",
)
# What a status says was done, beyond being ordered.
CLAIMS: Final[Mapping[str, Kind]] = {
    "created": "placed",
    "approved": "paid",
    "invoiced": "paid",
    "processing": "paid",
    "shipped": "handed_over",
    "delivered": "delivered",
    "canceled": "cancelled",
    "unavailable": "cancelled",
}
CANCELLED: Final = frozenset({"canceled", "unavailable"})


class Step(NamedTuple):
    """One thing that happened to an order. Steps sort by time, whatever the order."""

    at: datetime
    rank: int
    order: str
    number: int = 0

    @property
    def kind(self) -> Kind:
        """What happened."""
        return KINDS[self.rank]


class Said(NamedTuple):
    """A report, its cause, and the words that are to be sealed before it is told."""

    report: OrderReport
    cause: UUID
    words: str = ""


# -- When --


def steps(order: OlistOrder) -> Iterator[Step]:
    """Yield the steps of an order that have a time."""
    row = order.row
    paid_at = row.approved or row.purchased
    times: dict[Kind, datetime | None] = {
        "placed": row.purchased,
        "paid": paid_at if order.payments or row.approved else None,
        "preparing": paid_at if row.status == "processing" else None,
        "handed_over": row.handed_over,
        "delivered": row.delivered,
        # The export has no time of cancellation: it came after all that is known.
        "cancelled": last_known(order) if row.status in CANCELLED else None,
    }
    for rank, kind in enumerate(KINDS):
        if kind == "reviewed":
            for number, review in enumerate(order.reviews):
                yield Step(review.answered, rank, row.order, number)
        elif (at := times[kind]) is not None:
            yield Step(at, rank, row.order)


def last_known(order: OlistOrder) -> datetime:
    """Return the time of the last step of its life cycle."""
    row = order.row
    times = (row.purchased, row.approved, row.handed_over, row.delivered)
    return max(time for time in times if time is not None)


def unproven(order: OlistOrder) -> str | None:
    """Return what the status says but no date bears out, as a sentence."""
    status = order.row.status
    if status not in CLAIMS:
        return f"order_status is {status}, which is none of Olist's"
    claim = CLAIMS[status]
    if claim in {step.kind for step in steps(order)}:
        return None
    return f"order_status is {status}, but no date says when it was {claim}"


# -- What --


def said(order: OlistOrder, step: Step) -> Said:
    """Return the step as a report.

    Its cause is named by what the rows say, so the same rows again are the same report,
    and rows that say otherwise later are another. A person's words are no part of it:
    a name made of them would outlive them.
    """
    row, kind = order.row, step.kind
    match kind:
        case "placed":
            facts = (order.consumer, row.purchased, row.estimated, order.items)
            return Said(placed(order), cause(step, *facts))
        case "paid":
            tenders = tuple(map(tender, order.payments))
            paid = CapturePayment(payment=row.order, tenders=tenders)
            return Said(paid, cause(step, step.at, order.payments))
        case "preparing":
            return Said(ConfirmStock(), cause(step, step.at))
        case "handed_over":
            return Said(RecordHandOver(), cause(step, step.at))
        case "delivered":
            return Said(RecordDelivery(), cause(step, step.at))
        case "cancelled":
            cancelled = RecordCancellation(by="unknown", reason=row.status)
            return Said(cancelled, cause(step, step.at, row.status))
        case "reviewed":
            return reviewed(order.reviews[step.number], step)
    assert_never(kind)


def placed(order: OlistOrder) -> PlaceOrder:
    """Return the order as it was placed, with the two promises shown beside it.

    The channel stays open: the export does not say where the goods were met.
    """
    row = order.row
    sellers = {item.seller for item in order.items}
    estimated = (
        Offer(label=DELIVERY_LABEL, source="platform", by_day=day)
        for day in (row.estimated,)
        if day is not None
    )
    return PlaceOrder(
        consumer=order.consumer,
        source=SOURCE,
        number=row.order,
        lines=tuple(map(line, order.items)),
        merchant=sellers.pop() if len(sellers) == 1 else None,
        offers=(*estimated, *map(hand_over, order.items)),
        ships_from=order.ships_from,
        ships_to=order.ships_to,
    )


def line(item: ItemRow) -> OrderLine:
    """Return an order line; Olist writes a line for every single piece."""
    return OrderLine(
        line=item.line,
        product=item.product,
        price=Money(item.price, CURRENCY),
        freight=Money(item.freight, CURRENCY),
        merchant=item.seller,
    )


def hand_over(item: ItemRow) -> Offer:
    """Return the seller's promise to hand this line to the carrier."""
    return Offer(
        label=HAND_OVER_LABEL,
        source="merchant",
        by=item.seller,
        line=item.line,
        due_at=item.limit,
    )


def tender(payment: PaymentRow) -> Tender:
    """Return a means of payment under Olist's own word for it; zeros are kept."""
    return Tender(
        tender=payment.tender,
        amount=Money(payment.amount, CURRENCY),
        installments=payment.installments,
    )


def reviewed(review: ReviewRow, step: Step) -> Said:
    """Return a review, at the time the consumer answered.

    The time it was created is when the survey was sent out, often before the parcel
    came; it is the platform's deed, and told as when the consumer was asked.
    """
    report = RecordReview(
        review=review.review, score=review.score, asked_at=review.asked
    )
    facts = (review.review, review.score, review.answered)
    return Said(report, cause(step, *facts), review.words)


def cause(step: Step, *facts: object) -> UUID:
    """Return the id that these facts of this order always have."""
    name = msgspec.json.encode([SOURCE, step.kind, step.order, *facts])
    return uuid5(NAMESPACE, name.decode())
