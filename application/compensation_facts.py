"""What an order tells the rules of what went wrong, and what is said beside it.

Pure: given the order and what no order knows, the facts money depends on.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.structs import replace

from application.compensation import PaidOrder
from application.sellers import by_seller, first_seller
from domain.compensation import Dates, DayOfCompensation
from domain.kernel import Code, Moment, Refused
from domain.order import Order
from domain.plan import YUAN
from domain.policy.facts import Earlier, Facts, OutOfStock
from domain.policy.rows import BreachCode, Fen
from domain.promise import PinnedPromise

HOUR: Final = timedelta(hours=1)

Breaches = Annotated[tuple[BreachCode, ...], Meta(max_length=30)]


class NotInYuan(Refused):
    """The rules pay in yuan, and this order was paid in another currency."""


class MerchantUnknown(Refused):
    """Whose sale this was has not been reported yet; compensation waits for that."""


class NotPaidYet(Refused):
    """Nothing is due for an order nobody has paid."""


class NoSuchLine(Refused):
    """The order has no line of this number."""


class Said(Struct, frozen=True, kw_only=True):
    """What no order knows of what went wrong, the breaches in the order they are paid.

    ``lines`` are those it is about; none are all.
    """

    breaches: Breaches = ()
    out_of_stock: OutOfStock | None = None
    admitted_at: Moment | None = None
    goods: Code | None = None
    market: Code | None = None
    lines: Annotated[tuple[int, ...], Meta(max_length=500)] = ()
    spoilt_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    difference_fen: Fen | None = None
    freight_fen: Fen | None = None
    appraisal_fen: Fen | None = None
    freight_20kg_fen: Fen | None = None
    grave: bool = False
    exclusions: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


def paid_order(order_id: UUID, order: Order, lines: Sequence[int] = ()) -> PaidOrder:
    """Return the order as far as caps ask; of several merchants, that of these lines.

    Without lines it is the first merchant's: all goodwill of an order stands there, so
    that its cap holds whatever line it is for. Raises NotPaidYet and MerchantUnknown.
    """
    if order.identity is None or order.paid_at is None:
        raise NotPaidYet
    merchant = first_seller(order, lines)
    if merchant is None:
        raise MerchantUnknown
    return PaidOrder(
        order=str(order_id),
        source=order.identity.source,
        consumer=order.identity.consumer,
        merchant=merchant,
        paid_at=order.paid_at,
    )


def others_of(order_id: UUID, order: Order, paid: PaidOrder) -> Iterator[PaidOrder]:
    """Yield the order as its other merchants' days know it."""
    for merchant in by_seller(order):
        if merchant not in {None, paid.merchant}:
            yield replace(paid, order=str(order_id), merchant=merchant)


def paid_elsewhere(order_id: UUID, day: DayOfCompensation) -> Iterator[Earlier]:
    """Yield what a merchant's day has for this order, as the others look at it."""
    for each in day.taken():
        if each.order == str(order_id):
            yield replace(each, elsewhere=True)


def facts_of(order: Order, said: Said, at: datetime) -> Facts:
    """Return what the rules are asked: what was paid, promised and broken, and said.

    Raises OrderUnpaid, CurrenciesDiffer, NotInYuan and NoSuchLine.
    """
    item_fen, postage_fen = amounts(order, said.lines)
    late = most_late(order, said.lines, at)
    return Facts(
        item_fen=item_fen,
        postage_fen=postage_fen,
        paid_fen=item_fen + postage_fen,
        promise_hours=None if late is None else hours_promised(order, late),
        late_hours=None if late is None else hours_late(late, at) or None,
        breaches=said.breaches,
        out_of_stock=said.out_of_stock,
        admitted_at=said.admitted_at,
        due_at=None if late is None else late.due_at,
        original_due_at=None if late is None else late.first_due_at,
        lines=said.lines,
        goods=said.goods,
        market=said.market or order.source,
        labels=tuple(dict.fromkeys(offer.label for offer in order.offers)),
        spoilt_percent=said.spoilt_percent,
        difference_fen=said.difference_fen,
        freight_fen=said.freight_fen,
        appraisal_fen=said.appraisal_fen,
        freight_20kg_fen=said.freight_20kg_fen,
        grave=said.grave,
        exclusions=said.exclusions,
    )


def amounts(order: Order, lines: Sequence[int]) -> tuple[int, int]:
    """Return what was really paid for these lines and for their postage, in fen."""
    shares = order.shares
    asked = lines or tuple(shares)
    for line in asked:
        if line not in shares:
            raise NoSuchLine(line=line)
    goods = [shares[line].goods for line in dict.fromkeys(asked)]
    freight = [shares[line].freight for line in dict.fromkeys(asked)]
    for amount in goods:
        if amount.currency != YUAN:
            raise NotInYuan(currency=amount.currency)
    return sum(each.minor for each in goods), sum(each.minor for each in freight)


def most_late(order: Order, lines: Sequence[int], at: datetime) -> PinnedPromise | None:
    """Return the promise to ship that counts: the latest kept, else the soonest due."""
    shipping = [
        promise
        for promise in order.promises.values()
        if promise.kind == "ship_by"
        and promise.due_at is not None
        and promise.outcome.standing not in {"waived", "voided"}
        and (not lines or promise.line is None or promise.line in lines)
    ]

    def rank(promise: PinnedPromise) -> tuple[float, float]:
        assert promise.due_at is not None, "asked above"
        return -hours_late(promise, at), promise.due_at.timestamp()

    return min(shipping, key=rank, default=None)


def hours_late(promise: PinnedPromise, at: datetime) -> float:
    """Return by how much a promise was broken; 0 for one that was kept, or may be."""
    if promise.due_at is None:
        return 0.0
    late = (promise.outcome.met_at or at) - promise.due_at
    return max(0.0, late / HOUR) if late >= timedelta(seconds=1) else 0.0


def hours_promised(order: Order, promise: PinnedPromise) -> float | None:
    """Return how long a promise was from payment, before it was negotiated."""
    due_at = promise.first_due_at or promise.due_at
    if due_at is None or order.paid_at is None:
        return None
    return max(0.0, (due_at - order.paid_at) / HOUR)


def dates_of(order: Order, lines: Sequence[int], at: datetime) -> Dates:
    """Return the dates rules are chosen by; the conduct is that it was not shipped."""
    late = most_late(order, lines, at)
    broken = late is not None and hours_late(late, at) > 0
    return Dates(
        ordered_at=order.placed_at or order.paid_at,
        conduct_at=late.due_at if late is not None and broken else None,
    )
