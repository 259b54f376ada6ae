"""What each event adds to what is known of a parcel."""

from datetime import datetime

from msgspec.structs import replace

from domain.order.events import (
    InterceptFailed,
    InterceptRequested,
    OrderEvent,
    ParcelDelivered,
    ParcelException,
    ParcelHandedOver,
    ParcelIntercepted,
    ParcelLost,
    ParcelOutForDelivery,
    ParcelReturned,
    ParcelReturning,
    ParcelShipped,
    ParcelSigned,
    ReturnToSenderRequested,
    ScanRecorded,
)
from domain.order.facts import added, in_place, joined
from domain.order.parcel import Mark, Parcel, Place

# What a report of a parcel's progress says, as the code of a mark.
MARKS: dict[type[OrderEvent], str] = {
    ParcelHandedOver: "handed_over",
    ParcelOutForDelivery: "out_for_delivery",
    ParcelDelivered: "delivered",
    ParcelIntercepted: "intercepted",
    InterceptFailed: "intercept_failed",
    ParcelReturning: "returning",
    ParcelReturned: "returned",
    ParcelLost: "lost",
}

Progress = (
    ParcelHandedOver
    | ParcelOutForDelivery
    | ParcelDelivered
    | ParcelSigned
    | ParcelIntercepted
    | InterceptFailed
    | ParcelReturning
    | ParcelReturned
    | ParcelLost
)
Tracking = (
    ParcelShipped
    | ScanRecorded
    | ParcelException
    | InterceptRequested
    | ReturnToSenderRequested
    | Progress
)


def evolve_parcel(parcel: Parcel, event: Tracking) -> Parcel:
    """Return what is known of the parcel after the event."""
    match event:
        case ScanRecorded():
            return scanned(parcel, event)
        case ParcelShipped():
            return replace(parcel, told=joined(parcel.told, event))
        case ParcelSigned(at=at, signed_by=signed_by):
            return marked(parcel, Mark(at, 0, "signed", f"by-{signed_by}"))
        case ParcelException(at=at, exception=exception):
            return marked(parcel, Mark(at, 0, f"exception:{exception}"))
        case InterceptRequested(at=at):
            return replace(parcel, intercept_at=earliest(parcel.intercept_at, at))
        case ReturnToSenderRequested(at=at):
            return replace(parcel, return_at=earliest(parcel.return_at, at))
        case _:
            return marked(parcel, Mark(event.at, 0, MARKS[type(event)]))


def marked(parcel: Parcel, mark: Mark) -> Parcel:
    """Return the parcel with the mark in its place."""
    return replace(parcel, marks=added(parcel.marks, mark))


def places_after(parcel: Parcel, scan: ScanRecorded) -> tuple[Place, ...]:
    """Return where scans were, with this one, if it said so."""
    if scan.outlet is None and scan.region is None:
        return parcel.places
    place = Place(scan.at, scan.scan, scan.outlet or "", scan.region or "")
    return added(parcel.places, place)


def scanned(parcel: Parcel, event: ScanRecorded) -> Parcel:
    """Return the parcel with the scan, once, however often and differently told.

    The carrier's own code counts before a guess from its words, and a code that says
    something before "on its way". Told again in another rank it is the same telling.
    """
    places = places_after(parcel, event)
    scan = Mark(event.at, event.rank, event.code, event.scan, event.raw_code or "")
    before = [
        each for each in (*parcel.marks, *parcel.retold) if each.detail == scan.detail
    ]
    if not before:
        return replace(parcel, marks=in_place(parcel.marks, scan), places=places)
    tellings = {
        (each.code, each.raw_code): each
        for each in sorted((scan, *before), reverse=True)
    }
    best, *rest = sorted(tellings.values(), key=trust)
    marks = [each for each in parcel.marks if each.detail != scan.detail]
    retold = [each for each in parcel.retold if each.detail != scan.detail]
    return replace(
        parcel,
        marks=tuple(sorted((*marks, best))),
        retold=tuple(sorted((*retold, *rest))),
        places=places,
    )


def trust(telling: Mark) -> tuple[bool, bool, Mark]:
    """Return the key that puts the telling of a scan that counts first."""
    return not telling.raw_code, telling.code == "in_transit", telling


def earliest(known: datetime | None, reported: datetime) -> datetime:
    """Return the earlier of what is known and what is reported."""
    return reported if known is None else min(known, reported)
