"""The words commands, events and the state of an order share."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Code, Name
from domain.money import Money

# Where the consumer met the goods: 内容场, 货架, 搜索.
Channel = Literal["content", "shelf", "search"]

LineNumber = Annotated[int, Meta(ge=1, le=9999)]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]

OrderStatus = Literal[
    "pending_payment",
    "paid",
    "preparing",
    "partially_shipped",
    "shipped",
    "delivered",
    "completed",
    "cancelled",
]

# Every carrier's words, normalised (domain rules, section 3.1).
ScanCode = Literal[
    "label_created",
    "awaiting_pickup",
    "picked_up",
    "in_transit",
    "arrived_dest_city",
    "out_for_delivery",
    "at_pickup_point",
    "signed",
    "refused",
    "returning",
    "returned_signed",
    "forwarded",
    "customs",
    "intercepted",
    "intercept_failed",
    "cancelled_waybill",
    "lost",
    "destroyed",
    "redelivery",
    "exception:unsigned_overdue",
    "exception:no_update",
    "exception:no_information",
    "exception:refused",
    "exception:delivery_failed",
    "exception:pickup_point_overdue",
    "exception:unreachable",
    "exception:out_of_area",
    "exception:stuck",
    "exception:damaged",
    "exception:address_unclear",
    "exception:phone_wrong",
    "exception:missorted",
    "exception:taken_out",
    "exception:customs",
    "exception:other",
]
ExceptionCode = Literal[
    "unsigned_overdue",
    "no_update",
    "no_information",
    "refused",
    "delivery_failed",
    "pickup_point_overdue",
    "unreachable",
    "out_of_area",
    "stuck",
    "damaged",
    "address_unclear",
    "phone_wrong",
    "missorted",
    "taken_out",
    "customs",
    "other",
]
# Who took the parcel in: 本人, 代签, 柜/站签收.
SignedBy = Literal["consumer", "proxy", "pickup_point", "unknown"]
CancelledBy = Literal["consumer", "merchant", "platform", "unknown"]

# What a consumer is given more time for: before it counts as received by itself, and
# before it is too late to complain of it.
TimeGivenFor = Literal["receipt", "after_sales"]

# What two reports cannot both be, or not in that order of time.
ContradictionCode = Literal[
    "paid_before_placed",
    "shipped_before_placed",
    "shipped_before_paid",
    "handed_over_before_placed",
    "handed_over_before_paid",
    "delivered_before_placed",
    "delivered_before_paid",
    "delivered_before_handed_over",
    "moved_after_cancelled",
    "more_shipped_than_ordered",
    "placed_differently",
    "payment_reported_differently",
    "currencies_differ",
    "completed_and_cancelled",
    "promise_rule_unknown",
    "promise_line_unknown",
    "scan_told_differently",
    "delivered_after_gone",
    "intercepted_and_not",
    "refunded_more_than_paid",
    "refund_reported_differently",
]


# The parcel of reports that name none: everything that was ordered.
WHOLE = "whole"


def not_negative(*amounts: Money | None) -> None:
    """Raise ValueError if an amount is below zero: a refund is no negative price."""
    if any(amount is not None and amount.minor < 0 for amount in amounts):
        raise ValueError("a price or a payment is not below zero")


class OrderLine(Struct, frozen=True, kw_only=True):
    """One line: ``price`` and ``freight`` are for the line's whole quantity.

    ``goods`` is what kind of goods it is, such as "fresh", where that is said.
    """

    line: LineNumber
    product: Name
    quantity: Quantity = 1
    price: Money
    freight: Money | None = None
    sku: Name | None = None
    merchant: Name | None = None
    goods: Code | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what costs less than nothing."""
        not_negative(self.price, self.freight)


class Content(Struct, frozen=True, kw_only=True):
    """What sold the goods in the content channel: a content item, a live room."""

    content_item: Name | None = None
    live_room: Name | None = None


class Tender(Struct, frozen=True, kw_only=True):
    """One means of payment and what it paid, such as a card or a voucher."""

    tender: Code
    amount: Money
    installments: int = 1

    def __post_init__(self) -> None:
        """Raise ValueError for what pays less than nothing."""
        not_negative(self.amount)


class Packed(Struct, frozen=True, kw_only=True):
    """How much of a line is in a parcel."""

    line: LineNumber
    quantity: Quantity
