"""How far a parcel goes: within one region, across regions, or to a remote one."""

from typing import Literal

from domain.order import Order
from domain.order.parcel import Parcel
from domain.policy.service_rows import DetectorRow, RegionsRow

# Of "unknown" the most lenient of all holds: nobody is called late on a guess.
RegionClass = Literal["same", "cross", "remote", "unknown"]


def ends(order: Order, parcel: Parcel) -> tuple[str | None, str | None]:
    """Return from which region to which a parcel goes, as far as it is known.

    Where the order does not say from where, the first scan that names a region does.
    """
    placed = order.placement
    first = next((place.region for place in parcel.places if place.region), None)
    origin = placed.ships_from if placed else None
    return origin or first, placed.ships_to if placed else None


def region_class(
    origin: str | None, destination: str | None, regions: RegionsRow | None
) -> RegionClass:
    """Return how far it is, by a profile's own lists (domain rules, 3.1 and 4.3).

    One remote end is enough to be remote. Provinces are the same, or stand in one
    group, such as 江浙沪皖.
    """
    remote = regions.remote if regions is not None else ()
    groups = regions.together if regions is not None else ()
    if origin in remote or destination in remote:
        return "remote"
    if origin is None or destination is None:
        return "unknown"
    together = any(origin in group and destination in group for group in groups)
    return "same" if origin == destination or together else "cross"


def hours_of(row: DetectorRow, region: RegionClass) -> int:
    """Return the hours a row allows a parcel of this class; its general ones else.

    Of a class that is not known the longest of all.
    """
    by_class = {
        "same": row.same_hours,
        "cross": row.cross_hours,
        "remote": row.remote_hours,
    }
    told = [hours for hours in by_class.values() if hours is not None]
    if region == "unknown":
        return max(told, default=row.hours)
    asked = by_class[region]
    return row.hours if asked is None else asked
