"""What is known of an order outside its own stream, as far as detectors look at it.

Each is a small fact that a projection can hand over; what nobody knows is left out.
``matter`` names the case, contact, clock or listing it comes from.
"""

from datetime import datetime

from msgspec import Struct

from domain.kernel import Code, LongName, Name
from domain.money import Money
from domain.order.values import LineNumber


class Told(Struct, frozen=True, kw_only=True):
    """Somebody said what is wrong, in a contact or as a case's reason.

    ``heard_in`` is the contact, if it was one. ``settled_at`` is when it was answered,
    ``retracted_at`` when it was taken back.
    """

    reason: Code
    at: datetime
    matter: Name
    line: LineNumber | None = None
    heard_in: Name | None = None
    settled_at: datetime | None = None
    retracted_at: datetime | None = None


class RefundClock(Struct, frozen=True, kw_only=True):
    """A merchant's clock over a request for money back.

    ``seconds`` of running time end at ``due_at``; ``ended_at`` is when it was met or
    let off. While it is paused nobody is slow: it is left out.
    """

    matter: Name
    due_at: datetime
    seconds: int
    line: LineNumber | None = None
    ended_at: datetime | None = None


class RefundOwed(Struct, frozen=True, kw_only=True):
    """A refund that was agreed or ordered, and when it was done."""

    matter: Name
    ordered_at: datetime
    line: LineNumber | None = None
    paid_at: datetime | None = None


class ReturnSent(Struct, frozen=True, kw_only=True):
    """Goods on their way back, and when somebody signed for them or took them in.

    ``parcel`` is the waybill they go back by, as ``carrier`` knows it.
    """

    matter: Name
    sent_at: datetime
    parcel: Name | None = None
    carrier: Name | None = None
    line: LineNumber | None = None
    signed_at: datetime | None = None


class Contacted(Struct, frozen=True, kw_only=True):
    """The consumer turned to us about the order."""

    contact: Name
    at: datetime


class PriceSeen(Struct, frozen=True, kw_only=True):
    """What one piece of a line's goods costs now, as somebody reported."""

    line: LineNumber
    at: datetime
    unit_price: Money


class Removed(Struct, frozen=True, kw_only=True):
    """Goods of the order were taken down by governance after their sale."""

    matter: Name
    at: datetime
    reason: Code
    line: LineNumber | None = None


class Among(Struct, frozen=True, kw_only=True):
    """The order is in the frozen scope of an incident; ``left_at``: it no longer is."""

    incident: Name
    kind: Code
    at: datetime
    line: LineNumber | None = None
    left_at: datetime | None = None


class AtRisk(Struct, frozen=True, kw_only=True):
    """An alarm of the risk table over a delivery, in hundredths of a percent.

    ``table`` names the table and its version, ``due_at`` the promise at risk.
    """

    at: datetime
    rate_bp: int
    due_at: datetime
    table: LongName
    line: LineNumber | None = None
    parcel: Name | None = None


class Known(Struct, frozen=True, kw_only=True):
    """Everything known beside an order's own state."""

    told: tuple[Told, ...] = ()
    refund_clocks: tuple[RefundClock, ...] = ()
    refunds: tuple[RefundOwed, ...] = ()
    returns: tuple[ReturnSent, ...] = ()
    contacts: tuple[Contacted, ...] = ()
    prices: tuple[PriceSeen, ...] = ()
    removed: tuple[Removed, ...] = ()
    incidents: tuple[Among, ...] = ()
    risks: tuple[AtRisk, ...] = ()


NOTHING_BESIDE = Known()
