"""When a shortfall is no more: it healed by itself, or it never was."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, assert_never

from msgspec import Struct

from domain.detection.detect import watch_points
from domain.detection.known import NOTHING_BESIDE, Known
from domain.detection.points import Rules
from domain.detection.promises import DEED_OF, only_told
from domain.kernel import Name
from domain.order import Order
from domain.order.parcel import Parcel
from domain.policy.service_rows import DetectorRow, Watch
from domain.promise import PromiseKind
from domain.shortfall import ClearedBy, Shortfall


class Healed(Struct, frozen=True, kw_only=True):
    """What took a shortfall away, and when that happened."""

    by: ClearedBy
    at: datetime


# What is known of matters that end, by what watches them: which, and when it ended.
Ends = Callable[[Known], Iterator[tuple[Name, datetime | None]]]
ENDS: Final[Mapping[Watch, tuple[ClearedBy, Ends]]] = {
    "refund_clock": (
        "answer",
        lambda known: ((each.matter, each.ended_at) for each in known.refund_clocks),
    ),
    "refund_unpaid": (
        "refund",
        lambda known: ((each.matter, each.paid_at) for each in known.refunds),
    ),
    "return_unsigned": (
        "scan",
        lambda known: ((each.matter, each.signed_at) for each in known.returns),
    ),
    "incident": (
        "retracted",
        lambda known: ((each.incident, each.left_at) for each in known.incidents),
    ),
}


def cleared(
    shortfall: Shortfall,
    order: Order,
    rules: Rules,
    at: datetime,
    known: Known = NOTHING_BESIDE,
) -> Healed | None:
    """Return what healed a shortfall by now; None while it stands.

    That an order was cancelled or a parcel lost heals nothing. Nothing that was paid
    for it is taken back.
    """
    row = row_of(shortfall, rules)
    if row is None:
        return None
    if row.watches != "promise_broken":
        points = watch_points(order, rules, known)
        due = (point for point in points if point.due_at <= at)
        if any(point.name == shortfall.name for point in due):
            return None
    healed = how(shortfall, row, order, known)
    return healed if healed is not None and healed.at <= at else None


def row_of(shortfall: Shortfall, rules: Rules) -> DetectorRow | None:
    """Return the row that detected it, or the version of it that is in force now."""
    name = shortfall.rule.partition("@")[0]
    exact = [row for row in rules.detectors if row.ref == shortfall.rule]
    alike = [row for row in rules.detectors if row.id == name]
    return next(iter(exact or alike), None)


def how(
    shortfall: Shortfall, row: DetectorRow, order: Order, known: Known
) -> Healed | None:
    """Return what would heal it by what its row watches, if that happened."""
    match row.watches:
        case "promise_near" | "promise_broken" | "delivery_risk":
            return by_deed(shortfall, row, order)
        case "no_pickup" | "no_hub" | "no_scan" | "exception" | "odd_track" | "lost":
            return by_parcel(shortfall, row, order)
        case "told":
            return by_words(shortfall, order, known)
        case "refund_clock" | "refund_unpaid" | "return_unsigned" | "incident":
            by, ends = ENDS[row.watches]
            about = shortfall.incident or matter_of(shortfall)
            return latest(by, [at for matter, at in ends(known) if matter == about])
        case "price" | "contacts" | "listing" | "removed":
            return None  # What was seen or said was so; only a person takes it back.
        case _:
            assert_never(row.watches)


def by_deed(shortfall: Shortfall, row: DetectorRow, order: Order) -> Healed | None:
    """Return the deed that was promised, done in time or late.

    A promise that is broken is not healed by anything but the deed.
    """
    kinds: list[PromiseKind] = [
        kind
        for kind in DEED_OF
        if any(fact.value == kind for fact in shortfall.facts if fact.name == "promise")
    ]
    for kind in kinds or [*row.promises, "deliver_by"]:
        proof = order.proof(DEED_OF[kind], shortfall.line) if kind in DEED_OF else None
        on_word = kind == "ship_by" and only_told(order)
        if proof is None or on_word:
            continue
        done, due = proof[0].at, shortfall.due
        if due is not None and done <= due:
            return Healed(by="promise_kept", at=max(done, shortfall.since))
        by: ClearedBy = "delivery" if kind == "deliver_by" else "scan"
        return Healed(by=by, at=max(done, shortfall.since))
    return None


def by_parcel(shortfall: Shortfall, row: DetectorRow, order: Order) -> Healed | None:
    """Return the arrival, or the scan, that moved a parcel on.

    A track that turns out not to be odd never was.
    """
    arrived = order.proof("delivered", shortfall.line)
    parcel = order.parcels.get(shortfall.parcel or "", Parcel())
    came = parcel.delivered or (arrived[0] if arrived else None)
    if came is not None:
        return Healed(by="delivery", at=max(came.at, shortfall.since))
    if parcel.gone or order.cancelled_at is not None or not parcel.marks:
        return None
    by: ClearedBy = "retracted" if row.watches == "odd_track" else "scan"
    return Healed(by=by, at=max(parcel.marks[-1].at, shortfall.since))


def by_words(shortfall: Shortfall, order: Order, known: Known) -> Healed | None:
    """Return that it was answered, taken back, or that the goods were received."""
    words = [word for word in known.told if word.matter == matter_of(shortfall)]
    retracted = latest("retracted", [word.retracted_at for word in words])
    settled = latest("answer", [word.settled_at for word in words])
    if retracted is not None or settled is not None:
        return retracted or settled
    received = order.received_at
    if shortfall.code == "DELIVERED_NOT_RECEIVED" and received is not None:
        return (
            Healed(by="delivery", at=received) if received > shortfall.since else None
        )
    return None


def matter_of(shortfall: Shortfall) -> object:
    """Return what it was about, as its facts name it."""
    return next((each.value for each in shortfall.facts if each.name == "matter"), None)


def latest(by: ClearedBy, times: list[datetime | None]) -> Healed | None:
    """Return the last of some times, if there is one and none is still awaited."""
    if not times or None in times:
        return None
    return Healed(by=by, at=max(filter(None, times)))
