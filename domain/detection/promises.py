"""Promises that are near their time, or past it, and what was promised differently."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from domain.detection.points import Asked, WatchPoint, fact, passed, window_of
from domain.order import Order
from domain.policy.service_rows import DetectorRow
from domain.promise import DEEDS, PinnedPromise, PromiseKind, in_time

Key = tuple[PromiseKind, int | None]
DEED_OF: Final[Mapping[PromiseKind, str]] = {
    "ship_by": "shipped",
    "hand_over_by": "handed_over",
    "deliver_by": "delivered",
}


def ruling(order: Order, row: DetectorRow) -> Iterator[tuple[Key, PinnedPromise]]:
    """Yield, of each kind and line, the promise most favourable to the consumer.

    Several were shown: the shortest wins (Douyin rule 101706, 2.3).
    """
    kinds = frozenset(row.promises) or DEEDS
    first: dict[Key, PinnedPromise] = {}
    for promise in order.promises.values():
        if promise.kind not in kinds & DEEDS or promise.due_at is None:
            continue
        key = promise.kind, promise.line
        known = first.get(key)
        if known is None or (known.due_at and promise.due_at < known.due_at):
            first[key] = promise
    yield from first.items()


def at_promise(asked: Asked, due_at: datetime, key: Key) -> WatchPoint:
    """Return the point of a promise of this kind and line, due then."""
    (kind, line), row = key, asked.row
    return WatchPoint(
        code=row.code,
        line=line,
        window=window_of(row, kind, due_at, kind, asked.rules.zone),
        due_at=passed(due_at, row.hours, inclusive=row.inclusive),
        due=due_at,
        until=due_at if row.watches == "promise_near" else None,
        rule=row.ref,
        breach=row.breach,
        effort=row.effort,
        facts=(fact("promise_due", due_at), fact("promise", kind)),
    )


def near(asked: Asked) -> Iterator[WatchPoint]:
    """Yield open promises, so many hours before they are due (发货风险).

    The merchant's word alone keeps a ship promise until the carrier says otherwise, so
    where a waybill was told and nothing picked up, it is near all the same.
    """
    for key, promise in ruling(asked.order, asked.row):
        standing = promise.outcome.standing
        on_word = standing == "kept" and key[0] == "ship_by" and only_told(asked.order)
        if promise.due_at is not None and (standing == "open" or on_word):
            yield at_promise(asked, promise.due_at, key)


def only_told(order: Order) -> bool:
    """Say whether a parcel has a waybill, and the carrier has seen none of it."""
    waiting = [
        parcel
        for parcel in order.parcels.values()
        if parcel.waybill is not None and parcel.handed_over is None
    ]
    return bool(waiting) and not order.closed and order.proof("handed_over") is None


def broken(asked: Asked) -> Iterator[WatchPoint]:
    """Yield promises that were not kept, so many hours after they were due.

    Done late, it was still broken: what is owed for it stays owed. So a deed that came
    before anybody asked does not take the shortfall away; it clears it afterwards.
    """
    for key, promise in ruling(asked.order, asked.row):
        if promise.due_at is None:
            continue
        point = at_promise(asked, promise.due_at, key)
        outcome = promise.outcome
        if outcome.standing not in {"open", "breached"}:
            continue
        if outcome.standing == "open" and asked.order.cancelled_at is not None:
            continue
        if outcome.met_at is None or outcome.met_at >= point.due_at:
            yield point


def listing(asked: Asked) -> Iterator[WatchPoint]:
    """Yield where a creator promised more than the listing does of the same kind.

    A deed sooner, or a window longer. What the listing says nothing about is no
    difference: a creator may add to it (LIVE_PROMISE_MISMATCH).
    """
    mine: dict[Key, PinnedPromise] = {}
    shown: dict[Key, PinnedPromise] = {}
    for promise in asked.order.promises.values():
        side = mine if promise.source == "creator" else shown
        key = promise.kind, promise.line
        if promise.first_due_at is not None and better(promise, side.get(key)):
            side[key] = promise
    for (kind, line), said in mine.items():
        page = shown.get((kind, line)) or shown.get((kind, None))
        if page is None or same(said, page) or not better(said, page):
            continue
        at = asked.order.paid_at or asked.order.placed_at
        if at is not None:
            yield WatchPoint(
                code=asked.row.code,
                line=line,
                window=window_of(asked.row, kind, at, kind, asked.rules.zone),
                due_at=at,
                rule=asked.row.ref,
                breach=asked.row.breach,
                effort=asked.row.effort,
                facts=(
                    fact("promise", kind),
                    fact("creator_due", said.first_due_at),
                    fact("listing_due", page.first_due_at),
                ),
            )


def better(one: PinnedPromise, other: PinnedPromise | None) -> bool:
    """Say whether the consumer is better off with the one."""
    if other is None or one.first_due_at is None or other.first_due_at is None:
        return other is None
    sooner = one.first_due_at < other.first_due_at
    return sooner if one.kind in DEEDS else not sooner


def same(one: PinnedPromise, other: PinnedPromise) -> bool:
    """Say whether they promise the same time, to the second."""
    assert one.first_due_at is not None, "asked for both"
    assert other.first_due_at is not None, "asked for both"
    return in_time(one.first_due_at, other.first_due_at) and in_time(
        other.first_due_at, one.first_due_at
    )


def at_risk(asked: Asked) -> Iterator[WatchPoint]:
    """Yield deliveries that the risk table gave an alarm for, until they come.

    A row may ask for more than the table's own bar.
    """
    if asked.order.closed or asked.order.proof("delivered") is not None:
        return
    for risk in asked.known.risks:
        if risk.rate_bp >= (asked.row.risk_from_bp or 0):
            about = risk.parcel or "deliver_by"
            yield WatchPoint(
                code=asked.row.code,
                line=risk.line,
                window=window_of(
                    asked.row, about, risk.due_at, about, asked.rules.zone
                ),
                due_at=risk.at,
                due=risk.due_at,
                until=risk.due_at,
                rule=asked.row.ref,
                parcel=risk.parcel,
                breach=asked.row.breach,
                effort=asked.row.effort,
                facts=(fact("risk_bp", risk.rate_bp), fact("risk_table", risk.table)),
            )
