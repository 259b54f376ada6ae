"""How orders are named in an incident: so many at a time, each with its segment."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from application.projections.affected import AffectedOrder
from domain.incident import ORDERS_MAX, IncludeOrders, Member, Segment, segment_of
from domain.party import By

# The segment of an order while it is not known which takes it.
UNPLANNED: Final = "unplanned"


def members(
    orders: Sequence[AffectedOrder], segments: Sequence[Segment], at: datetime
) -> list[Member]:
    """Return orders as they are named, each with its segment so far."""
    return [
        Member(order=str(each.order_id), segment=named_segment(each, segments, at))
        for each in orders
    ]


def named_segment(
    order: AffectedOrder, segments: Sequence[Segment], at: datetime
) -> str:
    """Return the segment an order falls into; ``unplanned`` where none takes it.

    What kinds of goods it holds is known once the order itself is read and priced:
    where a segment asks for that, its orders are named without any until then.
    """
    if any(segment.goods for segment in segments):
        return UNPLANNED
    found = segment_of(next(order.facts(at)), segments)
    return found.name if found else UNPLANNED


def chunks(
    by: By, members: Sequence[Member], *, first: int = 1, late: bool = False
) -> Iterator[IncludeOrders]:
    """Yield what names all members, so many at a time."""
    for number, start in enumerate(range(0, len(members), ORDERS_MAX), start=first):
        some = tuple(members[start : start + ORDERS_MAX])
        yield IncludeOrders(by=by, chunk=number, orders=some, late=late)
