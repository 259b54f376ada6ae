"""An order as people read it: what is known of it, and whose turn it is."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from domain.money import Money
from domain.order import (
    Channel,
    Content,
    Order,
    OrderLine,
    OrderStatus,
    Packed,
    Parcel,
    Tender,
)
from domain.party import Participant
from domain.promise import (
    PinnedPromise,
    PromiseKind,
    PromiseSource,
    Standing,
)

Party = Literal["consumer", "merchant", "carrier", "platform"]

# What an order waits for in each state: who, to do what, by which promise.
TURNS: Final[Mapping[OrderStatus, tuple[Party, str, PromiseKind | None]]] = {
    "pending_payment": ("consumer", "pay", None),
    "paid": ("merchant", "ship", "ship_by"),
    "preparing": ("merchant", "ship", "ship_by"),
    "partially_shipped": ("merchant", "ship", "ship_by"),
    "shipped": ("carrier", "deliver", "deliver_by"),
    "delivered": ("consumer", "confirm_receipt", None),
}


class Turn(Struct, frozen=True, kw_only=True):
    """Whose turn it is, to do what, and by when if a promise says so."""

    party: Party
    deed: str
    due_at: datetime | None = None


class ParcelView(Struct, frozen=True, kw_only=True):
    """One parcel. ``contents`` is empty for everything ordered, None if not known."""

    parcel: str
    status: str
    carrier: str | None
    waybill: str | None
    contents: tuple[Packed, ...] | None
    shipped_at: datetime | None
    handed_over_at: datetime | None
    delivered_at: datetime | None
    intercept_asked_at: datetime | None
    return_asked_at: datetime | None
    marks: tuple["MarkView", ...]


class MarkView(Struct, frozen=True, kw_only=True):
    """One thing reported of a parcel, in the platform's words."""

    at: datetime
    code: str
    detail: str | None


class PromiseView(Struct, frozen=True, kw_only=True):
    """One promise, and how it stands. Times are seconds, ahead or late."""

    promise: str
    kind: PromiseKind
    source: PromiseSource
    by: str | None
    line: int | None
    policy: str
    standing: Standing
    due_at: datetime | None
    first_due_at: datetime | None
    met_at: datetime | None
    evidence: str | None
    ahead_seconds: int | None
    late_seconds: int | None


class MoneyView(Struct, frozen=True, kw_only=True):
    """The money of an order, an amount per currency where there may be several.

    ``claimed`` is what live cases and disputes reserve, ``refunded`` what went back.
    """

    items: tuple[Money, ...]
    freight: tuple[Money, ...]
    payable: Money | None
    paid: tuple[Money, ...]
    held: tuple[Money, ...]
    tenders: tuple[Tender, ...]
    claimed: tuple[Money, ...] = ()
    refunded: tuple[Money, ...] = ()


class Clash(Struct, frozen=True, kw_only=True):
    """Two reports that cannot both be so, and what they are about."""

    code: str
    about: str | None


class OrderView(Struct, frozen=True, kw_only=True):
    """An order, whole."""

    order_id: UUID
    version: int
    status: OrderStatus
    consumer: str | None
    source: str | None
    number: str | None
    merchant: str | None
    channel: Channel | None
    content: Content | None
    participants: tuple[Participant, ...]
    placed_at: datetime | None
    paid_at: datetime | None
    received_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    lines: tuple[OrderLine, ...]
    money: MoneyView
    parcels: tuple[ParcelView, ...]
    promises: tuple[PromiseView, ...]
    contradictions: tuple[Clash, ...]
    review_scores: tuple[int, ...]
    turn: Turn | None


def utc(moment: datetime | None) -> datetime | None:
    """Return the moment in UTC."""
    return None if moment is None else moment.astimezone(UTC)


def order_view(order_id: UUID, version: int, order: Order) -> OrderView:
    """Return the order as people read it."""
    placed = order.placement
    promises = tuple(
        promise_view(key, promise) for key, promise in order.promises.items()
    )
    return OrderView(
        order_id=order_id,
        version=version,
        status=order.status,
        consumer=order.identity.consumer if order.identity else None,
        source=order.identity.source if order.identity else None,
        number=order.identity.number if order.identity else None,
        merchant=placed.merchant if placed else None,
        channel=placed.channel if placed else None,
        content=placed.content if placed else None,
        participants=placed.participants if placed else (),
        placed_at=utc(order.placed_at),
        paid_at=utc(order.paid_at),
        received_at=utc(order.received_at),
        completed_at=utc(order.completed_at),
        cancelled_at=utc(order.cancelled_at),
        lines=order.lines,
        money=money_view(order),
        parcels=tuple(
            parcel_view(name, parcel) for name, parcel in order.parcels.items()
        ),
        promises=promises,
        contradictions=tuple(
            Clash(code=code, about=about)
            for code, about in sorted(
                order.contradictions, key=lambda each: (each[0], each[1] or "")
            )
        ),
        review_scores=tuple(
            reports[-1][1] for reports in order.reviews.values() if reports
        ),
        turn=turn(order),
    )


def parcel_view(name: str, parcel: Parcel) -> ParcelView:
    """Return one parcel as people read it."""
    shipped, handed_over = parcel.shipped, parcel.handed_over
    return ParcelView(
        parcel=name,
        status=parcel.status,
        carrier=parcel.carrier,
        waybill=parcel.waybill,
        contents=parcel.contents,
        shipped_at=utc(shipped and shipped.at),
        handed_over_at=utc(handed_over and handed_over.at),
        delivered_at=utc(parcel.delivered and parcel.delivered.at),
        intercept_asked_at=utc(parcel.intercept_at),
        return_asked_at=utc(parcel.return_at),
        marks=tuple(
            MarkView(
                at=mark.at.astimezone(UTC), code=mark.code, detail=mark.detail or None
            )
            for mark in parcel.marks
        ),
    )


def promise_view(key: str, promise: PinnedPromise) -> PromiseView:
    """Return one promise as people read it."""
    outcome, due_at = promise.outcome, promise.due_at
    ahead = None
    if outcome.met_at is not None and due_at is not None:
        ahead = (due_at - outcome.met_at) // timedelta(seconds=1)
    return PromiseView(
        promise=key,
        kind=promise.kind,
        source=promise.source,
        by=promise.by,
        line=promise.line,
        policy=promise.policy,
        standing=outcome.standing,
        due_at=utc(due_at),
        first_due_at=utc(promise.first_due_at),
        met_at=utc(outcome.met_at),
        evidence=outcome.evidence,
        ahead_seconds=ahead if outcome.standing == "kept" else None,
        late_seconds=(
            -ahead if ahead is not None and outcome.standing == "breached" else None
        ),
    )


def money_view(order: Order) -> MoneyView:
    """Return what an order's goods come to, what was paid, and what is still held."""
    items: dict[str, int] = {}
    freight: dict[str, int] = {}
    for line in order.lines:
        for sums, amount in ((items, line.price), (freight, line.freight)):
            if amount is not None:
                sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return MoneyView(
        items=amounts(items),
        freight=amounts(freight),
        payable=order.payable[-1][1] if order.payable else None,
        paid=amounts(order.captured),
        held=amounts(order.escrow),
        tenders=order.tenders,
        claimed=amounts(order.reserved),
        refunded=amounts(order.refunded),
    )


def amounts(by_currency: Mapping[str, int]) -> tuple[Money, ...]:
    """Return sums by currency as money."""
    return tuple(Money(minor, currency) for currency, minor in by_currency.items())


def turn(order: Order) -> Turn | None:
    """Return whose turn it is; None when the order is closed."""
    expected = TURNS.get(order.status)
    if expected is None:
        return None
    party, deed, kind = expected
    dues = (
        promise.due_at
        for promise in order.promises.values()
        if promise.kind == kind and promise.outcome.standing == "open"
    )
    due_at = min(filter(None, dues), default=None)
    return Turn(party=party, deed=deed, due_at=utc(due_at))
