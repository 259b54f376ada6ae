"""Parcels that stand still, go odd ways, or are lost (domain rules, section 3.1)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Final

from domain.detection.points import (
    Asked,
    WatchPoint,
    fact,
    passed,
    passed_running,
    stamp,
    window_of,
)
from domain.detection.regions import ends, hours_of, region_class
from domain.order import Order
from domain.order.parcel import ARRIVED, PICKED_UP, Mark, Parcel
from domain.order.values import WHOLE
from domain.policy.rows import Where
from domain.shortfall import Fact

# Marks of a parcel that only has a waybill yet.
LABELLED: Final = frozenset({"label_created", "awaiting_pickup"})
# Marks at a hub or between hubs, before a courier has it.
AT_HUBS: Final = frozenset({"in_transit", "arrived_dest_city", "customs", "forwarded"})
# From these on the last mile has begun, or the parcel is on its way back.
PAST_HUBS: Final = ARRIVED | frozenset(
    {"out_for_delivery", "at_pickup_point", "redelivery"}
    | {"refused", "returning", "exception:refused"}
)
# A tracker's own remark that there is no news: no scan of anybody's.
NO_NEWS: Final = frozenset(
    {"exception:no_update", "exception:no_information", "exception:unsigned_overdue"}
    | {"exception:pickup_point_overdue"}
)
GONE_FOR_GOOD: Final = frozenset({"lost", "destroyed"})


def waited_for(order: Order) -> Iterator[tuple[str, Parcel]]:
    """Yield the parcels that somebody still waits for, by their names."""
    over = order.closed or order.received_at or order.proof("delivered") is not None
    for name, parcel in order.parcels.items():
        if not over and not parcel.gone and parcel.delivered is None:
            yield name, parcel


def no_pickup(asked: Asked) -> Iterator[WatchPoint]:
    """Yield parcels with a waybill that the carrier has not picked up (揽收超时)."""
    for name, parcel in waited_for(asked.order):
        since = waybill_at(parcel)
        if since is None or picked_up(asked.order, parcel):
            continue
        due = when(asked, parcel, since, asked.row.hours)
        yield at_parcel(
            asked, name, due, window=due, facts=(fact("waybill_at", since),)
        )


def no_hub(asked: Asked) -> Iterator[WatchPoint]:
    """Yield parcels that were picked up, and seen at no hub since (发运超时)."""
    for name, parcel in waited_for(asked.order):
        pickup = parcel.first(PICKED_UP)
        if pickup is None or parcel.first(AT_HUBS | PAST_HUBS) is not None:
            continue
        due = when(asked, parcel, pickup.at, asked.row.hours)
        facts = (fact("picked_up_at", pickup.at),)
        yield at_parcel(asked, name, due, window=due, facts=facts)


def no_scan(asked: Asked) -> Iterator[WatchPoint]:
    """Yield parcels that nobody scanned again after a hub, before 派件 (中转超时).

    How long they may is by how far they go; the last scan of any kind counts.
    """
    for name, parcel in waited_for(asked.order):
        last = last_scan(parcel)
        on_way = parcel.first(AT_HUBS) is not None
        if not on_way or last is None or parcel.first(PAST_HUBS) is not None:
            continue
        origin, destination = ends(asked.order, parcel)
        region = region_class(origin, destination, asked.rules.regions)
        hours = hours_of(asked.row, region)
        due = when(asked, parcel, last.at, hours)
        facts = (
            fact("last_scan_at", last.at),
            fact("last_scan", last.code),
            fact("region_class", region),
            fact("from_region", origin),
            fact("to_region", destination),
            fact("hours", hours),
        )
        yield at_parcel(asked, name, due, window=due, facts=facts)


def odd_track(asked: Asked) -> Iterator[WatchPoint]:
    """Yield tracks that cannot be a parcel's own way (轨迹异常).

    A node seen again after others, a pickup before the payment, a waybill taken back
    though the order stands. Once it arrived, nobody asks which way it came.
    """
    over = asked.order.closed or asked.order.proof("delivered") is not None
    for name, parcel in asked.order.parcels.items() if not over else ():
        for reason, at in sorted(oddities(asked.order, parcel), key=lambda odd: odd[1]):
            due = passed(at, asked.row.hours, inclusive=True)
            yield at_parcel(asked, name, due, window=at, facts=(fact("odd", reason),))
            break  # The first of them is enough: a track is odd, or it is not.


def oddities(order: Order, parcel: Parcel) -> Iterator[tuple[str, datetime]]:
    """Yield what is odd about a parcel's track, and since when."""
    pickup, paid_at = parcel.first(PICKED_UP), order.paid_at
    if pickup is not None and paid_at is not None and pickup.at < paid_at:
        yield "picked_up_before_paid", pickup.at
    taken_back = parcel.first(frozenset({"cancelled_waybill"}))
    wanted = parcel.intercept_at is not None
    if taken_back is not None and not wanted and parcel.delivered is None:
        yield "waybill_taken_back", taken_back.at
    again = seen_again(parcel)
    if again is not None:
        yield "node_repeated", again


def seen_again(parcel: Parcel) -> datetime | None:
    """Return when it came to an outlet it had left, before anybody sent it back.

    In and out of one outlet is one visit.
    """
    back = parcel.first(frozenset({"refused", "returning", "exception:refused"}))
    until = min(filter(None, (back and back.at, parcel.return_at)), default=None)
    way = [
        place
        for place in parcel.places
        if place.outlet and (until is None or place.at < until)
    ]
    seen: set[str] = set()
    for outlet, visits in groupby(way, key=lambda place: place.outlet):
        if outlet in seen:
            return next(visits).at
        seen.add(outlet)
    return None


def exception(asked: Asked) -> Iterator[WatchPoint]:
    """Yield parcels whose last word from the carrier is that something is wrong."""
    for name, parcel in waited_for(asked.order):
        last = parcel.marks[-1] if parcel.marks else None
        if last is None or not last.code.startswith("exception:"):
            continue
        if asked.row.scans and last.code not in asked.row.scans:
            continue
        since = next(mark.at for mark in parcel.marks if mark.code == last.code)
        due = when(asked, parcel, since, asked.row.hours)
        facts = (fact("scan", last.code), fact("scan_at", since))
        yield at_parcel(asked, name, due, window=since, facts=facts)


def lost(asked: Asked) -> Iterator[WatchPoint]:
    """Yield parcels the carrier says are lost, and that did not turn up since."""
    for name, parcel in asked.order.parcels.items():
        gone = parcel.first(frozenset(asked.row.scans) or GONE_FOR_GOOD)
        arrived = parcel.delivered is not None or asked.order.received_at is not None
        if gone is None or arrived or asked.order.cancelled_at is not None:
            continue
        due = passed(gone.at, asked.row.hours, inclusive=True)
        facts = (fact("scan", gone.code), fact("scan_at", gone.at))
        yield at_parcel(asked, name, due, window=gone.at, facts=facts)


# -- What they share --


def at_parcel(
    asked: Asked,
    name: str,
    due_at: datetime,
    *,
    window: datetime,
    facts: tuple[Fact, ...],
) -> WatchPoint:
    """Return the point of a parcel; ``window`` is the time its window is named by."""
    row, matter = asked.row, f"{name}/{stamp(window)}"
    return WatchPoint(
        code=row.code,
        line=line_of(asked.order.parcels[name]),
        window=window_of(row, name, window, matter, asked.rules.zone),
        due_at=due_at,
        due=due_at,
        rule=row.ref,
        parcel=name,
        breach=row.breach,
        effort=row.effort,
        facts=facts,
    )


def line_of(parcel: Parcel) -> int | None:
    """Return the line a parcel is about, if it holds just one.

    As it was told first: a shortfall keeps its name, whatever is told later.
    """
    contents = parcel.told[0].contents if parcel.told else ()
    lines = {packed.line for packed in contents}
    return lines.pop() if len(lines) == 1 else None


def waybill_at(parcel: Parcel) -> datetime | None:
    """Return since when it has a waybill."""
    told = [word.at for word in parcel.told if word.waybill is not None]
    labels = [mark.at for mark in parcel.marks if mark.code in LABELLED]
    return min((*told, *labels), default=None)


def picked_up(order: Order, parcel: Parcel) -> bool:
    """Say whether the carrier has it, by its own scan or one of the whole order."""
    whole = order.parcels.get(WHOLE)
    return parcel.handed_over is not None or (
        whole is not None and whole.handed_over is not None
    )


def last_scan(parcel: Parcel) -> Mark | None:
    """Return the last time somebody saw it; that nobody did is no sight of it."""
    seen = (mark for mark in reversed(parcel.marks) if mark.code not in NO_NEWS)
    return next(seen, None)


def when(asked: Asked, parcel: Parcel, since: datetime, hours: int) -> datetime:
    """Return when so many running hours of a parcel's way have passed."""
    order, row, rules, _ = asked
    places = [Where(region=end, carrier=parcel.carrier) for end in ends(order, parcel)]
    return passed_running(since, hours, row, rules.calendar, places)
