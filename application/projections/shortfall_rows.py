"""What fell short of each order, as it is listed, grouped and counted."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from application.accompanied import Accompanied
from application.companion_days import creator_of, merchant_of
from domain.companionship.state import Found
from domain.order.parcel import Parcel


class ShortfallRow(Struct, frozen=True, kw_only=True):
    """One shortfall, and what is known of its order.

    ``told``: somebody said so in a contact, before any detector did. ``outlet`` is
    where its parcel was seen last, ``region`` where the order goes. ``resolved`` says
    that the resolution it attached to came to its end.
    """

    partition: int
    order_id: UUID
    name: str
    code: str
    line: int | None
    severity: str | None
    points: int | None
    consumer: str
    source: str | None
    merchant: str | None
    creator: str | None
    live_room: str | None
    carrier: str | None
    outlet: str | None
    region: str | None
    parcel: str | None
    incident: str | None
    heard_in: str | None
    told: bool
    since: datetime
    detected_at: datetime
    cleared_at: datetime | None
    cleared_by: str | None
    contested: bool
    resolution: UUID | None
    resolved: bool


def shortfall_rows(partition: int, order: Accompanied) -> Iterator[ShortfallRow]:
    """Yield the shortfalls of an order, cleared or not."""
    over = {str(each.stream_id) for each in order.of("resolution") if each.state.over}
    for name, found in order.companionship.shortfalls.items():
        yield row_of(partition, order, name, found, over)


def row_of(
    partition: int, order: Accompanied, name: str, found: Found, over: set[str]
) -> ShortfallRow:
    """Return the row of one; ``over`` are the resolutions that came to their end."""
    short, known = found.shortfall, order.order
    placed, grave = known.placement, short.severity
    parcel = parcel_of(order, short.parcel)
    outlets = [place.outlet for place in parcel.places if place.outlet]
    line = next((each for each in known.lines if each.line == short.line), None)
    return ShortfallRow(
        partition=partition,
        order_id=order.order_id,
        name=name,
        code=short.code,
        line=short.line,
        severity=grave.severity if grave else None,
        points=grave.points if grave else None,
        consumer=order.companionship.consumer,
        source=known.source,
        merchant=(line.merchant if line else None) or merchant_of(order),
        creator=creator_of(order),
        live_room=placed.content.live_room if placed and placed.content else None,
        carrier=parcel.carrier,
        outlet=outlets[-1] if outlets else None,
        region=placed.ships_to if placed else None,
        parcel=short.parcel,
        incident=short.incident,
        heard_in=short.heard_in,
        told=short.heard_in is not None,
        since=short.since,
        detected_at=found.at,
        cleared_at=found.cleared_at,
        cleared_by=found.cleared_by,
        contested=bool(found.contested),
        resolution=UUID(found.resolution) if found.resolution else None,
        resolved=found.resolution in over,
    )


def parcel_of(order: Accompanied, name: str | None) -> Parcel:
    """Return the parcel it is about; else the order's own, if it has just one."""
    parcels = order.order.parcels
    if name is not None:
        return parcels.get(name, Parcel())
    return next(iter(parcels.values())) if len(parcels) == 1 else Parcel()
