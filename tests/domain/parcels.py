"""Parcels of our own making: promised on a Monday, due ten days later."""

from datetime import UTC, datetime, timedelta
from typing import Final

from domain.risk import Lane, Parcel

MONDAY: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
RIO: Final = Lane(None, "BR-SP", "BR-RJ")
AMAZONAS: Final = Lane(None, "BR-SP", "BR-AM")


def parcel(  # noqa: PLR0913  # one for each thing that may differ
    order: str = "o-1",
    *,
    start: datetime = MONDAY,
    lane: Lane = RIO,
    handed: float | None = 2,
    arrived: float | None = 6,
    off: float | None = None,
    due: float = 10,
) -> Parcel:
    """Return a parcel; its times are days after it was promised."""
    return Parcel(
        order=order,
        lane=lane,
        promised_at=start,
        due_at=start + due * DAY,
        hand_over_due_at=start + 3 * DAY,
        handed_over_at=None if handed is None else start + handed * DAY,
        arrived_at=None if arrived is None else start + arrived * DAY,
        off_at=None if off is None else start + off * DAY,
    )
