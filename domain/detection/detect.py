"""What to ask of an order and when, and what falls short when asked."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from domain.detection import parcels, promises, told
from domain.detection.known import NOTHING_BESIDE, Known
from domain.detection.points import Asked, Rules, WatchPoint
from domain.detection.severity import severity_of, value_fen
from domain.order import Order
from domain.policy.service_rows import Watch
from domain.shortfall import Shortfall

Watcher = Callable[[Asked], Iterator[WatchPoint]]

# What looks at which part of what is known.
WATCHERS: Final[Mapping[Watch, Watcher]] = {
    "promise_near": promises.near,
    "promise_broken": promises.broken,
    "delivery_risk": promises.at_risk,
    "listing": promises.listing,
    "no_pickup": parcels.no_pickup,
    "no_hub": parcels.no_hub,
    "no_scan": parcels.no_scan,
    "odd_track": parcels.odd_track,
    "exception": parcels.exception,
    "lost": parcels.lost,
    "told": told.told,
    "refund_clock": told.refund_clock,
    "refund_unpaid": told.refund_unpaid,
    "return_unsigned": told.return_unsigned,
    "contacts": told.contacts,
    "price": told.price,
    "removed": told.removed,
    "incident": told.incident,
}


def watch_points(
    order: Order, rules: Rules, known: Known = NOTHING_BESIDE
) -> tuple[WatchPoint, ...]:
    """Return what will fall short if nothing more happens, the soonest first.

    One per line, code and window: of several rows the one due first. To be asked anew
    whenever an event of the order, or what is known beside it, changes; what is no
    longer among them has healed or gone.
    """
    found: dict[str, WatchPoint] = {}
    for row in rules.detectors:
        for point in WATCHERS[row.watches](Asked(order, row, rules, known)):
            other = found.get(point.name)
            if other is None or point.due_at < other.due_at:
                found[point.name] = point
    return tuple(sorted(found.values(), key=lambda point: (point.due_at, point.name)))


def shortfall_of(
    point: WatchPoint | str,
    order: Order,
    rules: Rules,
    at: datetime,
    known: Known = NOTHING_BESIDE,
) -> Shortfall | None:
    """Return what falls short at a moment, asked of a point or its name.

    None where it healed, is not due yet after what was learnt since, or where it is too
    late to be of use, such as a risk once the promise is broken. A point that is not
    due yet says when to ask again.
    """
    name = point if isinstance(point, str) else point.name
    points = watch_points(order, rules, known)
    now = next((each for each in points if each.name == name), None)
    if now is None or at < now.due_at:
        return None
    if now.until is not None and at > now.until:
        return None
    return shortfall(now, order, rules, at, known)


def shortfall(
    point: WatchPoint, order: Order, rules: Rules, at: datetime, known: Known
) -> Shortfall:
    """Return the shortfall of a point that is due, with how grave it is."""
    severity = None
    if rules.severity is not None:
        severity = severity_of(
            rules.severity,
            value_fen=value_fen(order, point.line),
            delay_seconds=(at - (point.due or point.due_at)).total_seconds(),
            effort=point.effort + len(known.contacts),
        )
    return Shortfall(
        code=point.code,
        line=point.line,
        window=point.window,
        since=point.due_at,
        due=point.due,
        rule=point.rule,
        facts=point.facts,
        severity=severity,
        breach=point.breach,
        parcel=point.parcel,
        heard_in=point.heard_in,
        incident=point.incident,
    )
