"""What of an order is claimed back, line by line: the guard over every refund.

An after-sales case or a dispute reserves the lines, quantities and amounts it is about
in the order's own stream, before anything is promised. So refunds of an order never
exceed what was paid for it, nor a line's quantity be returned twice, however many
cases, disputes and people are at it at once (the conflict is on one stream).
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.kernel import Event, Moment, Name, Report, Request
from domain.money import Money
from domain.order.values import LineNumber, Quantity, not_negative

# What a claim is for; it decides what of a line must be free.
ClaimKind = Literal[
    "refund_unshipped",  # 未发货仅退款
    "refund_shipped",  # 已发货仅退款
    "return_refund",  # 退货退款
    "exchange",  # 换货
    "resend",  # 补寄
    "repair",  # 维修
    "price_protection",  # 价保
    "freight_compensation",  # 退运费
    "partial_refund",  # 部分退款
    "dispute",  # a dispute that no case stands behind
]


class ClaimItem(Struct, frozen=True, kw_only=True):
    """How much of a line is claimed, and how much money for it (goods only)."""

    line: LineNumber
    quantity: Quantity
    amount: Money

    def __post_init__(self) -> None:
        """Raise ValueError for a claim of less than nothing."""
        not_negative(self.amount)


ClaimItems = Annotated[tuple[ClaimItem, ...], Meta(max_length=500)]


# -- Requests --


class OpenClaim(Request, frozen=True, kw_only=True):
    """Reserve what a case or a dispute is about, under its id.

    ``freight`` is the share of the order's postage claimed with it.
    """

    claim: Name
    kind: ClaimKind
    items: ClaimItems
    freight: Money | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for postage of less than nothing."""
        not_negative(self.freight)


class ChangeClaim(Request, frozen=True, kw_only=True):
    """Claim something else instead, as after a change of type or a counter-offer."""

    claim: Name
    kind: ClaimKind
    items: ClaimItems
    freight: Money | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for postage of less than nothing."""
        not_negative(self.freight)


class SettleClaim(Request, frozen=True, kw_only=True):
    """End a claim: refunds stay taken, returned goods are back, the rest is free again.

    Settling again adds to what was settled before, as after a reopening.
    """

    claim: Name
    refunded: ClaimItems = ()
    freight: Money | None = None
    returned: ClaimItems = ()

    def __post_init__(self) -> None:
        """Raise ValueError for postage of less than nothing."""
        not_negative(self.freight)


# -- Report --


class RecordRefund(Report, frozen=True, kw_only=True):
    """Record that money went back elsewhere, as a feed says.

    It is never adjusted: what contradicts the payment is flagged.
    """

    refund: Name
    amount: Money

    def __post_init__(self) -> None:
        """Raise ValueError for a refund of less than nothing."""
        not_negative(self.amount)


ClaimCommand = OpenClaim | ChangeClaim | SettleClaim | RecordRefund


# -- Events --


class ClaimOpened(Event, frozen=True, kw_only=True, tag="order.claim_opened"):
    """Lines and amounts are reserved for a case or a dispute."""

    at: Moment
    claim: Name
    kind: ClaimKind
    items: ClaimItems
    freight: Money | None = None


class ClaimChanged(Event, frozen=True, kw_only=True, tag="order.claim_changed"):
    """Something else is reserved in their place."""

    at: Moment
    claim: Name
    kind: ClaimKind
    items: ClaimItems
    freight: Money | None = None


class ClaimSettled(Event, frozen=True, kw_only=True, tag="order.claim_settled"):
    """The claim ended; what was refunded and returned stays with the order."""

    at: Moment
    claim: Name
    refunded: ClaimItems = ()
    freight: Money | None = None
    returned: ClaimItems = ()


class RefundReported(Event, frozen=True, kw_only=True, tag="order.refund_reported"):
    """A feed says that money went back."""

    at: Moment
    refund: Name
    amount: Money


ClaimEvent = ClaimOpened | ClaimChanged | ClaimSettled | RefundReported
