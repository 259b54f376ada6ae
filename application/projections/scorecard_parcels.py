"""The stages of a parcel's way, as scorecards keep them."""

from datetime import datetime
from itertools import pairwise
from typing import Final, TypeAlias, get_args
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from application.event_store.envelope import RecordedEvent
from domain.order.events import (
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
    ScanRecorded,
)
from domain.order.parcel import ARRIVED, MOVING, Mark, Parcel

# A courier set out with it, or it lies where the consumer may fetch it (派件).
OUT: Final = frozenset({"out_for_delivery", "at_pickup_point"})

# It will not arrive, or is no longer meant to.
GONE_OR_RETURNING: Final = frozenset(
    {"returned", "returned_signed", "returning", "lost", "destroyed", "intercepted"}
    | {"cancelled_waybill", "refused"}
)

encoded = msgspec.json.Encoder().encode
decoded = msgspec.json.Decoder(Parcel).decode

OfParcel: TypeAlias = (
    ParcelShipped
    | ScanRecorded
    | ParcelHandedOver
    | ParcelOutForDelivery
    | ParcelDelivered
    | ParcelSigned
    | ParcelException
    | ParcelIntercepted
    | ParcelReturning
    | ParcelReturned
    | ParcelLost
)
PARCEL_EVENTS: Final[tuple[type[OfParcel], ...]] = get_args(OfParcel)


class ParcelRow(Struct, frozen=True):
    """A row: the stages of a parcel's way; ``known`` is all they are derived from."""

    partition: int
    order_id: UUID
    parcel: str
    carrier: str | None
    begun_at: datetime
    picked_up_at: datetime | None
    hub_at: datetime | None
    out_at: datetime | None
    signed_at: datetime | None
    gone_at: datetime | None
    stalled_seconds: int
    last_at: datetime | None
    origin: str | None
    origin_at: datetime | None
    known: bytes


def begun(recorded: RecordedEvent, event: OfParcel) -> ParcelRow:
    """Return the row of a parcel of which nothing was known."""
    return ParcelRow(
        partition=recorded.partition,
        order_id=recorded.stream_id,
        parcel=event.parcel,
        carrier=None,
        begun_at=event.at,
        picked_up_at=None,
        hub_at=None,
        out_at=None,
        signed_at=None,
        gone_at=None,
        stalled_seconds=0,
        last_at=None,
        origin=None,
        origin_at=None,
        known=b"",
    )


def origin_after(row: ParcelRow, event: OfParcel) -> ParcelRow:
    """Return the row with the region of the earliest scan that names one."""
    if not isinstance(event, ScanRecorded) or event.region is None:
        return row
    first = (row.origin_at or event.at, row.origin or event.region)
    at, region = min(first, (event.at, event.region))
    return replace(row, origin_at=at, origin=region)


def staged(row: ParcelRow, parcel: Parcel) -> ParcelRow:
    """Return the row with the stages of the way, as the order knows them."""
    picked = parcel.handed_over
    hub = first_hub(parcel, picked)
    labels = [each.at for each in parcel.marks if each.code == "label_created"]
    begun_at = [*(each.at for each in parcel.told), *labels]
    begun_at = begun_at or [each.at for each in parcel.marks[:1]] or [row.begun_at]
    return replace(
        row,
        carrier=parcel.carrier,
        begun_at=min(begun_at),
        picked_up_at=picked and picked.at,
        hub_at=hub and hub.at,
        out_at=at_of(parcel, OUT),
        signed_at=at_of(parcel, ARRIVED),
        gone_at=gone_at(parcel),
        stalled_seconds=stalled_seconds(parcel, hub),
        last_at=parcel.marks[-1].at if parcel.marks else None,
        known=encoded(parcel),
    )


def first_hub(parcel: Parcel, picked: Mark | None) -> Mark | None:
    """Return the first sign that it moved on from where it was picked up."""
    if picked is None:
        return None
    after = parcel.marks[parcel.marks.index(picked) :]
    if picked.code in MOVING | ARRIVED:
        return picked  # Nobody scanned the pickup: it was at a hub when first seen.
    return next((each for each in after if each.code in MOVING | ARRIVED), None)


def at_of(parcel: Parcel, codes: frozenset[str]) -> datetime | None:
    """Return when the first mark of these codes was made."""
    first = parcel.first(codes)
    return None if first is None else first.at


def gone_at(parcel: Parcel) -> datetime | None:
    """Return when it turned out that it will not arrive."""
    gone = [each.at for each in parcel.marks if each.code in GONE_OR_RETURNING]
    return min(gone, default=None)


def stalled_seconds(parcel: Parcel, hub: Mark | None) -> int:
    """Return the longest silence between the first hub and 派件, in seconds."""
    if hub is None:
        return 0
    way = [hub.at]
    for each in parcel.marks[parcel.marks.index(hub) + 1 :]:
        way.append(each.at)
        if each.code in OUT | ARRIVED | GONE_OR_RETURNING:
            break
    gaps = (later - before for before, later in pairwise(way))
    return max((int(gap.total_seconds()) for gap in gaps), default=0)
