"""An Olist export read for its promises of delivery alone, as tolerantly as it can be.

Only the file of orders must be there. Without the others less is known: of a parcel no
lane or no date of hand-over, of an order no reviews. A bad row is left out and counted.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from application.proactive import OrderSeen, Survey
from domain.promise import end_of_day
from domain.risk import Lane, Parcel
from interface.errors import UserError
from interface.inbound.csv_rows import Malformed, Table
from interface.inbound.olist_export import OlistOrder, region_of
from interface.inbound.olist_rows import (
    CUSTOMERS,
    ITEMS,
    ORDERS,
    PAYMENTS,
    REVIEWS,
    SAO_PAULO,
    SELLERS,
    ItemRow,
    OrderRow,
    ReviewRow,
)
from interface.inbound.olist_words import CANCELLED, last_known

R = TypeVar("R")
NOWHERE: Final = Malformed("", 0, b"", "")


class OlistSeen(NamedTuple):
    """The orders of an export, how many rows were left out, which files are missing."""

    orders: tuple[OrderSeen, ...]
    rows_left_out: int
    missing: tuple[str, ...]


class _Files:
    """Reads the files there are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.left_out = 0
        self.missing: list[str] = []

    def rows(self, table: Table[R]) -> Iterator[R]:
        """Yield the good rows of a file; none of one that is not there."""
        if not (self._folder / table.file).is_file():
            self.missing.append(table.file)
            return

        def leave_out(_: Malformed) -> None:
            self.left_out += 1

        for numbered in table.rows(self._folder, leave_out):
            yield numbered.row

    def by_order(self, table: Table[Any]) -> dict[str, list[Any]]:
        """Return the rows of a file by the order they belong to, each once."""
        found: dict[str, list[Any]] = {}
        for row in self.rows(table):
            rows = found.setdefault(row.order, [])
            if row not in rows:
                rows.append(row)
        return found


def read_parcels(folder: Path) -> OlistSeen:
    """Return the orders of an export as the report on alarms sees them.

    Raises UserError where the file of orders is missing, or any is none of Olist's.
    """
    files = _Files(folder)
    rows = {row.order: row for row in files.rows(ORDERS)}
    if ORDERS.file in files.missing:
        raise UserError(
            f"{folder / ORDERS.file} is missing; give the folder of an Olist export"
        )
    states = {row.customer: row.region for row in files.rows(CUSTOMERS)}
    sellers = {row.seller: row.region for row in files.rows(SELLERS)}
    items, payments = files.by_order(ITEMS), files.by_order(PAYMENTS)
    reviews = files.by_order(REVIEWS)
    unpaid_known = PAYMENTS.file not in files.missing
    orders = tuple(
        seen(
            row,
            items.get(name, ()),
            reviews.get(name, ()),
            Lane(
                None, region_of(items.get(name, ()), sellers), states.get(row.customer)
            ),
            paid=bool(payments.get(name))
            or row.approved is not None
            or not unpaid_known,
        )
        for name, row in rows.items()
    )
    return OlistSeen(orders, files.left_out, tuple(files.missing))


def seen(
    row: OrderRow,
    items: Iterable[ItemRow],
    reviews: Iterable[ReviewRow],
    lane: Lane,
    *,
    paid: bool,
) -> OrderSeen:
    """Return an order as its events would show it, taken in by `redress ingest`."""
    off_at = None
    if row.status in CANCELLED:
        off_at = last_known(OlistOrder("", row, NOWHERE, (), (), ()))
    parcel = None
    if paid and row.estimated is not None:
        parcel = Parcel(
            order=row.order,
            lane=lane,
            promised_at=row.approved or row.purchased,
            due_at=end_of_day(row.estimated, SAO_PAULO.key),
            hand_over_due_at=min((item.limit for item in items), default=None),
            handed_over_at=row.handed_over,
            arrived_at=row.delivered,
            off_at=off_at,
        )
    return OrderSeen(
        order=row.order,
        placed_at=row.purchased,
        parcel=parcel,
        off_at=off_at,
        surveys=tuple(
            Survey(score=each.score, asked_at=each.asked, answered_at=each.answered)
            for each in reviews
        ),
    )
